// SPDX-License-Identifier: Apache-2.0
// How a channel's results come to the thread of the program that runs its callback.
#pragma once

#include <memory>

#include "media/v1/internal_stream.h"

namespace softacl::media {

/// One result on its way. Either `run` is called once, in the program's thread inside aclrtProcessReport, or the object
/// is destroyed without.
class Delivery {
   public:
    virtual ~Delivery() = default;
    virtual void run() = 0;
};

/// An internal stream that a thread of the program is subscribed to. Deliveries run one after the other, in the order
/// of posting: what a callback gets may lie in memory that the next one uses again. Posting from any thread.
class ReportLane {
   public:
    /// In the calling thread's context. 107012 if the thread serves another device.
    static Result<ReportLane> open(uint64_t thread);

    /// 107015 if the thread serves the lane no more; the delivery is destroyed then.
    Status post(std::unique_ptr<Delivery> delivery) const;

    /// Waits until everything posted has run. 107000 if that needs the calling thread, 507046 if the thread that serves
    /// the lane does not look for callbacks.
    Status wait() const;

    /// The calling thread is inside a delivery of the lane.
    bool is_running_here() const;

    /// Waits until everything has run, or drops what nobody will run; then ends the subscription.
    void close() { stream_.close(); }

   private:
    explicit ReportLane(InternalStream stream) : stream_(std::move(stream)) {}
    InternalStream stream_;
};

}  // namespace softacl::media
