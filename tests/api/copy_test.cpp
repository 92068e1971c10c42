// SPDX-License-Identifier: Apache-2.0
// Copies: directions, unreadable and unwritable memory, overlap, matrices, and what is refused.
#include <sys/mman.h>
#include <unistd.h>

#include <numeric>
#include <random>

#include "api/fixture.h"

namespace softacl::test {
namespace {

using Bytes = std::vector<uint8_t>;
using Copy = Runtime;

Bytes counted(size_t size, uint8_t first = 0) {
    Bytes bytes(size);
    std::iota(bytes.begin(), bytes.end(), first);
    return bytes;
}

Bytes read(const uint8_t* memory, size_t size) { return Bytes(memory, memory + size); }

uint8_t* device_copy(const Bytes& bytes) {
    uint8_t* const memory = device_memory(bytes.size());
    std::copy(bytes.begin(), bytes.end(), memory);
    return memory;
}

aclError copy_sync(void* to, size_t room, const void* from, size_t count, aclrtMemcpyKind kind) {
    return aclrtMemcpy(to, room, from, count, kind);
}

aclError copy_async(void* to, size_t room, const void* from, size_t count, aclrtMemcpyKind kind) {
    const aclError code = aclrtMemcpyAsync(to, room, from, count, kind, nullptr);
    return code != ACL_SUCCESS ? code : aclrtSynchronizeStream(nullptr);
}

// Both ways to copy, with the wait included.
class EitherCopy : public Runtime, public testing::WithParamInterface<decltype(&copy_sync)> {
   protected:
    static constexpr auto kAnyKind = ACL_MEMCPY_HOST_TO_DEVICE;

    static bool is_async() { return GetParam() == copy_async; }
    static aclError copy(void* to, size_t room, const void* from, size_t count, aclrtMemcpyKind kind = kAnyKind) {
        return GetParam()(to, room, from, count, kind);
    }
};

INSTANTIATE_TEST_SUITE_P(, EitherCopy, testing::Values(copy_sync, copy_async),
                         [](const auto& test) { return test.param == copy_sync ? "Sync" : "Async"; });

TEST_P(EitherCopy, GoesByTheAddressesNotByTheKind) {
    constexpr size_t kSize = 1024;
    const Bytes data = counted(kSize);
    const uint8_t* const sources[] = {data.data(), device_copy(data)};
    for (int kind = ACL_MEMCPY_HOST_TO_HOST; kind <= ACL_MEMCPY_DEVICE_TO_DEVICE; ++kind) {
        for (const bool from_device : {false, true}) {
            for (const bool to_device : {false, true}) {
                uint8_t* const to = to_device ? device_memory(kSize) : host_memory(kSize);
                const bool works = !is_async() || from_device || to_device;
                EXPECT_CODE(works ? ACL_SUCCESS : ACL_ERROR_RT_PARAM_INVALID,
                            copy(to, kSize, sources[from_device], kSize, static_cast<aclrtMemcpyKind>(kind)));
                EXPECT_TRUE(!works || read(to, kSize) == data) << kind << from_device << to_device;
            }
        }
    }
}

TEST_P(EitherCopy, ReachesIntoBlocks) {
    const Bytes data = counted(256);
    uint8_t* const memory = device_copy(data);
    EXPECT_OK(copy(memory + 128, 64, memory + 64, 64));
    EXPECT_EQ(read(memory + 128, 64), counted(64, 64));
    EXPECT_EQ(read(memory + 192, 64), counted(64, 192));
}

TEST_P(EitherCopy, RefusesBadArguments) {
    const Bytes data = counted(128);
    uint8_t* const memory = device_copy(data);
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM, copy(memory, 64, data.data(), 65));
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM, copy(nullptr, 64, data.data(), 64));
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM, copy(memory, 64, nullptr, 64));
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM, copy(memory, 64, nullptr, 0));
    for (int kind : {-1, 4}) {
        EXPECT_CODE(ACL_ERROR_INVALID_PARAM,
                    copy(memory, 64, data.data() + 64, 64, static_cast<aclrtMemcpyKind>(kind)));
    }
    EXPECT_OK(copy(memory, 64, data.data() + 64, 0));
    EXPECT_EQ(read(memory, 128), data);
}

