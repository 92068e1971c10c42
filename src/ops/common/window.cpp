// SPDX-License-Identifier: Apache-2.0
#include "ops/common/window.h"

#include <algorithm>
#include <limits>

namespace softacl::ops {
namespace {

// Products of two such numbers do not overflow.
constexpr int64_t kMaxSize = std::numeric_limits<int32_t>::max();

Status check_range(const char* what, const Ints& values, int64_t lowest) {
    for (const int64_t value : values) {
        if (value < lowest || value > kMaxSize) {
            return fail(ACL_ERROR_INVALID_PARAM, what, " has the entry ", value, "; expected ", lowest, " to ",
                        kMaxSize);
        }
    }
    return {};
}

}  // namespace

Status check_channels_first(const OpCall& call, size_t input, const std::string& data_format, size_t rank) {
    const char* wanted = rank == 5 ? "NCDHW" : "NCHW";
    if (data_format != wanted) {
        return call.fail("data_format is ", data_format, "; only ", wanted, " is supported so far");
    }
    if (call.inputs[input]->shape.rank() != rank) {
        return call.fail("the input ", call.op->inputs()[input].name, " has the shape ", call.inputs[input]->shape,
                         "; expected ", rank, " dimensions (", wanted, ")");
    }
    return {};
}

Result<Ints> spatial_attr(const OpCall& call, const char* attr, size_t spatial) {
    const Ints& all = call.attrs.at<Ints>(attr);
    if (all.size() != spatial + 2) {
        return call.fail("the attribute ", attr, " has ", all.size(), " entries; expected ", spatial + 2);
    }
    if (all[0] != 1 || all[1] != 1) {
        return call.fail("the attribute ", attr, " begins with ", all[0], ", ", all[1],
                         "; expected 1 for batch and channels");
    }
    const auto range = check_range(attr, all, 1);
    if (!range.ok()) {
        return call.fail("the attribute ", range.message());
    }
    return Ints(all.begin() + 2, all.end());
}

Status read_pads(const OpCall& call, const char* attr, size_t spatial, Window& window) {
    const Ints& all = call.attrs.at<Ints>(attr);
    if (all.size() != 2 * spatial) {
        return call.fail("the attribute ", attr, " has ", all.size(), " entries; expected ", 2 * spatial);
    }
    const auto range = check_range(attr, all, 0);
    if (!range.ok()) {
        return call.fail("the attribute ", range.message());
    }
    for (size_t i = 0; i < spatial; ++i) {
        window.pads_begin.push_back(all[2 * i]);
        window.pads_end.push_back(all[2 * i + 1]);
    }
    return {};
}

Result<int64_t> count_windows(const OpCall& call, const std::string& input_name, const Window& window, size_t axis,
                              int64_t input, Rounding rounding) {
    if (input < 0 || window.size[axis] < 0) {
        return int64_t{-1};
    }
    const int64_t room = input + window.pads_begin[axis] + window.pads_end[axis] - window.span(axis);
    if (room < 0) {
        return call.fail("the window spans ", window.span(axis), " positions, but dimension ", axis + 2,
                         " of the input ", input_name, " has ", input, " and pads of ", window.pads_begin[axis],
                         " and ", window.pads_end[axis]);
    }
    int64_t count = room / window.strides[axis] + 1;
    const bool rest = room % window.strides[axis] != 0;
    // A window more, if it begins before the padding at the end.
    if (rounding == Rounding::kUp && rest && count * window.strides[axis] < input + window.pads_begin[axis]) {
        ++count;
    }
    return count;
}

SamePads same_pads(int64_t input, int64_t span, int64_t stride, bool more_at_end) {
    const int64_t count = (input + stride - 1) / stride;
    const int64_t total = std::max<int64_t>((count - 1) * stride + span - input, 0);
    const int64_t less = total / 2;
    return more_at_end ? SamePads{less, total - less} : SamePads{total - less, less};
}

Result<Window> onnx_window(const ForeignNode& node, const Shape& input, Ints size) {
    if (input.rank() < 3) {
        return fail(ACL_ERROR_INVALID_PARAM, "the first input has the shape ", input,
                    "; expected at least 3 dimensions");
    }
    const size_t spatial = input.rank() - 2;
    const Ints ones(spatial, 1);
    Window window;
    window.size = node.attrs.get<Ints>("kernel_shape", std::move(size));
    window.strides = node.attrs.get<Ints>("strides", ones);
    window.dilations = node.attrs.get<Ints>("dilations", ones);
    const Ints pads = node.attrs.get<Ints>("pads", Ints(2 * spatial, 0));
    if (window.size.size() != spatial || window.strides.size() != spatial || window.dilations.size() != spatial ||
        pads.size() != 2 * spatial) {
        return fail(ACL_ERROR_INVALID_PARAM,
                    "kernel_shape, strides, dilations and pads do not fit the first input's shape ", input, ": ",
                    window.size.size(), ", ", window.strides.size(), ", ", window.dilations.size(), " and ",
                    pads.size(), " entries");
    }
    SOFTACL_TRY(check_range("kernel_shape", window.size, -1));  // of a filter that is not known yet
    SOFTACL_TRY(check_range("strides", window.strides, 1));
    SOFTACL_TRY(check_range("dilations", window.dilations, 1));
    SOFTACL_TRY(check_range("pads", pads, 0));
    const auto auto_pad = node.attrs.get<std::string>("auto_pad", "NOTSET");
    const bool upper = auto_pad == "SAME_UPPER";
    window.pads_begin = window.pads_end = Ints(spatial, 0);
    for (size_t i = 0; i < spatial; ++i) {
        if (auto_pad == "NOTSET" || auto_pad.empty()) {
            window.pads_begin[i] = pads[i];
            window.pads_end[i] = pads[spatial + i];
        } else if (upper || auto_pad == "SAME_LOWER") {
            if (window.size[i] < 0 || (input[2 + i] < 0 && window.strides[i] != 1)) {
                return fail(ACL_ERROR_INVALID_PARAM, "auto_pad ", auto_pad, " needs dimension ", 2 + i,
                            " of the first input, which is not known: ", input);
            }
            const auto same = same_pads(std::max<int64_t>(input[2 + i], 1), window.span(i), window.strides[i], upper);
            window.pads_begin[i] = same.begin;
            window.pads_end[i] = same.end;
        } else if (auto_pad != "VALID") {
            return fail(ACL_ERROR_INVALID_PARAM, "auto_pad is ", auto_pad,
                        "; expected NOTSET, VALID, SAME_UPPER or SAME_LOWER");
        }
    }
    return window;
}

Result<Window> onnx_window(const OpCall& call, const Shape& input, Ints size) {
    ForeignNode node;
    for (const auto& [name, value] : call.attrs) {
        const Ints* list = std::get_if<Ints>(&value);
        if (list == nullptr || !list->empty()) {
            node.attrs.set(name, value);
        }
    }
    Shape guess = input;
    for (size_t i = 0; i < guess.rank(); ++i) {
        guess[i] = std::max<int64_t>(guess[i], 0);
    }
    auto window = onnx_window(node, guess, std::move(size));
    return window.ok() ? std::move(window) : call.fail(window.status().message());
}

OpDef& declare_onnx_window(OpDef& op) {
    return op.attr("auto_pad", std::string("NOTSET"))
        .attr("kernel_shape", Ints{})
        .attr("pads", Ints{})
        .attr("strides", Ints{});
}

Attrs onnx_window_attrs(const ForeignNode& node) {
    Attrs attrs = {{"auto_pad", node.attrs.get<std::string>("auto_pad", "NOTSET")}};
    for (const char* name : {"dilations", "kernel_shape", "pads", "strides"}) {
        attrs.set(name, node.attrs.get<Ints>(name, {}));
    }
    return attrs;
}

Ints with_leading_ones(const Ints& spatial) {
    Ints all = {1, 1};
    all.insert(all.end(), spatial.begin(), spatial.end());
    return all;
}

Ints pads_in_pairs(const Window& window) {
    Ints pads;
    for (size_t i = 0; i < window.pads_begin.size(); ++i) {
        pads.push_back(window.pads_begin[i]);
        pads.push_back(window.pads_end[i]);
    }
    return pads;
}

Result<ValueRef> Flat::widen(ValueRef value, const std::string& suffix) const {
    return is_flat ? graph.add("Unsqueeze", {value}, {{"axes", Ints{2}}}, suffix) : Result<ValueRef>(value);
}

Window Flat::widen(Window window) const {
    if (is_flat) {
        for (Ints* list : {&window.size, &window.strides, &window.dilations}) {
            list->insert(list->begin(), 1);
        }
        window.pads_begin.insert(window.pads_begin.begin(), 0);
        window.pads_end.insert(window.pads_end.begin(), 0);
    }
    return window;
}

Result<ValueRef> Flat::narrow(ValueRef value) const {
    return is_flat ? graph.add("Squeeze", {value}, {{"axis", Ints{2}}}) : Result<ValueRef>(value);
}

}  // namespace softacl::ops
