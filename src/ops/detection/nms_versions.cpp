// SPDX-License-Identifier: Apache-2.0
// The versions of NonMaxSuppression before the fifth, and ONNX's, which is the sixth. How many boxes they choose is
// part of the shape, so all inputs must be known in advance; only a padded result has a shape of its own.
#include <limits>

#include "ops/common/importing.h"
#include "ops/common/reals.h"
#include "ops/common/values.h"
#include "ops/detection/nms.h"

namespace softacl::ops {
namespace {

constexpr DTypes kTypes = {ACL_FLOAT, ACL_FLOAT16};
constexpr DTypes kFloat = {ACL_FLOAT};

bool fits(int64_t dim, int64_t other) { return dim < 0 || other < 0 || dim == other; }

/// One call, with whatever of its inputs' values is known.
struct Problem {
    int64_t pictures = 1;
    int64_t classes = 1;
    int64_t boxes = 0;
    bool has_centers = false;
    bool by_class = false;  ///< results are picture, class and box
    bool padded = false;
    float overlap = 0;
    float score = -std::numeric_limits<float>::infinity();
    float pixel = 0;
};

Status check_number(const OpCall& call, size_t input) {
    if (call.has_input(input) && call.inputs[input]->shape.is_known() && call.inputs[input]->shape.elements() != 1) {
        return call.fail("the input ", input_name(call, input), " has the shape ", call.inputs[input]->shape,
                         "; expected one number");
    }
    return {};
}

Result<Problem> problem_of(const OpCall& call) {
    Problem p;
    const Shape& boxes = call.inputs[0]->shape;
    const Shape& scores = call.inputs[1]->shape;
    SOFTACL_TRY(require_same_dtype(call, 0, 1));
    p.by_class = call.op->name() == "NonMaxSuppressionV6";
    const size_t leading = p.by_class ? 1 : 0;
    const bool shaped = boxes.rank() == leading + 2 && scores.rank() == (p.by_class ? 3 : 1);
    if (!shaped || !fits(boxes[leading + 1], 4) || !fits(boxes[leading], scores[scores.rank() - 1]) ||
        (p.by_class && !fits(boxes[0], scores[0]))) {
        return call.fail("the inputs boxes and scores have the shapes ", boxes, " and ", scores, "; expected ",
                         p.by_class ? "[pictures,boxes,4] and [pictures,classes,boxes]" : "[boxes,4] and [boxes]");
    }
    for (size_t input = 2; input < call.inputs.size(); ++input) {
        SOFTACL_TRY(check_number(call, input));
    }
    p.boxes = boxes[leading];
    if (p.boxes > std::numeric_limits<int32_t>::max()) {
        return call.fail("the input boxes has the shape ", boxes, ", which is too large");
    }
    if (p.by_class) {
        p.pictures = boxes[0];
        p.classes = scores[1];
        const auto center = call.attrs.at<int64_t>("center_point_box");
        if (center != 0 && center != 1) {
            return call.fail("the attribute center_point_box is ", center, "; expected 0 or 1");
        }
        p.has_centers = center == 1;
        if (const auto most = call.attrs.at<int64_t>("max_boxes_size"); most != 0) {
            return call.fail("the attribute max_boxes_size is ", most, "; only 0 is supported");
        }
    }
    p.overlap = call.attrs.get<float>("iou_threshold", 0);
    p.pixel = static_cast<float>(call.attrs.get<int64_t>("offset", 0));
    if (p.pixel != 0 && p.pixel != 1) {
        return call.fail("the attribute offset is ", p.pixel, "; expected 0 or 1");
    }
    p.padded = call.attrs.get<bool>("pad_to_max_output_size", false);
    return p;
}

/// A run: pointers to values, which are the same whether it happens in inference or in a kernel.
template <class T>
struct Run {
    Run(const Problem& problem, const void* const* inputs, const RealPorts& ports)
        : p(problem),
          boxes(static_cast<const T*>(inputs[0])),
          scores(static_cast<const T*>(inputs[1])),
          limits{p.overlap, p.score, 0, p.pixel} {
        const kernels::Kernel::Buffers b = {inputs, nullptr, nullptr, nullptr};
        limits.overlap = static_cast<float>(ports.input(b, 3).at(0, static_cast<double>(p.overlap)));
        limits.score = static_cast<float>(ports.input(b, 4).at(0, static_cast<double>(p.score)));
        // Without a number ONNX chooses nothing.
        const int64_t wanted = ports.has_input(2) ? *static_cast<const int32_t*>(inputs[2]) : 0;
        most = std::min(std::max<int64_t>(wanted, 0), p.boxes);
    }

