// SPDX-License-Identifier: Apache-2.0
#include "media/image/colour_rows.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

// Each loop is compiled several times; the processor decides at run time. Nothing of the standard library is called
// here, so that no function compiled for a newer processor can be taken for the common one.
#define SOFTACL_INLINE [[gnu::always_inline]] inline

namespace softacl::media {
namespace {

using Bytes = uint8_t* __restrict;
using Read = const uint8_t* __restrict;
using Vector = uint8_t __attribute__((vector_size(16)));

SOFTACL_INLINE Vector load16(const uint8_t* in) {
    Vector value;
    __builtin_memcpy(&value, in, sizeof(value));
    return value;
}
SOFTACL_INLINE void store16(Vector value, uint8_t* out) { __builtin_memcpy(out, &value, sizeof(value)); }

SOFTACL_INLINE void split2_all(Read pairs, size_t count, Bytes a, Bytes b) {
    for (size_t i = 0; i < count; ++i) {
        a[i] = pairs[2 * i];
        b[i] = pairs[2 * i + 1];
    }
}

SOFTACL_INLINE void split2_twice_all(Read pairs, size_t count, Bytes a, Bytes b) {
    for (size_t i = 0; i < count / 2; ++i) {
        a[2 * i] = a[2 * i + 1] = pairs[2 * i];
        b[2 * i] = b[2 * i + 1] = pairs[2 * i + 1];
    }
    if (count % 2 != 0) {
        a[count - 1] = pairs[count - 1];
        b[count - 1] = pairs[count];
    }
}

SOFTACL_INLINE void split422_all(Read in, size_t count, const uint8_t* place, Bytes y, Bytes u, Bytes v) {
    Read luma = in + place[0];
    Read first = in + place[1];
    Read second = in + place[2];
    for (size_t i = 0; i < count; ++i) {
        y[i] = luma[2 * i];
    }
    for (size_t i = 0; i < count / 2; ++i) {
        u[2 * i] = u[2 * i + 1] = first[4 * i];
        v[2 * i] = v[2 * i + 1] = second[4 * i];
    }
    if (count % 2 != 0) {
        u[count - 1] = first[2 * (count - 1)];
        v[count - 1] = second[2 * (count - 1)];
    }
}

SOFTACL_INLINE void split3_all(Read in, size_t count, Bytes a, Bytes b, Bytes c) {
    size_t i = 0;
    for (; i + 16 <= count; i += 16) {
        const Vector x = load16(in + 3 * i);
        const Vector y = load16(in + 3 * i + 16);
        const Vector z = load16(in + 3 * i + 32);
        const Vector a1 = __builtin_shufflevector(x, y, 0, 3, 6, 9, 12, 15, 18, 21, 24, 27, 30, 0, 0, 0, 0, 0);
        const Vector b1 = __builtin_shufflevector(x, y, 1, 4, 7, 10, 13, 16, 19, 22, 25, 28, 31, 0, 0, 0, 0, 0);
        const Vector c1 = __builtin_shufflevector(x, y, 2, 5, 8, 11, 14, 17, 20, 23, 26, 29, 0, 0, 0, 0, 0, 0);
        store16(__builtin_shufflevector(a1, z, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 17, 20, 23, 26, 29), a + i);
        store16(__builtin_shufflevector(b1, z, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 18, 21, 24, 27, 30), b + i);
        store16(__builtin_shufflevector(c1, z, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 16, 19, 22, 25, 28, 31), c + i);
    }
    for (; i < count; ++i) {
        a[i] = in[3 * i];
        b[i] = in[3 * i + 1];
        c[i] = in[3 * i + 2];
    }
}

SOFTACL_INLINE void split4_all(Read in, size_t count, Bytes a, Bytes b, Bytes c, Bytes d) {
    for (size_t i = 0; i < count; ++i) {
        a[i] = in[4 * i];
        b[i] = in[4 * i + 1];
        c[i] = in[4 * i + 2];
        d[i] = in[4 * i + 3];
    }
}

SOFTACL_INLINE void join2_all(Read a, Read b, size_t count, Bytes pairs) {
    for (size_t i = 0; i < count; ++i) {
        pairs[2 * i] = a[i];
        pairs[2 * i + 1] = b[i];
    }
}

SOFTACL_INLINE void join422_all(Read y, Read u, Read v, size_t groups, const uint8_t* place, Bytes out) {
    const size_t luma = place[0];
    const size_t first = place[1];
    const size_t second = place[2];
    for (size_t i = 0; i < groups; ++i) {
        out[4 * i + luma] = y[2 * i];
        out[4 * i + luma + 2] = y[2 * i + 1];
        out[4 * i + first] = u[i];
        out[4 * i + second] = v[i];
    }
}

SOFTACL_INLINE void join3_all(Read a, Read b, Read c, size_t count, Bytes out) {
    size_t i = 0;
    for (; i + 16 <= count; i += 16) {
        const Vector x = load16(a + i);
        const Vector y = load16(b + i);
        const Vector z = load16(c + i);
        const Vector xy1 = __builtin_shufflevector(x, y, 0, 16, 0, 1, 17, 0, 2, 18, 0, 3, 19, 0, 4, 20, 0, 5);
        const Vector xy2 = __builtin_shufflevector(x, y, 21, 0, 6, 22, 0, 7, 23, 0, 8, 24, 0, 9, 25, 0, 10, 26);
        const Vector xy3 = __builtin_shufflevector(x, y, 0, 11, 27, 0, 12, 28, 0, 13, 29, 0, 14, 30, 0, 15, 31, 0);
        store16(__builtin_shufflevector(xy1, z, 0, 1, 16, 3, 4, 17, 6, 7, 18, 9, 10, 19, 12, 13, 20, 15), out + 3 * i);
        store16(__builtin_shufflevector(xy2, z, 0, 21, 2, 3, 22, 5, 6, 23, 8, 9, 24, 11, 12, 25, 14, 15),
                out + 3 * i + 16);
        store16(__builtin_shufflevector(xy3, z, 26, 1, 2, 27, 4, 5, 28, 7, 8, 29, 10, 11, 30, 13, 14, 31),
                out + 3 * i + 32);
    }
    for (; i < count; ++i) {
        out[3 * i] = a[i];
        out[3 * i + 1] = b[i];
        out[3 * i + 2] = c[i];
    }
}

SOFTACL_INLINE void join4_all(Read a, Read b, Read c, Read d, size_t count, Bytes out) {
    for (size_t i = 0; i < count; ++i) {
        out[4 * i] = a[i];
        out[4 * i + 1] = b[i];
        out[4 * i + 2] = c[i];
        out[4 * i + 3] = d[i];
    }
}

SOFTACL_INLINE void mean_columns_all(Read in, size_t count, Bytes out) {
    for (size_t i = 0; i < count; ++i) {
        out[i] = static_cast<uint8_t>((in[2 * i] + in[2 * i + 1] + 1) >> 1);
    }
}

SOFTACL_INLINE void mean_rows_all(Read first, Read second, size_t count, Bytes out) {
    for (size_t i = 0; i < count; ++i) {
        out[i] = static_cast<uint8_t>((first[i] + second[i] + 1) >> 1);
    }
}

SOFTACL_INLINE void mean_both_all(Read first, Read second, size_t count, Bytes out) {
    for (size_t i = 0; i < count; ++i) {
        out[i] = static_cast<uint8_t>((first[2 * i] + first[2 * i + 1] + second[2 * i] + second[2 * i + 1] + 2) >> 2);
    }
}

constexpr int16_t kRoundRgb = 16 + 1;  // a half in 1/32, and about half of what products lose
constexpr int16_t kRoundYuv = 32 + 2;  // a half in 1/64; exact halves go upwards whatever three products have lost

SOFTACL_INLINE uint8_t clamp_byte(int16_t value) {
    value = value < 0 ? int16_t{0} : value;
    return static_cast<uint8_t>(value > 255 ? 255 : value);
}

/// (a * b) >> 16
SOFTACL_INLINE int16_t high(int16_t a, int16_t b) { return static_cast<int16_t>((a * b) >> 16); }

SOFTACL_INLINE void to_rgb_row(const YuvToRgb& colours, size_t begin, size_t count, Read y_row, Read u_row, Read v_row,
                               Bytes r, Bytes g, Bytes b) {
    const YuvToRgb k = colours;
    for (size_t i = begin; i < count; ++i) {
        const auto u = static_cast<int16_t>((u_row[i] - 128) * 256);
        const auto v = static_cast<int16_t>((v_row[i] - 128) * 256);
        const auto luma =
            static_cast<int16_t>(high(static_cast<int16_t>((y_row[i] - k.bias) * 128), k.luma) + kRoundRgb);
        r[i] = clamp_byte(static_cast<int16_t>(static_cast<int16_t>(luma + high(v, k.red_v)) >> 5));
        g[i] =
            clamp_byte(static_cast<int16_t>(static_cast<int16_t>(luma + high(u, k.green_u) + high(v, k.green_v)) >> 5));
        b[i] = clamp_byte(static_cast<int16_t>(static_cast<int16_t>(luma + high(u, k.blue_u)) >> 5));
    }
}

SOFTACL_INLINE void to_rgb_all(const YuvToRgb& colours, size_t begin, size_t count, const uint8_t* const* yuv,
                               uint8_t* const* rgb) {
    to_rgb_row(colours, begin, count, yuv[0], yuv[1], yuv[2], rgb[0], rgb[1], rgb[2]);
}

SOFTACL_INLINE void to_component(const RgbToYuv& colours, size_t begin, size_t count, Read r, Read g, Read b,
                                 Bytes out) {
    const auto bias = static_cast<int16_t>(colours.bias + kRoundYuv);
    const int16_t fr = colours.factors[0];
    const int16_t fg = colours.factors[1];
    const int16_t fb = colours.factors[2];
    for (size_t i = begin; i < count; ++i) {
        const auto sum = static_cast<int16_t>(high(static_cast<int16_t>(r[i] * 128), fr) +
                                              high(static_cast<int16_t>(g[i] * 128), fg) +
                                              high(static_cast<int16_t>(b[i] * 128), fb) + bias);
        out[i] = clamp_byte(static_cast<int16_t>(sum >> 6));
    }
}

SOFTACL_INLINE void to_yuv_all(const RgbToYuv* colours, size_t components, size_t begin, size_t count,
                               const uint8_t* const* rgb, uint8_t* const* yuv) {
    for (size_t i = 0; i < components; ++i) {
        to_component(colours[i], begin, count, rgb[0], rgb[1], rgb[2], yuv[i]);
    }
}

#define SOFTACL_COLOUR_ROWS(NAME, TARGET, TO_RGB, TO_YUV)                                                              \
    struct NAME {                                                                                                      \
        TARGET static void split2(const uint8_t* pairs, size_t count, uint8_t* a, uint8_t* b) {                        \
            split2_all(pairs, count, a, b);                                                                            \
        }                                                                                                              \
        TARGET static void split2_twice(const uint8_t* pairs, size_t count, uint8_t* a, uint8_t* b) {                  \
            split2_twice_all(pairs, count, a, b);                                                                      \
        }                                                                                                              \
        TARGET static void split422(const uint8_t* in, size_t count, const uint8_t* place, uint8_t* y, uint8_t* u,     \
                                    uint8_t* v) {                                                                      \
            split422_all(in, count, place, y, u, v);                                                                   \
        }                                                                                                              \
        TARGET static void split3(const uint8_t* in, size_t count, uint8_t* a, uint8_t* b, uint8_t* c) {               \
            split3_all(in, count, a, b, c);                                                                            \
        }                                                                                                              \
        TARGET static void split4(const uint8_t* in, size_t count, uint8_t* a, uint8_t* b, uint8_t* c, uint8_t* d) {   \
            split4_all(in, count, a, b, c, d);                                                                         \
        }                                                                                                              \
        TARGET static void join2(const uint8_t* a, const uint8_t* b, size_t count, uint8_t* pairs) {                   \
            join2_all(a, b, count, pairs);                                                                             \
        }                                                                                                              \
        TARGET static void join422(const uint8_t* y, const uint8_t* u, const uint8_t* v, size_t groups,                \
                                   const uint8_t* place, uint8_t* out) {                                               \
            join422_all(y, u, v, groups, place, out);                                                                  \
        }                                                                                                              \
        TARGET static void join3(const uint8_t* a, const uint8_t* b, const uint8_t* c, size_t count, uint8_t* out) {   \
            join3_all(a, b, c, count, out);                                                                            \
        }                                                                                                              \
        TARGET static void join4(const uint8_t* a, const uint8_t* b, const uint8_t* c, const uint8_t* d, size_t count, \
                                 uint8_t* out) {                                                                       \
            join4_all(a, b, c, d, count, out);                                                                         \
        }                                                                                                              \
        TARGET static void mean_columns(const uint8_t* in, size_t count, uint8_t* out) {                               \
            mean_columns_all(in, count, out);                                                                          \
        }                                                                                                              \
        TARGET static void mean_rows(const uint8_t* first, const uint8_t* second, size_t count, uint8_t* out) {        \
            mean_rows_all(first, second, count, out);                                                                  \
        }                                                                                                              \
        TARGET static void mean_both(const uint8_t* first, const uint8_t* second, size_t count, uint8_t* out) {        \
            mean_both_all(first, second, count, out);                                                                  \
        }                                                                                                              \
        TARGET static void to_rgb(const YuvToRgb& colours, size_t count, const uint8_t* const* yuv,                    \
                                  uint8_t* const* rgb) {                                                               \
            to_rgb_all(colours, TO_RGB(colours, count, yuv, rgb), count, yuv, rgb);                                    \
        }                                                                                                              \
        TARGET static void to_yuv(const RgbToYuv* colours, size_t components, size_t count, const uint8_t* const* rgb, \
                                  uint8_t* const* yuv) {                                                               \
            to_yuv_all(colours, components, TO_YUV(colours, components, count, rgb, yuv), count, rgb, yuv);            \
        }                                                                                                              \
        static constexpr ColourRows kAll = {split2, split2_twice, split422,     split3,    split4,    join2,  join422, \
                                            join3,  join4,        mean_columns, mean_rows, mean_both, to_rgb, to_yuv}; \
    };

// How many pixels were done in wide steps; the plain loops do the rest.
SOFTACL_INLINE size_t no_rgb(const YuvToRgb&, size_t, const uint8_t* const*, uint8_t* const*) { return 0; }
SOFTACL_INLINE size_t no_yuv(const RgbToYuv*, size_t, size_t, const uint8_t* const*, uint8_t* const*) { return 0; }
SOFTACL_COLOUR_ROWS(Common, , no_rgb, no_yuv)

#if defined(__x86_64__)
#define SOFTACL_AVX2 [[gnu::target("avx2")]]

// The same arithmetic, 32 pixels at once. Bytes become words as two halves, which the instruction that narrows them
// also puts together, and which clamps on the way.
struct Words {
    __m256i low;
    __m256i high;
};
SOFTACL_AVX2 SOFTACL_INLINE __m256i load32(const uint8_t* in) {
    return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(in));
}
// 256 times the bytes.
SOFTACL_AVX2 SOFTACL_INLINE Words widen(__m256i bytes) {
    const __m256i zero = _mm256_setzero_si256();
    return {_mm256_unpacklo_epi8(zero, bytes), _mm256_unpackhi_epi8(zero, bytes)};
}
SOFTACL_AVX2 SOFTACL_INLINE Words halve(Words a) { return {_mm256_srli_epi16(a.low, 1), _mm256_srli_epi16(a.high, 1)}; }
SOFTACL_AVX2 SOFTACL_INLINE Words operator+(Words a, Words b) {
    return {_mm256_add_epi16(a.low, b.low), _mm256_add_epi16(a.high, b.high)};
}
SOFTACL_AVX2 SOFTACL_INLINE Words operator+(Words a, __m256i b) { return a + Words{b, b}; }
SOFTACL_AVX2 SOFTACL_INLINE Words times(Words a, __m256i b) {
    return {_mm256_mulhi_epi16(a.low, b), _mm256_mulhi_epi16(a.high, b)};
}
template <int kShift>
SOFTACL_AVX2 SOFTACL_INLINE void store32(Words a, uint8_t* out) {
    const __m256i bytes = _mm256_packus_epi16(_mm256_srai_epi16(a.low, kShift), _mm256_srai_epi16(a.high, kShift));
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(out), bytes);
}

