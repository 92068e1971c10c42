// SPDX-License-Identifier: Apache-2.0
// acl_mdl.h: loading and running models.
#include "acl/acl_mdl.h"

#include "api/entry.h"
#include "api/warning.h"
#include "base/fork.h"
#include "base/probe.h"
#include "exec/execution.h"
#include "runtime/context.h"
#include "runtime/stream.h"

using namespace softacl;
using namespace softacl::api;
using exec::Dataset;
using exec::Execution;
using exec::LoadedModel;
using exec::Model;
using exec::ModelInfo;
using exec::Registry;

namespace {

// Loads by `load(device)` on the device of the current context.
template <class Load>
Status load_model(uint32_t* id, Load load) {
    *id = 0;
    note_use();
    SOFTACL_ASSIGN(const Pin<runtime::Context> context, runtime::current_context());
    SOFTACL_ASSIGN(std::shared_ptr<Model> model, load(context->device()));
    *id = Registry::instance().add(std::make_shared<LoadedModel>(std::move(model), context->device()));
    return {};
}

Status check_data(const void* model, size_t size) {
    if (model == nullptr) {
        return fail(ACL_ERROR_GE_EXEC_MODEL_ADDR_INVALID, "model is null; expected the address of a model");
    }
    if (size == 0) {
        return fail(ACL_ERROR_GE_EXEC_MODEL_DATA_SIZE_INVALID, "modelSize is 0; expected the size of a model");
    }
    if (const size_t can = readable_bytes(model, size); can < size) {
        return fail(ACL_ERROR_GE_EXEC_MODEL_ADDR_INVALID, "model is ", model, ", where ", can, " of ", size,
                    " bytes can be read");
    }
    return {};
}

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

}  // namespace

aclError aclmdlLoadFromFile(const char* modelPath, uint32_t* modelId) {
    return entry<row::aclmdlLoadFromFile>(modelPath, modelId)([&] {
        return load_model(modelId, [&](runtime::Device& device) { return Model::load_file(device, modelPath); });
    });
}

aclError aclmdlLoadFromMem(const void* model, size_t modelSize, uint32_t* modelId) {
    return entry<row::aclmdlLoadFromMem>(model, modelSize, modelId)([&] {
        return load_model(modelId, [&](runtime::Device& device) -> Result<std::shared_ptr<Model>> {
            SOFTACL_TRY(check_data(model, modelSize));
            return Model::load_memory(device, model, modelSize);
        });
    });
}

aclError aclmdlExecute(uint32_t modelId, const aclmdlDataset* input, aclmdlDataset* output) {
    return entry<row::aclmdlExecute>(modelId, input, output)([&]() -> Status {
        SOFTACL_TRY(runtime::current_context().status());
        SOFTACL_ASSIGN(const std::unique_ptr<Execution> execution, prepare(modelId, input, output));
        Status status = with_warning<row::aclmdlExecute>([&](std::string& warning) { return execution->run(warning); });
        if (!status.ok()) {
            execution->take_back();
        }
        return status;
    });
}

aclError aclmdlExecuteAsync(uint32_t modelId, const aclmdlDataset* input, aclmdlDataset* output, aclrtStream stream) {
    return entry<row::aclmdlExecuteAsync>(modelId, input, output, stream)([&]() -> Status {
        SOFTACL_ASSIGN(const Pin<runtime::Stream> where, runtime::find_stream(stream, "stream"));
        SOFTACL_ASSIGN(std::shared_ptr<Execution> execution, prepare(modelId, input, output));
        const auto launched = where->launch(
            runtime::make_task("model", [execution](std::string& warning) { return execution->run(warning); }));
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
        fileName, workSize, weightSize)([&] { return give_sizes(exec::query_file(fileName), workSize, weightSize); });
}

aclError aclmdlQuerySizeFromMem(const void* model, size_t modelSize, size_t* workSize, size_t* weightSize) {
    return entry<row::aclmdlQuerySizeFromMem>(model, modelSize, workSize, weightSize)([&]() -> Status {
        *workSize = 0;
        *weightSize = 0;
        SOFTACL_TRY(check_data(model, modelSize));
        return give_sizes(exec::query_memory(model, modelSize), workSize, weightSize);
    });
}
