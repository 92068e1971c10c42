// SPDX-License-Identifier: Apache-2.0
// The parameters of AIPP for one picture, static or set at run time, and the rules they obey.
#pragma once

#include <array>
#include <cstdint>
#include <iterator>
#include <string>
#include <vector>

#include "aipp/format.h"
#include "base/status.h"

namespace softacl::aipp {

/// Members are named in configuration files as in for_each_field(). What belongs to a switch that is off is ignored.
struct Params {
    Format format = Format::kYuv420Sp;
    int32_t source_width = 0;
    int32_t source_height = 0;

    bool rbuv_swap = false;  ///< R and B, or U and V, change places; nothing for YUV400
    bool ax_swap = false;    ///< the extra channel (X, A) lies behind the others; nothing for formats without one

    bool crop = false;
    int32_t crop_x = 0;
    int32_t crop_y = 0;
    int32_t crop_width = 0;
    int32_t crop_height = 0;

    bool resize = false;
    int32_t resize_width = 0;
    int32_t resize_height = 0;

    bool csc = false;  ///< colour conversion
    std::array<int32_t, 9> matrix{};
    std::array<int32_t, 3> input_bias{};   ///< of YUV formats: subtracted before the matrix
    std::array<int32_t, 3> output_bias{};  ///< of RGB formats: added behind it

    std::array<int32_t, 4> mean{};  ///< of the channels that the network sees
    std::array<float, 4> min{};
    std::array<float, 4> var_reci{1, 1, 1, 1};

    bool padding = false;
    int32_t pad_left = 0;
    int32_t pad_right = 0;
    int32_t pad_top = 0;
    int32_t pad_bottom = 0;
    float padding_value = 0;

    bool operator==(const Params& other) const;  ///< floats by their bits
    bool operator!=(const Params& other) const { return !(*this == other); }
};

inline constexpr int64_t kMostSide = 4096;  ///< width or height of a source picture

/// Calls visit(name, member, lowest, highest, active) for each member but the format, in the order of configuration
/// files. Members are bool, int32_t or float; `active` is false for what a switch that is off makes meaningless.
template <class P, class Visit>
void for_each_field(P& p, Visit&& visit);

struct Size {
    int64_t width = 0;
    int64_t height = 0;

    bool operator==(Size other) const { return width == other.width && height == other.height; }
    bool operator!=(Size other) const { return !(*this == other); }
};
/// Behind the crop.
Size cropped_size(const Params& params);
/// Behind crop and resize, without padding.
Size content_size(const Params& params);
/// Of what the network sees (manual table 10-1).
Size result_size(const Params& params);

/// Static parameters without a size of the source: pictures are as large as the network takes them (manual 7.6.1).
bool takes_any_size(const Params& params);
/// Sizes that are no picture's stay -1, which no rule allows.
void set_source(Params& params, int64_t height, int64_t width);

/// What is wrong, with the name of the field it is about.
struct Complaint {
    std::string field;
    std::string sentence;  ///< begins with the field's name, no full stop
};
/// All of it. Good parameters can be computed with.
std::vector<Complaint> check(const Params& params);

/// "aipp_mode:static,input_format:RGB888_U8,src_image_size_w:224,...": every value, exactly.
std::string to_text(const Params& params);
/// The same as one object of JSON.
std::string to_json(const Params& params);
/// The inverse of to_text; 100000 for anything else. Values are not checked.
Result<Params> from_text(const std::string& text);

// --- implementation

template <class P, class Visit>
void for_each_field(P& p, Visit&& visit) {
    constexpr double kSide = kMostSide;
    constexpr double kByte = 255;
    constexpr double kMostPadding = 32;
    constexpr double kHalf = 65504;
    constexpr double kLowestFactor = -32677;  // so the manual
    constexpr double kHighestFactor = 32676;
    static constexpr const char* kMatrix[] = {"matrix_r0c0", "matrix_r0c1", "matrix_r0c2", "matrix_r1c0", "matrix_r1c1",
                                              "matrix_r1c2", "matrix_r2c0", "matrix_r2c1", "matrix_r2c2"};
    static constexpr const char* kInputBias[] = {"input_bias_0", "input_bias_1", "input_bias_2"};
    static constexpr const char* kOutputBias[] = {"output_bias_0", "output_bias_1", "output_bias_2"};
    static constexpr const char* kMean[] = {"mean_chn_0", "mean_chn_1", "mean_chn_2", "mean_chn_3"};
    static constexpr const char* kMin[] = {"min_chn_0", "min_chn_1", "min_chn_2", "min_chn_3"};
    static constexpr const char* kVarReci[] = {"var_reci_chn_0", "var_reci_chn_1", "var_reci_chn_2", "var_reci_chn_3"};
    const auto list = [&](const auto& names, auto& values, double lowest, double highest, bool active) {
        for (size_t i = 0; i < std::size(names); ++i) {
            visit(names[i], values[i], lowest, highest, active);
        }
    };
    visit("src_image_size_w", p.source_width, 2, kSide, true);
    visit("src_image_size_h", p.source_height, 1, kSide, true);
    visit("rbuv_swap_switch", p.rbuv_swap, 0, 1, true);
    visit("ax_swap_switch", p.ax_swap, 0, 1, true);
    visit("crop", p.crop, 0, 1, true);
    visit("load_start_pos_w", p.crop_x, 0, kSide, p.crop);
    visit("load_start_pos_h", p.crop_y, 0, kSide, p.crop);
    visit("crop_size_w", p.crop_width, 1, kSide, p.crop);
    visit("crop_size_h", p.crop_height, 1, kSide, p.crop);
    visit("resize", p.resize, 0, 1, true);
    visit("resize_output_w", p.resize_width, 1, kSide, p.resize);
    visit("resize_output_h", p.resize_height, 1, kSide, p.resize);
    visit("csc_switch", p.csc, 0, 1, true);
    list(kMatrix, p.matrix, kLowestFactor, kHighestFactor, p.csc);
    list(kInputBias, p.input_bias, 0, kByte, p.csc);
    list(kOutputBias, p.output_bias, 0, kByte, p.csc);
    list(kMean, p.mean, 0, kByte, true);
    list(kMin, p.min, 0, kByte, true);
    list(kVarReci, p.var_reci, -kHalf, kHalf, true);
    visit("padding", p.padding, 0, 1, true);
    visit("left_padding_size", p.pad_left, 0, kMostPadding, p.padding);
    visit("right_padding_size", p.pad_right, 0, kMostPadding, p.padding);
    visit("top_padding_size", p.pad_top, 0, kMostPadding, p.padding);
    visit("bottom_padding_size", p.pad_bottom, 0, kMostPadding, p.padding);
    visit("padding_value", p.padding_value, -kHalf, kHalf, p.padding);
}

}  // namespace softacl::aipp
