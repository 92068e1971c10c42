// SPDX-License-Identifier: Apache-2.0
#include "media/image/resize_rows.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

// Each loop is compiled several times; the processor decides at run time. Nothing of the standard library is called
// here, so that no function compiled for a newer processor can be taken for the common one.
#define SOFTACL_INLINE [[gnu::always_inline]] inline

namespace softacl::media {
namespace {

template <uint32_t kChannels>
SOFTACL_INLINE void stretch_from(const PairTaps& taps, size_t begin, const uint8_t* in, int16_t* __restrict out) {
    for (size_t i = begin; i < taps.paired; ++i) {
        const uint8_t* pixel = in + taps.offset[i];
        const int32_t w0 = taps.weights[2 * i];
        const int32_t w1 = taps.weights[2 * i + 1];
        for (uint32_t c = 0; c < kChannels; ++c) {
            out[i * kChannels + c] = static_cast<int16_t>((w0 * pixel[c] + w1 * pixel[c + kChannels]) >> 4);
        }
    }
    for (size_t i = begin < taps.paired ? taps.paired : begin; i < taps.count; ++i) {
        const uint8_t* pixel = in + taps.offset[i];
        for (uint32_t c = 0; c < kChannels; ++c) {
            out[i * kChannels + c] = static_cast<int16_t>((taps.weights[2 * i] * pixel[c]) >> 4);
        }
    }
}

SOFTACL_INLINE void stretch_rest(const PairTaps& taps, size_t begin, const uint8_t* in, int16_t* out) {
    switch (taps.channels) {
        case 1: stretch_from<1>(taps, begin, in, out); break;
        case 2: stretch_from<2>(taps, begin, in, out); break;
        case 3: stretch_from<3>(taps, begin, in, out); break;
        default: stretch_from<4>(taps, begin, in, out);
    }
}

SOFTACL_INLINE void blend_all(int16_t w0, int16_t w1, size_t count, const int16_t* __restrict first,
                              const int16_t* __restrict second, uint8_t* __restrict out) {
    for (size_t i = 0; i < count; ++i) {
        const auto high0 = static_cast<int16_t>((w0 * first[i]) >> 16);
        const auto high1 = static_cast<int16_t>((w1 * second[i]) >> 16);
        out[i] = static_cast<uint8_t>(static_cast<int16_t>(high0 + high1 + 2) >> 2);
    }
}

template <uint32_t kChannels>
SOFTACL_INLINE void filter_all(size_t begin, const FilterTaps& taps, const uint8_t* in, int16_t* __restrict out) {
    constexpr int32_t kHalf = 1 << 7;
    for (size_t i = begin; i < taps.count; ++i) {
        const uint8_t* pixel = in + taps.offset[i];
        const int16_t* weights = taps.weights + i * taps.taps;
        int32_t sum[kChannels] = {};
        for (uint32_t k = 0; k < taps.taps; ++k) {
            for (uint32_t c = 0; c < kChannels; ++c) {
                sum[c] += weights[k] * pixel[k * kChannels + c];
            }
        }
        for (uint32_t c = 0; c < kChannels; ++c) {
            out[i * kChannels + c] = static_cast<int16_t>((sum[c] + kHalf) >> 8);
        }
    }
}

SOFTACL_INLINE void weigh_all(const int16_t* weights, size_t taps, size_t count, const int16_t* const* rows,
                              uint8_t* __restrict out) {
    constexpr size_t kBlock = 128;
    for (size_t begin = 0; begin < count; begin += kBlock) {
        const size_t size = count - begin < kBlock ? count - begin : kBlock;
        int32_t sum[kBlock];
        for (size_t i = 0; i < kBlock; ++i) {
            sum[i] = 1 << 19;
        }
        for (size_t k = 0; k < taps; ++k) {
            const int16_t* __restrict row = rows[k] + begin;
            const int32_t weight = weights[k];
            for (size_t i = 0; i < size; ++i) {
                sum[i] += weight * row[i];
            }
        }
        for (size_t i = 0; i < size; ++i) {
            int32_t value = sum[i] >> 20;
            value = value < 0 ? 0 : value;
            out[begin + i] = static_cast<uint8_t>(value > 255 ? 255 : value);
        }
    }
}

template <uint32_t kChannels>
SOFTACL_INLINE void pick_all(const int32_t* offset, size_t count, const uint8_t* in, uint8_t* __restrict out) {
    for (size_t i = 0; i < count; ++i) {
        for (uint32_t c = 0; c < kChannels; ++c) {
            out[i * kChannels + c] = in[static_cast<size_t>(offset[i]) + c];
        }
    }
}

template <uint32_t kChannels>
SOFTACL_INLINE void halve_all(size_t begin, size_t count, const uint8_t* __restrict first,
                              const uint8_t* __restrict second, uint8_t* __restrict out) {
    for (size_t i = begin; i < count; ++i) {
        for (uint32_t c = 0; c < kChannels; ++c) {
            const size_t a = 2 * i * kChannels + c;
            const size_t b = a + kChannels;
            out[i * kChannels + c] = static_cast<uint8_t>((first[a] + first[b] + second[a] + second[b] + 2) >> 2);
        }
    }
}

#define SOFTACL_BY_CHANNELS(FUNCTION, ...)       \
    switch (channels) {                          \
        case 1: FUNCTION<1>(__VA_ARGS__); break; \
        case 2: FUNCTION<2>(__VA_ARGS__); break; \
        case 3: FUNCTION<3>(__VA_ARGS__); break; \
        default: FUNCTION<4>(__VA_ARGS__);       \
    }

#define SOFTACL_RESIZE_ROWS(NAME, TARGET, STRETCH, WINDOWS, FILTER, HALVE)                                          \
    struct NAME {                                                                                                   \
        TARGET static void stretch(const PairTaps& taps, const uint8_t* in, int16_t* out) {                         \
            stretch_rest(taps, STRETCH(taps, in, out), in, out);                                                    \
        }                                                                                                           \
        TARGET static void blend(int16_t w0, int16_t w1, size_t count, const int16_t* first, const int16_t* second, \
                                 uint8_t* out) {                                                                    \
            blend_all(w0, w1, count, first, second, out);                                                           \
        }                                                                                                           \
        TARGET static void filter(const FilterTaps& taps, const uint8_t* in, int16_t* out) {                        \
            const uint32_t channels = taps.channels;                                                                \
            const size_t done = FILTER(taps, in, out);                                                              \
            SOFTACL_BY_CHANNELS(filter_all, done, taps, in, out)                                                    \
        }                                                                                                           \
        TARGET static void weigh(const int16_t* weights, size_t taps, size_t count, const int16_t* const* rows,     \
                                 uint8_t* out) {                                                                    \
            weigh_all(weights, taps, count, rows, out);                                                             \
        }                                                                                                           \
        TARGET static void pick(const int32_t* offset, size_t count, uint32_t channels, const uint8_t* in,          \
                                uint8_t* out){SOFTACL_BY_CHANNELS(pick_all, offset, count, in, out)} TARGET         \
            static void halve(size_t count, uint32_t channels, const uint8_t* first, const uint8_t* second,         \
                              uint8_t* out) {                                                                       \
            const size_t done = HALVE(count, channels, first, second, out);                                         \
            SOFTACL_BY_CHANNELS(halve_all, done, count, first, second, out)                                         \
        }                                                                                                           \
        static constexpr ResizeRows kAll = {stretch, WINDOWS, blend, filter, weigh, pick, halve};                   \
    };

SOFTACL_INLINE size_t filter_none(const FilterTaps&, const uint8_t*, int16_t*) { return 0; }
SOFTACL_INLINE size_t halve_none(size_t, uint32_t, const uint8_t*, const uint8_t*, uint8_t*) { return 0; }
SOFTACL_INLINE size_t stretch_none(const PairTaps&, const uint8_t*, int16_t*) { return 0; }
SOFTACL_RESIZE_ROWS(Common, , stretch_none, nullptr, filter_none, halve_none)

#if defined(__x86_64__)
#define SOFTACL_AVX2 [[gnu::target("avx2")]]

// Bytes of neighbours, gathered by pixel, become pairs of words, which one instruction weighs and adds.
SOFTACL_AVX2 __m256i gather(const PairTaps& taps, size_t i, const uint8_t* in) {
    const __m256i offset = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(taps.offset + i));
    return _mm256_i32gather_epi32(reinterpret_cast<const int*>(in), offset, 1);
}
SOFTACL_AVX2 __m256i load_weights(const PairTaps& taps, size_t i) {
    return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(taps.weights + 2 * i));
}

