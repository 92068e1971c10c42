// SPDX-License-Identifier: Apache-2.0
#include "tensor/dtype.h"

#include <cmath>
#include <cstring>

namespace softacl {
namespace {

struct DTypeRow {
    aclDataType type;
    uint32_t size;
    const char* name;
    bool floating;
    bool integer;
};
constexpr DTypeRow kDTypes[] = {
    {ACL_FLOAT, 4, "float32", true, false},
    {ACL_FLOAT16, 2, "float16", true, false},
    {ACL_BF16, 2, "bfloat16", true, false},
    {ACL_DOUBLE, 8, "float64", true, false},
    {ACL_INT8, 1, "int8", false, true},
    {ACL_UINT8, 1, "uint8", false, true},
    {ACL_INT16, 2, "int16", false, true},
    {ACL_UINT16, 2, "uint16", false, true},
    {ACL_INT32, 4, "int32", false, true},
    {ACL_UINT32, 4, "uint32", false, true},
    {ACL_INT64, 8, "int64", false, true},
    {ACL_UINT64, 8, "uint64", false, true},
    {ACL_BOOL, 1, "bool", false, false},
    {ACL_STRING, 0, "string", false, false},
    {ACL_COMPLEX64, 8, "complex64", false, false},
    {ACL_COMPLEX128, 16, "complex128", false, false},
};

const DTypeRow* find(aclDataType type) {
    for (const DTypeRow& row : kDTypes) {
        if (row.type == type) {
            return &row;
        }
    }
    return nullptr;
}

struct FormatRow {
    aclFormat format;
    const char* name;
};
constexpr FormatRow kFormats[] = {
    {ACL_FORMAT_NCHW, "NCHW"},       {ACL_FORMAT_NHWC, "NHWC"},           {ACL_FORMAT_ND, "ND"},
    {ACL_FORMAT_NC1HWC0, "NC1HWC0"}, {ACL_FORMAT_FRACTAL_Z, "FRACTAL_Z"}, {ACL_FORMAT_NC1HWC0_C04, "NC1HWC0_C04"},
    {ACL_FORMAT_HWCN, "HWCN"},       {ACL_FORMAT_NDHWC, "NDHWC"},         {ACL_FORMAT_FRACTAL_NZ, "FRACTAL_NZ"},
    {ACL_FORMAT_NCDHW, "NCDHW"},     {ACL_FORMAT_NDC1HWC0, "NDC1HWC0"},   {ACL_FRACTAL_Z_3D, "FRACTAL_Z_3D"},
};

}  // namespace

size_t size_of(aclDataType type) {
    const DTypeRow* row = find(type);
    return row == nullptr ? 0 : row->size;
}

const char* name_of(aclDataType type) {
    const DTypeRow* row = find(type);
    return row == nullptr ? "undefined" : row->name;
}

aclDataType dtype_named(const std::string& name) {
    for (const DTypeRow& row : kDTypes) {
        if (name == row.name) {
            return row.type;
        }
    }
    return ACL_DT_UNDEFINED;
}

bool is_floating(aclDataType type) {
    const DTypeRow* row = find(type);
    return row != nullptr && row->floating;
}

bool is_integer(aclDataType type) {
    const DTypeRow* row = find(type);
    return row != nullptr && row->integer;
}

const char* name_of(aclFormat format) {
    for (const FormatRow& row : kFormats) {
        if (row.format == format) {
            return row.name;
        }
    }
    return "UNDEFINED";
}

aclFormat format_named(const std::string& name) {
    for (const FormatRow& row : kFormats) {
        if (name == row.name) {
            return row.format;
        }
    }
    return ACL_FORMAT_UNDEFINED;
}

}  // namespace softacl
