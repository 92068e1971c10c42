// SPDX-License-Identifier: Apache-2.0
#include "model/decode.h"

#include <algorithm>
#include <charconv>
#include <unordered_map>
#include <unordered_set>

#include "acl/acl_base.h"
#include "model/attr_code.h"
#include "model/encode.h"
#include "model/order.h"

namespace softacl::model {
namespace {

using graph::kNoValue;
using graph::ValueId;

bool is_plain(aclFormat format) {
    constexpr aclFormat kPlain[] = {ACL_FORMAT_ND,   ACL_FORMAT_NCHW,  ACL_FORMAT_NHWC,
                                    ACL_FORMAT_HWCN, ACL_FORMAT_NDHWC, ACL_FORMAT_NCDHW};
    return std::find(std::begin(kPlain), std::end(kPlain), format) != std::end(kPlain);
}

class Decoder {
   public:
    Decoder(const ge::ModelDef& definition, const DecodeRequest& request)
        : definition_(definition), request_(request) {}

    Result<OmModel> run() {
        if (definition_.graph_size() == 0) {
            return senseless("the model definition has no graph");
        }
        SOFTACL_TRY(check_operators());
        if (definition_.graph_size() > 1) {
            return fail(ACL_ERROR_FEATURE_UNSUPPORTED, request_.origin, ": it has ", definition_.graph_size(),
                        " graphs; models with subgraphs are not supported");
        }
        const ge::GraphDef& source = definition_.graph(0);
        model_.graph.name = source.name();
        SOFTACL_TRY(add_inputs(source));
        if (request_.foreign) {
            for (const ge::OpDef* op : in_running_order(source)) {
                SOFTACL_TRY(add_operator(*op));
            }
        } else {
            for (const auto& op : source.op()) {
                SOFTACL_TRY(add_operator(op));
            }
        }
        SOFTACL_TRY(add_attributes());
        SOFTACL_TRY(add_outputs());
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
    template <class... Parts>
    Status senseless_op(const ge::OpDef& op, const Parts&... parts) const {
        return senseless("node '", op.name(), "' (", op.type(), "): ", parts...);
    }

    Status add_operator(const ge::OpDef& op) {
        if (op.type() == kConst) {
            return add_constant(op);
        }
        if (op.type() == kFileConstant) {
            return add_file_constant(op);
        }
        if (op.type() == kNetOutput) {
            output_ = &op;
            return {};
        }
        return op.type() == kData ? Status() : add_node(op);
    }

    // Names all operators that are missing, not the first.
    Status check_operators() const {
        std::string missing;
        std::unordered_set<std::string> seen;
        std::unordered_set<std::string> names;
        int outputs = 0;
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
        for (const auto& op : definition_.graph(0).op()) {
            outputs += op.type() == kNetOutput ? 1 : 0;
            if (op.name().empty() || !names.insert(op.name()).second) {
                return senseless("two operators are named '", op.name(), "', or one has no name");
            }
        }
        return outputs == 1 ? Status() : senseless("the graph has ", outputs, " operators NetOutput; expected 1");
    }

    Result<TensorType> type_of(const ge::OpDef& op, const ge::TensorDescriptor& desc) const {
        auto type = decode_type(desc);
        return type.ok() ? type : senseless_op(op, type.status().message());
    }

    Status add_inputs(const ge::GraphDef& source) {
        std::vector<const ge::OpDef*> inputs;
        for (const auto& op : source.op()) {
            if (op.type() == kData) {
                inputs.push_back(&op);
            }
        }
        std::vector<const ge::OpDef*> ordered(inputs.size());
        for (const ge::OpDef* op : inputs) {
            const ge::AttrDef* index = find_entry(op->attr(), kIndex);
            const auto position = index == nullptr ? -1 : index->i();
            if (position < 0 || static_cast<size_t>(position) >= ordered.size() ||
                ordered[static_cast<size_t>(position)] != nullptr || op->output_desc_size() != 1) {
                return senseless_op(*op, "it is input ", position, " of ", ordered.size(), " with ",
                                    op->output_desc_size(), " outputs; expected an index of its own and one output");
            }
            ordered[static_cast<size_t>(position)] = op;
        }
        bool ranged = false;
        for (const ge::OpDef* op : ordered) {
            SOFTACL_ASSIGN(const TensorType type, type_of(*op, op->output_desc(0)));
            made_[op->name()] = {model_.graph.add_input(op->name(), type)};
            SOFTACL_TRY(add_range(*op, type, &ranged));
        }
        if (!ranged) {
            model_.input_ranges.clear();
        }
        return {};
    }

    Status add_range(const ge::OpDef& op, const TensorType& type, bool* ranged) {
        model_.input_ranges.emplace_back();
        const ge::AttrDef* entry = find_entry(op.output_desc(0).attr(), kShapeRange);
        if (entry == nullptr) {
            return {};
        }
        const auto attr = decode_attr(*entry);
        const auto* rows = attr.ok() ? std::get_if<ops::IntLists>(&*attr) : nullptr;
        if (rows == nullptr || rows->size() != type.shape.rank() ||
            std::any_of(rows->begin(), rows->end(), [](const ops::Ints& row) { return row.size() != 2; })) {
            return senseless_op(op, "its shape_range is not one pair of numbers per dimension");
        }
        model_.input_ranges.back() = *rows;
        *ranged = true;
        return {};
    }

    Status add_constant(const ge::OpDef& op) {
        const ge::AttrDef* value = find_entry(op.attr(), kValue);
        if (value == nullptr || !value->has_t()) {
            return senseless_op(op, "it has no tensor named ", kValue);
        }
        return add_tensor(op, decode_tensor(value->t(), request_.weights, request_.hold));
    }

    Status add_file_constant(const ge::OpDef& op) {
        const ge::AttrDef* location = find_entry(op.attr(), kLocation);
        const ge::AttrDef* offset = find_entry(op.attr(), kOffset);
        const ge::AttrDef* length = find_entry(op.attr(), kLength);
        if (location == nullptr || offset == nullptr || length == nullptr || op.output_desc_size() != 1) {
            return senseless_op(op, "expected the attributes ", kLocation, ", ", kOffset, " and ", kLength,
                                " and one output");
        }
        SOFTACL_ASSIGN(const WeightFiles::Content content, request_.files->open(location->s()));
        ge::TensorDef message;
        *message.mutable_desc() = op.output_desc(0);
        message.mutable_desc()->clear_attr();
        message.mutable_desc()->set_data_offset(offset->i());
        message.mutable_desc()->set_weight_size(length->i());
        return add_tensor(op, decode_tensor(message, content.bytes, content.hold));
    }

    Status add_tensor(const ge::OpDef& op, Result<Tensor> tensor) {
        if (!tensor.ok()) {
            return senseless_op(op, tensor.status().message());
        }
        if (request_.foreign && !is_plain(tensor->type().format)) {
            return senseless_op(op, "its elements lie in the layout ", name_of(tensor->type().format),
                                " of the hardware, which cannot be undone");
        }
        if (tensor->dtype() == ACL_DT_UNDEFINED) {
            return senseless_op(op, "its elements have no type");
        }
        const ValueId id = model_.graph.add_constant(op.name(), std::move(*tensor));
        if (op.output_desc_size() == 1 && !op.output_desc(0).name().empty()) {
            model_.graph.value(id).name = op.output_desc(0).name();
        }
        made_[op.name()] = {id};
        return {};
    }

    // "producer:index"; nothing is written for an optional input that is absent.
    Result<ValueId> source_of(const ge::OpDef& op, const std::string& input) const {
        if (input.empty()) {
            return ValueId{kNoValue};
        }
        const size_t colon = input.rfind(':');
        int64_t index = -1;
        if (colon != std::string::npos) {
            const char* end = input.data() + input.size();
            const auto parsed = std::from_chars(input.data() + colon + 1, end, index);
            index = parsed.ec == std::errc() && parsed.ptr == end ? index : -1;
        }
        const auto producer = index < 0 ? made_.end() : made_.find(input.substr(0, colon));
        if (producer == made_.end() || static_cast<size_t>(index) >= producer->second.size()) {
            return senseless_op(op, "it reads '", input, "', which no operator before it makes");
        }
        return producer->second[static_cast<size_t>(index)];
    }

    Result<std::vector<ValueId>> sources_of(const ge::OpDef& op) const {
        std::vector<ValueId> sources;
        for (const std::string& input : op.input()) {
            constexpr char kAfter[] = ":-1";  // only an order of running, which data give anyway
            if (input.size() > 3 && input.compare(input.size() - 3, 3, kAfter) == 0) {
                continue;
            }
            SOFTACL_ASSIGN(const ValueId source, source_of(op, input));
            sources.push_back(source);
        }
        return sources;
    }

    Result<ops::Attrs> attributes_of(const ge::OpDef& op, const ops::OpDef& definition) const {
        ops::Attrs attrs;
        for (const auto& entry : op.attr()) {
            const auto& declared = definition.attrs();
            const bool known = std::any_of(declared.begin(), declared.end(),
                                           [&](const ops::AttrDef& attr) { return attr.name == entry.key(); });
            if (!known && (request_.newer || request_.foreign || entry.key().rfind('_', 0) == 0)) {
                continue;  // for tools, or from a version that says it can be passed over
            }
            auto attr = decode_attr(entry.value());
            if (!attr.ok()) {
                return senseless_op(op, "attribute ", entry.key(), ": ", attr.status().message());
            }
            attrs.set(entry.key(), std::move(*attr));
        }
        return attrs;
    }

    Status add_node(const ge::OpDef& op) {
        const ops::OpDef& definition = *ops::find_op(op.type());
        SOFTACL_ASSIGN(std::vector<ValueId> inputs, sources_of(op));
        SOFTACL_ASSIGN(ops::Attrs attrs, attributes_of(op, definition));
        const auto wanted = static_cast<size_t>(op.output_desc_size());
        const auto& ports = definition.outputs();
        const bool any_number = std::any_of(ports.begin(), ports.end(),
                                            [](const ops::Port& port) { return port.arity == ops::Arity::kDynamic; });
        if (wanted == 0 || (wanted > ports.size() && !any_number)) {
            return senseless_op(op, "it has ", wanted, " outputs; the operator has ", ports.size());
        }
        auto made = model_.graph.add_node(op.name(), definition, std::move(inputs), std::move(attrs), wanted);
        if (!made.ok()) {
            return senseless(made.status().message());
        }
        if (made->size() != wanted) {
            return senseless_op(op, "it has ", wanted, " outputs where ", made->size(), " are inferred");
        }
        for (size_t i = 0; i < wanted; ++i) {
            SOFTACL_TRY(check_output(op, static_cast<int>(i), (*made)[i]));
        }
        made_[op.name()] = std::move(*made);
        return add_origins(op);
    }

    Status check_output(const ge::OpDef& op, int index, ValueId id) {
        const ge::TensorDescriptor& desc = op.output_desc(index);
        SOFTACL_ASSIGN(const TensorType stored, type_of(op, desc));
        graph::Value& value = model_.graph.value(id);
        if (stored != value.type && !request_.foreign) {
            return senseless_op(op, "output ", index, " is stored as ", stored.text(), " ", name_of(stored.format),
                                ", but its inputs make it ", value.type.text(), " ", name_of(value.type.format));
        }
        if (!desc.name().empty()) {
            value.name = desc.name();
        }
        return {};
    }

    Status add_origins(const ge::OpDef& op) {
        if (const ge::AttrDef* entry = find_entry(op.attr(), kOrigins)) {
            auto origins = decode_attr(*entry);
            auto* names = origins.ok() ? std::get_if<ops::Strings>(&*origins) : nullptr;
            if (names == nullptr) {
                return senseless_op(op, "its ", kOrigins, " is not a list of texts");
            }
            model_.graph.nodes.back().origins = std::move(*names);
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
                named_ = true;
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

    Status add_outputs() {
        SOFTACL_ASSIGN(model_.graph.outputs, sources_of(*output_));
        const auto& outputs = model_.graph.outputs;
        if (std::count(outputs.begin(), outputs.end(), kNoValue) != 0) {
            return senseless_op(*output_, "an output of the model is absent");
        }
        if (!named_) {
            for (size_t i = 0; i < outputs.size(); ++i) {
                std::string source = output_->input(static_cast<int>(i));  // control edges come last
                source[source.rfind(':')] = '_';
                model_.graph.output_names.push_back(text("output_", i, "_", source));
            }
        }
        if (model_.graph.output_names.size() != outputs.size()) {
            return senseless("the model has ", outputs.size(), " outputs and ", model_.graph.output_names.size(),
                             " names for them");
        }
        return {};
    }

    const ge::ModelDef& definition_;
    const DecodeRequest& request_;
    OmModel model_;
    std::unordered_map<std::string, std::vector<ValueId>> made_;  // outputs of operators, by name
    const ge::OpDef* output_ = nullptr;
    bool named_ = false;
};

}  // namespace

Result<OmModel> decode(const ge::ModelDef& definition, const DecodeRequest& request) {
    return Decoder(definition, request).run();
}

}  // namespace softacl::model
