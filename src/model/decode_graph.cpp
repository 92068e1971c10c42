// SPDX-License-Identifier: Apache-2.0
#include "model/decode_graph.h"

#include <algorithm>
#include <charconv>
#include <unordered_map>
#include <unordered_set>

#include "acl/acl_base.h"
#include "model/encode.h"
#include "model/order.h"

namespace softacl::model {
namespace {

using graph::Graph;
using graph::kNoValue;
using graph::ValueId;

bool is_plain(aclFormat format) {
    constexpr aclFormat kPlain[] = {ACL_FORMAT_ND,   ACL_FORMAT_NCHW,  ACL_FORMAT_NHWC,
                                    ACL_FORMAT_HWCN, ACL_FORMAT_NDHWC, ACL_FORMAT_NCDHW};
    return std::find(std::begin(kPlain), std::end(kPlain), format) != std::end(kPlain);
}

class GraphDecoder {
   public:
    GraphDecoder(const ge::GraphDef& source, FileGraphs& file)
        : source_(source), file_(file), request_(*file.request) {}

    // NOLINTNEXTLINE(misc-no-recursion): every graph of the file is read once
    Result<DecodedGraph> run() {
        SOFTACL_TRY(check_names());
        result_.graph.name = source_.name();
        SOFTACL_TRY(add_inputs());
        if (request_.foreign) {
            for (const ge::OpDef* op : in_running_order(source_)) {
                SOFTACL_TRY(add_operator(*op));
            }
        } else {
            for (const auto& op : source_.op()) {
                SOFTACL_TRY(add_operator(op));
            }
        }
        SOFTACL_TRY(add_outputs());
        return std::move(result_);
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

    Status check_names() const {
        std::unordered_set<std::string> names;
        int outputs = 0;
        for (const auto& op : source_.op()) {
            outputs += op.type() == kNetOutput ? 1 : 0;
            if (op.name().empty() || !names.insert(op.name()).second) {
                return senseless("two operators are named '", op.name(), "', or one has no name");
            }
        }
        return outputs == 1 ? Status() : senseless("the graph has ", outputs, " operators NetOutput; expected 1");
    }

    // NOLINTNEXTLINE(misc-no-recursion): every graph of the file is read once
    Result<std::vector<std::shared_ptr<const Graph>>> bodies_of(const ge::OpDef& op) {
        std::vector<std::shared_ptr<const Graph>> bodies;
        for (const std::string& name : op.subgraph_name()) {
            const ge::GraphDef* source = file_.take(name);
            if (source == nullptr) {
                return senseless_op(op, "it runs the graph '", name, "', which there is not, or another node runs it");
            }
            --file_.depth_left;
            SOFTACL_ASSIGN(DecodedGraph body, GraphDecoder(*source, file_).run());
            ++file_.depth_left;
            for (size_t i = 0; i < body.graph.outputs.size(); ++i) {
                body.graph.output_names[i] = body.graph.value(body.graph.outputs[i]).name;
            }
            bodies.push_back(std::make_shared<const Graph>(std::move(body.graph)));
        }
        return bodies;
    }

    // NOLINTNEXTLINE(misc-no-recursion): every graph of the file is read once
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

    Result<TensorType> type_of(const ge::OpDef& op, const ge::TensorDescriptor& desc) const {
        auto type = decode_type(desc);
        return type.ok() ? type : senseless_op(op, type.status().message());
    }

    Status add_inputs() {
        std::vector<const ge::OpDef*> inputs;
        for (const auto& op : source_.op()) {
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
            made_[op->name()] = {result_.graph.add_input(op->name(), type)};
            SOFTACL_TRY(add_range(*op, type, &ranged));
        }
        if (!ranged) {
            result_.input_ranges.clear();
        }
        return {};
    }

    Status add_range(const ge::OpDef& op, const TensorType& type, bool* ranged) {
        result_.input_ranges.emplace_back();
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
        result_.input_ranges.back() = *rows;
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
        const ValueId id = result_.graph.add_constant(op.name(), std::move(*tensor));
        if (op.output_desc_size() == 1 && !op.output_desc(0).name().empty()) {
            result_.graph.value(id).name = op.output_desc(0).name();
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

    // NOLINTNEXTLINE(misc-no-recursion): every graph of the file is read once
    Status add_node(const ge::OpDef& op) {
        const ops::OpDef& definition = *ops::find_op(op.type());
        SOFTACL_ASSIGN(std::vector<ValueId> inputs, sources_of(op));
        SOFTACL_ASSIGN(ops::Attrs attrs, attributes_of(op, definition));
        const auto wanted = static_cast<size_t>(op.output_desc_size());
        if (wanted == 0) {
            return senseless_op(op, "it has 0 outputs; expected 1 or more");
        }
        SOFTACL_ASSIGN(auto bodies, bodies_of(op));
        auto made = result_.graph.add_node(op.name(), definition, std::move(inputs), std::move(attrs), wanted,
                                           std::nullopt, std::move(bodies));
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
        graph::Value& value = result_.graph.value(id);
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
            result_.graph.nodes.back().origins = std::move(*names);
        }
        return {};
    }

    Status add_outputs() {
        SOFTACL_ASSIGN(result_.graph.outputs, sources_of(*output_));
        const auto& outputs = result_.graph.outputs;
        if (std::count(outputs.begin(), outputs.end(), kNoValue) != 0) {
            return senseless_op(*output_, "an output of the model is absent");
        }
        for (size_t i = 0; i < outputs.size(); ++i) {
            std::string source = output_->input(static_cast<int>(i));  // control edges come last
            source[source.rfind(':')] = '_';
            result_.graph.output_names.push_back(text("output_", i, "_", source));
        }
        return {};
    }

    const ge::GraphDef& source_;
    FileGraphs& file_;
    const DecodeRequest& request_;
    DecodedGraph result_;
    std::unordered_map<std::string, std::vector<ValueId>> made_;  // outputs of operators, by name
    const ge::OpDef* output_ = nullptr;
};

}  // namespace

Result<DecodedGraph> decode_graph(const ge::GraphDef& source, FileGraphs& file) {
    return GraphDecoder(source, file).run();
}

}  // namespace softacl::model
