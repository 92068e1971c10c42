// SPDX-License-Identifier: Apache-2.0
#include "kernels/onednn/winograd_weights.h"

#include <algorithm>
#include <array>

#include "kernels/onednn/host.h"

namespace softacl::kernels {
namespace {

constexpr int kLanes = 16;
using Lanes = std::array<float, kLanes>;
using Row = std::array<float, 3>;

// The transform of a filter with 3 taps for alpha results (Cook-Toom): each row evaluates the filter at a point and
// divides by the product of the point's distances to the others; the last row is the point at infinity.
template <int kAlpha>
constexpr std::array<Row, kAlpha> transform();
template <>
constexpr std::array<Row, 4> transform<4>() {
    return {{{1, 0, 0}, {0.5F, 0.5F, 0.5F}, {0.5F, -0.5F, 0.5F}, {0, 0, 1}}};
}
template <>
constexpr std::array<Row, 6> transform<6>() {
    constexpr double kP = 0.625;  // the points are 0, +-kP and +-kQ
    constexpr double kQ = 1.5;
    constexpr double kAt0 = 1 / (kP * kP * kQ * kQ);
    constexpr double kAtP = 1 / (2 * kP * kP * (kP * kP - kQ * kQ));
    constexpr double kAtQ = 1 / (2 * kQ * kQ * (kQ * kQ - kP * kP));
    constexpr auto kRow = [](double scale, double point) {
        return Row{static_cast<float>(scale), static_cast<float>(scale * point),
                   static_cast<float>(scale * point * point)};
    };
    return {{kRow(kAt0, 0), kRow(kAtP, kP), kRow(kAtP, -kP), kRow(kAtQ, kQ), kRow(kAtQ, -kQ), {0, 0, 1}}};
}

// Offsets of 16 output channels of one input channel and one of the alpha * alpha results.
struct Places {
    size_t result;     // from one result to the next
    size_t out_outer;  // from one group of `out_inner_count` blocks of output channels to the next
    size_t out_inner;  // from one block of output channels to the next within a group
    size_t in;         // from one input channel to the next
    size_t in_outer;   // from one group of `in_inner_count` blocks of input channels to the next
    int64_t out_inner_count;
    int64_t in_inner_count;

    size_t at(int64_t out_block, int64_t channel) const {
        const int64_t group = in_inner_count * kLanes;
        return static_cast<size_t>(out_block / out_inner_count) * out_outer +
               static_cast<size_t>(out_block % out_inner_count) * out_inner +
               static_cast<size_t>(channel / group) * in_outer + static_cast<size_t>(channel % group) * in;
    }
};

// The layouts' names list their dimensions from the outermost to the innermost: a result row and column, O and I
// blocks, o and i within a block, B a block of blocks.
bool find_places(const dnnl_wino_desc_t& wino, Places& places) {
    if (wino.r != 3 || wino.oc_block != kLanes || wino.ic_block != kLanes) {
        return false;
    }
    const auto in = static_cast<size_t>(wino.ic);
    const auto out = static_cast<size_t>(wino.oc);
    const auto out_inner = static_cast<size_t>(wino.oc2_block);
    const auto in_inner = static_cast<size_t>(wino.ic2_block);
    const size_t block = kLanes;
    switch (wino.wino_format) {
        case dnnl_wino_wei_aaOio: places = {in * out, in * block, 0, block, 0, 1, wino.ic / kLanes}; return true;
        case dnnl_wino_wei_aaOBiOo:
            places = {in * out, in * block * out_inner, block, block * out_inner, 0, wino.oc2_block, wino.ic / kLanes};
            return true;
        case dnnl_wino_wei_OBaaIBOIio: {
            const size_t result = in * block * out_inner;
            places = {result,
                      result * static_cast<size_t>(wino.alpha * wino.alpha),
                      in_inner * block * block,
                      block,
                      out_inner * in_inner * block * block,
                      wino.oc2_block,
                      wino.ic2_block};
            return true;
        }
        default: return false;
    }
}

template <int kAlpha>
void transform_block(const std::array<std::array<Lanes, 3>, 3>& taps, float* packed, size_t stride) {
    static constexpr auto kTransform = transform<kAlpha>();
    for (int a = 0; a < kAlpha; ++a) {
        std::array<Lanes, 3> row;
        for (int x = 0; x < 3; ++x) {
            for (int lane = 0; lane < kLanes; ++lane) {
                row[x][lane] = kTransform[a][0] * taps[0][x][lane] + kTransform[a][1] * taps[1][x][lane] +
                               kTransform[a][2] * taps[2][x][lane];
            }
        }
        for (int b = 0; b < kAlpha; ++b) {
            float* to = packed + static_cast<size_t>(a * kAlpha + b) * stride;
            for (int lane = 0; lane < kLanes; ++lane) {
                to[lane] =
                    kTransform[b][0] * row[0][lane] + kTransform[b][1] * row[1][lane] + kTransform[b][2] * row[2][lane];
            }
        }
    }
}

template <int kAlpha>
void pack(const Places& places, const dnnl_wino_desc_t& wino, const float* weights, int64_t out_channels,
          int64_t in_channels, float* packed) {
    host().parallel_for(wino.oc / kLanes, 1, [&](int64_t first, int64_t last) {
        for (int64_t block = first; block < last; ++block) {
            for (int64_t channel = 0; channel < wino.ic; ++channel) {
                std::array<std::array<Lanes, 3>, 3> taps{};  // what lies beyond the real channels is 0
                const int64_t lanes =
                    channel < in_channels ? std::min<int64_t>(out_channels - block * kLanes, kLanes) : 0;
                for (int64_t lane = 0; lane < lanes; ++lane) {
                    const float* filter = weights + ((block * kLanes + lane) * in_channels + channel) * 9;
                    for (size_t tap = 0; tap < 9; ++tap) {
                        taps[tap / 3][tap % 3][static_cast<size_t>(lane)] = filter[tap];
                    }
                }
                transform_block<kAlpha>(taps, packed + places.at(block, channel), places.result);
            }
        }
    });
}

}  // namespace

bool pack_winograd_weights(const dnnl::memory::desc& to, const float* weights, int64_t out_channels,
                           int64_t in_channels, float* packed) {
    if (to.data.format_kind != dnnl_format_kind_wino) {
        return false;
    }
    const dnnl_wino_desc_t& wino = to.data.format_desc.wino_desc;
    Places places{};
    if (!find_places(wino, places)) {
        return false;
    }
    if (wino.alpha == 4) {
        pack<4>(places, wino, weights, out_channels, in_channels, packed);
    } else if (wino.alpha == 6) {
        pack<6>(places, wino, weights, out_channels, in_channels, packed);
    } else {
        return false;
    }
    return true;
}

}  // namespace softacl::kernels
