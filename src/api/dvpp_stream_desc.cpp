// SPDX-License-Identifier: Apache-2.0
// ops/acl_dvpp.h: descriptions of coded video.
#include "acl/ops/acl_dvpp.h"
#include "api/fields.h"
#include "media/v1/descs.h"

using namespace softacl;
using namespace softacl::api;
using media::StreamDesc;

acldvppStreamDesc* acldvppCreateStreamDesc(void) {
    return make_desc<row::acldvppCreateStreamDesc, acldvppStreamDesc, StreamDesc>();
}

aclError acldvppDestroyStreamDesc(acldvppStreamDesc* streamDesc) {
    return destroy_desc<row::acldvppDestroyStreamDesc, StreamDesc>(streamDesc);
}

aclError acldvppSetStreamDescData(acldvppStreamDesc* streamDesc, void* dataDev) {
    return set_field<row::acldvppSetStreamDescData, StreamDesc>(streamDesc, dataDev, &StreamDesc::FieldsType::data);
}

aclError acldvppSetStreamDescSize(acldvppStreamDesc* streamDesc, uint32_t size) {
    return set_field<row::acldvppSetStreamDescSize, StreamDesc>(streamDesc, size, &StreamDesc::FieldsType::size);
}

aclError acldvppSetStreamDescFormat(acldvppStreamDesc* streamDesc, acldvppStreamFormat format) {
    return set_field<row::acldvppSetStreamDescFormat, StreamDesc>(streamDesc, format, &StreamDesc::FieldsType::format);
}

aclError acldvppSetStreamDescTimestamp(acldvppStreamDesc* streamDesc, uint64_t timestamp) {
    return set_field<row::acldvppSetStreamDescTimestamp, StreamDesc>(streamDesc, timestamp,
                                                                     &StreamDesc::FieldsType::timestamp);
}

aclError acldvppSetStreamDescRetCode(acldvppStreamDesc* streamDesc, uint32_t retCode) {
    return set_field<row::acldvppSetStreamDescRetCode, StreamDesc>(streamDesc, retCode,
                                                                   &StreamDesc::FieldsType::ret_code);
}

aclError acldvppSetStreamDescEos(acldvppStreamDesc* streamDesc, uint8_t eos) {
    return set_field<row::acldvppSetStreamDescEos, StreamDesc>(streamDesc, eos, &StreamDesc::FieldsType::eos);
}

void* acldvppGetStreamDescData(const acldvppStreamDesc* streamDesc) {
    return get_field<row::acldvppGetStreamDescData, StreamDesc, void*>(streamDesc, &StreamDesc::FieldsType::data);
}

uint32_t acldvppGetStreamDescSize(const acldvppStreamDesc* streamDesc) {
    return get_field<row::acldvppGetStreamDescSize, StreamDesc, uint32_t>(streamDesc, &StreamDesc::FieldsType::size);
}

acldvppStreamFormat acldvppGetStreamDescFormat(const acldvppStreamDesc* streamDesc) {
    return get_field<row::acldvppGetStreamDescFormat, StreamDesc, acldvppStreamFormat>(streamDesc,
                                                                                       &StreamDesc::FieldsType::format);
}

uint64_t acldvppGetStreamDescTimestamp(const acldvppStreamDesc* streamDesc) {
    return get_field<row::acldvppGetStreamDescTimestamp, StreamDesc, uint64_t>(streamDesc,
                                                                               &StreamDesc::FieldsType::timestamp);
}

uint32_t acldvppGetStreamDescRetCode(const acldvppStreamDesc* streamDesc) {
    return get_field<row::acldvppGetStreamDescRetCode, StreamDesc, uint32_t>(streamDesc,
                                                                             &StreamDesc::FieldsType::ret_code);
}

uint8_t acldvppGetStreamDescEos(const acldvppStreamDesc* streamDesc) {
    return get_field<row::acldvppGetStreamDescEos, StreamDesc, uint8_t>(streamDesc, &StreamDesc::FieldsType::eos);
}
