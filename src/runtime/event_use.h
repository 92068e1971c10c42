// SPDX-License-Identifier: Apache-2.0
// What an event may be used for.
#pragma once

namespace softacl::runtime {

struct EventUse {
    bool timeline = true;  ///< elapsed time
    bool counted = false;  ///< made with ACL_EVENT_SYNC: at most 1023 exist per device
};

}  // namespace softacl::runtime
