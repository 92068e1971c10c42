// SPDX-License-Identifier: Apache-2.0
#include "graph/memory_plan.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace softacl::graph {
namespace {

using Blocks = std::vector<Block>;

void expect_valid(const Blocks& blocks, const MemoryPlan& plan) {
    ASSERT_EQ(plan.offsets.size(), blocks.size());
    EXPECT_EQ(plan.total % kArenaAlignment, 0U);
    EXPECT_GE(plan.total, max_live(blocks));
    for (size_t i = 0; i < blocks.size(); ++i) {
        EXPECT_EQ(plan.offsets[i] % kArenaAlignment, 0U);
        EXPECT_LE(plan.offsets[i] + blocks[i].size, plan.total);
        for (size_t j = 0; j < i; ++j) {
            const bool same_time = blocks[i].first <= blocks[j].last && blocks[j].first <= blocks[i].last;
            const bool same_place = plan.offsets[i] < plan.offsets[j] + blocks[j].size &&
                                    plan.offsets[j] < plan.offsets[i] + blocks[i].size;
            ASSERT_FALSE(same_time && same_place) << "blocks " << j << " and " << i;
        }
    }
}

TEST(MemoryPlan, NothingNeedsNothing) {
    EXPECT_EQ(plan_memory({}).total, 0U);
    EXPECT_EQ(plan_memory({{0, 0, 5}, {0, 1, 2}}).total, 0U);
}

TEST(MemoryPlan, SizesAreRoundedUp) {
    EXPECT_EQ(plan_memory({{1, 0, 0}}).total, kArenaAlignment);
    EXPECT_EQ(plan_memory({{1, 0, 1}, {129, 1, 1}}).total, 3 * kArenaAlignment);
}

TEST(MemoryPlan, OneAfterTheOtherShares) {
    const MemoryPlan plan = plan_memory({{1024, 0, 1}, {1024, 2, 3}});
    EXPECT_EQ(plan.total, 1024U);
    EXPECT_EQ(plan_memory({{1024, 0, 2}, {1024, 2, 3}}).total, 2048U) << "lifetimes include their last step";
}

TEST(MemoryPlan, MaxLiveIsCountedStepByStep) {
    std::mt19937 random(1);
    for (int round = 0; round < 50; ++round) {
        Blocks blocks(random() % 20);
        std::vector<size_t> live(40);
        for (Block& block : blocks) {
            block.first = random() % 30;
            block.last = block.first + random() % 10;
            block.size = random() % 1000;
            for (size_t step = block.first; step <= block.last; ++step) {
                live[step] += (block.size + 127) / 128 * 128;
            }
        }
        EXPECT_EQ(max_live(blocks), *std::max_element(live.begin(), live.end()));
    }
}

TEST(MemoryPlan, ChainsNeedNoMoreThanWhatLives) {
    std::mt19937 random(2);
    for (int round = 0; round < 200; ++round) {
        Blocks blocks(1 + random() % 60);
        for (size_t i = 0; i < blocks.size(); ++i) {
            blocks[i] = {1 + random() % 100000, i, i + 1};
        }
        const MemoryPlan plan = plan_memory(blocks);
        expect_valid(blocks, plan);
        EXPECT_EQ(plan.total, max_live(blocks));
    }
}

TEST(MemoryPlan, RandomLifetimesNeverOverlap) {
    std::mt19937 random(3);
    double worst = 1;
    double sum = 0;
    constexpr int kRounds = 300;
    for (int round = 0; round < kRounds; ++round) {
        Blocks blocks(1 + random() % 100);
        for (size_t i = 0; i < blocks.size(); ++i) {
            const size_t width = random() % 5 == 0 ? random() % 40 : random() % 4;
            blocks[i] = {random() % 50000, i, i + width};
        }
        const MemoryPlan plan = plan_memory(blocks);
        expect_valid(blocks, plan);
        EXPECT_EQ(plan.offsets, plan_memory(blocks).offsets);
        const double ratio = max_live(blocks) == 0 ? 1 : double(plan.total) / double(max_live(blocks));
        worst = std::max(worst, ratio);
        sum += ratio;
    }
    EXPECT_LT(worst, 1.3);
    EXPECT_LT(sum / kRounds, 1.06);
}

}  // namespace
}  // namespace softacl::graph
