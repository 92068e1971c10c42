// SPDX-License-Identifier: Apache-2.0
// Loops that the compiler makes vectors of, also for processors with wider ones than all have.
#pragma once

namespace softacl {

// Twice the code, so not where it is for debugging.
#if defined(NDEBUG)
inline constexpr bool kVectorises = true;
#else
inline constexpr bool kVectorises = false;
#endif

#if defined(__x86_64__) && defined(NDEBUG)

inline bool has_wide_vectors() {
    static const bool kHas = __builtin_cpu_supports("avx2") != 0;
    return kHas;
}

template <class Loop>
[[gnu::target("avx2"), gnu::flatten]] void run_with_wide_vectors(const Loop& loop) {
    loop();
}

/// Calls loop(), which is compiled for both kinds of processors if it is `worth` that: all that it calls should be
/// inline.
template <bool worth = true, class Loop>
void vectorised(const Loop& loop) {
    if constexpr (worth) {
        has_wide_vectors() ? run_with_wide_vectors(loop) : loop();
    } else {
        loop();
    }
}

#else

template <bool worth = true, class Loop>
void vectorised(const Loop& loop) {
    loop();
}

#endif

}  // namespace softacl
