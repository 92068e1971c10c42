// SPDX-License-Identifier: Apache-2.0
// Memory: allocation, capacity, the room behind a block, release, and setting.
#include <algorithm>
#include <map>
#include <random>

#include "api/fixture.h"

namespace softacl::test {
namespace {

constexpr size_t kMiB = size_t{1} << 20;

using Memory = Runtime;

uintptr_t address(const void* memory) { return reinterpret_cast<uintptr_t>(memory); }

// What a block takes of the capacity.
size_t block_size(size_t size) { return (size + 31) / 32 * 32 + 32; }

TEST_F(Memory, IsAlignedAndAccountedFor) {
    for (size_t size :
         {size_t{1}, size_t{31}, size_t{32}, size_t{33}, size_t{1000}, size_t{4096}, kMiB + 1, 5 * kMiB}) {
        const size_t before = mem_info().free;
        uint8_t* const memory = device_memory(size);
        EXPECT_EQ(address(memory) % 128, 0u) << size;
        EXPECT_EQ(before - mem_info().free, block_size(size)) << size;
        EXPECT_OK(aclrtFree(memory));
        EXPECT_EQ(mem_info().free, before) << size;
    }
}

using Allocate = aclError (*)(void**, size_t, aclrtMemMallocPolicy);

class Malloc : public Runtime, public testing::WithParamInterface<Allocate> {};

TEST_P(Malloc, ServesEveryPolicy) {
    for (int policy = ACL_MEM_MALLOC_HUGE_FIRST; policy <= ACL_MEM_MALLOC_NORMAL_ONLY_P2P; ++policy) {
        void* memory = nullptr;
        EXPECT_OK(GetParam()(&memory, 3 * kMiB, static_cast<aclrtMemMallocPolicy>(policy)));
        EXPECT_OK(aclrtMemset(memory, 3 * kMiB, 7, 3 * kMiB));
        EXPECT_OK(aclrtFree(memory));
    }
}

TEST_P(Malloc, RefusesBadArguments) {
    void* memory = nullptr;
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM, GetParam()(nullptr, 1, ACL_MEM_MALLOC_NORMAL_ONLY));
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM, GetParam()(&memory, 0, ACL_MEM_MALLOC_NORMAL_ONLY));
    for (int policy : {-1, 6}) {
        EXPECT_CODE(ACL_ERROR_INVALID_PARAM, GetParam()(&memory, 1, static_cast<aclrtMemMallocPolicy>(policy)));
    }
    for (size_t size : {SIZE_MAX, SIZE_MAX - 63, SIZE_MAX / 2, mem_info().total}) {
        EXPECT_CODE(ACL_ERROR_RT_MEMORY_ALLOCATION, GetParam()(&memory, size, ACL_MEM_MALLOC_NORMAL_ONLY));
    }
}

INSTANTIATE_TEST_SUITE_P(, Malloc, testing::Values(aclrtMalloc, aclrtMallocCached));

TEST_F(Memory, IsReadAndWrittenByTheHost) {
    uint8_t* const memory = device_memory(1000);
    std::fill_n(memory, 1000, uint8_t{3});
    EXPECT_OK(aclrtMemset(memory + 500, 500, 4, 500));
    EXPECT_EQ(memory[499], 3);
    EXPECT_EQ(memory[500], 4);
    EXPECT_OK(aclrtMemFlush(memory, 1000));
    EXPECT_OK(aclrtMemInvalidate(memory, 1000));
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM, aclrtMemFlush(memory, 0));
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM, aclrtMemInvalidate(nullptr, 1000));
}

class SmallMemory : public Runtime {
   protected:
    static constexpr size_t kCapacity = 64 * kMiB;
    SmallMemory() : Runtime({{"SOFTACL_DEVICE_MEMORY", "64M"}}) {}
};

