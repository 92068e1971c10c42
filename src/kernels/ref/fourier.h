// SPDX-License-Identifier: Apache-2.0
// The discrete Fourier transform of a row, of any length, in n log n steps.
#pragma once

#include <cmath>
#include <complex>
#include <cstdint>
#include <vector>

namespace softacl::kernels::ref {

/// Prepared for one length. Immutable.
class Fourier {
   public:
    using Number = std::complex<double>;

    /// The inverse transform divides by the length.
    Fourier(int64_t length, bool inverse) : length_(length), inverse_(inverse) {
        int64_t padded = 1;
        while (padded < (is_power_of_two() ? length : 2 * length - 1)) {
            padded *= 2;
        }
        for (int64_t i = 0; i < padded / 2; ++i) {
            roots_.push_back(root(i, padded, -1));
        }
        if (is_power_of_two()) {
            return;
        }
        // A chirp makes the transform of any length a convolution (Bluestein): n k = (n^2 + k^2 - (k - n)^2) / 2.
        chirp_.resize(static_cast<size_t>(length));
        response_.resize(static_cast<size_t>(padded));
        for (int64_t i = 0; i < length; ++i) {
            chirp_[static_cast<size_t>(i)] = root(i * i % (2 * length), 2 * length, -1);
            const Number opposite = std::conj(chirp_[static_cast<size_t>(i)]);
            response_[static_cast<size_t>(i)] = opposite;
            response_[static_cast<size_t>(i == 0 ? 0 : padded - i)] = opposite;
        }
        transform(response_);
    }

    /// In place; `row` has the length.
    void run(std::vector<Number>& row) const {
        if (inverse_) {
            conjugate(row, 1.0);
        }
        if (is_power_of_two()) {
            transform(row);
        } else {
            std::vector<Number> work(response_.size());
            for (size_t i = 0; i < chirp_.size(); ++i) {
                work[i] = row[i] * chirp_[i];
            }
            transform(work);
            for (size_t i = 0; i < work.size(); ++i) {
                work[i] = std::conj(work[i] * response_[i]);
            }
            transform(work);
            for (size_t i = 0; i < chirp_.size(); ++i) {
                row[i] = std::conj(work[i]) * chirp_[i] / static_cast<double>(work.size());
            }
        }
        if (inverse_) {
            conjugate(row, 1.0 / static_cast<double>(length_));
        }
    }

   private:
    bool is_power_of_two() const { return (length_ & (length_ - 1)) == 0; }

    static Number root(int64_t k, int64_t n, int sign) {
        return std::polar(1.0, sign * 2 * M_PI * static_cast<double>(k) / static_cast<double>(n));
    }

    static void conjugate(std::vector<Number>& row, double factor) {
        for (Number& number : row) {
            number = std::conj(number) * factor;
        }
    }

    // Of a length that is a power of two.
    void transform(std::vector<Number>& row) const {
        const size_t n = row.size();
        for (size_t i = 1, reversed = 0; i < n; ++i) {
            size_t bit = n / 2;
            for (; (reversed & bit) != 0; bit /= 2) {
                reversed ^= bit;
            }
            reversed ^= bit;
            if (i < reversed) {
                std::swap(row[i], row[reversed]);
            }
        }
        for (size_t size = 2; size <= n; size *= 2) {
            const size_t step = n / size;
            for (size_t begin = 0; begin < n; begin += size) {
                for (size_t i = 0; i < size / 2; ++i) {
                    const Number a = row[begin + i];
                    const Number b = row[begin + i + size / 2] * roots_[i * step];
                    row[begin + i] = a + b;
                    row[begin + i + size / 2] = a - b;
                }
            }
        }
    }

    int64_t length_;
    bool inverse_;
    std::vector<Number> roots_;
    std::vector<Number> chirp_;
    std::vector<Number> response_;
};

}  // namespace softacl::kernels::ref
