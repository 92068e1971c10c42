// SPDX-License-Identifier: Apache-2.0
#include "exec/dump_observer.h"

#include <cstring>

#include "acl/acl_base.h"
#include "dump/control.h"
#include "kernels/fast.h"

namespace softacl::exec {
namespace {

// Row by row, in memory of its own; null if the tensor cannot be brought into that order.
std::shared_ptr<void> plain_copy(const TensorType& type, kernels::Layout layout, const void* data) {
    auto copy = aligned_block(type.bytes());
    if (layout.is_plain()) {
        std::memcpy(copy.get(), data, type.bytes());
        return copy;
    }
    const auto fast = kernels::fast_kernels();
    if (!fast.ok()) {
        return nullptr;
    }
    const auto kernel = (*fast)->reorder(type, layout, {});
    if (!kernel.ok()) {
        return nullptr;
    }
    const auto scratch = aligned_block((*kernel)->scratch_bytes);
    void* output = copy.get();
    const Status done = (*kernel)->run({&data, &output, nullptr, scratch.get()});
    return done.ok() ? copy : nullptr;
}

// Copies what is there; a tensor that an operator keeps in a form of its own is described only.
std::vector<dump::TensorRecord> recorded(const std::vector<TensorType>& types,
                                         const std::vector<kernels::Layout>& layouts, const void* const* addresses,
                                         std::vector<std::shared_ptr<void>>& copies) {
    std::vector<dump::TensorRecord> records;
    for (size_t i = 0; i < types.size(); ++i) {
        if (types[i].dtype == ACL_DT_UNDEFINED) {
            continue;  // absent
        }
        auto& record = records.emplace_back();
        record.type = types[i];
        record.address = addresses[i];
        if (addresses[i] != nullptr) {
            copies.push_back(plain_copy(types[i], layouts[i], addresses[i]));
            record.data = copies.back().get();
        }
    }
    return records;
}

}  // namespace

void DumpObserver::before(const StepView& step) {
    record_ = {};
    copies_.clear();
    if (session_->wants_inputs() && session_->wants(run_, step.node.name, step.node.origins)) {
        record_.inputs = recorded(step.node.inputs, step.kernel.input_layouts, step.inputs, copies_);
    }
}

void DumpObserver::after(const StepView& step) {
    if (!session_->wants(run_, step.node.name, step.node.origins)) {
        return;
    }
    if (session_->wants_outputs()) {
        record_.outputs = recorded(step.node.outputs, step.kernel.output_layouts, step.outputs, copies_);
    }
    record_.type = step.node.type;
    record_.name = step.node.name;
    record_.origins = step.node.origins;
    record_.task = static_cast<uint32_t>(step.number);
    record_.stream = stream_;
    session_->write(run_, record_);
}

Status dumped(Run& run, FunctionRef<dump::Run()> where, FunctionRef<Status()> work) {
    const auto session = dump::current();
    if (session == nullptr) {
        return work();
    }
    DumpObserver observer(session, where(), run.stream);
    run.observer = session->wants(observer.run()) ? &observer : nullptr;
    Status status = work();
    run.observer = nullptr;
    return status;
}

}  // namespace softacl::exec
