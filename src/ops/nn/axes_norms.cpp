// SPDX-License-Identifier: Apache-2.0
// Sums along axes, and tensors divided by them: MVNV2, L2Normalize, GlobalLpPool.
#include <cmath>

#include "kernels/ref/strided.h"
#include "ops/common/importing.h"
#include "ops/common/infer.h"
#include "ops/common/reals.h"
#include "ops/common/values.h"

namespace softacl::ops {
namespace {

constexpr DTypes kTypes = {ACL_FLOAT, ACL_FLOAT16};

/// A walk over a tensor beside one with one number for all elements along the axes.
struct Along {
    Along(const Shape& shape, const std::vector<size_t>& axes) {
        Shape rest = shape;
        for (const size_t axis : axes) {
            size *= shape[axis];
            rest[axis] = 1;
        }
        count = rest.elements();
        loop = kernels::StridedLoop<2>(shape, {kernels::row_strides(shape), kernels::broadcast_strides(rest, shape)});
    }
    template <class Visit>
    void each(Visit&& visit) const {
        loop.run([&](const auto& at, int64_t length, const auto& steps) {
            for (int64_t i = 0; i < length; ++i) {
                visit(at[0] + i * steps[0], at[1] + i * steps[1]);
            }
        });
    }
    kernels::StridedLoop<2> loop;
    int64_t count = 0;  ///< of numbers
    int64_t size = 1;   ///< elements for each of them
};

/// The axes of an attribute; `all`: an empty list means every axis.
Result<std::vector<size_t>> axes_of(const OpCall& call, const char* attr, bool all) {
    const size_t rank = call.inputs[0]->shape.rank();
    Ints axes = call.attrs.at<Ints>(attr);
    if (axes.empty() && all) {
        for (size_t i = 0; i < rank; ++i) {
            axes.push_back(static_cast<int64_t>(i));
        }
    }
    return normal_axes(call, axes, rank);
}

Status infer_along(OpCall& call, const char* attr, bool all) {
    SOFTACL_TRY(axes_of(call, attr, all).status());
    return same_as_first(call);
}

Result<Along> make_along(const OpCall& call, const char* attr, bool all) {
    SOFTACL_TRY(require_known_shapes(call));
    SOFTACL_ASSIGN(const auto axes, axes_of(call, attr, all));
    return Along(call.inputs[0]->shape, axes);
}

/// The kernel of `body(value, set, sums)`: `value(at)` reads an element of the input, `set(at, value)` writes one of
/// the output, and `sums` are so many numbers, all 0.
template <class Body>
kernels::KernelPtr sums_kernel(const OpCall& call, int64_t count, Body body) {
    auto kernel = floats_kernel(call, 0, [=](auto tag, const kernels::Kernel::Buffers& b) -> Status {
        using T = typename decltype(tag)::Type;
        using Real = kernels::ref::Real<T>;
        const auto* x = static_cast<const T*>(b.inputs[0]);
        auto* y = static_cast<T*>(b.outputs[0]);
        auto* sums = static_cast<double*>(b.scratch);
        std::fill_n(sums, count, 0.0);
        body([x](int64_t at) { return static_cast<double>(static_cast<Real>(x[at])); },
             [y](int64_t at, double value) { y[at] = static_cast<T>(static_cast<Real>(value)); }, sums);
        return {};
    });
    kernel->scratch_bytes = static_cast<size_t>(count) * sizeof(double);
    return kernel;
}

// MVNV2: eps is added to the deviation

Status infer_mvn(OpCall& call) { return infer_along(call, "axes", false); }

Result<kernels::KernelPtr> make_mvn(const OpCall& call) {
    SOFTACL_ASSIGN(const Along along, make_along(call, "axes", false));
    const auto eps = static_cast<double>(call.attrs.at<float>("eps"));
    return sums_kernel(call, 2 * along.count, [=](auto value, auto set, double* means) {
        double* const deviations = means + along.count;
        const auto size = static_cast<double>(along.size);
        along.each([&](int64_t at, int64_t sum) { means[sum] += value(at) / size; });
        along.each([&](int64_t at, int64_t sum) {
            const double distance = value(at) - means[sum];
            deviations[sum] += distance * distance / size;
        });
        for (int64_t i = 0; i < along.count; ++i) {
            deviations[i] = std::sqrt(deviations[i]) + eps;
        }
        along.each([&](int64_t at, int64_t sum) { set(at, (value(at) - means[sum]) / deviations[sum]); });
    });
}

Imported import_mvn(Importer& graph, const ForeignNode& node) {
    return one(graph.add("MVNV2", {node.input(0)}, {{"axes", node.attrs.get<Ints>("axes", {0, 2, 3})}}));
}

// L2Normalize

Status infer_l2(OpCall& call) { return infer_along(call, "axis", true); }

Result<kernels::KernelPtr> make_l2(const OpCall& call) {
    SOFTACL_ASSIGN(const Along along, make_along(call, "axis", true));
    const auto eps = static_cast<double>(call.attrs.at<float>("eps"));
    return sums_kernel(call, along.count, [=](auto value, auto set, double* sums) {
        along.each([&](int64_t at, int64_t sum) { sums[sum] += value(at) * value(at); });
        for (int64_t i = 0; i < along.count; ++i) {
            sums[i] = std::sqrt(sums[i] < eps ? eps : sums[i]);
        }
        along.each([&](int64_t at, int64_t sum) { set(at, value(at) / sums[sum]); });
    });
}

// GlobalLpPool

Status infer_lp(OpCall& call) {
    const TensorType& x = *call.inputs[0];
    if (x.shape.rank() < 3) {
        return call.fail("the input x has the shape ", x.shape, "; expected at least 3 dimensions");
    }
    if (!(call.attrs.at<float>("p") > 0)) {
        return call.fail("the attribute p is ", call.attrs.at<float>("p"), "; expected more than 0");
    }
    call.outputs[0] = x;
    for (size_t i = 2; i < x.shape.rank(); ++i) {
        call.outputs[0].shape[i] = 1;
    }
    return {};
}

Result<kernels::KernelPtr> make_lp(const OpCall& call) {
    SOFTACL_TRY(require_known_shapes(call));
    const Shape& x_shape = call.inputs[0]->shape;
    std::vector<size_t> axes;
    for (size_t i = 2; i < x_shape.rank(); ++i) {
        axes.push_back(i);
    }
    const Along along(x_shape, axes);
    const auto p = static_cast<double>(call.attrs.at<float>("p"));
    return sums_kernel(call, along.count, [=](auto value, auto set, double* sums) {
        along.each([&](int64_t at, int64_t sum) { sums[sum] += std::pow(std::abs(value(at)), p); });
        for (int64_t i = 0; i < along.count; ++i) {
            set(i, std::pow(sums[i], 1 / p));
        }
    });
}

/// p is a whole number from opset 2 on.
Imported import_lp(Importer& graph, const ForeignNode& node) {
    const float p =
        node.version >= 2 ? static_cast<float>(node.attrs.get<int64_t>("p", 2)) : node.attrs.get<float>("p", 2.0F);
    return one(graph.add("GlobalLpPool", {node.input(0)}, {{"p", p}}));
}

}  // namespace

OpDef declare_MVNV2() {
    return OpDef("MVNV2", "Brought to mean 0 and variance 1 along axes.")
        .input("x", kTypes)
        .output("y", kTypes)
        .attr("eps", 1e-9F)
        .attr("axes", Ints{0, 2, 3})
        .infer(infer_mvn)
        .kernel("reference", make_mvn)
        .onnx("MeanVarianceNormalization", import_mvn);
}
OpDef declare_L2Normalize() {
    return OpDef("L2Normalize", "Divided by the length along axes, whose square is at least eps.")
        .input("x", kTypes)
        .output("y", kTypes)
        .attr("axis", Ints{})
        .attr("eps", 1e-4F)
        .infer(infer_l2)
        .kernel("reference", make_l2);
}
OpDef declare_GlobalLpPool() {
    return OpDef("GlobalLpPool", "The p-norm of each channel over all spatial axes.")
        .input("x", kTypes)
        .output("y", kTypes)
        .attr("p", 2.0F)
        .infer(infer_lp)
        .kernel("reference", make_lp)
        .onnx("GlobalLpPool", import_lp);
}

}  // namespace softacl::ops
