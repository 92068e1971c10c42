// SPDX-License-Identifier: Apache-2.0
// The end of YOLOv2 and YOLOv3: boxes of all grids are decoded, and of those that overlap the best of each class stay.
#include <algorithm>
#include <cmath>

#include "kernels/ref/real.h"
#include "ops/common/reference.h"
#include "ops/common/values.h"
#include "ops/detection/boxes.h"
#include "ops/detection/yolo.h"
#include "ops/detection/yolo_import.h"
#include "ops/detection/yolo_plan.h"

namespace softacl::ops {
namespace {

namespace ref = kernels::ref;

constexpr DTypes kTypes = {ACL_FLOAT, ACL_FLOAT16};
constexpr int64_t kFields = 6;  ///< x1, y1, x2, y2, score, class
constexpr int64_t kCounts = 8;  ///< the first one counts

Status infer(OpCall& call) {
    SOFTACL_ASSIGN(const YoloPlan p, yolo_plan_of(call));
    if (call.outputs.size() != 2) {
        return call.fail("it has ", call.outputs.size(), " outputs; expected 2");
    }
    const bool flat = call.attrs.get<int64_t>("out_box_dim", 3) == 2;
    const aclDataType dtype = call.inputs[0]->dtype;
    call.outputs[0] = {dtype, flat ? Shape{p.images, kFields * p.after} : Shape{p.images, kFields, p.after}};
    call.outputs[1] = {ACL_INT32, {p.images, kCounts}};
    return {};
}

/// From parts of the network's input to what is put out.
struct View {
    float left = 0;
    float top = 0;
    float x_factor = 1;
    float y_factor = 1;
    float net_height = 0;
    float net_width = 0;

