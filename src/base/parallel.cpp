// SPDX-License-Identifier: Apache-2.0
#include "base/parallel.h"

#include <pthread.h>
#include <sched.h>

#include <algorithm>
#include <system_error>
#include <thread>
#include <vector>

#include "base/cpu.h"
#include "base/env.h"
#include "base/fork.h"
#include "base/log.h"
#include "base/status.h"
#include "base/wait_word.h"

namespace softacl {
namespace {

struct Member {
    int index = 0;
    int size = 1;
    bool parallel = false;  // this region, or one around it, has several threads, or may not have
};
thread_local Member t_member;

// The calling thread's place in a region, for the time of one body.
class Attendance {
   public:
    Attendance(int index, int size, bool alone = false) : outer_(t_member) {
        t_member = {index, size, size > 1 || alone || outer_.parallel};
    }
    ~Attendance() { t_member = outer_; }
    Attendance(const Attendance&) = delete;
    Attendance& operator=(const Attendance&) = delete;

   private:
    Member outer_;
};

using Body = FunctionRef<void(int, int)>;

// Where a worker waits. Odd: there is work. Who adds 1 then has it: the worker, or the region that wants it back.
struct alignas(64) Seat {
    WaitWord word;

    std::thread::native_handle_type thread{};
    int avoided = -1;  // a core the worker may not use

    /// A system that wakes a thread may put it behind the one that wakes it, though another core is idle: a virtual
    /// machine's idle cores look as if others had them. So a worker that sleeps is first kept off the caller's core, if
    /// there are `cores` enough for each to have one.
    void offer(const cpu_set_t* cores) {
        word.add(1);
        if (word.has_sleepers()) {
            if (cores != nullptr) {
                avoid(sched_getcpu(), *cores);
            }
            word.wake();
        }
    }
    void avoid(int core, const cpu_set_t& cores) {
        if (core < 0 || core == avoided || core >= CPU_SETSIZE) {
            return;
        }
        cpu_set_t others = cores;
        CPU_CLR(static_cast<size_t>(core), &others);
        if (CPU_COUNT(&others) != 0 && pthread_setaffinity_np(thread, sizeof others, &others) == 0) {
            avoided = core;
        }
    }
    bool claim(uint32_t seen) { return (seen & 1U) != 0 && word.replace(seen, seen + 1); }
};

// Lets regions through one by one, in the order of their numbers.
class Turns {
   public:
    void enter() {
        const uint32_t mine = next_.fetch_add(1);
        now_.wait_until([mine](uint32_t now) { return now == mine; });
    }
    void leave() {
        now_.add(1);
        now_.wake();
    }

   private:
    std::atomic<uint32_t> next_{0};
    WaitWord now_;
};

class Pool {
   public:
    static Pool& instance() {
        static Pool& instance = *new Pool;  // never destroyed: the workers sleep in it when the process ends
        return instance;
    }

    size_t width() {
        if (!started_.load(std::memory_order_acquire)) {
            turns_.enter();
            start();
            turns_.leave();
        }
        return width_;
    }

    // `all`: every thread must come. Otherwise those who have not come when the caller is through are not waited for.
    void run(int size, Body body, bool all) {
        turns_.enter();
        body_ = body;
        size_ = size;
        missing_.store(static_cast<uint32_t>(size - 1));
        for (int i = 1; i < size; ++i) {
            seats_[static_cast<size_t>(i)].offer(i < CPU_COUNT(&cores_) ? &cores_ : nullptr);
        }
        attend(0);
        for (int i = 1; i < size && !all; ++i) {
            Seat& seat = seats_[static_cast<size_t>(i)];
            if (seat.claim(seat.word.load())) {
                missing_.add(~uint32_t{0});
            }
        }
        missing_.wait_until([](uint32_t missing) { return missing == 0; }, patience_);
        turns_.leave();
    }

    // Only one region has several threads at a time, so one barrier is enough.
    void barrier() {
        const uint32_t round = barrier_round_.load();
        if (barrier_arrived_.fetch_add(1) + 1 == t_member.size) {
            barrier_arrived_.store(0);
            barrier_round_.add(1);
            barrier_round_.wake();
        } else {
            barrier_round_.wait_until([round](uint32_t now) { return now != round; }, patience_);
        }
    }

