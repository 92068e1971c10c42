// SPDX-License-Identifier: Apache-2.0
// Python functions that the library calls, on whatever thread.
#include "callbacks.h"

#include <softacl/callback.h>

#include <atomic>

#include "methods.h"

namespace softacl::python {

namespace {

std::atomic<bool> ending{false};  // then no thread may ask for the GIL any more

PyObject* end_callbacks(PyObject* /*module*/, PyObject* /*none*/) {
    ending = true;
    softaclGiveUpCallbacks();
    return Py_NewRef(Py_None);
}

PyMethodDef end_callbacks_method = {"end_callbacks", end_callbacks, METH_NOARGS, nullptr};

// A function and its argument, for a C callback. Made and destroyed with the GIL held.
struct Call {
    Ref function;
    Ref argument;
};

void run(void* data) {
    const GilHold gil;
    const std::unique_ptr<Call> call(static_cast<Call*>(data));
    if (!Ref(PyObject_CallFunctionObjArgs(call->function.get(), call->argument.get(), nullptr))) {
        PyErr_WriteUnraisable(call->function.get());
    }
}

void dropped(void* data) {
    if (!ending) {  // else the interpreter takes everything away anyway
        const GilHold gil;
        delete static_cast<Call*>(data);
    }
}

Outcome code_result(aclError code) { return {PyLong_FromLong(code), code == ACL_SUCCESS}; }

}  // namespace

bool prepare_callbacks() {
    Ref atexit(PyImport_ImportModule("atexit"));
    Ref end(PyCFunction_NewEx(&end_callbacks_method, nullptr, nullptr));
    return atexit && end && Ref(PyObject_CallMethod(atexit.get(), "register", "O", end.get()));
}

Outcome AclRtLaunchCallback::call(PyObject* const* arguments) {
    PyObject* function = nullptr;
    PyObject* argument = nullptr;
    aclrtCallbackBlockType block_type{};
    aclrtStream stream = nullptr;
    const Verdict verdict = read_arguments<AclRtLaunchCallback>(arguments, function, argument, block_type, stream);
    if (verdict == Verdict::kRead && !PyCallable_Check(function)) {
        return refused(place_of<AclRtLaunchCallback>(0).wrong_type("callable", function));
    }
    if (verdict != Verdict::kRead) {
        return verdict == Verdict::kRaised ? done(nullptr) : code_result(ACL_ERROR_INVALID_PARAM);
    }
    auto call = std::make_unique<Call>(Call{Ref(Py_NewRef(function)), Ref(Py_NewRef(argument))});
    return code_result(softaclLaunchCallback(run, dropped, call.release(), block_type, stream));
}

}  // namespace softacl::python
