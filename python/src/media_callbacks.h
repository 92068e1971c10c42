// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <unordered_map>

#include "python_api.h"

// Callbacks of video channels: the library calls a C function, which calls the Python function of the channel.

namespace softacl::python {

// Which Python function is the callback of which description. With the GIL held. At exit what is left stays: there may
// be nobody to give it back to.
class ChannelFunctions {
   public:
    // Null or None: none any more.
    void set(const void* desc, PyObject* function);
    // New reference; null if there is none.
    PyObject* get(const void* desc) const;

   private:
    std::unordered_map<const void*, PyObject*> functions_;
};

// A function and what it gets besides two descriptions. Made and destroyed with the GIL held.
class ChannelCall {
   public:
    // Takes the reference of `function`, which may be null for a call that will be refused.
    ChannelCall(PyObject* function, PyObject* data) : function_(function), data_(Py_NewRef(data)) {}

    // What the library is given; both take the GIL and destroy the call.
    static void run(void* call, const void* first, const void* second);
    static void dropped(void* call);

   private:
    Ref function_;
    Ref data_;
};

}  // namespace softacl::python
