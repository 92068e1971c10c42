// SPDX-License-Identifier: Apache-2.0
// Floats rounded to the steps that an integer of few bits would have between two limits.
#include <cmath>

#include "ops/common/reference.h"
#include "ops/common/values.h"

namespace softacl::ops {
namespace {

using kernels::Kernel;

// The limits moved so that 0 is one of the steps.
struct Steps {
    Steps(double min, double max, double lowest, double highest) {
        scale = (max - min) / (highest - lowest);
        const double zero = lowest - min / scale;
        const double moved = zero < lowest ? lowest : zero > highest ? highest : std::round(zero);
        low = (lowest - moved) * scale;
        high = (highest - moved) * scale;
    }
    float operator()(float value) const {
        const auto x = static_cast<double>(value);
        const double kept = x < low ? low : x > high ? high : x;
        return static_cast<float>(std::floor((kept - low) / scale + 0.5) * scale + low);
    }
    double scale;
    double low;
    double high;
};

// min and max are attributes, or inputs with one number, or one for each place of the last dimension.
struct Limits {
    explicit Limits(const OpCall& call)
        : are_inputs(call.inputs.size() > 1),
          lowest(call.attrs.at<bool>("narrow_range") ? 1 : 0),
          highest(std::ldexp(1.0, static_cast<int>(call.attrs.at<int64_t>("num_bits"))) - 1) {
        if (are_inputs) {
            count = call.inputs[1]->shape.elements();
        } else {
            min = call.attrs.at<float>("min");
            max = call.attrs.at<float>("max");
        }
    }
    bool are_inputs;
    double lowest;
    double highest;
    int64_t count = 1;
    float min = 0;
    float max = 0;
};

bool is_per_channel(const OpCall& call) { return call.op->name() == "FakeQuantWithMinMaxVarsPerChannel"; }

Status infer_fake_quant(OpCall& call) {
    const auto bits = call.attrs.at<int64_t>("num_bits");
    if (bits < 2 || bits > 16) {
        return call.fail("the attribute num_bits is ", bits, "; expected 2 to 16");
    }
    const Shape& x = call.inputs[0]->shape;
    if (is_per_channel(call) && x.rank() == 0) {
        return call.fail("the input x has no dimension; expected at least one");
    }
    for (size_t i = 1; i < call.inputs.size(); ++i) {
        const Shape& shape = call.inputs[i]->shape;
        const bool fits = is_per_channel(call) ? shape.rank() == 1 && (shape[0] == x[x.rank() - 1] || shape[0] < 0 ||
                                                                       x[x.rank() - 1] < 0)
                                               : !shape.is_known() || shape.elements() == 1;
        if (!fits) {
            return call.fail("the input ", input_name(call, i), " has the shape ", shape, "; expected ",
                             is_per_channel(call) ? "one number for each place of the last dimension" : "one number");
        }
    }
    if (call.attrs.has("min") && !(call.attrs.at<float>("min") < call.attrs.at<float>("max"))) {
        return call.fail("min is ", call.attrs.at<float>("min"), ", max ", call.attrs.at<float>("max"),
                         "; expected min < max");
    }
    call.outputs[0] = *call.inputs[0];
    return {};
}

Result<kernels::KernelPtr> make_fake_quant(const OpCall& call) {
    SOFTACL_TRY(require_known_shapes(call));
    return function_kernel(
        call,
        [limits = Limits(call), size = call.inputs[0]->shape.elements()](const Kernel::Buffers& buffers) -> Status {
            const auto* x = static_cast<const float*>(buffers.inputs[0]);
            auto* y = static_cast<float*>(buffers.outputs[0]);
            for (int64_t channel = 0; channel < limits.count; ++channel) {
                const float min =
                    limits.are_inputs ? static_cast<const float*>(buffers.inputs[1])[channel] : limits.min;
                const float max =
                    limits.are_inputs ? static_cast<const float*>(buffers.inputs[2])[channel] : limits.max;
                const bool nothing = min == 0 && max == 0;
                if (!nothing && !(min < max)) {
                    return fail(ACL_ERROR_INVALID_PARAM, "min is ", min, ", max ", max, "; expected min < max");
                }
                const Steps steps(min, max, limits.lowest, limits.highest);
                for (int64_t i = channel; i < size; i += limits.count) {
                    y[i] = nothing ? 0.0F : steps(x[i]);
                }
            }
            return {};
        });
}

OpDef declare_fake_quant(const char* name, const char* doc, bool inputs) {
    OpDef op(name, doc);
    op.input("x", {ACL_FLOAT});
    if (inputs) {
        op.input("min", {ACL_FLOAT}).input("max", {ACL_FLOAT});
    } else {
        op.attr("min", -6.0F).attr("max", 6.0F);
    }
    return op.output("y", {ACL_FLOAT})
        .attr("num_bits", int64_t{8})
        .attr("narrow_range", false)
        .infer(infer_fake_quant)
        .kernel("reference", make_fake_quant);
}

}  // namespace

OpDef declare_FakeQuantWithMinMaxArgs() {
    return declare_fake_quant("FakeQuantWithMinMaxArgs", "x rounded to the steps of num_bits from min to max.", false);
}
OpDef declare_FakeQuantWithMinMaxVars() {
    return declare_fake_quant("FakeQuantWithMinMaxVars", "x rounded to the steps of num_bits from min to max.", true);
}
OpDef declare_FakeQuantWithMinMaxVarsPerChannel() {
    return declare_fake_quant("FakeQuantWithMinMaxVarsPerChannel",
                              "FakeQuantWithMinMaxVars with limits for each place of the last dimension.", true);
}

}  // namespace softacl::ops
