// SPDX-License-Identifier: Apache-2.0
// The inputs or the outputs of one execution, in the order of the model.
#pragma once

#include <mutex>
#include <vector>

#include "base/handle.h"

namespace softacl::exec {

/// Refers to data buffers by handle: they may be destroyed before it, which using them then reports. Any thread.
class Dataset final : public Object {
   public:
    static constexpr Kind kKind = Kind::kDataset;

    void add(Handle data_buffer);
    size_t size() const;
    /// 100000 beyond the last one.
    Result<Handle> at(size_t index) const;
    std::vector<Handle> buffers() const;

   private:
    mutable std::mutex mutex_;
    std::vector<Handle> buffers_;
};

}  // namespace softacl::exec
