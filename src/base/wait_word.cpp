// SPDX-License-Identifier: Apache-2.0
#include "base/wait_word.h"

#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <chrono>
#include <climits>

namespace softacl {
namespace {

// Waking a sleeper costs 5 to 15 us, and the gaps between the parallel regions of one network are mostly shorter than
// this. Longer would take the core from a neighbour.
constexpr int64_t kShortNanoseconds = 40'000;
constexpr int64_t kLongNanoseconds = 500'000;
constexpr int kRoundsPerLook = 32;  // a look at the clock costs about as much

int64_t now() { return std::chrono::steady_clock::now().time_since_epoch().count(); }

long futex(std::atomic<uint32_t>& word, int operation, uint32_t value) {
    static_assert(sizeof(word) == sizeof(uint32_t));
    return syscall(SYS_futex, &word, operation, value, nullptr, nullptr, 0);
}

void pause_briefly() {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    asm volatile("yield");
#endif
}

}  // namespace

bool WaitWord::Spin::goes_on() {
    if (rounds_++ != 0) {
        pause_briefly();
    }
    if (rounds_ % kRoundsPerLook != 0) {
        return true;
    }
    const int64_t time = now();
    if (end_ == 0) {
        end_ = time + (patience_ == Patience::kLong ? kLongNanoseconds : kShortNanoseconds);
    }
    return time < end_;
}

void WaitWord::wake_sleepers() { futex(value_, FUTEX_WAKE_PRIVATE, INT_MAX); }

void WaitWord::sleep(uint32_t seen) { futex(value_, FUTEX_WAIT_PRIVATE, seen); }

}  // namespace softacl
