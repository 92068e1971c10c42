// SPDX-License-Identifier: Apache-2.0
#include "single_op/launch.h"

#include "acl/acl_base.h"
#include "exec/dump_observer.h"
#include "exec/task_run.h"
#include "runtime/process.h"

namespace softacl::single_op {
namespace {

using exec::Buffer;
using exec::OperandMemory;

Status check_side(const Executable& executable, const char* side, const std::vector<Operand>& operands,
                  std::vector<Buffer>& buffers, OperandMemory::Use use, OperandMemory& memory) {
    if (buffers.size() != operands.size()) {
        return fail(ACL_ERROR_INVALID_PARAM, "operator ", executable.name(), ": ", buffers.size(), " ", side,
                    " buffers are given; expected ", operands.size());
    }
    for (size_t i = 0; i < operands.size(); ++i) {
        const Operand& operand = operands[i];
        const auto title = [&] {
            return text("operator ", executable.name(), ": ", side, " ", i, " '", operand.name, "'");
        };
        if (operand.bytes == 0) {
            buffers[i] = {};
            continue;
        }
        SOFTACL_TRY(check_size(buffers[i], operand.bytes, title));
        buffers[i].size = operand.bytes;
        SOFTACL_TRY(memory.add(buffers[i], use, title));
    }
    return {};
}

class OpTask final : public runtime::Task {
   public:
    OpTask(std::shared_ptr<Executable> executable, Arguments arguments, OperandMemory memory, exec::RunMode mode)
        : Task("operator"),
          executable_(std::move(executable)),
          arguments_(std::move(arguments)),
          memory_(std::move(memory)),
          mode_(mode) {}

    runtime::Outcome run(runtime::Stream& stream) override {
        return run_op_in_task(stream, mode_, [&](exec::Run& run) -> Status {
            SOFTACL_TRY(memory_.probe());
            run.warning = memory_.warning();
            return executable_->run(arguments_.inputs, arguments_.outputs, run);
        });
    }

   private:
    const std::shared_ptr<Executable> executable_;
    const Arguments arguments_;
    const OperandMemory memory_;
    const exec::RunMode mode_;
};

}  // namespace

Status check_size(Buffer buffer, size_t needed, FunctionRef<std::string()> title) {
    const size_t given = buffer.data == nullptr ? 0 : buffer.size;
    return given >= needed ? Status()
                           : fail(ACL_ERROR_INVALID_PARAM, title(), " has a buffer of ", given,
                                  " bytes; its description needs ", needed);
}

Result<OperandMemory> check_arguments(const Executable& executable, Arguments& arguments) {
    OperandMemory memory;
    SOFTACL_TRY(
        check_side(executable, "input", executable.inputs(), arguments.inputs, OperandMemory::Use::kRead, memory));
    SOFTACL_TRY(
        check_side(executable, "output", executable.outputs(), arguments.outputs, OperandMemory::Use::kWrite, memory));
    return memory;
}

runtime::Outcome run_op_in_task(runtime::Stream& stream, exec::RunMode mode, FunctionRef<Status(exec::Run&)> work) {
    const auto where = [&] { return dump::Run{runtime::Process::instance().index_of(stream.device()), std::nullopt}; };
    return exec::run_in_task(stream, mode,
                             [&](exec::Run& run) { return exec::dumped(run, where, [&] { return work(run); }); });
}

Status launch(std::shared_ptr<Executable> executable, Arguments arguments, runtime::Stream& stream) {
    SOFTACL_ASSIGN(OperandMemory memory, check_arguments(*executable, arguments));
    return stream
        .launch(std::make_unique<OpTask>(std::move(executable), std::move(arguments), std::move(memory),
                                         exec::mode_of(stream)))
        .status();
}

}  // namespace softacl::single_op