   private:
    void attend(int index) {
        const Attendance attendance(index, size_);
        body_(index, size_);
    }

    void work(int index) {
        pthread_setname_np(pthread_self(), "softacl-kernels");
        Seat& seat = seats_[static_cast<size_t>(index)];
        while (true) {
            const uint32_t seen = seat.word.wait_until([](uint32_t value) { return (value & 1U) != 0; });
            if (!seat.claim(seen)) {
                continue;
            }
            attend(index);
            if (missing_.add(~uint32_t{0}) == 0) {
                missing_.wake();
            }
        }
    }

    void start() {
        if (started_.load(std::memory_order_relaxed)) {
            return;
        }
        note_use();
        const size_t wanted = static_cast<size_t>(
            env_number("SOFTACL_NUM_THREADS", 1, 256).value_or(static_cast<int64_t>(usable_cpus())));
        seats_ = std::vector<Seat>(wanted);
        if (pthread_getaffinity_np(pthread_self(), sizeof cores_, &cores_) != 0) {
            CPU_ZERO(&cores_);
        }
        width_ = 1;
        try {
            for (; width_ < wanted; ++width_) {
                std::thread worker([this, index = static_cast<int>(width_)] { work(index); });
                seats_[width_].thread = worker.native_handle();
                worker.detach();
            }
        } catch (const std::system_error& error) {
            log(LogLevel::kWarning, SOFTACL_HERE,
                text("kernels use ", width_, " threads and not ", wanted, ": ", error.what()));
        }
        patience_ = static_cast<int>(width_) <= CPU_COUNT(&cores_) ? Patience::kLong : Patience::kShort;
        started_.store(true, std::memory_order_release);
    }

    Turns turns_;
    std::atomic<bool> started_{false};
    size_t width_ = 1;
    std::vector<Seat> seats_;               // seat 0 stays empty: the caller stands
    cpu_set_t cores_{};                     // that workers may use, none if that is not known
    Patience patience_ = Patience::kShort;  // with each other, long if each has a core

    Body body_;
    int size_ = 1;
    WaitWord missing_;  // workers of the region that are not through

    std::atomic<int> barrier_arrived_{0};
    WaitWord barrier_round_;
};

void run_region(int size, Body body, bool all) noexcept {
    if (size > 1) {
        Pool::instance().run(size, body, all);
    } else {
        const Attendance attendance(0, 1);
        body(0, 1);
    }
}

}  // namespace

size_t parallel_width() { return is_forked_child() ? 1 : Pool::instance().width(); }

void parallel_for(int64_t count, int64_t grain, FunctionRef<void(int64_t, int64_t)> body) {
    if (count <= 0) {
        return;
    }
    const int64_t parts = (count - 1) / std::max<int64_t>(grain, 1) + 1;
    if (parts == 1 || in_parallel() || parallel_width() == 1) {
        run_region(
            1, [&](int, int) { body(0, count); }, false);
        return;
    }
    const int64_t size = std::min(parts, static_cast<int64_t>(parallel_width()));
    // Several parts per thread, so that one who comes late or is interrupted holds up little.
    const int64_t step = std::max(std::max<int64_t>(grain, 1), (count - 1) / (size * 4) + 1);
    std::atomic<int64_t> next{0};
    run_region(
        static_cast<int>(size),
        [&](int, int) {
            for (int64_t begin = next.fetch_add(step); begin < count; begin = next.fetch_add(step)) {
                body(begin, std::min(begin + step, count));
            }
        },
        false);
}

void parallel_team(int count, FunctionRef<void(int, int)> body) {
    const int size = count <= 1 || in_parallel() ? 1 : std::min(count, static_cast<int>(parallel_width()));
    run_region(size, body, true);
}

void serially(FunctionRef<void()> body) {
    const Attendance attendance(0, 1, true);
    body();
}

int team_index() { return t_member.index; }
int team_size() { return t_member.size; }
bool in_parallel() { return t_member.parallel; }

void team_barrier() {
    if (t_member.size > 1) {
        Pool::instance().barrier();
    }
}

}  // namespace softacl
