// SPDX-License-Identifier: Apache-2.0
#include "graph/graph.h"

#include <algorithm>
#include <unordered_set>

#include "acl/acl_base.h"
#include "graph/body.h"

namespace softacl::graph {

ValueId Graph::add_input(std::string input_name, TensorType type) {
    const ValueId id = add_value({std::move(input_name), std::move(type), std::nullopt});
    inputs.push_back(id);
    return id;
}

ValueId Graph::add_constant(std::string constant_name, Tensor tensor) {
    TensorType type = tensor.type();
    return add_value({std::move(constant_name), std::move(type), std::move(tensor)});
}

std::string Graph::unique_name(const std::string& wanted) {
    std::string candidate = wanted.empty() ? "node" : wanted;
    for (int number = 1; !names_.insert(candidate).second; ++number) {
        candidate = (wanted.empty() ? "node" : wanted) + "_" + std::to_string(number);
    }
    return candidate;
}

ops::OpCall Graph::call(const Node& node) const {
    ops::OpCall call;
    call.op = node.op;
    call.name = node.name;
    call.attrs = node.attrs;
    for (const ValueId id : node.inputs) {
        const bool absent = id == kNoValue;
        call.inputs.push_back(absent ? nullptr : &value(id).type);
        call.constants.push_back(absent || !value(id).constant ? nullptr : &*value(id).constant);
    }
    for (const ValueId id : node.outputs) {
        call.outputs.push_back(value(id).type);
    }
    for (const auto& body : node.bodies) {
        call.bodies.push_back(std::make_shared<GraphBody>(body));
    }
    return call;
}

Result<std::vector<ValueId>> Graph::add_node(const std::string& node_name, const ops::OpDef& op,
                                             std::vector<ValueId> node_inputs, Attrs attrs, size_t output_count,
                                             std::optional<size_t> position,
                                             std::vector<std::shared_ptr<const Graph>> bodies) {
    Node node;
    node.bodies = std::move(bodies);
    node.name = node_name;
    node.op = &op;
    node.attrs = std::move(attrs);
    node.inputs = std::move(node_inputs);
    ops::OpCall call = this->call(node);
    call.outputs.resize(output_count);
    SOFTACL_TRY(op.complete(call));
    node.attrs = std::move(call.attrs);
    node.name = unique_name(node_name);
    node.origins = {node.name};
    for (size_t i = 0; i < call.outputs.size(); ++i) {
        node.outputs.push_back(add_value(
            {call.outputs.size() == 1 ? node.name : text(node.name, ":", i), std::move(call.outputs[i]), {}}));
    }
    std::vector<ValueId> made = node.outputs;
    const size_t at = position ? *position : nodes.size();
    nodes.insert(nodes.begin() + static_cast<std::ptrdiff_t>(at), std::move(node));
    return made;
}

Status Graph::infer_types() {
    for (Node& node : nodes) {
        ops::OpCall call = this->call(node);
        SOFTACL_TRY(node.op->complete(call));
        for (size_t i = 0; i < node.outputs.size(); ++i) {
            value(node.outputs[i]).type = std::move(call.outputs[i]);
        }
    }
    return {};
}

std::vector<int> Graph::producers() const {
    std::vector<int> made_by(values_.size(), -1);
    for (size_t i = 0; i < nodes.size(); ++i) {
        for (const ValueId id : nodes[i].outputs) {
            made_by[static_cast<size_t>(id)] = static_cast<int>(i);
        }
    }
    return made_by;
}

std::vector<std::vector<int>> Graph::consumers() const {
    std::vector<std::vector<int>> read_by(values_.size());
    for (size_t i = 0; i < nodes.size(); ++i) {
        for (const ValueId id : nodes[i].inputs) {
            if (id != kNoValue) {
                read_by[static_cast<size_t>(id)].push_back(static_cast<int>(i));
            }
        }
    }
    return read_by;
}

void Graph::replace_uses(ValueId from, ValueId to) {
    for (Node& node : nodes) {
        std::replace(node.inputs.begin(), node.inputs.end(), from, to);
    }
    std::replace(outputs.begin(), outputs.end(), from, to);
}

void Graph::compact() {
    std::vector<bool> needed(values_.size());
    for (const ValueId id : outputs) {
        needed[static_cast<size_t>(id)] = true;
    }
    std::vector<Node> kept;
    for (auto node = nodes.rbegin(); node != nodes.rend(); ++node) {
        if (std::none_of(node->outputs.begin(), node->outputs.end(),
                         [&](ValueId id) { return needed[static_cast<size_t>(id)]; })) {
            continue;
        }
        for (const ValueId id : node->inputs) {
            if (id != kNoValue) {
                needed[static_cast<size_t>(id)] = true;
            }
        }
        for (const ValueId id : node->outputs) {
            needed[static_cast<size_t>(id)] = true;
        }
        kept.push_back(std::move(*node));
    }
    nodes.assign(std::make_move_iterator(kept.rbegin()), std::make_move_iterator(kept.rend()));
    for (const ValueId id : inputs) {
        needed[static_cast<size_t>(id)] = true;
    }
    std::vector<ValueId> renamed(values_.size(), kNoValue);
    std::deque<Value> values;
    for (size_t i = 0; i < values_.size(); ++i) {
        if (needed[i]) {
            renamed[i] = static_cast<ValueId>(values.size());
            values.push_back(std::move(values_[i]));
        }
    }
    values_ = std::move(values);
    const auto rename = [&](std::vector<ValueId>& ids) {
        for (ValueId& id : ids) {
            id = id == kNoValue ? kNoValue : renamed[static_cast<size_t>(id)];
        }
    };
    rename(inputs);
    rename(outputs);
    for (Node& node : nodes) {
        rename(node.inputs);
        rename(node.outputs);
    }
}

// NOLINTNEXTLINE(misc-no-recursion): as deep as graphs are nested, which their readers limit
Status Graph::verify() const {
    const auto broken = [this](const std::string& what) {
        return fail(ACL_ERROR_INTERNAL_ERROR, "graph '", name, "': ", what);
    };
    const auto in_range = [this](ValueId id) { return id >= 0 && static_cast<size_t>(id) < values_.size(); };
    std::vector<bool> known(values_.size());
    for (size_t i = 0; i < values_.size(); ++i) {
        known[i] = values_[i].constant.has_value();
    }
    for (const ValueId id : inputs) {
        if (!in_range(id) || known[static_cast<size_t>(id)]) {
            return broken(text("input ", id, " is no value, or stands twice"));
        }
        known[static_cast<size_t>(id)] = true;
    }
    std::unordered_set<std::string> seen;
    for (const Node& node : nodes) {
        for (const auto& body : node.bodies) {
            SOFTACL_TRY(body->verify());
        }
        if (!seen.insert(node.name).second) {
            return broken("two nodes are named '" + node.name + "'");
        }
        for (const ValueId id : node.inputs) {
            if (id != kNoValue && (!in_range(id) || !known[static_cast<size_t>(id)])) {
                return broken("node '" + node.name + "' reads what no earlier node makes");
            }
        }
        for (const ValueId id : node.outputs) {
            if (!in_range(id) || known[static_cast<size_t>(id)]) {
                return broken("node '" + node.name + "' makes a value that is made already");
            }
            known[static_cast<size_t>(id)] = true;
        }
    }
    for (const ValueId id : outputs) {
        if (!in_range(id) || !known[static_cast<size_t>(id)]) {
            return broken(text("output ", id, " is made by nobody"));
        }
    }
    return outputs.size() == output_names.size() ? Status() : broken("not every output has a name");
}

}  // namespace softacl::graph
