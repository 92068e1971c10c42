// SPDX-License-Identifier: Apache-2.0
// Pools that only ONNX has: maxima with dilations and with their places in the whole tensor, and norms.
#include <algorithm>
#include <array>
#include <cmath>

#include "base/parallel.h"
#include "kernels/ref/pool.h"
#include "ops/common/importing.h"
#include "ops/common/reference.h"
#include "ops/common/values.h"
#include "ops/common/window.h"

namespace softacl::ops {
namespace {

namespace ref = kernels::ref;

Result<Window> window_of(const OpCall& call) {
    const Shape& x = call.inputs[0]->shape;
    if (x.rank() < 3 || x.rank() > 5) {
        return call.fail("the input X has the shape ", x, "; expected 3 to 5 dimensions");
    }
    if (call.attrs.at<Ints>("kernel_shape").empty()) {
        return call.fail("the attribute kernel_shape is missing");
    }
    SOFTACL_ASSIGN(Window window, onnx_window(call, x, {}));
    const bool is_same = call.attrs.at<std::string>("auto_pad").compare(0, 4, "SAME") == 0;
    for (size_t i = 0; i < window.size.size(); ++i) {
        if (window.size[i] < 1) {
            return call.fail("kernel_shape has the entry ", window.size[i], "; expected at least 1");
        }
        if (!is_same && std::max(window.pads_begin[i], window.pads_end[i]) >= window.span(i)) {
            return call.fail("the pads ", window.pads_begin[i], " and ", window.pads_end[i],
                             " are as large as the window, which spans ", window.span(i), " positions of dimension ",
                             i + 2);
        }
    }
    return window;
}

Result<Shape> pooled_shape(const OpCall& call, const Window& window) {
    const Shape& x = call.inputs[0]->shape;
    const auto rounding = call.attrs.at<int64_t>("ceil_mode") != 0 ? Rounding::kUp : Rounding::kDown;
    Ints dims = {x[0], x[1]};
    for (size_t i = 0; i < window.size.size(); ++i) {
        SOFTACL_ASSIGN(const int64_t count, count_windows(call, "X", window, i, x[2 + i], rounding));
        dims.push_back(count);
    }
    return Shape(std::move(dims));
}

Status infer_pool(OpCall& call) {
    SOFTACL_ASSIGN(const Window window, window_of(call));
    SOFTACL_ASSIGN(const Shape y, pooled_shape(call, window));
    for (size_t i = 0; i < call.outputs.size(); ++i) {
        call.outputs[i] = {i == 0 ? call.inputs[0]->dtype : ACL_INT64, y, call.inputs[0]->format};
    }
    return {};
}

Result<ref::PoolGeometry> geometry_of(const OpCall& call) {
    SOFTACL_TRY(require_known_shapes(call));
    SOFTACL_ASSIGN(const Window window, window_of(call));
    const Shape& x = call.inputs[0]->shape;
    const Shape& y = call.outputs[0].shape;
    ref::PoolGeometry g;
    g.planes = y.elements(0, 2);
    const size_t spatial = window.size.size();
    for (size_t i = 0; i < spatial; ++i) {
        g.axes[3 - spatial + i] = {
            x[2 + i],          y[2 + i], window.size[i], window.strides[i], window.dilations[i], window.pads_begin[i],
            window.pads_end[i]};
    }
    return g;
}

int64_t inputs_of(const ref::PoolGeometry& g) { return g.axes[0].input * g.axes[1].input * g.axes[2].input; }
int64_t outputs_of(const ref::PoolGeometry& g) { return g.axes[0].output * g.axes[1].output * g.axes[2].output; }

/// Calls body(geometry of some planes, the first of them), by several threads where there are many.
template <class Body>
void for_planes(const ref::PoolGeometry& g, const Body& body) {
    constexpr int64_t kWorth = 1 << 14;  // elements that are worth a thread
    parallel_for(g.planes, std::max<int64_t>(1, kWorth / std::max<int64_t>(inputs_of(g), 1)),
                 [&](int64_t begin, int64_t end) {
                     ref::PoolGeometry part = g;
                     part.planes = end - begin;
                     body(part, begin);
                 });
}

// CpuMaxPool

Status infer_max(OpCall& call) {
    const auto order = call.attrs.at<int64_t>("storage_order");
    if (order != 0 && order != 1) {
        return call.fail("storage_order is ", order, "; expected 0 or 1");
    }
    return infer_pool(call);
}

/// Where an element of a plane is if the first spatial axis varies fastest.
int64_t by_columns(const ref::PoolGeometry& g, int64_t place) {
    std::array<int64_t, 3> index{};
    for (size_t i = 3; i-- > 0; place /= g.axes[i].input) {
        index[i] = place % g.axes[i].input;
    }
    return (index[2] * g.axes[1].input + index[1]) * g.axes[0].input + index[0];
}

Result<kernels::KernelPtr> make_max(const OpCall& call) {
    SOFTACL_ASSIGN(const auto geometry, geometry_of(call));
    const bool by_column = call.attrs.at<int64_t>("storage_order") == 1;
    const bool tells = call.outputs.size() > 1;
    kernels::KernelPtr kernel;
    ref::visit_numbers(call.inputs[0]->dtype, [&](auto tag) {
        using T = typename decltype(tag)::Type;
        kernel = function_kernel(call, [=](const kernels::Kernel::Buffers& b) -> Status {
            for_planes(geometry, [&](const ref::PoolGeometry& part, int64_t first) {
                const int64_t inputs = inputs_of(part);
                const int64_t outputs = outputs_of(part);
                int64_t* places = tells ? static_cast<int64_t*>(b.outputs[1]) + first * outputs : nullptr;
                ref::pool(part, static_cast<const T*>(b.inputs[0]) + first * inputs,
                          static_cast<T*>(b.outputs[0]) + first * outputs, places);
                for (int64_t i = 0; tells && i < part.planes * outputs; ++i) {
                    if (places[i] >= 0) {  // windows in the padding have no maximum
                        places[i] =
                            (by_column ? by_columns(part, places[i]) : places[i]) + (first + i / outputs) * inputs;
                    }
                }
            });
            return {};
        });
    });
    return kernel;
}

// CpuLpPool

Status infer_lp(OpCall& call) {
    if (const auto p = call.attrs.at<int64_t>("p"); p < 1) {
        return call.fail("p is ", p, "; expected at least 1");
    }
    return infer_pool(call);
}

struct Norm {
    double p;

