// SPDX-License-Identifier: Apache-2.0
#include "exec/registry.h"

#include <gtest/gtest.h>

#include <future>
#include <thread>

#include "acl/acl_base.h"
#include "fake_model.h"

namespace softacl::exec {
namespace {

constexpr int kUnknown = ACL_ERROR_GE_EXEC_MODEL_ID_INVALID;

// A model that runs until it is let go.
struct Held {
    std::promise<void> started;
    std::promise<void> let_go;
    std::shared_ptr<LoadedModel> model = loaded({}, [this](auto&, auto&) -> Status {
        started.set_value();
        let_go.get_future().wait();
        return {};
    });
};

TEST(Registry, CountsIdsUp) {
    Registry& registry = Registry::instance();
    const uint32_t first = registry.add(loaded({}));
    const uint32_t second = registry.add(loaded({}));
    EXPECT_GE(first, 1U);
    EXPECT_EQ(second, first + 1);
    EXPECT_TRUE(registry.unload(second).ok());
    const uint32_t third = registry.add(loaded({}));
    EXPECT_EQ(third, first + 2) << "an id is not given twice";
    EXPECT_TRUE(registry.find(first, kUnknown).ok());
    EXPECT_EQ(registry.find(second, kUnknown).status().code(), kUnknown);
    EXPECT_EQ(registry.find(second, ACL_ERROR_INVALID_MODEL_ID).status().code(), ACL_ERROR_INVALID_MODEL_ID);
    EXPECT_EQ(registry.unload(second).code(), kUnknown);
    EXPECT_EQ(registry.unload(0).code(), kUnknown);
    EXPECT_TRUE(registry.unload(first).ok());
    EXPECT_TRUE(registry.unload(third).ok());
}

TEST(Registry, UnloadWaitsForARunningCall) {
    Registry& registry = Registry::instance();
    Held held;
    const uint32_t id = registry.add(held.model);
    std::thread runner([model = std::move(held.model)]() mutable {
        EXPECT_TRUE(model->execute(*model->info()->variants[0], {}, {}, any_run()).ok());
        model.reset();
    });
    held.started.get_future().wait();
    auto unloaded = std::async(std::launch::async, [&] { return registry.unload(id).ok(); });
    EXPECT_EQ(unloaded.wait_for(std::chrono::milliseconds(30)), std::future_status::timeout);
    EXPECT_FALSE(registry.find(id, kUnknown).ok()) << "nobody can start another call meanwhile";
    held.let_go.set_value();
    EXPECT_TRUE(unloaded.get());
    runner.join();
    EXPECT_EQ(FakeModel::alive, 0);
}

TEST(Registry, QueuedWorkKeepsAnUnloadedModel) {
    Registry& registry = Registry::instance();
    int runs = 0;
    const uint32_t id = registry.add(loaded({}, [&](auto&, auto&) -> Status {
        ++runs;
        return {};
    }));
    std::shared_ptr<LoadedModel> queued = *registry.find(id, kUnknown);
    EXPECT_TRUE(registry.unload(id).ok());
    EXPECT_TRUE(queued->execute(*queued->info()->variants[0], {}, {}, any_run()).ok());
    EXPECT_EQ(runs, 1);
    queued.reset();
    EXPECT_EQ(FakeModel::alive, 0);
}

TEST(Registry, LosesTheModelsOfADevice) {
    Registry& registry = Registry::instance();
    runtime::Device other(1, 1 << 20);
    const uint32_t here = registry.add(loaded({}));
    const uint32_t there =
        registry.add(std::make_shared<LoadedModel>(std::make_shared<FakeModel>(ModelInfo{}, FakeModel::Work{}), other));
    std::shared_ptr<void> evicted = registry.device_ends(first_device());
    EXPECT_FALSE(registry.find(here, kUnknown).ok());
    EXPECT_TRUE(registry.find(there, kUnknown).ok());
    EXPECT_EQ(FakeModel::alive, 2) << "alive until the streams are closed";
    evicted.reset();
    EXPECT_EQ(FakeModel::alive, 1);
    EXPECT_TRUE(registry.unload(there).ok());
}

TEST(Registry, IsToldWhenADeviceIsReset) {
    ASSERT_TRUE(first_device().acquire().ok());
    const uint32_t id = Registry::instance().add(loaded({}));
    ASSERT_TRUE(first_device().release().ok());
    EXPECT_FALSE(Registry::instance().find(id, kUnknown).ok());
    EXPECT_EQ(FakeModel::alive, 0);
}

TEST(Registry, ServesManyThreads) {
    Registry& registry = Registry::instance();
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t) {
        threads.emplace_back([&] {
            for (int i = 0; i < 200; ++i) {
                const uint32_t id = registry.add(loaded({}));
                const auto model = registry.find(id, kUnknown);
                ASSERT_TRUE(model.ok());
                EXPECT_TRUE((*model)->execute(*(*model)->info()->variants[0], {}, {}, any_run()).ok());
                EXPECT_TRUE(registry.unload(id).ok());
            }
        });
    }
    for (std::thread& thread : threads) {
        thread.join();
    }
    EXPECT_EQ(FakeModel::alive, 0);
}

}  // namespace
}  // namespace softacl::exec
