// SPDX-License-Identifier: Apache-2.0
// A walk over several tensors at once, each with strides of its own: broadcasting, transposing, slicing, reducing.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>
#include <vector>

#include "base/parallel.h"
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
        run(0, rows(), std::forward<Row>(row));
    }

    /// The same, by several threads where there are many elements, each of so much work; a row may come in parts.
    template <class Row>
    void run_shared(Row&& row, int64_t work = 1) const {
        const int64_t worth = std::max<int64_t>(1, (1 << 14) / std::max<int64_t>(1, work));  // elements for a thread
        if (rows() == 1) {
            parallel_for(row_.size, worth, [&](int64_t begin, int64_t end) {
                Offsets at{};
                for (size_t n = 0; n < N; ++n) {
                    at[n] = begin * row_.steps[n];
                }
                row(at, end - begin, row_.steps);
            });
        } else {
            parallel_for(rows(), std::max<int64_t>(1, worth / std::max<int64_t>(1, row_.size)),
                         [&](int64_t begin, int64_t end) { run(begin, end, row); });
        }
    }

    /// Innermost rows.
    int64_t rows() const {
        int64_t rows = empty_ ? 0 : 1;
        for (const Axis& axis : axes_) {
            rows *= axis.size;
        }
        return rows;
    }

    /// Those from `begin` to before `end`.
    template <class Row>
    void run(int64_t begin, int64_t end, Row&& row) const {
        if (begin >= end) {
            return;  // an axis may have no size
        }
        std::array<int64_t, kMaxRank> index;
        Offsets at{};
        for (size_t i = axes_.size(), rest = static_cast<size_t>(begin); i > 0; --i) {
            const Axis& axis = axes_[i - 1];
            index[i - 1] = static_cast<int64_t>(rest) % axis.size;
            rest /= static_cast<size_t>(axis.size);
            for (size_t n = 0; n < N; ++n) {
                at[n] += index[i - 1] * axis.steps[n];
            }
        }
        for (int64_t r = begin; r < end; ++r) {
            row(at, row_.size, row_.steps);
            for (size_t i = axes_.size(); i > 0; --i) {
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
