// SPDX-License-Identifier: Apache-2.0
#include "single_op/op_cache.h"

#include <algorithm>
#include <new>
#include <type_traits>

#include "acl/acl_base.h"
#include "base/cpu.h"
#include "runtime/process.h"
#include "single_op/op_library.h"

namespace softacl::single_op {
namespace {

using graph::OpRequest;
using graph::TensorRequest;

// Appends values so that no two different sequences give the same text: lists tell their length first.
class KeyWriter {
   public:
    template <class T>
    std::enable_if_t<std::is_arithmetic_v<T> || std::is_enum_v<T>> put(T value) {
        key_.append(reinterpret_cast<const char*>(&value), sizeof value);
    }
    void put(const std::string& value) {
        put(value.size());
        key_ += value;
    }
    template <class T>
    void put(const std::vector<T>& values) {
        put(values.size());
        for (const auto& value : values) {
            put(value);
        }
    }
    void put(const Tensor& tensor) {
        put(tensor.dtype());
        put(tensor.shape().dims());
        key_.append(tensor.data_as<char>(), tensor.bytes());
    }
    void put(const TensorRequest& tensor) {
        put(tensor.dtype);
        put(tensor.format);
        put(tensor.shape.has_value());
        if (tensor.shape) {
            put(tensor.shape->dims());
        }
        put(tensor.constant.has_value());
        if (tensor.constant) {
            put(*tensor.constant);
        }
    }
    std::string take() { return std::move(key_); }

   private:
    std::string key_;
};

}  // namespace

std::string key_of(const OpRequest& request) {
    KeyWriter key;
    key.put(request.type);
    key.put(request.inputs);
    key.put(request.outputs);
    for (const auto& [name, value] : request.attrs) {
        key.put(name);
        key.put(value.index());
        std::visit([&](const auto& each) { key.put(each); }, value);
    }
    return key.take();
}

namespace {

// Nothing is made for tensors that no memory can hold.
Status check_memory(const graph::ResolvedOp& resolved) {
    const ops::OpCall& call = resolved.call();
    static const uint64_t kMost = usable_memory();
    const auto check = [&](const TensorType& type, const char* side, size_t i) -> Status {
        if (type.bytes() > kMost) {
            return fail(ACL_ERROR_BAD_ALLOC, "operator ", resolved.op().name(), ": ", side, " ", i, " is ", type.text(),
                        ", ", type.bytes(), " bytes; all memory is ", kMost);
        }
        return {};
    };
    for (size_t i = 0; i < call.inputs.size(); ++i) {
        if (call.has_input(i)) {
            SOFTACL_TRY(check(*call.inputs[i], "input", i));
        }
    }
    for (size_t i = 0; i < call.outputs.size(); ++i) {
        SOFTACL_TRY(check(call.outputs[i], "output", i));
    }
    return {};
}

Result<KnownOp> know_with_memory(const OpRequest& request) {
    SOFTACL_ASSIGN(const auto resolved, graph::ResolvedOp::resolve(request));
    KnownOp known;
    known.outputs = resolved->outputs();
    OpRequest blind = request;
    for (const size_t input : resolved->op().value_inputs(request.inputs.size())) {
        if (input < blind.inputs.size()) {
            blind.inputs[input].constant.reset();
        }
    }
    if (!resolved->op().value_inputs().empty()) {
        const auto without = graph::ResolvedOp::resolve(blind);
        known.depends_on_values = without.ok() && !(*without)->has_known_outputs();
    }
    const auto is_known = [](const TensorRequest& input) {
        return input.is_absent() || (input.shape && input.shape->is_known());
    };
    const bool all_known = std::all_of(request.inputs.begin(), request.inputs.end(), is_known);
    if (all_known && resolved->missing_values().empty() && resolved->has_known_outputs()) {
        SOFTACL_TRY(check_memory(*resolved));
        SOFTACL_ASSIGN(known.prepared, PreparedOp::make(*resolved, request));
    }
    return known;
}

}  // namespace

Result<KnownOp> know(const OpRequest& request) {
    try {
        return know_with_memory(request);
    } catch (const std::bad_alloc&) {
        return fail(ACL_ERROR_BAD_ALLOC, "operator ", request.type, ": there is not as much memory as it needs");
    }
}

OpCache& OpCache::instance() {
    static auto& instance = *new OpCache;
    return instance;
}

Result<std::shared_ptr<const KnownOp>> OpCache::find_or_make(const OpRequest& request) {
    std::string key = key_of(request);
    if (auto known = find(key)) {
        return known;
    }
    SOFTACL_ASSIGN(KnownOp made, know(request));
    auto known = std::make_shared<const KnownOp>(std::move(made));
    add(std::move(key), known);
    return known;
}

std::shared_ptr<const KnownOp> OpCache::find(const std::string& key) {
    const std::lock_guard lock(mutex_);
    const auto at = by_key_.find(key);
    if (at == by_key_.end()) {
        return nullptr;
    }
    entries_.splice(entries_.begin(), entries_, at->second);
    return at->second->second;
}

void OpCache::add(std::string key, std::shared_ptr<const KnownOp> known) {
    // Loaded ones count and never leave; what was just prepared stays in any case.
    const uint64_t all = runtime::Process::instance().max_opqueue_num();
    const uint64_t most = std::max<uint64_t>(all - std::min<uint64_t>(all, OpLibrary::instance().file_count()), 1);
    std::list<Entry> forgotten;  // ends when the lock is open
    const std::lock_guard lock(mutex_);
    if (by_key_.count(key) != 0) {
        return;  // another thread was faster
    }
    entries_.emplace_front(std::move(key), std::move(known));
    by_key_.emplace(entries_.front().first, entries_.begin());
    while (entries_.size() > most) {
        by_key_.erase(entries_.back().first);
        forgotten.splice(forgotten.begin(), entries_, std::prev(entries_.end()));
    }
}

size_t OpCache::size() const {
    const std::lock_guard lock(mutex_);
    return entries_.size();
}

void OpCache::process_ends() {
    const std::lock_guard lock(mutex_);
    by_key_.clear();
    entries_.clear();
}

}  // namespace softacl::single_op
