// SPDX-License-Identifier: Apache-2.0
// Triangles of matrices, and unit matrices.
#include <algorithm>
#include <cstring>

#include "kernels/ref/number.h"
#include "ops/common/copy.h"
#include "ops/common/for_elements.h"
#include "ops/common/importing.h"
#include "ops/common/infer.h"
#include "ops/common/reference.h"
#include "ops/common/values.h"

namespace softacl::ops {
namespace {

using kernels::Kernel;

Status infer_triangle(OpCall& call) {
    if (call.inputs[0]->shape.rank() < 2) {
        return call.fail("the input has the shape ", call.inputs[0]->shape, "; expected at least two dimensions");
    }
    return same_as_first(call);
}

template <bool kUpper>
Result<kernels::KernelPtr> make_triangle(const OpCall& call) {
    SOFTACL_TRY(require_known_shapes(call));
    const Shape& x = call.inputs[0]->shape;
    const int64_t rows = x[x.rank() - 2];
    const int64_t columns = x[x.rank() - 1];
    const int64_t count = x.elements(0, x.rank() - 2);
    // Beyond the corners nothing changes, and the sum with a row must not overflow.
    const int64_t diagonal = std::clamp(call.attrs.at<int64_t>("diagonal"), -rows - 1, columns + 1);
    kernels::KernelPtr kernel;
    visit_size(call.inputs[0]->dtype, [&](auto tag) {
        using T = typename decltype(tag)::Type;
        kernel = function_kernel(call, [=](const Kernel::Buffers& buffers) -> Status {
            const T* from = static_cast<const T*>(buffers.inputs[0]);
            T* to = static_cast<T*>(buffers.outputs[0]);
            for_rows(count * rows, columns, [&](int64_t i) {
                const T* const in = from + i * columns;
                T* const out = to + i * columns;
                const int64_t border = std::clamp<int64_t>(i % rows + diagonal + (kUpper ? 0 : 1), 0, columns);
                if (kUpper) {
                    std::fill_n(out, border, T{});
                    std::copy(in + border, in + columns, out + border);
                } else {
                    std::copy_n(in, border, out);
                    std::fill(out + border, out + columns, T{});
                }
            });
            return {};
        });
    });
    return kernel;
}

Status infer_eye(OpCall& call) {
    const auto rows = call.attrs.at<int64_t>("num_rows");
    const auto columns = call.attrs.at<int64_t>("num_columns");
    const auto dtype = static_cast<aclDataType>(call.attrs.at<int64_t>("dtype"));
    if (rows < 0 || columns < 0 || !kAny.contains(dtype)) {
        return call.fail("the attributes are num_rows = ", rows, ", num_columns = ", columns,
                         ", dtype = ", static_cast<int>(dtype), ", which is no matrix");
    }
    std::vector<int64_t> dims = call.attrs.at<Ints>("batch_shape");
    dims.insert(dims.end(), {rows, columns == 0 ? rows : columns});
    call.outputs[0] = {dtype, Shape(std::move(dims))};
    return call.outputs[0].shape.is_known() ? Status()
                                            : call.fail("the attribute batch_shape has a negative dimension");
}

Result<kernels::KernelPtr> make_eye(const OpCall& call) {
    const Shape& y = call.outputs[0].shape;
    const int64_t rows = y[y.rank() - 2];
    const int64_t columns = y[y.rank() - 1];
    const int64_t count = y.elements(0, y.rank() - 2);
    kernels::KernelPtr kernel;
    visit_dtype(call.outputs[0].dtype, [&](auto tag) {
        using T = typename decltype(tag)::Type;
        kernel = function_kernel(call, [=](const Kernel::Buffers& buffers) -> Status {
            T* to = static_cast<T*>(buffers.outputs[0]);
            std::fill_n(to, count * rows * columns, T{});
            for (int64_t i = 0; i < count; ++i, to += rows * columns) {
                for (int64_t at = 0; at < std::min(rows, columns); ++at) {
                    to[at * columns + at] = kernels::converted<T>(1);
                }
            }
            return {};
        });
    });
    return kernel;
}

Imported import_trilu(Importer& graph, const ForeignNode& node) {
    SOFTACL_ASSIGN(const Ints k, ints_of(graph, node, 1, "k", {0}));
    if (k.size() != 1) {
        return import_fail("the input k has ", k.size(), " values; expected one");
    }
    const bool upper = node.attrs.get<int64_t>("upper", 1) != 0;
    return one(graph.add(upper ? "Triu" : "Tril", {node.input(0)}, {{"diagonal", k[0]}}));
}

// The ones may stand on another diagonal, so the matrix is computed here.
Imported import_eye_like(Importer& graph, const ForeignNode& node) {
    if (!node.has_input(0)) {
        return import_fail("the input is missing");
    }
    const TensorType& like = graph.type(node.input(0));
    if (like.shape.rank() != 2 || !like.shape.is_known()) {
        return import_fail("the input has the shape ", like.shape, "; expected a matrix of known size");
    }
    const int64_t k = node.attrs.get<int64_t>("k", 0);
    std::vector<float> ones(static_cast<size_t>(like.shape.elements()));
    for (int64_t row = 0; row < like.shape[0]; ++row) {
        for (int64_t column = 0; column < like.shape[1]; ++column) {
            ones[static_cast<size_t>(row * like.shape[1] + column)] = column - row == k ? 1.0F : 0.0F;
        }
    }
    const ValueRef matrix = graph.add_constant(Tensor::of(like.shape, ones), "eye");
    aclDataType type = like.dtype;
    if (node.attrs.has("dtype")) {
        SOFTACL_ASSIGN(type, onnx_dtype(node, "dtype"));
    }
    return one(add_cast(graph, matrix, type, ""));
}

template <bool kUpper>
OpDef declare_triangle(const char* name, const char* doc) {
    return OpDef(name, doc)
        .input("x", kAny)
        .output("y", kAny)
        .attr("diagonal", int64_t{0})
        .infer(infer_triangle)
        .kernel("reference", make_triangle<kUpper>);
}

}  // namespace

OpDef declare_Triu() {
    return declare_triangle<true>("Triu", "Matrices with zeros below a diagonal.").onnx("Trilu", import_trilu);
}
OpDef declare_Tril() { return declare_triangle<false>("Tril", "Matrices with zeros above a diagonal."); }

OpDef declare_Eye() {
    return OpDef("Eye", "Matrices with ones on the diagonal.")
        .output("y", kAny)
        .required_attr("num_rows", int64_t{})
        .attr("num_columns", int64_t{0})
        .attr("batch_shape", Ints{})
        .attr("dtype", int64_t{ACL_FLOAT})
        .infer(infer_eye)
        .kernel("reference", make_eye)
        .onnx("EyeLike", import_eye_like);
}

}  // namespace softacl::ops
