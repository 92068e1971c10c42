// SPDX-License-Identifier: Apache-2.0
#include "kernels/onednn/gemm_rows.h"

#if defined(__x86_64__)
#include <cpuid.h>
#include <immintrin.h>
#endif

namespace softacl::kernels {
namespace {

void widen_half(const Half* from, size_t count, float* to) {
    for (size_t i = 0; i < count; ++i) {
        to[i] = static_cast<float>(from[i]);
    }
}

void widen_byte(const int8_t* from, size_t count, float* to) {
    for (size_t i = 0; i < count; ++i) {
        to[i] = from[i];
    }
}

void narrow_half(const float* from, size_t count, Half* to) {
    for (size_t i = 0; i < count; ++i) {
        to[i] = Half(from[i]);
    }
}

template <class T>
float dot(const T* row, const float* x, size_t count) {
    float sum = 0;
    for (size_t i = 0; i < count; ++i) {
        sum += static_cast<float>(row[i]) * x[i];
    }
    return sum;
}

// Sums without sign wrap around.
int32_t dot_byte(const int8_t* row, const int8_t* x, size_t count) {
    uint32_t sum = 0;
    for (size_t i = 0; i < count; ++i) {
        sum += static_cast<uint32_t>(row[i] * x[i]);
    }
    return static_cast<int32_t>(sum);
}

template <class T>
void add_rows(const T* row, int64_t step, const float* factors, size_t count, float* sums) {
    for (int64_t k = 0; k < kRowsAtOnce; ++k) {
        for (size_t i = 0; i < count; ++i) {
            sums[i] += factors[k] * static_cast<float>(row[k * step + static_cast<int64_t>(i)]);
        }
    }
}

void add_bytes(const int8_t* row, int64_t step, const int8_t* factors, size_t count, int32_t* sums) {
    for (int64_t k = 0; k < kRowsAtOnce; ++k) {
        for (size_t i = 0; i < count; ++i) {
            const int product = row[k * step + static_cast<int64_t>(i)] * factors[k];
            sums[i] = static_cast<int32_t>(static_cast<uint32_t>(sums[i]) + static_cast<uint32_t>(product));
        }
    }
}

constexpr GemmRows kCommon = {widen_half, widen_byte,      narrow_half,    dot<float>, dot<Half>,
                              dot_byte,   add_rows<float>, add_rows<Half>, add_bytes};

#if defined(__x86_64__)

// What remains of a row goes to the common loops.
struct Avx2 {
#define SOFTACL_AVX2 [[gnu::target("avx2,fma,f16c")]]

    SOFTACL_AVX2 static __m256 load_half(const Half* from) {
        return _mm256_cvtph_ps(_mm_loadu_si128(reinterpret_cast<const __m128i*>(from)));
    }
    SOFTACL_AVX2 static __m256i load_byte(const int8_t* from) {
        return _mm256_cvtepi8_epi16(_mm_loadu_si128(reinterpret_cast<const __m128i*>(from)));
    }

    SOFTACL_AVX2 static void widen_half(const Half* from, size_t count, float* to) {
        size_t i = 0;
        for (; i + 8 <= count; i += 8) {
            _mm256_storeu_ps(to + i, load_half(from + i));
        }
        kCommon.widen_half(from + i, count - i, to + i);
    }

    SOFTACL_AVX2 static void widen_byte(const int8_t* from, size_t count, float* to) {
        size_t i = 0;
        for (; i + 8 <= count; i += 8) {
            const __m128i bytes = _mm_loadl_epi64(reinterpret_cast<const __m128i*>(from + i));
            _mm256_storeu_ps(to + i, _mm256_cvtepi32_ps(_mm256_cvtepi8_epi32(bytes)));
        }
        kCommon.widen_byte(from + i, count - i, to + i);
    }

    SOFTACL_AVX2 static void narrow_half(const float* from, size_t count, Half* to) {
        size_t i = 0;
        for (; i + 8 <= count; i += 8) {
            const __m128i halves = _mm256_cvtps_ph(_mm256_loadu_ps(from + i), _MM_FROUND_TO_NEAREST_INT);
            _mm_storeu_si128(reinterpret_cast<__m128i*>(to + i), halves);
        }
        kCommon.narrow_half(from + i, count - i, to + i);
    }

    SOFTACL_AVX2 static __m256 load(const Half* from) { return load_half(from); }
    SOFTACL_AVX2 static __m256 load(const float* from) { return _mm256_loadu_ps(from); }

    template <class T>
    SOFTACL_AVX2 static float dot(const T* row, const float* x, size_t count) {
        constexpr size_t kSums = 4;  // in flight, so that none waits for the one before
        __m256 sums[kSums] = {};
        size_t i = 0;
        for (; i + 8 * kSums <= count; i += 8 * kSums) {
#pragma GCC unroll 4
            for (size_t j = 0; j < kSums; ++j) {
                sums[j] = _mm256_fmadd_ps(load(row + i + 8 * j), _mm256_loadu_ps(x + i + 8 * j), sums[j]);
            }
        }
        const __m256 sum = _mm256_add_ps(_mm256_add_ps(sums[0], sums[1]), _mm256_add_ps(sums[2], sums[3]));
        float parts[8];
        _mm256_storeu_ps(parts, sum);
        float total = kernels::dot(row + i, x + i, count - i);
        for (const float part : parts) {
            total += part;
        }
        return total;
    }

