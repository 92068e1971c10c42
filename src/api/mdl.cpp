// SPDX-License-Identifier: Apache-2.0
// acl_mdl.h: loading and running models.
#include "acl/acl_mdl.h"

#include "api/entry.h"
#include "api/load_model.h"
#include "api/warning.h"
#include "exec/aipp_info.h"
#include "exec/execution.h"
#include "exec/model_desc.h"
#include "exec/task_run.h"
#include "runtime/context.h"
#include "runtime/exception.h"
#include "runtime/process.h"
#include "runtime/stream.h"

using namespace softacl;
using namespace softacl::api;
using exec::Dataset;
using exec::Execution;
using exec::ModelInfo;
using exec::Registry;

namespace {

Status give_sizes(const Result<ModelInfo>& info, size_t* work_size, size_t* weight_size) {
    *work_size = info.ok() ? info->work_bytes : 0;
    *weight_size = info.ok() ? info->weight_bytes : 0;
    return info.status();
}

Result<std::unique_ptr<Execution>> prepare(uint32_t id, const aclmdlDataset* input, const aclmdlDataset* output) {
    SOFTACL_ASSIGN(const Pin<Dataset> in, pin<Dataset>(input, "input"));
    SOFTACL_ASSIGN(const Pin<Dataset> out, pin<Dataset>(output, "output"));
    SOFTACL_ASSIGN(auto model, Registry::instance().find(id, ACL_ERROR_GE_EXEC_MODEL_ID_INVALID));
    return Execution::prepare(std::move(model), *in, *out);
}

uint32_t number_of(const runtime::Device& device) {
    return static_cast<uint32_t>(runtime::Process::instance().index_of(device));
}

/// What the exception function is told of an execution that is no task: it names the default stream.
Result<runtime::ExceptionInfo> where_it_runs() {
    SOFTACL_ASSIGN(const Pin<runtime::Context> context, runtime::current_context());
    SOFTACL_ASSIGN(const Pin<runtime::Stream> stream,
                   pin<runtime::Stream>(context->default_stream(), "the default stream"));
    runtime::ExceptionInfo info;
    info.task = exec::take_execution_number();
    info.stream = stream->id();
    info.thread = runtime::current_thread_id();
    info.device = number_of(context->device());
    return info;
}

/// An execution that is no task belongs to no stream: it saturates as streams made now would.
Result<exec::Run> synchronous_run() {
    SOFTACL_ASSIGN(const Pin<runtime::Context> context, runtime::current_context());
    SOFTACL_ASSIGN(const Pin<runtime::Stream> stream,
                   pin<runtime::Stream>(context->default_stream(), "the default stream"));
    exec::Run run;
    run.mode = {context->device().saturates(), stream->tells_overflow()};
    run.stream = stream->id();
    return run;
}

class ModelTask final : public runtime::Task {
   public:
    ModelTask(std::shared_ptr<Execution> execution, exec::RunMode mode)
        : Task("model"), execution_(std::move(execution)), mode_(mode) {}

    runtime::Outcome run(runtime::Stream& stream) override {
        return exec::run_in_task(stream, mode_, [&](exec::Run& run) { return execution_->run(run); });
    }

   private:
    const std::shared_ptr<Execution> execution_;
    const exec::RunMode mode_;
};

}  // namespace

aclError aclmdlLoadFromFile(const char* modelPath, uint32_t* modelId) {
    return entry<row::aclmdlLoadFromFile>(modelPath, modelId)([&] { return load_model({modelPath}, {}, modelId); });
}

aclError aclmdlLoadFromMem(const void* model, size_t modelSize, uint32_t* modelId) {
    return entry<row::aclmdlLoadFromMem>(model, modelSize, modelId)([&] {
        return load_model({nullptr, model, modelSize}, {}, modelId);
    });
}

aclError aclmdlLoadFromFileWithMem(const char* modelPath, uint32_t* modelId, void* workPtr, size_t workSize,
                                   void* weightPtr, size_t weightSize) {
    return entry<row::aclmdlLoadFromFileWithMem>(modelPath, modelId, workPtr, workSize, weightPtr, weightSize)([&] {
        return load_model({modelPath}, {{workPtr, workSize}, {weightPtr, weightSize}}, modelId);
    });
}

