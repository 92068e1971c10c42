// SPDX-License-Identifier: Apache-2.0
// A thread that runs callbacks, as programs have it for video.
#pragma once

#include <pthread.h>

#include <atomic>
#include <chrono>
#include <future>
#include <thread>

#include "acl/acl.h"

namespace softacl::test {

/// Calls aclrtProcessReport until the end of the scope.
class ReportThread {
   public:
    ReportThread()
        : thread_([this] {
              started_.set_value(pthread_self());
              while (!ending_) {
                  if (aclrtProcessReport(10) == ACL_ERROR_RT_THREAD_SUBSCRIBE) {
                      std::this_thread::sleep_for(std::chrono::milliseconds(1));
                  }
              }
          }),
          id_(started_.get_future().get()) {}
    ~ReportThread() {
        ending_ = true;
        thread_.join();
    }
    uint64_t id() const { return id_; }

   private:
    std::promise<uint64_t> started_;
    std::atomic<bool> ending_{false};
    std::thread thread_;
    const uint64_t id_;
};

}  // namespace softacl::test
