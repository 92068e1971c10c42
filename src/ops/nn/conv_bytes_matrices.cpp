// SPDX-License-Identifier: Apache-2.0
// Convolutions of bytes as products of matrices: of the weights and of what each tap sees, part by part of the result.
#include <algorithm>
#include <cstring>

#include "base/parallel.h"
#include "ops/nn/byte_product.h"
#include "ops/nn/conv_bytes_kernel.h"

namespace softacl::ops {
namespace {

using kernels::ref::ConvAxis;

/// The filter is packed: as int8, and the sum of each of its rows.
class ByteConvolutionByMatrices final : public FastByteConvolution {
   public:
    ByteConvolutionByMatrices(const OpCall& call, const ByteConvolution& conv) : FastByteConvolution(call, conv) {
        name = "by matrices";
        packs_input[conv.filter_input] = true;
        weights_ = conv.params.filter.elements();
        sums_at_ = aligned(weights_);
        packed_bytes = static_cast<size_t>(sums_at_ + conv.params.output[1] * kSum);
        const int64_t width = axes_[2].narrow;
        lines_at_once_ = std::clamp<int64_t>(kColumnBytes / (conv.depth() * width), 1, lines_);
        shifts_planes_ = axes_[0].narrow == 1 && axes_[1].stride == 1 && axes_[2].stride == 1 && width == axes_[2].wide;
    }

    Status prepare() {
        const int64_t width = axes_[2].narrow;
        const int64_t step = conv_.result.is_sums() ? plane_ : lines_at_once_ * width;
        SOFTACL_ASSIGN(whole_, ByteProduct::make(conv_.rows(), lines_at_once_ * width, conv_.depth(), step));
        const int64_t rest = lines_ % lines_at_once_;
        if (rest != 0) {
            SOFTACL_ASSIGN(rest_, ByteProduct::make(conv_.rows(), rest * width, conv_.depth(), step));
        }
        const int64_t columns = lines_at_once_ * width;
        column_sums_at_ = aligned(conv_.depth() * columns);
        results_at_ = column_sums_at_ + aligned(columns * kSum);
        product_at_ = results_at_ + (conv_.result.is_sums() ? 0 : aligned(conv_.rows() * columns * kSum));
        scratch_bytes = static_cast<size_t>(product_at_) + std::max(whole_.scratch_bytes(), rest_.scratch_bytes());
        return {};
    }

    Status pack(const std::vector<const void*>& constants, void* packed) override {
        auto* const filter = static_cast<int8_t*>(packed);
        flip_row(static_cast<const uint8_t*>(constants[conv_.filter_input]), 1, weights_, flip_of(conv_.filter.type()),
                 filter);
        auto* const sums = reinterpret_cast<int32_t*>(static_cast<char*>(packed) + sums_at_);
        for (int64_t row = 0; row < conv_.params.output[1]; ++row) {
            sums[row] = sum_of_row(filter + row * conv_.depth(), conv_.depth());
        }
        return {};
    }

    Status run(const Buffers& b) override {
        for (int64_t n = 0; n < conv_.params.output[0]; ++n) {
            for (int64_t group = 0; group < conv_.params.groups; ++group) {
                for (int64_t line = 0; line < lines_; line += lines_at_once_) {
                    SOFTACL_TRY(run_lines(b, n, group, line, std::min(lines_at_once_, lines_ - line)));
                }
            }
        }
        return {};
    }

   private:
    /// The taps of one input channel, in the order of the filter.
    template <class Body>
    void for_taps(const Body& body) const {
        for (int64_t kd = 0; kd < axes_[0].taps; ++kd) {
            for (int64_t kh = 0; kh < axes_[1].taps; ++kh) {
                for (int64_t kw = 0; kw < axes_[2].taps; ++kw) {
                    body(kd, kh, kw);
                }
            }
        }
    }
    /// The row of the input that a tap reads for an output line, if it is inside of its plane.
    struct Row {
        bool is_inside;
        int64_t begin;
    };
    Row input_row(int64_t line, int64_t kd, int64_t kh) const {
        const int64_t d = line / axes_[1].narrow * axes_[0].stride + axes_[0].shift(kd);
        const int64_t h = line % axes_[1].narrow * axes_[1].stride + axes_[1].shift(kh);
        return {d >= 0 && d < axes_[0].wide && h >= 0 && h < axes_[1].wide, (d * axes_[1].wide + h) * axes_[2].wide};
    }