aclError aclmdlLoadFromMemWithMem(const void* model, size_t modelSize, uint32_t* modelId, void* workPtr,
                                  size_t workSize, void* weightPtr, size_t weightSize) {
    return entry<row::aclmdlLoadFromMemWithMem>(model, modelSize, modelId, workPtr, workSize, weightPtr,
                                                weightSize)([&] {
        return load_model({nullptr, model, modelSize}, {{workPtr, workSize}, {weightPtr, weightSize}}, modelId);
    });
}

aclError aclmdlExecute(uint32_t modelId, const aclmdlDataset* input, aclmdlDataset* output) {
    return entry<row::aclmdlExecute>(modelId, input, output)([&]() -> Status {
        SOFTACL_ASSIGN(exec::Run run, synchronous_run());
        SOFTACL_ASSIGN(std::unique_ptr<Execution> execution, prepare(modelId, input, output));
        Status status = with_warning<row::aclmdlExecute>([&](std::string& warning) {
            Status done = execution->run(run);
            warning = std::move(run.warning);
            return done;
        });
        if (!status.ok()) {
            execution->take_back();
            execution.reset();  // the function may unload the model or reset the device
            if (auto info = where_it_runs(); info.ok()) {
                info->code = status.code();
                if (run.failed_op) {
                    exec::remember_failed_op({info->device, info->stream, info->task}, std::move(*run.failed_op));
                }
                runtime::report_exception(*info);
            }
        }
        return status;
    });
}

aclError aclmdlExecuteAsync(uint32_t modelId, const aclmdlDataset* input, aclmdlDataset* output, aclrtStream stream) {
    return entry<row::aclmdlExecuteAsync>(modelId, input, output, stream)([&]() -> Status {
        SOFTACL_ASSIGN(const Pin<runtime::Stream> where, runtime::find_stream(stream, "stream"));
        SOFTACL_ASSIGN(std::shared_ptr<Execution> execution, prepare(modelId, input, output));
        const auto launched = where->launch(std::make_unique<ModelTask>(execution, exec::mode_of(*where)));
        if (!launched.ok()) {
            execution->take_back();
        }
        return launched.status();
    });
}

aclError aclmdlUnload(uint32_t modelId) {
    return entry<row::aclmdlUnload>(modelId)([&] { return Registry::instance().unload(modelId); });
}

aclError aclmdlQuerySize(const char* fileName, size_t* workSize, size_t* weightSize) {
    return entry<row::aclmdlQuerySize>(
        fileName, workSize, weightSize)([&] { return give_sizes(exec::query({fileName}), workSize, weightSize); });
}

aclError aclmdlQuerySizeFromMem(const void* model, size_t modelSize, size_t* workSize, size_t* weightSize) {
    return entry<row::aclmdlQuerySizeFromMem>(model, modelSize, workSize, weightSize)([&]() -> Status {
        *workSize = 0;
        *weightSize = 0;
        const exec::ModelSource source{nullptr, model, modelSize};
        SOFTACL_TRY(check(source));
        return give_sizes(exec::query(source), workSize, weightSize);
    });
}

aclError aclmdlGetAippType(uint32_t modelId, size_t index, aclmdlInputAippType* type,
                           size_t* dynamicAttachedDataIndex) {
    return entry<row::aclmdlGetAippType>(modelId, index, type, dynamicAttachedDataIndex)([&]() -> Status {
        constexpr size_t kNone = 0xFFFFFFFF;
        *type = ACL_DATA_WITHOUT_AIPP;
        *dynamicAttachedDataIndex = kNone;
        SOFTACL_ASSIGN(const auto model, Registry::instance().find(modelId, ACL_ERROR_GE_EXEC_MODEL_ID_INVALID));
        SOFTACL_ASSIGN(const exec::AippKind kind, exec::aipp_kind(*model->info(), index));
        *type = kind.type;
        *dynamicAttachedDataIndex = kind.params_input;
        return {};
    });
}
