// SPDX-License-Identifier: Apache-2.0
#include "convert/import_network.h"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "convert/caffe/reader.h"
#include "convert/node_importer.h"
#include "convert/onnx/reader.h"
#include "convert/tensorflow/reader.h"

namespace softacl::convert {
namespace {

using ops::ValueRef;

class Import {
   public:
    Import(const Network& network, const ImportOptions& options, Problems& problems, std::vector<NodeState>* states)
        : network_(network), options_(options), problems_(problems), states_(states), nodes_(network, problems) {
        for (const NetworkNode& node : network_.nodes) {
            for (size_t i = 0; i < node.outputs.size(); ++i) {
                makers_.emplace(node.outputs[i], std::pair(&node, i));
            }
        }
    }

    graph::Graph run() {
        graph().name = network_.name;
        const std::vector<std::string> outputs = choose_outputs();
        if (outputs.empty() && problems_.empty()) {
            problems_.add(network_.code(), "The network [", network_.name,
                          "] has no output: every node is read by another one, or computes nothing. ",
                          "Name the outputs with --out_nodes.");
        }
        check_options(outputs);
        for (const NetworkTensor& input : network_.inputs) {
            add_input(input);
        }
        const auto wanted = needed(outputs);
        for (const NetworkNode& node : network_.nodes) {
            import_top(node, wanted.count(&node) != 0);
        }
        for (const std::string& output : outputs) {
            add_output(output);
        }
        if (problems_.empty()) {
            graph().compact();
        }
        return std::move(graph());
    }

   private:
    graph::Graph& graph() { return nodes_.graph(); }

    // --- outputs ---

    std::vector<std::string> choose_outputs() {
        std::vector<std::string> names;
        for (const ImportOptions::Output& wanted : options_.outputs) {
            if (!wanted.index) {
                if (makers_.count(wanted.name) == 0 && !is_source(wanted.name)) {
                    problems_.add(
                        code::kNameUnknown, "out_nodes [", wanted.name,
                        "] is not the name of a tensor in the model. Give node:index or the name of a tensor.");
                } else {
                    names.push_back(wanted.name);
                }
            } else if (const std::string whole = text(wanted.name, ":", *wanted.index);
                       makers_.count(whole) != 0 && !has_node(wanted.name)) {
                names.push_back(whole);  // a tensor whose name looks like that
            } else if (const NetworkNode* node = find_node("out_nodes", wanted.name, *wanted.index)) {
                names.push_back(node->outputs[*wanted.index]);
            }
        }
        if (options_.outputs.empty()) {
            for (const NetworkTensor& output : network_.outputs) {
                names.push_back(output.name);
            }
        }
        return names;
    }

    bool has_node(const std::string& name) const {
        return std::any_of(network_.nodes.begin(), network_.nodes.end(),
                           [&](const NetworkNode& node) { return node.name == name; });
    }

    const NetworkNode* find_node(const char* option, const std::string& name, size_t index) {
        const auto at = std::find_if(network_.nodes.begin(), network_.nodes.end(),
                                     [&](const NetworkNode& node) { return node.name == name; });
        if (at == network_.nodes.end()) {
            problems_.add(code::kNameUnknown, option, " [", name, ":", index,
                          "] names a node that is not in the model. Give the name of a node as the model has it.");
            return nullptr;
        }
        if (index >= at->outputs.size() || at->outputs[index].empty()) {
            problems_.add(code::kNameUnknown, option, " [", name, ":", index,
                          "] names an output that the node does not "
                          "have. It has ",
                          at->outputs.size(), ", counted from 0.");
            return nullptr;
        }
        return &*at;
    }

    bool is_source(const std::string& tensor) const {
        return network_.constants.count(tensor) != 0 || find_input(tensor) != nullptr;
    }

    const NetworkTensor* find_input(const std::string& name) const {
        const auto at = std::find_if(network_.inputs.begin(), network_.inputs.end(),
                                     [&](const NetworkTensor& input) { return input.name == name; });
        return at == network_.inputs.end() ? nullptr : &*at;
    }

