// SPDX-License-Identifier: Apache-2.0
// Reads a tensor of int32 or int64 indexes.
#pragma once

#include <cstdint>

#include "acl/acl_base.h"

namespace softacl::ops {

class Indexes {
   public:
    Indexes(const void* data, aclDataType type) : data_(data), wide_(type == ACL_INT64) {}
    int64_t operator[](int64_t at) const {
        return wide_ ? static_cast<const int64_t*>(data_)[at] : static_cast<const int32_t*>(data_)[at];
    }
    /// Counted from the front, or -1 if it is no index of a dimension of `size`. `negative`: -1 is the last one.
    int64_t within(int64_t at, int64_t size, bool negative = true) const {
        const int64_t index = (*this)[at];
        const int64_t place = negative && index < 0 ? index + size : index;
        return place < size && place >= 0 ? place : -1;
    }

   private:
    const void* data_;
    bool wide_;
};

}  // namespace softacl::ops
