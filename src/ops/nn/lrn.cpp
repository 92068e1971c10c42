// SPDX-License-Identifier: Apache-2.0
#include <cmath>

#include "kernels/ref/real.h"
#include "ops/caffe/imports.h"
#include "ops/common/adapt.h"
#include "ops/common/import_simple.h"
#include "ops/common/reference.h"

namespace softacl::ops {
namespace {

namespace ref = kernels::ref;

Status infer(OpCall& call) {
    const TensorType& x = *call.inputs[0];
    if (x.shape.rank() < 3) {
        return call.fail("the input x has the shape ", x.shape, "; expected at least 3 dimensions");
    }
    const auto radius = call.attrs.at<int64_t>("depth_radius");
    if (radius < 0 || radius > std::numeric_limits<int32_t>::max()) {
        return call.fail("depth_radius is ", radius, "; expected at least 0");
    }
    if (const auto& region = call.attrs.at<std::string>("norm_region"); region != "ACROSS_CHANNELS") {
        return call.fail("norm_region is ", region, "; only ACROSS_CHANNELS is supported so far");
    }
    call.outputs[0] = x;
    return {};
}

Result<kernels::KernelPtr> make_fast(const OpCall& call) {
    kernels::LrnParams params;
    params.shape = call.inputs[0]->shape;
    params.size = 2 * call.attrs.at<int64_t>("depth_radius") + 1;
    params.alpha = call.attrs.at<float>("alpha");
    params.beta = call.attrs.at<float>("beta");
    params.bias = call.attrs.at<float>("bias");
    params.layout = call.layout(0);
    return make_fast_kernel(call, {0}, [&](const kernels::FastKernels& fast) { return fast.lrn(params); });
}

/// One row of channel c: the squares of the channels around it are summed first.
template <class T, class R>
void normalize_plane(const T* x, T* y, R* sums, int64_t channels, int64_t plane, int64_t c, int64_t radius, R bias,
                     R alpha, R beta) {
    std::fill_n(sums, plane, R{});
    for (int64_t k = std::max<int64_t>(c - radius, 0); k <= std::min(c + radius, channels - 1); ++k) {
        for (int64_t i = 0; i < plane; ++i) {
            const R value = static_cast<R>(x[k * plane + i]);
            sums[i] += value * value;
        }
    }
    for (int64_t i = 0; i < plane; ++i) {
        y[c * plane + i] = static_cast<T>(static_cast<R>(x[c * plane + i]) / std::pow(bias + alpha * sums[i], beta));
    }
}

Result<kernels::KernelPtr> make_reference(const OpCall& call) {
    kernels::KernelPtr kernel;
    const Shape shape = call.inputs[0]->shape;
    const auto radius = call.attrs.at<int64_t>("depth_radius");
    const float bias = call.attrs.at<float>("bias");
    const float alpha = call.attrs.at<float>("alpha");
    const float beta = call.attrs.at<float>("beta");
    ref::visit_floats(call.inputs[0]->dtype, [&](auto tag) {
        using T = typename decltype(tag)::Type;
        using R = ref::Real<T>;
        const int64_t plane = shape.elements(2, shape.rank());
        kernel = function_kernel(call, [=](const kernels::Kernel::Buffers& b) -> Status {
            for (int64_t n = 0; n < shape[0]; ++n) {
                const int64_t offset = n * shape[1] * plane;
                for (int64_t c = 0; c < shape[1]; ++c) {
                    normalize_plane(static_cast<const T*>(b.inputs[0]) + offset, static_cast<T*>(b.outputs[0]) + offset,
                                    static_cast<R*>(b.scratch), shape[1], plane, c, radius, static_cast<R>(bias),
                                    static_cast<R>(alpha), static_cast<R>(beta));
                }
            }
            return {};
        });
        kernel->scratch_bytes = static_cast<size_t>(plane) * sizeof(R);
    });
    return kernel;
}

Imported import_lrn(Importer& graph, const ForeignNode& node) {
    const auto size = node.attrs.get<int64_t>("size", 0);
    if (size < 1 || size % 2 == 0) {
        return fail(ACL_ERROR_FEATURE_UNSUPPORTED, "size is ", size, "; only odd sizes are supported");
    }
    return one(graph.add("LRN", {node.input(0)},
                         {{"depth_radius", (size - 1) / 2},
                          {"alpha", node.attrs.get<float>("alpha", 1e-4F) / static_cast<float>(size)},
                          {"beta", node.attrs.get<float>("beta", 0.75F)},
                          {"bias", node.attrs.get<float>("bias", 1.0F)}}));
}

}  // namespace

OpDef declare_LRN() {
    return OpDef("LRN", "Each element divided by a power of the sum of squares around it.")
        .input("x", kFloats)
        .output("y", kFloats)
        .attr("depth_radius", int64_t{5})
        .attr("bias", 1.0F)
        .attr("alpha", 1.0F)
        .attr("beta", 0.5F)
        .attr("norm_region", std::string("ACROSS_CHANNELS"))
        .infer(infer)
        .kernel("onednn", make_fast)
        .kernel("reference", make_reference)
        .onnx("LRN", import_lrn)
        .caffe("LRN", import_caffe_lrn);
}

}  // namespace softacl::ops
