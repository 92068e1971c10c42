// SPDX-License-Identifier: Apache-2.0
#include "ops/nn/byte_blocks.h"

#include <algorithm>
#include <utility>

#include "ops/nn/byte_lanes.h"

namespace softacl::ops {
namespace {

using Row [[gnu::vector_size(kBlock)]] = uint8_t;

/// A square of vectors as wide as they are many.
template <class Vector, size_t kSize>
struct Square {
    using Half = std::make_index_sequence<kSize / 2>;
    using All = std::make_index_sequence<kSize>;

    Vector rows[kSize];

    SOFTACL_LOOP void transpose() {
        // Each round turns the bits of row and lane, taken as one number, by one place.
        Vector other[kSize];
        shuffle(rows, other, Half{}, All{});
        shuffle(other, rows, Half{}, All{});
        if constexpr (kSize == 8) {
            shuffle(rows, other, Half{}, All{});
            copy(other, All{});
        } else if constexpr (kSize == 16) {
            shuffle(rows, other, Half{}, All{});
            shuffle(other, rows, Half{}, All{});
        }
    }

    /// Two rounds.
    SOFTACL_LOOP void transpose_half() {
        Vector other[kSize];
        shuffle(rows, other, Half{}, All{});
        shuffle(other, rows, Half{}, All{});
    }

   private:
    template <size_t... I, class Lanes>
    SOFTACL_LOOP static void shuffle(const Vector* from, Vector* to, std::index_sequence<I...> /*half*/, Lanes lanes) {
        (interleave(from[I], from[I + kSize / 2], to[2 * I], to[2 * I + 1], lanes), ...);
    }
    template <size_t... L>
    SOFTACL_LOOP static void interleave(const Vector& a, const Vector& b, Vector& low, Vector& high,
                                        std::index_sequence<L...> /*lanes*/) {
        low = __builtin_shufflevector(a, b, static_cast<int>(L / 2 + L % 2 * kSize)...);
        high = __builtin_shufflevector(a, b, static_cast<int>(kSize / 2 + L / 2 + L % 2 * kSize)...);
    }
    template <size_t... I>
    SOFTACL_LOOP void copy(const Vector* from, std::index_sequence<I...> /*all*/) {
        ((rows[I] = from[I]), ...);
    }
};
using ByteSquare = Square<Row, kBlock>;

template <class Lanes>
struct Loops {
    using Floats = typename Lanes::Floats;
    using Ints = typename Lanes::Ints;
    using IntSquare = Square<Ints, Lanes::kCount>;

    template <size_t... I>
    SOFTACL_LOOP static void join_square(const uint8_t* const* planes, int64_t at, const Row& flip, uint8_t* to,
                                         std::index_sequence<I...> /*all*/) {
        // Half of the way to the transpose, with planes in an order that leads to quads.
        ByteSquare square;
        (load(planes[I / 4 + I % 4 * 4] + at, square.rows[I]), ...);
        square.transpose_half();
        ((square.rows[I] ^= flip), ...);
        (store(square.rows[I], to + (I / 4 + I % 4 * 4) * kBlock), ...);
    }
    SOFTACL_LOOP static void join(const uint8_t* const* planes, int64_t count, const uint8_t* end, uint8_t flip,
                                  uint8_t* to) {
        const Row flips = Row{} + flip;
        int64_t i = 0;
        for (; i + kBlock <= count; i += kBlock) {
            join_square(planes, i, flips, to + i * kBlock, ByteSquare::All{});
        }
        if (i == count) {
            return;
        }
        // What follows is read too as far as there is something, and is no part of the result.
        const uint8_t* const last = *std::max_element(planes, planes + kBlock);
        if (end - last >= i + kBlock) {
            join_square(planes, i, flips, to + i * kBlock, ByteSquare::All{});
            return;
        }
        uint8_t copies[kBlock][kBlock] = {};
        const uint8_t* sources[kBlock];
        for (int64_t k = 0; k < kBlock; ++k) {
            std::memcpy(copies[k], planes[k] + i, static_cast<size_t>(count - i));
            sources[k] = copies[k];
        }
        join_square(sources, 0, flips, to + i * kBlock, ByteSquare::All{});
    }

