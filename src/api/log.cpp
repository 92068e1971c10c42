// SPDX-License-Identifier: Apache-2.0
// acl_base.h: the log.
#include "base/log.h"

#include <cstdarg>
#include <cstdio>
#include <string>

#include "acl/acl_base.h"
#include "api/entry.h"

using namespace softacl;
using namespace softacl::api;

namespace {

std::string formatted(const char* format, va_list arguments) {
    va_list again;
    va_copy(again, arguments);
    const int length = std::vsnprintf(nullptr, 0, format, arguments);
    std::string line(length < 0 ? 0 : static_cast<size_t>(length), '\0');
    std::vsnprintf(line.data(), line.size() + 1, format, again);
    va_end(again);
    return line;
}

}  // namespace

void aclAppLog(aclLogLevel logLevel, const char* func, const char* file, uint32_t line, const char* fmt, ...) {
    va_list arguments;
    va_start(arguments, fmt);
    static_cast<void>(entry<row::aclAppLog>(logLevel, func, file, line, fmt)([&]() -> Status {
        const auto level = static_cast<LogLevel>(logLevel);
        if (logLevel >= ACL_DEBUG && logLevel <= ACL_ERROR && log_enabled(level)) {
            const std::string place = func == nullptr ? "" : std::string(func) + ": ";
            log(level, {file == nullptr ? "" : file, static_cast<int>(line)}, place + formatted(fmt, arguments));
        }
        return {};
    }));
    va_end(arguments);
}
