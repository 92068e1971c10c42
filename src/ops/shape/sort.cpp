// SPDX-License-Identifier: Apache-2.0
// Rows in order. NaN counts as greater than every number; equal elements keep their order.
#include <algorithm>
#include <numeric>

#include "kernels/ref/number.h"
#include "kernels/ref/real.h"
#include "ops/common/along.h"
#include "ops/common/infer.h"
#include "ops/common/reference.h"
#include "ops/common/values.h"

namespace softacl::ops {
namespace {

using kernels::Kernel;

template <class W>
bool less(W a, W b) {
    return a < b || (!kernels::is_nan(a) && kernels::is_nan(b));
}

Result<size_t> axis_of(const OpCall& call) {
    const Shape& x = call.inputs[0]->shape;
    return normal_axis(call, call.attrs.at<int64_t>("axis"), std::max<size_t>(x.rank(), 1));
}

Status infer_sort(OpCall& call) {
    SOFTACL_ASSIGN(const size_t axis, axis_of(call));
    SOFTACL_TRY(same_as_first(call));
    if (call.outputs.size() > 1) {
        const Shape& x = call.inputs[0]->shape;
        if (x.rank() > 0 && x[axis] > INT32_MAX) {
            return call.fail("dimension ", axis, " of ", x, " has more places than int32 can name");
        }
        call.outputs[1].dtype = ACL_INT32;
    }
    return {};
}

Result<kernels::KernelPtr> make_sort(const OpCall& call) {
    SOFTACL_TRY(require_known_shapes(call));
    SOFTACL_ASSIGN(const size_t axis, axis_of(call));
    const Shape& x = call.inputs[0]->shape;
    const Rows rows(x.rank() == 0 ? Shape{1} : x, axis);
    const bool falls = call.attrs.at<bool>("descending");
    const bool tells_places = call.outputs.size() > 1;
    kernels::KernelPtr kernel;
    kernels::ref::visit_numbers(call.inputs[0]->dtype, [&](auto tag) {
        using T = typename decltype(tag)::Type;
        kernel = function_kernel(call, [=](const Kernel::Buffers& b) -> Status {
            std::vector<int64_t> order(static_cast<size_t>(rows.size));
            for (int64_t row = 0; row < rows.count; ++row) {
                const int64_t begin = rows.begin(row);
                const T* from = static_cast<const T*>(b.inputs[0]) + begin;
                std::iota(order.begin(), order.end(), int64_t{0});
                std::stable_sort(order.begin(), order.end(), [&](int64_t i, int64_t j) {
                    const auto left = kernels::widen(from[i * rows.step]);
                    const auto right = kernels::widen(from[j * rows.step]);
                    return falls ? less(right, left) : less(left, right);
                });
                for (int64_t i = 0; i < rows.size; ++i) {
                    const int64_t source = order[static_cast<size_t>(i)];
                    static_cast<T*>(b.outputs[0])[begin + i * rows.step] = from[source * rows.step];
                    if (tells_places) {
                        static_cast<int32_t*>(b.outputs[1])[begin + i * rows.step] = static_cast<int32_t>(source);
                    }
                }
            }
            return {};
        });
    });
    return kernel;
}

OpDef declare_sort(const char* name, const char* doc) {
    return OpDef(name, doc)
        .input("x", kNumbers)
        .attr("axis", int64_t{-1})
        .attr("descending", false)
        .infer(infer_sort)
        .kernel("reference", make_sort);
}

}  // namespace

OpDef declare_SortV2() {
    return declare_sort("SortV2", "The elements of x along axis in order.").output("y", kNumbers);
}

OpDef declare_Sort() {
    return declare_sort("Sort", "The elements of x along axis in order, and where each stood.")
        .output("y1", kNumbers)
        .output("y2", {ACL_INT32})
        .attr("stable", false);
}

}  // namespace softacl::ops
