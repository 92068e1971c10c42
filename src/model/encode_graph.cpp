// SPDX-License-Identifier: Apache-2.0
#include "model/encode_graph.h"

#include <algorithm>
#include <cstring>
#include <optional>

#include "acl/acl_base.h"
#include "model/attr_code.h"
#include "model/container.h"
#include "model/utf8.h"

namespace softacl::model {
namespace {

using graph::Graph;
using graph::kNoValue;
using graph::Node;
using graph::Value;
using graph::ValueId;

constexpr size_t kInlineSize = 64;

class GraphEncoder {
   public:
    /// `parent_input`: of a graph that a node runs, the input of the node that is its first one.
    GraphEncoder(const Graph& source, const std::string& name, FileParts& parts,
                 std::optional<size_t> parent_input = std::nullopt)
        : graph_(source),
          parent_input_(parent_input),
          name_(name),
          parts_(parts),
          message_(parts.definition->add_graph()),
          values_(graph_.value_count()) {}

    // NOLINTNEXTLINE(misc-no-recursion): as deep as graphs are nested, which their readers limit
    Status run(const std::vector<ops::IntLists>& ranges) {
        choose_names();
        message_->set_name(name_);
        for (size_t i = 0; i < graph_.inputs.size(); ++i) {
            SOFTACL_TRY(add_input(i, ranges.empty() ? ops::IntLists() : ranges[i]));
        }
        SOFTACL_TRY(add_constants());
        for (size_t i = 0; i < graph_.nodes.size(); ++i) {
            SOFTACL_TRY(add_node(graph_.nodes[i], node_names_[i]));
        }
        SOFTACL_TRY(add_output());
        return check_texts();
    }

   private:
    // Where the file has a value: an output of an operator.
    struct Place {
        std::string op;
        int64_t index = 0;
        ge::TensorDescriptor desc;
    };

    // Inputs keep their names before nodes do, since programs ask for them.
    void choose_names() {
        names_.take(kOutputNode);
        for (const ValueId id : graph_.inputs) {
            input_names_.push_back(names_.unique(graph_.value(id).name));
        }
        node_names_.resize(graph_.nodes.size());
        std::vector<size_t> collided;
        for (size_t i = 0; i < graph_.nodes.size(); ++i) {
            node_names_[i] = graph_.nodes[i].name;
            if (node_names_[i].empty() || !names_.take(node_names_[i])) {
                collided.push_back(i);
            }
        }
        for (const size_t i : collided) {
            node_names_[i] = names_.unique(graph_.nodes[i].name.empty() ? "node" : graph_.nodes[i].name);
        }
    }

    ge::OpDef* add_op(const std::string& name, const std::string& type) {
        auto* op = message_->add_op();
        op->set_name(name);
        op->set_type(type);
        op->set_id(message_->op_size() - 1);
        return op;
    }

    // `implied` is what the reader calls the value when the descriptor has no name.
    Status place_output(ValueId id, ge::OpDef* op, const std::string& implied) {
        const Value& value = graph_.value(id);
        if (!can_encode(value.type)) {
            return fail(ACL_ERROR_FEATURE_UNSUPPORTED, "'", op->name(), "': type ", value.type.text(), " (",
                        static_cast<int>(value.type.dtype), ") or format ", static_cast<int>(value.type.format),
                        " has no place in the file");
        }
        Place& place = values_[static_cast<size_t>(id)];
        place.op = op->name();
        place.index = op->output_desc_size();
        encode_type(value.type, &place.desc);
        auto* desc = op->add_output_desc();
        *desc = place.desc;
        if (value.name != implied) {
            desc->set_name(value.name);
        }
        return {};
    }

