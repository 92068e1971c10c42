// SPDX-License-Identifier: Apache-2.0
#include "aipp/processor.h"

#include <algorithm>
#include <cmath>

#include "acl/acl_base.h"
#include "base/parallel.h"

namespace softacl::aipp {
namespace {

constexpr size_t kLine = 64;
constexpr int64_t kValues = 256;
constexpr int64_t kUnit = 2048;
constexpr int64_t kGrain = 16384;  // pixels that are worth a thread
constexpr size_t kMostChannels = 4;

size_t aligned(size_t bytes) { return (bytes + kLine - 1) / kLine * kLine; }
size_t row_bytes(int64_t width, size_t element) { return aligned(static_cast<size_t>(width) * element); }

std::vector<Tap> taps(int64_t in, int64_t out) {
    std::vector<Tap> list;
    for (int64_t i = 0; i < out; ++i) {
        const int64_t numerator = ((2 * i + 1) * in - out) * kUnit + out;
        const int64_t position = std::clamp<int64_t>(numerator < 0 ? 0 : numerator / (2 * out), 0, (in - 1) * kUnit);
        const int64_t first = position / kUnit;
        list.push_back({static_cast<int32_t>(first), static_cast<int32_t>(std::min(first + 1, in - 1)),
                        static_cast<int32_t>(position % kUnit)});
    }
    return list;
}

bool is_nchw(const TensorType& type) { return type.format == ACL_FORMAT_NCHW; }
int64_t channels_of(const TensorType& type) { return type.shape[is_nchw(type) ? 1 : 3]; }
Size size_of_pictures(const TensorType& type) {
    const size_t height = is_nchw(type) ? 2 : 1;
    return {type.shape[height + 1], type.shape[height]};
}

template <class T>
T element(float value) {
    return static_cast<T>(value);
}

template <class T>
void fill_tables(const Params& params, int64_t channels, std::vector<uint64_t>& tables) {
    tables.resize(static_cast<size_t>(channels) * kValues * sizeof(T) / sizeof(uint64_t));
    auto* values = reinterpret_cast<T*>(tables.data());
    for (size_t k = 0; k < static_cast<size_t>(channels); ++k) {
        for (int32_t value = 0; value < kValues; ++value) {
            const float centred = static_cast<float>(value - params.mean[k]) - params.min[k];
            *values++ = element<T>(centred * params.var_reci[k]);
        }
    }
}

bool changes_nothing(const Params& params, int64_t channel) {
    const auto k = static_cast<size_t>(channel);
    return params.mean[k] == 0 && params.min[k] == 0 && params.var_reci[k] == 1;
}

template <class... Parts>
Complaint about(const char* field, const Parts&... parts) {
    return {field, text(field, " ", parts...)};
}

std::optional<Complaint> check_channels(const Params& params, int64_t channels) {
    const FormatFacts& facts = facts_of(params.format);
    const bool fits =
        channels == facts.channels || (facts.channels == 4 && channels == 3) || (facts.channels >= 3 && channels == 1);
    if (!fits) {
        const char* expected = facts.channels == 1 ? "1" : facts.channels == 3 ? "3 or 1" : "4, 3 or 1";
        return about("input_format", "[", facts.name, "] goes with networks whose pictures have ", expected,
                     " channels, but the network's have ", channels);
    }
    if (channels == 1 && !facts.is_yuv && !params.csc) {
        return about("csc_switch", "is off, so that nothing makes the one channel of the network out of ", facts.name);
    }
    return std::nullopt;
}

std::optional<Complaint> check_size(const Params& params, Size wanted) {
    const Size size = result_size(params);
    if (size == wanted) {
        return std::nullopt;
    }
    const char* field = params.padding  ? "padding"
                        : params.resize ? "resize"
                        : params.crop   ? "crop"
                                        : "src_image_size_w";
    const char* parts = params.padding  ? "with the padding, "
                        : params.resize ? "behind the resize, "
                        : params.crop   ? "behind the crop, "
                                        : "(crop, resize and padding are off) ";
    return about(field, "makes pictures of ", size.width, " x ", size.height, " pixels ", parts,
                 "but the network takes width ", wanted.width, " and height ", wanted.height);
}

std::optional<Complaint> check_type(const Params& params, aclDataType dtype, int64_t channels) {
    if (dtype == ACL_FLOAT || dtype == ACL_FLOAT16) {
        return std::nullopt;
    }
    if (dtype != ACL_UINT8) {
        return about("input_format", "cannot feed an input of type ", name_of(dtype),
                     "; pictures become float32, float16 or uint8");
    }
    for (int64_t k = 0; k < channels; ++k) {
        if (!changes_nothing(params, k)) {
            return about("mean_chn_0", "to var_reci_chn_3 must not change anything where the network takes uint8");
        }
    }
    if (params.padding && (params.padding_value != std::floor(params.padding_value) || params.padding_value < 0 ||
                           params.padding_value > kValues - 1)) {
        return about("padding_value", "[", params.padding_value, "] is no value of uint8, which the network takes");
    }
    return std::nullopt;
}

}  // namespace

std::optional<Complaint> check_target(const Params& params, const TensorType& target) {
    if (target.shape.rank() != 4 || !target.shape.is_known() || target.shape.elements() == 0 ||
        (target.format != ACL_FORMAT_NCHW && target.format != ACL_FORMAT_NHWC)) {
        return about("input_format", "needs a network whose input is pictures, NCHW or NHWC, but the input is ",
                     name_of(target.format), " ", target.shape);
    }
    const int64_t channels = channels_of(target);
    auto complaint = check_channels(params, channels);
    complaint = complaint ? complaint : check_size(params, size_of_pictures(target));
    return complaint ? complaint : check_type(params, target.dtype, channels);
}

Result<Processor> Processor::make(const Params& params, const TensorType& target) {
    const std::vector<Complaint> complaints = check(params);
    const auto complaint = complaints.empty() ? check_target(params, target) : complaints.front();
    if (complaint) {
        return fail(ACL_ERROR_INVALID_PARAM, complaint->sentence);
    }
    return Processor(params, target);
}

Processor::Processor(const Params& params, const TensorType& target)
    : params_(params),
      target_(target),
      source_{params.source_width, params.source_height},
      cropped_(cropped_size(params)),
      content_(content_size(params)),
      result_(result_size(params)),
      pictures_(target.shape[0]),
      channels_(channels_of(target)),
      loaded_(facts_of(params.format).channels),
      picture_bytes_(memory_shape(params.format, 1, source_.height, source_.width).elements()),
      thread_bytes_(2 * kMostChannels * row_bytes(std::max(cropped_.width, content_.width), 1)) {
    if (params.resize) {
        columns_ = taps(cropped_.width, content_.width);
        rows_ = taps(cropped_.height, content_.height);
        thread_bytes_ += 2 * kMostChannels * row_bytes(content_.width, sizeof(int32_t));
    }
    switch (target.dtype) {
        case ACL_FLOAT: fill_tables<float>(params, channels_, tables_); break;
        case ACL_FLOAT16: fill_tables<Half>(params, channels_, tables_); break;
        default: fill_tables<uint8_t>(params, channels_, tables_);
    }
}

/// What one thread works with.
struct Processor::Scratch {
    uint8_t* loaded[kMostChannels];
    uint8_t* made[kMostChannels];
    int32_t* stretched[2][kMostChannels];  // two rows of the picture, as wide as the result
    int32_t rows[2] = {-1, -1};            // which ones