SOFTACL_AVX2 SOFTACL_INLINE size_t wide_rgb(const YuvToRgb& colours, size_t count, const uint8_t* const* yuv,
                                            uint8_t* const* rgb) {
    const YuvToRgb k = colours;
    const __m256i middle = _mm256_set1_epi8(-128);
    const __m256i bias = _mm256_set1_epi16(static_cast<int16_t>(-128 * k.bias));
    size_t i = 0;
    for (; i + 32 <= count; i += 32) {
        const Words u = widen(_mm256_xor_si256(load32(yuv[1] + i), middle));
        const Words v = widen(_mm256_xor_si256(load32(yuv[2] + i), middle));
        const Words y = halve(widen(load32(yuv[0] + i))) + bias;
        const Words luma = times(y, _mm256_set1_epi16(k.luma)) + _mm256_set1_epi16(kRoundRgb);
        store32<5>(luma + times(v, _mm256_set1_epi16(k.red_v)), rgb[0] + i);
        store32<5>(luma + times(u, _mm256_set1_epi16(k.green_u)) + times(v, _mm256_set1_epi16(k.green_v)), rgb[1] + i);
        store32<5>(luma + times(u, _mm256_set1_epi16(k.blue_u)), rgb[2] + i);
    }
    return i;
}

SOFTACL_AVX2 SOFTACL_INLINE size_t wide_yuv(const RgbToYuv* colours, size_t components, size_t count,
                                            const uint8_t* const* rgb, uint8_t* const* yuv) {
    size_t i = 0;
    for (; i + 32 <= count; i += 32) {
        const Words r = halve(widen(load32(rgb[0] + i)));
        const Words g = halve(widen(load32(rgb[1] + i)));
        const Words b = halve(widen(load32(rgb[2] + i)));
        for (size_t c = 0; c < components; ++c) {
            const RgbToYuv& k = colours[c];
            const Words sum = times(r, _mm256_set1_epi16(k.factors[0])) + times(g, _mm256_set1_epi16(k.factors[1])) +
                              times(b, _mm256_set1_epi16(k.factors[2])) +
                              _mm256_set1_epi16(static_cast<int16_t>(k.bias + kRoundYuv));
            store32<6>(sum, yuv[c] + i);
        }
    }
    return i;
}

SOFTACL_COLOUR_ROWS(Avx2, SOFTACL_AVX2, wide_rgb, wide_yuv)
#endif

}  // namespace

const ColourRows& colour_rows() {
#if defined(__x86_64__)
    static const ColourRows& best = __builtin_cpu_supports("avx2") ? Avx2::kAll : Common::kAll;
    return best;
#else
    return Common::kAll;
#endif
}

const ColourRows& plain_colour_rows() { return Common::kAll; }

}  // namespace softacl::media
