// SPDX-License-Identifier: Apache-2.0
// The dimensions of a tensor.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <vector>

namespace softacl {

/// Dimensions from the outermost to the innermost; none for a scalar. -1 is a dimension not known yet.
class Shape {
   public:
    Shape() = default;
    Shape(std::initializer_list<int64_t> dims) : dims_(dims) {}
    explicit Shape(std::vector<int64_t> dims) : dims_(std::move(dims)) {}

    size_t rank() const { return dims_.size(); }
    int64_t operator[](size_t axis) const { return dims_[axis]; }
    int64_t& operator[](size_t axis) { return dims_[axis]; }
    const std::vector<int64_t>& dims() const { return dims_; }
    auto begin() const { return dims_.begin(); }
    auto end() const { return dims_.end(); }

    /// True if no dimension is negative.
    bool is_known() const;
    /// Number of elements: 1 for a scalar, 0 if a dimension is 0 or not known. Shapes from outside must pass `fits`.
    int64_t elements() const { return elements(0, rank()); }
    /// Product of the dimensions [begin, end).
    int64_t elements(size_t begin, size_t end) const;
    /// True if the number of elements times `element_size` stays below 2^62, whatever order it is computed in.
    bool fits(size_t element_size) const;

    bool operator==(const Shape& other) const { return dims_ == other.dims_; }
    bool operator!=(const Shape& other) const { return dims_ != other.dims_; }

    /// "[1,3,224,224]"
    std::string text() const;

   private:
    std::vector<int64_t> dims_;
};

std::ostream& operator<<(std::ostream& out, const Shape& shape);

}  // namespace softacl
