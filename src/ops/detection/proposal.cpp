// SPDX-License-Identifier: Apache-2.0
// Regions of interest of Faster R-CNN: anchors moved by the network, the best of those that overlap.
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

struct Plan {
    int64_t images = 0;
    int64_t rows = 0;
    int64_t columns = 0;
    std::vector<Box> anchors;  ///< around the first place
    float stride = 0;
    float min_size = 0;
    float overlap = 0;
    int64_t before = 0;  ///< how many take part in the choice
    int64_t after = 0;   ///< how many come out

    int64_t kinds() const { return static_cast<int64_t>(anchors.size()); }
    int64_t boxes() const { return rows * columns * kinds(); }
};

/// For each ratio (height by width) of the base square, each scale. Sizes are counted in pixels, corners included.
std::vector<Box> anchors_of(float base, const Floats& ratios, const Floats& scales) {
    const float middle = (base - 1) / 2;
    std::vector<Box> anchors;
    for (const float ratio : ratios) {
        const float width = std::nearbyint(std::sqrt(base * base / ratio));
        const float height = std::nearbyint(width * ratio);
        for (const float scale : scales) {
            const float half_width = (width * scale - 1) / 2;
            const float half_height = (height * scale - 1) / 2;
            anchors.push_back({middle - half_width, middle - half_height, middle + half_width, middle + half_height});
        }
    }
    return anchors;
}

Result<Plan> plan_of(const OpCall& call) {
    Plan p;
    const Shape& score = call.inputs[0]->shape;
    const Shape& delta = call.inputs[1]->shape;
    const Shape& info = call.inputs[2]->shape;
    SOFTACL_TRY(require_same_dtype(call, 0, 1));
    SOFTACL_TRY(require_same_dtype(call, 0, 2));
    p.stride = call.attrs.at<float>("feat_stride");
    p.min_size = call.attrs.at<float>("min_size");
    p.overlap = call.attrs.at<float>("iou_threshold");
    p.before = call.attrs.at<int64_t>("pre_nms_topn");
    p.after = call.attrs.at<int64_t>("post_nms_topn");
    const float base = call.attrs.at<float>("base_size");
    const auto& ratios = call.attrs.at<Floats>("ratio");
    const auto& scales = call.attrs.at<Floats>("scale");
    if (!(p.stride > 0) || !(base > 0) || !(p.min_size >= 0) || !(p.overlap >= 0)) {
        return call.fail("feat_stride, base_size, min_size, iou_threshold are ", p.stride, ", ", base, ", ", p.min_size,
                         ", ", p.overlap, "; expected more than 0, and the last two not below");
    }
    if (p.after < 1 || p.after > 1 << 24) {
        return call.fail("post_nms_topn is ", p.after, "; expected 1 to 16777216");
    }
    for (const Floats* list : {&ratios, &scales}) {
        if (list->empty() || !std::all_of(list->begin(), list->end(), [](float value) { return value > 0; })) {
            return call.fail("ratio and scale need at least one entry each, all above 0");
        }
    }
    p.anchors = anchors_of(base, ratios, scales);
    for (const size_t i : {size_t{0}, size_t{1}}) {
        const Shape& shape = call.inputs[i]->shape;
        const int64_t channels = p.kinds() * (i == 0 ? 2 : 4);
        if (shape.rank() != 4 || (shape[1] >= 0 && shape[1] != channels)) {
            return call.fail("the input ", input_name(call, i), " has the shape ", shape, "; expected [images,",
                             channels, ",height,width] for ", p.kinds(), " anchors");
        }
    }
    for (const size_t axis : {size_t{0}, size_t{2}, size_t{3}}) {
        if (score[axis] >= 0 && delta[axis] >= 0 && score[axis] != delta[axis]) {
            return call.fail("the inputs cls_prob and bbox_delta have the shapes ", score, " and ", delta);
        }
    }
    p.images = score[0];
    p.rows = score[2];
    p.columns = score[3];
    if (info.is_known() && score[0] >= 0 &&
        (info.rank() < 1 || info[0] != p.images || info.elements(1, info.rank()) < 3)) {
        return call.fail("the input im_info has the shape ", info,
                         "; expected height, width and scale of each image, [", p.images, ",3]");
    }
    if (score.is_known() && p.boxes() > 1 << 28) {
        return call.fail("there are ", p.boxes(), " boxes; at most 268435456 are supported");
    }
    return p;
}

Status infer(OpCall& call) {
    SOFTACL_ASSIGN(const Plan p, plan_of(call));
    call.outputs[0] = {call.inputs[0]->dtype, {p.images < 0 ? -1 : p.images * p.after, 5}};
    if (call.outputs[0].shape.is_known() && !call.outputs[0].shape.fits(sizeof(float))) {
        return call.fail("post_nms_topn is ", p.after, "; the result is too large");
    }
    if (call.outputs.size() > 1) {
        call.outputs[1] = {ACL_INT32, {p.images}};
    }
    return {};
}