    Scratch(uint8_t* memory, int64_t width, int64_t stretched_width) {
        const auto take = [&memory](size_t bytes) {
            uint8_t* at = memory;
            memory += bytes;
            return at;
        };
        for (size_t k = 0; k < kMostChannels; ++k) {
            loaded[k] = take(row_bytes(width, 1));
            made[k] = take(row_bytes(width, 1));
        }
        for (auto& row : stretched) {
            for (auto& channel : row) {
                channel = stretched_width == 0
                              ? nullptr
                              : reinterpret_cast<int32_t*>(take(row_bytes(stretched_width, sizeof(int32_t))));
            }
        }
    }
};

size_t Processor::scratch_bytes() const { return parallel_width() * thread_bytes_; }

size_t Processor::most_scratch_bytes(const TensorType& target) {
    const int64_t made = size_of_pictures(target).width;
    return parallel_width() * 2 * kMostChannels *
           (row_bytes(std::max(kMostSide, made), 1) + row_bytes(made, sizeof(int32_t)));
}

void Processor::load(const uint8_t* picture, int64_t row, uint8_t* const* channels) const {
    RowSource source;
    source.format = params_.format;
    source.picture = picture;
    source.picture_width = source_.width;
    source.picture_height = source_.height;
    source.x = params_.crop ? params_.crop_x : 0;
    source.y = row + (params_.crop ? params_.crop_y : 0);
    source.width = cropped_.width;
    source.extra = params_.ax_swap ? 3 : 0;
    uint8_t* swapped[kMostChannels] = {channels[0], channels[1], channels[2], channels[3]};
    if (params_.rbuv_swap) {
        std::swap(swapped[2], swapped[facts_of(params_.format).is_yuv ? 1 : 0]);
    }
    row_functions().load(source, swapped);
}

// The row of the resized picture becomes scratch.loaded.
void Processor::resized_row(const uint8_t* picture, int64_t row, Scratch& scratch) const {
    const Tap& tap = rows_[static_cast<size_t>(row)];
    const int32_t wanted[2] = {tap.first, tap.second};
    if (scratch.rows[1] == wanted[0] && scratch.rows[0] != wanted[0]) {
        std::swap(scratch.rows[0], scratch.rows[1]);
        std::swap(scratch.stretched[0], scratch.stretched[1]);
    }
    for (size_t i = 0; i < 2; ++i) {
        if (scratch.rows[i] != wanted[i]) {
            load(picture, wanted[i], scratch.made);
            for (size_t k = 0; k < static_cast<size_t>(loaded_); ++k) {
                row_functions().stretch(columns_.data(), content_.width, scratch.made[k], scratch.stretched[i][k]);
            }
            scratch.rows[i] = wanted[i];
        }
    }
    for (size_t k = 0; k < static_cast<size_t>(loaded_); ++k) {
        row_functions().blend(tap.weight, content_.width, scratch.stretched[0][k], scratch.stretched[1][k],
                              scratch.loaded[k]);
    }
}

// The channels that the network sees, before they are normalised.
void Processor::content_row(const uint8_t* picture, int64_t row, Scratch& scratch, const uint8_t** channels) const {
    if (params_.resize) {
        resized_row(picture, row, scratch);
    } else {
        load(picture, row, scratch.loaded);
    }
    const uint8_t* colours[kMostChannels] = {scratch.loaded[0], scratch.loaded[1], scratch.loaded[2],
                                             scratch.loaded[3]};
    if (params_.csc) {
        Conversion conversion;
        conversion.matrix = params_.matrix.data();
        conversion.rows = channels_ == 1 ? 1 : 3;
        const bool is_yuv = facts_of(params_.format).is_yuv;
        std::copy_n((is_yuv ? params_.input_bias : params_.output_bias).begin(), 3,
                    is_yuv ? conversion.before : conversion.after);
        row_functions().convert(conversion, content_.width, colours, scratch.made);
        std::copy_n(scratch.made, conversion.rows, colours);
    }
    std::copy_n(colours, kMostChannels, channels);
    if (channels_ == 4) {
        std::rotate(channels, channels + 3, channels + 4);
    }
}

// `channels` is null for a row of padding only.
template <class T>
void Processor::write_row(const uint8_t* const* channels, T* result, int64_t row) const {
    const bool planes = is_nchw(target_);
    const int64_t stride = planes ? 1 : channels_;
    const int64_t left = params_.padding ? params_.pad_left : 0;
    const auto padding = element<T>(params_.padding_value);
    const auto pad = [&](T* at, int64_t count) {
        for (int64_t i = 0; i < count; ++i) {
            at[i * stride] = padding;
        }
    };
    for (int64_t k = 0; k < channels_; ++k) {
        T* at = result + (planes ? (k * result_.height + row) * result_.width : row * result_.width * channels_ + k);
        if (channels == nullptr) {
            pad(at, result_.width);
            continue;
        }
        pad(at, left);
        at += left * stride;
        const uint8_t* values = channels[k];
        const auto i = static_cast<size_t>(k);
        if constexpr (std::is_same_v<T, float>) {
            if (planes) {
                row_functions().normalize(params_.mean[i], params_.min[i], params_.var_reci[i], content_.width, values,
                                          at);
                pad(at + content_.width, result_.width - left - content_.width);
                continue;
            }
        }
        const T* becomes = table<T>(k);
        for (int64_t x = 0; x < content_.width; ++x) {
            at[x * stride] = becomes[values[x]];
        }
        pad(at + content_.width * stride, result_.width - left - content_.width);
    }
}

template <class T>
void Processor::run_as(const uint8_t* pictures, T* result, uint8_t* scratch) const {
    const int64_t top = params_.padding ? params_.pad_top : 0;
    const int64_t width = std::max(cropped_.width, content_.width);
    const int64_t grain = std::max<int64_t>(1, kGrain / result_.width);
    parallel_for(pictures_ * result_.height, grain, [&](int64_t begin, int64_t end) {
        Scratch own(scratch + static_cast<size_t>(team_index()) * thread_bytes_, width,
                    params_.resize ? content_.width : 0);
        int64_t last = -1;
        for (int64_t i = begin; i < end; ++i) {
            const int64_t picture = i / result_.height;
            const int64_t row = i % result_.height;
            if (picture != last) {
                own.rows[0] = own.rows[1] = -1;
                last = picture;
            }
            const uint8_t* channels[kMostChannels] = {};
            const bool inside = row >= top && row < top + content_.height;
            if (inside) {
                content_row(pictures + picture * picture_bytes_, row - top, own, channels);
            }
            write_row(inside ? channels : nullptr, result + picture * channels_ * result_.width * result_.height, row);
        }
    });
}

void Processor::run(const uint8_t* pictures, void* result, void* scratch) const {
    auto* memory = static_cast<uint8_t*>(scratch);
    switch (target_.dtype) {
        case ACL_FLOAT: run_as(pictures, static_cast<float*>(result), memory); break;
        case ACL_FLOAT16: run_as(pictures, static_cast<Half*>(result), memory); break;
        default: run_as(pictures, static_cast<uint8_t*>(result), memory);
    }
}

}  // namespace softacl::aipp
