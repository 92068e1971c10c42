// SPDX-License-Identifier: Apache-2.0
#include "model/encode.h"

#include <map>

#include "acl/acl_base.h"
#include "model/attr_code.h"
#include "model/encode_graph.h"

namespace softacl::model {
namespace {

Status add_attributes(const OmModel& model, bool in_file, const WeightsPlan& weights, ge::ModelDef* definition) {
    std::map<std::string, ops::Attr> attrs = model.attrs;
    attrs[kOutputNames] = model.graph.output_names;
    attrs[kWeightSize] = static_cast<int64_t>(weights.size);
    if (weights.size != 0 && !in_file) {
        attrs[kPadding] = std::string();  // lengthened when the place of the weights is known
    }
    for (const auto& [key, value] : attrs) {
        SOFTACL_TRY(encode_attr(value, add_entry(definition->mutable_attr(), key)));
    }
    for (const auto& [key, serialised] : model.other_attrs) {
        if (attrs.count(key) == 0 && !add_entry(definition->mutable_attr(), key)->ParseFromString(serialised)) {
            return fail(ACL_ERROR_INTERNAL_ERROR, "the model's attribute ", key, " is not what a reader gave");
        }
    }
    for (const auto& entry : definition->attr()) {
        SOFTACL_TRY(check_text(entry.key()));
    }
    return {};
}

}  // namespace

Status encode(const OmModel& model, ge::ModelDef* definition, WeightsPlan* weights, bool in_file) {
    SOFTACL_TRY(model.graph.verify());
    if (!model.input_ranges.empty() && model.input_ranges.size() != model.graph.inputs.size()) {
        return fail(ACL_ERROR_INTERNAL_ERROR, "the model has ", model.graph.inputs.size(), " inputs and ranges for ",
                    model.input_ranges.size());
    }
    definition->set_name(model.graph.name);
    definition->set_version(1);
    FileParts parts = {definition, WeightsWriter(weights), in_file, {}};
    parts.graphs.take(model.graph.name);
    SOFTACL_TRY(encode_graph(model.graph, model.graph.name, model.input_ranges, parts));
    return add_attributes(model, in_file, *weights, definition);
}

}  // namespace softacl::model
