// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "methods.h"

// Parameters of media channels: C has them by address and length, Python by value. The parameter tells how long it is.

namespace softacl::python {

// acl.media.*_set_channel_desc_param(desc, type, value) -> (desc, ret). `length_of(type)` is 4 or 8.
template <class Row, class Desc, class Type, class LengthOf>
Outcome set_channel_param(PyObject* const* arguments, aclError (*function)(Desc*, Type, std::size_t, const void*),
                          LengthOf length_of) {
    Desc* desc = nullptr;
    Type type{};
    unsigned long long bits = 0;
    aclError code = ACL_ERROR_INVALID_PARAM;
    Verdict verdict = from_python(arguments[0], place_of<Row>(0), desc);
    if (verdict == Verdict::kRead) {
        verdict = from_python(arguments[1], place_of<Row>(1), type);
    }
    if (verdict == Verdict::kRead) {
        const std::size_t length = length_of(type);
        verdict =
            read_integer(arguments[2], place_of<Row>(3),  // the row has the length before it
                         length == sizeof(std::uint32_t) ? kRangeOf<std::uint32_t> : kRangeOf<std::uint64_t>, bits);
        if (verdict == Verdict::kRead) {
            const auto narrow = static_cast<std::uint32_t>(bits);
            const auto wide = static_cast<std::uint64_t>(bits);
            code =
                function(desc, type, length,
                         length == sizeof narrow ? static_cast<const void*>(&narrow) : static_cast<const void*>(&wide));
        }
    }
    if (verdict == Verdict::kRaised) {
        return done(nullptr);
    }
    PyObject* items[] = {to_python(desc), to_python(code)};
    return {pack(items, 2), code == ACL_SUCCESS};
}

// acl.media.*_get_channel_desc_param(desc, type) -> (size, value, ret).
template <class Row, class Desc, class Type>
Outcome get_channel_param(PyObject* const* arguments,
                          aclError (*function)(const Desc*, Type, std::size_t, std::size_t*, void*)) {
    Desc* desc = nullptr;
    Type type{};
    std::size_t size = 0;
    unsigned char bytes[sizeof(std::uint64_t)] = {};
    aclError code = ACL_ERROR_INVALID_PARAM;
    Verdict verdict = from_python(arguments[0], place_of<Row>(0), desc);
    if (verdict == Verdict::kRead) {
        verdict = from_python(arguments[1], place_of<Row>(1), type);
    }
    if (verdict == Verdict::kRaised) {
        return done(nullptr);
    }
    if (verdict == Verdict::kRead) {
        code = function(desc, type, sizeof bytes, &size, bytes);
    }
    std::uint64_t value = 0;
    for (std::size_t i = size; i > 0; --i) {  // devices and hosts are little-endian
        value = value << 8 | bytes[i - 1];
    }
    PyObject* items[] = {to_python(size), to_python(value), to_python(code)};
    return {pack(items, 3), code == ACL_SUCCESS};
}

}  // namespace softacl::python
