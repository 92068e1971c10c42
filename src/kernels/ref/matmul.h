// SPDX-License-Identifier: Apache-2.0
// Products of matrices by plain loops.
#pragma once

#include <algorithm>
#include <type_traits>
#include <vector>

#include "kernels/fast.h"
#include "kernels/ref/real.h"

namespace softacl::kernels::ref {

/// Integers are summed without sign: their sums wrap around as the hardware's do.
template <class T>
struct SumType {
    using Type = Real<T>;
};
template <>
struct SumType<int32_t> {
    using Type = uint32_t;
};
template <>
struct SumType<int64_t> {
    using Type = uint64_t;
};
template <class T>
using Sum = typename SumType<T>::Type;

/// How far to go in a tensor for a step in each dimension of the shape it broadcasts to; 0 where it is repeated.
inline std::vector<int64_t> broadcast_steps(const Shape& from, const Shape& to) {
    std::vector<int64_t> steps(to.rank(), 0);
    int64_t step = 1;
    for (size_t i = 0; i < from.rank(); ++i) {
        const size_t axis = from.rank() - 1 - i;
        steps[to.rank() - 1 - i] = from[axis] == 1 ? 0 : step;
        step *= from[axis];
    }
    return steps;
}

/// One [M, N] = a[M, K] * b[K, N]; `sums` has room for N.
template <class T>
class MatMul {
   public:
    MatMul(const MatMulParams& p)
        : params_(p),
          m_(p.output[p.output.rank() - 2]),
          n_(p.output[p.output.rank() - 1]),
          k_(p.a[p.a.rank() - (p.transpose_a ? 2 : 1)]),
          a_steps_(broadcast_steps(p.a, p.output)),
          b_steps_(broadcast_steps(p.b, p.output)),
          bias_steps_(broadcast_steps(p.bias, p.output)),
          batches_(p.output.elements(0, p.output.rank() - 2)) {}

    size_t scratch_bytes() const { return static_cast<size_t>(n_) * sizeof(Sum<T>); }

    /// y = alpha * a * b + beta * bias; bias may be null.
    void run(const T* a, const T* b, const T* bias, T* y, Real<T> alpha, Real<T> beta, Sum<T>* sums) const {
        const size_t rank = params_.output.rank();
        for (int64_t batch = 0; batch < batches_; ++batch) {
            int64_t a_at = 0;
            int64_t b_at = 0;
            int64_t bias_at = 0;
            int64_t rest = batch;
            for (size_t axis = rank - 2; axis-- > 0;) {
                const int64_t index = rest % params_.output[axis];
                rest /= params_.output[axis];
                a_at += index * a_steps_[axis];
                b_at += index * b_steps_[axis];
                bias_at += index * bias_steps_[axis];
            }
            for (int64_t i = 0; i < m_; ++i, y += n_) {
                sum_row(a + a_at, b + b_at, i, sums);
                const T* summands = bias == nullptr ? nullptr : bias + bias_at + i * bias_steps_[rank - 2];
                for (int64_t j = 0; j < n_; ++j) {
                    auto value = static_cast<Sum<T>>(alpha) * sums[j];
                    if (summands != nullptr) {
                        value += static_cast<Sum<T>>(beta) *
                                 static_cast<Sum<T>>(static_cast<Real<T>>(summands[j * bias_steps_[rank - 1]]));
                    }
                    y[j] = static_cast<T>(value);
                }
            }
        }
    }

   private:
    void sum_row(const T* a, const T* b, int64_t i, Sum<T>* sums) const {
        const int64_t a_first = params_.transpose_a ? i : i * k_;
        const int64_t a_step = params_.transpose_a ? m_ : 1;
        const auto wide = [](T value) { return static_cast<Sum<T>>(static_cast<Real<T>>(value)); };
        if (params_.transpose_b) {
            for (int64_t j = 0; j < n_; ++j) {
                Sum<T> sum{};
                for (int64_t k = 0; k < k_; ++k) {
                    sum += wide(a[a_first + k * a_step]) * wide(b[j * k_ + k]);
                }
                sums[j] = sum;
            }
            return;
        }
        std::fill_n(sums, n_, Sum<T>{});
        for (int64_t k = 0; k < k_; ++k) {
            const Sum<T> factor = wide(a[a_first + k * a_step]);
            for (int64_t j = 0; j < n_; ++j) {
                sums[j] += factor * wide(b[k * n_ + j]);
            }
        }
    }

    MatMulParams params_;
    int64_t m_;
    int64_t n_;
    int64_t k_;
    std::vector<int64_t> a_steps_;
    std::vector<int64_t> b_steps_;
    std::vector<int64_t> bias_steps_;
    int64_t batches_;
};

}  // namespace softacl::kernels::ref
