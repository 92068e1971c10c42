// SPDX-License-Identifier: Apache-2.0
#include "kernels/onednn/stream_rows.h"

#include <cstring>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace softacl::kernels {

#if defined(__x86_64__)

bool writes_past_caches() { return true; }

void copy_past_caches(const float* from, size_t count, float* to) {
    for (size_t i = 0; i < count; i += 4) {
        _mm_stream_ps(to + i, _mm_loadu_ps(from + i));
    }
    _mm_sfence();
}

#else

bool writes_past_caches() { return false; }

void copy_past_caches(const float* from, size_t count, float* to) { std::memcpy(to, from, count * sizeof(float)); }

#endif

}  // namespace softacl::kernels
