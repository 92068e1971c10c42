// SPDX-License-Identifier: Apache-2.0
// What one core can do at most, so that results can be given as a share of it.
#include "lib/peak.h"

#include <benchmark/benchmark.h>

namespace {

void fp32_multiply_add(benchmark::State& state) {
    std::array<peak::Vector, peak::kChains> sums{};
    for (auto _ : state) {
        peak::multiply_add(sums, 0.999F, 0.001F);
        benchmark::DoNotOptimize(sums);
    }
    state.counters["flops"] = benchmark::Counter(peak::kOperations, benchmark::Counter::kIsIterationInvariantRate);
}

BENCHMARK(fp32_multiply_add)->UseRealTime();

}  // namespace
