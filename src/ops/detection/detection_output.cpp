// SPDX-License-Identifier: Apache-2.0
// The end of SSD: boxes are decoded, and of those that overlap the best of each class stay.
#include <algorithm>
#include <cmath>
#include <limits>

#include "base/parallel.h"
#include "kernels/ref/real.h"
#include "ops/common/importing.h"
#include "ops/common/reference.h"
#include "ops/common/values.h"
#include "ops/detection/boxes.h"

namespace softacl::ops {
namespace {

namespace ref = kernels::ref;

constexpr DTypes kTypes = {ACL_FLOAT, ACL_FLOAT16};
constexpr int64_t kCorner = 1;
constexpr int64_t kCenterSize = 2;
constexpr int64_t kCornerSize = 3;
constexpr int64_t kRow = 8;  ///< image, class, score, x1, y1, x2, y2, 0

struct Plan {
    int64_t images = 0;
    int64_t priors = 0;
    int64_t classes = 0;
    int64_t locations = 0;   ///< sets of boxes: 1, or one per class
    int64_t background = 0;  ///< a class that is no object; outside of the classes: there is none
    int64_t candidates = 0;  ///< of each class
    int64_t keep = 0;        ///< of each image
    int64_t code = kCorner;
    bool encoded = false;
    float confidence = 0;
    float overlap = 0;
    float eta = 1;

    bool is_object(int64_t label) const { return label != background; }
};

/// Unknown dimensions are -1.
Result<Plan> plan_of(const OpCall& call) {
    Plan p;
    const Shape& anchors = call.inputs[2]->shape;
    p.classes = call.attrs.at<int64_t>("num_classes");
    p.background = call.attrs.at<int64_t>("background_label_id");
    p.code = call.attrs.at<int64_t>("code_type");
    p.encoded = call.attrs.at<bool>("variance_encoded_in_target");
    p.confidence = call.attrs.at<float>("confidence_threshold");
    p.overlap = call.attrs.at<float>("iou_threshold");
    p.eta = call.attrs.at<float>("eta");
    if (p.classes < 1 || p.classes > 1 << 20) {
        return call.fail("num_classes is ", p.classes, "; expected at least 1");
    }
    if (p.code < kCorner || p.code > kCornerSize) {
        return call.fail("code_type is ", p.code, "; expected 1 (corners), 2 (center and size) or 3 (corners by size)");
    }
    if (!(p.overlap >= 0) || !(p.eta > 0 && p.eta <= 1)) {
        return call.fail("iou_threshold is ", p.overlap, " and eta ", p.eta,
                         "; expected at least 0, and more than 0 up to 1");
    }
    p.locations = call.attrs.at<bool>("share_location") ? 1 : p.classes;
    SOFTACL_TRY(require_same_dtype(call, 0, 1));
    SOFTACL_TRY(require_same_dtype(call, 0, 2));
    if (anchors.rank() != 3 || (anchors[0] >= 0 && anchors[0] != 1) || (anchors[1] >= 0 && anchors[1] != 2)) {
        return call.fail("the input anchors has the shape ", anchors, "; expected [1,2,4 for each box]");
    }
    if (anchors[2] % 4 > 0 || anchors[2] > int64_t{1} << 30) {
        return call.fail("the input anchors has the shape ", anchors, "; expected 4 numbers for each box");
    }
    p.priors = anchors[2] < 0 ? -1 : anchors[2] / 4;
    for (const size_t i : {size_t{0}, size_t{1}}) {
        const Shape& shape = call.inputs[i]->shape;
        if (shape.rank() < 2) {
            return call.fail("the input ", input_name(call, i), " has the shape ", shape,
                             "; expected at least 2 dimensions");
        }
        const int64_t wanted = p.priors * (i == 0 ? 4 * p.locations : p.classes);
        if (shape.is_known() && p.priors >= 0 && shape.elements(1, shape.rank()) != wanted) {
            return call.fail("the input ", input_name(call, i), " has the shape ", shape, "; expected ", wanted,
                             " numbers for each image: ", p.priors, " boxes, ", p.classes, " classes");
        }
    }
    p.images = call.inputs[0]->shape[0];
    if (p.images >= 0 && call.inputs[1]->shape[0] >= 0 && call.inputs[1]->shape[0] != p.images) {
        return call.fail("bbox_delta and score are of ", p.images, " and ", call.inputs[1]->shape[0], " images");
    }
    const auto top_k = call.attrs.at<int64_t>("top_k");
    p.candidates = top_k < 0 ? p.priors : p.priors < 0 ? -1 : std::min(top_k, p.priors);
    const int64_t objects = p.classes - (p.background >= 0 && p.background < p.classes ? 1 : 0);
    const auto keep_top_k = call.attrs.at<int64_t>("keep_top_k");
    if (p.priors >= 0 && !Shape{p.priors, p.classes, kRow}.fits(sizeof(float))) {
        return call.fail("the result is too large");
    }
    // Without a limit there may be as many as there are candidates.
    p.keep = keep_top_k >= 0 ? keep_top_k : p.candidates < 0 ? -1 : p.candidates * objects;
    return p;
}

Status infer(OpCall& call) {
    SOFTACL_ASSIGN(const Plan p, plan_of(call));
    call.outputs[0] = {ACL_INT32, {p.images, kRow}};
    if (call.outputs.size() > 1) {
        call.outputs[1] = {call.inputs[0]->dtype, {p.images, p.keep, kRow}};
        if (call.outputs[1].shape.is_known() && !call.outputs[1].shape.fits(sizeof(float))) {
            return call.fail("keep_top_k is ", p.keep, "; the result is too large");
        }
    }
    return {};
}

/// Memory of one image: how many of each class; boxes by location set and prior; candidates by class; those kept.
struct Memory {
    Memory(const Plan& p, void* scratch)
        : counts(static_cast<int64_t*>(scratch)),
          boxes(reinterpret_cast<Box*>(counts + p.classes)),
          lists(reinterpret_cast<Scored*>(boxes + p.locations * p.priors)),
          all(lists + p.classes * p.priors) {}
    static size_t bytes(const Plan& p) {
        return static_cast<size_t>(p.locations * p.priors) * sizeof(Box) +
               static_cast<size_t>(p.classes * (p.priors + p.candidates)) * sizeof(Scored) +
               static_cast<size_t>(p.classes) * sizeof(int64_t);
    }

