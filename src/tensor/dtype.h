// SPDX-License-Identifier: Apache-2.0
// Element types: sizes, names, and the C++ type of each.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

#include "acl/acl_base.h"
#include "tensor/half.h"

namespace softacl {

/// Bytes of one element; 0 for types without a fixed size (text, undefined).
size_t size_of(aclDataType type);

/// "float32", "int64", ... as messages and the text form of graphs print it; "undefined" for anything unknown.
const char* name_of(aclDataType type);
/// The inverse; ACL_DT_UNDEFINED for an unknown name.
aclDataType dtype_named(const std::string& name);

bool is_floating(aclDataType type);
bool is_integer(aclDataType type);  ///< signed or unsigned, not bool

/// "NCHW", "ND", ...; the inverse gives ACL_FORMAT_UNDEFINED for an unknown name.
const char* name_of(aclFormat format);
aclFormat format_named(const std::string& name);

/// The element type of a C++ type.
template <class T>
constexpr aclDataType dtype_of();
template <>
constexpr aclDataType dtype_of<float>() {
    return ACL_FLOAT;
}
template <>
constexpr aclDataType dtype_of<double>() {
    return ACL_DOUBLE;
}
template <>
constexpr aclDataType dtype_of<Half>() {
    return ACL_FLOAT16;
}
template <>
constexpr aclDataType dtype_of<BFloat16>() {
    return ACL_BF16;
}
template <>
constexpr aclDataType dtype_of<bool>() {
    return ACL_BOOL;
}
template <>
constexpr aclDataType dtype_of<int8_t>() {
    return ACL_INT8;
}
template <>
constexpr aclDataType dtype_of<uint8_t>() {
    return ACL_UINT8;
}
template <>
constexpr aclDataType dtype_of<int16_t>() {
    return ACL_INT16;
}
template <>
constexpr aclDataType dtype_of<uint16_t>() {
    return ACL_UINT16;
}
template <>
constexpr aclDataType dtype_of<int32_t>() {
    return ACL_INT32;
}
template <>
constexpr aclDataType dtype_of<uint32_t>() {
    return ACL_UINT32;
}
template <>
constexpr aclDataType dtype_of<int64_t>() {
    return ACL_INT64;
}
template <>
constexpr aclDataType dtype_of<uint64_t>() {
    return ACL_UINT64;
}

/// A type as a value, for visitors.
template <class T>
struct TypeTag {
    using Type = T;
};

/// Calls `visitor(TypeTag<T>())` with the C++ type of the elements. False, without a call, for types that have none
/// here (text, complex, undefined).
template <class Visitor>
bool visit_dtype(aclDataType type, Visitor&& visitor) {
    switch (type) {
        case ACL_FLOAT: visitor(TypeTag<float>()); return true;
        case ACL_DOUBLE: visitor(TypeTag<double>()); return true;
        case ACL_FLOAT16: visitor(TypeTag<Half>()); return true;
        case ACL_BF16: visitor(TypeTag<BFloat16>()); return true;
        case ACL_BOOL: visitor(TypeTag<bool>()); return true;
        case ACL_INT8: visitor(TypeTag<int8_t>()); return true;
        case ACL_UINT8: visitor(TypeTag<uint8_t>()); return true;
        case ACL_INT16: visitor(TypeTag<int16_t>()); return true;
        case ACL_UINT16: visitor(TypeTag<uint16_t>()); return true;
        case ACL_INT32: visitor(TypeTag<int32_t>()); return true;
        case ACL_UINT32: visitor(TypeTag<uint32_t>()); return true;
        case ACL_INT64: visitor(TypeTag<int64_t>()); return true;
        case ACL_UINT64: visitor(TypeTag<uint64_t>()); return true;
        default: return false;
    }
}

}  // namespace softacl
