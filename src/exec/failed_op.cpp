// SPDX-License-Identifier: Apache-2.0
#include "exec/failed_op.h"

#include <algorithm>
#include <atomic>
#include <deque>
#include <mutex>

#include "acl/acl_base.h"

namespace softacl::exec {
namespace {

constexpr size_t kKept = 64;

struct Entry {
    TaskPlace place;
    FailedOp op;
};
struct Kept {
    std::mutex mutex;
    std::deque<Entry> entries;  // the newest first: numbers of streams are used again
};

Kept& kept() {
    static auto* const kKeptOps = new Kept;  // leaked: threads may use it while the process exits
    return *kKeptOps;
}

TensorFacts facts_of(const TensorType& type, kernels::Layout layout, const void* address) {
    TensorFacts facts;
    facts.dtype = type.dtype;
    facts.layout = {type.shape, type.format};
    facts.address = const_cast<void*>(address);
    if (!layout.is_plain()) {
        std::vector<int64_t> dims = type.shape.dims();
        dims[1] = (dims[1] + layout.block - 1) / layout.block;
        dims.push_back(layout.block);
        facts.storage = {Shape(dims), dims.size() == 5 ? ACL_FORMAT_NC1HWC0 : ACL_FORMAT_ND};
    }
    return facts;
}

}  // namespace

FailedOp failed_op(const StepView& step) {
    FailedOp op;
    op.name = step.node.name;
    for (size_t i = 0; i < step.node.inputs.size(); ++i) {
        if (const TensorType& type = step.node.inputs[i]; type.dtype != ACL_DT_UNDEFINED) {
            op.inputs.push_back(facts_of(type, step.kernel.input_layouts[i], step.inputs[i]));
        }
    }
    for (size_t i = 0; i < step.node.outputs.size(); ++i) {
        op.outputs.push_back(facts_of(step.node.outputs[i], step.kernel.output_layouts[i], step.outputs[i]));
    }
    return op;
}

void FailedOp::move(const void* from, size_t bytes, const void* to) {
    const auto begin = reinterpret_cast<uintptr_t>(from);
    for (auto* side : {&inputs, &outputs}) {
        for (TensorFacts& tensor : *side) {
            if (const auto at = reinterpret_cast<uintptr_t>(tensor.address); at >= begin && at < begin + bytes) {
                tensor.address = reinterpret_cast<void*>(reinterpret_cast<uintptr_t>(to) + (at - begin));
            }
        }
    }
}

void remember_failed_op(const TaskPlace& place, FailedOp op) {
    Kept& all = kept();
    const std::lock_guard lock(all.mutex);
    all.entries.push_front({place, std::move(op)});
    if (all.entries.size() > kKept) {
        all.entries.pop_back();
    }
}

Result<FailedOp> find_failed_op(const TaskPlace& place) {
    Kept& all = kept();
    const std::lock_guard lock(all.mutex);
    const auto found =
        std::find_if(all.entries.begin(), all.entries.end(), [&](const Entry& entry) { return entry.place == place; });
    if (found == all.entries.end()) {
        return fail(ACL_ERROR_INVALID_PARAM, "no operator is known to have failed on device ", place.device,
                    " in stream ", place.stream, " as task ", place.task, "; the last ", kKept, " are kept");
    }
    return found->op;
}

void forget_failed_ops() {
    Kept& all = kept();
    const std::lock_guard lock(all.mutex);
    all.entries.clear();
}

uint32_t take_execution_number() {
    static std::atomic<uint32_t> s_next{0xFFFFFFFE};
    return s_next.fetch_sub(1, std::memory_order_relaxed);
}

}  // namespace softacl::exec
