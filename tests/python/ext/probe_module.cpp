// SPDX-License-Identifier: Apache-2.0
// The test module acl_probe: probe_functions.h through the binding, and bare functions to measure it against.
#include <iterator>

#include "probe_functions.h"
#include "probe_structs.h"
#include "struct_codec.h"
#include "table.h"

namespace softacl::python {

#include "probe_structs.inc"

namespace {

#define METHOD DECLARE_METHOD
#define METHOD_BY_HAND DECLARE_METHOD_BY_HAND
#include "probe_methods.inc"
#undef METHOD
#undef METHOD_BY_HAND

Outcome ByHand::call(PyObject* const* arguments) { return done(Py_NewRef(arguments[0])); }

MethodTable probe_methods() {
#define METHOD LIST_METHOD
#define METHOD_BY_HAND LIST_METHOD_BY_HAND
    static Method methods[] = {
#include "probe_methods.inc"
    };
#undef METHOD
#undef METHOD_BY_HAND
    return {methods, std::size(methods)};
}

// What any function called by METH_FASTCALL costs: no argument is looked at, the result is a small int.
PyObject* bare(PyObject* /*module*/, PyObject* const* /*arguments*/, Py_ssize_t /*count*/) {
    return PyLong_FromLong(0);
}

// The same with a result like a getter's: a tuple of a number and a code.
PyObject* bare_pair(PyObject* /*module*/, PyObject* const* /*arguments*/, Py_ssize_t /*count*/) {
    PyObject* pair = PyTuple_New(2);
    if (pair == nullptr || PyTuple_SetItem(pair, 0, PyLong_FromLong(1)) != 0 ||
        PyTuple_SetItem(pair, 1, PyLong_FromLong(0)) != 0) {
        Py_XDECREF(pair);
        return nullptr;
    }
    return pair;
}

int fill(PyObject* module) {
    static Calls bare_calls;
    static Calls bare_pair_calls;
    static Method bare_methods[] = {make_method("acl_probe.bare", "", bare, bare_calls),
                                    make_method("acl_probe.bare_pair", "", bare_pair, bare_pair_calls)};
    static const MethodTable kTable = probe_methods();
    keep_ledger(kTable);
    const int status = add_methods(module, {bare_methods, std::size(bare_methods)});
    return status == 0 ? add_methods(module, kTable) : status;
}

PyModuleDef_Slot slots[] = {{Py_mod_exec, reinterpret_cast<void*>(fill)}, {0, nullptr}};
PyModuleDef definition = {
    PyModuleDef_HEAD_INIT, "acl_probe", "Probes of the binding.", 0, nullptr, slots, nullptr, nullptr, nullptr};

}  // namespace
}  // namespace softacl::python

PyMODINIT_FUNC PyInit_acl_probe() { return PyModuleDef_Init(&softacl::python::definition); }
