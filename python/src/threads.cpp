// SPDX-License-Identifier: Apache-2.0
// acl.util: threads that run a Python function. They are daemons: none keeps the process alive.
#include <softacl/report.h>

#include <algorithm>
#include <map>

#include "methods.h"

namespace softacl::python {
namespace {

using Ident = unsigned long;

// The threading.Thread of each start that nobody has waited for. The system gives the id of a thread that has ended
// to the next one, so several may have the same; the oldest stands first. Guarded by the GIL, and never destroyed:
// at exit there may be no interpreter to give the objects back to.
std::multimap<Ident, Ref>& waiting_threads() {
    static auto& threads = *new std::multimap<Ident, Ref>;
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
    waiting_threads().emplace(number, std::move(thread));
    return start_result(number, ACL_SUCCESS);
}

Outcome AclUtilStopThread::call(PyObject* const* arguments) {
    constexpr Place kPlace = place_of<AclUtilStopThread>(0);
    Ident number = 0;
    const Verdict verdict = read_arguments<AclUtilStopThread>(arguments, number);
    if (verdict != Verdict::kRead) {
        return verdict == Verdict::kRaised ? done(nullptr) : stop_result(ACL_ERROR_INVALID_PARAM);
    }
    const auto found = waiting_threads().lower_bound(number);
    if (found == waiting_threads().end() || found->first != number) {
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
    // Others ran meanwhile, and one may have waited for the same thread.
    auto [again, end] = waiting_threads().equal_range(number);
    again = std::find_if(again, end, [&](const auto& entry) { return entry.second == thread; });
    if (again != end) {
        waiting_threads().erase(again);
    }
    return stop_result(ACL_SUCCESS);
}

}  // namespace softacl::python