TEST_P(EitherCopy, HandlesOverlap) {
    constexpr size_t kSize = 100000;
    for (const bool on_device : {true, false}) {
        if (is_async() && !on_device) {
            continue;
        }
        for (const ptrdiff_t shift : {-64, 64, -6400, 6400}) {
            Bytes expected = counted(2 * kSize, 3);
            uint8_t* const memory = on_device ? device_copy(expected) : host_memory(expected.size());
            std::copy(expected.begin(), expected.end(), memory);
            constexpr size_t kStart = 6400;
            std::memmove(expected.data() + kStart + shift, expected.data() + kStart, kSize);
            EXPECT_OK(copy(memory + kStart + shift, kSize, memory + kStart, kSize));
            EXPECT_EQ(read(memory, expected.size()), expected) << shift;
        }
    }
}

// Host memory whose last page has other rights than the rest.
class GuardedRegion {
   public:
    GuardedRegion(size_t open_pages, int protection)
        : page_(static_cast<size_t>(sysconf(_SC_PAGESIZE))), open_(open_pages * page_) {
        void* const memory = mmap(nullptr, open_ + page_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        EXPECT_NE(memory, MAP_FAILED);
        begin_ = static_cast<uint8_t*>(memory);
        std::iota(begin_, end(), uint8_t{0});
        EXPECT_EQ(mprotect(end(), page_, protection), 0);
    }
    ~GuardedRegion() { munmap(begin_, open_ + page_); }
    GuardedRegion(const GuardedRegion&) = delete;
    GuardedRegion& operator=(const GuardedRegion&) = delete;

    uint8_t* end() const { return begin_ + open_; }
    size_t size() const { return open_; }

   private:
    size_t page_;
    size_t open_;
    uint8_t* begin_ = nullptr;
};

TEST_P(EitherCopy, TakesTheReadablePartOfAnOverread) {
    for (const size_t pages : {size_t{1}, size_t{5000}}) {
        const GuardedRegion region(pages, PROT_NONE);
        for (const size_t readable : {size_t{1}, size_t{100}, region.size()}) {
            const uint8_t* const from = region.end() - readable;
            Bytes expected = read(from, readable);
            expected.resize(readable + 200, 99);
            uint8_t* const to = device_memory(expected.size());
            std::fill_n(to, expected.size(), uint8_t{99});
            EXPECT_OK(copy(to, expected.size(), from, expected.size()));
            EXPECT_EQ(read(to, expected.size()), expected);
            EXPECT_OK(aclrtFree(to));
        }
    }
}

TEST_P(EitherCopy, SaysThatItMetUnreadableMemory) {
    const GuardedRegion region(1, PROT_NONE);
    EXPECT_OK(copy(device_memory(64), 64, region.end() - 63, 63));
    EXPECT_EQ(recent_message(), "");
    EXPECT_OK(copy(device_memory(64), 64, region.end() - 63, 64));
    EXPECT_NE(recent_message().find("src"), std::string::npos);
}

TEST_P(EitherCopy, SurvivesUnreadableMemory) {
    const GuardedRegion region(1, PROT_NONE);
    uint8_t* const to = device_copy(Bytes(64, 99));
    for (const void* from : {static_cast<const void*>(region.end()), reinterpret_cast<const void*>(64)}) {
        EXPECT_CODE(ACL_ERROR_RT_PARAM_INVALID, copy(to, 64, from, 64));
        EXPECT_EQ(read(to, 64), Bytes(64, 99));
    }
}

TEST_P(EitherCopy, RefusesUnwritableMemory) {
    const uint8_t* const from = device_copy(Bytes(4096, 99));
    for (const int protection : {PROT_READ, PROT_NONE}) {
        const GuardedRegion region(1, protection);
        EXPECT_CODE(ACL_ERROR_RT_PARAM_INVALID, copy(region.end(), 64, from, 64));
        EXPECT_CODE(ACL_ERROR_RT_PARAM_INVALID, copy(region.end() - 64, 128, from, 128));
    }
    EXPECT_CODE(ACL_ERROR_RT_PARAM_INVALID, copy(reinterpret_cast<void*>(64), 64, from, 64));
}

TEST_F(Copy, OverreadsWithinTheHost) {
    const GuardedRegion region(1, PROT_NONE);
    Bytes to(200, 99);
    Bytes expected = read(region.end() - 100, 100);
    expected.resize(200, 99);
    EXPECT_OK(aclrtMemcpy(to.data(), 200, region.end() - 100, 200, ACL_MEMCPY_HOST_TO_HOST));
    EXPECT_NE(recent_message(), "");
    EXPECT_EQ(to, expected);
}

TEST_F(Copy, NeedsAlignmentOnTheDeviceOnlyIfAsynchronous) {
    const Bytes data = counted(512);
    uint8_t* const memory = device_copy(data);
    Bytes host = data;
    for (const size_t offset : {1, 32, 63}) {
        EXPECT_CODE(ACL_ERROR_RT_ADDR_UNALIGNED,
                    aclrtMemcpyAsync(memory + offset, 64, host.data(), 64, ACL_MEMCPY_HOST_TO_DEVICE, nullptr));
        EXPECT_CODE(ACL_ERROR_RT_ADDR_UNALIGNED,
                    aclrtMemcpyAsync(host.data(), 64, memory + offset, 64, ACL_MEMCPY_DEVICE_TO_HOST, nullptr));
        EXPECT_OK(aclrtMemcpyAsync(host.data() + offset, 7, memory, 7, ACL_MEMCPY_DEVICE_TO_HOST, nullptr));
        EXPECT_OK(aclrtMemcpyAsync(memory, 7, host.data() + offset, 7, ACL_MEMCPY_HOST_TO_DEVICE, nullptr));
        EXPECT_OK(aclrtSynchronizeStream(nullptr));
        EXPECT_OK(aclrtMemcpy(memory + offset, 7, host.data(), 7, ACL_MEMCPY_HOST_TO_DEVICE));
    }
}

struct Pitched {
    uint8_t* data;
    size_t pitch;
};

aclError copy2d_sync(Pitched to, Pitched from, size_t width, size_t height, aclrtMemcpyKind kind) {
    return aclrtMemcpy2d(to.data, to.pitch, from.data, from.pitch, width, height, kind);
}

aclError copy2d_async(Pitched to, Pitched from, size_t width, size_t height, aclrtMemcpyKind kind) {
    const aclError code = aclrtMemcpy2dAsync(to.data, to.pitch, from.data, from.pitch, width, height, kind, nullptr);
    return code != ACL_SUCCESS ? code : aclrtSynchronizeStream(nullptr);
}

class EitherCopy2d : public Runtime, public testing::WithParamInterface<decltype(&copy2d_sync)> {
   protected:
    static aclError copy(Pitched to, Pitched from, size_t width, size_t height,
                         aclrtMemcpyKind kind = ACL_MEMCPY_HOST_TO_DEVICE) {
        return GetParam()(to, from, width, height, kind);
    }
};

INSTANTIATE_TEST_SUITE_P(, EitherCopy2d, testing::Values(copy2d_sync, copy2d_async),
                         [](const auto& test) { return test.param == copy2d_sync ? "Sync" : "Async"; });

TEST_P(EitherCopy2d, EqualsAPlainLoop) {
    std::mt19937 random(1);
    for (int round = 0; round < 300; ++round) {
        const size_t width = random() % 200;
        const size_t height = random() % 50;
        const size_t from_pitch = width + random() % 100;
        const size_t to_pitch = width + random() % 100;
        const Bytes source = counted(from_pitch * height + 1, 5);
        Bytes expected(to_pitch * height + 1, 99);
        const Bytes blank = expected;
        for (size_t y = 0; y < height; ++y) {
            for (size_t x = 0; x < width; ++x) {
                expected[y * to_pitch + x] = source[y * from_pitch + x];
            }
        }
        Bytes from_host = source;
        Bytes to_host = blank;
        uint8_t* const from_device = device_copy(source);
        uint8_t* const to_device = device_copy(blank);
        EXPECT_OK(copy({to_device, to_pitch}, {from_host.data(), from_pitch}, width, height));
        EXPECT_OK(
            copy({to_host.data(), to_pitch}, {from_device, from_pitch}, width, height, ACL_MEMCPY_DEVICE_TO_HOST));
        ASSERT_EQ(read(to_device, expected.size()), expected) << width << "x" << height;
        ASSERT_EQ(to_host, expected) << width << "x" << height;
        EXPECT_OK(aclrtFree(from_device));
        EXPECT_OK(aclrtFree(to_device));
    }
}

TEST_P(EitherCopy2d, RefusesBadArguments) {
    Bytes host = counted(64 * 64);
    uint8_t* const memory = device_memory(64 * 64);
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM, copy({nullptr, 64}, {host.data(), 64}, 64, 1));
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM, copy({memory, 64}, {nullptr, 64}, 64, 1));
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM, copy({memory, 63}, {host.data(), 64}, 64, 1));
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM, copy({memory, 64}, {host.data(), 63}, 64, 1));
    for (int kind : {-1, 0, 3, 4}) {
        EXPECT_CODE(ACL_ERROR_INVALID_PARAM,
                    copy({memory, 64}, {host.data(), 64}, 64, 1, static_cast<aclrtMemcpyKind>(kind)));
    }
    EXPECT_CODE(ACL_ERROR_RT_PARAM_INVALID, copy({memory, 64 * 64}, {host.data(), 64}, 64, 64));
}

