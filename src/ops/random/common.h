// SPDX-License-Identifier: Apache-2.0
// What the declarations of random operators share.
#pragma once

#include <initializer_list>

#include "ops/import.h"
#include "ops/op_def.h"

namespace softacl::ops {

/// Output 0 has the dimensions that the values of `input` say, a list; they are open until it is known.
Status infer_drawn(OpCall& call, size_t input, aclDataType dtype);

/// An attribute that names the element type of output 0, which must be one of those it may have.
Result<aclDataType> drawn_dtype(const OpCall& call, const char* attr);

/// These inputs have one element each.
Status require_single(const OpCall& call, std::initializer_list<size_t> inputs);

/// Floats as doubles; fails, with the name of the input, for what is no probability.
Status read_probabilities(const void* data, aclDataType dtype, int64_t count, const char* name, double* to);

/// The dimensions of a tensor as a constant, or as a node where they are open.
Result<ValueRef> add_shape_of(Importer& graph, ValueRef x);

/// Seeds that stand for ONNX's attribute seed, a float: a whole number itself, otherwise its bits. None: both 0.
struct Seeds {
    int64_t seed = 0;
    int64_t seed2 = 0;
};
Seeds onnx_seeds(const ForeignNode& node);

}  // namespace softacl::ops
