// SPDX-License-Identifier: Apache-2.0
#include "single_op/op_call.h"

#include <algorithm>

#include "acl/acl_base.h"
#include "exec/task_run.h"
#include "single_op/fit_outputs.h"
#include "single_op/op_library.h"
#include "single_op/read_values.h"

namespace softacl::single_op {
namespace {

using exec::TensorFacts;
using graph::OpRequest;
using graph::TensorRequest;

Result<TensorRequest> tensor_request(const TensorFacts& facts, const std::string& title) {
    TensorRequest tensor;
    tensor.dtype = facts.dtype;
    tensor.format = facts.layout.format;
    tensor.shape = facts.layout.shape;
    tensor.ranges = facts.ranges;
    tensor.name = facts.name;
    if (facts.storage.format != ACL_FORMAT_UNDEFINED && facts.storage.format != facts.layout.format) {
        return fail(ACL_ERROR_FORMAT_NOT_MATCH, title, " is described as format ", facts.layout.format,
                    " and stored as format ", facts.storage.format,
                    "; only data stored as described is supported (operator TransData converts it)");
    }
    if (facts.constant) {
        if (facts.constant->size() != facts.bytes() || !tensor.shape) {
            return fail(ACL_ERROR_INVALID_PARAM, title, " has a constant of ", facts.constant->size(),
                        " bytes; its description needs ", facts.bytes());
        }
        const std::shared_ptr<const void> bytes(facts.constant, facts.constant->data());
        tensor.constant = Tensor({facts.dtype, *tensor.shape, ACL_FORMAT_ND}, bytes);
    }
    return tensor;
}

Status check_library(const ProgramCall& call, const OpRequest& request) {
    OpLibrary& library = OpLibrary::instance();
    return library.is_strict() && call.needs_file ? library.match(request) : Status();
}

bool is_value_input(const ops::OpDef* op, size_t index, size_t count) {
    if (op == nullptr) {
        return false;
    }
    const auto inputs = op->value_inputs(count);
    return std::find(inputs.begin(), inputs.end(), index) != inputs.end();
}

// Values of inputs on the host are taken at once: those that shapes depend on into the request, others into memory of
// ours.
Status take_host_inputs(const ProgramCall& call, OpRequest& request, Arguments& arguments) {
    const ops::OpDef* const op = ops::find_op(call.type);
    for (size_t i = 0; i < call.input_descs.size(); ++i) {
        TensorRequest& input = request.inputs[i];
        const bool on_host =
            call.input_descs[i]->with([](const TensorFacts& facts) { return facts.placement != ACL_MEMTYPE_DEVICE; });
        if (!on_host || input.is_absent() || input.constant || !input.shape || !input.shape->is_known()) {
            continue;
        }
        SOFTACL_ASSIGN(Tensor values, read_values(input, call.inputs[i], input_title(call, i)));
        if (is_value_input(op, i, request.inputs.size())) {
            input.constant = std::move(values);
        } else {
            arguments.inputs[i] = {const_cast<void*>(values.data()), values.bytes()};
            arguments.kept.push_back(std::const_pointer_cast<void>(values.owner()));
        }
    }
    return {};
}

// Whether more may be known when values have been read, even if nothing can be said without them.
bool waits_for_values(const OpRequest& request) {
    const ops::OpDef* const op = ops::find_op(request.type);
    if (op == nullptr) {
        return false;
    }
    const auto& inputs = request.inputs;
    const std::vector<size_t> wanted = op->value_inputs(inputs.size());
    return std::any_of(wanted.begin(), wanted.end(),
                       [&](size_t i) { return i < inputs.size() && !inputs[i].is_absent() && !inputs[i].constant; });
}

// Before anything is made for shapes that no buffer has.
Status check_sizes(const ProgramCall& call, const OpRequest& request) {
    for (size_t i = 0; i < request.inputs.size(); ++i) {
        const TensorRequest& input = request.inputs[i];
        if (input.is_absent() || input.constant || !input.shape || !input.shape->is_known()) {
            continue;
        }
        const size_t needed = TensorType{input.dtype, *input.shape, ACL_FORMAT_ND}.bytes();
        SOFTACL_TRY(check_size(call.inputs[i], needed, [&] {
            const ops::OpDef* const op = ops::find_op(call.type);
            const ops::Port* const port = op == nullptr ? nullptr : op->input_port(i, request.inputs.size());
            return port == nullptr ? input_title(call, i) : text(input_title(call, i), " '", port->name, "'");
        }));
    }
    return {};
}

// What a call needs that looks at values in memory before it knows its shapes.
struct LateCall {
    ProgramCall call;
    OpRequest request;
    Arguments arguments;
    bool writes_shapes;

