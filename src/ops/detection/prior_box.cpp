// SPDX-License-Identifier: Apache-2.0
// The boxes that SSD starts from. Only the shapes of the inputs count.
#include <cmath>

#include "kernels/ref/real.h"
#include "ops/common/importing.h"
#include "ops/common/reference.h"
#include "ops/common/values.h"

namespace softacl::ops {
namespace {

namespace ref = kernels::ref;

constexpr DTypes kTypes = {ACL_FLOAT, ACL_FLOAT16};

struct Size {
    float width;
    float height;
};

struct Priors {
    std::vector<Size> sizes;  ///< of the boxes at each place, in pixels of the network's input
    int64_t rows = 0;
    int64_t columns = 0;
    float image_width = 0;
    float image_height = 0;
    float step_width = 0;
    float step_height = 0;
    float offset = 0;
    bool clip = false;
    Floats variance;

    int64_t numbers() const { return rows * columns * static_cast<int64_t>(sizes.size()) * 4; }
};

/// 1 first, then each ratio and, with flip, its inverse; none twice.
Floats all_ratios(const Floats& given, bool flip) {
    Floats ratios = {1};
    const auto add = [&](float ratio) {
        for (const float other : ratios) {
            if (std::abs(ratio - other) < 1e-6F) {
                return;
            }
        }
        ratios.push_back(ratio);
    };
    for (const float ratio : given) {
        const size_t before = ratios.size();
        add(ratio);
        if (flip && ratios.size() > before) {
            ratios.push_back(1 / ratio);
        }
    }
    return ratios;
}

Result<std::vector<Size>> box_sizes(const OpCall& call) {
    const auto& least = call.attrs.at<Floats>("min_size");
    const auto& most = call.attrs.at<Floats>("max_size");
    if (least.empty() || (!most.empty() && most.size() != least.size())) {
        return call.fail("min_size has ", least.size(), " and max_size ", most.size(),
                         " entries; expected at least one, and as many or none");
    }
    for (const float ratio : call.attrs.at<Floats>("aspect_ratio")) {
        if (!(ratio > 0)) {
            return call.fail("aspect_ratio has the entry ", ratio, "; expected more than 0");
        }
    }
    const Floats ratios = all_ratios(call.attrs.at<Floats>("aspect_ratio"), call.attrs.at<bool>("flip"));
    std::vector<Size> sizes;
    for (size_t i = 0; i < least.size(); ++i) {
        if (!(least[i] > 0) || (!most.empty() && !(most[i] > least[i]))) {
            return call.fail("min_size ", least[i], most.empty() ? "" : text(" with max_size ", most[i]),
                             "; expected more than 0, and a larger max_size");
        }
        sizes.push_back({least[i], least[i]});
        if (!most.empty()) {
            const float size = std::sqrt(least[i] * most[i]);
            sizes.push_back({size, size});
        }
        for (size_t k = 1; k < ratios.size(); ++k) {
            const float root = std::sqrt(ratios[k]);
            sizes.push_back({least[i] * root, least[i] / root});
        }
    }
    return sizes;
}

/// `known`: the shapes tell everything.
Result<Priors> priors_of(const OpCall& call, bool& known) {
    Priors p;
    SOFTACL_ASSIGN(p.sizes, box_sizes(call));
    for (const size_t i : {size_t{0}, size_t{1}}) {
        if (call.inputs[i]->shape.rank() != 4) {
            return call.fail("the input ", input_name(call, i), " has the shape ", call.inputs[i]->shape,
                             "; expected four dimensions");
        }
    }
    p.variance = call.attrs.at<Floats>("variance");
    if (p.variance.size() != 1 && p.variance.size() != 4) {
        return call.fail("variance has ", p.variance.size(), " entries; expected 1 or 4");
    }
    p.variance.resize(4, p.variance.front());
    for (const float value : p.variance) {
        if (!(value > 0)) {
            return call.fail("variance has the entry ", value, "; expected more than 0");
        }
    }
    const Shape& image = call.inputs[1]->shape;
    const auto img_h = call.attrs.at<int64_t>("img_h");
    const auto img_w = call.attrs.at<int64_t>("img_w");
    p.step_height = call.attrs.at<float>("step_h");
    p.step_width = call.attrs.at<float>("step_w");
    if (img_h < 0 || img_w < 0 || !(p.step_height >= 0) || !(p.step_width >= 0)) {
        return call.fail("img_h, img_w, step_h, step_w are ", img_h, ", ", img_w, ", ", p.step_height, ", ",
                         p.step_width, "; expected none below 0");
    }
    p.rows = call.inputs[0]->shape[2];
    p.columns = call.inputs[0]->shape[3];
    const int64_t height = img_h == 0 ? image[2] : img_h;
    const int64_t width = img_w == 0 ? image[3] : img_w;
    known = p.rows >= 0 && p.columns >= 0 && height >= 0 && width >= 0;
    p.image_height = static_cast<float>(height);
    p.image_width = static_cast<float>(width);
    p.step_height = p.step_height > 0 ? p.step_height : p.image_height / static_cast<float>(p.rows);
    p.step_width = p.step_width > 0 ? p.step_width : p.image_width / static_cast<float>(p.columns);
    p.offset = call.attrs.at<float>("offset");
    p.clip = call.attrs.at<bool>("clip");
    const Shape boxes = {p.rows, p.columns, static_cast<int64_t>(p.sizes.size()), 8};
    if (known && !boxes.fits(sizeof(float))) {
        return call.fail("the result is too large");
    }
    return p;
}

Status infer(OpCall& call) {
    bool known = false;
    SOFTACL_ASSIGN(const Priors p, priors_of(call, known));
    call.outputs[0] = {call.inputs[0]->dtype, {1, 2, known ? p.numbers() : -1}};
    return {};
}

template <class T>
void fill(const Priors& p, T* y) {
    const auto put = [&](float value) {
        *y++ = static_cast<T>(p.clip ? std::min(std::max(value, 0.0F), 1.0F) : value);
    };
    for (int64_t row = 0; row < p.rows; ++row) {
        const float middle_y = (static_cast<float>(row) + p.offset) * p.step_height;
        for (int64_t column = 0; column < p.columns; ++column) {
            const float middle_x = (static_cast<float>(column) + p.offset) * p.step_width;
            for (const Size& size : p.sizes) {
                put((middle_x - size.width / 2) / p.image_width);
                put((middle_y - size.height / 2) / p.image_height);
                put((middle_x + size.width / 2) / p.image_width);
                put((middle_y + size.height / 2) / p.image_height);
            }
        }
    }
    for (int64_t i = 0; i < p.numbers(); ++i) {
        *y++ = static_cast<T>(p.variance[static_cast<size_t>(i % 4)]);
    }
}

Result<kernels::KernelPtr> make_reference(const OpCall& call) {
    bool known = false;  // the number of images and channels does not matter
    SOFTACL_ASSIGN(const Priors p, priors_of(call, known));
    if (!known) {
        return call.fail("the shapes of the inputs are ", call.inputs[0]->shape, " and ", call.inputs[1]->shape,
                         "; height and width must be known");
    }
    kernels::KernelPtr kernel;
    ref::visit_floats(call.outputs[0].dtype, [&](auto tag) {
        using T = typename decltype(tag)::Type;
        kernel = function_kernel(call, [p](const kernels::Kernel::Buffers& b) -> Status {
            fill(p, static_cast<T*>(b.outputs[0]));
            return {};
        });
    });
    return kernel;
}

/// One number for both directions, or one for each.
template <class T>
std::pair<T, T> height_and_width(const ForeignNode& node, const std::string& both) {
    const T value = node.attrs.get<T>(both, T{});
    return {node.attrs.get<T>(both + "_h", value), node.attrs.get<T>(both + "_w", value)};
}

Imported import_prior_box(Importer& graph, const ForeignNode& node) {
    const auto [img_h, img_w] = height_and_width<int64_t>(node, "img_size");
    const auto [step_h, step_w] = height_and_width<float>(node, "step");
    Attrs attrs = {{"min_size", node.attrs.get<Floats>("min_size", {})},
                   {"max_size", node.attrs.get<Floats>("max_size", {})},
                   {"aspect_ratio", node.attrs.get<Floats>("aspect_ratio", {})},
                   {"img_h", node.attrs.get<int64_t>("img_h", img_h)},
                   {"img_w", node.attrs.get<int64_t>("img_w", img_w)},
                   {"step_h", step_h},
                   {"step_w", step_w},
                   {"flip", node.attrs.get<bool>("flip", true)},
                   {"clip", node.attrs.get<bool>("clip", false)},
                   {"offset", node.attrs.get<float>("offset", 0.5F)},
                   {"variance", node.attrs.get<Floats>("variance", {0.1F})}};
    if (!node.has_input(0) || !node.has_input(1)) {
        return import_fail("expected two bottoms: the features and the image");
    }
    const TensorType x = graph.type(node.input(0));
    const TensorType img = graph.type(node.input(1));
    const OpDef* op = find_op("PriorBox");
    OpCall call;
    call.name = node.name;
    call.inputs = {&x, &img};
    call.attrs = attrs;
    call.outputs.resize(1);
    SOFTACL_TRY(op->complete(call));
    if (!call.outputs[0].shape.is_known()) {
        return one(graph.add("PriorBox", node.inputs, std::move(attrs)));
    }
    SOFTACL_ASSIGN(const kernels::KernelPtr kernel, op->make_kernel(call));
    void* data = nullptr;
    const Tensor boxes = Tensor::zeros(call.outputs[0], &data);
    SOFTACL_TRY(kernel->run({nullptr, &data, nullptr, nullptr}));
    return std::vector<ValueRef>{graph.add_constant(boxes, "")};
}

}  // namespace

OpDef declare_PriorBox() {
    return OpDef("PriorBox", "Boxes of some sizes around each place of x, relative to the image; and their variances.")
        .input("x", kTypes)
        .input("img", kTypes)
        .output("y", kTypes)
        .required_attr("min_size", Floats{})
        .required_attr("max_size", Floats{})
        .required_attr("aspect_ratio", Floats{})
        .attr("img_h", int64_t{0})
        .attr("img_w", int64_t{0})
        .attr("step_h", 0.0F)
        .attr("step_w", 0.0F)
        .attr("flip", true)
        .attr("clip", false)
        .attr("offset", 0.5F)
        .attr("variance", Floats{0.1F})
        .infer(infer)
        .kernel("reference", make_reference)
        .caffe("PriorBox", import_prior_box);
}

}  // namespace softacl::ops
