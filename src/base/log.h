// SPDX-License-Identifier: Apache-2.0
// The one log sink. Silent unless something is wrong; never stdout or stderr unless asked for.
#pragma once

#include <string>

namespace softacl {

enum class LogLevel { kDebug = 0, kInfo = 1, kWarning = 2, kError = 3, kOff = 4 };

struct SourcePlace {
    const char* file;
    int line;
};
#define SOFTACL_HERE (::softacl::SourcePlace{__FILE__, __LINE__})

/// True if a line of this level would be written. Ask first where building the text costs.
bool log_enabled(LogLevel level);

/// Writes one line `[LEVEL] ACL(pid,name):time [file:line] tid text`. Any thread.
///
/// Level: SOFTACL_LOG_LEVEL (debug, info, warning, error, off), else ASCEND_GLOBAL_LOG_LEVEL (0 to 4), else error.
/// Sink: standard output if ASCEND_SLOG_PRINT_TO_STDOUT=1, else a file `softacl-<pid>.log` below
/// ASCEND_PROCESS_LOG_PATH, else below $HOME/.cache/softacl/log. The file is made with the first line.
void log(LogLevel level, SourcePlace place, const std::string& line);

}  // namespace softacl
