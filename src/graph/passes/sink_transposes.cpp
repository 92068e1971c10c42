// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <optional>

#include "graph/passes/match.h"
#include "graph/passes/passes.h"

namespace softacl::graph {
namespace {

bool is_pad(const Node& node) {
    const std::string& op = node.op->name();
    return op == "Pad" || op == "PadV2" || op == "MirrorPad" || op == "PadV3";
}
bool is_reduction(const Node& node) {
    const std::string& op = node.op->name();
    return op == "ReduceMean" || op == "ReduceSum" || op == "ReduceMax" || op == "ReduceMin";
}
bool is_elementwise(const Node& node) { return is_unary_elementwise(node) || is_broadcasting(node); }
bool lets_through(const Node& node) {
    const std::string& op = node.op->name();
    return is_elementwise(node) || is_pad(node) || is_reduction(node) || op == "ConcatD" || op == "TransposeD";
}

// That of a transpose which moves channels from behind the batch to the end.
bool moves_channels(const ops::Ints& order) {
    if (order.size() < 4 || order[0] != 0 || order.back() != 1) {
        return false;
    }
    for (size_t i = 1; i + 1 < order.size(); ++i) {
        if (order[i] != static_cast<int64_t>(i) + 1) {
            return false;
        }
    }
    return true;
}

ops::Ints inverse(const ops::Ints& order) {
    ops::Ints result(order.size());
    for (size_t i = 0; i < order.size(); ++i) {
        result[static_cast<size_t>(order[i])] = static_cast<int64_t>(i);
    }
    return result;
}

class Sink {
   public:
    Sink(Edit& edit, const std::vector<bool>& through) : edit_(edit), through_(through) {}

    // Makes the node work on what its transposes read, with one transpose behind it.
    Status visit(size_t position) {
        const Node node = edit_.node(position);
        if (node.op->name() == "TransposeD" || !lets_through(node) || node.outputs.size() != 1 || !find_order(node)) {
            return {};
        }
        if (is_elementwise(node)) {
            return elementwise(position, node);
        }
        if (node.op->name() == "ConcatD") {
            return concat(position, node);
        }
        return is_pad(node) ? pad(position, node) : reduce(position, node);
    }

   private:
    size_t rank() const { return order_.size(); }

    bool is_moved(ValueId id) const {
        const Node* maker = id == kNoValue ? nullptr : edit_.made_by(id, "TransposeD");
        return maker != nullptr && maker->attrs.at<ops::Ints>("perm") == order_ && !edit_.is_output(id) &&
               static_cast<size_t>(id) < through_.size() && through_[static_cast<size_t>(id)];
    }

    bool find_order(const Node& node) {
        for (const ValueId id : node.inputs) {
            const Node* maker = id == kNoValue ? nullptr : edit_.made_by(id, "TransposeD");
            if (maker != nullptr && moves_channels(maker->attrs.at<ops::Ints>("perm"))) {
                order_ = maker->attrs.at<ops::Ints>("perm");
                return is_moved(id);
            }
        }
        return false;
    }

    // The operand with channels behind the batch, if that costs nothing.
    Result<ValueId> operand(size_t position, ValueId id, const std::string& name) {
        if (is_moved(id)) {
            return edit_.made_by(id)->inputs[0];
        }
        const Shape& shape = edit_.type(id).shape;
        if (shape.elements() == 1 && shape.rank() <= 1) {
            return id;
        }
        if (shape.rank() > rank() || !shape.is_known()) {
            return kNoValue;
        }
        ops::Ints full(rank() - shape.rank(), 1);
        full.insert(full.end(), shape.begin(), shape.end());
        const bool free =
            full.back() == 1 || std::all_of(full.begin() + 1, full.end() - 1, [](auto d) { return d == 1; });
        const Tensor* constant = edit_.constant(id);
        if (!free && constant == nullptr) {
            return kNoValue;
        }
        if (free) {  // only dimensions of 1 change their places
            ops::Ints dims = full;
            std::rotate(dims.begin() + 1, dims.end() - 1, dims.end());
            if (constant != nullptr) {
                return edit_.add_constant(name + "_" + "channels_first",
                                          constant->viewed_as({constant->dtype(), Shape(dims), ACL_FORMAT_ND}));
            }
            const ValueId list = edit_.add_constant(name + "_shape", Tensor::list(dims));
            return edit_.add_before(position, name + "_channels_first", "Reshape", {id, list}, {});
        }
        if (shape.rank() < rank()) {
            return kNoValue;
        }
        return edit_.add_before(position, name + "_channels_first", "TransposeD", {id}, {{"perm", inverse(order_)}});
    }

    Status finish(size_t position, const Node& node, std::vector<ValueId> inputs, Attrs attrs) {
        const auto y = edit_.add_before(position, node.name + "_channels_first", node.op->name(), std::move(inputs),
                                        std::move(attrs));
        if (y.ok()) {
            edit_.become(position, "TransposeD", {*y}, {{"perm", order_}}, {});
        }
        return {};
    }

