// SPDX-License-Identifier: Apache-2.0
#include "graph/op_request.h"

#include <algorithm>

#include "base/log.h"

namespace softacl::graph {
namespace {

using ops::Attr;
using ops::AttrDef;
using ops::OpDef;

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
    const bool is_empty = std::visit(
        [](const auto& value) {
            if constexpr (std::is_same_v<std::decay_t<decltype(value)>, ops::Ints> ||
                          std::is_same_v<std::decay_t<decltype(value)>, ops::Floats> ||
                          std::is_same_v<std::decay_t<decltype(value)>, ops::Strings> ||
                          std::is_same_v<std::decay_t<decltype(value)>, ops::Bools> ||
                          std::is_same_v<std::decay_t<decltype(value)>, ops::IntLists>) {
                return value.empty();
            } else {
                return false;
            }
        },
        given);
    if (is_empty) {
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

// Where channels are is said by the description of the first input; the attribute may say it, too.
Status set_data_format(const OpDef& op, const OpRequest& request, Attrs& attrs) {
    const auto def = std::find_if(op.attrs().begin(), op.attrs().end(),
                                  [](const AttrDef& attr) { return attr.name == "data_format"; });
    if (def == op.attrs().end() || !std::holds_alternative<std::string>(def->value) || request.inputs.empty()) {
        return {};
    }
    const char* const order = channel_order(request.inputs.front().format);
    if (order == nullptr) {
        return {};
    }
    const auto* given = attrs.find_as<std::string>("data_format");
    if (given == nullptr) {
        attrs.set("data_format", std::string(order));
    } else if (*given != order && !given->empty()) {
        return fail(ACL_ERROR_FORMAT_NOT_MATCH, "operator ", op.name(), ": the attribute data_format is ", *given,
                    ", but the first input is described as ", order);
    }
    return {};
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

}  // namespace

Result<std::unique_ptr<ResolvedOp>> ResolvedOp::resolve(const OpRequest& request) {
    const OpDef* const op = ops::find_op(request.type);
    if (op == nullptr) {
        return fail(ACL_ERROR_OP_NOT_FOUND, "there is no operator ", request.type,
                    "; docs/operators.md lists those that are known");
    }
    SOFTACL_TRY(check_counts(*op, request));
    std::unique_ptr<ResolvedOp> resolved(new ResolvedOp);
    ops::OpCall& call = resolved->call_;
    call.attrs = fitted(*op, request.attrs);
    SOFTACL_TRY(set_data_format(*op, request, call.attrs));
    resolved->types_.reserve(request.inputs.size());
    resolved->constants_.reserve(request.inputs.size());
    for (size_t i = 0; i < request.inputs.size(); ++i) {
        const TensorRequest& input = request.inputs[i];
        if (!input.shape) {
            return fail(ACL_ERROR_OP_INPUT_NOT_MATCH, "operator ", op->name(), ": input ", i,
                        " does not know its number of dimensions");
        }
        resolved->types_.push_back({input.dtype, *input.shape, ACL_FORMAT_ND});
        resolved->constants_.push_back(input.constant);
        call.inputs.push_back(input.is_absent() ? nullptr : &resolved->types_.back());
        call.constants.push_back(input.constant ? &*resolved->constants_.back() : nullptr);
    }
    call.outputs.resize(request.outputs.size());
    if (const Status status = op->complete(call); !status.ok()) {
        const int code = status.code() == ACL_ERROR_INVALID_PARAM ? ACL_ERROR_OP_INPUT_NOT_MATCH : status.code();
        return Status(code, status.message());
    }
    return resolved;
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
        return call_.outputs;
    }
    ops::OpCall call = call_;
    if (const Status status = op().largest()(call); !status.ok()) {
        return Status(ACL_ERROR_OP_INPUT_NOT_MATCH, status.message());
    }
    return std::move(call.outputs);
}

std::vector<size_t> ResolvedOp::missing_values() const {
    std::vector<size_t> missing;
    for (const size_t input : op().value_inputs()) {
        if (call_.has_input(input) && call_.constant(input) == nullptr) {
            missing.push_back(input);
        }
    }
    return missing;
}

Result<Graph> ResolvedOp::graph(const std::vector<bool>& wanted) const {
    Graph graph;
    graph.name = op().name();
    std::vector<ValueId> inputs;
    for (size_t i = 0; i < types_.size(); ++i) {
        if (!call_.has_input(i)) {
            inputs.push_back(kNoValue);
        } else if (call_.constant(i) != nullptr) {
            inputs.push_back(graph.add_constant(text("const", i), *call_.constant(i)));
        } else {
            inputs.push_back(graph.add_input(text("input", i), types_[i]));
        }
    }
    SOFTACL_ASSIGN(const std::vector<ValueId> outputs,
                   graph.add_node(op().name(), op(), std::move(inputs), call_.attrs, call_.outputs.size()));
    for (size_t i = 0; i < outputs.size(); ++i) {
        if (wanted[i]) {
            graph.outputs.push_back(outputs[i]);
            graph.output_names.push_back(text(op().name(), ":", i));
        }
    }
    return graph;
}

}  // namespace softacl::graph