SOFTACL_AVX2 size_t stretch_1(const PairTaps& taps, const uint8_t* in, int16_t* out) {
    const __m256i words = _mm256_setr_epi8(0, -1, 1, -1, 4, -1, 5, -1, 8, -1, 9, -1, 12, -1, 13, -1,  //
                                           0, -1, 1, -1, 4, -1, 5, -1, 8, -1, 9, -1, 12, -1, 13, -1);
    size_t i = 0;
    for (; i + 16 <= taps.wide; i += 16) {
        const __m256i a = _mm256_madd_epi16(_mm256_shuffle_epi8(gather(taps, i, in), words), load_weights(taps, i));
        const __m256i b =
            _mm256_madd_epi16(_mm256_shuffle_epi8(gather(taps, i + 8, in), words), load_weights(taps, i + 8));
        const __m256i both = _mm256_packs_epi32(_mm256_srai_epi32(a, 4), _mm256_srai_epi32(b, 4));
        _mm256_storeu_si256(reinterpret_cast<__m256i*>(out + i), _mm256_permute4x64_epi64(both, 0xD8));
    }
    return i;
}

SOFTACL_AVX2 size_t stretch_2(const PairTaps& taps, const uint8_t* in, int16_t* out) {
    const __m256i low = _mm256_setr_epi8(0, -1, 2, -1, 1, -1, 3, -1, 4, -1, 6, -1, 5, -1, 7, -1,  //
                                         0, -1, 2, -1, 1, -1, 3, -1, 4, -1, 6, -1, 5, -1, 7, -1);
    const __m256i high = _mm256_add_epi8(low, _mm256_set1_epi16(8));
    size_t i = 0;
    for (; i + 8 <= taps.wide; i += 8) {
        const __m256i pixels = gather(taps, i, in);
        const __m256i weights = load_weights(taps, i);
        const __m256i a = _mm256_madd_epi16(_mm256_shuffle_epi8(pixels, low), _mm256_unpacklo_epi32(weights, weights));
        const __m256i b = _mm256_madd_epi16(_mm256_shuffle_epi8(pixels, high), _mm256_unpackhi_epi32(weights, weights));
        _mm256_storeu_si256(reinterpret_cast<__m256i*>(out + 2 * i),
                            _mm256_packs_epi32(_mm256_srai_epi32(a, 4), _mm256_srai_epi32(b, 4)));
    }
    return i;
}

