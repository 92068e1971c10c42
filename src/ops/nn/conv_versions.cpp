// SPDX-License-Identifier: Apache-2.0
// Convolutions in other words: each group one channel, the gradient by the input, Caffe's deconvolution, and forms
// whose size is an attribute.
#include <algorithm>

#include "ops/common/attribute_form.h"
#include "ops/common/delegate.h"
#include "ops/common/values.h"

namespace softacl::ops {

OpDef declare_Conv2DTranspose();
OpDef declare_Conv3DTranspose();

namespace {

/// Brings a filter [height, width, input channels, output channels] to the order of channels first.
Ints filter_first(size_t rank) {
    Ints order = {static_cast<int64_t>(rank) - 1, static_cast<int64_t>(rank) - 2};
    for (size_t i = 0; i + 2 < rank; ++i) {
        order.push_back(static_cast<int64_t>(i));
    }
    return order;
}

/// A list with one number for each dimension, for channels first.
Ints turned(const Ints& list, bool last) {
    if (!last || list.size() < 4) {
        return list;
    }
    Ints result = {list.front(), list.back()};
    result.insert(result.end(), list.begin() + 1, list.end() - 1);
    return result;
}

Result<bool> channels_are_last(const OpCall& call, size_t rank) {
    const auto& format = call.attrs.at<std::string>("data_format");
    const bool last = format == (rank == 5 ? "NDHWC" : "NHWC");
    if (!last && format != (rank == 5 ? "NCDHW" : "NCHW")) {
        return call.fail("the attribute data_format is ", format, "; expected ",
                         rank == 5 ? "NDHWC or NCDHW" : "NHWC or NCHW");
    }
    return last;
}

Status require_rank(const OpCall& call, size_t input, size_t rank) {
    return call.inputs[input]->shape.rank() == rank
               ? Status()
               : call.fail("the input ", input_name(call, input), " has the shape ", call.inputs[input]->shape,
                           "; expected ", rank, " dimensions");
}

int64_t product_of(int64_t a, int64_t b) { return a < 0 || b < 0 ? -1 : a * b; }

// DepthwiseConv2D: filters [height, width, channels, multiplier] with channels last, else [results, 1, height, width]

Result<Delegate> as_depthwise(const OpCall& call) {
    SOFTACL_TRY(require_rank(call, 0, 4));
    SOFTACL_TRY(require_rank(call, 1, 4));
    SOFTACL_ASSIGN(const bool last, channels_are_last(call, 4));
    const Shape& x = call.inputs[0]->shape;
    const TensorType& filter_type = *call.inputs[1];
    const Shape& filter = filter_type.shape;
    const int64_t channels = x[last ? 3 : 1];
    if (channels < 1) {
        return call.fail("the input x has the shape ", x, "; expected a known number of channels, at least 1");
    }
    const bool by_place = filter_type.format == ACL_FORMAT_HWCN || (last && filter_type.format != ACL_FORMAT_NCHW);
    DelegateInput given = {1};
    if (by_place) {
        given.order = {2, 3, 0, 1};
        given.shape = Shape{product_of(filter[2], filter[3]), 1, filter[0], filter[1]};
        if (filter[2] >= 0 && filter[2] != channels) {
            return call.fail("the input filter has the shape ", filter, "; expected ", channels, " channels like x");
        }
    } else if (filter[1] != 1 && filter[0] == 1) {
        given.shape = Shape{filter[1], 1, filter[2], filter[3]};
    }
    const auto attr = [&](const char* name) { return turned(call.attrs.at<Ints>(name), last); };
    return Delegate{"Conv2D",
                    {{0, {}, last ? channels_first(4) : Ints{}, {}}, given, {2}, {3}},
                    {{"strides", attr("strides")},
                     {"dilations", attr("dilations")},
                     {"pads", call.attrs.at<Ints>("pads")},
                     {"groups", channels},
                     {"data_format", std::string("NCHW")},
                     {"offset_x", call.attrs.at<int64_t>("offset_x")}},
                    {{{}, last ? channels_last(4) : Ints{}, call.inputs[0]->format}}};
}

// Conv2DBackpropInput, Conv3DBackpropInput: what a convolution's input must change by is a transposed convolution

/// What the size that is asked for is larger than that of the windows.
Result<Ints> output_padding(const OpCall& call, const Ints& size, const Shape& from, const Shape& filter,
                            const Ints& strides, const Ints& dilations) {
    const size_t rank = size.size();
    const Ints& pads = call.attrs.at<Ints>("pads");
    Ints more(rank, 0);
    if (strides.size() != rank || dilations.size() != rank || pads.size() != 2 * (rank - 2)) {
        return more;  // refused by the other operator
    }
    for (size_t i = 2; i < rank; ++i) {
        if (from[i] < 0 || filter[i] < 0) {
            continue;
        }
        constexpr int64_t kMost = int64_t{1} << 30;
        const auto [least, most] =
            std::minmax({size[i], from[i], filter[i], strides[i], dilations[i], pads[2 * i - 4], pads[2 * i - 3]});
        if (least < -kMost || most > kMost) {
            return call.fail("sizes, strides, dilations and pads beyond ", kMost, " are not supported");
        }
        const int64_t full = (from[i] - 1) * strides[i] + (filter[i] - 1) * dilations[i] + 1;
        more[i] = size[i] - (full - pads[2 * i - 4] - pads[2 * i - 3]);
        if (more[i] < 0 || more[i] >= std::max(strides[i], int64_t{1})) {
            return call.fail("the input input_size has ", size[i], " for dimension ", i,
                             " of channels first; pads, strides and filter give ", size[i] - more[i], " to ",
                             size[i] - more[i] + strides[i] - 1);
        }
    }
    return more;
}

template <size_t rank>
Result<Delegate> as_transposed(const OpCall& call) {
    SOFTACL_TRY(require_rank(call, 1, rank));
    SOFTACL_TRY(require_rank(call, 2, rank));
    SOFTACL_ASSIGN(const bool last, channels_are_last(call, rank));
    const TensorType& filter = *call.inputs[1];
    const aclFormat channels_last_filter = rank == 5 ? ACL_FORMAT_NDHWC : ACL_FORMAT_NHWC;
    if (filter.format == channels_last_filter) {
        return call.fail("the input filter has the format ", name_of(filter.format), "; only ",
                         rank == 5 ? "DHWCN and NCDHW" : "HWCN and NCHW", " are supported");
    }
    const bool channels_first_filter = filter.format == (rank == 5 ? ACL_FORMAT_NCDHW : ACL_FORMAT_NCHW);
    const bool by_place = filter.format == ACL_FORMAT_HWCN || (last && !channels_first_filter);
    const Ints forth = last ? channels_first(rank) : Ints{};
    const Ints strides = turned(call.attrs.at<Ints>("strides"), last);
    const Ints dilations = turned(call.attrs.at<Ints>("dilations"), last);
    const auto size = known_ints(call, 0);
    Ints wanted;
    Ints more(rank, 0);
    if (size && !size->empty()) {
        if (size->size() != rank) {
            return call.fail("the input input_size has ", size->size(), " elements; expected ", rank);
        }
        wanted = turned(*size, last);
        const auto shape_of = [&](size_t input, const Ints& order) {
            Shape shape = call.inputs[input]->shape;
            for (size_t i = 0; i < order.size(); ++i) {
                shape[i] = call.inputs[input]->shape[static_cast<size_t>(order[i])];
            }
            return shape;
        };
        SOFTACL_ASSIGN(more, output_padding(call, wanted, shape_of(2, forth),
                                            shape_of(1, by_place ? filter_first(rank) : Ints{}), strides, dilations));
    }
    return Delegate{
        rank == 5 ? "Conv3DTranspose" : "Conv2DTranspose",
        {{kNoInput, Tensor::list(wanted)}, {2, {}, forth, {}}, {1, {}, by_place ? filter_first(rank) : Ints{}, {}}},
        {{"strides", strides},
         {"dilations", dilations},
         {"pads", call.attrs.at<Ints>("pads")},
         {"groups", call.attrs.at<int64_t>("groups")},
         {"data_format", std::string(rank == 5 ? "NCDHW" : "NCHW")},
         {"output_padding", more}},
        {{{}, last ? channels_last(rank) : Ints{}, call.inputs[2]->format}}};
}

// Deconvolution, of Caffe

Result<Delegate> as_deconvolution(const OpCall& call) {
    const Ints& strides = call.attrs.at<Ints>("strides");
    if (strides.size() != 2) {
        return call.fail("the attribute strides has ", strides.size(), " entries; expected 2");
    }
    return Delegate{"Conv2DTranspose",
                    {{kNoInput, Tensor::list(Ints{})}, {0}, {1}, {2}, {3}},
                    {{"strides", Ints{1, 1, strides[0], strides[1]}},
                     {"dilations", call.attrs.at<Ints>("dilations")},
                     {"pads", call.attrs.at<Ints>("pads")},
                     {"groups", call.attrs.at<int64_t>("groups")},
                     {"data_format", call.attrs.at<std::string>("data_format")},
                     {"offset_x", call.attrs.at<int64_t>("offset_x")}},
                    {{{}, {}, call.inputs[0]->format}}};
}

OpDef& window_attrs(OpDef& op, size_t rank) {
    return op.required_attr("strides", Ints{})
        .required_attr("pads", Ints{})
        .attr("dilations", Ints(rank, 1))
        .attr("groups", int64_t{1})
        .attr("data_format", std::string(rank == 5 ? "NDHWC" : "NHWC"));
}

OpDef backprop(const char* name, const char* doc, bool has_size, size_t rank) {
    OpDef op(name, doc);
    if (has_size) {
        op.input("input_size", kIndexes);
    }
    op.input("filter", kFloats).input("out_backprop", kFloats).output("y", kFloats);
    if (has_size) {
        op.needs_value(0);
    } else {
        op.required_attr("input_size", Ints{});
    }
    return window_attrs(op, rank);
}

OpDef transposed_form(const char* name, const char* doc, size_t rank) {
    OpDef op(name, doc);
    op.input("x", kFloats)
        .input("filter", kFloats)
        .optional_input("bias", kFloats)
        .optional_input("offset_w", {ACL_INT8})
        .output("y", kFloats)
        .required_attr("input_size", Ints{});
    return window_attrs(op, rank).attr("output_padding", Ints(rank, 0)).attr("offset_x", int64_t{0});
}

constexpr AttributeForm kConv2DTransposeD = {"Conv2DTranspose"};
constexpr AttributeForm kConv3DTransposeD = {"Conv3DTranspose"};
constexpr AttributeForm kConv2DBackpropInputD = {"Conv2DBackpropInput"};
constexpr AttributeForm kConv3DBackpropInputD = {"Conv3DBackpropInput"};

}  // namespace

OpDef declare_DepthwiseConv2D() {
    return delegated<as_depthwise>(OpDef("DepthwiseConv2D", "Convolution of each channel with filters of its own.")
                                       .input("x", kFloats)
                                       .input("filter", kFloats)
                                       .optional_input("bias", kFloats)
                                       .optional_input("offset_w", {ACL_INT8})
                                       .output("y", kFloats)
                                       .required_attr("strides", Ints{})
                                       .attr("dilations", Ints(4, 1))
                                       .required_attr("pads", Ints{})
                                       .attr("data_format", std::string("NHWC"))
                                       .attr("offset_x", int64_t{0}));
}
OpDef declare_Conv2DBackpropInput() {
    return delegated<as_transposed<4>>(
        backprop("Conv2DBackpropInput", "The gradient of a convolution by its input.", true, 4));
}
OpDef declare_Conv3DBackpropInput() {
    return delegated<as_transposed<5>>(
        backprop("Conv3DBackpropInput", "The gradient of a convolution over three axes by its input.", true, 5));
}
OpDef declare_Conv2DBackpropInputD() {
    return attribute_form<kConv2DBackpropInputD>(
        declare_Conv2DBackpropInput(),
        backprop("Conv2DBackpropInputD", "Conv2DBackpropInput to a fixed size.", false, 4));
}
OpDef declare_Conv3DBackpropInputD() {
    return attribute_form<kConv3DBackpropInputD>(
        declare_Conv3DBackpropInput(),
        backprop("Conv3DBackpropInputD", "Conv3DBackpropInput to a fixed size.", false, 5));
}
OpDef declare_Conv2DTransposeD() {
    return attribute_form<kConv2DTransposeD>(
        declare_Conv2DTranspose(), transposed_form("Conv2DTransposeD", "Conv2DTranspose to a fixed size.", 4));
}
OpDef declare_Conv3DTransposeD() {
    return attribute_form<kConv3DTransposeD>(
        declare_Conv3DTranspose(), transposed_form("Conv3DTransposeD", "Conv3DTranspose to a fixed size.", 5));
}
OpDef declare_Deconvolution() {
    return delegated<as_deconvolution>(OpDef("Deconvolution", "Transposed convolution as Caffe has it.")
                                           .input("x", kFloats)
                                           .input("filter", kFloats)
                                           .optional_input("bias", kFloats)
                                           .optional_input("offset_w", {ACL_INT8})
                                           .output("y", kFloats)
                                           .attr("strides", Ints{1, 1})
                                           .attr("pads", Ints{0, 0, 0, 0})
                                           .attr("dilations", Ints{1, 1, 1, 1})
                                           .attr("groups", int64_t{1})
                                           .attr("data_format", std::string("NCHW"))
                                           .attr("offset_x", int64_t{0}));
}

}  // namespace softacl::ops
