// SPDX-License-Identifier: Apache-2.0
#include "media/image/resize.h"

#include <algorithm>
#include <cstring>

#include "base/parallel.h"

namespace softacl::media {
namespace {

constexpr int64_t kPixelsPerThread = 32 * 1024;
constexpr size_t kWideStore = 16;

}  // namespace

ResizePlan::ResizePlan(Size from, Size to, uint32_t channels, Interpolation interpolation, const ResizeRows& loops)
    : loops_(loops), from_(from), to_(to), channels_(channels) {
    if (from == to) {
        method_ = Method::kCopy;
    } else if (interpolation == Interpolation::kNearest) {
        method_ = Method::kPick;
        offset_ = nearest_places(from.width, to.width);
        first_row_ = nearest_places(from.height, to.height);
    } else if (interpolation == Interpolation::kHighOrder) {
        method_ = Method::kFilter;
        FilterPlaces columns = filter_places(from.width, to.width, 8);  // eight at once
        FilterPlaces rows = filter_places(from.height, to.height);
        taps_ = columns.taps;
        row_taps_ = rows.taps;
        offset_ = std::move(columns.first);
        weights_ = std::move(columns.weights);
        first_row_ = std::move(rows.first);
        row_weights_ = std::move(rows.weights);
    } else if (from.width == 2 * to.width && from.height == 2 * to.height) {
        method_ = Method::kHalve;
    } else {
        method_ = Method::kPairs;
        plan_pairs();
    }
    for (int32_t& offset : offset_) {
        offset *= static_cast<int32_t>(channels);
        wide_ += static_cast<uint64_t>(offset) + 8 <= uint64_t{from.width} * channels ? 1 : 0;
    }
    if (method_ == Method::kPairs && loops.stretch_windows != nullptr) {
        plan_windows();
    }
}

void ResizePlan::plan_pairs() {
    LinearPlaces columns = linear_places(from_.width, to_.width);
    LinearPlaces rows = linear_places(from_.height, to_.height);
    offset_ = std::move(columns.first);
    weights_ = std::move(columns.weights);
    first_row_ = std::move(rows.first);
    row_weights_ = std::move(rows.weights);
    const auto last = static_cast<int32_t>(from_.width) - 1;
    for (uint32_t i = 0; i < to_.width; ++i) {
        if (offset_[i] < 0 || offset_[i] >= last) {
            offset_[i] = std::clamp(offset_[i], 0, last);
            weights_[2 * i] = 2048;
            weights_[2 * i + 1] = 0;
        }
        paired_ += offset_[i] < last ? 1 : 0;
    }
}

void ResizePlan::plan_windows() {
    constexpr uint32_t kWindow = 16;
    const uint32_t row_bytes = from_.width * channels_;
    const uint32_t count = to_.width * channels_;
    if (row_bytes < kWindow) {
        return;
    }
    const uint32_t groups = (count + kWideStore - 1) / kWideStore * (kWideStore / 4);
    const auto last_base = static_cast<int32_t>(row_bytes - kWindow);
    window_base_.assign(groups, 0);
    window_mask_.assign(size_t{groups} * 16, 0x80);  // zero
    window_weights_.assign(size_t{groups} * 8, 0);
    const auto byte = [this](uint32_t i) { return offset_[i / channels_] + static_cast<int32_t>(i % channels_); };
    for (uint32_t begin = 0; begin < count; begin += 4) {
        const uint32_t end = std::min(begin + 4, count);
        int32_t base = last_base;
        for (uint32_t i = begin; i < end; ++i) {
            base = std::min(base, byte(i));
        }
        window_base_[begin / 4] = base;
        for (uint32_t i = begin; i < end; ++i) {
            for (uint32_t k = 0; k < 2; ++k) {
                const int32_t place = byte(i) - base + static_cast<int32_t>(k * channels_);
                const int16_t weight = weights_[2 * (i / channels_) + k];
                if (weight == 0) {
                    continue;
                }
                if (place >= static_cast<int32_t>(kWindow)) {
                    window_base_.clear();
                    return;
                }
                window_mask_[4 * i + 2 * k] = static_cast<uint8_t>(place);
                window_weights_[2 * i + k] = weight;
            }
        }
    }
}

WindowTaps ResizePlan::windows() const {
    return {static_cast<uint32_t>(window_base_.size()), window_base_.data(), window_mask_.data(),
            window_weights_.data()};
}

PairTaps ResizePlan::pairs() const { return {to_.width, channels_, offset_.data(), weights_.data(), paired_, wide_}; }

FilterTaps ResizePlan::filter() const { return {to_.width, channels_, taps_, offset_.data(), weights_.data()}; }

RowResizer::RowResizer(const ResizePlan& plan, size_t planes)
    : plan_(plan), planes_(planes), row_size_(size_t{plan.to_.width} * plan.channels_ + kWideStore) {
    if (plan.method_ == ResizePlan::Method::kPairs || plan.method_ == ResizePlan::Method::kFilter) {
        ring_.resize(row_size_ * planes * plan.row_taps_);
        held_.assign(plan.row_taps_, -1);
    }
}

const int16_t* RowResizer::stretched(uint32_t y, size_t plane) const {
    return ring_.data() + (y % plan_.row_taps_ * planes_ + plane) * row_size_;
}

void RowResizer::fetch(uint32_t y, uint32_t slot, Source source) {
    if (fetched_[slot] != y) {
        source(y, slot, fetched_rows_[slot]);
        fetched_[slot] = y;
    }
}

void RowResizer::stretch(uint32_t y, Source source) {
    int64_t& held = held_[y % plan_.row_taps_];
    if (held == y) {
        return;
    }
    held = y;
    fetch(y, 0, source);
    for (size_t plane = 0; plane < planes_; ++plane) {
        int16_t* out = ring_.data() + (y % plan_.row_taps_ * planes_ + plane) * row_size_;
        if (!plan_.window_base_.empty()) {
            plan_.loops_.stretch_windows(plan_.windows(), fetched_rows_[0][plane], out);
        } else if (plan_.method_ == ResizePlan::Method::kPairs) {
            plan_.loops_.stretch(plan_.pairs(), fetched_rows_[0][plane], out);
        } else {
            plan_.loops_.filter(plan_.filter(), fetched_rows_[0][plane], out);
        }
    }
}

void RowResizer::make(uint32_t y, Source source, uint8_t* const* out) {
    const size_t count = size_t{plan_.to_.width} * plan_.channels_;
    switch (plan_.method_) {
        case ResizePlan::Method::kCopy:
            fetch(y, 0, source);
            for (size_t plane = 0; plane < planes_; ++plane) {
                std::memcpy(out[plane], fetched_rows_[0][plane], count);
            }
            break;
        case ResizePlan::Method::kPick:
            fetch(static_cast<uint32_t>(plan_.first_row_[y]), 0, source);
            for (size_t plane = 0; plane < planes_; ++plane) {
                plan_.loops_.pick(plan_.offset_.data(), plan_.to_.width, plan_.channels_, fetched_rows_[0][plane],
                                  out[plane]);
            }
            break;
        case ResizePlan::Method::kHalve:
            fetch(2 * y, 0, source);
            fetch(2 * y + 1, 1, source);
            for (size_t plane = 0; plane < planes_; ++plane) {
                plan_.loops_.halve(plan_.to_.width, plan_.channels_, fetched_rows_[0][plane], fetched_rows_[1][plane],
                                   out[plane]);
            }
            break;
        case ResizePlan::Method::kPairs: {
            const auto last = static_cast<int32_t>(plan_.from_.height) - 1;
            const auto first = static_cast<uint32_t>(std::clamp(plan_.first_row_[y], 0, last));
            const auto second = static_cast<uint32_t>(std::clamp(plan_.first_row_[y] + 1, 0, last));
            stretch(first, source);
            stretch(second, source);
            for (size_t plane = 0; plane < planes_; ++plane) {
                plan_.loops_.blend(plan_.row_weights_[2 * y], plan_.row_weights_[2 * y + 1], count,
                                   stretched(first, plane), stretched(second, plane), out[plane]);
            }
            break;
        }
        case ResizePlan::Method::kFilter: {
            const auto first = static_cast<uint32_t>(plan_.first_row_[y]);
            std::vector<const int16_t*> rows(plan_.row_taps_);
            for (uint32_t k = 0; k < plan_.row_taps_; ++k) {
                stretch(first + k, source);
            }
            for (size_t plane = 0; plane < planes_; ++plane) {
                for (uint32_t k = 0; k < plan_.row_taps_; ++k) {
                    rows[k] = stretched(first + k, plane);
                }
                plan_.loops_.weigh(plan_.row_weights_.data() + size_t{y} * plan_.row_taps_, plan_.row_taps_, count,
                                   rows.data(), out[plane]);
            }
        }
    }
}

void resize(const ConstPlane& source, const Plane& result, Interpolation interpolation) {
    const ResizePlan plan({source.width, source.height}, {result.width, result.height}, source.pixel_bytes,
                          interpolation);
    const int64_t grain = std::max<int64_t>(1, kPixelsPerThread / std::max(1U, result.width));
    parallel_for(result.height, grain, [&](int64_t begin, int64_t end) {
        RowResizer resizer(plan, 1);
        for (auto y = static_cast<uint32_t>(begin); y < static_cast<uint32_t>(end); ++y) {
            uint8_t* out = result.row(y);
            resizer.make(
                y, [&](uint32_t row, uint32_t, const uint8_t** rows) { rows[0] = source.row(row); }, &out);
        }
    });
}

}  // namespace softacl::media
