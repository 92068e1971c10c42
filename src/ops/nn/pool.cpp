// SPDX-License-Identifier: Apache-2.0
// Pools over two and three axes.
#include "kernels/ref/pool.h"

#include "ops/caffe/imports.h"
#include "ops/common/adapt.h"
#include "ops/common/import_simple.h"
#include "ops/common/reference.h"
#include "ops/common/window.h"

namespace softacl::ops {
namespace {

namespace ref = kernels::ref;

bool is_maximum(const OpCall& call) { return call.op->name().compare(0, 3, "Max") == 0; }
size_t rank_of(const OpCall& call) { return call.op->name().find("3D") != std::string::npos ? 5 : 4; }

/// The operators differ in the kinds and names of attributes: flags may be numbers.
bool flag(const OpCall& call, const char* attr) {
    const auto* number = call.attrs.find_as<int64_t>(attr);
    return number != nullptr ? *number != 0 : call.attrs.get<bool>(attr, false);
}

Rounding rounding_of(const OpCall& call) { return flag(call, "ceil_mode") ? Rounding::kUp : Rounding::kDown; }

/// Of the 2-D operators padding_mode, of MaxPool3D padding; AvgPool3D has pads only.
std::string padding_mode(const OpCall& call) {
    const auto* mode = call.attrs.find_as<std::string>(rank_of(call) == 5 ? "padding" : "padding_mode");
    return mode == nullptr ? "CALCULATED" : *mode;
}

Result<Window> pool_window(const OpCall& call) {
    const size_t rank = rank_of(call);
    const size_t spatial = rank - 2;
    SOFTACL_TRY(check_channels_first(call, 0, call.attrs.at<std::string>("data_format"), rank));
    const Shape& x = call.inputs[0]->shape;
    Window window;
    window.dilations = Ints(spatial, 1);
    window.pads_begin = window.pads_end = Ints(spatial, 0);
    if (flag(call, "global_pooling")) {
        window.size.assign(x.begin() + 2, x.end());
        window.strides = Ints(spatial, 1);
        return window;
    }
    SOFTACL_ASSIGN(window.size, spatial_attr(call, "ksize", spatial));
    SOFTACL_ASSIGN(window.strides, spatial_attr(call, "strides", spatial));
    if (call.attrs.has("dilation")) {
        SOFTACL_ASSIGN(window.dilations, spatial_attr(call, "dilation", spatial));
    }
    const std::string mode = padding_mode(call);
    if (mode == "CALCULATED") {
        window.pads_begin.clear();
        window.pads_end.clear();
        SOFTACL_TRY(read_pads(call, "pads", spatial, window));
        for (size_t i = 0; i < spatial; ++i) {
            if (std::max(window.pads_begin[i], window.pads_end[i]) >= window.span(i)) {
                return call.fail("the pads ", window.pads_begin[i], " and ", window.pads_end[i],
                                 " are as large as the window, which spans ", window.span(i),
                                 " positions of dimension ", i + 2);
            }
        }
    } else if (mode == "SAME") {
        for (size_t i = 0; i < spatial; ++i) {
            const auto same = same_pads(std::max<int64_t>(x[2 + i], 0), window.span(i), window.strides[i], true);
            window.pads_begin[i] = same.begin;
            window.pads_end[i] = same.end;
        }
    } else if (mode != "VALID") {
        return call.fail("the padding mode is ", mode, "; expected CALCULATED, SAME or VALID");
    }
    return window;
}

Status infer(OpCall& call) {
    SOFTACL_ASSIGN(const Window window, pool_window(call));
    const TensorType& x = *call.inputs[0];
    std::vector<int64_t> dims = {x.shape[0], x.shape[1]};
    for (size_t i = 0; i < window.size.size(); ++i) {
        if (flag(call, "global_pooling")) {
            dims.push_back(1);
            continue;
        }
        SOFTACL_ASSIGN(const int64_t count, count_windows(call, "x", window, i, x.shape[2 + i], rounding_of(call)));
        dims.push_back(count);
    }
    call.outputs[0] = {x.dtype, Shape(std::move(dims)), x.format};
    return {};
}

Result<ref::PoolGeometry> geometry_of(const OpCall& call) {
    SOFTACL_ASSIGN(const Window window, pool_window(call));
    const Shape& x = call.inputs[0]->shape;
    const Shape& y = call.outputs[0].shape;
    ref::PoolGeometry g;
    g.planes = y.elements(0, 2);
    g.kind = is_maximum(call) ? ref::PoolGeometry::Kind::kMax : ref::PoolGeometry::Kind::kAverage;
    g.counts_padding = call.attrs.has("exclusive") ? !flag(call, "exclusive") : flag(call, "count_include_pad");
    g.divisor = call.attrs.get<int64_t>("divisor_override", 0);
    const size_t spatial = window.size.size();
    for (size_t i = 0; i < spatial; ++i) {
        g.axes[3 - spatial + i] = {
            x[2 + i],          y[2 + i], window.size[i], window.strides[i], window.dilations[i], window.pads_begin[i],
            window.pads_end[i]};
    }
    return g;
}

Result<kernels::KernelPtr> make_fast(const OpCall& call) {
    SOFTACL_ASSIGN(const auto g, geometry_of(call));
    kernels::PoolParams params;
    params.kind = is_maximum(call)   ? kernels::PoolParams::Kind::kMax
                  : g.counts_padding ? kernels::PoolParams::Kind::kAverageWithPadding
                                     : kernels::PoolParams::Kind::kAverage;
    params.input = call.inputs[0]->shape;
    params.output = call.outputs[0].shape;
    params.input_layout = call.layout(0);
    for (size_t i = 5 - params.input.rank(); i < 3; ++i) {
        const ref::PoolAxis& axis = g.axes[i];
        // The fast kernels want the end of the last window, which may lie before or beyond the padding.
        const int64_t end = (axis.output - 1) * axis.stride + axis.taps - axis.input - axis.pad_begin;
        if (axis.dilation != 1 || g.divisor != 0 || (g.counts_padding && end > axis.pad_end)) {
            return fail(ACL_ERROR_FEATURE_UNSUPPORTED, "no dilations, divisors and windows beyond counted padding");
        }
        params.window.push_back(axis.taps);
        params.strides.push_back(axis.stride);
        params.pads_begin.push_back(axis.pad_begin);
        params.pads_end.push_back(end);
    }
    return make_fast_kernel(call, {0}, [&](const kernels::FastKernels& fast) { return fast.pool(params); });
}

Result<kernels::KernelPtr> make_reference(const OpCall& call) {
    SOFTACL_ASSIGN(const auto geometry, geometry_of(call));
    kernels::KernelPtr kernel;
    ref::visit_numbers(call.inputs[0]->dtype, [&](auto tag) {
        using T = typename decltype(tag)::Type;
        kernel = function_kernel(call, [geometry](const kernels::Kernel::Buffers& b) -> Status {
            ref::pool(geometry, static_cast<const T*>(b.inputs[0]), static_cast<T*>(b.outputs[0]), nullptr);
            return {};
        });
    });
    return kernel;
}

/// What only the operator with ONNX's attributes has.
Imported import_places(Importer& graph, const ForeignNode& node) {
    Attrs attrs = onnx_window_attrs(node);
    attrs.set("ceil_mode", node.attrs.get<int64_t>("ceil_mode", 0));
    attrs.set("storage_order", node.attrs.get<int64_t>("storage_order", 0));
    return graph.add_node("CpuMaxPool", {node.input(0)}, std::move(attrs), std::min<size_t>(node.outputs, 2), "");
}

Imported import_pool(Importer& graph, const ForeignNode& node) {
    const bool maximum = node.type == "MaxPool";
    const Shape x = graph.type(node.input(0)).shape;
    if (!node.attrs.has("kernel_shape")) {
        return fail(ACL_ERROR_INVALID_PARAM, "the attribute kernel_shape is missing");
    }
    if (x.rank() < 3 || x.rank() > 5) {
        return fail(ACL_ERROR_INVALID_PARAM, "X has the shape ", x, "; expected 3 to 5 dimensions");
    }
    SOFTACL_ASSIGN(const Window window, onnx_window(node, x, {}));
    const bool deep = x.rank() == 5;
    const bool dilated = window.dilations != Ints(window.size.size(), 1);
    if (maximum &&
        (node.outputs > 1 || (dilated && !deep) || (deep && !kFloats.contains(graph.type(node.input(0)).dtype)))) {
        return import_places(graph, node);
    }
    if (dilated && !maximum) {
        return fail(ACL_ERROR_FEATURE_UNSUPPORTED, "dilations are not supported so far");
    }
    const Flat flat{graph, x.rank() == 3};
    SOFTACL_ASSIGN(const ValueRef wide_x, flat.widen(node.input(0), "x"));
    const Window wide = flat.widen(window);
    const bool ceil = node.attrs.get<int64_t>("ceil_mode", 0) != 0;
    const bool counts = node.attrs.get<int64_t>("count_include_pad", 0) != 0;
    Attrs attrs = {{"ksize", with_leading_ones(wide.size)},
                   {"strides", with_leading_ones(wide.strides)},
                   {"pads", pads_in_pairs(wide)},
                   {"data_format", std::string(deep ? "NCDHW" : "NCHW")},
                   {"ceil_mode", ceil}};
    if (!deep && !maximum) {
        attrs.set("exclusive", !counts);
    } else if (deep && maximum) {
        attrs.set("padding", std::string("CALCULATED"));
        attrs.set("dilation", with_leading_ones(wide.dilations));
        attrs.set("ceil_mode", int64_t{ceil});
    } else if (deep) {
        attrs.set("count_include_pad", counts);
    }
    const char* op = maximum ? (deep ? "MaxPool3D" : "MaxPoolV3") : (deep ? "AvgPool3D" : "AvgPoolV2");
    SOFTACL_ASSIGN(const ValueRef y, graph.add(op, {wide_x}, std::move(attrs), flat.suffix("pool")));
    return one(flat.narrow(y));
}

/// The maximum over all spatial axes.
Imported import_global_max(Importer& graph, const ForeignNode& node) {
    Ints axes;
    for (size_t i = 2; i < graph.type(node.input(0)).shape.rank(); ++i) {
        axes.push_back(static_cast<int64_t>(i));
    }
    const ValueRef constant = graph.add_constant(Tensor::list(axes), "axes");
    return one(graph.add("ReduceMax", {node.input(0), constant}, {{"keep_dims", true}}));
}

OpDef pool(const char* name, const char* doc, DTypes dtypes) {
    return OpDef(name, doc)
        .input("x", dtypes)
        .output("y", dtypes)
        .required_attr("ksize", Ints{})
        .required_attr("strides", Ints{})
        .infer(infer)
        .kernel("onednn", make_fast)
        .kernel("reference", make_reference);
}

OpDef flat_pool(const char* name, const char* doc, DTypes dtypes) {
    return pool(name, doc, dtypes)
        .attr("padding_mode", std::string("CALCULATED"))
        .attr("pads", Ints(4, 0))
        .attr("data_format", std::string("NCHW"))
        .attr("global_pooling", false)
        .attr("ceil_mode", false);
}

}  // namespace

OpDef declare_MaxPoolV3() {
    return flat_pool("MaxPoolV3", "The maximum of each window over two axes.", kNumbers)
        .onnx("MaxPool", import_pool)
        .onnx("GlobalMaxPool", import_global_max)
        .caffe("Pooling", import_caffe_pooling);
}
OpDef declare_AvgPoolV2() {
    return flat_pool("AvgPoolV2", "The mean of each window over two axes.", kFloats)
        .attr("exclusive", true)
        .attr("divisor_override", int64_t{0})
        .onnx("AveragePool", import_pool);
}
OpDef declare_MaxPool3D() {
    return pool("MaxPool3D", "The maximum of each window over three axes.", kFloats)
        .required_attr("padding", std::string())
        .attr("pads", Ints(6, 0))
        .attr("dilation", Ints(5, 1))
        .attr("ceil_mode", int64_t{0})
        .attr("data_format", std::string("NDHWC"));
}
OpDef declare_AvgPool3D() {
    return pool("AvgPool3D", "The mean of each window over three axes.", kFloats)
        .required_attr("pads", Ints{})
        .attr("ceil_mode", false)
        .attr("count_include_pad", true)
        .attr("divisor_override", int64_t{0})
        .attr("data_format", std::string("NDHWC"));
}

}  // namespace softacl::ops
