// SPDX-License-Identifier: Apache-2.0
// What many import functions of Caffe layers need.
#pragma once

#include <initializer_list>
#include <string>

#include "ops/common/importing.h"
#include "ops/common/window.h"

namespace softacl::ops {

/// Bottoms of a layer, without its weights.
inline size_t bottoms_of(const ForeignNode& node) { return node.inputs.size() - node.blobs; }

/// Fails if the layer has another number of bottoms.
Status check_bottoms(const ForeignNode& node, size_t least, size_t most);
/// Fails for the first of these parameters that the layer has: nothing here does what it asks for.
Status refuse_attrs(const ForeignNode& node, std::initializer_list<const char*> names);

/// A truth value, integer or float of the layer.
inline bool flag_of(const ForeignNode& node, const char* attr, bool fallback) {
    return node.attrs.get<bool>(attr, fallback);
}
inline int64_t int_of(const ForeignNode& node, const char* attr, int64_t fallback) {
    return node.attrs.get<int64_t>(attr, fallback);
}
inline float float_of(const ForeignNode& node, const char* attr, float fallback) {
    return node.attrs.get<float>(attr, fallback);
}
/// An axis of `x`: negative ones count from the end. Up to `most`, by default the last axis.
Result<int64_t> axis_of(const ForeignNode& node, const char* attr, int64_t fallback, const Shape& x, int64_t more = 0);

/// The layer's weights number `index`, as `shape`. Dimensions of 1 before and behind the
/// others do not count: old files have four of anything.
Result<ValueRef> blob_of(Importer& graph, const ForeignNode& node, size_t index, const Shape& shape,
                         const std::string& suffix);
/// As it is in the file.
Result<Tensor> blob_of(const Importer& graph, const ForeignNode& node, size_t index);

/// One number per spatial axis: the parameter `all` (one number for all, or one each), or those of height and width.
Result<Ints> spatial_of(const ForeignNode& node, const std::string& all, const char* height, const char* width,
                        size_t spatial, int64_t fallback);
/// kernel, stride, pad and dilation of a layer that reads `x`.
Result<Window> window_of(const ForeignNode& node, const Shape& x);

/// `x` with these dimensions: a Reshape, unless it has them.
Result<ValueRef> add_reshape(Importer& graph, ValueRef x, const Ints& dims, const std::string& suffix);

}  // namespace softacl::ops
