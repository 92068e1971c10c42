// SPDX-License-Identifier: Apache-2.0
// What is known of the outputs of a call before it runs: shapes, or the ranges that they lie in.
#include <algorithm>
#include <optional>

#include "acl/acl_base.h"
#include "single_op/op_call.h"
#include "single_op/read_values.h"

namespace softacl::single_op {
namespace {

using exec::Range;
using exec::TensorFacts;
using graph::OpRequest;
using graph::ResolvedOp;

constexpr size_t kSmallest = 0;
constexpr size_t kLargest = 1;
constexpr int64_t kNoLimit = -1;

// The outputs where every unknown dimension of the inputs is its smallest or its largest; nothing if a dimension has no
// limit or the operator cannot have such inputs.
std::optional<std::vector<TensorType>> at_end(const ProgramCall& call, OpRequest request, size_t end) {
    for (size_t i = 0; i < request.inputs.size(); ++i) {
        Shape& shape = *request.inputs[i].shape;
        for (size_t axis = 0; axis < shape.rank(); ++axis) {
            if (shape[axis] >= 0) {
                continue;
            }
            const auto range = call.input_descs[i]->with([&](const TensorFacts& facts) { return facts.range(axis); });
            if (!range.ok() || (*range)[end] == kNoLimit) {
                return std::nullopt;
            }
            shape[axis] = (*range)[end];
        }
    }
    const auto resolved = ResolvedOp::resolve(request);
    if (!resolved.ok()) {
        return std::nullopt;
    }
    if (end == kSmallest) {
        return (*resolved)->outputs();
    }
    auto largest = (*resolved)->largest_outputs();
    return largest.ok() ? std::make_optional(std::move(*largest)) : std::nullopt;
}

int64_t dimension(const std::optional<std::vector<TensorType>>& outputs, size_t output, size_t axis,
                  int64_t otherwise) {
    if (!outputs || axis >= (*outputs)[output].shape.rank() || (*outputs)[output].shape[axis] < 0) {
        return otherwise;
    }
    return (*outputs)[output].shape[axis];
}

}  // namespace

Status infer_shapes(const ProgramCall& call) {
    SOFTACL_ASSIGN(OpRequest request, request_of(call));
    const auto knows_rank = [](const graph::TensorRequest& input) { return input.shape.has_value(); };
    const ops::OpDef* const op = ops::find_op(call.type);
    if (op != nullptr && !std::all_of(request.inputs.begin(), request.inputs.end(), knows_rank)) {
        for (const auto& desc : call.output_descs) {
            desc->with([](TensorFacts& facts) {
                facts.layout.shape.reset();
                facts.ranges.clear();
            });
        }
        return {};
    }
    if (op != nullptr) {
        SOFTACL_TRY(read_value_inputs(call, *op, call.inputs, request));
    }
    SOFTACL_ASSIGN(const auto resolved, ResolvedOp::resolve(request));
    std::optional<std::vector<TensorType>> smallest;
    std::optional<std::vector<TensorType>> largest;
    if (!resolved->has_known_outputs()) {
        smallest = at_end(call, request, kSmallest);
        largest = at_end(call, request, kLargest);
    }
    const std::vector<TensorType> outputs = resolved->outputs();
    for (size_t i = 0; i < call.output_descs.size(); ++i) {
        const TensorType& output = outputs[i];
        std::vector<Range> ranges;
        for (size_t axis = 0; axis < output.shape.rank(); ++axis) {
            const int64_t size = output.shape[axis];
            const int64_t low = size >= 0 ? size : dimension(smallest, i, axis, 0);
            const int64_t high = size >= 0 ? size : dimension(largest, i, axis, kNoLimit);
            ranges.push_back({high == kNoLimit ? low : std::min(low, high), high});
        }
        call.output_descs[i]->with([&](TensorFacts& facts) {
            facts.dtype = output.dtype;
            facts.layout.shape = output.shape;
            facts.ranges = output.shape.is_known() ? std::vector<Range>() : std::move(ranges);
            if (facts.layout.format == ACL_FORMAT_UNDEFINED) {
                facts.layout.format = ACL_FORMAT_ND;
            }
        });
    }
    return {};
}

}  // namespace softacl::single_op
