// SPDX-License-Identifier: Apache-2.0
// Where the constants of a model's plans lie. What several plans need in the same form is stored once.
#pragma once

#include <cstddef>
#include <map>
#include <string>

#include "base/status.h"
#include "tensor/tensor.h"

namespace softacl::exec {

/// All plans of a model are compiled with it, one after the other, before the first is filled. One thread.
class WeightPlaces {
   public:
    struct Place {
        size_t offset;
        bool is_new;  ///< somebody has to fill it
    };

    /// Room of this many bytes. Equal keys mean equal bytes; an empty one is like no other.
    Place take(size_t bytes, const std::string& key);
    size_t bytes() const { return bytes_; }

    /// A piece of a key: these elements.
    static std::string key_of(const Tensor& constant) { return text(constant.data(), "+", constant.bytes(), ";"); }

   private:
    size_t bytes_ = 0;
    std::map<std::string, size_t> known_;
};

}  // namespace softacl::exec
