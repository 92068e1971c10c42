// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "python_api.h"

namespace softacl::python {

// Holds the GIL, on a thread of the interpreter or of the library.
class GilHold {
   public:
    GilHold() : state_(PyGILState_Ensure()) {}
    ~GilHold() { PyGILState_Release(state_); }
    GilHold(const GilHold&) = delete;
    GilHold& operator=(const GilHold&) = delete;

   private:
    PyGILState_STATE state_;
};

// True from then on when threads of the library must not ask for the GIL any more.
bool interpreter_ends();

// Lets the library know when the interpreter ends, after which its threads never come back from a callback.
// False with an exception set.
bool prepare_callbacks();

}  // namespace softacl::python