    // Readers insist that a value has the same type wherever it appears, so the consumer repeats the producer.
    void connect(ge::OpDef* op, ValueId id) {
        if (id == kNoValue) {
            op->add_input("");
            op->add_input_desc();
            op->add_is_input_const(false);
            return;
        }
        const Place& place = values_[static_cast<size_t>(id)];
        op->add_input(place.op + ":" + std::to_string(place.index));
        *op->add_input_desc() = place.desc;
        op->add_is_input_const(graph_.value(id).constant.has_value());
    }

    Status add_input(size_t index, const ops::IntLists& ranges) {
        const ValueId id = graph_.inputs[index];
        auto* op = add_op(input_names_[index], kData);
        add_entry(op->mutable_attr(), kIndex)->set_i(static_cast<int64_t>(index));
        if (parent_input_) {
            add_entry(op->mutable_attr(), kParentInput)->set_i(static_cast<int64_t>(*parent_input_ + index));
        }
        SOFTACL_TRY(place_output(id, op, graph_.value(id).name));
        if (!ranges.empty()) {
            auto* range = add_entry(op->mutable_output_desc(0)->mutable_attr(), kShapeRange);
            SOFTACL_TRY(encode_attr(ranges, range));
        }
        op->add_input("");
        *op->add_input_desc() = op->output_desc(0);
        return {};
    }

    Status add_constants() {
        std::vector<bool> used(graph_.value_count());
        for (const Node& node : graph_.nodes) {
            for (const ValueId id : node.inputs) {
                if (id != kNoValue) {
                    used[static_cast<size_t>(id)] = true;
                }
            }
        }
        for (const ValueId id : graph_.outputs) {
            used[static_cast<size_t>(id)] = true;
        }
        for (size_t i = 0; i < used.size(); ++i) {
            const auto id = static_cast<ValueId>(i);
            if (used[i] && graph_.value(id).constant) {
                SOFTACL_TRY(add_constant(id));
            }
        }
        return {};
    }

    Status add_constant(ValueId id) {
        const Value& value = graph_.value(id);
        return add_constant(names_.unique(value.name.empty() ? "Const" : value.name), id, *value.constant);
    }

    Status add_constant(const std::string& name, ValueId id, const Tensor& tensor) {
        auto* op = add_op(name, kConst);
        SOFTACL_TRY(place_output(id, op, name));
        const TensorType& type = graph_.value(id).type;
        if (tensor.type() != type || !type.shape.is_known() || size_of(type.dtype) == 0) {
            return fail(ACL_ERROR_INTERNAL_ERROR, "the constant '", name, "' of type ", tensor.type().text(),
                        " is declared as ", type.text());
        }
        if (parts_.in_file && tensor.bytes() > kInlineSize) {
            op->set_type(kFileConstant);
            add_entry(op->mutable_attr(), kLocation)->set_s(std::string());
            add_entry(op->mutable_attr(), kOffset)->set_i(static_cast<int64_t>(parts_.weights.offset_of(tensor)));
            add_entry(op->mutable_attr(), kLength)->set_i(static_cast<int64_t>(tensor.bytes()));
            return {};
        }
        auto* message = add_entry(op->mutable_attr(), kValue)->mutable_t();
        *message->mutable_desc() = values_[static_cast<size_t>(id)].desc;
        message->mutable_desc()->set_weight_size(static_cast<int64_t>(tensor.bytes()));
        if (tensor.bytes() > kInlineSize) {
            message->mutable_desc()->set_data_offset(static_cast<int64_t>(parts_.weights.offset_of(tensor)));
        } else {
            message->set_data(tensor.data(), tensor.bytes());
        }
        return {};
    }

    // What the reader will find out has to be what is written.
    Status check_node(const Node& node) const {
        ops::OpCall call = graph_.call(node);
        SOFTACL_TRY(node.op->complete(call));
        for (size_t i = 0; i < node.outputs.size(); ++i) {
            const TensorType& type = graph_.value(node.outputs[i]).type;
            if (call.outputs[i] != type) {
                return fail(ACL_ERROR_INTERNAL_ERROR, call.place(), "output ", i, " is declared as ", type.text(),
                            " but inferred as ", call.outputs[i].text());
            }
        }
        return {};
    }

