// SPDX-License-Identifier: Apache-2.0
// Random tensors that are a function of key and counter: the same in every run.
#include "acl/acl_base.h"
#include "kernels/ref/real.h"
#include "ops/common/reference.h"
#include "ops/common/values.h"
#include "ops/random/common.h"
#include "ops/random/draw.h"
#include "ops/random/integers.h"

namespace softacl::ops {
namespace {

namespace ref = kernels::ref;
using kernels::Kernel;

constexpr DTypes kWords = {ACL_INT32, ACL_INT64, ACL_UINT32, ACL_UINT64};
enum Input : size_t { kShape, kKey, kCounter, kAlgorithm, kLow, kHigh };

Status check_algorithm(int32_t number) {
    constexpr int32_t kPhilox = 1;
    constexpr int32_t kAutomatic = 3;
    if (number != kPhilox && number != kAutomatic) {
        return fail(ACL_ERROR_INVALID_PARAM, "the input alg is ", number, number == 2 ? " (ThreeFry)" : "",
                    "; expected ", kPhilox, " (Philox) or ", kAutomatic, " (automatic)");
    }
    return {};
}

Status infer_any(OpCall& call, aclDataType dtype) {
    SOFTACL_TRY(require_single(call, {kKey, kAlgorithm}));
    const Shape& counter = call.inputs[kCounter]->shape;
    if (counter.rank() != 1 || (counter[0] >= 0 && counter[0] < 2)) {
        return call.fail("the input counter has the shape ", counter, "; expected a list of two numbers");
    }
    if (const Tensor* algorithm = call.constant(kAlgorithm)) {
        if (const Status status = check_algorithm(*algorithm->data_as<int32_t>()); !status.ok()) {
            return call.fail(status.message());
        }
    }
    return infer_drawn(call, kShape, dtype);
}

Status infer_by_attribute(OpCall& call) {
    SOFTACL_ASSIGN(const aclDataType dtype, drawn_dtype(call, "dtype"));
    return infer_any(call, dtype);
}

Status infer_between(OpCall& call) {
    SOFTACL_TRY(check_limits(call, kLow, kHigh));
    return infer_any(call, call.inputs[kLow]->dtype);
}

Result<Stream> stream_of(const Kernel::Buffers& b) {
    SOFTACL_TRY(check_algorithm(*static_cast<const int32_t*>(b.inputs[kAlgorithm])));
    const auto* counter = static_cast<const uint64_t*>(b.inputs[kCounter]);
    return Stream{*static_cast<const uint64_t*>(b.inputs[kKey]), {counter[0], counter[1]}};
}

template <class T, class Distribution>
kernels::KernelPtr kernel_of(const OpCall& call) {
    return function_kernel(call, [count = call.outputs[0].shape.elements()](const Kernel::Buffers& b) -> Status {
        SOFTACL_ASSIGN(const Stream stream, stream_of(b));
        fill<T>(stream, count, Distribution(), b.outputs[0]);
        return {};
    });
}

template <template <class> class Distribution>
Result<kernels::KernelPtr> make_floats(const OpCall& call) {
    SOFTACL_TRY(require_known_shapes(call));
    kernels::KernelPtr kernel;
    ref::visit_floats(call.outputs[0].dtype, [&](auto tag) {
        using T = typename decltype(tag)::Type;
        kernel = kernel_of<T, Distribution<ref::Real<T>>>(call);
    });
    return kernel;
}

Result<kernels::KernelPtr> make_any_integers(const OpCall& call) {
    SOFTACL_TRY(require_known_shapes(call));
    kernels::KernelPtr kernel;
    visit_drawn_integers(call.outputs[0].dtype, [&](auto tag) {
        using T = typename decltype(tag)::Type;
        kernel = kernel_of<T, AnyInteger<T>>(call);
    });
    return kernel;
}

Result<kernels::KernelPtr> make_between(const OpCall& call) {
    SOFTACL_TRY(require_known_shapes(call));
    kernels::KernelPtr kernel;
    visit_drawn_integers(call.outputs[0].dtype, [&](auto tag) {
        using T = typename decltype(tag)::Type;
        kernel = function_kernel(call, [count = call.outputs[0].shape.elements()](const Kernel::Buffers& b) -> Status {
            SOFTACL_ASSIGN(const Stream stream, stream_of(b));
            SOFTACL_ASSIGN(const auto drawn, limits_of<T>(b.inputs[kLow], b.inputs[kHigh], "minval", "maxval"));
            fill<T>(stream, count, drawn, b.outputs[0]);
            return {};
        });
    });
    return kernel;
}

OpDef declare(const char* name, const char* doc, DTypes types) {
    return OpDef(name, doc)
        .input("shape", kIndexes)
        .input("key", {ACL_UINT64})
        .input("counter", {ACL_UINT64})
        .input("alg", {ACL_INT32})
        .output("y", types)
        .needs_value(kShape);
}

}  // namespace

OpDef declare_StatelessRandomUniformV2() {
    return declare("StatelessRandomUniformV2", "RandomUniform as a function of key and counter.", kFloats)
        .attr("dtype", ACL_FLOAT)
        .infer(infer_by_attribute)
        .kernel("reference", make_floats<Uniform>);
}

OpDef declare_StatelessRandomNormalV2() {
    return declare("StatelessRandomNormalV2", "RandomStandardNormal as a function of key and counter.", kFloats)
        .attr("dtype", ACL_FLOAT)
        .infer(infer_by_attribute)
        .kernel("reference", make_floats<Normal>);
}

OpDef declare_StatelessTruncatedNormalV2() {
    return declare("StatelessTruncatedNormalV2", "TruncatedNormal as a function of key and counter.", kFloats)
        .attr("dtype", ACL_FLOAT)
        .infer(infer_by_attribute)
        .kernel("reference", make_floats<TruncatedNormal>);
}

OpDef declare_StatelessRandomUniformFullIntV2() {
    return declare("StatelessRandomUniformFullIntV2", "Integers of any value, as a function of key and counter.",
                   kWords)
        .attr("dtype", ACL_INT32)
        .infer(infer_by_attribute)
        .kernel("reference", make_any_integers);
}

OpDef declare_StatelessRandomUniformIntV2() {
    return declare("StatelessRandomUniformIntV2",
                   "Integers from minval to before maxval, as a function of key and counter.", kWords)
        .input("minval", kWords)
        .input("maxval", kWords)
        .infer(infer_between)
        .kernel("reference", make_between);
}

}  // namespace softacl::ops
