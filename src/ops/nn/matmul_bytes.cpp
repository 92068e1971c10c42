// SPDX-License-Identifier: Apache-2.0
// Products of matrices of bytes with zero points: to int32 sums, and with scales to bytes again.
#include <algorithm>
#include <cstring>
#include <vector>

#include "base/parallel.h"
#include "kernels/ref/matmul.h"
#include "ops/common/importing.h"
#include "ops/common/infer.h"
#include "ops/common/reference.h"
#include "ops/common/values.h"
#include "ops/nn/byte_product.h"
#include "ops/nn/quantized.h"

namespace softacl::ops {
namespace {

using kernels::Kernel;

struct Ports {
    QuantizedPort a;
    QuantizedPort b;
    QuantizedPort result;
};
constexpr Ports kInteger = {{0, kNoInput, 2}, {1, kNoInput, 3}, {}};
constexpr Ports kLinear = {{0, 1, 2}, {3, 4, 5}, {0, 6, 7}};

const Ports& ports_of(const OpCall& call) { return call.op->inputs().size() > 4 ? kLinear : kInteger; }

/// The operands with two dimensions at least: a vector is a row, as second operand a column.
struct Shapes {
    Shape a;
    Shape b;
    Shape y;       ///< with the rows and columns that vectors become
    Shape a_rows;  ///< of lists with an element for each row of each matrix
    Shape b_columns;
};

Result<Shapes> shapes_of(const OpCall& call) {
    const Ports& ports = ports_of(call);
    Shapes s = {call.inputs[ports.a.value]->shape, call.inputs[ports.b.value]->shape, {}, {}, {}};
    if (s.a.rank() == 0 || s.b.rank() == 0) {
        return call.fail("the operands have the shapes ", s.a, " and ", s.b, "; expected one dimension at least");
    }
    if (s.a.rank() == 1) {
        s.a = {1, s.a[0]};
    }
    if (s.b.rank() == 1) {
        s.b = {s.b[0], 1};
    }
    const int64_t k = s.a[s.a.rank() - 1];
    const int64_t b_k = s.b[s.b.rank() - 2];
    if (k >= 0 && b_k >= 0 && k != b_k) {
        return call.fail("the first operand of shape ", call.inputs[ports.a.value]->shape, " has ", k,
                         " columns, but the second of shape ", call.inputs[ports.b.value]->shape, " has ", b_k,
                         " rows");
    }
    const auto leading = [](const Shape& shape) { return Shape(Ints(shape.begin(), shape.end() - 2)); };
    const auto batch = broadcast(leading(s.a), leading(s.b));
    if (!batch.ok()) {
        return call.fail("the operands do not go together: ", batch.status().message());
    }
    Ints dims = batch->dims();
    dims.push_back(s.a[s.a.rank() - 2]);
    dims.push_back(s.b[s.b.rank() - 1]);
    s.y = Shape(std::move(dims));
    s.a_rows = s.a;
    s.a_rows[s.a.rank() - 1] = 1;
    s.b_columns = s.b;
    s.b_columns[s.b.rank() - 2] = 1;
    return s;
}

/// A product whose shapes are known.
struct BytesProduct {
    QuantizedOperand a;
    QuantizedOperand b;
    QuantizedResult result;
    Shape y;
    std::vector<int64_t> a_steps;  ///< matrices to go for each step in a leading dimension of y
    std::vector<int64_t> b_steps;
    int64_t batches = 0;
    int64_t m = 0;
    int64_t n = 0;
    int64_t k = 0;
    int64_t b_matrices = 0;

