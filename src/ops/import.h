// SPDX-License-Identifier: Apache-2.0
// What the import function of an operator sees of a foreign network: one node, and a place to build its counterpart.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/status.h"
#include "ops/attrs.h"

namespace softacl::ops {

/// A value of the graph that is being built.
using ValueRef = int32_t;
inline constexpr ValueRef kNoValue = -1;

/// A node of a network file, independent of the file's format.
struct ForeignNode {
    std::string domain;  ///< "" for the default one
    std::string type;    ///< "Conv"
    std::string name;
    int64_t version = 0;           ///< opset of its domain
    Attrs attrs;                   ///< as the file has them
    std::vector<ValueRef> inputs;  ///< kNoValue: left out
    size_t outputs = 1;            ///< how many the file names

    bool has_input(size_t index) const { return index < inputs.size() && inputs[index] != kNoValue; }
    ValueRef input(size_t index) const { return has_input(index) ? inputs[index] : kNoValue; }
};

/// The graph under construction. Types are inferred with each node, so they may be asked for at once.
class Importer {
   public:
    virtual ~Importer() = default;

    /// What type() and constant() refer to stays while the graph grows.
    virtual const TensorType& type(ValueRef value) const = 0;
    /// Its value, if it is a constant or was computed from constants; else null.
    virtual const Tensor* constant(ValueRef value) const = 0;

    virtual ValueRef add_constant(Tensor value, const std::string& suffix) = 0;
    /// A node named after the foreign one; helpers get "<name>_<suffix>".
    virtual Result<std::vector<ValueRef>> add_node(const std::string& op, std::vector<ValueRef> inputs, Attrs attrs,
                                                   size_t outputs, const std::string& suffix) = 0;

    /// A node with one output.
    Result<ValueRef> add(const std::string& op, std::vector<ValueRef> inputs, Attrs attrs = {},
                         const std::string& suffix = "") {
        SOFTACL_ASSIGN(const auto outputs, add_node(op, std::move(inputs), std::move(attrs), 1, suffix));
        return outputs.front();
    }
};

/// Builds what a foreign node means; returns its outputs. The sentence of a failure need not name the node.
using Import = Result<std::vector<ValueRef>> (*)(Importer& graph, const ForeignNode& node);

struct ImportDef {
    const char* type;
    Import function;
};

}  // namespace softacl::ops
