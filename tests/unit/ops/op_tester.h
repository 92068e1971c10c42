// SPDX-License-Identifier: Apache-2.0
// Calls an operator as a graph would: through its declaration, its shape inference and one of its kernels.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <random>
#include <string>
#include <vector>

#include "kernels/fast.h"
#include "kernels/ref/number.h"
#include "ops/op_def.h"

namespace softacl::ops {

/// A call with inputs of its own. An input that is not there is nullopt.
struct TestCall {
    std::string op;
    std::vector<std::optional<Tensor>> inputs;
    Attrs attrs = {};
    size_t outputs = 1;
    /// Whether inference and kernels see the inputs' values; without, only those that the operator asks for.
    bool all_known = false;
};

/// The outputs by the kernel of this name (null: the first that takes the call; "reference" also takes a view, which
/// moves nothing). Memory beyond each output is checked to stay untouched.
Result<std::vector<Tensor>> run(const TestCall& call, const char* kernel = "reference");

/// The one output; a failure of the test if there is none.
Tensor run_one(const TestCall& call, const char* kernel = "reference");

/// Types of the outputs with inputs of these types, whose values are known where given.
struct TestInput {
    TensorType type;
    std::optional<Tensor> value = {};
};
Result<std::vector<TensorType>> infer(const std::string& op, const std::vector<TestInput>& inputs, Attrs attrs = {},
                                      size_t outputs = 1);

/// The sentence of a failure; "success" if it was none.
std::string sentence(const Result<std::vector<Tensor>>& result);
std::string sentence(const Result<std::vector<TensorType>>& result);

/// Elements of any numeric tensor.
template <class T>
std::vector<T> elements(const Tensor& tensor) {
    EXPECT_EQ(tensor.dtype(), dtype_of<T>()) << name_of(tensor.dtype());
    const T* data = tensor.data_as<T>();
    return std::vector<T>(data, data + (tensor.dtype() == dtype_of<T>() ? tensor.elements() : 0));
}
std::vector<double> numbers(const Tensor& tensor);

/// Random tensors; the same ones in every run of a test.
class Dice {
   public:
    explicit Dice(unsigned seed = 1) : engine_(seed) {}
    int64_t between(int64_t low, int64_t high) { return std::uniform_int_distribution<int64_t>(low, high)(engine_); }
    /// `zeros`: a dimension may be 0.
    Shape shape(size_t rank, int64_t largest, bool zeros = true) {
        std::vector<int64_t> dims(rank);
        for (int64_t& dim : dims) {
            dim = between(zeros && between(0, 15) == 0 ? 0 : 1, largest);
        }
        return Shape(dims);
    }
    /// A shape that broadcasts to the given one.
    Shape broadcasting_to(const Shape& shape) {
        std::vector<int64_t> dims(shape.begin() + between(0, static_cast<int64_t>(shape.rank())), shape.end());
        for (int64_t& dim : dims) {
            dim = between(0, 2) == 0 ? 1 : dim;
        }
        return Shape(dims);
    }
    /// Small whole numbers and halves, or with `extreme` now and then the limits of the type, NaN, infinities.
    Tensor tensor(aclDataType type, const Shape& shape, bool extreme = false);
    Tensor indexes(aclDataType type, const Shape& shape, int64_t low, int64_t high);
    std::mt19937& engine() { return engine_; }

   private:
    std::mt19937 engine_;
};

/// The index of each element of a shape, in the order of memory.
std::vector<std::vector<int64_t>> places(const Shape& shape);
/// The element of a row-by-row tensor that a place of a shape it broadcasts to reads.
int64_t broadcast_offset(const Shape& from, const std::vector<int64_t>& place);
/// The element at a place.
int64_t offset_of(const Shape& shape, const std::vector<int64_t>& place);

/// Every element type.
inline const std::vector<aclDataType> kAllTypes = {ACL_FLOAT, ACL_DOUBLE, ACL_FLOAT16, ACL_BF16,  ACL_INT8,
                                                   ACL_UINT8, ACL_INT16,  ACL_UINT16,  ACL_INT32, ACL_UINT32,
                                                   ACL_INT64, ACL_UINT64, ACL_BOOL};

/// A tensor whose element i is i: shows where each element went.
Tensor counting(const Shape& shape, aclDataType type = ACL_INT32);

/// Equal type and bits, NaN equal to NaN of the same bits.
::testing::AssertionResult same(const Tensor& actual, const Tensor& expected);
/// Floating types within a relative and absolute tolerance, others equal.
::testing::AssertionResult close(const Tensor& actual, const Tensor& expected, double tolerance);

}  // namespace softacl::ops
