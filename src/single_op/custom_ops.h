// SPDX-License-Identifier: Apache-2.0
// Operators of the program's own: selectors, and the kernels that they choose from.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>

#include "acl/acl_op.h"
#include "runtime/end_observer.h"
#include "single_op/kernel_desc.h"
#include "single_op/op_call.h"

namespace softacl::single_op {

/// The arrays as the program passed them: selectors get the same.
struct SelectorArguments {
    int num_inputs;
    const aclTensorDesc* const* inputs;
    int num_outputs;
    const aclTensorDesc* const* outputs;
    const aclopAttr* attr;
};

using Selector = std::function<aclError(const SelectorArguments&, aclopKernelDesc*)>;

/// Any thread. No lock is held while a selector runs.
class CustomOps final : public runtime::EndObserver {
   public:
    /// Made at first use and never destroyed.
    static CustomOps& instance();

    /// 100030 if the operator has one.
    Status register_selector(const std::string& type, Selector selector);
    /// 100028 if it has none. What was selected for its calls is forgotten.
    Status unregister_selector(const std::string& type);
    /// 100031 if the operator has a kernel of this id.
    Status add_kernel(const std::string& type, const std::string& id, std::shared_ptr<KernelBinary> binary);
    /// 100029 if the operator has none of this id.
    Result<std::shared_ptr<KernelBinary>> kernel(const std::string& type, const std::string& id);

    bool has_selector(const std::string& type);
    /// Calls the selector, and keeps for calls with equal descriptions and attributes what it chose. 100028 if the
    /// operator has none, 100029 if it chose no kernel, and the code that it returned.
    Result<std::shared_ptr<Executable>> select(const ProgramCall& call, const SelectorArguments& arguments);
    /// What was chosen for such a call before; else selects.
    Result<std::shared_ptr<Executable>> find_or_select(const ProgramCall& call, const SelectorArguments& arguments);

    void process_ends() override;

   private:
    struct Op {
        std::shared_ptr<const Selector> selector;
        std::map<std::string, std::shared_ptr<KernelBinary>> kernels;
        std::unordered_map<std::string, std::shared_ptr<Executable>> selected;  ///< by key of the request
    };

    CustomOps() { runtime::observe_ends(*this); }

    Result<std::shared_ptr<Executable>> select(const ProgramCall& call, const SelectorArguments& arguments,
                                               std::string key);

    std::mutex mutex_;
    std::map<std::string, Op> ops_;
};

}  // namespace softacl::single_op
