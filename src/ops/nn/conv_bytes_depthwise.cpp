// SPDX-License-Identifier: Apache-2.0
// Convolutions of bytes whose channels each have a window of their own: kBlock channels at a time.
#include <algorithm>

#include "base/parallel.h"
#include "ops/nn/byte_blocks.h"
#include "ops/nn/byte_loops.h"
#include "ops/nn/conv_bytes_kernel.h"

namespace softacl::ops {
namespace {

using kernels::ref::ConvAxis;

/// Planes of a block lie beside each other in vectors, so that taps are plain products whatever strides and widths are.
/// A tile is a part of the result planes whose sources fit into the cache as floats.
class DepthwiseByteConvolution final : public FastByteConvolution {
   public:
    DepthwiseByteConvolution(const OpCall& call, const ByteConvolution& conv)
        : FastByteConvolution(call, conv),
          height_(axes_[1]),
          width_(axes_[2]),
          planes_(conv.params.output[0] * conv.params.output[1]),
          input_plane_(input_plane()) {
        name = "depthwise";
    }

    Status prepare() {
        constexpr int64_t kFewPlanes = kBlock / 2;  // with fewer most of a block is wasted
        if (conv_.params.filter[1] != 1 || conv_.rows() != 1 || planes_ < kFewPlanes) {
            return fail(ACL_ERROR_FEATURE_UNSUPPORTED, "one channel per group, and ", kFewPlanes,
                        " planes or more only");
        }
        if (axes_[0].taps != 1 || axes_[0].wide != 1 || axes_[0].narrow != 1 || axes_[0].pad != 0) {
            return fail(ACL_ERROR_FEATURE_UNSUPPORTED, "one or two axes only");
        }
        if (conv_.depth() > kMostTaps) {
            return fail(ACL_ERROR_FEATURE_UNSUPPORTED, "windows of at most ", kMostTaps, " elements only");
        }
        SOFTACL_TRY(choose_tiles());
        const int64_t across = parts(width_.narrow, columns_);
        tiles_ = parts(height_.narrow, lines_at_once_) * across;
        tasks_ = parts(planes_, kBlock) * tiles_;
        grain_ = std::max<int64_t>(1, kWorth / ((conv_.depth() + kOther) * lines_at_once_ * columns_ * kBlock));
        // parallel_for() does not use more threads.
        const int64_t threads = std::min(parts(tasks_, grain_), static_cast<int64_t>(parallel_width()));
        scratch_bytes = static_cast<size_t>(threads) * sizeof(Workspace);
        return {};
    }

    Status run(const Buffers& b) override {
        const int64_t across = parts(width_.narrow, columns_);
        parallel_for(tasks_, grain_, [&](int64_t begin, int64_t end) {
            Workspace& space = static_cast<Workspace*>(b.scratch)[team_index()];
            space.pitch = 0;
            int64_t block = -1;
            for (int64_t i = begin; i < end; ++i) {
                if (i / tiles_ != block) {
                    block = i / tiles_;
                    begin_block(b, block * kBlock, space);
                }
                const int64_t tile = i % tiles_;
                run_tile(b, tile / across * lines_at_once_, tile % across * columns_, space);
            }
        });
        return {};
    }

   private:
    static constexpr int64_t kWorth = 1 << 18;  // products that are worth a thread
    static constexpr int64_t kOther = 10;       // products that cost as much as all the rest of an element
    // Blocks are of uint8, which are so much more than the int8 of zero points.
    static constexpr int32_t kShift = 128;
    static constexpr uint8_t kSign = 0x80;
    static constexpr int64_t kStaged = 2048;  // elements of a tile's sources: 128 KiB

    /// What a thread works in.
    struct Workspace {
        alignas(64) std::array<float, kStaged * kBlock> staged;
        alignas(64) std::array<float, kMostTaps * kBlock> factors;
        /// Bytes of the sources before they are staged, and then results, which are int32 at most.
        alignas(64) std::array<int32_t, (kStaged + kBlock) * kBlock> results;
        std::array<int64_t, kMostTaps> taps;
        int64_t pitch;  ///< of the staged lines that `taps` are for
        BlockRequantization requantization;
        int64_t first;  ///< plane
        int64_t used;   ///< planes
        std::array<const uint8_t*, kBlock> x;

        uint8_t* bytes() { return reinterpret_cast<uint8_t*>(results.data()); }
    };

    using Channels = std::array<int64_t, kBlock>;  ///< of the planes of a block

