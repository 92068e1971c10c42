// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>

#include "bind.h"

// What functions written by hand share: the same reading of arguments, the same messages.

namespace softacl::python {

// The place of an argument, for messages.
template <class Row>
constexpr Place place_of(std::size_t argument) {
    return Place(Row::kName, Row::kParameters[argument].name);
}

// Reads the first arguments from left to right, up to one that does not fit. A PyObject* takes any object.
template <class Row, class... Types>
Verdict read_first_arguments(PyObject* const* arguments, Types&... values) {
    static_assert(sizeof...(Types) <= Row::kParameters.size());
    Verdict verdict = Verdict::kRead;
    std::size_t next = 0;
    const auto read = [&](auto& value) {
        verdict = from_python(arguments[next], place_of<Row>(next), value);
        ++next;
        return verdict == Verdict::kRead;
    };
    (void)(read(values) && ...);
    return verdict;
}

// Reads them all.
template <class Row, class... Types>
Verdict read_arguments(PyObject* const* arguments, Types&... values) {
    static_assert(sizeof...(Types) == Row::kParameters.size());
    return read_first_arguments<Row>(arguments, values...);
}

// Takes the reference; null is a failure with its exception set.
inline Outcome done(PyObject* value) { return {value, value != nullptr}; }

// The answer of a function without error code to arguments it cannot take.
inline Outcome refused(Verdict verdict) { return {verdict == Verdict::kRaised ? nullptr : Py_NewRef(Py_None), false}; }

// An optional argument that is left out is null.
template <class Row>
PyObject* call_by_hand(PyObject* /*module*/, PyObject* const* arguments, Py_ssize_t count) {
    Outcome outcome{nullptr, false};
    if (count_is_right<Row>(count)) {
        std::array<PyObject*, Row::kParameters.size() + 1> given{};
        std::copy(arguments, arguments + count, given.begin());
        outcome = Row::call(given.data());
    }
    count_call(calls_of<Row>, outcome.success);
    return outcome.value;
}

}  // namespace softacl::python
