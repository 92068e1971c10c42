// SPDX-License-Identifier: Apache-2.0
// BatchNorm, LRN and Softmax.
#include "ops/caffe/importing.h"
#include "ops/caffe/imports.h"

namespace softacl::ops {
namespace {

/// x / (1 + alpha * the mean of squares around it, zeros beyond the borders included) ^ beta
Imported within_channel(Importer& graph, const ForeignNode& node, int64_t size, float alpha, float beta) {
    const ValueRef x = node.input(0);
    Window window;
    window.size = {size, size};
    window.strides = {1, 1};
    window.pads_begin = window.pads_end = Ints(2, (size - 1) / 2);
    SOFTACL_ASSIGN(const ValueRef squares, graph.add("Square", {x}, {}, "square"));
    SOFTACL_ASSIGN(const ValueRef mean, graph.add("AvgPoolV2", {squares},
                                                  {{"ksize", with_leading_ones(window.size)},
                                                   {"strides", with_leading_ones(window.strides)},
                                                   {"pads", pads_in_pairs(window)},
                                                   {"data_format", std::string("NCHW")},
                                                   {"exclusive", false}},
                                                  "pool"));
    SOFTACL_ASSIGN(const ValueRef scaled, graph.add("Muls", {mean}, {{"value", alpha}}, "alpha"));
    SOFTACL_ASSIGN(const ValueRef base, graph.add("Adds", {scaled}, {{"value", 1.0F}}, "sum"));
    const ValueRef exponent = graph.add_constant(Tensor::scalar(-beta), "beta");
    SOFTACL_ASSIGN(const ValueRef factor, graph.add("Pow", {base, exponent}, {}, "power"));
    return one(graph.add("Mul", {x, factor}));
}

}  // namespace

Imported import_caffe_lrn(Importer& graph, const ForeignNode& node) {
    SOFTACL_TRY(check_bottoms(node, 1, 1));
    const Shape& x = graph.type(node.input(0)).shape;
    constexpr int64_t kMost = 1 << 20;
    const int64_t size = int_of(node, "local_size", 5);
    if (x.rank() != 4 || size < 1 || size > kMost || size % 2 == 0) {
        return import_fail("its parameter local_size is ", size, " and the bottom has the shape ", x,
                           "; expected an odd number and 4 dimensions");
    }
    const float alpha = float_of(node, "alpha", 1);
    const float beta = float_of(node, "beta", 0.75F);
    if (node.attrs.get<std::string>("norm_region", "ACROSS_CHANNELS") == "WITHIN_CHANNEL") {
        return within_channel(graph, node, size, alpha, beta);
    }
    return one(graph.add("LRN", {node.input(0)},
                         {{"depth_radius", (size - 1) / 2},
                          {"alpha", alpha / static_cast<float>(size)},
                          {"beta", beta},
                          {"bias", float_of(node, "k", 1)}}));
}

/// The blobs are sums of means and variances, and how many batches, decayed, went into them.
Imported import_caffe_batch_norm(Importer& graph, const ForeignNode& node) {
    constexpr size_t kBlobs = 3;
    SOFTACL_TRY(check_bottoms(node, 1, 1));
    if (!flag_of(node, "use_global_stats", true)) {
        return import_fail("its parameter use_global_stats is false: statistics of the batch are not supported");
    }
    if (node.blobs > kBlobs) {
        return import_fail("its weights have ", node.blobs, " blobs; expected ", kBlobs,
                           ": put scale and bias into a Scale layer");
    }
    const Shape x = graph.type(node.input(0)).shape;
    if (x.rank() < 2) {
        return import_fail("the bottom has the shape ", x, "; expected channels");
    }
    SOFTACL_ASSIGN(const ValueRef mean, blob_of(graph, node, 0, {x[1]}, "mean"));
    SOFTACL_ASSIGN(const ValueRef variance, blob_of(graph, node, 1, {x[1]}, "variance"));
    SOFTACL_ASSIGN(const ValueRef batches, blob_of(graph, node, 2, {1}, "momentum"));
    return one(graph.add("BNInference", {node.input(0), mean, variance, batches},
                         {{"epsilon", float_of(node, "eps", 1e-5F)}}));
}

Imported import_caffe_softmax(Importer& graph, const ForeignNode& node) {
    SOFTACL_TRY(check_bottoms(node, 1, 1));
    SOFTACL_ASSIGN(const int64_t axis, axis_of(node, "axis", 1, graph.type(node.input(0)).shape));
    return one(graph.add("SoftmaxV2", {node.input(0)}, {{"axes", Ints{axis}}}));
}

}  // namespace softacl::ops
