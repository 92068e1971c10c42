// SPDX-License-Identifier: Apache-2.0
// Values that lie in a program's memory, where shapes depend on them.
#pragma once

#include <string>
#include <vector>

#include "single_op/op_call.h"

namespace softacl::single_op {

/// The values in a buffer now. 100000 if it is smaller than the tensor, 107000 if it cannot be read.
Result<Tensor> read_values(const graph::TensorRequest& tensor, const exec::Buffer& buffer, const std::string& title);

/// "operator Add: input 0"
std::string input_title(const ProgramCall& call, size_t index);

/// Takes the values of inputs that the operator's shapes depend on into the request, where they are not known yet and
/// there is a buffer.
Status read_value_inputs(const ProgramCall& call, const ops::OpDef& op, const std::vector<exec::Buffer>& buffers,
                         graph::OpRequest& request);

}  // namespace softacl::single_op
