// SPDX-License-Identifier: Apache-2.0
// A number that threads wait on: they look at it for some microseconds, then sleep.
#pragma once

#include <atomic>
#include <cstdint>

namespace softacl {

/// How long to look before sleeping.
enum class Patience {
    kShort,  ///< for what may not come
    kLong,   ///< for what others are working on: to sleep and wake up takes as long as a small piece of it
};

/// Any thread. Whoever changes the value in a way that somebody may wait for calls wake() afterwards.
class WaitWord {
   public:
    explicit WaitWord(uint32_t value = 0) : value_(value) {}

    uint32_t load() const { return value_.load(std::memory_order_acquire); }
    void store(uint32_t value) { value_.store(value); }
    uint32_t add(uint32_t summand) { return value_.fetch_add(summand) + summand; }  ///< returns the new value
    bool replace(uint32_t expected, uint32_t value) { return value_.compare_exchange_strong(expected, value); }

    /// Whether wake() will find somebody who sleeps.
    bool has_sleepers() const { return sleepers_.load() != 0; }
    /// Everybody who sleeps looks again.
    void wake() {
        if (has_sleepers()) {
            wake_sleepers();
        }
    }

    /// Returns the first value seen that is `good`, after a sleep if there is none for as long as `patience`.
    template <class Good>
    uint32_t wait_until(Good&& good, Patience patience = Patience::kShort) {
        for (Spin spin(patience); spin.goes_on();) {
            if (const uint32_t value = load(); good(value)) {
                return value;
            }
        }
        // Sleepers first, value second; wake() looks at them the other way round: one of both sees the other.
        sleepers_.fetch_add(1);
        uint32_t value = value_.load();
        while (!good(value)) {
            sleep(value);
            value = value_.load();
        }
        sleepers_.fetch_sub(1);
        return value;
    }

   private:
    class Spin {
       public:
        explicit Spin(Patience patience) : patience_(patience) {}
        bool goes_on();

       private:
        const Patience patience_;
        int rounds_ = 0;
        int64_t end_ = 0;
    };

    void wake_sleepers();
    void sleep(uint32_t seen);  // returns at once if the value is another one

    std::atomic<uint32_t> value_;
    std::atomic<uint32_t> sleepers_{0};
};

}  // namespace softacl
