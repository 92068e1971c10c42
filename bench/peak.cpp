// SPDX-License-Identifier: Apache-2.0
// What one core can do at most: multiply-adds on registers only, so that results can be given as a share of it.
#include <benchmark/benchmark.h>

#include <array>

namespace {

using Vector = float __attribute__((vector_size(64)));
constexpr int kChains = 12;  // enough independent sums to hide the latency of one
constexpr int kSteps = 1000;

void multiply_add(std::array<Vector, kChains>& sums, float factor, float summand) {
    std::array<Vector, kChains> local = sums;  // in registers: nothing else can point there
    for (int step = 0; step < kSteps; ++step) {
        for (auto& sum : local) sum = sum * factor + summand;
    }
    sums = local;
}

void fp32_multiply_add(benchmark::State& state) {
    std::array<Vector, kChains> sums{};
    for (auto _ : state) {
        multiply_add(sums, 0.999F, 0.001F);
        benchmark::DoNotOptimize(sums);
    }
    const double per_call = 2.0 * 16 * kChains * kSteps;
    state.counters["flops"] = benchmark::Counter(per_call, benchmark::Counter::kIsIterationInvariantRate);
}

BENCHMARK(fp32_multiply_add)->UseRealTime();

}  // namespace
