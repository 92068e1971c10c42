// SPDX-License-Identifier: Apache-2.0
// Classes that are drawn by their logarithmic probabilities.
#include <algorithm>
#include <cmath>
#include <limits>

#include "acl/acl_base.h"
#include "kernels/ref/real.h"
#include "ops/common/importing.h"
#include "ops/common/reference.h"
#include "ops/common/values.h"
#include "ops/random/common.h"
#include "ops/random/draw.h"

namespace softacl::ops {
namespace {

namespace ref = kernels::ref;
using kernels::Kernel;

Status infer_multinomial(OpCall& call) {
    SOFTACL_ASSIGN(const aclDataType dtype, drawn_dtype(call, "dtype"));
    SOFTACL_ASSIGN(const auto samples, known_int(call, 1));
    const Shape& logits = call.inputs[0]->shape;
    if (logits.rank() != 2 || logits[1] == 0) {
        return call.fail("the input logits has the shape ", logits, "; expected rows of at least one class");
    }
    if (samples && *samples < 0) {
        return call.fail("the input num_samples is ", *samples, "; expected at least 0");
    }
    SOFTACL_TRY(require_single(call, {1}));
    call.outputs[0] = {dtype, {logits[0], samples.value_or(-1)}};
    return {};
}

// Sums of the probabilities up to each class, of which the last is not 1 but some positive number.
template <class T>
Status accumulate(const T* logits, int64_t row, int64_t classes, double* sums) {
    constexpr double kInfinity = std::numeric_limits<double>::infinity();
    double most = -kInfinity;
    for (int64_t i = 0; i < classes; ++i) {
        const auto logit = static_cast<double>(static_cast<ref::Real<T>>(logits[i]));
        if (std::isnan(logit) || logit == kInfinity) {
            return fail(ACL_ERROR_INVALID_PARAM, "the input logits has ", logit, " at [", row, ",", i,
                        "]; expected a number, or -inf");
        }
        most = std::max(most, logit);
    }
    if (most == -kInfinity) {
        return fail(ACL_ERROR_INVALID_PARAM, "row ", row, " of the input logits has no class that is possible");
    }
    double sum = 0;
    for (int64_t i = 0; i < classes; ++i) {
        sums[i] = sum += std::exp(static_cast<double>(static_cast<ref::Real<T>>(logits[i])) - most);
    }
    return {};
}

template <class T, class Y>
kernels::KernelPtr multinomial_kernel(const OpCall& call) {
    const int64_t rows = call.outputs[0].shape[0];
    const int64_t samples = call.outputs[0].shape[1];
    const int64_t classes = call.inputs[0]->shape[1];
    auto kernel = function_kernel(call, [=, sequence = Sequence::of(call)](const Kernel::Buffers& b) mutable -> Status {
        auto* const sums = static_cast<double*>(b.scratch);
        for (int64_t row = 0; row < rows && samples > 0; ++row) {
            SOFTACL_TRY(
                accumulate(static_cast<const T*>(b.inputs[0]) + row * classes, row, classes, sums + row * classes));
        }
        auto* const y = static_cast<Y*>(b.outputs[0]);
        using Drawn = Uniform<double>;
        const int64_t count = rows * samples;
        draw(sequence.take(blocks_for<Drawn>(count)), count, Drawn(), [=](int64_t i, double number) {
            const double* const first = sums + i / samples * classes;
            const double* const last = first + classes - 1;
            // The first sum beyond is that of a class that is possible; number * sum stays below the last one.
            y[i] = static_cast<Y>(std::upper_bound(first, last, number * *last) - first);
        });
        return {};
    });
    kernel->scratch_bytes = static_cast<size_t>(rows * classes) * sizeof(double);
    return kernel;
}

Result<kernels::KernelPtr> make_multinomial(const OpCall& call) {
    SOFTACL_TRY(require_known_shapes(call));
    kernels::KernelPtr kernel;
    ref::visit_floats(call.inputs[0]->dtype, [&](auto tag) {
        using T = typename decltype(tag)::Type;
        kernel = call.outputs[0].dtype == ACL_INT32 ? multinomial_kernel<T, int32_t>(call)
                                                    : multinomial_kernel<T, int64_t>(call);
    });
    return kernel;
}

Imported import_multinomial(Importer& graph, const ForeignNode& node) {
    const auto samples = node.attrs.get<int64_t>("sample_size", 1);
    if (samples < 1 || samples > std::numeric_limits<int32_t>::max()) {
        return import_fail("the attribute sample_size is ", samples, "; expected at least 1");
    }
    aclDataType dtype = ACL_INT32;
    if (node.attrs.has("dtype")) {
        SOFTACL_ASSIGN(dtype, onnx_dtype(node, "dtype"));
    }
    const Seeds seeds = onnx_seeds(node);
    return one(
        graph.add("Multinomial",
                  {node.input(0), graph.add_constant(Tensor::scalar(static_cast<int32_t>(samples)), "num_samples")},
                  {{"dtype", dtype}, {"seed", seeds.seed}, {"seed2", seeds.seed2}}));
}

}  // namespace

OpDef declare_Multinomial() {
    return OpDef("Multinomial", "Numbers of classes, drawn num_samples times for each row of their logarithmic odds.")
        .input("logits", {ACL_FLOAT16, ACL_FLOAT, ACL_DOUBLE})
        .input("num_samples", {ACL_INT32})
        .output("y", kIndexes)
        .attr("dtype", ACL_INT64)
        .attr("seed", int64_t{0})
        .attr("seed2", int64_t{0})
        .needs_value(1)
        .random()
        .infer(infer_multinomial)
        .kernel("reference", make_multinomial)
        .onnx("Multinomial", import_multinomial);
}

}  // namespace softacl::ops