    std::unordered_set<const NetworkNode*> needed(const std::vector<std::string>& outputs) const {
        std::unordered_set<const NetworkNode*> nodes;
        std::vector<std::string> open = outputs;
        while (!open.empty()) {
            const auto maker = makers_.find(open.back());
            open.pop_back();
            if (maker != makers_.end() && nodes.insert(maker->second.first).second) {
                const auto more = needs(*maker->second.first);
                open.insert(open.end(), more.begin(), more.end());
            }
        }
        return nodes;
    }

    void add_output(const std::string& tensor) {
        ValueRef value = nodes_.find(tensor);
        if (nodes_.sequences().find(value) != nullptr) {
            problems_.add(network_.code(), "Output [", tensor, "] is a sequence. Models have tensors only.");
        }
        if (value < 0) {
            return;  // reported with the node
        }
        const auto maker = makers_.find(tensor);
        const std::string node = maker == makers_.end() ? tensor : maker->second.first->name;
        const size_t index = maker == makers_.end() ? 0 : maker->second.second;
        const auto declared = std::find_if(network_.outputs.begin(), network_.outputs.end(),
                                           [&](const NetworkTensor& output) { return output.name == tensor; });
        const TensorType type = graph().value(value).type;
        if (declared != network_.outputs.end() && declared->type.dtype != ACL_DT_UNDEFINED &&
            declared->type.dtype != type.dtype) {
            problems_.warn(code::kOnnx, "Output [", tensor, "] is ", name_of(type.dtype), ", but the model says ",
                           name_of(declared->type.dtype), ".");
        }
        std::optional<aclDataType> wanted = options_.output_type;
        for (const ImportOptions::OutputType& single : options_.output_types) {
            if (single.node == node && single.index == index) {
                wanted = single.type;
            }
        }
        if (wanted && *wanted != type.dtype) {
            nodes_.importer().begin(node);
            value = cast(value, *wanted, text("output_", index), "output_type");
        }
        graph().outputs.push_back(value);
        if (network_.framework == ops::Framework::kTensorFlow) {  // tensors have no other names
            graph().output_names.push_back(text(node, ":", index));
            return;
        }
        const auto label = network_.labels.find(tensor);
        graph().output_names.push_back(
            text(node, ":", index, ":", label == network_.labels.end() ? tensor : label->second));
    }

    // --- inputs ---

    void check_options(const std::vector<std::string>& outputs) {
        for (const auto& [name, shape] : options_.shapes) {
            if (find_input(name) == nullptr) {
                problems_.add(code::kNameUnknown, "input_shape [", name,
                              "] names an input that the model does not have.", inputs_of_model());
            }
        }
        for (const std::string& name : options_.float16_inputs) {
            if (find_input(name) == nullptr) {
                problems_.add(code::kNameUnknown, "input_fp16_nodes [", name,
                              "] names an input that the model does not have.", inputs_of_model());
            }
        }
        check_output_types(outputs);
    }

    void check_output_types(const std::vector<std::string>& outputs) {
        for (const ImportOptions::OutputType& single : options_.output_types) {
            const NetworkNode* node = find_node("output_type", single.node, single.index);
            if (node != nullptr &&
                std::find(outputs.begin(), outputs.end(), node->outputs[single.index]) == outputs.end()) {
                problems_.add(code::kNameUnknown, "output_type [", single.node, ":", single.index,
                              "] names no output of the model. Name it in out_nodes, too.");
            }
        }
    }

    std::string inputs_of_model() const {
        std::string names;
        for (const NetworkTensor& input : network_.inputs) {
            names += (names.empty() ? " Its inputs are [" : "; ") + input.name;
        }
        return names.empty() ? " It has no inputs." : names + "].";
    }

