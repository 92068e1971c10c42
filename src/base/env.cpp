// SPDX-License-Identifier: Apache-2.0
#include "base/env.h"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <limits>

#include "base/log.h"
#include "base/status.h"

namespace softacl {
namespace {

void report(const char* name, const char* value, const std::string& expected) {
    log(LogLevel::kWarning, SOFTACL_HERE,
        text("environment variable ", name, "=", value, " is ignored; expected ", expected));
}

}  // namespace

bool env_switch(const char* name) {
    const char* value = std::getenv(name);
    return value != nullptr && std::strcmp(value, "1") == 0;
}

std::optional<int64_t> env_number(const char* name, int64_t min, int64_t max) {
    const char* value = std::getenv(name);
    if (value == nullptr || *value == '\0') {
        return std::nullopt;
    }
    char* end = nullptr;
    errno = 0;
    const long long number = std::strtoll(value, &end, 10);
    if (errno != 0 || *end != '\0' || number < min || number > max) {
        report(name, value, text("a number from ", min, " to ", max));
        return std::nullopt;
    }
    return number;
}

std::optional<uint64_t> env_bytes(const char* name) {
    const char* value = std::getenv(name);
    if (value == nullptr || *value == '\0') {
        return std::nullopt;
    }
    char* end = nullptr;
    errno = 0;
    const unsigned long long number = std::strtoull(value, &end, 10);
    int shift = 0;
    switch (*end) {
        case 'k':
        case 'K': shift = 10; break;
        case 'm':
        case 'M': shift = 20; break;
        case 'g':
        case 'G': shift = 30; break;
        default: break;
    }
    const char* rest = end + (shift != 0 ? 1 : 0);
    if (errno != 0 || end == value || *value == '-' || *rest != '\0' || number == 0 ||
        number > (std::numeric_limits<uint64_t>::max() >> shift)) {
        report(name, value, "bytes such as 512M or 4G");
        return std::nullopt;
    }
    return number << shift;
}

}  // namespace softacl
