// SPDX-License-Identifier: Apache-2.0
#include "ops/random/common.h"

#include <cmath>
#include <cstring>

#include "acl/acl_base.h"
#include "kernels/ref/number.h"
#include "kernels/ref/real.h"
#include "ops/common/values.h"

namespace softacl::ops {

Status infer_drawn(OpCall& call, size_t input, aclDataType dtype) {
    constexpr int64_t kMaxRank = 32;
    const std::string name = input_name(call, input);
    const Shape& list = call.inputs[input]->shape;
    if (list.rank() > 1 || !list.is_known() || list.elements() > kMaxRank) {
        return call.fail("the input ", name, " has the shape ", list, "; expected a list of at most ", kMaxRank,
                         " numbers");
    }
    call.outputs[0] = {dtype, unknown_shape(static_cast<size_t>(list.elements()))};
    if (const auto dims = known_ints(call, input)) {
        call.outputs[0].shape = Shape(*dims);
        if (!call.outputs[0].shape.is_known()) {
            return call.fail("the input ", name, " ", call.outputs[0].shape, " has a negative dimension");
        }
    }
    return {};
}

Result<aclDataType> drawn_dtype(const OpCall& call, const char* attr) {
    const auto dtype = call.attrs.at<aclDataType>(attr);
    if (!call.op->outputs()[0].dtypes.contains(dtype)) {
        return call.fail("the attribute ", attr, " is ", name_of(dtype), ", a type that the operator does not give");
    }
    return dtype;
}

Status require_single(const OpCall& call, std::initializer_list<size_t> inputs) {
    for (const size_t input : inputs) {
        const Shape& shape = call.inputs[input]->shape;
        if (shape.is_known() && shape.elements() != 1) {
            return call.fail("the input ", input_name(call, input), " has the shape ", shape, "; expected one element");
        }
    }
    return {};
}

Status read_probabilities(const void* data, aclDataType dtype, int64_t count, const char* name, double* to) {
    Status status;
    kernels::ref::visit_floats(dtype, [&](auto tag) {
        using T = typename decltype(tag)::Type;
        for (int64_t i = 0; i < count && status.ok(); ++i) {
            to[i] = static_cast<double>(kernels::widen(static_cast<const T*>(data)[i]));
            if (!(to[i] >= 0 && to[i] <= 1)) {
                status = fail(ACL_ERROR_INVALID_PARAM, "element ", i, " of the input ", name, " is ", to[i],
                              "; expected a probability, from 0 to 1");
            }
        }
    });
    return status;
}

Result<ValueRef> add_shape_of(Importer& graph, ValueRef x) {
    const Shape& shape = graph.type(x).shape;
    if (shape.is_known()) {
        return graph.add_constant(Tensor::list(shape.dims()), "shape");
    }
    return graph.add("Shape", {x}, {{"dtype", int64_t{ACL_INT64}}}, "shape");
}

Seeds onnx_seeds(const ForeignNode& node) {
    const auto* given = node.attrs.find_as<float>("seed");
    if (given == nullptr) {
        return {};
    }
    Seeds seeds;
    if (*given == std::trunc(*given) && std::abs(*given) < 0x1p63F) {
        seeds.seed = static_cast<int64_t>(*given);
    } else {
        uint32_t bits = 0;
        std::memcpy(&bits, given, sizeof bits);
        seeds.seed = bits;
    }
    seeds.seed2 = seeds.seed == 0 ? 1 : 0;  // both 0 would be no seed at all
    return seeds;
}

}  // namespace softacl::ops
