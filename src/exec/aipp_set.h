// SPDX-License-Identifier: Apache-2.0
// The parameters of dynamic AIPP as a program puts them together, one call after the other.
#pragma once

#include <array>
#include <mutex>
#include <vector>

#include "aipp/dynamic.h"
#include "base/handle.h"

namespace softacl::exec {

/// Any thread. A setter that refuses its arguments changes nothing: 100000, for values out of their ranges and for
/// those that contradict what was set before. What only the whole can tell is looked at when a model is given it.
class AippSet final : public Object {
   public:
    static constexpr Kind kKind = Kind::kAipp;
    static constexpr uint64_t kMostPictures = 65536;

    explicit AippSet(size_t pictures) : pictures_(pictures), resized_from_(pictures) {}

    void set_format(aipp::Format format);
    Status set_source(int32_t width, int32_t height);
    void set_rbuv_swap(bool on);
    void set_ax_swap(bool on);
    /// Numbers of a conversion that is off are not kept.
    Status set_csc(bool on, const std::array<int32_t, 9>& matrix, const std::array<int32_t, 3>& output_bias,
                   const std::array<int32_t, 3>& input_bias);

    // Of one picture; likewise where the switch is off.
    Status set_crop(uint64_t picture, bool on, const std::array<int32_t, 4>& x_y_width_height);
    Status set_resize(uint64_t picture, bool on, const std::array<int32_t, 4>& from_to);
    Status set_padding(uint64_t picture, bool on, const std::array<int32_t, 4>& top_bottom_left_right);
    Status set_mean(uint64_t picture, const std::array<int32_t, 4>& values);
    Status set_min(uint64_t picture, const std::array<float, 4>& values);
    Status set_var_reci(uint64_t picture, const std::array<float, 4>& values);

    /// Of the first `count` pictures. 145014 if it is for fewer, 145000 if the format or the size of the source was
    /// never set, or a picture is to be resized from another size than it has.
    Result<aipp::PictureParams> pictures(size_t count) const;

   private:
    template <class Change>
    Status change(uint64_t picture, Change&& change);
    template <class Values>
    Status set_channels(uint64_t picture, const char* stem, const Values& values, double lowest, double highest,
                        Values aipp::Params::*member);
    aipp::Params whole(size_t picture) const;

    mutable std::mutex mutex_;
    bool has_format_ = false;
    aipp::Params common_;           // format, source, swaps, colours
    aipp::PictureParams pictures_;  // the rest
    std::vector<aipp::Size> resized_from_;
};

}  // namespace softacl::exec
