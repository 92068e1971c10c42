// SPDX-License-Identifier: Apache-2.0
#include "ops/caffe/imports.h"
#include "ops/common/importing.h"
#include "ops/common/infer.h"
#include "ops/common/reference.h"

namespace softacl::ops {
namespace {

Result<std::vector<ValueRef>> import_identity(Importer& graph, const ForeignNode& node) {
    SOFTACL_ASSIGN(const ValueRef output, graph.add("Identity", {node.input(0)}));
    return std::vector<ValueRef>{output};
}

// Dropout does nothing when a network is used rather than trained; its mask then keeps everything.
Imported import_dropout(Importer& graph, const ForeignNode& node) {
    if (node.has_input(2)) {
        const Tensor* training = graph.constant(node.input(2));
        const Tensor* ratio = node.has_input(1) ? graph.constant(node.input(1)) : nullptr;
        const bool drops = training == nullptr || (training->elements() == 1 && training->to_ints()[0] != 0);
        if (drops && (ratio == nullptr || ratio->elements() != 1 || ratio->to_floats()[0] != 0)) {
            return import_fail("Dropout in training mode is not supported");
        }
    }
    SOFTACL_ASSIGN(const ValueRef output, graph.add("Identity", {node.input(0)}));
    std::vector<ValueRef> outputs = {output};
    if (node.outputs > 1) {
        SOFTACL_ASSIGN(ValueRef mask, graph.add("OnesLike", {node.input(0)}, {}, "mask"));
        if (node.version >= 10) {
            SOFTACL_ASSIGN(mask, add_cast(graph, mask, ACL_BOOL, "mask_bool"));
        }
        outputs.push_back(mask);
    }
    return outputs;
}

}  // namespace

OpDef declare_Identity() {
    return OpDef("Identity", "The input itself.")
        .input("x", kAny)
        .output("y", kAny)
        .infer(same_as_first)
        .kernel("view", make_view_of_any_layout)
        .onnx("Identity", import_identity)
        .onnx("Dropout", import_dropout)
        .caffe("Split", import_caffe_identity)
        .caffe("Dropout", import_caffe_identity);
}

}  // namespace softacl::ops
