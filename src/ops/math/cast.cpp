// SPDX-License-Identifier: Apache-2.0
// Elements as another type.
#include "kernels/ref/number.h"
#include "ops/common/adapt.h"
#include "ops/common/importing.h"
#include "ops/common/infer.h"
#include "ops/common/reference.h"
#include "ops/common/values.h"
#include "ops/math/unary.h"

namespace softacl::ops {
namespace {

template <class From, class To>
void convert(const void* from, void* to, int64_t count) {
    auto* const y = static_cast<To*>(to);
    constexpr bool kIsUsual = kernels::kUsual<From> && kernels::kUsual<To>;
    if constexpr (std::is_same_v<From, bool>) {  // read as bytes, which vectors are made of
        const auto* const x = static_cast<const uint8_t*>(from);
        const To one = kernels::converted<To>(true);
        for_elements<kIsUsual>(count, [x, y, one](int64_t i) { y[i] = x[i] != 0 ? one : To{}; });
    } else {
        const auto* const x = static_cast<const From*>(from);
        for_elements<kIsUsual>(count, [x, y](int64_t i) { y[i] = kernels::converted<To>(x[i]); });
    }
}

using Convert = void (*)(const void* from, void* to, int64_t count);

Convert find_convert(aclDataType from, aclDataType to) {
    Convert found = nullptr;
    visit_dtype(from, [&](auto from_tag) {
        visit_dtype(to, [&](auto to_tag) {
            found = convert<typename decltype(from_tag)::Type, typename decltype(to_tag)::Type>;
        });
    });
    return found;
}

Result<kernels::KernelPtr> make_cast(const OpCall& call) {
    SOFTACL_TRY(require_known_shapes(call));
    if (call.inputs[0]->dtype == call.outputs[0].dtype) {
        return make_view(call);
    }
    const Convert function = find_convert(call.inputs[0]->dtype, call.outputs[0].dtype);
    return function_kernel(
        call, [function, count = call.outputs[0].shape.elements()](const kernels::Kernel::Buffers& buffers) -> Status {
            function(buffers.inputs[0], buffers.outputs[0], count);
            return {};
        });
}

Result<kernels::KernelPtr> make_fast(const OpCall& call) {
    SOFTACL_TRY(require_known_shapes(call));
    SOFTACL_ASSIGN(const auto* fast, kernels::fast_kernels());
    const TensorType& y = call.outputs[0];
    SOFTACL_ASSIGN(auto kernel, fast->convert(call.inputs[0]->dtype, y.dtype, y.shape.elements()));
    return fit_kernel(std::move(kernel), call, {0});
}

Status infer_cast(OpCall& call) {
    const auto to = call.attrs.at<int64_t>("dst_type");
    if (to < 0 || to > ACL_BF16 || !kAny.contains(static_cast<aclDataType>(to))) {
        return call.fail("the attribute dst_type is ", to, ", which is no type that it casts to");
    }
    call.outputs[0] = *call.inputs[0];
    call.outputs[0].dtype = static_cast<aclDataType>(to);
    return {};
}

Status infer_cast_like(OpCall& call) {
    call.outputs[0] = *call.inputs[0];
    call.outputs[0].dtype = call.inputs[1]->dtype;
    return {};
}

Imported import_cast(Importer& graph, const ForeignNode& node) {
    SOFTACL_ASSIGN(const aclDataType to, onnx_dtype(node, "to"));
    return one(graph.add("Cast", node.inputs, {{"dst_type", static_cast<int64_t>(to)}}));
}

Imported import_cast_like(Importer& graph, const ForeignNode& node) { return one(graph.add("CastLike", node.inputs)); }

}  // namespace

OpDef declare_Cast() {
    return OpDef("Cast",
                 "Elements as another type: floats are cut to integers and kept within their limits (NaN: 0), integers "
                 "keep their low bits, as bool all but 0 is true.")
        .input("x", kAny)
        .output("y", kAny)
        .required_attr("dst_type", int64_t{})
        .infer(infer_cast)
        .kernel("onednn", make_fast)
        .kernel("reference", make_cast)
        .onnx("Cast", import_cast);
}

OpDef declare_CastLike() {
    return OpDef("CastLike", "Elements as the type of another tensor; see Cast.")
        .input("x", kAny)
        .input("target", kAny)
        .output("y", kAny)
        .infer(infer_cast_like)
        .kernel("onednn", make_fast)
        .kernel("reference", make_cast)
        .onnx("CastLike", import_cast_like);
}

}  // namespace softacl::ops