    static constexpr int64_t kColumnBytes = 1 << 20;  // of what the taps see at once: stays in the cache
    static constexpr int64_t kSum = sizeof(int32_t);
    static int64_t aligned(int64_t bytes) { return (bytes + 63) / 64 * 64; }

    void fill_columns(const Buffers& b, int64_t n, int64_t group, int64_t line, int64_t lines, int8_t* columns) const {
        const ConvAxis& width = axes_[2];
        const int64_t taps = axes_[0].taps * axes_[1].taps * width.taps;
        const int64_t count = lines * width.narrow;
        const auto outside = static_cast<int8_t>(x_zero(b));
        const uint8_t flip = flip_of(conv_.x.type());
        const int64_t channels = conv_.params.filter[1];
        parallel_for(channels, std::max<int64_t>(1, kWorth / (taps * count)), [&](int64_t begin, int64_t end) {
            for (int64_t c = begin; c < end; ++c) {
                const uint8_t* x = input(b, n, group * channels + c);
                int8_t* to = columns + c * taps * count;
                for_taps([&](int64_t kd, int64_t kh, int64_t kw) {
                    if (shifts_planes_) {
                        shift_plane(x, line, lines, kd, kh, kw, flip, outside, to);
                        to += count;
                        return;
                    }
                    const auto [first, last] = width.range(kw);
                    for (int64_t i = 0; i < lines; ++i, to += width.narrow) {
                        const Row row = input_row(line + i, kd, kh);
                        if (!row.is_inside || first >= last) {
                            std::fill_n(to, width.narrow, outside);
                            continue;
                        }
                        std::fill_n(to, first, outside);
                        flip_row(x + row.begin + first * width.stride + width.shift(kw), width.stride, last - first,
                                 flip, to + first);
                        std::fill_n(to + last, width.narrow - last, outside);
                    }
                });
            }
        });
    }

    /// Where lines of the input and of the result are equally long and taps move by one, a tap sees the input as it is,
    /// but shifted. What comes from the next line or the one before is overwritten.
    void shift_plane(const uint8_t* x, int64_t line, int64_t lines, int64_t kd, int64_t kh, int64_t kw, uint8_t flip,
                     int8_t outside, int8_t* to) const {
        const ConvAxis& height = axes_[1];
        const ConvAxis& width = axes_[2];
        const int64_t size = width.narrow;
        const int64_t depth = axes_[0].shift(kd);
        const auto [first, last] = width.range(kw);
        const int64_t top = std::clamp<int64_t>(-height.shift(kh) - line, 0, lines);
        const int64_t bottom = std::clamp<int64_t>(height.wide - height.shift(kh) - line, top, lines);
        if (depth < 0 || depth >= axes_[0].wide || top == bottom || first >= last) {
            std::fill_n(to, lines * size, outside);
            return;
        }
        std::fill_n(to, top * size + first, outside);
        std::fill(to + (bottom - 1) * size + last, to + lines * size, outside);
        const int64_t row = depth * height.wide + line + top + height.shift(kh);
        flip_row(x + row * size + first + width.shift(kw), 1, (bottom - top - 1) * size + last - first, flip,
                 to + top * size + first);
        for (int64_t i = top + 1; i < bottom; ++i) {
            std::fill(to + (i - 1) * size + last, to + i * size + first, outside);
        }
    }

