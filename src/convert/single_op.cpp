// SPDX-License-Identifier: Apache-2.0
#include "convert/single_op.h"

#include <algorithm>
#include <cctype>
#include <cstring>
#include <filesystem>
#include <set>

#include "acl/acl_base.h"
#include "convert/sha256.h"
#include "graph/op_request.h"
#include "model/file.h"
#include "model/om.h"
#include "model/op_file.h"

namespace softacl::convert {
namespace {

namespace fs = std::filesystem;
using graph::ResolvedOp;
using graph::TensorRequest;
using model::OpDescription;

std::string place_in(const OpDescription& op, const std::string& what) {
    return op.place.empty() ? what : op.place + "." + what;
}
std::string place_of(const OpDescription& op) { return op.place.empty() ? "The operator" : op.place; }

std::string joined(const std::vector<std::string>& words) {
    std::string all;
    for (const std::string& word : words) {
        all += (all.empty() ? "" : ", ") + word;
    }
    return all.empty() ? "none" : all;
}

/// Of several tensors of one port, each may have a number behind the port's name.
bool fits_port(const std::string& name, const ops::Port& port) {
    if (name.empty() || name == port.name) {
        return true;
    }
    return port.arity == ops::Arity::kDynamic && name.rfind(port.name, 0) == 0 &&
           std::all_of(name.begin() + static_cast<std::ptrdiff_t>(port.name.size()), name.end(),
                       [](unsigned char c) { return std::isdigit(c) != 0; });
}

void check_names(const OpDescription& op, const ops::OpDef& def, Problems& problems) {
    for (size_t i = 0; i < op.request.inputs.size(); ++i) {
        const ops::Port* port = def.input_port(i, op.request.inputs.size());
        if (port != nullptr && !fits_port(op.request.inputs[i].name, *port)) {
            problems.add(code::kOpList, place_in(op, text("input_desc[", i, "].name")), " is [",
                         op.request.inputs[i].name, "]; this input of ", def.name(), " is named ", port->name, ".");
        }
    }
    for (size_t i = 0; i < op.request.outputs.size() && !def.outputs().empty(); ++i) {
        const ops::Port& port = def.outputs()[std::min(i, def.outputs().size() - 1)];
        if (!fits_port(op.request.outputs[i].name, port)) {
            problems.add(code::kOpList, place_in(op, text("output_desc[", i, "].name")), " is [",
                         op.request.outputs[i].name, "]; this output of ", def.name(), " is named ", port.name, ".");
        }
    }
    std::vector<std::string> known;
    for (const ops::AttrDef& attr : def.attrs()) {
        known.push_back(attr.name);
    }
    for (const auto& [name, value] : op.request.attrs) {
        if (std::find(known.begin(), known.end(), name) == known.end()) {
            problems.add(code::kOpList, place_in(op, "attr"), " names [", name, "], which ", def.name(),
                         " does not have. Its attributes: ", joined(known), ".");
        }
    }
}

bool is_single(const Shape& shape) { return shape.rank() <= 1 && shape.elements() == 1; }

/// Takes the shapes that inference finds for open dimensions, and the ranges of those that stay open.
void fit_output(const OpDescription& op, size_t index, const TensorType& inferred,
                const std::vector<graph::DimRange>& ranges, TensorRequest& output, Problems& problems) {
    const std::string place = place_in(op, text("output_desc[", index, "]"));
    if (output.is_absent()) {
        return;
    }
    if (output.dtype != inferred.dtype) {
        problems.add(code::kOpList, place, ".type is ", name_of(output.dtype), "; ", op.request.type, " gives ",
                     inferred.text(), ".");
        return;
    }
    if (!output.shape) {
        output.shape = inferred.shape;
        output.ranges = inferred.shape.is_known() ? std::vector<graph::DimRange>() : ranges;
        return;
    }
    Shape& shape = *output.shape;
    bool agrees = shape.rank() == inferred.shape.rank();
    for (size_t axis = 0; agrees && axis < shape.rank(); ++axis) {
        agrees = shape[axis] < 0 || inferred.shape[axis] < 0 || shape[axis] == inferred.shape[axis];
    }
    if (!agrees && is_single(shape) && is_single(inferred.shape)) {
        return;  // one element is one element
    }
    if (!agrees) {
        problems.add(code::kOpList, place, ".shape is ", shape, "; ", op.request.type, " gives ", inferred.text(), ".");
        return;
    }
    output.ranges.clear();
    for (size_t axis = 0; axis < shape.rank(); ++axis) {
        const bool is_open = shape[axis] < 0;
        output.ranges.push_back(is_open ? ranges[axis] : graph::DimRange{shape[axis], shape[axis]});
        shape[axis] = is_open ? inferred.shape[axis] : shape[axis];
    }
    if (shape.is_known()) {
        output.ranges.clear();
    }
}

void check_output_counts(const OpDescription& op, const ResolvedOp& resolved, Problems& problems) {
    const auto& outputs = op.request.outputs;
    if (std::all_of(outputs.begin(), outputs.end(), [](const TensorRequest& output) { return output.is_absent(); })) {
        problems.add(code::kOpList, place_in(op, "output_desc"), " has no tensor; ", resolved.op().name(),
                     " would have no result.");
    }
}

bool is_plain(const TensorRequest& tensor) {
    constexpr aclFormat kPlain[] = {ACL_FORMAT_NCHW, ACL_FORMAT_NHWC, ACL_FORMAT_HWCN, ACL_FORMAT_NDHWC,
                                    ACL_FORMAT_NCDHW};
    return std::find(std::begin(kPlain), std::end(kPlain), tensor.format) != std::end(kPlain) &&
           tensor.shape->rank() == std::strlen(name_of(tensor.format));
}

/// The graph of one node and the ranges of its inputs.
Status build(const OpDescription& op, const ResolvedOp& resolved, model::OmModel& model) {
    std::vector<bool> wanted;
    for (const TensorRequest& output : op.request.outputs) {
        wanted.push_back(!output.is_absent());
    }
    SOFTACL_ASSIGN(model.graph, resolved.graph(wanted));
    size_t next = 0;
    bool is_open = false;
    for (size_t i = 0; i < op.request.inputs.size(); ++i) {
        const TensorRequest& input = op.request.inputs[i];
        if (input.is_absent() || input.constant) {
            continue;
        }
        graph::Value& value = model.graph.value(model.graph.inputs[next++]);
        const ops::Port* port = resolved.op().input_port(i, op.request.inputs.size());
        value.name = !input.name.empty() ? input.name : port != nullptr ? port->name : value.name;
        value.type.format = is_plain(input) ? input.format : ACL_FORMAT_ND;
        ops::IntLists& ranges = model.input_ranges.emplace_back();
        for (const graph::DimRange& range : input.ranges) {
            ranges.push_back({range[0], range[1]});
        }
        is_open = is_open || !input.shape->is_known();
    }
    if (is_open) {
        model.attrs["acl_cpu.free_shape"] = true;
    } else {
        model.input_ranges.clear();
    }
    return model.graph.infer_types();
}

/// Everything but the file. Nothing if it cannot be.
std::optional<model::OmModel> make_model(OpDescription& op, Problems& problems) {
    const ops::OpDef* const def = ops::find_op(op.request.type);
    if (def == nullptr) {
        problems.add(code::kOpList, place_in(op, "op"), " is [", op.request.type,
                     "], which is no operator known here. docs/operators.md lists them.");
        return std::nullopt;
    }
    const size_t before = problems.list().size();
    check_names(op, *def, problems);
    auto resolved = ResolvedOp::resolve(op.request);
    if (!resolved.ok()) {
        problems.add(code::kOpList, place_of(op), " does not fit: ", resolved.status().message(), ".");
        return std::nullopt;
    }
    const auto ranges = graph::output_ranges(op.request, **resolved);
    for (size_t i = 0; i < op.request.outputs.size(); ++i) {
        fit_output(op, i, (*resolved)->outputs()[i], ranges[i], op.request.outputs[i], problems);
    }
    check_output_counts(op, **resolved, problems);
    const auto& inputs = op.request.inputs;
    const bool all_known = std::all_of(inputs.begin(), inputs.end(), [](const TensorRequest& input) {
        return input.is_absent() || input.shape->is_known();
    });
    if (all_known && (*resolved)->missing_values().empty() && (*resolved)->has_known_outputs()) {
        if (const auto kernel = def->make_kernel((*resolved)->call()); !kernel.ok()) {
            problems.add(code::kOpList, place_of(op), " cannot be computed: ", kernel.status().message(), ".");
        }
    }
    if (problems.list().size() != before) {
        return std::nullopt;
    }
    model::OmModel model;
    if (const Status status = build(op, **resolved, model); !status.ok()) {
        problems.add(code::kInternal, place_of(op), " makes no graph: ", status.message(),
                     ". This is a defect of the converter: please report it with the file.");
        return std::nullopt;
    }
    return model;
}

SingleOpOutcome::Op describe(const OpDescription& op) {
    SingleOpOutcome::Op outcome;
    outcome.type = op.request.type;
    const auto list = [](const std::vector<TensorRequest>& tensors, std::vector<TensorType>& types) {
        for (const TensorRequest& tensor : tensors) {
            if (!tensor.is_absent()) {
                types.push_back({tensor.dtype, tensor.shape.value_or(Shape()), tensor.format});
            }
        }
    };
    list(op.request.inputs, outcome.inputs);
    list(op.request.outputs, outcome.outputs);
    return outcome;
}

bool make_folder(const std::string& folder, Problems& problems) {
    std::error_code error;
    if (fs::exists(folder, error) && !fs::is_directory(folder, error)) {
        problems.add(code::kFile, "output [", folder, "] is a file; with singleop it is a folder. Name a folder.");
        return false;
    }
    fs::create_directories(folder, error);
    if (!fs::is_directory(folder)) {
        problems.add(code::kFile, "The folder [", folder, "] of output cannot be made: ", error.message(),
                     ". Choose another one.");
        return false;
    }
    return true;
}

}  // namespace

SingleOpOutcome convert_single_ops(const SingleOpConversion& conversion, Problems& problems,
                                   const std::function<void(const char*, double)>& progress) {
    const auto tell = [&](const char* step, double done) {
        if (progress) {
            progress(step, done);
        }
    };
    tell("reading the list", 0);
    const auto file = model::map_file(conversion.list);
    if (!file.ok()) {
        problems.add(code::kFile, "singleop [", conversion.list, "] cannot be read: ", file.status().message(), ".");
        return {};
    }
    const std::string json(static_cast<const char*>(file->data.get()), file->size);
    std::vector<std::string> wrong;
    auto ops = model::read_ops(json, wrong);
    if (!ops.ok()) {
        problems.add(code::kOpListSyntax, "singleop [", conversion.list, "] is no JSON: ", ops.status().message(), ".");
        return {};
    }
    for (const std::string& problem : wrong) {
        problems.add(code::kOpList, problem, ".");
    }
    if (!wrong.empty()) {
        return {};
    }
    tell("checking the operators", 0.2);
    std::vector<model::OmModel> models;
    std::vector<std::string> names;
    std::set<std::string> taken;
    SingleOpOutcome outcome;
    for (size_t i = 0; i < ops->size(); ++i) {
        OpDescription& op = (*ops)[i];
        auto model = make_model(op, problems);
        if (!model) {
            continue;
        }
        names.push_back(op.name.empty() ? model::op_file_name(op.request, i) : op.name);
        if (!taken.insert(names.back()).second) {
            problems.add(code::kOpList, place_in(op, "name"), " [", names.back(),
                         "] is that of another operator. Choose another one.");
        }
        model->graph.name = names.back();
        model->attrs.insert({{"atc_cmdline", conversion.command_line},
                             {"soc_version", conversion.soc_version},
                             {"atc_version", std::string(SOFTACL_VERSION)},
                             {"stream_num", int64_t{1}},
                             {"event_num", int64_t{0}},
                             {"acl_cpu.converter", std::string("softacl ") + SOFTACL_VERSION},
                             {"acl_cpu.precision", conversion.precision},
                             {"acl_cpu.overflow_check", conversion.overflow_check},
                             {"acl_cpu.source_sha256", sha256(json.data(), json.size())},
                             {model::kSingleOp, model::write_op(op)}});
        outcome.ops.push_back(describe(op));
        models.push_back(std::move(*model));
    }
    if (!problems.empty() || !make_folder(conversion.output, problems)) {
        return {};
    }
    tell("writing the models", 0.5);
    for (size_t i = 0; i < models.size(); ++i) {
        SingleOpOutcome::Op& op = outcome.ops[i];
        op.path = (fs::path(conversion.output) / (names[i] + ".om")).string();
        if (const Status status = model::write_om(models[i], op.path); !status.ok()) {
            problems.add(code::kFile, "output [", op.path, "] cannot be written: ", status.message(), ".");
            return {};
        }
        std::error_code error;
        op.file_bytes = fs::file_size(op.path, error);
    }
    tell("done", 1);
    return outcome;
}

}  // namespace softacl::convert
