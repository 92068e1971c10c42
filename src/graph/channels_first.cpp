// SPDX-License-Identifier: Apache-2.0
#include "graph/channels_first.h"

#include <algorithm>
#include <string>

namespace softacl::graph {
namespace {

using ops::Ints;

// From channels last to channels first; from HWCN and DHWCN to the order of filters.
AxisOrder order_of_picture(size_t rank) { return rank == 4 ? AxisOrder{0, 3, 1, 2} : AxisOrder{0, 4, 1, 2, 3}; }
AxisOrder order_of_result(size_t rank) { return rank == 4 ? AxisOrder{0, 2, 3, 1} : AxisOrder{0, 2, 3, 4, 1}; }

AxisOrder order_of_filter(aclFormat format) {
    switch (format) {
        case ACL_FORMAT_HWCN: return {3, 2, 0, 1};
        case ACL_FORMAT_NHWC: return {0, 3, 1, 2};
        case ACL_FORMAT_NDHWC: return {0, 4, 1, 2, 3};
        default: return {};
    }
}

// A list of the sizes of a picture among the inputs.
std::optional<Tensor> reordered_values(const Tensor& values, const AxisOrder& order) {
    if (values.dtype() == ACL_INT32) {
        const auto* old = values.data_as<int32_t>();
        std::vector<int32_t> next;
        std::transform(order.begin(), order.end(), std::back_inserter(next), [old](int64_t axis) { return old[axis]; });
        return Tensor::list(next);
    }
    if (values.dtype() == ACL_INT64) {
        const auto* old = values.data_as<int64_t>();
        return Tensor::list(reordered(Ints(old, old + order.size()), order));
    }
    return std::nullopt;
}

bool is_filter(const ops::Port* port) { return port != nullptr && port->name.rfind("filter", 0) == 0; }

}  // namespace

Ints reordered(const Ints& values, const AxisOrder& order) {
    Ints next;
    next.reserve(order.size());
    for (const int64_t axis : order) {
        next.push_back(values[static_cast<size_t>(axis)]);
    }
    return next;
}

std::optional<ChannelsFirst> with_channels_first(const ops::OpDef& op, const OpRequest& request) {
    const auto* format = request.attrs.find_as<std::string>("data_format");
    const size_t rank = format == nullptr ? 0 : *format == "NHWC" ? 4 : *format == "NDHWC" ? 5 : 0;
    if (rank == 0) {
        return std::nullopt;
    }
    const AxisOrder picture = order_of_picture(rank);
    ChannelsFirst first{request, std::vector<AxisOrder>(request.inputs.size()), order_of_result(rank)};
    first.request.attrs.set("data_format", std::string(rank == 4 ? "NCHW" : "NCDHW"));
    for (const auto& [name, value] : request.attrs) {
        if (const auto* list = std::get_if<Ints>(&value);
            list != nullptr && list->size() == rank && name != "pads" && name != "paddings") {
            first.request.attrs.set(name, reordered(*list, picture));
        }
    }
    for (size_t i = 0; i < request.inputs.size(); ++i) {
        TensorRequest& input = first.request.inputs[i];
        const bool is_list =
            input.shape && input.shape->rank() == 1 && input.shape->elements() == static_cast<int64_t>(rank);
        if (is_list && input.constant) {
            input.constant = reordered_values(*input.constant, picture).value_or(*input.constant);
        }
        if (!input.shape || input.shape->rank() != rank) {
            continue;
        }
        first.inputs[i] = is_filter(op.input_port(i, request.inputs.size())) ? order_of_filter(input.format) : picture;
        if (!first.inputs[i].empty()) {
            input.shape = Shape(reordered(input.shape->dims(), first.inputs[i]));
            input.format = rank == 4 ? ACL_FORMAT_NCHW : ACL_FORMAT_NCDHW;
        }
    }
    return first;
}

}  // namespace softacl::graph