    /// Calls `take(picture, class, box)` for each chosen one.
    template <class Take>
    void each(NmsCandidate* heap, int32_t* chosen, Take&& take) const {
        for (int64_t picture = 0; picture < p.pictures; ++picture) {
            for (int64_t kind = 0; kind < p.classes; ++kind) {
                const BoxList<T> list{boxes + picture * p.boxes * 4, p.has_centers};
                const int32_t count = choose_boxes(list, scores + (picture * p.classes + kind) * p.boxes, 1, p.boxes,
                                                   most, limits, heap, chosen, static_cast<T*>(nullptr));
                for (int32_t i = 0; i < count; ++i) {
                    take(picture, kind, chosen[i]);
                }
            }
        }
    }

    const Problem& p;
    const T* boxes;
    const T* scores;
    NmsLimits limits;
    int64_t most = 0;
};

/// How many boxes are chosen, if all inputs are known.
int64_t count_if_known(const OpCall& call, const Problem& p) {
    std::vector<const void*> inputs;
    for (size_t i = 0; i < call.inputs.size(); ++i) {
        const Tensor* value = call.constant(i);
        if (call.has_input(i) && value == nullptr) {
            return -1;
        }
        inputs.push_back(value == nullptr ? nullptr : value->data());
    }
    int64_t count = 0;
    kernels::ref::visit_floats(call.inputs[0]->dtype, [&](auto tag) {
        using T = typename decltype(tag)::Type;
        std::vector<NmsCandidate> heap(static_cast<size_t>(p.boxes));
        std::vector<int32_t> chosen(heap.size());
        const Run<T> run(p, inputs.data(), RealPorts(call));
        run.each(heap.data(), chosen.data(), [&](int64_t, int64_t, int32_t) { ++count; });
    });
    return count;
}

Status infer(OpCall& call) {
    SOFTACL_ASSIGN(const Problem p, problem_of(call));
    int64_t count = -1;
    if (p.padded) {
        SOFTACL_ASSIGN(const auto most, known_int(call, 2));
        if (most && *most < 0) {
            return call.fail("the input max_output_size is ", *most, "; expected 0 or more");
        }
        count = most ? *most : -1;
    } else {
        count = count_if_known(call, p);
    }
    call.outputs[0] = {ACL_INT32, p.by_class ? Shape{count, 3} : Shape{count}};
    if (call.outputs.size() > 1) {
        call.outputs[1] = {ACL_INT32, {}};
    }
    return {};
}

/// All boxes, or as many as may be chosen.
Status largest(OpCall& call) {
    SOFTACL_ASSIGN(const Problem p, problem_of(call));
    int64_t most = p.boxes;
    if (call.has_input(2)) {
        SOFTACL_ASSIGN(const auto wanted, known_int(call, 2));
        most = p.padded ? wanted.value_or(most) : std::min(most, wanted.value_or(most));
    }
    call.outputs[0].shape[0] = p.pictures * p.classes * std::max<int64_t>(most, 0);
    return {};
}

Result<kernels::KernelPtr> make(const OpCall& call) {
    SOFTACL_TRY(require_known_shapes(call));
    SOFTACL_ASSIGN(const Problem p, problem_of(call));
    const RealPorts ports(call);
    const int64_t rows = call.outputs[0].shape[0];
    const size_t outputs = call.outputs.size();
    auto kernel = floats_kernel(call, 0, [=](auto tag, const kernels::Kernel::Buffers& b) -> Status {
        using T = typename decltype(tag)::Type;
        auto* heap = static_cast<NmsCandidate*>(b.scratch);
        auto* chosen = reinterpret_cast<int32_t*>(heap + p.boxes);
        auto* y = static_cast<int32_t*>(b.outputs[0]);
        int64_t count = 0;
        Run<T> run(p, b.inputs, ports);
        run.most = std::min(run.most, p.padded ? rows : run.most);
        run.each(heap, chosen, [&](int64_t picture, int64_t kind, int32_t box) {
            if (count < rows && p.by_class) {
                y[3 * count] = static_cast<int32_t>(picture);
                y[3 * count + 1] = static_cast<int32_t>(kind);
                y[3 * count + 2] = box;
            } else if (count < rows) {
                y[count] = box;
            }
            ++count;
        });
        if (outputs > 1) {
            *static_cast<int32_t*>(b.outputs[1]) = static_cast<int32_t>(count);
        }
        if (p.padded) {
            std::fill(y + count, y + rows, 0);
            return {};
        }
        return count == rows ? Status()
                             : import_fail(count, " boxes are chosen instead of the ", rows, " of known values");
    });
    kernel->scratch_bytes = static_cast<size_t>(p.boxes) * (sizeof(NmsCandidate) + sizeof(int32_t));
    return kernel;
}

/// Indexes are int64 there, and rows of picture, class and box.
Imported import_non_max_suppression(Importer& graph, const ForeignNode& node) {
    std::vector<ValueRef> inputs = {node.input(0), node.input(1)};
    if (node.has_input(2)) {
        SOFTACL_ASSIGN(const ValueRef most, add_cast(graph, node.input(2), ACL_INT32, "max_output_size"));
        inputs.push_back(most);
    } else {
        inputs.push_back(kNoValue);
    }
    inputs.push_back(node.input(3));
    inputs.push_back(node.input(4));
    SOFTACL_ASSIGN(const ValueRef y,
                   graph.add("NonMaxSuppressionV6", std::move(inputs),
                             {{"center_point_box", node.attrs.get<int64_t>("center_point_box", 0)}}, "boxes"));
    return one(add_cast(graph, y, ACL_INT64, ""));
}

OpDef suppression(const char* name, const char* doc, size_t thresholds) {
    OpDef op(name, doc);
    op.input("boxes", kTypes).input("scores", kTypes).input("max_output_size", {ACL_INT32});
    constexpr const char* kNames[] = {"iou_threshold", "score_threshold"};
    for (size_t i = 0; i < thresholds; ++i) {
        op.input(kNames[i], kTypes);
    }
    for (size_t i = 0; i < 3 + thresholds; ++i) {
        op.needs_value(i);
    }
    return op.output("selected_indices", {ACL_INT32}).infer(infer).largest(largest).kernel("reference", make);
}

}  // namespace

OpDef declare_NonMaxSuppression() {
    return suppression("NonMaxSuppression", "The best of boxes that overlap.", 0).attr("iou_threshold", 0.5F);
}
OpDef declare_NonMaxSuppressionV2() {
    return suppression("NonMaxSuppressionV2", "The best of boxes that overlap by more than a threshold.", 1);
}
OpDef declare_NonMaxSuppressionV3() {
    return suppression("NonMaxSuppressionV3", "The best of boxes that overlap, with scores above a threshold.", 2)
        .attr("offset", int64_t{0});
}
OpDef declare_NonMaxSuppressionV4() {
    return suppression("NonMaxSuppressionV4", "The best of boxes that overlap, perhaps with zeros behind them.", 2)
        .output("valid_outputs", {ACL_INT32})
        .attr("pad_to_max_output_size", false);
}
OpDef declare_NonMaxSuppressionV6() {
    OpDef op("NonMaxSuppressionV6", "The best of boxes that overlap, for each picture and class.");
    for (size_t i = 0; i < 5; ++i) {
        op.needs_value(i);
    }
    return op.input("boxes", kTypes)
        .input("scores", kTypes)
        .optional_input("max_output_size", {ACL_INT32})
        .optional_input("iou_threshold", kFloat)
        .optional_input("score_threshold", kFloat)
        .output("selected_indices", {ACL_INT32})
        .attr("center_point_box", int64_t{0})
        .attr("max_boxes_size", int64_t{0})
        .infer(infer)
        .largest(largest)
        .kernel("reference", make)
        .onnx("NonMaxSuppression", import_non_max_suppression);
}

}  // namespace softacl::ops