// The eight bytes behind an offset are all of two neighbours, whether of three or of four channels.
SOFTACL_AVX2 __m128i weigh_pixel(const PairTaps& taps, size_t i, const uint8_t* in, __m128i words) {
    const __m128i pixel = _mm_loadl_epi64(reinterpret_cast<const __m128i*>(in + taps.offset[i]));
    int32_t both = 0;
    __builtin_memcpy(&both, taps.weights + 2 * i, sizeof(both));
    const __m128i weights = _mm_set1_epi32(both);
    return _mm_srai_epi32(_mm_madd_epi16(_mm_shuffle_epi8(pixel, words), weights), 4);
}

SOFTACL_AVX2 size_t stretch_3(const PairTaps& taps, const uint8_t* in, int16_t* out) {
    const __m128i words = _mm_setr_epi8(0, -1, 3, -1, 1, -1, 4, -1, 2, -1, 5, -1, -1, -1, -1, -1);
    const __m128i close = _mm_setr_epi8(0, 1, 2, 3, 4, 5, 8, 9, 10, 11, 12, 13, -1, -1, -1, -1);
    size_t i = 0;
    for (; i + 3 <= taps.wide; i += 2) {  // each store covers a third pixel, too
        const __m128i both = _mm_packs_epi32(weigh_pixel(taps, i, in, words), weigh_pixel(taps, i + 1, in, words));
        _mm_storeu_si128(reinterpret_cast<__m128i*>(out + 3 * i), _mm_shuffle_epi8(both, close));
    }
    return i;
}

SOFTACL_AVX2 size_t stretch_4(const PairTaps& taps, const uint8_t* in, int16_t* out) {
    const __m128i words = _mm_setr_epi8(0, -1, 4, -1, 1, -1, 5, -1, 2, -1, 6, -1, 3, -1, 7, -1);
    size_t i = 0;
    for (; i + 2 <= taps.wide; i += 2) {
        const __m128i both = _mm_packs_epi32(weigh_pixel(taps, i, in, words), weigh_pixel(taps, i + 1, in, words));
        _mm_storeu_si128(reinterpret_cast<__m128i*>(out + 4 * i), both);
    }
    return i;
}

