// SPDX-License-Identifier: Apache-2.0
#include "foreign_memory.h"

#include <softacl/report.h>

#include <cstdint>

namespace softacl::python {

Ref numpy(const char* attribute) {
    Ref module(PyImport_ImportModule("numpy"));
    return Ref(module ? PyObject_GetAttrString(module.get(), attribute) : nullptr);
}

Verdict check_readable(const void* address, std::size_t size, const Place& place) {
    const std::size_t readable = address ? softaclReadable(address, size) : 0;
    if (address && readable == size) {
        return Verdict::kRead;
    }
    return place.wrong_value(std::to_string(reinterpret_cast<std::uintptr_t>(address)),
                             "an address from which " + std::to_string(size) + " bytes can be read");
}

}  // namespace softacl::python
