// SPDX-License-Identifier: Apache-2.0
// What atc prints. Scripts look for the fixed lines; diagnostics go to standard error.
#pragma once

#include <string>

#include "convert/command_line.h"
#include "convert/converter.h"
#include "convert/problems.h"

namespace softacl::atc {

/// A line on a terminal that says what is being done; nothing anywhere else.
class ProgressLine {
   public:
    ProgressLine();
    ~ProgressLine() { clear(); }
    ProgressLine(const ProgressLine&) = delete;
    ProgressLine& operator=(const ProgressLine&) = delete;

    void show(const char* step, double done);
    void clear();

   private:
    bool on_;
    bool shown_ = false;
};

/// What is being done now, for those who asked for information.
void print_step(const convert::CommandLine& line, const char* step, double seconds);
/// Warnings and notes. What failed is print_failure's, on standard output, where scripts look for it.
void print_diagnostics(const convert::CommandLine& line, const convert::Problems& problems);
void print_failure(const convert::Problems& problems);
void print_outcome(const convert::Outcome& outcome, double seconds);
void print_outcome(const convert::SingleOpOutcome& outcome, double seconds);

}  // namespace softacl::atc
