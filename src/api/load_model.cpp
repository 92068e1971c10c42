// SPDX-License-Identifier: Apache-2.0
#include "api/load_model.h"

#include "base/fork.h"
#include "base/probe.h"
#include "exec/execution.h"
#include "runtime/context.h"

namespace softacl::api {

Status check(const exec::ModelSource& source) {
    if (source.path != nullptr) {
        return {};
    }
    if (source.data == nullptr) {
        return fail(ACL_ERROR_GE_EXEC_MODEL_ADDR_INVALID, "model is null; expected the address of a model");
    }
    if (source.size == 0) {
        return fail(ACL_ERROR_GE_EXEC_MODEL_DATA_SIZE_INVALID, "modelSize is 0; expected the size of a model");
    }
    if (const size_t can = readable_bytes(source.data, source.size); can < source.size) {
        return fail(ACL_ERROR_GE_EXEC_MODEL_ADDR_INVALID, "model is ", source.data, ", where ", can, " of ",
                    source.size, " bytes can be read");
    }
    return {};
}

Status load_model(const exec::ModelSource& source, const exec::ModelMemory& memory, uint32_t* id) {
    *id = 0;
    note_use();
    SOFTACL_ASSIGN(const Pin<runtime::Context> context, runtime::current_context());
    SOFTACL_TRY(check(source));
    SOFTACL_ASSIGN(std::shared_ptr<exec::Model> model, exec::Model::load(context->device(), source, memory));
    *id = exec::Registry::instance().add(std::make_shared<exec::LoadedModel>(std::move(model), context->device()));
    return {};
}

}  // namespace softacl::api
