// SPDX-License-Identifier: Apache-2.0
#include "ops/tensorflow/importing.h"

#include <algorithm>
#include <limits>

namespace softacl::ops {

Status check_inputs(const ForeignNode& node, size_t least, size_t most) {
    if (node.inputs.size() < least || node.inputs.size() > most) {
        return import_fail("it has ", node.inputs.size(), " inputs; expected ", least,
                           most == least ? std::string() : text(" to ", most));
    }
    return {};
}

Result<Ints> known_input(const Importer& graph, const ForeignNode& node, size_t input, const char* name) {
    const Tensor* constant = node.has_input(input) ? graph.constant(node.input(input)) : nullptr;
    if (constant == nullptr) {
        return import_fail("its input ", name, " is ",
                           node.has_input(input) ? "computed when the model runs" : "missing",
                           "; expected a constant, or what can be computed from constants and known shapes");
    }
    return constant->to_ints();
}

Result<Channels> Channels::of(Importer& graph, const ForeignNode& node, size_t rank) {
    const char* last = rank == 5 ? "NDHWC" : "NHWC";
    const char* first = rank == 5 ? "NCDHW" : "NCHW";
    const auto format = node.attrs.get<std::string>("data_format", last);
    if (format != last && format != first) {
        return import_fail("its attribute data_format is ", format, "; expected ", last, " or ", first);
    }
    return Channels(graph, format == last, rank);
}

Result<ValueRef> Channels::forth(ValueRef x) const {
    if (!last_) {
        return x;
    }
    Ints order = {0, static_cast<int64_t>(rank_) - 1};
    for (size_t i = 1; i + 1 < rank_; ++i) {
        order.push_back(static_cast<int64_t>(i));
    }
    return graph_.add("TransposeD", {x}, {{"perm", std::move(order)}}, "channels_first");
}

Result<ValueRef> Channels::back(ValueRef y) const {
    if (!last_) {
        return y;
    }
    Ints order = {0};
    for (size_t i = 2; i < rank_; ++i) {
        order.push_back(static_cast<int64_t>(i));
    }
    order.push_back(1);
    return graph_.add("TransposeD", {y}, {{"perm", std::move(order)}});
}

Ints Channels::spatial(const Ints& all) const {
    const std::ptrdiff_t begin = last_ ? 1 : 2;
    return {all.begin() + begin, all.begin() + begin + static_cast<std::ptrdiff_t>(rank_) - 2};
}

bool Channels::only_spatial(const Ints& all) const {
    return all.size() == rank_ && all[0] == 1 && all[last_ ? rank_ - 1 : 1] == 1;
}

Result<Window> tensorflow_window(const ForeignNode& node, const Channels& channels, const Ints& sizes, Ints size,
                                 const Ints& strides) {
    constexpr int64_t kMost = std::numeric_limits<int32_t>::max();
    const Ints dilations = node.attrs.get<Ints>("dilations", Ints(channels.rank(), 1));
    if (!channels.only_spatial(strides) || !channels.only_spatial(dilations)) {
        return import_fail("its strides ", Shape(strides), " and dilations ", Shape(dilations), " should have ",
                           channels.rank(), " entries each, with 1 for batch and channels");
    }
    Window window;
    window.size = std::move(size);
    window.strides = channels.spatial(strides);
    window.dilations = channels.spatial(dilations);
    for (const Ints* list : {&window.size, &window.strides, &window.dilations}) {
        if (std::any_of(list->begin(), list->end(), [](int64_t value) { return value < 1 || value > kMost; })) {
            return import_fail("its window, strides or dilations ", Shape(*list), " are not positive");
        }
    }
    const auto padding = node.attrs.get<std::string>("padding", "");
    const size_t spatial = channels.rank() - 2;
    window.pads_begin = window.pads_end = Ints(spatial, 0);
    if (padding == "SAME") {
        for (size_t i = 0; i < spatial; ++i) {
            if (sizes[i] > kMost) {
                return import_fail("its picture is too large: ", Shape(sizes));
            }
            if (sizes[i] < 0 && window.strides[i] != 1) {
                return import_fail("its padding SAME needs the size of the picture, which is not known");
            }
            const auto same = same_pads(std::max<int64_t>(sizes[i], 1), window.span(i), window.strides[i], true);
            window.pads_begin[i] = same.begin;
            window.pads_end[i] = same.end;
        }
    } else if (padding == "EXPLICIT") {
        const Ints pads = node.attrs.get<Ints>("explicit_paddings", {});
        if (pads.size() != 2 * channels.rank()) {
            return import_fail("its attribute explicit_paddings has ", pads.size(), " entries; expected ",
                               2 * channels.rank());
        }
        Ints begin;
        Ints end;
        for (size_t i = 0; i < channels.rank(); ++i) {
            begin.push_back(pads[2 * i]);
            end.push_back(pads[2 * i + 1]);
        }
        window.pads_begin = channels.spatial(begin);
        window.pads_end = channels.spatial(end);
        const auto bad = [](int64_t pad) { return pad < 0 || pad > kMost; };
        if (std::any_of(pads.begin(), pads.end(), bad) || begin[0] + end[0] != 0 ||
            begin[channels.are_last() ? channels.rank() - 1 : 1] + end[channels.are_last() ? channels.rank() - 1 : 1] !=
                0) {
            return import_fail("its attribute explicit_paddings is ", Shape(pads), ", which is not possible");
        }
    } else if (padding != "VALID") {
        return import_fail("its attribute padding is [", padding, "]; expected SAME, VALID or EXPLICIT");
    }
    return window;
}

}  // namespace softacl::ops
