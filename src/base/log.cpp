// SPDX-License-Identifier: Apache-2.0
#include "base/log.h"

#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/null_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <array>
#include <cctype>
#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "base/fork.h"

namespace softacl {
namespace {

constexpr std::array<const char*, 5> kNames = {"debug", "info", "warning", "error", "off"};

LogLevel level_from_environment() {
    if (const char* name = std::getenv("SOFTACL_LOG_LEVEL")) {
        for (size_t i = 0; i < kNames.size(); ++i) {
            if (std::strcmp(name, kNames[i]) == 0) {
                return static_cast<LogLevel>(i);
            }
        }
    }
    if (const char* number = std::getenv("ASCEND_GLOBAL_LOG_LEVEL")) {
        if (number[0] >= '0' && number[0] <= '4' && number[1] == '\0') {
            return static_cast<LogLevel>(number[0] - '0');
        }
    }
    return LogLevel::kError;
}

LogLevel level() {
    static const LogLevel kLevel = level_from_environment();
    return kLevel;
}

spdlog::sink_ptr open_sink() {
    if (const char* print = std::getenv("ASCEND_SLOG_PRINT_TO_STDOUT"); print && std::strcmp(print, "1") == 0) {
        return std::make_shared<spdlog::sinks::stdout_sink_mt>();
    }
    std::string folder;
    if (const char* path = std::getenv("ASCEND_PROCESS_LOG_PATH"); path && *path) {
        folder = path;
    } else if (const char* home = std::getenv("HOME"); home && *home) {
        folder = std::string(home) + "/.cache/softacl/log";
    } else {
        return std::make_shared<spdlog::sinks::null_sink_mt>();
    }
    try {
        return std::make_shared<spdlog::sinks::basic_file_sink_mt>(folder + "/softacl-" + std::to_string(getpid()) +
                                                                   ".log");
    } catch (const spdlog::spdlog_ex&) {
        // A log that cannot be written must not stop the program that only wanted to run.
        return std::make_shared<spdlog::sinks::null_sink_mt>();
    }
}

// Client scripts look for "[ERROR]"; spdlog's own names are in lower case.
class UpperCaseLevel : public spdlog::custom_flag_formatter {
   public:
    void format(const spdlog::details::log_msg& message, const std::tm&, spdlog::memory_buf_t& out) override {
        for (const char c : spdlog::level::to_string_view(message.level)) {
            out.push_back(static_cast<char>(std::toupper(c)));
        }
    }
    std::unique_ptr<custom_flag_formatter> clone() const override { return std::make_unique<UpperCaseLevel>(); }
};

// Leaked on purpose: threads may still log while the process exits.
spdlog::logger& logger() {
    static auto* const kLogger = [] {
        auto formatter = std::make_unique<spdlog::pattern_formatter>();
        formatter->add_flag<UpperCaseLevel>('*');
        formatter->set_pattern(std::string("[%*] ACL(%P,") + program_invocation_short_name +
                               "):%Y-%m-%d-%H:%M:%S.%e [%s:%#] %t %v");
        auto* made = new spdlog::logger("softacl", open_sink());
        made->set_formatter(std::move(formatter));
        made->set_level(spdlog::level::trace);
        made->flush_on(spdlog::level::trace);
        return made;
    }();
    return *kLogger;
}

constexpr spdlog::level::level_enum kSpdlogLevels[] = {spdlog::level::debug, spdlog::level::info, spdlog::level::warn,
                                                       spdlog::level::err};

}  // namespace

bool log_enabled(LogLevel wanted) { return wanted >= level() && level() != LogLevel::kOff; }

void log(LogLevel wanted, SourcePlace place, const std::string& line) {
    // The logger's lock may have been held in the parent when it forked.
    if (!log_enabled(wanted) || is_forked_child()) {
        return;
    }
    logger().log({place.file, place.line, ""}, kSpdlogLevels[static_cast<size_t>(wanted)], line);
}

}  // namespace softacl