    double part(double value) const {
        const double size = std::abs(value);
        return p == 1 ? size : p == 2 ? size * size : std::pow(size, p);
    }
    double whole(double sum) const { return p == 1 ? sum : p == 2 ? std::sqrt(sum) : std::pow(sum, 1 / p); }
};

template <class T>
void pool_norms(const ref::PoolGeometry& g, const Norm& norm, const T* x, T* y) {
    using R = ref::Real<T>;
    const auto& axes = g.axes;
    for (int64_t plane = 0; plane < g.planes; ++plane, x += inputs_of(g)) {
        for (int64_t od = 0; od < axes[0].output; ++od) {
            const ref::PoolRange d(axes[0], od);
            for (int64_t oh = 0; oh < axes[1].output; ++oh) {
                const ref::PoolRange h(axes[1], oh);
                for (int64_t ow = 0; ow < axes[2].output; ++ow) {
                    const ref::PoolRange w(axes[2], ow);
                    double sum = 0;
                    for (int64_t kd = d.first; kd < d.last; ++kd) {
                        for (int64_t kh = h.first; kh < h.last; ++kh) {
                            const int64_t row =
                                ((d.start + kd * axes[0].dilation) * axes[1].input + h.start + kh * axes[1].dilation) *
                                    axes[2].input +
                                w.start;
                            for (int64_t kw = w.first; kw < w.last; ++kw) {
                                const auto value = static_cast<R>(x[row + kw * axes[2].dilation]);
                                sum += norm.part(static_cast<double>(value));
                            }
                        }
                    }
                    *y++ = static_cast<T>(static_cast<R>(norm.whole(sum)));
                }
            }
        }
    }
}

Result<kernels::KernelPtr> make_lp(const OpCall& call) {
    SOFTACL_ASSIGN(const auto geometry, geometry_of(call));
    const Norm norm = {static_cast<double>(call.attrs.at<int64_t>("p"))};
    kernels::KernelPtr kernel;
    ref::visit_floats(call.inputs[0]->dtype, [&](auto tag) {
        using T = typename decltype(tag)::Type;
        kernel = function_kernel(call, [=](const kernels::Kernel::Buffers& b) -> Status {
            for_planes(geometry, [&](const ref::PoolGeometry& part, int64_t first) {
                pool_norms(part, norm, static_cast<const T*>(b.inputs[0]) + first * inputs_of(part),
                           static_cast<T*>(b.outputs[0]) + first * outputs_of(part));
            });
            return {};
        });
    });
    return kernel;
}

Imported import_lp(Importer& graph, const ForeignNode& node) {
    Attrs attrs = onnx_window_attrs(node);
    attrs.set("ceil_mode", node.attrs.get<int64_t>("ceil_mode", 0));
    int64_t p = 2;
    if (node.version < 2) {
        const float given = node.attrs.get<float>("p", 2.0F);
        p = given >= 1 && given < 1e6F ? static_cast<int64_t>(given) : 0;
        if (static_cast<float>(p) != given) {
            return import_fail("the attribute p is ", given, "; only whole numbers from 1 on are supported");
        }
    } else {
        p = node.attrs.get<int64_t>("p", 2);
    }
    attrs.set("p", p);
    return one(graph.add("CpuLpPool", {node.input(0)}, std::move(attrs)));
}

OpDef onnx_pool(const char* name, const char* doc, DTypes dtypes) {
    OpDef op = OpDef(name, doc).input("X", dtypes).output("Y", dtypes);
    declare_onnx_window(op).attr("dilations", Ints{}).attr("ceil_mode", int64_t{0});
    return op;
}

}  // namespace

OpDef declare_CpuMaxPool() {
    return onnx_pool("CpuMaxPool", "The maximum of each window, and where in the whole tensor it is.", kNumbers)
        .output("Indices", {ACL_INT64}, Arity::kOptional)
        .attr("storage_order", int64_t{0})
        .infer(infer_max)
        .kernel("reference", make_max);
}

OpDef declare_CpuLpPool() {
    return onnx_pool("CpuLpPool", "The p-norm of each window.", kFloats)
        .attr("p", int64_t{2})
        .infer(infer_lp)
        .kernel("reference", make_lp)
        .onnx("LpPool", import_lp);
}

}  // namespace softacl::ops
