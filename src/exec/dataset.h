// SPDX-License-Identifier: Apache-2.0
// The inputs or the outputs of one execution, in the order of the model.
#pragma once

#include <mutex>
#include <optional>
#include <vector>

#include "base/handle.h"
#include "exec/tensor_desc.h"

namespace softacl::exec {

/// Refers to data buffers by handle: they may be destroyed before it, which using them then reports. Descriptions of
/// tensors are its own. Any thread.
class Dataset final : public Object {
   public:
    static constexpr Kind kKind = Kind::kDataset;

    ~Dataset() override;

    void add(Handle data_buffer);
    size_t size() const;
    /// 100000 beyond the last one.
    Result<Handle> at(size_t index) const;
    std::vector<Handle> buffers() const;

    /// What a program says of the tensor at `index`: 100000 beyond the last buffer.
    Status describe(size_t index, const TensorFacts& facts);
    /// The dimensions that a program has given; nothing if it gave none.
    std::optional<Shape> given_shape(size_t index) const;
    /// What an execution makes of the tensors, one for each buffer. Replaces no shape that a program has given.
    Status tell(const std::vector<TensorFacts>& facts);
    /// The handle of a description, which stays the dataset's. 100000 if there is none.
    Result<Handle> desc(size_t index) const;

   private:
    struct Entry {
        Handle buffer = 0;
        Handle desc = 0;
        std::optional<Shape> given;
    };
    static Status write(Entry& entry, const TensorFacts& facts);

    mutable std::mutex mutex_;
    std::vector<Entry> entries_;
};

}  // namespace softacl::exec
