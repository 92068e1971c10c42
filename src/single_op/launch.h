// SPDX-License-Identifier: Apache-2.0
// Puts executables into streams.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/function_ref.h"
#include "exec/operand_memory.h"
#include "runtime/stream.h"
#include "single_op/executable.h"

namespace softacl::single_op {

/// What a program gives for one execution. Addresses and sizes as they are when it is made.
struct Arguments {
    std::vector<exec::Buffer> inputs;
    std::vector<exec::Buffer> outputs;
    std::vector<std::shared_ptr<void>> kept;  ///< memory of ours that inputs lie in
};

/// 100000 if a buffer is smaller than its tensor. `title` begins the sentence: "operator Add: input 0".
Status check_size(exec::Buffer buffer, size_t needed, FunctionRef<std::string()> title);

/// 100000 if the number of buffers differs from that of operands, or a buffer is smaller than its operand; 107000 where
/// that much device memory is not allocated. What comes back is cut to the operands' sizes, ready for launch().
Result<exec::OperandMemory> check_arguments(const Executable& executable, Arguments& arguments);

/// exec::run_in_task() for a single operator, whose tensors are dumped if the configuration says so.
runtime::Outcome run_op_in_task(runtime::Stream& stream, exec::RunMode mode, FunctionRef<Status(exec::Run&)> work);

/// Checks the arguments and queues the execution.
Status launch(std::shared_ptr<Executable> executable, Arguments arguments, runtime::Stream& stream);

}  // namespace softacl::single_op
