// SPDX-License-Identifier: Apache-2.0
// The greatest or smallest element so far along an axis, and where it is; of several equal ones the last.
#include "kernels/ref/number.h"
#include "ops/common/along.h"
#include "ops/common/infer.h"
#include "ops/common/reference.h"
#include "ops/common/values.h"

namespace softacl::ops {
namespace {

using kernels::Kernel;

int64_t axis_of(const OpCall& call) {
    return call.attrs.has("dim") ? call.attrs.at<int64_t>("dim") : call.attrs.at<int64_t>("axis");
}

Status infer_running(OpCall& call) {
    SOFTACL_TRY(normal_axis(call, axis_of(call), call.inputs[0]->shape.rank()).status());
    call.outputs[0] = *call.inputs[0];
    if (call.outputs.size() > 1) {
        call.outputs[1] = {ACL_INT32, call.inputs[0]->shape};
    }
    return {};
}

// NaN wins over every number, and stays.
template <bool kMost, class T>
bool replaces(T x, T best) {
    return kernels::is_nan(x) || (!kernels::is_nan(best) && (kMost ? x >= best : x <= best));
}

template <bool kMost>
Result<kernels::KernelPtr> make_running(const OpCall& call) {
    SOFTACL_TRY(require_known_shapes(call));
    SOFTACL_ASSIGN(const size_t axis, normal_axis(call, axis_of(call), call.inputs[0]->shape.rank()));
    const Rows rows(call.inputs[0]->shape, axis);
    if (rows.size > std::numeric_limits<int32_t>::max()) {
        return call.fail("dimension ", axis, " of ", call.inputs[0]->shape, " is too long for indices of 32 bits");
    }
    kernels::KernelPtr kernel;
    visit_dtype(call.inputs[0]->dtype, [&](auto tag) {
        using T = typename decltype(tag)::Type;
        if constexpr (!std::is_same_v<T, bool>) {
            kernel = function_kernel(
                call, [rows, has_indices = call.outputs.size() > 1](const Kernel::Buffers& buffers) -> Status {
                    for (int64_t row = 0; row < rows.count; ++row) {
                        const int64_t begin = rows.begin(row);
                        const T* x = static_cast<const T*>(buffers.inputs[0]) + begin;
                        int64_t best = 0;
                        for (int64_t i = 0; i < rows.size; ++i) {
                            const int64_t at = i * rows.step;
                            if (replaces<kMost>(kernels::widen(x[at]), kernels::widen(x[best * rows.step]))) {
                                best = i;
                            }
                            static_cast<T*>(buffers.outputs[0])[begin + at] = x[best * rows.step];
                            if (has_indices) {
                                static_cast<int32_t*>(buffers.outputs[1])[begin + at] = static_cast<int32_t>(best);
                            }
                        }
                    }
                    return {};
                });
        }
    });
    return kernel;
}

template <bool kMost>
OpDef declare_running(const char* name, const char* doc, const char* axis) {
    return OpDef(name, doc)
        .input("x", kNumbers)
        .output("y", kNumbers)
        .output("indices", {ACL_INT32})
        .required_attr(axis, int64_t{})
        .infer(infer_running)
        .kernel("reference", make_running<kMost>);
}

}  // namespace

OpDef declare_Cummax() {
    return declare_running<true>("Cummax", "The greatest element up to each along dim, and its (last) index.", "dim");
}
OpDef declare_Cummin() {
    return declare_running<false>("Cummin", "The smallest element up to each along axis, and its (last) index.",
                                  "axis");
}

}  // namespace softacl::ops
