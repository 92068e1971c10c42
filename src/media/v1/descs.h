// SPDX-License-Identifier: Apache-2.0
// What a program describes pictures, pieces of video, rectangles and borders with (manual 10.7.5, 10.7.6.16 to
// 10.7.6.26).
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include "media/image/format.h"
#include "media/v1/record.h"

namespace softacl::media {

struct PicFields {
    void* data = nullptr;
    uint32_t size = 0;   ///< bytes from `data` on
    int32_t format = 0;  ///< of PixelFormat, or a number that no function takes
    uint32_t width = 0;
    uint32_t height = 0;
    uint32_t width_stride = 0;
    uint32_t height_stride = 0;
    uint32_t ret_code = 0;  ///< how the last work on the picture ended; 0: well
};

class PicDesc final : public Record<PicFields, Kind::kPicDesc> {
   public:
    PicDesc() = default;
    enum class Owner { kProgram, kBatch };
    explicit PicDesc(Owner owner) : owner_(owner) {}
    /// Whether a batch destroys it.
    bool is_of_batch() const { return owner_ == Owner::kBatch; }

   private:
    const Owner owner_ = Owner::kProgram;
};

/// Owns the handles of its descriptions.
class BatchPicDesc final : public Object {
   public:
    static constexpr Kind kKind = Kind::kBatchPicDesc;
    /// Larger than any batch that a function takes.
    static constexpr uint32_t kMostPictures = 1024;

    /// 200000 if there are not enough handles.
    static Result<std::shared_ptr<BatchPicDesc>> create(uint32_t count);
    ~BatchPicDesc() override;

    uint32_t count() const { return static_cast<uint32_t>(pictures_.size()); }
    Handle handle(uint32_t index) const { return handles_[index]; }
    const std::shared_ptr<PicDesc>& picture(uint32_t index) const { return pictures_[index]; }

   private:
    BatchPicDesc() = default;
    std::vector<std::shared_ptr<PicDesc>> pictures_;
    std::vector<Handle> handles_;
};

struct StreamFields {
    void* data = nullptr;
    uint32_t size = 0;
    int32_t format = 0;
    uint64_t timestamp = 0;
    uint32_t ret_code = 0;
    uint8_t eos = 0;
};
using StreamDesc = Record<StreamFields, Kind::kStreamDesc>;

struct BorderFields {
    std::array<double, 4> value{};  ///< R or Y, G or U, B or V, and one without meaning
    int32_t type = 0;
    uint32_t top = 0;
    uint32_t bottom = 0;
    uint32_t left = 0;
    uint32_t right = 0;
};
struct RoiFields {
    uint32_t left = 0;
    uint32_t right = 0;  ///< the last column that belongs to it
    uint32_t top = 0;
    uint32_t bottom = 0;  ///< the last row
};
using RoiConfig = Record<RoiFields, Kind::kRoiConfig>;

struct ResizeFields {
    uint32_t interpolation = 0;
};
using ResizeConfig = Record<ResizeFields, Kind::kResizeConfig>;

using BorderConfig = Record<BorderFields, Kind::kBorderConfig>;

}  // namespace softacl::media
