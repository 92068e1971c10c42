// SPDX-License-Identifier: Apache-2.0
// What a selector decides: the kernel, its arguments and its memory (aclopKernelDesc).
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/handle.h"
#include "single_op/kernel_binary.h"

namespace softacl::single_op {

struct KernelChoice {
    std::shared_ptr<KernelBinary> binary;  ///< null: nothing was chosen yet
    uint32_t block_dim = 0;
    std::vector<uint8_t> args;
    std::vector<size_t> workspaces;
};

/// Lives while a selector runs. Any thread.
class KernelDesc final : public Object {
   public:
    static constexpr Kind kKind = Kind::kKernelDesc;

    explicit KernelDesc(std::string op_type) : op_type_(std::move(op_type)) {}

    const std::string& op_type() const { return op_type_; }
    void set(std::shared_ptr<KernelBinary> binary, uint32_t block_dim, std::vector<uint8_t> args) {
        const std::lock_guard lock(mutex_);
        choice_.binary = std::move(binary);
        choice_.block_dim = block_dim;
        choice_.args = std::move(args);
    }
    void set_workspaces(std::vector<size_t> sizes) {
        const std::lock_guard lock(mutex_);
        choice_.workspaces = std::move(sizes);
    }
    KernelChoice choice() const {
        const std::lock_guard lock(mutex_);
        return choice_;
    }

   private:
    const std::string op_type_;
    mutable std::mutex mutex_;
    KernelChoice choice_;
};

}  // namespace softacl::single_op
