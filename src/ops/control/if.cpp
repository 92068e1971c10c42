// SPDX-License-Identifier: Apache-2.0
// If: one of two graphs, chosen when the model runs.
#include "ops/control/part.h"

namespace softacl::ops {
namespace {

/// What both branches make; a dimension in which they differ is known to nobody before one ran.
Status infer(OpCall& call) {
    SOFTACL_TRY(check_condition(call, *call.inputs[0]));
    const std::vector<TensorType> inputs = types_from(call, 1);
    SOFTACL_ASSIGN(std::vector<TensorType> types, call.bodies[0]->infer(inputs));
    SOFTACL_ASSIGN(const std::vector<TensorType> others, call.bodies[1]->infer(inputs));
    if (types.size() != others.size()) {
        return call.fail("then_branch has ", types.size(), " outputs, else_branch ", others.size());
    }
    for (size_t i = 0; i < types.size(); ++i) {
        if (types[i].dtype != others[i].dtype || types[i].shape.rank() != others[i].shape.rank()) {
            return call.fail("output ", i, " is ", types[i].text(), " of then_branch and ", others[i].text(),
                             " of else_branch");
        }
        std::vector<int64_t> dims(types[i].shape.begin(), types[i].shape.end());
        for (size_t axis = 0; axis < dims.size(); ++axis) {
            dims[axis] = dims[axis] == others[i].shape[axis] ? dims[axis] : -1;
        }
        types[i].shape = Shape(std::move(dims));
    }
    return take_types(call, std::move(types), "then_branch");
}

class IfKernel final : public kernels::Kernel {
   public:
    IfKernel(const OpCall& call, Part then_branch, Part else_branch)
        : condition_(*call.inputs[0]), then_(std::move(then_branch)), else_(std::move(else_branch)) {
        input_layouts.resize(call.inputs.size());
        output_layouts.resize(call.outputs.size());
        packs_input.resize(call.inputs.size());
        then_.join(*this);
        else_.join(*this);
    }
    Status pack(const std::vector<const void*>& /*constants*/, void* packed) override {
        SOFTACL_TRY(then_.pack(packed));
        return else_.pack(packed);
    }
    Status run(const Buffers& buffers) override {
        Part& chosen = is_true(condition_, buffers.inputs[0]) ? then_ : else_;
        return chosen.run(buffers.inputs + 1, buffers.outputs, buffers);
    }

   private:
    TensorType condition_;
    Part then_;
    Part else_;
};

Result<kernels::KernelPtr> make_kernel(const OpCall& call) {
    const std::vector<TensorType> inputs = types_from(call, 1);
    const std::vector<bool> all(call.outputs.size(), true);
    SOFTACL_ASSIGN(Part then_branch, Part::prepare(*call.bodies[0], inputs, all));
    SOFTACL_ASSIGN(Part else_branch, Part::prepare(*call.bodies[1], inputs, all));
    return kernels::KernelPtr(std::make_unique<IfKernel>(call, std::move(then_branch), std::move(else_branch)));
}

}  // namespace

OpDef declare_If() {
    return OpDef("If",
                 "What then_branch makes of the other inputs if cond is true, else what else_branch makes of them.")
        .input("cond", kConditions)
        .dynamic_input("input", kAny)
        .output("output", kAny, Arity::kDynamic)
        .body("then_branch")
        .body("else_branch")
        .infer(infer)
        .kernel("reference", make_kernel);
}

}  // namespace softacl::ops