    int64_t* counts;
    Box* boxes;
    Scored* lists;
    Scored* all;
};

template <class T>
Box decode(const Plan& p, const T* delta, const T* prior, const T* variances) {
    float d[4];
    float a[4];
    for (int i = 0; i < 4; ++i) {
        d[i] = static_cast<float>(delta[i]) * (p.encoded ? 1.0F : static_cast<float>(variances[i]));
        a[i] = static_cast<float>(prior[i]);
    }
    const float width = a[2] - a[0];
    const float height = a[3] - a[1];
    if (p.code == kCorner) {
        return {a[0] + d[0], a[1] + d[1], a[2] + d[2], a[3] + d[3]};
    }
    if (p.code == kCornerSize) {
        return {a[0] + d[0] * width, a[1] + d[1] * height, a[2] + d[2] * width, a[3] + d[3] * height};
    }
    const float x = d[0] * width + (a[0] + a[2]) / 2;
    const float y = d[1] * height + (a[1] + a[3]) / 2;
    const float half_width = std::exp(d[2]) * width / 2;
    const float half_height = std::exp(d[3]) * height / 2;
    return {x - half_width, y - half_height, x + half_width, y + half_height};
}

template <class T>
void find_in_class(const Plan& p, const Memory& m, const T* scores, int64_t label) {
    Scored* list = m.lists + label * p.priors;
    int64_t count = 0;
    for (int64_t i = 0; i < p.priors; ++i) {
        const float score = static_cast<float>(scores[i * p.classes + label]);
        if (score > p.confidence) {
            list[count++] = {score, static_cast<int32_t>(label), static_cast<int32_t>(i)};
        }
    }
    count = best_first(list, count, p.candidates);
    const Box* boxes = m.boxes + (p.locations == 1 ? 0 : label) * p.priors;
    m.counts[label] = suppress(list, count, boxes, p.overlap, p.eta, 0, p.priors);
}

template <class T>
int64_t find_in_image(const Plan& p, const Memory& m, const T* delta, const T* scores, const T* anchors) {
    parallel_for(p.priors, 256, [&](int64_t begin, int64_t end) {
        for (int64_t i = begin; i < end; ++i) {
            for (int64_t k = 0; k < p.locations; ++k) {
                m.boxes[k * p.priors + i] =
                    decode(p, delta + (i * p.locations + k) * 4, anchors + i * 4, anchors + (p.priors + i) * 4);
            }
        }
    });
    parallel_for(p.classes, 1, [&](int64_t begin, int64_t end) {
        for (int64_t label = begin; label < end; ++label) {
            m.counts[label] = 0;
            if (p.is_object(label)) {
                find_in_class(p, m, scores, label);
            }
        }
    });
    int64_t total = 0;
    for (int64_t label = 0; label < p.classes; ++label) {
        std::copy_n(m.lists + label * p.priors, m.counts[label], m.all + total);
        total += m.counts[label];
    }
    if (total > p.keep) {  // the best of all classes, then again by class
        total = best_first(m.all, total, p.keep);
        std::sort(m.all, m.all + total, [](const Scored& a, const Scored& b) {
            return a.label != b.label ? a.label < b.label : precedes(a, b);
        });
    }
    return total;
}

template <class T>
void write(const Plan& p, const Memory& m, int64_t image, int64_t total, int32_t* counts, T* y) {
    std::fill_n(counts, kRow, 0);
    counts[0] = static_cast<int32_t>(total);
    if (y == nullptr) {
        return;
    }
    const auto put = [&](float value) { *y++ = static_cast<T>(value); };
    for (int64_t i = 0; i < p.keep; ++i) {
        if (i >= total) {  // Caffe's sign for "nothing found"
            std::fill_n(y, kRow - 1, static_cast<T>(-1.0F));
            y[kRow - 1] = static_cast<T>(0.0F);
            y += kRow;
            continue;
        }
        const Scored& found = m.all[i];
        const Box& box = m.boxes[(p.locations == 1 ? 0 : found.label) * p.priors + found.index];
        for (const float value : {static_cast<float>(image), static_cast<float>(found.label), found.score, box.x1,
                                  box.y1, box.x2, box.y2, 0.0F}) {
            put(value);
        }
    }
}

Result<kernels::KernelPtr> make_reference(const OpCall& call) {
    SOFTACL_TRY(require_known_shapes(call));
    SOFTACL_ASSIGN(const Plan p, plan_of(call));
    kernels::KernelPtr kernel;
    const bool has_boxes = call.outputs.size() > 1;
    ref::visit_floats(call.inputs[0]->dtype, [&](auto tag) {
        using T = typename decltype(tag)::Type;
        kernel = function_kernel(call, [=](const kernels::Kernel::Buffers& b) -> Status {
            const Memory m(p, b.scratch);
            for (int64_t n = 0; n < p.images; ++n) {
                const int64_t total = find_in_image(
                    p, m, static_cast<const T*>(b.inputs[0]) + n * p.priors * p.locations * 4,
                    static_cast<const T*>(b.inputs[1]) + n * p.priors * p.classes, static_cast<const T*>(b.inputs[2]));
                write(p, m, n, total, static_cast<int32_t*>(b.outputs[0]) + n * kRow,
                      has_boxes ? static_cast<T*>(b.outputs[1]) + n * p.keep * kRow : nullptr);
            }
            return {};
        });
        kernel->scratch_bytes = Memory::bytes(p);
    });
    return kernel;
}

Result<int64_t> code_of(const ForeignNode& node) {
    if (const int64_t* number = node.attrs.find_as<int64_t>("code_type")) {
        return *number;
    }
    const auto name = node.attrs.get<std::string>("code_type", "CORNER");
    if (name == "CORNER" || name == "CENTER_SIZE" || name == "CORNER_SIZE") {
        return name == "CORNER" ? kCorner : name == "CENTER_SIZE" ? kCenterSize : kCornerSize;
    }
    return import_fail("code_type is ", name, "; expected CORNER, CENTER_SIZE or CORNER_SIZE");
}

/// With one top: Caffe's tensor of 7 numbers for each box. With two: what the IR operator has.
Imported import_detection_output(Importer& graph, const ForeignNode& node) {
    if (node.inputs.size() != 3) {
        return import_fail("expected three bottoms (locations, confidences, boxes); there are ", node.inputs.size());
    }
    SOFTACL_ASSIGN(const int64_t code, code_of(node));
    const float overlap = node.attrs.get<float>("nms_threshold", node.attrs.get<float>("iou_threshold", 0.3F));
    SOFTACL_ASSIGN(
        auto outputs,
        graph.add_node("SSDDetectionOutput", node.inputs,
                       {{"num_classes", node.attrs.get<int64_t>("num_classes", 0)},
                        {"share_location", node.attrs.get<bool>("share_location", true)},
                        {"background_label_id", node.attrs.get<int64_t>("background_label_id", 0)},
                        {"iou_threshold", overlap},
                        {"top_k", node.attrs.get<int64_t>("top_k", -1)},
                        {"eta", node.attrs.get<float>("eta", 1.0F)},
                        {"variance_encoded_in_target", node.attrs.get<bool>("variance_encoded_in_target", false)},
                        {"code_type", code},
                        {"keep_top_k", node.attrs.get<int64_t>("keep_top_k", -1)},
                        {"confidence_threshold",
                         node.attrs.get<float>("confidence_threshold", -std::numeric_limits<float>::max())}},
                       2, node.outputs == 1 ? "ssd" : ""));
    if (node.outputs == 2) {
        return outputs;
    }
    const ValueRef begin = graph.add_constant(Tensor::list(Ints{0, 0, 0}), "begin");
    const ValueRef size = graph.add_constant(Tensor::list(Ints{-1, -1, kRow - 1}), "size");
    const ValueRef shape = graph.add_constant(Tensor::list(Ints{1, 1, -1, kRow - 1}), "shape");
    SOFTACL_ASSIGN(const ValueRef rows, graph.add("Slice", {outputs[1], begin, size}, {}, "rows"));
    return one(graph.add("Reshape", {rows, shape}));
}

}  // namespace

OpDef declare_SSDDetectionOutput() {
    return OpDef("SSDDetectionOutput", "Boxes decoded from anchors; of overlapping ones the best of each class.")
        .input("bbox_delta", kTypes)
        .input("score", kTypes)
        .input("anchors", kTypes)
        .output("out_boxnum", {ACL_INT32})
        .output("y", kTypes)
        .attr("num_classes", int64_t{2})
        .attr("share_location", true)
        .attr("background_label_id", int64_t{0})
        .attr("iou_threshold", 0.3F)
        .attr("top_k", int64_t{200})
        .attr("eta", 1.0F)
        .attr("variance_encoded_in_target", false)
        .attr("code_type", kCorner)
        .attr("keep_top_k", int64_t{-1})
        .attr("confidence_threshold", 0.0F)
        .infer(infer)
        .kernel("reference", make_reference)
        .caffe("DetectionOutput", import_detection_output)
        .caffe("SSDDetectionOutput", import_detection_output);
}

}  // namespace softacl::ops
