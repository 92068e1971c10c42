// SPDX-License-Identifier: Apache-2.0
#include "array.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <type_traits>

#include "failure.h"

namespace omrun {
namespace {

struct Bf16 {
    uint16_t bits;
};
struct Half {
    aclFloat16 bits;
};

double to_number(Bf16 value) {
    const uint32_t wide = uint32_t{value.bits} << 16;
    float number = 0;
    std::memcpy(&number, &wide, sizeof number);
    return number;
}
double to_number(Half value) { return aclFloat16ToFloat(value.bits); }
template <class T>
double to_number(T value) {
    return static_cast<double>(value);
}

template <class T>
T from_number(double value) {
    if constexpr (std::is_same_v<T, Half>) {
        return {aclFloatToFloat16(static_cast<float>(value))};
    } else if constexpr (std::is_same_v<T, Bf16>) {
        const auto number = static_cast<float>(value);
        uint32_t bits = 0;
        std::memcpy(&bits, &number, sizeof bits);
        return {static_cast<uint16_t>((bits + 0x7fff + (bits >> 16 & 1)) >> 16)};
    } else if constexpr (std::is_integral_v<T>) {
        if (std::isnan(value)) {
            return 0;
        }
        const auto lowest = static_cast<double>(std::numeric_limits<T>::lowest());
        const auto highest = static_cast<double>(std::numeric_limits<T>::max());
        return value <= lowest    ? std::numeric_limits<T>::lowest()
               : value >= highest ? std::numeric_limits<T>::max()
                                  : static_cast<T>(std::nearbyint(value));
    } else {
        return static_cast<T>(value);
    }
}

/// Calls `use` with a value of the type that elements have. False for types that are no numbers.
template <class Use>
bool with_type(aclDataType type, const Use& use) {
    switch (type) {
        case ACL_FLOAT: use(float{}); return true;
        case ACL_FLOAT16: use(Half{}); return true;
        case ACL_BF16: use(Bf16{}); return true;
        case ACL_DOUBLE: use(double{}); return true;
        case ACL_INT8: use(int8_t{}); return true;
        case ACL_INT16: use(int16_t{}); return true;
        case ACL_INT32: use(int32_t{}); return true;
        case ACL_INT64: use(int64_t{}); return true;
        case ACL_UINT8: use(uint8_t{}); return true;
        case ACL_UINT16: use(uint16_t{}); return true;
        case ACL_UINT32: use(uint32_t{}); return true;
        case ACL_UINT64: use(uint64_t{}); return true;
        case ACL_BOOL: use(uint8_t{}); return true;
        default: return false;
    }
}

}  // namespace

std::string name_of(aclDataType type) {
    switch (type) {
        case ACL_FLOAT: return "float32";
        case ACL_FLOAT16: return "float16";
        case ACL_BF16: return "bfloat16";
        case ACL_DOUBLE: return "float64";
        case ACL_INT8: return "int8";
        case ACL_INT16: return "int16";
        case ACL_INT32: return "int32";
        case ACL_INT64: return "int64";
        case ACL_UINT8: return "uint8";
        case ACL_UINT16: return "uint16";
        case ACL_UINT32: return "uint32";
        case ACL_UINT64: return "uint64";
        case ACL_BOOL: return "bool";
        case ACL_COMPLEX64: return "complex64";
        case ACL_COMPLEX128: return "complex128";
        default: return text("type ", static_cast<int>(type));
    }
}

std::string shown(aclDataType type, const std::vector<int64_t>& dims) {
    std::string out = name_of(type) + "[";
    for (size_t i = 0; i < dims.size(); ++i) {
        out += (i == 0 ? "" : ",") + std::to_string(dims[i]);
    }
    return out + "]";
}

int64_t elements_of(const std::vector<int64_t>& dims) {
    int64_t count = 1;
    for (const int64_t dim : dims) {
        if (dim < 0 || __builtin_mul_overflow(count, dim, &count)) {
            return -1;
        }
    }
    return count;
}

bool is_number(aclDataType type) {
    return with_type(type, [](auto) {});
}

std::vector<double> numbers_of(const Array& array) {
    std::vector<double> numbers;
    const bool known = with_type(array.type, [&](auto element) {
        numbers.resize(array.bytes.size() / sizeof element);
        for (size_t i = 0; i < numbers.size(); ++i) {
            std::memcpy(&element, array.bytes.data() + i * sizeof element, sizeof element);
            numbers[i] = to_number(element);
        }
    });
    if (!known) {
        fail("Elements of ", name_of(array.type), " cannot be read as numbers.");
    }
    return numbers;
}

void append_number(std::vector<uint8_t>& bytes, aclDataType type, double value) {
    const double kept = type == ACL_BOOL && value != 0 ? 1 : value;
    const bool known = with_type(type, [&](auto element) {
        element = from_number<decltype(element)>(kept);
        const size_t at = bytes.size();
        bytes.resize(at + sizeof element);
        std::memcpy(bytes.data() + at, &element, sizeof element);
    });
    if (!known) {
        fail("Numbers cannot become elements of ", name_of(type), ".");
    }
}

}  // namespace omrun
