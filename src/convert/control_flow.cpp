// SPDX-License-Identifier: Apache-2.0
#include "convert/control_flow.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "acl/acl_base.h"
#include "convert/inner_graphs.h"
#include "convert/loops.h"
#include "ops/common/importing.h"

namespace softacl::convert {
namespace {

using ops::import_fail;
using ops::Imported;
using ops::ValueRef;
using InnerGraph = NodeImporter::InnerGraph;

// --- If

Imported choose_in_advance(NodeImporter& importer, const NetworkNode& node, const std::string& name,
                           const Network& branch) {
    // TensorFlow's nodes say themselves where they come from.
    const bool unique = node.framework == ops::Framework::kTensorFlow;
    return importer.import_body(branch, unique ? "" : name, {});
}

Imported choose_at_run(NodeImporter& importer, const NetworkNode& node, const std::string& name, ValueRef condition,
                       const std::array<const Network*, 2>& branches) {
    static constexpr std::array<const char*, 2> kNames = {"then_branch", "else_branch"};
    std::vector<InnerGraph> graphs;
    for (size_t i = 0; i < branches.size(); ++i) {
        importer.begin_graph(name + "_" + kNames[i]);
        const auto results = importer.import_body(*branches[i], "", {});
        SOFTACL_ASSIGN(auto inner, end_tensor_graph(importer, results));
        if (!inner) {
            return std::vector<ValueRef>(node.outputs.size(), kBroken);
        }
        graphs.push_back(std::move(*inner));
    }
    std::vector<ValueRef> inputs = unite_inputs(importer.graph(), graphs);
    inputs.insert(inputs.begin(), condition);
    return add_runner(importer, "If", name, std::move(inputs), node.outputs.size(), std::move(graphs));
}

Imported import_if(NodeImporter& importer, const NetworkNode& node, const std::string& name,
                   const std::vector<ValueRef>& inputs) {
    std::array<const Network*, 2> branches{};
    for (size_t i = 0; i < branches.size(); ++i) {
        const auto body = node.bodies.find(i == 0 ? "then_branch" : "else_branch");
        if (body == node.bodies.end() || body->second->outputs.size() != node.outputs.size()) {
            return import_fail("it has no ", i == 0 ? "then_branch" : "else_branch", " with ", node.outputs.size(),
                               " outputs");
        }
        branches[i] = body->second.get();
    }
    if (inputs.size() != 1 || inputs[0] < 0) {
        return import_fail("it has ", inputs.size(), " inputs; expected one condition");
    }
    const Tensor* condition = importer.importer().constant(inputs[0]);
    if (condition == nullptr) {
        return choose_at_run(importer, node, name, inputs[0], branches);
    }
    if (condition->elements() != 1) {
        return import_fail("its condition has the shape ", condition->shape(), "; expected one element");
    }
    return choose_in_advance(importer, node, name, *branches[condition->to_ints()[0] != 0 ? 0 : 1]);
}

struct Row {
    const char* type;
    Imported (*function)(NodeImporter&, const NetworkNode&, const std::string&, const std::vector<ValueRef>&);
};
constexpr Row kOnnxRows[] = {
    {"If", import_if}, {"Loop", import_loop}, {"Scan", import_scan}, {"SequenceMap", import_sequence_map}};

const Row* find_row(const NetworkNode& node) {
    if (node.framework != ops::Framework::kOnnx) {
        return node.bodies.empty() ? nullptr : &kOnnxRows[0];
    }
    const auto* const row =
        std::find_if(std::begin(kOnnxRows), std::end(kOnnxRows), [&](const Row& one) { return node.type == one.type; });
    return node.domain.empty() && row != std::end(kOnnxRows) ? row : nullptr;
}

}  // namespace

bool runs_bodies(const NetworkNode& node) { return find_row(node) != nullptr; }

// NOLINTNEXTLINE(misc-no-recursion): as deep as the file nests bodies
Result<std::vector<ValueRef>> import_control_flow(NodeImporter& importer, const NetworkNode& node,
                                                  const std::string& name, const std::vector<ValueRef>& inputs) {
    return find_row(node)->function(importer, node, name, inputs);
}

}  // namespace softacl::convert