TEST_P(EitherCopy2d, TakesTheReadablePartOfAnOverread) {
    const GuardedRegion region(1, PROT_NONE);
    uint8_t* const to = device_copy(Bytes(4 * 64, 99));
    Bytes expected = read(region.end() - 2 * 64 - 10, 2 * 64 + 10);
    expected.resize(4 * 64, 99);
    EXPECT_OK(copy({to, 64}, {region.end() - 2 * 64 - 10, 64}, 64, 4));
    EXPECT_EQ(read(to, 4 * 64), expected);
}

TEST_P(EitherCopy2d, SurvivesSizesThatOverflow) {
    Bytes host = counted(64);
    uint8_t* const memory = device_memory(64);
    constexpr size_t kHalf = SIZE_MAX / 2 + 1;
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM, copy({memory, kHalf}, {host.data(), kHalf}, 1, 3));
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM, copy({memory, kHalf}, {host.data(), 1}, 1, 3));
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM, copy({host.data(), 1}, {memory, kHalf}, 1, 3, ACL_MEMCPY_DEVICE_TO_HOST));
}

TEST_F(Copy, OfMatricesHasAHeightLimitIfAsynchronous) {
    constexpr size_t kLimit = 5 * 1024 * 1024;
    Bytes host(kLimit, 7);
    uint8_t* const memory = device_memory(kLimit);
    EXPECT_OK(aclrtMemcpy2dAsync(memory, 1, host.data(), 1, 1, kLimit, ACL_MEMCPY_HOST_TO_DEVICE, nullptr));
    EXPECT_OK(aclrtSynchronizeStream(nullptr));
    EXPECT_EQ(read(memory, kLimit), host);
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM,
                aclrtMemcpy2dAsync(memory, 1, host.data(), 1, 1, kLimit + 1, ACL_MEMCPY_HOST_TO_DEVICE, nullptr));
}

}  // namespace
}  // namespace softacl::test
