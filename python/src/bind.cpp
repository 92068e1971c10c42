// SPDX-License-Identifier: Apache-2.0
#include "bind.h"

#include <algorithm>

namespace softacl::python {

void raise_wrong_count(const char* function, const Parameter* list, std::size_t length, Py_ssize_t given) {
    std::string names;
    std::size_t least = 0;
    std::size_t most = 0;
    for (const Parameter* parameter = list; parameter != list + length; ++parameter) {
        if (!parameter->is_out) {
            names += (most ? ", " : "") + std::string(parameter->name);
            least += !parameter->is_optional;
            ++most;
        }
    }
    std::string expected = most == 0 ? "no" : std::to_string(most);
    if (least < most) {
        expected = std::to_string(least) + " to " + expected;
    }
    expected += most == 1 ? " argument" : " arguments";
    if (most > 0) {
        expected += " (" + names + ")";
    }
    PyErr_Format(PyExc_TypeError, "%s() takes %s, got %zd", function, expected.c_str(), given);
}

PyObject* pack(PyObject** items, std::size_t count) {
    const bool complete = std::find(items, items + count, nullptr) == items + count;
    if (complete && count == 0) {
        return Py_NewRef(Py_None);
    }
    if (complete && count == 1) {
        return items[0];
    }
    PyObject* tuple = complete ? PyTuple_New(static_cast<Py_ssize_t>(count)) : nullptr;
    for (std::size_t i = 0; i < count; ++i) {
        if (tuple) {
            PyTuple_SetItem(tuple, static_cast<Py_ssize_t>(i), items[i]);
        } else {
            Py_XDECREF(items[i]);
        }
    }
    return tuple;
}

}  // namespace softacl::python
