// SPDX-License-Identifier: Apache-2.0
// acl.mdl: gears of dynamic dimensions, an array whose length is an argument.
#include <softacl/report.h>

#include <cstdlib>
#include <memory>

#include "methods.h"

namespace softacl::python {
namespace {

struct Free {
    void operator()(aclmdlIODims* dims) const { std::free(dims); }
};

Outcome gears_result(const aclmdlIODims* dims, std::size_t count, aclError code) {
    Ref list(PyList_New(0));
    for (std::size_t i = 0; list && i < count; ++i) {
        if (!add_element(list.get(), struct_to_python(dims[i]))) {
            return done(nullptr);
        }
    }
    PyObject* results = list ? Py_BuildValue("(Oi)", list.get(), code) : nullptr;
    return {results, results && code == ACL_SUCCESS};
}

}  // namespace

Outcome AclMdlGetInputDynamicDims::call(PyObject* const* arguments) {
    const aclmdlDesc* desc = nullptr;
    std::size_t index = 0;
    std::size_t count = 0;
    constexpr std::size_t kCountParameter = 3;  // behind the array, which is no argument
    Verdict verdict = from_python(arguments[0], place_of<AclMdlGetInputDynamicDims>(0), desc);
    if (verdict == Verdict::kRead) {
        verdict = read_minus_one_too(arguments[1], place_of<AclMdlGetInputDynamicDims>(1), index);
    }
    if (verdict == Verdict::kRead) {
        verdict = from_python(arguments[2], place_of<AclMdlGetInputDynamicDims>(kCountParameter), count);
    }
    if (verdict != Verdict::kRead) {
        return verdict == Verdict::kRaised ? done(nullptr) : gears_result(nullptr, 0, ACL_ERROR_INVALID_PARAM);
    }
    // Zero elements still need an address.
    const std::unique_ptr<aclmdlIODims, Free> dims(
        static_cast<aclmdlIODims*>(std::calloc(count == 0 ? 1 : count, sizeof(aclmdlIODims))));
    if (!dims) {
        return gears_result(nullptr, 0,
                            softaclReport(AclMdlGetInputDynamicDims::kName, ACL_ERROR_BAD_ALLOC,
                                          "there is no memory for that many gears"));
    }
    const aclError code = aclmdlGetInputDynamicDims(desc, index, dims.get(), count);
    return gears_result(dims.get(), code == ACL_SUCCESS ? count : 0, code);
}

}  // namespace softacl::python
