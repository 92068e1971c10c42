// SPDX-License-Identifier: Apache-2.0
#include "convert/network.h"

#include <algorithm>
#include <functional>
#include <queue>
#include <unordered_set>

namespace softacl::convert {
namespace {

/// Tensors known at some place: of this network, then of those around it.
struct Scope {
    std::unordered_map<std::string, int> makers;  ///< -1: input or constant
    const Scope* outer = nullptr;

    bool has(const std::string& name) const {
        return makers.count(name) != 0 || (outer != nullptr && outer->has(name));
    }
};

std::string place(const NetworkNode& node) { return "node '" + node.name + "' [" + node.optype() + "]"; }

void name_nodes(Network& network) {
    std::unordered_set<std::string> taken;
    for (const NetworkNode& node : network.nodes) {
        taken.insert(node.name);
    }
    std::unordered_set<std::string> seen;
    for (size_t k = 0; k < network.nodes.size(); ++k) {
        NetworkNode& node = network.nodes[k];
        const bool unnamed = node.name.empty();
        const std::string wanted = unnamed ? text(node.type, "_", k) : node.name;
        std::string candidate = wanted;
        for (int number = 1; seen.count(candidate) != 0 || ((unnamed || number > 1) && taken.count(candidate) != 0);
             ++number) {
            candidate = text(wanted, "_", number);
        }
        seen.insert(candidate);
        node.name = candidate;
    }
}

Scope find_makers(const Network& network, const Scope* outer, Problems& problems) {
    Scope scope;
    scope.outer = outer;
    for (const auto& constant : network.constants) {
        scope.makers.emplace(constant.first, -1);
    }
    for (const NetworkTensor& input : network.inputs) {
        if (!scope.makers.emplace(input.name, -1).second) {
            problems.add(network.code(), "Two inputs of the network are named [", input.name, "].");
        }
    }
    for (size_t k = 0; k < network.nodes.size(); ++k) {
        const NetworkNode& node = network.nodes[k];
        for (const std::string& name : node.outputs) {
            if (name.empty()) {
                continue;
            }
            const auto [at, added] = scope.makers.emplace(name, static_cast<int>(k));
            if (!added) {
                const std::string other = at->second < 0 ? std::string("an input or initializer of the network")
                                                         : place(network.nodes[static_cast<size_t>(at->second)]);
                problems.add(node.code(), "Tensor [", name, "] is made twice: by ", other, " and by ", place(node),
                             ". Tensor names must be unique.");
            }
        }
    }
    return scope;
}

/// One circle among the nodes that could not be put into order.
std::string circle(const Network& network, const std::vector<std::vector<int>>& before, const std::vector<bool>& done) {
    const auto first = std::find(done.begin(), done.end(), false) - done.begin();
    std::unordered_map<int, size_t> visited;
    std::vector<int> path;
    int node = static_cast<int>(first);
    while (visited.emplace(node, path.size()).second) {
        path.push_back(node);
        const auto& wanted = before[static_cast<size_t>(node)];
        node = *std::find_if(wanted.begin(), wanted.end(), [&](int k) { return !done[static_cast<size_t>(k)]; });
    }
    std::string names;
    const size_t begin = visited[node];
    for (size_t i = path.size(); i-- > begin;) {
        names += (names.empty() ? "'" : " -> '") + network.nodes[static_cast<size_t>(path[i])].name + "'";
    }
    return names;
}

/// Orders the nodes, those of the file as far as possible.
void order_nodes(Network& network, const Scope& scope, Problems& problems) {
    const size_t count = network.nodes.size();
    std::vector<std::vector<int>> before(count);
    std::vector<std::vector<int>> after(count);
    std::vector<size_t> missing(count);
    for (size_t k = 0; k < count; ++k) {
        for (const std::string& name : needs(network.nodes[k])) {
            const auto maker = scope.makers.find(name);
            if (maker != scope.makers.end() && maker->second >= 0) {
                before[k].push_back(maker->second);
                after[static_cast<size_t>(maker->second)].push_back(static_cast<int>(k));
                ++missing[k];
            }
        }
    }
    std::priority_queue<int, std::vector<int>, std::greater<>> ready;
    for (size_t k = 0; k < count; ++k) {
        if (missing[k] == 0) {
            ready.push(static_cast<int>(k));
        }
    }
    std::vector<bool> done(count);
    std::vector<int> order;
    while (!ready.empty()) {
        const int k = ready.top();
        ready.pop();
        order.push_back(k);
        done[static_cast<size_t>(k)] = true;
        for (const int reader : after[static_cast<size_t>(k)]) {
            if (--missing[static_cast<size_t>(reader)] == 0) {
                ready.push(reader);
            }
        }
    }
    if (order.size() < count) {
        problems.add(network.code(), "The nodes ", circle(network, before, done),
                     " need each other's results in a circle, so that none can be computed first.");
        return;
    }
    std::vector<NetworkNode> sorted;
    sorted.reserve(count);
    for (const int k : order) {
        sorted.push_back(std::move(network.nodes[static_cast<size_t>(k)]));
    }
    network.nodes = std::move(sorted);
}

// NOLINTNEXTLINE(misc-no-recursion): as deep as the file nests bodies, which its reader limits
void settle_in(Network& network, const Scope* outer, Problems& problems) {
    name_nodes(network);
    const Scope scope = find_makers(network, outer, problems);
    for (NetworkNode& node : network.nodes) {
        for (const std::string& name : node.inputs) {
            if (!name.empty() && !scope.has(name)) {
                problems.add(node.code(), "Tensor [", name, "], which ", place(node),
                             " reads, is made by no node and is no input or initializer of the network.");
            }
        }
        for (const auto& body : node.bodies) {
            settle_in(*body.second, &scope, problems);
        }
    }
    for (const NetworkTensor& output : network.outputs) {
        if (!scope.has(output.name)) {
            problems.add(network.code(), "Tensor [", output.name, "], an output of the network, is made by no node.");
        }
    }
    order_nodes(network, scope, problems);
}

// NOLINTNEXTLINE(misc-no-recursion): as deep as the file nests bodies, which its reader limits
void free_names(const Network& body, std::vector<std::string>& names) {
    std::unordered_set<std::string> own;
    for (const auto& constant : body.constants) {
        own.insert(constant.first);
    }
    for (const NetworkTensor& input : body.inputs) {
        own.insert(input.name);
    }
    for (const NetworkNode& node : body.nodes) {
        own.insert(node.outputs.begin(), node.outputs.end());
    }
    std::vector<std::string> wanted;
    for (const NetworkNode& node : body.nodes) {
        wanted.insert(wanted.end(), node.inputs.begin(), node.inputs.end());
        for (const auto& inner : node.bodies) {
            free_names(*inner.second, wanted);
        }
    }
    for (const NetworkTensor& output : body.outputs) {
        wanted.push_back(output.name);
    }
    std::copy_if(wanted.begin(), wanted.end(), std::back_inserter(names),
                 [&](const std::string& name) { return !name.empty() && own.count(name) == 0; });
}

const char* code_of(ops::Framework framework) {
    switch (framework) {
        case ops::Framework::kCaffe: return code::kCaffe;
        case ops::Framework::kTensorFlow: return code::kTensorFlow;
        default: return code::kOnnx;
    }
}

}  // namespace

std::string NetworkNode::optype() const {
    const bool onnx = framework == ops::Framework::kOnnx;
    return onnx ? text(domain.empty() ? "ai.onnx" : domain, "::", version, "::", type) : type;
}

const char* NetworkNode::code() const { return code_of(framework); }

const char* Network::code() const { return code_of(framework); }

std::vector<std::string> needs(const NetworkNode& node) {
    std::vector<std::string> names;
    std::copy_if(node.inputs.begin(), node.inputs.end(), std::back_inserter(names),
                 [](const std::string& name) { return !name.empty(); });
    for (const auto& body : node.bodies) {
        free_names(*body.second, names);
    }
    std::sort(names.begin(), names.end());
    names.erase(std::unique(names.begin(), names.end()), names.end());
    return names;
}

void settle(Network& network, Problems& problems) { settle_in(network, nullptr, problems); }

}  // namespace softacl::convert