    template <size_t... I>
    SOFTACL_LOOP static void load_square(const uint8_t* from, ByteSquare& square, std::index_sequence<I...> /*all*/) {
        (load(from + I * kBlock, square.rows[I]), ...);
        square.transpose();
    }
    template <size_t... I>
    SOFTACL_LOOP static void store_square(const ByteSquare& square, int64_t at, uint8_t* const* planes,
                                          std::index_sequence<I...> /*all*/) {
        (store(square.rows[I], planes[I] + at), ...);
    }
    /// The first elements of a row, fewer than it has.
    SOFTACL_LOOP static void store_few(const uint8_t* row, int64_t count, uint8_t* to) {
        if (count >= 8) {
            std::memcpy(to, row, 8);
            std::memcpy(to + count - 8, row + count - 8, 8);
        } else if (count >= 4) {
            std::memcpy(to, row, 4);
            std::memcpy(to + count - 4, row + count - 4, 4);
        } else {
            for (int64_t i = 0; i < count; ++i) {
                to[i] = row[i];
            }
        }
    }
    SOFTACL_LOOP static void part(const uint8_t* from, int64_t count, int64_t used, uint8_t* const* planes) {
        ByteSquare square;
        if (count < kBlock) {
            load_square(from, square, ByteSquare::All{});
            for (int64_t k = 0; k < used; ++k) {
                store_few(reinterpret_cast<const uint8_t*>(square.rows + k), count, planes[k]);
            }
            return;
        }
        for (int64_t i = 0;;) {
            load_square(from + i * kBlock, square, ByteSquare::All{});
            if (used == kBlock) {
                store_square(square, i, planes, ByteSquare::All{});
            } else {
                ByteSquare copy = square;
                for (int64_t k = 0; k < used; ++k) {
                    store(copy.rows[k], planes[k] + i);
                }
            }
            if (i + kBlock >= count) {
                return;
            }
            i = std::min(i + kBlock, count - kBlock);
        }
    }

    template <size_t... I>
    SOFTACL_LOOP static void part_ints(const int32_t* from, int64_t at, int32_t* const* planes,
                                       std::index_sequence<I...> /*all*/) {
        IntSquare square;
        (load(from + I * kBlock, square.rows[I]), ...);
        square.transpose();
        (store(square.rows[I], planes[I] + at), ...);
    }
    SOFTACL_LOOP static void part_sums(const int32_t* from, int64_t count, int64_t used, int32_t* const* planes) {
        constexpr int64_t kLanes = Lanes::kCount;
        int64_t k = 0;
        for (; k + kLanes <= used && count >= kLanes; k += kLanes) {
            for (int64_t i = 0;;) {
                part_ints(from + i * kBlock + k, i, planes + k, typename IntSquare::All{});
                if (i + kLanes >= count) {
                    break;
                }
                i = std::min(i + kLanes, count - kLanes);
            }
        }
        for (; k < used; ++k) {
            for (int64_t i = 0; i < count; ++i) {
                planes[k][i] = from[i * kBlock + k];
            }
        }
    }

    SOFTACL_LOOP static float* fill(const Floats& none, int64_t count, float* to) {
        for (int64_t i = 0; i < count * kBlock; i += Lanes::kCount) {
            store(none, to + i);
        }
        return to + count * kBlock;
    }
    SOFTACL_LOOP static void fill_around(const PaddedLines& how, const Floats& none, float* to) {
        const int64_t right = how.columns - how.left - how.inside_columns;
        to = fill(none, how.top * how.columns, to);
        for (int64_t line = 0; line < how.inside_lines; ++line) {
            to = fill(none, how.left, to) + how.inside_columns * kBlock;
            to = fill(none, right, to);
        }
        fill(none, (how.lines - how.top - how.inside_lines) * how.columns, to);
    }
    /// Floats whose lowest byte is one of a picture, and whose other bytes are those of 2^23: so much more they are.
    SOFTACL_LOOP static void widen_quads(const uint8_t* from, const Floats& base, Floats (&to)[kQuad]) {
        using Quads = typename Lanes::Quads;
        using Halves = typename Lanes::Halves;
        constexpr uint16_t kTop = 0x4B00;
        Quads bytes;
        load(from, bytes);
        Halves low;
        Halves high;
        interleave<0>(bytes, Quads{}, low, Indices<sizeof(Quads)>{});
        interleave<1>(bytes, Quads{}, high, Indices<sizeof(Quads)>{});
        const Halves top = Halves{} + kTop;
        using All = Indices<sizeof(Quads) / sizeof(uint16_t)>;
        interleave<0>(low, top, to[0], All{});
        interleave<1>(low, top, to[1], All{});
        interleave<0>(high, top, to[2], All{});
        interleave<1>(high, top, to[3], All{});
        for (Floats& values : to) {
            values -= base;
        }
    }
    template <size_t kSize>
    using Indices = std::make_index_sequence<kSize>;
    /// The lower or the upper halves of each 16 bytes, elements of both in turn.
    template <size_t kUpper, class Vector, class To, size_t... I>
    SOFTACL_LOOP static void interleave(const Vector& a, const Vector& b, To& to, std::index_sequence<I...> /*all*/) {
        constexpr size_t kSize = sizeof...(I);
        constexpr size_t kPart = kBlock * kSize / sizeof(Vector);
        to = reinterpret_cast<To>(__builtin_shufflevector(
            a, b, static_cast<int>(I / kPart * kPart + kUpper * kPart / 2 + I % kPart / 2 + I % 2 * kSize)...));
    }