TEST_F(SmallMemory, CanBeUsedToTheLastByte) {
    EXPECT_EQ(mem_info().total, kCapacity);
    uint8_t* const all = device_memory(kCapacity - 32);
    EXPECT_OK(aclrtMemset(all, kCapacity - 32, 7, kCapacity - 32));
    EXPECT_EQ(mem_info().free, 0u);
    void* more = nullptr;
    EXPECT_CODE(ACL_ERROR_RT_MEMORY_ALLOCATION, aclrtMalloc(&more, 1, ACL_MEM_MALLOC_NORMAL_ONLY));
    EXPECT_OK(aclrtFree(all));
    EXPECT_OK(aclrtFree(device_memory(kCapacity - 32)));
}

TEST_F(SmallMemory, EndsWithManyBlocksToo) {
    std::vector<void*> blocks;
    void* memory = nullptr;
    while (blocks.size() < 100 && aclrtMalloc(&memory, kMiB, ACL_MEM_MALLOC_NORMAL_ONLY) == ACL_SUCCESS) {
        blocks.push_back(memory);
    }
    EXPECT_EQ(blocks.size(), kCapacity / block_size(kMiB));
    for (void* block : blocks) {
        EXPECT_OK(aclrtFree(block));
    }
    EXPECT_EQ(mem_info().free, kCapacity);
}

TEST_F(SmallMemory, IsNotReusedBeforeTheWorkOnItRan) {
    constexpr size_t kSize = 40 * kMiB;
    uint8_t* const memory = device_memory(kSize);
    const aclrtStream stream = new_stream();
    Gate gate(stream);
    EXPECT_OK(aclrtMemsetAsync(memory, kSize, 7, kSize, stream));
    EXPECT_OK(aclrtFree(memory));
    EXPECT_CODE(ACL_ERROR_RT_PARAM_INVALID, aclrtFree(memory));
    void* another = nullptr;
    EXPECT_CODE(ACL_ERROR_RT_MEMORY_ALLOCATION, aclrtMalloc(&another, kSize, ACL_MEM_MALLOC_NORMAL_ONLY));
    for (int i = 0; i < 20; ++i) {
        const uintptr_t other = address(device_memory(kMiB));
        EXPECT_TRUE(other + kMiB <= address(memory) || other >= address(memory) + kSize);
    }
    gate.open();
    EXPECT_OK(aclrtSynchronizeStream(stream));
    EXPECT_OK(aclrtFree(device_memory(kSize)));
}

TEST_F(SmallMemory, IsFreedBetweenAWaitAndItsRecord) {
    const aclrtStream stream = new_stream();
    const aclrtEvent event = new_event();
    uint8_t* const memory = device_memory(kMiB);
    EXPECT_OK(aclrtStreamWaitEvent(stream, event));
    EXPECT_OK(aclrtMemsetAsync(memory, kMiB, 7, kMiB, stream));
    EXPECT_OK(aclrtFree(memory));
    EXPECT_OK(aclrtRecordEvent(event, nullptr));
    EXPECT_OK(aclrtSynchronizeStream(stream));
}

struct Block {
    size_t size;
    size_t slack;
};

class Slack : public Runtime, public testing::WithParamInterface<Block> {};

