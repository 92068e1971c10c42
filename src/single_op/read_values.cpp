// SPDX-License-Identifier: Apache-2.0
#include "single_op/read_values.h"

#include <cstring>

#include "single_op/launch.h"

namespace softacl::single_op {

using exec::Buffer;
using graph::TensorRequest;

Result<Tensor> read_values(const TensorRequest& tensor, const Buffer& buffer, const std::string& title) {
    const TensorType type{tensor.dtype, *tensor.shape, ACL_FORMAT_ND};
    SOFTACL_TRY(check_size(buffer, type.bytes(), [&] { return title; }));
    exec::OperandMemory memory;
    void* data = nullptr;
    Tensor values = Tensor::zeros(type, &data);
    if (type.bytes() != 0) {
        SOFTACL_TRY(memory.add({buffer.data, type.bytes()}, exec::OperandMemory::Use::kRead, [&] { return title; }));
        SOFTACL_TRY(memory.probe());
        std::memcpy(data, buffer.data, type.bytes());
    }
    return values;
}

std::string input_title(const ProgramCall& call, size_t index) {
    return text("operator ", call.type, ": input ", index);
}

Status read_value_inputs(const ProgramCall& call, const ops::OpDef& op, const std::vector<Buffer>& buffers,
                         graph::OpRequest& request) {
    for (const size_t i : op.value_inputs(request.inputs.size())) {
        if (i >= request.inputs.size()) {
            continue;
        }
        TensorRequest& input = request.inputs[i];
        const bool has_values = !input.is_absent() && !input.constant && input.shape && input.shape->is_known() &&
                                (buffers[i].data != nullptr || input.shape->elements() == 0);
        if (has_values) {
            SOFTACL_ASSIGN(input.constant, read_values(input, buffers[i], input_title(call, i)));
        }
    }
    return {};
}

}  // namespace softacl::single_op
