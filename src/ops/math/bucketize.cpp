// SPDX-License-Identifier: Apache-2.0
// Where values belong among sorted ones.
#include <algorithm>

#include "kernels/ref/number.h"
#include "ops/common/infer.h"
#include "ops/common/reference.h"
#include "ops/common/values.h"

namespace softacl::ops {
namespace {

using kernels::Kernel;

Result<aclDataType> index_type(const OpCall& call) {
    const auto dtype = call.attrs.at<aclDataType>("dtype");
    if (dtype != ACL_INT32 && dtype != ACL_INT64) {
        return call.fail("the attribute dtype is ", name_of(dtype), "; expected int32 or int64");
    }
    return dtype;
}

void store(void* indexes, aclDataType type, int64_t at, int64_t value) {
    if (type == ACL_INT64) {
        static_cast<int64_t*>(indexes)[at] = value;
    } else {
        static_cast<int32_t*>(indexes)[at] = static_cast<int32_t>(value);
    }
}

/// How many of the elements, which element(i) gives in order, come before the value: those below it and, with `right`,
/// those that equal it.
template <class T, class Element>
int64_t place_of(T value, int64_t count, bool right, Element&& element) {
    int64_t first = 0;
    while (count > 0) {
        const int64_t half = count / 2;
        const T middle = element(first + half);
        if (right ? !(value < middle) : middle < value) {
            first += half + 1;
            count -= half + 1;
        } else {
            count = half;
        }
    }
    return first;
}

Status infer_bucketize(OpCall& call) {
    SOFTACL_ASSIGN(const aclDataType dtype, index_type(call));
    const auto& boundaries = call.attrs.at<Floats>("boundaries");
    if (!std::is_sorted(boundaries.begin(), boundaries.end())) {
        return call.fail("the numbers of the attribute boundaries are not in order");
    }
    call.outputs[0] = *call.inputs[0];
    call.outputs[0].dtype = dtype;
    return {};
}

Result<kernels::KernelPtr> make_bucketize(const OpCall& call) {
    SOFTACL_TRY(require_known_shapes(call));
    kernels::KernelPtr kernel;
    visit_dtype(call.inputs[0]->dtype, [&](auto tag) {
        using T = typename decltype(tag)::Type;
        kernel = function_kernel(
            call,
            [boundaries = call.attrs.at<Floats>("boundaries"), right = call.attrs.at<bool>("right"),
             count = call.outputs[0].shape.elements(),
             dtype = call.outputs[0].dtype](const Kernel::Buffers& buffers) -> Status {
                for (int64_t i = 0; i < count; ++i) {
                    const auto x = static_cast<double>(kernels::widen(static_cast<const T*>(buffers.inputs[0])[i]));
                    const auto place = place_of(
                        x, static_cast<int64_t>(boundaries.size()), right,
                        [&](int64_t at) -> double { return static_cast<double>(boundaries[static_cast<size_t>(at)]); });
                    store(buffers.outputs[0], dtype, i, place);
                }
                return {};
            });
    });
    return kernel;
}

}  // namespace

OpDef declare_Bucketize() {
    return OpDef("Bucketize", "How many boundaries are below each element; right: or equal to it.")
        .input("x", {ACL_INT32, ACL_INT64, ACL_DOUBLE, ACL_FLOAT})
        .output("y", kIndexes)
        .required_attr("boundaries", Floats{})
        .attr("dtype", ACL_INT32)
        .attr("right", true)
        .infer(infer_bucketize)
        .kernel("reference", make_bucketize);
}

}  // namespace softacl::ops
