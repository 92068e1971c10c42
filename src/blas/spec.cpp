// SPDX-License-Identifier: Apache-2.0
#include "blas/spec.h"

#include <algorithm>
#include <cstring>

#include "base/parallel.h"
#include "tensor/dtype.h"

namespace softacl::blas {
namespace {

template <class... Parts>
Status refuse(const Spec& spec, const Parts&... parts) {
    return fail(ACL_ERROR_INVALID_PARAM, spec.operation, ": ", parts...);
}

Status check_types(const Spec& spec) {
    const auto is = [&](aclDataType operands, aclDataType result) {
        return spec.a == operands && spec.b == operands && spec.c == result;
    };
    if (is(ACL_FLOAT16, ACL_FLOAT16) || is(ACL_FLOAT16, ACL_FLOAT) || is(ACL_INT8, ACL_FLOAT) ||
        is(ACL_INT8, ACL_INT32)) {
        return {};
    }
    return refuse(spec, "types ", name_of(spec.a), ", ", name_of(spec.b), " and ", name_of(spec.c),
                  "; expected two of float16 with a result of float16 or float32, or two of int8 with a result of "
                  "float32 or int32");
}

Status check_layout(const Spec& spec, const char* argument, aclTransType layout) {
    if (layout == ACL_TRANS_N || layout == ACL_TRANS_T || layout == ACL_TRANS_NZ) {
        return {};
    }
    return refuse(spec, argument, " is ", int{layout},
                  "; expected ACL_TRANS_N (0), ACL_TRANS_T (1) or ACL_TRANS_NZ (2)");
}

// Elements from row to row of a matrix with so many columns.
Result<int64_t> check_step(const Spec& spec, const Named& step, int64_t columns) {
    if (step.value == kDense) {
        return columns;
    }
    if (step.value < columns) {
        return refuse(spec, step.name, " is ", step.value, "; expected at least ", columns,
                      ", the number of columns of the matrix as it is stored, or -1 for exactly that");
    }
    return step.value;
}

int64_t round_up(int64_t value, int64_t unit) { return (value + unit - 1) / unit; }

constexpr int64_t kBlock = 16;
// The dimension that is summed over has larger blocks of bytes.
int64_t sum_block(aclDataType type) { return type == ACL_INT8 ? 32 : kBlock; }

struct Matrix {
    std::vector<Blocks> blocks;
    int64_t step;
    int64_t elements;
};

Result<Matrix> check_matrix(const Spec& spec, aclTransType layout, const Named& step, const Blocks& blocks) {
    if (layout == ACL_TRANS_NZ) {
        return Matrix{{blocks}, blocks.columns, blocks.elements()};
    }
    const bool swapped = layout == ACL_TRANS_T;
    const int64_t rows = swapped ? blocks.columns : blocks.rows;
    const int64_t columns = swapped ? blocks.rows : blocks.columns;
    SOFTACL_ASSIGN(const int64_t apart, check_step(spec, step, columns));
    return Matrix{{}, apart, (rows - 1) * apart + columns};
}

}  // namespace

int64_t Blocks::elements() const {
    return round_up(rows, block_rows) * block_rows * round_up(columns, block_columns) * block_columns;
}

void Blocks::unpack(const void* blocks, size_t element_bytes, void* rows_out) const {
    const int64_t down = round_up(rows, block_rows);
    const int64_t across = round_up(columns, block_columns);
    const auto* from = static_cast<const char*>(blocks);
    auto* to = static_cast<char*>(rows_out);
    const auto element = static_cast<int64_t>(element_bytes);
    constexpr int64_t kWorth = 1 << 15;
    parallel_for(rows, std::max<int64_t>(1, kWorth / columns), [&](int64_t begin, int64_t end) {
        for (int64_t i = begin; i < end; ++i) {
            const int64_t block_row = i / block_rows;
            for (int64_t j = 0; j < across; ++j) {
                const int64_t block = rows_first ? j * down + block_row : block_row * across + j;
                const int64_t at = (block * block_rows + i % block_rows) * block_columns;
                const int64_t count = std::min(block_columns, columns - j * block_columns);
                std::memcpy(to + (i * columns + j * block_columns) * element, from + at * element,
                            static_cast<size_t>(count * element));
            }
        }
    });
}

Result<Layouts> check(const Spec& spec) {
    for (const Named& size : {spec.m, spec.n, spec.k}) {
        if (size.value <= 0) {
            return refuse(spec, size.name, " is ", size.value, "; expected at least 1");
        }
    }
    SOFTACL_TRY(check_types(spec));
    SOFTACL_TRY(check_layout(spec, "transA", spec.trans_a));
    SOFTACL_TRY(check_layout(spec, "transB", spec.trans_b));
    if (spec.trans_c != ACL_TRANS_N) {
        return refuse(spec, "transC is ", int{spec.trans_c}, "; expected ACL_TRANS_N (0)");
    }
    if (spec.precision != ACL_COMPUTE_HIGH_PRECISION) {
        return refuse(spec, "type is ", int{spec.precision}, "; expected ACL_COMPUTE_HIGH_PRECISION (0)");
    }
    const int64_t m = spec.m.value;
    const int64_t n = spec.n.value;
    const int64_t k = spec.k.value;
    SOFTACL_ASSIGN(Matrix a, check_matrix(spec, spec.trans_a, spec.a_step, {m, k, kBlock, sum_block(spec.a), true}));
    SOFTACL_ASSIGN(
        Matrix b, check_matrix(spec, spec.trans_b, spec.b_step, {k, n, sum_block(spec.b), kBlock, spec.b != ACL_INT8}));
    int64_t c_step = n;
    if (spec.is_of_vectors) {
        for (const Named& step : {spec.x_step, spec.y_step}) {
            if (step.value <= 0) {
                return refuse(spec, step.name, " is ", step.value, "; expected at least 1");
            }
        }
        b = {{}, spec.x_step.value, (k - 1) * spec.x_step.value + 1};
        c_step = spec.y_step.value;
    }
    Layouts layouts;
    layouts.params.m = m;
    layouts.params.n = n;
    layouts.params.k = k;
    layouts.params.operands = spec.a;
    layouts.params.result = spec.c;
    layouts.params.transpose_a = spec.trans_a == ACL_TRANS_T;
    layouts.params.transpose_b = spec.trans_b == ACL_TRANS_T;
    layouts.params.a_step = a.step;
    layouts.params.b_step = b.step;
    layouts.params.c_row_step = c_step;
    layouts.params.y_step = c_step;
    const auto bytes = [](int64_t elements, aclDataType type) { return static_cast<size_t>(elements) * size_of(type); };
    layouts.a_bytes = bytes(a.elements, spec.a);
    layouts.b_bytes = bytes(b.elements, spec.b);
    layouts.c_bytes = bytes((m - 1) * c_step + n, spec.c);
    layouts.a_blocks = std::move(a.blocks);
    layouts.b_blocks = std::move(b.blocks);
    return layouts;
}

}  // namespace softacl::blas
