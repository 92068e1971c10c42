// SPDX-License-Identifier: Apache-2.0
#include "ops/detection/yolo_import.h"

#include <algorithm>

#include "ops/caffe/importing.h"

namespace softacl::ops {
namespace {

/// What a Yolo layer reads whose output number `output` this value is, perhaps copied on the way.
Result<ValueRef> source_of(const Importer& graph, const ForeignNode& node, size_t bottom, size_t output) {
    Importer::Maker maker = graph.maker(node.input(bottom));
    while (maker.op == "Identity" && !maker.inputs.empty()) {
        maker = graph.maker(maker.inputs.front());
    }
    if (maker.op != "Yolo") {
        return import_fail("bottom ", bottom,
                           " does not come from a Yolo layer: height and width of its grid cannot be known");
    }
    if (maker.output != output) {
        return import_fail("bottom ", bottom, " is top ", maker.output, " of a Yolo layer; expected top ", output,
                           ": the order is coordinates, objectness and classes of all scales, then the picture's size");
    }
    return maker.inputs.front();
}

}  // namespace

Result<Attrs> attrs_of(const OpDef& op, const ForeignNode& node) {
    Attrs attrs;
    for (const auto& [parameter, given] : node.attrs) {
        const std::string& name = parameter;
        const auto& known = op.attrs();
        const auto at =
            std::find_if(known.begin(), known.end(), [&](const AttrDef& attr) { return attr.name == name; });
        if (at == known.end()) {
            return import_fail("its parameter ", name, " is none of a ", op.name());
        }
        attrs.set(name, given);  // complete() looks at the kind
    }
    return attrs;
}

Imported import_yolo_detection(Importer& graph, const ForeignNode& node) {
    const OpDef& op = *find_op(node.type);
    const bool any_scales = op.inputs().front().arity == Arity::kDynamic;
    const size_t count = any_scales ? bottoms_of(node) : op.inputs().size();
    SOFTACL_TRY(check_bottoms(node, count, count));
    if (count < 4 || count % 3 != 1) {
        return import_fail("it has ", count, " bottoms; expected three for each scale, and the picture's size");
    }
    if (node.outputs != 2) {
        return import_fail("it has ", node.outputs, " tops; expected two (boxes, their number)");
    }
    SOFTACL_ASSIGN(Attrs attrs, attrs_of(op, node));
    const size_t scales = count / 3;
    Ints grids;
    for (size_t scale = 0; scale < scales; ++scale) {
        SOFTACL_ASSIGN(const ValueRef x, source_of(graph, node, scale, 0));
        for (size_t output = 1; output < 3; ++output) {
            const size_t bottom = output * scales + scale;
            SOFTACL_ASSIGN(const ValueRef other, source_of(graph, node, bottom, output));
            if (other != x) {
                return import_fail("bottoms ", scale, " and ", bottom, " come from different Yolo layers");
            }
        }
        const Shape& shape = graph.type(x).shape;
        grids.push_back(shape[2]);
        grids.push_back(shape[3]);
    }
    attrs.set("grids", grids);
    if (any_scales) {
        const int64_t given = int_of(node, "N", static_cast<int64_t>(count));
        if (given != static_cast<int64_t>(count)) {
            return import_fail("its parameter N is ", given, ", but it has ", count, " bottoms");
        }
        attrs.set("N", given);
    }
    return graph.add_node(node.type, node.inputs, std::move(attrs), 2, "");
}

}  // namespace softacl::ops
