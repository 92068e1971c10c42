// SPDX-License-Identifier: Apache-2.0
#include "convert/tensorflow/tensor.h"

#include <algorithm>
#include <array>
#include <memory>

#include "acl/acl_base.h"
#include "convert/elements.h"

namespace softacl::convert {
namespace {

constexpr size_t kMaxRank = 32;
constexpr uint64_t kMaxRepeatedBytes = uint64_t{1} << 31;  // of one value written for all

struct TypeRow {
    const char* name;
    aclDataType type;
};
// By their numbers in TensorFlow.
constexpr std::array<TypeRow, 24> kTypes = {{{"DT_INVALID", ACL_DT_UNDEFINED},
                                             {"DT_FLOAT", ACL_FLOAT},
                                             {"DT_DOUBLE", ACL_DOUBLE},
                                             {"DT_INT32", ACL_INT32},
                                             {"DT_UINT8", ACL_UINT8},
                                             {"DT_INT16", ACL_INT16},
                                             {"DT_INT8", ACL_INT8},
                                             {"DT_STRING", ACL_DT_UNDEFINED},
                                             {"DT_COMPLEX64", ACL_DT_UNDEFINED},
                                             {"DT_INT64", ACL_INT64},
                                             {"DT_BOOL", ACL_BOOL},
                                             {"DT_QINT8", ACL_DT_UNDEFINED},
                                             {"DT_QUINT8", ACL_DT_UNDEFINED},
                                             {"DT_QINT32", ACL_DT_UNDEFINED},
                                             {"DT_BFLOAT16", ACL_BF16},
                                             {"DT_QINT16", ACL_DT_UNDEFINED},
                                             {"DT_QUINT16", ACL_DT_UNDEFINED},
                                             {"DT_UINT16", ACL_UINT16},
                                             {"DT_COMPLEX128", ACL_DT_UNDEFINED},
                                             {"DT_HALF", ACL_FLOAT16},
                                             {"DT_RESOURCE", ACL_DT_UNDEFINED},
                                             {"DT_VARIANT", ACL_DT_UNDEFINED},
                                             {"DT_UINT32", ACL_UINT32},
                                             {"DT_UINT64", ACL_UINT64}}};

template <class... Parts>
Status bad(const Parts&... parts) {
    return fail(ACL_ERROR_PARSE_MODEL, parts...);
}

/// Values that are left out at the end equal the last one; all of them are 0 if there is none.
template <class Field>
Result<Tensor> from_field(const Field& values, const TensorType& type) {
    if (values.size() > type.shape.elements()) {
        return bad("has ", values.size(), " elements; its type ", type.text(), " takes ", type.shape.elements());
    }
    if (values.size() != type.shape.elements() && type.bytes() > kMaxRepeatedBytes) {
        return bad("has one value for ", type.bytes(), " bytes; at most ", kMaxRepeatedBytes, " are possible");
    }
    void* data = nullptr;
    Tensor tensor = Tensor::zeros(type, &data);
    visit_dtype(type.dtype, [&](auto tag) {
        using T = typename decltype(tag)::Type;
        T* to = static_cast<T*>(data);
        T* end = std::transform(values.begin(), values.end(), to, [](auto v) { return element<T>(v); });
        if (end != to) {
            std::fill(end, to + type.shape.elements(), *(end - 1));
        }
    });
    return tensor;
}

}  // namespace

aclDataType tensorflow_dtype(int32_t number) {
    return number >= 0 && static_cast<size_t>(number) < kTypes.size() ? kTypes[static_cast<size_t>(number)].type
                                                                      : ACL_DT_UNDEFINED;
}

std::string tensorflow_dtype_name(int32_t number) {
    return number >= 0 && static_cast<size_t>(number) < kTypes.size() ? kTypes[static_cast<size_t>(number)].name
                                                                      : std::to_string(number);
}

Shape shape_of(const tensorflow::TensorShapeProto& proto) {
    std::vector<int64_t> dims;
    for (const auto& dim : proto.dim()) {
        dims.push_back(dim.size() >= 0 ? dim.size() : -1);
    }
    return Shape(std::move(dims));
}

Result<Tensor> take_tensor(tensorflow::TensorProto& proto) {
    const TensorType type = {tensorflow_dtype(proto.dtype()), shape_of(proto.tensor_shape()), ACL_FORMAT_ND};
    if (type.dtype == ACL_DT_UNDEFINED) {
        return bad("has elements of type ", tensorflow_dtype_name(proto.dtype()), ", which is not supported");
    }
    if (type.shape.rank() > kMaxRank) {
        return bad("has ", type.shape.rank(), " dimensions; at most ", kMaxRank, " are possible");
    }
    if (proto.tensor_shape().unknown_rank() || !type.shape.is_known() || !type.shape.fits(size_of(type.dtype))) {
        return bad("has the impossible shape ", type.shape);
    }
    if (proto.has_tensor_content() && !proto.tensor_content().empty()) {
        return tensor_of_bytes(std::unique_ptr<std::string>(proto.release_tensor_content()), type);
    }
    switch (type.dtype) {
        case ACL_FLOAT: return from_field(proto.float_val(), type);
        case ACL_DOUBLE: return from_field(proto.double_val(), type);
        case ACL_INT64: return from_field(proto.int64_val(), type);
        case ACL_BOOL: return from_field(proto.bool_val(), type);
        case ACL_FLOAT16:
        case ACL_BF16: return from_field(proto.half_val(), type);
        case ACL_UINT32: return from_field(proto.uint32_val(), type);
        case ACL_UINT64: return from_field(proto.uint64_val(), type);
        default: return from_field(proto.int_val(), type);
    }
}

}  // namespace softacl::convert
