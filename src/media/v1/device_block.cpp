// SPDX-License-Identifier: Apache-2.0
#include "media/v1/device_block.h"

#include <map>
#include <memory>
#include <mutex>

#include "runtime/context.h"
#include "runtime/end_observer.h"
#include "runtime/memory.h"

namespace softacl::media {
namespace {

class Resets final : public runtime::EndObserver {
   public:
    static Resets& instance() {
        static auto& resets = *[] {
            auto* const made = new Resets;
            runtime::observe_ends(*made);
            return made;
        }();
        return resets;
    }
    std::shared_ptr<void> device_ends(runtime::Device& device) override {
        const std::lock_guard lock(mutex_);
        ++counts_[&device];
        return nullptr;
    }
    uint64_t of(const runtime::Device* device) {
        const std::lock_guard lock(mutex_);
        return counts_[device];
    }

   private:
    std::mutex mutex_;
    std::map<const runtime::Device*, uint64_t> counts_;
};

}  // namespace

Result<DeviceBlock> DeviceBlock::allocate(size_t size) {
    SOFTACL_ASSIGN(const Pin<runtime::Context> context, runtime::current_context());
    DeviceBlock block;
    block.device_ = &context->device();
    block.resets_ = Resets::instance().of(block.device_);
    SOFTACL_ASSIGN(block.data_, runtime::allocate_on_device(size, false));
    return block;
}

DeviceBlock::~DeviceBlock() {
    if (data_ != nullptr && resets_ == Resets::instance().of(device_)) {
        static_cast<void>(runtime::free_on_device(data_));
    }
}

}  // namespace softacl::media
