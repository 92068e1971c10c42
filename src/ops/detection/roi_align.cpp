// SPDX-License-Identifier: Apache-2.0
// Regions of pictures brought to one size: each cell of the result is the mean, or the maximum, of samples that are
// interpolated between four elements.
#include <algorithm>
#include <array>
#include <cmath>

#include "base/parallel.h"
#include "ops/common/importing.h"
#include "ops/common/reals.h"
#include "ops/common/values.h"

namespace softacl::ops {
namespace {

constexpr DTypes kTypes = {ACL_FLOAT, ACL_FLOAT16};

struct Plan {
    Shape x;
    int64_t rois = 0;
    int64_t height = 0;
    int64_t width = 0;
    int64_t samples = 0;  ///< along each axis of a cell; 0: as many as elements
    int64_t end_mode = 0;
    float scale = 1;
    bool maximum = false;
};

Result<Plan> plan_of(const OpCall& call) {
    constexpr int64_t kLargest = 1 << 24;
    Plan p;
    p.x = call.inputs[0]->shape;
    const Shape& rois = call.inputs[1]->shape;
    if (p.x.rank() != 4 || rois.rank() != 2 || (rois[1] >= 0 && rois[1] != 5)) {
        return call.fail("the inputs features and rois have the shapes ", p.x, " and ", rois,
                         "; expected four dimensions and [rois,5]");
    }
    if (call.has_input(2)) {
        return call.fail("the input rois_n is given, which is not supported");
    }
    p.rois = rois[0];
    p.height = call.attrs.at<int64_t>("pooled_height");
    p.width = call.attrs.at<int64_t>("pooled_width");
    p.samples = call.attrs.at<int64_t>("sample_num");
    p.end_mode = call.attrs.at<int64_t>("roi_end_mode");
    p.scale = call.attrs.at<float>("spatial_scale");
    const auto& mode = call.attrs.at<std::string>("pool_mode");
    p.maximum = mode == "max";
    if (std::min(p.height, p.width) < 1 || std::max(p.height, p.width) > kLargest) {
        return call.fail("pooled_height and pooled_width are ", p.height, " and ", p.width, "; expected 1 or more");
    }
    if (p.samples < 0 || p.samples > kLargest) {
        return call.fail("the attribute sample_num is ", p.samples, "; expected 0 or more");
    }
    if (p.end_mode < 0 || p.end_mode > 2) {
        return call.fail("the attribute roi_end_mode is ", p.end_mode, "; expected 0 to 2");
    }
    if (!p.maximum && mode != "avg") {
        return call.fail("the attribute pool_mode is ", mode, "; expected avg or max");
    }
    return p;
}

Status infer(OpCall& call) {
    SOFTACL_ASSIGN(const Plan p, plan_of(call));
    SOFTACL_TRY(require_same_dtype(call, 0, 1));
    call.outputs[0] = {call.inputs[0]->dtype, {p.rois, p.x[1], p.height, p.width}, call.inputs[0]->format};
    return {};
}

/// A region along one axis, in elements.
struct Range {
    Range(float from, float to, const Plan& p, int64_t cells) {
        const float shift = p.end_mode == 2 ? 0.5F : 0.0F;
        const float more = p.end_mode == 1 ? 1.0F : 0.0F;
        start = from * p.scale - shift;
        float size = (to + more) * p.scale - shift - start;
        if (p.end_mode == 0) {
            size = std::max(size, 1.0F);
        }
        cell = size / static_cast<float>(cells);
        constexpr float kMost = 1 << 12;  // of wild regions
        const float wanted = std::ceil(cell);
        count = p.samples > 0 ? p.samples : wanted >= 1 ? static_cast<int64_t>(std::min(wanted, kMost)) : 0;
    }
    float at(int64_t index, int64_t sample) const {
        return start + static_cast<float>(index) * cell +
               (static_cast<float>(sample) + 0.5F) * cell / static_cast<float>(count);
    }
    float start;
    float cell;
    int64_t count;
};

/// Two neighbours of a position; none if it is more than one element outside.
struct Between {
    Between() = default;
    Between(float at, int64_t size) : inside(at >= -1 && at <= static_cast<float>(size) && size > 0) {  // not for NaN
        if (!inside) {
            return;
        }
        at = std::max(at, 0.0F);
        low = static_cast<int64_t>(at);
        high = low + 1;
        if (low >= size - 1) {
            low = high = size - 1;
            at = static_cast<float>(low);
        }
        share = at - static_cast<float>(low);
    }
    bool inside = false;
    int64_t low = 0;
    int64_t high = 0;
    float share = 0;
};

/// Some samples of one cell along one axis, which are the same for all channels: those that are inside. Of wild regions
/// only few are.
struct Samples {
    static constexpr int64_t kMost = 32;
    Samples(const Range& range, int64_t cell, int64_t first, int64_t size) {
        for (int64_t i = first; i < std::min(first + kMost, range.count); ++i) {
            const Between place(range.at(cell, i), size);
            if (place.inside) {
                places[count++] = place;
            } else {
                any_outside = true;
            }
        }
    }
    const Between* begin() const { return places.data(); }
    const Between* end() const { return places.data() + count; }
    std::array<Between, kMost> places;
    size_t count = 0;
    bool any_outside = false;
};

/// The elements that they are between, and how much each counts in their sum.
struct Taps {
    Taps(const Range& range, int64_t cell, int64_t first, int64_t size) {
        const Samples samples(range, cell, first, size);
        any_outside = samples.any_outside;
        for (const Between& place : samples) {
            add(place.low, 1 - place.share);
            add(place.high, place.share);
        }
    }
    void add(int64_t element, float share) {
        for (size_t i = count; i > 0 && i + 2 > count; --i) {  // the last two may be those of the sample before
            if (at[i - 1] == element) {
                weight[i - 1] += share;
                return;
            }
        }
        at[count] = element;
        weight[count] = share;
        ++count;
    }
    static constexpr size_t kMost = 2 * Samples::kMost;
    std::array<int64_t, kMost> at;
    std::array<float, kMost> weight;
    size_t count = 0;
    bool any_outside;
};

/// The sum of one cell's samples, in which an element's weight is that of its row times that of its column.
struct Sum {
    using Along = Taps;
    float value = 0;

