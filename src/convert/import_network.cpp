// SPDX-License-Identifier: Apache-2.0
#include "convert/import_network.h"

#include <algorithm>
#include <array>
#include <exception>
#include <unordered_map>
#include <unordered_set>

#include "convert/caffe/reader.h"
#include "convert/graph_importer.h"
#include "convert/onnx/reader.h"
#include "convert/tensorflow/reader.h"

namespace softacl::convert {
namespace {

using ops::kNoValue;
using ops::ValueRef;

// What a node makes that could not be converted.
constexpr ValueRef kBroken = -2;
// The operators are those of this version. Later ones may differ as below.
constexpr int64_t kNewestOpset = 18;

struct LaterChange {
    const char* type;
    const char* attr;  ///< null: the operator as a whole
    int64_t version;
};
constexpr LaterChange kLaterChanges[] = {
    {"AveragePool", "dilations", 19},       {"DequantizeLinear", "block_size", 21},
    {"GroupNormalization", nullptr, 21},    {"QuantizeLinear", "block_size", 21},
    {"QuantizeLinear", "output_dtype", 21}, {"DequantizeLinear", "output_dtype", 23},
    {"QuantizeLinear", "precision", 23},    {"SpaceToDepth", "mode", 28}};
constexpr std::array<const char*, 3> kLoops = {"Loop", "Scan", "SequenceMap"};

std::string place(const NetworkNode& node) { return "Node '" + node.name + "' [optype [" + node.optype() + "]]"; }

/// A layer takes all weights that have its name: else they are another layer's, or its parameters are wrong.
Status check_blobs(const ops::ForeignNode& node) {
    const size_t taken = *node.blobs_read;
    if (taken < node.blobs) {
        return fail(ACL_ERROR_INVALID_PARAM, "the weights have ", node.blobs, " blobs of this name, but with its ",
                    "parameters it takes ", taken);
    }
    return {};
}

/// What messages of other code say in the middle of a sentence, as the end of one of ours.
std::string ending(const std::string& sentence) {
    return sentence.empty() || sentence.back() != '.' ? sentence + "." : sentence;
}

class Import {
   public:
    Import(const Network& network, const ImportOptions& options, Problems& problems, std::vector<NodeState>* states)
        : network_(network), options_(options), problems_(problems), states_(states), importer_(graph_) {
        for (const NetworkNode& node : network_.nodes) {
            for (size_t i = 0; i < node.outputs.size(); ++i) {
                makers_.emplace(node.outputs[i], std::pair(&node, i));
            }
        }
    }

    graph::Graph run() {
        graph_.name = network_.name;
        const std::vector<std::string> outputs = choose_outputs();
        if (outputs.empty() && problems_.empty()) {
            problems_.add(network_.code(), "The network [", network_.name,
                          "] has no output: every node is read by another one, or computes nothing. ",
                          "Name the outputs with --out_nodes.");
        }
        check_options(outputs);
        scopes_.push_back({&network_, {}});
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
            graph_.compact();
        }
        return std::move(graph_);
    }

