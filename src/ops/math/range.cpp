// SPDX-License-Identifier: Apache-2.0
// Numbers at equal distances.
#include "kernels/ref/number.h"
#include "ops/common/attribute_form.h"
#include "ops/common/importing.h"
#include "ops/common/infer.h"
#include "ops/common/reference.h"
#include "ops/common/values.h"

namespace softacl::ops {
namespace {

using kernels::Kernel;

// How many numbers there are from start to before limit. Computed as the type computes: exactly for integers.
template <class W>
double count_of(W start, W limit, W delta) {
    if constexpr (std::is_floating_point_v<W>) {
        return std::max(std::ceil((static_cast<double>(limit) - start) / delta), 0.0);
    } else {
        if (delta == 0 || (delta > 0 ? start >= limit : start <= limit)) {
            return 0;
        }
        const uint64_t distance = delta > 0 ? static_cast<uint64_t>(limit) - static_cast<uint64_t>(start)
                                            : static_cast<uint64_t>(start) - static_cast<uint64_t>(limit);
        const uint64_t step = delta > 0 ? static_cast<uint64_t>(delta) : uint64_t{0} - static_cast<uint64_t>(delta);
        const uint64_t count = (distance - 1) / step + 1;
        return static_cast<double>(count);
    }
}

Status infer_range(OpCall& call) {
    const aclDataType dtype = call.inputs[0]->dtype;
    SOFTACL_TRY(require_same_dtype(call, 0, 1));
    SOFTACL_TRY(require_same_dtype(call, 0, 2));
    call.outputs[0] = {dtype, {-1}};
    for (size_t i = 0; i < 3; ++i) {
        if (call.constant(i) == nullptr) {
            return {};
        }
        if (call.constant(i)->elements() != 1) {
            return call.fail("the input ", input_name(call, i), " has ", call.constant(i)->elements(),
                             " values; expected one");
        }
    }
    Status status;
    visit_dtype(dtype, [&](auto tag) {
        using T = typename decltype(tag)::Type;
        const auto value = [&](size_t i) { return kernels::widen(*call.constant(i)->data_as<T>()); };
        if (value(2) == 0) {
            status = call.fail("the input delta is 0");
            return;
        }
        const double count = count_of(value(0), value(1), value(2));
        if (!(count < 1e12)) {
            status = call.fail("from ", +value(0), " to ", +value(1), " in steps of ", +value(2),
                               " there are too many numbers");
            return;
        }
        call.outputs[0].shape = {static_cast<int64_t>(count)};
    });
    return status;
}

Result<kernels::KernelPtr> make_range(const OpCall& call) {
    SOFTACL_TRY(require_known_shapes(call));
    kernels::KernelPtr kernel;
    visit_dtype(call.outputs[0].dtype, [&](auto tag) {
        using T = typename decltype(tag)::Type;
        using W = kernels::Wide<T>;
        if constexpr (!std::is_same_v<T, bool>) {
            kernel = function_kernel(
                call, [count = call.outputs[0].shape.elements()](const Kernel::Buffers& buffers) -> Status {
                    const W start = kernels::widen(*static_cast<const T*>(buffers.inputs[0]));
                    const W delta = kernels::widen(*static_cast<const T*>(buffers.inputs[2]));
                    for (int64_t i = 0; i < count; ++i) {
                        const W offset = kernels::wrapping_mul<W>(static_cast<W>(i), delta);
                        static_cast<T*>(buffers.outputs[0])[i] =
                            kernels::narrow<T>(kernels::wrapping_add(start, offset));
                    }
                    return {};
                });
        }
    });
    return kernel;
}

Status infer_lin_space(OpCall& call) {
    SOFTACL_TRY(require_same_dtype(call, 0, 1));
    for (const size_t i : {size_t{0}, size_t{1}}) {
        if (call.inputs[i]->shape.is_known() && call.inputs[i]->shape.elements() != 1) {
            return call.fail("the input ", input_name(call, i), " has the shape ", call.inputs[i]->shape,
                             "; expected one element");
        }
    }
    SOFTACL_ASSIGN(const auto num, known_int(call, 2));
    if (num && *num < 1) {
        return call.fail("the input num is ", *num, "; expected at least 1");
    }
    call.outputs[0] = {call.inputs[0]->dtype, {num.value_or(-1)}};
    return {};
}

Result<kernels::KernelPtr> make_lin_space(const OpCall& call) {
    SOFTACL_TRY(require_known_shapes(call));
    kernels::KernelPtr kernel;
    visit_dtype(call.outputs[0].dtype, [&](auto tag) {
        using T = typename decltype(tag)::Type;
        if constexpr (std::is_floating_point_v<T>) {
            kernel =
                function_kernel(call, [count = call.outputs[0].shape[0]](const Kernel::Buffers& buffers) -> Status {
                    const T start = *static_cast<const T*>(buffers.inputs[0]);
                    const T stop = *static_cast<const T*>(buffers.inputs[1]);
                    T* y = static_cast<T*>(buffers.outputs[0]);
                    const double step = (static_cast<double>(stop) - start) / static_cast<double>(count - 1);
                    y[0] = start;
                    for (int64_t i = 1; i < count; ++i) {
                        y[i] = i == count - 1 ? stop : static_cast<T>(start + static_cast<double>(i) * step);
                    }
                    return {};
                });
        }
    });
    return kernel;
}

Imported import_range(Importer& graph, const ForeignNode& node) { return one(graph.add("Range", node.inputs)); }

constexpr AttributeForm kRange = {"Range", "x"};

}  // namespace

OpDef declare_Range() {
    return OpDef("Range", "start, start + delta, ... as far as before limit.")
        .input("start", kNumbers)
        .input("limit", kNumbers)
        .input("delta", kNumbers)
        .output("y", kNumbers)
        .needs_value(0)
        .needs_value(1)
        .needs_value(2)
        .infer(infer_range)
        .kernel("reference", make_range)
        .onnx("Range", import_range);
}

// x only says the type; on the device it is a helper.
OpDef declare_RangeD() {
    return attribute_form<kRange>(declare_Range(), OpDef("RangeD", "Range whose numbers are attributes, of x's type.")
                                                       .input("x", {ACL_FLOAT, ACL_INT32})
                                                       .output("y", {ACL_FLOAT, ACL_INT32})
                                                       .required_attr("start", 0.0F)
                                                       .required_attr("limit", 0.0F)
                                                       .required_attr("delta", 0.0F));
}

OpDef declare_LinSpace() {
    constexpr DTypes kTypes = {ACL_FLOAT, ACL_DOUBLE};
    return OpDef("LinSpace", "So many numbers at equal distances from start to stop, which is the last.")
        .input("start", kTypes)
        .input("stop", kTypes)
        .input("num", kIndexes)
        .output("output", kTypes)
        .needs_value(2)
        .infer(infer_lin_space)
        .kernel("reference", make_lin_space);
}

}  // namespace softacl::ops
