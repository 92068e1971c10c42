// SPDX-License-Identifier: Apache-2.0
// Convolutions and pools. Filters stand as height, width, input channels, output channels.
#include "ops/tensorflow/importing.h"

namespace softacl::ops {
namespace {

/// A filter with the last two dimensions first and exchanged.
Result<ValueRef> turned_filter(Importer& graph, ValueRef filter, size_t rank) {
    Ints order = {static_cast<int64_t>(rank) - 1, static_cast<int64_t>(rank) - 2};
    for (size_t i = 0; i + 2 < rank; ++i) {
        order.push_back(static_cast<int64_t>(i));
    }
    return graph.add("TransposeD", {filter}, {{"perm", std::move(order)}}, "filter");
}

Attrs window_attrs(const Window& window, const Channels& channels, int64_t groups) {
    return {{"strides", with_leading_ones(window.strides)},
            {"pads", pads_in_pairs(window)},
            {"dilations", with_leading_ones(window.dilations)},
            {"groups", groups},
            {"data_format", std::string(channels.format())}};
}

struct Operands {
    Channels channels;
    ValueRef x;  ///< channels first
    Shape shape;
    Shape filter;
};

Result<Operands> operands(Importer& graph, const ForeignNode& node, size_t x_input, size_t filter_input) {
    const size_t rank = graph.type(node.input(x_input)).shape.rank();
    const Shape filter = graph.type(node.input(filter_input)).shape;
    if ((rank != 4 && rank != 5) || filter.rank() != rank || !filter.is_known()) {
        return import_fail("it has a picture of ", rank, " dimensions and a filter of shape ", filter,
                           "; expected 4 or 5, and known ones");
    }
    SOFTACL_ASSIGN(const Channels channels, Channels::of(graph, node, rank));
    SOFTACL_ASSIGN(const ValueRef x, channels.forth(node.input(x_input)));
    return Operands{channels, x, graph.type(x).shape, filter};
}

Ints spatial_of(const Shape& channels_first) { return {channels_first.begin() + 2, channels_first.end()}; }

}  // namespace

Imported import_tf_convolution(Importer& graph, const ForeignNode& node) {
    SOFTACL_TRY(check_inputs(node, 2, 2));
    SOFTACL_ASSIGN(const Operands with, operands(graph, node, 0, 1));
    const size_t rank = with.channels.rank();
    SOFTACL_ASSIGN(const Window window, tensorflow_window(node, with.channels, spatial_of(with.shape),
                                                          Ints(with.filter.begin(), with.filter.end() - 2),
                                                          node.attrs.get<Ints>("strides", {})));
    const int64_t taken = with.filter[rank - 2];
    if (taken < 1 || with.shape[1] < 1 || with.shape[1] % taken != 0) {
        return import_fail("the filter of shape ", with.filter, " does not fit a picture of ", with.shape[1],
                           " channels");
    }
    SOFTACL_ASSIGN(const ValueRef filter, turned_filter(graph, node.input(1), rank));
    SOFTACL_ASSIGN(const ValueRef y,
                   graph.add(rank == 5 ? "Conv3D" : "Conv2D", {with.x, filter},
                             window_attrs(window, with.channels, with.shape[1] / taken), with.channels.suffix("conv")));
    return one(with.channels.back(y));
}

/// Each channel has filters of its own: [height, width, channels, filters of each].
Imported import_tf_depthwise(Importer& graph, const ForeignNode& node) {
    SOFTACL_TRY(check_inputs(node, 2, 2));
    SOFTACL_ASSIGN(const Operands with, operands(graph, node, 0, 1));
    const Shape& f = with.filter;
    if (f.rank() != 4 || f[2] != with.shape[1]) {
        return import_fail("the filter of shape ", f, " does not fit a picture of ", with.shape[1], " channels");
    }
    SOFTACL_ASSIGN(const Window window, tensorflow_window(node, with.channels, spatial_of(with.shape), {f[0], f[1]},
                                                          node.attrs.get<Ints>("strides", {})));
    SOFTACL_ASSIGN(const ValueRef turned,
                   graph.add("TransposeD", {node.input(1)}, {{"perm", Ints{2, 3, 0, 1}}}, "turned"));
    const ValueRef shape = graph.add_constant(Tensor::list(Ints{f[2] * f[3], 1, f[0], f[1]}), "filter_shape");
    SOFTACL_ASSIGN(const ValueRef filter, graph.add("Reshape", {turned, shape}, {}, "filter"));
    SOFTACL_ASSIGN(const ValueRef y,
                   graph.add("Conv2D", {with.x, filter}, window_attrs(window, with.channels, with.shape[1]),
                             with.channels.suffix("conv")));
    return one(with.channels.back(y));
}

/// Transposed convolution: the attributes are those of the convolution that it turns around.
Imported import_tf_conv_backprop(Importer& graph, const ForeignNode& node) {
    SOFTACL_TRY(check_inputs(node, 3, 3));
    SOFTACL_ASSIGN(const Operands with, operands(graph, node, 2, 1));
    const size_t rank = with.channels.rank();
    SOFTACL_ASSIGN(Ints wanted, known_input(graph, node, 0, "input_sizes"));
    const size_t spatial = rank - 2;
    if (wanted.size() != rank && wanted.size() != spatial) {
        return import_fail("its input input_sizes has ", wanted.size(), " elements; expected ", rank);
    }
    const Ints sizes = wanted.size() == rank ? with.channels.spatial(wanted) : wanted;
    constexpr int64_t kMost = int64_t{1} << 31;
    for (size_t i = 0; i < spatial; ++i) {
        if (sizes[i] < 1 || sizes[i] > kMost || with.shape[2 + i] > kMost) {
            return import_fail("its input_sizes are ", Shape(wanted), " for a picture of ", with.shape);
        }
    }
    SOFTACL_ASSIGN(const Window window,
                   tensorflow_window(node, with.channels, sizes, Ints(with.filter.begin(), with.filter.end() - 2),
                                     node.attrs.get<Ints>("strides", {})));
    if (with.filter[rank - 1] != with.shape[1]) {
        return import_fail("the filter of shape ", with.filter, " does not fit ", with.shape[1], " channels");
    }
    Attrs attrs = window_attrs(window, with.channels, 1);
    Ints more(rank, 0);
    for (size_t i = 0; i < spatial; ++i) {
        const int64_t full = (with.shape[2 + i] - 1) * window.strides[i] + window.span(i);
        more[2 + i] = sizes[i] - (full - window.pads_begin[i] - window.pads_end[i]);
        if (with.shape[2 + i] < 0 || more[2 + i] < 0 || more[2 + i] >= window.strides[i]) {
            return import_fail("its input_sizes ", Shape(wanted), " do not fit a picture of ", with.shape);
        }
    }
    attrs.set("output_padding", more);
    SOFTACL_ASSIGN(const ValueRef filter, turned_filter(graph, node.input(1), rank));
    const ValueRef any_size = graph.add_constant(Tensor::list<int64_t>({}), "input_size");
    SOFTACL_ASSIGN(const ValueRef y,
                   graph.add(rank == 5 ? "Conv3DTranspose" : "Conv2DTranspose", {any_size, with.x, filter},
                             std::move(attrs), with.channels.suffix("conv")));
    return one(with.channels.back(y));
}

Imported import_tf_pool(Importer& graph, const ForeignNode& node) {
    SOFTACL_TRY(check_inputs(node, 1, 3));
    const bool maximum = node.type.compare(0, 3, "Max") == 0;
    const size_t rank = graph.type(node.input(0)).shape.rank();
    const bool deep = node.type.find("3D") != std::string::npos;
    if (rank != (deep ? 5U : 4U)) {
        return import_fail("its input has ", rank, " dimensions; expected ", deep ? 5 : 4);
    }
    SOFTACL_ASSIGN(const Channels channels, Channels::of(graph, node, rank));
    Ints size = node.attrs.get<Ints>("ksize", {});
    Ints strides = node.attrs.get<Ints>("strides", {});
    if (node.inputs.size() == 3) {  // MaxPoolV2
        SOFTACL_ASSIGN(size, known_input(graph, node, 1, "ksize"));
        SOFTACL_ASSIGN(strides, known_input(graph, node, 2, "strides"));
    }
    if (!channels.only_spatial(size)) {
        return import_fail("its ksize is ", Shape(size), "; expected 1 for batch and channels");
    }
    SOFTACL_ASSIGN(const ValueRef x, channels.forth(node.input(0)));
    SOFTACL_ASSIGN(const Window window,
                   tensorflow_window(node, channels, spatial_of(graph.type(x).shape), channels.spatial(size), strides));
    Attrs attrs = {{"ksize", with_leading_ones(window.size)},
                   {"strides", with_leading_ones(window.strides)},
                   {"pads", pads_in_pairs(window)},
                   {"data_format", std::string(channels.format())}};
    if (deep && maximum) {
        attrs.set("padding", std::string("CALCULATED"));
    } else if (deep) {
        attrs.set("count_include_pad", false);
    } else if (!maximum) {
        attrs.set("exclusive", true);
    }
    const char* op = deep ? (maximum ? "MaxPool3D" : "AvgPool3D") : (maximum ? "MaxPoolV3" : "AvgPoolV2");
    SOFTACL_ASSIGN(const ValueRef y, graph.add(op, {x}, std::move(attrs), channels.suffix("pool")));
    return one(channels.back(y));
}

Imported import_tf_dilation(Importer& graph, const ForeignNode& node) {
    SOFTACL_TRY(check_inputs(node, 2, 2));
    return one(graph.add("Dilation2D", node.inputs,
                         {{"strides", node.attrs.get<Ints>("strides", {})},
                          {"rates", node.attrs.get<Ints>("rates", {})},
                          {"padding_mode", node.attrs.get<std::string>("padding", "")}}));
}

}  // namespace softacl::ops
