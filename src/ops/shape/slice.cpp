// SPDX-License-Identifier: Apache-2.0
// A part of a tensor: from a begin to an end in steps, along some axes.
#include <algorithm>
#include <limits>

#include "ops/caffe/imports.h"
#include "ops/common/attribute_form.h"
#include "ops/common/copy.h"
#include "ops/common/importing.h"
#include "ops/common/infer.h"
#include "ops/common/values.h"

namespace softacl::ops {
namespace {

// What happens along one dimension of the input.
struct Range {
    int64_t begin = 0;
    int64_t step = 1;
    int64_t count = -1;  // not known, if the dimension or a value is not
    bool removed = false;
};
struct Plan {
    std::vector<Range> ranges;  // per dimension of the input
    Shape output;
};

// StridedSlice has no axes; its strides come earlier.
struct Positions {
    std::optional<size_t> axes;
    size_t strides = 0;
};
Positions positions(const OpCall& call) {
    return call.op->inputs().size() == 5 ? Positions{3, 4} : Positions{std::nullopt, 3};
}

bool is_set(const OpCall& call, const char* mask, size_t bit) {
    return bit < 63 && ((call.attrs.get<int64_t>(mask, 0) >> bit) & 1) != 0;
}

// Begin and end as in Python: negative ones count from the end, and what is outside is moved to the border.
Result<Range> range_of(const OpCall& call, int64_t dim, int64_t begin, int64_t end, int64_t step, size_t entry) {
    if (step == 0) {
        return call.fail("step ", entry, " is 0");
    }
    Range range;
    range.step = step;
    range.removed = is_set(call, "shrink_axis_mask", entry);
    if (dim < 0) {
        range.count = range.removed ? 1 : -1;
        range.begin = begin;
        return range;
    }
    if (range.removed) {
        if (begin < -dim || begin >= dim) {
            return call.fail("index ", begin, " is outside [", -dim, ", ", dim, ")");
        }
        range.begin = begin < 0 ? begin + dim : begin;
        range.count = 1;
        return range;
    }
    const int64_t low = step > 0 ? 0 : -1;
    const int64_t high = step > 0 ? dim : dim - 1;
    const auto place = [&](int64_t at) {
        return std::clamp(at < -dim ? int64_t{-1} : at < 0 ? at + dim : at, low, high);
    };
    range.begin = is_set(call, "begin_mask", entry) ? (step > 0 ? low : high) : place(begin);
    const int64_t last = is_set(call, "end_mask", entry) ? (step > 0 ? high : low) : place(end);
    const int64_t distance = step > 0 ? last - range.begin : range.begin - last;
    // The size of the smallest number has no sign; a step that long takes one element.
    const int64_t length = step > 0 ? step : step == std::numeric_limits<int64_t>::min() ? distance : -step;
    range.count = distance <= 0 ? 0 : (distance - 1) / std::max<int64_t>(length, 1) + 1;
    return range;
}

// The plan if all values are known; nothing if not.
Result<std::optional<Plan>> plan_of(const OpCall& call) {
    const Shape& x = call.inputs[0]->shape;
    const Positions at = positions(call);
    const auto begin = known_ints(call, 1);
    const auto end = known_ints(call, 2);
    const bool has_axes = at.axes && call.has_input(*at.axes);
    const bool has_strides = call.has_input(at.strides);
    const auto axes = has_axes ? known_ints(call, *at.axes) : Ints{};
    auto strides = has_strides ? known_ints(call, at.strides) : Ints{};
    if (!begin || !end || !axes || !strides) {
        return std::optional<Plan>();
    }
    const size_t entries = begin->size();
    if (!has_strides) {
        strides->assign(entries, 1);
    }
    if (end->size() != entries || strides->size() != entries || (has_axes && axes->size() != entries)) {
        return call.fail("there are ", entries, " begins, ", end->size(), " ends, ", strides->size(), " steps and ",
                         has_axes ? axes->size() : entries, " axes; expected the same number of each");
    }
    Plan plan;
    for (size_t i = 0; i < x.rank(); ++i) {
        plan.ranges.push_back({0, 1, x[i], false});
    }
    if (has_axes) {
        SOFTACL_ASSIGN(const auto normal, normal_axes(call, *axes, x.rank()));
        for (size_t i = 0; i < entries; ++i) {
            SOFTACL_ASSIGN(plan.ranges[normal[i]],
                           range_of(call, x[normal[i]], (*begin)[i], (*end)[i], (*strides)[i], i));
        }
        for (const Range& range : plan.ranges) {
            if (!range.removed) {
                plan.output = Shape([&] {
                    auto dims = plan.output.dims();
                    dims.push_back(range.count);
                    return dims;
                }());
            }
        }
        return std::optional<Plan>(std::move(plan));
    }
    // Entry by entry: an ellipsis takes the dimensions that the others leave over.
    size_t taken = 0;
    bool has_ellipsis = false;
    for (size_t i = 0; i < entries; ++i) {
        has_ellipsis = has_ellipsis || is_set(call, "ellipsis_mask", i);
        taken += is_set(call, "ellipsis_mask", i) || is_set(call, "new_axis_mask", i) ? 0 : 1;
    }
    if (taken > x.rank()) {
        return call.fail("there are ", taken, " begins; the input has ", x.rank(), " dimensions");
    }
    size_t dim = 0;
    size_t rest = x.rank() - taken;
    std::vector<int64_t> dims;
    for (size_t i = 0; i < entries; ++i) {
        if (is_set(call, "ellipsis_mask", i)) {
            for (; rest > 0; --rest) {
                dims.push_back(x[dim++]);
            }
        } else if (is_set(call, "new_axis_mask", i)) {
            dims.push_back(1);
        } else {
            SOFTACL_ASSIGN(plan.ranges[dim], range_of(call, x[dim], (*begin)[i], (*end)[i], (*strides)[i], i));
            if (!plan.ranges[dim].removed) {
                dims.push_back(plan.ranges[dim].count);
            }
            ++dim;
        }
    }
    for (; dim < x.rank(); ++dim) {
        dims.push_back(x[dim]);
    }
    plan.output = Shape(std::move(dims));
    return std::optional<Plan>(std::move(plan));
}

Status infer_slice(OpCall& call) {
    SOFTACL_ASSIGN(const auto plan, plan_of(call));
    call.outputs[0].dtype = call.inputs[0]->dtype;
    if (plan) {
        call.outputs[0].shape = plan->output;
        return {};
    }
    // How many dimensions the result has depends on no value, but which of them are sliced does.
    for (const char* mask : {"ellipsis_mask", "new_axis_mask", "shrink_axis_mask"}) {
        if (call.attrs.at<int64_t>(mask) != 0) {
            return call.fail("the attribute ", mask, " needs begins and ends that are known before the model runs");
        }
    }
    const Shape& x = call.inputs[0]->shape;
    const Positions at = positions(call);
    call.outputs[0].shape = unknown_shape(x.rank());
    const auto axes = at.axes ? known_ints(call, *at.axes) : std::nullopt;
    if (axes) {
        SOFTACL_ASSIGN(const auto normal, normal_axes(call, *axes, x.rank()));
        call.outputs[0].shape = x;
        for (const size_t axis : normal) {
            call.outputs[0].shape[axis] = -1;
        }
    }
    return {};
}

Result<kernels::KernelPtr> make_slice(const OpCall& call) {
    SOFTACL_TRY(require_known_shapes(call));
    SOFTACL_ASSIGN(const auto plan, plan_of(call));
    if (!plan) {
        return call.fail("begins, ends, axes and steps must be known before the model runs");
    }
    const Shape& x = call.inputs[0]->shape;
    const kernels::Strides strides = kernels::row_strides(x);
    Shape region(std::vector<int64_t>(x.rank(), 0));
    for (size_t i = 0; i < x.rank(); ++i) {
        region[i] = plan->ranges[i].count;
    }
    StridedCopy copy{0, 0, region, strides, kernels::row_strides(region)};
    for (size_t i = 0; i < x.rank() && region.elements() != 0; ++i) {
        const Range& range = plan->ranges[i];
        copy.from_offset += range.begin * strides[i];
        copy.from[i] = range.count == 1 ? 0 : range.step * strides[i];  // a step may be too long to multiply
    }
    return copy_kernel(call, {copy});
}

// Slice: offsets and sizes; a size of -1 goes to the end.
Status infer_slice_by_size(OpCall& call) {
    const Shape& x = call.inputs[0]->shape;
    call.outputs[0] = {call.inputs[0]->dtype, unknown_shape(x.rank())};
    const auto offsets = known_ints(call, 1);
    const auto sizes = known_ints(call, 2);
    if (!offsets || !sizes) {
        return {};
    }
    if (offsets->size() != x.rank() || sizes->size() != x.rank()) {
        return call.fail("there are ", offsets->size(), " offsets and ", sizes->size(), " sizes; the input has ",
                         x.rank(), " dimensions");
    }
    for (size_t i = 0; i < x.rank(); ++i) {
        const int64_t offset = (*offsets)[i];
        const int64_t size = (*sizes)[i];
        if (offset < 0 || size < -1 || (x[i] >= 0 && (offset > x[i] || size > x[i] - offset))) {
            return call.fail("offset ", offset, " and size ", size, " are not within dimension ", i, " of ", x);
        }
        call.outputs[0].shape[i] = size >= 0 ? size : x[i] < 0 ? -1 : x[i] - offset;
    }
    return {};
}

Result<kernels::KernelPtr> make_slice_by_size(const OpCall& call) {
    SOFTACL_TRY(require_known_shapes(call));
    SOFTACL_ASSIGN(const Ints offsets, required_ints(call, 1));
    const Shape& y = call.outputs[0].shape;
    StridedCopy copy{0, 0, y, kernels::row_strides(call.inputs[0]->shape), kernels::row_strides(y)};
    for (size_t i = 0; i < y.rank(); ++i) {
        copy.from_offset += offsets[i] * copy.from[i];
    }
    return copy_kernel(call, {copy});
}

// SliceLastDim: as Python slices.
Result<Range> last_range(const OpCall& call) {
    const Shape& x = call.inputs[0]->shape;
    if (x.rank() == 0) {
        return call.fail("the input x is a scalar; expected at least one dimension");
    }
    return range_of(call, x[x.rank() - 1], call.attrs.at<int64_t>("start"), call.attrs.at<int64_t>("end"),
                    call.attrs.at<int64_t>("stride"), 0);
}

Status infer_slice_last(OpCall& call) {
    SOFTACL_ASSIGN(const Range range, last_range(call));
    call.outputs[0] = {call.inputs[0]->dtype, call.inputs[0]->shape};
    call.outputs[0].shape[call.inputs[0]->shape.rank() - 1] = range.count;
    return {};
}

Result<kernels::KernelPtr> make_slice_last(const OpCall& call) {
    SOFTACL_TRY(require_known_shapes(call));
    SOFTACL_ASSIGN(const Range range, last_range(call));
    const Shape& y = call.outputs[0].shape;
    StridedCopy copy{0, 0, y, kernels::row_strides(call.inputs[0]->shape), kernels::row_strides(y)};
    copy.from_offset = range.begin;
    copy.from.back() = range.count == 1 ? 0 : range.step;
    return copy_kernel(call, y.elements() == 0 ? std::vector<StridedCopy>{} : std::vector<StridedCopy>{copy});
}

// Crop of Caffe: from axis on, as large as the second input, beginning at one offset or one for each axis.
Result<Ints> crop_offsets(const OpCall& call) {
    const Shape& x = call.inputs[0]->shape;
    SOFTACL_ASSIGN(const size_t axis, normal_axis(call, call.attrs.at<int64_t>("axis"), x.rank()));
    const Ints& given = call.attrs.at<Ints>("offsets");
    if (given.size() > 1 && given.size() != x.rank() - axis) {
        return call.fail("there are ", given.size(), " offsets; expected one, or one for each of ", x.rank() - axis,
                         " dimensions");
    }
    Ints offsets(x.rank(), 0);
    for (size_t i = axis; i < x.rank(); ++i) {
        offsets[i] = given.empty() ? 0 : given.size() == 1 ? given[0] : given[i - axis];
    }
    return offsets;
}

Status infer_crop(OpCall& call) {
    const Shape& x = call.inputs[0]->shape;
    const Shape& size = call.inputs[1]->shape;
    SOFTACL_ASSIGN(const Ints offsets, crop_offsets(call));
    SOFTACL_ASSIGN(const size_t axis, normal_axis(call, call.attrs.at<int64_t>("axis"), x.rank()));
    if (size.rank() != x.rank()) {
        return call.fail("the input size has the shape ", size, "; expected as many dimensions as x ", x);
    }
    call.outputs[0] = {call.inputs[0]->dtype, x, call.inputs[0]->format};
    for (size_t i = axis; i < x.rank(); ++i) {
        if (offsets[i] < 0 || (x[i] >= 0 && (offsets[i] > x[i] || size[i] > x[i] - offsets[i]))) {
            return call.fail("offset ", offsets[i], " and size ", size[i], " are not within dimension ", i, " of ", x);
        }
        call.outputs[0].shape[i] = size[i];
    }
    return {};
}

Result<kernels::KernelPtr> make_crop(const OpCall& call) {
    SOFTACL_TRY(require_known_shapes(call));
    SOFTACL_ASSIGN(const Ints offsets, crop_offsets(call));
    const Shape& y = call.outputs[0].shape;
    StridedCopy copy{0, 0, y, kernels::row_strides(call.inputs[0]->shape), kernels::row_strides(y)};
    for (size_t i = 0; i < y.rank(); ++i) {
        copy.from_offset += offsets[i] * copy.from[i];
    }
    return copy_kernel(call, {copy});
}

// Before opset 10 everything is an attribute.
Imported import_slice(Importer& graph, const ForeignNode& node) {
    if (node.version >= 10) {
        return one(graph.add("StridedSliceV2", node.inputs));
    }
    const Ints starts = node.attrs.get<Ints>("starts", {});
    Ints axes;
    for (size_t i = 0; i < starts.size(); ++i) {
        axes.push_back(static_cast<int64_t>(i));
    }
    const ValueRef begin = graph.add_constant(Tensor::list(starts), "starts");
    const ValueRef end = graph.add_constant(Tensor::list(node.attrs.get<Ints>("ends", {})), "ends");
    const ValueRef along = graph.add_constant(Tensor::list(node.attrs.get<Ints>("axes", axes)), "axes");
    return one(graph.add("StridedSliceV2", {node.input(0), begin, end, along}));
}

OpDef& finish(OpDef& op) {
    return op.output("y", kAny)
        .attr("begin_mask", int64_t{0})
        .attr("end_mask", int64_t{0})
        .attr("ellipsis_mask", int64_t{0})
        .attr("new_axis_mask", int64_t{0})
        .attr("shrink_axis_mask", int64_t{0})
        .needs_value(1)
        .needs_value(2)
        .needs_value(3)
        .infer(infer_slice)
        .kernel("reference", make_slice);
}

constexpr AttributeForm kStridedSliceV2 = {"StridedSliceV2"};
constexpr AttributeForm kStridedSlice = {"StridedSlice"};
constexpr AttributeForm kSlice = {"Slice"};

}  // namespace

OpDef declare_StridedSliceV2() {
    OpDef op("StridedSliceV2", "From begin to end in steps, along axes.");
    op.input("x", kAny)
        .input("begin", kIndexes)
        .input("end", kIndexes)
        .optional_input("axes", kIndexes)
        .optional_input("strides", kIndexes)
        .needs_value(4)
        .onnx("Slice", import_slice);
    return finish(op);
}

OpDef declare_StridedSlice() {
    OpDef op("StridedSlice", "From begin to end in steps, along the first axes.");
    op.input("x", kAny).input("begin", kIndexes).input("end", kIndexes).input("strides", kIndexes);
    return finish(op);
}

OpDef declare_StridedSliceV3() {
    return attribute_form<kStridedSliceV2>(declare_StridedSliceV2(),
                                           OpDef("StridedSliceV3", "From begin to end in steps, along axes.")
                                               .input("x", kAny)
                                               .input("begin", kIndexes)
                                               .input("end", kIndexes)
                                               .optional_input("axes", kIndexes)
                                               .optional_input("strides", kIndexes)
                                               .output("y", kAny));
}

OpDef declare_StridedSliceD() {
    return attribute_form<kStridedSlice>(declare_StridedSlice(),
                                         OpDef("StridedSliceD", "StridedSlice whose places are attributes.")
                                             .input("x", kAny)
                                             .output("y", kAny)
                                             .required_attr("begin", Ints{})
                                             .required_attr("end", Ints{})
                                             .required_attr("strides", Ints{})
                                             .attr("begin_mask", int64_t{0})
                                             .attr("end_mask", int64_t{0})
                                             .attr("ellipsis_mask", int64_t{0})
                                             .attr("new_axis_mask", int64_t{0})
                                             .attr("shrink_axis_mask", int64_t{0}));
}

OpDef declare_Slice() {
    return OpDef("Slice", "The part of x that begins at offsets and is size long; -1: to the end.")
        .input("x", kAny)
        .input("offsets", kIndexes)
        .input("size", kIndexes)
        .output("y", kAny)
        .needs_value(1)
        .needs_value(2)
        .infer(infer_slice_by_size)
        .kernel("reference", make_slice_by_size)
        .caffe("Crop", import_caffe_crop);
}

OpDef declare_SliceD() {
    return attribute_form<kSlice>(declare_Slice(), OpDef("SliceD", "Slice whose offsets and size are attributes.")
                                                       .input("x", kAny)
                                                       .output("y", kAny)
                                                       .required_attr("offsets", Ints{})
                                                       .required_attr("size", Ints{}));
}

OpDef declare_SliceDV2() {
    return attribute_form<kSlice>(declare_Slice(), OpDef("SliceDV2", "Slice whose size is an attribute.")
                                                       .input("x", kAny)
                                                       .input("offsets", kIndexes)
                                                       .output("y", kAny)
                                                       .required_attr("size", Ints{}));
}

OpDef declare_SliceLastDim() {
    return OpDef("SliceLastDim", "From start to end in steps along the last dimension.")
        .input("x", kAny)
        .output("y", kAny)
        .required_attr("start", int64_t{})
        .required_attr("end", int64_t{})
        .attr("stride", int64_t{1})
        .infer(infer_slice_last)
        .kernel("reference", make_slice_last);
}

OpDef declare_Crop() {
    return OpDef("Crop", "The part of x that begins at offsets and, from axis on, is as large as size.")
        .input("x", kAny)
        .input("size", kAny)
        .output("y", kAny)
        .attr("axis", int64_t{2})
        .required_attr("offsets", Ints{})
        .infer(infer_crop)
        .kernel("reference", make_crop);
}

}  // namespace softacl::ops
