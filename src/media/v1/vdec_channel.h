// SPDX-License-Identifier: Apache-2.0
// Channels that decode video: coded pieces in, pictures out through a callback (manual 10.7.9).
#pragma once

#include <memory>
#include <mutex>

#include "media/v1/vdec_desc.h"
#include "media/v1/vdec_session.h"

namespace softacl::media {

/// A description, and the channel that was made of it. The channel keeps what the description said when it was made;
/// the callback is the one set when a piece is sent. Any thread, although the device allows one.
class VdecChannel final : public Record<VdecFields, Kind::kVdecChannel> {
   public:
    /// A channel that still exists ends as destroy() ends it.
    ~VdecChannel() override;

    /// Makes the channel, with two streams of the current context. 100000 if it exists, its number is taken or
    /// something is not set, 300000 if the device has enough, 500003 without the library of codecs; else what streams
    /// and the subscription of the thread say.
    Status create();
    /// Waits until all is decoded and the callbacks have run. 100000 if it does not exist, 107000 inside a callback.
    Status destroy();

    /// Queues a piece of video; its picture goes to `output`, or nowhere if `skipped`. At the end of the video waits
    /// for all callbacks. 100000 if the channel does not exist or the piece or the picture is not described as it must
    /// be, 107000 if memory is not the device's, 107017 if the context in which the channel was made has ended.
    Status send(acldvppStreamDesc* input, acldvppPicDesc* output, bool skipped, UserData user_data);

   private:
    Result<std::shared_ptr<VdecSession>> session() const;

    mutable std::mutex session_mutex_;
    std::shared_ptr<VdecSession> session_;
};

}  // namespace softacl::media
