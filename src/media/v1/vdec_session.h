// SPDX-License-Identifier: Apache-2.0
// A channel at work: a stream that decodes, one that writes the pictures out meanwhile, and the lane that brings them
// to the program.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <shared_mutex>

#include "media/v1/channel_places.h"
#include "media/v1/descs.h"
#include "media/v1/report_lane.h"
#include "media/v1/user_data.h"
#include "media/v1/vdec_desc.h"
#include "media/v1/vdec_output.h"
#include "media/video/decoder.h"

namespace softacl::media {

/// A piece of video as the program sent it, and where its picture goes.
struct VdecPacket {
    std::shared_ptr<StreamDesc> input;
    acldvppStreamDesc* input_handle = nullptr;  ///< what the callback gets
    const uint8_t* data = nullptr;
    size_t size = 0;
    std::shared_ptr<PicDesc> output;  ///< null if nobody wants the picture
    acldvppPicDesc* output_handle = nullptr;
    PicFields fields;  ///< of the output
    aclvdecCallback callback = nullptr;
    UserData user_data;
};

/// Sending from any thread; the tasks of its stream decode one packet after the other. Tasks share it.
class VdecSession final : public std::enable_shared_from_this<VdecSession> {
   public:
    /// On the current context's device, with two of its streams.
    static Result<std::shared_ptr<VdecSession>> open(const VdecFields& fields);
    ~VdecSession();

    uint32_t number() const { return place_.number(); }
    int32_t format() const { return format_; }

    /// 107017 if the channel, or the context it was made in, has ended.
    Status send(VdecPacket packet);

    /// The video ends: waits until all pictures are out and their callbacks have run. 107000 if that needs the calling
    /// thread, 507046 if no thread looks for callbacks.
    Status finish();

    /// Takes no more packets; waits until all is decoded and the callbacks have run, or nobody will run them. 107000,
    /// and nothing is done, inside a callback of the channel.
    Status close();

   private:
    class DecodeTask;
    class WriteTask;
    class DecodedPicture;

    explicit VdecSession(const VdecFields& fields);
    Status check_open() const;
    Status launch_flush();
    Status decode(VdecPacket packet);
    Status flush();
    void answer(const VideoAnswer& answer, Status& status);
    Status write(VdecPacket packet, const VideoAnswer& answer);
    bool is_far_ahead() const { return unwritten_.load(std::memory_order_acquire) >= kFarAhead; }
    void count_written();

    /// Frames that decoding may be ahead of writing: each holds memory of the decoder.
    static constexpr uint32_t kFarAhead = 4;

    const int32_t format_;
    ChannelPlace place_;
    std::unique_ptr<VideoDecoder> decoder_;   // from here on for the tasks that decode
    std::map<uint64_t, VdecPacket> packets_;  // being decoded, by tag
    uint64_t next_tag_ = 0;
    VdecOutput output_;  // for the tasks that write
    std::atomic<uint32_t> unwritten_{0};
    std::optional<ReportLane> lane_;
    InternalStream writing_;
    InternalStream decoding_;
    std::weak_ptr<runtime::Stream> decoder_stream_;  // the same, for tasks while it is being closed
    std::mutex send_mutex_;
    bool closed_ = false;
    std::shared_mutex use_mutex_;  // of the streams, while a thread waits for them; taken behind the other
};

}  // namespace softacl::media
