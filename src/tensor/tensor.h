// SPDX-License-Identifier: Apache-2.0
// Tensors: the type of one, and constants with their bytes.
#pragma once

#include <cstring>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "tensor/dtype.h"
#include "tensor/shape.h"

namespace softacl {

/// What is known of a tensor without its elements.
struct TensorType {
    aclDataType dtype = ACL_DT_UNDEFINED;
    Shape shape;
    aclFormat format = ACL_FORMAT_ND;

    /// Elements row by row without gaps; 0 if a dimension is not known.
    size_t bytes() const { return static_cast<size_t>(shape.elements()) * size_of(dtype); }

    bool operator==(const TensorType& other) const {
        return dtype == other.dtype && shape == other.shape && format == other.format;
    }
    bool operator!=(const TensorType& other) const { return !(*this == other); }
    /// "float32[1,3,224,224]"
    std::string text() const { return name_of(dtype) + shape.text(); }
};

/// A constant: a type and its elements row by row, which are never changed. Copies share the bytes. The bytes may lie
/// in a mapped file that the tensor keeps open.
class Tensor {
   public:
    Tensor() = default;
    /// `data` points to type.bytes() bytes, aligned to the element's size, and owns what holds them.
    Tensor(TensorType type, std::shared_ptr<const void> data) : type_(std::move(type)), data_(std::move(data)) {}

    /// A new block of zeros (64-byte aligned), to be filled through the pointer before anybody else sees the tensor.
    static Tensor zeros(TensorType type, void** data);

    template <class T>
    static Tensor of(Shape shape, const std::vector<T>& values) {
        void* data = nullptr;
        Tensor tensor = zeros({dtype_of<T>(), std::move(shape), ACL_FORMAT_ND}, &data);
        for (size_t i = 0; i < values.size(); ++i) {
            static_cast<T*>(data)[i] = values[i];
        }
        return tensor;
    }
    template <class T>
    static Tensor scalar(T value) {
        return of<T>({}, {value});
    }
    template <class T>
    static Tensor list(const std::vector<T>& values) {
        return of<T>({static_cast<int64_t>(values.size())}, values);
    }

    const TensorType& type() const { return type_; }
    const Shape& shape() const { return type_.shape; }
    aclDataType dtype() const { return type_.dtype; }
    size_t bytes() const { return type_.bytes(); }
    int64_t elements() const { return type_.shape.elements(); }
    const void* data() const { return data_.get(); }
    template <class T>
    const T* data_as() const {
        return static_cast<const T*>(data_.get());
    }
    const std::shared_ptr<const void>& owner() const { return data_; }

    /// The same bytes under another type of the same size.
    Tensor viewed_as(TensorType type) const { return {std::move(type), data_}; }

    /// Elements of an integer tensor (any width, or bool) as 64-bit numbers; of a floating one, cut.
    std::vector<int64_t> to_ints() const;
    /// Elements of any numeric tensor as floats.
    std::vector<float> to_floats() const;

    /// Equal type and bytes.
    bool operator==(const Tensor& other) const {
        return type_ == other.type_ && (data_ == other.data_ || std::memcmp(data(), other.data(), bytes()) == 0);
    }

   private:
    TensorType type_;
    std::shared_ptr<const void> data_;
};

/// 64-byte aligned zeroed memory; never null (an empty block has an address, too).
std::shared_ptr<void> aligned_block(size_t size);

}  // namespace softacl
