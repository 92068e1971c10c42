// SPDX-License-Identifier: Apache-2.0
// Streams that a channel makes for itself (manual 10.7.4.2, 10.7.4.3).
#pragma once

#include <memory>

#include "base/handle.h"
#include "runtime/stream.h"

namespace softacl::media {

/// A stream of the context in which it was made, with which it ends if it is not closed before. Movable; one
/// thread at a time, its stream any.
class InternalStream {
   public:
    InternalStream() = default;
    InternalStream(InternalStream&& other) noexcept { swap(other); }
    InternalStream& operator=(InternalStream&& other) noexcept {
        swap(other);
        return *this;
    }
    ~InternalStream() { close(); }

    /// In the calling thread's context. 107002 without one, 207008 if the device has no stream left; one that
    /// `is_hidden` is none of the streams that the device may have.
    static Result<InternalStream> open(bool is_hidden = false);

    const std::shared_ptr<runtime::Stream>& stream() const { return stream_; }

    /// Waits for its work and releases it. Harmless if it is closed or its context has ended.
    void close();

   private:
    void swap(InternalStream& other) {
        std::swap(handle_, other.handle_);
        stream_.swap(other.stream_);
    }
    Handle handle_ = 0;
    std::shared_ptr<runtime::Stream> stream_;
};

}  // namespace softacl::media
