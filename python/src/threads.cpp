// SPDX-License-Identifier: Apache-2.0
// acl.util: threads that run a Python function. They are daemons: none keeps the process alive.
#include <softacl/report.h>

#include <map>

#include "methods.h"

namespace softacl::python {
namespace {

using Ident = unsigned long;

// The threading.Thread of each start that nobody has waited for. Guarded by the GIL, and never destroyed: at exit
// there may be no interpreter to give the objects back to.
std::map<Ident, Ref>& waiting_threads() {
    static auto& threads = *new std::map<Ident, Ref>;
    return threads;
}

Ref make_thread(PyObject* function, PyObject* argument) {
    Ref threading(PyImport_ImportModule("threading"));
    Ref type(threading ? PyObject_GetAttrString(threading.get(), "Thread") : nullptr);
    Ref none(PyTuple_New(0));
    Ref options(Py_BuildValue("{s:O,s:(O),s:O}", "target", function, "args", argument, "daemon", Py_True));
    return Ref(type && none && options ? PyObject_Call(type.get(), none.get(), options.get()) : nullptr);
}

Outcome start_result(Ident ident, aclError code) { return {Py_BuildValue("(ki)", ident, code), code == ACL_SUCCESS}; }

Outcome stop_result(aclError code) { return {PyLong_FromLong(code), code == ACL_SUCCESS}; }

}  // namespace

Outcome AclUtilStartThread::call(PyObject* const* arguments) {
    constexpr Place kPlace = place_of<AclUtilStartThread>(0);
    if (!PyCallable_Check(arguments[0])) {
        return refused(kPlace.wrong_type("callable", arguments[0]));
    }
    Ref thread = make_thread(arguments[0], arguments[1]);
    if (!thread) {
        return done(nullptr);
    }
    if (!Ref(PyObject_CallMethod(thread.get(), "start", nullptr))) {
        if (!PyErr_ExceptionMatches(PyExc_RuntimeError)) {
            return done(nullptr);
        }
        PyErr_Clear();
        return start_result(
            0, softaclReport(AclUtilStartThread::kName, ACL_ERROR_FAILURE, "the system cannot start another thread"));
    }
    Ref ident(PyObject_GetAttrString(thread.get(), "ident"));
    if (!ident) {
        return done(nullptr);
    }
    const Ident number = PyLong_AsUnsignedLong(ident.get());
    waiting_threads()[number] = std::move(thread);
    return start_result(number, ACL_SUCCESS);
}

Outcome AclUtilStopThread::call(PyObject* const* arguments) {
    constexpr Place kPlace = place_of<AclUtilStopThread>(0);
    Ident number = 0;
    const Verdict verdict = read_arguments<AclUtilStopThread>(arguments, number);
    if (verdict != Verdict::kRead) {
        return verdict == Verdict::kRaised ? done(nullptr) : stop_result(ACL_ERROR_INVALID_PARAM);
    }
    const auto found = waiting_threads().find(number);
    if (found == waiting_threads().end()) {
        kPlace.wrong_value(arguments[0], "the id of a thread that start_thread made and nobody has waited for");
        return stop_result(ACL_ERROR_INVALID_PARAM);
    }
    if (number == PyThread_get_thread_ident()) {
        kPlace.wrong_value(arguments[0], "the id of another thread: this one would wait for itself");
        return stop_result(ACL_ERROR_INVALID_PARAM);
    }
    Ref thread(Py_NewRef(found->second.get()));
    if (!Ref(PyObject_CallMethod(thread.get(), "join", nullptr))) {
        return done(nullptr);
    }
    // Others ran meanwhile: one may have waited too, or a new thread may have got the id of the ended one.
    const auto again = waiting_threads().find(number);
    if (again != waiting_threads().end() && again->second == thread) {
        waiting_threads().erase(again);
    }
    return stop_result(ACL_SUCCESS);
}

}  // namespace softacl::python
