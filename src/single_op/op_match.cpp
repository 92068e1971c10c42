// SPDX-License-Identifier: Apache-2.0
#include "single_op/op_match.h"

#include <algorithm>

#include "acl/acl_base.h"

namespace softacl::single_op {
namespace {

using graph::OpRequest;
using graph::TensorRequest;

/// "float32[3,1~8] ND"
std::string described(const TensorRequest& tensor) {
    if (tensor.is_absent()) {
        return "absent";
    }
    std::string all = name_of(tensor.dtype);
    if (!tensor.shape) {
        return all + " with any number of dimensions " + name_of(tensor.format);
    }
    const Shape& shape = *tensor.shape;
    all += "[";
    for (size_t axis = 0; axis < shape.rank(); ++axis) {
        all += axis == 0 ? "" : ",";
        if (shape[axis] >= 0 || axis >= tensor.ranges.size()) {
            all += std::to_string(shape[axis]);
        } else {
            all += text(tensor.ranges[axis][0], "~", tensor.ranges[axis][1]);
        }
    }
    return all + "] " + name_of(tensor.format) + (tensor.constant ? " (constant)" : "");
}

bool takes(const TensorRequest& loaded, size_t axis, int64_t size) {
    const int64_t wanted = (*loaded.shape)[axis];
    if (wanted >= 0 || size < 0 || axis >= loaded.ranges.size()) {
        return wanted < 0 || size == wanted;
    }
    const auto [low, high] = loaded.ranges[axis];
    return size >= low && (high < 0 || size <= high);
}

enum class Side { kInput, kOutput };

bool shape_fits(const TensorRequest& call, const TensorRequest& loaded, Side side) {
    if (!loaded.shape || !call.shape) {
        return !loaded.shape || side == Side::kOutput;  // what is not known of an output, the operator tells
    }
    if (call.shape->rank() != loaded.shape->rank()) {
        return false;
    }
    for (size_t axis = 0; axis < call.shape->rank(); ++axis) {
        const int64_t size = (*call.shape)[axis];
        if (!takes(loaded, axis, size) && !(size < 0 && side == Side::kOutput)) {
            return false;
        }
    }
    return true;
}

bool values_fit(const TensorRequest& call, const TensorRequest& loaded) {
    if (call.constant.has_value() != loaded.constant.has_value()) {
        return false;
    }
    return !call.constant || *call.constant == *loaded.constant;
}

size_t rank_of(const TensorRequest& tensor) { return tensor.shape ? tensor.shape->rank() : 0; }

Status compare_tensors(const std::vector<TensorRequest>& call, const std::vector<TensorRequest>& loaded, Side side,
                       size_t& agreed) {
    const bool is_input = side == Side::kInput;
    const int code = is_input ? ACL_ERROR_OP_INPUT_NOT_MATCH : ACL_ERROR_OP_OUTPUT_NOT_MATCH;
    const char* const what = is_input ? "input" : "output";
    if (call.size() != loaded.size()) {
        return fail(code, "the number of ", what, "s is ", call.size(), "; expected ", loaded.size());
    }
    for (size_t i = 0; i < call.size(); ++i) {
        const bool same_type = call[i].dtype == loaded[i].dtype;
        const bool same_format = call[i].format == loaded[i].format;
        agreed += (same_type ? 3U : 0U) + (same_format ? 1U : 0U) + (rank_of(call[i]) == rank_of(loaded[i]) ? 1U : 0U);
        if (!same_type || !same_format || !(call[i].is_absent() || shape_fits(call[i], loaded[i], side))) {
            return fail(code, what, " ", i, " is ", described(call[i]), "; expected ", described(loaded[i]));
        }
        if (!values_fit(call[i], loaded[i])) {
            return fail(code, what, " ", i, " is ", call[i].constant ? "a constant" : "no constant", "; expected ",
                        loaded[i].constant && call[i].constant ? "one of other values"
                        : loaded[i].constant                   ? "the constant of the file"
                                                               : "data that the call brings");
        }
    }
    return {};
}

std::string shown(const ops::Attr& attr) {
    return std::visit(
        [](const auto& value) -> std::string {
            using T = std::decay_t<decltype(value)>;
            if constexpr (std::is_same_v<T, bool>) {
                return value ? "true" : "false";
            } else if constexpr (std::is_same_v<T, aclDataType>) {
                return name_of(value);
            } else if constexpr (std::is_same_v<T, ops::Ints>) {
                return Shape(value).text();
            } else if constexpr (std::is_arithmetic_v<T>) {
                return text(value);
            } else if constexpr (std::is_same_v<T, std::string>) {
                return "\"" + value + "\"";
            } else {
                return "another value";
            }
        },
        attr);
}

Status compare_attrs(const OpRequest& call, const OpRequest& loaded) {
    const ops::Attrs given = graph::complete_attrs(call);
    const ops::Attrs wanted = graph::complete_attrs(loaded);
    for (const auto& [name, value] : wanted) {
        const ops::Attr* const other = given.find(name);
        if (other == nullptr || !(*other == value)) {
            return fail(ACL_ERROR_OP_ATTR_NOT_MATCH, "the attribute ", name, " is ",
                        other == nullptr ? "missing" : shown(*other), "; expected ", shown(value));
        }
    }
    for (const auto& [name, value] : given) {
        if (!wanted.has(name)) {
            return fail(ACL_ERROR_OP_ATTR_NOT_MATCH, "the attribute ", name, " is ", shown(value),
                        "; expected none of that name");
        }
    }
    return {};
}

}  // namespace

Comparison compare(const OpRequest& call, const OpRequest& loaded) {
    Comparison result;
    result.difference = compare_tensors(call.inputs, loaded.inputs, Side::kInput, result.agreed);
    if (result.difference.ok()) {
        result.difference = compare_tensors(call.outputs, loaded.outputs, Side::kOutput, result.agreed);
    }
    if (result.difference.ok()) {
        result.difference = compare_attrs(call, loaded);
    }
    return result;
}

}  // namespace softacl::single_op
