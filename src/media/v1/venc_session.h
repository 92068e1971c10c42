// SPDX-License-Identifier: Apache-2.0
// A channel at work: the encoder, the stream that feeds it and the lane that brings its results to the program.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "media/v1/channel_places.h"
#include "media/v1/descs.h"
#include "media/v1/device_block.h"
#include "media/v1/report_lane.h"
#include "media/v1/user_data.h"
#include "media/v1/venc_desc.h"

namespace softacl::media {

/// A picture as the program sent it.
struct VencPicture {
    std::shared_ptr<PicDesc> desc;
    acldvppPicDesc* handle;  ///< what the callback gets
    ConstPicture view;
    aclvencCallback callback;
    UserData user_data;
};

/// Sending from any thread; the tasks of its stream encode one after the other. Tasks share it.
class VencSession final : public std::enable_shared_from_this<VencSession> {
   public:
    /// On the current context's device, with two of its streams.
    static Result<std::shared_ptr<VencSession>> open(const VencFields& fields);
    ~VencSession();

    uint32_t number() const { return place_.number(); }

    /// A picture that its description describes, as this channel reads it. 100000 if it does not fit, 107000 if its
    /// memory is not the device's.
    Result<ConstPicture> view(const PicFields& fields) const;

    /// 107017 if the channel, or the context it was made in, has ended.
    Status send(VencPicture picture, bool force_i_frame);

    /// Waits until what was sent is encoded; the next picture begins a new sequence. The first failure since last time.
    Status finish();

    /// Takes no more pictures; waits until all is encoded and the callbacks have run, or nobody will run them. Once.
    void close();

   private:
    class EncodeTask;
    class EncodedPicture;

    VencSession() = default;
    Status check_open() const;
    Status open_encoder();
    Status open_output(const VencFields& fields);
    /// The program's memory for coded pieces holds one at a time.
    StreamFields put(const std::vector<uint8_t>& unit, const Status& status) const;

    VideoEncoderParams params_;
    PixelFormat format_{};
    uint8_t* output_ = nullptr;
    size_t output_size_ = 0;
    DeviceBlock own_output_;  // if the program gave none
    ChannelPlace place_;
    std::unique_ptr<VideoEncoder> encoder_;  // for the tasks
    std::optional<ReportLane> lane_;
    InternalStream work_;
    std::mutex send_mutex_;
    bool closed_ = false;
    bool restart_ = false;
};

}  // namespace softacl::media
