// SPDX-License-Identifier: Apache-2.0
#include "kernels/onednn/narrow_bytes_rows.h"

#include <algorithm>
#include <array>
#include <cstring>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace softacl::kernels {

#if defined(__x86_64__)

namespace {

#define SOFTACL_VNNI [[gnu::target("avx512f,avx512bw,avx512vl,avx512vnni")]]

constexpr int64_t kLanes = 16;  // sums in a register
static_assert(kLanes == kNarrowBlock);
constexpr int64_t kStored = kNarrowBlock * kNarrowGroup;

// The instruction multiplies bytes without sign by bytes with one, so 128 is added to the former, here the second
// operand, when it is rearranged: sums begin with what that adds to them.
constexpr uint8_t kShift = 0x80;

// Sixteen columns of four rows. What is outside of the operand counts 0 times: its factors are.
void pack_group(const NarrowOperand& from, int64_t row, int64_t column, uint8_t* to) {
    const int64_t rows = std::min(kNarrowGroup, from.k - row);
    const int64_t columns = std::min(kNarrowBlock, from.n - column);
    const int8_t* const b = from.b + row * from.row_step + column * from.column_step;
    if (from.column_step == 1 && rows == kNarrowGroup && columns == kNarrowBlock) {
        const auto load = [&](int64_t i) {
            return _mm_loadu_si128(reinterpret_cast<const __m128i*>(b + i * from.row_step));
        };
        const auto store = [&](int64_t i, __m128i bytes) {
            _mm_storeu_si128(reinterpret_cast<__m128i*>(to) + i,
                             _mm_xor_si128(bytes, _mm_set1_epi8(static_cast<char>(kShift))));
        };
        const __m128i first = load(0);
        const __m128i second = load(1);
        const __m128i third = load(2);
        const __m128i fourth = load(3);
        const __m128i low_pairs = _mm_unpacklo_epi8(first, second);
        const __m128i high_pairs = _mm_unpackhi_epi8(first, second);
        const __m128i low_others = _mm_unpacklo_epi8(third, fourth);
        const __m128i high_others = _mm_unpackhi_epi8(third, fourth);
        store(0, _mm_unpacklo_epi16(low_pairs, low_others));
        store(1, _mm_unpackhi_epi16(low_pairs, low_others));
        store(2, _mm_unpacklo_epi16(high_pairs, high_others));
        store(3, _mm_unpackhi_epi16(high_pairs, high_others));
        return;
    }
    std::array<uint8_t, kStored> group{};
    for (int64_t j = 0; j < columns; ++j) {
        for (int64_t i = 0; i < rows; ++i) {
            group[static_cast<size_t>(j * kNarrowGroup + i)] =
                static_cast<uint8_t>(b[i * from.row_step + j * from.column_step]) ^ kShift;
        }
    }
    std::memcpy(to, group.data(), kStored);
}

// The elements [0, count) of four, the others 0.
int32_t four_bytes(const int8_t* from, int64_t count) {
    int32_t four = 0;
    std::memcpy(&four, from, static_cast<size_t>(count));
    return four;
}

SOFTACL_VNNI int32_t sum_of_row(const int8_t* row, int64_t k) {
    constexpr int64_t kBytes = 64;
    const __m512i ones = _mm512_set1_epi8(1);
    __m512i sums = _mm512_setzero_si512();
    int64_t i = 0;
    for (; i + kBytes <= k; i += kBytes) {
        sums = _mm512_dpbusd_epi32(sums, ones, _mm512_loadu_si512(row + i));
    }
    if (i < k) {
        const __mmask64 rest = (uint64_t{1} << (k - i)) - 1;
        sums = _mm512_dpbusd_epi32(sums, ones, _mm512_maskz_loadu_epi8(rest, row + i));
    }
    std::array<uint32_t, kLanes> parts;
    _mm512_storeu_si512(parts.data(), sums);
    uint32_t total = 0;
    for (const uint32_t part : parts) {
        total += part;
    }
    return static_cast<int32_t>(total);
}

struct Tile {
    const int8_t* a;
    int64_t a_step;
    const uint8_t* packed;
    int64_t n;  // columns
    int64_t k;
    int32_t* y;
    int64_t y_step;
};

template <int kRows, int kBlocks>
using Sums = __m512i[kRows][kBlocks];

template <int kRows, int kBlocks>
SOFTACL_VNNI [[gnu::always_inline]] inline void add_group(const Tile& tile, int64_t group, int64_t count,
                                                          Sums<kRows, kBlocks>& sums) {
    __m512i columns[kBlocks];
#pragma GCC unroll 4
    for (int j = 0; j < kBlocks; ++j) {
        columns[j] = _mm512_loadu_si512(tile.packed + (group * kBlocks + j) * kStored);
    }
#pragma GCC unroll 12
    for (int i = 0; i < kRows; ++i) {
        const __m512i row = _mm512_set1_epi32(four_bytes(tile.a + i * tile.a_step + group * kNarrowGroup, count));
#pragma GCC unroll 4
        for (int j = 0; j < kBlocks; ++j) {
            // Of the function for this instruction g++ makes copies of the sums, more than there are registers.
            asm("vpdpbusd %2, %1, %0" : "+v"(sums[i][j]) : "v"(columns[j]), "v"(row));
        }
    }
}

template <int kRows, int kBlocks>
SOFTACL_VNNI void multiply_tile(const Tile& tile) {
    Sums<kRows, kBlocks> sums;
#pragma GCC unroll 12
    for (int i = 0; i < kRows; ++i) {
        const int32_t sum = sum_of_row(tile.a + i * tile.a_step, tile.k);
#pragma GCC unroll 4
        for (int j = 0; j < kBlocks; ++j) {
            sums[i][j] = _mm512_set1_epi32(static_cast<int32_t>(0U - kShift * static_cast<uint32_t>(sum)));
        }
    }
    const int64_t whole = tile.k / kNarrowGroup;
    for (int64_t group = 0; group < whole; ++group) {
        add_group<kRows, kBlocks>(tile, group, kNarrowGroup, sums);
    }
    if (const int64_t rest = tile.k % kNarrowGroup; rest != 0) {
        add_group<kRows, kBlocks>(tile, whole, rest, sums);
    }
#pragma GCC unroll 4
    for (int j = 0; j < kBlocks; ++j) {
        const int64_t columns = std::min(kLanes, tile.n - j * kLanes);
        const auto there = static_cast<__mmask16>((1U << columns) - 1);
#pragma GCC unroll 12
        for (int i = 0; i < kRows; ++i) {
            _mm512_mask_storeu_epi32(tile.y + i * tile.y_step + j * kLanes, there, sums[i][j]);
        }
    }
}

// As many sums as registers hold, and enough that none waits for the one before.
template <int kBlocks>
constexpr int kTileRows = kBlocks == 1   ? 12
                          : kBlocks == 2 ? 8
                                         : 6;

// Tiles of so many rows while there are as many. How many rows are left.
template <int kRows, int kBlocks>
int64_t multiply_tiles(Tile& tile, int64_t rows) {
    for (; rows >= kRows; rows -= kRows) {
        multiply_tile<kRows, kBlocks>(tile);
        tile.a += kRows * tile.a_step;
        tile.y += kRows * tile.y_step;
    }
    return rows;
}

template <int kBlocks>
void multiply_rows(Tile tile, int64_t rows) {
    constexpr int kRows = kTileRows<kBlocks>;
    rows = multiply_tiles<kRows, kBlocks>(tile, rows);
    rows = multiply_tiles<kRows / 2, kBlocks>(tile, rows);
    multiply_tiles<1, kBlocks>(tile, rows);
}

int64_t blocks_of(int64_t n) { return (n + kNarrowBlock - 1) / kNarrowBlock; }

}  // namespace

