// SPDX-License-Identifier: Apache-2.0
#include "media/v1/memory.h"

#include "acl/acl_base.h"
#include "runtime/memory.h"

namespace softacl::media {

Status check_memory(const char* argument, const void* data, size_t size, size_t needed) {
    if (data == nullptr) {
        return fail(ACL_ERROR_INVALID_PARAM, argument, " has no data: the address is null; expected device memory of ",
                    needed, " bytes");
    }
    if (size < needed) {
        return fail(ACL_ERROR_INVALID_PARAM, argument, " has a size of ", size, " bytes; expected at least ", needed);
    }
    std::string warning;  // an overrun into slack is as good as memory
    SOFTACL_ASSIGN(const bool on_device, runtime::check_if_device(argument, data, needed, warning));
    if (!on_device) {
        return fail(ACL_ERROR_RT_PARAM_INVALID, argument, " has its data at ", data,
                    ", which is not device memory; expected memory of acldvppMalloc");
    }
    return {};
}

Status check_readable(const char* argument, const void* data, size_t size) {
    std::string warning;
    SOFTACL_ASSIGN(const bool on_device, runtime::check_if_device(argument, data, size, warning));
    return on_device ? Status() : runtime::check_host_readable(argument, data, size);
}

Status check_writable(const char* argument, void* data, size_t size) {
    std::string warning;
    SOFTACL_ASSIGN(const bool on_device, runtime::check_if_device(argument, data, size, warning));
    return on_device ? Status() : runtime::check_host_writable(argument, data, size);
}

}  // namespace softacl::media
