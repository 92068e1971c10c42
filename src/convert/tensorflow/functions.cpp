// SPDX-License-Identifier: Apache-2.0
#include "convert/tensorflow/functions.h"

#include <algorithm>
#include <cstdlib>

namespace softacl::convert {
namespace {

constexpr int kDeepest = 64;
constexpr size_t kMostNodes = 1 << 18;
// What branches read from around them is collected for each branch around them.
constexpr int kDeepestChoice = 32;
constexpr size_t kMostBranchNodes = 1 << 15;
constexpr size_t kMostOutputs = 1 << 16;

struct Function {
    std::vector<std::string> parameters;
    std::vector<std::pair<std::string, std::string>> results;  ///< names, and the tensors inside
    std::vector<GraphNode> nodes;
};

/// "node", "node:1" or, in functions, "node:values:0".
struct Reference {
    std::string node;
    std::string output;
    size_t index = 0;
};
bool is_number(const std::string& word) {
    return !word.empty() && word.size() < 8 &&
           std::all_of(word.begin(), word.end(), [](char c) { return c >= '0' && c <= '9'; });
}
Reference parse(const std::string& word) {
    Reference reference;
    reference.node = word;
    const size_t last = word.rfind(':');
    if (last == std::string::npos || !is_number(word.substr(last + 1))) {
        return reference;
    }
    reference.index = static_cast<size_t>(std::atoi(word.c_str() + last + 1));
    reference.node = word.substr(0, last);
    const size_t middle = reference.node.find(':');
    if (middle != std::string::npos) {
        reference.output = reference.node.substr(middle + 1);
        reference.node.resize(middle);
    }
    return reference;
}

class Inliner {
   public:
    Inliner(tensorflow::GraphDef& graph, Problems& problems) : problems_(problems) {
        for (auto& proto : *graph.mutable_library()->mutable_function()) {
            Function function;
            for (const auto& argument : proto.signature().input_arg()) {
                function.parameters.push_back(argument.name());
            }
            for (const auto& argument : proto.signature().output_arg()) {
                const auto at = std::find_if(proto.ret().begin(), proto.ret().end(),
                                             [&](const auto& entry) { return entry.key() == argument.name(); });
                function.results.emplace_back(argument.name(), at == proto.ret().end() ? "" : at->value());
            }
            for (auto& node : *proto.mutable_node_def()) {
                function.nodes.push_back(read_node(node, problems));
            }
            functions_.emplace(proto.signature().name(), std::move(function));
        }
        for (auto& node : *graph.mutable_node()) {
            top_.push_back(read_node(node, problems));
        }
    }

    std::vector<GraphNode> run() {
        expand(top_, {}, "", 0);
        follow(nodes_);
        return too_deep_ ? std::vector<GraphNode>() : std::move(nodes_);
    }

   private:
    using Bindings = std::unordered_map<std::string, TensorPlace>;

    // NOLINTNEXTLINE(misc-no-recursion): limited in depth
    void follow(std::vector<GraphNode>& nodes) {
        for (GraphNode& node : nodes) {
            for (TensorPlace& source : node.sources) {
                source = original(source);
            }
            for (Branch& branch : node.branches) {
                follow(branch.nodes);
                for (TensorPlace& result : branch.results) {
                    result = original(result);
                }
            }
        }
    }

    const Function* called(const GraphNode& node) const {
        const bool calls = node.type == "PartitionedCall" || node.type == "StatefulPartitionedCall";
        const auto at = functions_.find(calls ? node.function : node.type);
        return at == functions_.end() ? nullptr : &at->second;
    }

    /// The tensor that a word means among these nodes.
    TensorPlace resolve(const std::string& word, const Bindings& bindings, const std::string& prefix,
                        const std::unordered_map<std::string, const GraphNode*>& nodes) const {
        const Reference reference = parse(word);
        const auto bound = bindings.find(reference.node);
        if (bound != bindings.end()) {
            return bound->second;
        }
        TensorPlace place{prefix + reference.node, std::min(reference.index, kMostOutputs)};
        const auto at = nodes.find(reference.node);
        if (at != nodes.end() && !reference.output.empty()) {
            if (const Function* function = called(*at->second)) {
                for (size_t i = 0; i < function->results.size(); ++i) {
                    place.index += function->results[i].first == reference.output ? i : 0;
                }
            } else {
                place.index += first_output(at->second->type, reference.output);
            }
        }
        return place;
    }

