// SPDX-License-Identifier: Apache-2.0
// Conv2D, Conv3D, and Conv2D with what a pass has fused to it.
#include "ops/caffe/imports.h"
#include "ops/common/import_simple.h"
#include "ops/nn/activation.h"
#include "ops/nn/conv.h"

namespace softacl::ops {
namespace {

constexpr ConvInputs kPlain = {0, 1, 2, static_cast<size_t>(-1)};
constexpr ConvInputs kFused = {0, 1, 2, 3};

template <size_t rank>
Status infer_plain(OpCall& call) {
    return infer_convolution(call, kPlain, rank);
}

Status infer_fused(OpCall& call) {
    SOFTACL_TRY(infer_convolution(call, kFused, 4));
    SOFTACL_TRY(activation_of(call).status());
    if (call.has_input(3) && call.inputs[3]->shape.is_known() && call.outputs[0].shape.is_known() &&
        call.inputs[3]->shape != call.outputs[0].shape) {
        return call.fail("the input addend has the shape ", call.inputs[3]->shape, "; expected that of the result, ",
                         call.outputs[0].shape);
    }
    return {};
}

Result<kernels::KernelPtr> make_plain_channels(const OpCall& call) {
    return make_channels_convolution(call, kPlain, {});
}
Result<kernels::KernelPtr> make_fused_channels(const OpCall& call) {
    SOFTACL_ASSIGN(const auto activation, activation_of(call));
    return make_channels_convolution(call, kFused, activation);
}
Result<kernels::KernelPtr> make_plain_fast(const OpCall& call) { return make_fast_convolution(call, kPlain, {}); }
Result<kernels::KernelPtr> make_plain_reference(const OpCall& call) {
    return make_reference_convolution(call, kPlain, {});
}
Result<kernels::KernelPtr> make_fused_fast(const OpCall& call) {
    SOFTACL_ASSIGN(const auto activation, activation_of(call));
    return make_fast_convolution(call, kFused, activation);
}
Result<kernels::KernelPtr> make_fused_reference(const OpCall& call) {
    SOFTACL_ASSIGN(const auto activation, activation_of(call));
    return make_reference_convolution(call, kFused, activation);
}

/// One and two spatial axes become Conv2D, three Conv3D.
Imported import_conv(Importer& graph, const ForeignNode& node) {
    const Shape x = graph.type(node.input(0)).shape;
    const Shape filter = graph.type(node.input(1)).shape;
    if (x.rank() < 3 || x.rank() > 5 || filter.rank() != x.rank()) {
        return fail(ACL_ERROR_INVALID_PARAM, "X has the shape ", x, " and W ", filter,
                    "; expected 3 to 5 dimensions, and the same number");
    }
    SOFTACL_ASSIGN(const Window window, onnx_window(node, x, Ints(filter.begin() + 2, filter.end())));
    for (size_t i = 0; i < window.size.size(); ++i) {
        if (filter[2 + i] >= 0 && window.size[i] != filter[2 + i]) {
            return fail(ACL_ERROR_INVALID_PARAM, "kernel_shape does not fit W of shape ", filter);
        }
    }
    const Flat flat{graph, x.rank() == 3};
    SOFTACL_ASSIGN(const ValueRef wide_x, flat.widen(node.input(0), "x"));
    SOFTACL_ASSIGN(const ValueRef wide_filter, flat.widen(node.input(1), "filter"));
    const Window wide = flat.widen(window);
    Attrs attrs = {{"strides", with_leading_ones(wide.strides)},
                   {"pads", pads_in_pairs(wide)},
                   {"dilations", with_leading_ones(wide.dilations)},
                   {"groups", node.attrs.get<int64_t>("group", 1)},
                   {"data_format", std::string(x.rank() == 5 ? "NCDHW" : "NCHW")}};
    SOFTACL_ASSIGN(const ValueRef y,
                   graph.add(x.rank() == 5 ? "Conv3D" : "Conv2D", {wide_x, wide_filter, node.input(2)},
                             std::move(attrs), flat.suffix("conv")));
    return one(flat.narrow(y));
}

OpDef convolution(const char* name, const char* doc) {
    return OpDef(name, doc).input("x", kFloats).input("filter", kFloats).optional_input("bias", kFloats);
}

OpDef& declare_conv_attrs(OpDef& op, size_t rank) {
    return op.output("y", kFloats)
        .required_attr("strides", Ints{})
        .required_attr("pads", Ints{})
        .attr("dilations", Ints(rank, 1))
        .attr("groups", int64_t{1})
        .attr("data_format", std::string(rank == 5 ? "NDHWC" : "NHWC"));
}

}  // namespace

OpDef declare_Conv2D() {
    OpDef op = convolution("Conv2D", "Convolution over two axes, with groups and bias.");
    op.optional_input("offset_w", {ACL_INT8});
    return declare_conv_attrs(op, 4)
        .attr("offset_x", int64_t{0})
        .infer(infer_plain<4>)
        .kernel("channels", make_plain_channels)
        .kernel("onednn", make_plain_fast)
        .kernel("reference", make_plain_reference)
        .onnx("Conv", import_conv)
        .caffe("Convolution", import_caffe_convolution)
        .caffe("DepthwiseConvolution", import_caffe_convolution);
}

OpDef declare_Conv3D() {
    OpDef op = convolution("Conv3D", "Convolution over three axes, with groups and bias.");
    op.optional_input("offset_w", {ACL_INT8});
    return declare_conv_attrs(op, 5)
        .attr("offset_x", int64_t{0})
        .infer(infer_plain<5>)
        .kernel("onednn", make_plain_fast)
        .kernel("reference", make_plain_reference);
}

OpDef declare_CpuFusedConv2D() {
    OpDef op = convolution("CpuFusedConv2D", "Conv2D, then the sum with addend, then an activation.");
    op.optional_input("addend", kFloats);
    declare_activation(declare_conv_attrs(op, 4));
    return op.infer(infer_fused)
        .kernel("channels", make_fused_channels)
        .kernel("onednn", make_fused_fast)
        .kernel("reference", make_fused_reference);
}

}  // namespace softacl::ops
