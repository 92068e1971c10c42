// SPDX-License-Identifier: Apache-2.0
// ops/acl_dvpp.h: descriptions of pictures.
#include "acl/ops/acl_dvpp.h"
#include "api/fields.h"
#include "media/v1/descs.h"

using namespace softacl;
using namespace softacl::api;
using media::PicDesc;

acldvppPicDesc* acldvppCreatePicDesc(void) { return make_desc<row::acldvppCreatePicDesc, acldvppPicDesc, PicDesc>(); }

aclError acldvppDestroyPicDesc(acldvppPicDesc* picDesc) {
    return entry<row::acldvppDestroyPicDesc>(picDesc)([&]() -> Status {
        SOFTACL_ASSIGN(const Pin<PicDesc> live, pin<PicDesc>(picDesc, "picDesc"));
        if (live->is_of_batch()) {
            return fail(ACL_ERROR_INVALID_PARAM, "picDesc is ", picDesc,
                        ", one of a batch; acldvppDestroyBatchPicDesc destroys it");
        }
        return destroy<PicDesc>(picDesc, "picDesc");
    });
}

aclError acldvppSetPicDescData(acldvppPicDesc* picDesc, void* dataDev) {
    return set_field<row::acldvppSetPicDescData, PicDesc>(picDesc, dataDev, &PicDesc::FieldsType::data);
}

aclError acldvppSetPicDescSize(acldvppPicDesc* picDesc, uint32_t size) {
    return set_field<row::acldvppSetPicDescSize, PicDesc>(picDesc, size, &PicDesc::FieldsType::size);
}

aclError acldvppSetPicDescFormat(acldvppPicDesc* picDesc, acldvppPixelFormat format) {
    return set_field<row::acldvppSetPicDescFormat, PicDesc>(picDesc, format, &PicDesc::FieldsType::format);
}

aclError acldvppSetPicDescWidth(acldvppPicDesc* picDesc, uint32_t width) {
    return set_field<row::acldvppSetPicDescWidth, PicDesc>(picDesc, width, &PicDesc::FieldsType::width);
}

aclError acldvppSetPicDescHeight(acldvppPicDesc* picDesc, uint32_t height) {
    return set_field<row::acldvppSetPicDescHeight, PicDesc>(picDesc, height, &PicDesc::FieldsType::height);
}

aclError acldvppSetPicDescWidthStride(acldvppPicDesc* picDesc, uint32_t widthStride) {
    return set_field<row::acldvppSetPicDescWidthStride, PicDesc>(picDesc, widthStride,
                                                                 &PicDesc::FieldsType::width_stride);
}

aclError acldvppSetPicDescHeightStride(acldvppPicDesc* picDesc, uint32_t heightStride) {
    return set_field<row::acldvppSetPicDescHeightStride, PicDesc>(picDesc, heightStride,
                                                                  &PicDesc::FieldsType::height_stride);
}

aclError acldvppSetPicDescRetCode(acldvppPicDesc* picDesc, uint32_t retCode) {
    return set_field<row::acldvppSetPicDescRetCode, PicDesc>(picDesc, retCode, &PicDesc::FieldsType::ret_code);
}

void* acldvppGetPicDescData(const acldvppPicDesc* picDesc) {
    return get_field<row::acldvppGetPicDescData, PicDesc, void*>(picDesc, &PicDesc::FieldsType::data);
}

uint32_t acldvppGetPicDescSize(const acldvppPicDesc* picDesc) {
    return get_field<row::acldvppGetPicDescSize, PicDesc, uint32_t>(picDesc, &PicDesc::FieldsType::size);
}

acldvppPixelFormat acldvppGetPicDescFormat(const acldvppPicDesc* picDesc) {
    return get_field<row::acldvppGetPicDescFormat, PicDesc, acldvppPixelFormat>(picDesc, &PicDesc::FieldsType::format);
}

uint32_t acldvppGetPicDescWidth(const acldvppPicDesc* picDesc) {
    return get_field<row::acldvppGetPicDescWidth, PicDesc, uint32_t>(picDesc, &PicDesc::FieldsType::width);
}

uint32_t acldvppGetPicDescHeight(const acldvppPicDesc* picDesc) {
    return get_field<row::acldvppGetPicDescHeight, PicDesc, uint32_t>(picDesc, &PicDesc::FieldsType::height);
}

uint32_t acldvppGetPicDescWidthStride(const acldvppPicDesc* picDesc) {
    return get_field<row::acldvppGetPicDescWidthStride, PicDesc, uint32_t>(picDesc, &PicDesc::FieldsType::width_stride);
}

uint32_t acldvppGetPicDescHeightStride(const acldvppPicDesc* picDesc) {
    return get_field<row::acldvppGetPicDescHeightStride, PicDesc, uint32_t>(picDesc,
                                                                            &PicDesc::FieldsType::height_stride);
}

uint32_t acldvppGetPicDescRetCode(const acldvppPicDesc* picDesc) {
    return get_field<row::acldvppGetPicDescRetCode, PicDesc, uint32_t>(picDesc, &PicDesc::FieldsType::ret_code);
}
