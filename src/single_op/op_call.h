// SPDX-License-Identifier: Apache-2.0
// Calls of operators by name: what a program describes becomes a request, and that runs or tells its shapes.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "exec/tensor_desc.h"
#include "ops/attrs.h"
#include "single_op/launch.h"
#include "single_op/op_cache.h"

namespace softacl::single_op {

/// Descriptions and buffers as a program gives them, checked for being alive and for equal numbers.
struct ProgramCall {
    std::string type;
    std::vector<std::shared_ptr<exec::TensorDesc>> input_descs;
    std::vector<exec::Buffer> inputs;
    std::vector<std::shared_ptr<exec::TensorDesc>> output_descs;
    std::vector<exec::Buffer> outputs;
    ops::Attrs attrs;
    bool needs_file = true;  ///< of a loaded operator, where the library is strict (OpLibrary)
};

/// Without looking at buffers. 100000 if a constant is not as large as its description says, 100027 for data that is
/// stored in another format than it is described in.
Result<graph::OpRequest> request_of(const ProgramCall& call);

/// Executes on a stream. `writes_shapes`: the shapes that outputs turn out to have are written into their descriptions;
/// else an output that is larger than described is an error. Waits for the stream if an output's shape or the
/// computation depends on values in device memory that are not known yet; then it returns the stream's error, too.
/// The errors of ResolvedOp::resolve, PreparedOp::make and launch(); 100022 for outputs that are not what the operator
/// gives.
Status execute(const ProgramCall& call, runtime::Stream& stream, bool writes_shapes);

/// Prepares what execute() will need, as far as it is known, and lets such calls match where the library is strict. The
/// errors of ResolvedOp::resolve and PreparedOp::make; outputs are not compared.
Status compile(const ProgramCall& call);

/// Something to execute again and again. Shapes and values must be known: 100021; no input may lie on the host: 100000.
Result<std::shared_ptr<Executable>> prepare(const ProgramCall& call);

/// Writes type, shape and ranges of the outputs into their descriptions. Buffers may be null where no value is needed.
Status infer_shapes(const ProgramCall& call);

}  // namespace softacl::single_op
