// SPDX-License-Identifier: Apache-2.0
#include "unit/convert/onnx_case.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>

#include "acl/acl_base.h"
#include "convert/import_network.h"
#include "convert/onnx/reader.h"
#include "convert/onnx/tensor.h"
#include "graph/specialise.h"

namespace softacl::convert {
namespace {

namespace fs = std::filesystem;

constexpr const char* kTestData = "/usr/share/libonnx-testdata/data/";

std::string contents_of(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

struct NamedTensor {
    std::string name;
    Tensor tensor;
};

// Files input_0.pb, input_1.pb, ...
Result<std::vector<NamedTensor>> tensors_of(const std::string& folder, const std::string& stem) {
    std::vector<NamedTensor> tensors;
    for (int i = 0;; ++i) {
        const fs::path path = fs::path(folder) / "test_data_set_0" / text(stem, "_", i, ".pb");
        if (!fs::exists(path)) {
            return tensors;
        }
        onnx::TensorProto proto;
        if (!proto.ParseFromString(contents_of(path))) {
            return fail(ACL_ERROR_INVALID_PARAM, path.filename(), " is no tensor");
        }
        std::string name = proto.name();
        SOFTACL_ASSIGN(Tensor tensor, take_tensor(proto, folder));
        tensors.push_back({std::move(name), std::move(tensor)});
    }
}

// The test data has bfloat16 as numbers of 16 bits.
Tensor as_wanted(const Tensor& tensor, aclDataType type) {
    const bool disguised = tensor.dtype() == ACL_UINT16 && type == ACL_BF16;
    return disguised ? tensor.viewed_as({ACL_BF16, tensor.shape(), ACL_FORMAT_ND}) : tensor;
}

void collect_operators(const onnx::GraphProto& graph, std::set<std::string>& types) {
    for (const auto& node : graph.node()) {
        types.insert(node.op_type());
        for (const auto& attribute : node.attribute()) {
            collect_operators(attribute.g(), types);
        }
    }
}

}  // namespace

std::vector<std::string> onnx_cases(const std::string& kind) {
    std::vector<std::string> folders;
    std::error_code missing;
    for (const auto& entry : fs::directory_iterator(kTestData + kind, missing)) {
        if (fs::exists(entry.path() / "model.onnx")) {
            folders.push_back(entry.path().string());
        }
    }
    std::sort(folders.begin(), folders.end());
    return folders;
}

std::vector<std::string> operators_of(const std::string& folder) {
    onnx::ModelProto model;
    std::set<std::string> types;
    if (model.ParseFromString(contents_of(fs::path(folder) / "model.onnx"))) {
        collect_operators(model.graph(), types);
    }
    return {types.begin(), types.end()};
}

Result<OnnxCase> read_onnx_case(const std::string& folder, Inputs how) {
    OnnxCase test;
    SOFTACL_ASSIGN(const auto inputs, tensors_of(folder, "input"));
    SOFTACL_ASSIGN(const auto outputs, tensors_of(folder, "output"));
    const std::string bytes = contents_of(fs::path(folder) / "model.onnx");
    Problems problems;
    auto network = read_onnx(bytes.data(), bytes.size(), folder, problems);
    if (!network) {
        return problems.status();
    }
    ImportOptions options;
    options.folder = folder;
    std::vector<NetworkTensor> kept;
    for (const NetworkTensor& input : network->inputs) {
        const auto given = std::find_if(inputs.begin(), inputs.end(),
                                        [&](const NamedTensor& tensor) { return tensor.name == input.name; });
        if (given == inputs.end()) {
            return fail(ACL_ERROR_INVALID_PARAM, "there is no data for the input ", input.name);
        }
        const Tensor value = as_wanted(given->tensor, input.type.dtype);
        if (value.dtype() != input.type.dtype) {
            return fail(ACL_ERROR_INVALID_PARAM, "the input ", input.name, " is ", value.type().text());
        }
        if (how == Inputs::kConstant) {
            network->constants.emplace(input.name, value);
            continue;
        }
        if (!input.ranked || !input.type.shape.is_known()) {
            options.shapes[input.name] = value.shape();
        }
        // Data may differ from the model's shape where only its type counts; that shape stays.
        const bool fits = !input.ranked || !input.type.shape.is_known() || input.type.shape == value.shape();
        Shape open = value.shape();
        for (size_t i = 0; fits && i < open.rank() && (how == Inputs::kOpen || (how == Inputs::kOpenBatch && i == 0));
             ++i) {
            open[i] = -1;
            options.shapes[input.name] = open;
        }
        kept.push_back(input);
        test.inputs.push_back(value);
    }
    network->inputs = std::move(kept);
    test.graph = import_network(*network, options, problems);
    SOFTACL_TRY(problems.status());
    if (test.graph.inputs.size() != test.inputs.size() || test.graph.outputs.size() != outputs.size()) {
        return fail(ACL_ERROR_INVALID_PARAM, "the graph has ", test.graph.inputs.size(), " inputs and ",
                    test.graph.outputs.size(), " outputs");
    }
    if (how == Inputs::kOpen || how == Inputs::kOpenBatch) {
        std::vector<Shape> shapes;
        for (size_t i = 0; i < test.inputs.size(); ++i) {
            const Shape& shape = test.graph.value(test.graph.inputs[i]).type.shape;
            shapes.push_back(shape.is_known() ? shape : test.inputs[i].shape());
        }
        SOFTACL_ASSIGN(test.graph, graph::specialise(test.graph, shapes));
    }
    for (size_t i = 0; i < outputs.size(); ++i) {
        const TensorType& type = test.graph.value(test.graph.outputs[i]).type;
        test.outputs.push_back(as_wanted(outputs[i].tensor, type.dtype));
    }
    return test;
}

}  // namespace softacl::convert
