// SPDX-License-Identifier: Apache-2.0
#include "graph/memory_plan.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <optional>

namespace softacl::graph {
namespace {

using Order = std::vector<size_t>;

size_t aligned(size_t size) { return (size + kArenaAlignment - 1) / kArenaAlignment * kArenaAlignment; }

bool meet(const Block& a, const Block& b) { return a.first <= b.last && b.first <= a.last; }

// Live bytes after each step at which they change.
std::map<size_t, size_t> live_bytes(const std::vector<Block>& blocks) {
    std::map<size_t, size_t> change;  // wraps around on the way down and back
    for (const Block& block : blocks) {
        change[block.first] += aligned(block.size);
        change[block.last + 1] -= aligned(block.size);
    }
    size_t live = 0;
    for (auto& [step, bytes] : change) {
        live += bytes;
        bytes = live;
    }
    return change;
}

// Puts blocks one by one into the smallest gap that holds them. A gap that ends at the limit is filled from its end,
// so that blocks alternate between both ends of the arena; without a limit blocks start where the gap starts.
MemoryPlan place(const std::vector<Block>& blocks, const Order& order, std::optional<size_t> limit) {
    MemoryPlan plan;
    plan.offsets.resize(blocks.size());
    Order placed;  // by offset
    for (const size_t index : order) {
        const Block& block = blocks[index];
        const size_t size = aligned(block.size);
        size_t end = 0;  // of what was passed so far
        size_t best = 0;
        std::optional<size_t> best_room;
        const auto offer = [&](size_t begin, size_t room, bool from_end) {
            if (room >= size && (!best_room || room < *best_room)) {
                best_room = room;
                best = from_end ? begin + room - size : begin;
            }
        };
        for (const size_t other : placed) {
            if (!meet(block, blocks[other])) {
                continue;
            }
            if (plan.offsets[other] > end) {
                offer(end, plan.offsets[other] - end, false);
            }
            end = std::max(end, plan.offsets[other] + aligned(blocks[other].size));
        }
        if (limit && *limit > end) {
            offer(end, *limit - end, end > 0);
        }
        plan.offsets[index] = best_room ? best : end;
        plan.total = std::max(plan.total, plan.offsets[index] + size);
        const auto behind = std::upper_bound(placed.begin(), placed.end(), plan.offsets[index],
                                             [&](size_t offset, size_t at) { return offset < plan.offsets[at]; });
        placed.insert(behind, index);
    }
    return plan;
}

Order by_size(const std::vector<Block>& blocks, Order order) {
    std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) { return blocks[a].size > blocks[b].size; });
    return order;
}

Order by_time(const std::vector<Block>& blocks, Order order) {
    order = by_size(blocks, std::move(order));
    std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) { return blocks[a].first < blocks[b].first; });
    return order;
}

// Blocks that live in the fullest step first.
Order by_breadth(const std::vector<Block>& blocks, Order order) {
    const auto live = live_bytes(blocks);
    std::vector<size_t> fullest(blocks.size());
    for (const size_t index : order) {
        for (auto at = live.find(blocks[index].first); at->first <= blocks[index].last; ++at) {
            fullest[index] = std::max(fullest[index], at->second);
        }
    }
    order = by_size(blocks, std::move(order));
    std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) { return fullest[a] > fullest[b]; });
    return order;
}

}  // namespace

size_t max_live(const std::vector<Block>& blocks) {
    size_t most = 0;
    for (const auto& [step, bytes] : live_bytes(blocks)) {
        most = std::max(most, bytes);
    }
    return most;
}

MemoryPlan plan_memory(const std::vector<Block>& blocks) {
    Order order(blocks.size());
    std::iota(order.begin(), order.end(), size_t{0});
    order.erase(std::remove_if(order.begin(), order.end(), [&](size_t index) { return blocks[index].size == 0; }),
                order.end());
    const size_t least = max_live(blocks);
    std::optional<MemoryPlan> best;
    for (const auto& sorted : {by_size, by_time, by_breadth}) {
        for (const std::optional<size_t> limit : {std::optional<size_t>(), std::optional<size_t>(least)}) {
            MemoryPlan plan = place(blocks, sorted(blocks, order), limit);
            if (!best || plan.total < best->total) {
                best = std::move(plan);
            }
            if (best->total == least) {
                return *best;
            }
        }
    }
    return *best;
}

}  // namespace softacl::graph
