// SPDX-License-Identifier: Apache-2.0
// Work on a picture as a task of a stream: its result code goes into the picture's description.
#pragma once

#include <memory>
#include <utility>

#include "media/v1/descs.h"
#include "runtime/task.h"

namespace softacl::media {

/// `Work` is called once, without arguments, and returns Status.
template <class Work>
class PictureTask final : public runtime::Task {
   public:
    PictureTask(const char* kind, std::shared_ptr<PicDesc> picture, Work work)
        : Task(kind), picture_(std::move(picture)), work_(std::move(work)) {}

    runtime::Outcome run(runtime::Stream&) override {
        Status status = work_();
        tell(status);
        return runtime::Outcome::done(std::move(status));
    }
    void skip(const Status& why) override { tell(why); }

   private:
    void tell(const Status& status) { picture_->set(&PicFields::ret_code, static_cast<uint32_t>(status.code())); }

    const std::shared_ptr<PicDesc> picture_;
    Work work_;
};

template <class Work>
std::unique_ptr<runtime::Task> picture_task(const char* kind, std::shared_ptr<PicDesc> picture, Work work) {
    return std::make_unique<PictureTask<Work>>(kind, std::move(picture), std::move(work));
}

}  // namespace softacl::media
