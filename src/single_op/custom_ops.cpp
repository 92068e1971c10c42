// SPDX-License-Identifier: Apache-2.0
#include "single_op/custom_ops.h"

#include <atomic>

#include "acl/acl_base.h"
#include "base/parallel.h"
#include "runtime/objects.h"

namespace softacl::single_op {
namespace {

using exec::Buffer;

// A chosen kernel for tensors of known sizes. Its workspaces are made for each run: runs may overlap in time.
class CustomKernel final : public Executable {
   public:
    CustomKernel(const std::string& type, std::vector<Operand> inputs, std::vector<Operand> outputs,
                 KernelChoice choice)
        : Executable(type, std::move(inputs), std::move(outputs)), choice_(std::move(choice)) {}

    Status run(const std::vector<Buffer>& inputs, const std::vector<Buffer>& outputs, exec::Run& /*run*/) override {
        const Lists reads(inputs);
        const Lists writes(outputs);
        std::vector<std::shared_ptr<void>> blocks;
        std::vector<void*> workspaces;
        for (const size_t size : choice_.workspaces) {
            blocks.push_back(aligned_block(size));
            workspaces.push_back(blocks.back().get());
        }
        softaclKernelCall call{};
        call.blockDim = choice_.block_dim;
        call.numInputs = static_cast<uint32_t>(inputs.size());
        call.numOutputs = static_cast<uint32_t>(outputs.size());
        call.numWorkspaces = static_cast<uint32_t>(workspaces.size());
        call.argSize = static_cast<uint32_t>(choice_.args.size());
        call.inputs = reads.addresses.data();
        call.inputSizes = reads.sizes.data();
        call.outputs = writes.addresses.data();
        call.outputSizes = writes.sizes.data();
        call.workspaces = workspaces.data();
        call.args = choice_.args.data();
        std::atomic<int> answer{0};
        parallel_for(choice_.block_dim, 1, [&](int64_t begin, int64_t end) {
            softaclKernelCall block = call;
            for (int64_t i = begin; i < end; ++i) {
                block.block = static_cast<uint32_t>(i);
                if (const int failed = choice_.binary->function()(&block); failed != 0) {
                    answer = failed;
                }
            }
        });
        if (answer != 0) {
            return fail(ACL_ERROR_RT_AICORE_EXCEPTION, "operator ", name(), ": its kernel returned ", answer.load(),
                        "; expected 0");
        }
        return {};
    }

   private:
    struct Lists {
        explicit Lists(const std::vector<Buffer>& buffers) {
            for (const Buffer& buffer : buffers) {
                addresses.push_back(buffer.data);
                sizes.push_back(buffer.size);
            }
        }
        std::vector<void*> addresses;
        std::vector<size_t> sizes;
    };

