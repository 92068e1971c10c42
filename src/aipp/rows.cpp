// SPDX-License-Identifier: Apache-2.0
#include "aipp/rows.h"

// Each loop is compiled several times; the processor decides at run time. Nothing of the standard library is called
// here, so that no function compiled for a newer processor can be taken for the common one.
#define SOFTACL_INLINE [[gnu::always_inline]] inline

namespace softacl::aipp {
namespace {

constexpr int32_t kUnit = 2048;

SOFTACL_INLINE void load_chroma(const uint8_t* pairs, int64_t width, uint8_t* __restrict u, uint8_t* __restrict v) {
    const int64_t count = width / 2;
    for (int64_t i = 0; i < count; ++i) {
        u[2 * i] = u[2 * i + 1] = pairs[2 * i];
        v[2 * i] = v[2 * i + 1] = pairs[2 * i + 1];
    }
    if (width % 2 != 0) {
        u[width - 1] = pairs[2 * count];
        v[width - 1] = pairs[2 * count + 1];
    }
}

SOFTACL_INLINE void load_plane(const uint8_t* row, int64_t width, uint8_t* __restrict y) {
    for (int64_t i = 0; i < width; ++i) {
        y[i] = row[i];
    }
}

SOFTACL_INLINE void load_yuyv(const uint8_t* row, int64_t width, uint8_t* __restrict y, uint8_t* __restrict u,
                              uint8_t* __restrict v) {
    const int64_t count = width / 2;
    for (int64_t i = 0; i < count; ++i) {
        y[2 * i] = row[4 * i];
        y[2 * i + 1] = row[4 * i + 2];
        u[2 * i] = u[2 * i + 1] = row[4 * i + 1];
        v[2 * i] = v[2 * i + 1] = row[4 * i + 3];
    }
    if (width % 2 != 0) {
        y[width - 1] = row[4 * count];
        u[width - 1] = row[4 * count + 1];
        v[width - 1] = row[4 * count + 3];
    }
}

SOFTACL_INLINE void load_three(const uint8_t* row, int64_t width, uint8_t* __restrict a, uint8_t* __restrict b,
                               uint8_t* __restrict c) {
    for (int64_t i = 0; i < width; ++i) {
        a[i] = row[3 * i];
        b[i] = row[3 * i + 1];
        c[i] = row[3 * i + 2];
    }
}

SOFTACL_INLINE void load_four(const uint8_t* row, int64_t width, uint8_t* __restrict a, uint8_t* __restrict b,
                              uint8_t* __restrict c, uint8_t* __restrict d) {
    for (int64_t i = 0; i < width; ++i) {
        a[i] = row[4 * i];
        b[i] = row[4 * i + 1];
        c[i] = row[4 * i + 2];
        d[i] = row[4 * i + 3];
    }
}

SOFTACL_INLINE void load(const RowSource& s, uint8_t* const* out) {
    const uint8_t* plane = s.picture + s.y * s.picture_width + s.x;
    const uint8_t* chroma = s.picture + s.picture_height * s.picture_width + s.x;
    switch (s.format) {
        case Format::kYuv420Sp:
            load_plane(plane, s.width, out[0]);
            load_chroma(chroma + s.y / 2 * s.picture_width, s.width, out[1], out[2]);
            break;
        case Format::kYuv422Sp:
            load_plane(plane, s.width, out[0]);
            load_chroma(chroma + s.y * s.picture_width, s.width, out[1], out[2]);
            break;
        case Format::kYuv400: load_plane(plane, s.width, out[0]); break;
        case Format::kYuyv:
            load_yuyv(s.picture + 2 * (s.y * s.picture_width + s.x), s.width, out[0], out[1], out[2]);
            break;
        case Format::kRgb888:
            load_three(s.picture + 3 * (s.y * s.picture_width + s.x), s.width, out[0], out[1], out[2]);
            break;
        default: {
            const uint8_t* row = s.picture + 4 * (s.y * s.picture_width + s.x);
            if (s.extra == 0) {
                load_four(row, s.width, out[3], out[0], out[1], out[2]);
            } else {
                load_four(row, s.width, out[0], out[1], out[2], out[3]);
            }
        }
    }
}

SOFTACL_INLINE void convert_one(const int32_t* m, const int32_t* before, int32_t after, int64_t width,
                                const uint8_t* __restrict a, const uint8_t* __restrict b, const uint8_t* __restrict c,
                                uint8_t* __restrict out) {
    const int32_t m0 = m[0];
    const int32_t m1 = m[1];
    const int32_t m2 = m[2];
    const int32_t b0 = before[0];
    const int32_t b1 = before[1];
    const int32_t b2 = before[2];
    for (int64_t i = 0; i < width; ++i) {
        const int32_t sum = m0 * (a[i] - b0) + m1 * (b[i] - b1) + m2 * (c[i] - b2);
        int32_t value = (sum >> 8) + after;
        value = value < 0 ? 0 : value;
        value = value > 255 ? 255 : value;
        out[i] = static_cast<uint8_t>(value);
    }
}

SOFTACL_INLINE void convert(const Conversion& conversion, int64_t width, const uint8_t* const* in,
                            uint8_t* const* out) {
    for (int row = 0; row < conversion.rows; ++row) {
        convert_one(conversion.matrix + 3 * row, conversion.before, conversion.after[row], width, in[0], in[1], in[2],
                    out[row]);
    }
}

SOFTACL_INLINE void stretch(const Tap* taps, int64_t width, const uint8_t* __restrict in, int32_t* __restrict out) {
    for (int64_t i = 0; i < width; ++i) {
        const Tap& tap = taps[i];
        out[i] = (kUnit - tap.weight) * in[tap.first] + tap.weight * in[tap.second];
    }
}

SOFTACL_INLINE void blend(int32_t weight, int64_t width, const int32_t* __restrict first,
                          const int32_t* __restrict second, uint8_t* __restrict out) {
    constexpr int kShift = 22;
    constexpr int32_t kHalf = 1 << (kShift - 1);
    for (int64_t i = 0; i < width; ++i) {
        const int32_t sum = (kUnit - weight) * first[i] + weight * second[i];
        out[i] = static_cast<uint8_t>((sum + kHalf) >> kShift);
    }
}

SOFTACL_INLINE void normalize(int32_t mean, float min, float var_reci, int64_t width, const uint8_t* __restrict in,
                              float* __restrict out) {
    for (int64_t i = 0; i < width; ++i) {
        out[i] = (static_cast<float>(in[i] - mean) - min) * var_reci;
    }
}

#define SOFTACL_ROW_FUNCTIONS(NAME, TARGET)                                                                         \
    struct NAME {                                                                                                   \
        TARGET static void load_row(const RowSource& source, uint8_t* const* channels) { load(source, channels); }  \
        TARGET static void convert_row(const Conversion& conversion, int64_t width, const uint8_t* const* in,       \
                                       uint8_t* const* out) {                                                       \
            convert(conversion, width, in, out);                                                                    \
        }                                                                                                           \
        TARGET static void stretch_row(const Tap* taps, int64_t width, const uint8_t* in, int32_t* out) {           \
            stretch(taps, width, in, out);                                                                          \
        }                                                                                                           \
        TARGET static void blend_rows(int32_t weight, int64_t width, const int32_t* first, const int32_t* second,   \
                                      uint8_t* out) {                                                               \
            blend(weight, width, first, second, out);                                                               \
        }                                                                                                           \
        TARGET static void normalize_row(int32_t mean, float min, float var_reci, int64_t width, const uint8_t* in, \
                                         float* out) {                                                              \
            normalize(mean, min, var_reci, width, in, out);                                                         \
        }                                                                                                           \
        static constexpr RowFunctions kAll = {load_row, convert_row, stretch_row, blend_rows, normalize_row};       \
    };

SOFTACL_ROW_FUNCTIONS(Common, )
#if defined(__x86_64__)
SOFTACL_ROW_FUNCTIONS(Avx2, [[gnu::target("avx2")]])
SOFTACL_ROW_FUNCTIONS(Avx512, [[gnu::target("avx512f,avx512bw,avx512vl,avx512dq")]])
#endif

}  // namespace

const RowFunctions& row_functions() {
#if defined(__x86_64__)
    static const RowFunctions& best =
        __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq")
            ? Avx512::kAll
        : __builtin_cpu_supports("avx2") ? Avx2::kAll
                                         : Common::kAll;
    return best;
#else
    return Common::kAll;
#endif
}

}  // namespace softacl::aipp
