// SPDX-License-Identifier: Apache-2.0
// The product of two matrices with factors, by plain loops.
#pragma once

#include <algorithm>
#include <type_traits>

#include "kernels/fast.h"
#include "kernels/ref/real.h"

namespace softacl::kernels::ref {

/// 16-bit floats are summed in float, bytes for float results in int64; integers wrap around.
template <class In, class Out>
class Gemm {
   public:
    explicit Gemm(const GemmParams& params) : p_(params) {}

    size_t scratch_bytes() const { return static_cast<size_t>(p_.n) * sizeof(Sum); }

    /// The inputs are a, b, c, alpha, beta; c is not read where beta is 0.
    void run(const Kernel::Buffers& buffers) const {
        const auto* a = static_cast<const In*>(buffers.inputs[0]);
        const auto* b = static_cast<const In*>(buffers.inputs[1]);
        const auto* c = static_cast<const Out*>(buffers.inputs[2]);
        const Wide alpha = wide(*static_cast<const Out*>(buffers.inputs[3]));
        const Wide beta = wide(*static_cast<const Out*>(buffers.inputs[4]));
        auto* y = static_cast<Out*>(buffers.outputs[0]);
        auto* sums = static_cast<Sum*>(buffers.scratch);
        for (int64_t i = 0; i < p_.m; ++i) {
            sum_row(a, b, i, sums);
            for (int64_t j = 0; j < p_.n; ++j) {
                Wide value = alpha * static_cast<Wide>(sums[j]);
                if (beta != Wide{}) {
                    value += beta * wide(c[i * p_.c_row_step + j * p_.c_column_step]);
                }
                y[i * p_.y_step + j] = static_cast<Out>(value);
            }
        }
    }

   private:
    template <class T>
    struct Unsigned {
        using Type = std::make_unsigned_t<T>;
    };
    template <class T>
    struct Itself {
        using Type = Real<T>;
    };
    // In which results are put together.
    using Wide = typename std::conditional_t<std::is_integral_v<Out>, Unsigned<Out>, Itself<Out>>::Type;
    using Sum = std::conditional_t<std::is_integral_v<In> && !std::is_integral_v<Out>, int64_t, Wide>;

    static Wide wide(Out value) { return static_cast<Wide>(static_cast<Real<Out>>(value)); }
    static Sum product(In a, In b) {
        return static_cast<Sum>(static_cast<Real<In>>(a)) * static_cast<Sum>(static_cast<Real<In>>(b));
    }

    void sum_row(const In* a, const In* b, int64_t i, Sum* sums) const {
        const int64_t a_first = p_.transpose_a ? i : i * p_.a_step;
        const int64_t a_step = p_.transpose_a ? p_.a_step : 1;
        if (p_.transpose_b) {
            for (int64_t j = 0; j < p_.n; ++j) {
                Sum sum{};
                for (int64_t k = 0; k < p_.k; ++k) {
                    sum += product(a[a_first + k * a_step], b[j * p_.b_step + k]);
                }
                sums[j] = sum;
            }
            return;
        }
        std::fill_n(sums, p_.n, Sum{});
        for (int64_t k = 0; k < p_.k; ++k) {
            const In factor = a[a_first + k * a_step];
            for (int64_t j = 0; j < p_.n; ++j) {
                sums[j] += product(factor, b[k * p_.b_step + j]);
            }
        }
    }

    const GemmParams p_;
};

/// Calls `visitor(TypeTag<In>(), TypeTag<Out>())` with the types of operands and results. False, without a call, if
/// there is no such product.
template <class Visitor>
bool visit_gemm(aclDataType operands, aclDataType results, Visitor&& visitor) {
    const auto is = [&](aclDataType in, aclDataType out) { return operands == in && results == out; };
    if (is(ACL_FLOAT16, ACL_FLOAT)) {
        visitor(TypeTag<Half>(), TypeTag<float>());
        return true;
    }
    if (is(ACL_INT8, ACL_INT32)) {
        visitor(TypeTag<int8_t>(), TypeTag<int32_t>());
        return true;
    }
    if (is(ACL_INT8, ACL_FLOAT)) {
        visitor(TypeTag<int8_t>(), TypeTag<float>());
        return true;
    }
    bool called = false;
    if (operands == results) {
        visit_numbers(operands, [&](auto tag) {
            using T = typename decltype(tag)::Type;
            if constexpr (std::is_class_v<T> || sizeof(T) >= sizeof(int32_t)) {
                visitor(tag, tag);
                called = true;
            }
        });
    }
    return called;
}

}  // namespace softacl::kernels::ref
