// SPDX-License-Identifier: Apache-2.0
// acl.op: operators of the program's own. Selectors are Python functions, called on whatever thread.
#include <softacl/op_selector.h>

#include "argument_reader.h"
#include "callbacks.h"
#include "methods.h"

namespace softacl::python {
namespace {

template <class T>
Ref number_list(int count, T* const* items) {
    Ref list(PyList_New(count));
    for (int i = 0; list && i < count; ++i) {
        PyObject* const number = to_python(items[i]);
        if (number == nullptr || PyList_SetItem(list.get(), i, number) != 0) {
            return Ref();
        }
    }
    return list;
}

// 0 for None, or the number that the function returned.
aclError answer_of(PyObject* result) {
    if (result == nullptr) {
        return ACL_ERROR_FAILURE;
    }
    if (!PyLong_Check(result)) {
        return ACL_SUCCESS;
    }
    const long number = PyLong_AsLong(result);
    return PyErr_Occurred() != nullptr ? aclError{ACL_ERROR_FAILURE} : static_cast<aclError>(number);
}

aclError select(int num_inputs, const aclTensorDesc* const inputs[], int num_outputs,
                const aclTensorDesc* const outputs[], const aclopAttr* attr, aclopKernelDesc* kernel, void* function) {
    if (interpreter_ends()) {
        return ACL_ERROR_FAILURE;
    }
    const GilHold gil;
    auto* const callable = static_cast<PyObject*>(function);
    const Ref ins(number_list(num_inputs, inputs));
    const Ref outs(number_list(num_outputs, outputs));
    const Ref attributes(to_python(attr));
    const Ref description(to_python(kernel));
    Ref result;
    if (ins && outs && attributes && description) {
        result = Ref(PyObject_CallFunction(callable, "iOiOOO", num_inputs, ins.get(), num_outputs, outs.get(),
                                           attributes.get(), description.get()));
    }
    const aclError answer = answer_of(result.get());
    if (PyErr_Occurred() != nullptr) {
        PyErr_WriteUnraisable(callable);
    }
    return answer;
}

void drop(void* function) {
    if (!interpreter_ends()) {
        const GilHold gil;
        Py_DECREF(static_cast<PyObject*>(function));
    }
}

}  // namespace

Outcome AclOpRegisterCompileFunc::call(PyObject* const* arguments) {
    Text type;
    PyObject* function = nullptr;
    ArgumentReader<AclOpRegisterCompileFunc> reader(arguments);
    reader.read(0, type).read(1, function);
    if (reader.ok() && !PyCallable_Check(function)) {
        return refused(place_of<AclOpRegisterCompileFunc>(1).wrong_type("callable", function));
    }
    return reader.code(reader.ok() ? softaclOpRegisterCompileFunc(type.data, select, drop, Py_NewRef(function))
                                   : ACL_SUCCESS);
}

Outcome AclOpCreateKernel::call(PyObject* const* arguments) {
    constexpr std::size_t kDeallocator = 6;
    Text type;
    Text id;
    Text name;
    void* data = nullptr;
    int size = 0;
    aclopEngineType engine{};
    int deallocator = 0;
    ArgumentReader<AclOpCreateKernel> reader(arguments);
    reader.read(0, type).read(1, id).read(2, name).read(3, data).read(4, size).read(5, engine);
    reader.read(kDeallocator, deallocator);
    if (reader.ok() && deallocator != 0 && deallocator != 1) {
        return reader.code(place_of<AclOpCreateKernel>(kDeallocator).wrong_value(arguments[kDeallocator], "0 or 1") ==
                                   Verdict::kRejected
                               ? ACL_ERROR_INVALID_PARAM
                               : ACL_ERROR_FAILURE);
    }
    const aclDataDeallocator free_host = [](void* memory, std::size_t) { static_cast<void>(aclrtFreeHost(memory)); };
    return reader.code(reader.ok() ? aclopCreateKernel(type.data, id.data, name.data, data, size, engine,
                                                       deallocator == 1 ? free_host : nullptr)
                                   : ACL_SUCCESS);
}

Outcome AclOpUpdateParams::call(PyObject* const* arguments) {
    Text type;
    List<const aclTensorDesc*> inputs;
    List<const aclTensorDesc*> outputs;
    aclopAttr* attr = nullptr;
    ArgumentReader<AclOpUpdateParams> reader(arguments);
    reader.read(0, type).read(2, inputs).read(4, outputs).read(5, attr);
    aclError code = ACL_SUCCESS;
    if (reader.ok()) {
        const GilRelease unlocked;
        code = aclopUpdateParams(type.data, static_cast<int>(inputs.size()), inputs.data(),
                                 static_cast<int>(outputs.size()), outputs.data(), attr);
    }
    return reader.code(code);
}

}  // namespace softacl::python
