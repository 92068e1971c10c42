// SPDX-License-Identifier: Apache-2.0
// acl_op.h, acl_op_compiler.h: executing operators.
#include "acl/acl_op.h"

#include "acl/acl_op_compiler.h"

#include "api/entry.h"
#include "api/handles.h"
#include "api/op_args.h"
#include "api/warning.h"
#include "base/fork.h"
#include "base/probe.h"
#include "runtime/context.h"
#include "runtime/objects.h"
#include "single_op/custom_ops.h"
#include "single_op/op_handle.h"
#include "single_op/op_library.h"

using namespace softacl;
using namespace softacl::api;
using single_op::CustomOps;
using single_op::Executable;
using single_op::OpHandle;
using single_op::OpLibrary;
using single_op::ProgramCall;

namespace {

enum class Shapes { kMustFit, kAreWritten };
enum class File { kNeeded, kNotNeeded };  // where the library of operators is strict

// Descriptions and buffers are `const` or not, depending on the function.
template <class Desc, class In, class Out>
Status execute(const char* type, int input_count, Desc const* input_descs, In const* inputs, int output_count,
               Desc const* output_descs, Out const* outputs, const aclopAttr* attr, aclrtStream stream, Shapes shapes,
               File file = File::kNeeded) {
    note_use();
    SOFTACL_ASSIGN(const Pin<runtime::Stream> where, runtime::find_stream(stream, "stream"));
    SOFTACL_ASSIGN(ProgramCall call, read_call(type, input_count, input_descs, output_count, output_descs, attr));
    call.needs_file = file == File::kNeeded;
    SOFTACL_ASSIGN(call.inputs, read_buffers(input_count, inputs, "inputs"));
    SOFTACL_ASSIGN(call.outputs, read_buffers(output_count, outputs, "outputs"));
    CustomOps& custom = CustomOps::instance();
    if (custom.has_selector(type)) {
        SOFTACL_ASSIGN(auto executable,
                       custom.find_or_select(call, {input_count, input_descs, output_count, output_descs, attr}));
        return single_op::launch(std::move(executable), {call.inputs, call.outputs, {}}, *where);
    }
    return single_op::execute(call, *where, shapes == Shapes::kAreWritten);
}

Status give_handle(std::shared_ptr<Executable> executable, aclopHandle** handle) {
    SOFTACL_ASSIGN(*handle,
                   as_pointer<aclopHandle>(runtime::make_object(std::make_shared<OpHandle>(std::move(executable)))));
    return {};
}

// Cast, with the result's type as its attribute.
Result<ProgramCall> cast_call(const aclTensorDesc* source, const aclTensorDesc* result) {
    ProgramCall call;
    call.type = "Cast";
    call.needs_file = false;
    SOFTACL_ASSIGN(const Pin<exec::TensorDesc> from, pin<exec::TensorDesc>(source, "srcDesc"));
    SOFTACL_ASSIGN(const Pin<exec::TensorDesc> to, pin<exec::TensorDesc>(result, "dstDesc"));
    call.input_descs = {from.share()};
    call.output_descs = {to.share()};
    call.attrs.set("dst_type", int64_t{to->facts().dtype});
    call.inputs.resize(1);
    call.outputs.resize(1);
    return call;
}

Result<exec::Buffer> buffer_of(const aclDataBuffer* buffer, const char* argument) {
    SOFTACL_ASSIGN(const Pin<exec::DataBuffer> live, pin<exec::DataBuffer>(buffer, argument));
    return live->get();
}

}  // namespace

aclError aclopSetModelDir(const char* modelDir) {
    return entry<row::aclopSetModelDir>(modelDir)([&] {
        return with_warning<row::aclopSetModelDir>(
            [&](std::string& warning) { return OpLibrary::instance().load_folder(modelDir, warning); });
    });
}

aclError aclopLoad(const void* model, size_t modelSize) {
    return entry<row::aclopLoad>(model, modelSize)([&]() -> Status {
        if (const size_t can = readable_bytes(model, modelSize); can < modelSize) {
            return fail(ACL_ERROR_INVALID_PARAM, "model is ", model, ", where ", can, " of ", modelSize,
                        " bytes can be read");
        }
        return OpLibrary::instance().load(model, modelSize);
    });
}

aclError aclopExecute(const char* opType, int numInputs, const aclTensorDesc* const inputDesc[],
                      const aclDataBuffer* const inputs[], int numOutputs, const aclTensorDesc* const outputDesc[],
                      aclDataBuffer* const outputs[], const aclopAttr* attr, aclrtStream stream) {
    return entry<row::aclopExecute>(opType, numInputs, inputDesc, inputs, numOutputs, outputDesc, outputs, attr,
                                    stream)([&] {
        return execute(opType, numInputs, inputDesc, inputs, numOutputs, outputDesc, outputs, attr, stream,
                       Shapes::kMustFit);
    });
}

aclError aclopExecuteV2(const char* opType, int numInputs, aclTensorDesc* inputDesc[], aclDataBuffer* inputs[],
                        int numOutputs, aclTensorDesc* outputDesc[], aclDataBuffer* outputs[], aclopAttr* attr,
                        aclrtStream stream) {
    return entry<row::aclopExecuteV2>(opType, numInputs, inputDesc, inputs, numOutputs, outputDesc, outputs, attr,
                                      stream)([&] {
        return execute(opType, numInputs, inputDesc, inputs, numOutputs, outputDesc, outputs, attr, stream,
                       Shapes::kAreWritten);
    });
}

