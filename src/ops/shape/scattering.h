// SPDX-License-Identifier: Apache-2.0
// What all operators do that change elements or slices of a tensor by their index.
#pragma once

#include <vector>

#include "kernels/ref/number.h"
#include "ops/op_def.h"

namespace softacl::ops {

enum class How { kReplace, kAdd, kSub, kMul, kDiv, kMax, kMin };

/// `element` with the update. The quotient of integers is cut; the divisor is not 0.
template <class T>
void combine(How how, T& element, T update) {
    using W = kernels::Wide<T>;
    const W a = kernels::widen(element);
    const W b = kernels::widen(update);
    switch (how) {
        case How::kReplace: element = update; break;
        case How::kAdd: element = kernels::narrow<T>(kernels::wrapping_add(a, b)); break;
        case How::kSub: element = kernels::narrow<T>(kernels::wrapping_sub(a, b)); break;
        case How::kMul: element = kernels::narrow<T>(kernels::wrapping_mul(a, b)); break;
        case How::kDiv:
            if constexpr (std::is_same_v<T, bool>) {
                element = update;
            } else if constexpr (std::is_integral_v<T>) {  // the smallest number by -1 wraps around
                element = std::is_signed_v<T> && b == static_cast<W>(-1)
                              ? static_cast<T>(kernels::wrapping_sub<W>(0, a))
                              : static_cast<T>(a / b);
            } else {
                element = kernels::narrow<T>(a / b);
            }
            break;
        case How::kMax: element = a > b || kernels::is_nan(a) ? element : update; break;
        case How::kMin: element = a < b || kernels::is_nan(a) ? element : update; break;
    }
}

/// Where the slices lie that `depth` numbers each name: the places in the first dimensions of `target`.
struct ScatterPlan {
    How how = How::kReplace;
    Shape target;
    int64_t depth = 1;
    int64_t count = 0;                ///< of slices
    bool one_update = false;          ///< one number for all, else a slice for each
    bool from_zeros = false;          ///< the target is not an input but zeros
    size_t indices = 1, updates = 2;  ///< inputs
};

/// The first input (or zeros) with the updates.
Result<kernels::KernelPtr> scatter_kernel(const OpCall& call, const ScatterPlan& plan);

/// The sentence for an index that is out of range.
Status index_failure(int64_t index, int64_t at, int64_t size);

/// What lies in `shape` at places of `indices` (its last dimension counts the numbers of each): the shape of updates.
/// Fails if there is no last dimension or it has too many numbers.
Result<Shape> shape_of_updates(const OpCall& call, const Shape& indices, const Shape& shape);

/// True if the shapes are the same, as far as they are known.
bool may_be_same(const Shape& a, const Shape& b);

}  // namespace softacl::ops
