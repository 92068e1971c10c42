// SPDX-License-Identifier: Apache-2.0
// Windows of a picture laid out as channels, channels last.
#include <cstring>

#include "ops/common/copy.h"
#include "ops/common/reference.h"
#include "ops/common/values.h"
#include "ops/common/window.h"

namespace softacl::ops {
namespace {

using kernels::Kernel;

// [N, positions..., C]; the windows' attributes have a number for each dimension, the first and the last being 1.
struct Patches {
    Ints sizes, strides, rates;
    Ints before;  // what the first window has ahead of the picture
    Ints counts;  // of windows; -1 if not known
};

Result<Ints> middle_of(const OpCall& call, const char* attr, size_t rank) {
    const Ints* list = call.attrs.find_as<Ints>(attr);
    const Ints values = list == nullptr ? Ints(rank, 1) : *list;
    constexpr int64_t kLargest = 1 << 20;
    bool fits = values.size() == rank && values.front() == 1 && values.back() == 1;
    for (const int64_t value : values) {
        fits = fits && value >= 1 && value <= kLargest;
    }
    if (!fits) {
        return call.fail("the attribute ", attr, " is ", Shape(values), "; expected ", rank,
                         " numbers above 0, the first and the last being 1");
    }
    return Ints(values.begin() + 1, values.end() - 1);
}

Result<Patches> patches_of(const OpCall& call) {
    const Shape& x = call.inputs[0]->shape;
    const size_t rank = call.attrs.has("rates") ? 4 : 5;
    if (x.rank() != rank) {
        return call.fail("the input x has the shape ", x, "; expected ", rank, " dimensions");
    }
    Patches patches;
    SOFTACL_ASSIGN(patches.sizes, middle_of(call, "ksizes", rank));
    SOFTACL_ASSIGN(patches.strides, middle_of(call, "strides", rank));
    SOFTACL_ASSIGN(patches.rates, middle_of(call, "rates", rank));
    const auto& padding = call.attrs.at<std::string>("padding");
    if (padding != "SAME" && padding != "VALID") {
        return call.fail("the attribute padding is '", padding, "'; expected SAME or VALID");
    }
    for (size_t i = 0; i + 2 < rank; ++i) {
        const int64_t size = x[i + 1];
        const int64_t span = (patches.sizes[i] - 1) * patches.rates[i] + 1;
        const int64_t stride = patches.strides[i];
        const bool same = padding == "SAME";
        if (size < 0) {
            patches.counts.push_back(-1);
            patches.before.push_back(0);
            continue;
        }
        patches.before.push_back(same ? same_pads(size, span, stride, true).begin : 0);
        patches.counts.push_back(same ? (size + stride - 1) / stride : size < span ? 0 : (size - span) / stride + 1);
    }
    return patches;
}

Status infer_patches(OpCall& call) {
    SOFTACL_ASSIGN(const Patches patches, patches_of(call));
    const Shape& x = call.inputs[0]->shape;
    Shape y = x;
    int64_t channels = x[x.rank() - 1];
    for (size_t i = 0; i < patches.counts.size(); ++i) {
        y[i + 1] = patches.counts[i];
        if (channels >= 0 && __builtin_mul_overflow(channels, patches.sizes[i], &channels)) {
            return call.fail("the result is too large");
        }
    }
    y[y.rank() - 1] = channels;
    call.outputs[0] = {call.inputs[0]->dtype, std::move(y)};
    return {};
}

Result<kernels::KernelPtr> make_patches(const OpCall& call) {
    SOFTACL_TRY(require_known_shapes(call));
    SOFTACL_ASSIGN(const Patches patches, patches_of(call));
    const Shape x = call.inputs[0]->shape;
    const size_t axes = patches.sizes.size();
    const Shape counts(patches.counts);
    const Shape taps(patches.sizes);
    const auto run = static_cast<size_t>(x[axes + 1]) * size_of(call.inputs[0]->dtype);
    return function_kernel(call, [=](const Kernel::Buffers& b) -> Status {
        char* to = static_cast<char*>(b.outputs[0]);
        for (int64_t window = 0; window < x[0] * counts.elements() && run != 0; ++window) {
            for (int64_t tap = 0; tap < taps.elements(); ++tap, to += run) {
                int64_t offset = window / counts.elements();
                int64_t window_rest = window % counts.elements();
                int64_t tap_rest = tap;
                int64_t places[3] = {};
                for (size_t axis = axes; axis-- > 0;) {
                    places[axis] = window_rest % counts[axis] * patches.strides[axis] - patches.before[axis] +
                                   tap_rest % taps[axis] * patches.rates[axis];
                    window_rest /= counts[axis];
                    tap_rest /= taps[axis];
                }
                bool inside = true;
                for (size_t axis = 0; axis < axes; ++axis) {
                    inside = inside && places[axis] >= 0 && places[axis] < x[axis + 1];
                    offset = offset * x[axis + 1] + places[axis];
                }
                if (inside) {
                    std::memcpy(to, static_cast<const char*>(b.inputs[0]) + static_cast<size_t>(offset) * run, run);
                } else {
                    std::memset(to, 0, run);
                }
            }
        }
        return {};
    });
}

OpDef declare_patches(const char* name, const char* doc) {
    return OpDef(name, doc)
        .input("x", kNumbers)
        .output("y", kNumbers)
        .required_attr("ksizes", Ints{})
        .required_attr("strides", Ints{})
        .infer(infer_patches)
        .kernel("reference", make_patches);
}

}  // namespace

OpDef declare_ExtractImagePatches() {
    return declare_patches("ExtractImagePatches", "What each window of a picture sees, as channels; channels last.")
        .required_attr("rates", Ints{})
        .required_attr("padding", std::string());
}

OpDef declare_ExtractVolumePatches() {
    return declare_patches("ExtractVolumePatches", "What each window of a volume sees, as channels; channels last.")
        .required_attr("padding", std::string());
}

}  // namespace softacl::ops
