// SPDX-License-Identifier: Apache-2.0
// acl.util: addresses of what Python owns, and Python's view of what lies at an address.
#include <cstring>

#include "foreign_memory.h"
#include "methods.h"

namespace softacl::python {
namespace {

// Below this a copy is shorter than handing the GIL over and back.
constexpr std::size_t kWorthReleasingGil = std::size_t{1} << 16;

Verdict check_is_array(PyObject* object, const Place& place) {
    Ref ndarray = numpy("ndarray");
    const int is_array = ndarray ? PyObject_IsInstance(object, ndarray.get()) : -1;
    if (is_array < 0) {
        return Verdict::kRaised;
    }
    return is_array ? Verdict::kRead : place.wrong_type("numpy.ndarray", object);
}

struct ArrayMemory {
    Ref address;
    bool is_contiguous = false;
};

// False with an exception set if the array does not answer.
bool describe(PyObject* array, ArrayMemory& memory) {
    Ref interface(PyObject_GetAttrString(array, "__array_interface__"));
    Ref data(interface ? PyMapping_GetItemString(interface.get(), "data") : nullptr);
    Ref strides(data ? PyMapping_GetItemString(interface.get(), "strides") : nullptr);
    if (!strides) {
        return false;
    }
    memory.address.reset(PySequence_GetItem(data.get(), 0));
    memory.is_contiguous = strides.get() == Py_None;
    return memory.address != nullptr;
}

}  // namespace

Outcome AclUtilNumpyToPtr::call(PyObject* const* arguments) {
    const Verdict verdict = check_is_array(arguments[0], place_of<AclUtilNumpyToPtr>(0));
    if (verdict != Verdict::kRead) {
        return refused(verdict);
    }
    ArrayMemory memory;
    if (!describe(arguments[0], memory)) {
        return done(nullptr);
    }
    if (!memory.is_contiguous &&
        PyErr_WarnEx(PyExc_RuntimeWarning,
                     "the array is not C-contiguous: a copy from its address will not follow its strides; "
                     "use acl.util.numpy_contiguous_to_ptr",
                     1) != 0) {
        return done(nullptr);
    }
    return done(memory.address.release());
}

Outcome AclUtilNumpyContiguousToPtr::call(PyObject* const* arguments) {
    const Verdict verdict = check_is_array(arguments[0], place_of<AclUtilNumpyContiguousToPtr>(0));
    if (verdict != Verdict::kRead) {
        return refused(verdict);
    }
    Ref array(Py_NewRef(arguments[0]));
    ArrayMemory memory;
    if (!describe(array.get(), memory)) {
        return done(nullptr);
    }
    if (!memory.is_contiguous) {
        array.reset(PyObject_CallMethod(array.get(), "copy", nullptr));
        if (!array || !describe(array.get(), memory)) {
            return done(nullptr);
        }
    }
    return done(PyTuple_Pack(2, memory.address.get(), array.get()));
}

Outcome AclUtilBytesToPtr::call(PyObject* const* arguments) {
    PyObject* data = arguments[0];
    if (PyBytes_Check(data)) {
        return done(PyLong_FromVoidPtr(PyBytes_AsString(data)));
    }
    if (PyByteArray_Check(data)) {
        return done(PyLong_FromVoidPtr(PyByteArray_AsString(data)));
    }
    return refused(place_of<AclUtilBytesToPtr>(0).wrong_type("bytes", data));
}

Outcome AclUtilPtrToBytes::call(PyObject* const* arguments) {
    const void* address = nullptr;
    std::size_t size = 0;
    Verdict verdict = read_arguments<AclUtilPtrToBytes>(arguments, address, size);
    if (verdict == Verdict::kRead) {
        verdict = check_readable(address, size, place_of<AclUtilPtrToBytes>(0));
    }
    if (verdict != Verdict::kRead) {
        return refused(verdict);
    }
    PyObject* bytes = PyBytes_FromStringAndSize(nullptr, static_cast<Py_ssize_t>(size));
    if (!bytes) {
        return done(nullptr);
    }
    char* copy = PyBytes_AsString(bytes);
    if (size < kWorthReleasingGil) {
        std::memcpy(copy, address, size);
    } else {
        GilRelease release;
        std::memcpy(copy, address, size);
    }
    return done(bytes);
}

}  // namespace softacl::python
