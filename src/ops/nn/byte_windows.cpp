// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <utility>

#include "ops/nn/byte_blocks.h"
#include "ops/nn/byte_lanes.h"

namespace softacl::ops {
namespace {

template <class Lanes>
struct Loops {
    using Floats = typename Lanes::Floats;
    using Ints = typename Lanes::Ints;
    using Words = typename Lanes::Words;
    using Bytes = typename Lanes::Bytes;

    /// The constants of BlockRequantization for some of the planes.
    struct Requantizer {
        Words summands;
        Floats factors;
        Floats low;
        Floats high;
        Ints zero;

        SOFTACL_LOOP void to_bytes(const Ints& sums, int8_t* to) const {
            const auto whole = reinterpret_cast<Ints>(reinterpret_cast<Words>(sums) + summands);
            Floats value = __builtin_convertvector(whole, Floats) * factors;
            value = value > low ? value : low;
            value = value < high ? value : high;
            // The lowest byte of what this rounds to is that of the whole number.
            const Ints bytes = reinterpret_cast<Ints>(value + kRounder) + zero;
            if constexpr (Lanes::kCount == kBlock) {
                store(__builtin_convertvector(bytes, Bytes), to);
            } else {  // which g++ makes byte by byte in one step
                store(__builtin_convertvector(__builtin_convertvector(bytes, typename Lanes::Shorts), Bytes), to);
            }
        }
    };

    /// Neighbouring windows, each in a register.
    template <int64_t kStep, size_t... I>
    SOFTACL_LOOP static void slide(const BlockWindow& window, const float* x, int64_t lane, const Requantizer* how,
                                   void* results, int64_t at, std::index_sequence<I...> /*windows*/) {
        const int64_t step = (kStep == 0 ? window.column_step : kStep) * kBlock;
        Floats sums[sizeof...(I)] = {};
        for (int64_t t = 0; t < window.tap_count; ++t) {
            Floats factors;
            load(window.factors + t * kBlock + lane, factors);
            const float* const tap = x + window.taps[t] * kBlock;
            (add_product(factors, tap + static_cast<int64_t>(I) * step, sums[I]), ...);
        }
        (finish(sums[I], how, results, at + static_cast<int64_t>(I) * kBlock), ...);
    }
    SOFTACL_LOOP static void add_product(const Floats& factors, const float* x, Floats& sums) {
        Floats values;
        load(x, values);
        sums += factors * values;
    }
    SOFTACL_LOOP static void finish(const Floats& sums, const Requantizer* how, void* results, int64_t at) {
        const Ints whole = __builtin_convertvector(sums, Ints);
        if (how == nullptr) {
            store(whole, static_cast<int32_t*>(results) + at);
        } else {
            how->to_bytes(whole, static_cast<int8_t*>(results) + at);
        }
    }

    template <int64_t kStep, size_t kWindows>
    SOFTACL_LOOP static void slide_all(const BlockWindow& window, const float* x, int64_t lines, int64_t columns,
                                       int64_t lane, const Requantizer* how, void* results) {
        constexpr auto kCount = static_cast<int64_t>(kWindows);
        const int64_t step = (kStep == 0 ? window.column_step : kStep) * kBlock;
        for (int64_t line = 0; line < lines; ++line) {
            const float* const first = x + line * window.line_step * kBlock + lane;
            const int64_t at = line * columns * kBlock + lane;
            for (int64_t i = 0;;) {
                slide<kStep>(window, first + i * step, lane, how, results, at + i * kBlock,
                             std::make_index_sequence<kWindows>{});
                if (i + kCount >= columns) {
                    break;
                }
                i = std::min(i + kCount, columns - kCount);  // the last ones may be computed twice
            }
        }
    }
    template <int64_t kStep>
    SOFTACL_LOOP static void slide_step(const BlockWindow& window, const float* x, int64_t lines, int64_t columns,
                                        int64_t lane, const Requantizer* how, void* results) {
        // As many at a time as leave the least to be computed twice.
        constexpr int64_t kMost = 8;
        const int64_t groups = (columns + kMost - 1) / kMost;
        switch ((columns + groups - 1) / groups) {
            case 8: return slide_all<kStep, 8>(window, x, lines, columns, lane, how, results);
            case 7: return slide_all<kStep, 7>(window, x, lines, columns, lane, how, results);
            case 6: return slide_all<kStep, 6>(window, x, lines, columns, lane, how, results);
            case 5: return slide_all<kStep, 5>(window, x, lines, columns, lane, how, results);
            case 4: return slide_all<kStep, 4>(window, x, lines, columns, lane, how, results);
            default: return slide_all<kStep, 1>(window, x, lines, columns, lane, how, results);
        }
    }
    SOFTACL_LOOP static void slide(const BlockWindow& window, const float* x, int64_t lines, int64_t columns,
                                   const BlockRequantization* how, void* results) {
        for (int64_t lane = 0; lane < kBlock; lane += Lanes::kCount) {
            Requantizer requantizer = {};
            if (how != nullptr) {
                load(how->summands.data() + lane, requantizer.summands);
                load(how->factors.data() + lane, requantizer.factors);
                requantizer.low += how->low;
                requantizer.high += how->high;
                requantizer.zero += how->zero;
            }
            const Requantizer* const used = how == nullptr ? nullptr : &requantizer;
            switch (window.column_step) {
                case 1: slide_step<1>(window, x, lines, columns, lane, used, results); break;
                case 2: slide_step<2>(window, x, lines, columns, lane, used, results); break;
                default: slide_step<0>(window, x, lines, columns, lane, used, results); break;
            }
        }
    }
};

SOFTACL_DISPATCH_LANES(slide,
                       (const BlockWindow& window, const float* x, int64_t lines, int64_t columns,
                        const BlockRequantization* how, void* results),
                       (window, x, lines, columns, how, results))

}  // namespace

void slide_window(const BlockWindow& window, const float* x, int64_t lines, int64_t columns,
                  const BlockRequantization* how, void* results) {
    slide_best(window, x, lines, columns, how, results);
}

}  // namespace softacl::ops
