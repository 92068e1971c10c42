// SPDX-License-Identifier: Apache-2.0
// Caffe's binary files: the weights of layers.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "convert/problems.h"
#include "tensor/tensor.h"

namespace softacl::convert {

/// Tensors by the name of their layer, in the order of the file; empty ones (no type) are wrong and reported.
using Weights = std::map<std::string, std::vector<Tensor>>;

/// The result is nothing if the bytes are no weights at all. The tensors own what they need of the bytes.
std::optional<Weights> read_weights(const void* data, size_t size, Problems& problems);

}  // namespace softacl::convert
