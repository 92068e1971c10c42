// SPDX-License-Identifier: Apache-2.0
// Whether a program waits for what it launches at once.
#pragma once

#include <algorithm>

namespace softacl::runtime {

/// A thread that waits for a stream runs its tasks itself. If the program does that at once, as most do, a worker that
/// is woken for each launch comes too late, or takes a core from the work. Not for several threads.
class WaitHabit {
   public:
    void waited_at_once() { score_ = std::min(score_ + 2, enough_ + 2); }
    void let_a_worker_begin() { score_ = std::max(score_ - 1, 0); }
    /// Each time it takes longer until it holds again: what the program did not wait for came late.
    void was_broken() {
        score_ = 0;
        enough_ = std::min(enough_ * 2, kMost);
    }
    bool holds() const { return score_ >= enough_; }

   private:
    static constexpr int kMost = 1 << 12;
    int enough_ = 6;
    int score_ = enough_;
};

}  // namespace softacl::runtime
