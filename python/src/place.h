// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "python_api.h"

namespace softacl::python {

// What became of a Python value on its way to C.
enum class Verdict {
    kRead,      // the C value is there
    kRaised,    // the type is wrong: a Python exception is set
    kRejected,  // the type is right, the value is not: a sentence is kept for acl.get_recent_err_msg
};

// Where a value stands in a call. Costs nothing until a message has to say `acl.f(): desc['dims'][3] ...`.
class Place {
   public:
    constexpr Place(const char* function, const char* parameter) : function_(function), name_(parameter) {}
    constexpr Place(const Place& outer, const char* key) : function_(outer.function_), outer_(&outer), name_(key) {}
    constexpr Place(const Place& outer, Py_ssize_t index) : function_(outer.function_), outer_(&outer), index_(index) {}

    // Raises TypeError: `acl.rt.malloc(): size must be int, not float`. `expected` is what stands after "must be".
    Verdict wrong_type(const std::string& expected, PyObject* found) const;

    // Raises KeyError for a key that the dict at this place lacks; `structure` is the C name of what it describes.
    Verdict missing_key(const char* structure, const char* key) const;

    // Keeps the sentence of ACL_ERROR_INVALID_PARAM for the calling thread.
    Verdict wrong_value(PyObject* found, const std::string& expected) const;
    Verdict wrong_value(const std::string& found, const std::string& expected) const;

   private:
    std::string path() const;

    const char* function_;
    const Place* outer_ = nullptr;
    const char* name_ = nullptr;
    Py_ssize_t index_ = 0;
};

}  // namespace softacl::python
