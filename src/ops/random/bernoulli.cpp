// SPDX-License-Identifier: Apache-2.0
// Zeros and ones.
#include "kernels/ref/number.h"
#include "ops/common/importing.h"
#include "ops/common/reference.h"
#include "ops/common/values.h"
#include "ops/random/common.h"
#include "ops/random/draw.h"

namespace softacl::ops {
namespace {

using kernels::Kernel;

// Where an operator has its probabilities; two seeds follow.
template <size_t kProbabilities>
Result<kernels::KernelPtr> make_bernoulli(const OpCall& call) {
    SOFTACL_TRY(require_known_shapes(call));
    const TensorType& given = *call.inputs[kProbabilities];
    const int64_t count = call.outputs[0].shape.elements();
    const int64_t step = given.shape.elements() == count ? 1 : 0;
    kernels::KernelPtr kernel;
    visit_dtype(call.outputs[0].dtype, [&](auto tag) {
        using T = typename decltype(tag)::Type;
        kernel = function_kernel(
            call,
            [=, name = input_name(call, kProbabilities), dtype = given.dtype, known = given.shape.elements(),
             own = Sequence::of(0, 0)](const Kernel::Buffers& b) mutable -> Status {
                auto* const probabilities = static_cast<double*>(b.scratch);
                SOFTACL_TRY(read_probabilities(b.inputs[kProbabilities], dtype, known, name.c_str(), probabilities));
                const int64_t seed = *static_cast<const int64_t*>(b.inputs[kProbabilities + 1]);
                const int64_t offset = *static_cast<const int64_t*>(b.inputs[kProbabilities + 2]);
                using Drawn = Uniform<double>;
                const uint64_t blocks = blocks_for<Drawn>(count);
                const bool seeded = seed != -1 || offset != 0;
                const Stream stream =
                    seeded ? Stream{static_cast<uint64_t>(seed), {0, static_cast<uint64_t>(offset)}} : own.take(blocks);
                T* y = static_cast<T*>(b.outputs[0]);
                draw(stream, count, Drawn(),
                     [=](int64_t i, double number) { y[i] = kernels::converted<T>(number < probabilities[i * step]); });
                return {};
            });
    });
    kernel->scratch_bytes = static_cast<size_t>(given.shape.elements()) * sizeof(double);
    return kernel;
}

Status infer_by_shape(OpCall& call) {
    SOFTACL_ASSIGN(const aclDataType dtype, drawn_dtype(call, "dtype"));
    SOFTACL_TRY(require_single(call, {2, 3}));
    SOFTACL_TRY(infer_drawn(call, 0, dtype));
    const Shape& y = call.outputs[0].shape;
    const Shape& prob = call.inputs[1]->shape;
    if (prob.is_known() && y.is_known() && prob.elements() != 1 && prob != y) {
        return call.fail("the input prob has the shape ", prob,
                         "; expected one probability, or one for each element of ", y);
    }
    return {};
}

Status infer_like(OpCall& call) {
    SOFTACL_TRY(require_single(call, {1, 2}));
    aclDataType dtype = call.inputs[0]->dtype;
    if (call.attrs.at<aclDataType>("dtype") != ACL_DT_UNDEFINED) {
        SOFTACL_ASSIGN(dtype, drawn_dtype(call, "dtype"));
    }
    call.outputs[0] = {dtype, call.inputs[0]->shape};
    return {};
}

// No seed is written as -1 and 0.
Imported import_bernoulli(Importer& graph, const ForeignNode& node) {
    if (!node.has_input(0)) {
        return import_fail("the input is missing");
    }
    aclDataType dtype = graph.type(node.input(0)).dtype;
    if (node.attrs.has("dtype")) {
        SOFTACL_ASSIGN(dtype, onnx_dtype(node, "dtype"));
    }
    SOFTACL_ASSIGN(const ValueRef shape, add_shape_of(graph, node.input(0)));
    int64_t seed = -1;
    int64_t offset = 0;
    if (node.attrs.has("seed")) {
        seed = onnx_seeds(node).seed;
        offset = seed == -1 ? 1 : 0;
    }
    return one(graph.add("StatelessBernoulli",
                         {shape, node.input(0), graph.add_constant(Tensor::scalar(seed), "seed"),
                          graph.add_constant(Tensor::scalar(offset), "offset")},
                         {{"dtype", dtype}}));
}

}  // namespace

OpDef declare_StatelessBernoulli() {
    return OpDef("StatelessBernoulli",
                 "1 with the probability prob (one number, or one for each element), else 0, as a function of seed and "
                 "offset; if they are -1 and 0, others in every run.")
        .input("shape", kIndexes)
        .input("prob", kFloats)
        .input("seed", {ACL_INT64})
        .input("offset", {ACL_INT64})
        .output("y", kAny)
        .attr("dtype", ACL_FLOAT)
        .needs_value(0)
        .random()
        .infer(infer_by_shape)
        .kernel("reference", make_bernoulli<1>)
        .onnx("Bernoulli", import_bernoulli);
}

OpDef declare_StatelessBernoulliV2() {
    return OpDef("StatelessBernoulliV2", "StatelessBernoulli with the probabilities x, of whose type and shape it is.")
        .input("x", {ACL_FLOAT16, ACL_FLOAT, ACL_DOUBLE})
        .input("seed", {ACL_INT64})
        .input("offset", {ACL_INT64})
        .output("y", kAny)
        .attr("dtype", ACL_DT_UNDEFINED)
        .random()
        .infer(infer_like)
        .kernel("reference", make_bernoulli<0>);
}

}  // namespace softacl::ops