    const KernelChoice choice_;
};

std::vector<Operand> operands_of(const std::vector<std::shared_ptr<exec::TensorDesc>>& descs) {
    std::vector<Operand> operands;
    for (const auto& desc : descs) {
        const exec::TensorFacts facts = desc->facts();
        operands.push_back({facts.name, facts.dtype == ACL_DT_UNDEFINED ? 0 : facts.bytes()});
    }
    return operands;
}

Status has_no_selector(const std::string& type) {
    return fail(ACL_ERROR_BIN_SELECTOR_NOT_REGISTERED, "operator ", type,
                " has no selector; aclopRegisterCompileFunc gives it one");
}

}  // namespace

CustomOps& CustomOps::instance() {
    static auto& instance = *new CustomOps;
    return instance;
}

Status CustomOps::register_selector(const std::string& type, Selector selector) {
    const std::lock_guard lock(mutex_);
    Op& op = ops_[type];
    if (op.selector != nullptr) {
        return fail(ACL_ERROR_BIN_SELECTOR_ALREADY_REGISTERED, "operator ", type,
                    " has a selector; aclopUnregisterCompileFunc takes it away");
    }
    op.selector = std::make_shared<const Selector>(std::move(selector));
    return {};
}

Status CustomOps::unregister_selector(const std::string& type) {
    Op old;  // ends when the lock is open: a program's function may be told
    const std::lock_guard lock(mutex_);
    const auto at = ops_.find(type);
    if (at == ops_.end() || at->second.selector == nullptr) {
        return has_no_selector(type);
    }
    old.selector = std::move(at->second.selector);
    old.selected = std::move(at->second.selected);
    at->second.selector = nullptr;
    at->second.selected.clear();
    return {};
}

Status CustomOps::add_kernel(const std::string& type, const std::string& id, std::shared_ptr<KernelBinary> binary) {
    const std::lock_guard lock(mutex_);
    if (!ops_[type].kernels.emplace(id, std::move(binary)).second) {
        return fail(ACL_ERROR_KERNEL_ALREADY_REGISTERED, "operator ", type, " has a kernel ", id,
                    " already; expected another kernelId");
    }
    return {};
}

Result<std::shared_ptr<KernelBinary>> CustomOps::kernel(const std::string& type, const std::string& id) {
    const std::lock_guard lock(mutex_);
    const auto op = ops_.find(type);
    if (op != ops_.end()) {
        if (const auto at = op->second.kernels.find(id); at != op->second.kernels.end()) {
            return at->second;
        }
    }
    return fail(ACL_ERROR_KERNEL_NOT_FOUND, "operator ", type, " has no kernel ", id, "; aclopCreateKernel adds one");
}

bool CustomOps::has_selector(const std::string& type) {
    const std::lock_guard lock(mutex_);
    const auto at = ops_.find(type);
    return at != ops_.end() && at->second.selector != nullptr;
}

Result<std::shared_ptr<Executable>> CustomOps::select(const ProgramCall& call, const SelectorArguments& arguments) {
    SOFTACL_ASSIGN(const graph::OpRequest request, request_of(call));
    return select(call, arguments, key_of(request));
}

Result<std::shared_ptr<Executable>> CustomOps::select(const ProgramCall& call, const SelectorArguments& arguments,
                                                      std::string key) {
    std::shared_ptr<const Selector> selector;
    {
        const std::lock_guard lock(mutex_);
        const auto at = ops_.find(call.type);
        if (at == ops_.end() || at->second.selector == nullptr) {
            return has_no_selector(call.type);
        }
        selector = at->second.selector;
    }
    const auto desc = std::make_shared<KernelDesc>(call.type);
    SOFTACL_ASSIGN(const Handle handle, runtime::make_object(desc));
    const aclError answer = (*selector)(arguments, static_cast<aclopKernelDesc*>(to_client(handle)));
    retire_handle(handle);
    if (answer != ACL_SUCCESS) {
        return fail(answer, "operator ", call.type, ": its selector returned ", answer);
    }
    KernelChoice choice = desc->choice();
    if (choice.binary == nullptr) {
        return fail(ACL_ERROR_KERNEL_NOT_FOUND, "operator ", call.type,
                    ": its selector chose no kernel; expected a call of aclopSetKernelArgs");
    }
    auto selected = std::make_shared<CustomKernel>(call.type, operands_of(call.input_descs),
                                                   operands_of(call.output_descs), std::move(choice));
    const std::lock_guard lock(mutex_);
    if (Op& op = ops_[call.type]; op.selector == selector) {  // else it was taken away meanwhile
        op.selected[std::move(key)] = selected;
    }
    return std::shared_ptr<Executable>(std::move(selected));
}

Result<std::shared_ptr<Executable>> CustomOps::find_or_select(const ProgramCall& call,
                                                              const SelectorArguments& arguments) {
    SOFTACL_ASSIGN(const graph::OpRequest request, request_of(call));
    std::string key = key_of(request);
    {
        const std::lock_guard lock(mutex_);
        const auto& selected = ops_[call.type].selected;
        if (const auto at = selected.find(key); at != selected.end()) {
            return at->second;
        }
    }
    return select(call, arguments, std::move(key));
}

void CustomOps::process_ends() {
    std::map<std::string, Op> old;
    const std::lock_guard lock(mutex_);
    old.swap(ops_);
}

}  // namespace softacl::single_op
