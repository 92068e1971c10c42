// SPDX-License-Identifier: Apache-2.0
// Vectors for loops over blocks of planes, in each width that processors have. Only for the files with such loops.
#pragma once

#include <cstring>

#include "ops/nn/byte_loops.h"

// A function of Loops for this processor. Where vectors are narrow, more of them cover a block.
#define SOFTACL_DISPATCH_LANES(name, parameters, arguments)                          \
    SOFTACL_WIDEST void name##_widest parameters { Loops<Lanes16>::name arguments; } \
    SOFTACL_WIDE void name##_wide parameters { Loops<Lanes8>::name arguments; }      \
    void name##_common parameters { Loops<Lanes4>::name arguments; }                 \
    void name##_best parameters {                                                    \
        if (has_widest_vectors()) {                                                  \
            name##_widest arguments;                                                 \
        } else if (has_wide_vectors()) {                                             \
            name##_wide arguments;                                                   \
        } else {                                                                     \
            name##_common arguments;                                                 \
        }                                                                            \
    }

namespace softacl::ops {

// Arrays of vectors stay in registers only where every index is a constant: hence the lists of indices in the loops.
struct Lanes4 {
    static constexpr int64_t kCount = 4;
    using Floats [[gnu::vector_size(16)]] = float;
    using Ints [[gnu::vector_size(16)]] = int32_t;
    using Words [[gnu::vector_size(16)]] = uint32_t;
    using Shorts [[gnu::vector_size(8)]] = int16_t;
    using Bytes [[gnu::vector_size(4)]] = int8_t;
    using Quads [[gnu::vector_size(16)]] = uint8_t;
    using Halves [[gnu::vector_size(16)]] = uint16_t;
};
struct Lanes8 {
    static constexpr int64_t kCount = 8;
    using Floats [[gnu::vector_size(32)]] = float;
    using Ints [[gnu::vector_size(32)]] = int32_t;
    using Words [[gnu::vector_size(32)]] = uint32_t;
    using Shorts [[gnu::vector_size(16)]] = int16_t;
    using Bytes [[gnu::vector_size(8)]] = int8_t;
    using Quads [[gnu::vector_size(32)]] = uint8_t;
    using Halves [[gnu::vector_size(32)]] = uint16_t;
};
struct Lanes16 {
    static constexpr int64_t kCount = 16;
    using Floats [[gnu::vector_size(64)]] = float;
    using Ints [[gnu::vector_size(64)]] = int32_t;
    using Words [[gnu::vector_size(64)]] = uint32_t;
    using Shorts [[gnu::vector_size(32)]] = int16_t;
    using Bytes [[gnu::vector_size(16)]] = int8_t;
    using Quads [[gnu::vector_size(64)]] = uint8_t;
    using Halves [[gnu::vector_size(64)]] = uint16_t;
};

template <class Vector>
SOFTACL_LOOP void load(const void* from, Vector& vector) {
    std::memcpy(&vector, from, sizeof vector);
}
template <class Vector>
SOFTACL_LOOP void store(const Vector& vector, void* to) {
    std::memcpy(to, &vector, sizeof vector);
}

}  // namespace softacl::ops
