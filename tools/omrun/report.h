// SPDX-License-Identifier: Apache-2.0
// All that is told of a use of the program.
#pragma once

#include <string>
#include <vector>

#include "compare.h"
#include "gears.h"
#include "inputs.h"
#include "statistics.h"

namespace omrun {

struct Timing {
    std::vector<double> copy_in;  ///< milliseconds, one for each run
    std::vector<double> execute;
    std::vector<double> copy_out;
};

struct Report {
    double load_ms = 0;
    Timing timing;
    size_t items = 0;
    int64_t batch = 1;  ///< samples in one run
    std::vector<std::string> files;
    std::vector<Comparison> comparisons;

    /// Samples in a second, of the execution alone.
    double throughput() const {
        const double mean = statistics_of(timing.execute).mean;
        return mean > 0 ? 1000 * static_cast<double>(batch) / mean : 0;
    }
    bool good() const {
        for (const Comparison& comparison : comparisons) {
            if (!comparison.good) {
                return false;
            }
        }
        return true;
    }
};

}  // namespace omrun
