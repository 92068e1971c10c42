// SPDX-License-Identifier: Apache-2.0
#include "exec/aipp_set.h"

#include <algorithm>
#include <initializer_list>
#include <string>

#include "acl/acl_base.h"

namespace softacl::exec {
namespace {

constexpr double kSide = aipp::kMostSide;
constexpr double kByte = 255;
constexpr double kHalf = 65504;
constexpr double kMostPadding = 32;
constexpr double kLowestFactor = -32677;  // so the manual
constexpr double kHighestFactor = 32676;

Status in_range(const std::string& argument, double value, double lowest, double highest) {
    if (value >= lowest && value <= highest) {
        return {};
    }
    return fail(ACL_ERROR_INVALID_PARAM, argument, " is ", value, "; expected ", lowest, " to ", highest);
}

template <class Values>
Status in_range(const char* const* arguments, const Values& values, double lowest, double highest) {
    for (size_t i = 0; i < values.size(); ++i) {
        SOFTACL_TRY(in_range(arguments[i], static_cast<double>(values[i]), lowest, highest));
    }
    return {};
}

// Of the rules that hold between parameters, those about these fields. Ranges have been looked at; what is not set yet
// breaks one, and nothing else is looked at then.
Status obey(const aipp::Params& params, std::initializer_list<const char*> fields) {
    for (const aipp::Complaint& complaint : aipp::check(params)) {
        if (std::find(fields.begin(), fields.end(), complaint.field) != fields.end()) {
            return fail(ACL_ERROR_INVALID_PARAM, complaint.sentence);
        }
    }
    return {};
}

}  // namespace

aipp::Params AippSet::whole(size_t picture) const {
    aipp::Params params = pictures_[picture];
    params.format = has_format_ ? common_.format : aipp::Format::kRgb888;  // which needs nothing even
    params.source_width = common_.source_width;
    params.source_height = common_.source_height;
    params.rbuv_swap = common_.rbuv_swap;
    params.ax_swap = common_.ax_swap;
    params.csc = common_.csc;
    params.matrix = common_.matrix;
    params.input_bias = common_.input_bias;
    params.output_bias = common_.output_bias;
    return params;
}

// `change(params)` works on a copy of the picture's own.
template <class Change>
Status AippSet::change(uint64_t picture, Change&& change) {
    const std::lock_guard lock(mutex_);
    if (picture >= pictures_.size()) {
        return fail(ACL_ERROR_INVALID_PARAM, "batchIndex is ", picture, "; the parameters are for ", pictures_.size(),
                    " pictures, counted from 0");
    }
    aipp::Params params = whole(picture);
    SOFTACL_TRY(change(params));
    pictures_[picture] = params;
    return {};
}

void AippSet::set_format(aipp::Format format) {
    const std::lock_guard lock(mutex_);
    common_.format = format;
    has_format_ = true;
}

Status AippSet::set_source(int32_t width, int32_t height) {
    SOFTACL_TRY(in_range("srcImageSizeW", width, 2, kSide));
    SOFTACL_TRY(in_range("srcImageSizeH", height, 1, kSide));
    const std::lock_guard lock(mutex_);
    aipp::Params params = whole(0);
    params.source_width = width;
    params.source_height = height;
    params.crop = false;  // another one may follow
    SOFTACL_TRY(obey(params, {"src_image_size_w", "src_image_size_h"}));
    common_.source_width = width;
    common_.source_height = height;
    return {};
}

void AippSet::set_rbuv_swap(bool on) {
    const std::lock_guard lock(mutex_);
    common_.rbuv_swap = on;
}

void AippSet::set_ax_swap(bool on) {
    const std::lock_guard lock(mutex_);
    common_.ax_swap = on;
}

Status AippSet::set_csc(bool on, const std::array<int32_t, 9>& matrix, const std::array<int32_t, 3>& output_bias,
                        const std::array<int32_t, 3>& input_bias) {
    static constexpr const char* kMatrix[] = {"cscMatrixR0C0", "cscMatrixR0C1", "cscMatrixR0C2",
                                              "cscMatrixR1C0", "cscMatrixR1C1", "cscMatrixR1C2",
                                              "cscMatrixR2C0", "cscMatrixR2C1", "cscMatrixR2C2"};
    static constexpr const char* kOutput[] = {"cscOutputBiasR0", "cscOutputBiasR1", "cscOutputBiasR2"};
    static constexpr const char* kInput[] = {"cscInputBiasR0", "cscInputBiasR1", "cscInputBiasR2"};
    const std::lock_guard lock(mutex_);
    if (has_format_ && common_.format == aipp::Format::kYuv400) {
        return fail(ACL_ERROR_INVALID_PARAM,
                    "the format of the pictures is YUV400_U8, which has no colours to convert");
    }
    common_.csc = false;
    if (!on) {
        return {};
    }
    SOFTACL_TRY(in_range(kMatrix, matrix, kLowestFactor, kHighestFactor));
    SOFTACL_TRY(in_range(kOutput, output_bias, 0, kByte));
    SOFTACL_TRY(in_range(kInput, input_bias, 0, kByte));
    common_.csc = true;
    common_.matrix = matrix;
    common_.output_bias = output_bias;
    common_.input_bias = input_bias;
    return {};
}

Status AippSet::set_crop(uint64_t picture, bool on, const std::array<int32_t, 4>& x_y_width_height) {
    const auto [x, y, width, height] = x_y_width_height;
    return change(picture, [&, x = x, y = y, width = width, height = height](aipp::Params& params) -> Status {
        params.crop = on;
        if (!on) {
            return {};
        }
        SOFTACL_TRY(in_range("cropStartPosW", x, 0, kSide));
        SOFTACL_TRY(in_range("cropStartPosH", y, 0, kSide));
        SOFTACL_TRY(in_range("cropSizeW", width, 1, kSide));
        SOFTACL_TRY(in_range("cropSizeH", height, 1, kSide));
        params.crop_x = x;
        params.crop_y = y;
        params.crop_width = width;
        params.crop_height = height;
        return obey(params, {"load_start_pos_w", "load_start_pos_h", "crop_size_w", "crop_size_h"});
    });
}

Status AippSet::set_resize(uint64_t picture, bool on, const std::array<int32_t, 4>& from_to) {
    static constexpr const char* kNames[] = {"scfInputSizeW", "scfInputSizeH", "scfOutputSizeW", "scfOutputSizeH"};
    return change(picture, [&](aipp::Params& params) -> Status {
        params.resize = on;
        if (!on) {
            return {};
        }
        SOFTACL_TRY(in_range(kNames, from_to, 1, kSide));
        resized_from_[picture] = {from_to[0], from_to[1]};
        params.resize_width = from_to[2];
        params.resize_height = from_to[3];
        return {};
    });
}

Status AippSet::set_padding(uint64_t picture, bool on, const std::array<int32_t, 4>& top_bottom_left_right) {
    static constexpr const char* kNames[] = {"paddingSizeTop", "paddingSizeBottom", "paddingSizeLeft",
                                             "paddingSizeRight"};
    return change(picture, [&](aipp::Params& params) -> Status {
        params.padding = on;
        if (!on) {
            return {};
        }
        SOFTACL_TRY(in_range(kNames, top_bottom_left_right, 0, kMostPadding));
        params.pad_top = top_bottom_left_right[0];
        params.pad_bottom = top_bottom_left_right[1];
        params.pad_left = top_bottom_left_right[2];
        params.pad_right = top_bottom_left_right[3];
        const int64_t width = aipp::result_size(params).width;
        const bool may_shrink = !params.crop && !params.resize;  // by a call that follows
        if (!may_shrink && width > aipp::kMostPaddedWidth) {
            return fail(ACL_ERROR_INVALID_PARAM, "paddingSizeLeft and paddingSizeRight make the picture ", width,
                        " pixels wide; expected at most ", aipp::kMostPaddedWidth);
        }
        return {};
    });
}

// One value for each channel; arguments are called `stem` and the number of the channel.
template <class Values>
Status AippSet::set_channels(uint64_t picture, const char* stem, const Values& values, double lowest, double highest,
                             Values aipp::Params::*member) {
    for (size_t i = 0; i < values.size(); ++i) {
        SOFTACL_TRY(in_range(text(stem, i), static_cast<double>(values[i]), lowest, highest));
    }
    return change(picture, [&](aipp::Params& params) {
        params.*member = values;
        return Status();
    });
}

Status AippSet::set_mean(uint64_t picture, const std::array<int32_t, 4>& values) {
    return set_channels(picture, "dtcPixelMeanChn", values, 0, kByte, &aipp::Params::mean);
}

Status AippSet::set_min(uint64_t picture, const std::array<float, 4>& values) {
    return set_channels(picture, "dtcPixelMinChn", values, 0, kByte, &aipp::Params::min);
}

Status AippSet::set_var_reci(uint64_t picture, const std::array<float, 4>& values) {
    return set_channels(picture, "dtcPixelVarReciChn", values, -kHalf, kHalf, &aipp::Params::var_reci);
}

Result<aipp::PictureParams> AippSet::pictures(size_t count) const {
    const std::lock_guard lock(mutex_);
    if (pictures_.size() < count) {
        return fail(ACL_ERROR_GE_AIPP_BATCH_EMPTY, "aippParmsSet is for ", pictures_.size(),
                    " pictures; the model takes up to ", count);
    }
    if (!has_format_ || common_.source_width == 0) {
        return fail(ACL_ERROR_GE_PARAM_INVALID, "aippParmsSet does not know the ",
                    has_format_ ? "size of the pictures; call aclmdlSetAIPPSrcImageSize"
                                : "format of the pictures; call aclmdlSetAIPPInputFormat");
    }
    aipp::PictureParams pictures;
    for (size_t i = 0; i < count; ++i) {
        const aipp::Params& params = pictures.emplace_back(whole(i));
        const aipp::Size size = aipp::cropped_size(params);
        if (params.resize && resized_from_[i] != size) {
            return fail(ACL_ERROR_GE_PARAM_INVALID, "picture ", i, ": it is to be resized from ",
                        resized_from_[i].width, " x ", resized_from_[i].height, " pixels, but has ", size.width, " x ",
                        size.height);
        }
    }
    return pictures;
}

}  // namespace softacl::exec
