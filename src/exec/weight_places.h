// SPDX-License-Identifier: Apache-2.0
// Where the constants of a model's plans lie. What several plans need in the same form is stored once.
#pragma once

#include <cstddef>
#include <map>
#include <set>
#include <string>

#include "graph/graph.h"
#include "tensor/tensor.h"

namespace softacl::exec {

/// Places in blocks of memory: plans that are compiled before any is filled share one, later ones use another for what
/// they add. One thread at a time.
class WeightPlaces {
   public:
    struct Place {
        size_t block;
        size_t offset;
        bool is_new;  ///< somebody has to fill it
    };

    /// The constants of this graph stay in memory while plans are compiled, so that an address tells them apart.
    explicit WeightPlaces(const graph::Graph& lasting);

    /// Room of this many bytes. Equal keys mean equal bytes; an empty one is like no other.
    Place take(size_t bytes, const std::string& key);

    /// Further places are in a new block.
    void begin_block();
    size_t blocks() const { return block_ + 1; }
    /// Of the last block.
    size_t bytes() const { return bytes_; }

    /// A piece of a key: these elements. Empty if the constant may make room for another one.
    std::string key_of(const Tensor& constant) const;

   private:
    struct Known {
        size_t block;
        size_t offset;
    };
    std::set<const void*> lasting_;
    std::map<std::string, Known> known_;
    size_t block_ = 0;
    size_t bytes_ = 0;
};

}  // namespace softacl::exec
