// SPDX-License-Identifier: Apache-2.0
#include "kernels/onednn/stream_rows.h"

#if defined(__x86_64__)

#include <immintrin.h>

#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"  // GCC 12's header hands on vectors that nobody reads
#endif

// What is between BEGIN and END is compiled for processors of a kind, whatever the rest is compiled for.
#if defined(__clang__)
#define SOFTACL_PRAGMA(text) _Pragma(#text)
#define SOFTACL_BEGIN(kind) SOFTACL_PRAGMA(clang attribute push(__attribute__((target(kind))), apply_to = function))
#define SOFTACL_END _Pragma("clang attribute pop")
#else
#define SOFTACL_PRAGMA(text) _Pragma(#text)
#define SOFTACL_BEGIN(kind) _Pragma("GCC push_options") SOFTACL_PRAGMA(GCC target(kind))
#define SOFTACL_END _Pragma("GCC pop_options")
#endif

namespace softacl::kernels {
namespace {

SOFTACL_BEGIN("avx512f")
namespace avx512 {

using Vector = __m512;
constexpr size_t kWidth = 16;

inline Vector load(const float* from) { return _mm512_loadu_ps(from); }
inline void put(float* to, Vector x) { _mm512_stream_ps(to, x); }
inline Vector all(float x) { return _mm512_set1_ps(x); }
inline Vector greatest(Vector a, Vector b) { return _mm512_max_ps(a, b); }
inline Vector least(Vector a, Vector b) { return _mm512_min_ps(a, b); }
inline Vector magnitude(Vector x) { return _mm512_abs_ps(x); }
inline Vector root(Vector x) { return _mm512_sqrt_ps(x); }
inline Vector nearest(Vector x) { return _mm512_roundscale_ps(x, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC); }
inline Vector times_power_of_2(Vector x, Vector power) { return _mm512_scalef_ps(x, power); }

#include "kernels/onednn/stream_loops.inc"

}  // namespace avx512
SOFTACL_END

SOFTACL_BEGIN("avx2,fma")
namespace avx2 {

using Vector = __m256;
constexpr size_t kWidth = 8;

inline Vector load(const float* from) { return _mm256_loadu_ps(from); }
inline void put(float* to, Vector x) { _mm256_stream_ps(to, x); }
inline Vector all(float x) { return _mm256_set1_ps(x); }
inline Vector greatest(Vector a, Vector b) { return _mm256_max_ps(a, b); }
inline Vector least(Vector a, Vector b) { return _mm256_min_ps(a, b); }
inline Vector magnitude(Vector x) { return _mm256_andnot_ps(all(-0.0F), x); }
inline Vector root(Vector x) { return _mm256_sqrt_ps(x); }
inline Vector nearest(Vector x) { return _mm256_round_ps(x, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC); }
inline Vector power_of_2(__m256i exponent) {
    return _mm256_castsi256_ps(_mm256_slli_epi32(_mm256_add_epi32(exponent, _mm256_set1_epi32(127)), 23));
}
// In two steps, each of which is a number: the power may be less than the smallest one.
inline Vector times_power_of_2(Vector x, Vector power) {
    const __m256i whole = _mm256_cvtps_epi32(power);
    const __m256i half = _mm256_srai_epi32(whole, 1);
    return x * power_of_2(half) * power_of_2(_mm256_sub_epi32(whole, half));
}

#include "kernels/onednn/stream_loops.inc"

}  // namespace avx2
SOFTACL_END

template <class Kind>
StreamFunction best(Kind kind) {
    if (static_cast<bool>(__builtin_cpu_supports("avx512f"))) {
        return avx512::of(kind);
    }
    const bool has_avx2 =
        static_cast<bool>(__builtin_cpu_supports("avx2")) && static_cast<bool>(__builtin_cpu_supports("fma"));
    return has_avx2 ? avx2::of(kind) : nullptr;
}

}  // namespace

StreamFunction stream_function(Binary kind) { return best(kind); }
StreamFunction stream_function(Activation kind) { return best(kind); }

}  // namespace softacl::kernels

#else

namespace softacl::kernels {

StreamFunction stream_function(Binary) { return nullptr; }
StreamFunction stream_function(Activation) { return nullptr; }

}  // namespace softacl::kernels

#endif
