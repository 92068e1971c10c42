// SPDX-License-Identifier: Apache-2.0
// How a tensor's dimensions look in another format.
#pragma once

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
/// Fails with 100000 if the formats do not describe the same axes, or `shape` does not fit `from`.
Result<Shape> shape_in_format(const Shape& shape, aclFormat from, aclFormat to);

}  // namespace softacl
