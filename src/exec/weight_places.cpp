// SPDX-License-Identifier: Apache-2.0
#include "exec/weight_places.h"

#include "base/status.h"

namespace softacl::exec {

WeightPlaces::WeightPlaces(const graph::Graph& lasting) {
    for (size_t id = 0; id < lasting.value_count(); ++id) {
        if (const auto& constant = lasting.value(static_cast<graph::ValueId>(id)).constant) {
            lasting_.insert(constant->data());
        }
    }
}

WeightPlaces::Place WeightPlaces::take(size_t bytes, const std::string& key) {
    constexpr size_t kAlignment = 64;
    if (!key.empty()) {
        const auto [known, added] = known_.emplace(key, Known{block_, bytes_});
        if (!added) {
            return {known->second.block, known->second.offset, false};
        }
    }
    const size_t offset = bytes_;
    bytes_ += (bytes + kAlignment - 1) / kAlignment * kAlignment;
    return {block_, offset, true};
}

void WeightPlaces::begin_block() {
    ++block_;
    bytes_ = 0;
}

std::string WeightPlaces::key_of(const Tensor& constant) const {
    return lasting_.count(constant.data()) == 0 ? "" : text(constant.data(), "+", constant.bytes(), ";");
}

}  // namespace softacl::exec
