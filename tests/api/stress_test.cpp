// SPDX-License-Identifier: Apache-2.0
// Many threads, streams and events at once: order inside a stream and across events is proven by what was copied.
#include <gtest/gtest.h>
#include <pthread.h>

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <random>
#include <thread>
#include <vector>

#include "acl/acl.h"
#include "softacl/callback.h"

namespace {

void must(aclError code, const char* what) {
    if (code != ACL_SUCCESS) {
        const char* message = aclGetRecentErrMsg();
        ADD_FAILURE() << what << " gave " << code << ": " << (message ? message : "no message");
    }
}
#define MUST(call) must((call), #call)

constexpr size_t kCell = 64;  // one number per cell: asynchronous copies want aligned addresses

// Cells of device memory that hold one number each.
class Cells {
   public:
    explicit Cells(size_t count) { MUST(aclrtMalloc(&memory_, count * kCell, ACL_MEM_MALLOC_HUGE_FIRST)); }
    ~Cells() { MUST(aclrtFree(memory_)); }
    Cells(const Cells&) = delete;
    Cells& operator=(const Cells&) = delete;
    void* at(size_t i) const { return static_cast<char*>(memory_) + i * kCell; }
    uint8_t read(size_t i) const { return *static_cast<const uint8_t*>(at(i)); }