    static int64_t parts(int64_t size, int64_t of_each) { return (size + of_each - 1) / of_each; }
    /// Positions of the input along an axis that `count` windows see.
    static int64_t reach(const ConvAxis& axis, int64_t count) {
        return (count - 1) * axis.stride + (axis.taps - 1) * axis.dilation + 1;
    }

    /// Tiles are as high as fits, and as wide as the picture unless narrower ones have much less in common.
    Status choose_tiles() {
        // Then products below do not overflow.
        if (std::max({height_.stride, width_.stride, height_.dilation, width_.dilation}) > kStaged) {
            return fail(ACL_ERROR_FEATURE_UNSUPPORTED, "steps of at most ", kStaged, " only");
        }
        double least = 0;
        for (int64_t across = 1; across <= width_.narrow; across *= 2) {
            const int64_t columns = parts(width_.narrow, across);
            const int64_t fitting = kStaged / reach(width_, columns) - reach(height_, 1);
            if (fitting < 0) {
                continue;
            }
            const int64_t lines = balanced(height_.narrow, std::min(height_.narrow, fitting / height_.stride + 1));
            const auto sources = static_cast<double>(reach(width_, columns) * reach(height_, lines));
            const double cost = sources / static_cast<double>(lines * columns);
            constexpr double kMuchLess = 0.9;
            if (least == 0 || cost < kMuchLess * least) {
                least = cost;
                columns_ = columns;
                lines_at_once_ = lines;
            }
        }
        if (least == 0) {
            return fail(ACL_ERROR_FEATURE_UNSUPPORTED, "taps that are not so far from each other only");
        }
        return {};
    }
    /// As many parts as with parts of `most`, but of equal size.
    static int64_t balanced(int64_t size, int64_t most) { return parts(size, parts(size, most)); }

    /// What the tiles of a block share. Beyond the last plane there are copies of it.
    void begin_block(const Buffers& b, int64_t first, Workspace& space) const {
        const int64_t channels = conv_.params.output[1];
        const int64_t taps = conv_.depth();
        const auto* const filter = static_cast<const uint8_t*>(b.inputs[conv_.filter_input]);
        space.first = first;
        space.used = std::min(kBlock, planes_ - first);
        const uint8_t* x = input(b, 0, first);
        int64_t channel = first % channels;
        Channels of;
        std::array<const uint8_t*, kBlock> filters;
        for (size_t i = 0; i < kBlock; ++i) {
            of[i] = channel;
            space.x[i] = x;
            filters[i] = filter + channel * taps;
            if (static_cast<int64_t>(i) + 1 < space.used) {
                channel = channel + 1 == channels ? 0 : channel + 1;
                x += input_plane_;
            }
        }
        std::array<int32_t, kBlock> zeros;
        zeros.fill(kShift + filter_zero(b, 0));
        if (conv_.filter.zero_spread().row_step != 0) {
            std::transform(of.begin(), of.end(), zeros.begin(), [&](int64_t c) { return kShift + filter_zero(b, c); });
        }
        if (!conv_.result.is_sums()) {
            describe_results(b, of, space.requantization);
        }
        join_planes(filters.data(), taps, filter + channels * taps, flip_of(conv_.filter.type()) ^ kSign,
                    space.bytes());
        PaddedLines all;
        all.columns = all.inside_columns = all.pitch = taps;
        pad_block(space.bytes(), all, zeros, space.factors.data());
    }

    void describe_results(const Buffers& b, const Channels& of, BlockRequantization& to) const {
        Requantization how = conv_.result.requantization(b, conv_.filter.scale(b, 0, 0), conv_.x.scales(b, 0), 0);
        to.low = low_of(how.type, how.zero);
        to.high = high_of(how.type, how.zero);
        to.zero = how.zero;
        to.factors.fill(how.factor());
        if (conv_.filter.scale_spread().row_step != 0) {
            std::transform(of.begin(), of.end(), to.factors.begin(), [&](int64_t c) {
                how.row_scale = conv_.filter.scale(b, 0, c);
                return how.factor();
            });
        }
        std::transform(of.begin(), of.end(), to.summands.begin(), [&](int64_t c) { return conv_.bias(b, c); });
    }

