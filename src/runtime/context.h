// SPDX-License-Identifier: Apache-2.0
// A context: the streams that belong together on one device, and which context a thread uses.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

#include "base/handle.h"
#include "runtime/stream.h"
#include "runtime/stream_place.h"

namespace softacl::runtime {

class Device;

/// Any thread may use any context; each thread has one that is current.
class Context final : public Object {
   public:
    static constexpr Kind kKind = Kind::kContext;

    /// Makes the default stream and, for explicit contexts, sets aside the place of the stream that
    /// the device would use for its own synchronisation. 207008 if the device has no stream left.
    static Result<std::shared_ptr<Context>> create(Device& device, bool is_default);

    Device& device() const { return device_; }
    bool is_default() const { return is_default_; }

    /// Its own handle and the default stream come into being when the handle is known.
    Status open(Handle self);

    /// 207008 if the device has no stream left; one that the library makes for itself beyond those that the manual
    /// speaks of `is_hidden` and takes none.
    Result<Handle> create_stream(bool fast_sync, bool is_hidden = false);
    /// Waits for the stream's work (or drops it), then takes the handle away.
    Status destroy_stream(Handle handle, Stream& stream, bool drop_work);

    Handle default_stream() const { return default_stream_; }
    std::vector<std::shared_ptr<Stream>> streams() const;

    /// Makes no more streams from now on; those there are.
    std::vector<std::shared_ptr<Stream>> end();
    /// Takes the handles of all streams away; their places are free.
    void close();

   private:
    Context(Device& device, bool is_default) : device_(device), is_default_(is_default) {}

    struct OpenStream {
        Handle handle;
        std::shared_ptr<Stream> stream;
        StreamPlace place;
    };

    Device& device_;
    const bool is_default_;
    Handle self_ = 0;
    Handle default_stream_ = 0;
    StreamPlace internal_stream_;
    mutable std::mutex mutex_;
    bool ended_ = false;
    std::vector<OpenStream> streams_;
};

/// The calling thread's context. Fails with 107002 if it has none or it was destroyed.
Result<Pin<Context>> current_context();
/// Its handle, live or not; 0 if none was set.
Handle current_context_handle();
void set_current_context(Handle context);

/// The stream a caller named, for work in the current context; 0 is the context's default stream.
/// 107017 if it is no live stream, 107002 without context, 107003 if it belongs to another one.
Result<Pin<Stream>> find_stream(const void* stream, const char* argument);

}  // namespace softacl::runtime