    template <class T>
    void see(const T* x, int64_t width, const Taps& rows, const Taps& columns) {
        for (size_t r = 0; r < rows.count; ++r) {
            const T* const row = x + rows.at[r] * width;
            float sum = 0;
            for (size_t c = 0; c < columns.count; ++c) {
                sum += columns.weight[c] * static_cast<float>(row[columns.at[c]]);
            }
            value += rows.weight[r] * sum;
        }
    }
    void see_outside() {}
    float result(float samples) const { return value / samples; }
};

/// The largest of them.
struct Maximum {
    using Along = Samples;
    float best = 0;
    bool any = false;

    void see(float value) {
        best = any ? std::max(best, value) : value;
        any = true;
    }
    template <class T>
    void see(const T* x, int64_t width, const Samples& rows, const Samples& columns) {
        for (const Between& row : rows) {
            const T* const low = x + row.low * width;
            const T* const high = x + row.high * width;
            for (const Between& column : columns) {
                const float rest = 1 - column.share;
                const float top =
                    rest * static_cast<float>(low[column.low]) + column.share * static_cast<float>(low[column.high]);
                const float bottom =
                    rest * static_cast<float>(high[column.low]) + column.share * static_cast<float>(high[column.high]);
                see((1 - row.share) * top + row.share * bottom);
            }
        }
    }
    void see_outside() { see(0); }
    float result(float /*samples*/) const { return best; }
};

/// Cell (i, k) of all channels.
template <class Cell, class T>
void align_cell(const Plan& p, const Range& rows, const Range& columns, int64_t i, int64_t k, const T* x, T* y) {
    using Along = typename Cell::Along;
    constexpr int64_t kChannels = 64;
    const int64_t plane = p.x[2] * p.x[3];
    const auto total = static_cast<float>(std::max<int64_t>(rows.count * columns.count, 1));
    for (int64_t first = 0; first < p.x[1]; first += kChannels) {
        const int64_t channels = std::min(kChannels, p.x[1] - first);
        std::array<Cell, kChannels> cells{};
        bool any_outside = false;
        for (int64_t r = 0; r < rows.count; r += Samples::kMost) {
            const Along some_rows(rows, i, r, p.x[2]);
            any_outside = any_outside || some_rows.any_outside;
            for (int64_t s = 0; s < columns.count && some_rows.count > 0; s += Samples::kMost) {
                const Along some_columns(columns, k, s, p.x[3]);
                any_outside = any_outside || some_columns.any_outside;
                for (int64_t c = 0; c < channels; ++c) {
                    cells[static_cast<size_t>(c)].see(x + (first + c) * plane, p.x[3], some_rows, some_columns);
                }
            }
        }
        for (int64_t c = 0; c < channels; ++c) {
            Cell& cell = cells[static_cast<size_t>(c)];
            if (any_outside) {
                cell.see_outside();  // all of them at once
            }
            y[((first + c) * p.height + i) * p.width + k] = static_cast<T>(cell.result(total));
        }
    }
}

template <class T>
Status check_pictures(const Plan& p, const T* rois) {
    for (int64_t i = 0; i < p.rois; ++i) {
        const auto picture = static_cast<float>(rois[i * 5]);
        if (!(picture >= 0 && picture < static_cast<float>(p.x[0]))) {
            return fail(ACL_ERROR_INVALID_PARAM, "rois[", i, "] belongs to picture ", picture, "; there are ", p.x[0]);
        }
    }
    return {};
}

Result<kernels::KernelPtr> make(const OpCall& call) {
    SOFTACL_TRY(require_known_shapes(call));
    SOFTACL_ASSIGN(const Plan p, plan_of(call));
    return floats_kernel(call, 0, [p](auto tag, const kernels::Kernel::Buffers& b) -> Status {
        using T = typename decltype(tag)::Type;
        const auto* const rois = static_cast<const T*>(b.inputs[1]);
        SOFTACL_TRY(check_pictures(p, rois));
        const int64_t cells = p.height * p.width;
        parallel_for(p.rois * cells, 1, [&](int64_t begin, int64_t end) {
            for (int64_t at = begin; at < end; ++at) {
                const T* const roi = rois + at / cells * 5;
                const auto number = [roi](int i) { return static_cast<float>(roi[i]); };
                const Range rows(number(2), number(4), p, p.height);
                const Range columns(number(1), number(3), p, p.width);
                const int64_t picture = static_cast<int64_t>(number(0)) * p.x[1] * p.x[2] * p.x[3];
                const auto align = p.maximum ? align_cell<Maximum, T> : align_cell<Sum, T>;
                align(p, rows, columns, at % cells / p.width, at % cells % p.width,
                      static_cast<const T*>(b.inputs[0]) + picture,
                      static_cast<T*>(b.outputs[0]) + at / cells * p.x[1] * cells);
            }
        });
        return {};
    });
}

/// There the regions and the pictures they belong to are two inputs.
Imported import_roi_align(Importer& graph, const ForeignNode& node) {
    if (node.attrs.get<std::string>("mode", "avg") != "avg") {
        return fail(ACL_ERROR_FEATURE_UNSUPPORTED, "mode is not avg, which is the only one supported so far");
    }
    const TensorType rois = graph.type(node.input(1));
    const auto transformed = node.attrs.get<std::string>("coordinate_transformation_mode",
                                                         node.version >= 16 ? "half_pixel" : "output_half_pixel");
    if (transformed != "half_pixel" && transformed != "output_half_pixel") {
        return import_fail("coordinate_transformation_mode is ", transformed, ", which does not exist");
    }
    SOFTACL_ASSIGN(const ValueRef pictures, add_cast(graph, node.input(2), rois.dtype, "pictures"));
    SOFTACL_ASSIGN(const ValueRef column, graph.add("Unsqueeze", {pictures}, {{"axes", Ints{1}}}, "column"));
    SOFTACL_ASSIGN(const ValueRef joined, graph.add("ConcatD", {column, node.input(1)},
                                                    {{"concat_dim", int64_t{1}}, {"N", int64_t{2}}}, "rois"));
    return one(graph.add("ROIAlign", {node.input(0), joined},
                         {{"spatial_scale", node.attrs.get<float>("spatial_scale", 1.0F)},
                          {"pooled_height", node.attrs.get<int64_t>("output_height", 1)},
                          {"pooled_width", node.attrs.get<int64_t>("output_width", 1)},
                          {"sample_num", node.attrs.get<int64_t>("sampling_ratio", 0)},
                          {"roi_end_mode", int64_t{transformed == "half_pixel" ? 2 : 0}}}));
}

}  // namespace

OpDef declare_ROIAlign() {
    return OpDef("ROIAlign", "Regions of pictures brought to one size by interpolation.")
        .input("features", kTypes)
        .input("rois", kTypes)
        .optional_input("rois_n", {ACL_INT32})
        .output("y", kTypes)
        .required_attr("spatial_scale", 0.0F)
        .required_attr("pooled_height", int64_t{0})
        .required_attr("pooled_width", int64_t{0})
        .attr("sample_num", int64_t{2})
        .attr("roi_end_mode", int64_t{1})
        .attr("pool_mode", std::string("avg"))
        .infer(infer)
        .kernel("reference", make)
        .onnx("RoiAlign", import_roi_align);
}

}  // namespace softacl::ops
