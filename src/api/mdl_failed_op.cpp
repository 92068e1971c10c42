// SPDX-License-Identifier: Apache-2.0
// acl_mdl.h: which operator failed.
#include <cstring>

#include "acl/acl_mdl.h"
#include "api/entry.h"
#include "api/handles.h"
#include "exec/failed_op.h"

using namespace softacl;
using namespace softacl::api;

namespace {

// One description for all tensors of a side; null for none.
Result<aclTensorDesc*> make_descs(const std::vector<exec::TensorFacts>& tensors) {
    return tensors.empty() ? Result<aclTensorDesc*>(nullptr)
                           : as_pointer<aclTensorDesc>(exec::make_tensor_descs(tensors));
}

}  // namespace

aclError aclmdlCreateAndGetOpDesc(uint32_t deviceId, uint32_t streamId, uint32_t taskId, char* opName, size_t opNameLen,
                                  aclTensorDesc** inputDesc, size_t* numInputs, aclTensorDesc** outputDesc,
                                  size_t* numOutputs) {
    return entry<row::aclmdlCreateAndGetOpDesc>(deviceId, streamId, taskId, opName, opNameLen, inputDesc, numInputs,
                                                outputDesc, numOutputs)([&]() -> Status {
        *opName = '\0';
        *inputDesc = nullptr;
        *outputDesc = nullptr;
        *numInputs = 0;
        *numOutputs = 0;
        SOFTACL_ASSIGN(const exec::FailedOp op, exec::find_failed_op({deviceId, streamId, taskId}));
        if (opNameLen <= op.name.size()) {
            return fail(ACL_ERROR_INVALID_PARAM, "opNameLen is ", opNameLen, "; the operator's name, '", op.name,
                        "', needs ", op.name.size() + 1);
        }
        SOFTACL_ASSIGN(aclTensorDesc* const inputs, make_descs(op.inputs));
        auto outputs = make_descs(op.outputs);
        if (!outputs.ok()) {
            static_cast<void>(destroy<exec::TensorDesc>(inputs, "inputDesc"));
            return outputs.status();
        }
        std::memcpy(opName, op.name.c_str(), op.name.size() + 1);
        *inputDesc = inputs;
        *outputDesc = *outputs;
        *numInputs = op.inputs.size();
        *numOutputs = op.outputs.size();
        return {};
    });
}
