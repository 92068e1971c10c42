// SPDX-License-Identifier: Apache-2.0
#include "convert/graph_importer.h"

#include <algorithm>

#include "acl/acl_base.h"
#include "graph/evaluate.h"

namespace softacl::convert {
namespace {

// What is computed here is kept in memory, and the plainest kernels take their time.
constexpr size_t kMostComputedBytes = size_t{1} << 31;
constexpr double kMostProducts = 4e9;

/// An upper bound of the time for operators that multiply everything with everything.
bool is_quick(const ops::OpCall& call) {
    const std::string& op = call.op->name();
    if (op.find("Conv") == std::string::npos && op.find("MatMul") == std::string::npos &&
        op.find("GEMM") == std::string::npos && op.find("Einsum") == std::string::npos) {
        return true;
    }
    double products = 1;
    for (const auto* tensor : call.inputs) {
        products *= tensor == nullptr ? 1.0 : std::max(1.0, static_cast<double>(tensor->shape.elements()));
    }
    return products < kMostProducts;
}

}  // namespace

const TensorType& GraphImporter::type(ops::ValueRef value) const {
    static const TensorType& kNone = *new TensorType;
    return is_value(value) ? graph_.value(value).type : kNone;
}

const Tensor* GraphImporter::constant(ops::ValueRef value) const {
    return is_value(value) && graph_.value(value).constant ? &*graph_.value(value).constant : nullptr;
}

ops::Importer::Maker GraphImporter::maker(ops::ValueRef value) const {
    for (auto node = graph_.nodes.rbegin(); node != graph_.nodes.rend(); ++node) {
        const auto at = std::find(node->outputs.begin(), node->outputs.end(), value);
        if (at != node->outputs.end()) {
            return {node->op->name(), node->inputs, static_cast<size_t>(at - node->outputs.begin())};
        }
    }
    return {};
}

ops::ValueRef GraphImporter::add_constant(Tensor value, const std::string& suffix) {
    return graph_.add_constant(suffix.empty() ? node_name_ : node_name_ + "_" + suffix, std::move(value));
}

Status GraphImporter::compute(const ops::OpCall& call, const std::vector<ops::ValueRef>& outputs) {
    SOFTACL_ASSIGN(std::vector<Tensor> results, graph::evaluate(call));
    for (size_t i = 0; i < outputs.size() && i < results.size(); ++i) {
        computed_bytes_ += results[i].bytes();
        graph_.value(outputs[i]).constant = std::move(results[i]);
    }
    graph_.nodes.pop_back();
    return {};
}

Result<std::vector<ops::ValueRef>> GraphImporter::add_node(const std::string& op, std::vector<ops::ValueRef> inputs,
                                                           ops::Attrs attrs, size_t outputs,
                                                           const std::string& suffix) {
    const ops::OpDef* declaration = ops::find_op(op);
    if (declaration == nullptr) {
        return fail(ACL_ERROR_FEATURE_UNSUPPORTED, "it needs the operator ", op, ", which there is not");
    }
    for (const ops::ValueRef input : inputs) {
        if (input != ops::kNoValue && !is_value(input)) {
            return fail(ACL_ERROR_INTERNAL_ERROR, "it reads a value that there is not: ", input);
        }
    }
    SOFTACL_ASSIGN(std::vector<ops::ValueRef> made,
                   graph_.add_node(suffix.empty() ? node_name_ : node_name_ + "_" + suffix, *declaration,
                                   std::move(inputs), std::move(attrs), outputs));
    graph_.nodes.back().origins = {node_name_};
    const ops::OpCall call = graph_.call(graph_.nodes.back());
    if (graph::is_worth_evaluating(call) && is_quick(call) && computed_bytes_ < kMostComputedBytes) {
        // What cannot be computed here is left to the executor, which says why if it cannot do it, either.
        (void)compute(call, made);
    }
    return made;
}

Result<std::vector<ops::ValueRef>> GraphImporter::add_runner(const char* op, std::vector<ops::ValueRef> inputs,
                                                             size_t outputs,
                                                             std::vector<std::shared_ptr<const graph::Graph>> bodies) {
    SOFTACL_ASSIGN(auto made, graph_.add_node(node_name_, *ops::find_op(op), std::move(inputs), {}, outputs,
                                              std::nullopt, std::move(bodies)));
    graph_.nodes.back().origins = {node_name_};
    return made;
}

}  // namespace softacl::convert