   private:
    struct Scope {
        const Network* network;
        std::unordered_map<std::string, ValueRef> values;
    };

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
        ValueRef value = find(tensor);
        if (value < 0) {
            return;  // reported with the node
        }
        const auto maker = makers_.find(tensor);
        const std::string node = maker == makers_.end() ? tensor : maker->second.first->name;
        const size_t index = maker == makers_.end() ? 0 : maker->second.second;
        const auto declared = std::find_if(network_.outputs.begin(), network_.outputs.end(),
                                           [&](const NetworkTensor& output) { return output.name == tensor; });
        const TensorType type = graph_.value(value).type;
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
            importer_.begin(node);
            value = cast(value, *wanted, text("output_", index), "output_type");
        }
        graph_.outputs.push_back(value);
        if (network_.framework == ops::Framework::kTensorFlow) {  // tensors have no other names
            graph_.output_names.push_back(text(node, ":", index));
            return;
        }
        const auto label = network_.labels.find(tensor);
        graph_.output_names.push_back(
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
            scopes_.back().values[input.name] = kBroken;
            return;
        }
        const bool half = options_.float16_inputs.count(input.name) != 0 && type.dtype != ACL_FLOAT16;
        if (half && !is_floating(type.dtype)) {
            problems_.add(code::kOptionValue, "input_fp16_nodes [", input.name, "] names an input that is ",
                          name_of(type.dtype), ". Only floating inputs can become float16.");
        }
        const aclDataType dtype = type.dtype;
        type.dtype = half ? ACL_FLOAT16 : dtype;
        ValueRef value = graph_.add_input(input.name, type);
        if (half) {
            importer_.begin(input.name);
            value = cast(value, dtype, "cast", "input_fp16_nodes");
        }
        scopes_.back().values[input.name] = value;
    }

    ValueRef cast(ValueRef value, aclDataType to, const std::string& suffix, const char* option) {
        const auto made = importer_.add("Cast", {value}, {{"dst_type", static_cast<int64_t>(to)}}, suffix);
        if (!made.ok()) {
            problems_.add(code::kOptionValue, option, ": ", ending(made.status().message()));
            return kBroken;
        }
        return *made;
    }

    // --- nodes ---

    ValueRef find(const std::string& tensor) {
        for (auto scope = scopes_.rbegin(); scope != scopes_.rend(); ++scope) {
            const auto known = scope->values.find(tensor);
            if (known != scope->values.end()) {
                return known->second;
            }
            const auto constant = scope->network->constants.find(tensor);
            if (constant != scope->network->constants.end()) {
                const bool good = constant->second.dtype() != ACL_DT_UNDEFINED;
                const ValueRef value = good ? graph_.add_constant(tensor, constant->second) : kBroken;
                scope->values.emplace(tensor, value);
                return value;
            }
        }
        return kBroken;
    }

    void import_top(const NetworkNode& node, bool is_wanted) {
        NodeState state = {node.name, node.type, NodeState::kConverted, {}};
        if (!is_wanted) {
            state.kind = NodeState::kUnneeded;
            state.cause = "no output needs it";
        } else {
            const size_t before = problems_.list().size() + problems_.left_out();
            problems_.set_node(node.name);
            import_node(node, node.name);
            problems_.set_node("");
            if (problems_.list().size() + problems_.left_out() != before) {
                state.kind = NodeState::kFailed;
            } else {
                for (const std::string& input : needs(node)) {
                    if (find_made(input) == kBroken) {
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

    /// Without making constants.
    ValueRef find_made(const std::string& tensor) const {
        const auto known = scopes_.back().values.find(tensor);
        return known == scopes_.back().values.end() ? kNoValue : known->second;
    }

    // NOLINTNEXTLINE(misc-no-recursion): as deep as the file nests bodies
    void import_node(const NetworkNode& node, const std::string& name) {
        auto& values = scopes_.back().values;
        for (const std::string& output : node.outputs) {
            values[output] = kBroken;  // until we know better
        }
        ops::ForeignNode foreign;
        bool broken = false;
        for (const std::string& input : node.inputs) {
            foreign.inputs.push_back(input.empty() ? kNoValue : find(input));
            broken = broken || foreign.inputs.back() == kBroken;
        }
        const bool chooses =
            node.framework == ops::Framework::kOnnx ? node.domain.empty() && node.type == "If" : !node.bodies.empty();
        if (chooses) {
            if (!broken) {
                import_branch(node, name, foreign.inputs);
            }
            return;
        }
        const ops::Import function = import_function(node);
        if (function == nullptr || broken) {
            return;
        }
        foreign.domain = node.domain;
        foreign.type = node.type;
        foreign.name = name;
        foreign.version = std::min(node.version, kNewestOpset);
        foreign.attrs = ops::ForeignAttrs(node.attrs);
        foreign.outputs = node.outputs.size();
        foreign.blobs = node.blobs;
        importer_.begin(name);
        const auto made = call(function, foreign);
        if (!made.ok()) {
            problems_.add(node.code(), place(node), " cannot be converted: ", ending(made.status().message()));
            return;
        }
        for (size_t i = 0; i < node.outputs.size(); ++i) {
            if (node.outputs[i].empty()) {
                continue;
            }
            if (i >= made->size() || (*made)[i] == kNoValue) {
                problems_.add(node.code(), place(node), " cannot be converted: its output ", i, " is not supported.");
                return;
            }
            values[node.outputs[i]] = (*made)[i];
            if (importer_.is_new((*made)[i])) {
                graph_.value((*made)[i]).name = node.outputs[i];
            }
        }
    }

    Result<std::vector<ValueRef>> call(ops::Import function, const ops::ForeignNode& foreign) {
        try {
            auto made = function(importer_, foreign);
            if (made.ok()) {
                SOFTACL_TRY(foreign.attrs.check());
                SOFTACL_TRY(check_blobs(foreign));
            }
            return made;
        } catch (const std::bad_alloc&) {
            return fail(ACL_ERROR_BAD_ALLOC, "there is not enough memory for its tensors");
        } catch (const std::exception& error) {
            return fail(ACL_ERROR_INTERNAL_ERROR, "internal error, please report it with the model: ", error.what());
        }
    }

    /// Null, and a problem, if there is none.
    ops::Import import_function(const NetworkNode& node) {
        const bool onnx = node.framework == ops::Framework::kOnnx && node.domain.empty();
        if (onnx && std::any_of(kLoops.begin(), kLoops.end(), [&](const char* type) { return node.type == type; })) {
            problems_.add(node.code(), place(node), " repeats a part of the network, which is not supported yet. ",
                          "Export the model with loops unrolled.");
            return nullptr;
        }
        const ops::Import function = node.domain.empty() ? ops::find_import(node.framework, node.type) : nullptr;
        if (function == nullptr) {
            problems_.add(code::kNoParser, "No parser is registered for Op [", node.name, ", optype [", node.optype(),
                          "]].");
            return nullptr;
        }
        for (const LaterChange& change : kLaterChanges) {
            if (onnx && node.type == change.type && node.version >= change.version &&
                (change.attr == nullptr || node.attrs.has(change.attr))) {
                problems_.add(node.code(), place(node), " cannot be converted: ",
                              change.attr == nullptr ? "the operator" : text("its attribute ", change.attr),
                              " is new in "
                              "opset ",
                              change.version, ". Export the model with opset ", kNewestOpset, " or older.");
                return nullptr;
            }
        }
        return function;
    }

    /// What the outputs of a body need of its nodes, which are in order.
    static std::unordered_set<const NetworkNode*> needed_in(const Network& body) {
        std::unordered_set<std::string> open;
        for (const NetworkTensor& output : body.outputs) {
            open.insert(output.name);
        }
        std::unordered_set<const NetworkNode*> nodes;
        for (auto node = body.nodes.rbegin(); node != body.nodes.rend(); ++node) {
            if (std::any_of(node->outputs.begin(), node->outputs.end(),
                            [&](const std::string& output) { return open.count(output) != 0; })) {
                nodes.insert(&*node);
                const auto more = needs(*node);
                open.insert(more.begin(), more.end());
            }
        }
        return nodes;
    }

    /// If whose condition is known: the nodes of the branch take its place.
    // NOLINTNEXTLINE(misc-no-recursion): as deep as the file nests bodies
    void import_branch(const NetworkNode& node, const std::string& name, const std::vector<ValueRef>& inputs) {
        const Tensor* condition = inputs.size() == 1 ? importer_.constant(inputs[0]) : nullptr;
        if (condition == nullptr || condition->elements() != 1) {
            problems_.add(node.code(), place(node),
                          " chooses its branch when the model runs, which is not supported yet. ",
                          "Export the model so that the condition is known.");
            return;
        }
        const auto body = node.bodies.find(condition->to_ints()[0] != 0 ? "then_branch" : "else_branch");
        if (body == node.bodies.end() || body->second->outputs.size() != node.outputs.size()) {
            problems_.add(node.code(), place(node), " has no branch with ", node.outputs.size(), " outputs to choose.");
            return;
        }
        scopes_.push_back({body->second.get(), {}});
        const bool unique = node.framework == ops::Framework::kTensorFlow;  // there they say where they come from
        const auto wanted = needed_in(*body->second);
        for (const NetworkNode& inner : body->second->nodes) {
            if (wanted.count(&inner) != 0) {
                import_node(inner, unique ? inner.name : name + "_" + inner.name);
            }
        }
        std::vector<ValueRef> results;
        for (const NetworkTensor& output : body->second->outputs) {
            results.push_back(find(output.name));
        }
        scopes_.pop_back();
        for (size_t i = 0; i < results.size(); ++i) {
            scopes_.back().values[node.outputs[i]] = results[i];
        }
    }

    const Network& network_;
    const ImportOptions& options_;
    Problems& problems_;
    std::vector<NodeState>* states_;
    graph::Graph graph_;
    GraphImporter importer_;
    std::vector<Scope> scopes_;
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
