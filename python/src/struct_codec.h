// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <tuple>

#include "bind.h"

// Structures are dicts in Python. A row names the key of each member; types, array lengths and nesting come from the
// C structure. A member array with a counting member is a list of that many elements, any other array a list of all,
// char[] is text, a structure inside is a dict inside.
//
//     STRUCT(aclmdlIODims, (FIELD("name", name), FIELD("dimCount", dimCount), COUNTED("dims", dims, dimCount)))

namespace softacl::python {

// True for structures with a row, whose pointers are then parameters of bound functions.
template <class S>
inline constexpr bool kIsDescribed = false;

template <class S>
struct StructRow;

template <class S, class Member>
struct Field {
    const char* key;
    Member S::*member;
};

template <class S, class Member, class Count>
struct CountedField {
    const char* key;
    Member S::*member;
    Count S::*count;
};

template <class S, class Member>
constexpr Field<S, Member> field(const char* key, Member S::*member) {
    return {key, member};
}

template <class S, class Member, class Count>
constexpr CountedField<S, Member, Count> field(const char* key, Member S::*member, Count S::*count) {
    static_assert(std::is_array_v<Member> && std::is_integral_v<Count>);
    return {key, member, count};
}

// The value under a key as a borrowed reference; null with KeyError set.
PyObject* find_member(PyObject* dict, const Place& place, const char* structure, const char* key);

// Checks for a list or tuple that has the `needed` elements and at most `capacity`.
Verdict check_list(PyObject* object, const Place& place, std::size_t needed, std::size_t capacity);

Verdict read_characters(PyObject* object, const Place& place, char* text, std::size_t capacity);
PyObject* characters_to_python(const char* text, std::size_t capacity);

// Steals the item; false with an exception set if it is null.
bool add_member(PyObject* dict, const char* key, PyObject* item);
bool add_element(PyObject* list, PyObject* item);

template <class S>
Verdict struct_from_python(PyObject* object, const Place& place, S& value);
template <class S>
PyObject* struct_to_python(const S& value);

template <class Member>
PyObject* member_to_python(const Member& value);

template <class Element, std::size_t kLength>
PyObject* list_to_python(const Element (&array)[kLength], std::size_t count) {
    Ref list(PyList_New(0));
    for (std::size_t i = 0; list && i < count; ++i) {
        if (!add_element(list.get(), member_to_python(array[i]))) {
            return nullptr;
        }
    }
    return list.release();
}

template <class Member>
PyObject* member_to_python(const Member& value) {
    if constexpr (std::is_array_v<Member>) {
        if constexpr (std::is_same_v<std::remove_extent_t<Member>, char>) {
            return characters_to_python(value, sizeof(value));
        } else {
            return list_to_python(value, std::extent_v<Member>);
        }
    } else if constexpr (std::is_class_v<Member>) {
        return struct_to_python(value);
    } else {
        return to_python(value);
    }
}

template <class Member>
Verdict member_from_python(PyObject* object, const Place& place, Member& value);

template <class Element, std::size_t kLength>
Verdict list_from_python(PyObject* object, const Place& place, Element (&array)[kLength], std::size_t count) {
    Verdict verdict = check_list(object, place, count, kLength);
    for (std::size_t i = 0; verdict == Verdict::kRead && i < count; ++i) {
        const Place element_place(place, static_cast<Py_ssize_t>(i));
        Ref element(PySequence_GetItem(object, static_cast<Py_ssize_t>(i)));
        verdict = element ? member_from_python(element.get(), element_place, array[i]) : Verdict::kRaised;
    }
    return verdict;
}

template <class Member>
Verdict member_from_python(PyObject* object, const Place& place, Member& value) {
    if constexpr (std::is_array_v<Member>) {
        if constexpr (std::is_same_v<std::remove_extent_t<Member>, char>) {
            return read_characters(object, place, value, sizeof(value));
        } else {
            return list_from_python(object, place, value, std::extent_v<Member>);
        }
    } else if constexpr (std::is_class_v<Member>) {
        return struct_from_python(object, place, value);
    } else {
        return from_python(object, place, value);
    }
}

template <class S, class Member>
PyObject* field_to_python(const Field<S, Member>& field, const S& value) {
    return member_to_python(value.*field.member);
}

template <class S, class Member, class Count>
PyObject* field_to_python(const CountedField<S, Member, Count>& field, const S& value) {
    const auto count = static_cast<std::size_t>(value.*field.count);
    return list_to_python(value.*field.member, std::min(count, std::extent_v<Member>));
}

template <class S, class Member>
Verdict field_from_python(PyObject* item, const Place& place, const Field<S, Member>& field, S& value) {
    return member_from_python(item, place, value.*field.member);
}

template <class S, class Member, class Count>
Verdict field_from_python(PyObject* item, const Place& place, const CountedField<S, Member, Count>& field, S& value) {
    return list_from_python(item, place, value.*field.member, static_cast<std::size_t>(value.*field.count));
}

template <class S>
PyObject* struct_to_python(const S& value) {
    Ref dict(PyDict_New());
    const auto add = [&](const auto& field) {
        return add_member(dict.get(), field.key, field_to_python(field, value));
    };
    const auto add_all = [&](const auto&... fields) { return (add(fields) && ...); };
    return dict && std::apply(add_all, StructRow<S>::kFields) ? dict.release() : nullptr;
}

template <class S>
Verdict struct_from_python(PyObject* object, const Place& place, S& value) {
    if (!PyDict_Check(object)) {
        return place.wrong_type("dict (" + std::string(StructRow<S>::kName) + ")", object);
    }
    Verdict verdict = Verdict::kRead;
    const auto read = [&](const auto& field) {
        PyObject* item = find_member(object, place, StructRow<S>::kName, field.key);
        verdict = item ? field_from_python(item, Place(place, field.key), field, value) : Verdict::kRaised;
        return verdict == Verdict::kRead;
    };
    const auto read_all = [&](const auto&... fields) { (void)(read(fields) && ...); };
    std::apply(read_all, StructRow<S>::kFields);
    return verdict;
}

template <class S>
struct Input<S*, std::enable_if_t<kIsDescribed<std::remove_const_t<S>>>> {
    static constexpr bool kIsOut = false;
    std::remove_const_t<S> value{};

    Verdict read(PyObject* object, const Place& place, const Parameter& /*parameter*/) {
        return struct_from_python(object, place, value);
    }
    S* pass() { return &value; }
};

template <class S>
struct Output<S*, std::enable_if_t<kIsDescribed<S>>> {
    static constexpr bool kIsOut = true;
    S value{};

    S* pass() { return &value; }
    PyObject* take() const { return struct_to_python(value); }
};

}  // namespace softacl::python

// For use inside the namespace.
#define STRUCT(name, fields)                                    \
    template <>                                                 \
    inline constexpr bool kIsDescribed<name> = true;            \
    template <>                                                 \
    struct StructRow<name> {                                    \
        using Described = name;                                 \
        static constexpr const char* kName = #name;             \
        static constexpr auto kFields = std::make_tuple fields; \
    };

#define FIELD(key, member) field(key, &Described::member)
#define COUNTED(key, member, count) field(key, &Described::member, &Described::count)

// What the tables say about the layout in memory, held against the headers.
#define LAYOUT_SIZE(name, bytes) static_assert(sizeof(name) == bytes);
#define LAYOUT_OFFSET(name, member, bytes) static_assert(offsetof(name, member) == bytes);
