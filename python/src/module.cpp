// SPDX-License-Identifier: Apache-2.0
#include "callbacks.h"
#include "methods.h"

namespace softacl::python {
namespace {

struct Submodule {
    const char* name;
    const char* full_name;
    const char* doc;
};

constexpr Submodule kSubmodules[] = {
    {"blas", "acl.blas", "Products of matrices."},
    {"mdl", "acl.mdl", "Models: loading, running, what they take and give."},
    {"media", "acl.media", "Media: JPEG, PNG and video, and what is done with pictures."},
    {"op", "acl.op", "Operators, called by name."},
    {"rt", "acl.rt", "Runtime: devices, contexts, streams, events, memory."},
    {"util", "acl.util", "Addresses of NumPy arrays and bytes, and threads."},
};

// Makes both `acl.rt` and `import acl.rt` work.
int add_submodule(PyObject* package, const Submodule& submodule) {
    Ref module(PyModule_New(submodule.full_name));
    if (!module || PyModule_SetDocString(module.get(), submodule.doc) != 0 ||
        PyModule_AddObjectRef(package, submodule.name, module.get()) != 0) {
        return -1;
    }
    return PyDict_SetItemString(PyImport_GetModuleDict(), submodule.full_name, module.get());
}

int fill(PyObject* package) {
    for (const Submodule& submodule : kSubmodules) {
        if (add_submodule(package, submodule) != 0) {
            return -1;
        }
    }
    if (!prepare_callbacks()) {
        return -1;
    }
    static const MethodTable kTable = acl_methods();
    keep_ledger(kTable);
    return add_methods(package, kTable);
}

PyModuleDef_Slot slots[] = {{Py_mod_exec, reinterpret_cast<void*>(fill)}, {0, nullptr}};

PyModuleDef definition = {PyModuleDef_HEAD_INIT,
                          "acl",
                          "pyACL in software: the Python interface of AscendCL, on any machine and without an "
                          "accelerator. See help(acl.rt) and help(acl.rt.malloc).",
                          0,
                          nullptr,
                          slots,
                          nullptr,
                          nullptr,
                          nullptr};

}  // namespace
}  // namespace softacl::python

PyMODINIT_FUNC PyInit_acl() { return PyModuleDef_Init(&softacl::python::definition); }
