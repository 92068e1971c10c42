// SPDX-License-Identifier: Apache-2.0
// Operators that hand their input on, some of which check it first.
#include <cmath>
#include <cstring>

#include "kernels/ref/number.h"
#include "kernels/ref/real.h"
#include "ops/caffe/imports.h"
#include "ops/common/copy.h"
#include "ops/common/importing.h"
#include "ops/common/infer.h"
#include "ops/common/reference.h"
#include "ops/common/values.h"

namespace softacl::ops {
namespace {

Result<std::vector<ValueRef>> import_identity(Importer& graph, const ForeignNode& node) {
    SOFTACL_ASSIGN(const ValueRef output, graph.add("Identity", {node.input(0)}));
    return std::vector<ValueRef>{output};
}

// Dropout does nothing when a network is used rather than trained; its mask then keeps everything.
Imported import_dropout(Importer& graph, const ForeignNode& node) {
    if (node.has_input(2)) {
        const Tensor* training = graph.constant(node.input(2));
        const Tensor* ratio = node.has_input(1) ? graph.constant(node.input(1)) : nullptr;
        const bool drops = training == nullptr || (training->elements() == 1 && training->to_ints()[0] != 0);
        if (drops && (ratio == nullptr || ratio->elements() != 1 || ratio->to_floats()[0] != 0)) {
            return import_fail("Dropout in training mode is not supported");
        }
    }
    SOFTACL_ASSIGN(const ValueRef output, graph.add("Identity", {node.input(0)}));
    std::vector<ValueRef> outputs = {output};
    if (node.outputs > 1) {
        SOFTACL_ASSIGN(ValueRef mask, graph.add("OnesLike", {node.input(0)}, {}, "mask"));
        if (node.version >= 10) {
            SOFTACL_ASSIGN(mask, add_cast(graph, mask, ACL_BOOL, "mask_bool"));
        }
        outputs.push_back(mask);
    }
    return outputs;
}

// Several outputs cannot be views of the inputs.
Status infer_identity_n(OpCall& call) {
    if (call.outputs.size() != call.inputs.size()) {
        return call.fail("there are ", call.inputs.size(), " inputs and ", call.outputs.size(),
                         " outputs; expected as many");
    }
    for (size_t i = 0; i < call.outputs.size(); ++i) {
        call.outputs[i] = *call.inputs[i];
    }
    return {};
}

Status infer_copy(OpCall& call) {
    const auto n = call.attrs.at<int64_t>("N");
    if (n != static_cast<int64_t>(call.outputs.size()) || n < 1) {
        return call.fail("the attribute N is ", n, ", but there are ", call.outputs.size(), " outputs");
    }
    return same_as_first(call);
}

// Output i is input i, or the only one.
Result<kernels::KernelPtr> make_copies(const OpCall& call) {
    SOFTACL_TRY(require_known_shapes(call));
    std::vector<size_t> bytes;
    for (const TensorType& output : call.outputs) {
        bytes.push_back(output.bytes());
    }
    return function_kernel(call, [bytes, one = call.inputs.size() == 1](const kernels::Kernel::Buffers& b) -> Status {
        for (size_t i = 0; i < bytes.size(); ++i) {
            if (bytes[i] != 0) {
                std::memcpy(b.outputs[i], b.inputs[one ? 0 : i], bytes[i]);
            }
        }
        return {};
    });
}

// A shape that the input must have, as far as both are known.
Status infer_ensured(OpCall& call) {
    const Shape wanted(call.attrs.at<Ints>("shape"));
    call.outputs[0] = *call.inputs[0];
    Shape& shape = call.outputs[0].shape;
    bool fits = wanted.rank() == shape.rank();
    for (size_t i = 0; fits && i < wanted.rank(); ++i) {
        fits = wanted[i] == shape[i] || wanted[i] < 0 || shape[i] < 0;
        shape[i] = shape[i] < 0 ? wanted[i] : shape[i];
    }
    return fits ? Status() : call.fail("the input has the shape ", call.inputs[0]->shape, "; ensured is ", wanted);
}

Result<kernels::KernelPtr> make_check_numerics(const OpCall& call) {
    SOFTACL_TRY(require_known_shapes(call));
    kernels::KernelPtr kernel;
    kernels::ref::visit_floats(call.inputs[0]->dtype, [&](auto tag) {
        using T = typename decltype(tag)::Type;
        kernel =
            function_kernel(call,
                            [count = call.inputs[0]->shape.elements(), message = call.attrs.at<std::string>("message")](
                                const kernels::Kernel::Buffers& b) -> Status {
                                const T* x = static_cast<const T*>(b.inputs[0]);
                                for (int64_t i = 0; i < count; ++i) {
                                    if (!std::isfinite(kernels::widen(x[i]))) {
                                        return import_fail(message, ": element ", i, " is ", kernels::widen(x[i]));
                                    }
                                    static_cast<T*>(b.outputs[0])[i] = x[i];
                                }
                                return {};
                            });
    });
    return kernel;
}

OpDef declare_identity(const char* name, const char* doc) {
    return OpDef(name, doc)
        .input("x", kAny)
        .output("y", kAny)
        .infer(same_as_first)
        .kernel("view", make_view_of_any_layout);
}

}  // namespace

OpDef declare_Snapshot() { return declare_identity("Snapshot", "The input itself."); }
OpDef declare_StopGradient() { return declare_identity("StopGradient", "The input itself: there are no gradients."); }
OpDef declare_PreventGradient() {
    return declare_identity("PreventGradient", "The input itself: there are no gradients.")
        .attr("message", std::string());
}
OpDef declare_GuaranteeConst() { return declare_identity("GuaranteeConst", "The input itself."); }
OpDef declare_TensorMove() { return declare_identity("TensorMove", "The input itself."); }

OpDef declare_IdentityN() {
    return OpDef("IdentityN", "The inputs themselves.")
        .dynamic_input("x", kAny)
        .output("y", kAny, Arity::kDynamic)
        .infer(infer_identity_n)
        .kernel("reference", make_copies);
}

OpDef declare_Copy() {
    return OpDef("Copy", "x as often as N says.")
        .input("x", kAny)
        .output("y", kAny, Arity::kDynamic)
        .required_attr("N", int64_t{})
        .infer(infer_copy)
        .kernel("reference", make_copies);
}

OpDef declare_EnsureShape() {
    return OpDef("EnsureShape", "The input itself, which must have the shape; -1 stands for any dimension.")
        .input("input", kAny)
        .output("output", kAny)
        .required_attr("shape", Ints{})
        .infer(infer_ensured)
        .kernel("view", make_view);
}

OpDef declare_CheckNumerics() {
    return OpDef("CheckNumerics", "The input itself, in which NaN or an infinity is an error.")
        .input("x", kFloats)
        .output("y", kFloats)
        .required_attr("message", std::string())
        .infer(same_as_first)
        .kernel("reference", make_check_numerics);
}

OpDef declare_Identity() {
    return declare_identity("Identity", "The input itself.")
        .onnx("Identity", import_identity)
        .onnx("Dropout", import_dropout)
        .caffe("Split", import_caffe_identity)
        .caffe("Dropout", import_caffe_identity);
}

}  // namespace softacl::ops
