// SPDX-License-Identifier: Apache-2.0
#include "kernels/ref/matmul.h"
#include "ops/common/adapt.h"
#include "ops/common/import_simple.h"
#include "ops/common/reference.h"
#include "ops/common/scalar.h"
#include "ops/nn/matmul.h"

namespace softacl::ops {
namespace {

namespace ref = kernels::ref;

constexpr DTypes kTypes = kFloats | DTypes{ACL_INT32, ACL_UINT32, ACL_INT64, ACL_UINT64};

enum Inputs : size_t { kA, kB, kC, kAlpha, kBeta };

Transposes transposes_of(const OpCall& call) {
    return {call.attrs.at<bool>("transpose_a"), call.attrs.at<bool>("transpose_b")};
}

Status infer(OpCall& call) {
    for (const size_t i : {kA, kB}) {
        if (call.inputs[i]->shape.rank() != 2) {
            return call.fail("the input ", call.op->inputs()[i].name, " has the shape ", call.inputs[i]->shape,
                             "; expected 2 dimensions");
        }
    }
    for (const size_t i : {kAlpha, kBeta}) {
        const TensorType& type = *call.inputs[i];
        if (type.dtype != call.inputs[kA]->dtype || (type.shape.is_known() && type.shape.elements() != 1)) {
            return call.fail("the input ", call.op->inputs()[i].name, " is ", type.text(), "; expected one ",
                             name_of(call.inputs[kA]->dtype));
        }
    }
    return infer_product(call, transposes_of(call));
}

Result<kernels::KernelPtr> make_fast(const OpCall& call) {
    const Tensor* alpha = call.constant(kAlpha);
    const Tensor* beta = call.constant(kBeta);
    if (alpha == nullptr || beta == nullptr || call.inputs[kA]->dtype != ACL_FLOAT) {
        return fail(ACL_ERROR_FEATURE_UNSUPPORTED, "float32 with constant alpha and beta only");
    }
    const float factor = beta->to_floats()[0];
    const Shape& c = call.inputs[kC]->shape;
    if (factor != 0 && (factor != 1 || c.rank() == 0)) {
        return fail(ACL_ERROR_FEATURE_UNSUPPORTED, "beta of 0 or 1 only, and c with dimensions");
    }
    auto params = product_params(call, transposes_of(call));
    params.alpha = alpha->to_floats()[0];
    if (factor == 1) {
        params.bias = c;
    }
    return make_fast_product(call, params);
}

Result<kernels::KernelPtr> make_reference(const OpCall& call) {
    kernels::KernelPtr kernel;
    auto params = product_params(call, transposes_of(call));
    params.bias = call.inputs[kC]->shape;
    ref::visit_numbers(call.inputs[kA]->dtype, [&](auto tag) {
        using T = typename decltype(tag)::Type;
        using R = ref::Real<T>;
        if constexpr (std::is_class_v<T> || sizeof(T) >= sizeof(int32_t)) {
            const ref::MatMul<T> product(params);
            kernel = function_kernel(call, [product](const kernels::Kernel::Buffers& b) -> Status {
                const auto input = [&](Inputs i) { return static_cast<const T*>(b.inputs[i]); };
                const R beta = static_cast<R>(*input(kBeta));
                product.run(input(kA), input(kB), beta == R{} ? nullptr : input(kC), static_cast<T*>(b.outputs[0]),
                            static_cast<R>(*input(kAlpha)), beta, static_cast<ref::Sum<T>*>(b.scratch));
                return {};
            });
            kernel->scratch_bytes = product.scratch_bytes();
        }
    });
    return kernel;
}

/// c times beta, if c is a constant float32: then the fast kernels take it.
ValueRef scaled(Importer& graph, ValueRef c, float& beta) {
    const Tensor* constant = graph.constant(c);
    if (constant == nullptr || constant->dtype() != ACL_FLOAT || beta == 1 || beta == 0) {
        return c;
    }
    auto values = constant->to_floats();
    for (float& value : values) {
        value *= beta;
    }
    beta = 1;
    return graph.add_constant(Tensor::of<float>(constant->shape(), values), "c");
}

Imported import_gemm(Importer& graph, const ForeignNode& node) {
    const aclDataType dtype = graph.type(node.input(0)).dtype;
    const bool transpose_a = node.attrs.get<int64_t>("transA", 0) != 0;
    const bool transpose_b = node.attrs.get<int64_t>("transB", 0) != 0;
    const float alpha = node.attrs.get<float>("alpha", 1);
    float beta = node.has_input(2) ? node.attrs.get<float>("beta", 1) : 0;
    if (beta == 0 && alpha == 1) {
        return one(graph.add("MatMulV2", {node.input(0), node.input(1)},
                             {{"transpose_x1", transpose_a}, {"transpose_x2", transpose_b}}));
    }
    ValueRef c = node.has_input(2) ? scaled(graph, node.input(2), beta) : graph.add_constant(scalar_of(dtype, 0), "c");
    if (graph.type(c).shape.rank() == 0 && graph.constant(c) != nullptr) {  // with a dimension it broadcasts as well
        const Tensor value = *graph.constant(c);
        c = graph.add_constant(value.viewed_as({value.dtype(), {1}, ACL_FORMAT_ND}), "c");
    }
    const ValueRef alpha_value = graph.add_constant(scalar_of(dtype, static_cast<double>(alpha)), "alpha");
    const ValueRef beta_value = graph.add_constant(scalar_of(dtype, static_cast<double>(beta)), "beta");
    return one(graph.add("GEMM", {node.input(0), node.input(1), c, alpha_value, beta_value},
                         {{"transpose_a", transpose_a}, {"transpose_b", transpose_b}}));
}

}  // namespace

OpDef declare_GEMM() {
    return OpDef("GEMM", "alpha times the product of two matrices, plus beta * c.")
        .input("a", kTypes)
        .input("b", kTypes)
        .input("c", kTypes)
        .input("alpha", kTypes)
        .input("beta", kTypes)
        .output("y", kTypes)
        .attr("transpose_a", false)
        .attr("transpose_b", false)
        .infer(infer)
        .kernel("onednn", make_fast)
        .kernel("reference", make_reference)
        .onnx("Gemm", import_gemm);
}

}  // namespace softacl::ops
