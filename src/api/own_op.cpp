// SPDX-License-Identifier: Apache-2.0
// acl_op.h: operators of the program's own.
#include "acl/acl_op.h"
#include "api/entry.h"
#include "api/op_args.h"
#include "base/probe.h"
#include "single_op/custom_ops.h"
#include "softacl/op_selector.h"

using namespace softacl;
using namespace softacl::api;
using single_op::CustomOps;
using single_op::KernelBinary;
using single_op::KernelDesc;

namespace {

Status check_name(const char* name, const char* argument) {
    if (*name == '\0') {
        return fail(ACL_ERROR_INVALID_PARAM, argument, " is empty; expected a name");
    }
    return {};
}

Status check_readable(const void* data, size_t size, const char* argument) {
    if (const size_t can = size == 0 ? 0 : readable_bytes(data, size); can < size) {
        return fail(ACL_ERROR_INVALID_PARAM, argument, " is ", data, ", where ", can, " of ", size,
                    " bytes can be read");
    }
    return {};
}

}  // namespace

aclError aclopRegisterCompileFunc(const char* opType, aclopCompileFunc func) {
    return entry<row::aclopRegisterCompileFunc>(opType, func)([&]() -> Status {
        SOFTACL_TRY(check_name(opType, "opType"));
        return CustomOps::instance().register_selector(
            opType, [func](const single_op::SelectorArguments& call, aclopKernelDesc* kernel) {
                return func(call.num_inputs, call.inputs, call.num_outputs, call.outputs, call.attr, kernel);
            });
    });
}

aclError softaclOpRegisterCompileFunc(const char* opType, softaclOpSelector selector, void (*dropped)(void*),
                                      void* userData) {
    const std::shared_ptr<void> data(userData, dropped);
    const auto func =
        reinterpret_cast<aclopCompileFunc>(reinterpret_cast<void (*)()>(selector));  // looked at, not called
    return entry<row::aclopRegisterCompileFunc>(opType, func)([&]() -> Status {
        SOFTACL_TRY(check_name(opType, "opType"));
        return CustomOps::instance().register_selector(
            opType, [selector, data](const single_op::SelectorArguments& call, aclopKernelDesc* kernel) {
                return selector(call.num_inputs, call.inputs, call.num_outputs, call.outputs, call.attr, kernel,
                                data.get());
            });
    });
}

aclError aclopUnregisterCompileFunc(const char* opType) {
    return entry<row::aclopUnregisterCompileFunc>(opType)(
        [&] { return CustomOps::instance().unregister_selector(opType); });
}

aclError aclopCreateKernel(const char* opType, const char* kernelId, const char* kernelName, void* binData, int binSize,
                           aclopEngineType enginetype, aclDataDeallocator deallocator) {
    return entry<row::aclopCreateKernel>(opType, kernelId, kernelName, binData, binSize, enginetype,
                                         deallocator)([&]() -> Status {
        SOFTACL_TRY(check_name(opType, "opType"));
        SOFTACL_TRY(check_name(kernelId, "kernelId"));
        SOFTACL_TRY(check_name(kernelName, "kernelName"));
        if (binSize <= 0) {
            return fail(ACL_ERROR_INVALID_PARAM, "binSize is ", binSize, "; expected a number of bytes");
        }
        const auto size = static_cast<size_t>(binSize);
        SOFTACL_TRY(check_readable(binData, size, "binData"));
        SOFTACL_ASSIGN(auto binary, KernelBinary::load(binData, size, kernelName));
        SOFTACL_TRY(CustomOps::instance().add_kernel(opType, kernelId, std::move(binary)));
        if (deallocator != nullptr) {
            deallocator(binData, size);  // the kernel lives in a copy
        }
        return {};
    });
}

aclError aclopSetKernelArgs(aclopKernelDesc* kernelDesc, const char* kernelId, uint32_t blockDim, const void* args,
                            uint32_t argSize) {
    return entry<row::aclopSetKernelArgs>(kernelDesc, kernelId, blockDim, args, argSize)([&]() -> Status {
        SOFTACL_TRY(check_readable(args, argSize, "args"));
        SOFTACL_ASSIGN(const Pin<KernelDesc> desc, pin<KernelDesc>(kernelDesc, "kernelDesc"));
        SOFTACL_ASSIGN(auto binary, CustomOps::instance().kernel(desc->op_type(), kernelId));
        const auto* bytes = static_cast<const uint8_t*>(args);
        desc->set(std::move(binary), blockDim, {bytes, bytes + argSize});
        return {};
    });
}

aclError aclopSetKernelWorkspaceSizes(aclopKernelDesc* kernelDesc, int numWorkspaces, size_t* workspaceSizes) {
    return entry<row::aclopSetKernelWorkspaceSizes>(kernelDesc, numWorkspaces, workspaceSizes)([&]() -> Status {
        if (numWorkspaces < 0) {
            return fail(ACL_ERROR_INVALID_PARAM, "numWorkspaces is ", numWorkspaces, "; expected 0 or more");
        }
        const auto count = static_cast<size_t>(numWorkspaces);
        SOFTACL_TRY(check_readable(workspaceSizes, count * sizeof(size_t), "workspaceSizes"));
        SOFTACL_ASSIGN(const Pin<KernelDesc> desc, pin<KernelDesc>(kernelDesc, "kernelDesc"));
        desc->set_workspaces({workspaceSizes, workspaceSizes + count});
        return {};
    });
}

aclError aclopUpdateParams(const char* opType, int numInputs, const aclTensorDesc* const inputDesc[], int numOutputs,
                           const aclTensorDesc* const outputDesc[], const aclopAttr* attr) {
    return entry<row::aclopUpdateParams>(opType, numInputs, inputDesc, numOutputs, outputDesc, attr)([&]() -> Status {
        SOFTACL_ASSIGN(const single_op::ProgramCall call,
                       read_call(opType, numInputs, inputDesc, numOutputs, outputDesc, attr));
        return CustomOps::instance().select(call, {numInputs, inputDesc, numOutputs, outputDesc, attr}).status();
    });
}
