// SPDX-License-Identifier: Apache-2.0
#include "methods.h"

#include <iterator>

namespace softacl::python {

MethodTable acl_methods() {
#define METHOD LIST_METHOD
#define METHOD_BY_HAND LIST_METHOD_BY_HAND
    static Method methods[] = {
#include "generated/methods.inc"
    };
#undef METHOD
#undef METHOD_BY_HAND
    return {methods, std::size(methods)};
}

}  // namespace softacl::python
