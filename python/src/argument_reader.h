// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>

#include "by_hand.h"
#include "list.h"

namespace softacl::python {

// A list of values, or what makes a list of itself: a NumPy array.
template <class T>
Verdict read_list(PyObject* object, const Place& place, List<T>& list) {
    if (PyList_Check(object) || PyTuple_Check(object) || !PyObject_HasAttrString(object, "tolist")) {
        return list.read(object, place);
    }
    const Ref made(PyObject_CallMethod(object, "tolist", nullptr));
    return made ? list.read(made.get(), place) : Verdict::kRaised;
}

// Reads the arguments of a function one after the other, up to the first that does not fit. `parameter` is a position
// among those of C, for the name in messages.
template <class Row>
class ArgumentReader {
   public:
    explicit ArgumentReader(PyObject* const* arguments) : next_(arguments) {}

    template <class T>
    ArgumentReader& read(std::size_t parameter, T& value) {
        return step(parameter, [&](PyObject* object, const Place& place) { return from_python(object, place, value); });
    }
    ArgumentReader& read(std::size_t parameter, Text& text) {
        return step(parameter, [&](PyObject* object, const Place& place) { return read_text(object, place, text); });
    }
    template <class T>
    ArgumentReader& read(std::size_t parameter, List<T>& list) {
        return step(parameter, [&](PyObject* object, const Place& place) { return read_list(object, place, list); });
    }
    // A list with `size` entries; C refuses a number below 0.
    template <class T>
    ArgumentReader& read(std::size_t parameter, List<T>& list, Py_ssize_t size) {
        return step(parameter, [&](PyObject* object, const Place& place) {
            const Verdict verdict = read_list(object, place, list);
            return verdict != Verdict::kRead || size < 0 || list.size() == static_cast<std::size_t>(size)
                       ? verdict
                       : place.wrong_value("a list of " + std::to_string(list.size()),
                                           std::to_string(size) + " entries");
        });
    }

    bool ok() const { return verdict_ == Verdict::kRead; }
    // What a function answers that gives a code only.
    Outcome code(aclError answer) const {
        if (verdict_ == Verdict::kRaised) {
            return done(nullptr);
        }
        const aclError code = ok() ? answer : aclError{ACL_ERROR_INVALID_PARAM};
        return {PyLong_FromLong(code), code == ACL_SUCCESS};
    }
    // What a function answers that gives a value only, which is null on failure.
    template <class T>
    Outcome value(T value) const {
        return verdict_ == Verdict::kRaised ? done(nullptr) : Outcome{to_python(value), value != nullptr};
    }
    // What a function answers that gives a value, which is null on failure, and a code.
    template <class T>
    Outcome value_and_code(T value, aclError answer) const {
        if (verdict_ == Verdict::kRaised) {
            return done(nullptr);
        }
        const aclError code = ok() ? answer : aclError{ACL_ERROR_INVALID_PARAM};
        PyObject* items[] = {to_python(value), PyLong_FromLong(code)};
        return {pack(items, 2), code == ACL_SUCCESS};
    }

   private:
    template <class Read>
    ArgumentReader& step(std::size_t parameter, Read read) {
        PyObject* const object = *next_++;
        if (ok()) {
            verdict_ = read(object, Place(Row::kName, Row::kParameters[parameter].name));
        }
        return *this;
    }

    PyObject* const* next_;
    Verdict verdict_ = Verdict::kRead;
};

}  // namespace softacl::python