    struct Matrices {
        int64_t a = 0;
        int64_t b = 0;
    };
    /// Which ones matrix `batch` of the result is made of.
    Matrices matrices(int64_t batch) const {
        Matrices found;
        for (size_t axis = y.rank() - 2; axis-- > 0; batch /= y[axis]) {
            const int64_t index = batch % y[axis];
            found.a += index * a_steps[axis];
            found.b += index * b_steps[axis];
        }
        return found;
    }
    /// A row of sums, which are complete, becomes row `row` of matrix `batch` of the result.
    void finish(const Kernel::Buffers& buffers, int64_t batch, int64_t row, const int32_t* sums) const {
        const int64_t at = (batch * m + row) * n;
        if (result.is_sums()) {
            std::memmove(static_cast<int32_t*>(buffers.outputs[0]) + at, sums, static_cast<size_t>(n) * sizeof *sums);
            return;
        }
        const auto [left, right] = matrices(batch);
        requantize_row(result.requantization(buffers, a.scale(buffers, left, row), b.scales(buffers, right),
                                             b.scale_spread().row_step),
                       sums, n, static_cast<uint8_t*>(buffers.outputs[0]) + at);
    }
};

Status infer(OpCall& call) {
    const Ports& ports = ports_of(call);
    SOFTACL_ASSIGN(const Shapes s, shapes_of(call));
    SOFTACL_TRY(quantized_operand(call, ports.a, s.a[s.a.rank() - 2], &s.a_rows).status());
    SOFTACL_TRY(quantized_operand(call, ports.b, s.b[s.b.rank() - 1], &s.b_columns).status());
    SOFTACL_ASSIGN(const aclDataType dtype, result_type(call, ports.result));
    Ints dims(s.y.begin(), s.y.end() - 2);
    if (call.inputs[ports.a.value]->shape.rank() > 1) {
        dims.push_back(s.y[s.y.rank() - 2]);
    }
    if (call.inputs[ports.b.value]->shape.rank() > 1) {
        dims.push_back(s.y[s.y.rank() - 1]);
    }
    call.outputs[0] = {dtype, Shape(std::move(dims)), call.inputs[ports.a.value]->format};
    return {};
}

Result<BytesProduct> product_of(const OpCall& call) {
    SOFTACL_TRY(require_known_shapes(call));
    const Ports& ports = ports_of(call);
    SOFTACL_ASSIGN(const Shapes s, shapes_of(call));
    BytesProduct p;
    p.y = s.y;
    p.m = s.y[s.y.rank() - 2];
    p.n = s.y[s.y.rank() - 1];
    p.k = s.a[s.a.rank() - 1];
    p.batches = s.y.elements(0, s.y.rank() - 2);
    p.b_matrices = s.b.elements(0, s.b.rank() - 2);
    // Steps of tensors with an element for each matrix.
    const Shape batch(Ints(s.y.begin(), s.y.end() - 2));
    p.a_steps = kernels::ref::broadcast_steps(Shape(Ints(s.a.begin(), s.a.end() - 2)), batch);
    p.b_steps = kernels::ref::broadcast_steps(Shape(Ints(s.b.begin(), s.b.end() - 2)), batch);
    SOFTACL_ASSIGN(p.a, quantized_operand(call, ports.a, p.m, &s.a_rows));
    SOFTACL_ASSIGN(p.b, quantized_operand(call, ports.b, p.n, &s.b_columns));
    p.result = QuantizedResult(ports.result, call.outputs[0].dtype);
    return p;
}

Result<kernels::KernelPtr> make_reference(const OpCall& call) {
    SOFTACL_ASSIGN(const BytesProduct p, product_of(call));
    auto kernel = function_kernel(call, [p](const Kernel::Buffers& buffers) -> Status {
        auto* const sums = static_cast<int32_t*>(buffers.scratch);
        for (int64_t batch = 0; batch < p.batches; ++batch) {
            const auto [left, right] = p.matrices(batch);
            for (int64_t i = 0; i < p.m; ++i) {
                for (int64_t j = 0; j < p.n; ++j) {
                    const int32_t a_zero = p.a.zero(buffers, left, i);
                    const int32_t b_zero = p.b.zero(buffers, right, j);
                    uint32_t sum = 0;
                    for (int64_t k = 0; k < p.k; ++k) {
                        sum += static_cast<uint32_t>((p.a.values(buffers)[(left * p.m + i) * p.k + k] - a_zero) *
                                                     (p.b.values(buffers)[(right * p.k + k) * p.n + j] - b_zero));
                    }
                    sums[j] = static_cast<int32_t>(sum);
                }
                p.finish(buffers, batch, i, sums);
            }
        }
        return {};
    });
    kernel->scratch_bytes = static_cast<size_t>(p.n) * sizeof(int32_t);
    return Result<kernels::KernelPtr>(std::move(kernel));
}

/// The second operand is packed: as int8, and the sum of each column. One matrix of it for all of the first operand is
/// one product.
class FastBytesProduct final : public Kernel {
   public:
    FastBytesProduct(const OpCall& call, const BytesProduct& product, const Ports& ports)
        : p_(product), ports_(ports), at_once_(product.b_matrices == 1 ? product.batches : 1) {
        name = "packed";
        input_layouts.resize(call.inputs.size());
        packs_input.resize(call.inputs.size());
        output_layouts.resize(call.outputs.size());
        packs_input[ports.b.value] = true;
        column_sums_at_ = aligned(p_.b_matrices * p_.k * p_.n);
        packed_bytes = static_cast<size_t>(column_sums_at_ + p_.b_matrices * p_.n * kSum);
    }

