// SPDX-License-Identifier: Apache-2.0
// From two seeds to the key and the counter that stateless operators take.
#include <iterator>

#include "ops/common/reference.h"
#include "ops/common/values.h"

namespace softacl::ops {
namespace {

using kernels::Kernel;

constexpr int32_t kPhilox = 1;

Status infer_key_counter(OpCall& call) {
    const Shape& seed = call.inputs[0]->shape;
    if (seed.rank() != 1 || (seed[0] >= 0 && seed[0] != 2)) {
        return call.fail("the input seed has the shape ", seed, "; expected a list of two numbers");
    }
    const TensorType types[] = {{ACL_UINT64, {1}}, {ACL_UINT64, {2}}, {ACL_INT32, {}}};
    for (size_t i = 0; i < call.outputs.size() && i < std::size(types); ++i) {
        call.outputs[i] = types[i];
    }
    return {};
}

// The second seed is the upper half of the counter, so different seeds have sequences without anything in common.
Result<kernels::KernelPtr> make_key_counter(const OpCall& call) {
    SOFTACL_TRY(require_known_shapes(call));
    return function_kernel(call,
                           [is_short = call.inputs[0]->dtype == ACL_INT32,
                            outputs = call.outputs.size()](const Kernel::Buffers& b) -> Status {
                               const auto seed = [&](size_t i) {
                                   return static_cast<uint64_t>(is_short ? static_cast<const int32_t*>(b.inputs[0])[i]
                                                                         : static_cast<const int64_t*>(b.inputs[0])[i]);
                               };
                               *static_cast<uint64_t*>(b.outputs[0]) = seed(0);
                               if (outputs > 1) {
                                   static_cast<uint64_t*>(b.outputs[1])[0] = 0;
                                   static_cast<uint64_t*>(b.outputs[1])[1] = seed(1);
                               }
                               if (outputs > 2) {
                                   *static_cast<int32_t*>(b.outputs[2]) = kPhilox;
                               }
                               return {};
                           });
}

Status infer_algorithm(OpCall& call) {
    call.outputs[0] = {ACL_INT32, {}};
    return {};
}

Result<kernels::KernelPtr> make_algorithm(const OpCall& call) {
    return function_kernel(call, [](const Kernel::Buffers& b) -> Status {
        *static_cast<int32_t*>(b.outputs[0]) = kPhilox;
        return {};
    });
}

OpDef declare(const char* name, const char* doc) {
    return OpDef(name, doc)
        .input("seed", kIndexes)
        .output("key", {ACL_UINT64})
        .output("counter", {ACL_UINT64})
        .infer(infer_key_counter)
        .kernel("reference", make_key_counter);
}

}  // namespace

OpDef declare_StatelessRandomGetKeyCounter() {
    return declare("StatelessRandomGetKeyCounter", "The key and the counter of two seeds.");
}

OpDef declare_StatelessRandomGetKeyCounterAlg() {
    return declare("StatelessRandomGetKeyCounterAlg", "The key and the counter of two seeds, and the number of Philox.")
        .output("alg", {ACL_INT32});
}

OpDef declare_StatelessRandomGetAlg() {
    return OpDef("StatelessRandomGetAlg", "The number of the algorithm, which is Philox.")
        .output("alg", {ACL_INT32})
        .infer(infer_algorithm)
        .kernel("reference", make_algorithm);
}

}  // namespace softacl::ops
