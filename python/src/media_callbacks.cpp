// SPDX-License-Identifier: Apache-2.0
#include "media_callbacks.h"

#include <memory>
#include <utility>

#include "callbacks.h"
#include "convert.h"

namespace softacl::python {

void ChannelFunctions::set(const void* desc, PyObject* function) {
    PyObject* before = nullptr;
    if (function == nullptr || function == Py_None) {
        if (const auto found = functions_.find(desc); found != functions_.end()) {
            before = found->second;
            functions_.erase(found);
        }
    } else {
        before = std::exchange(functions_[desc], Py_NewRef(function));
    }
    Py_XDECREF(before);  // last: it may run anything
}

PyObject* ChannelFunctions::get(const void* desc) const {
    const auto found = functions_.find(desc);
    return found == functions_.end() ? nullptr : Py_NewRef(found->second);
}

void ChannelCall::run(void* call, const void* first, const void* second) {
    if (interpreter_ends()) {
        return;
    }
    const GilHold gil;
    const std::unique_ptr<ChannelCall> owned(static_cast<ChannelCall*>(call));
    const Ref first_number(to_python(first));
    const Ref second_number(to_python(second));
    if (!first_number || !second_number ||
        !Ref(PyObject_CallFunctionObjArgs(owned->function_.get(), first_number.get(), second_number.get(),
                                          owned->data_.get(), nullptr))) {
        PyErr_WriteUnraisable(owned->function_.get());
    }
}

void ChannelCall::dropped(void* call) {
    if (!interpreter_ends()) {
        const GilHold gil;
        delete static_cast<ChannelCall*>(call);
    }
}

}  // namespace softacl::python
