// SPDX-License-Identifier: Apache-2.0
// Tensors of one value, and constants.
#include <algorithm>
#include <cstring>

#include "kernels/ref/number.h"
#include "ops/caffe/imports.h"
#include "ops/common/attribute_form.h"
#include "ops/common/copy.h"
#include "ops/common/importing.h"
#include "ops/common/infer.h"
#include "ops/common/reference.h"
#include "ops/common/values.h"

namespace softacl::ops {
namespace {

using kernels::Kernel;

Status infer_fill(OpCall& call) {
    const Shape& list = call.inputs[0]->shape;
    if (list.rank() > 1 || !list.is_known() || list.elements() > 32) {
        return call.fail("the input dims has the shape ", list, "; expected a list of at most 32 numbers");
    }
    if (call.inputs[1]->shape.is_known() && call.inputs[1]->shape.elements() != 1) {
        return call.fail("the input value has the shape ", call.inputs[1]->shape, "; expected one value");
    }
    call.outputs[0] = {call.inputs[1]->dtype, unknown_shape(static_cast<size_t>(list.elements()))};
    if (const auto dims = known_ints(call, 0)) {
        call.outputs[0].shape = Shape(*dims);
        if (!call.outputs[0].shape.is_known()) {
            return call.fail("the input dims ", call.outputs[0].shape, " has a negative dimension");
        }
    }
    return {};
}

Result<kernels::KernelPtr> make_fill(const OpCall& call) {
    SOFTACL_TRY(require_known_shapes(call));
    kernels::KernelPtr kernel;
    visit_size(call.outputs[0].dtype, [&](auto tag) {
        using T = typename decltype(tag)::Type;
        kernel =
            function_kernel(call, [count = call.outputs[0].shape.elements()](const Kernel::Buffers& buffers) -> Status {
                std::fill_n(static_cast<T*>(buffers.outputs[0]), count, *static_cast<const T*>(buffers.inputs[1]));
                return {};
            });
    });
    return kernel;
}

template <int kValue>
Result<kernels::KernelPtr> make_value_like(const OpCall& call) {
    SOFTACL_TRY(require_known_shapes(call));
    kernels::KernelPtr kernel;
    visit_dtype(call.outputs[0].dtype, [&](auto tag) {
        using T = typename decltype(tag)::Type;
        kernel =
            function_kernel(call, [count = call.outputs[0].shape.elements()](const Kernel::Buffers& buffers) -> Status {
                std::fill_n(static_cast<T*>(buffers.outputs[0]), count, kernels::converted<T>(kValue));
                return {};
            });
    });
    return kernel;
}

Status infer_const(OpCall& call) {
    call.outputs[0] = call.attrs.at<Tensor>("value").type();
    return kAny.contains(call.outputs[0].dtype)
               ? Status()
               : call.fail("the attribute value is ", call.outputs[0].text(), ", which is no type of a constant");
}

Result<kernels::KernelPtr> make_const(const OpCall& call) {
    return function_kernel(call, [value = call.attrs.at<Tensor>("value")](const Kernel::Buffers& buffers) -> Status {
        std::memcpy(buffers.outputs[0], value.data(), value.bytes());
        return {};
    });
}

// Nothing is promised of the elements unless `init` is set; here they are 0 in any case.
Status infer_empty(OpCall& call) {
    const int64_t number = call.attrs.at<int64_t>("dtype");
    const auto dtype = number < 0 || number > ACL_BF16 ? ACL_DT_UNDEFINED : static_cast<aclDataType>(number);
    const Shape& list = call.inputs[0]->shape;
    if (!kAny.contains(dtype)) {
        return call.fail("the attribute dtype is ", number, ", which is no element type");
    }
    if (list.rank() != 1 || !list.is_known() || list[0] > 32) {
        return call.fail("the input shape has the shape ", list, "; expected a list of at most 32 numbers");
    }
    call.outputs[0] = {dtype, unknown_shape(static_cast<size_t>(list[0]))};
    if (const auto dims = known_ints(call, 0)) {
        call.outputs[0].shape = Shape(*dims);
        if (!call.outputs[0].shape.is_known()) {
            return call.fail("the input shape ", call.outputs[0].shape, " has a negative dimension");
        }
    }
    return {};
}

// The diagonal of a matrix, which goes on below a gap of one row if it wraps, or of equal dimensions.
Status infer_fill_diagonal(OpCall& call) {
    const Shape& x = call.inputs[0]->shape;
    bool fits = x.rank() >= 2;
    for (size_t i = 1; fits && x.rank() > 2 && i < x.rank(); ++i) {
        fits = x[i] == x[0] || x[i] < 0 || x[0] < 0;
    }
    return fits ? same_as_first(call)
                : call.fail("the input x has the shape ", x, "; expected a matrix, or dimensions of one size");
}

Result<kernels::KernelPtr> make_fill_diagonal(const OpCall& call) {
    SOFTACL_TRY(require_known_shapes(call));
    const Shape& x = call.inputs[0]->shape;
    int64_t step = 0;
    for (const int64_t stride : kernels::row_strides(x)) {
        step += stride;
    }
    const bool wraps = call.attrs.at<bool>("wrap") && x.rank() == 2;
    int64_t end = x.elements();
    if (x.rank() == 2 && !wraps) {
        end = std::min(x[0], x[1]) * x[1];
    }
    kernels::KernelPtr kernel;
    visit_dtype(call.outputs[0].dtype, [&](auto tag) {
        using T = typename decltype(tag)::Type;
        kernel = function_kernel(
            call,
            [step, end, bytes = call.outputs[0].bytes(),
             value = kernels::converted<T>(call.attrs.at<float>("fill_value"))](const Kernel::Buffers& b) -> Status {
                if (b.outputs[0] != b.inputs[0]) {
                    std::memcpy(b.outputs[0], b.inputs[0], bytes);
                }
                for (int64_t i = 0; i < end; i += step) {
                    static_cast<T*>(b.outputs[0])[i] = value;
                }
                return {};
            });
        kernel->reuses_input = 0;
    });
    return kernel;
}

Imported import_constant_of_shape(Importer& graph, const ForeignNode& node) {
    const Tensor value = node.attrs.get<Tensor>("value", Tensor::scalar(0.0F));
    if (value.elements() != 1) {
        return import_fail("the attribute value has the shape ", value.shape(), "; expected one value");
    }
    const Tensor scalar = value.viewed_as({value.dtype(), {}, ACL_FORMAT_ND});
    return one(graph.add("Fill", {node.input(0), graph.add_constant(scalar, "value")}));
}

Imported import_constant(Importer& graph, const ForeignNode& node) {
    std::optional<Tensor> value;
    const ForeignAttrs& attrs = node.attrs;
    if (const auto* tensor = attrs.find_as<Tensor>("value")) {
        value = *tensor;
    } else if (const auto* number = attrs.find_as<float>("value_float")) {
        value = Tensor::scalar(*number);
    } else if (const auto* integer = attrs.find_as<int64_t>("value_int")) {
        value = Tensor::scalar(*integer);
    } else if (const auto* numbers = attrs.find_as<Floats>("value_floats")) {
        value = Tensor::list(*numbers);
    } else if (const auto* integers = attrs.find_as<Ints>("value_ints")) {
        value = Tensor::list(*integers);
    }
    if (!value) {
        for (const auto& [name, attr] : attrs) {
            return import_fail("a constant given by the attribute ", name, " (", kind_of(attr),
                               ") is not supported; expected value, value_float, value_int or lists of these");
        }
        return import_fail("it has no value");
    }
    return std::vector<ValueRef>{graph.add_constant(std::move(*value), "")};
}

// a - b cos(2 pi i / n) + c cos(4 pi i / n): the windows that signals are cut with, whose size is known.
Imported import_window(Importer& graph, const ForeignNode& node) {
    static constexpr struct {
        const char* type;
        double a, b, c;
    } kWindows[] = {{"HannWindow", 0.5, 0.5, 0},
                    {"HammingWindow", 25.0 / 46, 1 - 25.0 / 46, 0},
                    {"BlackmanWindow", 0.42, 0.5, 0.08}};
    SOFTACL_ASSIGN(const Ints size, ints_of(graph, node, 0, "size", {}));
    if (size.size() != 1 || size[0] < 0 || size[0] > 1 << 24) {
        return import_fail("the input size is ", Shape(size), "; expected one number of elements");
    }
    const bool periodic = node.attrs.get<int64_t>("periodic", 1) != 0;
    const double period = static_cast<double>(size[0]) - (periodic ? 0 : 1);
    std::vector<float> values;
    for (const auto& window : kWindows) {
        for (int64_t i = 0; i < size[0] && node.type == window.type; ++i) {
            const double angle = period == 0 ? 0 : 2 * M_PI * static_cast<double>(i) / period;
            values.push_back(
                static_cast<float>(window.a - window.b * std::cos(angle) + window.c * std::cos(2 * angle)));
        }
    }
    const ValueRef window = graph.add_constant(Tensor::list(values), "window");
    if (!node.attrs.has("output_datatype")) {
        return one(graph.add("Identity", {window}));
    }
    SOFTACL_ASSIGN(const aclDataType type, onnx_dtype(node, "output_datatype"));
    return one(add_cast(graph, window, type, ""));
}

constexpr AttributeForm kFill = {"Fill"};

}  // namespace

OpDef declare_Fill() {
    return OpDef("Fill", "A tensor of the shape dims, each element of which is value.")
        .input("dims", kIndexes | DTypes{ACL_INT16})
        .input("value", kAny)
        .output("y", kAny)
        .needs_value(0)
        .infer(infer_fill)
        .kernel("reference", make_fill)
        .onnx("ConstantOfShape", import_constant_of_shape);
}

OpDef declare_FillD() {
    return attribute_form<kFill>(declare_Fill(), OpDef("FillD", "Fill whose dims are an attribute.")
                                                     .input("value", kAny)
                                                     .output("y", kAny)
                                                     .required_attr("dims", Ints{}));
}

OpDef declare_FillV2() {
    return attribute_form<kFill>(declare_Fill(),
                                 OpDef("FillV2", "A float32 tensor of the shape dims, each element of which is value.")
                                     .input("dims", kIndexes | DTypes{ACL_INT16})
                                     .output("y", {ACL_FLOAT})
                                     .attr("value", 0.0F));
}

OpDef declare_ZerosLike() {
    return OpDef("ZerosLike", "Zeros of the type of x.")
        .input("x", kAny)
        .output("y", kAny)
        .infer(same_as_first)
        .kernel("reference", make_value_like<0>);
}

OpDef declare_OnesLike() {
    return OpDef("OnesLike", "Ones of the type of x.")
        .input("x", kAny)
        .output("y", kAny)
        .infer(same_as_first)
        .kernel("reference", make_value_like<1>);
}

OpDef declare_Const() {
    return OpDef("Const", "A constant.")
        .output("y", kAny)
        .attr("value", Tensor())
        .infer(infer_const)
        .kernel("reference", make_const)
        .onnx("Constant", import_constant)
        .onnx("HannWindow", import_window)
        .onnx("HammingWindow", import_window)
        .onnx("BlackmanWindow", import_window)
        .caffe("Parameter", import_caffe_parameter);
}

OpDef declare_Empty() {
    return OpDef("Empty", "A tensor of zeros of the shape `shape`.")
        .input("shape", {ACL_INT32})
        .output("y", kAny)
        .attr("dtype", int64_t{ACL_INT32})
        .attr("init", false)
        .needs_value(0)
        .infer(infer_empty)
        .kernel("reference", make_value_like<0>);
}

OpDef declare_FillDiagonal() {
    return OpDef("FillDiagonal", "x with the value on its diagonal.")
        .input("x", kAny)
        .output("y", kAny)
        .required_attr("fill_value", 0.0F)
        .attr("wrap", false)
        .infer(infer_fill_diagonal)
        .kernel("reference", make_fill_diagonal);
}

}  // namespace softacl::ops
