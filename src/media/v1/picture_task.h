// SPDX-License-Identifier: Apache-2.0
// Work on pictures as a task of a stream: how it ended goes into the descriptions of the pictures.
#pragma once

#include <memory>
#include <utility>
#include <vector>

#include "media/v1/descs.h"
#include "runtime/task.h"

namespace softacl::media {

/// `Work` is called once, without arguments, and returns Status.
template <class Work>
class PictureTask final : public runtime::Task {
   public:
    PictureTask(const char* kind, std::vector<std::shared_ptr<PicDesc>> pictures, Work work)
        : Task(kind), pictures_(std::move(pictures)), work_(std::move(work)) {}

    runtime::Outcome run(runtime::Stream&) override {
        Status status = work_();
        tell(status);
        return runtime::Outcome::done(std::move(status));
    }
    void skip(const Status& why) override { tell(why); }

   private:
    void tell(const Status& status) {
        for (const auto& picture : pictures_) {
            picture->set(&PicFields::ret_code, static_cast<uint32_t>(status.code()));
        }
    }

    const std::vector<std::shared_ptr<PicDesc>> pictures_;
    Work work_;
};

template <class Work>
std::unique_ptr<runtime::Task> picture_task(const char* kind, std::vector<std::shared_ptr<PicDesc>> pictures,
                                            Work work) {
    return std::make_unique<PictureTask<Work>>(kind, std::move(pictures), std::move(work));
}

}  // namespace softacl::media
