// SPDX-License-Identifier: Apache-2.0
#include "exec/dataset.h"

#include <algorithm>

#include "acl/acl_base.h"
#include "runtime/objects.h"

namespace softacl::exec {
namespace {

Status beyond(size_t index, size_t count) {
    return fail(ACL_ERROR_INVALID_PARAM, "index is ", index, "; the dataset has ", count, " buffers, counted from 0");
}

}  // namespace

Dataset::~Dataset() {
    for (const Entry& entry : entries_) {
        if (entry.desc != 0) {
            retire_handle(entry.desc);
        }
    }
}

void Dataset::add(Handle data_buffer) {
    const std::lock_guard lock(mutex_);
    entries_.emplace_back().buffer = data_buffer;
}

size_t Dataset::size() const {
    const std::lock_guard lock(mutex_);
    return entries_.size();
}

Result<Handle> Dataset::at(size_t index) const {
    const std::lock_guard lock(mutex_);
    if (index >= entries_.size()) {
        return beyond(index, entries_.size());
    }
    return entries_[index].buffer;
}

std::vector<Handle> Dataset::buffers() const {
    const std::lock_guard lock(mutex_);
    std::vector<Handle> handles(entries_.size());
    std::transform(entries_.begin(), entries_.end(), handles.begin(), [](const Entry& entry) { return entry.buffer; });
    return handles;
}

// A program that destroys the description gets a new one.
Status Dataset::write(Entry& entry, const TensorFacts& facts) {
    if (entry.desc != 0) {
        if (const auto live = pin<TensorDesc>(entry.desc, "the dataset's description"); live.ok()) {
            (*live)->with([&](TensorFacts& own) { own = facts; });
            return {};
        }
    }
    SOFTACL_ASSIGN(entry.desc, runtime::make_object(std::make_shared<TensorDesc>(facts)));
    return {};
}

Status Dataset::describe(size_t index, const TensorFacts& facts) {
    const std::lock_guard lock(mutex_);
    if (index >= entries_.size()) {
        return beyond(index, entries_.size());
    }
    SOFTACL_TRY(write(entries_[index], facts));
    entries_[index].given = facts.layout.shape;
    return {};
}

std::optional<Shape> Dataset::given_shape(size_t index) const {
    const std::lock_guard lock(mutex_);
    return index < entries_.size() ? entries_[index].given : std::nullopt;
}

Status Dataset::tell(const std::vector<TensorFacts>& facts) {
    const std::lock_guard lock(mutex_);
    for (size_t i = 0; i < entries_.size() && i < facts.size(); ++i) {
        SOFTACL_TRY(write(entries_[i], facts[i]));
    }
    return {};
}

Result<Handle> Dataset::desc(size_t index) const {
    const std::lock_guard lock(mutex_);
    if (index >= entries_.size()) {
        return beyond(index, entries_.size());
    }
    if (entries_[index].desc == 0) {
        return fail(ACL_ERROR_INVALID_PARAM, "buffer ", index,
                    " of the dataset has no description of its tensor; one "
                    "is there after aclmdlSetDatasetTensorDesc, and for outputs after an execution");
    }
    return entries_[index].desc;
}

}  // namespace softacl::exec
