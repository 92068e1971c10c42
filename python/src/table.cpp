// SPDX-License-Identifier: Apache-2.0
#include "table.h"

#include <cstring>

namespace softacl::python {
namespace {

// The module a function belongs to; a new reference.
PyObject* home(PyObject* package, const char* full_name) {
    const char* inner = std::strchr(full_name, '.') + 1;
    const char* end = std::strrchr(full_name, '.') + 1;
    if (inner == end) {
        return Py_NewRef(package);
    }
    return PyObject_GetAttrString(package, std::string(inner, end - 1).c_str());
}

int add_method(PyObject* package, Method& method) {
    Ref module(home(package, method.full_name));
    Ref name(module ? PyModule_GetNameObject(module.get()) : nullptr);
    Ref function(name ? PyCFunction_NewEx(&method.definition, module.get(), name.get()) : nullptr);
    return function ? PyModule_AddObjectRef(module.get(), method.definition.ml_name, function.get()) : -1;
}

}  // namespace

Method make_method(const char* full_name, const char* doc, FastCall function, const Calls& calls) {
    // A cast of function types that differ, as METH_FASTCALL asks for; the step between says it is meant.
    const auto any = reinterpret_cast<void (*)()>(function);
    return {
        full_name, {std::strrchr(full_name, '.') + 1, reinterpret_cast<PyCFunction>(any), METH_FASTCALL, doc}, &calls};
}

int add_methods(PyObject* package, const MethodTable& table) {
    for (Method& method : table) {
        if (add_method(package, method) != 0) {
            return -1;
        }
    }
    return 0;
}

}  // namespace softacl::python
