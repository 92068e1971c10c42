// SPDX-License-Identifier: Apache-2.0
#include "graph/op_request.h"

#include <algorithm>

#include "base/log.h"
#include "graph/channels_first.h"

namespace softacl::graph {
namespace {

using ops::Attr;
using ops::AttrDef;
using ops::OpDef;

template <class T>
bool is_empty_list(const std::vector<T>& list) {
    return list.empty();
}
template <class T>
bool is_empty_list(const T& /*no_list*/) {
    return false;
}

// The value as the kind that is wanted, where both say the same: numbers 0 and 1 for bools, numbers for element types,
// and lists without elements.
std::optional<Attr> converted(const Attr& given, const Attr& wanted) {
    if (given.index() == wanted.index()) {
        return given;
    }
    if (const auto* number = std::get_if<int64_t>(&given)) {
        if (std::holds_alternative<bool>(wanted) && (*number == 0 || *number == 1)) {
            return Attr(*number == 1);
        }
        if (std::holds_alternative<aclDataType>(wanted)) {
            return Attr(static_cast<aclDataType>(*number));
        }
        if (std::holds_alternative<float>(wanted)) {
            return Attr(static_cast<float>(*number));
        }
    }
    if (const auto* type = std::get_if<aclDataType>(&given);
        type != nullptr && std::holds_alternative<int64_t>(wanted)) {
        return Attr(int64_t{*type});
    }
    if (std::visit([](const auto& value) { return is_empty_list(value); }, given)) {
        return std::visit([](const auto& value) { return Attr(std::decay_t<decltype(value)>{}); }, wanted);
    }
    return std::nullopt;
}

Attrs fitted(const OpDef& op, const Attrs& given) {
    Attrs fitted;
    for (const auto& [name, value] : given) {
        const std::string& wanted = name;
        const auto def = std::find_if(op.attrs().begin(), op.attrs().end(),
                                      [&](const AttrDef& attr) { return attr.name == wanted; });
        if (def == op.attrs().end()) {
            log(LogLevel::kWarning, SOFTACL_HERE,
                text("operator ", op.name(), " has no attribute ", name, "; it is ignored"));
            continue;
        }
        fitted.set(name, converted(value, def->value).value_or(value));  // what does not fit is refused later
    }
    return fitted;
}

const char* channel_order(aclFormat format) {
    switch (format) {
        case ACL_FORMAT_NCHW: return "NCHW";
        case ACL_FORMAT_NHWC: return "NHWC";
        case ACL_FORMAT_NCDHW: return "NCDHW";
        case ACL_FORMAT_NDHWC: return "NDHWC";
        default: return nullptr;
    }
}

// Where channels are is said by the description of the first picture; the attribute may say it, too.
Status set_data_format(const OpDef& op, const OpRequest& request, Attrs& attrs) {
    const auto def = std::find_if(op.attrs().begin(), op.attrs().end(),
                                  [](const AttrDef& attr) { return attr.name == "data_format"; });
    if (def == op.attrs().end() || !std::holds_alternative<std::string>(def->value)) {
        return {};
    }
    const auto is_picture = [](const TensorRequest& input) {
        return channel_order(input.format) != nullptr && input.shape && input.shape->rank() >= 4;
    };
    const auto picture = std::find_if(request.inputs.begin(), request.inputs.end(), is_picture);
    if (picture == request.inputs.end()) {
        return {};
    }
    const char* const order = channel_order(picture->format);
    const auto* given = attrs.find_as<std::string>("data_format");
    if (given == nullptr) {
        attrs.set("data_format", std::string(order));
    } else if (*given != order && !given->empty()) {
        return fail(ACL_ERROR_FORMAT_NOT_MATCH, "operator ", op.name(), ": the attribute data_format is ", *given,
                    ", but input ", picture - request.inputs.begin(), " is described as ", order);
    }
    return {};
}

// Operators that need to be told what they shall give get that from the description of the first output.
void set_wanted_shape(const OpDef& op, const OpRequest& request, Attrs& attrs) {
    const bool asks = std::any_of(op.attrs().begin(), op.attrs().end(),
                                  [](const AttrDef& attr) { return attr.name == ops::kWantedShape; });
    if (!asks || attrs.has(ops::kWantedShape) || request.outputs.empty()) {
        return;
    }
    const TensorRequest& output = request.outputs.front();
    if (!output.is_absent() && output.shape && output.shape->is_known()) {
        attrs.set(ops::kWantedShape, output.shape->dims());
    }
}

Status check_counts(const OpDef& op, const OpRequest& request) {
    const auto is_dynamic = [](const ops::Port& port) { return port.arity == ops::Arity::kDynamic; };
    const auto is_required = [](const ops::Port& port) { return port.arity != ops::Arity::kOptional; };
    const auto check = [&](const std::vector<ops::Port>& ports, size_t given, const char* what, int code) -> Status {
        const auto least = static_cast<size_t>(std::count_if(ports.begin(), ports.end(), is_required));
        const bool any = std::any_of(ports.begin(), ports.end(), is_dynamic);
        if (given < least || (!any && given > ports.size())) {
            return fail(code, "operator ", op.name(), ": ", given, " ", what, " are given; expected ", least,
                        any                     ? " or more"
                        : least == ports.size() ? ""
                                                : text(" to ", ports.size()));
        }
        return {};
    };
    SOFTACL_TRY(check(op.inputs(), request.inputs.size(), "inputs", ACL_ERROR_OP_INPUT_NOT_MATCH));
    return check(op.outputs(), request.outputs.size(), "outputs", ACL_ERROR_OP_OUTPUT_NOT_MATCH);
}

constexpr size_t kLowest = 0;
constexpr size_t kHighest = 1;
constexpr int64_t kNoLimit = -1;

// The outputs where every unknown dimension of the inputs is its smallest or its largest; nothing if a dimension has no
// limit or the operator cannot have such inputs.
std::optional<std::vector<TensorType>> at_end(OpRequest request, size_t end) {
    for (TensorRequest& input : request.inputs) {
        Shape& shape = *input.shape;
        for (size_t axis = 0; axis < shape.rank(); ++axis) {
            if (shape[axis] >= 0) {
                continue;
            }
            shape[axis] = axis < input.ranges.size() ? input.ranges[axis][end] : end == kLowest ? 1 : kNoLimit;
            if (shape[axis] == kNoLimit) {
                return std::nullopt;
            }
        }
    }
    const auto resolved = ResolvedOp::resolve(request);
    if (!resolved.ok()) {
        return std::nullopt;
    }
    if (end == kLowest) {
        return (*resolved)->outputs();
    }
    auto largest = (*resolved)->largest_outputs();
    return largest.ok() ? std::make_optional(std::move(*largest)) : std::nullopt;
}

int64_t dimension(const std::optional<std::vector<TensorType>>& outputs, size_t output, size_t axis,
                  int64_t otherwise) {
    if (!outputs || axis >= (*outputs)[output].shape.rank() || (*outputs)[output].shape[axis] < 0) {
        return otherwise;
    }
    return (*outputs)[output].shape[axis];
}

}  // namespace

Result<std::unique_ptr<ResolvedOp>> ResolvedOp::resolve(const OpRequest& request) {
    const OpDef* const op = ops::find_op(request.type);
    if (op == nullptr) {
        return fail(ACL_ERROR_OP_NOT_FOUND, "there is no operator ", request.type,
                    "; docs/operators.md lists those that are known");
    }
    SOFTACL_TRY(check_counts(*op, request));
    OpRequest fit = request;
    fit.attrs = fitted(*op, request.attrs);
    SOFTACL_TRY(set_data_format(*op, request, fit.attrs));
    set_wanted_shape(*op, request, fit.attrs);
    auto resolved = resolve_as_it_is(*op, fit);
    if (resolved.ok()) {
        return resolved;
    }
    if (const auto first = with_channels_first(*op, fit)) {
        if (auto transposed = resolve_as_it_is(*op, first->request); transposed.ok()) {
            for (size_t i = 0; i < fit.inputs.size(); ++i) {
                (*transposed)->given_[i].shape = *fit.inputs[i].shape;
                (*transposed)->given_[i].format = fit.inputs[i].format;
                if (!first->inputs[i].empty()) {
                    (*transposed)->given_constants_[i] = fit.inputs[i].constant;
                }
            }
            (*transposed)->input_orders_ = first->inputs;
            (*transposed)->output_order_ = first->outputs;
            return transposed;
        }
    }
    const int code = resolved.status().code();
    return Status(code == ACL_ERROR_INVALID_PARAM ? ACL_ERROR_OP_INPUT_NOT_MATCH : code, resolved.status().message());
}

Result<std::unique_ptr<ResolvedOp>> ResolvedOp::resolve_as_it_is(const OpDef& op, const OpRequest& request) {
    std::unique_ptr<ResolvedOp> resolved(new ResolvedOp);
    ops::OpCall& call = resolved->call_;
    call.attrs = request.attrs;
    resolved->types_.reserve(request.inputs.size());
    resolved->constants_.reserve(request.inputs.size());
    for (size_t i = 0; i < request.inputs.size(); ++i) {
        const TensorRequest& input = request.inputs[i];
        if (!input.shape) {
            return fail(ACL_ERROR_OP_INPUT_NOT_MATCH, "operator ", op.name(), ": input ", i,
                        " does not know its number of dimensions");
        }
        resolved->types_.push_back(
            {input.dtype, *input.shape, input.format == ACL_FORMAT_UNDEFINED ? ACL_FORMAT_ND : input.format});
        resolved->constants_.push_back(input.constant);
        call.inputs.push_back(input.is_absent() ? nullptr : &resolved->types_.back());
        call.constants.push_back(input.constant ? &*resolved->constants_.back() : nullptr);
    }
    call.outputs.resize(request.outputs.size());
    SOFTACL_TRY(op.complete(call));
    resolved->given_ = resolved->types_;
    resolved->given_constants_ = resolved->constants_;
    resolved->input_orders_.resize(request.inputs.size());
    return resolved;
}

std::vector<TensorType> ResolvedOp::as_requested(std::vector<TensorType> outputs) const {
    for (TensorType& output : outputs) {
        if (!output_order_.empty() && output.shape.rank() == output_order_.size()) {
            output.shape = Shape(reordered(output.shape.dims(), output_order_));
        }
    }
    return outputs;
}

bool ResolvedOp::has_known_outputs() const {
    return std::all_of(call_.outputs.begin(), call_.outputs.end(),
                       [](const TensorType& type) { return type.shape.is_known(); });
}

Result<std::vector<TensorType>> ResolvedOp::largest_outputs() const {
    const bool known_inputs = std::all_of(call_.inputs.begin(), call_.inputs.end(), [](const TensorType* type) {
        return type == nullptr || type->shape.is_known();
    });
    if (has_known_outputs() || !known_inputs || op().largest() == nullptr) {
        return outputs();
    }
    ops::OpCall call = call_;
    if (const Status status = op().largest()(call); !status.ok()) {
        return Status(ACL_ERROR_OP_INPUT_NOT_MATCH, status.message());
    }
    return as_requested(std::move(call.outputs));
}

std::vector<size_t> ResolvedOp::missing_values() const {
    std::vector<size_t> missing;
    for (const size_t input : op().value_inputs(call_.inputs.size())) {
        if (call_.has_input(input) && call_.constant(input) == nullptr) {
            missing.push_back(input);
        }
    }
    return missing;
}

Result<Graph> ResolvedOp::graph(const std::vector<bool>& wanted) const {
    Graph graph;
    graph.name = op().name();
    const auto transposed = [&](ValueId value, const ops::Ints& order) -> Result<ValueId> {
        if (order.empty() || graph.value(value).type.shape.rank() != order.size()) {
            return value;
        }
        const ValueId axes = graph.add_constant("perm", Tensor::list(order));
        SOFTACL_ASSIGN(const auto made, graph.add_node("Transpose", *ops::find_op("Transpose"), {value, axes}, {}, 1));
        return made.front();
    };
    std::vector<ValueId> inputs;
    for (size_t i = 0; i < given_.size(); ++i) {
        if (!call_.has_input(i)) {
            inputs.push_back(kNoValue);
            continue;
        }
        const auto& constant = given_constants_[i];
        const ValueId input =
            constant ? graph.add_constant(text("const", i), *constant) : graph.add_input(text("input", i), given_[i]);
        SOFTACL_ASSIGN(inputs.emplace_back(), transposed(input, input_orders_[i]));
    }
    SOFTACL_ASSIGN(const std::vector<ValueId> outputs,
                   graph.add_node(op().name(), op(), std::move(inputs), call_.attrs, call_.outputs.size()));
    for (size_t i = 0; i < outputs.size(); ++i) {
        if (wanted[i]) {
            SOFTACL_ASSIGN(const ValueId output, transposed(outputs[i], output_order_));
            graph.outputs.push_back(output);
            graph.output_names.push_back(text(op().name(), ":", i));
        }
    }
    return graph;
}

Attrs complete_attrs(const OpRequest& request) {
    const OpDef* const op = ops::find_op(request.type);
    if (op == nullptr) {
        return request.attrs;
    }
    Attrs attrs = fitted(*op, request.attrs);
    if (!set_data_format(*op, request, attrs).ok()) {
        return attrs;
    }
    for (const AttrDef& attr : op->attrs()) {
        if (!attr.required && !attrs.has(attr.name)) {
            attrs.set(attr.name, attr.value);
        }
    }
    return attrs;
}

std::vector<std::vector<DimRange>> output_ranges(const OpRequest& request, const ResolvedOp& resolved) {
    std::optional<std::vector<TensorType>> smallest;
    std::optional<std::vector<TensorType>> largest;
    if (!resolved.has_known_outputs()) {
        smallest = at_end(request, kLowest);
        largest = at_end(request, kHighest);
    }
    std::vector<std::vector<DimRange>> all;
    const std::vector<TensorType> outputs = resolved.outputs();
    for (size_t i = 0; i < outputs.size(); ++i) {
        std::vector<DimRange>& ranges = all.emplace_back();
        const Shape& shape = outputs[i].shape;
        for (size_t axis = 0; axis < shape.rank(); ++axis) {
            const int64_t low = shape[axis] >= 0 ? shape[axis] : dimension(smallest, i, axis, 0);
            const int64_t high = shape[axis] >= 0 ? shape[axis] : dimension(largest, i, axis, kNoLimit);
            ranges.push_back({high == kNoLimit ? low : std::min(low, high), high});
        }
    }
    return all;
}

}  // namespace softacl::graph
