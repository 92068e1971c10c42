// SPDX-License-Identifier: Apache-2.0
// Python functions that the library calls, on whatever thread.
#include "callbacks.h"

#include <softacl/callback.h>

#include <atomic>
#include <memory>
#include <utility>

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
    if (ending) {
        return;  // what is left of the interpreter is no more to be asked for
    }
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

// What acl.rt.set_exception_info_callback set; guarded by the GIL. At exit there may be nobody to give it back to.
PyObject* exception_function = nullptr;

void run_exception_function(aclrtExceptionInfo* info) {
    if (ending) {
        return;
    }
    const GilHold gil;
    if (exception_function == nullptr) {
        return;
    }
    const Ref function(Py_NewRef(exception_function));  // it may set another one
    const Ref number(to_python(info));
    if (!number || !Ref(PyObject_CallFunctionObjArgs(function.get(), number.get(), nullptr))) {
        PyErr_WriteUnraisable(function.get());
    }
}

Outcome code_result(aclError code) { return {PyLong_FromLong(code), code == ACL_SUCCESS}; }

}  // namespace

bool interpreter_ends() { return ending; }

bool prepare_callbacks() {
    Ref atexit(PyImport_ImportModule("atexit"));
    Ref end(PyCFunction_NewEx(&end_callbacks_method, nullptr, nullptr));
    return atexit && end && Ref(PyObject_CallMethod(atexit.get(), "register", "O", end.get()));
}

Outcome AclRtSetExceptionInfoCallback::call(PyObject* const* arguments) {
    PyObject* const function = arguments[0];
    if (function != Py_None && !PyCallable_Check(function)) {
        return refused(place_of<AclRtSetExceptionInfoCallback>(0).wrong_type("callable or None", function));
    }
    const bool is_set = function != Py_None;
    const aclError code = aclrtSetExceptionInfoCallback(is_set ? run_exception_function : nullptr);
    if (code == ACL_SUCCESS) {
        const Ref before(std::exchange(exception_function, is_set ? Py_NewRef(function) : nullptr));
    }
    return code_result(code);
}

Outcome AclAppLog::call(PyObject* const* arguments) {
    aclLogLevel level{};
    Text message;
    Verdict verdict = from_python(arguments[0], place_of<AclAppLog>(0), level);
    if (verdict == Verdict::kRead) {
        constexpr std::size_t kMessage = 4;  // behind what Python does not pass
        verdict = read_text(arguments[1], place_of<AclAppLog>(kMessage), message);
    }
    if (verdict != Verdict::kRead) {
        return refused(verdict);
    }
    PyFrameObject* const frame = PyEval_GetFrame();
    const Ref code(frame ? reinterpret_cast<PyObject*>(PyFrame_GetCode(frame)) : nullptr);
    const Ref file(code ? PyObject_GetAttrString(code.get(), "co_filename") : nullptr);
    Text name;
    if (file && read_text(file.get(), place_of<AclAppLog>(0), name) == Verdict::kRaised) {
        return done(nullptr);
    }
    const auto line = static_cast<std::uint32_t>(frame ? PyFrame_GetLineNumber(frame) : 0);
    aclAppLog(level, nullptr, name.data, line, "%s", message.data);
    return done(Py_NewRef(Py_None));
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
