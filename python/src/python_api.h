// SPDX-License-Identifier: Apache-2.0
#pragma once

// CPython's stable ABI: one binary serves every interpreter from 3.10 on.
#define PY_SSIZE_T_CLEAN
#define Py_LIMITED_API 0x030A0000
#include <Python.h>

#include <memory>

namespace softacl::python {

struct Release {
    void operator()(PyObject* object) const { Py_DECREF(object); }
};

// An owned reference.
using Ref = std::unique_ptr<PyObject, Release>;

}  // namespace softacl::python
