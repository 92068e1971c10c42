// SPDX-License-Identifier: Apache-2.0
#include "exec/special_input.h"

#include <cstring>

#include "acl/acl_base.h"
#include "runtime/memory.h"

namespace softacl::exec {
namespace {

Result<Buffer> buffer_of(const ModelInfo& info, const Dataset& inputs, size_t index) {
    SOFTACL_ASSIGN(const Handle handle, inputs.at(index));
    SOFTACL_ASSIGN(const Pin<DataBuffer> buffer, pin<DataBuffer>(handle, "its data buffer"));
    const Buffer given = buffer->get();
    const TensorInfo& input = info.inputs[index];
    if (given.data == nullptr || given.size < input.bytes) {
        return fail(ACL_ERROR_GE_DYNAMIC_INPUT_LENGTH_INVALID, "input ", index, " '", input.name, "' has a buffer of ",
                    given.data == nullptr ? 0 : given.size, " bytes; the model needs ", input.bytes);
    }
    return given;
}

Result<bool> is_on_device(const Buffer& buffer, size_t bytes) {
    std::string warning;
    return runtime::check_if_device("its buffer", buffer.data, bytes, warning);
}

}  // namespace

Status write_special_input(const ModelInfo& info, const Dataset& inputs, size_t index, const void* from, size_t bytes) {
    SOFTACL_ASSIGN(const Buffer buffer, buffer_of(info, inputs, index));
    SOFTACL_ASSIGN(const bool on_device, is_on_device(buffer, bytes));
    if (!on_device) {
        SOFTACL_TRY(runtime::check_host_writable("its buffer", buffer.data, bytes));
    }
    std::memcpy(buffer.data, from, bytes);
    return {};
}

Status read_special_input(const ModelInfo& info, const Dataset& inputs, size_t index, void* to, size_t bytes) {
    SOFTACL_ASSIGN(const Buffer buffer, buffer_of(info, inputs, index));
    SOFTACL_ASSIGN(const bool on_device, is_on_device(buffer, bytes));
    if (!on_device) {
        SOFTACL_TRY(runtime::check_host_readable("its buffer", buffer.data, bytes));
    }
    std::memcpy(to, buffer.data, bytes);
    return {};
}

}  // namespace softacl::exec
