// SPDX-License-Identifier: Apache-2.0
#include "convert/tensorflow/nodes.h"

#include "convert/tensorflow/tensor.h"
#include "model/utf8.h"

namespace softacl::convert {
namespace {

/// Operators with outputs of several names, in order.
const std::vector<std::string>* output_names(const std::string& type) {
    static const std::unordered_map<std::string, std::vector<std::string>>& kNames =
        *new std::unordered_map<std::string, std::vector<std::string>>{
            {"CombinedNonMaxSuppression", {"nmsed_boxes", "nmsed_scores", "nmsed_classes", "valid_detections"}},
            {"FusedBatchNorm", {"y", "batch_mean", "batch_variance", "reserve_space_1", "reserve_space_2"}},
            {"FusedBatchNormV2", {"y", "batch_mean", "batch_variance", "reserve_space_1", "reserve_space_2"}},
            {"FusedBatchNormV3",
             {"y", "batch_mean", "batch_variance", "reserve_space_1", "reserve_space_2", "reserve_space_3"}},
            {"MaxPoolWithArgmax", {"output", "argmax"}},
            {"Merge", {"output", "value_index"}},
            {"NonMaxSuppressionV4", {"selected_indices", "valid_outputs"}},
            {"NonMaxSuppressionV5", {"selected_indices", "selected_scores", "valid_outputs"}},
            {"Switch", {"output_false", "output_true"}},
            {"TopK", {"values", "indices"}},
            {"TopKV2", {"values", "indices"}},
            {"Unique", {"y", "idx"}},
            {"UniqueV2", {"y", "idx"}},
            {"UniqueWithCounts", {"y", "idx", "count"}},
        };
    const auto at = kNames.find(type);
    return at == kNames.end() ? nullptr : &at->second;
}

class NodeReader {
   public:
    NodeReader(GraphNode& node, Problems& problems) : node_(node), problems_(problems) {}

    void read(tensorflow::NodeDef& proto) {
        node_.type = name(proto.op(), "an operator");
        node_.name = name(proto.name(), "a node");
        for (const std::string& input : proto.input()) {
            const bool waits = !input.empty() && input[0] == '^';
            (waits ? node_.waits : node_.inputs).push_back(name(waits ? input.substr(1) : input, "a tensor"));
        }
        for (auto& entry : *proto.mutable_attr()) {
            const std::string key = name(entry.key(), "an attribute");
            if (!key.empty() && key[0] != '_') {  // those are notes of TensorFlow to itself
                read_attr(key, *entry.mutable_value());
            }
        }
    }

   private:
    std::string name(const std::string& bytes, const char* what) {
        if (!model::is_utf8(bytes)) {
            problems_.add(code::kTensorFlow, "The name of ", what, " is not UTF-8: [", bytes, "].");
        }
        return bytes;
    }

    /// A type that there is not here stays a word, which no import function takes for a type.
    static ops::Attr type_attr(int32_t number) {
        const aclDataType type = tensorflow_dtype(number);
        return type == ACL_DT_UNDEFINED ? ops::Attr(tensorflow_dtype_name(number)) : ops::Attr(type);
    }

    void read_attr(const std::string& key, tensorflow::AttrValue& value) {
        using Value = tensorflow::AttrValue;
        switch (value.value_case()) {
            case Value::kS: node_.attrs.set(key, value.s()); break;
            case Value::kI: node_.attrs.set(key, int64_t{value.i()}); break;
            case Value::kF: node_.attrs.set(key, value.f()); break;
            case Value::kB: node_.attrs.set(key, value.b()); break;
            case Value::kType: node_.attrs.set(key, type_attr(value.type())); break;
            case Value::kShape:
                if (!value.shape().unknown_rank()) {
                    node_.attrs.set(key, ops::Ints(shape_of(value.shape()).dims()));
                }
                break;
            case Value::kTensor: read_tensor(key, *value.mutable_tensor()); break;
            case Value::kList: read_list(key, value.list()); break;
            case Value::kFunc:
                if (key == "f") {
                    node_.function = name(value.func().name(), "a function");
                } else if (key == "then_branch" || key == "else_branch" || key == "cond" || key == "body") {
                    node_.branches.push_back({key, name(value.func().name(), "a function"), {}, {}, {}});
                }
                break;
            default: break;
        }
    }

    /// A constant that cannot be read does no harm unless it is needed: then its import function says why.
    void read_tensor(const std::string& key, tensorflow::TensorProto& proto) {
        auto tensor = take_tensor(proto);
        if (tensor.ok()) {
            node_.attrs.set(key, std::move(*tensor));
        } else {
            node_.attrs.set(key, tensor.status().message());
        }
    }

    void read_list(const std::string& key, const tensorflow::AttrValue::ListValue& list) {
        if (list.f_size() != 0) {
            node_.attrs.set(key, ops::Floats(list.f().begin(), list.f().end()));
        } else if (list.b_size() != 0) {
            node_.attrs.set(key, ops::Bools(list.b().begin(), list.b().end()));
        } else if (list.s_size() != 0) {
            node_.attrs.set(key, ops::Strings(list.s().begin(), list.s().end()));
        } else if (list.type_size() != 0) {
            node_.attrs.set(key, ops::Ints(list.type().begin(), list.type().end()));
        } else if (list.shape_size() == 0) {
            node_.attrs.set(key, ops::Ints(list.i().begin(), list.i().end()));
        }
    }

    GraphNode& node_;
    Problems& problems_;
};

}  // namespace

std::string tensor_name(const TensorPlace& place) {
    return place.index == 0 ? place.node : place.node + ":" + std::to_string(place.index);
}

GraphNode read_node(tensorflow::NodeDef& proto, Problems& problems) {
    GraphNode node;
    NodeReader(node, problems).read(proto);
    return node;
}

size_t first_output(const std::string& type, const std::string& name) {
    if (const auto* names = output_names(type)) {
        for (size_t i = 0; i < names->size(); ++i) {
            if ((*names)[i] == name) {
                return i;
            }
        }
    }
    return 0;
}

}  // namespace softacl::convert
