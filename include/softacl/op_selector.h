/* SPDX-License-Identifier: Apache-2.0 */
/* Selectors of operators whose data has an owner, for softacl's own language bindings. Not for applications. */
#ifndef SOFTACL_OP_SELECTOR_H
#define SOFTACL_OP_SELECTOR_H

#include "acl/acl_op.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef aclError (*softaclOpSelector)(int numInputs, const aclTensorDesc* const inputDesc[], int numOutputs,
                                      const aclTensorDesc* const outputDesc[], const aclopAttr* opAttr,
                                      aclopKernelDesc* kernelDesc, void* userData);

/* As aclopRegisterCompileFunc. `dropped` is called once with `userData`, whatever the call returns: when the selector
 * will not be called any more, on any thread. */
ACL_API aclError softaclOpRegisterCompileFunc(const char* opType, softaclOpSelector selector,
                                              void (*dropped)(void* userData), void* userData);

#ifdef __cplusplus
}
#endif

#endif
