// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>

#include "kernels/ref/number.h"
#include "kernels/ref/real.h"
#include "ops/caffe/imports.h"
#include "ops/common/for_elements.h"
#include "ops/common/import_simple.h"
#include "ops/common/reals.h"
#include "ops/common/scalar.h"

namespace softacl::ops {
namespace {

namespace ref = kernels::ref;

enum Inputs : size_t { kX, kMean, kVariance, kMomentum, kScale, kOffset };

Status infer(OpCall& call) {
    const TensorType& x = *call.inputs[kX];
    if (x.shape.rank() < 2) {
        return call.fail("the input x has the shape ", x.shape, "; expected at least 2 dimensions");
    }
    if (!call.attrs.at<bool>("use_global_stats")) {
        return call.fail("use_global_stats is false; statistics of the batch itself are not supported");
    }
    for (const size_t i : {kMean, kVariance, kScale, kOffset}) {
        if (!call.has_input(i)) {
            continue;
        }
        const Shape& shape = call.inputs[i]->shape;
        if (shape.is_known() && x.shape[1] >= 0 && shape.elements() != x.shape[1]) {
            return call.fail("the input ", call.op->inputs()[i].name, " has the shape ", shape, "; expected ",
                             x.shape[1], " elements, one for each channel of x");
        }
    }
    if (const Shape& momentum = call.inputs[kMomentum]->shape; momentum.is_known() && momentum.elements() != 1) {
        return call.fail("the input momentum has the shape ", momentum, "; expected one element");
    }
    call.outputs[0] = x;
    return {};
}

Result<kernels::KernelPtr> make_reference(const OpCall& call) {
    kernels::KernelPtr kernel;
    const Shape shape = call.inputs[kX]->shape;
    const auto epsilon = static_cast<double>(call.attrs.at<float>("epsilon"));
    std::vector<aclDataType> dtypes;
    for (const TensorType* input : call.inputs) {
        dtypes.push_back(input == nullptr ? ACL_DT_UNDEFINED : input->dtype);
    }
    ref::visit_floats(call.inputs[kX]->dtype, [&](auto tag) {
        using T = typename decltype(tag)::Type;
        using R = ref::Real<T>;
        kernel = function_kernel(call, [shape, epsilon, dtypes](const kernels::Kernel::Buffers& b) -> Status {
            const auto number = [&](Inputs input, int64_t i, double fallback) {
                return dtypes[input] == ACL_DT_UNDEFINED ? fallback : Reals(b.inputs[input], dtypes[input]).at(i);
            };
            // The statistics are sums that this number of batches, decayed, went into.
            const double momentum = number(kMomentum, 0, 1);
            const double factor = momentum == 0 ? 0 : 1 / momentum;
            const auto* x = static_cast<const T*>(b.inputs[kX]);
            auto* y = static_cast<T*>(b.outputs[0]);
            const int64_t plane = shape.elements(2, shape.rank());
            for_rows(shape[0] * shape[1], plane, [&](int64_t i) {
                const int64_t c = i % shape[1];
                const double scale = number(kScale, c, 1) / std::sqrt(number(kVariance, c, 1) * factor + epsilon);
                const double offset = number(kOffset, c, 0) - number(kMean, c, 0) * factor * scale;
                const R a = static_cast<R>(scale);
                const R z = static_cast<R>(offset);
                const T* const from = x + i * plane;
                T* const to = y + i * plane;
                vectorised<kernels::kUsual<T>>([=] {
                    for (int64_t k = 0; k < plane; ++k) {
                        to[k] = static_cast<T>(static_cast<R>(from[k]) * a + z);
                    }
                });
            });
            return {};
        });
    });
    return kernel;
}

/// The statistics of the batch, which the running ones move towards.
Imported import_training(Importer& graph, const ForeignNode& node) {
    SOFTACL_ASSIGN(auto made, graph.add_node("BatchNorm", {node.input(0), node.input(1), node.input(2)},
                                             {{"epsilon", node.attrs.get<float>("epsilon", 1e-5F)},
                                              {"data_format", std::string("NCHW")}},
                                             6, ""));
    const float momentum = node.attrs.get<float>("momentum", 0.9F);
    std::vector<ValueRef> outputs = {made[0]};
    for (size_t i = 1; i < std::min<size_t>(node.outputs, 3); ++i) {
        const std::string name = i == 1 ? "mean" : "variance";
        SOFTACL_ASSIGN(const ValueRef old,
                       graph.add("Muls", {node.input(2 + i)}, {{"value", momentum}}, name + "_old"));
        SOFTACL_ASSIGN(const ValueRef batch,
                       graph.add("Muls", {made[2 + i]}, {{"value", 1 - momentum}}, name + "_batch"));
        SOFTACL_ASSIGN(const ValueRef sum, graph.add("Add", {old, batch}, {}, name));
        outputs.push_back(sum);
    }
    return outputs;
}

Imported import_batch_norm(Importer& graph, const ForeignNode& node) {
    if (node.attrs.get<int64_t>("training_mode", 0) != 0) {
        return import_training(graph, node);
    }
    if (node.version < 9 && node.attrs.get<int64_t>("spatial", 1) == 0) {
        return fail(ACL_ERROR_FEATURE_UNSUPPORTED, "spatial is 0; only one mean for each channel is supported");
    }
    const ValueRef momentum = graph.add_constant(scalar_of(graph.type(node.input(0)).dtype, 1), "momentum");
    SOFTACL_ASSIGN(
        const ValueRef y,
        graph.add("BNInference", {node.input(0), node.input(3), node.input(4), momentum, node.input(1), node.input(2)},
                  {{"epsilon", node.attrs.get<float>("epsilon", 1e-5F)}}));
    // Further outputs exist for training only.
    return std::vector<ValueRef>{y};
}

}  // namespace

OpDef declare_BNInference() {
    return OpDef("BNInference", "Each channel moved and scaled by known statistics.")
        .input("x", kFloats)
        .input("mean", kFloats)
        .input("variance", kFloats)
        .input("momentum", kFloats)
        .optional_input("scale", kFloats)
        .optional_input("offset", kFloats)
        .output("y", kFloats)
        .attr("epsilon", 1e-5F)
        .attr("use_global_stats", true)
        .attr("mode", int64_t{1})
        .infer(infer)
        .kernel("reference", make_reference)
        .onnx("BatchNormalization", import_batch_norm)
        .caffe("BatchNorm", import_caffe_batch_norm);
}

}  // namespace softacl::ops
