// SPDX-License-Identifier: Apache-2.0
#include "place.h"

#include <softacl/report.h>

namespace softacl::python {
namespace {

// Longer values are cut: the sentence is for a reader.
constexpr std::size_t kLongestValue = 60;

// The text of a value; what cannot be shown (an int of a million digits, a failing __repr__) is named by its type.
std::string shown(PyObject* value) {
    Ref text(PyObject_Repr(value));
    const char* utf8 = text ? PyUnicode_AsUTF8AndSize(text.get(), nullptr) : nullptr;
    if (!utf8) {
        PyErr_Clear();
        return PyLong_Check(value) ? "an int too long to print" : "a value that cannot be printed";
    }
    std::string result(utf8);
    if (result.size() > kLongestValue) {
        result.resize(kLongestValue);
        result += "...";
    }
    return result;
}

}  // namespace

std::string Place::path() const {
    if (!outer_) {
        return name_;
    }
    return outer_->path() + (name_ ? "['" + std::string(name_) + "']" : "[" + std::to_string(index_) + "]");
}

Verdict Place::wrong_type(const std::string& expected, PyObject* found) const {
    Ref type(PyObject_GetAttrString(reinterpret_cast<PyObject*>(Py_TYPE(found)), "__name__"));
    if (type) {
        PyErr_Format(PyExc_TypeError, "%s(): %s must be %s, not %U", function_, path().c_str(), expected.c_str(),
                     type.get());
    }
    return Verdict::kRaised;
}

Verdict Place::missing_key(const char* structure, const char* key) const {
    PyErr_Format(PyExc_KeyError, "%s(): %s (%s) lacks the key '%s'", function_, path().c_str(), structure, key);
    return Verdict::kRaised;
}

Verdict Place::wrong_value(PyObject* found, const std::string& expected) const {
    return wrong_value(shown(found), expected);
}

Verdict Place::wrong_value(const std::string& found, const std::string& expected) const {
    softaclReportInvalidArgument(function_, path().c_str(), found.c_str(), expected.c_str());
    return Verdict::kRejected;
}

}  // namespace softacl::python
