// SPDX-License-Identifier: Apache-2.0
// ASCEND_RT_VISIBLE_DEVICES (manual 3.6).
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace softacl::runtime {

/// The device numbers a program sees, in its order. `list` is the variable's value ("2,0,1") or null for all
/// `count` devices; it counts up to the first entry that is not a new number below `count`.
std::vector<uint32_t> visible_devices(const char* list, size_t count);

}  // namespace softacl::runtime