aclError aclopExecWithHandle(aclopHandle* handle, int numInputs, const aclDataBuffer* const inputs[], int numOutputs,
                             aclDataBuffer* const outputs[], aclrtStream stream) {
    return entry<row::aclopExecWithHandle>(handle, numInputs, inputs, numOutputs, outputs, stream)([&]() -> Status {
        SOFTACL_ASSIGN(const Pin<OpHandle> live, pin<OpHandle>(handle, "handle"));
        SOFTACL_ASSIGN(const Pin<runtime::Stream> where, runtime::find_stream(stream, "stream"));
        single_op::Arguments arguments;
        SOFTACL_ASSIGN(arguments.inputs, read_buffers(numInputs, inputs, "inputs"));
        SOFTACL_ASSIGN(arguments.outputs, read_buffers(numOutputs, outputs, "outputs"));
        return single_op::launch(live->executable(), std::move(arguments), *where);
    });
}

aclError aclopCast(const aclTensorDesc* srcDesc, const aclDataBuffer* srcBuffer, const aclTensorDesc* dstDesc,
                   aclDataBuffer* dstBuffer, uint8_t truncate, aclrtStream stream) {
    return entry<row::aclopCast>(srcDesc, srcBuffer, dstDesc, dstBuffer, truncate, stream)([&]() -> Status {
        SOFTACL_ASSIGN(ProgramCall call, cast_call(srcDesc, dstDesc));
        SOFTACL_ASSIGN(call.inputs[0], buffer_of(srcBuffer, "srcBuffer"));
        SOFTACL_ASSIGN(call.outputs[0], buffer_of(dstBuffer, "dstBuffer"));
        SOFTACL_ASSIGN(const Pin<runtime::Stream> where, runtime::find_stream(stream, "stream"));
        return single_op::execute(call, *where, false);
    });
}

aclError aclopCreateHandleForCast(const aclTensorDesc* srcDesc, const aclTensorDesc* dstDesc, uint8_t truncate,
                                  aclopHandle** handle) {
    return entry<row::aclopCreateHandleForCast>(srcDesc, dstDesc, truncate, handle)([&]() -> Status {
        *handle = nullptr;
        SOFTACL_ASSIGN(const ProgramCall call, cast_call(srcDesc, dstDesc));
        SOFTACL_ASSIGN(auto executable, single_op::prepare(call));
        return give_handle(std::move(executable), handle);
    });
}

aclError aclopCreateHandle(const char* opType, int numInputs, const aclTensorDesc* const inputDesc[], int numOutputs,
                           const aclTensorDesc* const outputDesc[], const aclopAttr* opAttr, aclopHandle** handle) {
    return entry<row::aclopCreateHandle>(opType, numInputs, inputDesc, numOutputs, outputDesc, opAttr,
                                         handle)([&]() -> Status {
        *handle = nullptr;
        SOFTACL_ASSIGN(const ProgramCall call,
                       read_call(opType, numInputs, inputDesc, numOutputs, outputDesc, opAttr, "opAttr"));
        CustomOps& custom = CustomOps::instance();
        SOFTACL_ASSIGN(auto executable,
                       custom.has_selector(opType)
                           ? custom.find_or_select(call, {numInputs, inputDesc, numOutputs, outputDesc, opAttr})
                           : single_op::prepare(call));
        return give_handle(std::move(executable), handle);
    });
}

void aclopDestroyHandle(aclopHandle* handle) {
    static_cast<void>(entry<row::aclopDestroyHandle>(handle)([&] { return destroy<OpHandle>(handle, "handle"); }));
}

aclError aclopInferShape(const char* opType, int numInputs, aclTensorDesc* inputDesc[], aclDataBuffer* inputs[],
                         int numOutputs, aclTensorDesc* outputDesc[], aclopAttr* attr) {
    return entry<row::aclopInferShape>(opType, numInputs, inputDesc, inputs, numOutputs, outputDesc,
                                       attr)([&]() -> Status {
        SOFTACL_ASSIGN(ProgramCall call, read_call(opType, numInputs, inputDesc, numOutputs, outputDesc, attr));
        SOFTACL_ASSIGN(call.inputs, read_buffers(numInputs, inputs, "inputs"));
        return single_op::infer_shapes(call);
    });
}

aclError aclopCompile(const char* opType, int numInputs, const aclTensorDesc* const inputDesc[], int numOutputs,
                      const aclTensorDesc* const outputDesc[], const aclopAttr* attr, aclopEngineType engineType,
                      aclopCompileType compileFlag, const char* opPath) {
    return entry<row::aclopCompile>(opType, numInputs, inputDesc, numOutputs, outputDesc, attr, engineType, compileFlag,
                                    opPath)([&]() -> Status {
        SOFTACL_ASSIGN(const ProgramCall call, read_call(opType, numInputs, inputDesc, numOutputs, outputDesc, attr));
        return single_op::compile(call);
    });
}

aclError aclopCompileAndExecute(const char* opType, int numInputs, const aclTensorDesc* const inputDesc[],
                                const aclDataBuffer* const inputs[], int numOutputs,
                                const aclTensorDesc* const outputDesc[], aclDataBuffer* const outputs[],
                                const aclopAttr* attr, aclopEngineType engineType, aclopCompileType compileFlag,
                                const char* opPath, aclrtStream stream) {
    return entry<row::aclopCompileAndExecute>(opType, numInputs, inputDesc, inputs, numOutputs, outputDesc, outputs,
                                              attr, engineType, compileFlag, opPath, stream)([&] {
        return execute(opType, numInputs, inputDesc, inputs, numOutputs, outputDesc, outputs, attr, stream,
                       Shapes::kMustFit, File::kNotNeeded);
    });
}
