// SPDX-License-Identifier: Apache-2.0
#include "ops/detection/yolo_plan.h"

#include <algorithm>

#include "ops/common/values.h"
#include "ops/detection/yolo.h"

namespace softacl::ops {
namespace {

constexpr int64_t kMostChosen = 1 << 20;

/// YOLOv3 has pixels, YOLOv2 cells.
bool is_v2(const OpCall& call) { return call.op->name() == "YoloV2DetectionOutput"; }

/// Checks all but the shapes.
Result<YoloPlan> settings_of(const OpCall& call) {
    YoloPlan p;
    p.boxes = call.attrs.at<int64_t>("boxes");
    p.classes = call.attrs.at<int64_t>("classes");
    p.before = call.attrs.at<int64_t>("pre_nms_topn");
    p.after = call.attrs.at<int64_t>("post_nms_topn");
    p.least_object = call.attrs.at<float>("obj_threshold");
    p.least_score = call.attrs.at<float>("score_threshold");
    p.overlap = call.attrs.at<float>("iou_threshold");
    p.relative = call.attrs.at<bool>("relative");
    p.stretched = call.attrs.get<bool>("resize_origin_img_to_net", false);
    p.in_cells = is_v2(call);
    SOFTACL_TRY(check_yolo_counts(call));
    if (p.before < 1 || p.before > kMostChosen || p.after < 1 || p.after > kMostChosen) {
        return call.fail("pre_nms_topn and post_nms_topn are ", p.before, " and ", p.after, "; expected 1 to ",
                         kMostChosen);
    }
    if (!(p.overlap >= 0)) {
        return call.fail("iou_threshold is ", p.overlap, "; expected at least 0");
    }
    if (const int64_t* dims = call.attrs.find_as<int64_t>("out_box_dim"); dims != nullptr && *dims != 2 && *dims != 3) {
        return call.fail("out_box_dim is ", *dims, "; expected 2 or 3");
    }
    return p;
}

/// From the attribute `grids`.
Status add_grids(const OpCall& call, size_t scales, YoloPlan& p) {
    const auto& sizes = call.attrs.at<Ints>("grids");
    if (sizes.size() != 2 * scales) {
        return call.fail("grids has ", sizes.size(), " numbers; expected height and width of each of the ", scales,
                         " scales, which nothing else tells");
    }
    for (size_t i = 0; i < scales; ++i) {
        YoloGrid grid;
        grid.rows = sizes[2 * i];
        grid.columns = sizes[2 * i + 1];
        grid.first = p.total;
        if (grid.rows < 1 || grid.columns < 1 || grid.rows > kMostYoloBoxes || grid.columns > kMostYoloBoxes ||
            grid.plane() > (kMostYoloBoxes - p.total) / p.boxes) {
            return call.fail("grids has ", grid.rows, " by ", grid.columns, "; expected at least 1, and at most ",
                             kMostYoloBoxes, " boxes in all");
        }
        p.total += p.boxes * grid.plane();
        p.grids.push_back(std::move(grid));
    }
    return {};
}

/// One list for all scales, or one for each of three.
Status add_biases(const OpCall& call, YoloPlan& p) {
    const auto wanted = static_cast<size_t>(2 * p.boxes);
    const auto check = [&](const std::string& name, size_t scales) -> Status {
        const auto& list = call.attrs.at<Floats>(name);
        if (list.size() != wanted * scales) {
            return call.fail(name, " has ", list.size(), " numbers; expected width and height of each of ", p.boxes,
                             " boxes", scales == 1 ? "" : " of each scale", ", ", wanted * scales);
        }
        if (!std::all_of(list.begin(), list.end(), [](float bias) { return bias > 0; })) {
            return call.fail(name, " has a number that is not above 0");
        }
        return {};
    };
    if (call.attrs.has("biases")) {
        SOFTACL_TRY(check("biases", p.grids.size()));
        const auto& all = call.attrs.at<Floats>("biases");
        for (size_t i = 0; i < p.grids.size(); ++i) {
            const auto begin = all.begin() + static_cast<std::ptrdiff_t>(i * wanted);
            p.grids[i].biases.assign(begin, begin + static_cast<std::ptrdiff_t>(wanted));
        }
        return {};
    }
    for (size_t i = 0; i < p.grids.size(); ++i) {
        const std::string name = text("biases_", kYoloScales[i]);
        SOFTACL_TRY(check(name, 1));
        p.grids[i].biases = call.attrs.at<Floats>(name);
    }
    return {};
}

Status check_shape(const OpCall& call, size_t input, const YoloPlan& p, Shape wanted) {
    const Shape& shape = call.inputs[input]->shape;
    bool fits = shape.rank() == wanted.rank();
    for (size_t i = 0; i < shape.rank() && fits; ++i) {
        fits = shape[i] < 0 || wanted[i] < 0 || shape[i] == wanted[i];
    }
    const YoloGrid& grid = p.grids[input % p.grids.size()];
    return fits ? Status()
                : call.fail("the input ", input_name(call, input), " (", input, ") has the shape ", shape,
                            "; expected ", wanted, " for ", p.boxes, " boxes, ", p.classes, " classes and a grid of ",
                            grid.rows, " by ", grid.columns);
}

}  // namespace

Status check_yolo_counts(const OpCall& call) {
    const auto boxes = call.attrs.at<int64_t>("boxes");
    const auto classes = call.attrs.at<int64_t>("classes");
    const auto coords = call.attrs.at<int64_t>("coords");
    if (boxes < 1 || boxes > 1 << 10 || classes < 1 || classes > 1 << 20) {
        return call.fail("boxes and classes are ", boxes, " and ", classes,
                         "; expected at least 1, at most 1024 and 1048576");
    }
    if (coords != 4) {
        return call.fail("coords is ", coords, "; supported is 4: x, y, width and height");
    }
    return {};
}

Result<YoloPlan> yolo_plan_of(const OpCall& call) {
    const size_t count = call.inputs.size();
    if (count < 4 || count % 3 != 1) {
        return call.fail("it has ", count, " inputs; expected three for each scale (coordinates, objectness and ",
                         "classes of all scales), and img_info");
    }
    const int64_t* given = call.attrs.find_as<int64_t>("N");
    if (given != nullptr && *given != static_cast<int64_t>(count)) {
        return call.fail("N is ", *given, ", but it has ", count, " inputs");
    }
    SOFTACL_ASSIGN(YoloPlan p, settings_of(call));
    const size_t scales = count / 3;
    SOFTACL_TRY(add_grids(call, scales, p));
    SOFTACL_TRY(add_biases(call, p));
    p.images = call.inputs[0]->shape.rank() == 0 ? -1 : call.inputs[0]->shape[0];
    for (size_t i = 0; i < scales; ++i) {
        const int64_t plane = p.grids[i].plane();
        const int64_t row = padded_yolo_row(p.boxes * plane);
        SOFTACL_TRY(check_shape(call, i, p, {p.images, p.boxes * 4, padded_yolo_row(plane)}));
        SOFTACL_TRY(check_shape(call, scales + i, p, {p.images, row}));
        SOFTACL_TRY(check_shape(call, 2 * scales + i, p, {p.images, p.classes, row}));
    }
    for (size_t i = 1; i < count; ++i) {
        SOFTACL_TRY(require_same_dtype(call, 0, i));
    }
    const Shape& info = call.inputs.back()->shape;
    if (info.is_known() && p.images >= 0 &&
        (info.elements() % kYoloInfos != 0 || info.elements() / kYoloInfos != p.images)) {
        return call.fail("the input img_info has the shape ", info, "; expected 4 numbers for each of ", p.images,
                         " pictures: height and width of the network, then of the picture");
    }
    return p;
}

}  // namespace softacl::ops
