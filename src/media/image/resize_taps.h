// SPDX-License-Identifier: Apache-2.0
// Where the pixels of a resized row or column come from, and with which weights.
//
// With scale = source size / result size (as doubles, by way of the inverse, as OpenCV has it):
//   nearest     source = min(floor(d * scale), size - 1)
//   bilinear    f = float((d + 0.5) * scale - 0.5), source = floor(f), weights round(2048 * (1 - frac)) and
//               round(2048 * frac), halves to even. What lies outside the picture is its edge pixel.
//   high order  Keys' cubic with a = -1/2, centred at (d + 0.5) * scale - 0.5, stretched by max(scale, 1); taps outside
//               the picture are left out and the rest is normalised. Weights are rounded to 1/16384, the largest takes
//               what is missing to 1.
#pragma once

#include <cstdint>
#include <vector>

namespace softacl::media {

enum class Interpolation : uint8_t { kBilinear, kNearest, kHighOrder };

std::vector<int32_t> nearest_places(uint32_t from, uint32_t to);

struct LinearPlaces {
    std::vector<int32_t> first;    ///< floor(f): from -1 to from - 1
    std::vector<int16_t> weights;  ///< two each
};
LinearPlaces linear_places(uint32_t from, uint32_t to);

struct FilterPlaces {
    uint32_t taps = 0;  ///< of each; at most `from`
    std::vector<int32_t> first;
    std::vector<int16_t> weights;
};
/// `multiple`: of the number of taps, if the source has as many; weights of taps that are too many are 0.
FilterPlaces filter_places(uint32_t from, uint32_t to, uint32_t multiple = 1);

}  // namespace softacl::media
