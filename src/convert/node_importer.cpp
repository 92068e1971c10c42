// SPDX-License-Identifier: Apache-2.0
#include "convert/node_importer.h"

#include <algorithm>
#include <exception>
#include <unordered_set>
#include <utility>

#include "acl/acl_base.h"
#include "convert/control_flow.h"

namespace softacl::convert {
namespace {

using ops::kNoValue;

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

/// A layer takes all weights that have its name: else they are another layer's, or its parameters are wrong.
Status check_blobs(const ops::ForeignNode& node) {
    const size_t taken = *node.blobs_read;
    if (taken < node.blobs) {
        return fail(ACL_ERROR_INVALID_PARAM, "the weights have ", node.blobs, " blobs of this name, but with its ",
                    "parameters it takes ", taken);
    }
    return {};
}

/// What the outputs of a body need of its nodes, which are in order.
std::unordered_set<const NetworkNode*> needed_in(const Network& body) {
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

Result<std::vector<ops::ValueRef>> call(ops::Import function, GraphImporter& importer,
                                        const ops::ForeignNode& foreign) {
    try {
        auto made = function(importer, foreign);
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

}  // namespace

std::string place(const NetworkNode& node) { return "Node '" + node.name + "' [optype [" + node.optype() + "]]"; }

std::string ending(const std::string& sentence) {
    return sentence.empty() || sentence.back() != '.' ? sentence + "." : sentence;
}

NodeImporter::NodeImporter(const Network& network, Problems& problems) : problems_(problems) {
    frames_.push_back(std::make_unique<Frame>());
    scopes_.push_back({&network, 0, {}});
}

// --- tensors

ops::ValueRef NodeImporter::find(const std::string& tensor) {
    for (auto scope = scopes_.rbegin(); scope != scopes_.rend(); ++scope) {
        const auto known = scope->values.find(tensor);
        if (known != scope->values.end()) {
            return bring_inside(known->second, scope->frame);
        }
        const auto constant = scope->network->constants.find(tensor);
        if (constant != scope->network->constants.end()) {
            const bool good = constant->second.dtype() != ACL_DT_UNDEFINED;
            const ValueRef value = good ? frames_[scope->frame]->graph.add_constant(tensor, constant->second) : kBroken;
            scope->values.emplace(tensor, value);
            return bring_inside(value, scope->frame);
        }
    }
    return kBroken;
}

bool NodeImporter::is_broken(const std::string& tensor) const {
    const auto known = scopes_.back().values.find(tensor);
    return known != scopes_.back().values.end() && known->second == kBroken;
}

ops::ValueRef NodeImporter::bring_inside(ValueRef value, size_t from) {
    for (size_t frame = from + 1; frame < frames_.size(); ++frame) {
        value = capture(value, frame);
    }
    return value;
}

ops::ValueRef NodeImporter::capture(ValueRef value) { return capture(value, frames_.size() - 1); }

// NOLINTNEXTLINE(misc-no-recursion): the elements of a sequence are no sequences
ops::ValueRef NodeImporter::capture(ValueRef value, size_t frame) {
    if (sequences_.is_none(value)) {
        return value;
    }
    if (const auto* elements = sequences_.find(value)) {
        std::vector<ValueRef> inside;
        for (const ValueRef element : *elements) {
            inside.push_back(capture(element, frame));
        }
        return sequences_.add(std::move(inside));
    }
    if (value < 0) {
        return value;
    }
    Frame& into = *frames_[frame];
    const auto [at, is_new] = into.inner.emplace(value, kNoValue);
    if (is_new) {
        const graph::Value& outer = frames_[frame - 1]->graph.value(value);
        if (outer.constant) {
            at->second = into.graph.add_constant(outer.name, *outer.constant);
        } else {
            at->second = into.graph.add_input(outer.name, outer.type);
            into.captured.push_back(value);
        }
    }
    return at->second;
}

// --- graphs inside the graph

void NodeImporter::begin_graph(const std::string& name) {
    frames_.push_back(std::make_unique<Frame>());
    graph().name = name;
}

NodeImporter::InnerGraph NodeImporter::end_graph(const std::vector<ValueRef>& outputs) {
    Frame& frame = *frames_.back();
    frame.graph.outputs = outputs;
    for (const ValueRef output : outputs) {
        frame.graph.output_names.push_back(frame.graph.value(output).name);
    }
    InnerGraph inner = {std::move(frame.graph), std::move(frame.captured)};
    frames_.pop_back();
    return inner;
}

// NOLINTNEXTLINE(misc-no-recursion): as deep as the file nests bodies
std::vector<ops::ValueRef> NodeImporter::import_body(const Network& body, const std::string& prefix,
                                                     const std::vector<ValueRef>& inputs) {
    scopes_.push_back({&body, frames_.size() - 1, {}});
    for (size_t i = 0; i < inputs.size() && i < body.inputs.size(); ++i) {
        set(body.inputs[i].name, inputs[i]);
    }
    const auto wanted = needed_in(body);
    for (const NetworkNode& node : body.nodes) {
        if (wanted.count(&node) != 0) {
            import_node(node, prefix.empty() ? node.name : prefix + "_" + node.name);
        }
    }
    std::vector<ValueRef> results;
    for (const NetworkTensor& output : body.outputs) {
        results.push_back(find(output.name));
    }
    scopes_.pop_back();
    return results;
}

// --- nodes

// NOLINTNEXTLINE(misc-no-recursion): as deep as the file nests bodies
void NodeImporter::import_node(const NetworkNode& node, const std::string& name) {
    for (const std::string& output : node.outputs) {
        set(output, kBroken);  // until we know better
    }
    std::vector<ValueRef> inputs;
    for (const std::string& input : node.inputs) {
        inputs.push_back(input.empty() ? kNoValue : find(input));
    }
    const bool broken = std::find(inputs.begin(), inputs.end(), kBroken) != inputs.end();
    const bool special = runs_bodies(node) || (node.framework == ops::Framework::kOnnx && node.domain.empty() &&
                                               find_sequence_import(node.type) != nullptr);
    if (!special && import_function(node) == nullptr) {
        return;
    }
    if (broken) {
        return;
    }
    const size_t before = problems_.count();
    const auto made = convert(node, name, std::move(inputs));
    if (!made.ok()) {
        problems_.add(node.code(), place(node), " cannot be converted: ", ending(made.status().message()));
        return;
    }
    if (problems_.count() != before) {
        return;  // of a body
    }
    for (size_t i = 0; i < node.outputs.size(); ++i) {
        if (node.outputs[i].empty()) {
            continue;
        }
        if (i >= made->size() || (*made)[i] == kNoValue) {
            problems_.add(node.code(), place(node), " cannot be converted: its output ", i, " is not supported.");
            return;
        }
        set(node.outputs[i], (*made)[i]);
        if (!special && importer().is_new((*made)[i])) {
            graph().value((*made)[i]).name = node.outputs[i];
        }
    }
}

// NOLINTNEXTLINE(misc-no-recursion): as deep as the file nests bodies
Result<std::vector<ops::ValueRef>> NodeImporter::convert(const NetworkNode& node, const std::string& name,
                                                         std::vector<ValueRef> inputs) {
    if (runs_bodies(node)) {
        return import_control_flow(*this, node, name, inputs);
    }
    ops::ForeignNode foreign;
    foreign.inputs = std::move(inputs);
    foreign.domain = node.domain;
    foreign.type = node.type;
    foreign.name = name;
    foreign.version = std::min(node.version, kNewestOpset);
    foreign.attrs = ops::ForeignAttrs(node.attrs);
    foreign.outputs = node.outputs.size();
    foreign.blobs = node.blobs;
    importer().begin(name);
    if (node.framework == ops::Framework::kOnnx && node.domain.empty()) {
        if (const SequenceImport function = find_sequence_import(node.type)) {
            auto made = function(sequences_, importer(), foreign);
            if (made.ok()) {
                SOFTACL_TRY(foreign.attrs.check());
            }
            return made;
        }
    }
    for (size_t i = 0; i < foreign.inputs.size(); ++i) {
        if (sequences_.find(foreign.inputs[i]) == nullptr) {
            continue;
        }
        if (node.type == "Identity") {
            return foreign.inputs;
        }
        return fail(ACL_ERROR_INVALID_PARAM, "its input ", i, " is ", sequences_.kind_of(foreign.inputs[i]),
                    "; expected a tensor");
    }
    return call(import_function(node), importer(), foreign);
}

/// Null, and a problem, if there is none.
ops::Import NodeImporter::import_function(const NetworkNode& node) {
    const bool onnx = node.framework == ops::Framework::kOnnx && node.domain.empty();
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

}  // namespace softacl::convert
