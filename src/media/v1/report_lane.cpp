// SPDX-License-Identifier: Apache-2.0
#include "media/v1/report_lane.h"

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

}  // namespace softacl::media
