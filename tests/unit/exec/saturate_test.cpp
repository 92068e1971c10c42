// SPDX-License-Identifier: Apache-2.0
#include "exec/saturate.h"

#include <gtest/gtest.h>

#include <numeric>
#include <vector>

namespace softacl::exec {
namespace {

TEST(Saturate, ChangesInfinitiesOnly) {
    std::vector<uint16_t> numbers(65536);
    std::iota(numbers.begin(), numbers.end(), uint16_t{0});
    EXPECT_EQ(saturate_float16(numbers.data(), numbers.size()), 2U);
    for (uint32_t bits = 0; bits < numbers.size(); ++bits) {
        const uint32_t expected = bits == 0x7c00 ? 0x7bff : bits == 0xfc00 ? 0xfbff : bits;
        ASSERT_EQ(numbers[bits], expected);
    }
}

TEST(Saturate, CountsInAnyLength) {
    for (const size_t count : {size_t{0}, size_t{1}, size_t{7}, size_t{2048}, size_t{2049}, size_t{200001}}) {
        std::vector<uint16_t> numbers(count + 1, 0x7c00);
        EXPECT_EQ(saturate_float16(numbers.data(), count), count);
        EXPECT_EQ(numbers[count], 0x7c00) << "behind the end";
        EXPECT_EQ(saturate_float16(numbers.data(), count), 0U);
    }
}

}  // namespace
}  // namespace softacl::exec
