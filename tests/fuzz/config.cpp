// SPDX-License-Identifier: Apache-2.0
// Any text given to aclInit as configuration is read or refused with a code, in bounded time.
#include "base/config.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    const auto config = softacl::parse_config(std::string(reinterpret_cast<const char*>(data), size));
    if (!config.ok() && (config.status().code() == 0 || config.status().message().empty())) {
        std::abort();
    }
    return 0;
}
