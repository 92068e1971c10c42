// SPDX-License-Identifier: Apache-2.0
// Interp and Upsample of forks.
#include <limits>

#include "ops/caffe/importing.h"
#include "ops/caffe/imports.h"

namespace softacl::ops {
namespace {

Status check_picture(const Shape& x) {
    return x.rank() == 4 ? Status() : import_fail("the bottom has the shape ", x, "; expected 4 dimensions");
}

Imported resized(Importer& graph, const ForeignNode& node, Ints sizes, Attrs attrs) {
    const Shape& x = graph.type(node.input(0)).shape;
    for (const int64_t size : sizes) {
        if (size < 1 || size > std::numeric_limits<int32_t>::max()) {
            return import_fail("its parameters give the size ", Shape(sizes), " for a bottom of shape ", x);
        }
    }
    sizes.insert(sizes.begin(), x.begin(), x.begin() + 2);
    const ValueRef wanted = graph.add_constant(Tensor::list(sizes), "sizes");
    return one(graph.add("Resize", {node.input(0), kNoValue, kNoValue, wanted}, std::move(attrs)));
}

}  // namespace

/// Linear between the corners. The size is given, or the old one made smaller and then larger.
Imported import_caffe_interp(Importer& graph, const ForeignNode& node) {
    SOFTACL_TRY(check_bottoms(node, 1, 1));
    const Shape x = graph.type(node.input(0)).shape;
    SOFTACL_TRY(check_picture(x));
    if (int_of(node, "pad_beg", 0) != 0 || int_of(node, "pad_end", 0) != 0) {
        return import_fail("its parameters pad_beg and pad_end are not supported");
    }
    const int64_t shrink = int_of(node, "shrink_factor", 1);
    const int64_t zoom = int_of(node, "zoom_factor", 1);
    const bool sized = node.attrs.has("height") || node.attrs.has("width");
    const bool scaled = node.attrs.has("shrink_factor") || node.attrs.has("zoom_factor");
    if (shrink < 1 || zoom < 1 || sized == scaled) {
        return import_fail("it needs either height and width, or shrink_factor and zoom_factor of at least 1");
    }
    Ints sizes = {int_of(node, "height", 0), int_of(node, "width", 0)};
    for (size_t i = 0; scaled && i < 2; ++i) {
        const int64_t small = (x[2 + i] - 1) / shrink + 1;
        sizes[i] = small + (small - 1) * (zoom - 1);
    }
    return resized(graph, node, std::move(sizes),
                   {{"mode", std::string("linear")}, {"coordinate_transformation_mode", std::string("align_corners")}});
}

/// Each element becomes a block. In one fork the size of the block is the scale, in another the stride, and the scale
/// a factor of the elements.
Imported import_caffe_upsample(Importer& graph, const ForeignNode& node) {
    SOFTACL_TRY(check_bottoms(node, 1, 1));
    SOFTACL_TRY(refuse_attrs(node, {"pad_out_h", "pad_out_w", "upsample_h", "upsample_w", "scale_h", "scale_w"}));
    const Shape x = graph.type(node.input(0)).shape;
    SOFTACL_TRY(check_picture(x));
    const float scale = float_of(node, "scale", 1);
    Ints block;
    const bool strided = node.attrs.has("stride") || node.attrs.has("stride_h") || node.attrs.has("stride_w");
    if (strided || !node.attrs.has("scale")) {
        SOFTACL_ASSIGN(block, spatial_of(node, "stride", "stride_h", "stride_w", 2, 2));
    } else {
        block = Ints(2, static_cast<int64_t>(scale));
        if (static_cast<float>(block[0]) != scale || scale < 1) {
            return import_fail("its parameter scale is ", scale, "; expected a whole number");
        }
    }
    ForeignNode source = node;
    if (strided && scale != 1) {
        SOFTACL_ASSIGN(source.inputs[0], graph.add("Muls", {node.input(0)}, {{"value", scale}}, "scaled"));
    }
    return resized(graph, source, {x[2] * block[0], x[3] * block[1]},
                   {{"mode", std::string("nearest")},
                    {"coordinate_transformation_mode", std::string("asymmetric")},
                    {"nearest_mode", std::string("floor")}});
}

}  // namespace softacl::ops
