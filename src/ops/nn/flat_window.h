// SPDX-License-Identifier: Apache-2.0
// Windows over height and width, wherever the channels are: what pools with places and Dilation2D share.
#pragma once

#include <algorithm>
#include <array>
#include <string>

#include "ops/op_def.h"

namespace softacl::ops {

/// Element (h, w) of channel c of picture n is at n * picture + c * channel + (h * width + w) * step.
struct FlatPlanes {
    int64_t pictures = 0, channels = 0, height = 0, width = 0;
    int64_t picture = 0, channel = 0, step = 0;

    static FlatPlanes of(const Shape& x, bool last) {
        FlatPlanes p;
        p.pictures = x[0];
        p.channels = x[last ? 3 : 1];
        p.height = x[last ? 1 : 2];
        p.width = x[last ? 2 : 3];
        p.picture = x.elements(1, 4);
        p.channel = last ? 1 : p.height * p.width;
        p.step = last ? p.channels : 1;
        return p;
    }
    int64_t at(int64_t n, int64_t c) const { return n * picture + c * channel; }
};

/// A window along one axis.
struct FlatAxis {
    int64_t size = 1;
    int64_t stride = 1;
    int64_t rate = 1;
    int64_t pad = 0;
    int64_t count = 0;  ///< of windows; -1: not known

    int64_t at(int64_t window, int64_t tap) const { return window * stride - pad + tap * rate; }
};

inline Result<FlatAxis> axis_of(const OpCall& call, const std::string& padding, int64_t input, FlatAxis axis,
                                int64_t pad_end, bool up) {
    constexpr int64_t kMost = 1 << 24;
    const auto bounds = {axis.size, axis.stride, axis.rate};
    if (std::min(bounds) < 1 || std::max(bounds) > kMost || std::min(axis.pad, pad_end) < 0 ||
        std::max(axis.pad, pad_end) > kMost) {
        return call.fail("the window is ", axis.size, " with the stride ", axis.stride, ", the rate ", axis.rate,
                         " and pads of ", axis.pad, " and ", pad_end, "; expected sizes from 1 and pads from 0 to ",
                         kMost);
    }
    const int64_t span = (axis.size - 1) * axis.rate + 1;
    if (input < 0) {
        axis.count = -1;
    } else if (padding == "SAME") {
        axis.count = (input + axis.stride - 1) / axis.stride;
        axis.pad = std::max<int64_t>((axis.count - 1) * axis.stride + span - input, 0) / 2;
    } else {
        axis.pad = padding == "CALCULATED" ? axis.pad : 0;
        const int64_t room = input + axis.pad + (padding == "CALCULATED" ? pad_end : 0) - span;
        if (room < 0) {
            return call.fail("the window spans ", span, " elements, but there are ", input, " and pads of ", axis.pad,
                             " and ", pad_end);
        }
        axis.count = (room + (up ? axis.stride - 1 : 0)) / axis.stride + 1;
    }
    return axis;
}

inline Result<Ints> list_of_4(const OpCall& call, const char* attr, bool last) {
    const Ints& list = call.attrs.at<Ints>(attr);
    if (list.size() != 4 || list[0] != 1 || list[last ? 3 : 1] != 1) {
        return call.fail("the attribute ", attr, " is ", Shape(list),
                         "; expected 4 entries, of which those of pictures and channels are 1");
    }
    return last ? Ints{list[1], list[2]} : Ints{list[2], list[3]};
}

inline Status check_padding(const OpCall& call, const std::string& padding, bool calculated) {
    if (padding != "SAME" && padding != "VALID" && !(calculated && padding == "CALCULATED")) {
        return call.fail("the padding is ", padding, "; expected SAME", calculated ? ", CALCULATED" : "", " or VALID");
    }
    return {};
}

}  // namespace softacl::ops
