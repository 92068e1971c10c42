// SPDX-License-Identifier: Apache-2.0
// Models under load: many threads that load, run and unload, each for itself and all with one; nothing is lost, every
// result is right, and all memory comes back. The thread sanitizer runs it, too.
#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <thread>

#include "api/models.h"

namespace softacl::test {
namespace {

constexpr int kThreads = 8;
using Values = std::array<float, 6>;

class Storm : public Runtime {
   protected:
    static size_t free_memory() {
        size_t free = 0;
        size_t total = 0;
        EXPECT_OK(aclrtGetMemInfo(ACL_DDR_MEM, &free, &total));
        return free;
    }

    // A worker may let go of its last task a moment after a synchronise has returned.
    static void expect_free_memory(size_t expected) {
        for (int i = 0; i < 1000 && free_memory() != expected; ++i) {
            std::this_thread::sleep_for(std::chrono::milliseconds(5));
        }
        EXPECT_EQ(free_memory(), expected);
    }

    // Each on a thread of its own, which names the device first.
    template <class Work>
    static void on_threads(const Work& work) {
        std::vector<std::thread> threads;
        for (int i = 0; i < kThreads; ++i) {
            threads.emplace_back([&work, i] {
                EXPECT_OK(aclrtSetDevice(0));
                work(i);
                EXPECT_OK(aclrtResetDevice(0));
            });
        }
        for (std::thread& thread : threads) {
            thread.join();
        }
    }

    static void release(aclmdlDataset* dataset) {
        for (size_t i = 0; i < aclmdlGetDatasetNumBuffers(dataset); ++i) {
            EXPECT_OK(aclDestroyDataBuffer(aclmdlGetDatasetBuffer(dataset, i)));
        }
        EXPECT_OK(aclmdlDestroyDataset(dataset));
    }
};

// Inputs and outputs of sum_difference with numbers of their own.
class Sums {
   public:
    explicit Sums(int seed) {
        for (size_t i = 0; i < a_.size(); ++i) {
            a_[i] = static_cast<float>(seed + static_cast<int>(i));
            b_[i] = static_cast<float>(3 * seed);
        }
    }
    aclmdlDataset* inputs() { return dataset({{a_.data(), sizeof a_}, {b_.data(), sizeof b_}}); }
    aclmdlDataset* outputs() { return dataset({{sum_.data(), sizeof sum_}, {difference_.data(), sizeof difference_}}); }
    bool right() const {
        bool right = true;
        for (size_t i = 0; i < a_.size(); ++i) {
            right = right && sum_[i] == a_[i] + b_[i] && difference_[i] == a_[i] - b_[i];
        }
        return right;
    }

   private:
    Values a_{};
    Values b_{};
    Values sum_{};
    Values difference_{};
};

TEST_F(Storm, EachThreadWithItsOwnModels) {
    const size_t before = free_memory();
    on_threads([](int thread) {
        for (int round = 0; round < 20; ++round) {
            const uint32_t id = load("sum_difference");
            Sums sums(thread * 100 + round);
            aclmdlDataset* inputs = sums.inputs();
            aclmdlDataset* outputs = sums.outputs();
            for (int i = 0; i < 5; ++i) {
                EXPECT_OK(aclmdlExecute(id, inputs, outputs));
            }
            EXPECT_OK(aclmdlUnload(id));
            EXPECT_TRUE(sums.right());
            release(inputs);
            release(outputs);
        }
    });
    expect_free_memory(before);
}

// Tasks in the streams of all threads; every stream sees its own numbers.
TEST_F(Storm, AllThreadsWithOneModel) {
    const size_t before = free_memory();
    const uint32_t id = load("sum_difference");
    on_threads([id](int thread) {
        aclrtStream stream = nullptr;
        EXPECT_OK(aclrtCreateStream(&stream));
        for (int round = 0; round < 20; ++round) {
            Sums first(thread * 100 + round);
            Sums second(-thread);
            std::vector<aclmdlDataset*> sets = {first.inputs(), first.outputs(), second.inputs(), second.outputs()};
            EXPECT_OK(aclmdlExecuteAsync(id, sets[0], sets[1], stream));
            EXPECT_OK(aclmdlExecuteAsync(id, sets[2], sets[3], stream));
            EXPECT_OK(aclrtSynchronizeStream(stream));
            EXPECT_TRUE(first.right() && second.right());
            std::for_each(sets.begin(), sets.end(), release);
        }
        EXPECT_OK(aclrtDestroyStream(stream));
    });
    EXPECT_OK(aclmdlUnload(id));
    expect_free_memory(before);
}

// The shapes that others have in use are made, forgotten and made again meanwhile.
TEST_F(Storm, AllThreadsWithShapesOfTheirOwn) {
    const size_t before = free_memory();
    const uint32_t id = load("free_shapes");
    on_threads([id](int thread) {
        for (int round = 0; round < 20; ++round) {
            const int64_t dims[] = {1 + thread % 4, 1 + (thread + round * 7) % 90};
            const auto count = static_cast<size_t>(dims[0] * dims[1]);
            std::vector<float> x(count, static_cast<float>(thread + round));
            std::vector<float> y(count);
            aclmdlDataset* inputs = dataset({{x.data(), count * sizeof x[0]}});
            aclmdlDataset* outputs = dataset({{y.data(), count * sizeof y[0]}});
            aclTensorDesc* desc = aclCreateTensorDesc(ACL_FLOAT, 2, dims, ACL_FORMAT_ND);
            EXPECT_OK(aclmdlSetDatasetTensorDesc(inputs, desc, 0));
            aclDestroyTensorDesc(desc);
            EXPECT_OK(aclmdlExecute(id, inputs, outputs));
            EXPECT_EQ(y, std::vector<float>(count, 2 * x[0]));
            release(inputs);
            release(outputs);
        }
    });
    EXPECT_OK(aclmdlUnload(id));
    expect_free_memory(before);
}

// A model is taken away while others run it: a call succeeds with the right numbers, or says that the model is gone.
TEST_F(Storm, ModelsThatOthersUnload) {
    const size_t before = free_memory();
    std::atomic<uint32_t> shared{load("sum_difference")};
    on_threads([&shared](int thread) {
        for (int round = 0; round < 40; ++round) {
            if (thread == 0) {
                const uint32_t old = shared.exchange(load("sum_difference"));
                EXPECT_OK(aclmdlUnload(old));
                continue;
            }
            Sums sums(thread * 100 + round);
            aclmdlDataset* inputs = sums.inputs();
            aclmdlDataset* outputs = sums.outputs();
            const aclError code = aclmdlExecute(shared, inputs, outputs);
            EXPECT_TRUE(code == ACL_SUCCESS ? sums.right() : code == ACL_ERROR_GE_EXEC_MODEL_ID_INVALID) << code;
            release(inputs);
            release(outputs);
        }
    });
    EXPECT_OK(aclmdlUnload(shared));
    expect_free_memory(before);
}

}  // namespace
}  // namespace softacl::test
