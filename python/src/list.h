// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>

#include "convert.h"

namespace softacl::python {

// A list of numbers or addresses in Python, an array in C.
template <class T>
class List {
   public:
    Verdict read(PyObject* object, const Place& place) {
        if (!PyList_Check(object) && !PyTuple_Check(object)) {
            return place.wrong_type("list", object);
        }
        const Py_ssize_t size = PySequence_Size(object);
        if (size < 0) {
            return Verdict::kRaised;
        }
        size_ = static_cast<std::size_t>(size);
        items_.reset(static_cast<T*>(PyMem_Calloc(size_ + 1, sizeof(T))));  // an empty one has an address, too
        if (!items_) {
            PyErr_NoMemory();
            return Verdict::kRaised;
        }
        for (Py_ssize_t i = 0; i < size; ++i) {
            const Ref item(PySequence_GetItem(object, i));
            if (!item) {
                return Verdict::kRaised;
            }
            const Verdict verdict = from_python(item.get(), Place(place, i), items_.get()[i]);
            if (verdict != Verdict::kRead) {
                return verdict;
            }
        }
        return Verdict::kRead;
    }
    T* data() const { return items_.get(); }
    std::size_t size() const { return size_; }

   private:
    struct Free {
        void operator()(T* items) const { PyMem_Free(items); }
    };
    std::unique_ptr<T, Free> items_;
    std::size_t size_ = 0;
};

}  // namespace softacl::python
