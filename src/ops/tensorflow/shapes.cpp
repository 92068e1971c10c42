// SPDX-License-Identifier: Apache-2.0
// Other shapes and other places.
#include <algorithm>

#include "ops/common/scalar.h"
#include "ops/tensorflow/importing.h"

namespace softacl::ops {
namespace {

Result<ValueRef> reshaped(Importer& graph, ValueRef x, const Ints& dims, const std::string& suffix) {
    const ValueRef shape = graph.add_constant(Tensor::list(dims), suffix.empty() ? "shape" : suffix + "_shape");
    return graph.add("Reshape", {x, shape}, {}, suffix);
}

/// block_shape, and paddings or crops as pairs, of an input with known dimensions.
struct Blocks {
    Shape x;
    Ints block;
    Ints pairs;
};
Result<Blocks> blocks_of(const Importer& graph, const ForeignNode& node, const char* pairs_name) {
    SOFTACL_TRY(check_inputs(node, 3, 3));
    Blocks blocks;
    blocks.x = graph.type(node.input(0)).shape;
    SOFTACL_ASSIGN(blocks.block, known_input(graph, node, 1, "block_shape"));
    SOFTACL_ASSIGN(blocks.pairs, known_input(graph, node, 2, pairs_name));
    constexpr int64_t kMost = 1 << 20;
    constexpr int64_t kMostBlocks = int64_t{1} << 30;
    const auto bad = [](int64_t value) { return value < 0 || value > kMost; };
    int64_t count = 1;  // as long as it stays in its limits
    for (const int64_t block : blocks.block) {
        count = bad(block) || count > kMostBlocks ? kMostBlocks + 1 : count * block;
    }
    if (count > kMostBlocks ||
        std::any_of(blocks.x.begin(), blocks.x.end(), [](int64_t d) { return d > kMostBlocks; })) {
        return import_fail("block_shape ", Shape(blocks.block), " is too large for ", blocks.x);
    }
    if (!blocks.x.is_known() || blocks.x.rank() < blocks.block.size() + 1 ||
        blocks.pairs.size() != 2 * blocks.block.size() ||
        std::any_of(blocks.block.begin(), blocks.block.end(), [&](int64_t b) { return b == 0 || bad(b); }) ||
        std::any_of(blocks.pairs.begin(), blocks.pairs.end(), bad)) {
        return import_fail("block_shape ", Shape(blocks.block), " and ", pairs_name, " ", Shape(blocks.pairs),
                           " do not fit ", blocks.x);
    }
    return blocks;
}

}  // namespace

Imported import_tf_const(Importer& /*graph*/, const ForeignNode& node) {
    return import_fail("it ", node.attrs.get<std::string>("value", "has no value"));
}

Imported import_tf_identity(Importer& graph, const ForeignNode& node) {
    if (!node.has_input(0)) {
        return import_fail("it has no input");
    }
    return one(graph.add("Identity", {node.input(0)}));
}

Imported import_tf_identities(Importer& graph, const ForeignNode& node) {
    std::vector<ValueRef> outputs;
    for (size_t i = 0; i < node.inputs.size(); ++i) {
        SOFTACL_ASSIGN(const ValueRef y, graph.add("Identity", {node.input(i)}, {}, i == 0 ? "" : std::to_string(i)));
        outputs.push_back(y);
    }
    return outputs;
}

/// The axis stands last, or first in the older operator.
Imported import_tf_concat(Importer& graph, const ForeignNode& node) {
    const bool old = node.type == "Concat";
    if (node.inputs.size() < 2) {
        return import_fail("it has ", node.inputs.size(), " inputs; expected at least 2");
    }
    std::vector<ValueRef> parts = node.inputs;
    const size_t place = old ? 0 : parts.size() - 1;
    SOFTACL_ASSIGN(const Ints axis, known_input(graph, node, place, "axis"));
    if (axis.size() != 1) {
        return import_fail("its input axis has ", axis.size(), " elements; expected 1");
    }
    parts.erase(parts.begin() + static_cast<std::ptrdiff_t>(place));
    const auto count = static_cast<int64_t>(parts.size());
    return one(graph.add("ConcatD", std::move(parts), {{"concat_dim", axis[0]}, {"N", count}}));
}

/// Known at once if the dimensions are.
Imported import_tf_shape(Importer& graph, const ForeignNode& node) {
    const auto type = node.attrs.get<aclDataType>("out_type", ACL_INT32);
    if (type != ACL_INT32 && type != ACL_INT64) {
        return import_fail("its attribute out_type is ", name_of(type), "; expected int32 or int64");
    }
    const bool wide = type == ACL_INT64;
    const bool several = node.type == "ShapeN";
    std::vector<ValueRef> outputs;
    for (size_t i = 0; i < node.inputs.size(); ++i) {
        const Shape shape = graph.type(node.input(i)).shape;
        const std::string suffix = i == 0 ? "" : std::to_string(i);
        if (!shape.is_known()) {
            SOFTACL_ASSIGN(
                const ValueRef y,
                graph.add(several ? "Shape" : node.type, {node.input(i)},
                          node.type == "Rank" ? Attrs() : Attrs{{"dtype", static_cast<int64_t>(type)}}, suffix));
            outputs.push_back(y);
            continue;
        }
        Ints values = shape.dims();
        if (node.type == "Size" || node.type == "Rank") {
            values = {node.type == "Size" ? shape.elements() : static_cast<int64_t>(shape.rank())};
        }
        const bool scalar = node.type == "Size" || node.type == "Rank";
        const Shape result = scalar ? Shape{} : Shape{static_cast<int64_t>(values.size())};
        outputs.push_back(
            graph.add_constant(wide ? Tensor::of<int64_t>(result, values)
                                    : Tensor::of<int32_t>(result, std::vector<int32_t>(values.begin(), values.end())),
                               suffix));
    }
    return outputs;
}

Imported import_tf_squeeze(Importer& graph, const ForeignNode& node) {
    SOFTACL_TRY(check_inputs(node, 1, 1));
    return one(graph.add("Squeeze", {node.input(0)}, {{"axis", node.attrs.get<Ints>("squeeze_dims", {})}}));
}

Imported import_tf_transpose(Importer& graph, const ForeignNode& node) {
    SOFTACL_TRY(check_inputs(node, 2, 2));
    SOFTACL_ASSIGN(Ints perm, known_input(graph, node, 1, "perm"));
    return one(graph.add("TransposeD", {node.input(0)}, {{"perm", std::move(perm)}}));
}

Imported import_tf_gather(Importer& graph, const ForeignNode& node) {
    SOFTACL_TRY(check_inputs(node, 2, 3));
    ValueRef axis = node.input(2);
    if (axis == kNoValue) {
        axis = graph.add_constant(Tensor::scalar<int32_t>(0), "axis");
    }
    return one(graph.add("GatherV2", {node.input(0), node.input(1), axis},
                         {{"batch_dims", node.attrs.get<int64_t>("batch_dims", 0)}}));
}

Imported import_tf_split(Importer& graph, const ForeignNode& node) {
    const bool unpacks = node.type == "Unpack";
    const auto count = node.attrs.get<int64_t>(unpacks ? "num" : "num_split", 0);
    if (count < 1 || static_cast<size_t>(count) != node.outputs) {
        return import_fail("it makes ", count, " tensors, and ", node.outputs, " are read");
    }
    Attrs attrs = {{unpacks ? "num" : "num_split", count}};
    if (unpacks) {
        attrs.set("axis", node.attrs.get<int64_t>("axis", 0));
    }
    return graph.add_node(node.type, node.inputs, std::move(attrs), node.outputs, "");
}

/// Values that have the same place are summed.
Imported import_tf_scatter_nd(Importer& graph, const ForeignNode& node) {
    SOFTACL_TRY(check_inputs(node, 3, 3));
    const ValueRef zero = graph.add_constant(scalar_of(graph.type(node.input(1)).dtype, 0), "zero");
    SOFTACL_ASSIGN(const ValueRef zeros, graph.add("Fill", {node.input(2), zero}, {}, "zeros"));
    return one(graph.add("TensorScatterAdd", {zeros, node.input(0), node.input(1)}));
}

Imported import_tf_depth_space(Importer& graph, const ForeignNode& node) {
    SOFTACL_TRY(check_inputs(node, 1, 1));
    const auto format = node.attrs.get<std::string>("data_format", "NHWC");
    return one(graph.add(node.type, {node.input(0)},
                         {{"block_size", node.attrs.get<int64_t>("block_size", 0)}, {"data_format", format}}));
}

/// Pads, then blocks of the spatial dimensions become batches: a reshape, a transpose, a reshape.
Imported import_tf_space_to_batch(Importer& graph, const ForeignNode& node) {
    SOFTACL_ASSIGN(const Blocks blocks, blocks_of(graph, node, "paddings"));
    const size_t count = blocks.block.size();
    Ints pads = {0, 0};
    pads.insert(pads.end(), blocks.pairs.begin(), blocks.pairs.end());
    pads.resize(2 * blocks.x.rank(), 0);
    const ValueRef borders =
        graph.add_constant(Tensor::of<int64_t>({static_cast<int64_t>(blocks.x.rank()), 2}, pads), "paddings");
    SOFTACL_ASSIGN(const ValueRef padded, graph.add("Pad", {node.input(0), borders}, {}, "pad"));
    Ints split = {blocks.x[0]};
    Ints first;
    Ints second = {0};
    Ints result = {blocks.x[0]};
    for (size_t i = 0; i < count; ++i) {
        const int64_t size = blocks.x[1 + i] + blocks.pairs[2 * i] + blocks.pairs[2 * i + 1];
        if (size % blocks.block[i] != 0) {
            return import_fail("dimension ", 1 + i, " with its paddings has ", size,
                               " places, which do not make blocks of ", blocks.block[i]);
        }
        split.insert(split.end(), {size / blocks.block[i], blocks.block[i]});
        first.push_back(static_cast<int64_t>(2 + 2 * i));
        second.push_back(static_cast<int64_t>(1 + 2 * i));
        result[0] *= blocks.block[i];
        result.push_back(size / blocks.block[i]);
    }
    first.insert(first.end(), second.begin(), second.end());
    for (size_t i = 1 + count; i < blocks.x.rank(); ++i) {
        split.push_back(blocks.x[i]);
        first.push_back(static_cast<int64_t>(i + count));
        result.push_back(blocks.x[i]);
    }
    SOFTACL_ASSIGN(const ValueRef apart, reshaped(graph, padded, split, "split"));
    SOFTACL_ASSIGN(const ValueRef turned, graph.add("TransposeD", {apart}, {{"perm", std::move(first)}}, "blocks"));
    return one(reshaped(graph, turned, result, ""));
}

/// The other way round, and what belongs to no picture is cut off.
Imported import_tf_batch_to_space(Importer& graph, const ForeignNode& node) {
    SOFTACL_ASSIGN(const Blocks blocks, blocks_of(graph, node, "crops"));
    const size_t count = blocks.block.size();
    const int64_t parts = Shape(blocks.block).elements();
    if (blocks.x[0] % parts != 0) {
        return import_fail("a batch of ", blocks.x[0], " does not make blocks of ", Shape(blocks.block));
    }
    Ints split = blocks.block;
    split.push_back(blocks.x[0] / parts);
    Ints order = {static_cast<int64_t>(count)};
    Ints whole = {blocks.x[0] / parts};
    Ints begin(blocks.x.rank(), 0);
    Ints size;
    for (size_t i = 0; i < count; ++i) {
        order.insert(order.end(), {static_cast<int64_t>(count + 1 + i), static_cast<int64_t>(i)});
        whole.push_back(blocks.x[1 + i] * blocks.block[i]);
        begin[1 + i] = blocks.pairs[2 * i];
    }
    for (size_t i = 1; i < blocks.x.rank(); ++i) {
        split.push_back(blocks.x[i]);
        if (i > count) {
            order.push_back(static_cast<int64_t>(count + i));
            whole.push_back(blocks.x[i]);
        }
    }
    size = whole;
    for (size_t i = 0; i < count; ++i) {
        size[1 + i] -= blocks.pairs[2 * i] + blocks.pairs[2 * i + 1];
        if (size[1 + i] < 0) {
            return import_fail("its crops ", Shape(blocks.pairs), " leave nothing of ", Shape(whole));
        }
    }
    SOFTACL_ASSIGN(const ValueRef apart, reshaped(graph, node.input(0), split, "split"));
    SOFTACL_ASSIGN(const ValueRef turned, graph.add("TransposeD", {apart}, {{"perm", std::move(order)}}, "blocks"));
    SOFTACL_ASSIGN(const ValueRef joined, reshaped(graph, turned, whole, "joined"));
    const ValueRef from = graph.add_constant(Tensor::list(begin), "begin");
    const ValueRef sizes = graph.add_constant(Tensor::list(size), "size");
    return one(graph.add("Slice", {joined, from, sizes}));
}

}  // namespace softacl::ops
