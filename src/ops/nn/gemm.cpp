// SPDX-License-Identifier: Apache-2.0
#include "kernels/ref/gemm.h"
#include "ops/common/adapt.h"
#include "ops/common/import_simple.h"
#include "ops/common/reference.h"
#include "ops/common/scalar.h"
#include "ops/nn/matmul.h"

namespace softacl::ops {
namespace {

namespace ref = kernels::ref;

constexpr DTypes kResults = kFloats | DTypes{ACL_INT32, ACL_UINT32, ACL_INT64, ACL_UINT64};
constexpr DTypes kOperands = kResults | DTypes{ACL_INT8};

enum Inputs : size_t { kA, kB, kC, kAlpha, kBeta };

Transposes transposes_of(const OpCall& call) {
    return {call.attrs.at<bool>("transpose_a"), call.attrs.at<bool>("transpose_b")};
}

Status check_result(const OpCall& call) {
    const aclDataType operands = call.inputs[kA]->dtype;
    const aclDataType result = call.inputs[kC]->dtype;
    if (ref::visit_gemm(operands, result, [](auto, auto) {})) {
        return {};
    }
    return call.fail("the input c is ", name_of(result), "; with ", name_of(operands), " matrices expected ",
                     operands == ACL_INT8 ? "int32" : name_of(operands),
                     operands == ACL_INT8 || operands == ACL_FLOAT16 ? " or float32" : "");
}

Status infer(OpCall& call) {
    for (const size_t i : {kA, kB}) {
        if (call.inputs[i]->shape.rank() != 2) {
            return call.fail("the input ", call.op->inputs()[i].name, " has the shape ", call.inputs[i]->shape,
                             "; expected 2 dimensions");
        }
    }
    SOFTACL_TRY(check_result(call));
    const aclDataType result = call.inputs[kC]->dtype;
    for (const size_t i : {kAlpha, kBeta}) {
        const TensorType& type = *call.inputs[i];
        if (type.dtype != result || (type.shape.is_known() && type.shape.elements() != 1)) {
            return call.fail("the input ", call.op->inputs()[i].name, " is ", type.text(), "; expected one ",
                             name_of(result));
        }
    }
    TensorType c = *call.inputs[kC];
    c.dtype = call.inputs[kA]->dtype;
    OpCall of_one_type = call;
    of_one_type.inputs[kC] = &c;
    SOFTACL_TRY(infer_product(of_one_type, transposes_of(call)));
    call.outputs = std::move(of_one_type.outputs);
    call.outputs[0].dtype = result;
    return {};
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

kernels::GemmParams gemm_params(const OpCall& call) {
    const Shape& a = call.inputs[kA]->shape;
    const Shape& b = call.inputs[kB]->shape;
    const Shape& c = call.inputs[kC]->shape;
    const Shape& y = call.outputs[0].shape;
    const auto [transpose_a, transpose_b] = transposes_of(call);
    kernels::GemmParams params;
    params.m = y[0];
    params.n = y[1];
    params.k = a[transpose_a ? 0 : 1];
    params.operands = call.inputs[kA]->dtype;
    params.result = call.outputs[0].dtype;
    params.transpose_a = transpose_a;
    params.transpose_b = transpose_b;
    params.a_step = a[1];
    params.b_step = b[1];
    params.c_row_step = c.rank() == 2 && c[0] != 1 ? c[1] : 0;
    params.c_column_step = c.rank() >= 1 && c[c.rank() - 1] != 1 ? 1 : 0;
    params.y_step = y[1];
    return params;
}

/// For factors that only a run knows, and types that make_fast() does not have.
Result<kernels::KernelPtr> make_gemm(const OpCall& call) {
    SOFTACL_ASSIGN(const auto* fast, kernels::fast_kernels());
    return fast->gemm(gemm_params(call));
}

Result<kernels::KernelPtr> make_reference(const OpCall& call) {
    kernels::KernelPtr kernel;
    ref::visit_gemm(call.inputs[kA]->dtype, call.outputs[0].dtype, [&](auto in, auto out) {
        const ref::Gemm<typename decltype(in)::Type, typename decltype(out)::Type> product(gemm_params(call));
        kernel = function_kernel(call, [product](const kernels::Kernel::Buffers& buffers) -> Status {
            product.run(buffers);
            return {};
        });
        kernel->scratch_bytes = product.scratch_bytes();
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
    return OpDef("GEMM",
                 "alpha times the product of two matrices, plus beta * c, which is not read where beta is 0. Results "
                 "have the type of c, alpha and beta: that of the matrices, of float16 also float32, of int8 int32 or "
                 "float32.")
        .input("a", kOperands)
        .input("b", kOperands)
        .input("c", kResults)
        .input("alpha", kResults)
        .input("beta", kResults)
        .output("y", kResults)
        .attr("transpose_a", false)
        .attr("transpose_b", false)
        .infer(infer)
        .kernel("onednn", make_fast)
        .kernel("onednn gemm", make_gemm)
        .kernel("reference", make_reference)
        .onnx("Gemm", import_gemm);
}

}  // namespace softacl::ops
