// SPDX-License-Identifier: Apache-2.0
#include "graph/passes/passes.h"

#include <initializer_list>

#include "graph/body.h"

namespace softacl::graph {
namespace {

// Passes make room for each other, but each round makes the graph smaller or simpler; the bound is for mistakes.
Status run(Graph& graph, std::initializer_list<Pass> passes) {
    constexpr int kMaxRounds = 20;
    graph.compact();
    bool changed = true;
    for (int round = 0; changed && round < kMaxRounds; ++round) {
        changed = false;
        for (const Pass pass : passes) {
            SOFTACL_ASSIGN(const bool pass_changed, pass(graph));
            changed = changed || pass_changed;
        }
    }
    graph.compact();  // what refused rewrites left behind
    return {};
}

}  // namespace

// NOLINTNEXTLINE(misc-no-recursion): as deep as graphs are nested, which their readers limit
Status run_conversion_passes(Graph& graph) {
    // Activations are found before their factors have gone into weights.
    SOFTACL_TRY(run(graph, {fold_constants, remove_no_ops, find_activations, merge_reshapes, merge_transposes,
                            sink_transposes, merge_pads, fold_affine}));
    return simplify_bodies(graph);
}

Status run_execution_passes(Graph& graph) {
    return run(graph, {find_activations, find_global_pools, affine_to_conv, fold_affine, fuse_conv});
}

}  // namespace softacl::graph
