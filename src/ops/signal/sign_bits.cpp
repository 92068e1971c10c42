// SPDX-License-Identifier: Apache-2.0
// Signs of numbers as bits, eight to a byte, the first one in the lowest bit.
#include "kernels/ref/number.h"
#include "kernels/ref/real.h"
#include "ops/common/reference.h"
#include "ops/common/values.h"

namespace softacl::ops {
namespace {

namespace ref = kernels::ref;
using kernels::Kernel;

constexpr DTypes kHalfAndSingle = {ACL_FLOAT, ACL_FLOAT16};

// `count` elements as `size` rows.
Status set_rows(OpCall& call, aclDataType type, int64_t count) {
    const auto size = call.attrs.at<int64_t>("size");
    if (size < 1 || (count >= 0 && count % size != 0)) {
        return call.fail("the attribute size is ", size, "; ", count, " elements do not make as many rows");
    }
    call.outputs[0] = {type, {size, count < 0 ? -1 : count / size}};
    return {};
}

Status require_list(const OpCall& call) {
    return call.inputs[0]->shape.rank() == 1
               ? Status()
               : call.fail("the input x has the shape ", call.inputs[0]->shape, "; expected a list");
}

Status infer_pack(OpCall& call) {
    SOFTACL_TRY(require_list(call));
    const int64_t count = call.inputs[0]->shape[0];
    return set_rows(call, ACL_UINT8, count < 0 ? -1 : (count + 7) / 8);
}

Status infer_unpack(OpCall& call) {
    SOFTACL_TRY(require_list(call));
    const auto dtype = call.attrs.at<aclDataType>("dtype");
    if (!kHalfAndSingle.contains(dtype)) {
        return call.fail("the attribute dtype is ", name_of(dtype), "; expected float32 or float16");
    }
    const int64_t count = call.inputs[0]->shape[0];
    return set_rows(call, dtype, count < 0 ? -1 : count * 8);
}

// Missing ones at the end count as negative.
Result<kernels::KernelPtr> make_pack(const OpCall& call) {
    SOFTACL_TRY(require_known_shapes(call));
    kernels::KernelPtr kernel;
    ref::visit_floats(call.inputs[0]->dtype, [&](auto tag) {
        using T = typename decltype(tag)::Type;
        kernel = function_kernel(call, [count = call.inputs[0]->shape[0]](const Kernel::Buffers& b) -> Status {
            for (int64_t i = 0; i < count; i += 8) {
                unsigned byte = 0;
                for (int64_t j = i; j < std::min(i + 8, count); ++j) {
                    byte |= kernels::widen(static_cast<const T*>(b.inputs[0])[j]) >= 0 ? 1U << (j - i) : 0U;
                }
                static_cast<uint8_t*>(b.outputs[0])[i / 8] = static_cast<uint8_t>(byte);
            }
            return {};
        });
    });
    return kernel;
}

Result<kernels::KernelPtr> make_unpack(const OpCall& call) {
    SOFTACL_TRY(require_known_shapes(call));
    kernels::KernelPtr kernel;
    ref::visit_floats(call.outputs[0].dtype, [&](auto tag) {
        using T = typename decltype(tag)::Type;
        kernel = function_kernel(call, [count = call.outputs[0].shape.elements()](const Kernel::Buffers& b) -> Status {
            for (int64_t i = 0; i < count; ++i) {
                const bool positive = (static_cast<const uint8_t*>(b.inputs[0])[i / 8] >> (i % 8) & 1U) != 0;
                static_cast<T*>(b.outputs[0])[i] = static_cast<T>(positive ? 1.0F : -1.0F);
            }
            return {};
        });
    });
    return kernel;
}

}  // namespace

OpDef declare_SignBitsPack() {
    return OpDef("SignBitsPack", "A bit for each number of x, set unless it is negative, as `size` rows of bytes.")
        .input("x", kHalfAndSingle)
        .output("y", {ACL_UINT8})
        .required_attr("size", int64_t{})
        .infer(infer_pack)
        .kernel("reference", make_pack);
}

OpDef declare_SignBitsUnpack() {
    return OpDef("SignBitsUnpack", "1 for each set bit of x, else -1, as `size` rows.")
        .input("x", {ACL_UINT8})
        .output("y", kHalfAndSingle)
        .required_attr("size", int64_t{})
        .required_attr("dtype", ACL_DT_UNDEFINED)
        .infer(infer_unpack)
        .kernel("reference", make_unpack);
}

}  // namespace softacl::ops
