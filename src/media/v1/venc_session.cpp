// SPDX-License-Identifier: Apache-2.0
#include "media/v1/venc_session.h"

#include <algorithm>

#include "base/log.h"
#include "media/v1/memory.h"
#include "media/video/codecs.h"
#include "runtime/context.h"
#include "runtime/device.h"
#include "runtime/objects.h"

namespace softacl::media {
namespace {

constexpr uint32_t kStrideMultiple = 16;

uint32_t default_stride(uint32_t width) { return (width + kStrideMultiple - 1) / kStrideMultiple * kStrideMultiple; }

Status check_stated(const char* what, uint32_t stated, uint32_t expected) {
    if (stated != 0 && stated != expected) {
        return fail(ACL_ERROR_INVALID_PARAM, "input describes a picture of ", what, " ", stated,
                    "; expected the channel's, ", expected, ", or 0");
    }
    return {};
}

}  // namespace

/// A picture's way from the encoder to the program.
class VencSession::EncodedPicture final : public Delivery {
   public:
    EncodedPicture(std::shared_ptr<VencSession> session, VencPicture picture)
        : session_(std::move(session)), picture_(std::move(picture)) {}

    const ConstPicture& view() const { return picture_.view; }
    void came_to(const Result<AccessUnit>& unit) {
        status_ = unit.status();
        if (unit.ok()) {
            unit_.assign(unit->data, unit->data + unit->size);
        }
    }

    void run() override {
        const StreamFields fields = session_->put(unit_, status_);
        picture_.desc->set(&PicFields::ret_code, fields.ret_code);
        const auto stream = runtime::make_object(std::make_shared<StreamDesc>(fields));
        if (!stream.ok()) {
            log(LogLevel::kError, SOFTACL_HERE, text("an encoded picture is lost: ", stream.status().message()));
            return;
        }
        picture_.callback(picture_.handle, static_cast<acldvppStreamDesc*>(to_client(*stream)),
                          picture_.user_data.take());
        retire_handle(*stream);  // unless the callback did
    }

   private:
    const std::shared_ptr<VencSession> session_;
    VencPicture picture_;
    std::vector<uint8_t> unit_;
    Status status_;
};

class VencSession::EncodeTask final : public runtime::Task {
   public:
    EncodeTask(VencSession& session, bool force_i_frame, std::unique_ptr<EncodedPicture> picture)
        : Task("venc"), session_(session), force_i_frame_(force_i_frame), picture_(std::move(picture)) {}

    runtime::Outcome run(runtime::Stream&) override {
        const auto unit = session_.encoder_->encode(picture_->view(), force_i_frame_);
        picture_->came_to(unit);
        const Status posted = session_.lane_->post(std::move(picture_));
        return runtime::Outcome::done(unit.ok() ? posted : unit.status());
    }

