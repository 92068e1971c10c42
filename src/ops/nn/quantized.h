// SPDX-License-Identifier: Apache-2.0
// What the operators share whose operands are bytes with zero points, and perhaps scales: products whose sums are
// int32, and those that make bytes of the sums again.
#pragma once

#include "kernels/kernel.h"
#include "ops/common/adapt.h"
#include "ops/nn/byte_rows.h"
#include "ops/op_def.h"

namespace softacl::ops {

inline constexpr DTypes kBytes = {ACL_INT8, ACL_UINT8};

/// Where an operator has an operand, or what describes its result; kNoInput: nowhere.
struct QuantizedPort {
    size_t value = kNoInput;
    size_t scale = kNoInput;
    size_t zero = kNoInput;
};

/// Which element of a list of zero points or scales belongs to a row of a matrix (or a column): one for all, one for
/// each row, or one for each row of each matrix.
struct Spread {
    int64_t row_step = 0;
    int64_t matrix_step = 0;

    int64_t at(int64_t matrix, int64_t row) const { return matrix * matrix_step + row * row_step; }
};

/// Of an input that has one element, or `count`; or, where there is a shape, this shape.
Result<Spread> spread_of(const OpCall& call, size_t input, int64_t count, const Shape* whole = nullptr);

/// Bytes of either type as numbers; of an absent tensor 0.
class Bytes {
   public:
    Bytes(const void* data, aclDataType type) : data_(data), is_signed_(type == ACL_INT8) {}
    int32_t operator[](int64_t i) const {
        if (data_ == nullptr) {
            return 0;
        }
        return is_signed_ ? int32_t{static_cast<const int8_t*>(data_)[i]}
                          : int32_t{static_cast<const uint8_t*>(data_)[i]};
    }

   private:
    const void* data_;
    bool is_signed_;
};

/// Reads what an operator is told of an operand when it runs.
class QuantizedOperand {
   public:
    QuantizedOperand() = default;
    /// infer() has looked at the spreads.
    QuantizedOperand(const OpCall& call, QuantizedPort port, Spread scale, Spread zero)
        : port_(port), scale_(scale), zero_(zero), type_(call.inputs[port.value]->dtype) {
        port_.zero = call.has_input(port.zero) ? port.zero : kNoInput;
    }

    aclDataType type() const { return type_; }
    Bytes values(const kernels::Kernel::Buffers& b) const { return {b.inputs[port_.value], type_}; }
    int32_t zero(const kernels::Kernel::Buffers& b, int64_t matrix, int64_t row) const {
        return port_.zero == kNoInput ? 0 : Bytes(b.inputs[port_.zero], type_)[zero_.at(matrix, row)];
    }
    float scale(const kernels::Kernel::Buffers& b, int64_t matrix, int64_t row) const {
        return port_.scale == kNoInput ? 1 : static_cast<const float*>(b.inputs[port_.scale])[scale_.at(matrix, row)];
    }
    const float* scales(const kernels::Kernel::Buffers& b, int64_t matrix) const {
        return port_.scale == kNoInput ? nullptr
                                       : static_cast<const float*>(b.inputs[port_.scale]) + scale_.at(matrix, 0);
    }
    Spread scale_spread() const { return scale_; }
    Spread zero_spread() const { return zero_; }

   private:
    QuantizedPort port_;
    Spread scale_;
    Spread zero_;
    aclDataType type_ = ACL_UINT8;
};

/// Makes an operand. Rows (or columns) are `count`; `whole` as in spread_of().
Result<QuantizedOperand> quantized_operand(const OpCall& call, QuantizedPort port, int64_t count,
                                           const Shape* whole = nullptr);

/// What becomes of sums: int32, or bytes with a scale and a zero point of their own (where the port has a scale).
class QuantizedResult {
   public:
    QuantizedResult() = default;
    QuantizedResult(QuantizedPort port, aclDataType type) : port_(port), type_(type) {}

    bool is_sums() const { return port_.scale == kNoInput; }
    /// For bytes: one row of sums.
    Requantization requantization(const kernels::Kernel::Buffers& b, float row_scale, const float* column_scales,
                                  int64_t step) const {
        return {row_scale,
                column_scales,
                step,
                *static_cast<const float*>(b.inputs[port_.scale]),
                Bytes(b.inputs[port_.zero], type_)[0],
                type_};
    }

   private:
    QuantizedPort port_;
    aclDataType type_ = ACL_INT32;
};

/// The element type of the result: int32, or that of its zero point. Checks that one scale and one zero point are
/// there.
Result<aclDataType> result_type(const OpCall& call, QuantizedPort port);

}  // namespace softacl::ops
