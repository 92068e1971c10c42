// SPDX-License-Identifier: Apache-2.0
#include "ops/nn/matmul.h"
#include "ops/caffe/imports.h"

#include "kernels/ref/matmul.h"
#include "ops/common/adapt.h"
#include "ops/common/import_simple.h"
#include "ops/common/infer.h"
#include "ops/common/reference.h"
#include "ops/common/values.h"

namespace softacl::ops {
namespace {

namespace ref = kernels::ref;

constexpr DTypes kMatMulTypes = kFloats | DTypes{ACL_INT32, ACL_UINT32, ACL_INT64, ACL_UINT64};

Shape leading(const Shape& shape) { return Shape(Ints(shape.begin(), shape.end() - 2)); }

}  // namespace

Status infer_product(OpCall& call, Transposes transposes) {
    const Shape& a = call.inputs[0]->shape;
    const Shape& b = call.inputs[1]->shape;
    for (const size_t i : {size_t{0}, size_t{1}}) {
        if (call.inputs[i]->shape.rank() < 2) {
            return call.fail("the input ", input_name(call, i), " has the shape ", call.inputs[i]->shape,
                             "; expected at least 2 dimensions");
        }
    }
    const int64_t m = a[a.rank() - (transposes.a ? 1 : 2)];
    const int64_t k = a[a.rank() - (transposes.a ? 2 : 1)];
    const int64_t b_k = b[b.rank() - (transposes.b ? 1 : 2)];
    const int64_t n = b[b.rank() - (transposes.b ? 2 : 1)];
    if (k >= 0 && b_k >= 0 && k != b_k) {
        return call.fail("the input ", input_name(call, 0), " of shape ", a, (transposes.a ? " (transposed)" : ""),
                         " has ", k, " columns, but the input ", input_name(call, 1), " of shape ", b,
                         (transposes.b ? " (transposed)" : ""), " has ", b_k, " rows");
    }
    auto shape = broadcast(leading(a), leading(b));
    if (!shape.ok()) {
        return call.fail("the inputs ", input_name(call, 0), " and ", input_name(call, 1),
                         " do not go together: ", shape.status().message());
    }
    Ints dims = shape->dims();
    dims.push_back(m);
    dims.push_back(n);
    for (const size_t other : {size_t{1}, size_t{2}}) {
        if (call.has_input(other) && call.inputs[other]->dtype != call.inputs[0]->dtype) {
            return call.fail("the input ", input_name(call, other), " is ", name_of(call.inputs[other]->dtype),
                             "; expected ", name_of(call.inputs[0]->dtype), " like ", input_name(call, 0));
        }
    }
    call.outputs[0] = {call.inputs[0]->dtype, Shape(std::move(dims)), call.inputs[0]->format};
    if (call.has_input(2)) {
        const Shape& bias = call.inputs[2]->shape;
        const auto both = broadcast(bias, call.outputs[0].shape);
        if (!both.ok() || (bias.is_known() && call.outputs[0].shape.is_known() && *both != call.outputs[0].shape)) {
            return call.fail("the input ", input_name(call, 2), " has the shape ", bias,
                             ", which does not broadcast to the product's, ", call.outputs[0].shape);
        }
    }
    return {};
}

kernels::MatMulParams product_params(const OpCall& call, Transposes transposes) {
    kernels::MatMulParams params;
    params.a = call.inputs[0]->shape;
    params.b = call.inputs[1]->shape;
    params.output = call.outputs[0].shape;
    params.transpose_a = transposes.a;
    params.transpose_b = transposes.b;
    params.b_is_constant = call.constant(1) != nullptr;
    return params;
}

Result<kernels::KernelPtr> make_fast_product(const OpCall& call, const kernels::MatMulParams& params) {
    return make_fast_kernel(call, {0, 1, params.bias.rank() == 0 ? kNoInput : 2},
                            [&](const kernels::FastKernels& fast) { return fast.matmul(params); });
}

Result<kernels::KernelPtr> make_reference_product(const OpCall& call, Transposes transposes) {
    kernels::KernelPtr kernel;
    auto params = product_params(call, transposes);
    const bool has_bias = call.has_input(2);
    if (has_bias) {
        params.bias = call.inputs[2]->shape;
    }
    ref::visit_numbers(call.inputs[0]->dtype, [&](auto tag) {
        using T = typename decltype(tag)::Type;
        if constexpr (std::is_class_v<T> || sizeof(T) >= sizeof(int32_t)) {
            const ref::MatMul<T> product(params);
            kernel = function_kernel(call, [product, has_bias](const kernels::Kernel::Buffers& b) -> Status {
                product.run(static_cast<const T*>(b.inputs[0]), static_cast<const T*>(b.inputs[1]),
                            has_bias ? static_cast<const T*>(b.inputs[2]) : nullptr, static_cast<T*>(b.outputs[0]), 1,
                            1, static_cast<ref::Sum<T>*>(b.scratch));
                return {};
            });
            kernel->scratch_bytes = product.scratch_bytes();
        }
    });
    return kernel;
}

namespace {

Transposes transposes_of(const OpCall& call) {
    const bool batch = call.attrs.has("adj_x1");
    return {call.attrs.at<bool>(batch ? "adj_x1" : "transpose_x1"),
            call.attrs.at<bool>(batch ? "adj_x2" : "transpose_x2")};
}

Status infer(OpCall& call) {
    if (call.has_input(3)) {
        return call.fail("the input offset_w is given; quantised operands are not supported so far");
    }
    if (const auto offset = call.attrs.get<int64_t>("offset_x", 0); offset != 0) {
        return call.fail("offset_x is ", offset, "; only 0 is supported so far");
    }
    if (!call.attrs.has("adj_x1")) {
        for (const size_t i : {size_t{0}, size_t{1}}) {
            if (call.inputs[i]->shape.rank() != 2) {
                return call.fail("the input ", input_name(call, i), " has the shape ", call.inputs[i]->shape,
                                 "; expected 2 dimensions");
            }
        }
    }
    return infer_product(call, transposes_of(call));
}

Result<kernels::KernelPtr> make_fast(const OpCall& call) {
    auto params = product_params(call, transposes_of(call));
    if (call.has_input(2)) {
        params.bias = call.inputs[2]->shape;
        if (params.bias.rank() == 0) {
            return fail(ACL_ERROR_FEATURE_UNSUPPORTED, "no bias without dimensions");
        }
    }
    return make_fast_product(call, params);
}

Result<kernels::KernelPtr> make_reference(const OpCall& call) {
    return make_reference_product(call, transposes_of(call));
}

/// A vector as first operand is a row, as second one a column; the result loses that dimension.
Imported import_matmul(Importer& graph, const ForeignNode& node) {
    ValueRef a = node.input(0);
    ValueRef b = node.input(1);
    const size_t a_rank = graph.type(a).shape.rank();
    const size_t b_rank = graph.type(b).shape.rank();
    if (a_rank == 0 || b_rank == 0) {
        return fail(ACL_ERROR_INVALID_PARAM, "A and B need at least one dimension; they have ", a_rank, " and ",
                    b_rank);
    }
    if (a_rank == 1) {
        SOFTACL_ASSIGN(a, graph.add("Unsqueeze", {a}, {{"axes", Ints{0}}}, "row"));
    }
    if (b_rank == 1) {
        SOFTACL_ASSIGN(b, graph.add("Unsqueeze", {b}, {{"axes", Ints{1}}}, "column"));
    }
    const bool narrows = a_rank == 1 || b_rank == 1;
    const char* op = a_rank <= 2 && b_rank <= 2 ? "MatMulV2" : "BatchMatMulV2";
    SOFTACL_ASSIGN(ValueRef y, graph.add(op, {a, b}, {}, narrows ? "product" : ""));
    if (narrows) {
        const auto rank = static_cast<int64_t>(graph.type(y).shape.rank());
        Ints axes;
        if (a_rank == 1) {
            axes.push_back(rank - 2);
        }
        if (b_rank == 1) {
            axes.push_back(rank - 1);
        }
        SOFTACL_ASSIGN(y, graph.add("Squeeze", {y}, {{"axis", std::move(axes)}}));
    }
    return std::vector<ValueRef>{y};
}

enum class Operands { kTwo, kBias, kQuantised };

OpDef product(const char* name, const char* doc, const char* first, const char* second, Operands operands) {
    OpDef op(name, doc);
    op.input("x1", kMatMulTypes).input("x2", kMatMulTypes);
    if (operands != Operands::kTwo) {
        op.optional_input("bias", kMatMulTypes);
    }
    op.output("y", kMatMulTypes).attr(first, false).attr(second, false);
    if (operands == Operands::kQuantised) {
        op.optional_input("offset_w", {ACL_INT8}).attr("offset_x", int64_t{0});
    }
    return op.infer(infer).kernel("onednn", make_fast).kernel("reference", make_reference);
}

OpDef matrix_product(const char* name, Operands operands) {
    return product(name, "The product of two matrices, and a bias.", "transpose_x1", "transpose_x2", operands);
}
OpDef batch_product(const char* name, Operands operands) {
    return product(name, "Products of matrices; leading dimensions broadcast.", "adj_x1", "adj_x2", operands);
}

}  // namespace

OpDef declare_MatMul() { return matrix_product("MatMul", Operands::kBias); }
OpDef declare_MatMulV2() {
    return matrix_product("MatMulV2", Operands::kQuantised)
        .onnx("MatMul", import_matmul)
        .caffe("InnerProduct", import_caffe_inner_product);
}
OpDef declare_BatchMatMul() { return batch_product("BatchMatMul", Operands::kTwo); }
OpDef declare_BatchMatMulV2() { return batch_product("BatchMatMulV2", Operands::kQuantised); }

}  // namespace softacl::ops
