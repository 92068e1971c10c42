// SPDX-License-Identifier: Apache-2.0
// Floats as 8-bit integers with a scale and an offset for all, and back; and Quantize, with one pair for each place of
// an axis.
#include <cmath>
#include <cstring>

#include "kernels/ref/number.h"
#include "kernels/ref/real.h"
#include "ops/common/infer.h"
#include "ops/common/reference.h"
#include "ops/common/values.h"

namespace softacl::ops {
namespace {

using kernels::Kernel;
namespace ref = kernels::ref;

// In sqrt_mode the attribute is the root of the scale.
double scale_of(const OpCall& call) {
    const double scale = call.attrs.at<float>("scale");
    return call.attrs.at<bool>("sqrt_mode") ? scale * scale : scale;
}

double rounded(double x, const std::string& mode) {
    return mode == "Floor"   ? std::floor(x)
           : mode == "Ceil"  ? std::ceil(x)
           : mode == "Trunc" ? std::trunc(x)
                             : std::nearbyint(x);
}

Status infer_quant(OpCall& call) {
    const auto& mode = call.attrs.at<std::string>("round_mode");
    if (mode != "Round" && mode != "Floor" && mode != "Ceil" && mode != "Trunc") {
        return call.fail("the attribute round_mode is '", mode, "'; expected Round, Floor, Ceil or Trunc");
    }
    if (call.attrs.at<int64_t>("dst_type") != ACL_INT8) {
        return call.fail("the attribute dst_type is ", call.attrs.at<int64_t>("dst_type"),
                         "; only 2, int8, is supported");
    }
    call.outputs[0] = *call.inputs[0];
    call.outputs[0].dtype = ACL_INT8;
    return {};
}

Result<kernels::KernelPtr> make_quant(const OpCall& call) {
    SOFTACL_TRY(require_known_shapes(call));
    kernels::KernelPtr kernel;
    ref::visit_floats(call.inputs[0]->dtype, [&](auto tag) {
        using T = typename decltype(tag)::Type;
        kernel = function_kernel(
            call,
            [scale = scale_of(call), offset = static_cast<double>(call.attrs.at<float>("offset")),
             mode = call.attrs.at<std::string>("round_mode"),
             count = call.outputs[0].shape.elements()](const Kernel::Buffers& buffers) -> Status {
                for (int64_t i = 0; i < count; ++i) {
                    const auto x = static_cast<double>(kernels::widen(static_cast<const T*>(buffers.inputs[0])[i]));
                    static_cast<int8_t*>(buffers.outputs[0])[i] =
                        kernels::converted<int8_t>(rounded(x * scale + offset, mode));
                }
                return {};
            });
    });
    return kernel;
}

// Results are float32 or float16, as the attribute dtype says.
Status infer_floats(OpCall& call) {
    const auto dtype = call.attrs.at<int64_t>("dtype");
    if (dtype != ACL_FLOAT && dtype != ACL_FLOAT16) {
        return call.fail("the attribute dtype is ", dtype, "; expected 0, float32, or 1, float16");
    }
    if (call.inputs.size() > 1 && call.inputs[1]->shape.is_known() && call.inputs[1]->shape.elements() != 1) {
        return call.fail("the input deq_scale has the shape ", call.inputs[1]->shape,
                         "; only one number for all is supported");
    }
    call.outputs[0] = *call.inputs[0];
    call.outputs[0].dtype = static_cast<aclDataType>(dtype);
    return {};
}

// `value(buffers, i)` for each element.
template <class Value>
Result<kernels::KernelPtr> floats_kernel(const OpCall& call, Value value) {
    SOFTACL_TRY(require_known_shapes(call));
    kernels::KernelPtr kernel;
    ref::visit_floats(call.outputs[0].dtype, [&](auto tag) {
        using T = typename decltype(tag)::Type;
        kernel = function_kernel(
            call, [value, count = call.outputs[0].shape.elements()](const Kernel::Buffers& buffers) -> Status {
                for (int64_t i = 0; i < count; ++i) {
                    static_cast<T*>(buffers.outputs[0])[i] = kernels::converted<T>(value(buffers, i));
                }
                return {};
            });
    });
    return kernel;
}

Result<kernels::KernelPtr> make_anti_quant(const OpCall& call) {
    return floats_kernel(call, [scale = scale_of(call), offset = static_cast<double>(call.attrs.at<float>("offset"))](
                                   const Kernel::Buffers& buffers, int64_t i) {
        return (static_cast<const int8_t*>(buffers.inputs[0])[i] + offset) * scale;
    });
}

// The scale is a half, or a float in the lower bits of a 64-bit number.
double scale_in(const void* data, aclDataType type) {
    if (type == ACL_FLOAT16) {
        return static_cast<double>(static_cast<float>(*static_cast<const Half*>(data)));
    }
    const auto bits = static_cast<uint32_t>(*static_cast<const uint64_t*>(data));
    float scale = 0;
    std::memcpy(&scale, &bits, sizeof scale);
    return static_cast<double>(scale);
}

Result<kernels::KernelPtr> make_dequant(const OpCall& call) {
    return floats_kernel(call, [type = call.inputs[1]->dtype, twice = call.attrs.at<bool>("sqrt_mode"),
                                relu = call.attrs.at<bool>("relu_flag")](const Kernel::Buffers& buffers, int64_t i) {
        const double scale = scale_in(buffers.inputs[1], type);
        const double y = static_cast<const int32_t*>(buffers.inputs[0])[i] * (twice ? scale * scale : scale);
        return relu && y < 0 ? 0.0 : y;
    });
}

// The names that PyTorch has for them.
aclDataType quantised_type(const std::string& name) {
    return name == "torch.qint8"    ? ACL_INT8
           : name == "torch.quint8" ? ACL_UINT8
           : name == "torch.qint32" ? ACL_INT32
                                    : ACL_DT_UNDEFINED;
}

Status infer_quantize_op(OpCall& call) {
    const Shape& x = call.inputs[0]->shape;
    const Shape& scales = call.inputs[1]->shape;
    const aclDataType type = quantised_type(call.attrs.at<std::string>("dtype"));
    if (type == ACL_DT_UNDEFINED) {
        return call.fail("the attribute dtype is '", call.attrs.at<std::string>("dtype"),
                         "'; expected torch.qint8, torch.quint8 or torch.qint32");
    }
    if (scales.rank() != 1) {
        return call.fail("the input scales has the shape ", scales, "; expected a list");
    }
    if (scales[0] != 1) {
        SOFTACL_ASSIGN(const size_t axis, normal_axis(call, call.attrs.at<int64_t>("axis"), x.rank()));
        if (scales[0] >= 0 && x[axis] >= 0 && scales[0] != x[axis]) {
            return call.fail("the input scales has ", scales[0], " numbers; expected one, or one for each of the ",
                             x[axis], " places of axis ", axis);
        }
    }
    if (call.has_input(2) && scales.is_known() && call.inputs[2]->shape.is_known() && call.inputs[2]->shape != scales) {
        return call.fail("the input zero_points has the shape ", call.inputs[2]->shape, "; expected ", scales,
                         " like scales");
    }
    call.outputs[0] = *call.inputs[0];
    call.outputs[0].dtype = type;
    return {};
}

Result<kernels::KernelPtr> make_quantize_op(const OpCall& call) {
    SOFTACL_TRY(require_known_shapes(call));
    const Shape& x = call.inputs[0]->shape;
    int64_t inner = 1;
    const int64_t places = call.inputs[1]->shape[0];
    if (places != 1) {
        SOFTACL_ASSIGN(const size_t axis, normal_axis(call, call.attrs.at<int64_t>("axis"), x.rank()));
        inner = x.elements(axis + 1, x.rank());
    }
    const aclDataType zero_type = call.has_input(2) ? call.inputs[2]->dtype : ACL_DT_UNDEFINED;
    kernels::KernelPtr kernel;
    ref::visit_floats(call.inputs[0]->dtype, [&](auto from) {
        visit_dtype(call.outputs[0].dtype, [&](auto to) {
            using T = typename decltype(from)::Type;
            using Q = typename decltype(to)::Type;
            if constexpr (std::is_same_v<Q, int8_t> || std::is_same_v<Q, uint8_t> || std::is_same_v<Q, int32_t>) {
                kernel = function_kernel(
                    call, [inner, places, zero_type, count = x.elements()](const Kernel::Buffers& buffers) -> Status {
                        for (int64_t i = 0; i < count; ++i) {
                            const int64_t place = i / inner % places;
                            const auto value =
                                static_cast<double>(kernels::widen(static_cast<const T*>(buffers.inputs[0])[i]));
                            const double scale =
                                static_cast<double>(static_cast<const float*>(buffers.inputs[1])[place]);
                            double zero = 0;
                            visit_dtype(zero_type, [&](auto tag) {
                                using Z = typename decltype(tag)::Type;
                                zero = static_cast<double>(
                                    kernels::widen(static_cast<const Z*>(buffers.inputs[2])[place]));
                            });
                            static_cast<Q*>(buffers.outputs[0])[i] =
                                kernels::converted<Q>(std::nearbyint(value / scale) + zero);
                        }
                        return {};
                    });
            }
        });
    });
    return kernel;
}

}  // namespace

OpDef declare_AscendQuant() {
    return OpDef("AscendQuant",
                 "x * scale + offset, rounded and kept within 8 bits; with sqrt_mode scale is used twice.")
        .input("x", {ACL_FLOAT16, ACL_FLOAT})
        .output("y", {ACL_INT8})
        .required_attr("scale", 0.0F)
        .required_attr("offset", 0.0F)
        .attr("sqrt_mode", false)
        .attr("round_mode", std::string("Round"))
        .attr("dst_type", int64_t{ACL_INT8})
        .infer(infer_quant)
        .kernel("reference", make_quant);
}

OpDef declare_AscendAntiQuant() {
    return OpDef("AscendAntiQuant", "(x + offset) * scale; with sqrt_mode scale is used twice.")
        .input("x", {ACL_INT8})
        .output("y", {ACL_FLOAT16, ACL_FLOAT})
        .required_attr("scale", 0.0F)
        .required_attr("offset", 0.0F)
        .attr("dtype", int64_t{ACL_FLOAT})
        .attr("sqrt_mode", false)
        .infer(infer_floats)
        .kernel("reference", make_anti_quant);
}

OpDef declare_AscendDequant() {
    return OpDef(
               "AscendDequant",
               "x * deq_scale, one number for all; with sqrt_mode it is used twice, with relu_flag nothing is below 0.")
        .input("x", {ACL_INT32})
        .input("deq_scale", {ACL_FLOAT16, ACL_UINT64})
        .output("y", {ACL_FLOAT16, ACL_FLOAT})
        .attr("sqrt_mode", false)
        .attr("relu_flag", false)
        .attr("dtype", int64_t{ACL_FLOAT})
        .infer(infer_floats)
        .kernel("reference", make_dequant);
}

OpDef declare_Quantize() {
    return OpDef("Quantize", "x / scales + zero_points, rounded and kept within the type.")
        .input("x", {ACL_FLOAT16, ACL_FLOAT, ACL_BF16})
        .input("scales", {ACL_FLOAT})
        .optional_input("zero_points", {ACL_INT8, ACL_UINT8, ACL_INT32})
        .output("y", {ACL_INT8, ACL_UINT8, ACL_INT32})
        .required_attr("dtype", std::string())
        .attr("axis", int64_t{1})
        .infer(infer_quantize_op)
        .kernel("reference", make_quantize_op);
}

}  // namespace softacl::ops
