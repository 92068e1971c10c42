// SPDX-License-Identifier: Apache-2.0
// The reorg layer of YOLOv2, which reads its input as if it had fewer channels and larger images.
#include "ops/common/copy.h"
#include "ops/common/importing.h"
#include "ops/common/values.h"

namespace softacl::ops {
namespace {

Status infer(OpCall& call) {
    const Shape& x = call.inputs[0]->shape;
    const auto stride = call.attrs.at<int64_t>("stride");
    if (stride < 1 || stride > 1 << 15) {
        return call.fail("stride is ", stride, "; expected at least 1");
    }
    if (x.rank() != 4) {
        return call.fail("the input x has the shape ", x, "; expected four dimensions");
    }
    if (!x.is_known()) {
        call.outputs[0] = {call.inputs[0]->dtype, unknown_shape(4)};
        return {};
    }
    if (x[1] % (stride * stride) != 0 || x[2] % stride != 0 || x[3] % stride != 0) {
        return call.fail("the input x has the shape ", x, "; expected channels divided by ", stride * stride,
                         ", height and width by ", stride);
    }
    // Not larger than x, but the product of its channels alone may be where another dimension is 0.
    if (!Shape{x[1], stride, stride}.fits(8)) {
        return call.fail("the result is too large");
    }
    call.outputs[0] = {call.inputs[0]->dtype, {x[0], x[1] * stride * stride, x[2] / stride, x[3] / stride}};
    return {};
}

// The input's memory is taken as [N, rows, stride, W, stride], with rows of all channels and images in one; both
// strides go in front of the rows.
Result<kernels::KernelPtr> make_reference(const OpCall& call) {
    SOFTACL_TRY(require_known_shapes(call));
    const Shape& x = call.inputs[0]->shape;
    const auto stride = call.attrs.at<int64_t>("stride");
    const int64_t rows = x[1] * x[2] / (stride * stride);
    const Shape region = {x[0], stride, stride, rows, x[3]};
    const kernels::Strides in = kernels::row_strides({x[0], rows, stride, x[3], stride});
    return copy_kernel(call, {{0, 0, region, {in[0], in[2], in[4], in[1], in[3]}, kernels::row_strides(region)}});
}

Imported import_reorg(Importer& graph, const ForeignNode& node) {
    const auto stride = node.attrs.get<int64_t>("stride", 1);
    if (node.attrs.get<bool>("reverse", false)) {
        return one(
            graph.add("DepthToSpace", {node.input(0)},
                      {{"block_size", stride}, {"mode", std::string("DCR")}, {"data_format", std::string("NCHW")}}));
    }
    return one(graph.add("CpuReorg", {node.input(0)}, {{"stride", stride}}));
}

}  // namespace

OpDef declare_CpuReorg() {
    return OpDef("CpuReorg", "The reorg layer of YOLOv2: stride * stride as many channels of smaller images.")
        .input("x", kAny)
        .output("y", kAny)
        .attr("stride", int64_t{1})
        .infer(infer)
        .kernel("reference", make_reference)
        .caffe("Reorg", import_reorg);
}

}  // namespace softacl::ops
