// SPDX-License-Identifier: Apache-2.0
#include "convert/onnx/tensor.h"

#include <algorithm>
#include <memory>

#include "acl/acl_base.h"
#include "convert/elements.h"
#include "convert/onnx/external.h"

namespace softacl::convert {
namespace {

constexpr int kExternal = 1;  // TensorProto.DataLocation
constexpr size_t kMaxRank = 32;
constexpr uint64_t kMaxSparseBytes = uint64_t{1} << 30;

template <class... Parts>
Status bad(const Parts&... parts) {
    return fail(ACL_ERROR_PARSE_MODEL, parts...);
}

template <class Dims>
Result<TensorType> type_of(aclDataType dtype, const Dims& dims) {
    TensorType type{dtype, Shape(std::vector<int64_t>(dims.begin(), dims.end())), ACL_FORMAT_ND};
    if (type.shape.rank() > kMaxRank) {
        return bad("has ", type.shape.rank(), " dimensions; at most ", kMaxRank, " are possible");
    }
    if (!type.shape.is_known() || !type.shape.fits(size_of(dtype))) {
        return bad("has the impossible shape ", type.shape);
    }
    return type;
}

template <class Field>
Result<Tensor> from_field(const Field& values, const TensorType& type) {
    if (values.size() != type.shape.elements()) {
        return bad("has ", values.size(), " elements; its type ", type.text(), " needs ", type.shape.elements());
    }
    void* data = nullptr;
    Tensor tensor = Tensor::zeros(type, &data);
    visit_dtype(type.dtype, [&](auto tag) {
        using T = typename decltype(tag)::Type;
        std::transform(values.begin(), values.end(), static_cast<T*>(data), [](auto v) { return element<T>(v); });
    });
    return tensor;
}

/// Position of element `i` in the whole tensor, or -1. Indices are positions, or one row of coordinates per element.
int64_t sparse_position(const Tensor& indices, const Shape& shape, int64_t i) {
    const int64_t* index = indices.data_as<int64_t>();
    if (indices.shape().rank() == 1) {
        return index[i] < shape.elements() ? index[i] : -1;
    }
    int64_t at = 0;
    for (size_t axis = 0; axis < shape.rank(); ++axis) {
        const int64_t coordinate = index[static_cast<size_t>(i) * shape.rank() + axis];
        if (coordinate < 0 || coordinate >= shape[axis]) {
            return -1;
        }
        at = at * shape[axis] + coordinate;
    }
    return at;
}

}  // namespace

aclDataType onnx_dtype(int32_t number) {
    switch (number) {
        case 1: return ACL_FLOAT;
        case 2: return ACL_UINT8;
        case 3: return ACL_INT8;
        case 4: return ACL_UINT16;
        case 5: return ACL_INT16;
        case 6: return ACL_INT32;
        case 7: return ACL_INT64;
        case 9: return ACL_BOOL;
        case 10: return ACL_FLOAT16;
        case 11: return ACL_DOUBLE;
        case 12: return ACL_UINT32;
        case 13: return ACL_UINT64;
        case 16: return ACL_BF16;
        default: return ACL_DT_UNDEFINED;
    }
}

Result<Tensor> take_tensor(onnx::TensorProto& proto, const std::string& folder) {
    const aclDataType dtype = onnx_dtype(proto.data_type());
    if (dtype == ACL_DT_UNDEFINED) {
        return bad("has elements of type [", proto.data_type(), "] (TensorProto.DataType), which is not supported");
    }
    SOFTACL_ASSIGN(const TensorType type, type_of(dtype, proto.dims()));
    if (proto.has_segment()) {
        return bad("is one of several segments, which is not supported");
    }
    if (proto.data_location() == kExternal) {
        return read_external(proto, type, folder);
    }
    if (proto.has_raw_data()) {
        return tensor_of_bytes(std::unique_ptr<std::string>(proto.release_raw_data()), type);
    }
    switch (dtype) {
        case ACL_FLOAT: return from_field(proto.float_data(), type);
        case ACL_DOUBLE: return from_field(proto.double_data(), type);
        case ACL_INT64: return from_field(proto.int64_data(), type);
        case ACL_UINT32:
        case ACL_UINT64: return from_field(proto.uint64_data(), type);
        default: return from_field(proto.int32_data(), type);
    }
}

Result<Tensor> take_tensor(onnx::SparseTensorProto& proto, const std::string& folder) {
    SOFTACL_ASSIGN(const Tensor values, take_tensor(*proto.mutable_values(), folder));
    SOFTACL_ASSIGN(const Tensor indices, take_tensor(*proto.mutable_indices(), folder));
    SOFTACL_ASSIGN(const TensorType type, type_of(values.dtype(), proto.dims()));
    if (type.bytes() > kMaxSparseBytes) {
        return bad("is sparse and would have ", type.bytes(), " bytes; at most ", kMaxSparseBytes, " are possible");
    }
    const int64_t count = values.elements();
    const Shape rows = {count, static_cast<int64_t>(type.shape.rank())};
    if (indices.dtype() != ACL_INT64 || values.shape().rank() != 1 ||
        (indices.shape() != Shape{count} && indices.shape() != rows)) {
        return bad("is sparse with indices ", indices.type().text(), " for values ", values.type().text());
    }
    const size_t size = size_of(type.dtype);
    void* data = nullptr;
    Tensor tensor = Tensor::zeros(type, &data);
    for (int64_t i = 0; i < count; ++i) {
        const int64_t at = sparse_position(indices, type.shape, i);
        if (at < 0) {
            return bad("is sparse, and element ", i, " lies outside its shape ", type.shape);
        }
        std::memcpy(static_cast<char*>(data) + static_cast<size_t>(at) * size,
                    values.data_as<char>() + static_cast<size_t>(i) * size, size);
    }
    return tensor;
}

}  // namespace softacl::convert
