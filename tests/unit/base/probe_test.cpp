// SPDX-License-Identifier: Apache-2.0
#include "base/probe.h"

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>

namespace softacl {
namespace {

// Readable pages followed by pages nobody may touch.
class ProbeTest : public testing::Test {
   protected:
    static constexpr size_t kGood = 5;
    static constexpr size_t kBad = 3;
    const size_t page = static_cast<size_t>(sysconf(_SC_PAGESIZE));
    char* pages = static_cast<char*>(
        mmap(nullptr, (kGood + kBad) * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));

    void SetUp() override {
        ASSERT_NE(pages, MAP_FAILED);
        ASSERT_EQ(mprotect(pages + kGood * page, kBad * page, PROT_NONE), 0);
    }
    void TearDown() override { munmap(pages, (kGood + kBad) * page); }
};

TEST_F(ProbeTest, CountsUpToTheFirstBadPage) {
    const size_t good = kGood * page;
    EXPECT_EQ(readable_bytes(pages, good), good);
    EXPECT_EQ(readable_bytes(pages, good + 1), good);
    EXPECT_EQ(readable_bytes(pages + 100, good + page), good - 100);
    EXPECT_EQ(readable_bytes(pages + good - 1, 2), 1U);
    EXPECT_EQ(readable_bytes(pages + good, 1), 0U);
    EXPECT_EQ(writable_bytes(pages + 3, good + page), good - 3);
}

TEST_F(ProbeTest, SeesWriteProtection) {
    ASSERT_EQ(mprotect(pages + page, page, PROT_READ), 0);
    EXPECT_EQ(writable_bytes(pages, 2 * page), page);
    EXPECT_EQ(readable_bytes(pages, 2 * page), 2 * page);
    EXPECT_EQ(writable_bytes(pages + page, 8), 0U);
}

TEST_F(ProbeTest, SeesUnmappedPages) {
    ASSERT_EQ(munmap(pages + 2 * page, page), 0);
    EXPECT_EQ(readable_bytes(pages, 5 * page), 2 * page);
    EXPECT_EQ(writable_bytes(pages, 5 * page), 2 * page);
}

TEST_F(ProbeTest, WritesNothing) {
    for (size_t i = 0; i < kGood * page; ++i) {
        pages[i] = static_cast<char>(i * 7);
    }
    EXPECT_EQ(writable_bytes(pages + 1, kGood * page - 1), kGood * page - 1);
    for (size_t i = 0; i < kGood * page; ++i) {
        ASSERT_EQ(pages[i], static_cast<char>(i * 7)) << i;
    }
}

TEST(Probe, RefusesAddressesThatCannotBe) {
    EXPECT_EQ(readable_bytes(nullptr, 1), 0U);
    EXPECT_EQ(readable_bytes(reinterpret_cast<void*>(0x10), 100), 0U);
    EXPECT_EQ(readable_bytes(reinterpret_cast<void*>(0xffff800000000000), 8), 0U);
    EXPECT_EQ(readable_bytes(reinterpret_cast<void*>(UINTPTR_MAX), 1), 0U);
    EXPECT_EQ(writable_bytes(reinterpret_cast<void*>(UINTPTR_MAX - 7), 100), 0U);
    int local = 0;
    EXPECT_LT(readable_bytes(&local, SIZE_MAX), SIZE_MAX);
    EXPECT_EQ(readable_bytes(&local, sizeof(local)), sizeof(local));
    EXPECT_EQ(readable_bytes(&local, 0), 0U);
}

}  // namespace
}  // namespace softacl
