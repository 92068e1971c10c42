// SPDX-License-Identifier: Apache-2.0
#include "ops/common/infer.h"
#include "ops/common/reference.h"

namespace softacl::ops {
namespace {

Result<std::vector<ValueRef>> import_identity(Importer& graph, const ForeignNode& node) {
    SOFTACL_ASSIGN(const ValueRef output, graph.add("Identity", {node.input(0)}));
    return std::vector<ValueRef>{output};
}

}  // namespace

OpDef declare_Identity() {
    return OpDef("Identity", "The input itself.")
        .input("x", kAny)
        .output("y", kAny)
        .infer(same_as_first)
        .kernel("view", make_view_of_any_layout)
        .onnx("Identity", import_identity);
}

}  // namespace softacl::ops