    void add_input(const NetworkTensor& input) {
        TensorType type = input.type;
        bool good = type.dtype != ACL_DT_UNDEFINED;
        if (!good) {
            problems_.add(network_.code(), "Input [", input.name, "] has no element type.");
        }
        const auto given = options_.shapes.find(input.name);
        if (given != options_.shapes.end()) {
            if (input.ranked && given->second.rank() != type.shape.rank()) {
                problems_.add(code::kInputShape, "input_shape [", input.name, ":", given->second, "] has ",
                              given->second.rank(), " dimensions, but the model's input has ", type.shape.rank(), ": ",
                              type.shape, ". Give as many.");
                good = false;
            }
            type.shape = given->second;
        } else if (!input.ranked || !type.shape.is_known()) {
            problems_.add(code::kInputShape, "input_shape does not name the input [", input.name, "], whose shape ",
                          input.ranked ? type.shape.text() : "[?]",
                          " is not known (-1: any size). Give it, for example --input_shape=\"", input.name,
                          ":1,...\".");
            good = false;
        }
        if (good && !type.shape.fits(size_of(type.dtype))) {
            problems_.add(code::kInputShape, "Input [", input.name, "] is impossibly large: ", type.shape, ".");
            good = false;
        }
        if (!good) {
            nodes_.set(input.name, kBroken);
            return;
        }
        const bool half = options_.float16_inputs.count(input.name) != 0 && type.dtype != ACL_FLOAT16;
        if (half && !is_floating(type.dtype)) {
            problems_.add(code::kOptionValue, "input_fp16_nodes [", input.name, "] names an input that is ",
                          name_of(type.dtype), ". Only floating inputs can become float16.");
        }
        const aclDataType dtype = type.dtype;
        type.dtype = half ? ACL_FLOAT16 : dtype;
        ValueRef value = graph().add_input(input.name, type);
        if (half) {
            nodes_.importer().begin(input.name);
            value = cast(value, dtype, "cast", "input_fp16_nodes");
        }
        nodes_.set(input.name, value);
    }

    ValueRef cast(ValueRef value, aclDataType to, const std::string& suffix, const char* option) {
        const auto made = nodes_.importer().add("Cast", {value}, {{"dst_type", static_cast<int64_t>(to)}}, suffix);
        if (!made.ok()) {
            problems_.add(code::kOptionValue, option, ": ", ending(made.status().message()));
            return kBroken;
        }
        return *made;
    }

    // --- nodes ---

    void import_top(const NetworkNode& node, bool is_wanted) {
        NodeState state = {node.name, node.type, NodeState::kConverted, {}};
        if (!is_wanted) {
            state.kind = NodeState::kUnneeded;
            state.cause = "no output needs it";
        } else {
            const size_t before = problems_.count();
            problems_.set_node(node.name);
            nodes_.import_node(node, node.name);
            problems_.set_node("");
            if (problems_.count() != before) {
                state.kind = NodeState::kFailed;
            } else {
                for (const std::string& input : needs(node)) {
                    if (nodes_.is_broken(input)) {
                        state.kind = NodeState::kUnchecked;
                        state.cause = "it reads [" + printable(input) + "], which is not known";
                    }
                }
            }
        }
        if (states_ != nullptr) {
            states_->push_back(std::move(state));
        }
    }

    const Network& network_;
    const ImportOptions& options_;
    Problems& problems_;
    std::vector<NodeState>* states_;
    NodeImporter nodes_;
    std::unordered_map<std::string, std::pair<const NetworkNode*, size_t>> makers_;
};

}  // namespace

graph::Graph import_network(const Network& network, const ImportOptions& options, Problems& problems,
                            std::vector<NodeState>* states) {
    return Import(network, options, problems, states).run();
}

namespace {

Result<graph::Graph> to_graph(const std::optional<Network>& network, const ImportOptions& options, Problems& problems) {
    graph::Graph graph;
    if (network) {
        graph = import_network(*network, options, problems);
    }
    SOFTACL_TRY(problems.status());
    SOFTACL_TRY(graph.verify());
    return graph;
}

}  // namespace

Result<graph::Graph> onnx_to_graph(const void* data, size_t size, const ImportOptions& options) {
    Problems problems;
    return to_graph(read_onnx(data, size, options.folder, problems), options, problems);
}

Result<graph::Graph> tensorflow_to_graph(const void* data, size_t size, const ImportOptions& options) {
    Problems problems;
    return to_graph(read_tensorflow(data, size, problems), options, problems);
}

Result<graph::Graph> caffe_to_graph(const std::string& text, const std::string& weights, const ImportOptions& options) {
    Problems problems;
    const Bytes model = {text.data(), text.size()};
    return to_graph(read_caffe(model, {weights.data(), weights.size()}, problems), options, problems);
}

}  // namespace softacl::convert
