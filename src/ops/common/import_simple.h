// SPDX-License-Identifier: Apache-2.0
// Import functions for the many ONNX operators that differ from ours in names only.
#pragma once

#include <utility>

#include "ops/common/importing.h"

namespace softacl::ops {

/// A float attribute of the ONNX operator: its name there, its default there, its name here.
struct FloatAttr {
    const char* from;
    float value;
    const char* to;
};

/// One input, one output, float attributes.
template <size_t count>
Imported import_unary(Importer& graph, const ForeignNode& node, const char* op, const FloatAttr (&floats)[count]) {
    Attrs attrs;
    for (const FloatAttr& attr : floats) {
        attrs.set(attr.to, node.attrs.get<float>(attr.from, attr.value));
    }
    return one(graph.add(op, {node.input(0)}, std::move(attrs)));
}
inline Imported import_unary(Importer& graph, const ForeignNode& node, const char* op) {
    return one(graph.add(op, {node.input(0)}));
}

}  // namespace softacl::ops
