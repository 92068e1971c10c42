// SPDX-License-Identifier: Apache-2.0
// A case of ONNX's own test data: a folder with a model, its inputs and what it makes of them.
#pragma once

#include <string>
#include <vector>

#include "base/status.h"
#include "graph/graph.h"
#include "tensor/tensor.h"

namespace softacl::convert {

/// Whether the graph sees the inputs' values as constants, or only their types.
enum class Inputs { kAtRunTime, kConstant };

struct OnnxCase {
    graph::Graph graph;
    std::vector<Tensor> inputs;   ///< of the graph, in its order
    std::vector<Tensor> outputs;  ///< as ONNX has them
};

/// Folders with a model.onnx below the folder of test data, sorted.
std::vector<std::string> onnx_cases(const std::string& kind);

/// Reads and imports; shapes that the model leaves open are those of the inputs.
Result<OnnxCase> read_onnx_case(const std::string& folder, Inputs inputs);

/// Types of the operators that the model uses.
std::vector<std::string> operators_of(const std::string& folder);

}  // namespace softacl::convert
