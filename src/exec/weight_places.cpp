// SPDX-License-Identifier: Apache-2.0
#include "exec/weight_places.h"

namespace softacl::exec {

WeightPlaces::Place WeightPlaces::take(size_t bytes, const std::string& key) {
    constexpr size_t kAlignment = 64;
    if (!key.empty()) {
        const auto [known, added] = known_.emplace(key, bytes_);
        if (!added) {
            return {known->second, false};
        }
    }
    const size_t offset = bytes_;
    bytes_ += (bytes + kAlignment - 1) / kAlignment * kAlignment;
    return {offset, true};
}

}  // namespace softacl::exec
