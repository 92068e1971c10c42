// SPDX-License-Identifier: Apache-2.0
#include "media/v1/descs.h"
#include "runtime/objects.h"

namespace softacl::media {

Result<std::shared_ptr<BatchPicDesc>> BatchPicDesc::create(uint32_t count) {
    std::shared_ptr<BatchPicDesc> batch(new BatchPicDesc);
    for (uint32_t i = 0; i < count; ++i) {
        auto picture = std::make_shared<PicDesc>(PicDesc::Owner::kBatch);
        SOFTACL_ASSIGN(const Handle handle, runtime::make_object(picture));
        batch->handles_.push_back(handle);
        batch->pictures_.push_back(std::move(picture));
    }
    return batch;
}

BatchPicDesc::~BatchPicDesc() {
    for (const Handle handle : handles_) {
        retire_handle(handle);
    }
}

}  // namespace softacl::media
