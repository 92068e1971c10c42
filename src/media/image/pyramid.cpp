// SPDX-License-Identifier: Apache-2.0
#include "media/image/pyramid.h"

#include <vector>

#include "base/parallel.h"
#include "media/image/mirror.h"

namespace softacl::media {
namespace {

constexpr int kTaps = 5;
constexpr uint32_t kWeights[kTaps] = {1, 4, 6, 4, 1};

void make_rows(const ConstPlane& source, const Plane& result, uint32_t begin, uint32_t end) {
    std::vector<uint32_t> columns(size_t{source.width} + 4);  // summed down, with two more at each end
    for (uint32_t y = begin; y < end; ++y) {
        const uint8_t* rows[kTaps];
        for (int i = 0; i < kTaps; ++i) {
            rows[i] = source.row(mirrored(int64_t{2} * y + i - 2, source.height, Edge::kOnce));
        }
        for (uint32_t x = 0; x < source.width; ++x) {
            columns[x + 2] = rows[0][x] + rows[4][x] + 4U * (rows[1][x] + rows[3][x]) + 6U * rows[2][x];
        }
        for (const int64_t x : {int64_t{-2}, int64_t{-1}, int64_t{source.width}, int64_t{source.width} + 1}) {
            columns[static_cast<size_t>(x + 2)] = columns[mirrored(x, source.width, Edge::kOnce) + 2];
        }
        uint8_t* const out = result.row(y);
        for (uint32_t x = 0; x < result.width; ++x) {
            uint32_t sum = 128;
            for (size_t i = 0; i < kTaps; ++i) {
                sum += kWeights[i] * columns[2 * size_t{x} + i];
            }
            out[x] = static_cast<uint8_t>(sum >> 8);
        }
    }
}

}  // namespace

void pyramid_down(const ConstPlane& source, const Plane& result) {
    constexpr int64_t kGrain = 64;
    parallel_for(result.height, kGrain, [&](int64_t begin, int64_t end) {
        make_rows(source, result, static_cast<uint32_t>(begin), static_cast<uint32_t>(end));
    });
}

}  // namespace softacl::media
