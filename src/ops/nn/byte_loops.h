// SPDX-License-Identifier: Apache-2.0
// Loops over bytes that stand once and are compiled for several processors: for any, for those with wider vectors and
// for those with the widest. Only for the files with such loops.
#pragma once

#include <cstdint>

#include "acl/acl_base.h"

#define SOFTACL_LOOP [[gnu::always_inline]] inline
#if defined(__x86_64__)
#define SOFTACL_WIDE [[gnu::target("avx2,fma")]]
#define SOFTACL_WIDEST [[gnu::target("avx512f,avx512bw,avx512vl,avx512dq")]]
#else
#define SOFTACL_WIDE
#define SOFTACL_WIDEST
#endif

// A function of a struct Loops for this processor.
#define SOFTACL_DISPATCH(name, parameters, arguments)                          \
    SOFTACL_WIDE auto name##_wide parameters { return Loops::name arguments; } \
    auto name##_common parameters { return Loops::name arguments; }            \
    auto name##_best parameters { return has_wide_vectors() ? name##_wide arguments : name##_common arguments; }

namespace softacl::ops {

inline bool has_wide_vectors() {
#if defined(__x86_64__)
    static const bool kHas = __builtin_cpu_supports("avx2") != 0 && __builtin_cpu_supports("fma") != 0;
    return kHas;
#else
    return false;
#endif
}
inline bool has_widest_vectors() {
#if defined(__x86_64__)
    static const bool kHas = __builtin_cpu_supports("avx512f") != 0 && __builtin_cpu_supports("avx512bw") != 0 &&
                             __builtin_cpu_supports("avx512vl") != 0 && __builtin_cpu_supports("avx512dq") != 0;
    return kHas;
#else
    return false;
#endif
}

// Adding this makes a float near 0 whole, halves to the even number; functions that round are slower.
inline constexpr float kRounder = 12582912.0F;  // 1.5 * 2^23

/// The limits of a type of bytes, less the zero point.
inline float low_of(aclDataType type, int32_t zero) {
    return static_cast<float>((type == ACL_INT8 ? INT8_MIN : 0) - zero);
}
inline float high_of(aclDataType type, int32_t zero) {
    return static_cast<float>((type == ACL_INT8 ? INT8_MAX : UINT8_MAX) - zero);
}

}  // namespace softacl::ops
