// SPDX-License-Identifier: Apache-2.0
#include "convert.h"

#include <cstring>

namespace softacl::python {
namespace {

// Reads an exact int. False: it is out of range. (The functions for long run twice as fast as those for long long.)
static_assert(sizeof(long) == sizeof(long long) && sizeof(std::size_t) == sizeof(long long));
bool fits(PyObject* integer, IntegerRange range, unsigned long long& bits) {
    if (range.min < 0) {
        int overflow = 0;
        const long value = PyLong_AsLongAndOverflow(integer, &overflow);
        bits = static_cast<unsigned long long>(value);
        return overflow == 0 && value >= range.min && (value < 0 || bits <= range.max);
    }
    bits = PyLong_AsSize_t(integer);
    return bits <= range.max && !(bits == ~0ULL && PyErr_Occurred());
}

// Replaces a TypeError of the interpreter by one that names the place; other exceptions are the program's own.
Verdict explain_type_error(PyObject* object, const Place& place, const char* expected) {
    if (PyErr_ExceptionMatches(PyExc_TypeError)) {
        PyErr_Clear();
        return place.wrong_type(expected, object);
    }
    return Verdict::kRaised;
}

}  // namespace

Verdict read_integer(PyObject* object, const Place& place, IntegerRange range, unsigned long long& bits) {
    Ref converted;
    if (!PyLong_CheckExact(object)) {
        if (!PyIndex_Check(object)) {
            return place.wrong_type("int", object);
        }
        converted.reset(PyNumber_Index(object));
        if (!converted) {
            return Verdict::kRaised;
        }
        object = converted.get();
    }
    if (fits(object, range, bits)) {
        return Verdict::kRead;
    }
    bits = 0;
    PyErr_Clear();
    return place.wrong_value(object, "an int from " + std::to_string(range.min) + " to " + std::to_string(range.max));
}

Verdict read_real(PyObject* object, const Place& place, double& value) {
    value = PyFloat_AsDouble(object);
    if (value != -1 || !PyErr_Occurred()) {
        return Verdict::kRead;
    }
    if (PyErr_ExceptionMatches(PyExc_OverflowError)) {
        PyErr_Clear();
        return place.wrong_value(object, "a number within the range of float");
    }
    return explain_type_error(object, place, "float");
}

Verdict read_text(PyObject* object, const Place& place, Text& text) {
    if (!PyUnicode_Check(object)) {
        return place.wrong_type("str", object);
    }
    Py_ssize_t size = 0;
    text.data = PyUnicode_AsUTF8AndSize(object, &size);
    if (!text.data) {
        PyErr_Clear();
        text.owner.reset(PyUnicode_AsEncodedString(object, "utf-8", "surrogateescape"));
        if (!text.owner) {
            PyErr_Clear();
            return place.wrong_value(object, "text that UTF-8 can express");
        }
        text.data = PyBytes_AsString(text.owner.get());
        size = PyBytes_Size(text.owner.get());
    }
    if (std::strlen(text.data) != static_cast<std::size_t>(size)) {
        return place.wrong_value(object, "text without a null character");
    }
    return Verdict::kRead;
}

Verdict read_path(PyObject* object, const Place& place, Text& text) {
    PyObject* bytes = nullptr;
    if (!PyUnicode_FSConverter(object, &bytes)) {
        if (PyErr_ExceptionMatches(PyExc_ValueError)) {
            PyErr_Clear();
            return place.wrong_value(object, "a path that the file system can express");
        }
        return explain_type_error(object, place, "str or os.PathLike");
    }
    text.owner.reset(bytes);
    text.data = PyBytes_AsString(bytes);
    return Verdict::kRead;
}

PyObject* text_to_python(const char* text) {
    if (!text) {
        return Py_NewRef(Py_None);
    }
    return text_to_python(text, std::strlen(text));
}

PyObject* text_to_python(const char* text, std::size_t size) {
    return PyUnicode_DecodeUTF8(text, static_cast<Py_ssize_t>(size), "surrogateescape");
}

}  // namespace softacl::python
