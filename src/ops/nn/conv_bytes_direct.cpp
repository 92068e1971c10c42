// SPDX-License-Identifier: Apache-2.0
// Convolutions of bytes tap by tap, as they are worth where a group has few output channels.
#include <algorithm>
#include <cstring>

#include "base/parallel.h"
#include "ops/nn/conv_bytes_kernel.h"

namespace softacl::ops {
namespace {

using kernels::ref::ConvAxis;

/// A tap is a factor of what it sees. Some lines of the result at a time are one row,
/// whose lines are as far from each other as those of the input beneath, so that between them are sums that nobody
/// needs.
class DirectByteConvolution final : public FastByteConvolution {
   public:
    DirectByteConvolution(const OpCall& call, const ByteConvolution& conv)
        : FastByteConvolution(call, conv), height_(axes_[1]), width_(axes_[2]) {
        name = "direct";
    }

    Status prepare() {
        if (width_.taps > kMostTaps || height_.taps > kMostTaps) {
            return fail(ACL_ERROR_FEATURE_UNSUPPORTED, "windows of at most ", kMostTaps, " times ", kMostTaps);
        }
        columns_ = std::min(width_.narrow, kSums);
        lines_at_once_ = height_.narrow;
        while (!fits()) {
            int64_t& size = lines_at_once_ > 1 ? lines_at_once_ : columns_;
            if (size == 1) {
                return fail(ACL_ERROR_FEATURE_UNSUPPORTED, "taps that are not so far from each other only");
            }
            size = (size + 1) / 2;
        }
        return {};
    }

    Status run(const Buffers& b) override {
        const int64_t planes = conv_.params.output[0] * conv_.params.output[1] * axes_[0].narrow;
        const int64_t parts = (height_.narrow + lines_at_once_ - 1) / lines_at_once_;
        const int64_t work = conv_.depth() * lines_at_once_ * width_.narrow;
        parallel_for(planes * parts, std::max<int64_t>(1, kWorth / work), [&](int64_t begin, int64_t end) {
            for (int64_t i = begin; i < end; ++i) {
                for (int64_t column = 0; column < width_.narrow; column += columns_) {
                    run_part(b, i / parts, i % parts * lines_at_once_, column);
                }
            }
        });
        return {};
    }

   private:
    static constexpr int64_t kWorth = 1 << 15;  // products that are worth a thread
    static constexpr int64_t kSums = 2048;
    static constexpr int64_t kStaged = 6144;

    /// Positions of the input along an axis that `count` windows see, by the phases of the stride.
    static int64_t positions(const ConvAxis& axis, int64_t count) {
        const int64_t reach = (count - 1) * axis.stride + (axis.taps - 1) * axis.dilation + 1;
        return (reach + axis.stride - 1) / axis.stride;
    }
    bool fits() {
        // Not more than this is possible, and products do not overflow.
        if (std::max({height_.stride, width_.stride, height_.dilation, width_.dilation}) > kStaged) {
            return false;
        }
        pitch_ = positions(width_, columns_);
        rows_ = positions(height_, lines_at_once_);
        return lines_at_once_ * pitch_ <= kSums && std::max(pitch_, rows_) <= kStaged &&
               height_.stride * width_.stride <= kStaged / (pitch_ * rows_);
    }

