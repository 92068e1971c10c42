// SPDX-License-Identifier: Apache-2.0
// One half of a tensor decides how much of the other passes.
#include "kernels/ref/real.h"
#include "ops/common/axes.h"
#include "ops/common/infer.h"
#include "ops/common/reference.h"
#include "ops/common/values.h"

#include <cmath>

namespace softacl::ops {
namespace {

namespace ref = kernels::ref;

Status infer_gated(OpCall& call) {
    const Shape& x = call.inputs[0]->shape;
    SOFTACL_ASSIGN(const size_t axis, normal_axis(call, call.attrs.at<int64_t>("dim"), x.rank()));
    call.outputs[0] = *call.inputs[0];
    if (x[axis] >= 0) {
        if (x[axis] % 2 != 0) {
            return call.fail("dimension ", axis, " of ", x, " cannot be halved");
        }
        call.outputs[0].shape[axis] = x[axis] / 2;
    }
    return {};
}

struct Sigmoid {
    template <class R>
    static R apply(R a, R b) {
        return a / (1 + std::exp(-b));
    }
};
struct Silu {
    template <class R>
    static R apply(R a, R b) {
        return a / (1 + std::exp(-a)) * b;
    }
};

template <class Gate>
Result<kernels::KernelPtr> make_gated(const OpCall& call) {
    SOFTACL_TRY(require_known_shapes(call));
    SOFTACL_ASSIGN(const ref::Middle m, middle_of(call, {call.attrs.at<int64_t>("dim")}, call.inputs[0]->shape));
    kernels::KernelPtr kernel;
    ref::visit_floats(call.inputs[0]->dtype, [&](auto tag) {
        using T = typename decltype(tag)::Type;
        using R = ref::Real<T>;
        kernel = function_kernel(call, [m](const kernels::Kernel::Buffers& buffers) -> Status {
            const T* x = static_cast<const T*>(buffers.inputs[0]);
            T* y = static_cast<T*>(buffers.outputs[0]);
            const int64_t half = m.count / 2 * m.inner;
            for (int64_t outer = 0; outer < m.outer; ++outer, x += 2 * half) {
                for (int64_t i = 0; i < half; ++i) {
                    *y++ = static_cast<T>(Gate::template apply<R>(static_cast<R>(x[i]), static_cast<R>(x[half + i])));
                }
            }
            return {};
        });
    });
    return kernel;
}

template <class Gate>
OpDef declare_gated(const char* name, const char* doc) {
    return OpDef(name, doc)
        .input("x", kFloats)
        .output("y", kFloats)
        .attr("dim", int64_t{-1})
        .infer(infer_gated)
        .kernel("reference", make_gated<Gate>);
}

}  // namespace

OpDef declare_GLU() {
    return declare_gated<Sigmoid>("GLU", "The first half of x along dim times the sigmoid of the second.");
}
OpDef declare_SwiGlu() {
    return declare_gated<Silu>("SwiGlu", "Swish of the first half of x along dim times the second half.");
}

}  // namespace softacl::ops
