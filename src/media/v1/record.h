// SPDX-License-Identifier: Apache-2.0
// What descriptions and configurations have in common: fields that the program sets and reads one by one.
#pragma once

#include <mutex>

#include "base/handle.h"

namespace softacl::media {

/// Some fields under a lock. Work that is queued takes a copy; what it tells the program it writes back. Any thread.
template <class Fields, Kind kind>
class Record : public Object {
   public:
    static constexpr Kind kKind = kind;
    using FieldsType = Fields;

    Record() = default;
    explicit Record(const Fields& fields) : fields_(fields) {}

    Fields get() const {
        const std::lock_guard lock(mutex_);
        return fields_;
    }
    template <class T>
    T get(T Fields::*field) const {
        const std::lock_guard lock(mutex_);
        return fields_.*field;
    }
    template <class T>
    void set(T Fields::*field, const T& value) {
        const std::lock_guard lock(mutex_);
        fields_.*field = value;
    }
    /// Calls change(fields), which may change several.
    template <class Change>
    auto change(Change change) {
        const std::lock_guard lock(mutex_);
        return change(fields_);
    }

   private:
    mutable std::mutex mutex_;
    Fields fields_;
};

}  // namespace softacl::media