   private:
    VencSession& session_;  // which the picture keeps alive
    const bool force_i_frame_;
    std::unique_ptr<EncodedPicture> picture_;
};

Result<std::shared_ptr<VencSession>> VencSession::open(const VencFields& fields) {
    SOFTACL_ASSIGN(const VideoEncoderParams params, fields.encoder_params());
    SOFTACL_ASSIGN(const Pin<runtime::Context> context, runtime::current_context());
    std::shared_ptr<VencSession> session(new VencSession);
    session->params_ = params;
    session->format_ = fields.format();
    SOFTACL_ASSIGN(session->place_, ChannelPlace::take(context->device().id(), kVenc));
    SOFTACL_TRY(session->open_encoder());
    SOFTACL_ASSIGN(session->work_, InternalStream::open());
    SOFTACL_ASSIGN(session->lane_, ReportLane::open(fields[ACL_VENC_THREAD_ID_UINT64]));
    SOFTACL_TRY(session->open_output(fields));
    return session;
}

VencSession::~VencSession() { close(); }

Status VencSession::open_encoder() {
    SOFTACL_ASSIGN(const Codecs* const library, codecs());
    const auto open =
        params_.profile == VideoProfile::kH265Main ? library->open_h265_encoder : library->open_h264_encoder;
    SOFTACL_ASSIGN(encoder_, open(params_));
    return {};
}

Status VencSession::open_output(const VencFields& fields) {
    output_size_ = fields[ACL_VENC_BUF_SIZE_UINT32];
    output_ = reinterpret_cast<uint8_t*>(fields[ACL_VENC_BUF_ADDR_PTR]);
    if (output_ != nullptr) {
        return check_memory("the buffer address", output_, output_size_, output_size_);
    }
    SOFTACL_ASSIGN(own_output_, DeviceBlock::allocate(output_size_));
    output_ = static_cast<uint8_t*>(own_output_.data());
    return {};
}

Result<ConstPicture> VencSession::view(const PicFields& fields) const {
    const uint32_t width = params_.width;
    const uint32_t height = params_.height;
    SOFTACL_TRY(check_stated("width", fields.width, width));
    SOFTACL_TRY(check_stated("height", fields.height, height));
    const uint32_t width_stride = fields.width_stride == 0 ? default_stride(width) : fields.width_stride;
    const uint32_t height_stride = fields.height_stride == 0 ? height : fields.height_stride;
    if (width_stride < width || width_stride % kStrideMultiple != 0) {
        return fail(ACL_ERROR_INVALID_PARAM, "input describes a picture with a width stride of ", width_stride,
                    "; expected a multiple of ", kStrideMultiple, " from ", default_stride(width), " on, or 0");
    }
    if (height_stride < height || height_stride % 2 != 0) {
        return fail(ACL_ERROR_INVALID_PARAM, "input describes a picture with a height stride of ", height_stride,
                    "; expected an even number from ", height, " on, or 0");
    }
    const FormatInfo& format = format_info(format_);
    SOFTACL_TRY(check_memory("input", fields.data, fields.size, format.bytes(width_stride, height_stride)));
    return ConstPicture{&format, static_cast<const uint8_t*>(fields.data), width, height, width_stride, height_stride};
}

Status VencSession::send(VencPicture picture, bool force_i_frame) {
    auto encoded = std::make_unique<EncodedPicture>(shared_from_this(), std::move(picture));
    const std::lock_guard lock(send_mutex_);
    SOFTACL_TRY(check_open());
    auto task = std::make_unique<EncodeTask>(*this, force_i_frame || restart_, std::move(encoded));
    SOFTACL_TRY(work_.stream()->launch(std::move(task)).status());
    restart_ = false;
    return {};
}

Status VencSession::finish() {
    const std::lock_guard lock(send_mutex_);
    SOFTACL_TRY(check_open());
    restart_ = true;
    std::string warning;
    return work_.stream()->synchronize(warning);
}

Status VencSession::check_open() const {
    if (closed_) {
        return fail(ACL_ERROR_RT_INVALID_HANDLE, "the channel is destroyed by another thread at the same time");
    }
    return {};
}

StreamFields VencSession::put(const std::vector<uint8_t>& unit, const Status& status) const {
    StreamFields fields;
    fields.data = output_;
    fields.format = static_cast<int32_t>(params_.profile);
    if (!status.ok()) {
        fields.ret_code = static_cast<uint32_t>(status.code());
    } else if (unit.size() > output_size_) {
        fields.ret_code = ACL_ERROR_STORAGE_OVER_LIMIT;
        log(LogLevel::kError, SOFTACL_HERE,
            text("an encoded picture of ", unit.size(), " bytes does not fit into the channel's buffer of ",
                 output_size_, "; set a larger buffer size"));
    } else {
        std::copy(unit.begin(), unit.end(), output_);
        fields.size = static_cast<uint32_t>(unit.size());
    }
    return fields;
}

void VencSession::close() {
    {
        const std::lock_guard lock(send_mutex_);
        if (std::exchange(closed_, true)) {
            return;
        }
    }
    work_.close();
    if (lane_) {
        lane_->close();
    }
    own_output_ = {};
    encoder_.reset();
    place_ = {};
}

}  // namespace softacl::media
