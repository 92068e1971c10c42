// SPDX-License-Identifier: Apache-2.0
// A network as a file describes it, whatever the file's format: named nodes that read and make named tensors.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "convert/problems.h"
#include "ops/import.h"
#include "tensor/tensor.h"

namespace softacl::convert {

struct Network;

struct NetworkNode {
    ops::Framework framework = ops::Framework::kOnnx;
    std::string domain;  ///< "" for the default one; ONNX only
    std::string type;
    std::string name;     ///< unique after settle(); "<type>_<k>" if the file has none, k being its place in the file
    int64_t version = 0;  ///< opset of the domain; 0: the file does not say
    ops::Attrs attrs;
    std::vector<std::string> inputs;  ///< tensors; "" is an input left out
    size_t blobs = 0;                 ///< how many of the inputs, the last ones, are weights of a Caffe layer
    std::vector<std::string> outputs;
    std::map<std::string, std::shared_ptr<Network>> bodies;  ///< attributes that are networks

    /// As messages name the operator: "ai.onnx::11::Conv"; of other frameworks the type only.
    std::string optype() const;
    /// The code of messages about it.
    const char* code() const;
};

/// An input or output of the network.
struct NetworkTensor {
    std::string name;
    TensorType type;
    bool ranked = true;  ///< false: not even the number of dimensions is known
};

struct Network {
    ops::Framework framework = ops::Framework::kOnnx;
    std::string name;
    std::vector<NetworkNode> nodes;
    std::unordered_map<std::string, Tensor> constants;
    std::vector<NetworkTensor> inputs;  ///< without those that have a constant value
    std::vector<NetworkTensor> outputs;
    /// What tensors are called in the file, if several there share a name, as those of Caffe that are written over.
    std::unordered_map<std::string, std::string> labels;

    /// The code of messages about it as a whole.
    const char* code() const;
};

/// Names what has no name and puts the nodes into an order in which they can run. Reports tensors that are made twice,
/// read but never made, or made in a circle, in bodies as well.
void settle(Network& network, Problems& problems);

/// Tensors that the node needs: its inputs and what its bodies take from outside.
std::vector<std::string> needs(const NetworkNode& node);

}  // namespace softacl::convert
