// SPDX-License-Identifier: Apache-2.0
// Running sums along an axis.
#include "kernels/ref/number.h"
#include "ops/common/along.h"
#include "ops/common/importing.h"
#include "ops/common/infer.h"
#include "ops/common/reference.h"
#include "ops/common/values.h"

namespace softacl::ops {
namespace {

using kernels::Kernel;

Status infer_cumsum(OpCall& call) {
    SOFTACL_ASSIGN(const auto axis, known_int(call, 1));
    if (axis) {
        SOFTACL_TRY(normal_axis(call, *axis, call.inputs[0]->shape.rank()).status());
    }
    return same_as_first(call);
}

Result<kernels::KernelPtr> make_cumsum(const OpCall& call) {
    SOFTACL_TRY(require_known_shapes(call));
    SOFTACL_ASSIGN(const int64_t value, required_int(call, 1));
    SOFTACL_ASSIGN(const size_t axis, normal_axis(call, value, call.inputs[0]->shape.rank()));
    const Rows rows(call.inputs[0]->shape, axis);
    const bool exclusive = call.attrs.at<bool>("exclusive");
    const bool reverse = call.attrs.at<bool>("reverse");
    kernels::KernelPtr kernel;
    visit_dtype(call.inputs[0]->dtype, [&](auto tag) {
        using T = typename decltype(tag)::Type;
        using W = kernels::Wide<T>;
        if constexpr (!std::is_same_v<T, bool>) {
            kernel = function_kernel(call, [=](const Kernel::Buffers& buffers) -> Status {
                for (int64_t i = 0; i < rows.count; ++i) {
                    const T* x = static_cast<const T*>(buffers.inputs[0]) + rows.begin(i);
                    T* y = static_cast<T*>(buffers.outputs[0]) + rows.begin(i);
                    W sum{};
                    for (int64_t j = 0; j < rows.size; ++j) {
                        const int64_t at = (reverse ? rows.size - 1 - j : j) * rows.step;
                        const W before = sum;
                        sum = kernels::wrapping_add(sum, kernels::widen(x[at]));
                        y[at] = kernels::narrow<T>(exclusive ? before : sum);
                    }
                }
                return {};
            });
        }
    });
    return kernel;
}

Imported import_cumsum(Importer& graph, const ForeignNode& node) {
    return one(graph.add("Cumsum", node.inputs,
                         {{"exclusive", node.attrs.get<int64_t>("exclusive", 0) != 0},
                          {"reverse", node.attrs.get<int64_t>("reverse", 0) != 0}}));
}

}  // namespace

OpDef declare_Cumsum() {
    return OpDef("Cumsum", "The sum of the elements up to each, along an axis; exclusive: of those before it.")
        .input("x", kNumbers)
        .input("axis", kIndexes)
        .output("y", kNumbers)
        .attr("exclusive", false)
        .attr("reverse", false)
        .needs_value(1)
        .infer(infer_cumsum)
        .kernel("reference", make_cumsum)
        .onnx("CumSum", import_cumsum);
}

}  // namespace softacl::ops
