// SPDX-License-Identifier: Apache-2.0
// acl.util.ptr_to_numpy: an array over foreign memory, by way of a memoryview.
#include <cstring>

#include "foreign_memory.h"
#include "methods.h"

namespace softacl::python {
namespace {

// NumPy's type numbers are positions in this list of its type letters; half precision is the odd one.
constexpr char kTypeLetters[] = "?bBhHiIlLqQfdgFDG";
constexpr int kHalfNumber = 23;

// PyBUF_WRITE, which Python 3.10 has and its stable headers do not.
constexpr int kWritable = 0x200;

Verdict find_letter(int number, const Place& place, char& letter) {
    if (number >= 0 && number < static_cast<int>(std::strlen(kTypeLetters))) {
        letter = kTypeLetters[number];
    } else if (number == kHalfNumber) {
        letter = 'e';
    } else {
        return place.wrong_value(std::to_string(number), "a type number of NumPy: 0 to 16, or 23");
    }
    return Verdict::kRead;
}

// The number of elements of a shape.
Verdict read_shape(PyObject* shape, const Place& place, std::size_t& elements) {
    if (!PyTuple_Check(shape) && !PyList_Check(shape)) {
        return place.wrong_type("tuple", shape);
    }
    elements = 1;
    for (Py_ssize_t i = 0; i < PySequence_Size(shape); ++i) {
        const Place item_place(place, i);
        Ref item(PySequence_GetItem(shape, i));
        std::size_t extent = 0;
        const Verdict verdict = item ? from_python(item.get(), item_place, extent) : Verdict::kRaised;
        if (verdict != Verdict::kRead) {
            return verdict;
        }
        if (__builtin_mul_overflow(elements, extent, &elements)) {
            return place.wrong_value(shape, "fewer elements than 64 bits can count");
        }
    }
    return Verdict::kRead;
}

// Null with an exception set if NumPy does not answer.
Ref make_type(char letter) {
    const char name[] = {letter, '\0'};
    Ref dtype = numpy("dtype");
    return Ref(dtype ? PyObject_CallFunction(dtype.get(), "s", name) : nullptr);
}

Ref make_array(PyObject* shape, PyObject* type, void* address, std::size_t bytes) {
    Ref memory(PyMemoryView_FromMemory(static_cast<char*>(address), static_cast<Py_ssize_t>(bytes), kWritable));
    Ref ndarray = memory ? numpy("ndarray") : nullptr;
    return Ref(ndarray ? PyObject_CallFunctionObjArgs(ndarray.get(), shape, type, memory.get(), nullptr) : nullptr);
}

}  // namespace

Outcome AclUtilPtrToNumpy::call(PyObject* const* arguments) {
    using Row = AclUtilPtrToNumpy;
    void* address = nullptr;
    PyObject* shape = nullptr;
    int number = 0;
    std::size_t elements = 0;
    char letter = 0;
    Verdict verdict = read_arguments<Row>(arguments, address, shape, number);
    if (verdict == Verdict::kRead) {
        verdict = read_shape(shape, place_of<Row>(1), elements);
    }
    if (verdict == Verdict::kRead) {
        verdict = find_letter(number, place_of<Row>(2), letter);
    }
    if (verdict != Verdict::kRead) {
        return refused(verdict);
    }

    Ref type = make_type(letter);
    Ref item_size(type ? PyObject_GetAttrString(type.get(), "itemsize") : nullptr);
    if (!item_size) {
        return done(nullptr);
    }
    std::size_t bytes = 0;
    if (__builtin_mul_overflow(elements, PyLong_AsSize_t(item_size.get()), &bytes)) {
        return refused(place_of<Row>(1).wrong_value(shape, "fewer bytes than 64 bits can count"));
    }
    verdict = check_readable(address, bytes, place_of<Row>(0));
    if (verdict != Verdict::kRead) {
        return refused(verdict);
    }
    Ref array = make_array(shape, type.get(), address, bytes);
    if (!array && PyErr_ExceptionMatches(PyExc_ValueError)) {
        PyErr_Clear();
        return refused(place_of<Row>(1).wrong_value(shape, "a shape that NumPy can make"));
    }
    return done(array.release());
}

}  // namespace softacl::python
