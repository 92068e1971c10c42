// SPDX-License-Identifier: Apache-2.0
#include "ops/caffe/importing.h"
#include "ops/caffe/imports.h"

namespace softacl::ops {
namespace {

Imported global(Importer& graph, const ForeignNode& node, bool maximum, const Window& window) {
    if (window.pads_begin != Ints{0, 0} || window.strides != Ints{1, 1}) {
        return import_fail("it has global_pooling with a pad or stride, which do not go together");
    }
    if (!maximum) {
        return one(graph.add("GlobalAveragePool", {node.input(0)}));
    }
    const ValueRef axes = graph.add_constant(Tensor::list<int64_t>({2, 3}), "axes");
    return one(graph.add("ReduceMax", {node.input(0), axes}, {{"keep_dims", true}}));
}

/// Rounding up is what Caffe does; forks can be told not to.
Result<bool> rounds_up(const ForeignNode& node) {
    const auto mode = node.attrs.get<std::string>("round_mode", "CEIL");
    const bool up = flag_of(node, "ceil_mode", mode == "CEIL");
    if (node.attrs.has("round_mode") && up != (mode == "CEIL")) {
        return import_fail("its parameters round_mode and ceil_mode contradict each other");
    }
    return up;
}

}  // namespace

Imported import_caffe_pooling(Importer& graph, const ForeignNode& node) {
    SOFTACL_TRY(check_bottoms(node, 1, 1));
    if (node.outputs > 1) {
        return import_fail("its second top, the mask, is not supported");
    }
    const Shape x = graph.type(node.input(0)).shape;
    if (x.rank() != 4) {
        return import_fail("the bottom has the shape ", x, "; expected 4 dimensions");
    }
    const auto method = node.attrs.get<std::string>("pool", "MAX");
    if (method != "MAX" && method != "AVE") {
        return import_fail("its parameter pool is ", method, "; supported are MAX and AVE");
    }
    const bool maximum = method == "MAX";
    ForeignNode sized = node;
    const bool whole = flag_of(node, "global_pooling", false);
    if (whole) {
        sized.attrs.set("kernel_size", Ints(x.begin() + 2, x.end()));
    }
    SOFTACL_ASSIGN(const Window window, window_of(sized, x));
    if (whole) {
        return global(graph, node, maximum, window);
    }
    SOFTACL_ASSIGN(const bool up, rounds_up(node));
    const bool padded = window.pads_begin != Ints{0, 0};
    for (size_t i = 0; i < 2 && up && !padded; ++i) {
        const int64_t rest = (x[2 + i] - window.size[i]) % window.strides[i];
        if (rest > 0 && rest + window.size[i] <= window.strides[i]) {
            return import_fail("its last window lies wholly outside of the bottom of shape ", x);
        }
    }
    Attrs attrs = {{"ksize", with_leading_ones(window.size)},
                   {"strides", with_leading_ones(window.strides)},
                   {"pads", pads_in_pairs(window)},
                   {"data_format", std::string("NCHW")},
                   {"ceil_mode", up}};
    if (!maximum) {
        attrs.set("exclusive", !padded);  // the same without padding, and there are faster kernels for it
    }
    return one(graph.add(maximum ? "MaxPoolV3" : "AvgPoolV2", {node.input(0)}, std::move(attrs)));
}

}  // namespace softacl::ops
