// SPDX-License-Identifier: Apache-2.0
// acl_mdl.h: datasets.
#include "acl/acl_mdl.h"
#include "api/entry.h"
#include "api/handles.h"
#include "exec/data_buffer.h"
#include "exec/dataset.h"
#include "exec/tensor_desc.h"
#include "runtime/objects.h"

using namespace softacl;
using namespace softacl::api;
using exec::DataBuffer;
using exec::Dataset;
using exec::TensorDesc;

aclmdlDataset* aclmdlCreateDataset(void) {
    return entry<row::aclmdlCreateDataset>().value<aclmdlDataset*>(
        nullptr, [] { return as_pointer<aclmdlDataset>(runtime::make_object(std::make_shared<Dataset>())); });
}

aclError aclmdlDestroyDataset(const aclmdlDataset* dataset) {
    return entry<row::aclmdlDestroyDataset>(dataset)([&] { return destroy<Dataset>(dataset, "dataset"); });
}

aclError aclmdlAddDatasetBuffer(aclmdlDataset* dataset, aclDataBuffer* dateBuffer) {
    return entry<row::aclmdlAddDatasetBuffer>(dataset, dateBuffer)([&]() -> Status {
        SOFTACL_ASSIGN(const Pin<Dataset> live, pin<Dataset>(dataset, "dataset"));
        SOFTACL_TRY(pin<DataBuffer>(dateBuffer, "dateBuffer").status());
        live->add(reinterpret_cast<Handle>(dateBuffer));
        return {};
    });
}

size_t aclmdlGetDatasetNumBuffers(const aclmdlDataset* dataset) {
    return entry<row::aclmdlGetDatasetNumBuffers>(dataset).value<size_t>(0, [&]() -> Result<size_t> {
        SOFTACL_ASSIGN(const Pin<Dataset> live, pin<Dataset>(dataset, "dataset"));
        return live->size();
    });
}

aclDataBuffer* aclmdlGetDatasetBuffer(const aclmdlDataset* dataset, size_t index) {
    return entry<row::aclmdlGetDatasetBuffer>(dataset, index)
        .value<aclDataBuffer*>(nullptr, [&]() -> Result<aclDataBuffer*> {
            SOFTACL_ASSIGN(const Pin<Dataset> live, pin<Dataset>(dataset, "dataset"));
            return as_pointer<aclDataBuffer>(live->at(index));
        });
}

aclError aclmdlSetDatasetTensorDesc(aclmdlDataset* dataset, aclTensorDesc* tensorDesc, size_t index) {
    return entry<row::aclmdlSetDatasetTensorDesc>(dataset, tensorDesc, index)([&]() -> Status {
        SOFTACL_ASSIGN(const Pin<Dataset> live, pin<Dataset>(dataset, "dataset"));
        SOFTACL_ASSIGN(const Pin<TensorDesc> desc, pin<TensorDesc>(tensorDesc, "tensorDesc"));
        const exec::TensorFacts facts = desc->facts();
        if (!facts.layout.shape || !facts.layout.shape->is_known()) {
            return fail(ACL_ERROR_INVALID_PARAM, "tensorDesc has the shape ",
                        facts.layout.shape ? facts.layout.shape->text() : "[-2]",
                        "; expected the size of every dimension");
        }
        return live->describe(index, facts);
    });
}

aclTensorDesc* aclmdlGetDatasetTensorDesc(const aclmdlDataset* dataset, size_t index) {
    return entry<row::aclmdlGetDatasetTensorDesc>(dataset, index)
        .value<aclTensorDesc*>(nullptr, [&]() -> Result<aclTensorDesc*> {
            SOFTACL_ASSIGN(const Pin<Dataset> live, pin<Dataset>(dataset, "dataset"));
            return as_pointer<aclTensorDesc>(live->desc(index));
        });
}
