// SPDX-License-Identifier: Apache-2.0
#pragma once

// Which bound functions were called, and with what success, over the life of a process: tests that claim to cover
// the interface are held to it. Off unless SOFTACL_LEDGER names a file.

namespace softacl::python {

struct MethodTable;

struct Calls {
    unsigned long succeeded = 0;
    unsigned long failed = 0;
};

// True from import on when calls are counted. Read and counted under the GIL.
extern bool ledger_on;

inline void count_call(Calls& calls, bool success) {
    if (ledger_on) {
        ++(success ? calls.succeeded : calls.failed);
    }
}

// Appends `py <name> <succeeded> <failed>` for each function of the table that was called, when the interpreter ends.
void keep_ledger(const MethodTable& table);

}  // namespace softacl::python