    void run_part(const Buffers& b, int64_t plane, int64_t line, int64_t column) const {
        const int64_t depth_at = plane % axes_[0].narrow;
        const int64_t channel = plane / axes_[0].narrow;
        const int64_t out = channel % conv_.params.output[1];
        const int64_t n = channel / conv_.params.output[1];
        const int64_t lines = std::min(lines_at_once_, height_.narrow - line);
        const int64_t columns = std::min(columns_, width_.narrow - column);
        const int64_t count = (lines - 1) * pitch_ + columns;
        std::array<float, kStaged> staged;
        std::array<int32_t, kSums> sums;
        std::memset(sums.data(), 0, static_cast<size_t>(count) * sizeof sums[0]);
        const auto* weights = static_cast<const uint8_t*>(b.inputs[conv_.filter_input]) + out * conv_.depth();
        for (int64_t c = 0; c < conv_.params.filter[1]; ++c) {
            const uint8_t* x = input(b, n, out / conv_.rows() * conv_.params.filter[1] + c);
            for (int64_t kd = 0; kd < axes_[0].taps; ++kd, weights += height_.taps * width_.taps) {
                const int64_t d = depth_at * axes_[0].stride + axes_[0].shift(kd);
                if (d >= 0 && d < axes_[0].wide) {
                    stage(b, x + d * height_.wide * width_.wide, line, lines, column, staged.data());
                    add_plane(b, out, weights, staged.data(), count, sums.data());
                }
            }
        }
        for (int64_t i = 1; i < lines; ++i) {
            std::copy_n(sums.begin() + i * pitch_, columns, sums.begin() + i * columns);
        }
        const int64_t at = plane * height_.narrow * width_.narrow + line * width_.narrow + column;
        if (columns == width_.narrow) {
            conv_.finish(b, out, sums.data(), lines * columns, at, conv_.bias(b, out));
            return;
        }
        for (int64_t i = 0; i < lines; ++i) {
            conv_.finish(b, out, sums.data() + i * columns, columns, at + i * width_.narrow, conv_.bias(b, out));
        }
    }

    /// What the taps see of a plane of the input.
    void stage(const Buffers& b, const uint8_t* x, int64_t line, int64_t lines, int64_t column, float* staged) const {
        const int64_t phase = rows_ * pitch_;
        const int64_t first = line * height_.stride - height_.pad;
        const int64_t reach = (lines - 1) * height_.stride + (height_.taps - 1) * height_.dilation + 1;
        const uint8_t flip = flip_of(conv_.x.type());
        const int32_t zero = x_zero(b);
        for (int64_t i = 0; i < reach; ++i) {
            float* to = staged + i % height_.stride * width_.stride * phase + i / height_.stride * pitch_;
            const int64_t row = first + i;
            const bool is_inside = row >= 0 && row < height_.wide;
            stage_row(is_inside ? x + row * width_.wide : nullptr, is_inside ? width_.wide : 0,
                      column * width_.stride - width_.pad, width_.stride, pitch_, flip, zero, to, phase);
        }
    }

    void add_plane(const Buffers& b, int64_t out, const uint8_t* weights, const float* staged, int64_t count,
                   int32_t* sums) const {
        const int64_t phase = rows_ * pitch_;
        const int32_t zero = filter_zero(b, out);
        const uint8_t flip = flip_of(conv_.filter.type());
        std::array<float, kMostTaps> factors;
        std::array<const float*, kMostTaps> taps;
        int64_t used = 0;
        for (int64_t kh = 0; kh < height_.taps; ++kh) {
            const int64_t down = kh * height_.dilation;
            const float* rows = staged + down % height_.stride * width_.stride * phase + down / height_.stride * pitch_;
            for (int64_t kw = 0; kw < width_.taps; ++kw, ++used) {
                const int64_t right = kw * width_.dilation;
                const auto at = static_cast<size_t>(used);
                factors[at] = static_cast<float>(static_cast<int8_t>(*weights++ ^ flip) - zero);
                taps[at] = rows + right % width_.stride * phase + right / width_.stride;
            }
            if (kh + 1 == height_.taps || used + width_.taps > kMostTaps) {
                add_taps(taps.data(), factors.data(), used, count, sums);
                used = 0;
            }
        }
    }

    const ConvAxis& height_;
    const ConvAxis& width_;
    int64_t lines_at_once_ = 1;
    int64_t columns_ = 1;
    int64_t pitch_ = 1;  ///< staged elements of a phase in a row
    int64_t rows_ = 1;   ///< staged rows of a phase
};

}  // namespace

Result<kernels::KernelPtr> make_direct_byte_convolution(const OpCall& call, const ByteConvolution& conv) {
    auto kernel = std::make_unique<DirectByteConvolution>(call, conv);
    SOFTACL_TRY(kernel->prepare());
    return Result<kernels::KernelPtr>(std::move(kernel));
}

}  // namespace softacl::ops
