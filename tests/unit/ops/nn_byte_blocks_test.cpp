// SPDX-License-Identifier: Apache-2.0
// Loops over blocks of planes, in memory that ends where the planes do.
#include "ops/nn/byte_blocks.h"

#include <gtest/gtest.h>

#include <random>
#include <vector>

namespace softacl::ops {
namespace {

constexpr size_t kPlanes = kBlock;

class NnByteBlocks : public ::testing::TestWithParam<int64_t> {
   protected:
    template <class T>
    std::vector<T> any(size_t count) {
        std::vector<T> values(count);
        for (T& value : values) {
            value = static_cast<T>(engine_());
        }
        return values;
    }
    template <class T>
    std::array<T*, kPlanes> planes_of(std::vector<std::remove_const_t<T>>& values, int64_t step) {
        std::array<T*, kPlanes> planes;
        for (size_t k = 0; k < kPlanes; ++k) {
            planes[k] = values.data() + static_cast<int64_t>(k) * step;
        }
        return planes;
    }

    std::mt19937 engine_{7};
};

TEST_P(NnByteBlocks, PlanesAreJoinedAndPadded) {
    const int64_t columns = GetParam();
    PaddedLines how;
    how.lines = 6;
    how.top = 1;
    how.inside_lines = 3;
    how.left = 2;
    how.inside_columns = columns;
    how.pitch = columns;
    how.columns = columns + 3;
    const int64_t count = how.inside_lines * columns;
    auto values = any<uint8_t>(kPlanes * static_cast<size_t>(count));
    std::vector<uint8_t> joined(static_cast<size_t>((count + kBlock - 1) / kBlock * kBlock * kBlock));
    join_planes(planes_of<const uint8_t>(values, count).data(), count, values.data() + values.size(), 0x80,
                joined.data());
    std::array<int32_t, kPlanes> zeros;
    for (int32_t& zero : zeros) {
        zero = static_cast<int32_t>(engine_() % 256);
    }
    std::vector<float> padded(static_cast<size_t>(how.lines * how.columns * kBlock), 7);
    pad_block(joined.data(), how, zeros, padded.data());
    for (int64_t i = 0; i < static_cast<int64_t>(padded.size()); ++i) {
        const int64_t plane = i % kBlock;
        const int64_t line = i / kBlock / how.columns - how.top;
        const int64_t column = i / kBlock % how.columns - how.left;
        const bool is_inside = line >= 0 && line < how.inside_lines && column >= 0 && column < columns;
        const auto at = static_cast<size_t>(is_inside ? plane * count + line * columns + column : 0);
        const int32_t wanted = is_inside ? (values[at] ^ 0x80) - zeros[static_cast<size_t>(plane)] : 0;
        ASSERT_EQ(padded[static_cast<size_t>(i)], static_cast<float>(wanted)) << i;
    }
}

TEST_P(NnByteBlocks, BlocksArePartedAgain) {
    const int64_t count = GetParam();
    const auto rounded = static_cast<size_t>((count + kBlock - 1) / kBlock * kBlock);
    for (const int64_t used : {int64_t{1}, int64_t{11}, kBlock}) {
        const auto bytes = any<uint8_t>(rounded * kPlanes);
        const auto sums = any<int32_t>(rounded * kPlanes);
        std::vector<uint8_t> byte_planes(static_cast<size_t>(used * count));
        std::vector<int32_t> sum_planes(static_cast<size_t>(used * count));
        part_planes(bytes.data(), count, used, planes_of<uint8_t>(byte_planes, count).data());
        part_planes(sums.data(), count, used, planes_of<int32_t>(sum_planes, count).data());
        for (int64_t i = 0; i < used * count; ++i) {
            const auto at = static_cast<size_t>(i % count * kBlock + i / count);
            ASSERT_EQ(byte_planes[static_cast<size_t>(i)], bytes[at]) << i;
            ASSERT_EQ(sum_planes[static_cast<size_t>(i)], sums[at]) << i;
        }
    }
}

INSTANTIATE_TEST_SUITE_P(All, NnByteBlocks, ::testing::Values(1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 33, 100));

}  // namespace
}  // namespace softacl::ops
