// SPDX-License-Identifier: Apache-2.0
// Blocks of an image become channels, and channels become blocks.
#include "ops/common/copy.h"
#include "ops/common/importing.h"
#include "ops/common/infer.h"
#include "ops/common/values.h"

namespace softacl::ops {
namespace {

struct Axes {
    size_t channel = 1;
    size_t height = 2;
    size_t width = 3;
    int64_t block = 1;
};

Result<Axes> axes_of(const OpCall& call) {
    const auto format = call.attrs.at<std::string>("data_format");
    const auto block = call.attrs.at<int64_t>("block_size");
    if (format != "NCHW" && format != "NHWC") {
        return call.fail("the attribute data_format is '", format, "'; expected NCHW or NHWC");
    }
    if (block < 1 || block > 1 << 20) {
        return call.fail("the attribute block_size is ", block);
    }
    if (call.inputs[0]->shape.rank() != 4) {
        return call.fail("the input has the shape ", call.inputs[0]->shape, "; expected four dimensions");
    }
    return format == "NCHW" ? Axes{1, 2, 3, block} : Axes{3, 1, 2, block};
}

Status infer_depth_to_space(OpCall& call) {
    SOFTACL_ASSIGN(const Axes axes, axes_of(call));
    const auto mode = call.attrs.at<std::string>("mode");
    if (mode != "DCR" && mode != "CRD") {
        return call.fail("the attribute mode is '", mode, "'; expected DCR or CRD");
    }
    call.outputs[0] = *call.inputs[0];
    Shape& y = call.outputs[0].shape;
    if (y[axes.channel] >= 0 && y[axes.channel] % (axes.block * axes.block) != 0) {
        return call.fail(y[axes.channel], " channels do not make blocks of ", axes.block, " by ", axes.block);
    }
    y[axes.channel] = y[axes.channel] < 0 ? -1 : y[axes.channel] / (axes.block * axes.block);
    for (const size_t axis : {axes.height, axes.width}) {
        y[axis] = y[axis] < 0 ? -1 : y[axis] * axes.block;
    }
    return {};
}

Status infer_space_to_depth(OpCall& call) {
    SOFTACL_ASSIGN(const Axes axes, axes_of(call));
    call.outputs[0] = *call.inputs[0];
    Shape& y = call.outputs[0].shape;
    for (const size_t axis : {axes.height, axes.width}) {
        if (y[axis] >= 0 && y[axis] % axes.block != 0) {
            return call.fail("dimension ", axis, " of ", call.inputs[0]->shape, " does not split into blocks of ",
                             axes.block);
        }
        y[axis] = y[axis] < 0 ? -1 : y[axis] / axes.block;
    }
    if (y[axes.channel] >= 0 && !Shape{y[axes.channel], axes.block, axes.block}.fits(1)) {
        return call.fail("the result is too large");
    }
    y[axes.channel] = y[axes.channel] < 0 ? -1 : y[axes.channel] * axes.block * axes.block;
    return {};
}

// Both are a copy over (n, h, w, block row, block column, c). In the deep tensor the channel is block row, block
// column, c (DCR) or c, block row, block column (CRD).
StridedCopy copy_of(const Shape& deep, const Shape& flat, const Axes& axes, bool channels_first, bool to_deep) {
    const int64_t channels = flat[axes.channel];
    const kernels::Strides d = kernels::row_strides(deep);
    const kernels::Strides f = kernels::row_strides(flat);
    const int64_t c = d[axes.channel];
    const int64_t block = axes.block;
    const Shape region = {deep[0], deep[axes.height], deep[axes.width], block, block, channels};
    const kernels::Strides in_deep =
        channels_first ? kernels::Strides{d[0], d[axes.height], d[axes.width], block * c, c, block * block * c}
                       : kernels::Strides{d[0], d[axes.height], d[axes.width], block * channels * c, channels * c, c};
    const kernels::Strides in_flat = {f[0],           block * f[axes.height], block * f[axes.width],
                                      f[axes.height], f[axes.width],          f[axes.channel]};
    return to_deep ? StridedCopy{0, 0, region, in_flat, in_deep} : StridedCopy{0, 0, region, in_deep, in_flat};
}

Result<kernels::KernelPtr> make_depth_to_space(const OpCall& call) {
    SOFTACL_TRY(require_known_shapes(call));
    SOFTACL_ASSIGN(const Axes axes, axes_of(call));
    const bool channels_first = call.attrs.at<std::string>("mode") == "CRD";
    return copy_kernel(call, {copy_of(call.inputs[0]->shape, call.outputs[0].shape, axes, channels_first, false)});
}
Result<kernels::KernelPtr> make_space_to_depth(const OpCall& call) {
    SOFTACL_TRY(require_known_shapes(call));
    SOFTACL_ASSIGN(const Axes axes, axes_of(call));
    return copy_kernel(call, {copy_of(call.outputs[0].shape, call.inputs[0]->shape, axes, false, true)});
}

Imported import_depth_to_space(Importer& graph, const ForeignNode& node) {
    return one(graph.add("DepthToSpace", node.inputs,
                         {{"block_size", node.attrs.get<int64_t>("blocksize", 0)},
                          {"mode", node.attrs.get<std::string>("mode", "DCR")},
                          {"data_format", std::string("NCHW")}}));
}
Imported import_space_to_depth(Importer& graph, const ForeignNode& node) {
    return one(
        graph.add("SpaceToDepth", node.inputs,
                  {{"block_size", node.attrs.get<int64_t>("blocksize", 0)}, {"data_format", std::string("NCHW")}}));
}

}  // namespace

OpDef declare_DepthToSpace() {
    return OpDef("DepthToSpace", "Channels become blocks of the image.")
        .input("x", kAny)
        .output("y", kAny)
        .required_attr("block_size", int64_t{})
        .attr("mode", std::string("DCR"))
        .attr("data_format", std::string("NHWC"))
        .infer(infer_depth_to_space)
        .kernel("reference", make_depth_to_space)
        .onnx("DepthToSpace", import_depth_to_space);
}

OpDef declare_SpaceToDepth() {
    return OpDef("SpaceToDepth", "Blocks of the image become channels.")
        .input("x", kAny)
        .output("y", kAny)
        .required_attr("block_size", int64_t{})
        .attr("data_format", std::string("NHWC"))
        .infer(infer_space_to_depth)
        .kernel("reference", make_space_to_depth)
        .onnx("SpaceToDepth", import_space_to_depth);
}

}  // namespace softacl::ops