    Status prepare() {
        SOFTACL_ASSIGN(gemm_, ByteProduct::make(at_once_ * p_.m, p_.n, p_.k, p_.n));
        column_zeros_at_ = p_.a.type() == ACL_INT8 ? 0 : aligned(at_once_ * p_.m * p_.k);
        sums_at_ = column_zeros_at_ + aligned(p_.n * kSum);
        product_at_ = sums_at_ + (p_.result.is_sums() ? 0 : aligned(at_once_ * p_.m * p_.n * kSum));
        scratch_bytes = static_cast<size_t>(product_at_) + gemm_.scratch_bytes();
        return {};
    }

    Status pack(const std::vector<const void*>& constants, void* packed) override {
        auto* const matrices = static_cast<int8_t*>(packed);
        auto* const sums = reinterpret_cast<int32_t*>(static_cast<char*>(packed) + column_sums_at_);
        const auto* const from = static_cast<const uint8_t*>(constants[ports_.b.value]);
        const int64_t size = p_.k * p_.n;
        parallel_for(p_.b_matrices * p_.k, std::max<int64_t>(1, kWorth / p_.n), [&](int64_t begin, int64_t end) {
            flip_row(from + begin * p_.n, 1, (end - begin) * p_.n, flip_of(p_.b.type()), matrices + begin * p_.n);
        });
        for (int64_t i = 0; i < p_.b_matrices; ++i) {
            sum_columns(matrices + i * size, p_.k, p_.n, sums + i * p_.n);
        }
        return {};
    }

    Status run(const Buffers& b) override {
        auto* const scratch = static_cast<char*>(b.scratch);
        const int64_t rows = at_once_ * p_.m;
        for (int64_t batch = 0; batch < p_.batches; batch += at_once_) {
            const auto [left, right] = p_.matrices(batch);
            const auto* given = static_cast<const uint8_t*>(b.inputs[ports_.a.value]) + left * p_.m * p_.k;
            const auto* a = reinterpret_cast<const int8_t*>(given);
            if (p_.a.type() != ACL_INT8) {
                auto* const flipped = reinterpret_cast<int8_t*>(scratch);
                parallel_for(rows, std::max<int64_t>(1, kWorth / p_.k), [&](int64_t begin, int64_t end) {
                    flip_row(given + begin * p_.k, 1, (end - begin) * p_.k, flip_of(p_.a.type()),
                             flipped + begin * p_.k);
                });
                a = flipped;
            }
            auto* const sums = p_.result.is_sums() ? static_cast<int32_t*>(b.outputs[0]) + batch * p_.m * p_.n
                                                   : reinterpret_cast<int32_t*>(scratch + sums_at_);
            SOFTACL_TRY(
                gemm_.run(a, static_cast<const int8_t*>(b.packed) + right * p_.k * p_.n, sums, scratch + product_at_));
            finish(b, batch, right, a, sums);
        }
        return {};
    }

   private:
    static constexpr int64_t kSum = sizeof(int32_t);
    static constexpr int64_t kWorth = 1 << 14;  // elements to pass over that are worth a thread
    static int64_t aligned(int64_t bytes) { return (bytes + 63) / 64 * 64; }

