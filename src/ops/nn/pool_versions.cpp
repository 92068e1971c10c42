// SPDX-License-Identifier: Apache-2.0
// Pools in the words of TensorFlow and Caffe: MaxPoolV3 and AvgPoolV2, with channels at the end or other attributes.
#include "ops/common/delegate.h"
#include "ops/common/values.h"

namespace softacl::ops {
namespace {

/// ksize or strides of an attribute or a known input, for a tensor with channels first.
Result<Ints> turned_list(const OpCall& call, const char* name, size_t input, bool last) {
    const auto* attr = call.attrs.find_as<Ints>(name);
    Ints list;
    if (attr != nullptr) {
        list = *attr;
    } else {
        SOFTACL_ASSIGN(list, required_ints(call, input));
    }
    if (list.size() != 4) {
        return call.fail(name, " has ", list.size(), " entries; expected 4");
    }
    return last ? Ints{list[0], list[3], list[1], list[2]} : list;
}

Result<Delegate> as_tensorflow(const OpCall& call) {
    const auto& format = call.attrs.at<std::string>("data_format");
    const bool last = format == "NHWC";
    if (!last && format != "NCHW") {
        return call.fail("the attribute data_format is ", format, "; expected NHWC or NCHW");
    }
    if (call.inputs[0]->shape.rank() != 4) {
        return call.fail("the input x has the shape ", call.inputs[0]->shape, "; expected four dimensions");
    }
    const auto& padding = call.attrs.at<std::string>("padding");
    if (padding != "SAME" && padding != "VALID") {
        return call.fail("the attribute padding is ", padding, "; expected SAME or VALID");
    }
    SOFTACL_ASSIGN(Ints ksize, turned_list(call, "ksize", 1, last));
    SOFTACL_ASSIGN(Ints strides, turned_list(call, "strides", 2, last));
    const bool maximum = call.op->name() != "AvgPool";
    return Delegate{maximum ? "MaxPoolV3" : "AvgPoolV2",
                    {{0, {}, last ? channels_first(4) : Ints{}, {}}},
                    {{"ksize", std::move(ksize)}, {"strides", std::move(strides)}, {"padding_mode", padding}},
                    {{{}, last ? channels_last(4) : Ints{}, call.inputs[0]->format}}};
}

Result<Delegate> as_flat_average(const OpCall& call) {
    const Shape& x = call.inputs[0]->shape;
    if (x.rank() != 3) {
        return call.fail("the input x has the shape ", x, "; expected three dimensions");
    }
    const auto ksize = call.attrs.at<int64_t>("ksize");
    const auto stride = call.attrs.at<int64_t>("strides");
    const auto& pads = call.attrs.at<Ints>("pads");
    if (pads.size() != 2) {
        return call.fail("the attribute pads has ", pads.size(), " entries; expected 2");
    }
    return Delegate{"AvgPoolV2",
                    {{0, {}, {}, Shape{x[0], x[1], 1, x[2]}}},
                    {{"ksize", Ints{1, 1, 1, ksize}},
                     {"strides", Ints{1, 1, 1, stride}},
                     {"pads", Ints{0, 0, pads[0], pads[1]}},
                     {"ceil_mode", call.attrs.at<bool>("ceil_mode")},
                     {"exclusive", !call.attrs.at<bool>("count_include_pad")}},
                    {{2, {}, call.inputs[0]->format}}};
}

Result<Delegate> as_caffe(const OpCall& call) {
    const auto mode = call.attrs.at<int64_t>("mode");
    const auto rounding = call.attrs.at<int64_t>("ceil_mode");
    const auto& window = call.attrs.at<Ints>("window");
    const auto& stride = call.attrs.at<Ints>("stride");
    const auto& pad = call.attrs.at<Ints>("pad");
    if (mode != 0 && mode != 1) {
        return call.fail("the attribute mode is ", mode, "; expected 0 (maximum) or 1 (average)");
    }
    if (rounding != 0 && rounding != 1) {
        return call.fail("the attribute ceil_mode is ", rounding, "; expected 0 (up) or 1 (down)");
    }
    if (window.size() != 2 || stride.size() != 2 || pad.size() != 4) {
        return call.fail("window, stride and pad have ", window.size(), ", ", stride.size(), " and ", pad.size(),
                         " entries; expected 2, 2 and 4");
    }
    if (call.attrs.at<Ints>("dilation") != Ints(4, 1)) {
        return call.fail("the attribute dilation is ", Shape(call.attrs.at<Ints>("dilation")),
                         "; only ones are supported");
    }
    Attrs attrs = {{"ksize", Ints{1, 1, window[0], window[1]}},
                   {"strides", Ints{1, 1, stride[0], stride[1]}},
                   {"pads", pad},
                   {"data_format", call.attrs.at<std::string>("data_format")},
                   {"global_pooling", call.attrs.at<bool>("global_pooling")},
                   {"ceil_mode", rounding == 0}};
    if (mode == 1) {  // padding counts, as far as it goes
        attrs.set("exclusive", call.attrs.at<bool>("global_pooling"));
    }
    return Delegate{mode == 0 ? "MaxPoolV3" : "AvgPoolV2", {{0}}, std::move(attrs), {{{}, {}, call.inputs[0]->format}}};
}

constexpr DTypes kReal = {ACL_FLOAT, ACL_FLOAT16, ACL_DOUBLE};

OpDef tensorflow_pool(const char* name, const char* doc, DTypes dtypes) {
    return OpDef(name, doc)
        .input("x", dtypes)
        .output("y", dtypes)
        .required_attr("ksize", Ints{})
        .required_attr("strides", Ints{})
        .required_attr("padding", std::string())
        .attr("data_format", std::string("NHWC"));
}

}  // namespace

OpDef declare_MaxPool() {
    return delegated<as_tensorflow>(
        tensorflow_pool("MaxPool", "The maximum of each window over height and width.",
                        kReal | DTypes{ACL_INT8, ACL_INT16, ACL_INT32, ACL_INT64, ACL_UINT8, ACL_UINT16}));
}
OpDef declare_AvgPool() {
    return delegated<as_tensorflow>(
        tensorflow_pool("AvgPool", "The mean of each window over height and width.", kReal));
}
OpDef declare_MaxPoolV2() {
    return delegated<as_tensorflow>(OpDef("MaxPoolV2", "The maximum of each window, whose size is an input.")
                                        .input("x", {ACL_FLOAT16})
                                        .input("ksize", {ACL_INT32})
                                        .input("strides", {ACL_INT32})
                                        .output("y", {ACL_FLOAT16})
                                        .required_attr("padding", std::string())
                                        .attr("data_format", std::string("NHWC"))
                                        .needs_value(1)
                                        .needs_value(2));
}
OpDef declare_AvgPool1D() {
    return delegated<as_flat_average>(OpDef("AvgPool1D", "The mean of each window over the last axis.")
                                          .input("x", kReal)
                                          .output("y", kReal)
                                          .required_attr("ksize", int64_t{0})
                                          .required_attr("strides", int64_t{0})
                                          .required_attr("pads", Ints{})
                                          .attr("ceil_mode", false)
                                          .attr("count_include_pad", false));
}
OpDef declare_Pooling() {
    constexpr DTypes kTypes = {ACL_FLOAT, ACL_FLOAT16};
    return delegated<as_caffe>(OpDef("Pooling", "The maximum or mean of each window, as Caffe has it.")
                                   .input("x", kTypes)
                                   .output("y", kTypes)
                                   .attr("mode", int64_t{0})
                                   .attr("global_pooling", false)
                                   .attr("window", Ints{1, 1})
                                   .attr("stride", Ints{1, 1})
                                   .attr("pad", Ints{0, 0, 0, 0})
                                   .attr("dilation", Ints{1, 1, 1, 1})
                                   .attr("ceil_mode", int64_t{0})
                                   .attr("data_format", std::string("NCHW")));
}

}  // namespace softacl::ops
