// SPDX-License-Identifier: Apache-2.0
// Loops of ONNX and TensorFlow. Each function makes the outputs of a node; its name begins those of what it is made of.
#pragma once

#include <string>
#include <vector>

#include "convert/node_importer.h"

namespace softacl::convert {

/// Repeats its body in the graph if it is known how often, else it becomes While.
Result<std::vector<ops::ValueRef>> import_loop(NodeImporter& importer, const NetworkNode& node, const std::string& name,
                                               const std::vector<ops::ValueRef>& inputs);
/// TensorFlow's, in the same way.
Result<std::vector<ops::ValueRef>> import_while(NodeImporter& importer, const NetworkNode& node,
                                                const std::string& name, const std::vector<ops::ValueRef>& inputs);
/// Repeats its body for the slices of its inputs.
Result<std::vector<ops::ValueRef>> import_scan(NodeImporter& importer, const NetworkNode& node, const std::string& name,
                                               const std::vector<ops::ValueRef>& inputs);
/// Repeats its body for the elements of its inputs.
Result<std::vector<ops::ValueRef>> import_sequence_map(NodeImporter& importer, const NetworkNode& node,
                                                       const std::string& name,
                                                       const std::vector<ops::ValueRef>& inputs);

}  // namespace softacl::convert
