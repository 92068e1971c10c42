// SPDX-License-Identifier: Apache-2.0
#include "convert/tensorflow/reader.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <unordered_set>

#include "convert/tensorflow/functions.h"
#include "convert/tensorflow/graph.pb.h"

namespace softacl::convert {
namespace {

// Of older graphs, a shape without dimensions says that nothing is known.
constexpr int kFirstWithScalars = 24;
// A few bytes of a file may ask for many outputs.
constexpr size_t kMostOutputs = size_t{1} << 19;

bool is_one_of(const std::string& type, std::initializer_list<const char*> types) {
    return std::any_of(types.begin(), types.end(), [&](const char* other) { return type == other; });
}

bool is_input(const GraphNode& node) {
    return is_one_of(node.type, {"Placeholder", "PlaceholderV2", "PlaceholderWithDefault"});
}

/// How many outputs a node has whose number is not that of those that are read.
size_t outputs_of(const GraphNode& node) {
    const auto number = [&](const char* attr) {
        constexpr int64_t kMost = 1 << 16;
        return static_cast<size_t>(std::clamp<int64_t>(node.attrs.get<int64_t>(attr, 1), 1, kMost));
    };
    if (is_one_of(node.type, {"Split", "SplitV"})) {
        return number("num_split");
    }
    if (node.type == "Unpack") {
        return number("num");
    }
    if (!node.branches.empty()) {  // the condition of While has one
        size_t results = 1;
        for (const Branch& branch : node.branches) {
            results = std::max(results, branch.results.size());
        }
        return results;
    }
    if (is_one_of(node.type, {"IdentityN", "ShapeN"})) {
        return std::max<size_t>(node.sources.size(), 1);
    }
    return is_one_of(node.type, {"TopK", "TopKV2"}) ? 2 : 1;
}

class Reader {
   public:
    Reader(std::vector<GraphNode> nodes, int producer, Problems& problems)
        : nodes_(std::move(nodes)), producer_(producer), problems_(problems) {}

    Network read() {
        network_.framework = ops::Framework::kTensorFlow;
        count_readers(nodes_);
        for (GraphNode& node : nodes_) {
            const Tensor* value = node.type == "Const" ? node.attrs.find_as<Tensor>("value") : nullptr;
            if (is_input(node)) {
                add_input(node);
            } else if (value != nullptr && network_.constants.emplace(node.name, *value).second) {
                continue;
            } else {
                add_node(node);
            }
        }
        return std::move(network_);
    }

   private:
    void count_reader(const TensorPlace& source) {
        size_t& outputs = read_[source.node];
        outputs = std::max(outputs, source.index + 1);
    }
    // NOLINTNEXTLINE(misc-no-recursion): as deep as branches are nested, which is limited
    void count_readers(const std::vector<GraphNode>& nodes) {
        for (const GraphNode& node : nodes) {
            for (const TensorPlace& source : node.sources) {
                count_reader(source);
            }
            for (const Branch& branch : node.branches) {
                count_readers(branch.nodes);
                for (const TensorPlace& result : branch.results) {
                    count_reader(result);
                }
            }
            for (const std::string& other : node.waits) {
                read_.emplace(other, 0);
            }
        }
    }

    void add_input(const GraphNode& node) {
        NetworkTensor input;
        input.name = node.name;
        input.type.dtype = node.attrs.get<aclDataType>("dtype", ACL_DT_UNDEFINED);
        const auto* shape = node.attrs.find_as<ops::Ints>("shape");
        input.ranked = shape != nullptr && !(shape->empty() && producer_ < kFirstWithScalars);
        if (shape != nullptr) {
            input.type.shape = Shape(*shape);
        }
        network_.inputs.push_back(std::move(input));
    }