bool has_narrow_bytes() {
    static const bool kHas = __builtin_cpu_supports("avx512vnni") != 0 && __builtin_cpu_supports("avx512bw") != 0 &&
                             __builtin_cpu_supports("avx512vl") != 0;
    return kHas;
}

void pack_narrow(const NarrowOperand& from, int64_t begin, int64_t end, uint8_t* packed) {
    const int64_t blocks = blocks_of(from.n);
    for (int64_t group = begin; group < end; ++group) {
        for (int64_t block = 0; block < blocks; ++block) {
            pack_group(from, group * kNarrowGroup, block * kNarrowBlock, packed + (group * blocks + block) * kStored);
        }
    }
}

int64_t narrow_tile(int64_t n) {
    switch (blocks_of(n)) {
        case 1: return kTileRows<1>;
        case 2: return kTileRows<2>;
        case 3: return kTileRows<3>;
        default: return kTileRows<4>;
    }
}

void multiply_narrow(const int8_t* a, int64_t a_step, int64_t rows, const uint8_t* packed, int64_t n, int64_t k,
                     int32_t* y, int64_t y_step) {
    const Tile tile = {a, a_step, packed, n, k, y, y_step};
    switch (blocks_of(n)) {
        case 1: return multiply_rows<1>(tile, rows);
        case 2: return multiply_rows<2>(tile, rows);
        case 3: return multiply_rows<3>(tile, rows);
        default: return multiply_rows<4>(tile, rows);
    }
}

#else

bool has_narrow_bytes() { return false; }
void pack_narrow(const NarrowOperand&, int64_t, int64_t, uint8_t*) {}
int64_t narrow_tile(int64_t) { return 1; }
void multiply_narrow(const int8_t*, int64_t, int64_t, const uint8_t*, int64_t, int64_t, int32_t*, int64_t) {}

#endif

}  // namespace softacl::kernels
