// SPDX-License-Identifier: Apache-2.0
#include "base/parallel.h"

#include <gtest/gtest.h>
#include <pthread.h>
#include <sched.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <mutex>
#include <numeric>
#include <random>
#include <thread>
#include <vector>

namespace softacl {
namespace {

// More than most machines have to spare: threads that must wait for a core are part of the test.
constexpr int kThreads = 4;
const int kSet = setenv("SOFTACL_NUM_THREADS", "4", 1);

TEST(ParallelTest, WidthIsWhatTheVariableSays) {
    ASSERT_EQ(kSet, 0);
    EXPECT_EQ(parallel_width(), static_cast<size_t>(kThreads));
}

TEST(ParallelTest, OutsideOfRegions) {
    EXPECT_EQ(team_index(), 0);
    EXPECT_EQ(team_size(), 1);
    EXPECT_FALSE(in_parallel());
    team_barrier();
}

TEST(ParallelTest, ForCoversEachIndexOnce) {
    std::mt19937 random(1);
    for (int round = 0; round < 300; ++round) {
        const int64_t count = std::uniform_int_distribution<int64_t>(0, 2000)(random);
        const int64_t grain = std::uniform_int_distribution<int64_t>(-1, 300)(random);
        std::vector<std::atomic<int>> seen(static_cast<size_t>(count));
        std::atomic<int> small{0};
        parallel_for(count, grain, [&](int64_t begin, int64_t end) {
            small += end < count && end - begin < grain ? 1 : 0;
            for (int64_t i = begin; i < end; ++i) {
                ++seen[static_cast<size_t>(i)];
            }
        });
        EXPECT_EQ(small, 0) << "parts below the grain of " << grain;
        for (int64_t i = 0; i < count; ++i) {
            ASSERT_EQ(seen[static_cast<size_t>(i)], 1) << i << " of " << count << ", grain " << grain;
        }
    }
}

TEST(ParallelTest, SeriallyKeepsRegionsHere) {
    const auto here = std::this_thread::get_id();
    int parts = 0;
    int members = 0;
    serially([&] {
        EXPECT_TRUE(in_parallel());
        EXPECT_EQ(team_size(), 1);
        parallel_for(100000, 1, [&](int64_t begin, int64_t end) {
            EXPECT_EQ(std::this_thread::get_id(), here);
            EXPECT_EQ(end - begin, 100000);
            ++parts;
        });
        parallel_team(kThreads, [&](int index, int size) {
            EXPECT_EQ(std::this_thread::get_id(), here);
            EXPECT_EQ(index, 0);
            EXPECT_EQ(size, 1);
            team_barrier();
            ++members;
        });
    });
    EXPECT_EQ(parts, 1);
    EXPECT_EQ(members, 1);
    EXPECT_FALSE(in_parallel());
}

TEST(ParallelTest, ForOfOneGrainStaysHere) {
    const auto caller = std::this_thread::get_id();
    int calls = 0;
    parallel_for(100, 100, [&](int64_t begin, int64_t end) {
        ++calls;
        EXPECT_EQ(begin, 0);
        EXPECT_EQ(end, 100);
        EXPECT_EQ(std::this_thread::get_id(), caller);
        EXPECT_FALSE(in_parallel());
    });
    EXPECT_EQ(calls, 1);
}

// Everybody waits, by other means than the team's, until all have come.
TEST(ParallelTest, TeamsRunAtTheSameTime) {
    for (int size = 1; size <= kThreads; ++size) {
        std::mutex mutex;
        std::condition_variable changed;
        std::vector<int> indexes;
        std::atomic<int> alone{0};
        parallel_team(size, [&](int index, int count) {
            EXPECT_EQ(index, team_index());
            EXPECT_EQ(count, team_size());
            EXPECT_EQ(in_parallel(), size > 1);
            std::unique_lock lock(mutex);
            indexes.push_back(index);
            changed.notify_all();
            const auto all = [&] { return indexes.size() == static_cast<size_t>(size); };
            alone += changed.wait_for(lock, std::chrono::seconds(20), all) ? 0 : 1;
        });
        EXPECT_EQ(alone, 0);
        std::sort(indexes.begin(), indexes.end());
        std::vector<int> expected(static_cast<size_t>(size));
        std::iota(expected.begin(), expected.end(), 0);
        EXPECT_EQ(indexes, expected);
    }
    EXPECT_EQ(team_size(), 1);
}

TEST(ParallelTest, TeamIsNoWiderThanThePool) {
    std::atomic<int> members{0};
    parallel_team(100, [&](int, int size) {
        EXPECT_EQ(size, kThreads);
        ++members;
    });
    EXPECT_EQ(members, kThreads);
}

TEST(ParallelTest, BarrierSeparatesRounds) {
    constexpr int kRounds = 200;
    int sums[kThreads] = {};
    int wrong[kThreads] = {};
    parallel_team(kThreads, [&](int index, int size) {
        for (int round = 1; round <= kRounds; ++round) {
            sums[index] += round;  // no atomics: the barrier alone keeps the threads apart
            team_barrier();
            for (int i = 0; i < size; ++i) {
                wrong[index] += sums[i] == round * (round + 1) / 2 ? 0 : 1;
            }
            team_barrier();
        }
    });
    for (const int count : wrong) {
        EXPECT_EQ(count, 0);
    }
}

TEST(ParallelTest, RegionsInsideRunWhereTheyAre) {
    parallel_team(2, [&](int index, int) {
        const auto here = std::this_thread::get_id();
        int calls = 0;
        parallel_team(3, [&](int inner, int size) {
            ++calls;
            EXPECT_EQ(inner, 0);
            EXPECT_EQ(size, 1);
            EXPECT_EQ(std::this_thread::get_id(), here);
            EXPECT_TRUE(in_parallel());
            team_barrier();
        });
        EXPECT_EQ(team_index(), index);
        EXPECT_EQ(team_size(), 2);
        parallel_for(1000, 1, [&](int64_t begin, int64_t end) {
            ++calls;
            EXPECT_EQ(end - begin, 1000);
        });
        EXPECT_EQ(calls, 2);
    });
}

TEST(ParallelTest, RegionsOfSeveralThreadsTakeTurns) {
    std::atomic<int> inside{0};
    std::atomic<int> mixed{0};
    std::atomic<int64_t> total{0};
    std::vector<std::thread> callers;
    for (int caller = 1; caller <= 5; ++caller) {
        callers.emplace_back([&, caller] {
            for (int round = 0; round < 100; ++round) {
                parallel_team(kThreads, [&](int index, int) {
                    int nobody = 0;
                    if (index == 0 && !inside.compare_exchange_strong(nobody, caller)) {
                        ++mixed;
                    }
                    team_barrier();
                    mixed += inside == caller ? 0 : 1;
                    team_barrier();
                    if (index == 0) {
                        inside = 0;
                    }
                });
                parallel_for(64, 1, [&](int64_t begin, int64_t end) { total += end - begin; });
            }
        });
    }
    for (auto& caller : callers) {
        caller.join();
    }
    EXPECT_EQ(mixed, 0);
    EXPECT_EQ(total, 5 * 100 * 64);
}

// The first region is through although the second thread never looked at it: for a region of parts the caller is
// enough.
TEST(ParallelTest, ForDoesNotWaitForWorkersThatSleep) {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
    std::atomic<int> parts{0};
    for (int i = 0; i < 1000; ++i) {
        parallel_for(2, 1, [&](int64_t begin, int64_t end) { parts += static_cast<int>(end - begin); });
    }
    EXPECT_EQ(parts, 2000);
}

TEST(ParallelTest, AWorkerThatSleptDoesNotWaitForTheCallersCore) {
    cpu_set_t allowed;
    ASSERT_EQ(pthread_getaffinity_np(pthread_self(), sizeof allowed, &allowed), 0);
    if (CPU_COUNT(&allowed) < 2) {
        GTEST_SKIP() << "there is one core";
    }
    ASSERT_GE(parallel_width(), 2U);  // started by a thread that may use all cores
    for (int core = 0; core < CPU_SETSIZE; ++core) {
        if (!CPU_ISSET(static_cast<size_t>(core), &allowed)) {
            continue;
        }
        cpu_set_t one;
        CPU_ZERO(&one);
        CPU_SET(static_cast<size_t>(core), &one);
        ASSERT_EQ(pthread_setaffinity_np(pthread_self(), sizeof one, &one), 0);
        // A worker that has no core may be about to fall asleep for long.
        bool may_come_here = true;
        for (int attempt = 0; attempt < 200 && may_come_here; ++attempt) {
            std::this_thread::sleep_for(std::chrono::milliseconds(10));
            parallel_team(2, [&](int index, int) {
                cpu_set_t cores;
                if (index == 1 && pthread_getaffinity_np(pthread_self(), sizeof cores, &cores) == 0) {
                    may_come_here = CPU_ISSET(static_cast<size_t>(core), &cores);
                }
            });
        }
        EXPECT_FALSE(may_come_here) << core;
    }
    ASSERT_EQ(pthread_setaffinity_np(pthread_self(), sizeof allowed, &allowed), 0);
}

TEST(ParallelTest, ForkedChildRunsAlone) {
    std::atomic<int> before{0};
    parallel_team(kThreads, [&](int, int) { ++before; });
    EXPECT_EQ(before, kThreads);
    const pid_t child = fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
        alarm(20);
        int64_t covered = 0;
        int size = 0;
        parallel_for(1000, 1, [&](int64_t begin, int64_t end) { covered += end - begin; });
        parallel_team(kThreads, [&](int, int count) {
            size += count;
            team_barrier();
        });
        _exit(covered == 1000 && size == 1 && parallel_width() == 1 ? 0 : 1);
    }
    int status = 0;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << status;
}

}  // namespace
}  // namespace softacl
