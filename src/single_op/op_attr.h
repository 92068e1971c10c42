// SPDX-License-Identifier: Apache-2.0
// Attributes that a program sets for calls of operators (aclopAttr).
#pragma once

#include <mutex>
#include <string>

#include "base/handle.h"
#include "ops/attrs.h"

namespace softacl::single_op {

/// Any thread.
class OpAttr final : public Object {
   public:
    static constexpr Kind kKind = Kind::kOpAttr;

    /// The later of two values of one name counts.
    void set(const std::string& name, ops::Attr value) {
        const std::lock_guard lock(mutex_);
        attrs_.set(name, std::move(value));
    }
    ops::Attrs get() const {
        const std::lock_guard lock(mutex_);
        return attrs_;
    }

   private:
    mutable std::mutex mutex_;
    ops::Attrs attrs_;
};

}  // namespace softacl::single_op
