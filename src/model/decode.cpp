// SPDX-License-Identifier: Apache-2.0
#include "model/decode.h"

#include <unordered_set>

#include "acl/acl_base.h"
#include "model/attr_code.h"
#include "model/decode_graph.h"
#include "model/encode.h"

namespace softacl::model {
namespace {

class Decoder {
   public:
    Decoder(const ge::ModelDef& definition, const DecodeRequest& request)
        : definition_(definition), request_(request) {}

    Result<OmModel> run() {
        if (definition_.graph_size() == 0) {
            return senseless("the model definition has no graph");
        }
        SOFTACL_TRY(check_operators());
        FileGraphs file(definition_, request_);
        SOFTACL_ASSIGN(DecodedGraph decoded, decode_graph(definition_.graph(0), file));
        if (file.left() != 0) {
            return fail(ACL_ERROR_FEATURE_UNSUPPORTED, request_.origin, ": it has ", definition_.graph_size(),
                        " graphs, and no operator runs ", file.left(), " of them");
        }
        model_.graph = std::move(decoded.graph);
        model_.input_ranges = std::move(decoded.input_ranges);
        SOFTACL_TRY(add_attributes());
        if (model_.graph.output_names.size() != model_.graph.outputs.size()) {
            return senseless("the model has ", model_.graph.outputs.size(), " outputs and ",
                             model_.graph.output_names.size(), " names for them");
        }
        if (const Status broken = model_.graph.verify(); !broken.ok()) {
            return senseless(broken.message());
        }
        return std::move(model_);
    }

   private:
    template <class... Parts>
    Status senseless(const Parts&... parts) const {
        return fail(ACL_ERROR_PARSE_MODEL, request_.origin, ": ", parts...);
    }

    // Names all operators that are missing, not the first.
    Status check_operators() const {
        std::string missing;
        std::unordered_set<std::string> seen;
        for (const auto& source : definition_.graph()) {
            for (const auto& op : source.op()) {
                const bool special =
                    op.type() == kData || op.type() == kConst || op.type() == kFileConstant || op.type() == kNetOutput;
                if (!special && ops::find_op(op.type()) == nullptr && seen.insert(op.type()).second) {
                    missing += text(missing.empty() ? "" : ", ", op.type(), " (node '", op.name(), "')");
                }
            }
        }
        if (!missing.empty()) {
            return fail(ACL_ERROR_GE_EXEC_LOAD_KERNEL_PARTITION_FAILED, request_.origin,
                        ": this version has no operator named ", missing);
        }
        return {};
    }

    Status add_attributes() {
        for (const auto& entry : definition_.attr()) {
            auto attr = decode_attr(entry.value());
            if (entry.key() == kOutputNames) {
                auto* names = attr.ok() ? std::get_if<ops::Strings>(&*attr) : nullptr;
                if (names == nullptr) {
                    return senseless("the model's attribute ", kOutputNames, " is not a list of texts");
                }
                model_.graph.output_names = std::move(*names);
            } else if (entry.key() != kWeightSize && entry.key() != kPadding) {
                if (attr.ok()) {
                    model_.attrs[entry.key()] = std::move(*attr);
                } else {
                    model_.other_attrs[entry.key()] = entry.value().SerializeAsString();
                }
            }
        }
        return {};
    }

    const ge::ModelDef& definition_;
    const DecodeRequest& request_;
    OmModel model_;
};

}  // namespace

Result<OmModel> decode(const ge::ModelDef& definition, const DecodeRequest& request) {
    return Decoder(definition, request).run();
}

}  // namespace softacl::model
