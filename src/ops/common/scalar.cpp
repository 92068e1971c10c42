// SPDX-License-Identifier: Apache-2.0
#include "ops/common/scalar.h"

#include <limits>

#include "kernels/ref/number.h"
#include "kernels/ref/real.h"

namespace softacl::ops {
namespace {

template <class Make>
Tensor scalar_by(aclDataType dtype, Make&& make) {
    Tensor tensor;
    kernels::ref::visit_numbers(dtype, [&](auto tag) {
        using T = typename decltype(tag)::Type;
        tensor = Tensor::scalar<T>(make(tag));
    });
    return tensor;
}

/// The bits of the greatest number of a 16-bit float.
template <class T>
T greatest() {
    if constexpr (std::is_same_v<T, Half>) {
        return Half(65504.0F);
    } else if constexpr (std::is_same_v<T, BFloat16>) {
        BFloat16 value;
        value.bits = 0x7f7f;
        return value;
    } else {
        return std::numeric_limits<T>::max();
    }
}

}  // namespace

Tensor scalar_of(aclDataType dtype, double value) {
    return scalar_by(dtype, [value](auto tag) { return kernels::converted<typename decltype(tag)::Type>(value); });
}

Tensor lowest_of(aclDataType dtype) {
    return scalar_by(dtype, [](auto tag) {
        using T = typename decltype(tag)::Type;
        if constexpr (std::is_class_v<T>) {
            return static_cast<T>(-static_cast<float>(greatest<T>()));
        } else {
            return std::numeric_limits<T>::lowest();
        }
    });
}

Tensor highest_of(aclDataType dtype) {
    return scalar_by(dtype, [](auto tag) { return greatest<typename decltype(tag)::Type>(); });
}

}  // namespace softacl::ops
