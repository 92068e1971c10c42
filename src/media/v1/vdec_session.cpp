// SPDX-License-Identifier: Apache-2.0
#include "media/v1/vdec_session.h"

#include <utility>

#include "runtime/context.h"
#include "runtime/device.h"

namespace softacl::media {

/// A packet's way from the decoder to the program.
class VdecSession::DecodedPicture final : public Delivery {
   public:
    explicit DecodedPicture(VdecPacket packet) : packet_(std::move(packet)) {}
    void run() override { packet_.callback(packet_.input_handle, packet_.output_handle, packet_.user_data.take()); }

   private:
    VdecPacket packet_;
};

/// What became of a packet, from the decoder to the program's memory.
class VdecSession::WriteTask final : public runtime::Task {
   public:
    WriteTask(std::shared_ptr<VdecSession> session, VdecPacket packet, VideoAnswer answer)
        : Task("vdec_write"), session_(std::move(session)), packet_(std::move(packet)), answer_(std::move(answer)) {}

    runtime::Outcome run(runtime::Stream&) override {
        Status status = session_->write(std::move(packet_), std::exchange(answer_, {}));
        session_->count_written();
        return runtime::Outcome::done(std::move(status));
    }
    void skip(const Status&) override { session_->count_written(); }

   private:
    const std::shared_ptr<VdecSession> session_;
    VdecPacket packet_;
    VideoAnswer answer_;
};

/// A packet, or the end of the video.
class VdecSession::DecodeTask final : public runtime::Task {
   public:
    DecodeTask(std::shared_ptr<VdecSession> session, std::optional<VdecPacket> packet)
        : Task("vdec"), session_(std::move(session)), packet_(std::move(packet)) {}

    runtime::Outcome run(runtime::Stream&) override {
        if (session_->is_far_ahead()) {
            return runtime::Outcome::park();  // count_written() wakes the stream
        }
        return runtime::Outcome::done(packet_ ? session_->decode(std::move(*packet_)) : session_->flush());
    }
    runtime::Dependency waits_for() const override {
        const auto& stream = session_->writing_.stream();
        return {stream, stream->position()};
    }

   private:
    const std::shared_ptr<VdecSession> session_;
    std::optional<VdecPacket> packet_;
};

VdecSession::VdecSession(const VdecFields& fields)
    : format_(static_cast<int32_t>(fields[ACL_VDEC_OUT_PIC_FORMAT_UINT32])),
      output_(format_, static_cast<ColourMatrix>(fields[ACL_VDEC_CSC_MATRIX_UINT32])) {}

Result<std::shared_ptr<VdecSession>> VdecSession::open(const VdecFields& fields) {
    SOFTACL_ASSIGN(const FrameDecoderParams params, fields.decoder_params());
    SOFTACL_ASSIGN(const Pin<runtime::Context> context, runtime::current_context());
    std::shared_ptr<VdecSession> session(new VdecSession(fields));
    SOFTACL_ASSIGN(session->place_, ChannelPlace::take(context->device().id(), kVdec, fields.channel_id()));
    SOFTACL_ASSIGN(session->decoder_, VideoDecoder::open(params));
    SOFTACL_ASSIGN(session->decoding_, InternalStream::open());
    session->decoder_stream_ = session->decoding_.stream();
    SOFTACL_ASSIGN(session->writing_, InternalStream::open(true));
    SOFTACL_ASSIGN(session->lane_, ReportLane::open(fields[ACL_VDEC_THREAD_ID_UINT64]));
    return session;
}

VdecSession::~VdecSession() { static_cast<void>(close()); }

Status VdecSession::check_open() const {
    if (closed_) {
        return fail(ACL_ERROR_RT_INVALID_HANDLE, "the channel is destroyed by another thread at the same time");
    }
    return {};
}

Status VdecSession::send(VdecPacket packet) {
    const std::lock_guard lock(send_mutex_);
    SOFTACL_TRY(check_open());
    return decoding_.stream()->launch(std::make_unique<DecodeTask>(shared_from_this(), std::move(packet))).status();
}

Status VdecSession::launch_flush() {
    return decoding_.stream()->launch(std::make_unique<DecodeTask>(shared_from_this(), std::nullopt)).status();
}

Status VdecSession::finish() {
    std::shared_ptr<runtime::Stream> decoding;
    std::shared_ptr<runtime::Stream> writing;
    std::shared_lock<std::shared_mutex> use(use_mutex_, std::defer_lock);
    {
        const std::lock_guard lock(send_mutex_);
        SOFTACL_TRY(check_open());
        SOFTACL_TRY(launch_flush());
        decoding = decoding_.stream();
        writing = writing_.stream();
        use.lock();
    }
    std::string warning;
    SOFTACL_TRY(decoding->synchronize(warning));
    SOFTACL_TRY(writing->synchronize(warning));
    return lane_->wait();
}

Status VdecSession::decode(VdecPacket packet) {
    const uint64_t tag = next_tag_++;
    const uint8_t* const data = packet.data;
    const size_t size = packet.size;
    packets_.emplace(tag, std::move(packet));
    Status status;
    decoder_->send(data, size, tag, [&](const VideoAnswer& answered) { answer(answered, status); });
    return status;
}

Status VdecSession::flush() {
    Status status;
    decoder_->flush([&](const VideoAnswer& answered) { answer(answered, status); });
    return status;
}

void VdecSession::answer(const VideoAnswer& answered, Status& status) {
    VdecPacket packet = std::move(packets_.extract(answered.tag).mapped());
    unwritten_.fetch_add(1, std::memory_order_acq_rel);
    auto task = std::make_unique<WriteTask>(shared_from_this(), std::move(packet), answered);
    const Status launched = writing_.stream()->launch(std::move(task)).status();  // where it fails the task is skipped
    status = status.ok() ? launched : status;
}

Status VdecSession::write(VdecPacket packet, const VideoAnswer& answered) {
    int code = answered.code;
    if (packet.output != nullptr) {
        PicFields fields = packet.fields;
        if (answered.frame != nullptr) {
            const int written = output_.write(*answered.frame, fields);
            code = code == 0 ? written : code;
        }
        packet.output->change([&](PicFields& shown) {
            shown.format = fields.format;
            shown.width = fields.width;
            shown.height = fields.height;
            shown.width_stride = fields.width_stride;
            shown.height_stride = fields.height_stride;
            shown.ret_code = static_cast<uint32_t>(code);
        });
    }
    packet.input->set(&StreamFields::ret_code, static_cast<uint32_t>(code));
    return lane_->post(std::make_unique<DecodedPicture>(std::move(packet)));
}

void VdecSession::count_written() {
    if (unwritten_.fetch_sub(1, std::memory_order_acq_rel) == kFarAhead) {
        if (const auto stream = decoder_stream_.lock()) {
            stream->wake();
        }
    }
}

Status VdecSession::close() {
    {
        const std::lock_guard lock(send_mutex_);
        if (closed_) {
            return {};
        }
        if (lane_ && lane_->is_running_here()) {
            return fail(ACL_ERROR_RT_PARAM_INVALID,
                        "the channel is destroyed inside one of its callbacks, for which it would wait for ever");
        }
        closed_ = true;
        if (decoding_.stream() != nullptr && !weak_from_this().expired()) {  // else it never came to work
            static_cast<void>(launch_flush());  // refused if the context has ended, and its streams with it
        }
    }
    const std::lock_guard nobody_waits(use_mutex_);
    decoding_.close();
    writing_.close();
    if (lane_) {
        lane_->close();
    }
    packets_.clear();
    decoder_.reset();
    place_ = {};
    return {};
}

}  // namespace softacl::media
