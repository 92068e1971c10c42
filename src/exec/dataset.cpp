// SPDX-License-Identifier: Apache-2.0
#include "exec/dataset.h"

#include "acl/acl_base.h"

namespace softacl::exec {

void Dataset::add(Handle data_buffer) {
    const std::lock_guard lock(mutex_);
    buffers_.push_back(data_buffer);
}

size_t Dataset::size() const {
    const std::lock_guard lock(mutex_);
    return buffers_.size();
}

Result<Handle> Dataset::at(size_t index) const {
    const std::lock_guard lock(mutex_);
    if (index >= buffers_.size()) {
        return fail(ACL_ERROR_INVALID_PARAM, "index is ", index, "; the dataset has ", buffers_.size(),
                    " buffers, counted from 0");
    }
    return buffers_[index];
}

std::vector<Handle> Dataset::buffers() const {
    const std::lock_guard lock(mutex_);
    return buffers_;
}

}  // namespace softacl::exec
