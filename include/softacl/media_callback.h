/* SPDX-License-Identifier: Apache-2.0 */
/* Media callbacks whose data has an owner, for softacl's own language bindings. Not for applications. */
#ifndef SOFTACL_MEDIA_CALLBACK_H
#define SOFTACL_MEDIA_CALLBACK_H

#include "acl/ops/acl_dvpp.h"

#ifdef __cplusplus
extern "C" {
#endif

/* As aclvdecSendFrame and aclvdecSendSkippedFrame. Exactly one of the channel's callback and `dropped` is called with
 * `userData`, whatever the call returns: `dropped`, unless it is null, when the callback will never run, on any
 * thread. */
ACL_API aclError softaclVdecSendFrame(aclvdecChannelDesc* channelDesc, acldvppStreamDesc* input, acldvppPicDesc* output,
                                      aclvdecFrameConfig* config, void (*dropped)(void* userData), void* userData);
ACL_API aclError softaclVdecSendSkippedFrame(aclvdecChannelDesc* channelDesc, acldvppStreamDesc* input,
                                             aclvdecFrameConfig* config, void (*dropped)(void* userData),
                                             void* userData);

/* As aclvencSendFrame. Exactly one of the channel's callback and `dropped` is called with `userdata`, whatever the call
 * returns: `dropped`, unless it is null, when the callback will never run, on any thread. */
ACL_API aclError softaclVencSendFrame(aclvencChannelDesc* channelDesc, acldvppPicDesc* input, void* reserve,
                                      aclvencFrameConfig* config, void (*dropped)(void* userdata), void* userdata);

#ifdef __cplusplus
}
#endif

#endif
