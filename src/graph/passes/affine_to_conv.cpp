// SPDX-License-Identifier: Apache-2.0
// What scales and moves the channels of a picture is a convolution of each channel with one weight. As such it takes
// sums and activations, has a fast kernel in every layout and reads memory once.
#include <algorithm>

#include "graph/passes/affine.h"
#include "graph/passes/match.h"
#include "graph/passes/passes.h"

namespace softacl::graph {
namespace {

Tensor to_tensor(Shape shape, const std::vector<double>& values) {
    std::vector<float> floats;
    std::transform(values.begin(), values.end(), std::back_inserter(floats),
                   [](double value) { return static_cast<float>(value); });
    return Tensor::of(std::move(shape), floats);
}

// What the node and those before it do together, as long as they only scale and move channels.
std::optional<Affine> affine_chain(const Edit& edit, const Node& last, std::vector<const Node*>& before) {
    auto chain = affine_of(edit, last, 1);
    while (chain) {
        const Node* node = edit.made_for_one(chain->x);
        const auto affine = node == nullptr ? std::nullopt : affine_of(edit, *node, 1);
        if (!affine) {
            break;
        }
        for (size_t c = 0; c < chain->scale.size(); ++c) {
            chain->offset[c] += chain->scale[c] * affine->offset[c];
            chain->scale[c] *= affine->scale[c];
        }
        chain->x = affine->x;
        before.insert(before.begin(), node);
    }
    return chain && chain->is_finite() ? chain : std::nullopt;
}

void make_conv(Edit& edit, size_t position) {
    const Node& node = edit.node(position);
    std::vector<const Node*> before;
    const auto affine = affine_chain(edit, node, before);
    if (!affine || (before.empty() && node.op->name() != "BNInference")) {
        return;  // one sum or product is as fast by itself
    }
    const auto channels = static_cast<int64_t>(affine->scale.size());
    const ValueId filter = edit.add_constant(node.name + "_filter", to_tensor({channels, 1, 1, 1}, affine->scale));
    const ValueId bias = edit.add_constant(node.name + "_bias", to_tensor({channels}, affine->offset));
    edit.become(position, "Conv2D", {affine->x, filter, bias},
                {{"strides", ops::Ints{1, 1, 1, 1}},
                 {"pads", ops::Ints{0, 0, 0, 0}},
                 {"groups", channels},
                 {"data_format", std::string("NCHW")}},
                before);
}

// Not a picture: a product and a sum, which have fast kernels.
Status make_product_and_sum(Edit& edit, size_t position) {
    const auto affine = affine_of(edit, edit.node(position), 1);
    if (!affine) {
        return {};
    }
    const std::string name = edit.node(position).name;
    Shape shape(std::vector<int64_t>(edit.type(affine->x).shape.rank() - 1, 1));
    shape[0] = static_cast<int64_t>(affine->scale.size());
    const ValueId scale = edit.add_constant(name + "_scale", to_tensor(shape, affine->scale));
    const ValueId offset = edit.add_constant(name + "_offset", to_tensor(shape, affine->offset));
    SOFTACL_ASSIGN(const ValueId product, edit.add_before(position, name + "_product", "Mul", {affine->x, scale}, {}));
    edit.become(position, "Add", {product, offset}, {}, {});
    return {};
}

}  // namespace

Result<bool> affine_to_conv(Graph& graph) {
    Edit edit(graph);
    SOFTACL_TRY(edit.sweep([&](size_t position) -> Status {
        const Node& node = edit.node(position);
        if (edit.type(node.outputs[0]).shape.rank() == 4) {
            make_conv(edit, position);
        } else if (node.op->name() == "BNInference") {
            return make_product_and_sum(edit, position);
        }
        return {};
    }));
    return edit.changed();
}

}  // namespace softacl::graph
