// SPDX-License-Identifier: Apache-2.0
// acl_base.h: data buffers and element sizes.
#include "exec/data_buffer.h"

#include "acl/acl_base.h"
#include "api/entry.h"
#include "api/handles.h"
#include "runtime/objects.h"
#include "tensor/dtype.h"

using namespace softacl;
using namespace softacl::api;
using exec::Buffer;
using exec::DataBuffer;

namespace {

Result<Buffer> contents(const aclDataBuffer* data_buffer) {
    SOFTACL_ASSIGN(const Pin<DataBuffer> live, pin<DataBuffer>(data_buffer, "dataBuffer"));
    return live->get();
}

Result<size_t> size_in(const aclDataBuffer* data_buffer) {
    SOFTACL_ASSIGN(const Buffer buffer, contents(data_buffer));
    return buffer.size;
}

}  // namespace

aclDataBuffer* aclCreateDataBuffer(void* data, size_t size) {
    return entry<row::aclCreateDataBuffer>(data, size).value<aclDataBuffer*>(nullptr, [&] {
        return as_pointer<aclDataBuffer>(runtime::make_object(std::make_shared<DataBuffer>(Buffer{data, size})));
    });
}

aclError aclDestroyDataBuffer(const aclDataBuffer* dataBuffer) {
    return entry<row::aclDestroyDataBuffer>(dataBuffer)([&] { return destroy<DataBuffer>(dataBuffer, "dataBuffer"); });
}

void* aclGetDataBufferAddr(const aclDataBuffer* dataBuffer) {
    return entry<row::aclGetDataBufferAddr>(dataBuffer).value<void*>(nullptr, [&]() -> Result<void*> {
        SOFTACL_ASSIGN(const Buffer buffer, contents(dataBuffer));
        return buffer.data;
    });
}

size_t aclGetDataBufferSize(const aclDataBuffer* dataBuffer) {
    return entry<row::aclGetDataBufferSize>(dataBuffer).value<size_t>(0, [&] { return size_in(dataBuffer); });
}

size_t aclGetDataBufferSizeV2(const aclDataBuffer* dataBuffer) {
    return entry<row::aclGetDataBufferSizeV2>(dataBuffer).value<size_t>(0, [&] { return size_in(dataBuffer); });
}

aclError aclUpdateDataBuffer(aclDataBuffer* dataBuffer, void* data, size_t size) {
    return entry<row::aclUpdateDataBuffer>(dataBuffer, data, size)([&]() -> Status {
        SOFTACL_ASSIGN(const Pin<DataBuffer> live, pin<DataBuffer>(dataBuffer, "dataBuffer"));
        live->set({data, size});
        return {};
    });
}

size_t aclDataTypeSize(aclDataType dataType) {
    return entry<row::aclDataTypeSize>(dataType).value<size_t>(0, [&]() -> Result<size_t> {
        const size_t size = size_of(dataType);
        if (size == 0 && dataType != ACL_STRING && dataType != ACL_DT_UNDEFINED) {
            return fail(ACL_ERROR_INVALID_PARAM, "dataType is ", static_cast<int>(dataType),
                        ", which is no data type; expected a value of aclDataType");
        }
        return size;
    });
}