    Status elementwise(size_t position, const Node& node) {
        if (edit_.type(node.outputs[0]).shape.rank() != rank()) {
            return {};
        }
        // Refused before anything is added.
        for (const ValueId id : node.inputs) {
            const Shape& shape = edit_.type(id).shape;
            const bool number = shape.elements() == 1 && shape.rank() <= 1;
            const bool column = shape.rank() > 0 && shape.rank() <= rank() && shape.is_known() &&
                                (shape[shape.rank() - 1] == 1 || shape.rank() == 1 ||
                                 std::all_of(shape.begin() + (shape.rank() == rank() ? 1 : 0), shape.end() - 1,
                                             [](int64_t d) { return d == 1; }));
            if (!is_moved(id) && !number && !column && (edit_.constant(id) == nullptr || shape.rank() != rank())) {
                return {};
            }
        }
        std::vector<ValueId> inputs;
        for (size_t i = 0; i < node.inputs.size(); ++i) {
            SOFTACL_ASSIGN(const ValueId id, operand(position, node.inputs[i], node.name + "_" + std::to_string(i)));
            if (id == kNoValue) {
                return {};
            }
            inputs.push_back(id);
        }
        return finish(position, node, std::move(inputs), node.attrs);
    }

    Status concat(size_t position, const Node& node) {
        std::vector<ValueId> inputs;
        for (const ValueId id : node.inputs) {
            if (!is_moved(id)) {
                return {};
            }
            inputs.push_back(edit_.made_by(id)->inputs[0]);
        }
        int64_t axis = node.attrs.at<int64_t>("concat_dim");
        axis += axis < 0 ? static_cast<int64_t>(rank()) : 0;
        Attrs attrs = node.attrs;
        attrs.set("concat_dim", order_[static_cast<size_t>(axis)]);
        return finish(position, node, std::move(inputs), std::move(attrs));
    }

    Status pad(size_t position, const Node& node) {
        const auto values = known_ints(edit_, node.inputs[1]);
        if (!is_moved(node.inputs[0]) || !values || values->size() != 2 * rank() ||
            !node.attrs.get<bool>("paddings_contiguous", true)) {
            return {};
        }
        ops::Ints moved(values->size());
        for (size_t i = 0; i < rank(); ++i) {
            const auto to = static_cast<size_t>(order_[i]);
            moved[2 * to] = (*values)[2 * i];
            moved[2 * to + 1] = (*values)[2 * i + 1];
        }
        const Shape shape = edit_.type(node.inputs[1]).shape;
        std::vector<ValueId> inputs = node.inputs;
        inputs[0] = edit_.made_by(node.inputs[0])->inputs[0];
        inputs[1] = edit_.add_constant(node.name + "_paddings", Tensor::of<int64_t>(shape, moved));
        return finish(position, node, std::move(inputs), node.attrs);
    }

    // What is left of the order may be that of the result already.
    Status reduce(size_t position, const Node& node) {
        auto axes = known_ints(edit_, node.inputs[1]);
        if (!is_moved(node.inputs[0]) || !axes || axes->empty()) {
            return {};
        }
        std::vector<bool> gone(rank());
        for (int64_t& axis : *axes) {
            axis += axis < 0 ? static_cast<int64_t>(rank()) : 0;
            axis = order_[static_cast<size_t>(axis)];
            gone[static_cast<size_t>(axis)] = true;
        }
        std::sort(axes->begin(), axes->end());
        const ValueId list = edit_.add_constant(node.name + "_axes", Tensor::list(*axes));
        const ValueId x = edit_.made_by(node.inputs[0])->inputs[0];
        if (node.attrs.get<bool>("keep_dims", false)) {
            return finish(position, node, {x, list}, node.attrs);
        }
        ops::Ints left;
        for (const int64_t axis : order_) {
            if (!gone[static_cast<size_t>(axis)]) {
                left.push_back(axis);
            }
        }
        if (std::is_sorted(left.begin(), left.end())) {
            edit_.become(position, node.op->name(), {x, list}, node.attrs, {});
        }
        return {};
    }

    Edit& edit_;
    const std::vector<bool>& through_;
    ops::Ints order_;
};

}  // namespace

Result<bool> sink_transposes(Graph& graph) {
    // Only where every reader of a transpose takes part: else there would be one more than before.
    std::vector<bool> through(graph.value_count(), true);
    for (const Node& node : graph.nodes) {
        for (const ValueId id : node.inputs) {
            if (id != kNoValue && !lets_through(node)) {
                through[static_cast<size_t>(id)] = false;
            }
        }
    }
    Edit edit(graph);
    SOFTACL_TRY(edit.sweep([&](size_t position) { return Sink(edit, through).visit(position); }));
    return edit.changed();
}

}  // namespace softacl::graph
