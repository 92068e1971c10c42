// SPDX-License-Identifier: Apache-2.0
// Floats as small integers with a scale and a zero point, and back. One pair for the tensor or for each place of an
// axis.
#include <algorithm>
#include <array>

#include "kernels/ref/number.h"
#include "ops/common/for_elements.h"
#include "ops/common/importing.h"
#include "ops/common/infer.h"
#include "ops/common/reference.h"
#include "ops/common/values.h"
#include "ops/nn/byte_rows.h"

namespace softacl::ops {
namespace {

using kernels::Kernel;

constexpr DTypes kQuantized = {ACL_INT8, ACL_UINT8};

// Element i belongs to scale (i / inner) % count.
struct Scales {
    int64_t inner = 1;
    int64_t count = 1;
};

Result<Scales> scales_of(const OpCall& call) {
    const Shape& x = call.inputs[0]->shape;
    const Shape& scale = call.inputs[1]->shape;
    if (call.has_input(2) && call.inputs[2]->shape != scale) {
        return call.fail("the scales have the shape ", scale, ", the zero points ", call.inputs[2]->shape);
    }
    if (scale.is_known() && scale.elements() == 1) {
        return Scales{};
    }
    SOFTACL_ASSIGN(const size_t axis, normal_axis(call, call.attrs.at<int64_t>("axis"), x.rank()));
    if (scale.rank() != 1 || (scale[0] != x[axis] && x[axis] >= 0 && scale[0] >= 0)) {
        return call.fail("the scales have the shape ", scale, "; expected one, or one for each of the ", x[axis],
                         " places of axis ", axis);
    }
    return Scales{x.elements(axis + 1, x.rank()), scale[0]};
}

/// Calls body(begin, end, which scale) for elements that share one, by several threads where there are many.
template <class Body>
void for_runs(const Scales& scales, int64_t count, const Body& body) {
    const int64_t inner = scales.count == 1 ? std::max<int64_t>(count, 1) : scales.inner;
    parallel_for(count, kElementsWorthAThread, [&](int64_t begin, int64_t end) {
        for (int64_t at = begin; at < end;) {
            const int64_t next = std::min(end, (at / inner + 1) * inner);
            body(at, next, at / inner % scales.count);
            at = next;
        }
    });
}

bool is_bytes(aclDataType type) { return kQuantized.contains(type); }
int32_t zero_at(const void* zeros, aclDataType type, int64_t at) {
    return zeros == nullptr   ? 0
           : type == ACL_INT8 ? int32_t{static_cast<const int8_t*>(zeros)[at]}
                              : int32_t{static_cast<const uint8_t*>(zeros)[at]};
}

Status infer_quantize(OpCall& call) {
    SOFTACL_TRY(scales_of(call).status());
    call.outputs[0] = *call.inputs[0];
    call.outputs[0].dtype = call.has_input(2) ? call.inputs[2]->dtype : ACL_UINT8;
    return {};
}

Status infer_dequantize(OpCall& call) {
    SOFTACL_TRY(scales_of(call).status());
    if (call.has_input(2)) {
        SOFTACL_TRY(require_same_dtype(call, 0, 2));
    }
    call.outputs[0] = *call.inputs[0];
    call.outputs[0].dtype = ACL_FLOAT;
    return {};
}

// Halves go to the even number; what does not fit becomes the nearest limit.
template <class Q>
Q quantized(float x, float scale, float zero) {
    return kernels::converted<Q>(std::nearbyint(x / scale) + zero);
}

template <class T, class Q>
kernels::KernelPtr quantize_kernel(const OpCall& call, Scales scales) {
    return function_kernel(call,
                           [scales, count = call.outputs[0].shape.elements(),
                            has_zero = call.has_input(2)](const Kernel::Buffers& buffers) -> Status {
                               const auto* scale = static_cast<const float*>(buffers.inputs[1]);
                               const auto* zero = static_cast<const Q*>(buffers.inputs[2]);
                               for (int64_t i = 0; i < count; ++i) {
                                   const int64_t at = i / scales.inner % scales.count;
                                   const auto x =
                                       static_cast<float>(kernels::widen(static_cast<const T*>(buffers.inputs[0])[i]));
                                   static_cast<Q*>(buffers.outputs[0])[i] =
                                       quantized<Q>(x, scale[at], has_zero ? static_cast<float>(zero[at]) : 0.0F);
                               }
                               return {};
                           });
}

Result<kernels::KernelPtr> make_quantize(const OpCall& call) {
    SOFTACL_TRY(require_known_shapes(call));
    SOFTACL_ASSIGN(const Scales scales, scales_of(call));
    const bool is_signed = call.outputs[0].dtype == ACL_INT8;
    if (call.inputs[0]->dtype == ACL_INT32) {
        return is_signed ? quantize_kernel<int32_t, int8_t>(call, scales)
                         : quantize_kernel<int32_t, uint8_t>(call, scales);
    }
    return is_signed ? quantize_kernel<float, int8_t>(call, scales) : quantize_kernel<float, uint8_t>(call, scales);
}

Result<kernels::KernelPtr> make_dequantize(const OpCall& call) {
    SOFTACL_TRY(require_known_shapes(call));
    SOFTACL_ASSIGN(const Scales scales, scales_of(call));
    kernels::KernelPtr kernel;
    visit_dtype(call.inputs[0]->dtype, [&](auto tag) {
        using Q = typename decltype(tag)::Type;
        if constexpr (std::is_integral_v<Q>) {
            kernel = function_kernel(
                call,
                [scales, count = call.outputs[0].shape.elements(),
                 has_zero = call.has_input(2)](const Kernel::Buffers& buffers) -> Status {
                    const auto* scale = static_cast<const float*>(buffers.inputs[1]);
                    const auto* zero = static_cast<const Q*>(buffers.inputs[2]);
                    for (int64_t i = 0; i < count; ++i) {
                        const int64_t at = i / scales.inner % scales.count;
                        const auto x = static_cast<int64_t>(static_cast<const Q*>(buffers.inputs[0])[i]) -
                                       (has_zero ? static_cast<int64_t>(zero[at]) : 0);
                        static_cast<float*>(buffers.outputs[0])[i] = static_cast<float>(x) * scale[at];
                    }
                    return {};
                });
        }
    });
    return kernel;
}

/// Floats and bytes by runs that share a scale.
Result<kernels::KernelPtr> make_quantize_rows(const OpCall& call) {
    SOFTACL_TRY(require_known_shapes(call));
    SOFTACL_ASSIGN(const Scales scales, scales_of(call));
    if (call.inputs[0]->dtype != ACL_FLOAT) {
        return fail(ACL_ERROR_FEATURE_UNSUPPORTED, "float32 only");
    }
    return function_kernel(call,
                           [scales, count = call.outputs[0].shape.elements(), type = call.outputs[0].dtype,
                            has_zero = call.has_input(2)](const Kernel::Buffers& b) -> Status {
                               for_runs(scales, count, [&](int64_t begin, int64_t end, int64_t at) {
                                   quantize_row(static_cast<const float*>(b.inputs[0]) + begin, end - begin,
                                                static_cast<const float*>(b.inputs[1])[at],
                                                zero_at(has_zero ? b.inputs[2] : nullptr, type, at), type,
                                                static_cast<uint8_t*>(b.outputs[0]) + begin);
                               });
                               return {};
                           });
}
Result<kernels::KernelPtr> make_dequantize_rows(const OpCall& call) {
    SOFTACL_TRY(require_known_shapes(call));
    SOFTACL_ASSIGN(const Scales scales, scales_of(call));
    if (!is_bytes(call.inputs[0]->dtype)) {
        return fail(ACL_ERROR_FEATURE_UNSUPPORTED, "bytes only");
    }
    return function_kernel(call,
                           [scales, count = call.outputs[0].shape.elements(), type = call.inputs[0]->dtype,
                            has_zero = call.has_input(2)](const Kernel::Buffers& b) -> Status {
                               for_runs(scales, count, [&](int64_t begin, int64_t end, int64_t at) {
                                   dequantize_row(static_cast<const uint8_t*>(b.inputs[0]) + begin, end - begin,
                                                  static_cast<const float*>(b.inputs[1])[at],
                                                  zero_at(has_zero ? b.inputs[2] : nullptr, type, at), type,
                                                  static_cast<float*>(b.outputs[0]) + begin);
                               });
                               return {};
                           });
}

Status infer_dynamic(OpCall& call) {
    if (call.outputs.size() != 3) {
        return call.fail("there are ", call.outputs.size(), " outputs; expected 3");
    }
    call.outputs[0] = *call.inputs[0];
    call.outputs[0].dtype = ACL_UINT8;
    call.outputs[1] = {ACL_FLOAT, {}};
    call.outputs[2] = {ACL_UINT8, {}};
    return {};
}

// The smallest and the greatest of some elements and 0; NaN does not count.
struct Range {
    float low = 0;
    float high = 0;
    void add(float x) {
        low = x < low ? x : low;
        high = x > high ? x : high;
    }
};

Range range_of_part(const float* x, int64_t count) {
    // What the compiler does not find by itself: several vectors of each in registers.
    using Lanes [[gnu::vector_size(32), gnu::aligned(alignof(float)), gnu::may_alias]] = float;
    constexpr size_t kLanes = sizeof(Lanes) / sizeof(float);
    constexpr size_t kVectors = 4;
    std::array<Range, kLanes> lanes{};
    const int64_t step = kLanes * kVectors;
    const int64_t whole = count - count % step;
    vectorised([&lanes, x, whole] {
        Lanes low[kVectors] = {};
        Lanes high[kVectors] = {};
        for (const float* at = x; at != x + whole; at += step) {
#pragma GCC unroll 4
            for (size_t i = 0; i < kVectors; ++i) {
                const Lanes value = *reinterpret_cast<const Lanes*>(at + i * kLanes);
                low[i] = value < low[i] ? value : low[i];
                high[i] = value > high[i] ? value : high[i];
            }
        }
        for (size_t i = 0; i < kVectors; ++i) {
            for (size_t lane = 0; lane < kLanes; ++lane) {
                lanes[lane].add(low[i][lane]);
                lanes[lane].add(high[i][lane]);
            }
        }
    });
    Range range;
    for (const Range& lane : lanes) {
        range.add(lane.low);
        range.add(lane.high);
    }
    std::for_each(x + whole, x + count, [&range](float value) { range.add(value); });
    return range;
}

Range range_of(const float* x, int64_t count) {
    constexpr int64_t kParts = 64;
    std::array<Range, kParts> parts{};
    const int64_t size = count / kParts + 1;
    parallel_for(kParts, kElementsWorthAThread / size + 1, [&](int64_t begin, int64_t end) {
        for (int64_t part = begin; part < end; ++part) {
            const int64_t first = std::min(part * size, count);
            parts[static_cast<size_t>(part)] = range_of_part(x + first, std::min(size, count - first));
        }
    });
    Range range;
    for (const Range& part : parts) {
        range.add(part.low);
        range.add(part.high);
    }
    return range;
}

// The range of the elements and 0 becomes that of 8 bits.
Result<kernels::KernelPtr> make_dynamic(const OpCall& call) {
    SOFTACL_TRY(require_known_shapes(call));
    return function_kernel(call, [count = call.outputs[0].shape.elements()](const Kernel::Buffers& buffers) -> Status {
        const auto* x = static_cast<const float*>(buffers.inputs[0]);
        const Range range = range_of(x, count);
        const float scale =
            range.high > range.low ? (range.high - range.low) / 255 : 1;  // any scale will do where all elements are 0
        const auto zero = quantized<uint8_t>(-range.low, scale, 0);
        parallel_for(count, kElementsWorthAThread, [&](int64_t begin, int64_t end) {
            quantize_row(x + begin, end - begin, scale, zero, ACL_UINT8,
                         static_cast<uint8_t*>(buffers.outputs[0]) + begin);
        });
        *static_cast<float*>(buffers.outputs[1]) = scale;
        *static_cast<uint8_t*>(buffers.outputs[2]) = zero;
        return {};
    });
}

Imported import_quantize(Importer& graph, const ForeignNode& node) {
    return one(graph.add("CpuQuantizeLinear", node.inputs, {{"axis", node.attrs.get<int64_t>("axis", 1)}}));
}
Imported import_dequantize(Importer& graph, const ForeignNode& node) {
    return one(graph.add("CpuDequantizeLinear", node.inputs, {{"axis", node.attrs.get<int64_t>("axis", 1)}}));
}
Imported import_dynamic(Importer& graph, const ForeignNode& node) {
    return graph.add_node("CpuDynamicQuantizeLinear", node.inputs, {}, 3, "");
}

}  // namespace

OpDef declare_CpuQuantizeLinear() {
    return OpDef("CpuQuantizeLinear", "x / y_scale + y_zero_point, rounded and kept within 8 bits.")
        .input("x", {ACL_FLOAT, ACL_INT32})
        .input("y_scale", {ACL_FLOAT})
        .optional_input("y_zero_point", kQuantized)
        .output("y", kQuantized)
        .attr("axis", int64_t{1})
        .infer(infer_quantize)
        .kernel("rows", make_quantize_rows)
        .kernel("reference", make_quantize)
        .onnx("QuantizeLinear", import_quantize);
}

OpDef declare_CpuDequantizeLinear() {
    return OpDef("CpuDequantizeLinear", "(x - x_zero_point) * x_scale.")
        .input("x", kQuantized | DTypes{ACL_INT32})
        .input("x_scale", {ACL_FLOAT})
        .optional_input("x_zero_point", kQuantized | DTypes{ACL_INT32})
        .output("y", {ACL_FLOAT})
        .attr("axis", int64_t{1})
        .infer(infer_dequantize)
        .kernel("rows", make_dequantize_rows)
        .kernel("reference", make_dequantize)
        .onnx("DequantizeLinear", import_dequantize);
}

OpDef declare_CpuDynamicQuantizeLinear() {
    return OpDef("CpuDynamicQuantizeLinear", "x as 8 bits, with the scale and the zero point that its range needs.")
        .input("x", {ACL_FLOAT})
        .output("y", {ACL_UINT8})
        .output("y_scale", {ACL_FLOAT})
        .output("y_zero_point", {ACL_UINT8})
        .infer(infer_dynamic)
        .kernel("reference", make_dynamic)
        .onnx("DynamicQuantizeLinear", import_dynamic);
}

}  // namespace softacl::ops
