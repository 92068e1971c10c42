// SPDX-License-Identifier: Apache-2.0
// Rows become columns.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "base/vectorised.h"

namespace softacl::kernels::ref {

/// kSide rows of as many elements. y[j * y_step + i] = x[i * x_step + j]
template <int64_t kSide, class T>
void transpose_block(const T* x, int64_t x_step, T* y, int64_t y_step) {
    if constexpr (sizeof(T) > 4) {  // vectors hold too few
        for (int64_t j = 0; j < kSide; ++j) {
            for (int64_t i = 0; i < kSide; ++i) {
                y[j * y_step + i] = x[i * x_step + j];
            }
        }
    } else {
        // Each step puts the halves of all elements between each other, which moves a bit of the row's number to the
        // column's. Loops like this one become vectors, whatever the element's size.
        constexpr int64_t kAll = kSide * kSide;
        std::array<T, kAll> first;
        std::array<T, kAll> second;
        T* from = first.data();
        T* to = second.data();
        for (int64_t i = 0; i < kSide; ++i) {
            for (int64_t j = 0; j < kSide; ++j) {
                from[i * kSide + j] = x[i * x_step + j];
            }
        }
        for (int64_t done = 1; done < kSide; done *= 2) {
            for (int64_t k = 0; k < kAll / 2; ++k) {
                to[2 * k] = from[k];
                to[2 * k + 1] = from[k + kAll / 2];
            }
            T* const next = from;
            from = to;
            to = next;
        }
        for (int64_t j = 0; j < kSide; ++j) {
            for (int64_t i = 0; i < kSide; ++i) {
                y[j * y_step + i] = from[j * kSide + i];
            }
        }
    }
}

/// Of any size.
template <class T>
void transpose_all(const T* x, int64_t x_step, int64_t rows, int64_t columns, T* y, int64_t y_step) {
    constexpr int64_t kSide = sizeof(T) > 4 ? 8 : 16;  // at most a cache line
    const int64_t whole = rows / kSide * kSide;
    int64_t j = 0;
    for (; j + kSide <= columns; j += kSide) {
        for (int64_t i = 0; i < whole; i += kSide) {
            transpose_block<kSide>(x + i * x_step + j, x_step, y + j * y_step + i, y_step);
        }
        for (int64_t i = whole; i < rows; ++i) {
            for (int64_t k = j; k < j + kSide; ++k) {
                y[k * y_step + i] = x[i * x_step + k];
            }
        }
    }
    for (; j < columns; ++j) {
        for (int64_t i = 0; i < rows; ++i) {
            y[j * y_step + i] = x[i * x_step + j];
        }
    }
}

/// Few rows become dense columns: the channels of a picture.
template <int64_t rows, class T>
void interleave(const T* x, int64_t x_step, int64_t columns, T* y) {
    for (int64_t j = 0; j < columns; ++j) {
#pragma GCC unroll 4
        for (int64_t i = 0; i < rows; ++i) {
            y[j * rows + i] = x[j + i * x_step];
        }
    }
}

/// The way back.
template <int64_t columns, class T>
void deinterleave(const T* x, int64_t rows, T* y, int64_t y_step) {
    for (int64_t i = 0; i < rows; ++i) {
#pragma GCC unroll 4
        for (int64_t j = 0; j < columns; ++j) {
            y[i + j * y_step] = x[i * columns + j];
        }
    }
}

/// So many rows or columns are interleaved.
inline bool is_interleaved(int64_t count) { return count >= 2 && count <= 4; }

template <class Body>
void visit_interleaved(int64_t count, Body&& body) {
    switch (count) {
        case 2: return body(std::integral_constant<int64_t, 2>());
        case 3: return body(std::integral_constant<int64_t, 3>());
        default: return body(std::integral_constant<int64_t, 4>());
    }
}

/// y[j * y_step + i] = x[i * x_step + j] for i < rows and j < columns.
template <class T>
void transpose(const T* x, int64_t x_step, int64_t rows, int64_t columns, T* y, int64_t y_step) {
    // Functions called with copies: bytes that are written might else be what the loop has captured.
    vectorised([=] {
        if (rows == y_step && is_interleaved(rows)) {
            visit_interleaved(rows, [&](auto count) { interleave<count>(x, x_step, columns, y); });
        } else if (columns == x_step && is_interleaved(columns)) {
            visit_interleaved(columns, [&](auto count) { deinterleave<count>(x, rows, y, y_step); });
        } else {
            transpose_all(x, x_step, rows, columns, y, y_step);
        }
    });
}

}  // namespace softacl::kernels::ref
