// SPDX-License-Identifier: Apache-2.0
// What a program sets for video encoding (manual 10.7.10, 10.14.26).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "acl/ops/acl_dvpp.h"
#include "base/status.h"
#include "media/v1/record.h"
#include "media/video/encoder.h"

namespace softacl::media {

constexpr size_t kVencParams = ACL_VENC_MAX_IP_PROP_UINT32 + 1;

/// What the interface says about a parameter of a channel's description.
struct VencParam {
    const char* name;
    size_t size;  ///< bytes of its value
    uint64_t initial;
    uint64_t min;
    uint64_t max;
    bool zero;      ///< may be 0 as well
    uint64_t step;  ///< it is a multiple of
};
/// 100000 if the type is none.
Result<const VencParam*> venc_param(aclvencChannelDescParamType type);

/// The parameters, by their type; pointers as numbers. Unchecked: see check().
class VencFields {
   public:
    VencFields();

    uint64_t operator[](aclvencChannelDescParamType type) const { return values_[type]; }
    /// 100000 outside the parameter's range.
    Status set(aclvencChannelDescParamType type, uint64_t value);

    aclvencCallback callback() const;
    PixelFormat format() const { return static_cast<PixelFormat>(values_[ACL_VENC_PIXEL_FORMAT_UINT32]); }

    /// Settings of an encoder, with what 0 stands for. 100000 if something that has no default was not set.
    Result<VideoEncoderParams> encoder_params() const;

   private:
    std::array<uint64_t, kVencParams> values_;
};

struct VencFrameFields {
    uint8_t force_i_frame = 0;
    uint8_t eos = 0;
};
using VencFrameConfig = Record<VencFrameFields, Kind::kVencFrameConfig>;

}  // namespace softacl::media
