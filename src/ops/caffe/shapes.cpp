// SPDX-License-Identifier: Apache-2.0
// Layers that move elements.
#include <numeric>

#include "ops/caffe/importing.h"
#include "ops/caffe/imports.h"

namespace softacl::ops {

/// One output for each top.
Imported import_caffe_identity(Importer& graph, const ForeignNode& node) {
    SOFTACL_TRY(check_bottoms(node, 1, 1));
    std::vector<ValueRef> outputs;
    for (size_t i = 0; i < node.outputs; ++i) {
        SOFTACL_ASSIGN(const ValueRef copy, graph.add("Identity", {node.input(0)}, {}, i == 0 ? "" : text("copy_", i)));
        outputs.push_back(copy);
    }
    return outputs;
}

/// Its blob.
Imported import_caffe_parameter(Importer& graph, const ForeignNode& node) {
    SOFTACL_TRY(check_bottoms(node, 0, 0));
    SOFTACL_ASSIGN(const Tensor blob, blob_of(graph, node, 0));
    const Shape wanted(node.attrs.get<Ints>("dim", {}));
    if (!wanted.is_known() || !wanted.fits(1) || blob.elements() != wanted.elements()) {
        return import_fail("its parameter shape is ", wanted, ", but the weights have ", blob.shape());
    }
    return one(blob_of(graph, node, 0, blob.shape(), ""));
}

Imported import_caffe_concat(Importer& graph, const ForeignNode& node) {
    SOFTACL_TRY(check_bottoms(node, 1, node.inputs.size()));
    const auto count = bottoms_of(node);
    const std::vector<ValueRef> bottoms(node.inputs.begin(), node.inputs.begin() + static_cast<std::ptrdiff_t>(count));
    const char* attr = node.attrs.has("concat_dim") ? "concat_dim" : "axis";
    SOFTACL_ASSIGN(const int64_t axis, axis_of(node, attr, 1, graph.type(bottoms[0]).shape));
    return one(graph.add("ConcatD", bottoms, {{"concat_dim", axis}, {"N", static_cast<int64_t>(count)}}));
}

/// At the given points, or into equal parts.
Imported import_caffe_slice(Importer& graph, const ForeignNode& node) {
    SOFTACL_TRY(check_bottoms(node, 1, 1));
    const Shape x = graph.type(node.input(0)).shape;
    const char* attr = node.attrs.has("slice_dim") ? "slice_dim" : "axis";
    SOFTACL_ASSIGN(const int64_t axis, axis_of(node, attr, 1, x));
    const int64_t length = x[static_cast<size_t>(axis)];
    const auto parts = static_cast<int64_t>(node.outputs);
    Ints points = node.attrs.get<Ints>("slice_point", {});
    if (points.empty()) {
        if (length % parts != 0) {
            return import_fail("dimension ", axis, " of the bottom of shape ", x, " has no ", parts, " equal parts");
        }
        for (int64_t i = 1; i < parts; ++i) {
            points.push_back(length / parts * i);
        }
    }
    if (static_cast<int64_t>(points.size()) != parts - 1) {
        return import_fail("it has ", points.size(), " of the parameter slice_point and ", parts,
                           " tops; expected one less");
    }
    points.push_back(length);
    Ints sizes;
    int64_t begin = 0;
    for (const int64_t end : points) {
        if (end <= begin) {
            return import_fail("its parameter slice_point is ", Shape(points), "; expected growing numbers below ",
                               length);
        }
        sizes.push_back(end - begin);
        begin = end;
    }
    const ValueRef splits = graph.add_constant(Tensor::list(sizes), "sizes");
    const ValueRef along = graph.add_constant(Tensor::scalar(axis), "axis");
    return graph.add_node("SplitV", {node.input(0), splits, along}, {{"num_split", parts}}, node.outputs, "");
}

/// The part of the first bottom that is as large as the second one.
Imported import_caffe_crop(Importer& graph, const ForeignNode& node) {
    SOFTACL_TRY(check_bottoms(node, 2, 2));
    const Shape x = graph.type(node.input(0)).shape;
    const Shape size = graph.type(node.input(1)).shape;
    SOFTACL_ASSIGN(const int64_t axis, axis_of(node, "axis", 2, x));
    const Ints given = node.attrs.get<Ints>("offset", {});
    const auto cropped = x.rank() - static_cast<size_t>(axis);
    if (size.rank() != x.rank() || (given.size() > 1 && given.size() != cropped)) {
        return import_fail("its bottoms have the shapes ", x, " and ", size, ", and the parameter offset ",
                           given.size(), " numbers");
    }
    Ints offsets(x.rank(), 0);
    Ints sizes = x.dims();
    for (size_t i = 0; i < cropped; ++i) {
        const size_t at = static_cast<size_t>(axis) + i;
        offsets[at] = given.empty() ? 0 : given[given.size() == 1 ? 0 : i];
        sizes[at] = size[at];
        if (offsets[at] > x[at] - size[at]) {
            return import_fail("the offset ", offsets[at], " of dimension ", at,
                               " is too large: the bottoms have the "
                               "shapes ",
                               x, " and ", size);
        }
    }
    const ValueRef begin = graph.add_constant(Tensor::list(offsets), "offsets");
    const ValueRef extent = graph.add_constant(Tensor::list(sizes), "size");
    return one(graph.add("Slice", {node.input(0), begin, extent}));
}

Imported import_caffe_flatten(Importer& graph, const ForeignNode& node) {
    SOFTACL_TRY(check_bottoms(node, 1, 1));
    return one(graph.add("FlattenV2", {node.input(0)},
                         {{"axis", int_of(node, "axis", 1)}, {"end_axis", int_of(node, "end_axis", -1)}}));
}

Imported import_caffe_reshape(Importer& graph, const ForeignNode& node) {
    SOFTACL_TRY(check_bottoms(node, 1, 1));
    const ValueRef shape = graph.add_constant(Tensor::list(node.attrs.get<Ints>("dim", {})), "shape");
    return one(graph.add("Reshape", {node.input(0), shape},
                         {{"axis", int_of(node, "axis", 0)}, {"num_axes", int_of(node, "num_axes", -1)}}));
}

/// Channels as a table of groups, turned.
Imported import_caffe_shuffle_channel(Importer& graph, const ForeignNode& node) {
    SOFTACL_TRY(check_bottoms(node, 1, 1));
    const Shape x = graph.type(node.input(0)).shape;
    const int64_t groups = int_of(node, "group", 1);
    if (x.rank() < 2 || groups < 1 || x[1] % groups != 0) {
        return import_fail("its parameter group is ", groups, " for a bottom of shape ", x,
                           "; it must divide the channels");
    }
    Ints table = x.dims();
    table[1] /= groups;
    table.insert(table.begin() + 1, groups);
    Ints order(table.size());
    std::iota(order.begin(), order.end(), int64_t{0});
    std::swap(order[1], order[2]);
    const ValueRef wide = graph.add_constant(Tensor::list(table), "groups");
    const ValueRef narrow = graph.add_constant(Tensor::list(x.dims()), "shape");
    SOFTACL_ASSIGN(const ValueRef grouped, graph.add("Reshape", {node.input(0), wide}, {}, "grouped"));
    SOFTACL_ASSIGN(const ValueRef turned, graph.add("TransposeD", {grouped}, {{"perm", order}}, "turned"));
    return one(graph.add("Reshape", {turned, narrow}));
}

Imported import_caffe_tile(Importer& graph, const ForeignNode& node) {
    SOFTACL_TRY(check_bottoms(node, 1, 1));
    const Shape x = graph.type(node.input(0)).shape;
    SOFTACL_ASSIGN(const int64_t axis, axis_of(node, "axis", 1, x));
    const int64_t tiles = int_of(node, "tiles", 0);
    if (tiles < 1) {
        return import_fail("its parameter tiles is ", tiles, "; expected at least 1");
    }
    Ints multiples(x.rank(), 1);
    multiples[static_cast<size_t>(axis)] = tiles;
    return one(graph.add("Tile", {node.input(0), graph.add_constant(Tensor::list(multiples), "multiples")}));
}

}  // namespace softacl::ops
