// SPDX-License-Identifier: Apache-2.0
// The yolo layer (V3) and the region layer (V2) of darknet, without the choice of boxes.
#include "ops/detection/yolo.h"

#include <algorithm>
#include <cmath>

#include "base/parallel.h"
#include "kernels/ref/real.h"
#include "ops/caffe/importing.h"
#include "ops/common/reference.h"
#include "ops/common/values.h"
#include "ops/detection/yolo_import.h"

namespace softacl::ops {
namespace {

namespace ref = kernels::ref;

constexpr DTypes kTypes = {ACL_FLOAT, ACL_FLOAT16};

struct Plan {
    int64_t images = 0;
    int64_t boxes = 0;
    int64_t coords = 0;
    int64_t classes = 0;
    int64_t plane = 0;  ///< places of the grid
    bool softmax = false;

    int64_t entries() const { return coords + 1 + classes; }
    int64_t coord_row() const { return padded_yolo_row(plane); }
    int64_t box_row() const { return padded_yolo_row(boxes * plane); }
};

/// Of an input whose shape is not known, the plane is -1.
Result<Plan> plan_of(const OpCall& call) {
    Plan p;
    const Shape& x = call.inputs[0]->shape;
    p.boxes = call.attrs.at<int64_t>("boxes");
    p.coords = call.attrs.at<int64_t>("coords");
    p.classes = call.attrs.at<int64_t>("classes");
    const auto& version = call.attrs.at<std::string>("yolo_version");
    if (version != "V2" && version != "V3") {
        return call.fail("yolo_version is ", version, "; supported are V2 and V3");
    }
    p.softmax = version == "V2";
    for (const char* name : {"background", "softmaxtree"}) {
        if (call.attrs.at<bool>(name)) {
            return call.fail(name, " is true, which is not supported");
        }
    }
    SOFTACL_TRY(check_yolo_counts(call));
    if (x.rank() != 4) {
        return call.fail("the input x has the shape ", x, "; expected [images,channels,height,width]");
    }
    if (x[1] >= 0 && x[1] != p.boxes * p.entries()) {
        return call.fail("the input x has ", x[1], " channels; expected boxes * (coords + 1 + classes), ", p.boxes,
                         " * (", p.coords, " + 1 + ", p.classes, ") = ", p.boxes * p.entries());
    }
    p.images = x[0];
    // Where another dimension is 0, these may be anything.
    const int64_t most = kMostYoloBoxes / p.boxes;
    if (x[2] > most || x[3] > most || (x[2] > 0 && x[3] > most / x[2])) {
        return call.fail("the input x has the shape ", x, ", which is too large");
    }
    p.plane = x[2] < 0 || x[3] < 0 ? -1 : x[2] * x[3];
    return p;
}

Status infer(OpCall& call) {
    SOFTACL_ASSIGN(const Plan p, plan_of(call));
    if (call.outputs.size() != 3) {
        return call.fail("it has ", call.outputs.size(), " outputs; expected 3");
    }
    const bool known = p.plane >= 0;
    const aclDataType dtype = call.inputs[0]->dtype;
    const int64_t box_row = known ? p.box_row() : -1;
    call.outputs[0] = {dtype, {p.images, p.boxes * p.coords, known ? p.coord_row() : -1}};
    call.outputs[1] = {dtype, {p.images, box_row}};
    call.outputs[2] = {dtype, {p.images, p.classes, box_row}};
    return {};
}

float logistic(float x) { return 1 / (1 + std::exp(-x)); }

template <class T>
void apply_logistic(const T* x, int64_t count, T* y) {
    for (int64_t i = 0; i < count; ++i) {
        y[i] = static_cast<T>(logistic(static_cast<float>(x[i])));
    }
}

/// Over classes, `step_x` and `step_y` apart.
template <class T>
void apply_softmax(const T* x, int64_t step_x, int64_t classes, T* y, int64_t step_y) {
    float largest = static_cast<float>(x[0]);
    for (int64_t c = 1; c < classes; ++c) {
        largest = std::max(largest, static_cast<float>(x[c * step_x]));
    }
    float sum = 0;
    for (int64_t c = 0; c < classes; ++c) {
        sum += std::exp(static_cast<float>(x[c * step_x]) - largest);
    }
    for (int64_t c = 0; c < classes; ++c) {
        y[c * step_y] = static_cast<T>(std::exp(static_cast<float>(x[c * step_x]) - largest) / sum);
    }
}

/// One channel of x, which lies as [images, boxes, entries, plane], goes to where it belongs.
template <class T>
void move_channel(const Plan& p, int64_t channel, const T* x, T* coords, T* objects, T* classes) {
    const int64_t entry = channel % p.entries();
    const int64_t box = channel / p.entries() % p.boxes;
    const int64_t image = channel / p.entries() / p.boxes;
    x += channel * p.plane;
    if (entry < p.coords) {
        T* y = coords + ((image * p.boxes + box) * p.coords + entry) * p.coord_row();
        if (entry < 2) {
            apply_logistic(x, p.plane, y);
        } else {
            std::copy_n(x, p.plane, y);
        }
        std::fill(y + p.plane, y + p.coord_row(), static_cast<T>(0.0F));
    } else if (entry == p.coords) {
        apply_logistic(x, p.plane, objects + image * p.box_row() + box * p.plane);
    } else if (!p.softmax) {
        const int64_t label = entry - p.coords - 1;
        apply_logistic(x, p.plane, classes + (image * p.classes + label) * p.box_row() + box * p.plane);
    } else if (entry == p.coords + 1) {  // the first class does the work of all
        T* y = classes + image * p.classes * p.box_row() + box * p.plane;
        for (int64_t i = 0; i < p.plane; ++i) {
            apply_softmax(x + i, p.plane, p.classes, y + i, p.box_row());
        }
    }
}

template <class T>
void clear_row_ends(const Plan& p, T* rows, int64_t count) {
    for (int64_t i = 0; i < count; ++i) {
        std::fill(rows + i * p.box_row() + p.boxes * p.plane, rows + (i + 1) * p.box_row(), static_cast<T>(0.0F));
    }
}

Result<kernels::KernelPtr> make_reference(const OpCall& call) {
    SOFTACL_TRY(require_known_shapes(call));
    SOFTACL_ASSIGN(const Plan p, plan_of(call));
    kernels::KernelPtr kernel;
    ref::visit_floats(call.inputs[0]->dtype, [&](auto tag) {
        using T = typename decltype(tag)::Type;
        kernel = function_kernel(call, [=](const kernels::Kernel::Buffers& b) -> Status {
            const auto* x = static_cast<const T*>(b.inputs[0]);
            auto* coords = static_cast<T*>(b.outputs[0]);
            auto* objects = static_cast<T*>(b.outputs[1]);
            auto* classes = static_cast<T*>(b.outputs[2]);
            parallel_for(p.images * p.boxes * p.entries(), 4, [&](int64_t begin, int64_t end) {
                for (int64_t channel = begin; channel < end; ++channel) {
                    move_channel(p, channel, x, coords, objects, classes);
                }
            });
            clear_row_ends(p, objects, p.images);
            clear_row_ends(p, classes, p.images * p.classes);
            return {};
        });
    });
    return kernel;
}

Imported import_yolo(Importer& graph, const ForeignNode& node) {
    SOFTACL_TRY(check_bottoms(node, 1, 1));
    if (node.outputs != 3) {
        return import_fail("it has ", node.outputs, " tops; expected three (coordinates, objectness, classes)");
    }
    SOFTACL_ASSIGN(Attrs attrs, attrs_of(*find_op("Yolo"), node));
    return graph.add_node("Yolo", {node.input(0)}, std::move(attrs), 3, "");
}

}  // namespace

OpDef declare_Yolo() {
    return OpDef("Yolo",
                 "Boxes of each place of a grid: x, y and objectness through the logistic function, width and height "
                 "as they are; classes through the logistic function (V3) or softmax (V2), whatever `softmax` says.")
        .input("x", kTypes)
        .output("coord_data", kTypes)
        .output("obj_prob", kTypes)
        .output("classes_prob", kTypes)
        .attr("boxes", int64_t{3})
        .attr("coords", int64_t{4})
        .attr("classes", int64_t{80})
        .attr("yolo_version", std::string("V3"))
        .attr("softmax", false)
        .attr("background", false)
        .attr("softmaxtree", false)
        .infer(infer)
        .kernel("reference", make_reference)
        .caffe("Yolo", import_yolo);
}

}  // namespace softacl::ops
