// SPDX-License-Identifier: Apache-2.0
#include "softacl/report.h"

#include "base/probe.h"
#include "base/recent_errors.h"

aclError softaclReportInvalidArgument(const char* function, const char* argument, const char* value,
                                      const char* expected) {
    softacl::remember_error(function, ACL_ERROR_INVALID_PARAM,
                            softacl::text(argument, " is ", value, "; expected ", expected));
    return ACL_ERROR_INVALID_PARAM;
}

aclError softaclReport(const char* function, aclError code, const char* sentence) {
    softacl::remember_error(function, code, sentence);
    return code;
}

size_t softaclReadable(const void* address, size_t size) { return softacl::readable_bytes(address, size); }
