// SPDX-License-Identifier: Apache-2.0
#include "graph/passes/edit.h"

#include <algorithm>
#include <numeric>

#include "acl/acl_base.h"

namespace softacl::graph {

Edit::Edit(Graph& graph)
    : graph_(graph), made_by_(graph.producers()), dead_(graph.nodes.size()), before_(graph.nodes.size()) {
    grow();
    std::iota(before_.begin(), before_.end(), size_t{0});
    for (const Node& node : graph.nodes) {
        std::for_each(node.inputs.begin(), node.inputs.end(), [this](ValueId id) { use(id); });
    }
    for (const ValueId id : graph.outputs) {
        use(id);
        is_output_[static_cast<size_t>(id)] = true;
    }
}

void Edit::grow() {
    const size_t count = graph_.value_count();
    made_by_.resize(count, -1);
    uses_.resize(count);
    is_output_.resize(count);
    instead_.resize(count, kNoValue);
}

const Tensor* Edit::constant(ValueId id) const {
    return id == kNoValue || !graph_.value(id).constant ? nullptr : &*graph_.value(id).constant;
}

const Node* Edit::made_by(ValueId id, const char* op) const {
    const int at = id == kNoValue ? -1 : made_by_[static_cast<size_t>(id)];
    if (at < 0) {
        return nullptr;
    }
    const Node& node = graph_.nodes[static_cast<size_t>(at)];
    return op == nullptr || node.op->name() == op ? &node : nullptr;
}

const Node* Edit::made_for_one(ValueId id, const char* op) const {
    return id != kNoValue && has_one_reader(id) ? made_by(id, op) : nullptr;
}

void Edit::use(ValueId id) {
    if (id != kNoValue) {
        ++uses_[static_cast<size_t>(id)];
    }
}

void Edit::release(ValueId id) {
    if (id == kNoValue || --uses_[static_cast<size_t>(id)] > 0) {
        return;
    }
    const int maker = made_by_[static_cast<size_t>(id)];
    if (maker < 0) {
        return;
    }
    const std::vector<ValueId>& outputs = graph_.nodes[static_cast<size_t>(maker)].outputs;
    if (std::all_of(outputs.begin(), outputs.end(), [&](ValueId output) { return uses_[size_t(output)] == 0; })) {
        remove(static_cast<size_t>(maker));
    }
}

void Edit::remove(size_t position) {
    if (!dead_[position]) {
        dead_[position] = true;
        follow(graph_.nodes[position].inputs);
        const std::vector<ValueId>& inputs = graph_.nodes[position].inputs;
        std::for_each(inputs.begin(), inputs.end(), [this](ValueId id) { release(id); });
    }
}

void Edit::follow(std::vector<ValueId>& ids) const {
    for (ValueId& id : ids) {
        while (id != kNoValue && instead_[static_cast<size_t>(id)] != kNoValue) {
            id = instead_[static_cast<size_t>(id)];
        }
    }
}

bool Edit::become(size_t position, const std::string& op, std::vector<ValueId> inputs, Attrs attrs,
                  const std::vector<const Node*>& merged) {
    Node& node = graph_.nodes[position];
    Node next;
    next.name = node.name;
    next.op = ops::find_op(op);
    if (next.op == nullptr) {
        return false;
    }
    next.attrs = std::move(attrs);
    next.inputs = std::move(inputs);
    next.outputs = node.outputs;
    ops::OpCall call = graph_.call(next);
    if (!next.op->complete(call).ok()) {
        return false;
    }
    for (size_t i = 0; i < node.outputs.size(); ++i) {
        const TensorType& wanted = type(node.outputs[i]);
        if (call.outputs[i].dtype != wanted.dtype || call.outputs[i].shape != wanted.shape) {
            return false;
        }
    }
    next.attrs = std::move(call.attrs);
    next.origins = joined_origins(merged, node);
    std::for_each(next.inputs.begin(), next.inputs.end(), [this](ValueId id) { use(id); });
    const std::vector<ValueId> old = std::move(node.inputs);
    node = std::move(next);
    std::for_each(old.begin(), old.end(), [this](ValueId id) { release(id); });
    changed_ = true;
    return true;
}

ValueId Edit::add_constant(const std::string& name, Tensor tensor) {
    const ValueId id = graph_.add_constant(name, std::move(tensor));
    grow();
    return id;
}

Result<ValueId> Edit::add_before(size_t position, const std::string& name, const std::string& op,
                                 std::vector<ValueId> inputs, Attrs attrs) {
    const ops::OpDef* found = ops::find_op(op);
    if (found == nullptr) {
        return fail(ACL_ERROR_INTERNAL_ERROR, "there is no operator ", op);
    }
    SOFTACL_ASSIGN(const auto made, graph_.add_node(name, *found, std::move(inputs), std::move(attrs), 1));
    grow();
    Node& node = graph_.nodes.back();
    node.origins = graph_.nodes[position].origins;
    std::for_each(node.inputs.begin(), node.inputs.end(), [this](ValueId id) { use(id); });
    made_by_[static_cast<size_t>(made.front())] = static_cast<int>(graph_.nodes.size() - 1);
    dead_.push_back(false);
    before_.push_back(position);
    changed_ = true;
    return made.front();
}

bool Edit::bypass(size_t position, ValueId from, ValueId to) {
    const Node* maker = made_by(to);
    if (is_output(from)) {
        if (maker == nullptr || is_output(to) || type(from) != type(to)) {
            return false;
        }
        graph_.value(to).name = graph_.value(from).name;  // clients know it under this name
        is_output_[static_cast<size_t>(to)] = true;
    }
    if (maker != nullptr) {
        graph_.nodes[this->position(*maker)].origins = joined_origins({maker}, node(position));
    }
    instead_[static_cast<size_t>(from)] = to;
    uses_[static_cast<size_t>(to)] += uses_[static_cast<size_t>(from)];
    uses_[static_cast<size_t>(from)] = 0;
    remove(position);
    changed_ = true;
    return true;
}

void Edit::fold(size_t position, const std::vector<Tensor>& values) {
    const std::vector<ValueId>& outputs = graph_.nodes[position].outputs;
    for (size_t i = 0; i < outputs.size(); ++i) {
        Value& value = graph_.value(outputs[i]);
        value.constant = values[i].viewed_as(value.type);
        made_by_[static_cast<size_t>(outputs[i])] = -1;
    }
    remove(position);
    changed_ = true;
}

Status Edit::finish() {
    if (!changed_) {
        return {};
    }
    follow(graph_.outputs);
    std::vector<size_t> order;
    for (size_t i = 0; i < graph_.nodes.size(); ++i) {
        if (!dead_[i]) {
            follow(graph_.nodes[i].inputs);
            order.push_back(i);
        }
    }
    // Added nodes stand at the end in the order in which they need each other.
    const auto key = [this](size_t i) { return std::pair(before_[i], before_[i] == i); };
    std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) { return key(a) < key(b); });
    std::vector<Node> nodes;
    nodes.reserve(order.size());
    for (const size_t i : order) {
        nodes.push_back(std::move(graph_.nodes[i]));
    }
    graph_.nodes = std::move(nodes);
    graph_.compact();
    return graph_.verify();
}

std::vector<std::string> joined_origins(const std::vector<const Node*>& merged, const Node& last) {
    std::vector<std::string> all;
    const auto add = [&all](const Node& node) {
        for (const std::string& name : node.origins) {
            if (std::find(all.begin(), all.end(), name) == all.end()) {
                all.push_back(name);
            }
        }
    };
    for (const Node* node : merged) {
        add(*node);
    }
    add(last);
    return all;
}

}  // namespace softacl::graph
