// SPDX-License-Identifier: Apache-2.0
#include "convert/onnx/reader.h"

#include <limits>
#include <map>

#include "convert/onnx/onnx.pb.h"
#include "convert/onnx/tensor.h"
#include "model/utf8.h"

namespace softacl::convert {
namespace {

// AttributeProto.AttributeType
enum Kind {
    kUndefined = 0,
    kFloat = 1,
    kInt = 2,
    kString = 3,
    kTensor = 4,
    kGraph = 5,
    kFloats = 6,
    kInts = 7,
    kStrings = 8,
    kSparseTensor = 11,
    kTypeProto = 13
};

/// Files of the first version do not say which kind of value an attribute has.
int kind_of(const onnx::AttributeProto& proto) {
    const std::pair<bool, Kind> present[] = {
        {proto.has_f(), kFloat},
        {proto.has_i(), kInt},
        {proto.has_s(), kString},
        {proto.has_t(), kTensor},
        {proto.has_g(), kGraph},
        {proto.has_sparse_tensor(), kSparseTensor},
        {proto.floats_size() != 0, kFloats},
        {proto.ints_size() != 0, kInts},
        {proto.strings_size() != 0, kStrings},
    };
    for (const auto& [is_there, kind] : present) {
        if (proto.type() == kUndefined && is_there) {
            return kind;
        }
    }
    return proto.type();
}

std::string domain_of(const std::string& domain) { return domain == "ai.onnx" ? "" : domain; }

class Reader {
   public:
    Reader(const std::string& folder, Problems& problems) : folder_(folder), problems_(problems) {}

    Network model(onnx::ModelProto& proto) {
        read_versions(proto);
        if (proto.functions_size() != 0) {
            problems_.add(code::kOnnx, "The model defines functions of its own, the first is [",
                          proto.functions(0).name(), "], which is not supported. Export it with functions inlined.");
        }
        for (const auto& input : proto.graph().input()) {
            check_is_tensor(input, "input");
        }
        for (const auto& output : proto.graph().output()) {
            check_is_tensor(output, "output");
        }
        return graph(*proto.mutable_graph());
    }

   private:
    void read_versions(const onnx::ModelProto& proto) {
        for (const auto& opset : proto.opset_import()) {
            if (opset.version() < 1) {
                problems_.add(code::kOnnx, "The model imports version [", opset.version(), "] of the domain [",
                              opset.domain(), "]; versions begin with 1.");
            }
            versions_[domain_of(opset.domain())] = opset.version();
        }
        constexpr int64_t kFirstWithOpsets = 3;
        if (proto.ir_version() < kFirstWithOpsets) {
            versions_.emplace("", 1);
        }
    }

    const std::string& name(const std::string& bytes, const char* what) {
        if (!model::is_utf8(bytes)) {
            problems_.add(code::kOnnx, "The name of ", what, " is not UTF-8: [", bytes, "].");
        }
        return bytes;
    }

    // NOLINTNEXTLINE(misc-no-recursion): protobuf limits how deep messages nest
    Network graph(onnx::GraphProto& proto) {
        Network network;
        network.name = name(proto.name(), "the graph");
        for (auto& initializer : *proto.mutable_initializer()) {
            const std::string key = name(initializer.name(), "an initializer");
            add_constant(network, key, take_tensor(initializer, folder_));
        }
        for (auto& initializer : *proto.mutable_sparse_initializer()) {
            const std::string key = name(initializer.values().name(), "an initializer");
            add_constant(network, key, take_tensor(initializer, folder_));
        }
        for (const auto& input : proto.input()) {
            if (network.constants.count(input.name()) == 0) {
                network.inputs.push_back(tensor(input, "input"));
            }
        }
        for (const auto& output : proto.output()) {
            network.outputs.push_back(tensor(output, "output"));
        }
        for (auto& node : *proto.mutable_node()) {
            network.nodes.push_back(read_node(node));
        }
        return network;
    }

    void add_constant(Network& network, const std::string& key, Result<Tensor> tensor) {
        if (!tensor.ok()) {
            problems_.add(code::kOnnx, "Initializer [", key, "] ", tensor.status().message(), ".");
            network.constants.emplace(key, Tensor());  // it is there: no second complaint
        } else if (!network.constants.emplace(key, std::move(*tensor)).second) {
            problems_.add(code::kOnnx, "Two initializers are named [", key, "].");
        }
    }

    /// Graphs inside may hand sequences around, which are gone when a network has been imported.
    void check_is_tensor(const onnx::ValueInfoProto& info, const char* what) {
        if (info.has_type() && !info.type().has_tensor_type()) {
            problems_.add(code::kOnnx, "The network's ", what, " [", info.name(),
                          "] is a sequence, a map, optional or sparse; only tensors are supported.");
        }
    }

