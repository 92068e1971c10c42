// SPDX-License-Identifier: Apache-2.0
// Factors, inverses and solutions of the matrices in the last two dimensions, computed as double.
#include <algorithm>
#include <cmath>

#include "kernels/ref/real.h"
#include "ops/common/reference.h"
#include "ops/common/values.h"

namespace softacl::ops {
namespace {

using kernels::Kernel;
namespace ref = kernels::ref;

constexpr DTypes kWideFloats = {ACL_FLOAT, ACL_DOUBLE};

// A row: what becomes of a square matrix (n rows, row by row) and, with kHasRhs, of a right side with m columns. The
// result is left in the latter, else in the former; false if there is none.
struct CholeskyRow {
    static constexpr bool kHasRhs = false;
    static constexpr const char* kFault = "is not positive definite";
    explicit CholeskyRow(const OpCall& /*call*/) {}
    bool operator()(double* a, int64_t n, double* /*rhs*/, int64_t /*m*/) const {
        for (int64_t row = 0; row < n; ++row) {
            for (int64_t column = 0; column <= row; ++column) {
                double rest = a[row * n + column];
                for (int64_t k = 0; k < column; ++k) {
                    rest -= a[row * n + k] * a[column * n + k];
                }
                if (column == row && !(rest > 0)) {
                    return false;
                }
                a[row * n + column] = column == row ? std::sqrt(rest) : rest / a[column * n + column];
            }
            std::fill_n(a + row * n + row + 1, n - row - 1, 0.0);
        }
        return true;
    }
};

void transpose(double* a, int64_t n) {
    for (int64_t row = 0; row < n; ++row) {
        for (int64_t column = 0; column < row; ++column) {
            std::swap(a[row * n + column], a[column * n + row]);
        }
    }
}

// Gaussian elimination; the largest element of the column becomes the divisor.
bool eliminate(double* a, int64_t n, double* rhs, int64_t m) {
    for (int64_t i = 0; i < n; ++i) {
        int64_t pivot = i;
        for (int64_t row = i + 1; row < n; ++row) {
            pivot = std::abs(a[row * n + i]) > std::abs(a[pivot * n + i]) ? row : pivot;
        }
        if (a[pivot * n + i] == 0) {
            return false;
        }
        if (pivot != i) {
            std::swap_ranges(a + i * n, a + i * n + n, a + pivot * n);
            std::swap_ranges(rhs + i * m, rhs + i * m + m, rhs + pivot * m);
        }
        for (int64_t row = 0; row < n; ++row) {
            const double factor = a[row * n + i] / a[i * n + i];
            if (row == i || factor == 0) {
                continue;
            }
            for (int64_t column = i; column < n; ++column) {
                a[row * n + column] -= factor * a[i * n + column];
            }
            for (int64_t column = 0; column < m; ++column) {
                rhs[row * m + column] -= factor * rhs[i * m + column];
            }
        }
    }
    for (int64_t row = 0; row < n; ++row) {
        for (int64_t column = 0; column < m; ++column) {
            rhs[row * m + column] /= a[row * n + row];
        }
    }
    return true;
}

struct SolveRow {
    static constexpr bool kHasRhs = true;
    static constexpr const char* kFault = "is not invertible";
    explicit SolveRow(const OpCall& call) : adjoint(call.attrs.at<bool>("adjoint")) {}
    bool adjoint;
    bool operator()(double* a, int64_t n, double* rhs, int64_t m) const {
        if (adjoint) {
            transpose(a, n);
        }
        return eliminate(a, n, rhs, m);
    }
};

// Solved with the unit matrix as the right side.
struct InverseRow : SolveRow {
    using SolveRow::SolveRow;
    static constexpr bool kHasRhs = false;
    bool operator()(double* a, int64_t n, double* rhs, int64_t /*m*/) const {
        std::fill_n(rhs, n * n, 0.0);
        for (int64_t i = 0; i < n; ++i) {
            rhs[i * n + i] = 1;
        }
        const bool done = SolveRow::operator()(a, n, rhs, n);
        std::copy_n(rhs, n * n, a);
        return done;
    }
};

struct TriangularRow {
    static constexpr bool kHasRhs = true;
    static constexpr const char* kFault = "has a 0 on its diagonal";
    explicit TriangularRow(const OpCall& call)
        : lower(call.attrs.at<bool>("lower")), adjoint(call.attrs.at<bool>("adjoint")) {}
    bool lower;
    bool adjoint;
    // Reads only the triangle that counts.
    bool operator()(double* a, int64_t n, double* rhs, int64_t m) const {
        if (adjoint) {
            transpose(a, n);
        }
        const bool forward = lower != adjoint;
        for (int64_t i = 0; i < n; ++i) {
            const int64_t row = forward ? i : n - 1 - i;
            if (a[row * n + row] == 0) {
                return false;
            }
            for (int64_t column = 0; column < m; ++column) {
                double rest = rhs[row * m + column];
                for (int64_t k = forward ? 0 : row + 1; k < (forward ? row : n); ++k) {
                    rest -= a[row * n + k] * rhs[k * m + column];
                }
                rhs[row * m + column] = rest / a[row * n + row];
            }
        }
        return true;
    }
};

template <class Row>
Status infer_matrix(OpCall& call) {
    const Shape& a = call.inputs[0]->shape;
    const size_t rank = a.rank();
    if (rank < 2 || (a[rank - 1] >= 0 && a[rank - 2] >= 0 && a[rank - 1] != a[rank - 2])) {
        return call.fail("the input ", input_name(call, 0), " has the shape ", a, "; expected square matrices");
    }
    if constexpr (Row::kHasRhs) {
        SOFTACL_TRY(require_same_dtype(call, 0, 1));
        const Shape& rhs = call.inputs[1]->shape;
        bool fits = rhs.rank() == rank;
        for (size_t i = 0; fits && i + 1 < rank; ++i) {
            fits = rhs[i] == a[i] || rhs[i] < 0 || a[i] < 0;
        }
        if (!fits) {
            return call.fail("the input ", input_name(call, 0), " has the shape ", a, ", the input ",
                             input_name(call, 1), " ", rhs, "; expected the same dimensions but for the last");
        }
    }
    call.outputs[0] = *call.inputs[Row::kHasRhs ? 1 : 0];
    return {};
}

template <class Row>
Result<kernels::KernelPtr> make_matrix(const OpCall& call) {
    SOFTACL_TRY(require_known_shapes(call));
    const Shape& a = call.inputs[0]->shape;
    const Shape& y = call.outputs[0].shape;
    const int64_t n = a[a.rank() - 1];
    const int64_t m = y[y.rank() - 1];
    const int64_t count = a.elements(0, a.rank() - 2);
    kernels::KernelPtr kernel;
    ref::visit_floats(call.inputs[0]->dtype, [&](auto tag) {
        using T = typename decltype(tag)::Type;
        kernel = function_kernel(call, [=, row = Row(call)](const Kernel::Buffers& buffers) -> Status {
            const auto read = [](const void* from, int64_t first, int64_t size, double* to) {
                for (int64_t i = 0; i < size; ++i) {
                    to[i] = static_cast<double>(static_cast<ref::Real<T>>(static_cast<const T*>(from)[first + i]));
                }
            };
            auto* matrix = static_cast<double*>(buffers.scratch);
            double* rhs = matrix + n * n;
            for (int64_t i = 0; i < count; ++i) {
                read(buffers.inputs[0], i * n * n, n * n, matrix);
                if constexpr (Row::kHasRhs) {
                    read(buffers.inputs[1], i * n * m, n * m, rhs);
                }
                if (!row(matrix, n, rhs, m)) {
                    return fail(ACL_ERROR_INVALID_PARAM, "matrix ", i, " of the first input ", Row::kFault);
                }
                const double* result = Row::kHasRhs ? rhs : matrix;
                for (int64_t at = 0; at < n * m; ++at) {
                    static_cast<T*>(buffers.outputs[0])[i * n * m + at] =
                        static_cast<T>(static_cast<ref::Real<T>>(result[at]));
                }
            }
            return {};
        });
        kernel->scratch_bytes = static_cast<size_t>(n * n + n * m) * sizeof(double);
    });
    return kernel;
}

template <class Row>
OpDef declare_matrix(const char* name, const char* doc, DTypes types = kWideFloats) {
    OpDef op(name, doc);
    op.input(Row::kHasRhs ? "matrix" : "x", types);
    if (Row::kHasRhs) {
        op.input("rhs", types);
    }
    return op.output("y", types).infer(infer_matrix<Row>).kernel("reference", make_matrix<Row>);
}

}  // namespace

OpDef declare_Cholesky() {
    return declare_matrix<CholeskyRow>("Cholesky", "The lower triangles whose products with their transposes are x.",
                                       {ACL_FLOAT, ACL_DOUBLE, ACL_FLOAT16});
}
OpDef declare_MatrixInverse() {
    return declare_matrix<InverseRow>("MatrixInverse", "The inverse matrices; adjoint: of the transposes.")
        .attr("adjoint", false);
}
OpDef declare_MatrixSolve() {
    return declare_matrix<SolveRow>("MatrixSolve", "y for which matrix * y = rhs; adjoint: with the transposes.")
        .attr("adjoint", false);
}
OpDef declare_MatrixTriangularSolve() {
    return declare_matrix<TriangularRow>("MatrixTriangularSolve",
                                         "y for which matrix * y = rhs, where only a triangle of the matrix counts; "
                                         "adjoint: with the transposes.")
        .attr("lower", true)
        .attr("adjoint", false);
}

}  // namespace softacl::ops
