// SPDX-License-Identifier: Apache-2.0
// Operators that differ from another one only in what is an attribute rather than an input: TileD is Tile whose
// multiples are an attribute. Their inference and kernels are the other one's, called with the attribute as a constant.
#pragma once

#include <utility>

#include "ops/op_def.h"

namespace softacl::ops {

/// Says what the derived operator ("form") makes of the ports of another one, its base. A port of the base is fed from
/// the form's attribute of the same name, else from its input of that name; else it stays empty. Attributes that the
/// base has, too, are passed on.
///
///     constexpr AttributeForm kTileD = {"Tile"};
///     OpDef declare_TileD() {
///         return attribute_form<kTileD>(declare_Tile(), OpDef("TileD", "...").input("x", kAny).output("y", kAny)
///                                                           .required_attr("multiples", Ints{}));
///     }
///
/// Integers become int64 (int32 where the port takes no other), floats float32; lists, and lists of lists of one
/// length, become tensors of that shape. The kernels of a base may be views only if both have the same first input.
struct AttributeForm {
    const char* base;
    /// The form's input whose element type the numbers get instead, for ports that hold values rather than indexes.
    const char* like = nullptr;
    /// Ports or attributes of the base that have another name in the form.
    struct Rename {
        const char* base;
        const char* form;
    };
    Rename renames[4] = {};
};

Status infer_attribute_form(const AttributeForm& form, OpCall& call);
Status largest_attribute_form(const AttributeForm& form, OpCall& call);
Result<kernels::KernelPtr> make_attribute_form_kernel(const AttributeForm& form, size_t kernel, const OpCall& call);
/// The inputs of the form whose values the base needs.
std::vector<size_t> value_inputs_of_form(const AttributeForm& form, const OpDef& base, const OpDef& op);

inline constexpr size_t kMaxKernelsOfForm = 4;

/// `op` has its ports and attributes; it gets the base's inference and kernels. At most kMaxKernelsOfForm kernels.
template <const AttributeForm& form>
OpDef attribute_form(const OpDef& base, OpDef op) {
    static constexpr MakeKernel kMake[kMaxKernelsOfForm] = {
        [](const OpCall& call) { return make_attribute_form_kernel(form, 0, call); },
        [](const OpCall& call) { return make_attribute_form_kernel(form, 1, call); },
        [](const OpCall& call) { return make_attribute_form_kernel(form, 2, call); },
        [](const OpCall& call) { return make_attribute_form_kernel(form, 3, call); }};
    op.infer([](OpCall& call) { return infer_attribute_form(form, call); });
    for (size_t i = 0; i < base.kernels().size() && i < kMaxKernelsOfForm; ++i) {
        op.kernel(base.kernels()[i].name, kMake[i]);
    }
    if (base.largest() != nullptr) {
        op.largest([](OpCall& call) { return largest_attribute_form(form, call); });
    }
    for (const size_t input : value_inputs_of_form(form, base, op)) {
        op.needs_value(input);
    }
    return op;
}

}  // namespace softacl::ops
