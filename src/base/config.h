// SPDX-License-Identifier: Apache-2.0
// The JSON configuration file of aclInit (manual 10.2.1).
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/config_dump.h"
#include "base/status.h"

namespace softacl {

struct Config {
    /// Length of the queue that maps operators to their models; oldest entries leave beyond it.
    uint64_t max_opqueue_num = 20000;
    std::optional<DumpConfig> dump;
};

/// Reads a configuration text. Nesting of objects and of arrays is limited to 10 each.
/// 100005 empty, 100006 not JSON or nested too deep, 148048 bad max_opqueue_num, 100009 a senseless section "dump",
/// 200006 asks for profiling or for overflow dumps.
Result<Config> parse_config(const std::string& json);

/// Reads a file, which sentences name as `argument`. 100003 if it cannot be read, 100005 if it is empty or above 10
/// MiB, else as parse_config.
Result<Config> read_config(const char* argument, const std::string& path);

}  // namespace softacl