    /// Where the picture lies in the network's input, kept in its proportions and centred, unless it was stretched.
    View(const YoloPlan& p, float net_rows, float net_columns, float rows, float columns)
        : net_height(net_rows), net_width(net_columns) {
        if (!p.relative) {
            x_factor = net_width;
            y_factor = net_height;
            return;
        }
        float width = net_width;
        float height = net_height;
        if (!p.stretched && net_width / columns < net_height / rows) {
            height = std::max(1.0F, std::floor(rows * net_width / columns));
        } else if (!p.stretched) {
            width = std::max(1.0F, std::floor(columns * net_height / rows));
        }
        left = (net_width - width) / 2 / net_width;
        top = (net_height - height) / 2 / net_height;
        x_factor = net_width / width * columns;
        y_factor = net_height / height * rows;
    }
};

template <class T>
Result<View> view_of(const YoloPlan& p, const std::string& place, int64_t picture, const T* numbers) {
    float info[kYoloInfos];
    for (int64_t i = 0; i < kYoloInfos; ++i) {
        info[i] = static_cast<float>(numbers[i]);
        if (!(info[i] >= 1 && info[i] <= 1e6F)) {
            return fail(ACL_ERROR_INVALID_PARAM, place, "number ", i, " of img_info of picture ", picture, " is ",
                        info[i], "; expected height and width of the network, then of the picture, each 1 to 1000000");
        }
    }
    return View(p, info[0], info[1], info[2], info[3]);
}

/// Calls `found` for each class of each box that is good enough.
template <class T, class Found>
void scan(const YoloPlan& p, const YoloGrid& grid, const T* objects, const T* classes, Found&& found) {
    const int64_t count = p.boxes * grid.plane();
    const int64_t row = padded_yolo_row(count);
    for (int64_t i = 0; i < count; ++i) {
        const float object = static_cast<float>(objects[i]);
        if (!(object > p.least_object)) {
            continue;
        }
        for (int64_t label = 0; label < p.classes; ++label) {
            const float score = object * static_cast<float>(classes[label * row + i]);
            if (score > p.least_score) {
                found(Scored{score, static_cast<int32_t>(label), static_cast<int32_t>(grid.first + i)});
            }
        }
    }
}

template <class T>
Box decode(const YoloPlan& p, const YoloGrid& grid, const T* coords, int64_t index, const View& view) {
    const int64_t place = index % grid.plane();
    const int64_t box = index / grid.plane();
    const int64_t row = padded_yolo_row(grid.plane());
    const auto number = [&](int64_t k) { return static_cast<float>(coords[(box * 4 + k) * row + place]); };
    const auto rows = static_cast<float>(grid.rows);
    const auto columns = static_cast<float>(grid.columns);
    const float* bias = grid.biases.data() + box * 2;
    const int64_t row_of_cell = place / grid.columns;
    const float x = (static_cast<float>(place % grid.columns) + number(0)) / columns;
    const float y = (static_cast<float>(row_of_cell) + number(1)) / rows;
    const float width = std::exp(number(2)) * bias[0] / (p.in_cells ? columns : view.net_width) * view.x_factor;
    const float height = std::exp(number(3)) * bias[1] / (p.in_cells ? rows : view.net_height) * view.y_factor;
    const float center_x = (x - view.left) * view.x_factor;
    const float center_y = (y - view.top) * view.y_factor;
    return {center_x - width / 2, center_y - height / 2, center_x + width / 2, center_y + height / 2};
}

/// The boxes of one picture: `list` has room for twice as many as take part, `boxes` for as many. Returns how many
/// stay, best in front, their index that of a box.
template <class T>
int64_t choose(const YoloPlan& p, const std::vector<const T*>& inputs, const View& view, Scored* list, Box* boxes) {
    const size_t scales = p.grids.size();
    int64_t count = 0;
    for (size_t s = 0; s < scales; ++s) {
        scan(p, p.grids[s], inputs[scales + s], inputs[2 * scales + s], [&](const Scored& found) {
            list[count++] = found;
            if (count == 2 * p.before) {  // without the worse half: linear time in all
                std::nth_element(list, list + p.before, list + count, precedes);
                count = p.before;
            }
        });
    }
    count = best_first(list, count, p.before);
    for (int64_t i = 0; i < count; ++i) {
        const auto of_grid = [&](const YoloGrid& grid) { return list[i].index >= grid.first; };
        const auto grid =
            static_cast<size_t>(p.grids.rend() - std::find_if(p.grids.rbegin(), p.grids.rend(), of_grid)) - 1;
        boxes[i] = decode(p, p.grids[grid], inputs[grid], list[i].index - p.grids[grid].first, view);
        list[i].index = static_cast<int32_t>(i);
    }
    std::sort(list, list + count, [](const Scored& a, const Scored& b) {
        return a.label != b.label ? a.label < b.label : a.index < b.index;
    });
    int64_t kept = 0;
    for (int64_t begin = 0; begin < count;) {
        int64_t end = begin + 1;
        while (end < count && list[end].label == list[begin].label) {
            ++end;
        }
        const int64_t stay = suppress(list + begin, end - begin, boxes, p.overlap, 1, 0, p.before);
        std::copy_n(list + begin, stay, list + kept);
        kept += stay;
        begin = end;
    }
    return best_first(list, kept, p.after);
}

/// The numbers that count lie in front, one field after the other.
template <class T>
void write(const YoloPlan& p, int64_t count, const Scored* list, const Box* boxes, T* y) {
    for (int64_t i = 0; i < count; ++i) {
        const Box& box = boxes[list[i].index];
        int64_t field = 0;
        for (const float value : {box.x1, box.y1, box.x2, box.y2, list[i].score, static_cast<float>(list[i].label)}) {
            y[field++ * count + i] = static_cast<T>(value);
        }
    }
    std::fill(y + kFields * count, y + kFields * p.after, static_cast<T>(0.0F));
}

Result<kernels::KernelPtr> make_reference(const OpCall& call) {
    SOFTACL_TRY(require_known_shapes(call));
    SOFTACL_ASSIGN(YoloPlan plan, yolo_plan_of(call));
    plan.before = std::min(plan.before, plan.total * plan.classes);
    kernels::KernelPtr kernel;
    ref::visit_floats(call.inputs[0]->dtype, [&](auto tag) {
        using T = typename decltype(tag)::Type;
        std::vector<const T*> inputs(call.inputs.size());
        std::vector<int64_t> steps;  // from one picture to the next
        for (const TensorType* type : call.inputs) {
            steps.push_back(plan.images == 0 ? 0 : type->shape.elements() / plan.images);
        }
        const auto work = [=, place = call.place()](const kernels::Kernel::Buffers& b) mutable -> Status {
            auto* boxes = static_cast<Box*>(b.scratch);
            auto* list = reinterpret_cast<Scored*>(boxes + plan.before);
            for (int64_t n = 0; n < plan.images; ++n) {
                for (size_t i = 0; i < inputs.size(); ++i) {
                    inputs[i] = static_cast<const T*>(b.inputs[i]) + n * steps[i];
                }
                SOFTACL_ASSIGN(const View view, view_of(plan, place, n, inputs.back()));
                const int64_t count = choose(plan, inputs, view, list, boxes);
                write(plan, count, list, boxes, static_cast<T*>(b.outputs[0]) + n * kFields * plan.after);
                auto* counts = static_cast<int32_t*>(b.outputs[1]) + n * kCounts;
                std::fill_n(counts, kCounts, 0);
                counts[0] = static_cast<int32_t>(count);
            }
            return {};
        };
        kernel = function_kernel(call, work);
        kernel->scratch_bytes = static_cast<size_t>(plan.before) * (sizeof(Box) + 2 * sizeof(Scored));
    });
    return kernel;
}

/// What the operators have in common.
OpDef finish(OpDef op, int64_t boxes, int64_t classes) {
    op.output("box_out", kTypes)
        .output("box_out_num", {ACL_INT32})
        .attr("boxes", boxes)
        .attr("coords", int64_t{4})
        .attr("classes", classes)
        .attr("relative", true)
        .attr("obj_threshold", 0.5F)
        .attr("post_nms_topn", int64_t{512})
        .attr("score_threshold", 0.5F)
        .attr("iou_threshold", 0.45F)
        .attr("pre_nms_topn", int64_t{512})
        .attr("grids", Ints{})
        .infer(infer)
        .kernel("reference", make_reference);
    return op;
}

}  // namespace

OpDef declare_YoloV2DetectionOutput() {
    return finish(OpDef("YoloV2DetectionOutput",
                        "The boxes of YOLOv2, of overlapping ones the best of each class; biases count cells.")
                      .input("coord_data", kTypes)
                      .input("obj_prob", kTypes)
                      .input("classes_prob", kTypes)
                      .input("img_info", kTypes)
                      .required_attr("biases", Floats{})
                      .caffe("YoloV2DetectionOutput", import_yolo_detection),
                  5, 20);
}

OpDef declare_YoloV3DetectionOutput() {
    OpDef op("YoloV3DetectionOutput",
             "The boxes of YOLOv3, of overlapping ones the best of each class; biases count pixels. The numbers that "
             "count lie in front of each picture's part of `box_out`: x1 of all boxes, then y1, x2, y2, score, class.");
    for (const char* tensor : {"coord_data", "obj_prob", "classes_prob"}) {
        for (const char* scale : kYoloScales) {
            op.input(text(tensor, "_", scale), kTypes);
        }
    }
    op.input("img_info", kTypes);
    for (const char* scale : kYoloScales) {
        op.required_attr(text("biases_", scale), Floats{});
    }
    return finish(std::move(op.caffe("YoloV3DetectionOutput", import_yolo_detection)), 3, 80);
}

OpDef declare_YoloV3DetectionOutputV2() {
    return finish(OpDef("YoloV3DetectionOutputV2",
                        "The same for any number of scales, in one list; the last input is the pictures' size.")
                      .dynamic_input("x", kTypes)
                      .required_attr("biases", Floats{})
                      .attr("N", int64_t{10})
                      .attr("resize_origin_img_to_net", false)
                      .attr("out_box_dim", int64_t{3})
                      .caffe("YoloV3DetectionOutputV2", import_yolo_detection),
                  3, 80);
}

}  // namespace softacl::ops
