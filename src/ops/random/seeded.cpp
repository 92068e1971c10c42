// SPDX-License-Identifier: Apache-2.0
// Random tensors that go on with each run: RandomUniform, RandomStandardNormal, TruncatedNormal, RandomUniformInt.
#include <cmath>

#include "kernels/ref/real.h"
#include "ops/common/importing.h"
#include "ops/common/reference.h"
#include "ops/common/values.h"
#include "ops/random/common.h"
#include "ops/random/draw.h"
#include "ops/random/integers.h"

namespace softacl::ops {
namespace {

namespace ref = kernels::ref;
using kernels::Kernel;

constexpr DTypes kDrawn = {ACL_FLOAT16, ACL_FLOAT, ACL_DOUBLE};

Status infer_floats(OpCall& call) {
    SOFTACL_ASSIGN(const aclDataType dtype, drawn_dtype(call, "dtype"));
    return infer_drawn(call, 0, dtype);
}

template <template <class> class Distribution>
Result<kernels::KernelPtr> make_floats(const OpCall& call) {
    SOFTACL_TRY(require_known_shapes(call));
    kernels::KernelPtr kernel;
    ref::visit_floats(call.outputs[0].dtype, [&](auto tag) {
        using T = typename decltype(tag)::Type;
        using Drawn = Distribution<ref::Real<T>>;
        kernel = function_kernel(call,
                                 [count = call.outputs[0].shape.elements(),
                                  sequence = Sequence::of(call)](const Kernel::Buffers& b) mutable -> Status {
                                     fill<T>(sequence.take(blocks_for<Drawn>(count)), count, Drawn(), b.outputs[0]);
                                     return {};
                                 });
    });
    return kernel;
}

Status infer_integers(OpCall& call) {
    SOFTACL_TRY(check_limits(call, 1, 2));
    return infer_drawn(call, 0, call.inputs[1]->dtype);
}

Result<kernels::KernelPtr> make_integers(const OpCall& call) {
    SOFTACL_TRY(require_known_shapes(call));
    kernels::KernelPtr kernel;
    visit_drawn_integers(call.outputs[0].dtype, [&](auto tag) {
        using T = typename decltype(tag)::Type;
        kernel = function_kernel(
            call,
            [count = call.outputs[0].shape.elements(),
             sequence = Sequence::of(call)](const Kernel::Buffers& b) mutable -> Status {
                SOFTACL_ASSIGN(const auto drawn, limits_of<T>(b.inputs[1], b.inputs[2], "min", "max"));
                fill<T>(sequence.take(blocks_for<IntegerBetween<T>>(count)), count, drawn, b.outputs[0]);
                return {};
            });
    });
    return kernel;
}

// Draws a tensor, then multiplies and adds; a factor of 1 and a summand of 0 need no node.
Imported import_scaled(Importer& graph, const ForeignNode& node, const char* op, float factor, float summand) {
    const bool like = node.type == "RandomNormalLike" || node.type == "RandomUniformLike";
    ValueRef shape = kNoValue;
    aclDataType dtype = ACL_FLOAT;
    if (like) {
        if (!node.has_input(0)) {
            return import_fail("the input is missing");
        }
        dtype = graph.type(node.input(0)).dtype;
        SOFTACL_ASSIGN(shape, add_shape_of(graph, node.input(0)));
    } else {
        const Ints* dims = node.attrs.find_as<Ints>("shape");
        if (dims == nullptr) {
            return import_fail("the attribute shape is missing");
        }
        shape = graph.add_constant(Tensor::list(*dims), "shape");
    }
    if (node.attrs.has("dtype")) {
        SOFTACL_ASSIGN(dtype, onnx_dtype(node, "dtype"));
    }
    const Seeds seeds = onnx_seeds(node);
    const bool multiplies = factor != 1;
    const bool adds = summand != 0;
    SOFTACL_ASSIGN(ValueRef y, graph.add(op, {shape}, {{"dtype", dtype}, {"seed", seeds.seed}, {"seed2", seeds.seed2}},
                                         multiplies || adds ? "drawn" : ""));
    if (multiplies) {
        SOFTACL_ASSIGN(y, graph.add("Muls", {y}, {{"value", factor}}, adds ? "scaled" : ""));
    }
    if (adds) {
        SOFTACL_ASSIGN(y, graph.add("Adds", {y}, {{"value", summand}}));
    }
    return std::vector<ValueRef>{y};
}

Imported import_normal(Importer& graph, const ForeignNode& node) {
    return import_scaled(graph, node, "RandomStandardNormal", node.attrs.get<float>("scale", 1),
                         node.attrs.get<float>("mean", 0));
}

Imported import_uniform(Importer& graph, const ForeignNode& node) {
    const auto low = node.attrs.get<float>("low", 0);
    const auto high = node.attrs.get<float>("high", 1);
    if (!(low <= high && std::isfinite(high - low))) {
        return import_fail("the attributes low and high are ", low, " and ", high,
                           "; expected low <= high, and a finite interval");
    }
    return import_scaled(graph, node, "RandomUniform", high - low, low);
}

OpDef seeded(OpDef op) { return op.attr("seed", int64_t{0}).attr("seed2", int64_t{0}).needs_value(0).random(); }

}  // namespace

OpDef declare_RandomUniform() {
    return seeded(OpDef("RandomUniform", "Numbers of [0, 1), each as likely as another.")
                      .input("shape", kIndexes)
                      .output("y", kDrawn)
                      .required_attr("dtype", ACL_FLOAT)
                      .infer(infer_floats)
                      .kernel("reference", make_floats<Uniform>)
                      .onnx("RandomUniform", import_uniform)
                      .onnx("RandomUniformLike", import_uniform));
}

OpDef declare_RandomStandardNormal() {
    return seeded(OpDef("RandomStandardNormal", "Numbers of the normal distribution with mean 0 and deviation 1.")
                      .input("shape", kIndexes)
                      .output("y", kDrawn)
                      .required_attr("dtype", ACL_FLOAT)
                      .infer(infer_floats)
                      .kernel("reference", make_floats<Normal>)
                      .onnx("RandomNormal", import_normal)
                      .onnx("RandomNormalLike", import_normal));
}

OpDef declare_TruncatedNormal() {
    return seeded(OpDef("TruncatedNormal", "The normal distribution without what is further than 2 from 0.")
                      .input("shape", kIndexes)
                      .output("y", kDrawn)
                      .attr("dtype", ACL_FLOAT)
                      .infer(infer_floats)
                      .kernel("reference", make_floats<TruncatedNormal>));
}

OpDef declare_RandomUniformInt() {
    return seeded(OpDef("RandomUniformInt", "Integers from min to before max.")
                      .input("shape", kIndexes)
                      .input("min", kIndexes)
                      .input("max", kIndexes)
                      .output("y", kIndexes)
                      .infer(infer_integers)
                      .kernel("reference", make_integers));
}

}  // namespace softacl::ops
