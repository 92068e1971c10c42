// SPDX-License-Identifier: Apache-2.0
// Diagonals and bands of matrices: taken out, put in, summed.
#include <algorithm>

#include "kernels/ref/number.h"
#include "ops/common/copy.h"
#include "ops/common/infer.h"
#include "ops/common/reference.h"
#include "ops/common/values.h"

namespace softacl::ops {
namespace {

using kernels::Kernel;

// The matrices in the last two dimensions of a tensor.
struct Matrices {
    explicit Matrices(const Shape& shape)
        : count(shape.elements(0, shape.rank() - 2)), rows(shape[shape.rank() - 2]), columns(shape[shape.rank() - 1]) {}
    int64_t diagonal() const { return std::min(rows, columns); }
    int64_t size() const { return rows * columns; }
    int64_t count;
    int64_t rows;
    int64_t columns;
};

Shape diagonal_of(const Shape& x) {
    Ints dims(x.begin(), x.end() - 2);
    dims.push_back(std::min(x[x.rank() - 2], x[x.rank() - 1]));  // -1 if one of them is not known
    return Shape(std::move(dims));
}

Status require_matrices(const OpCall& call) {
    if (call.inputs[0]->shape.rank() < 2) {
        return call.fail("the input ", input_name(call, 0), " has the shape ", call.inputs[0]->shape,
                         "; expected at least two dimensions");
    }
    return {};
}

Status infer_matrix_diag(OpCall& call) {
    const Shape& x = call.inputs[0]->shape;
    if (x.rank() < 1) {
        return call.fail("the input x has no dimension; expected at least one");
    }
    Ints dims = x.dims();
    dims.push_back(dims.back());
    call.outputs[0] = {call.inputs[0]->dtype, Shape(std::move(dims))};
    return {};
}

Status infer_matrix_diag_part(OpCall& call) {
    SOFTACL_TRY(require_matrices(call));
    call.outputs[0] = {call.inputs[0]->dtype, diagonal_of(call.inputs[0]->shape)};
    return {};
}

Status infer_set_diag(OpCall& call) {
    SOFTACL_TRY(require_matrices(call));
    SOFTACL_TRY(require_same_dtype(call, 0, 1));
    const Shape wanted = diagonal_of(call.inputs[0]->shape);
    const Shape& given = call.inputs[1]->shape;
    bool fits = wanted.rank() == given.rank();
    for (size_t i = 0; fits && i < wanted.rank(); ++i) {
        fits = wanted[i] == given[i] || wanted[i] < 0 || given[i] < 0;
    }
    if (!fits) {
        return call.fail("the input diagonal has the shape ", given, "; expected ", wanted, ", the diagonals of x of ",
                         call.inputs[0]->shape);
    }
    return same_as_first(call);
}

// All dimensions stand twice.
Status infer_diag(OpCall& call) {
    Ints dims = call.inputs[0]->shape.dims();
    if (dims.empty()) {
        return call.fail("the input x has no dimension; expected at least one");
    }
    dims.insert(dims.end(), call.inputs[0]->shape.begin(), call.inputs[0]->shape.end());
    call.outputs[0] = {call.inputs[0]->dtype, Shape(std::move(dims))};
    return {};
}

Status infer_diag_part(OpCall& call) {
    const Shape& x = call.inputs[0]->shape;
    const size_t half = x.rank() / 2;
    bool fits = x.rank() > 0 && x.rank() % 2 == 0;
    Ints dims;
    for (size_t i = 0; fits && i < half; ++i) {
        fits = x[i] == x[half + i] || x[i] < 0 || x[half + i] < 0;
        dims.push_back(std::max(x[i], x[half + i]));
    }
    if (!fits) {
        return call.fail("the input x has the shape ", x, "; expected the same dimensions twice");
    }
    call.outputs[0] = {call.inputs[0]->dtype, Shape(std::move(dims))};
    return {};
}

// Seen as matrices, whatever the operator calls the dimensions. `full` is the tensor with the matrices.
template <class Function>
Result<kernels::KernelPtr> make_moving(const OpCall& call, const Matrices& full, Function move) {
    SOFTACL_TRY(require_known_shapes(call));
    kernels::KernelPtr kernel;
    visit_size(call.inputs[0]->dtype, [&](auto tag) {
        using T = typename decltype(tag)::Type;
        kernel = function_kernel(
            call, [full, move, pair = call.inputs.size() > 1](const Kernel::Buffers& buffers) -> Status {
                move(full, static_cast<const T*>(buffers.inputs[0]),
                     pair ? static_cast<const T*>(buffers.inputs[1]) : nullptr, static_cast<T*>(buffers.outputs[0]));
                return {};
            });
    });
    return kernel;
}

/// `whole`: the first half of the dimensions are the rows of one matrix.
template <bool whole>
Matrices matrices_of(const Shape& shape) {
    const size_t half = shape.rank() / 2;
    return Matrices(whole ? Shape{1, shape.elements(0, half), shape.elements(half, shape.rank())} : shape);
}

template <class T>
void put(const Matrices& full, const T* diagonal, T* to) {
    for (int64_t i = 0; i < full.count; ++i, to += full.size()) {
        for (int64_t at = 0; at < full.diagonal(); ++at) {
            to[at * full.columns + at] = *diagonal++;
        }
    }
}

template <bool whole>
Result<kernels::KernelPtr> make_diag(const OpCall& call) {
    return make_moving(call, matrices_of<whole>(call.outputs[0].shape),
                       [](const Matrices& full, const auto* x, const auto* /*none*/, auto* y) {
                           std::fill_n(y, full.count * full.size(), std::decay_t<decltype(*y)>{});
                           put(full, x, y);
                       });
}

template <bool whole>
Result<kernels::KernelPtr> make_diag_part(const OpCall& call) {
    return make_moving(call, matrices_of<whole>(call.inputs[0]->shape),
                       [](const Matrices& full, const auto* x, const auto* /*none*/, auto* y) {
                           for (int64_t i = 0; i < full.count; ++i, x += full.size()) {
                               for (int64_t at = 0; at < full.diagonal(); ++at) {
                                   *y++ = x[at * full.columns + at];
                               }
                           }
                       });
}

Result<kernels::KernelPtr> make_set_diag(const OpCall& call) {
    return make_moving(call, Matrices(call.inputs[0]->shape),
                       [](const Matrices& full, const auto* x, const auto* diagonal, auto* y) {
                           std::copy_n(x, full.count * full.size(), y);
                           put(full, diagonal, y);
                       });
}

Status infer_band(OpCall& call) {
    SOFTACL_TRY(require_matrices(call));
    for (const size_t i : {size_t{1}, size_t{2}}) {
        if (call.inputs[i]->shape.is_known() && call.inputs[i]->shape.elements() != 1) {
            return call.fail("the input ", input_name(call, i), " has the shape ", call.inputs[i]->shape,
                             "; expected one element");
        }
    }
    return same_as_first(call);
}

int64_t number_in(const void* data, aclDataType type) {
    return type == ACL_INT64 ? *static_cast<const int64_t*>(data) : *static_cast<const int32_t*>(data);
}

Result<kernels::KernelPtr> make_band(const OpCall& call) {
    SOFTACL_TRY(require_known_shapes(call));
    const Matrices full(call.inputs[0]->shape);
    kernels::KernelPtr kernel;
    visit_size(call.inputs[0]->dtype, [&](auto tag) {
        using T = typename decltype(tag)::Type;
        kernel = function_kernel(
            call,
            [full, lower_type = call.inputs[1]->dtype,
             upper_type = call.inputs[2]->dtype](const Kernel::Buffers& buffers) -> Status {
                const int64_t lower = number_in(buffers.inputs[1], lower_type);
                const int64_t upper = number_in(buffers.inputs[2], upper_type);
                const T* x = static_cast<const T*>(buffers.inputs[0]);
                T* y = static_cast<T*>(buffers.outputs[0]);
                for (int64_t row = 0; row < full.count * full.rows; ++row) {
                    for (int64_t column = 0; column < full.columns; ++column, ++x) {
                        const int64_t below = row % full.rows - column;
                        *y++ = (lower < 0 || below <= lower) && (upper < 0 || -below <= upper) ? *x : T{};
                    }
                }
                return {};
            });
    });
    return kernel;
}

// Integers are summed as 64 bits.
aclDataType sum_type(aclDataType type) {
    const bool is_unsigned = type == ACL_UINT8 || type == ACL_UINT16 || type == ACL_UINT32 || type == ACL_UINT64;
    return is_floating(type) ? type : is_unsigned ? ACL_UINT64 : ACL_INT64;
}

Status infer_trace(OpCall& call) {
    if (call.inputs[0]->shape.rank() != 2) {
        return call.fail("the input x has the shape ", call.inputs[0]->shape, "; expected two dimensions");
    }
    call.outputs[0] = {sum_type(call.inputs[0]->dtype), {}};
    return {};
}

Result<kernels::KernelPtr> make_trace(const OpCall& call) {
    SOFTACL_TRY(require_known_shapes(call));
    const Matrices full(call.inputs[0]->shape);
    kernels::KernelPtr kernel;
    visit_dtype(call.inputs[0]->dtype, [&](auto tag) {
        using T = typename decltype(tag)::Type;
        kernel = function_kernel(call, [full](const Kernel::Buffers& buffers) -> Status {
            constexpr bool kFloating = std::is_floating_point_v<kernels::Wide<T>>;
            using Y = std::conditional_t<kFloating, T, uint64_t>;  // the bits are the same with a sign
            std::conditional_t<kFloating, double, uint64_t> sum = 0;
            const T* x = static_cast<const T*>(buffers.inputs[0]);
            for (int64_t i = 0; i < full.diagonal(); ++i) {
                sum += static_cast<decltype(sum)>(kernels::widen(x[i * full.columns + i]));
            }
            *static_cast<Y*>(buffers.outputs[0]) = kernels::narrow<Y>(static_cast<kernels::Wide<Y>>(sum));
            return {};
        });
    });
    return kernel;
}

constexpr DTypes kDiagTypes = {ACL_FLOAT16, ACL_FLOAT, ACL_DOUBLE, ACL_INT32, ACL_INT64};

OpDef moving(const char* name, const char* doc, DTypes types, Infer infer, MakeKernel make) {
    return OpDef(name, doc).input("x", types).output("y", types).infer(infer).kernel("reference", make);
}

}  // namespace

OpDef declare_MatrixDiag() {
    return moving("MatrixDiag", "Matrices with the rows of x as diagonals, and zeros elsewhere.", kAny,
                  infer_matrix_diag, make_diag<false>);
}
OpDef declare_MatrixDiagPart() {
    return moving("MatrixDiagPart", "The diagonals of the matrices in the last two dimensions.", kAny,
                  infer_matrix_diag_part, make_diag_part<false>);
}
OpDef declare_Diag() {
    return moving("Diag", "x on the diagonal of a tensor with its dimensions twice, and zeros elsewhere.", kDiagTypes,
                  infer_diag, make_diag<true>);
}
OpDef declare_DiagPart() {
    return moving("DiagPart", "The diagonal of a tensor with some dimensions twice.", kDiagTypes, infer_diag_part,
                  make_diag_part<true>);
}
OpDef declare_MatrixSetDiag() {
    return OpDef("MatrixSetDiag", "The matrices of x with other diagonals.")
        .input("x", kAny)
        .input("diagonal", kAny)
        .output("y", kAny)
        .infer(infer_set_diag)
        .kernel("reference", make_set_diag);
}
OpDef declare_MatrixBandPart() {
    return OpDef("MatrixBandPart",
                 "Matrices with zeros but for a diagonal and so many below and above it; a negative number: all.")
        .input("x", kAny)
        .input("num_lower", kIndexes)
        .input("num_upper", kIndexes)
        .output("y", kAny)
        .infer(infer_band)
        .kernel("reference", make_band);
}
OpDef declare_Trace() {
    return OpDef("Trace", "The sum of the diagonal; integers are summed as 64 bits and wrap around.")
        .input("x", kAny)
        .output("y", kFloats | DTypes{ACL_INT64, ACL_UINT64})
        .infer(infer_trace)
        .kernel("reference", make_trace);
}

}  // namespace softacl::ops
