// SPDX-License-Identifier: Apache-2.0
// The command line of atc: which options there are, and what was given.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "convert/converter.h"
#include "convert/problems.h"
#include "convert/single_op.h"

namespace softacl::convert {

enum class LogWish { kDebug, kInfo, kWarning, kError, kNone };

struct CommandLine {
    bool help = false;
    bool version = false;
    LogWish log = LogWish::kWarning;
    int mode = 0;             ///< 0 converts, 3 only checks; 1 and 5 write `json` of `om`; 6 shows `om`
    std::string om;           ///< an offline model; in mode 5 the text of a graph
    std::string json;         ///< the file to write
    bool shows_info = false;  ///< of the model that was made
    Conversion conversion;
    SingleOpConversion single_ops;       ///< instead of a network's conversion, where its list is not empty
    std::vector<std::string> no_effect;  ///< options given that change nothing
};

/// Long options with one or two dashes, the value behind '=' or as the next argument; the last occurrence wins. All
/// problems are reported. `arguments` is without the program's name.
CommandLine parse_command_line(const std::vector<std::string>& arguments, Problems& problems);

/// All options, for people.
std::string usage();

}  // namespace softacl::convert
