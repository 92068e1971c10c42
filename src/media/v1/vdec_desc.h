// SPDX-License-Identifier: Apache-2.0
// What a program sets for video decoding (manual 10.7.9, 10.14.25).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "acl/ops/acl_dvpp.h"
#include "base/status.h"
#include "media/image/format.h"
#include "media/v1/record.h"
#include "media/video/frame_decoder.h"

namespace softacl::media {

constexpr size_t kVdecParams = ACL_VDEC_BIT_DEPTH_UINT32 + 1;

/// What the interface says about a parameter of a channel's description.
struct VdecParam {
    const char* name;
    size_t size;  ///< bytes of its value
    uint64_t initial;
    uint64_t min;
    uint64_t max;
};
/// 100000 if the type is none.
Result<const VdecParam*> vdec_param(aclvdecChannelDescParamType type);

/// Formats of decoded pictures: NV12, NV21, RGB888 and BGR888.
bool is_vdec_format(int32_t format);

/// The parameters, by their type; pointers as numbers.
class VdecFields {
   public:
    VdecFields();

    uint64_t operator[](aclvdecChannelDescParamType type) const { return values_[type]; }
    /// 100000 outside the parameter's range.
    Status set(aclvdecChannelDescParamType type, uint64_t value);

    /// Nothing if the program leaves it to us.
    std::optional<uint32_t> channel_id() const;
    aclvdecCallback callback() const;

    /// Settings of a decoder. 100000 if something that has no default was not set.
    Result<FrameDecoderParams> decoder_params() const;

   private:
    std::array<uint64_t, kVdecParams> values_;
    bool has_channel_id_ = false;
};

/// Reserved by the interface: nothing to set.
struct VdecFrameFields {};
using VdecFrameConfig = Record<VdecFrameFields, Kind::kVdecFrameConfig>;

}  // namespace softacl::media
