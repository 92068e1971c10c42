// SPDX-License-Identifier: Apache-2.0
#include "media/v1/report_lane.h"

#include "acl/acl_base.h"
#include "runtime/callback.h"
#include "runtime/callback_thread.h"

namespace softacl::media {
namespace {

void run(void* data) {
    const std::unique_ptr<Delivery> delivery(static_cast<Delivery*>(data));
    delivery->run();
}

void drop(void* data) { delete static_cast<Delivery*>(data); }

}  // namespace

Result<ReportLane> ReportLane::open(uint64_t thread) {
    SOFTACL_ASSIGN(InternalStream stream, InternalStream::open());
    SOFTACL_TRY(runtime::CallbackThreads::instance().subscribe(thread, *stream.stream()));
    return ReportLane(std::move(stream));
}

Status ReportLane::post(std::unique_ptr<Delivery> delivery) const {
    const auto report = std::make_shared<runtime::Report>(runtime::Callback{run, drop, delivery.get()});
    static_cast<void>(delivery.release());  // from here on the report sees to it
    Status status = runtime::launch_callback(report, true, stream_.stream());
    if (!status.ok()) {
        report->drop();
    }
    return status;
}

Status ReportLane::wait() const {
    constexpr auto kLookAgain = std::chrono::milliseconds(20);
    while (true) {
        std::string warning;
        Status status = stream_.stream()->synchronize(warning, kLookAgain);
        if (status.code() != ACL_ERROR_RT_STREAM_SYNC_TIMEOUT) {
            return status;
        }
        const auto subscription = stream_.stream()->subscription();
        if (subscription == nullptr || subscription->ended() || !subscription->thread().is_serving()) {
            return fail(ACL_ERROR_RT_STREAM_SYNC_TIMEOUT,
                        "callbacks of the channel have not run, and its thread does not call aclrtProcessReport");
        }
    }
}

bool ReportLane::is_running_here() const {
    return stream_.stream() != nullptr && runtime::in_blocking_callback_of(*stream_.stream());
}

}  // namespace softacl::media
