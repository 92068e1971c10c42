// SPDX-License-Identifier: Apache-2.0
// Activations that networks spell out: x * sigmoid(x) is Swish. A product is taken apart into its factors first, so the
// order in which they were multiplied does not matter.
#include <array>
#include <cmath>

#include "graph/passes/match.h"
#include "graph/passes/passes.h"

namespace softacl::graph {
namespace {

struct Product {
    double constant = 1;
    std::vector<ValueId> factors;
    std::vector<const Node*> nodes;  ///< that multiply
};

void take_apart(const Edit& edit, const Node& node, Product& product) {
    product.nodes.push_back(&node);
    const auto factor = [&](ValueId id) {
        if (const auto value = number(edit, id)) {
            product.constant *= *value;
            return;
        }
        const Node* maker = edit.made_for_one(id, "Mul");
        if (maker == nullptr && (maker = edit.made_for_one(id, "RealDiv")) != nullptr &&
            !number(edit, maker->inputs[1])) {
            maker = nullptr;
        }
        if (maker != nullptr) {
            take_apart(edit, *maker, product);
        } else {
            product.factors.push_back(id);
        }
    };
    factor(node.inputs[0]);
    if (node.op->name() == "Mul") {
        factor(node.inputs[1]);
    } else {
        product.constant /= number(edit, node.inputs[1]).value_or(1);
    }
}

// x + constant, of a value that only one node reads.
struct Sum {
    ValueId x;
    double constant;
    const Node* node;
};
std::optional<Sum> sum_of(const Edit& edit, ValueId id) {
    if (const Node* node = edit.made_for_one(id, "Add")) {
        for (const auto& [x, constant] : both_orders(*node)) {
            if (const auto value = number(edit, constant)) {
                return Sum{x, *value, node};
            }
        }
    }
    return std::nullopt;
}

// A function of x that is one factor of an activation; `nodes` gets what computes it.
using Match = ValueId (*)(const Edit& edit, ValueId factor, std::vector<const Node*>& nodes);

ValueId sigmoid(const Edit& edit, ValueId factor, std::vector<const Node*>& nodes) {
    const Node* node = edit.made_for_one(factor, "Sigmoid");
    nodes.push_back(node);
    return node == nullptr ? kNoValue : node->inputs[0];
}

ValueId tanh_of_softplus(const Edit& edit, ValueId factor, std::vector<const Node*>& nodes) {
    const Node* outer = edit.made_for_one(factor, "Tanh");
    const Node* inner = outer == nullptr ? nullptr : edit.made_for_one(outer->inputs[0], "Softplus");
    nodes.insert(nodes.end(), {inner, outer});
    return inner == nullptr ? kNoValue : inner->inputs[0];
}

ValueId hard_sigmoid(const Edit& edit, ValueId factor, std::vector<const Node*>& nodes) {
    const Node* node = edit.made_for_one(factor, "HardSigmoid");
    nodes.push_back(node);
    const bool fits = node != nullptr && is_about(static_cast<double>(node->attrs.at<float>("alpha")), 1.0 / 6) &&
                      node->attrs.at<float>("beta") == 0.5F;
    return fits ? node->inputs[0] : kNoValue;
}

// min(max(x + 3, 0), 6)
ValueId clipped(const Edit& edit, ValueId factor, std::vector<const Node*>& nodes) {
    const Node* clip = edit.made_for_one(factor, "ClipByValueV2");
    if (clip != nullptr && (number(edit, clip->inputs[1]) != 0.0 || number(edit, clip->inputs[2]) != 6.0)) {
        return kNoValue;
    }
    clip = clip == nullptr ? edit.made_for_one(factor, "Relu6") : clip;
    const auto sum = clip == nullptr ? std::nullopt : sum_of(edit, clip->inputs[0]);
    if (!sum || sum->constant != 3) {
        return kNoValue;
    }
    nodes.insert(nodes.end(), {sum->node, clip});
    return sum->x;
}

// 1 + erf(x / sqrt(2))
ValueId erf(const Edit& edit, ValueId factor, std::vector<const Node*>& nodes) {
    const auto sum = sum_of(edit, factor);
    const Node* function = sum && sum->constant == 1 ? edit.made_for_one(sum->x, "Erf") : nullptr;
    const Node* scaling = function == nullptr ? nullptr : edit.made_for_one(function->inputs[0]);
    if (scaling == nullptr || (scaling->op->name() != "Mul" && scaling->op->name() != "RealDiv")) {
        return kNoValue;
    }
    Product product;
    take_apart(edit, *scaling, product);
    if (product.factors.size() != 1 || !is_about(product.constant, std::sqrt(0.5))) {
        return kNoValue;
    }
    nodes.insert(nodes.end(), product.nodes.rbegin(), product.nodes.rend());
    nodes.insert(nodes.end(), {function, sum->node});
    return product.factors[0];
}

struct Rule {
    const char* op;
    double constant;
    Match match;
};
constexpr std::array<Rule, 5> kRules = {{{"Swish", 1, sigmoid},
                                         {"Mish", 1, tanh_of_softplus},
                                         {"HardSwish", 1, hard_sigmoid},
                                         {"HardSwish", 1.0 / 6, clipped},
                                         {"Gelu", 0.5, erf}}};

void find_activation(Edit& edit, size_t position) {
    const Node& node = edit.node(position);
    if (node.op->name() != "Mul" && (node.op->name() != "RealDiv" || !number(edit, node.inputs[1]))) {
        return;
    }
    Product product;
    take_apart(edit, node, product);
    if (product.factors.size() != 2) {
        return;
    }
    for (const Rule& rule : kRules) {
        for (const size_t which : {0U, 1U}) {
            std::vector<const Node*> nodes;
            const ValueId x = rule.match(edit, product.factors[which], nodes);
            if (x == kNoValue || x != product.factors[1 - which] || !is_about(product.constant, rule.constant)) {
                continue;
            }
            nodes.insert(nodes.end(), product.nodes.rbegin(), product.nodes.rend());
            if (edit.become(position, rule.op, {x}, {}, nodes)) {
                return;
            }
        }
    }
}

}  // namespace

Result<bool> find_activations(Graph& graph) {
    Edit edit(graph);
    SOFTACL_TRY(edit.sweep([&](size_t position) -> Status {
        find_activation(edit, position);
        return {};
    }));
    return edit.changed();
}

}  // namespace softacl::graph