   private:
    void* memory_ = nullptr;
};

void set(void* cell, int value, aclrtStream stream) { MUST(aclrtMemsetAsync(cell, kCell, value, kCell, stream)); }
void copy(void* to, const void* from, aclrtStream stream) {
    MUST(aclrtMemcpyAsync(to, kCell, from, kCell, ACL_MEMCPY_DEVICE_TO_DEVICE, stream));
}

class Stress : public testing::Test {
   protected:
    void SetUp() override {
        MUST(aclInit(nullptr));
        MUST(aclrtSetDevice(0));
        MUST(aclrtGetMemInfo(ACL_DDR_MEM, &free_at_start_, &total_));
    }
    void TearDown() override {
        size_t free_at_end = 0;
        MUST(aclrtGetMemInfo(ACL_DDR_MEM, &free_at_end, &total_));
        EXPECT_EQ(free_at_end, free_at_start_) << "all memory is returned";
        MUST(aclrtResetDevice(0));
        MUST(aclFinalize());
    }
    size_t free_at_start_ = 0;
    size_t total_ = 0;
};

// Each thread has its own context and streams; every stream overwrites one cell and logs it after each write.
TEST_F(Stress, TasksOfAStreamRunInOrder) {
    constexpr int kThreads = 8;
    constexpr int kStreams = 6;
    constexpr int kSteps = 200;
    std::vector<std::thread> threads;
    for (int t = 0; t < kThreads; ++t) {
        threads.emplace_back([] {
            aclrtContext context = nullptr;
            MUST(aclrtCreateContext(&context, 0));
            {
                std::vector<aclrtStream> streams(kStreams);
                std::vector<std::unique_ptr<Cells>> cells;
                for (auto& stream : streams) {
                    MUST(aclrtCreateStream(&stream));
                    cells.push_back(std::make_unique<Cells>(kSteps + 1));
                }
                for (int step = 0; step < kSteps; ++step) {
                    for (int s = 0; s < kStreams; ++s) {
                        set(cells[s]->at(0), step, streams[s]);
                        copy(cells[s]->at(step + 1), cells[s]->at(0), streams[s]);
                    }
                    if (step % 37 == 0) {
                        MUST(aclrtSynchronizeStream(streams[step % kStreams]));
                    }
                }
                MUST(aclrtSynchronizeDevice());
                for (int s = 0; s < kStreams; ++s) {
                    for (int step = 0; step < kSteps; ++step) {
                        EXPECT_EQ(cells[s]->read(step + 1), static_cast<uint8_t>(step));
                    }
                    MUST(aclrtDestroyStream(streams[s]));
                }
            }
            MUST(aclrtDestroyContext(context));
        });
    }
    for (auto& thread : threads) {
        thread.join();
    }
}

// A random acyclic graph: each node copies a number from a node before it, in another stream, after its event.
void run_random_event_graph(unsigned seed) {
    constexpr size_t kStreams = 100;
    constexpr size_t kNodes = 2000;
    std::mt19937 random(seed);
    std::vector<aclrtStream> streams(kStreams);
    for (auto& stream : streams) {
        MUST(aclrtCreateStream(&stream));
    }
    std::vector<aclrtEvent> events(kNodes);
    std::vector<uint8_t> expected(kNodes);
    Cells cells(kNodes);
    for (size_t node = 0; node < kNodes; ++node) {
        MUST(aclrtCreateEvent(&events[node]));
        const aclrtStream stream = streams[random() % kStreams];
        if (node < 10) {
            expected[node] = static_cast<uint8_t>(random());
            set(cells.at(node), expected[node], stream);
        } else {
            const size_t from = random() % node;
            expected[node] = expected[from];
            MUST(aclrtStreamWaitEvent(stream, events[from]));
            copy(cells.at(node), cells.at(from), stream);
        }
        MUST(aclrtRecordEvent(events[node], stream));
    }
    MUST(aclrtSynchronizeDevice());
    for (size_t node = 0; node < kNodes; ++node) {
        EXPECT_EQ(cells.read(node), expected[node]) << node;
        MUST(aclrtDestroyEvent(events[node]));
    }
    for (auto& stream : streams) {
        MUST(aclrtDestroyStream(stream));
    }
}

TEST_F(Stress, RandomEventGraphsKeepTheirOrder) { run_random_event_graph(3); }

TEST_F(Stress, SlowManyRandomEventGraphs) {
    for (unsigned seed = 0; seed < 1000; ++seed) {
        run_random_event_graph(seed);
    }
}

// Frees overtake the work that uses the memory; what is allocated next must not be touched by it.
TEST_F(Stress, MemoryFreedWithWorkQueuedIsNotReusedEarly) {
    constexpr int kThreads = 6;
    constexpr int kRounds = 300;
    std::vector<std::thread> threads;
    for (int t = 0; t < kThreads; ++t) {
        threads.emplace_back([t] {
            MUST(aclrtSetDevice(0));
            aclrtStream stream = nullptr;
            MUST(aclrtCreateStream(&stream));
            std::mt19937 random(static_cast<unsigned>(t));
            for (int round = 0; round < kRounds; ++round) {
                const size_t size = kCell * (1 + random() % 500);
                void* doomed = nullptr;
                MUST(aclrtMalloc(&doomed, size, ACL_MEM_MALLOC_NORMAL_ONLY));
                MUST(aclrtMemsetAsync(doomed, size, 0xee, size, stream));
                MUST(aclrtFree(doomed));
                void* next = nullptr;
                MUST(aclrtMalloc(&next, size, ACL_MEM_MALLOC_NORMAL_ONLY));
                MUST(aclrtMemset(next, size, t, size));
                MUST(aclrtSynchronizeStream(stream));
                const auto* bytes = static_cast<const uint8_t*>(next);
                EXPECT_EQ(bytes[0], t);
                EXPECT_EQ(bytes[size - 1], t);
                MUST(aclrtFree(next));
            }
            MUST(aclrtDestroyStream(stream));
            MUST(aclrtResetDevice(0));
        });
    }
    for (auto& thread : threads) {
        thread.join();
    }
}

// Threads create, use, destroy and force-destroy streams and events that others use at the same time.
TEST_F(Stress, ConcurrentDestructionGivesCodesNotCrashes) {
    constexpr int kThreads = 6;
    constexpr int kObjects = 16;
    std::array<std::atomic<aclrtStream>, kObjects> streams{};
    std::array<std::atomic<aclrtEvent>, kObjects> events{};
    std::atomic<int> successes{0};
    std::vector<std::thread> threads;
    for (int t = 0; t < kThreads; ++t) {
        threads.emplace_back([&, t] {
            MUST(aclrtSetDevice(0));
            Cells cell(1);
            std::mt19937 random(static_cast<unsigned>(t) + 100);
            for (int i = 0; i < 3000; ++i) {
                auto& stream = streams[random() % kObjects];
                auto& event = events[random() % kObjects];
                const auto stale_stream = stream.load();
                const auto stale_event = event.load();
                aclrtStream made = nullptr;
                switch (random() % 8) {
                    case 0:
                        if (aclrtCreateStream(&made) == ACL_SUCCESS) {
                            const aclrtStream old = stream.exchange(made);
                            aclrtDestroyStreamForce(old);
                        }
                        break;
                    case 1:
                        if (aclrtCreateEvent(&made) == ACL_SUCCESS) {
                            aclrtDestroyEvent(event.exchange(made));
                        }
                        break;
                    case 2: successes += aclrtRecordEvent(stale_event, stale_stream) == ACL_SUCCESS; break;
                    case 3: {
                        aclrtEventRecordedStatus status{};
                        successes += aclrtQueryEventStatus(stale_event, &status) == ACL_SUCCESS;
                        // Only what is already recorded: an event destroyed before its record would hold the stream.
                        if (status == ACL_EVENT_RECORDED_STATUS_COMPLETE) {
                            aclrtStreamWaitEvent(stale_stream, stale_event);
                        }
                        break;
                    }
                    case 4: aclrtSynchronizeStreamWithTimeout(stale_stream, 1); break;
                    default: successes += aclrtMemsetAsync(cell.at(0), kCell, 1, 0, stale_stream) == ACL_SUCCESS;
                }
                aclGetRecentErrMsg();
            }
            aclrtSynchronizeDevice();  // may report what a dropped event passed on
            MUST(aclrtResetDevice(0));
        });
    }
    for (auto& thread : threads) {
        thread.join();
    }
    EXPECT_GT(successes, 0);
}

// Streams with callbacks are made, given to one thread and another, and destroyed in every way at once: each callback
// is run or dropped, those of a stream in order, and nothing waits for ever.
TEST_F(Stress, EveryCallbackRunsOrIsDropped) {
    constexpr int kServers = 4;
    constexpr int kClients = 4;
    constexpr int kRounds = 40;
    constexpr int kCallbacks = 60;
    struct Counts {
        std::atomic<int> ran{0};
        std::atomic<int> dropped{0};
        std::atomic<int> last{-1};
    };
    struct Numbered {
        Counts* counts;
        int number;
    };
    const auto run = [](void* data) {
        const std::unique_ptr<Numbered> numbered(static_cast<Numbered*>(data));
        EXPECT_LT(numbered->counts->last.exchange(numbered->number), numbered->number);
        ++numbered->counts->ran;
    };
    const auto drop = [](void* data) {
        const std::unique_ptr<Numbered> numbered(static_cast<Numbered*>(data));
        ++numbered->counts->dropped;
    };

    std::atomic<bool> ending{false};
    std::array<std::atomic<uint64_t>, kServers> ids{};
    std::vector<std::thread> servers;
    for (auto& id : ids) {
        servers.emplace_back([&ending, &id] {
            id = pthread_self();
            while (!ending) {
                if (aclrtProcessReport(5) == ACL_ERROR_RT_THREAD_SUBSCRIBE) {
                    std::this_thread::yield();
                }
                aclGetRecentErrMsg();
            }
        });
    }
    for (const auto& id : ids) {
        while (id == 0) {
            std::this_thread::yield();
        }
    }

    std::vector<std::unique_ptr<Counts>> all;
    for (int i = 0; i < kClients * kRounds; ++i) {
        all.push_back(std::make_unique<Counts>());
    }
    std::vector<std::thread> clients;
    for (int c = 0; c < kClients; ++c) {
        clients.emplace_back([&, c] {
            MUST(aclrtSetDevice(0));
            std::mt19937 random(static_cast<unsigned>(c));
            for (int round = 0; round < kRounds; ++round) {
                Counts& counts = *all[static_cast<size_t>(c * kRounds + round)];
                aclrtStream stream = nullptr;
                MUST(aclrtCreateStream(&stream));
                uint64_t server = ids[random() % kServers];
                MUST(aclrtSubscribeReport(server, stream));
                for (int i = 0; i < kCallbacks; ++i) {
                    const auto type = random() % 2 ? ACL_CALLBACK_BLOCK : ACL_CALLBACK_NO_BLOCK;
                    MUST(softaclLaunchCallback(run, drop, new Numbered{&counts, i}, type, stream));
                }
                const unsigned way = random() % 4;
                if (way == 0) {
                    MUST(aclrtSynchronizeStream(stream));
                }
                if (way <= 1) {
                    MUST(aclrtUnSubscribeReport(server, stream));
                }
                MUST(way == 2 ? aclrtDestroyStreamForce(stream) : aclrtDestroyStream(stream));
                aclGetRecentErrMsg();
            }
            MUST(aclrtResetDevice(0));
        });
    }
    for (auto& client : clients) {
        client.join();
    }
    ending = true;
    for (auto& server : servers) {
        server.join();
    }
    int ran = 0;
    for (const auto& counts : all) {
        EXPECT_EQ(counts->ran + counts->dropped, kCallbacks);
        ran += counts->ran;
    }
    EXPECT_GT(ran, 0);
}

}  // namespace