    SOFTACL_AVX2 static int32_t dot_byte(const int8_t* row, const int8_t* x, size_t count) {
        __m256i sums[2] = {};
        size_t i = 0;
        for (; i + 32 <= count; i += 32) {
            for (size_t j = 0; j < 2; ++j) {
                const __m256i pairs = _mm256_madd_epi16(load_byte(row + i + 16 * j), load_byte(x + i + 16 * j));
                sums[j] = _mm256_add_epi32(sums[j], pairs);
            }
        }
        uint32_t parts[8];
        _mm256_storeu_si256(reinterpret_cast<__m256i*>(parts), _mm256_add_epi32(sums[0], sums[1]));
        auto total = static_cast<uint32_t>(kCommon.dot_byte(row + i, x + i, count - i));
        for (const uint32_t part : parts) {
            total += part;
        }
        return static_cast<int32_t>(total);
    }

    template <class T>
    SOFTACL_AVX2 static void add_rows(const T* row, int64_t step, const float* factors, size_t count, float* sums) {
        const __m256 first = _mm256_set1_ps(factors[0]);
        const __m256 second = _mm256_set1_ps(factors[1]);
        const __m256 third = _mm256_set1_ps(factors[2]);
        const __m256 fourth = _mm256_set1_ps(factors[3]);
        size_t i = 0;
        for (; i + 8 <= count; i += 8) {
            const T* const at = row + i;
            __m256 sum = _mm256_fmadd_ps(load(at), first, _mm256_loadu_ps(sums + i));
            sum = _mm256_fmadd_ps(load(at + step), second, sum);
            sum = _mm256_fmadd_ps(load(at + 2 * step), third, sum);
            sum = _mm256_fmadd_ps(load(at + 3 * step), fourth, sum);
            _mm256_storeu_ps(sums + i, sum);
        }
        kernels::add_rows(row + i, step, factors, count - i, sums + i);
    }

    SOFTACL_AVX2 static __m256i pair_of(int8_t first, int8_t second) {
        return _mm256_set1_epi32(static_cast<uint16_t>(first) | static_cast<int32_t>(second) * 65536);
    }
    /// Of two rows each, whose elements stand in turns.
    SOFTACL_AVX2 static void add_products(__m128i upper, __m256i upper_factors, __m128i lower, __m256i lower_factors,
                                          int32_t* sums) {
        const __m256i products = _mm256_add_epi32(_mm256_madd_epi16(_mm256_cvtepi8_epi16(upper), upper_factors),
                                                  _mm256_madd_epi16(_mm256_cvtepi8_epi16(lower), lower_factors));
        auto* const at = reinterpret_cast<__m256i*>(sums);
        _mm256_storeu_si256(at, _mm256_add_epi32(_mm256_loadu_si256(at), products));
    }

    SOFTACL_AVX2 static void add_bytes(const int8_t* row, int64_t step, const int8_t* factors, size_t count,
                                       int32_t* sums) {
        const __m256i first = pair_of(factors[0], factors[1]);
        const __m256i second = pair_of(factors[2], factors[3]);
        const auto load = [](const int8_t* from) { return _mm_loadu_si128(reinterpret_cast<const __m128i*>(from)); };
        size_t i = 0;
        for (; i + 16 <= count; i += 16) {
            const __m128i a = load(row + i);
            const __m128i b = load(row + i + step);
            const __m128i c = load(row + i + 2 * step);
            const __m128i d = load(row + i + 3 * step);
            add_products(_mm_unpacklo_epi8(a, b), first, _mm_unpacklo_epi8(c, d), second, sums + i);
            add_products(_mm_unpackhi_epi8(a, b), first, _mm_unpackhi_epi8(c, d), second, sums + i + 8);
        }
        kCommon.add_bytes(row + i, step, factors, count - i, sums + i);
    }

    static constexpr GemmRows kAll = {widen_half, widen_byte,      narrow_half,    dot<float>, dot<Half>,
                                      dot_byte,   add_rows<float>, add_rows<Half>, add_bytes};
};

// Not every compiler can be asked for f16c by name.
bool has_f16c() {
    unsigned a = 0;
    unsigned b = 0;
    unsigned c = 0;
    unsigned d = 0;
    return __get_cpuid(1, &a, &b, &c, &d) != 0 && (c & bit_F16C) != 0;
}

bool has_avx2() {
    return static_cast<bool>(__builtin_cpu_supports("avx2")) && static_cast<bool>(__builtin_cpu_supports("fma")) &&
           has_f16c();
}

#endif

}  // namespace

const GemmRows& common_gemm_rows() { return kCommon; }

const GemmRows& gemm_rows() {
#if defined(__x86_64__)
    static const GemmRows& best = has_avx2() ? Avx2::kAll : kCommon;
    return best;
#else
    return kCommon;
#endif
}

}  // namespace softacl::kernels
