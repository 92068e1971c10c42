// SPDX-License-Identifier: Apache-2.0
#include "kernels/fast.h"
#include "ops/common/infer.h"
#include "ops/common/reference.h"

namespace softacl::ops {
namespace {

Result<kernels::KernelPtr> make_fast(const OpCall& call) {
    SOFTACL_ASSIGN(const auto* fast, kernels::fast_kernels());
    if (call.inputs[0]->dtype != ACL_FLOAT) {
        return call.fail("float32 only");
    }
    return fast->elementwise({{kernels::Activation::kRelu}, call.inputs[0]->shape, call.layout(0)});
}

Result<kernels::KernelPtr> make_reference(const OpCall& call) {
    kernels::KernelPtr kernel;
    visit_dtype(call.inputs[0]->dtype, [&](auto tag) {
        using T = typename decltype(tag)::Type;
        if constexpr (!std::is_class_v<T> && !std::is_same_v<T, bool>) {
            const int64_t count = call.inputs[0]->shape.elements();
            kernel = function_kernel(call, [count](const kernels::Kernel::Buffers& buffers) -> Status {
                const auto* x = static_cast<const T*>(buffers.inputs[0]);
                auto* y = static_cast<T*>(buffers.outputs[0]);
                for (int64_t i = 0; i < count; ++i) {
                    y[i] = x[i] > T{} ? x[i] : T{};
                }
                return {};
            });
        }
    });
    if (kernel == nullptr) {
        return call.fail("not for ", name_of(call.inputs[0]->dtype));
    }
    return kernel;
}

Result<std::vector<ValueRef>> import_relu(Importer& graph, const ForeignNode& node) {
    SOFTACL_ASSIGN(const ValueRef output, graph.add("Relu", {node.input(0)}));
    return std::vector<ValueRef>{output};
}

}  // namespace

OpDef declare_Relu() {
    return OpDef("Relu", "max(x, 0) of each element.")
        .input("x", kNumbers)
        .output("y", kNumbers)
        .infer(same_as_first)
        .kernel("onednn", make_fast)
        .kernel("reference", make_reference)
        .onnx("Relu", import_relu);
}

}  // namespace softacl::ops
