// SPDX-License-Identifier: Apache-2.0
#include "screen.h"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>

#include "failure.h"

namespace omrun {
namespace {

void print_times(const char* what, const Statistics& s) {
    std::printf("  %-9s %9.3f %9.3f %9.3f %9.3f %9.3f %9.3f\n", what, s.mean, s.min, s.max, s.p50, s.p90, s.p99);
}

std::string gear_text(const Shapes& shapes) {
    std::string values;
    for (const int64_t value : shapes.values) {
        values += (values.empty() ? "" : ",") + std::to_string(value);
    }
    return values;
}

}  // namespace

ProgressBar::ProgressBar(size_t total, bool quiet) : on_(!quiet && isatty(STDERR_FILENO) != 0), total_(total) {}

ProgressBar::~ProgressBar() {
    if (on_) {
        std::fprintf(stderr, "\r\x1b[K");
        std::fflush(stderr);
    }
}

void ProgressBar::step(const std::string& what) {
    ++done_;
    if (!on_) {
        return;
    }
    // Writing to a terminal takes longer than a small model.
    const auto now = std::chrono::steady_clock::now().time_since_epoch() / std::chrono::milliseconds(100);
    if (now == shown_at_ && done_ != total_) {
        return;
    }
    shown_at_ = now;
    constexpr size_t kWidth = 30;
    const auto filled = static_cast<int>(kWidth * done_ / std::max<size_t>(total_, 1));
    std::fprintf(stderr, "\r\x1b[K  [%-*.*s] %zu/%zu %.40s", static_cast<int>(kWidth), filled,
                 "##############################", done_, total_, what.c_str());
    std::fflush(stderr);
}

void print_model(const std::string& path, const Model& model, const Shapes& shapes, const Options& options,
                 double load_ms) {
    std::printf("%s on device %d, loaded in %.1f ms\n", path.c_str(), options.device, load_ms);
    for (size_t i = 0; i < model.inputs().size(); ++i) {
        const Port& port = model.inputs()[i];
        std::printf("  input   %s  %s  %zu bytes\n", port.name.c_str(), shown(port.type, shapes.dims[i]).c_str(),
                    shapes.bytes[i]);
    }
    for (const Port& port : model.outputs()) {
        std::printf("  output  %s  %s  %zu bytes\n", port.name.c_str(), shown(port.type, port.dims).c_str(),
                    port.bytes);
    }
    if (!shapes.values.empty()) {
        std::printf("  gear    %s\n", gear_text(shapes).c_str());
    }
    std::fflush(stdout);
}

void print_report(const Report& report, const Options& options) {
    std::printf("\n  %zu %s, %zu counted %s\n\n", report.items, report.items == 1 ? "input" : "inputs",
                report.timing.execute.size(), report.timing.execute.size() == 1 ? "run" : "runs");
    std::printf("  ms             mean       min       max       p50       p90       p99\n");
    print_times("execute", statistics_of(report.timing.execute));
    print_times("copy in", statistics_of(report.timing.copy_in));
    print_times("copy out", statistics_of(report.timing.copy_out));
    std::printf("\n  throughput %.1f/s (%lld in a run)\n", report.throughput(), static_cast<long long>(report.batch));
    if (!report.files.empty()) {
        std::printf("  %zu %s in %s\n", report.files.size(), report.files.size() == 1 ? "file" : "files",
                    options.output.c_str());
    }
    if (!report.comparisons.empty()) {
        std::printf("\n  against golden      max abs    max rel     cosine     beyond\n");
    }
    for (const Comparison& c : report.comparisons) {
        std::printf("  %-4s %-12s %10.3g %10.3g %10.6f %10zu of %zu  %s\n", c.good ? "ok" : "BAD", c.item.c_str(),
                    c.max_absolute, c.max_relative, c.cosine, c.beyond, c.elements, c.output.c_str());
    }
}

}  // namespace omrun
