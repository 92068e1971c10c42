// SPDX-License-Identifier: Apache-2.0
#include "ops/op_def.h"

#include <algorithm>

namespace softacl::ops {
namespace {

// Dimensions that programs declare may be anything; ours must not overflow.
Status check_shape(const OpCall& call, const std::string& what, const TensorType& type) {
    constexpr size_t kMaxRank = 32;
    if (type.shape.rank() > kMaxRank) {
        return call.fail(what, " has ", type.shape.rank(), " dimensions; at most ", kMaxRank, " are possible");
    }
    if (!type.shape.fits(std::max<size_t>(size_of(type.dtype), 1))) {
        return call.fail(what, " has the shape ", type.shape, ", which is too large");
    }
    return {};
}

// A node may end before its last outputs, but inference knows no more than are declared.
Status check_output_count(const OpCall& call, const std::vector<Port>& declared) {
    const auto is_dynamic = [](const Port& port) { return port.arity == Arity::kDynamic; };
    if (call.outputs.size() <= declared.size() || std::any_of(declared.begin(), declared.end(), is_dynamic)) {
        return {};
    }
    return call.fail("it has ", call.outputs.size(), " outputs; the operator has ", declared.size());
}

}  // namespace

std::string OpCall::place() const {
    if (name.empty()) {
        return "operator " + (op == nullptr ? std::string("(unknown)") : op->name()) + ": ";
    }
    return "node '" + name + "' (" + (op == nullptr ? std::string("unknown operator") : op->name()) + "): ";
}

const Port* OpDef::input_port(size_t index, size_t count) const {
    size_t first = 0;
    for (const Port& port : inputs_) {
        size_t width = 1;
        if (port.arity == Arity::kDynamic) {
            width = count + 1 > inputs_.size() ? count + 1 - inputs_.size() : 0;
        }
        if (index < first + width) {
            return &port;
        }
        first += width;
    }
    return nullptr;
}

std::vector<size_t> OpDef::value_inputs(size_t count) const {
    std::vector<size_t> positions;
    for (const size_t input : value_inputs_) {
        const auto end = inputs_.begin() + static_cast<std::ptrdiff_t>(input);
        const bool moves =
            std::any_of(inputs_.begin(), end, [](const Port& port) { return port.arity == Arity::kDynamic; });
        positions.push_back(moves ? input + std::max(count, inputs_.size()) - inputs_.size() : input);
    }
    return positions;
}

Status OpDef::complete(OpCall& call) const {
    call.op = this;
    SOFTACL_TRY(check_output_count(call, outputs_));
    for (const AttrDef& attr : attrs_) {
        const Attr* given = call.attrs.find(attr.name);
        if (given == nullptr) {
            if (attr.required) {
                return fail(ACL_ERROR_OP_ATTR_NOT_MATCH, call.place(), "the attribute ", attr.name, " (",
                            kind_of(attr.value), ") is missing");
            }
            call.attrs.set(attr.name, attr.value);
        } else if (given->index() != attr.value.index()) {
            return fail(ACL_ERROR_OP_ATTR_NOT_MATCH, call.place(), "the attribute ", attr.name, " is a ",
                        kind_of(*given), "; expected ", kind_of(attr.value));
        }
    }
    for (const auto& [attr_name, value] : call.attrs) {
        const std::string& wanted = attr_name;
        if (std::none_of(attrs_.begin(), attrs_.end(), [&](const AttrDef& attr) { return attr.name == wanted; })) {
            return fail(ACL_ERROR_OP_ATTR_NOT_MATCH, call.place(), "there is no attribute ", attr_name);
        }
    }
    for (size_t i = 0; i < call.inputs.size(); ++i) {
        const Port* port = input_port(i, call.inputs.size());
        if (port == nullptr) {
            return call.fail("input ", i, " is one too many; the operator takes ", inputs_.size());
        }
        const TensorType* type = call.inputs[i];
        if (type == nullptr) {
            if (port->arity != Arity::kOptional) {
                return call.fail("the input ", port->name, " is missing");
            }
            continue;
        }
        if (!port->dtypes.contains(type->dtype)) {
            return fail(ACL_ERROR_UNSUPPORTED_DATA_TYPE, call.place(), "the input ", port->name, " is ",
                        name_of(type->dtype), ", which the operator does not take");
        }
        SOFTACL_TRY(check_shape(call, "the input " + port->name, *type));
    }
    for (size_t i = call.inputs.size(); i < inputs_.size(); ++i) {
        // Of a variable number one at least, but what a graph reads may be nothing.
        if (inputs_[i].arity != Arity::kOptional && (inputs_[i].arity == Arity::kRequired || bodies_.empty())) {
            return call.fail("the input ", inputs_[i].name, " is missing");
        }
    }
    if (call.bodies.size() != bodies_.size()) {
        return call.fail("it runs ", bodies_.size(), " graphs, the first being its ",
                         bodies_.empty() ? "" : bodies_.front(), "; there are ", call.bodies.size(),
                         ". Only a model has them");
    }
    call.inputs.resize(std::max(call.inputs.size(), inputs_.size()));
    call.constants.resize(call.inputs.size());
    if (call.outputs.empty()) {
        call.outputs.resize(outputs_.size());
    }
    SOFTACL_TRY(infer_(call));
    for (size_t i = 0; i < call.outputs.size(); ++i) {
        SOFTACL_TRY(check_shape(call, "output " + std::to_string(i), call.outputs[i]));
    }
    return {};
}

Result<kernels::KernelPtr> OpDef::make_kernel(const OpCall& call, const char* only) const {
    std::string refusals;
    for (const KernelDef& candidate : kernels_) {
        if (only != nullptr && std::string(only) != candidate.name) {
            continue;
        }
        auto kernel = candidate.make(call);
        if (kernel.ok()) {
            (*kernel)->name = (*kernel)->name.empty() ? candidate.name : candidate.name + (" " + (*kernel)->name);
            return kernel;
        }
        refusals += text("; ", candidate.name, ": ", kernel.status().message());
    }
    return call.fail("no kernel takes it", refusals);
}

}  // namespace softacl::ops
