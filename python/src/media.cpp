// SPDX-License-Identifier: Apache-2.0
// acl.media: functions whose Python form is not that of the C function.
#include "channel_params.h"

namespace softacl::python {

Outcome AclMediaDvppSetChannelDescParam::call(PyObject* const* arguments) {
    return set_channel_param<AclMediaDvppSetChannelDescParam>(
        arguments, acldvppSetChannelDescParam, [](acldvppChannelDescParamType type) {
            return type == ACL_DVPP_CHANNEL_ID_UINT64 ? sizeof(std::uint64_t) : sizeof(std::uint32_t);
        });
}

Outcome AclMediaDvppGetChannelDescParam::call(PyObject* const* arguments) {
    return get_channel_param<AclMediaDvppGetChannelDescParam>(arguments, acldvppGetChannelDescParam);
}

Outcome AclMediaDvppCreateBorderConfig::call(PyObject* const* /*arguments*/) {
    const acldvppBorderConfig* config = acldvppCreateBorderConfig();
    const aclError code = config == nullptr ? ACL_ERROR_BAD_ALLOC : ACL_SUCCESS;
    PyObject* items[] = {to_python(config), to_python(code)};
    return {pack(items, 2), config != nullptr};
}

}  // namespace softacl::python
