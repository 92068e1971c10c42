// SPDX-License-Identifier: Apache-2.0
#include "exec/choose_variant.h"

#include "acl/acl_base.h"
#include "exec/choose_gear.h"

namespace softacl::exec {
namespace {

Result<std::vector<Shape>> given_shapes(const ModelInfo& info, const Dataset& inputs) {
    std::vector<Shape> shapes;
    for (size_t i = 0; i < info.inputs.size(); ++i) {
        const TensorInfo& input = info.inputs[i];
        const Shape open(input.dims);
        const Shape shape = inputs.given_shape(i).value_or(open);
        if (!shape.is_known()) {
            return fail(ACL_ERROR_GE_SHAPE_INVALID, "input ", i, " '", input.name, "' has the open shape ", open,
                        " and was given ", shape == open ? "none" : shape.text(),
                        "; say how large it is with aclmdlSetDatasetTensorDesc");
        }
        shapes.push_back(shape);
    }
    return shapes;
}

Status check_given_shapes(const Variant& variant, const Dataset& inputs) {
    for (size_t i = 0; i < variant.inputs.size(); ++i) {
        const Shape fixed(variant.inputs[i].dims);
        if (const auto given = inputs.given_shape(i); given && *given != fixed) {
            return fail(ACL_ERROR_GE_SHAPE_INVALID, "input ", i, " '", variant.inputs[i].name, "' was given the shape ",
                        *given, "; the model takes ", fixed);
        }
    }
    return {};
}

}  // namespace

Result<VariantPtr> choose_variant(LoadedModel& model, const Dataset& inputs) {
    const ModelInfo& info = *model.info();
    if (!info.has_free_shapes()) {
        SOFTACL_ASSIGN(const size_t gear, chosen_gear(info, inputs));
        SOFTACL_TRY(check_given_shapes(*info.variants[gear], inputs));
        return info.variants[gear];
    }
    SOFTACL_ASSIGN(const std::vector<Shape> shapes, given_shapes(info, inputs));
    SOFTACL_ASSIGN(VariantPtr variant, model.variant_for(shapes));
    info.current->set(variant);
    return variant;
}

Status describe_outputs(const Variant& variant, Dataset& outputs) {
    std::vector<TensorFacts> facts;
    for (size_t i = 0; i < variant.outputs.size(); ++i) {
        const TensorInfo& output = variant.outputs[i];
        const Shape shape(output.dims);
        if (const auto given = outputs.given_shape(i); given && *given != shape) {
            return fail(ACL_ERROR_INVALID_PARAM, "output ", i, " '", output.name, "' was given the shape ", *given,
                        "; it has ", shape);
        }
        TensorFacts& fact = facts.emplace_back();
        fact.dtype = output.dtype;
        fact.layout = {shape, output.format};
        fact.name = output.name;
    }
    return outputs.tell(facts);
}

}  // namespace softacl::exec