TEST_P(Slack, ForgivesSmallOverrunsAndSaysSo) {
    const auto [size, slack] = GetParam();
    const size_t end = block_size(size);
    uint8_t* const memory = device_memory(size);
    uint8_t* const neighbour = device_memory(size);
    std::fill_n(neighbour, end, uint8_t{9});
    std::vector<uint8_t> data(end + slack + 128, 7);

    const auto write = [&, memory = memory](size_t count) {
        return aclrtMemcpy(memory, count, data.data(), count, ACL_MEMCPY_HOST_TO_DEVICE);
    };
    EXPECT_OK(write(end));
    EXPECT_EQ(recent_message(), "");
    EXPECT_OK(write(end + slack));
    EXPECT_NE(recent_message().find("aclrtMemcpy"), std::string::npos);
    EXPECT_EQ(memory[end + slack - 1], 7);
    EXPECT_CODE(ACL_ERROR_RT_PARAM_INVALID, write(data.size()));

    std::vector<uint8_t> received(data.size());
    const auto read = [&, memory = memory](size_t count) {
        return aclrtMemcpy(received.data(), count, memory, count, ACL_MEMCPY_DEVICE_TO_HOST);
    };
    EXPECT_OK(read(end + slack));
    EXPECT_NE(recent_message().find("aclrtMemcpy"), std::string::npos);
    EXPECT_EQ(received[end + slack - 1], 7);
    EXPECT_CODE(ACL_ERROR_RT_PARAM_INVALID, read(data.size()));
    EXPECT_CODE(ACL_ERROR_RT_PARAM_INVALID, aclrtMemset(memory, data.size(), 8, data.size()));
    EXPECT_TRUE(std::all_of(neighbour, neighbour + end, [](uint8_t byte) { return byte == 9; }));
}

INSTANTIATE_TEST_SUITE_P(, Slack, testing::Values(Block{1, 4096}, Block{1000, 4096}, Block{16 * kMiB, kMiB}));

class NotToBeFreed : public Runtime, public testing::WithParamInterface<aclError (*)(void*)> {
   protected:
    static aclError release(void* memory) { return GetParam()(memory); }
};

TEST_P(NotToBeFreed, IsRefused) {
    const bool on_device = GetParam() == aclrtFree;
    uint8_t* const own = on_device ? device_memory(4096) : host_memory(4096);
    uint8_t* const other = on_device ? host_memory(4096) : device_memory(4096);
    std::vector<uint8_t> foreign(4096);
    int on_stack = 0;
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM, release(nullptr));
    for (void* memory : {static_cast<void*>(own + 1), static_cast<void*>(own + 128), static_cast<void*>(other),
                         static_cast<void*>(foreign.data()), static_cast<void*>(&on_stack)}) {
        EXPECT_CODE(ACL_ERROR_RT_PARAM_INVALID, release(memory));
    }
    EXPECT_OK(release(own));
    EXPECT_CODE(ACL_ERROR_RT_PARAM_INVALID, release(own));
}

INSTANTIATE_TEST_SUITE_P(, NotToBeFreed, testing::Values(aclrtFree, aclrtFreeHost));

TEST_F(Memory, OfAResetDeviceIsHarmlessToFree) {
    uint8_t* const memory = device_memory(1000);
    EXPECT_OK(aclrtResetDevice(0));
    EXPECT_CODE(ACL_ERROR_RT_PARAM_INVALID, aclrtFree(memory));
}

TEST_F(Memory, NeverOverlaps) {
    std::mt19937 random(1);
    std::map<uintptr_t, std::pair<size_t, uint8_t>> live;  // address: size and content
    const auto release = [&](auto block) {
        const auto* const bytes = reinterpret_cast<const uint8_t*>(block->first);
        const auto [size, content] = block->second;
        ASSERT_TRUE(std::all_of(bytes, bytes + size, [expected = content](uint8_t byte) { return byte == expected; }));
        ASSERT_OK(aclrtFree(reinterpret_cast<void*>(block->first)));
        live.erase(block);
    };
    for (int step = 0; step < 3000; ++step) {
        if (live.size() > 100 || (!live.empty() && random() % 3 == 0)) {
            release(std::next(live.begin(), static_cast<ptrdiff_t>(random() % live.size())));
        } else {
            const size_t size = 1 + random() % (size_t{1} << random() % 20);
            const auto content = static_cast<uint8_t>(random());
            uint8_t* const memory = device_memory(size);
            const auto next = live.lower_bound(address(memory));
            ASSERT_TRUE(next == live.end() || address(memory) + block_size(size) <= next->first);
            ASSERT_TRUE(next == live.begin() ||
                        std::prev(next)->first + block_size(std::prev(next)->second.first) <= address(memory));
            std::fill_n(memory, size, content);
            live.emplace(address(memory), std::pair(size, content));
        }
    }
    while (!live.empty()) {
        release(live.begin());
    }
    EXPECT_EQ(mem_info().free, mem_info().total);
}

