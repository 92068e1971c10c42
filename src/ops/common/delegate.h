// SPDX-License-Identifier: Apache-2.0
// Operators that are another one in other words: older names, pictures whose channels come last, attributes that are
// written differently. Inference and kernel are the other one's, with tensors turned on the way in and out.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "ops/common/adapt.h"
#include "ops/op_def.h"

namespace softacl::ops {

/// Where an input of the other operator comes from: an input of ours, or a value; else it is absent.
struct DelegateInput {
    size_t source = kNoInput;
    std::optional<Tensor> value = {};
    Ints order = {};                  ///< its axis i is ours order[i]; empty: as they are
    std::optional<Shape> shape = {};  ///< then this shape of as many elements
};

struct DelegateOutput {
    std::optional<size_t> squeeze_at = {};  ///< a dimension of 1 of the other's output goes first
    Ints order = {};                        ///< our axis i is the other's order[i]
    aclFormat format = ACL_FORMAT_ND;
};

struct Delegate {
    std::string op;
    std::vector<DelegateInput> inputs;
    Attrs attrs;
    std::vector<DelegateOutput> outputs;  ///< ours, in the order of the other's
};

/// Says for a call of ours what the other one's is. Shapes may be unknown.
using MakeDelegate = Result<Delegate> (*)(const OpCall& call);

Status infer_delegate(MakeDelegate make, OpCall& call);
Result<kernels::KernelPtr> make_delegate_kernel(MakeDelegate make, const OpCall& call);

/// Adds inference and kernel to a declaration.
template <MakeDelegate make>
OpDef delegated(OpDef op) {
    return op.infer([](OpCall& call) { return infer_delegate(make, call); })
        .kernel("reference", [](const OpCall& call) { return make_delegate_kernel(make, call); });
}

/// Orders that bring the channels of a tensor from the end to axis 1, and back.
Ints channels_first(size_t rank);
Ints channels_last(size_t rank);

}  // namespace softacl::ops
