// SPDX-License-Identifier: Apache-2.0
// The tensors between Yolo and the operators that choose boxes. Of a grid of height * width places with `boxes` each:
//
//     coord_data    [N, boxes * coords, padded(height * width)]      by box, then x, y, w, h
//     obj_prob      [N, padded(boxes * height * width)]              by box
//     classes_prob  [N, classes, padded(boxes * height * width)]     by class, then box
//
// Rows end with zeros. Their lengths do not tell height and width.
#pragma once

#include <cstdint>

#include "ops/op_def.h"

namespace softacl::ops {

/// A row of `count` elements with what is behind it: twice the count and 32, up to a multiple of 32, by 2.
inline int64_t padded_yolo_row(int64_t count) { return (count * 2 + 32 + 31) / 32 * 32 / 2; }

/// Checks the attributes boxes, classes and coords, which all of these operators have.
Status check_yolo_counts(const OpCall& call);

/// The most places of one grid times boxes that sizes are computed with.
inline constexpr int64_t kMostYoloBoxes = int64_t{1} << 28;

}  // namespace softacl::ops
