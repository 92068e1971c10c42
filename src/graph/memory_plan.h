// SPDX-License-Identifier: Apache-2.0
// Places blocks of memory with known lifetimes in one arena. A pure function: the same blocks give the same plan.
#pragma once

#include <cstddef>
#include <vector>

namespace softacl::graph {

/// Every offset is a multiple of this.
inline constexpr size_t kArenaAlignment = 128;

/// Memory that is needed from step `first` to step `last` >= first, both included.
struct Block {
    size_t size = 0;
    size_t first = 0;
    size_t last = 0;
};

struct MemoryPlan {
    std::vector<size_t> offsets;  ///< one per block; of an empty block 0
    size_t total = 0;             ///< bytes of the arena, a multiple of the alignment
};

/// No two blocks that live at a common step overlap. The total is the smallest that some greedy orders find: never less
/// than max_live(), equal to it for a chain of nodes. Takes O(n^2) time for n blocks.
MemoryPlan plan_memory(const std::vector<Block>& blocks);

/// The most bytes that live at one step, sizes rounded up to the alignment: no plan can do with less.
size_t max_live(const std::vector<Block>& blocks);

}  // namespace softacl::graph
