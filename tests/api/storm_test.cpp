// SPDX-License-Identifier: Apache-2.0
// Everything of the runtime at once: threads and streams up to the limit, a random graph of events across all of them,
// callbacks, memory that is freed while it is used, and devices that are reset with streams alive.
#include <pthread.h>

#include <array>
#include <atomic>
#include <chrono>
#include <memory>
#include <random>

#include "api/fixture.h"

namespace softacl::test {
namespace {

constexpr size_t kCell = 64;
constexpr size_t kServers = 8;

struct Size {
    size_t threads;
    size_t streams;  // of all threads together; the default stream is one more
    int steps;       // of a thread
};

// A number that a stream has written, and the event behind it. What others copy is known before they can see it.
struct Node {
    std::atomic<bool> published{false};
    aclrtEvent event = nullptr;
    uint8_t number = 0;
    bool is_first = false;  // copied from none
};

// The callbacks of a stream, which count up.
struct Line {
    uint64_t server = 0;
    int launched = 0;
    std::atomic<int> ran{0};
};
struct Call {
    Line* line;
    int number;
};

class Storm {
   public:
    explicit Storm(const Size& size)
        : size_(size),
          nodes_(size.threads * static_cast<size_t>(size.steps)),
          lines_(size.streams),
          streams_(size.streams),
          calls_(size.threads * static_cast<size_t>(size.steps)) {
        EXPECT_OK(aclrtSetDevice(0));
        cells_ = device_memory(nodes_.size() * kCell);
        logs_ = device_memory(nodes_.size() * kCell);
        for (size_t i = 0; i < size.streams; ++i) {
            streams_[i] = new_stream();
        }
        for (Node& node : nodes_) {
            node.event = new_event();
        }
    }

    void run(unsigned seed) {
        start_servers();
        std::vector<std::thread> threads;
        for (size_t thread = 0; thread < size_.threads; ++thread) {
            threads.emplace_back([this, thread, seed] { work(thread, seed * 1000 + static_cast<unsigned>(thread)); });
        }
        for (auto& thread : threads) {
            thread.join();
        }
        EXPECT_OK(aclrtSynchronizeDevice());
        // Synchronising has waited for the callbacks that block; the last of the others may still be on their way.
        const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
        for (const Line& line : lines_) {
            while (line.ran < line.launched && std::chrono::steady_clock::now() < deadline) {
                std::this_thread::yield();
            }
            EXPECT_EQ(line.ran, line.launched) << "a callback is lost";
        }
        for (size_t i = 0; i < nodes_.size(); ++i) {
            EXPECT_EQ(cells_[i * kCell], nodes_[i].number) << "node " << i;
            if (nodes_[i].is_first) {
                EXPECT_EQ(logs_[i * kCell], static_cast<uint8_t>(nodes_[i].number + 1)) << "node " << i;
            }
        }
        end();
    }

   private:
    void start_servers() {
        for (auto& id : ids_) {
            servers_.emplace_back([this, &id] {
                id = pthread_self();
                while (!ending_) {
                    if (aclrtProcessReport(5) == ACL_ERROR_RT_THREAD_SUBSCRIBE) {
                        std::this_thread::yield();
                    }
                    aclGetRecentErrMsg();
                }
            });
        }
        for (size_t i = 0; i < lines_.size(); ++i) {
            auto& id = ids_[i % kServers];
            while (id == 0) {
                std::this_thread::yield();
            }
            lines_[i].server = id;
            EXPECT_OK(aclrtSubscribeReport(id, streams_[i]));
        }
    }

    // Half of the streams and all events and memory are left to the reset.
    void end() {
        for (size_t i = 0; i < streams_.size(); ++i) {
            EXPECT_OK(aclrtUnSubscribeReport(lines_[i].server, streams_[i]));
            if (i % 2 == 0) {
                EXPECT_OK(aclrtDestroyStream(streams_[i]));
            }
        }
        ending_ = true;
        for (auto& server : servers_) {
            server.join();
        }
        EXPECT_OK(aclrtResetDevice(0));
    }

    void work(size_t thread, unsigned seed) {
        std::mt19937 random(seed);
        EXPECT_OK(aclrtSetDevice(0));
        const size_t own = size_.streams / size_.threads + (thread < size_.streams % size_.threads ? 1 : 0);
        for (int step = 0; step < size_.steps; ++step) {
            const size_t mine = thread + size_.threads * (random() % own);
            const aclrtStream stream = streams_[mine];
            const auto index = thread * static_cast<size_t>(size_.steps) + static_cast<size_t>(step);
            add_node(index, stream, random);
            if (random() % 4 == 0) {
                launch_callback(index, lines_[mine], stream, random() % 2 == 0);
            }
            if (random() % 8 == 0) {
                use_memory(stream, static_cast<int>(random() % 256));
            }
            if (random() % 16 == 0) {
                EXPECT_OK(aclrtSetDevice(0));
                EXPECT_OK(aclrtResetDevice(0));
            }
            if (random() % 32 == 0) {
                EXPECT_OK(aclrtSynchronizeStream(stream));
            }
        }
        EXPECT_OK(aclrtSynchronizeDevice());
        EXPECT_OK(aclrtResetDevice(0));
    }