    NetworkTensor tensor(const onnx::ValueInfoProto& info, const char* what) {
        NetworkTensor tensor;
        tensor.name = name(info.name(), what);
        const auto& type = info.type().tensor_type();
        tensor.type.dtype = onnx_dtype(type.elem_type());
        if (tensor.type.dtype == ACL_DT_UNDEFINED && type.elem_type() != 0) {
            problems_.add(code::kOnnx, "The network's ", what, " [", tensor.name, "] has elements of type [",
                          type.elem_type(), "] (TensorProto.DataType), which is not supported.");
        }
        tensor.ranked = type.has_shape();
        std::vector<int64_t> dims;
        for (const auto& dim : type.shape().dim()) {
            dims.push_back(dim.has_dim_value() && dim.dim_value() >= 0 ? dim.dim_value() : -1);
        }
        tensor.type.shape = Shape(std::move(dims));
        return tensor;
    }

    // NOLINTNEXTLINE(misc-no-recursion): protobuf limits how deep messages nest
    NetworkNode read_node(onnx::NodeProto& proto) {
        NetworkNode node;
        node.domain = domain_of(name(proto.domain(), "a domain"));
        node.type = name(proto.op_type(), "an operator");
        node.name = name(proto.name(), "a node");
        const auto version = versions_.find(node.domain);
        node.version = version == versions_.end() ? 0 : version->second;
        if (version == versions_.end() && node.domain.empty()) {
            problems_.add(code::kOnnx,
                          "The model does not say which version of the operators it uses: its "
                          "opset_import has no entry for the default domain.");
            versions_.emplace("", 0);  // said once
        }
        for (const std::string& input : proto.input()) {
            node.inputs.push_back(name(input, "a tensor"));
        }
        for (const std::string& output : proto.output()) {
            node.outputs.push_back(name(output, "a tensor"));
        }
        for (auto& attribute : *proto.mutable_attribute()) {
            read_attribute(node, attribute);
        }
        return node;
    }

    // NOLINTNEXTLINE(misc-no-recursion): protobuf limits how deep messages nest
    void read_attribute(NetworkNode& node, onnx::AttributeProto& proto) {
        // A constant is the same whether it was written down with its zeros or without.
        const std::string key = proto.name() == "sparse_value" ? "value" : name(proto.name(), "an attribute");
        const auto complain = [&](const auto&... parts) {
            problems_.add(code::kOnnx, "Attribute [", key, "] of node '", node.name, "' [optype [", node.optype(),
                          "]] ", parts..., ".");
        };
        const auto put_tensor = [&](Result<Tensor> value) {
            if (value.ok()) {
                node.attrs.set(key, std::move(*value));
            } else {
                complain(value.status().message());
            }
        };
        if (node.type == "Optional" && proto.type() == kTypeProto) {
            return;  // of the element, which has it, too
        }
        if (node.attrs.has(key) || node.bodies.count(key) != 0) {
            complain("stands twice");
            return;
        }
        switch (kind_of(proto)) {
            case kFloat: node.attrs.set(key, proto.f()); break;
            case kInt: node.attrs.set(key, int64_t{proto.i()}); break;
            case kString: node.attrs.set(key, proto.s()); break;
            case kFloats: node.attrs.set(key, ops::Floats(proto.floats().begin(), proto.floats().end())); break;
            case kInts: node.attrs.set(key, ops::Ints(proto.ints().begin(), proto.ints().end())); break;
            case kStrings: node.attrs.set(key, ops::Strings(proto.strings().begin(), proto.strings().end())); break;
            case kTensor: put_tensor(take_tensor(*proto.mutable_t(), folder_)); break;
            case kSparseTensor: put_tensor(take_tensor(*proto.mutable_sparse_tensor(), folder_)); break;
            case kGraph: node.bodies[key] = std::make_shared<Network>(graph(*proto.mutable_g())); break;
            case kUndefined: complain("has no value"); break;
            default: complain("is of kind [", proto.type(), "] (AttributeProto.AttributeType), which is not supported");
        }
    }

    const std::string& folder_;
    Problems& problems_;
    std::map<std::string, int64_t> versions_;
};

}  // namespace

std::optional<Network> read_onnx(const void* data, size_t size, const std::string& folder, Problems& problems) {
    constexpr size_t kMost = std::numeric_limits<int>::max();
    if (size == 0 || size > kMost) {
        problems.add(code::kOnnx, "The model has [", size, "] bytes; possible are 1 to ", kMost, ". ",
                     size == 0 ? "Export it again." : "Export it with its weights in files beside it.");
        return std::nullopt;
    }
    onnx::ModelProto proto;
    if (!proto.ParseFromArray(data, static_cast<int>(size))) {
        problems.add(code::kOnnx, "The bytes [", size,
                     "] are not an ONNX model: they end too early, or are something "
                     "else. Check the file, or export it again.");
        return std::nullopt;
    }
    if (proto.graph().output_size() == 0) {
        problems.add(code::kOnnx, "The model has no graph with outputs. Check that the file is an ONNX model.");
        return std::nullopt;
    }
    Network network = Reader(folder, problems).model(proto);
    settle(network, problems);
    return network;
}

}  // namespace softacl::convert
