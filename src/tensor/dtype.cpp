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

uint32_t bits_of(float value) {
    uint32_t bits = 0;
    std::memcpy(&bits, &value, sizeof bits);
    return bits;
}

float float_of(uint32_t bits) {
    float value = 0;
    std::memcpy(&value, &bits, sizeof value);
    return value;
}

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

Half::Half(float value) {
    const uint32_t in = bits_of(value);
    const uint32_t sign = (in >> 16) & 0x8000u;
    const uint32_t magnitude = in & 0x7fffffffu;
    if (magnitude > 0x7f800000u) {
        bits = static_cast<uint16_t>(sign | 0x7e00u | ((magnitude >> 13) & 0x3ffu));
    } else if (magnitude >= 0x477ff000u) {  // rounds to 65520 or more
        bits = static_cast<uint16_t>(sign | 0x7c00u);
    } else if (magnitude <
               0x38800000u) {  // below 2^-14: adding 0.5 leaves the rounded multiple of 2^-24 in the low bits
        bits = static_cast<uint16_t>(sign | (bits_of(float_of(magnitude) + 0.5F) - bits_of(0.5F)));
    } else {
        const uint32_t odd = (magnitude >> 13) & 1u;
        bits = static_cast<uint16_t>(sign | ((magnitude - 0x38000000u + 0xfffu + odd) >> 13));
    }
}

Half::operator float() const {
    const uint32_t sign = (bits & 0x8000u) << 16;
    const uint32_t magnitude = bits & 0x7fffu;
    if (magnitude >= 0x7c00u) {
        return float_of(sign | 0x7f800000u | ((magnitude & 0x3ffu) << 13));
    }
    if (magnitude < 0x400u) {
        const float value = std::ldexp(static_cast<float>(magnitude), -24);
        return sign != 0 ? -value : value;
    }
    return float_of(sign | ((magnitude << 13) + 0x38000000u));
}

BFloat16::BFloat16(float value) {
    const uint32_t in = bits_of(value);
    if ((in & 0x7fffffffu) > 0x7f800000u) {
        bits = static_cast<uint16_t>((in >> 16) | 0x40u);
        return;
    }
    bits = static_cast<uint16_t>((in + 0x7fffu + ((in >> 16) & 1u)) >> 16);
}

BFloat16::operator float() const { return float_of(static_cast<uint32_t>(bits) << 16); }

}  // namespace softacl
