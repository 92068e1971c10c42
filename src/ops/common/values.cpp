// SPDX-License-Identifier: Apache-2.0
#include "ops/common/values.h"

#include <algorithm>

#include "ops/common/infer.h"

namespace softacl::ops {

std::string input_name(const OpCall& call, size_t input) {
    const Port* port = call.op == nullptr ? nullptr : call.op->input_port(input, call.inputs.size());
    return port == nullptr ? std::to_string(input) : port->name;
}

std::optional<Ints> known_ints(const OpCall& call, size_t input) {
    const Tensor* constant = call.constant(input);
    return constant == nullptr ? std::nullopt : std::optional<Ints>(constant->to_ints());
}

Result<Ints> required_ints(const OpCall& call, size_t input) {
    auto values = known_ints(call, input);
    if (!values) {
        return call.fail("the value of the input ", input_name(call, input), " must be known before the model runs");
    }
    return std::move(*values);
}

Result<std::optional<int64_t>> known_int(const OpCall& call, size_t input) {
    const auto values = known_ints(call, input);
    if (values && values->size() != 1) {
        return call.fail("the input ", input_name(call, input), " has ", values->size(), " values; expected one");
    }
    return values ? std::optional<int64_t>(values->front()) : std::nullopt;
}

Result<int64_t> required_int(const OpCall& call, size_t input) {
    SOFTACL_ASSIGN(const Ints values, required_ints(call, input));
    if (values.size() != 1) {
        return call.fail("the input ", input_name(call, input), " has ", values.size(), " values; expected one");
    }
    return values.front();
}

Result<std::vector<size_t>> normal_axes(const OpCall& call, const Ints& axes, size_t rank) {
    std::vector<size_t> normal;
    for (const int64_t axis : axes) {
        SOFTACL_ASSIGN(const size_t found, normal_axis(call, axis, rank));
        if (std::count(normal.begin(), normal.end(), found) != 0) {
            return call.fail("axis ", axis, " stands twice");
        }
        normal.push_back(found);
    }
    return normal;
}

Status require_known_shapes(const OpCall& call) {
    for (size_t i = 0; i < call.inputs.size(); ++i) {
        if (call.has_input(i) && !call.inputs[i]->shape.is_known()) {
            return call.fail("the shape ", call.inputs[i]->shape, " of the input ", input_name(call, i),
                             " is not known");
        }
    }
    for (size_t i = 0; i < call.outputs.size(); ++i) {
        if (!call.outputs[i].shape.is_known()) {
            return call.fail("the shape ", call.outputs[i].shape, " of output ", i, " is not known");
        }
    }
    return {};
}

Status require_same_dtype(const OpCall& call, size_t input, size_t other) {
    if (call.inputs[input]->dtype != call.inputs[other]->dtype) {
        return call.fail("the inputs ", input_name(call, input), " and ", input_name(call, other), " are ",
                         name_of(call.inputs[input]->dtype), " and ", name_of(call.inputs[other]->dtype),
                         "; expected one type");
    }
    return {};
}

}  // namespace softacl::ops
