// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <limits>
#include <type_traits>

#include "place.h"

namespace softacl::python {

struct IntegerRange {
    long long min;
    unsigned long long max;
};

template <class T>
inline constexpr IntegerRange kRangeOf{static_cast<long long>(std::numeric_limits<T>::min()),
                                       static_cast<unsigned long long>(std::numeric_limits<T>::max())};

// Reads an int, or what __index__ makes of the object, as two's complement bits; 0 for one that is out of range.
Verdict read_integer(PyObject* object, const Place& place, IntegerRange range, unsigned long long& bits);
Verdict read_real(PyObject* object, const Place& place, double& value);

// The bytes of a str or of a path. They belong to the Python argument, which outlives the call, or to `owner`.
struct Text {
    const char* data = nullptr;
    Ref owner;
};
Verdict read_text(PyObject* object, const Place& place, Text& text);
Verdict read_path(PyObject* object, const Place& place, Text& text);

// Text from the library: None for null; bytes that are no UTF-8 survive the way to Python and back.
PyObject* text_to_python(const char* text);
PyObject* text_to_python(const char* text, std::size_t size);

template <class T>
constexpr bool is_text() {
    return std::is_same_v<T, const char*>;
}

template <class T>
Verdict from_python(PyObject* object, const Place& place, T& value) {
    if constexpr (std::is_same_v<T, PyObject*>) {
        value = object;
        return Verdict::kRead;
    } else if constexpr (std::is_floating_point_v<T>) {
        double wide = 0;
        const Verdict verdict = read_real(object, place, wide);
        value = static_cast<T>(wide);
        return verdict;
    } else if constexpr (std::is_enum_v<T>) {
        std::underlying_type_t<T> number = 0;
        const Verdict verdict = from_python(object, place, number);
        value = static_cast<T>(number);
        return verdict;
    } else if constexpr (std::is_pointer_v<T>) {
        static_assert(!std::is_function_v<std::remove_pointer_t<T>>, "a callback is bound by hand");
        static_assert(!is_text<T>(), "text is read by read_text or read_path");
        std::uintptr_t address = 0;
        const Verdict verdict = from_python(object, place, address);
        value = reinterpret_cast<T>(address);
        return verdict;
    } else {
        static_assert(std::is_integral_v<T>, "a type that Python code has no form for");
        unsigned long long bits = 0;
        const Verdict verdict = read_integer(object, place, kRangeOf<T>, bits);
        value = static_cast<T>(bits);
        return verdict;
    }
}

// As from_python for an unsigned type, with -1 for its largest value. (A larger value than a signed type of the same
// width holds must be given as -1.)
template <class T>
Verdict read_minus_one_too(PyObject* object, const Place& place, T& value) {
    constexpr auto kMost = static_cast<unsigned long long>(std::numeric_limits<std::make_signed_t<T>>::max());
    unsigned long long bits = 0;
    const Verdict verdict = read_integer(object, place, {-1, kMost}, bits);
    value = static_cast<T>(bits);
    return verdict;
}

// A new reference, or null with an exception set.
template <class T>
PyObject* to_python(const T& value) {
    if constexpr (is_text<T>()) {
        return text_to_python(value);
    } else if constexpr (std::is_pointer_v<T>) {
        return PyLong_FromVoidPtr(const_cast<void*>(static_cast<const void*>(value)));
    } else if constexpr (std::is_floating_point_v<T>) {
        return PyFloat_FromDouble(value);
    } else if constexpr (std::is_enum_v<T>) {
        return to_python(static_cast<std::underlying_type_t<T>>(value));
    } else if constexpr (std::is_signed_v<T>) {
        return PyLong_FromLongLong(value);
    } else {
        static_assert(std::is_unsigned_v<T>, "a type that Python code has no form for");
        return PyLong_FromUnsignedLongLong(value);
    }
}

}  // namespace softacl::python
