/* SPDX-License-Identifier: Apache-2.0 */
/* What softacl's own language bindings need beyond the documented interface. Not for applications. */
#ifndef SOFTACL_REPORT_H
#define SOFTACL_REPORT_H

#include <stddef.h>

#include "acl/acl_base.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Stores the sentence "<function>: <argument> is <value>; expected <expected>" on the calling thread, as a failing
 * call would, and returns 100000 (ACL_ERROR_INVALID_PARAM). */
ACL_API aclError softaclReportInvalidArgument(const char* function, const char* argument, const char* value,
                                              const char* expected);

/* Stores "<function>: <sentence>" as a failure with that code on the calling thread, and returns the code. */
ACL_API aclError softaclReport(const char* function, aclError code, const char* sentence);

/* How many of the `size` bytes from `address` on the process can read. */
ACL_API size_t softaclReadable(const void* address, size_t size);

#ifdef __cplusplus
}
#endif

#endif
