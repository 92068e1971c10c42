// SPDX-License-Identifier: Apache-2.0
#include "runtime/device_memory.h"

#include <gtest/gtest.h>

#include <cstring>
#include <map>
#include <random>
#include <vector>

#include "acl/acl_base.h"

namespace softacl::runtime {
namespace {

constexpr uint64_t kMiB = uint64_t{1} << 20;

size_t charge(size_t size) { return (size + 31) / 32 * 32 + 32; }

TEST(DeviceMemory, ChargesRoundedSizes) {
    DeviceMemory memory(kMiB);
    for (const size_t size : {1, 32, 33, 4096}) {
        void* block = *memory.allocate(size, false);
        EXPECT_EQ(reinterpret_cast<uintptr_t>(block) % DeviceMemory::kAlignment, 0U);
        EXPECT_EQ(memory.free_bytes(), kMiB - charge(size));
        EXPECT_TRUE(memory.retire(block, nullptr));
        EXPECT_EQ(memory.free_bytes(), kMiB);
    }
}

TEST(DeviceMemory, EndsAtTheCapacity) {
    DeviceMemory memory(kMiB);
    EXPECT_EQ(memory.allocate(kMiB, false).status().code(), ACL_ERROR_RT_MEMORY_ALLOCATION);
    EXPECT_EQ(memory.allocate(SIZE_MAX, false).status().code(), ACL_ERROR_RT_MEMORY_ALLOCATION);
    EXPECT_EQ(memory.allocate(SIZE_MAX - 40, false).status().code(), ACL_ERROR_RT_MEMORY_ALLOCATION);
    void* all = *memory.allocate(kMiB - 32, false);
    EXPECT_EQ(memory.free_bytes(), 0U);
    EXPECT_FALSE(memory.allocate(1, false).ok());
    EXPECT_TRUE(memory.retire(all, nullptr));
    EXPECT_TRUE(memory.allocate(kMiB - 32, false).ok());
}

TEST(DeviceMemory, KnowsWhatLiesWhere) {
    DeviceMemory memory(8 * kMiB);
    auto* block = static_cast<char*>(*memory.allocate(1000, false));
    EXPECT_TRUE(memory.contains(block));
    EXPECT_FALSE(memory.contains(&memory));
    const auto room = memory.room_at(block + 100);
    ASSERT_TRUE(room.has_value());
    EXPECT_EQ(room->size, charge(1000) - 100);
    EXPECT_GE(room->slack, 4096U);
    EXPECT_EQ(memory.room_at(block + charge(1000) + 8)->size, 0U) << "an address in the slack";
    memory.retire(block, nullptr);
    EXPECT_FALSE(memory.room_at(block).has_value());
}

TEST(DeviceMemory, BlocksOfOneSizeAreTakenAgain) {
    DeviceMemory memory(64 * kMiB);
    void* first = *memory.allocate(kMiB, true);
    void* second = *memory.allocate(kMiB, true);
    memory.retire(first, nullptr);
    memory.retire(second, nullptr);
    EXPECT_EQ(*memory.allocate(kMiB, true), second) << "the warmest one";
    EXPECT_EQ(*memory.allocate(kMiB - 20, true), first) << "sizes are rounded";
    EXPECT_EQ(memory.free_bytes(), 64 * kMiB - charge(kMiB) - charge(kMiB - 20));
    EXPECT_FALSE(memory.retire(static_cast<char*>(first) + 64, nullptr));
    EXPECT_TRUE(memory.retire(first, nullptr));
    EXPECT_FALSE(memory.retire(first, nullptr)) << "twice";
    EXPECT_FALSE(memory.room_at(first).has_value());
}

TEST(DeviceMemory, FreedNeighboursAreJoinedWhenNeeded) {
    DeviceMemory memory(64 * kMiB);
    std::vector<void*> blocks(12);
    for (void*& block : blocks) {
        block = *memory.allocate(kMiB, false);
    }
    void* const last = *memory.allocate(64, false);
    for (void* block : blocks) {
        memory.retire(block, nullptr);
    }
    EXPECT_EQ(*memory.allocate(10 * kMiB, false), blocks[0]) << "and not behind " << last;
}

TEST(DeviceMemory, LargeBlocksHaveMoreSlack) {
    DeviceMemory memory(64 * kMiB);
    EXPECT_GE(memory.room_at(*memory.allocate(kMiB, false))->slack, 64U * 1024);
    EXPECT_GE(memory.room_at(*memory.allocate(16 * kMiB, false))->slack, kMiB);
}

TEST(DeviceMemory, RefusesWhatIsNotALiveBlock) {
    DeviceMemory memory(kMiB);
    auto* block = static_cast<char*>(*memory.allocate(100, false));
    EXPECT_FALSE(memory.retire(block + 1, nullptr));
    EXPECT_FALSE(memory.retire(nullptr, nullptr));
    EXPECT_TRUE(memory.retire(block, nullptr));
    EXPECT_FALSE(memory.retire(block, nullptr));
}

TEST(DeviceMemory, RetiredBlocksWaitForTheirUsers) {
    DeviceMemory memory(kMiB);
    void* block = *memory.allocate(kMiB / 2, false);
    bool in_use = true;
    EXPECT_TRUE(memory.retire(block, [&] { return in_use; }));
    EXPECT_FALSE(memory.retire(block, nullptr)) << "freed is freed";
    EXPECT_FALSE(memory.room_at(block).has_value());
    EXPECT_FALSE(memory.allocate(kMiB / 2, false).ok()) << "still charged";
    in_use = false;
    EXPECT_TRUE(memory.allocate(kMiB / 2, false).ok());
}

TEST(DeviceMemory, RetireAllTakesOnlyWhatIsLiveNow) {
    DeviceMemory memory(kMiB);
    void* before = *memory.allocate(100, false);
    bool in_use = true;
    EXPECT_EQ(memory.retire_all([&] { return in_use; }), 1U);
    void* after = *memory.allocate(100, false);
    in_use = false;
    memory.reap();
    EXPECT_FALSE(memory.room_at(before).has_value());
    EXPECT_TRUE(memory.room_at(after).has_value());
    EXPECT_EQ(memory.free_bytes(), kMiB - charge(100));
}

// Random allocations: no two overlap, contents stay, everything comes back.
TEST(DeviceMemory, RandomUseKeepsBlocksApart) {
    DeviceMemory memory(64 * kMiB);
    std::mt19937 random(7);
    struct Block {
        size_t size;
        unsigned char mark;
    };
    std::map<unsigned char*, Block> live;
    uint64_t charged = 0;
    for (int i = 0; i < 4000; ++i) {
        if (random() % 5 < 3 || live.empty()) {
            const size_t size = size_t{1} << (random() % 18);
            const auto made = memory.allocate(size + random() % 100, random() % 2 == 0);
            if (!made.ok()) {
                EXPECT_GT(charged + size, 64 * kMiB * 9 / 10);
                continue;
            }
            auto* block = static_cast<unsigned char*>(*made);
            const auto mark = static_cast<unsigned char>(random());
            std::memset(block, mark, size);
            live[block] = {size, mark};
            charged += memory.room_at(block)->size;
        } else {
            auto victim = live.begin();
            std::advance(victim, random() % live.size());
            for (size_t byte = 0; byte < victim->second.size; ++byte) {
                ASSERT_EQ(victim->first[byte], victim->second.mark);
            }
            charged -= memory.room_at(victim->first)->size;
            EXPECT_TRUE(memory.retire(victim->first, nullptr));
            live.erase(victim);
        }
        ASSERT_EQ(memory.free_bytes(), 64 * kMiB - charged);
    }
    for (auto next = live.begin(); next != live.end(); ++next) {
        const auto following = std::next(next);
        if (following != live.end()) {
            EXPECT_LE(next->first + next->second.size + 4096, following->first) << "slack lies between";
        }
        EXPECT_TRUE(memory.retire(next->first, nullptr));
    }
    EXPECT_EQ(memory.free_bytes(), 64 * kMiB);
}

TEST(DeviceMemory, MapsNoMoreThanItMust) {
    DeviceMemory big(uint64_t{1} << 40);  // a terabyte of capacity is only address space
    void* block = *big.allocate(100, false);
    std::memset(block, 1, 100);
}

}  // namespace
}  // namespace softacl::runtime
