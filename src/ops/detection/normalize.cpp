// SPDX-License-Identifier: Apache-2.0
// Normalize of SSD and MVN of Caffe: images divided by their length, or brought to mean 0 and variance 1.
#include <cmath>

#include "base/parallel.h"
#include "kernels/ref/real.h"
#include "ops/common/importing.h"
#include "ops/common/reference.h"
#include "ops/common/values.h"

namespace softacl::ops {
namespace {

namespace ref = kernels::ref;

constexpr DTypes kTypes = {ACL_FLOAT, ACL_FLOAT16};

Status require_channels(const OpCall& call) {
    if (call.inputs[0]->shape.rank() < 2) {
        return call.fail("the input ", input_name(call, 0), " has the shape ", call.inputs[0]->shape,
                         "; expected at least 2 dimensions");
    }
    return {};
}

// Normalize

Status infer_normalize(OpCall& call) {
    SOFTACL_TRY(require_channels(call));
    SOFTACL_TRY(require_same_dtype(call, 0, 1));
    const Shape& x = call.inputs[0]->shape;
    const Shape& scale = call.inputs[1]->shape;
    const int64_t count = call.attrs.at<bool>("channel_shared") ? 1 : x[1];
    if (count >= 0 && scale.is_known() && scale.elements() != count) {
        return call.fail("the input x2 has the shape ", scale, "; expected ", count, " elements: channel_shared is ",
                         call.attrs.at<bool>("channel_shared") ? "true" : "false");
    }
    call.outputs[0] = *call.inputs[0];
    return {};
}

template <class T>
void normalize(const T* x, const T* scale, T* y, int64_t channels, int64_t plane, bool across, bool shared, float eps) {
    const auto length_at = [&](int64_t first, int64_t step, int64_t count) {
        double sum = 0;
        for (int64_t i = 0; i < count; ++i) {
            const auto value = static_cast<double>(static_cast<float>(x[first + i * step]));
            sum += value * value;
        }
        return std::sqrt(sum + static_cast<double>(eps));
    };
    const double whole = across ? length_at(0, 1, channels * plane) : 0;
    for (int64_t i = 0; i < plane; ++i) {
        const double length = across ? whole : length_at(i, plane, channels);
        for (int64_t c = 0; c < channels; ++c) {
            const double factor = static_cast<double>(static_cast<float>(scale[shared ? 0 : c]));
            const double value = static_cast<double>(static_cast<float>(x[c * plane + i]));
            y[c * plane + i] = static_cast<T>(static_cast<float>(value / length * factor));
        }
    }
}

Result<kernels::KernelPtr> make_normalize(const OpCall& call) {
    SOFTACL_TRY(require_known_shapes(call));
    kernels::KernelPtr kernel;
    const Shape shape = call.inputs[0]->shape;
    const bool across = call.attrs.at<bool>("across_spatial");
    const bool shared = call.attrs.at<bool>("channel_shared");
    const float eps = call.attrs.at<float>("eps");
    ref::visit_floats(call.inputs[0]->dtype, [&](auto tag) {
        using T = typename decltype(tag)::Type;
        const int64_t plane = shape.elements(2, shape.rank());
        kernel = function_kernel(call, [=](const kernels::Kernel::Buffers& b) -> Status {
            parallel_for(shape[0], 1, [&](int64_t begin, int64_t end) {
                for (int64_t n = begin; n < end; ++n) {
                    const int64_t offset = n * shape[1] * plane;
                    normalize(static_cast<const T*>(b.inputs[0]) + offset, static_cast<const T*>(b.inputs[1]),
                              static_cast<T*>(b.outputs[0]) + offset, shape[1], plane, across, shared, eps);
                }
            });
            return {};
        });
    });
    return kernel;
}

Imported import_normalize(Importer& graph, const ForeignNode& node) {
    if (node.blobs != 1 || node.inputs.size() != 2) {
        return import_fail("expected one bottom and one blob, the scale; there are ", node.inputs.size() - node.blobs,
                           " and ", node.blobs);
    }
    *node.blobs_read = node.blobs;
    return one(graph.add("Normalize", node.inputs,
                         {{"across_spatial", node.attrs.get<bool>("across_spatial", true)},
                          {"channel_shared", node.attrs.get<bool>("channel_shared", true)},
                          {"eps", node.attrs.get<float>("eps", 1e-10F)}}));
}

// MVN

Status infer_mvn(OpCall& call) {
    SOFTACL_TRY(require_channels(call));
    call.outputs[0] = *call.inputs[0];
    return {};
}

template <class T>
void bring_to_mean_0(const T* x, T* y, int64_t count, bool variance, float eps) {
    double sum = 0;
    for (int64_t i = 0; i < count; ++i) {
        sum += static_cast<double>(static_cast<float>(x[i]));
    }
    const double mean = sum / static_cast<double>(count);
    double squares = 0;
    for (int64_t i = 0; variance && i < count; ++i) {
        const double distance = static_cast<double>(static_cast<float>(x[i])) - mean;
        squares += distance * distance;
    }
    // Caffe adds eps to the deviation, not to the variance.
    const double divisor = variance ? std::sqrt(squares / static_cast<double>(count)) + static_cast<double>(eps) : 1;
    for (int64_t i = 0; i < count; ++i) {
        const double distance = static_cast<double>(static_cast<float>(x[i])) - mean;
        y[i] = static_cast<T>(static_cast<float>(distance / divisor));
    }
}

Result<kernels::KernelPtr> make_mvn(const OpCall& call) {
    SOFTACL_TRY(require_known_shapes(call));
    kernels::KernelPtr kernel;
    const Shape shape = call.inputs[0]->shape;
    const size_t split = call.attrs.at<bool>("across_channels") ? 1 : 2;
    const bool variance = call.attrs.at<bool>("normalize_variance");
    const float eps = call.attrs.at<float>("eps");
    ref::visit_floats(call.inputs[0]->dtype, [&](auto tag) {
        using T = typename decltype(tag)::Type;
        const int64_t rows = shape.elements(0, split);
        const int64_t count = shape.elements(split, shape.rank());
        kernel = function_kernel(call, [=](const kernels::Kernel::Buffers& b) -> Status {
            parallel_for(count == 0 ? 0 : rows, 1, [&](int64_t begin, int64_t end) {
                for (int64_t row = begin; row < end; ++row) {
                    bring_to_mean_0(static_cast<const T*>(b.inputs[0]) + row * count,
                                    static_cast<T*>(b.outputs[0]) + row * count, count, variance, eps);
                }
            });
            return {};
        });
    });
    return kernel;
}

Imported import_mvn(Importer& graph, const ForeignNode& node) {
    return one(graph.add("MVN", {node.input(0)},
                         {{"normalize_variance", node.attrs.get<bool>("normalize_variance", true)},
                          {"across_channels", node.attrs.get<bool>("across_channels", false)},
                          {"eps", node.attrs.get<float>("eps", 1e-9F)}}));
}

}  // namespace

OpDef declare_Normalize() {
    return OpDef("Normalize", "Each image, or each of its places, divided by its length; then times a scale.")
        .input("x1", kTypes)
        .input("x2", kTypes)
        .output("y", kTypes)
        .attr("across_spatial", true)
        .attr("channel_shared", true)
        .attr("eps", 1e-10F)
        .infer(infer_normalize)
        .kernel("reference", make_normalize)
        .caffe("Normalize", import_normalize);
}

OpDef declare_MVN() {
    return OpDef("MVN", "Each channel, or each image, brought to mean 0 and variance 1.")
        .input("x", kTypes)
        .output("y", kTypes)
        .attr("normalize_variance", true)
        .attr("across_channels", false)
        .attr("eps", 1e-9F)
        .infer(infer_mvn)
        .kernel("reference", make_mvn)
        .caffe("MVN", import_mvn);
}

}  // namespace softacl::ops