    void run_tile(const Buffers& b, int64_t line, int64_t column, Workspace& space) const {
        const int64_t lines = std::min(lines_at_once_, height_.narrow - line);
        const int64_t columns = std::min(columns_, width_.narrow - column);
        const int64_t pitch = reach(width_, columns);
        stage(b, line, reach(height_, lines), column, pitch, space);
        if (space.pitch != pitch) {
            space.pitch = pitch;
            for (int64_t kh = 0, t = 0; kh < height_.taps; ++kh) {
                for (int64_t kw = 0; kw < width_.taps; ++kw, ++t) {
                    space.taps[static_cast<size_t>(t)] = kh * height_.dilation * pitch + kw * width_.dilation;
                }
            }
        }
        BlockWindow window;
        window.taps = space.taps.data();
        window.factors = space.factors.data();
        window.tap_count = conv_.depth();
        window.column_step = width_.stride;
        window.line_step = height_.stride * pitch;
        const int64_t at = space.first * plane_ + line * width_.narrow + column;
        if (conv_.result.is_sums()) {
            slide_window(window, space.staged.data(), lines, columns, nullptr, space.results.data());
            write(space.results.data(), lines, columns, space.used, static_cast<int32_t*>(b.outputs[0]) + at);
        } else {
            uint8_t* const bytes = space.bytes();
            slide_window(window, space.staged.data(), lines, columns, &space.requantization, bytes);
            write(bytes, lines, columns, space.used, static_cast<uint8_t*>(b.outputs[0]) + at);
        }
    }

    /// `lines` times `columns` positions of the input, from those on that the first window at a place sees.
    void stage(const Buffers& b, int64_t line, int64_t lines, int64_t column, int64_t columns, Workspace& space) const {
        const int64_t row = line * height_.stride - height_.pad;
        const int64_t start = column * width_.stride - width_.pad;
        const int64_t top = std::clamp<int64_t>(row, 0, height_.wide);
        const int64_t bottom = std::clamp<int64_t>(row + lines, top, height_.wide);
        const int64_t left = std::clamp<int64_t>(start, 0, width_.wide);
        const int64_t right = std::clamp<int64_t>(start + columns, left, width_.wide);
        PaddedLines how;
        how.lines = lines;
        how.columns = columns;
        how.inside_columns = right - left;
        how.inside_lines = right == left ? 0 : bottom - top;
        how.top = how.inside_lines == 0 ? 0 : top - row;
        how.left = how.inside_lines == 0 ? 0 : left - start;

        std::array<const uint8_t*, kBlock> sources;
        const uint8_t* const end = input(b, 0, planes_);
        const uint8_t flip = flip_of(conv_.x.type()) ^ kSign;
        // Where the lines are whole, one follows the other.
        const bool is_whole = how.inside_columns == width_.wide;
        how.pitch = is_whole ? width_.wide : parts(how.inside_columns, kQuad) * kQuad;
        const int64_t runs = is_whole ? std::min<int64_t>(how.inside_lines, 1) : how.inside_lines;
        const int64_t count = is_whole ? how.inside_lines * width_.wide : how.inside_columns;
        for (int64_t i = 0; i < runs; ++i) {
            const int64_t from = (top + i) * width_.wide + left;
            std::transform(space.x.begin(), space.x.end(), sources.begin(),
                           [&](const uint8_t* plane) { return plane + from; });
            join_planes(sources.data(), count, end, flip, space.bytes() + i * how.pitch * kBlock);
        }
        std::array<int32_t, kBlock> zeros;
        zeros.fill(kShift + x_zero(b));
        pad_block(space.bytes(), how, zeros, space.staged.data());
    }

    template <class T>
    void write(const T* results, int64_t lines, int64_t columns, int64_t used, T* to) const {
        std::array<T*, kBlock> targets;
        const int64_t count = lines * columns;
        const int64_t step = columns == width_.narrow ? count : columns;
        for (int64_t i = 0; i < count; i += step, to += width_.narrow) {
            for (int64_t k = 0; k < used; ++k) {
                targets[static_cast<size_t>(k)] = to + k * plane_;
            }
            part_planes(results + i * kBlock, step, used, targets.data());
        }
    }

    const ConvAxis& height_;
    const ConvAxis& width_;
    const int64_t planes_;  ///< of the result, and of the input
    const int64_t input_plane_;
    int64_t lines_at_once_ = 1;
    int64_t columns_ = 1;
    int64_t tiles_ = 1;  ///< of a block
    int64_t tasks_ = 1;
    int64_t grain_ = 1;
};

}  // namespace

Result<kernels::KernelPtr> make_depthwise_byte_convolution(const OpCall& call, const ByteConvolution& conv) {
    auto kernel = std::make_unique<DepthwiseByteConvolution>(call, conv);
    SOFTACL_TRY(kernel->prepare());
    return Result<kernels::KernelPtr>(std::move(kernel));
}

}  // namespace softacl::ops
