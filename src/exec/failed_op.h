// SPDX-License-Identifier: Apache-2.0
// Which operators failed last, for programs that look into failures.
#pragma once

#include <cstdint>
#include <string>
#include <tuple>
#include <vector>

#include "base/status.h"
#include "exec/step_observer.h"
#include "exec/tensor_desc.h"

namespace softacl::exec {

/// An operator, and the tensors that it had when it ran. An address is null where a constant was packed into weights.
struct FailedOp {
    std::string name;
    std::vector<TensorFacts> inputs;
    std::vector<TensorFacts> outputs;

    /// Addresses of the `bytes` at `from` become those of the same data at `to`.
    void move(const void* from, size_t bytes, const void* to);
};

FailedOp failed_op(const StepView& step);

/// A task, as the exception function is told of it.
struct TaskPlace {
    uint32_t device = 0;
    uint32_t stream = 0;
    uint32_t task = 0;

    bool operator==(const TaskPlace& other) const {
        return std::tie(device, stream, task) == std::tie(other.device, other.stream, other.task);
    }
};

/// The last 64 of the process are kept. Any thread.
void remember_failed_op(const TaskPlace& place, FailedOp op);
/// 100000 if no operator is known to have failed there.
Result<FailedOp> find_failed_op(const TaskPlace& place);
void forget_failed_ops();

/// A number for an execution that is no task: they count down from 0xFFFFFFFE, tasks count up.
uint32_t take_execution_number();

}  // namespace softacl::exec