    // NOLINTNEXTLINE(misc-no-recursion): as deep as graphs are nested, which their readers limit
    Status add_node(const Node& node, const std::string& name) {
        SOFTACL_TRY(check_node(node));
        if (node.op->name() == kConst) {  // a node that nobody folded
            return add_constant(name, node.outputs[0], node.attrs.at<Tensor>(kValue));
        }
        auto* op = add_op(name, node.op->name());
        for (const auto& [key, value] : node.attrs) {
            SOFTACL_TRY(encode_attr(value, add_entry(op->mutable_attr(), key)));
        }
        if (node.origins != std::vector<std::string>{name}) {
            SOFTACL_TRY(encode_attr(node.origins, add_entry(op->mutable_attr(), kOrigins)));
        }
        for (const ValueId id : node.inputs) {
            connect(op, id);
        }
        for (size_t i = 0; i < node.outputs.size(); ++i) {
            SOFTACL_TRY(place_output(node.outputs[i], op, node.outputs.size() == 1 ? name : text(name, ":", i)));
        }
        for (size_t i = 0; i < node.bodies.size(); ++i) {
            const std::string body = parts_.graphs.unique(name + "_" + node.op->bodies()[i]);
            op->add_subgraph_name(body);
            const size_t first = node.inputs.size() - node.bodies[i]->inputs.size();
            SOFTACL_TRY(GraphEncoder(*node.bodies[i], body, parts_, first).run({}));
        }
        return {};
    }

    Status add_output() {
        auto* op = add_op(kOutputNode, kNetOutput);
        for (const ValueId id : graph_.outputs) {
            connect(op, id);
            const Place& place = values_[static_cast<size_t>(id)];
            op->add_src_name(place.op);
            op->add_src_index(place.index);
            auto* desc = op->mutable_input_desc(op->input_desc_size() - 1);
            add_entry(desc->mutable_attr(), "_origin_output_tensor_name")->set_s(graph_.value(id).name);
        }
        return {};
    }

    Status check_texts() const {
        SOFTACL_TRY(check_text(name_));
        for (const auto& op : message_->op()) {
            SOFTACL_TRY(check_text(op.name()));
            for (const auto& desc : op.output_desc()) {
                SOFTACL_TRY(check_text(desc.name()));
            }
        }
        return {};
    }

    const Graph& graph_;
    const std::optional<size_t> parent_input_;
    const std::string name_;
    FileParts& parts_;
    ge::GraphDef* message_;
    std::vector<Place> values_;  // by value
    Names names_;
    std::vector<std::string> input_names_;
    std::vector<std::string> node_names_;
};

}  // namespace

uint64_t WeightsWriter::offset_of(const Tensor& tensor) {
    auto& equals = by_digest_[digest_of(tensor.data(), tensor.bytes())];
    for (const size_t i : equals) {
        const auto& block = plan_->blocks[i];
        if (block.tensor.bytes() == tensor.bytes() &&
            std::memcmp(block.tensor.data(), tensor.data(), tensor.bytes()) == 0) {
            return block.offset;
        }
    }
    const uint64_t offset = plan_->size;
    equals.push_back(plan_->blocks.size());
    plan_->blocks.push_back({offset, tensor});
    plan_->size += (tensor.bytes() + kWeightAlignment - 1) / kWeightAlignment * kWeightAlignment;
    return offset;
}

Status check_text(const std::string& name) {
    return is_utf8(name)
               ? Status()
               : fail(ACL_ERROR_FEATURE_UNSUPPORTED, "the name '", name, "' is not UTF-8, which the file requires");
}

Status encode_graph(const Graph& source, const std::string& name, const std::vector<ops::IntLists>& ranges,
                    FileParts& parts) {
    return GraphEncoder(source, name, parts).run(ranges);
}

}  // namespace softacl::model
