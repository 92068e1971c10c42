// SPDX-License-Identifier: Apache-2.0
// What people see: results on standard output, progress and failures on standard error.
#pragma once

#include <cstddef>
#include <string>

#include "report.h"

namespace omrun {

/// A bar on a terminal; nothing anywhere else.
class ProgressBar {
   public:
    ProgressBar(size_t total, bool quiet);
    ~ProgressBar();
    ProgressBar(const ProgressBar&) = delete;
    ProgressBar& operator=(const ProgressBar&) = delete;
    void step(const std::string& what);

   private:
    bool on_;
    size_t total_;
    size_t done_ = 0;
    long shown_at_ = -1;  // in steps of a tenth of a second
};

void print_model(const std::string& path, const Model& model, const Shapes& shapes, const Options& options,
                 double load_ms);
void print_report(const Report& report, const Options& options);

}  // namespace omrun
