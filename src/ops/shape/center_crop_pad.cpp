// SPDX-License-Identifier: Apache-2.0
// CpuCenterCropPad: the middle of a tensor, or the tensor in the middle of zeros, axis by axis.
#include <algorithm>
#include <numeric>

#include "kernels/ref/strided.h"
#include "ops/common/copy.h"
#include "ops/common/importing.h"
#include "ops/common/reference.h"
#include "ops/common/values.h"

namespace softacl::ops {
namespace {

/// The axes that the second input has sizes for.
Result<std::vector<size_t>> axes_of(const OpCall& call) {
    const size_t rank = call.inputs[0]->shape.rank();
    Ints axes = call.attrs.at<Ints>("axes");
    if (axes.empty()) {
        axes.resize(rank);
        std::iota(axes.begin(), axes.end(), 0);
    }
    if (axes.size() > rank) {
        return call.fail("there are ", axes.size(), " axes of a tensor with ", rank, " dimensions");
    }
    SOFTACL_ASSIGN(const auto normal, normal_axes(call, axes, rank));
    const Shape& sizes = call.inputs[1]->shape;
    if (sizes.rank() != 1 || (sizes[0] >= 0 && sizes[0] != static_cast<int64_t>(normal.size()))) {
        return call.fail("the input shape has the shape ", sizes, "; expected one size for each of ", normal.size(),
                         " axes");
    }
    return normal;
}

Status infer(OpCall& call) {
    SOFTACL_ASSIGN(const auto axes, axes_of(call));
    const auto sizes = known_ints(call, 1);
    Shape y = call.inputs[0]->shape;
    for (size_t i = 0; i < axes.size(); ++i) {
        const int64_t size = sizes ? (*sizes)[i] : -1;
        if (sizes && size < 0) {
            return call.fail("the input shape is ", Shape(*sizes), "; expected sizes");
        }
        y[axes[i]] = size;
    }
    call.outputs[0] = {call.inputs[0]->dtype, std::move(y), call.inputs[0]->format};
    return {};
}

Result<kernels::KernelPtr> make(const OpCall& call) {
    SOFTACL_TRY(require_known_shapes(call));
    const Shape& x = call.inputs[0]->shape;
    const Shape& y = call.outputs[0].shape;
    const auto from = kernels::row_strides(x);
    const auto to = kernels::row_strides(y);
    Shape region = x;
    int64_t from_offset = 0;
    int64_t to_offset = 0;
    for (size_t i = 0; i < x.rank(); ++i) {
        region[i] = std::min(x[i], y[i]);
        from_offset += (x[i] - region[i]) / 2 * from[i];
        to_offset += (y[i] - region[i]) / 2 * to[i];
    }
    const kernels::StridedLoop<2> loop(region, {from, to});
    kernels::KernelPtr kernel;
    visit_size(call.inputs[0]->dtype, [&](auto tag) {
        using T = typename decltype(tag)::Type;
        kernel = function_kernel(call, [=, count = y.elements()](const kernels::Kernel::Buffers& b) -> Status {
            auto* const result = static_cast<T*>(b.outputs[0]);
            std::fill_n(result, count, T{});
            loop.run([&](const auto& at, int64_t length, const auto& steps) {
                const T* source = static_cast<const T*>(b.inputs[0]) + from_offset + at[0];
                T* target = result + to_offset + at[1];
                for (int64_t i = 0; i < length; ++i) {
                    target[i * steps[1]] = source[i * steps[0]];
                }
            });
            return {};
        });
    });
    return kernel;
}

Imported import_center(Importer& graph, const ForeignNode& node) {
    return one(graph.add("CpuCenterCropPad", node.inputs, {{"axes", node.attrs.get<Ints>("axes", {})}}));
}

}  // namespace

OpDef declare_CpuCenterCropPad() {
    return OpDef("CpuCenterCropPad",
                 "The middle of a tensor where it is too large, with zeros around it where it is "
                 "too small.")
        .input("input_data", kAny)
        .input("shape", kIndexes)
        .output("output_data", kAny)
        .attr("axes", Ints{})
        .needs_value(1)
        .infer(infer)
        .kernel("reference", make)
        .onnx("CenterCropPad", import_center);
}

}  // namespace softacl::ops
