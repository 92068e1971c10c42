// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>

#include "ledger.h"
#include "place.h"

// A row is a type that says about a function of the module what no C prototype can:
//
//     struct AclRtMalloc {
//         static constexpr const char* kName = "acl.rt.malloc";
//         static constexpr auto kFunction = &aclrtMalloc;
//         static constexpr Answers kAnswers = kCode;      // what the C return value is
//         static constexpr Gil kGil = kKeepGil;           // kReleaseGil: the call may wait or compute
//         static constexpr auto kParameters = parameters(out(), in("size"), in("policy"));
//         static constexpr const char* kDoc = "...";
//     };
//
// `in` parameters are the arguments in Python, in C order; `out` parameters and then the return value are the results.
// An argument marked `through` is returned as well, in its place among the out parameters.
// A function written by hand has a member `static Outcome call(PyObject* const* arguments)` instead of kFunction,
// kAnswers and kGil. The macros at the end make rows of the lines of generated/methods.inc.

namespace softacl::python {

enum Answers { kCode, kValue };
enum Gil { kKeepGil, kReleaseGil };

struct Parameter {
    const char* name;
    bool is_out = false;
    bool is_path = false;
    bool is_optional = false;
    bool takes_minus_one = false;
    bool is_through = false;
};

constexpr Parameter in(const char* name) { return {name}; }
constexpr Parameter path(const char* name) { return {name, false, true}; }
constexpr Parameter out() { return {"", true}; }

// May be left out, or None where it is text: C gets null or 0.
constexpr Parameter optional(Parameter parameter) {
    parameter.is_optional = true;
    return parameter;
}

// -1 stands for the largest value of an unsigned C type, as the manual writes it.
constexpr Parameter minus_one(Parameter parameter) {
    parameter.takes_minus_one = true;
    return parameter;
}

// The function hands the argument back, so that calls read like assignments.
constexpr Parameter through(Parameter parameter) {
    parameter.is_through = true;
    return parameter;
}

template <class... Each>
constexpr std::array<Parameter, sizeof...(Each)> parameters(Each... each) {
    return {each...};
}

template <std::size_t kCount>
constexpr std::size_t count_inputs(const std::array<Parameter, kCount>& list, std::size_t end = kCount,
                                   bool optional_too = true) {
    std::size_t count = 0;
    for (std::size_t i = 0; i < end; ++i) {
        count += !list[i].is_out && (optional_too || !list[i].is_optional);
    }
    return count;
}

// Raises TypeError: `acl.rt.malloc() takes 2 arguments (size, policy), got 3`.
void raise_wrong_count(const char* function, const Parameter* list, std::size_t length, Py_ssize_t given);

template <class Row>
bool count_is_right(Py_ssize_t given) {
    constexpr auto kMost = static_cast<Py_ssize_t>(count_inputs(Row::kParameters));
    constexpr auto kLeast = static_cast<Py_ssize_t>(count_inputs(Row::kParameters, Row::kParameters.size(), false));
    if (given >= kLeast && given <= kMost) {
        return true;
    }
    raise_wrong_count(Row::kName, Row::kParameters.data(), Row::kParameters.size(), given);
    return false;
}

template <class Row>
inline Calls calls_of;

// What a function written by hand hands back: its result, null if it raised, and whether it did what was asked.
struct Outcome {
    PyObject* value;
    bool success;
};

}  // namespace softacl::python

// For use inside the namespace.
#define DECLARE_METHOD(row, name, function, answers, gil, list, doc) \
    struct row {                                                     \
        static constexpr const char* kName = name;                   \
        static constexpr auto kFunction = &function;                 \
        static constexpr Answers kAnswers = answers;                 \
        static constexpr Gil kGil = gil;                             \
        static constexpr auto kParameters = parameters list;         \
        static constexpr const char* kDoc = doc;                     \
    };

#define DECLARE_METHOD_BY_HAND(row, name, list, doc)         \
    struct row {                                             \
        static constexpr const char* kName = name;           \
        static constexpr auto kParameters = parameters list; \
        static constexpr const char* kDoc = doc;             \
        static Outcome call(PyObject* const* arguments);     \
    };