    SOFTACL_LOOP static void pad(const uint8_t* from, const PaddedLines& how, const int32_t* zeros, float* to) {
        constexpr float kMore = 8388608.0F;  // 2^23
        constexpr int64_t kLanes = Lanes::kCount;
        constexpr int64_t kParts = kBlock / kLanes;
        Floats base[kParts];
        for (int64_t part = 0; part < kParts; ++part) {
            Ints zero;
            load(zeros + part * kLanes, zero);
            base[part] = __builtin_convertvector(zero, Floats) + kMore;
        }
        // Zeros of which the compiler does not know, or else it calls memset() for each of a few elements.
        fill_around(how, base[0] - base[0], to);
        to += (how.top * how.columns + how.left) * kBlock;
        const int64_t gap = (how.columns - how.inside_columns) * kBlock;
        const int64_t columns = how.inside_columns;
        int64_t column = 0;
        const bool is_one = how.pitch == columns;  // line after line
        const int64_t run = is_one ? how.inside_lines * columns : columns;
        for (int64_t left = how.inside_lines * columns; left > 0; left -= run, from += how.pitch * kBlock) {
            for (int64_t i = 0; i < run; i += kQuad) {
                Floats values[kParts][kQuad];
                for (int64_t part = 0; part < kParts; ++part) {
                    widen_quads(from + i * kBlock + part * kLanes * kQuad, base[part], values[part]);
                }
                if (column + kQuad < columns) {
                    place(values, to, Indices<kQuad>{});
                    to += kQuad * kBlock;
                    column += kQuad;
                } else {  // the line ends here, or even some do
                    place_few(values, std::min(run - i, kQuad), columns, gap, column, to, Indices<kQuad>{});
                }
            }
        }
    }
    template <size_t kParts, size_t... I>
    SOFTACL_LOOP static void place(const Floats (&values)[kParts][kQuad], float* to,
                                   std::index_sequence<I...> /*all*/) {
        (place_one<I>(values, to + I * kBlock), ...);
    }
    template <size_t kElement, size_t kParts>
    SOFTACL_LOOP static void place_one(const Floats (&values)[kParts][kQuad], float* to) {
        for (size_t part = 0; part < kParts; ++part) {
            store(values[part][kElement], to + part * Lanes::kCount);
        }
    }
    template <size_t kParts, size_t... I>
    SOFTACL_LOOP static void place_few(const Floats (&values)[kParts][kQuad], int64_t count, int64_t columns,
                                       int64_t gap, int64_t& column, float*& to, std::index_sequence<I...> /*all*/) {
        (place_and_go_on<I>(values, count, columns, gap, column, to), ...);
    }
    template <size_t kElement, size_t kParts>
    SOFTACL_LOOP static void place_and_go_on(const Floats (&values)[kParts][kQuad], int64_t count, int64_t columns,
                                             int64_t gap, int64_t& column, float*& to) {
        if (static_cast<int64_t>(kElement) < count) {
            place_one<kElement>(values, to);
            to += kBlock;
            if (++column == columns) {
                column = 0;
                to += gap;
            }
        }
    }
};

SOFTACL_DISPATCH_LANES(join,
                       (const uint8_t* const* planes, int64_t count, const uint8_t* end, uint8_t flip, uint8_t* to),
                       (planes, count, end, flip, to))
SOFTACL_DISPATCH_LANES(part, (const uint8_t* from, int64_t count, int64_t used, uint8_t* const* planes),
                       (from, count, used, planes))
SOFTACL_DISPATCH_LANES(part_sums, (const int32_t* from, int64_t count, int64_t used, int32_t* const* planes),
                       (from, count, used, planes))
SOFTACL_DISPATCH_LANES(pad, (const uint8_t* from, const PaddedLines& how, const int32_t* zeros, float* to),
                       (from, how, zeros, to))
}  // namespace

void join_planes(const uint8_t* const* planes, int64_t count, const uint8_t* end, uint8_t flip, uint8_t* to) {
    join_best(planes, count, end, flip, to);
}
void part_planes(const uint8_t* from, int64_t count, int64_t used, uint8_t* const* planes) {
    part_best(from, count, used, planes);
}
void part_planes(const int32_t* from, int64_t count, int64_t used, int32_t* const* planes) {
    part_sums_best(from, count, used, planes);
}
void pad_block(const uint8_t* from, const PaddedLines& how, const std::array<int32_t, kBlock>& zeros, float* to) {
    pad_best(from, how, zeros.data(), to);
}
}  // namespace softacl::ops
