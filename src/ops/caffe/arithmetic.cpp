// SPDX-License-Identifier: Apache-2.0
// Scale, Bias, Eltwise, ArgMax, Reduction, Embed.
#include <algorithm>

#include "ops/caffe/importing.h"
#include "ops/caffe/imports.h"

namespace softacl::ops {
namespace {

/// The second operand of Scale or Bias: a bottom or a blob whose dimensions are those of `x` from an axis on.
struct Operand {
    ValueRef value = kNoValue;
    Ints dims;  ///< with dimensions of 1 behind them, so that they broadcast
};

Ints broadcast_dims(const Shape& x, int64_t axis, const Shape& shape) {
    Ints dims = shape.dims();
    dims.resize(x.rank() - static_cast<size_t>(axis), 1);
    return dims;
}

/// Where the blob `index` belongs, or the second bottom.
Result<Operand> operand_of(Importer& graph, const ForeignNode& node, const char* suffix) {
    const Shape x = graph.type(node.input(0)).shape;
    SOFTACL_ASSIGN(const int64_t axis, axis_of(node, "axis", 1, x));
    const auto begin = x.begin() + axis;
    Operand operand;
    if (bottoms_of(node) == 2) {
        const Shape given = graph.type(node.input(1)).shape;
        const auto room = static_cast<size_t>(x.end() - begin);
        if (given.rank() > room || !std::equal(given.begin(), given.end(), begin)) {
            return import_fail("the second bottom has the shape ", given, ", the first ", x,
                               "; expected its dimensions from axis ", axis, " on");
        }
        operand.dims = broadcast_dims(x, axis, given);
        SOFTACL_ASSIGN(operand.value, add_reshape(graph, node.input(1), operand.dims, suffix));
        return operand;
    }
    const int64_t count = int_of(node, "num_axes", 1);
    if (count < -1 || count > x.end() - begin) {
        return import_fail("its parameter num_axes is ", count, " for a bottom of shape ", x);
    }
    const Shape shape(Ints(begin, count == -1 ? x.end() : begin + count));
    operand.dims = broadcast_dims(x, axis, shape);
    SOFTACL_ASSIGN(operand.value, blob_of(graph, node, 0, Shape(operand.dims), suffix));
    return operand;
}

/// One behind the other.
Result<ValueRef> sum(Importer& graph, std::vector<ValueRef> values, const Floats& factors) {
    if (values.size() == 2 && factors == Floats{1, -1}) {
        return graph.add("Sub", values);
    }
    for (size_t i = 0; i < factors.size(); ++i) {
        if (factors[i] != 1) {
            SOFTACL_ASSIGN(values[i], graph.add("Muls", {values[i]}, {{"value", factors[i]}}, text("coeff_", i)));
        }
    }
    return add_chain(graph, "Add", values);
}

}  // namespace

Imported import_caffe_scale(Importer& graph, const ForeignNode& node) {
    SOFTACL_TRY(check_bottoms(node, 1, 2));
    SOFTACL_ASSIGN(const Operand scale, operand_of(graph, node, "scale"));
    if (!flag_of(node, "bias_term", false)) {
        return one(graph.add("Mul", {node.input(0), scale.value}));
    }
    SOFTACL_ASSIGN(const ValueRef bias, blob_of(graph, node, bottoms_of(node) == 2 ? 0 : 1, Shape(scale.dims), "bias"));
    SOFTACL_ASSIGN(const ValueRef scaled, graph.add("Mul", {node.input(0), scale.value}, {}, "scaled"));
    return one(graph.add("Add", {scaled, bias}));
}

Imported import_caffe_bias(Importer& graph, const ForeignNode& node) {
    SOFTACL_TRY(check_bottoms(node, 1, 2));
    SOFTACL_ASSIGN(const Operand bias, operand_of(graph, node, "bias"));
    return one(graph.add("Add", {node.input(0), bias.value}));
}

Imported import_caffe_eltwise(Importer& graph, const ForeignNode& node) {
    SOFTACL_TRY(check_bottoms(node, 2, node.inputs.size()));
    const auto operation = node.attrs.get<std::string>("operation", "SUM");
    const Floats factors = node.attrs.get<Floats>("coeff", {});
    std::vector<ValueRef> bottoms(node.inputs.begin(),
                                  node.inputs.begin() + static_cast<std::ptrdiff_t>(bottoms_of(node)));
    if (!factors.empty() && (operation != "SUM" || factors.size() != bottoms.size())) {
        return import_fail("it has ", factors.size(), " of the parameter coeff and ", bottoms.size(),
                           " bottoms; expected one for each, and the operation SUM");
    }
    const Shape& first = graph.type(bottoms[0]).shape;
    for (const ValueRef bottom : bottoms) {
        if (graph.type(bottom).shape != first) {
            return import_fail("its bottoms have the shapes ", first, " and ", graph.type(bottom).shape,
                               "; expected the same");
        }
    }
    if (operation == "SUM") {
        return one(sum(graph, bottoms, factors));
    }
    return one(add_chain(graph, operation == "PROD" ? "Mul" : "Maximum", bottoms));
}

/// Of equal elements Caffe takes the last first, so the greatest are looked for from the end.
Imported import_caffe_arg_max(Importer& graph, const ForeignNode& node) {
    SOFTACL_TRY(check_bottoms(node, 1, 1));
    const int64_t count = int_of(node, "top_k", 1);
    const bool wants_values = flag_of(node, "out_max_val", false);
    const bool has_axis = node.attrs.has("axis");
    ValueRef x = node.input(0);
    const Shape shape = graph.type(x).shape;
    if (shape.rank() == 0) {
        return import_fail("the bottom has no dimensions");
    }
    if (!has_axis) {  // one row for each picture: indices, then values
        const ValueRef dims =
            graph.add_constant(Tensor::list<int64_t>({shape[0], 1, shape.elements(1, shape.rank())}), "rows");
        SOFTACL_ASSIGN(x, graph.add("Reshape", {x, dims}, {}, "flat"));
    }
    SOFTACL_ASSIGN(const int64_t axis, axis_of(node, "axis", 2, graph.type(x).shape));
    const int64_t length = graph.type(x).shape[static_cast<size_t>(axis)];
    if (count < 1 || count > length) {
        return import_fail("its parameter top_k is ", count, "; expected 1 to ", length);
    }
    const ValueRef along = graph.add_constant(Tensor::list<int64_t>({axis}), "axis");
    const ValueRef k = graph.add_constant(Tensor::scalar(static_cast<int32_t>(count)), "k");
    SOFTACL_ASSIGN(const ValueRef reversed, graph.add("ReverseV2", {x, along}, {}, "reversed"));
    SOFTACL_ASSIGN(const auto found, graph.add_node("TopKV2", {reversed, k}, {{"dim", axis}}, 2, "top"));
    if (has_axis && wants_values) {
        return std::vector<ValueRef>{found[0]};
    }
    SOFTACL_ASSIGN(const ValueRef places,
                   graph.add("Cast", {found[1]}, {{"dst_type", static_cast<int64_t>(ACL_FLOAT)}}, "places"));
    const ValueRef last = graph.add_constant(Tensor::scalar(static_cast<float>(length - 1)), "last");
    const bool both = !has_axis && wants_values;
    SOFTACL_ASSIGN(const ValueRef indices, graph.add("Sub", {last, places}, {}, both ? "indices" : ""));
    if (!both) {
        return std::vector<ValueRef>{indices};
    }
    return one(graph.add("ConcatD", {indices, found[0]}, {{"concat_dim", int64_t{1}}, {"N", int64_t{2}}}));
}

Imported import_caffe_reduction(Importer& graph, const ForeignNode& node) {
    SOFTACL_TRY(check_bottoms(node, 1, 1));
    const auto operation = node.attrs.get<std::string>("operation", "SUM");
    const float factor = float_of(node, "coeff", 1);
    ValueRef x = node.input(0);
    const auto rank = static_cast<int64_t>(graph.type(x).shape.rank());
    SOFTACL_ASSIGN(const int64_t axis, axis_of(node, "axis", 0, graph.type(x).shape));
    if (operation == "ASUM" || operation == "SUMSQ") {
        SOFTACL_ASSIGN(x, graph.add(operation == "ASUM" ? "Abs" : "Square", {x}, {}, "elements"));
    }
    Ints axes;
    for (int64_t i = axis; i < rank; ++i) {
        axes.push_back(i);
    }
    const ValueRef along = graph.add_constant(Tensor::list(axes), "axes");
    SOFTACL_ASSIGN(const ValueRef y, graph.add(operation == "MEAN" ? "ReduceMean" : "ReduceSum", {x, along},
                                               {{"keep_dims", false}}, factor == 1 ? "" : "reduced"));
    if (factor == 1) {
        return std::vector<ValueRef>{y};
    }
    return one(graph.add("Muls", {y}, {{"value", factor}}));
}

Imported import_caffe_embed(Importer& graph, const ForeignNode& node) {
    SOFTACL_TRY(check_bottoms(node, 1, 1));
    const int64_t words = int_of(node, "input_dim", 0);
    const int64_t made = int_of(node, "num_output", 0);
    if (words < 1 || made < 1) {
        return import_fail("its parameters input_dim and num_output are ", words, " and ", made,
                           "; expected at least 1");
    }
    SOFTACL_ASSIGN(const ValueRef weights, blob_of(graph, node, 0, {words, made}, "weights"));
    const bool moved = flag_of(node, "bias_term", true);
    SOFTACL_ASSIGN(const ValueRef indices,
                   graph.add("Cast", {node.input(0)}, {{"dst_type", static_cast<int64_t>(ACL_INT32)}}, "indices"));
    const ValueRef axis = graph.add_constant(Tensor::scalar<int64_t>(0), "axis");
    SOFTACL_ASSIGN(const ValueRef rows, graph.add("GatherV2", {weights, indices, axis}, {}, moved ? "rows" : ""));
    if (!moved) {
        return std::vector<ValueRef>{rows};
    }
    SOFTACL_ASSIGN(const ValueRef bias, blob_of(graph, node, 1, {made}, "bias"));
    return one(graph.add("Add", {rows, bias}));
}

}  // namespace softacl::ops
