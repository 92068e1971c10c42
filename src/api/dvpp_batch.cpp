// SPDX-License-Identifier: Apache-2.0
// ops/acl_dvpp.h: batches of pictures, and borders around them.
#include "acl/ops/acl_dvpp.h"
#include "api/fields.h"
#include "media/v1/descs.h"

using namespace softacl;
using namespace softacl::api;
using media::BatchPicDesc;
using media::BorderConfig;
using media::BorderFields;

acldvppBatchPicDesc* acldvppCreateBatchPicDesc(uint32_t batchSize) {
    return entry<row::acldvppCreateBatchPicDesc>(batchSize).value<acldvppBatchPicDesc*>(
        nullptr, [&]() -> Result<acldvppBatchPicDesc*> {
            SOFTACL_ASSIGN(auto batch, BatchPicDesc::create(batchSize));
            return as_pointer<acldvppBatchPicDesc>(runtime::make_object(std::move(batch)));
        });
}

aclError acldvppDestroyBatchPicDesc(acldvppBatchPicDesc* batchPicDesc) {
    return destroy_desc<row::acldvppDestroyBatchPicDesc, BatchPicDesc>(batchPicDesc);
}

acldvppPicDesc* acldvppGetPicDesc(acldvppBatchPicDesc* batchPicDesc, uint32_t index) {
    return entry<row::acldvppGetPicDesc>(batchPicDesc, index)
        .value<acldvppPicDesc*>(nullptr, [&]() -> Result<acldvppPicDesc*> {
            SOFTACL_ASSIGN(const Pin<BatchPicDesc> batch, pin<BatchPicDesc>(batchPicDesc, "batchPicDesc"));
            if (index >= batch->count()) {
                return fail(ACL_ERROR_INVALID_PARAM, "index is ", index, "; expected less than ", batch->count(),
                            ", the number of pictures");
            }
            return static_cast<acldvppPicDesc*>(to_client(batch->handle(index)));
        });
}

acldvppBorderConfig* acldvppCreateBorderConfig(void) {
    return make_desc<row::acldvppCreateBorderConfig, acldvppBorderConfig, BorderConfig>();
}

aclError acldvppDestroyBorderConfig(acldvppBorderConfig* borderConfig) {
    return destroy_desc<row::acldvppDestroyBorderConfig, BorderConfig>(borderConfig);
}

aclError acldvppSetBorderConfigValue(acldvppBorderConfig* borderConfig, uint32_t index, double value) {
    return entry<row::acldvppSetBorderConfigValue>(borderConfig, index, value)([&]() -> Status {
        SOFTACL_ASSIGN(const Pin<BorderConfig> live, pin<BorderConfig>(borderConfig, "borderConfig"));
        if (!(value >= 0 && value <= 255)) {
            return fail(ACL_ERROR_INVALID_PARAM, "value is ", value, "; expected 0 to 255");
        }
        live->change([&](BorderFields& fields) { fields.value[index] = value; });
        return {};
    });
}

aclError acldvppSetBorderConfigBorderType(acldvppBorderConfig* borderConfig, acldvppBorderType borderType) {
    return set_field<row::acldvppSetBorderConfigBorderType, BorderConfig>(borderConfig, borderType,
                                                                          &BorderConfig::FieldsType::type);
}

aclError acldvppSetBorderConfigTop(acldvppBorderConfig* borderConfig, uint32_t top) {
    return set_field<row::acldvppSetBorderConfigTop, BorderConfig>(borderConfig, top, &BorderConfig::FieldsType::top);
}

aclError acldvppSetBorderConfigBottom(acldvppBorderConfig* borderConfig, uint32_t bottom) {
    return set_field<row::acldvppSetBorderConfigBottom, BorderConfig>(borderConfig, bottom,
                                                                      &BorderConfig::FieldsType::bottom);
}

aclError acldvppSetBorderConfigLeft(acldvppBorderConfig* borderConfig, uint32_t left) {
    return set_field<row::acldvppSetBorderConfigLeft, BorderConfig>(borderConfig, left,
                                                                    &BorderConfig::FieldsType::left);
}

aclError acldvppSetBorderConfigRight(acldvppBorderConfig* borderConfig, uint32_t right) {
    return set_field<row::acldvppSetBorderConfigRight, BorderConfig>(borderConfig, right,
                                                                     &BorderConfig::FieldsType::right);
}

double acldvppGetBorderConfigValue(const acldvppBorderConfig* borderConfig, uint32_t index) {
    return entry<row::acldvppGetBorderConfigValue>(borderConfig, index).value(0.0, [&]() -> Result<double> {
        SOFTACL_ASSIGN(const Pin<BorderConfig> live, pin<BorderConfig>(borderConfig, "borderConfig"));
        return live->get().value[index];
    });
}

acldvppBorderType acldvppGetBorderConfigBorderType(const acldvppBorderConfig* borderConfig) {
    return get_field<row::acldvppGetBorderConfigBorderType, BorderConfig, acldvppBorderType>(
        borderConfig, &BorderConfig::FieldsType::type);
}

uint32_t acldvppGetBorderConfigTop(const acldvppBorderConfig* borderConfig) {
    return get_field<row::acldvppGetBorderConfigTop, BorderConfig, uint32_t>(borderConfig,
                                                                             &BorderConfig::FieldsType::top);
}

uint32_t acldvppGetBorderConfigBottom(const acldvppBorderConfig* borderConfig) {
    return get_field<row::acldvppGetBorderConfigBottom, BorderConfig, uint32_t>(borderConfig,
                                                                                &BorderConfig::FieldsType::bottom);
}

uint32_t acldvppGetBorderConfigLeft(const acldvppBorderConfig* borderConfig) {
    return get_field<row::acldvppGetBorderConfigLeft, BorderConfig, uint32_t>(borderConfig,
                                                                              &BorderConfig::FieldsType::left);
}

uint32_t acldvppGetBorderConfigRight(const acldvppBorderConfig* borderConfig) {
    return get_field<row::acldvppGetBorderConfigRight, BorderConfig, uint32_t>(borderConfig,
                                                                               &BorderConfig::FieldsType::right);
}