    void add_node(GraphNode& node) {
        const auto read = read_.find(node.name);
        const size_t outputs = std::max(outputs_of(node), read == read_.end() ? 0 : read->second);
        NetworkNode made;
        made.framework = ops::Framework::kTensorFlow;
        made.type = node.type;
        made.name = node.name;
        made.attrs = std::move(node.attrs);
        for (const TensorPlace& source : node.sources) {
            // A loop of old control flow would be a circle. It is refused where it begins.
            const bool back = node.type == "Merge" && !source.node.empty() && is_back_edge(source.node);
            if (!back) {
                made.inputs.push_back(tensor_name(source));
            }
        }
        for (Branch& branch : node.branches) {
            made.bodies[branch.name] = read_branch(branch);
        }
        made_outputs_ += outputs;
        if (made_outputs_ > kMostOutputs) {
            if (made_outputs_ - outputs <= kMostOutputs) {  // said once
                problems_.add(code::kTensorFlow, "Node '", node.name, "' [optype [", node.type,
                              "]] is one too many: the nodes have more than ", kMostOutputs, " outputs.");
            }
            return;
        }
        for (size_t i = 0; i < outputs; ++i) {
            made.outputs.push_back(tensor_name({node.name, i}));
        }
        const bool computes = !is_one_of(node.type, {"NoOp", "Assert", "Const", "PrintV2", "SaveV2", "RestoreV2"});
        if (read == read_.end() && computes) {
            for (const std::string& name : made.outputs) {
                NetworkTensor output;
                output.name = name;
                network_.outputs.push_back(std::move(output));
            }
        }
        network_.nodes.push_back(std::move(made));
    }

    // NOLINTNEXTLINE(misc-no-recursion): as deep as branches are nested, which is limited
    std::shared_ptr<Network> read_branch(Branch& branch) {
        Reader reader(std::move(branch.nodes), producer_, problems_);
        for (const TensorPlace& result : branch.results) {
            reader.count_reader(result);
        }
        auto body = std::make_shared<Network>(reader.read());
        for (const TensorPlace& parameter : branch.parameters) {
            NetworkTensor input;
            input.name = tensor_name(parameter);
            body->inputs.push_back(std::move(input));
        }
        body->outputs.clear();
        for (const TensorPlace& result : branch.results) {
            NetworkTensor output;
            output.name = tensor_name(result);
            body->outputs.push_back(std::move(output));
        }
        return body;
    }

    bool is_back_edge(const std::string& name) {
        if (back_edges_.empty()) {
            back_edges_.insert("");
            for (const GraphNode& node : nodes_) {
                if (node.type == "NextIteration") {
                    back_edges_.insert(node.name);
                }
            }
        }
        return back_edges_.count(name) != 0;
    }

    std::vector<GraphNode> nodes_;
    int producer_;
    Problems& problems_;
    size_t made_outputs_ = 0;
    Network network_;
    std::unordered_map<std::string, size_t> read_;  ///< nodes that somebody waits for, and how many outputs are read
    std::unordered_set<std::string> back_edges_;
};

}  // namespace

std::optional<Network> read_tensorflow(const void* data, size_t size, Problems& problems) {
    constexpr size_t kMost = std::numeric_limits<int>::max();
    if (size == 0 || size > kMost) {
        problems.add(code::kTensorFlow, "The model has [", size, "] bytes; possible are 1 to ", kMost,
                     ". Freeze it again.");
        return std::nullopt;
    }
    // Field 1 is the version of a SavedModel, and the first node of a graph.
    if (size >= 2 && std::memcmp(data, "\x08\x01", 2) == 0) {
        problems.add(code::kTensorFlow, "The bytes [", size,
                     "] are a SavedModel, whose variables lie in other files. Freeze it: turn its variables into "
                     "constants and write the GraphDef.");
        return std::nullopt;
    }
    tensorflow::GraphDef proto;
    if (!proto.ParseFromArray(data, static_cast<int>(size)) || proto.node_size() == 0) {
        const std::string begin(static_cast<const char*>(data), std::min<size_t>(size, 8));
        const bool text = begin.compare(0, 4, "node") == 0;
        problems.add(code::kTensorFlow, "The bytes [", size, "] are not a GraphDef with nodes",
                     text
                         ? " but the text of one. Write it in binary form."
                         : ": they end too early, or are something else. Check the file, or freeze the network again.");
        return std::nullopt;
    }
    const int producer = proto.versions().producer();
    std::vector<GraphNode> nodes = inline_functions(proto, problems);
    if (nodes.empty() && !problems.empty()) {
        return std::nullopt;
    }
    Network network = Reader(std::move(nodes), producer, problems).read();
    settle(network, problems);
    return network;
}

}  // namespace softacl::convert