SOFTACL_AVX2 SOFTACL_INLINE size_t stretch_wide(const PairTaps& taps, const uint8_t* in, int16_t* out) {
    switch (taps.channels) {
        case 1: return stretch_1(taps, in, out);
        case 2: return stretch_2(taps, in, out);
        case 3: return stretch_3(taps, in, out);
        default: return stretch_4(taps, in, out);
    }
}

SOFTACL_AVX2 __m256i two_groups(const WindowTaps& taps, size_t group, const uint8_t* in) {
    const __m128i* low = reinterpret_cast<const __m128i*>(in + taps.base[group]);
    const __m128i* high = reinterpret_cast<const __m128i*>(in + taps.base[group + 1]);
    const __m256i bytes =
        _mm256_inserti128_si256(_mm256_castsi128_si256(_mm_loadu_si128(low)), _mm_loadu_si128(high), 1);
    const __m256i mask = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(taps.mask + 16 * group));
    const __m256i weights = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(taps.weights + 8 * group));
    return _mm256_srai_epi32(_mm256_madd_epi16(_mm256_shuffle_epi8(bytes, mask), weights), 4);
}

SOFTACL_AVX2 void stretch_windows(const WindowTaps& taps, const uint8_t* in, int16_t* out) {
    for (size_t group = 0; group < taps.groups; group += 4) {
        const __m256i all = _mm256_packs_epi32(two_groups(taps, group, in), two_groups(taps, group + 2, in));
        _mm256_storeu_si256(reinterpret_cast<__m256i*>(out + 4 * group), _mm256_permute4x64_epi64(all, 0xD8));
    }
}

// Four times two sums become four times one, rounded to 1/64.
SOFTACL_AVX2 SOFTACL_INLINE __m128i round_sums(__m128i a, __m128i b, __m128i c, __m128i d) {
    const __m128i sums = _mm_hadd_epi32(_mm_hadd_epi32(a, b), _mm_hadd_epi32(c, d));
    return _mm_srai_epi32(_mm_add_epi32(sums, _mm_set1_epi32(1 << 7)), 8);
}
SOFTACL_AVX2 SOFTACL_INLINE __m128i load_words(const int16_t* in) {
    return _mm_loadu_si128(reinterpret_cast<const __m128i*>(in));
}

SOFTACL_AVX2 SOFTACL_INLINE __m128i filter_pixel(const FilterTaps& taps, size_t i, const uint8_t* in) {
    const uint8_t* pixel = in + taps.offset[i];
    const int16_t* weights = taps.weights + i * taps.taps;
    __m128i sum = _mm_setzero_si128();
    for (uint32_t k = 0; k < taps.taps; k += 8) {
        const __m128i bytes = _mm_loadl_epi64(reinterpret_cast<const __m128i*>(pixel + k));
        sum = _mm_add_epi32(sum, _mm_madd_epi16(_mm_cvtepu8_epi16(bytes), load_words(weights + k)));
    }
    return sum;
}

SOFTACL_AVX2 size_t filter_1(const FilterTaps& taps, const uint8_t* in, int16_t* out) {
    size_t i = 0;
    for (; i + 4 <= taps.count; i += 4) {
        const __m128i four = round_sums(filter_pixel(taps, i, in), filter_pixel(taps, i + 1, in),
                                        filter_pixel(taps, i + 2, in), filter_pixel(taps, i + 3, in));
        _mm_storel_epi64(reinterpret_cast<__m128i*>(out + i), _mm_packs_epi32(four, four));
    }
    return i;
}

SOFTACL_AVX2 SOFTACL_INLINE void filter_pair(const FilterTaps& taps, size_t i, const uint8_t* in, __m128i& first,
                                             __m128i& second) {
    const __m128i apart = _mm_setr_epi8(0, 2, 4, 6, 8, 10, 12, 14, 1, 3, 5, 7, 9, 11, 13, 15);
    const __m128i zero = _mm_setzero_si128();
    const uint8_t* pixel = in + taps.offset[i];
    const int16_t* weights = taps.weights + i * taps.taps;
    first = second = zero;
    for (uint32_t k = 0; k < taps.taps; k += 8) {
        const __m128i loaded = _mm_loadu_si128(reinterpret_cast<const __m128i*>(pixel + size_t{2} * k));
        const __m128i bytes = _mm_shuffle_epi8(loaded, apart);
        const __m128i eight = load_words(weights + k);
        first = _mm_add_epi32(first, _mm_madd_epi16(_mm_unpacklo_epi8(bytes, zero), eight));
        second = _mm_add_epi32(second, _mm_madd_epi16(_mm_unpackhi_epi8(bytes, zero), eight));
    }
}

