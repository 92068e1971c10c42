// SPDX-License-Identifier: Apache-2.0
#include "ops/caffe/importing.h"

#include <algorithm>
#include <limits>

namespace softacl::ops {
namespace {

/// Without dimensions of 1 before and behind the others.
Ints core(const Shape& shape) {
    const auto counts = [](int64_t dim) { return dim != 1; };
    const auto begin = std::find_if(shape.begin(), shape.end(), counts);
    auto end = shape.end();
    while (end != begin && !counts(*(end - 1))) {
        --end;
    }
    return {begin, end};
}

}  // namespace

Status check_bottoms(const ForeignNode& node, size_t least, size_t most) {
    const size_t count = bottoms_of(node);
    if (count < least || count > most) {
        return import_fail("it has ", count, " bottoms; expected ", least,
                           most == least ? std::string() : text(" to ", most));
    }
    return {};
}

Status refuse_attrs(const ForeignNode& node, std::initializer_list<const char*> names) {
    for (const char* name : names) {
        if (node.attrs.has(name)) {
            return import_fail("its parameter ", name, " is not supported");
        }
    }
    return {};
}

Result<int64_t> axis_of(const ForeignNode& node, const char* attr, int64_t fallback, const Shape& x, int64_t more) {
    const int64_t given = int_of(node, attr, fallback);
    const auto rank = static_cast<int64_t>(x.rank()) + more;
    const int64_t axis = given < 0 ? given + rank : given;
    if (axis < 0 || axis >= rank) {
        return import_fail("its parameter ", attr, " is ", given, ", but the bottom has the shape ", x);
    }
    return axis;
}

Result<Tensor> blob_of(const Importer& graph, const ForeignNode& node, size_t index) {
    const Tensor* blob =
        index < node.blobs ? graph.constant(node.inputs[node.inputs.size() - node.blobs + index]) : nullptr;
    if (blob == nullptr) {
        return import_fail("the weights have ", node.blobs, node.blobs == 1 ? " blob" : " blobs",
                           " of this name; expected at least ", index + 1);
    }
    *node.blobs_read = std::max(*node.blobs_read, index + 1);
    return *blob;
}

Result<ValueRef> blob_of(Importer& graph, const ForeignNode& node, size_t index, const Shape& shape,
                         const std::string& suffix) {
    SOFTACL_ASSIGN(const Tensor blob, blob_of(graph, node, index));
    if (core(blob.shape()) != core(shape)) {
        return import_fail("blob ", index, " of the weights has the shape ", blob.shape(), "; expected ", shape);
    }
    if (blob.shape() == shape) {
        return node.inputs[node.inputs.size() - node.blobs + index];
    }
    return graph.add_constant(blob.viewed_as({blob.dtype(), shape, ACL_FORMAT_ND}), suffix);
}

Result<Ints> spatial_of(const ForeignNode& node, const std::string& all, const char* height, const char* width,
                        size_t spatial, int64_t fallback) {
    constexpr int64_t kMost = std::numeric_limits<int32_t>::max();
    Ints values;
    if (node.attrs.has(height) || node.attrs.has(width)) {
        if (spatial != 2 || !node.attrs.has(height) || !node.attrs.has(width)) {
            return import_fail("its parameters ", height, " and ", width, " go together, for two axes");
        }
        values = {int_of(node, height, 0), int_of(node, width, 0)};
    } else if (const auto* single = node.attrs.find_as<int64_t>(all)) {
        values = {*single};
    } else {
        values = node.attrs.get<Ints>(all, {});
    }
    if (values.empty() && fallback < 0) {
        return import_fail("its parameter ", all, " is missing");
    }
    if (values.empty()) {
        values = {fallback};
    }
    if (values.size() == 1) {
        values.resize(spatial, values[0]);
    }
    if (values.size() != spatial) {
        return import_fail("its parameter ", all, " has ", values.size(), " numbers; expected 1 or ", spatial);
    }
    for (const int64_t value : values) {
        if (value < 0 || value > kMost) {
            return import_fail("its parameter ", all, " is ", value, "; expected at most ", kMost);
        }
    }
    return values;
}

Result<Window> window_of(const ForeignNode& node, const Shape& x) {
    const size_t spatial = x.rank() - 2;
    Window window;
    SOFTACL_ASSIGN(window.size, spatial_of(node, "kernel_size", "kernel_h", "kernel_w", spatial, -1));
    SOFTACL_ASSIGN(window.strides, spatial_of(node, "stride", "stride_h", "stride_w", spatial, 1));
    SOFTACL_ASSIGN(window.pads_begin, spatial_of(node, "pad", "pad_h", "pad_w", spatial, 0));
    SOFTACL_ASSIGN(window.dilations, spatial_of(node, "dilation", "dilation_h", "dilation_w", spatial, 1));
    window.pads_end = window.pads_begin;
    for (const Ints* list : {&window.size, &window.strides, &window.dilations}) {
        if (std::find(list->begin(), list->end(), 0) != list->end()) {
            return import_fail("its kernel, stride or dilation is 0");
        }
    }
    return window;
}

Result<ValueRef> add_reshape(Importer& graph, ValueRef x, const Ints& dims, const std::string& suffix) {
    if (graph.type(x).shape.dims() == dims) {
        return x;
    }
    const ValueRef shape = graph.add_constant(Tensor::list(dims), suffix + "_shape");
    return graph.add("Reshape", {x, shape}, {}, suffix);
}

}  // namespace softacl::ops
