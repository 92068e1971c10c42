// SPDX-License-Identifier: Apache-2.0
// What a program says, attribute by attribute, about the loading of a model.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>

#include "acl/acl_mdl.h"
#include "base/handle.h"
#include "exec/model.h"

namespace softacl::exec {

/// Any thread.
class ModelConfig final : public Object {
   public:
    static constexpr Kind kKind = Kind::kModelConfig;

    /// Reads the attribute's value at `value`, which has `size` bytes. 100000 for another size than its type has, or a
    /// value out of range. Setting again replaces.
    Status set(aclmdlConfigAttr attr, const void* value, size_t size);

    struct Request {
        std::string path;  ///< empty: from memory
        ModelSource content;
        ModelMemory memory;

        ModelSource source() const { return path.empty() ? content : ModelSource{path.c_str()}; }
    };
    /// 100000 where an attribute is missing; 200006 for models that read from queues.
    Result<Request> request() const;

   private:
    Result<uint64_t> required(aclmdlConfigAttr attr, uint64_t load_type) const;
    Result<Buffer> memory(aclmdlConfigAttr address, aclmdlConfigAttr size, uint64_t load_type) const;

    mutable std::mutex mutex_;
    std::map<aclmdlConfigAttr, uint64_t> numbers_;  // addresses as well
    std::string path_;
};

}  // namespace softacl::exec
