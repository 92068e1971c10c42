// SPDX-License-Identifier: Apache-2.0
// Environment variables with a type. A value that cannot be read is reported in the log and ignored.
#pragma once

#include <cstdint>
#include <optional>

namespace softacl {

/// True only for "1".
bool env_switch(const char* name);

/// A whole number in [min, max]; nothing if unset or not such a number.
std::optional<int64_t> env_number(const char* name, int64_t min, int64_t max);

/// Bytes: a number with an optional suffix K, M or G (powers of 1024); nothing if unset or unreadable.
std::optional<uint64_t> env_bytes(const char* name);

}  // namespace softacl
