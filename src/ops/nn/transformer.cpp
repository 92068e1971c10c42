// SPDX-License-Identifier: Apache-2.0
// What transformers do to attention: a masked softmax, and rotary positions; and Caffe's Scale, which broadcasts alike.
#include <cmath>
#include <limits>

#include "kernels/ref/strided.h"
#include "ops/common/infer.h"
#include "ops/common/reals.h"
#include "ops/common/values.h"

namespace softacl::ops {
namespace {

namespace ref = kernels::ref;

constexpr DTypes kTypes = {ACL_FLOAT, ACL_FLOAT16, ACL_BF16};

/// The shape of a second input broadcasts to the first one's, which is the result's.
Status require_broadcast(const OpCall& call, size_t input, const Shape& shape) {
    const Shape& x = call.inputs[0]->shape;
    const auto both = broadcast(x, shape);
    if (!both.ok() || (x.is_known() && shape.is_known() && *both != x)) {
        return call.fail("the input ", input_name(call, input), " has the shape ", call.inputs[input]->shape,
                         ", which does not broadcast to the input x of ", x);
    }
    return {};
}

// ScaledMaskedSoftmax: what is masked counts as -10000

Status infer_softmax(OpCall& call) {
    const Shape& x = call.inputs[0]->shape;
    if (x.rank() < 2) {
        return call.fail("the input x has the shape ", x, "; expected at least two dimensions");
    }
    if (call.attrs.at<bool>("fixed_triu_mask") && x[x.rank() - 1] >= 0 && x[x.rank() - 2] >= 0 &&
        x[x.rank() - 1] != x[x.rank() - 2]) {
        return call.fail("fixed_triu_mask needs squares; the input x has the shape ", x);
    }
    if (call.has_input(1)) {
        SOFTACL_TRY(require_broadcast(call, 1, call.inputs[1]->shape));
    }
    return same_as_first(call);
}

Result<kernels::KernelPtr> make_softmax(const OpCall& call) {
    SOFTACL_TRY(require_known_shapes(call));
    const Shape& x_shape = call.inputs[0]->shape;
    const size_t rank = x_shape.rank();
    const int64_t width = x_shape[rank - 1];
    const int64_t height = x_shape[rank - 2];
    const float scale = call.attrs.at<float>("scale");
    const bool triangle = call.attrs.at<bool>("fixed_triu_mask");
    const bool masked = call.has_input(1);
    const kernels::Strides strides =
        masked ? kernels::broadcast_strides(call.inputs[1]->shape, x_shape) : kernels::Strides(rank, 0);
    const int64_t step = strides[rank - 1];
    const Shape outer(Ints(x_shape.begin(), x_shape.end() - 1));
    const kernels::StridedLoop<2> rows(
        outer, {kernels::row_strides(outer), kernels::Strides(strides.begin(), strides.end() - 1)});
    auto kernel = floats_kernel(call, 0, [=](auto tag, const kernels::Kernel::Buffers& b) -> Status {
        using T = typename decltype(tag)::Type;
        const auto* mask = masked ? static_cast<const bool*>(b.inputs[1]) : nullptr;
        auto* values = static_cast<float*>(b.scratch);
        constexpr float kMasked = -10000;
        rows.run([&](const auto& at, int64_t count, const auto& steps) {
            for (int64_t r = 0; width > 0 && r < count; ++r) {
                const int64_t row = at[0] + r * steps[0];
                const auto* x = static_cast<const T*>(b.inputs[0]) + row * width;
                auto* y = static_cast<T*>(b.outputs[0]) + row * width;
                float highest = -std::numeric_limits<float>::infinity();
                for (int64_t i = 0; i < width; ++i) {
                    const bool hidden =
                        (triangle && i > row % height) || (mask != nullptr && mask[at[1] + r * steps[1] + i * step]);
                    values[i] = hidden ? kMasked : static_cast<float>(x[i]) * scale;
                    highest = std::max(highest, values[i]);
                }
                float sum = 0;
                for (int64_t i = 0; i < width; ++i) {
                    values[i] = std::exp(values[i] - highest);
                    sum += values[i];
                }
                for (int64_t i = 0; i < width; ++i) {
                    y[i] = static_cast<T>(values[i] / sum);
                }
            }
        });
        return {};
    });
    kernel->scratch_bytes = static_cast<size_t>(width) * sizeof(float);
    return kernel;
}

// RotaryMul: x * r1 + (the halves of x exchanged, the new first one negated) * r2

Status infer_rotary(OpCall& call) {
    const Shape& x = call.inputs[0]->shape;
    if (x.rank() < 1 || x[x.rank() - 1] % 2 == 1) {
        return call.fail("the input x has the shape ", x, "; expected an even last dimension");
    }
    for (const size_t i : {1, 2}) {
        SOFTACL_TRY(require_same_dtype(call, 0, i));
        SOFTACL_TRY(require_broadcast(call, i, call.inputs[i]->shape));
    }
    return same_as_first(call);
}

Result<kernels::KernelPtr> make_rotary(const OpCall& call) {
    SOFTACL_TRY(require_known_shapes(call));
    const Shape& x_shape = call.inputs[0]->shape;
    const int64_t width = x_shape[x_shape.rank() - 1];
    const auto strides = [&](size_t i) { return kernels::broadcast_strides(call.inputs[i]->shape, x_shape); };
    const kernels::StridedLoop<3> loop(x_shape, {kernels::row_strides(x_shape), strides(1), strides(2)});
    return floats_kernel(call, 0, [=](auto tag, const kernels::Kernel::Buffers& b) -> Status {
        using T = typename decltype(tag)::Type;
        using R = ref::Real<T>;
        const auto input = [&](size_t i, int64_t at) { return static_cast<R>(static_cast<const T*>(b.inputs[i])[at]); };
        loop.run([&](const auto& at, int64_t count, const auto& steps) {
            for (int64_t i = 0; i < count; ++i) {
                const int64_t place = at[0] + i * steps[0];
                const bool first = place % width < width / 2;
                const R turned = first ? -input(0, place + width / 2) : input(0, place - width / 2);
                static_cast<T*>(b.outputs[0])[place] = static_cast<T>(input(0, place) * input(1, at[1] + i * steps[1]) +
                                                                      turned * input(2, at[2] + i * steps[2]));
            }
        });
        return {};
    });
}

// Scale: the second input's dimensions begin at an axis

Result<Shape> aligned(const OpCall& call, size_t input) {
    const Shape& x = call.inputs[0]->shape;
    const Shape& scale = call.inputs[input]->shape;
    SOFTACL_ASSIGN(const size_t axis, normal_axis(call, call.attrs.at<int64_t>("axis"), x.rank()));
    if (scale.is_known() && scale.elements() == 1) {
        return Shape{1};
    }
    if (axis + scale.rank() > x.rank()) {
        return call.fail("the input ", input_name(call, input), " has the shape ", scale,
                         ", which does not fit into x of ", x, " from axis ", axis, " on");
    }
    Ints dims = scale.dims();
    dims.resize(x.rank() - axis, 1);
    return Shape(std::move(dims));
}

Status infer_scale(OpCall& call) {
    const auto axes = call.attrs.at<int64_t>("num_axes");
    const size_t rank = call.inputs[1]->shape.rank();
    if (call.attrs.at<bool>("scale_from_blob") && axes > 0 && static_cast<int64_t>(rank) != axes &&
        !(call.inputs[1]->shape.is_known() && call.inputs[1]->shape.elements() == 1)) {
        return call.fail("the input scale has the shape ", call.inputs[1]->shape, "; expected num_axes, ", axes,
                         ", dimensions");
    }
    for (const size_t i : {1, 2}) {
        if (call.has_input(i)) {
            SOFTACL_TRY(require_same_dtype(call, 0, i));
            SOFTACL_ASSIGN(const Shape shape, aligned(call, i));
            SOFTACL_TRY(require_broadcast(call, i, shape));
        }
    }
    return same_as_first(call);
}

Result<kernels::KernelPtr> make_scale(const OpCall& call) {
    SOFTACL_TRY(require_known_shapes(call));
    const Shape& x_shape = call.inputs[0]->shape;
    const bool moves = call.has_input(2);
    SOFTACL_ASSIGN(const Shape scale, aligned(call, 1));
    Shape bias = {1};
    if (moves) {
        SOFTACL_ASSIGN(bias, aligned(call, 2));
    }
    const kernels::StridedLoop<3> loop(x_shape,
                                       {kernels::row_strides(x_shape), kernels::broadcast_strides(scale, x_shape),
                                        kernels::broadcast_strides(bias, x_shape)});
    return floats_kernel(call, 0, [=](auto tag, const kernels::Kernel::Buffers& b) -> Status {
        using T = typename decltype(tag)::Type;
        using R = ref::Real<T>;
        loop.run([&](const auto& at, int64_t count, const auto& steps) {
            const auto input = [&](size_t operand, int64_t i) {
                return static_cast<R>(static_cast<const T*>(b.inputs[operand])[at[operand] + i * steps[operand]]);
            };
            for (int64_t i = 0; i < count; ++i) {
                static_cast<T*>(b.outputs[0])[at[0] + i * steps[0]] =
                    static_cast<T>(input(0, i) * input(1, i) + (moves ? input(2, i) : R{}));
            }
        });
        return {};
    });
}

}  // namespace

OpDef declare_ScaledMaskedSoftmax() {
    return OpDef("ScaledMaskedSoftmax", "Softmax along the last axis of x * scale, with -10000 where the mask is.")
        .input("x", kTypes)
        .optional_input("mask", kBool)
        .output("y", kTypes)
        .attr("scale", 1.0F)
        .attr("fixed_triu_mask", false)
        .infer(infer_softmax)
        .kernel("reference", make_softmax);
}
OpDef declare_RotaryMul() {
    return OpDef("RotaryMul", "x * r1 + turned x * r2, where the halves of the last axis turn around each other.")
        .input("x", kTypes)
        .input("r1", kTypes)
        .input("r2", kTypes)
        .output("y", kTypes)
        .infer(infer_rotary)
        .kernel("reference", make_rotary);
}
OpDef declare_Scale() {
    return OpDef("Scale", "x * scale + bias, whose dimensions are those of x from an axis on.")
        .input("x", kTypes)
        .input("scale", kTypes)
        .optional_input("bias", kTypes)
        .output("y", kTypes)
        .attr("axis", int64_t{1})
        .attr("num_axes", int64_t{1})
        .attr("scale_from_blob", true)
        .infer(infer_scale)
        .kernel("reference", make_scale);
}

}  // namespace softacl::ops
