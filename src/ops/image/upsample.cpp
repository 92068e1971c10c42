// SPDX-License-Identifier: Apache-2.0
// Upsample of Caffe: each element repeated along height and width, and scaled.
#include <algorithm>

#include "ops/common/reals.h"
#include "ops/common/values.h"

namespace softacl::ops {
namespace {

constexpr DTypes kTypes = {ACL_FLOAT, ACL_FLOAT16};

Status infer(OpCall& call) {
    constexpr int64_t kMost = 1 << 16;
    const TensorType& x = *call.inputs[0];
    const auto high = call.attrs.at<int64_t>("stride_h");
    const auto wide = call.attrs.at<int64_t>("stride_w");
    if (x.shape.rank() != 4 || x.format == ACL_FORMAT_NHWC) {
        return call.fail("the input x has the shape ", x.shape, "; expected four dimensions (NCHW)");
    }
    if (std::min(high, wide) < 1 || std::max(high, wide) > kMost) {
        return call.fail("stride_h and stride_w are ", high, " and ", wide, "; expected 1 to ", kMost);
    }
    const auto times = [](int64_t dim, int64_t factor) { return dim < 0 ? -1 : dim * factor; };
    if (std::max(x.shape[2], x.shape[3]) > int64_t{1} << 32) {
        return call.fail("the input x has the shape ", x.shape, ", which is too large");
    }
    call.outputs[0] = {x.dtype, {x.shape[0], x.shape[1], times(x.shape[2], high), times(x.shape[3], wide)}, x.format};
    return {};
}

Result<kernels::KernelPtr> make(const OpCall& call) {
    SOFTACL_TRY(require_known_shapes(call));
    const Shape x_shape = call.inputs[0]->shape;
    const auto high = call.attrs.at<int64_t>("stride_h");
    const auto wide = call.attrs.at<int64_t>("stride_w");
    const float scale = call.attrs.at<float>("scale");
    return floats_kernel(call, 0, [=](auto tag, const kernels::Kernel::Buffers& b) -> Status {
        using T = typename decltype(tag)::Type;
        const auto* x = static_cast<const T*>(b.inputs[0]);
        auto* y = static_cast<T*>(b.outputs[0]);
        const int64_t width = x_shape[3];
        for (int64_t row = 0; row < x_shape.elements(0, 3); ++row, x += width) {
            T* const first = y;
            for (int64_t i = 0; i < width * wide; ++i) {
                *y++ = static_cast<T>(static_cast<float>(x[i / wide]) * scale);
            }
            for (int64_t copy = 1; copy < high; ++copy) {
                y = std::copy_n(first, width * wide, y);
            }
        }
        return {};
    });
}

}  // namespace

OpDef declare_Upsample() {
    return OpDef("Upsample", "Each element repeated along height and width, times a scale.")
        .input("x", kTypes)
        .output("y", kTypes)
        .attr("scale", 1.0F)
        .attr("stride_h", int64_t{2})
        .attr("stride_w", int64_t{2})
        .infer(infer)
        .kernel("reference", make);
}

}  // namespace softacl::ops
