// SPDX-License-Identifier: Apache-2.0
// acl.mdl.set_config_opt: the attribute tells the type of the value.
#include <cstdint>

#include "methods.h"

namespace softacl::python {
namespace {

template <class T>
Verdict set(aclmdlConfigHandle* handle, aclmdlConfigAttr attr, PyObject* object, const Place& place, aclError& code) {
    T value{};
    const Verdict verdict = from_python(object, place, value);
    if (verdict == Verdict::kRead) {
        code = aclmdlSetConfigOpt(handle, attr, &value, sizeof value);
    }
    return verdict;
}

Verdict set_text(aclmdlConfigHandle* handle, aclmdlConfigAttr attr, PyObject* object, const Place& place,
                 aclError& code) {
    Text text;
    const Verdict verdict = read_path(object, place, text);
    if (verdict == Verdict::kRead) {
        code = aclmdlSetConfigOpt(handle, attr, &text.data, sizeof text.data);
    }
    return verdict;
}

}  // namespace

Outcome AclMdlSetConfigOpt::call(PyObject* const* arguments) {
    aclmdlConfigHandle* handle = nullptr;
    aclmdlConfigAttr attr{};
    aclError code = ACL_ERROR_INVALID_PARAM;
    PyObject* const object = arguments[2];
    constexpr Place kPlace = place_of<AclMdlSetConfigOpt>(2);
    Verdict verdict = from_python(arguments[0], place_of<AclMdlSetConfigOpt>(0), handle);
    if (verdict == Verdict::kRead) {
        verdict = from_python(arguments[1], place_of<AclMdlSetConfigOpt>(1), attr);
    }
    if (verdict == Verdict::kRead) {
        if (attr == ACL_MDL_PRIORITY_INT32) {
            verdict = set<std::int32_t>(handle, attr, object, kPlace, code);
        } else if (attr == ACL_MDL_PATH_STR && !PyLong_Check(object)) {
            verdict = set_text(handle, attr, object, kPlace, code);
        } else {  // a size or an address
            verdict = set<std::uintptr_t>(handle, attr, object, kPlace, code);
        }
    }
    return verdict == Verdict::kRaised ? done(nullptr) : Outcome{PyLong_FromLong(code), code == ACL_SUCCESS};
}

}  // namespace softacl::python