    // Copies the number of a node of any thread, if there is one yet, after its event.
    void add_node(size_t index, aclrtStream stream, std::mt19937& random) {
        Node& node = nodes_[index];
        const size_t from = random() % nodes_.size();
        if (from != index && nodes_[from].published.load(std::memory_order_acquire)) {
            node.number = nodes_[from].number;
            EXPECT_OK(aclrtStreamWaitEvent(stream, nodes_[from].event));
            copy(cells_ + index * kCell, cells_ + from * kCell, stream);
        } else {
            // Overwritten in the order of the stream: the log sees the first number, the cell keeps the second.
            node.number = static_cast<uint8_t>(random());
            node.is_first = true;
            uint8_t* log = logs_ + index * kCell;
            EXPECT_OK(aclrtMemsetAsync(cells_ + index * kCell, kCell, node.number + 1, kCell, stream));
            copy(log, cells_ + index * kCell, stream);
            EXPECT_OK(aclrtMemsetAsync(cells_ + index * kCell, kCell, node.number, kCell, stream));
        }
        EXPECT_OK(aclrtRecordEvent(node.event, stream));
        node.published.store(true, std::memory_order_release);
    }

    static void copy(void* to, const void* from, aclrtStream stream) {
        EXPECT_OK(aclrtMemcpyAsync(to, kCell, from, kCell, ACL_MEMCPY_DEVICE_TO_DEVICE, stream));
    }

    void launch_callback(size_t index, Line& line, aclrtStream stream, bool blocking) {
        // Those of a stream come in its order, so the number is that of the callbacks before.
        calls_[index] = {&line, line.launched++};
        const auto run = [](void* data) {
            const auto& call = *static_cast<Call*>(data);
            EXPECT_EQ(call.line->ran, call.number) << "out of order";
            ++call.line->ran;
        };
        EXPECT_OK(
            aclrtLaunchCallback(run, &calls_[index], blocking ? ACL_CALLBACK_BLOCK : ACL_CALLBACK_NO_BLOCK, stream));
    }

    // Freed before the stream comes to it; what is allocated next must not be touched by that.
    static void use_memory(aclrtStream stream, int value) {
        constexpr size_t kSize = 4096;
        uint8_t* doomed = device_memory(kSize);
        EXPECT_OK(aclrtMemsetAsync(doomed, kSize, ~value & 0xff, kSize, stream));
        EXPECT_OK(aclrtFree(doomed));
        uint8_t* next = device_memory(kSize);
        EXPECT_OK(aclrtMemset(next, kSize, value, kSize));
        std::this_thread::yield();
        EXPECT_EQ(next[0], value);
        EXPECT_EQ(next[kSize - 1], value);
        EXPECT_OK(aclrtFree(next));
    }

    const Size size_;
    std::vector<Node> nodes_;
    std::vector<Line> lines_;
    std::vector<aclrtStream> streams_;
    std::vector<Call> calls_;
    uint8_t* cells_ = nullptr;
    uint8_t* logs_ = nullptr;
    std::atomic<bool> ending_{false};
    std::array<std::atomic<uint64_t>, kServers> ids_{};
    std::vector<std::thread> servers_;
};

using StormTest = Library;

MemInfo free_memory() {
    EXPECT_OK(aclrtSetDevice(0));
    const MemInfo info = mem_info();
    EXPECT_OK(aclrtResetDevice(0));
    return info;
}

TEST_F(StormTest, LosesNothing) {
    const MemInfo before = free_memory();
    for (unsigned round = 0; round < 3; ++round) {
        Storm({8, 40, 60}).run(round);
        EXPECT_EQ(free_memory().free, before.free) << "memory is returned";
    }
}

TEST_F(StormTest, SlowAtFullSize) {
    const MemInfo before = free_memory();
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    for (unsigned round = 0; round == 0 || std::chrono::steady_clock::now() < end; ++round) {
        Storm({64, 511, 400}).run(round);
        EXPECT_EQ(free_memory().free, before.free) << "memory is returned";
    }
}

}  // namespace
}  // namespace softacl::test