    Status run(exec::Run& run) {
        SOFTACL_TRY(read_value_inputs(call, *ops::find_op(call.type), arguments.inputs, request));
        SOFTACL_ASSIGN(const KnownOp known, know(request));
        if (known.prepared == nullptr) {
            return fail(
                ACL_ERROR_OP_INPUT_NOT_MATCH, "operator ", call.type,
                ": a dimension of an input is not known, or the shapes of the outputs do not follow from the inputs");
        }
        SOFTACL_TRY(fit_outputs(call, known, writes_shapes));
        SOFTACL_ASSIGN(const exec::OperandMemory memory, check_arguments(*known.prepared, arguments));
        SOFTACL_TRY(memory.probe());
        run.warning = memory.warning();
        return known.prepared->run(arguments.inputs, arguments.outputs, run);
    }
};

class LateTask final : public runtime::Task {
   public:
    LateTask(LateCall call, exec::RunMode mode) : Task("operator"), call_(std::move(call)), mode_(mode) {}
    runtime::Outcome run(runtime::Stream& stream) override {
        return run_op_in_task(stream, mode_, [&](exec::Run& run) { return call_.run(run); });
    }

   private:
    LateCall call_;
    const exec::RunMode mode_;
};

}  // namespace

Result<OpRequest> request_of(const ProgramCall& call) {
    OpRequest request;
    request.type = call.type;
    request.attrs = call.attrs;
    const auto read = [&](const auto& descs, const char* side, std::vector<TensorRequest>& tensors) -> Status {
        tensors.reserve(descs.size());
        for (size_t i = 0; i < descs.size(); ++i) {
            SOFTACL_ASSIGN(tensors.emplace_back(), descs[i]->with([&](const TensorFacts& facts) {
                return tensor_request(facts, text("operator ", call.type, ": ", side, " ", i));
            }));
        }
        return {};
    };
    SOFTACL_TRY(read(call.input_descs, "input", request.inputs));
    SOFTACL_TRY(read(call.output_descs, "output", request.outputs));
    for (size_t i = 0; i < request.inputs.size(); ++i) {  // before anybody asks how many bytes they have
        const TensorRequest& input = request.inputs[i];
        if (input.shape && !input.shape->fits(std::max<size_t>(size_of(input.dtype), 1))) {
            return fail(ACL_ERROR_OP_INPUT_NOT_MATCH, "operator ", call.type, ": input ", i, " has the shape ",
                        *input.shape, ", which is too large");
        }
    }
    return request;
}

Status execute(const ProgramCall& call, runtime::Stream& stream, bool writes_shapes) {
    SOFTACL_ASSIGN(OpRequest request, request_of(call));
    SOFTACL_TRY(check_library(call, request));
    Arguments arguments{call.inputs, call.outputs, {}};
    SOFTACL_TRY(take_host_inputs(call, request, arguments));
    SOFTACL_TRY(check_sizes(call, request));
    const auto known = OpCache::instance().find_or_make(request);
    if (!known.ok() && !waits_for_values(request)) {
        return known.status();
    }
    if (known.ok() && (*known)->prepared != nullptr) {
        SOFTACL_TRY(fit_outputs(call, **known, writes_shapes));
        return launch((*known)->prepared, std::move(arguments), stream);
    }
    auto task = std::make_unique<LateTask>(LateCall{call, std::move(request), std::move(arguments), writes_shapes},
                                           exec::mode_of(stream));
    SOFTACL_TRY(stream.launch(std::move(task)).status());
    std::string warning;
    return stream.synchronize(warning);
}

Status compile(const ProgramCall& call) {
    SOFTACL_ASSIGN(const OpRequest request, request_of(call));
    SOFTACL_TRY(OpCache::instance().find_or_make(request).status());
    if (OpLibrary::instance().is_strict()) {
        OpLibrary::instance().add_compiled(request);
    }
    return {};
}

Result<std::shared_ptr<Executable>> prepare(const ProgramCall& call) {
    for (size_t i = 0; i < call.input_descs.size(); ++i) {
        if (call.input_descs[i]->with([](const TensorFacts& facts) { return facts.placement; }) != ACL_MEMTYPE_DEVICE) {
            return fail(ACL_ERROR_INVALID_PARAM, input_title(call, i),
                        " is described as host memory; a handle takes device memory only");
        }
    }
    SOFTACL_ASSIGN(const OpRequest request, request_of(call));
    SOFTACL_TRY(check_library(call, request));
    SOFTACL_ASSIGN(const auto known, OpCache::instance().find_or_make(request));
    if (known->prepared == nullptr) {
        return fail(ACL_ERROR_OP_INPUT_NOT_MATCH, "operator ", call.type,
                    ": a handle needs known shapes, and the values that they depend on as constants "
                    "(aclSetTensorConst); call aclopExecuteV2 instead");
    }
    SOFTACL_TRY(fit_outputs(call, *known, false));
    return std::shared_ptr<Executable>(known->prepared);
}

}  // namespace softacl::single_op
