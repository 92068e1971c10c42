// SPDX-License-Identifier: Apache-2.0
// Windows that slide over the spatial axes of a tensor [N, C, spatial...]: what convolutions and pools share.
#pragma once

#include <string>

#include "ops/op_def.h"

namespace softacl::ops {

/// One entry per spatial axis.
struct Window {
    Ints size;
    Ints strides;
    Ints dilations;
    Ints pads_begin;
    Ints pads_end;

    /// Input positions that one window spans.
    int64_t span(size_t axis) const { return (size[axis] - 1) * dilations[axis] + 1; }
};

/// How the last window is placed where the stride does not divide the input.
enum class Rounding { kDown, kUp };

/// Checks that data_format names channels before the spatial axes, and the input's number of dimensions.
Status check_channels_first(const OpCall& call, size_t input, const std::string& data_format, size_t rank);

/// Reads one number per spatial axis from an attribute that has one per dimension, the first two being 1.
Result<Ints> spatial_attr(const OpCall& call, const char* attr, size_t spatial);

/// Reads pads (begin, end of each axis).
Status read_pads(const OpCall& call, const char* attr, size_t spatial, Window& window);

/// Number of windows along an axis of `input` positions; -1 if that is not known. `input_name` is for the sentence.
Result<int64_t> count_windows(const OpCall& call, const std::string& input_name, const Window& window, size_t axis,
                              int64_t input, Rounding rounding);

/// Pads that make the number of windows ceil(input / stride). More at the end if the number is odd, or at the begin.
struct SamePads {
    int64_t begin;
    int64_t end;
};
SamePads same_pads(int64_t input, int64_t span, int64_t stride, bool more_at_end);

/// The window of an ONNX convolution or pool: kernel_shape, strides, dilations, pads and auto_pad. `size` is used if
/// kernel_shape is left out. SAME needs the spatial dimensions, unless the strides are 1.
Result<Window> onnx_window(const ForeignNode& node, const Shape& input, Ints size);

/// The same for an operator of ours with ONNX's attributes, where an empty list is one that is left out. Pads that
/// depend on a dimension that is not known are no matter: then the number of windows is not known, either.
Result<Window> onnx_window(const OpCall& call, const Shape& input, Ints size);
/// Declares these attributes but dilations, which not all have.
OpDef& declare_onnx_window(OpDef& op);
/// What a foreign node has of them, and dilations.
Attrs onnx_window_attrs(const ForeignNode& node);

/// The form of IR attributes: {1, 1, list...}, and pads as begin, end of each axis.
Ints with_leading_ones(const Ints& spatial);
Ints pads_in_pairs(const Window& window);

/// An ONNX node over one spatial axis is done as one over two, the first of which is 1: `x` becomes [N, C, 1, W].
struct Flat {
    Importer& graph;
    bool is_flat;  ///< x has one spatial axis

    Result<ValueRef> widen(ValueRef value, const std::string& suffix) const;
    Window widen(Window window) const;
    Result<ValueRef> narrow(ValueRef value) const;
    /// The node before narrow() takes the suffix, so that the last one has the foreign node's name.
    const char* suffix(const char* helper) const { return is_flat ? helper : ""; }
};

}  // namespace softacl::ops
