// SPDX-License-Identifier: Apache-2.0
// Channels that encode video: pictures in, coded pieces out through a callback (manual 10.7.10).
#pragma once

#include <memory>
#include <mutex>

#include "media/v1/venc_desc.h"
#include "media/v1/venc_session.h"

namespace softacl::media {

/// A description, and the channel that was made of it. The channel keeps what the description said when it was made;
/// the callback is the one set when a picture is sent. Any thread, although the device allows one.
class VencChannel final : public Record<VencFields, Kind::kVencChannel> {
   public:
    /// A channel that still exists ends as destroy() ends it.
    ~VencChannel() override;

    /// Makes the channel, with two streams of the current context. 100000 if it exists or something is not set, 200000
    /// if the device has enough, 500003 without the library of codecs; else what streams, memory and the subscription
    /// of the thread say.
    Status create();
    /// Waits until all pictures are encoded and their callbacks have run. 100000 if it does not exist.
    Status destroy();
    /// 100000 if it does not exist.
    Result<uint32_t> number() const;

    /// Queues a picture, whose description is `handle`; null if there is none. At the end of the video waits until all
    /// are encoded, so that their memory may be freed. 100000 if the channel does not exist or the picture does not
    /// fit, 107000 if its memory is not the device's, 107017 if the context in which the channel was made has ended.
    Status send(acldvppPicDesc* handle, const VencFrameFields& config, UserData user_data);

   private:
    Result<std::shared_ptr<VencSession>> session() const;

    mutable std::mutex session_mutex_;
    std::shared_ptr<VencSession> session_;
};

}  // namespace softacl::media
