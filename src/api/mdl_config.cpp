// SPDX-License-Identifier: Apache-2.0
// acl_mdl.h: loading by a configuration.
#include "acl/acl_mdl.h"
#include "api/entry.h"
#include "api/handles.h"
#include "api/load_model.h"
#include "exec/model_config.h"
#include "runtime/objects.h"

using namespace softacl;
using namespace softacl::api;
using exec::ModelConfig;

aclmdlConfigHandle* aclmdlCreateConfigHandle(void) {
    return entry<row::aclmdlCreateConfigHandle>().value<aclmdlConfigHandle*>(
        nullptr, [] { return as_pointer<aclmdlConfigHandle>(runtime::make_object(std::make_shared<ModelConfig>())); });
}

aclError aclmdlDestroyConfigHandle(aclmdlConfigHandle* handle) {
    return entry<row::aclmdlDestroyConfigHandle>(handle)([&] { return destroy<ModelConfig>(handle, "handle"); });
}

aclError aclmdlSetConfigOpt(aclmdlConfigHandle* handle, aclmdlConfigAttr attr, const void* attrValue,
                            size_t valueSize) {
    return entry<row::aclmdlSetConfigOpt>(handle, attr, attrValue, valueSize)([&]() -> Status {
        SOFTACL_ASSIGN(const Pin<ModelConfig> live, pin<ModelConfig>(handle, "handle"));
        return live->set(attr, attrValue, valueSize);
    });
}

aclError aclmdlLoadWithConfig(const aclmdlConfigHandle* handle, uint32_t* modelId) {
    return entry<row::aclmdlLoadWithConfig>(handle, modelId)([&]() -> Status {
        *modelId = 0;
        SOFTACL_ASSIGN(const Pin<ModelConfig> live, pin<ModelConfig>(handle, "handle"));
        SOFTACL_ASSIGN(const ModelConfig::Request request, live->request());
        return load_model(request.source(), request.memory, modelId);
    });
}
