// SPDX-License-Identifier: Apache-2.0
// A case of ONNX's own test data: a folder with a model, its inputs and what it makes of them.
#pragma once

#include <string>
#include <vector>

#include "base/status.h"
#include "graph/graph.h"
#include "tensor/tensor.h"

namespace softacl::convert {

/// What the import sees of the inputs: their types; their values as constants; only the number of their dimensions; all
/// dimensions but the first one.
enum class Inputs { kAtRunTime, kConstant, kOpen, kOpenBatch };

struct OnnxCase {
    graph::Graph graph;
    std::vector<Tensor> inputs;   ///< of the graph, in its order
    std::vector<Tensor> outputs;  ///< as ONNX has them
};

/// Folders with a model.onnx below the folder of test data, sorted.
std::vector<std::string> onnx_cases(const std::string& kind);

/// Reads and imports; the graph has the shapes of the inputs, also where the import did not see them.
Result<OnnxCase> read_onnx_case(const std::string& folder, Inputs inputs);

/// Types of the operators that the model uses.
std::vector<std::string> operators_of(const std::string& folder);

}  // namespace softacl::convert