template <class T>
int64_t propose(const Plan& p, const T* scores, const T* delta, const T* info, Box* boxes, Scored* list) {
    const int64_t plane = p.rows * p.columns;
    const float height = static_cast<float>(info[0]);
    const float width = static_cast<float>(info[1]);
    const float least = p.min_size * static_cast<float>(info[2]);
    parallel_for(p.boxes(), 256, [&](int64_t begin, int64_t end) {
        for (int64_t i = begin; i < end; ++i) {  // by place, then anchor
            const int64_t place = i / p.kinds();
            const int64_t kind = i % p.kinds();
            const Box& anchor = p.anchors[static_cast<size_t>(kind)];
            const auto moved = [&](int64_t k) { return static_cast<float>(delta[(kind * 4 + k) * plane + place]); };
            const float anchor_width = anchor.x2 - anchor.x1 + 1;
            const float anchor_height = anchor.y2 - anchor.y1 + 1;
            const int64_t row = place / p.columns;
            const int64_t column = place % p.columns;
            const float x =
                anchor.x1 + static_cast<float>(column) * p.stride + anchor_width / 2 + moved(0) * anchor_width;
            const float y =
                anchor.y1 + static_cast<float>(row) * p.stride + anchor_height / 2 + moved(1) * anchor_height;
            const float half_width = std::exp(moved(2)) * anchor_width / 2;
            const float half_height = std::exp(moved(3)) * anchor_height / 2;
            const auto inside = [](float value, float size) { return std::max(std::min(value, size - 1), 0.0F); };
            boxes[i] = {inside(x - half_width, width), inside(y - half_height, height), inside(x + half_width, width),
                        inside(y + half_height, height)};
        }
    });
    int64_t count = 0;
    for (int64_t i = 0; i < p.boxes(); ++i) {
        // Scores of "no object" come first.
        const float score = static_cast<float>(scores[(p.kinds() + i % p.kinds()) * plane + i / p.kinds()]);
        const Box& box = boxes[i];
        if (box.x2 - box.x1 + 1 >= least && box.y2 - box.y1 + 1 >= least && !std::isnan(score)) {
            list[count++] = {score, 0, static_cast<int32_t>(i)};
        }
    }
    count = best_first(list, count, p.before > 0 ? p.before : count);
    return suppress(list, count, boxes, p.overlap, 1, 1, p.after);
}

Result<kernels::KernelPtr> make_reference(const OpCall& call) {
    SOFTACL_TRY(require_known_shapes(call));
    SOFTACL_ASSIGN(const Plan p, plan_of(call));
    kernels::KernelPtr kernel;
    const int64_t numbers = p.images == 0 ? 0 : call.inputs[2]->shape.elements() / p.images;
    const bool has_count = call.outputs.size() > 1;
    ref::visit_floats(call.inputs[0]->dtype, [&](auto tag) {
        using T = typename decltype(tag)::Type;
        kernel = function_kernel(call, [=](const kernels::Kernel::Buffers& b) -> Status {
            auto* boxes = static_cast<Box*>(b.scratch);
            auto* list = reinterpret_cast<Scored*>(boxes + p.boxes());
            auto* y = static_cast<T*>(b.outputs[0]);
            for (int64_t n = 0; n < p.images; ++n) {
                const int64_t kept = propose(p, static_cast<const T*>(b.inputs[0]) + n * 2 * p.boxes(),
                                             static_cast<const T*>(b.inputs[1]) + n * 4 * p.boxes(),
                                             static_cast<const T*>(b.inputs[2]) + n * numbers, boxes, list);
                for (int64_t i = 0; i < p.after; ++i) {
                    const Box box = i < kept ? boxes[list[i].index] : Box{};
                    for (const float value : {static_cast<float>(n), box.x1, box.y1, box.x2, box.y2}) {
                        *y++ = static_cast<T>(value);
                    }
                }
                if (has_count) {
                    static_cast<int32_t*>(b.outputs[1])[n] = static_cast<int32_t>(kept);
                }
            }
            return {};
        });
        kernel->scratch_bytes = static_cast<size_t>(p.boxes()) * (sizeof(Box) + sizeof(Scored));
    });
    return kernel;
}

/// A number that forks write as an integer or as a float.
float number_of(const ForeignNode& node, const std::string& name, float fallback) {
    if (const int64_t* whole = node.attrs.find_as<int64_t>(name)) {
        return static_cast<float>(*whole);
    }
    return node.attrs.get<float>(name, fallback);
}

Imported import_proposal(Importer& graph, const ForeignNode& node) {
    if (node.inputs.size() != 3) {
        return import_fail("expected three bottoms (scores, moves, image); there are ", node.inputs.size());
    }
    const float overlap = node.attrs.get<float>("nms_thresh", node.attrs.get<float>("iou_threshold", 0.7F));
    return graph.add_node("Proposal", node.inputs,
                          {{"feat_stride", number_of(node, "feat_stride", 16)},
                           {"base_size", number_of(node, "base_size", 16)},
                           {"min_size", number_of(node, "min_size", 16)},
                           {"ratio", node.attrs.get<Floats>("ratio", {0.5F, 1, 2})},
                           {"scale", node.attrs.get<Floats>("scale", {8, 16, 32})},
                           {"pre_nms_topn", node.attrs.get<int64_t>("pre_nms_topn", 6000)},
                           {"post_nms_topn", node.attrs.get<int64_t>("post_nms_topn", 300)},
                           {"iou_threshold", overlap},
                           {"output_actual_rois_num", node.outputs > 1}},
                          node.outputs, "");
}

}  // namespace

OpDef declare_Proposal() {
    return OpDef("Proposal", "The best boxes of a region proposal network, a fixed number of rows; zeros behind.")
        .input("cls_prob", kTypes)
        .input("bbox_delta", kTypes)
        .input("im_info", kTypes)
        .output("rois", kTypes)
        .output("actual_rois_num", {ACL_INT32})
        .attr("feat_stride", 16.0F)
        .attr("base_size", 16.0F)
        .attr("min_size", 16.0F)
        .attr("ratio", Floats{0.5F, 1, 2})
        .attr("scale", Floats{8, 16, 32})
        .attr("pre_nms_topn", int64_t{3000})
        .attr("post_nms_topn", int64_t{304})
        .attr("iou_threshold", 0.7F)
        .attr("output_actual_rois_num", false)
        .infer(infer)
        .kernel("reference", make_reference)
        .caffe("Proposal", import_proposal);
}

}  // namespace softacl::ops
