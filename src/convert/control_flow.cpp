// SPDX-License-Identifier: Apache-2.0
#include "convert/control_flow.h"

#include <algorithm>
#include <array>
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

// --- If

Imported choose_in_advance(NodeImporter& importer, const NetworkNode& node, const std::string& name,
                           const Network& branch) {
    // TensorFlow's nodes say themselves where they come from.
    const bool unique = node.framework == ops::Framework::kTensorFlow;
    return importer.import_body(branch, unique ? "" : name, {});
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
        const auto branch = [&](size_t i) {
            return [&importer, body = branches[i]](const std::vector<ValueRef>& /*inputs*/) {
                return Imported(importer.import_body(*body, "", {}));
            };
        };
        return add_if(importer, name, inputs[0], node.outputs.size(), branch(0), branch(1));
    }
    if (condition->elements() != 1) {
        return import_fail("its condition has the shape ", condition->shape(), "; expected one element");
    }
    return choose_in_advance(importer, node, name, *branches[condition->to_ints()[0] != 0 ? 0 : 1]);
}

struct Row {
    ops::Framework framework;
    const char* type;
    Imported (*function)(NodeImporter&, const NetworkNode&, const std::string&, const std::vector<ValueRef>&);
};
constexpr auto kOnnx = ops::Framework::kOnnx;
constexpr auto kTensorFlow = ops::Framework::kTensorFlow;
constexpr Row kRows[] = {{kOnnx, "If", import_if},
                         {kOnnx, "Loop", import_loop},
                         {kOnnx, "Scan", import_scan},
                         {kOnnx, "SequenceMap", import_sequence_map},
                         {kTensorFlow, "If", import_if},
                         {kTensorFlow, "StatelessIf", import_if},
                         {kTensorFlow, "StatelessWhile", import_while},
                         {kTensorFlow, "While", import_while}};

const Row* find_row(const NetworkNode& node) {
    const auto* const row = std::find_if(std::begin(kRows), std::end(kRows), [&](const Row& one) {
        return node.framework == one.framework && node.domain.empty() && node.type == one.type;
    });
    return row == std::end(kRows) ? nullptr : row;
}

}  // namespace

bool runs_bodies(const NetworkNode& node) { return find_row(node) != nullptr; }

// NOLINTNEXTLINE(misc-no-recursion): as deep as the file nests bodies
Result<std::vector<ValueRef>> import_control_flow(NodeImporter& importer, const NetworkNode& node,
                                                  const std::string& name, const std::vector<ValueRef>& inputs) {
    return find_row(node)->function(importer, node, name, inputs);
}

}  // namespace softacl::convert
