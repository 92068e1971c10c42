// SPDX-License-Identifier: Apache-2.0
#include "runtime/exception.h"

#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <memory>

namespace softacl::runtime {
namespace {

std::atomic<ExceptionCallback> g_callback{nullptr};

// Takes the handle away however the function ends.
class Shown {
   public:
    explicit Shown(const ExceptionInfo& info)
        : handle_(make_handle(Kind::kExceptionInfo, std::make_shared<ExceptionInfo>(info))) {}
    ~Shown() {
        if (handle_.ok()) {
            retire_handle(*handle_);
        }
    }
    Shown(const Shown&) = delete;
    Shown& operator=(const Shown&) = delete;
    void* to_client() const { return handle_.ok() ? softacl::to_client(*handle_) : nullptr; }

   private:
    const Result<Handle> handle_;
};

}  // namespace

void set_exception_callback(ExceptionCallback callback) { g_callback.store(callback, std::memory_order_release); }

void report_exception(const ExceptionInfo& info) {
    if (const ExceptionCallback callback = g_callback.load(std::memory_order_acquire)) {
        const Shown shown(info);
        callback(static_cast<aclrtExceptionInfo*>(shown.to_client()));
    }
}

uint32_t current_thread_id() {
    static thread_local const auto kId = static_cast<uint32_t>(syscall(SYS_gettid));
    return kId;
}

}  // namespace softacl::runtime
