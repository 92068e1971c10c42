// SPDX-License-Identifier: Apache-2.0
// A tensor repeated along its dimensions.
#include <algorithm>

#include "ops/caffe/imports.h"
#include "ops/common/attribute_form.h"
#include "ops/common/copy.h"
#include "ops/common/for_elements.h"
#include "ops/common/importing.h"
#include "ops/common/infer.h"
#include "ops/common/reference.h"
#include "ops/common/values.h"

namespace softacl::ops {
namespace {

Result<size_t> list_length(const OpCall& call, size_t input) {
    const Shape& list = call.inputs[input]->shape;
    if (list.rank() > 1 || !list.is_known() || list.elements() > 32) {
        return call.fail("the input ", input_name(call, input), " has the shape ", list,
                         "; expected a list of at most 32 numbers");
    }
    return static_cast<size_t>(list.elements());
}

// Expand: both sides broadcast. BroadcastTo: the shape is the result's.
Status infer_expanded(OpCall& call, bool both) {
    const Shape& x = call.inputs[0]->shape;
    call.outputs[0].dtype = call.inputs[0]->dtype;
    const auto wanted = known_ints(call, 1);
    if (!wanted) {
        SOFTACL_ASSIGN(const size_t length, list_length(call, 1));
        call.outputs[0].shape = unknown_shape(std::max(length, x.rank()));
        return {};
    }
    const Shape target(*wanted);
    if (!target.is_known()) {
        return call.fail("the shape ", target, " has a negative dimension");
    }
    auto shape = broadcast(x, target);
    if (!shape.ok()) {
        return call.fail(shape.status().message());
    }
    if (!both && *shape != target) {
        return call.fail("the shape ", x, " does not broadcast to ", target);
    }
    call.outputs[0].shape = std::move(*shape);
    return {};
}
Status infer_expand(OpCall& call) { return infer_expanded(call, true); }
Status infer_broadcast_to(OpCall& call) { return infer_expanded(call, false); }

Result<kernels::KernelPtr> make_expand(const OpCall& call) {
    SOFTACL_TRY(require_known_shapes(call));
    const Shape& y = call.outputs[0].shape;
    return copy_kernel(call,
                       {{0, 0, y, kernels::broadcast_strides(call.inputs[0]->shape, y), kernels::row_strides(y)}});
}

Status infer_tile(OpCall& call) {
    const Shape& x = call.inputs[0]->shape;
    call.outputs[0] = {call.inputs[0]->dtype, unknown_shape(x.rank())};
    const auto multiples = known_ints(call, 1);
    if (!multiples) {
        return {};
    }
    if (multiples->size() != x.rank()) {
        return call.fail("there are ", multiples->size(), " multiples; the input has ", x.rank(), " dimensions");
    }
    for (size_t i = 0; i < x.rank(); ++i) {
        const int64_t multiple = (*multiples)[i];
        if (multiple < 0 || !Shape{x[i], multiple}.fits(1)) {
            return call.fail("the multiple ", multiple, " of dimension ", i, " of ", x, " is not possible");
        }
        call.outputs[0].shape[i] = x[i] < 0 ? -1 : x[i] * multiple;
    }
    return {};
}

// One or more dimensions of x, repeated together.
struct TileLevel {
    int64_t count;     // of what the next level writes
    int64_t multiple;  // of all that
    int64_t from;      // elements of x that one of the count takes
    int64_t to;        // elements of the result that it becomes
};

// What is repeated is copied from the result: the longer, the faster.
template <class T>
void tile(const TileLevel* level, const TileLevel* end, const T* from, T* to) {
    if (level + 1 == end) {
        std::copy_n(from, level->count, to);
    } else {
        for (int64_t i = 0; i < level->count; ++i) {
            tile(level + 1, end, from + i * level->from, to + i * level->to);
        }
    }
    const int64_t part = level->count * level->to;
    const int64_t all = part * level->multiple;
    for (int64_t done = part; done < all; done += std::min(done, all - done)) {
        std::copy_n(to, std::min(done, all - done), to + done);
    }
}

Result<kernels::KernelPtr> make_tile(const OpCall& call) {
    SOFTACL_TRY(require_known_shapes(call));
    SOFTACL_ASSIGN(const Ints multiples, required_ints(call, 1));
    const Shape& x = call.inputs[0]->shape;
    // From behind. Dimensions that are not repeated belong to those before them.
    std::vector<TileLevel> levels = {{1, 1, 1, 1}};
    for (size_t i = x.rank(); i > 0; --i) {
        TileLevel& last = levels.back();
        if (last.multiple == 1) {
            last.count *= x[i - 1];
            last.multiple = multiples[i - 1];
        } else {
            levels.push_back(
                {x[i - 1], multiples[i - 1], last.count * last.from, last.count * last.multiple * last.to});
        }
    }
    std::reverse(levels.begin(), levels.end());
    if (levels[0].multiple != 1 || levels.size() == 1) {
        levels.insert(levels.begin(),
                      {1, 1, levels[0].count * levels[0].from, levels[0].count * levels[0].multiple * levels[0].to});
    }
    kernels::KernelPtr kernel;
    visit_size(call.outputs[0].dtype, [&](auto tag) {
        using T = typename decltype(tag)::Type;
        kernel = function_kernel(call, [levels](const kernels::Kernel::Buffers& buffers) -> Status {
            const TileLevel& first = levels[0];
            if (first.to == 0) {
                return {};
            }
            for_rows(first.count, first.to, [&](int64_t i) {
                tile(levels.data() + 1, levels.data() + levels.size(),
                     static_cast<const T*>(buffers.inputs[0]) + i * first.from,
                     static_cast<T*>(buffers.outputs[0]) + i * first.to);
            });
            return {};
        });
    });
    return kernel;
}

Imported import_expand(Importer& graph, const ForeignNode& node) { return one(graph.add("Expand", node.inputs)); }

// Opset 1 has the number of copies and the axis as inputs.
Imported import_tile(Importer& graph, const ForeignNode& node) {
    if (node.version >= 6) {
        return one(graph.add("Tile", node.inputs));
    }
    SOFTACL_ASSIGN(const Ints copies, ints_of(graph, node, 1, "tiles", {}));
    SOFTACL_ASSIGN(const Ints axis, ints_of(graph, node, 2, "axis", {}));
    if (!node.has_input(0) || copies.size() != 1 || axis.size() != 1 || axis[0] < 0 ||
        axis[0] >= static_cast<int64_t>(graph.type(node.input(0)).shape.rank())) {
        return import_fail("tiles and axis must be one number each, axis within the input's dimensions");
    }
    Ints multiples(graph.type(node.input(0)).shape.rank(), 1);
    multiples[static_cast<size_t>(axis[0])] = copies[0];
    return one(graph.add("Tile", {node.input(0), graph.add_constant(Tensor::list(multiples), "multiples")}));
}

constexpr AttributeForm kExpand = {"Expand"};
constexpr AttributeForm kBroadcastTo = {"BroadcastTo"};
constexpr AttributeForm kTileD = {"Tile"};

}  // namespace

OpDef declare_Expand() {
    return OpDef("Expand", "x repeated so that it has the shape that it and `shape` broadcast to.")
        .input("x", kAny)
        .input("shape", kIndexes | DTypes{ACL_INT16})
        .output("y", kAny)
        .needs_value(1)
        .infer(infer_expand)
        .kernel("reference", make_expand)
        .onnx("Expand", import_expand);
}

OpDef declare_ExpandD() {
    return attribute_form<kExpand>(declare_Expand(), OpDef("ExpandD", "Expand whose shape is an attribute.")
                                                         .input("x", kAny)
                                                         .output("y", kAny)
                                                         .required_attr("shape", Ints{}));
}

OpDef declare_BroadcastTo() {
    return OpDef("BroadcastTo", "x repeated so that it has the shape `shape`.")
        .input("x", kAny)
        .input("shape", kIndexes)
        .output("y", kAny)
        .needs_value(1)
        .infer(infer_broadcast_to)
        .kernel("reference", make_expand);
}

OpDef declare_Tile() {
    return OpDef("Tile", "x repeated `multiples` times along each dimension.")
        .input("x", kAny)
        .input("multiples", kIndexes)
        .output("y", kAny)
        .needs_value(1)
        .infer(infer_tile)
        .kernel("reference", make_tile)
        .onnx("Tile", import_tile)
        .caffe("Tile", import_caffe_tile);
}

OpDef declare_TileD() {
    return attribute_form<kTileD>(declare_Tile(), OpDef("TileD", "Tile whose multiples are an attribute.")
                                                      .input("x", kAny)
                                                      .output("y", kAny)
                                                      .required_attr("multiples", Ints{}));
}

OpDef declare_BroadcastToD() {
    return attribute_form<kBroadcastTo>(declare_BroadcastTo(),
                                        OpDef("BroadcastToD", "BroadcastTo whose shape is an attribute.")
                                            .input("x", kAny)
                                            .output("y", kAny)
                                            .required_attr("shape", Ints{}));
}

}  // namespace softacl::ops
