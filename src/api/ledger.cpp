// SPDX-License-Identifier: Apache-2.0
// For the project's own tests: SOFTACL_LEDGER=<file> counts which functions were called, and how that ended.
#include <array>
#include <atomic>
#include <cstdlib>
#include <fstream>
#include <map>
#include <mutex>

#include "api/generated/rows.h"
#include "api/row.h"
#include "base/status.h"
#include "base/trace.h"

namespace softacl::api {
namespace {

class Ledger final : public TraceSink {
   public:
    void on_call(const CallRecord& call) override {
        auto& counts = call.code == 0 ? succeeded_ : failed_;
        counts[call.row].fetch_add(1, std::memory_order_relaxed);
        if (call.code != 0) {
            const std::lock_guard lock(mutex_);
            ++codes_[{call.row, call.code}];
        }
    }

    // Lines "c <function> <succeeded> <failed>" and "code <function>:<code> <times> 0", appended in one write: many
    // processes share the file.
    void write(const char* path) const {
        std::string lines;
        for (const Row* row : row::kAll) {
            const uint64_t succeeded = succeeded_[row->id].load();
            const uint64_t failed = failed_[row->id].load();
            if (succeeded + failed != 0) {
                lines += text("c ", row->name, " ", succeeded, " ", failed, "\n");
            }
        }
        const std::lock_guard lock(mutex_);
        for (const auto& [failure, times] : codes_) {
            lines += text("code ", row::kAll[failure.first]->name, ":", failure.second, " ", times, " 0\n");
        }
        std::ofstream(path, std::ios::app) << lines << std::flush;
    }

   private:
    std::array<std::atomic<uint64_t>, row::kCount> succeeded_{};
    std::array<std::atomic<uint64_t>, row::kCount> failed_{};
    mutable std::mutex mutex_;
    std::map<std::pair<uint32_t, int>, uint64_t> codes_;  // failures by function and code
};

Ledger* g_ledger = nullptr;

__attribute__((constructor)) void open_ledger() {
    if (std::getenv("SOFTACL_LEDGER") != nullptr) {
        g_ledger = new Ledger;
        set_trace_sink(g_ledger);
    }
}

__attribute__((destructor)) void write_ledger() {
    const char* path = std::getenv("SOFTACL_LEDGER");
    if (g_ledger != nullptr && path != nullptr) {
        g_ledger->write(path);
    }
}

}  // namespace
}  // namespace softacl::api
