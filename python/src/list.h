// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <limits>
#include <memory>
#include <new>

#include "convert.h"

namespace softacl::python {

// A list in Python, an array in C: of numbers or addresses, of texts, of lists.
template <class T>
class List {
   public:
    Verdict read(PyObject* object, const Place& place) {
        if (!PyList_Check(object) && !PyTuple_Check(object)) {
            return place.wrong_type("list", object);
        }
        const Py_ssize_t size = PySequence_Size(object);
        if (size < 0 || !make(static_cast<std::size_t>(size))) {
            return Verdict::kRaised;
        }
        for (Py_ssize_t i = 0; i < size; ++i) {
            const Ref item(PySequence_GetItem(object, i));
            if (!item) {
                return Verdict::kRaised;
            }
            const Verdict verdict = read_item(item.get(), Place(place, i), items_.get()[i]);
            if (verdict != Verdict::kRead) {
                return verdict;
            }
        }
        return Verdict::kRead;
    }
    // So many items, each empty. False, with an exception set, if there is no memory.
    bool make(std::size_t size) {
        items_.reset(new (std::nothrow) T[size + 1]{});  // an empty one has an address, too
        size_ = items_ ? size : 0;
        if (!items_) {
            PyErr_NoMemory();
        }
        return items_ != nullptr;
    }
    T* data() const { return items_.get(); }
    std::size_t size() const { return size_; }

   private:
    template <class Item>
    static Verdict read_item(PyObject* object, const Place& place, Item& item) {
        return from_python(object, place, item);
    }
    static Verdict read_item(PyObject* object, const Place& place, Text& item) {
        return read_text(object, place, item);
    }
    template <class Item>
    static Verdict read_item(PyObject* object, const Place& place, List<Item>& item) {
        return item.read(object, place);
    }

    std::unique_ptr<T[]> items_;
    std::size_t size_ = 0;
};

// As C takes it: never a number that wrapped around.
template <class T>
int count_of(const List<T>& list) {
    return static_cast<int>(std::min<std::size_t>(list.size(), std::numeric_limits<int>::max()));
}

}  // namespace softacl::python
