// SPDX-License-Identifier: Apache-2.0
// A walk over several tensors at once, each with strides of its own: broadcasting, transposing, slicing, reducing.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "tensor/shape.h"

namespace softacl::kernels {

using Strides = std::vector<int64_t>;  ///< elements from one index to the next, per axis

/// Strides of elements that lie row by row.
Strides row_strides(const Shape& shape);
/// Strides that read a tensor of shape `from` as if it had the shape `to` that it broadcasts to.
Strides broadcast_strides(const Shape& from, const Shape& to);

/// Visits the index space of a shape, with the offset of each of N operands. Axes that lie one behind the other for
/// all operands are walked as one. Immutable; walking allocates nothing.
template <size_t N>
class StridedLoop {
   public:
    using Offsets = std::array<int64_t, N>;

    StridedLoop() = default;
    StridedLoop(const Shape& shape, const std::array<Strides, N>& strides) {
        for (size_t i = 0; i < shape.rank(); ++i) {
            empty_ = empty_ || shape[i] <= 0;
            if (shape[i] == 1) {
                continue;
            }
            Axis axis{shape[i], {}};
            bool joins = !axes_.empty();
            for (size_t n = 0; n < N; ++n) {
                axis.steps[n] = strides[n][i];
                joins = joins && axes_.back().steps[n] == axis.steps[n] * axis.size;
            }
            if (joins) {
                axis.size *= axes_.back().size;
                axes_.back() = axis;
            } else {
                axes_.push_back(axis);
            }
        }
        row_.size = 1;
        if (!axes_.empty()) {
            row_ = axes_.back();
            axes_.pop_back();
        }
    }

    /// Calls `row(offsets, count, steps)` for each innermost row: operand n's element i is at offsets[n] + i *
    /// steps[n].
    template <class Row>
    void run(Row&& row) const {
        if (empty_) {
            return;
        }
        std::array<int64_t, kMaxRank> index;
        index.fill(0);
        Offsets at{};
        for (;;) {
            row(at, row_.size, row_.steps);
            size_t i = axes_.size();
            for (; i > 0; --i) {
                const Axis& axis = axes_[i - 1];
                const bool done = ++index[i - 1] == axis.size;
                for (size_t n = 0; n < N; ++n) {
                    at[n] += done ? axis.steps[n] * (1 - axis.size) : axis.steps[n];
                }
                if (!done) {
                    break;
                }
                index[i - 1] = 0;
            }
            if (i == 0) {
                return;
            }
        }
    }

   private:
    static constexpr size_t kMaxRank = 64;  // twice what the declarations of operators allow: tiles are split in two
    struct Axis {
        int64_t size = 0;
        Offsets steps{};
    };
    std::vector<Axis> axes_;
    Axis row_;
    bool empty_ = false;
};

}  // namespace softacl::kernels