TEST(HostMemory, IsAlignedAndNeedsNoDevice) {
    for (size_t size : {size_t{1}, size_t{63}, size_t{1000}, kMiB}) {
        uint8_t* const memory = host_memory(size);
        EXPECT_EQ(address(memory) % 64, 0u);
        std::fill_n(memory, size, uint8_t{7});
        EXPECT_OK(aclrtFreeHost(memory));
    }
    void* memory = nullptr;
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM, aclrtMallocHost(&memory, 0));
    EXPECT_CODE(ACL_ERROR_RT_MEMORY_ALLOCATION, aclrtMallocHost(&memory, SIZE_MAX));
}

class OnBoard : public Runtime {
   protected:
    OnBoard() : Runtime({{"SOFTACL_RUN_MODE", "device"}}) {}
};

TEST_F(OnBoard, HostMemoryIsDeviceMemory) {
    const size_t before = mem_info().free;
    uint8_t* const from = host_memory(1024);
    uint8_t* const to = host_memory(1024);
    EXPECT_LT(mem_info().free, before);
    EXPECT_OK(aclrtMemset(from, 1024, 7, 1024));
    EXPECT_OK(aclrtMemcpyAsync(to, 1024, from, 1024, ACL_MEMCPY_DEVICE_TO_DEVICE, nullptr));
    EXPECT_OK(aclrtSynchronizeStream(nullptr));
    EXPECT_EQ(to[1023], 7);
    EXPECT_OK(aclrtFreeHost(from));
    EXPECT_OK(aclrtFreeHost(to));
    EXPECT_EQ(mem_info().free, before);
}

// Both ways to set memory, on the device and on the host.
class Memset : public Runtime, public testing::WithParamInterface<std::tuple<bool, bool>> {
   protected:
    uint8_t* memory() { return std::get<0>(GetParam()) ? device_memory(256) : host_memory(256); }
    aclError set(void* memory, size_t max, int32_t value, size_t count) {
        if (std::get<1>(GetParam())) {
            const aclError code = aclrtMemsetAsync(memory, max, value, count, nullptr);
            return code != ACL_SUCCESS ? code : aclrtSynchronizeStream(nullptr);
        }
        return aclrtMemset(memory, max, value, count);
    }
};

TEST_P(Memset, WritesTheLowestEightBits) {
    uint8_t* const bytes = memory();
    for (int32_t value : {0, 7, 255, 256, -1, INT32_MIN}) {
        bytes[200] = 99;
        EXPECT_OK(set(bytes, 256, value, 200));
        EXPECT_EQ(bytes[0], static_cast<uint8_t>(value));
        EXPECT_EQ(bytes[199], static_cast<uint8_t>(value));
        EXPECT_EQ(bytes[200], 99);
    }
}

TEST_P(Memset, KeepsToItsBounds) {
    uint8_t* const bytes = memory();
    bytes[0] = 99;
    EXPECT_OK(set(bytes, 256, 7, 0));
    EXPECT_OK(set(bytes, 0, 7, 0));
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM, set(bytes, 200, 7, 201));
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM, set(nullptr, 200, 7, 200));
    EXPECT_EQ(bytes[0], 99);
}

INSTANTIATE_TEST_SUITE_P(, Memset, testing::Combine(testing::Bool(), testing::Bool()), [](const auto& test) {
    return std::string(std::get<0>(test.param) ? "OnDevice" : "OnHost") + (std::get<1>(test.param) ? "Async" : "");
});

}  // namespace
}  // namespace softacl::test
