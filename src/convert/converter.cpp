// SPDX-License-Identifier: Apache-2.0
#include "convert/converter.h"

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <unordered_set>

#include "convert/aipp/insert.h"
#include "convert/caffe/reader.h"
#include "convert/check_report.h"
#include "convert/onnx/reader.h"
#include "convert/sha256.h"
#include "convert/tensorflow/reader.h"
#include "graph/memory_plan.h"
#include "graph/passes/passes.h"
#include "graph/specialise.h"
#include "model/file.h"
#include "model/om.h"

namespace softacl::convert {
namespace {

namespace fs = std::filesystem;

/// Multiplications and additions of the nodes that take the time.
double flops_of(const graph::Graph& graph, const graph::Node& node) {
    const std::string& op = node.op->name();
    const auto shape = [&](ops::ValueRef id) -> const Shape& { return graph.value(id).type.shape; };
    if (node.outputs.empty() || node.inputs.size() < 2 || node.inputs[1] == ops::kNoValue) {
        return 0;
    }
    const auto made = static_cast<double>(shape(node.outputs[0]).elements());
    const Shape& first = shape(node.inputs[0]);
    const Shape& second = shape(node.inputs[1]);
    if (op.find("Transpose") != std::string::npos) {  // of a convolution: each input element meets the filter
        const Shape& filter = node.inputs.size() > 2 ? shape(node.inputs[2]) : second;
        const auto read = static_cast<double>(node.inputs.size() > 2 ? second.elements() : first.elements());
        const bool convolution = op.find("Conv") != std::string::npos && filter.rank() > 2 && filter[0] > 0;
        return convolution ? 2 * read * static_cast<double>(filter.elements(1, filter.rank())) : 0;
    }
    if (op.find("Conv") != std::string::npos && second.rank() > 2) {
        return 2 * made * static_cast<double>(second.elements(1, second.rank()));
    }
    const bool product = op.find("MatMul") != std::string::npos || op == "GEMM";
    if (!product || first.rank() < 2) {
        return 0;
    }
    bool transposed = false;
    for (const char* attr : {"transpose_x1", "adj_x1", "transpose_a"}) {
        transposed = transposed || node.attrs.get<bool>(attr, false);
    }
    return 2 * made * static_cast<double>(first[first.rank() - (transposed ? 2 : 1)]);
}

double flops_of(const graph::Graph& graph) {
    double flops = 0;
    for (const graph::Node& node : graph.nodes) {
        flops += flops_of(graph, node);
    }
    return flops;
}

Outcome describe(const graph::Graph& graph) {
    Outcome outcome;
    for (const ops::ValueRef id : graph.inputs) {
        outcome.inputs.push_back({graph.value(id).name, graph.value(id).type});
    }
    for (size_t i = 0; i < graph.outputs.size(); ++i) {
        outcome.outputs.push_back({graph.output_names[i], graph.value(graph.outputs[i]).type});
    }
    outcome.nodes = graph.nodes.size();
    std::unordered_set<ops::ValueRef> counted;
    for (const graph::Node& node : graph.nodes) {
        for (const ops::ValueRef id : node.inputs) {
            if (id != ops::kNoValue && graph.value(id).constant && counted.insert(id).second) {
                outcome.weight_bytes += graph.value(id).type.bytes();
            }
        }
    }
    return outcome;
}

std::string output_path(const std::string& wanted) {
    const fs::path path(wanted);
    return path.extension() == ".om" ? wanted : wanted + ".om";
}

/// Inputs as wide as the format's name are pictures in that format.
void set_formats(graph::Graph& graph, aclFormat format) {
    for (const ops::ValueRef id : graph.inputs) {
        TensorType& type = graph.value(id).type;
        if (format != ACL_FORMAT_ND && type.shape.rank() == std::strlen(name_of(format))) {
            type.format = format;
        }
    }
}

/// Bytes of the tensors between nodes, as many as are needed at one time.
int64_t memory_of(const graph::Graph& graph) {
    std::vector<graph::Block> blocks;
    const auto producers = graph.producers();
    const auto consumers = graph.consumers();
    for (size_t i = 0; i < graph.value_count(); ++i) {
        const auto id = static_cast<graph::ValueId>(i);
        const bool is_output = std::find(graph.outputs.begin(), graph.outputs.end(), id) != graph.outputs.end();
        if (producers[i] >= 0 && !is_output) {
            const int last = consumers[i].empty() ? producers[i] : consumers[i].back();
            blocks.push_back(
                {graph.value(id).type.bytes(), static_cast<size_t>(producers[i]), static_cast<size_t>(last)});
        }
    }
    return static_cast<int64_t>(graph::max_live(blocks));
}

Result<graph::Graph> largest_gear(const graph::Graph& graph, const model::Gears& gears) {
    std::vector<Shape> shapes;
    for (const graph::ValueId id : graph.inputs) {
        shapes.push_back(graph.value(id).type.shape);
    }
    return graph::specialise(graph, gears.shapes(std::move(shapes), gears.largest()));
}

/// Of a model that leaves dimensions open to the program.
void record_ranges(const Conversion& conversion, model::OmModel& model) {
    const auto& inputs = model.graph.inputs;
    const auto is_open = [&](graph::ValueId id) { return !model.graph.value(id).type.shape.is_known(); };
    if (std::none_of(inputs.begin(), inputs.end(), is_open)) {
        return;
    }
    model.attrs["acl_cpu.free_shape"] = true;
    for (const graph::ValueId id : inputs) {
        const auto given = conversion.ranges.find(model.graph.value(id).name);
        model.input_ranges.push_back(given == conversion.ranges.end() ? ops::IntLists() : given->second);
    }
}

using Record = std::map<std::string, ops::Attr>;

Record record(const Conversion& conversion, const graph::Graph& graph) {
    return {{"atc_cmdline", conversion.command_line},
            {"framework_type", std::to_string(conversion.framework)},
            {"soc_version", conversion.soc_version},
            {"atc_version", std::string(SOFTACL_VERSION)},
            {"memory_size", memory_of(graph)},
            {"stream_num", int64_t{1}},
            {"event_num", int64_t{0}},
            {"acl_cpu.converter", std::string("softacl ") + SOFTACL_VERSION},
            {"acl_cpu.precision", conversion.precision},
            {"acl_cpu.overflow_check", conversion.overflow_check}};
}

/// Before the work, which may take long, is done for nothing.
void check_output(const std::string& path, Problems& problems) {
    std::error_code error;
    const fs::path folder = fs::path(path).parent_path();
    if (fs::is_directory(path, error)) {
        problems.add(code::kFile, "output [", path, "] is a folder. Give the name of a file.");
    } else if (!folder.empty() && !fs::is_directory(folder, error)) {
        fs::create_directories(folder, error);
        if (error) {
            problems.add(code::kFile, "The folder [", folder.string(), "] of output cannot be made: ", error.message(),
                         ". Choose another one.");
        }
    }
}

std::optional<model::MappedFile> map(const std::string& path, const char* option, Problems& problems) {
    auto file = model::map_file(path);
    if (!file.ok()) {
        problems.add(code::kFile, option, " [", path, "] cannot be read: ", file.status().message(), ".");
        return std::nullopt;
    }
    return std::move(*file);
}

/// Where readers are chosen. `digests` gets those of files besides the network's.
std::optional<Network> read_network(const Conversion& conversion, const model::MappedFile& file,
                                    const std::string& folder, Record& digests, Problems& problems) {
    if (conversion.framework == kCaffeFramework) {
        const auto weights = map(conversion.weight, "weight", problems);
        if (!weights) {
            return std::nullopt;
        }
        digests["acl_cpu.weight_sha256"] = sha256(weights->data.get(), weights->size);
        return read_caffe({file.data.get(), file.size}, {weights->data.get(), weights->size}, problems);
    }
    if (conversion.framework == kTensorFlowFramework) {
        return read_tensorflow(file.data.get(), file.size, problems);
    }
    return read_onnx(file.data.get(), file.size, folder, problems);
}

}  // namespace

namespace {

Outcome attempt(const Conversion& conversion, Problems& problems, const Progress& progress,
                std::vector<NodeState>& states) {
    const auto tell = [&](const char* step, double done) {
        if (progress) {
            progress(step, done);
        }
    };
    const std::string path = output_path(conversion.output.empty() ? conversion.model : conversion.output);
    if (!conversion.only_check) {
        check_output(path, problems);
    }
    const std::vector<AippBlock> aipp =
        conversion.aipp.empty() ? std::vector<AippBlock>() : read_aipp(conversion.aipp, problems);
    tell("reading the network", 0);
    if (std::error_code error;
        conversion.framework == kTensorFlowFramework && fs::is_directory(conversion.model, error)) {
        problems.add(code::kTensorFlow, "model [", conversion.model,
                     "] is a folder, perhaps a SavedModel. Freeze it: turn its variables into constants and write the "
                     "GraphDef.");
        return {};
    }
    auto file = map(conversion.model, "model", problems);
    if (!file) {
        return {};
    }
    Record digests = {{"acl_cpu.source_sha256", sha256(file->data.get(), file->size)}};
    const fs::path folder = fs::path(conversion.model).parent_path();
    ImportOptions options = conversion.import;
    options.folder = folder.empty() ? "." : folder.string();
    auto network = read_network(conversion, *file, options.folder, digests, problems);
    file->data.reset();
    if (!network) {
        return {};
    }
    tell("building the graph", 0.3);
    model::OmModel result;
    const size_t nodes_before = network->nodes.size();
    result.graph = import_network(*network, options, problems, &states);
    network.reset();
    if (!problems.empty()) {
        return {};
    }
    tell("simplifying the graph", 0.6);
    result.graph.name = fs::path(path).stem().string();
    set_formats(result.graph, conversion.input_format);
    model::Gears gears;
    if (conversion.gears.kind != model::Gears::Kind::kNone) {
        gears = add_gears(result.graph, conversion.gears, conversion.input_format, problems);
        if (!problems.empty()) {
            return {};
        }
    }
    if (!aipp.empty()) {
        AippRecord record =
            insert_aipp(result.graph, aipp, conversion.input_format, gears, conversion.import.float16_inputs, problems);
        result.attrs["acl_cpu.aipp"] = std::move(record.settings);
        result.attrs["acl_cpu.aipp_link"] = std::move(record.links);
        if (!problems.empty()) {
            return {};
        }
    }
    Status status = result.graph.verify();
    if (status.ok()) {
        status = graph::run_conversion_passes(result.graph);
    }
    if (status.ok()) {
        status = result.graph.infer_types();  // the inputs' formats spread
    }
    const auto report_defect = [&](const Status& defect) {
        problems.add(code::kInternal, "The graph cannot be simplified: ", defect.message(),
                     ". This is a defect of the converter: please report it with the model.");
    };
    if (!status.ok()) {
        report_defect(status);
        return {};
    }
    if (!gears.any()) {
        record_ranges(conversion, result);
    }
    graph::Graph largest;  // empty without gears
    if (gears.any()) {
        auto special = largest_gear(result.graph, gears);
        if (!special.ok()) {
            report_defect(special.status());
            return {};
        }
        largest = std::move(*special);
    }
    const graph::Graph& measured = gears.any() ? largest : result.graph;
    result.attrs.merge(record(conversion, measured));
    model::record_gears(gears, result);
    result.attrs.merge(digests);
    Outcome outcome = describe(result.graph);
    outcome.nodes_before = nodes_before;
    outcome.gears = gears.values;
    outcome.flops = flops_of(measured);
    if (conversion.only_check) {
        return outcome;
    }
    tell("writing the model", 0.8);
    if (conversion.external_weight) {
        auto written = model::write_om_and_weights(result, path);
        status = written.status();
        outcome.weight_path = written.ok() ? *written : "";
    } else {
        status = model::write_om(result, path);
    }
    if (!status.ok()) {
        problems.add(code::kFile, "output [", path, "] cannot be written: ", status.message(), ".");
        return {};
    }
    std::error_code error;
    outcome.path = path;
    outcome.file_bytes = fs::file_size(path, error);
    tell("done", 1);
    return outcome;
}

}  // namespace

Outcome convert(const Conversion& conversion, Problems& problems, const Progress& progress) {
    std::vector<NodeState> states;
    Outcome outcome = attempt(conversion, problems, progress, states);
    if (!conversion.report.empty()) {
        write_check_report(conversion.report, states, problems);
    }
    return outcome;
}

}  // namespace softacl::convert
