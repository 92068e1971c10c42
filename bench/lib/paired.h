// SPDX-License-Identifier: Apache-2.0
// Two ways to do the same thing, measured in turn in one process.
#pragma once

#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <thread>
#include <vector>

namespace paired {

/// Microseconds per call: the best of a few runs of `calls` calls.
template <class Work>
double best_us(int calls, Work&& work) {
    double best = 1e30;
    for (int run = 0; run < 3; ++run) {
        const auto begin = std::chrono::steady_clock::now();
        for (int i = 0; i < calls; ++i) {
            work();
        }
        const std::chrono::duration<double, std::micro> spent = std::chrono::steady_clock::now() - begin;
        best = std::min(best, spent.count() / calls);
    }
    return best;
}

/// Interleaves rounds of ours and the rival; reports both medians and the median of the rounds' ratios
/// (rival / ours: above 1 we are faster). `rest` is waited for before each, where the other's threads spin for a while.
template <int kRounds = 11, class Ours, class Rival>
void compare(benchmark::State& state, int calls, Ours&& ours, Rival&& rival, std::chrono::milliseconds rest = {}) {
    std::vector<double> our_times;
    std::vector<double> rival_times;
    std::vector<double> ratios;
    const auto median = [](std::vector<double> values) {
        std::nth_element(values.begin(), values.begin() + kRounds / 2, values.end());
        return values[kRounds / 2];
    };
    for (auto _ : state) {
        for (int round = 0; round < kRounds; ++round) {
            std::this_thread::sleep_for(rest);
            our_times.push_back(best_us(calls, ours));
            std::this_thread::sleep_for(rest);
            rival_times.push_back(best_us(calls, rival));
            ratios.push_back(rival_times.back() / our_times.back());
        }
    }
    state.counters["ours_us"] = median(our_times);
    state.counters["rival_us"] = median(rival_times);
    state.counters["ratio"] = median(ratios);
}

}  // namespace paired
