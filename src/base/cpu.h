// SPDX-License-Identifier: Apache-2.0
// What the process may use of the machine.
#pragma once

#include <cstddef>
#include <cstdint>

namespace softacl {

/// Cores the process may run on: the affinity mask and the cgroup's quota, at least 1.
size_t usable_cpus();

/// Bytes of memory the process may use: the machine's, or the cgroup's limit if that is lower.
uint64_t usable_memory();

}  // namespace softacl
