// SPDX-License-Identifier: Apache-2.0
#include "media/v1/internal_stream.h"

#include "runtime/context.h"

namespace softacl::media {

using runtime::Context;
using runtime::Stream;

Result<InternalStream> InternalStream::open(bool is_hidden) {
    SOFTACL_ASSIGN(const Pin<Context> context, runtime::current_context());
    InternalStream made;
    SOFTACL_ASSIGN(made.handle_, context->create_stream(false, is_hidden));
    SOFTACL_ASSIGN(const Pin<Stream> stream, pin<Stream>(made.handle_, "stream"));
    made.stream_ = stream.share();
    return made;
}

void InternalStream::close() {
    const std::shared_ptr<Stream> stream = std::move(stream_);
    if (stream == nullptr) {
        return;
    }
    const auto context = pin<Context>(stream->context(), "context");
    if (context.ok()) {
        // It fails if the context has released the stream: nothing is left to do then.
        static_cast<void>((*context)->destroy_stream(handle_, *stream, false));
    }
}

}  // namespace softacl::media
