// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "by_hand.h"

namespace softacl::python {

struct Method {
    const char* full_name;
    PyMethodDef definition;
    const Calls* calls;
};

struct MethodTable {
    Method* first;
    std::size_t size;

    Method* begin() const { return first; }
    Method* end() const { return first + size; }
};

// Creates the function objects. `a.b.c` goes into attribute `b` of the package, `a.c` into the package. 0, or -1 with
// an exception set. The table must outlive the process: function objects point into it.
int add_methods(PyObject* package, const MethodTable& table);

using FastCall = PyObject* (*)(PyObject*, PyObject* const*, Py_ssize_t);

Method make_method(const char* full_name, const char* doc, FastCall function, const Calls& calls);

template <class Row>
Method bound() {
    return make_method(Row::kName, Row::kDoc, call<Row>, calls_of<Row>);
}

template <class Row>
Method written_by_hand() {
    return make_method(Row::kName, Row::kDoc, call_by_hand<Row>, calls_of<Row>);
}

}  // namespace softacl::python

// For use inside the namespace: an entry of an array of Method.
#define LIST_METHOD(row, ...) bound<row>(),
#define LIST_METHOD_BY_HAND(row, ...) written_by_hand<row>(),