    void finish(const Buffers& b, int64_t batch, int64_t right, const int8_t* a, int32_t* sums) const {
        const auto* const column_sums =
            reinterpret_cast<const int32_t*>(static_cast<const char*>(b.packed) + column_sums_at_) + right * p_.n;
        // One zero point for all columns is part of what is added to a row, others are a row of their own.
        const bool per_column = p_.b.zero_spread().row_step != 0;
        auto* const column_zeros = reinterpret_cast<int32_t*>(static_cast<char*>(b.scratch) + column_zeros_at_);
        bool has_zeros = false;
        for (int64_t j = 0; j < (per_column ? p_.n : 1); ++j) {
            column_zeros[j] = p_.b.zero(b, right, j) - shift_of(p_.b.type());
            has_zeros = has_zeros || column_zeros[j] != 0;
        }
        const auto column_zero = static_cast<uint32_t>(per_column ? 0 : column_zeros[0]);
        parallel_for(at_once_ * p_.m, std::max<int64_t>(1, kWorth / (p_.n + p_.k)), [&](int64_t begin, int64_t end) {
            for (int64_t i = begin; i < end; ++i) {
                const int64_t row = i % p_.m;
                const int64_t of = batch + i / p_.m;
                const int32_t row_zero = p_.a.zero(b, p_.matrices(of).a, row) - shift_of(p_.a.type());
                uint32_t rest = 0;
                if (has_zeros) {
                    rest = static_cast<uint32_t>(sum_of_row(a + i * p_.k, p_.k)) -
                           static_cast<uint32_t>(p_.k) * static_cast<uint32_t>(row_zero);
                }
                const bool rows_of_zeros = per_column && has_zeros;
                correct_row({static_cast<int32_t>(0U - column_zero * rest), row_zero, column_sums,
                             static_cast<int32_t>(rest), rows_of_zeros ? column_zeros : nullptr},
                            p_.n, sums + i * p_.n);
                if (!p_.result.is_sums()) {
                    p_.finish(b, of, row, sums + i * p_.n);
                }
            }
        });
    }

    const BytesProduct p_;
    const Ports ports_;
    const int64_t at_once_;  ///< matrices of the result
    ByteProduct gemm_;
    int64_t column_sums_at_ = 0;
    int64_t column_zeros_at_ = 0;
    int64_t sums_at_ = 0;
    int64_t product_at_ = 0;
};

Result<kernels::KernelPtr> make_fast(const OpCall& call) {
    SOFTACL_ASSIGN(const BytesProduct product, product_of(call));
    const Ports& ports = ports_of(call);
    constexpr int64_t kMost = 1 << 28;  // products of two such sizes do not overflow
    for (const int64_t size : {call.inputs[ports.a.value]->shape.elements(),
                               call.inputs[ports.b.value]->shape.elements(), call.outputs[0].shape.elements()}) {
        if (size == 0 || size > kMost) {
            return fail(ACL_ERROR_FEATURE_UNSUPPORTED, "tensors of 1 to ", kMost, " elements only");
        }
    }
    auto kernel = std::make_unique<FastBytesProduct>(call, product, ports);
    SOFTACL_TRY(kernel->prepare());
    std::vector<size_t> inputs(call.inputs.size());
    for (size_t i = 0; i < inputs.size(); ++i) {
        inputs[i] = i;
    }
    return fit_kernel(std::move(kernel), call, std::move(inputs));
}

Imported import_product(Importer& graph, const ForeignNode& node) {
    return one(graph.add(node.type == "MatMulInteger" ? "CpuMatMulInteger" : "CpuQLinearMatMul", node.inputs));
}

}  // namespace

OpDef declare_CpuMatMulInteger() {
    return OpDef("CpuMatMulInteger", "The product of matrices of bytes less their zero points, as int32.")
        .input("A", kBytes)
        .input("B", kBytes)
        .optional_input("a_zero_point", kBytes)
        .optional_input("b_zero_point", kBytes)
        .output("Y", {ACL_INT32})
        .infer(infer)
        .kernel("onednn gemm", make_fast)
        .kernel("reference", make_reference)
        .onnx("MatMulInteger", import_product);
}

OpDef declare_CpuQLinearMatMul() {
    return OpDef("CpuQLinearMatMul",
                 "The product of matrices of bytes with scales and zero points, rounded to bytes with a scale and a "
                 "zero point.")
        .input("a", kBytes)
        .input("a_scale", {ACL_FLOAT})
        .input("a_zero_point", kBytes)
        .input("b", kBytes)
        .input("b_scale", {ACL_FLOAT})
        .input("b_zero_point", kBytes)
        .input("y_scale", {ACL_FLOAT})
        .input("y_zero_point", kBytes)
        .output("y", kBytes)
        .infer(infer)
        .kernel("onednn gemm", make_fast)
        .kernel("reference", make_reference)
        .onnx("QLinearMatMul", import_product);
}

}  // namespace softacl::ops