SOFTACL_AVX2 size_t filter_2(const FilterTaps& taps, const uint8_t* in, int16_t* out) {
    size_t i = 0;
    for (; i + 2 <= taps.count; i += 2) {
        __m128i a;
        __m128i b;
        __m128i c;
        __m128i d;
        filter_pair(taps, i, in, a, b);
        filter_pair(taps, i + 1, in, c, d);
        const __m128i four = round_sums(a, b, c, d);
        _mm_storel_epi64(reinterpret_cast<__m128i*>(out + 2 * i), _mm_packs_epi32(four, four));
    }
    return i;
}

SOFTACL_AVX2 SOFTACL_INLINE size_t filter_wide(const FilterTaps& taps, const uint8_t* in, int16_t* out) {
    if (taps.taps % 8 != 0 || taps.channels > 2) {
        return 0;
    }
    return taps.channels == 1 ? filter_1(taps, in, out) : filter_2(taps, in, out);
}

// Sums of the two rows' neighbours, of the 16 bytes (of three channels: 12) at `at`.
SOFTACL_AVX2 SOFTACL_INLINE __m128i mean_of_16(const uint8_t* first, const uint8_t* second, size_t at, __m128i pairs) {
    const __m128i ones = _mm_set1_epi8(1);
    const __m128i a = _mm_loadu_si128(reinterpret_cast<const __m128i*>(first + at));
    const __m128i b = _mm_loadu_si128(reinterpret_cast<const __m128i*>(second + at));
    const __m128i sum = _mm_add_epi16(_mm_maddubs_epi16(_mm_shuffle_epi8(a, pairs), ones),
                                      _mm_maddubs_epi16(_mm_shuffle_epi8(b, pairs), ones));
    return _mm_srli_epi16(_mm_add_epi16(sum, _mm_set1_epi16(2)), 2);
}

SOFTACL_AVX2 size_t halve_wide(size_t count, uint32_t channels, const uint8_t* first, const uint8_t* second,
                               uint8_t* out) {
    const __m128i pairs = channels == 1   ? _mm_setr_epi8(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15)
                          : channels == 2 ? _mm_setr_epi8(0, 2, 1, 3, 4, 6, 5, 7, 8, 10, 9, 11, 12, 14, 13, 15)
                          : channels == 3 ? _mm_setr_epi8(0, 3, 1, 4, 2, 5, 6, 9, 7, 10, 8, 11, -1, -1, -1, -1)
                                          : _mm_setr_epi8(0, 4, 1, 5, 2, 6, 3, 7, 8, 12, 9, 13, 10, 14, 11, 15);
    const __m128i close = channels == 3 ? _mm_setr_epi8(0, 1, 2, 3, 4, 5, 8, 9, 10, 11, 12, 13, -1, -1, -1, -1)
                                        : _mm_setr_epi8(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
    const size_t step = channels == 3 ? 12 : 16;
    const size_t bytes = count * channels;
    size_t i = 0;  // bytes of the result
    for (; i + 16 <= bytes && 2 * i + step + 16 <= 2 * bytes; i += step) {
        const __m128i low = mean_of_16(first, second, 2 * i, pairs);
        const __m128i high = mean_of_16(first, second, 2 * i + step, pairs);
        _mm_storeu_si128(reinterpret_cast<__m128i*>(out + i), _mm_shuffle_epi8(_mm_packus_epi16(low, high), close));
    }
    return i / channels;
}

SOFTACL_RESIZE_ROWS(Avx2, SOFTACL_AVX2, stretch_wide, stretch_windows, filter_wide, halve_wide)
#endif

}  // namespace

const ResizeRows& resize_rows() {
#if defined(__x86_64__)
    static const ResizeRows& best = __builtin_cpu_supports("avx2") ? Avx2::kAll : Common::kAll;
    return best;
#else
    return Common::kAll;
#endif
}

const ResizeRows& plain_resize_rows() { return Common::kAll; }

}  // namespace softacl::media
