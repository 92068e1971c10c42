// SPDX-License-Identifier: Apache-2.0
#include "media/image/resize_taps.h"

#include <algorithm>
#include <cmath>

namespace softacl::media {
namespace {

double scale_of(uint32_t from, uint32_t to) { return 1.0 / (static_cast<double>(to) / static_cast<double>(from)); }

double cubic(double x) {
    x = std::abs(x);
    if (x < 1) {
        return (1.5 * x - 2.5) * x * x + 1;
    }
    return x < 2 ? ((-0.5 * x + 2.5) * x - 4) * x + 2 : 0;
}

}  // namespace

std::vector<int32_t> nearest_places(uint32_t from, uint32_t to) {
    const double scale = scale_of(from, to);
    std::vector<int32_t> places(to);
    for (uint32_t d = 0; d < to; ++d) {
        places[d] = std::min(static_cast<int32_t>(d * scale), static_cast<int32_t>(from) - 1);
    }
    return places;
}

LinearPlaces linear_places(uint32_t from, uint32_t to) {
    const double scale = scale_of(from, to);
    LinearPlaces places;
    places.first.resize(to);
    places.weights.resize(size_t{2} * to);
    for (uint32_t d = 0; d < to; ++d) {
        const auto f = static_cast<float>((d + 0.5) * scale - 0.5);
        const float whole = std::floor(f);
        const float part = f - whole;
        places.first[d] = static_cast<int32_t>(whole);
        places.weights[2 * d] = static_cast<int16_t>(std::lrint((1.0F - part) * 2048.0F));
        places.weights[2 * d + 1] = static_cast<int16_t>(std::lrint(part * 2048.0F));
    }
    return places;
}

FilterPlaces filter_places(uint32_t from, uint32_t to, uint32_t multiple) {
    const double scale = scale_of(from, to);
    const double stretch = std::max(scale, 1.0);
    FilterPlaces places;
    const uint32_t needed = static_cast<uint32_t>(std::ceil(4 * stretch)) + 1;
    places.taps = std::min((needed + multiple - 1) / multiple * multiple, from);
    places.first.resize(to);
    places.weights.resize(size_t{places.taps} * to);
    std::vector<double> exact(places.taps);
    for (uint32_t d = 0; d < to; ++d) {
        const double centre = (d + 0.5) * scale - 0.5;
        const auto lowest = static_cast<int32_t>(std::ceil(centre - 2 * stretch));
        const int32_t first = std::clamp(lowest, 0, static_cast<int32_t>(from - places.taps));
        double sum = 0;
        for (uint32_t k = 0; k < places.taps; ++k) {
            exact[k] = cubic((first + static_cast<double>(k) - centre) / stretch);
            sum += exact[k];
        }
        int16_t* weights = places.weights.data() + size_t{d} * places.taps;
        int32_t missing = 16384;
        for (uint32_t k = 0; k < places.taps; ++k) {
            weights[k] = static_cast<int16_t>(std::lrint(exact[k] / sum * 16384));
            missing -= weights[k];
        }
        int16_t& largest = *std::max_element(weights, weights + places.taps);
        largest = static_cast<int16_t>(largest + missing);
        places.first[d] = first;
    }
    return places;
}

}  // namespace softacl::media