    Status run_lines(const Buffers& b, int64_t n, int64_t group, int64_t line, int64_t lines) {
        auto* const scratch = static_cast<char*>(b.scratch);
        auto* const columns = reinterpret_cast<int8_t*>(scratch);
        const int64_t rows = conv_.rows();
        const int64_t depth = conv_.depth();
        const int64_t width = axes_[2].narrow;
        const int64_t count = lines * width;
        const int64_t first_row = group * rows;
        const int64_t at = (n * conv_.params.output[1] + first_row) * plane_ + line * width;
        const bool is_sums = conv_.result.is_sums();
        auto* const sums =
            is_sums ? static_cast<int32_t*>(b.outputs[0]) + at : reinterpret_cast<int32_t*>(scratch + results_at_);
        const int64_t step = is_sums ? plane_ : lines_at_once_ * width;
        fill_columns(b, n, group, line, lines, columns);
        const auto* const filter = static_cast<const int8_t*>(b.packed);
        SOFTACL_TRY((lines == lines_at_once_ ? whole_ : rest_)
                        .run(filter + first_row * depth, columns, sums, scratch + product_at_));

        int32_t* const column_sums = reinterpret_cast<int32_t*>(scratch + column_sums_at_);
        bool has_zeros = false;
        for (int64_t row = 0; row < rows && !has_zeros; ++row) {
            has_zeros = filter_zero(b, first_row + row) != 0;
        }
        if (has_zeros) {
            sum_columns(columns, depth, count, column_sums);
        }
        const auto* const row_sums =
            reinterpret_cast<const int32_t*>(static_cast<const char*>(b.packed) + sums_at_) + first_row;
        const auto zero = static_cast<uint32_t>(x_zero(b));
        parallel_for(rows, std::max<int64_t>(1, kWorth / count), [&](int64_t begin, int64_t end) {
            for (int64_t row = begin; row < end; ++row) {
                const int32_t row_zero = filter_zero(b, first_row + row);
                const uint32_t rest = static_cast<uint32_t>(row_sums[row]) -
                                      static_cast<uint32_t>(depth) * static_cast<uint32_t>(row_zero);
                const auto bias = static_cast<uint32_t>(conv_.bias(b, first_row + row));
                const auto summand = static_cast<int32_t>(bias - zero * rest);
                correct_row({is_sums ? summand : 0, row_zero, column_sums, 0, nullptr}, count, sums + row * step);
                if (!is_sums) {
                    conv_.finish(b, first_row + row, sums + row * step, count, at + row * plane_, summand);
                }
            }
        });
        return {};
    }

    static constexpr int64_t kWorth = 1 << 14;  // elements to pass over that are worth a thread

    int64_t weights_ = 0;
    int64_t sums_at_ = 0;
    int64_t lines_at_once_ = 1;
    bool shifts_planes_ = false;
    int64_t column_sums_at_ = 0;
    int64_t results_at_ = 0;
    int64_t product_at_ = 0;
    ByteProduct whole_;
    ByteProduct rest_;
};

}  // namespace

Result<kernels::KernelPtr> make_fast_byte_convolution(const OpCall& call, const ByteConvolution& conv) {
    constexpr int64_t kMost = 1 << 28;  // products of two such sizes do not overflow
    const auto is_some = [](int64_t size) { return size > 0 && size <= kMost; };
    const auto& output = conv.params.output;
    if (!is_some(output.elements()) || !is_some(conv.depth()) || !is_some(conv.params.input.elements())) {
        return fail(ACL_ERROR_FEATURE_UNSUPPORTED, "tensors of 1 to ", kMost, " elements only");
    }
    auto depthwise = make_depthwise_byte_convolution(call, conv);
    if (depthwise.ok()) {
        return depthwise;
    }
    constexpr int64_t kFewRows = 2;
    if (conv.rows() <= kFewRows) {
        auto direct = make_direct_byte_convolution(call, conv);
        if (direct.ok()) {
            return direct;
        }
    }
    auto kernel = std::make_unique<ByteConvolutionByMatrices>(call, conv);
    SOFTACL_TRY(kernel->prepare());
    std::vector<size_t> inputs(call.inputs.size());
    for (size_t i = 0; i < inputs.size(); ++i) {
        inputs[i] = i;
    }
    return fit_kernel(std::move(kernel), call, std::move(inputs));
}

}  // namespace softacl::ops
