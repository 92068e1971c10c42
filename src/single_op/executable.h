// SPDX-License-Identifier: Apache-2.0
// Something prepared that runs on buffers: an operator, a matrix product, a program's own kernel.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "base/status.h"
#include "exec/data_buffer.h"
#include "exec/run.h"

namespace softacl::single_op {

struct Operand {
    std::string name;  ///< for sentences
    size_t bytes = 0;  ///< 0: whatever buffer is given is not looked at
};

/// Any thread, any number of them.
class Executable {
   public:
    Executable(std::string name, std::vector<Operand> inputs, std::vector<Operand> outputs)
        : name_(std::move(name)), inputs_(std::move(inputs)), outputs_(std::move(outputs)) {}
    virtual ~Executable() = default;
    Executable(const Executable&) = delete;
    Executable& operator=(const Executable&) = delete;

    const std::string& name() const { return name_; }
    const std::vector<Operand>& inputs() const { return inputs_; }
    const std::vector<Operand>& outputs() const { return outputs_; }

    /// One buffer per operand, accessible and of exactly its size. They may overlap, and need no alignment.
    virtual Status run(const std::vector<exec::Buffer>& inputs, const std::vector<exec::Buffer>& outputs,
                       exec::Run& run) = 0;

   private:
    const std::string name_;
    const std::vector<Operand> inputs_;
    const std::vector<Operand> outputs_;
};

}  // namespace softacl::single_op
