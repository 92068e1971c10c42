// SPDX-License-Identifier: Apache-2.0
// The hook every API entry and every task passes: profiling, ledgers and checks attach here.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>

namespace softacl {

using Clock = std::chrono::steady_clock;

/// One finished call of a C function.
struct CallRecord {
    uint32_t row;          ///< index of the function in the table of the API
    const char* function;  ///< C name
    int code;              ///< what the caller got; 0 for functions without a code
    Clock::time_point begin;
    Clock::time_point end;
};

/// One finished task of a stream.
struct TaskRecord {
    const char* task;  ///< kind of work, e.g. "memcpy"
    uint32_t device;
    uint32_t stream;
    uint32_t id;  ///< number of the task within its stream
    int code;
    Clock::time_point begin;
    Clock::time_point end;
};

/// Receives records on the threads where the work happened, possibly many at a time. Must not call the API.
class TraceSink {
   public:
    virtual ~TraceSink() = default;
    virtual void on_call(const CallRecord&) {}
    virtual void on_task(const TaskRecord&) {}
};

namespace detail {
inline std::atomic<TraceSink*> g_trace_sink{nullptr};
}

/// The sink in use, or null. One load when nobody listens.
inline TraceSink* trace_sink() { return detail::g_trace_sink.load(std::memory_order_acquire); }

/// Replaces the sink and returns the one before. The caller keeps both alive while calls may be running.
inline TraceSink* set_trace_sink(TraceSink* sink) {
    return detail::g_trace_sink.exchange(sink, std::memory_order_acq_rel);
}

}  // namespace softacl
