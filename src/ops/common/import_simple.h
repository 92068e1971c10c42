// SPDX-License-Identifier: Apache-2.0
// Import functions for the many ONNX operators that differ from ours in names only.
#pragma once

#include <utility>

#include "ops/import.h"

namespace softacl::ops {

inline Result<std::vector<ValueRef>> one_output(Result<ValueRef> value) {
    if (!value.ok()) {
        return value.status();
    }
    return std::vector<ValueRef>{*value};
}

/// A float attribute of the ONNX operator: its name there, its default there, its name here.
struct FloatAttr {
    const char* from;
    float value;
    const char* to;
};

/// One input, one output, float attributes.
template <size_t count>
Result<std::vector<ValueRef>> import_unary(Importer& graph, const ForeignNode& node, const char* op,
                                           const FloatAttr (&floats)[count]) {
    Attrs attrs;
    for (const FloatAttr& attr : floats) {
        attrs.set(attr.to, node.attrs.get<float>(attr.from, attr.value));
    }
    return one_output(graph.add(op, {node.input(0)}, std::move(attrs)));
}
inline Result<std::vector<ValueRef>> import_unary(Importer& graph, const ForeignNode& node, const char* op) {
    return one_output(graph.add(op, {node.input(0)}));
}

}  // namespace softacl::ops
