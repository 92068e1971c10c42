// SPDX-License-Identifier: Apache-2.0
// The fast kernels, as far as the engine below has one. They live in a library of their own that is loaded at first
// use, so that programs which compute nothing do not carry it.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "kernels/kernel.h"

namespace softacl::kernels {

/// A function applied to each element. alpha and beta as the field knows them: slope of leaky_relu and elu, bounds
/// [alpha, beta] of clip, factor and summand of hard_sigmoid and linear. The others have none.
enum class Activation {
    kNone,
    kRelu,
    kLeakyRelu,
    kClip,
    kElu,
    kSigmoid,
    kTanh,
    kHardSigmoid,
    kHardSwish,
    kSwish,
    kGelu,  // with erf
    kMish,
    kSoftplus,
    kAbs,
    kSqrt,
    kSquare,
    kExp,
    kLog,
    kLinear,
};
struct Elementwise {
    Activation kind = Activation::kNone;
    float alpha = 0;
    float beta = 0;
};

/// Convolution of float32 tensors. The inputs are input, filter, bias (null without), addend (null without); filter and
/// bias are packed. Input [N, C, spatial...], filter [O, C/groups, spatial...] (transposed:
/// [C, O/groups, spatial...]), bias [O], result [N, O, spatial...]. All lists have one entry per spatial axis (1 to 3).
struct ConvParams {
    Shape input;
    Shape filter;
    Shape output;
    std::vector<int64_t> strides;
    std::vector<int64_t> dilations;  ///< 1: dense
    std::vector<int64_t> pads_begin;
    std::vector<int64_t> pads_end;
    int64_t groups = 1;
    bool transposed = false;
    bool has_bias = false;
    bool adds = false;       ///< input 3, of the result's shape, is added before the activation
    Elementwise activation;  ///< applied to the sum
    Layout input_layout;     ///< in which the input lies already
};

struct PoolParams {
    enum class Kind { kMax, kAverage, kAverageWithPadding };
    Kind kind = Kind::kMax;
    Shape input;
    Shape output;
    std::vector<int64_t> window;
    std::vector<int64_t> strides;
    std::vector<int64_t> pads_begin;
    std::vector<int64_t> pads_end;
    Layout input_layout;
};

/// result[..., M, N] = alpha * a[..., M, K] * b[..., K, N] (+ bias). Leading dimensions broadcast. Transposed operands
/// are stored as [..., K, M] and [..., N, K]. The inputs are a, b, bias.
struct MatMulParams {
    Shape a;
    Shape b;
    Shape output;
    bool transpose_a = false;
    bool transpose_b = false;
    bool b_is_constant = false;  ///< b is packed
    float alpha = 1;
    Shape bias;  ///< broadcasts to the result; rank 0: none
    Elementwise activation;
};

/// y = alpha * a * b + beta * c with factors that are read when the kernel runs. The inputs are a, b, c, alpha, beta; c
/// may be the memory of y, and is not read (NaN there is no matter) where beta is 0. Steps count elements.
///
/// a and b are float32, float16 or int8, everything else is `result`: of float32 the same; of float16 itself or
/// float32; of int8 int32 or float32. Sums are float32, of int8 int32 without loss but for what exceeds int32, which
/// wraps around. float16 results are rounded once.
struct GemmParams {
    int64_t m = 0;
    int64_t n = 0;
    int64_t k = 0;
    aclDataType operands = ACL_FLOAT;
    aclDataType result = ACL_FLOAT;
    bool transpose_a = false;  ///< stored as [k, m], else [m, k]
    bool transpose_b = false;  ///< stored as [n, k], else [k, n]
    int64_t a_step = 0;        ///< from row to row, as stored
    int64_t b_step = 0;
    int64_t c_row_step = 0;  ///< c is [m, n]; 0 repeats
    int64_t c_column_step = 1;
    int64_t y_step = 0;  ///< from row to row
};

enum class Binary { kAdd, kSub, kMul, kDiv, kMax, kMin };

/// result = a op b with broadcasting, then the activation.
struct BinaryParams {
    Binary kind = Binary::kAdd;
    Shape a;
    Shape b;
    Shape output;
    Elementwise activation;
    Layout a_layout;
    Layout b_layout;
};

struct ElementwiseParams {
    Elementwise function;
    Shape shape;
    Layout layout;
};

struct SoftmaxParams {
    Shape shape;
    size_t axis = 0;
    bool logarithm = false;
    Layout layout;
};

struct ConcatParams {
    std::vector<Shape> inputs;
    size_t axis = 0;
    std::vector<Layout> layouts;
};

struct ResizeParams {
    bool linear = false;  ///< else nearest
    Shape input;
    Shape output;
    Layout layout;
};

struct LrnParams {
    Shape shape;
    int64_t size = 5;  ///< channels in the window
    float alpha = 0;   ///< of one square: what ONNX and Caffe call alpha / size
    float beta = 0;
    float bias = 1;
    Layout layout;
};

/// Factories of kernels, of float32 where nothing else is said. Each refuses (with a reason in the Status) what it has
/// no fast kernel for; the caller then takes its next kernel. Any thread.
class FastKernels {
   public:
    virtual ~FastKernels() = default;

    /// The engine's favourite block of channels on this processor.
    virtual int block() const = 0;

    virtual Result<KernelPtr> convolution(const ConvParams& params) const = 0;
    virtual Result<KernelPtr> pool(const PoolParams& params) const = 0;
    virtual Result<KernelPtr> matmul(const MatMulParams& params) const = 0;
    virtual Result<KernelPtr> gemm(const GemmParams& params) const = 0;
    virtual Result<KernelPtr> binary(const BinaryParams& params) const = 0;
    virtual Result<KernelPtr> elementwise(const ElementwiseParams& params) const = 0;
    virtual Result<KernelPtr> softmax(const SoftmaxParams& params) const = 0;
    virtual Result<KernelPtr> concat(const ConcatParams& params) const = 0;
    virtual Result<KernelPtr> resize(const ResizeParams& params) const = 0;
    virtual Result<KernelPtr> lrn(const LrnParams& params) const = 0;
    virtual Result<KernelPtr> transpose(const TensorType& type, const std::vector<int64_t>& permutation) const = 0;
    /// `count` elements as another type, rounded to nearest.
    virtual Result<KernelPtr> convert(aclDataType from, aclDataType to, int64_t count) const = 0;
    /// From one layout to another, any float32 tensor of rank 2 to 5.
    virtual Result<KernelPtr> reorder(const TensorType& type, Layout from, Layout to) const = 0;
};

/// The fast kernels of this process, or why there are none. Loads them at first use.
Result<const FastKernels*> fast_kernels();

}  // namespace softacl::kernels
