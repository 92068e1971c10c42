// SPDX-License-Identifier: Apache-2.0
#include "struct_codec.h"

#include <cstring>

namespace softacl::python {

PyObject* find_member(PyObject* dict, const Place& place, const char* structure, const char* key) {
    Ref name(PyUnicode_FromString(key));
    PyObject* item = name ? PyDict_GetItemWithError(dict, name.get()) : nullptr;
    if (!item && !PyErr_Occurred()) {
        place.missing_key(structure, key);
    }
    return item;
}

Verdict check_list(PyObject* object, const Place& place, std::size_t needed, std::size_t capacity) {
    if (!PyList_Check(object) && !PyTuple_Check(object)) {
        return place.wrong_type("list", object);
    }
    const auto given = static_cast<std::size_t>(PySequence_Size(object));
    if (given > capacity || needed > capacity) {
        return place.wrong_value(std::to_string(std::max(given, needed)) + " elements long",
                                 "at most " + std::to_string(capacity));
    }
    if (given < needed) {
        return place.wrong_value(std::to_string(given) + " elements long", std::to_string(needed) + " elements");
    }
    return Verdict::kRead;
}

Verdict read_characters(PyObject* object, const Place& place, char* text, std::size_t capacity) {
    Text source;
    const Verdict verdict = read_text(object, place, source);
    if (verdict != Verdict::kRead) {
        return verdict;
    }
    const std::size_t length = std::strlen(source.data);
    if (length >= capacity) {
        return place.wrong_value(object, "at most " + std::to_string(capacity - 1) + " bytes of UTF-8");
    }
    std::memcpy(text, source.data, length + 1);
    return Verdict::kRead;
}

PyObject* characters_to_python(const char* text, std::size_t capacity) {
    return text_to_python(text, strnlen(text, capacity));
}

bool add_member(PyObject* dict, const char* key, PyObject* item) {
    const Ref owned(item);
    return owned && PyDict_SetItemString(dict, key, item) == 0;
}

bool add_element(PyObject* list, PyObject* item) {
    const Ref owned(item);
    return owned && PyList_Append(list, item) == 0;
}

}  // namespace softacl::python
