// SPDX-License-Identifier: Apache-2.0
// acl_mdl.h: model descriptions.
#include "acl/acl_mdl.h"
#include "api/entry.h"
#include "api/handles.h"
#include "exec/model_desc.h"
#include "exec/objects.h"

using namespace softacl;
using namespace softacl::api;
using exec::ModelDesc;

aclmdlDesc* aclmdlCreateDesc(void) {
    return entry<row::aclmdlCreateDesc>().value<aclmdlDesc*>(
        nullptr, [] { return as_pointer<aclmdlDesc>(exec::make_object(std::make_shared<ModelDesc>())); });
}

aclError aclmdlDestroyDesc(aclmdlDesc* modelDesc) {
    return entry<row::aclmdlDestroyDesc>(modelDesc)([&] { return destroy<ModelDesc>(modelDesc, "modelDesc"); });
}
