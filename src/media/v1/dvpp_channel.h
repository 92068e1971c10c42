// SPDX-License-Identifier: Apache-2.0
// Channels for pictures: VPC, JPEGD, JPEGE and PNGD (manual 10.7.4.1, 10.7.5.1 to 10.7.5.6).
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>

#include "media/image/format.h"
#include "media/v1/channel_places.h"
#include "media/v1/record.h"
#include "runtime/stream.h"

namespace softacl::media {

struct DvppChannelFields {
    static constexpr uint32_t kMostSide = 16384;

    uint32_t csc_matrix = 0;       ///< of acldvppCscMatrix
    uint32_t jpege_height = 8192;  ///< largest picture to encode
    uint32_t jpege_width = 8192;
    uint32_t precision_mode = 2;  ///< of acldvppJpegdPrecisionMode
};

/// A description, and the channel that was made of it. Work keeps a copy of what it needs: a channel may be destroyed
/// while its work is queued. Unlike the device's, it may be used by several threads and streams; that several streams
/// use it at once is told in the log. Any thread.
class DvppChannel final : public Record<DvppChannelFields, Kind::kDvppChannel> {
   public:
    /// A sum of units; 100000 if it is none, or if the channel exists.
    Status set_mode(uint32_t mode);
    /// 0 if it was not set.
    uint32_t mode() const;

    /// 100000 if it exists already, 200000 if the device has enough.
    Status create(uint32_t device);
    /// 100000 if it does not exist.
    Status destroy();
    /// 100000 if it does not exist.
    Result<uint32_t> number() const;

    /// Queues work of one of its units. 100000 if it does not exist, is not for that unit or of another device.
    Status launch(Unit unit, runtime::Stream& stream, std::unique_ptr<runtime::Task> task);

   private:
    mutable std::mutex state_mutex_;
    uint32_t mode_ = 0;
    ChannelPlace place_;
    std::weak_ptr<runtime::Stream> last_stream_;
    uint64_t last_position_ = 0;
};

}  // namespace softacl::media
