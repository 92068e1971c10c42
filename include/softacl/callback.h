/* SPDX-License-Identifier: Apache-2.0 */
/* Callbacks whose data has an owner, for softacl's own language bindings. Not for applications. */
#ifndef SOFTACL_CALLBACK_H
#define SOFTACL_CALLBACK_H

#include "acl/acl_rt.h"

#ifdef __cplusplus
extern "C" {
#endif

/* As aclrtLaunchCallback. Exactly one of `fn` and `dropped` is called with `userData`, whatever the call returns:
 * `dropped` on failure and when the callback will never run, on any thread. */
ACL_API aclError softaclLaunchCallback(aclrtCallback fn, void (*dropped)(void* userData), void* userData,
                                       aclrtCallbackBlockType blockType, aclrtStream stream);

/* Callbacks that have not returned yet never will, because the interpreter ends: nobody waits for them any more. */
ACL_API void softaclGiveUpCallbacks(void);

#ifdef __cplusplus
}
#endif

#endif
