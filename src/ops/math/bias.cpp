// SPDX-License-Identifier: Apache-2.0
// Numbers for some of the axes, added all along the others.
#include "ops/common/values.h"
#include "ops/math/binary.h"

namespace softacl::ops {
namespace {

// The shape of the bias with all of x's axes.
using Align = Result<Shape> (*)(const OpCall& call);

Result<Shape> align_list(const OpCall& call) {
    const Shape& x = call.inputs[0]->shape;
    const Shape& bias = call.inputs[1]->shape;
    const auto& format = call.attrs.at<std::string>("data_format");
    if (x.rank() < 2 || bias.rank() != 1) {
        return call.fail("the input x has the shape ", x, ", the input bias ", bias,
                         "; expected at least two dimensions and one");
    }
    const bool channels_first = format == "NCHW" || format == "NCDHW";
    if (!channels_first && format != "NHWC" && format != "NDHWC") {
        return call.fail("the attribute data_format is '", format, "'; expected NHWC, NCHW, NDHWC or NCDHW");
    }
    Ints dims(x.rank(), 1);
    dims[channels_first ? 1 : x.rank() - 1] = bias[0];
    return Shape(std::move(dims));
}

// Caffe's: the bias has the dimensions of x from `axis` on, num_axes of them or, with -1, all.
Result<Shape> align_block(const OpCall& call) {
    const Shape& x = call.inputs[0]->shape;
    const Shape& bias = call.inputs[1]->shape;
    SOFTACL_ASSIGN(const size_t axis, normal_axis(call, call.attrs.at<int64_t>("axis"), x.rank()));
    size_t count = bias.rank();
    if (call.attrs.at<bool>("bias_from_blob")) {
        const auto wanted = call.attrs.at<int64_t>("num_axes");
        count = wanted < 0 ? x.rank() - axis : static_cast<size_t>(wanted);
        if (wanted < -1 || count > x.rank() - axis) {
            return call.fail("the attribute num_axes is ", wanted, "; expected -1 to ", x.rank() - axis);
        }
        if (count == 0 && bias.is_known() && bias.elements() == 1) {
            return Shape(Ints(x.rank(), 1));
        }
    }
    if (bias.rank() != count || count > x.rank() - axis) {
        return call.fail("the input bias has the shape ", bias, "; expected the ", count, " dimensions of x of ", x,
                         " from axis ", axis, " on");
    }
    Ints dims(x.rank(), 1);
    std::copy(bias.begin(), bias.end(), dims.begin() + static_cast<std::ptrdiff_t>(axis));
    return Shape(std::move(dims));
}

template <Align align>
Status infer_bias(OpCall& call) {
    SOFTACL_TRY(require_same_dtype(call, 0, 1));
    SOFTACL_ASSIGN(const Shape bias, align(call));
    const Shape& x = call.inputs[0]->shape;
    for (size_t axis = 0; axis < x.rank(); ++axis) {
        if (bias[axis] != 1 && bias[axis] >= 0 && x[axis] >= 0 && bias[axis] != x[axis]) {
            return call.fail("the input bias has the shape ", call.inputs[1]->shape,
                             ", which does not fit the input x of ", x);
        }
    }
    return same_as_first(call);
}

struct SumRow : BinaryRow {
    template <class T>
    static T apply(T a, T b) {
        return kernels::wrapping_add(a, b);
    }
};

template <Align align>
Result<kernels::KernelPtr> make_bias(const OpCall& call) {
    SOFTACL_TRY(require_known_shapes(call));
    SOFTACL_ASSIGN(const Shape bias, align(call));
    const Shape& x = call.inputs[0]->shape;
    const kernels::Strides rows = kernels::row_strides(x);
    const kernels::StridedLoop<3> loop(x, {rows, kernels::broadcast_strides(bias, x), rows});
    kernels::KernelPtr kernel;
    visit_dtype(call.inputs[0]->dtype, [&](auto tag) {
        using T = typename decltype(tag)::Type;
        if constexpr (!std::is_same_v<T, bool>) {
            kernel = function_kernel(call, [loop](const kernels::Kernel::Buffers& buffers) {
                return run_binary<SumRow, T, T>(loop, buffers);
            });
        }
    });
    return kernel;
}

template <Align align>
OpDef declare_bias(const char* name, const char* doc, DTypes types) {
    return OpDef(name, doc)
        .input("x", types)
        .input("bias", types)
        .output("y", types)
        .infer(infer_bias<align>)
        .kernel("reference", make_bias<align>);
}

}  // namespace

OpDef declare_BiasAdd() {
    return declare_bias<align_list>("BiasAdd", "x and a number for each channel; integers wrap around.", kNumbers)
        .attr("data_format", std::string("NHWC"));
}
OpDef declare_Bias() {
    return declare_bias<align_block>("Bias", "x and a tensor with some of its dimensions, from axis on.",
                                     {ACL_FLOAT, ACL_FLOAT16, ACL_BF16})
        .attr("axis", int64_t{1})
        .attr("num_axes", int64_t{1})
        .attr("bias_from_blob", true);
}

}  // namespace softacl::ops
