// SPDX-License-Identifier: Apache-2.0
// What asynchronous functions for pictures begin and end with.
#pragma once

#include <memory>
#include <utility>

#include "media/v1/dvpp_channel.h"
#include "runtime/context.h"

namespace softacl::api {

/// The channel and the stream that a caller named: looked at before anything else is, used when all is checked.
class MediaPlace {
   public:
    static Result<MediaPlace> find(const void* channel, const void* stream) {
        MediaPlace place;
        SOFTACL_ASSIGN(place.channel_, pin<media::DvppChannel>(channel, "channelDesc"));
        SOFTACL_ASSIGN(place.stream_, runtime::find_stream(stream, "stream"));
        return place;
    }

    const media::DvppChannel& channel() const { return *channel_; }
    Status launch(media::Unit unit, std::unique_ptr<runtime::Task> task) const {
        return channel_->launch(unit, *stream_, std::move(task));
    }

   private:
    Pin<media::DvppChannel> channel_;
    Pin<runtime::Stream> stream_;
};

}  // namespace softacl::api
