// SPDX-License-Identifier: Apache-2.0
// Looks after streams whose program will run them itself, in case it does not.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace softacl::runtime {

class Stream;

/// One thread, started with the first stream. While it watches streams it looks at them some hundred times a second,
/// which disturbs less than waking a thread for each launch; otherwise it sleeps. A stream that is ready and stands
/// still from one look to the next goes to the workers.
class Lookout {
   public:
    /// Any thread; not for a stream that is watched already.
    void watch(std::shared_ptr<Stream> stream);

    /// Ends the thread; it starts again when needed. Streams that are ready go to the workers.
    void stop();

   private:
    struct Watched {
        std::shared_ptr<Stream> stream;
        uint64_t seen;  // tasks that were finished at the last look
    };
    void work();

    std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<Watched> arrivals_;
    std::vector<Watched> watched_;  // the thread's own, without the lock; a member because a forked child keeps it
    std::thread thread_;
    bool sleeps_ = false;  // and is to be woken for an arrival
    bool stopping_ = false;
};

}  // namespace softacl::runtime
