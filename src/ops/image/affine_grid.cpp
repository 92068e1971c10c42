// SPDX-License-Identifier: Apache-2.0
// Where each place of a picture or volume comes from under an affine map: what GridSampler2D and 3D read.
#include <limits>

#include "ops/common/reals.h"
#include "ops/common/values.h"

namespace softacl::ops {
namespace {

constexpr DTypes kTypes = {ACL_FLOAT, ACL_FLOAT16, ACL_BF16};

/// One row for each place: x, y and perhaps z.
Status infer(OpCall& call) {
    const TensorType& theta = *call.inputs[0];
    const bool shaped = theta.shape.rank() == 3 && (theta.shape[1] < 0 || theta.shape[1] == 2 || theta.shape[1] == 3) &&
                        (theta.shape[1] < 0 || theta.shape[2] < 0 || theta.shape[2] == theta.shape[1] + 1);
    if (!shaped) {
        return call.fail("the input theta has the shape ", theta.shape, "; expected [pictures,2,3] or [volumes,3,4]");
    }
    call.outputs[0] = {theta.dtype, {theta.shape[0], -1, theta.shape[1]}};
    const auto size = known_ints(call, 1);
    if (!size) {
        return {};
    }
    const auto axes = static_cast<int64_t>(size->size()) - 2;
    if ((axes != 2 && axes != 3) || (theta.shape[1] >= 0 && axes != theta.shape[1])) {
        return call.fail("the input output_size is ", Shape(*size), ", which does not fit theta of ", theta.shape);
    }
    for (const int64_t dim : *size) {
        if (dim < 0 || dim > std::numeric_limits<int32_t>::max()) {
            return call.fail("the input output_size is ", Shape(*size), "; expected 0 or more");
        }
    }
    if (theta.shape[0] >= 0 && (*size)[0] != theta.shape[0]) {
        return call.fail("the input output_size is ", Shape(*size), ", but theta has ", theta.shape[0], " maps");
    }
    const Shape places(Ints(size->begin() + 2, size->end()));
    if (!places.fits(sizeof(double))) {
        return call.fail("the input output_size is ", Shape(*size), ", which is too large");
    }
    call.outputs[0].shape = {(*size)[0], places.elements(), axes};
    return {};
}

Result<kernels::KernelPtr> make(const OpCall& call) {
    SOFTACL_TRY(require_known_shapes(call));
    SOFTACL_ASSIGN(const Ints size, required_ints(call, 1));
    const bool corners = call.attrs.at<bool>("align_corners");
    const auto axes = static_cast<int64_t>(size.size()) - 2;
    const int64_t places = call.outputs[0].shape[1];
    return floats_kernel(call, 0, [=](auto tag, const kernels::Kernel::Buffers& b) -> Status {
        using T = typename decltype(tag)::Type;
        auto* y = static_cast<T*>(b.outputs[0]);
        for (int64_t n = 0; n < size[0]; ++n) {
            const auto* theta = static_cast<const T*>(b.inputs[0]) + n * axes * (axes + 1);
            for (int64_t place = 0; place < places; ++place) {
                double at[3] = {};
                int64_t rest = place;
                for (int64_t axis = 0; axis < axes; ++axis) {  // the innermost one first
                    const int64_t count = size[size.size() - 1 - static_cast<size_t>(axis)];
                    const auto index = static_cast<double>(rest % count);
                    rest /= count;
                    const auto wide = static_cast<double>(count);
                    at[axis] = corners ? (count > 1 ? 2 * index / (wide - 1) - 1 : 0) : (2 * index + 1) / wide - 1;
                }
                for (int64_t row = 0; row < axes; ++row) {
                    const auto number = [&](int64_t i) {
                        return static_cast<double>(static_cast<float>(theta[row * (axes + 1) + i]));
                    };
                    double sum = number(axes);
                    for (int64_t i = 0; i < axes; ++i) {
                        sum += number(i) * at[i];
                    }
                    *y++ = static_cast<T>(static_cast<float>(sum));
                }
            }
        }
        return {};
    });
}

}  // namespace

OpDef declare_AffineGrid() {
    return OpDef("AffineGrid", "Where the places of a picture come from under an affine map, from -1 to 1.")
        .input("theta", kTypes)
        .input("output_size", {ACL_INT32})
        .output("y", kTypes)
        .attr("align_corners", false)
        .needs_value(1)
        .infer(infer)
        .kernel("reference", make);
}

}  // namespace softacl::ops
