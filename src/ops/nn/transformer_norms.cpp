// SPDX-License-Identifier: Apache-2.0
// Norms of rows as transformers use them: with 1 / deviation as a result, without the mean, behind a sum.
#include <cmath>

#include "ops/common/infer.h"
#include "ops/common/reals.h"
#include "ops/common/values.h"

namespace softacl::ops {
namespace {

constexpr DTypes kTypes = {ACL_FLOAT, ACL_FLOAT16, ACL_BF16};

/// What an operator has of the family, and where. Absent: kNone.
constexpr size_t kNone = 99;
struct Ports {
    size_t x1 = 0;
    size_t x2 = kNone;  ///< x is x1 + x2 + bias
    size_t bias = kNone;
    size_t gamma = kNone;
    size_t beta = kNone;
    bool moves = true;    ///< the mean is taken away
    size_t mean = kNone;  ///< outputs
    size_t rstd = kNone;
    size_t sum = kNone;
    bool float_statistics = false;
};
constexpr Ports kLayerNormV3 = {0, kNone, kNone, 1, 2, true, 1, 2, kNone, false};
constexpr Ports kLayerNormV4 = {0, kNone, kNone, 2, 3, true, 1, 2, kNone, false};
constexpr Ports kRmsNorm = {0, kNone, kNone, 1, kNone, false, kNone, 1, kNone, true};
constexpr Ports kAddLayerNorm = {0, 1, 4, 2, 3, true, 1, 2, 3, true};
constexpr Ports kAddRmsNorm = {0, 1, kNone, 2, kNone, false, kNone, 1, 2, true};

const Ports& ports_of(const OpCall& call) {
    const std::string& name = call.op->name();
    return name == "LayerNormV3"    ? kLayerNormV3
           : name == "LayerNormV4"  ? kLayerNormV4
           : name == "RmsNorm"      ? kRmsNorm
           : name == "AddLayerNorm" ? kAddLayerNorm
                                    : kAddRmsNorm;
}

int64_t known_elements(const Shape& shape, size_t first) {
    const Shape rest(Ints(shape.begin() + static_cast<std::ptrdiff_t>(first), shape.end()));
    return rest.is_known() ? rest.elements() : -1;
}

Status check_count(const OpCall& call, size_t input, int64_t count) {
    if (!call.has_input(input) || count < 0) {
        return {};
    }
    const Shape& shape = call.inputs[input]->shape;
    return !shape.is_known() || shape.elements() == count
               ? Status()
               : call.fail("the input ", input_name(call, input), " has the shape ", shape, "; expected ", count,
                           " elements");
}

/// Where a row begins (`norm`), and where the parameters do.
struct Axes {
    size_t norm = 0;
    size_t params = 0;
};

/// False while normalized_shape is not known.
Result<bool> find_axes(const OpCall& call, Axes& axes) {
    const Shape& x = call.inputs[0]->shape;
    const std::string& name = call.op->name();
    if (name == "LayerNormV3") {
        SOFTACL_ASSIGN(axes.norm, normal_axis(call, call.attrs.at<int64_t>("begin_norm_axis"), x.rank()));
        SOFTACL_ASSIGN(axes.params, normal_axis(call, call.attrs.at<int64_t>("begin_params_axis"), x.rank()));
        if (axes.params < axes.norm) {
            return call.fail("begin_params_axis is ", axes.params, "; expected at least begin_norm_axis, ", axes.norm);
        }
        return true;
    }
    size_t width = 1;
    if (name == "LayerNormV4") {
        const auto wanted = known_ints(call, 1);
        if (!wanted) {
            return false;
        }
        width = wanted->size();
        for (size_t i = 0; i < width && width <= x.rank(); ++i) {
            const int64_t dim = x[x.rank() - width + i];
            if (dim >= 0 && dim != (*wanted)[i]) {
                return call.fail("the input normalized_shape is ", Shape(*wanted), ", which is not the end of ", x);
            }
        }
    } else if (!ports_of(call).moves) {
        width = call.inputs[ports_of(call).gamma]->shape.rank();
    }
    if (width > x.rank() || width < 1) {
        return call.fail("the input ", input_name(call, 0), " has the shape ", x, "; it has no ", width,
                         " dimensions to normalise");
    }
    axes.norm = axes.params = x.rank() - width;
    return true;
}

Status infer_norm(OpCall& call) {
    const Ports& ports = ports_of(call);
    const TensorType& x = *call.inputs[0];
    Axes axes;
    SOFTACL_ASSIGN(const bool known, find_axes(call, axes));
    if (known) {
        SOFTACL_TRY(check_count(call, ports.gamma, known_elements(x.shape, axes.params)));
        SOFTACL_TRY(check_count(call, ports.beta, known_elements(x.shape, axes.params)));
    }
    if (ports.x2 != kNone) {
        SOFTACL_TRY(require_same_dtype(call, 0, ports.x2));
        const Shape& other = call.inputs[ports.x2]->shape;
        if (x.shape.is_known() && other.is_known() && other != x.shape) {
            return call.fail("the inputs x1 and x2 have the shapes ", x.shape, " and ", other, "; expected the same");
        }
    }
    if (call.has_input(ports.bias) && call.inputs[ports.bias]->shape != x.shape) {
        SOFTACL_TRY(check_count(call, ports.bias, x.shape[x.shape.rank() - 1]));
    }
    Shape statistics = x.shape;
    for (size_t i = known ? axes.norm : 0; i < statistics.rank(); ++i) {
        statistics[i] = known ? 1 : -1;
    }
    const aclDataType type = ports.float_statistics ? ACL_FLOAT : x.dtype;
    for (size_t i = 0; i < call.outputs.size(); ++i) {
        call.outputs[i] = i == ports.mean || i == ports.rstd ? TensorType{type, statistics} : x;
    }
    return {};
}

Result<kernels::KernelPtr> make_norm(const OpCall& call) {
    SOFTACL_TRY(require_known_shapes(call));
    Axes axes;
    SOFTACL_ASSIGN(const bool known, find_axes(call, axes));
    if (!known) {
        return call.fail("the input normalized_shape must be known in advance");
    }
    const Ports ports = ports_of(call);
    const RealPorts types(call);
    const Shape& x = call.inputs[0]->shape;
    const int64_t rows = x.elements(0, axes.norm);
    const int64_t count = x.elements(axes.norm, x.rank());
    const int64_t params = x.elements(axes.params, x.rank());
    const int64_t biases = call.has_input(ports.bias) ? call.inputs[ports.bias]->shape.elements() : 1;
    const auto epsilon = static_cast<double>(call.attrs.at<float>("epsilon"));
    auto kernel = function_kernel(call, [=](const kernels::Kernel::Buffers& b) -> Status {
        const Reals x1 = types.input(b, ports.x1);
        const Reals x2 = types.input(b, ports.x2);
        const Reals bias = types.input(b, ports.bias);
        const Reals gamma = types.input(b, ports.gamma);
        const Reals beta = types.input(b, ports.beta);
        const RealResults y = types.output(b, 0);
        auto* row = static_cast<double*>(b.scratch);
        for (int64_t r = 0; r < rows; ++r) {
            double mean = 0;
            for (int64_t i = 0; i < count; ++i) {
                const int64_t at = r * count + i;
                row[i] = x1.at(at) + x2.at(at) + (bias.is_there() ? bias.at(at % biases) : 0);
                types.output(b, ports.sum).set(at, row[i]);
                mean += ports.moves ? row[i] / static_cast<double>(count) : 0;
            }
            double variance = 0;
            for (int64_t i = 0; i < count; ++i) {
                variance += (row[i] - mean) * (row[i] - mean) / static_cast<double>(count);
            }
            const double rstd = 1 / std::sqrt(variance + epsilon);
            types.output(b, ports.mean).set(r, mean);
            types.output(b, ports.rstd).set(r, rstd);
            for (int64_t i = 0; i < count; ++i) {
                y.set(r * count + i, (row[i] - mean) * rstd * gamma.at(i % params, 1) + beta.at(i % params, 0));
            }
        }
        return {};
    });
    kernel->scratch_bytes = static_cast<size_t>(count) * sizeof(double);
    return Result<kernels::KernelPtr>(std::move(kernel));
}

// GroupNormSilu, GroupNormRelu: groups of channels (axis 1), then a function

Status infer_groups(OpCall& call) {
    const TensorType& x = *call.inputs[0];
    const auto groups = call.attrs.at<int64_t>("num_groups");
    if (x.shape.rank() < 2) {
        return call.fail("the input x has the shape ", x.shape, "; expected at least 2 dimensions");
    }
    if (groups < 1 || (x.shape[1] >= 0 && x.shape[1] % groups != 0)) {
        return call.fail("num_groups is ", groups, ", which does not divide the ", x.shape[1],
                         " channels of the input x");
    }
    SOFTACL_TRY(check_count(call, 1, x.shape[1]));
    SOFTACL_TRY(check_count(call, 2, x.shape[1]));
    for (size_t i = 0; i < call.outputs.size(); ++i) {
        call.outputs[i] = i == 0 ? x : TensorType{x.dtype, {x.shape[0], groups}};
    }
    return {};
}

Result<kernels::KernelPtr> make_groups(const OpCall& call) {
    SOFTACL_TRY(require_known_shapes(call));
    const RealPorts types(call);
    const Shape& x_shape = call.inputs[0]->shape;
    const auto groups = call.attrs.at<int64_t>("num_groups");
    const int64_t channels = x_shape[1] / groups;
    const int64_t plane = x_shape.elements(2, x_shape.rank());
    const int64_t rows = x_shape[0] * groups;
    const auto epsilon = static_cast<double>(call.attrs.at<float>("eps"));
    const bool relu = call.op->name() == "GroupNormRelu";
    const bool silu = call.attrs.get<bool>("activate_silu", false);
    return Result<kernels::KernelPtr>(function_kernel(call, [=](const kernels::Kernel::Buffers& b) -> Status {
        const Reals x = types.input(b, 0);
        const int64_t count = channels * plane;
        for (int64_t r = 0; r < rows; ++r) {
            const auto sum = [&](auto&& f) {
                double total = 0;
                for (int64_t i = 0; i < count; ++i) {
                    total += f(x.at(r * count + i));
                }
                return total / static_cast<double>(count);
            };
            const double mean = sum([](double v) { return v; });
            const double rstd = 1 / std::sqrt(sum([mean](double v) { return (v - mean) * (v - mean); }) + epsilon);
            types.output(b, 1).set(r, mean);
            types.output(b, 2).set(r, rstd);
            for (int64_t i = 0; i < count; ++i) {
                const int64_t channel = r % groups * channels + i / plane;
                double value = (x.at(r * count + i) - mean) * rstd * types.input(b, 1).at(channel, 1) +
                               types.input(b, 2).at(channel, 0);
                value = relu && value < 0 ? 0 : silu ? value / (1 + std::exp(-value)) : value;
                types.output(b, 0).set(r * count + i, value);
            }
        }
        return {};
    }));
}

OpDef& finish(OpDef& op, float epsilon) {
    return op.attr("epsilon", epsilon).infer(infer_norm).kernel("reference", make_norm);
}

}  // namespace

OpDef declare_LayerNormV3() {
    OpDef op("LayerNormV3", "LayerNorm, which gives 1 / deviation instead of the variance.");
    op.input("x", kTypes).input("gamma", kTypes).input("beta", kTypes);
    op.output("y", kTypes).output("mean", kTypes).output("rstd", kTypes);
    return finish(op.attr("begin_norm_axis", int64_t{0}).attr("begin_params_axis", int64_t{0}), 1e-5F);
}
OpDef declare_LayerNormV4() {
    OpDef op("LayerNormV4", "The last axes, as many as normalized_shape has, normalised together.");
    op.input("x", kTypes).input("normalized_shape", kIndexes);
    op.optional_input("gamma", kTypes).optional_input("beta", kTypes);
    op.output("y", kTypes).output("mean", kTypes).output("rstd", kTypes);
    return finish(op.needs_value(1), 1e-5F);
}
OpDef declare_RmsNorm() {
    OpDef op("RmsNorm", "Rows, as long as gamma, divided by the root of their mean square; then scaled.");
    op.input("x", kTypes).input("gamma", kTypes);
    op.output("y", kTypes).output("rstd", {ACL_FLOAT});
    return finish(op, 1e-6F);
}
OpDef declare_AddLayerNorm() {
    OpDef op("AddLayerNorm", "The sum of x1, x2 and perhaps bias; its last axis normalised.");
    op.input("x1", kTypes).input("x2", kTypes).input("gamma", kTypes).input("beta", kTypes);
    op.optional_input("bias", kTypes);
    op.output("y", kTypes).output("mean", {ACL_FLOAT}).output("rstd", {ACL_FLOAT}).output("x", kTypes);
    return finish(op, 1e-5F).attr("additional_output", false);
}
OpDef declare_AddRmsNorm() {
    OpDef op("AddRmsNorm", "The sum of x1 and x2, and RmsNorm of it.");
    op.input("x1", kTypes).input("x2", kTypes).input("gamma", kTypes);
    op.output("y", kTypes).output("rstd", {ACL_FLOAT}).output("x", kTypes);
    return finish(op, 1e-6F);
}
OpDef declare_GroupNormSilu() {
    return OpDef("GroupNormSilu", "Groups of channels of each image normalised, then x * sigmoid(x).")
        .input("x", kTypes)
        .optional_input("gamma", kTypes)
        .optional_input("beta", kTypes)
        .output("y", kTypes)
        .output("mean", kTypes)
        .output("rstd", kTypes)
        .required_attr("num_groups", int64_t{0})
        .attr("eps", 1e-5F)
        .attr("activate_silu", true)
        .infer(infer_groups)
        .kernel("reference", make_groups);
}
OpDef declare_GroupNormRelu() {
    constexpr DTypes kX = {ACL_FLOAT, ACL_FLOAT16};
    return OpDef("GroupNormRelu", "Groups of channels of each image normalised, then nothing below 0.")
        .input("x", kX)
        .input("gamma", kX)
        .input("beta", kX)
        .output("y", kX)
        .required_attr("num_groups", int64_t{0})
        .attr("eps", 1e-5F)
        .infer(infer_groups)
        .kernel("reference", make_groups);
}

}  // namespace softacl::ops
