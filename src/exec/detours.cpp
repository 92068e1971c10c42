// SPDX-License-Identifier: Apache-2.0
#include "exec/detours.h"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <functional>

#include "tensor/tensor.h"

namespace softacl::exec {
namespace {

bool is_aligned(const void* address) { return reinterpret_cast<uintptr_t>(address) % 8 == 0; }

}  // namespace

bool overlap(const Buffer& a, const Buffer& b) {
    const auto* a_begin = static_cast<const char*>(a.data);
    const auto* b_begin = static_cast<const char*>(b.data);
    return std::less<>()(a_begin, b_begin + b.size) && std::less<>()(b_begin, a_begin + a.size);
}

const void* Detours::input(const Buffer& buffer, size_t bytes) {
    if (is_aligned(buffer.data)) {
        return buffer.data;
    }
    auto block = aligned_block(bytes);
    std::memcpy(block.get(), buffer.data, bytes);
    blocks_.push_back(block);
    return block.get();
}

void* Detours::output(const std::vector<Buffer>& outputs, size_t index, const std::vector<Buffer>& inputs, size_t bytes,
                      std::optional<size_t> under) {
    const Buffer own{outputs[index].data, bytes};
    const auto meets = [&](const Buffer& other) {
        const bool may_meet = under && &other == &inputs[*under] && other.data == own.data && other.size == own.size;
        return !may_meet && overlap(own, other);
    };
    const bool shared = std::any_of(inputs.begin(), inputs.end(), meets) ||
                        std::any_of(outputs.begin(), outputs.begin() + static_cast<std::ptrdiff_t>(index), meets);
    if (is_aligned(own.data) && !shared) {
        return own.data;
    }
    auto block = aligned_block(bytes);
    back_.push_back({own, block.get()});
    blocks_.push_back(block);
    return block.get();
}

void Detours::finish() const {
    for (const auto& [target, from] : back_) {
        std::memcpy(target.data, from, target.size);
    }
}

}  // namespace softacl::exec