    // NOLINTNEXTLINE(misc-no-recursion): limited in depth
    void expand(const std::vector<GraphNode>& nodes, const Bindings& bindings, const std::string& prefix, int depth,
                const Function* function = nullptr, const std::string& call = "") {
        std::unordered_map<std::string, const GraphNode*> by_name;
        for (const GraphNode& node : nodes) {
            by_name.emplace(node.name, &node);
        }
        for (const GraphNode& node : nodes) {
            if (++visited_ > kMostNodes || too_deep_) {  // also of calls of functions without nodes
                break;
            }
            if (choices_ > 0 && ++in_branches_ > kMostBranchNodes) {
                complain(text("The branches of choices have more than ", kMostBranchNodes, " nodes"));
                break;
            }
            GraphNode made = node;
            made.name = prefix + node.name;
            for (const std::string& input : node.inputs) {
                made.sources.push_back(resolve(input, bindings, prefix, by_name));
            }
            for (std::string& other : made.waits) {
                other.insert(0, prefix);
            }
            if (const Function* inner = called(node)) {
                expand_call(made, *inner, depth);
            } else {
                expand_branches(made, depth);
                nodes_.push_back(std::move(made));
            }
        }
        if (visited_ > kMostNodes) {
            complain(text("The graph has more than ", kMostNodes, " nodes after its functions are put in place"));
        }
        for (size_t i = 0; function != nullptr && i < function->results.size(); ++i) {
            aliases_[tensor_name({call, i})] = resolve(function->results[i].second, bindings, prefix, by_name);
        }
    }

    // NOLINTNEXTLINE(misc-no-recursion): limited in depth
    void expand_call(const GraphNode& call, const Function& function, int depth) {
        if (depth >= kDeepest) {
            complain(text("Node '", call.name, "' [optype [", call.type, "]] calls functions that call functions, ",
                          kDeepest, " deep: one of them calls itself"));
            return;
        }
        expand_body(call, function, 0, call.name, depth);
    }

    /// The node's inputs from `first` on are the function's parameters.
    // NOLINTNEXTLINE(misc-no-recursion): limited in depth
    void expand_body(const GraphNode& call, const Function& function, size_t first, const std::string& name,
                     int depth) {
        if (call.sources.size() != function.parameters.size() + first) {
            problems_.add(code::kTensorFlow, "Node '", call.name, "' [optype [", call.type, "]] calls a function of ",
                          function.parameters.size(), " parameters with ", call.sources.size() - first, " inputs.");
            return;
        }
        Bindings bindings;
        for (size_t i = 0; i < function.parameters.size(); ++i) {
            bindings.emplace(function.parameters[i], call.sources[first + i]);
        }
        expand(function.nodes, bindings, name + "/", depth + 1, &function, name);
    }

    /// Of If the branches take the inputs behind the condition; of While both functions take all of them, under names
    /// of their own.
    // NOLINTNEXTLINE(misc-no-recursion): limited in depth
    void expand_branches(GraphNode& node, int depth) {
        const bool chooses = node.type == "If" || node.type == "StatelessIf";
        const bool repeats = node.type == "While" || node.type == "StatelessWhile";
        if ((!chooses && !repeats) || (chooses && node.sources.empty()) || depth >= kDeepest) {
            node.branches.clear();
            return;
        }
        if (choices_ == kDeepestChoice) {
            complain(text("Node '", node.name, "' [optype [", node.type, "]] is a choice in choices, ", kDeepestChoice,
                          " deep"));
            return;
        }
        for (Branch& branch : node.branches) {
            const auto at = functions_.find(branch.function);
            if (at == functions_.end()) {
                node.branches.clear();  // refused as a node that is not understood
                return;
            }
            const std::string place = node.name + "/" + branch.name;
            GraphNode call = node;
            call.branches.clear();
            for (size_t i = 0; repeats && i < call.sources.size() && i < at->second.parameters.size(); ++i) {
                call.sources[i] = {place + "/" + at->second.parameters[i], 0};
                branch.parameters.push_back(call.sources[i]);
            }
            std::vector<GraphNode> around;
            nodes_.swap(around);
            ++choices_;
            expand_body(call, at->second, chooses ? 1 : 0, place, depth);
            --choices_;
            nodes_.swap(around);
            branch.nodes = std::move(around);
            for (size_t i = 0; i < at->second.results.size(); ++i) {
                branch.results.push_back({place, i});
            }
        }
        if (chooses) {
            node.sources.resize(1);
        }
    }

    void complain(const std::string& sentence) {
        if (!too_deep_) {
            problems_.add(code::kTensorFlow, sentence, ". Freeze the graph with functions inlined.");
        }
        too_deep_ = true;
    }

    /// What the output of a call is in the end. Each step that was taken is shorter the next time.
    TensorPlace original(TensorPlace place) {
        std::vector<TensorPlace*> steps;
        for (auto at = aliases_.find(tensor_name(place)); at != aliases_.end() && steps.size() <= aliases_.size();
             at = aliases_.find(tensor_name(place))) {
            steps.push_back(&at->second);
            place = at->second;
        }
        for (TensorPlace* step : steps) {
            *step = place;
        }
        return place;
    }

    Problems& problems_;
    std::unordered_map<std::string, Function> functions_;
    std::vector<GraphNode> top_;
    std::vector<GraphNode> nodes_;
    std::unordered_map<std::string, TensorPlace> aliases_;
    size_t visited_ = 0;
    size_t in_branches_ = 0;
    int choices_ = 0;  ///< that are around the nodes being put in place
    bool too_deep_ = false;
};

}  // namespace

std::vector<GraphNode> inline_functions(tensorflow::GraphDef& graph, Problems& problems) {
    return Inliner(graph, problems).run();
}

}  // namespace softacl::convert
