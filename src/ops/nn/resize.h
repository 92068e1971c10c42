// SPDX-License-Identifier: Apache-2.0
// Which input positions an output position of Resize is made of.
#pragma once

#include <string>
#include <vector>

#include "kernels/ref/resize.h"
#include "ops/op_def.h"

namespace softacl::ops {

/// Everything about one axis.
struct ResizeRequest {
    std::string mode;             ///< nearest, linear, cubic
    std::string coordinate_mode;  ///< half_pixel, ...
    std::string nearest_mode;     ///< round_prefer_floor, ...
    double cubic_a = -0.75;
    bool exclude_outside = false;
    int64_t input = 0;
    int64_t output = 0;
    double scale = 1;
    double roi_begin = 0;
    double roi_end = 1;
};

struct ResizePlan {
    Shape input;
    Shape output;
    std::vector<kernels::ref::ResizeAxis> axes;
    /// Of tf_crop_and_resize: positions, by axis, that lie outside the input and become extrapolation_value.
    std::vector<std::vector<bool>> outside;
    bool extrapolates = false;
    float extrapolation_value = 0;
    bool nearest = false;
};

Result<kernels::ref::ResizeAxis> resize_axis(const ResizeRequest& request, std::vector<bool>& outside);

/// Of a node whose scales or sizes (and roi) are known. Before that, only the number of dimensions is.
Result<Shape> resized_shape(const OpCall& call);
Result<ResizePlan> resize_plan(const OpCall& call);

}  // namespace softacl::ops
