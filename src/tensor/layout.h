// SPDX-License-Identifier: Apache-2.0
// How a tensor's dimensions look in another format, and where its elements lie in it.
#pragma once

#include <vector>

#include "acl/acl_base.h"
#include "base/status.h"
#include "tensor/shape.h"

namespace softacl {

/// The dimensions that a tensor has in format `to`, if it has `shape` in format `from`.
///
/// Plain formats (NCHW, NHWC, HWCN, NCDHW, NDHWC, ND) permute the axes; NC1HWC0 and its like cut the channels into
/// blocks of 16 (4 in ..._C04), FRACTAL_NZ cuts matrices, FRACTAL_Z the weights of convolutions into blocks of 16 by
/// 16, all padded to whole blocks. A dimension that is not known (-1) stays so. What was padded cannot be told from a
/// blocked shape: on the way back whole blocks are counted.
///
/// Blocks of channels (C0), and of columns of matrices, have `block` elements, except in ..._C04.
///
/// Fails with 100000 if the formats do not describe the same axes, or `shape` does not fit `from`.
Result<Shape> shape_in_format(const Shape& shape, aclFormat from, aclFormat to, int64_t block = 16);

/// Where the elements of a tensor come from whose format changes.
class FormatChange {
   public:
    /// From `from_shape` in `from` to `to_shape` in `to`. What a blocked side was padded with is what the other side
    /// does not have. Fails as shape_in_format does, or if the shapes do not belong together.
    static Result<FormatChange> make(const Shape& from_shape, aclFormat from, const Shape& to_shape, aclFormat to,
                                     int64_t block = 16);

    /// Calls `visit(to, from)` for each element of the result in order, `from` -1 where there is padding.
    template <class Visit>
    void run(Visit&& visit) const {
        std::vector<int64_t> places(to_.size());
        std::vector<int64_t> coordinates(sizes_.size());
        for (int64_t i = 0; i < count_; ++i) {
            visit(i, source(places, coordinates));
            for (size_t digit = to_.size(); digit-- > 0;) {
                if (++places[digit] < to_[digit].size) {
                    break;
                }
                places[digit] = 0;
            }
        }
    }

    /// A dimension of a storage: counts places of an axis, each `unit` wide.
    struct Digit {
        size_t axis;
        int64_t unit;
        int64_t size;
    };

   private:
    int64_t source(const std::vector<int64_t>& places, std::vector<int64_t>& coordinates) const;

    std::vector<int64_t> sizes_;  // of the axes, without padding
    std::vector<Digit> from_;
    std::vector<Digit> to_;
    int64_t count_ = 1;  // of elements of the result
};

}  // namespace softacl
