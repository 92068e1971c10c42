// SPDX-License-Identifier: Apache-2.0
// AIPP itself: from the bytes of pictures to the tensor that a network reads, in one pass.
//
// For each picture, in this order:
//
// 1. Channels. A pixel has Y, U, V or R, G, B (whatever the colours of a program are), in the order of memory, and in
//    formats of four bytes an extra one in front, with ax_swap behind. Chroma that pixels share is that of each of
//    them. rbuv_swap exchanges the first and third of RGB, the second and third of YUV. YUV400 has one channel.
// 2. Crop: crop_width x crop_height pixels from (crop_x, crop_y) on.
// 3. Resize, bilinear, every channel by itself: the pixel x of `out` reads at the position
//    p = floor((((2 x + 1) in - out) 2048 + out) / (2 out)), between 0 and (in - 1) 2048, which is
//    ((x + 1/2) in / out - 1/2) in 1/2048. With i = floor(p / 2048) and f = p - 2048 i the row is
//    r[x] = (2048 - f) a[i] + f a[min(i + 1, in - 1)]; between rows likewise, and the result is
//    floor((sum + 2^21) / 2^22). All of it in integers.
// 4. Colour conversion of the three channels, in 32-bit integers with an arithmetic shift, kept within 0 to 255:
//    YUV: (matrix (in - input_bias)) >> 8; RGB: ((matrix in) >> 8) + output_bias. The extra channel stays.
// 5. The network's channels: all four (the extra one first), or the three without it, or the first of three.
// 6. Normalisation of channel k in float32, rounded after each step: ((in - mean[k]) - min[k]) * var_reci[k]; then
//    rounded to the element type.
// 7. Padding with padding_value, rounded to the element type.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "aipp/params.h"
#include "aipp/rows.h"
#include "base/status.h"
#include "tensor/tensor.h"

namespace softacl::aipp {

/// Why a network whose pictures have this type cannot be given what the parameters make; good parameters. The type is
/// of four known dimensions, NCHW or NHWC.
std::optional<Complaint> check_target(const Params& params, const TensorType& target);

/// Prepared for one set of parameters and one type. Any thread may run it, also several at once.
class Processor {
   public:
    /// 100000 if check() or check_target() object.
    static Result<Processor> make(const Params& params, const TensorType& target);

    /// Bytes that a run needs to work with, 64-byte aligned.
    size_t scratch_bytes() const;
    /// What suffices for all good parameters.
    static size_t most_scratch_bytes(const TensorType& target);
    /// `pictures` are as memory_shape() says; rows are done in parallel.
    void run(const uint8_t* pictures, void* result, void* scratch) const;

   private:
    Processor(const Params& params, const TensorType& target);

    struct Scratch;
    template <class T>
    void run_as(const uint8_t* pictures, T* result, uint8_t* scratch) const;
    template <class T>
    void write_row(const uint8_t* const* channels, T* result, int64_t row) const;
    template <class T>
    const T* table(int64_t channel) const {
        return reinterpret_cast<const T*>(tables_.data()) + channel * 256;
    }
    void content_row(const uint8_t* picture, int64_t row, Scratch& scratch, const uint8_t** channels) const;
    void resized_row(const uint8_t* picture, int64_t row, Scratch& scratch) const;
    void load(const uint8_t* picture, int64_t row, uint8_t* const* channels) const;

    Params params_;
    TensorType target_;
    Size source_;
    Size cropped_;
    Size content_;
    Size result_;
    int64_t pictures_;
    int64_t channels_;  ///< of the network
    int64_t loaded_;    ///< of the format
    int64_t picture_bytes_;
    size_t thread_bytes_;       ///< of scratch
    std::vector<Tap> columns_;  ///< of a resize
    std::vector<Tap> rows_;
    std::vector<uint64_t> tables_;  ///< [channel][256] elements: what each value becomes
};

}  // namespace softacl::aipp
