// SPDX-License-Identifier: Apache-2.0
// Notices a fork: neither threads nor locks of the library survive one.
#pragma once

namespace softacl {

/// Called by everything that creates state. A process that is forked later is a forked child for good.
void note_use();

/// True in a child of a process that had used the library. Such a child may only be told so.
bool is_forked_child();

}  // namespace softacl
