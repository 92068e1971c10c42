// SPDX-License-Identifier: Apache-2.0
#include "tensor/tensor.h"

#include <cstdlib>
#include <new>

namespace softacl {
namespace {

constexpr size_t kAlignment = 64;

template <class To>
std::vector<To> converted(const Tensor& tensor) {
    std::vector<To> values;
    visit_dtype(tensor.dtype(), [&](auto tag) {
        using From = typename decltype(tag)::Type;
        const From* from = tensor.data_as<From>();
        values.reserve(static_cast<size_t>(tensor.elements()));
        for (int64_t i = 0; i < tensor.elements(); ++i) {
            if constexpr (std::is_class_v<From>) {
                values.push_back(static_cast<To>(static_cast<float>(from[i])));
            } else {
                values.push_back(static_cast<To>(from[i]));
            }
        }
    });
    return values;
}

}  // namespace

std::shared_ptr<void> aligned_block(size_t size) {
    const size_t rounded = (size + kAlignment) / kAlignment * kAlignment;  // at least one unit
    void* block = std::aligned_alloc(kAlignment, rounded);
    if (block == nullptr) {
        throw std::bad_alloc();
    }
    std::memset(block, 0, rounded);
    return {block, [](void* memory) { std::free(memory); }};
}

Tensor Tensor::zeros(TensorType type, void** data) {
    auto block = aligned_block(type.bytes());
    *data = block.get();
    return {std::move(type), std::move(block)};
}

std::vector<int64_t> Tensor::to_ints() const { return converted<int64_t>(*this); }
std::vector<float> Tensor::to_floats() const { return converted<float>(*this); }

}  // namespace softacl
