// SPDX-License-Identifier: Apache-2.0
// Resize of planes of 8-bit pixels, with the results of OpenCV 3.4.2 bit for bit where it has the filter.
//
// Bilinear: the integer arithmetic of OpenCV's INTER_LINEAR. Each row is blended horizontally in 1/2048 and kept
// shifted right by 4, two of them are blended vertically (resize_rows.h). If the scale is exactly 2 in both directions,
// the result is the mean of 2 x 2 pixels, halves upwards. Nearest: INTER_NEAREST. High order: separable and antialiased
// (resize_taps.h), 6 fractional bits between the passes. A source is all there is: a crop is clamped at its own edges.
// Results do not depend on the number of threads. Any thread.
#pragma once

#include <cstdint>
#include <vector>

#include "base/function_ref.h"
#include "media/image/picture.h"
#include "media/image/resize_rows.h"
#include "media/image/resize_taps.h"

namespace softacl::media {

struct Size {
    uint32_t width = 0;
    uint32_t height = 0;
    bool operator==(const Size& other) const { return width == other.width && height == other.height; }
};

/// What a resize needs to know, made once for all rows and threads.
class ResizePlan {
   public:
    /// Sizes from 1 to 2^24. `channels`: interleaved bytes of a pixel, 1 to 4.
    ResizePlan(Size from, Size to, uint32_t channels, Interpolation interpolation,
               const ResizeRows& loops = resize_rows());

    /// Nothing to do: rows are as they were.
    bool identity() const { return method_ == Method::kCopy; }
    Size from() const { return from_; }
    Size to() const { return to_; }

   private:
    friend class RowResizer;
    enum class Method : uint8_t { kCopy, kPick, kHalve, kPairs, kFilter };

    void plan_pairs();
    void plan_windows();
    PairTaps pairs() const;
    WindowTaps windows() const;
    FilterTaps filter() const;

    const ResizeRows& loops_;
    Size from_;
    Size to_;
    uint32_t channels_;
    Method method_;
    uint32_t row_taps_ = 2;  ///< rows that a result is made of
    uint32_t taps_ = 2;      ///< columns
    std::vector<int32_t> offset_;
    std::vector<int16_t> weights_;
    std::vector<int32_t> first_row_;
    std::vector<int16_t> row_weights_;
    std::vector<int32_t> window_base_;
    std::vector<uint8_t> window_mask_;
    std::vector<int16_t> window_weights_;
    uint32_t paired_ = 0;
    uint32_t wide_ = 0;
};

/// Makes resized rows, of several planes of the same size at once. For one thread; rows are cheapest in ascending
/// order.
class RowResizer {
   public:
    /// Puts pointers to source row `y` of each plane into `rows`. They stay valid until the next call with the same
    /// `slot`, which is 0 or 1.
    using Source = FunctionRef<void(uint32_t y, uint32_t slot, const uint8_t** rows)>;
    static constexpr size_t kMaxPlanes = 4;

    RowResizer(const ResizePlan& plan, size_t planes);
    /// Row `y` of the result, one pointer for each plane.
    void make(uint32_t y, Source source, uint8_t* const* out);

   private:
    const int16_t* stretched(uint32_t y, size_t plane) const;
    void stretch(uint32_t y, Source source);
    void fetch(uint32_t y, uint32_t slot, Source source);

    const ResizePlan& plan_;
    size_t planes_;
    size_t row_size_;            ///< of a stretched row, with room for wide stores
    std::vector<int16_t> ring_;  ///< stretched rows: row y of the source is in slot y % row_taps
    std::vector<int64_t> held_;  ///< which rows they are
    int64_t fetched_[2] = {-1, -1};
    const uint8_t* fetched_rows_[2][kMaxPlanes] = {};
};

/// Several threads.
void resize(const ConstPlane& source, const Plane& result, Interpolation interpolation);

}  // namespace softacl::media
