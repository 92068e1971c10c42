// SPDX-License-Identifier: Apache-2.0
// Times of many runs in a few numbers.
#pragma once

#include <vector>

namespace omrun {

struct Statistics {
    double mean = 0;
    double min = 0;
    double max = 0;
    double p50 = 0;
    double p90 = 0;
    double p99 = 0;
};

/// Percentiles lie between the two nearest values, in proportion. All zeros for no values.
Statistics statistics_of(std::vector<double> values);

}  // namespace omrun
