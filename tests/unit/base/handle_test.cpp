// SPDX-License-Identifier: Apache-2.0
#include "base/handle.h"

#include <gtest/gtest.h>

#include <atomic>
#include <random>
#include <thread>

#include "acl/acl_base.h"

namespace softacl {
namespace {

struct Thing : Object {
    static constexpr Kind kKind = Kind::kStream;
    explicit Thing(std::atomic<int>* count = nullptr) : alive(count) {
        if (alive != nullptr) ++*alive;
    }
    ~Thing() override {
        if (alive != nullptr) --*alive;
    }
    std::atomic<int>* alive;
};
struct OtherThing : Object {
    static constexpr Kind kKind = Kind::kEvent;
};

Handle make(std::atomic<int>* alive = nullptr) { return *make_handle(Kind::kStream, std::make_shared<Thing>(alive)); }

TEST(Handle, NamesItsObject) {
    auto thing = std::make_shared<Thing>();
    const Handle handle = *make_handle(Kind::kStream, thing);
    EXPECT_EQ(pin<Thing>(handle, "stream")->get(), thing.get());
    EXPECT_GT(static_cast<int64_t>(handle), 0) << "a positive number in every language";
    retire_handle(handle);
}

TEST(Handle, TellsMistakesApart) {
    const Handle handle = make();
    EXPECT_EQ(pin<Thing>(Handle{0}, "stream").status().code(), ACL_ERROR_INVALID_PARAM);
    EXPECT_EQ(pin<Thing>(Handle{1234}, "stream").status().code(), ACL_ERROR_RT_INVALID_HANDLE);
    const Status foreign = pin<OtherThing>(handle, "event").status();
    EXPECT_EQ(foreign.code(), ACL_ERROR_RT_INVALID_HANDLE);
    EXPECT_NE(foreign.message().find("kind stream"), std::string::npos) << foreign.message();
    retire_handle(handle);
    const Status destroyed = pin<Thing>(handle, "stream").status();
    EXPECT_EQ(destroyed.code(), ACL_ERROR_RT_INVALID_HANDLE);
    EXPECT_NE(destroyed.message().find("destroyed"), std::string::npos) << destroyed.message();
}

TEST(Handle, OfAKindAreRetiredTogether) {
    std::atomic<int> alive{0};
    const Handle stream = make(&alive);
    const Handle pinned = make(&alive);
    auto keep = pin<Thing>(pinned, "stream");
    const Handle event = *make_handle(Kind::kEvent, std::make_shared<OtherThing>());
    EXPECT_EQ(retire_handles(Kind::kStream), 2U);
    EXPECT_EQ(alive, 1) << "a call still uses the other";
    EXPECT_FALSE(pin<Thing>(stream, "stream").ok());
    EXPECT_FALSE(pin<Thing>(pinned, "stream").ok());
    EXPECT_TRUE(pin<OtherThing>(event, "event").ok());
    EXPECT_EQ(retire_handles(Kind::kStream), 0U);
    retire_handle(event);
}

TEST(Handle, ForgedKindIsRefused) {
    const Handle stream = make();
    const Handle forged = (stream & ~(Handle{0xff} << 52)) | (Handle{static_cast<uint8_t>(Kind::kEvent)} << 52);
    EXPECT_FALSE(pin<OtherThing>(forged, "event").ok());
    EXPECT_TRUE(pin<Thing>(stream, "stream").ok());
    retire_handle(stream);
}

TEST(Handle, NoRandomNumberIsAHandle) {
    const Handle handle = make();
    std::mt19937_64 random(1);
    for (int i = 0; i < 100000; ++i) {
        const Handle guess = random();
        EXPECT_TRUE(guess == handle || !pin<Thing>(guess, "stream").ok()) << guess;
        const Handle near = handle ^ (Handle{1} << (random() % 64));
        EXPECT_FALSE(pin<Thing>(near, "stream").ok()) << near;
    }
    retire_handle(handle);
}

TEST(Handle, PinKeepsTheObjectBeyondDestruction) {
    std::atomic<int> alive{0};
    const Handle handle = make(&alive);
    {
        const auto pinned = pin<Thing>(handle, "stream");
        EXPECT_TRUE(retire_handle(handle));
        EXPECT_FALSE(retire_handle(handle)) << "only one caller destroys";
        EXPECT_EQ(alive, 1);
    }
    EXPECT_EQ(alive, 0);
}

TEST(Handle, ShareOutlivesPinAndHandle) {
    std::atomic<int> alive{0};
    const Handle handle = make(&alive);
    std::shared_ptr<Thing> shared = pin<Thing>(handle, "stream")->share();
    retire_handle(handle);
    EXPECT_EQ(alive, 1);
    shared.reset();
    EXPECT_EQ(alive, 0);
}

TEST(Handle, CountsLiveOnes) {
    const size_t before = live_handles(Kind::kStream);
    const Handle handle = make();
    EXPECT_EQ(live_handles(Kind::kStream), before + 1);
    retire_handle(handle);
    EXPECT_EQ(live_handles(Kind::kStream), before);
}

TEST(Handle, AnyNumberMayBeLive) {
    std::atomic<int> alive{0};
    std::vector<Handle> handles;
    for (int i = 0; i < 5000; ++i) {
        handles.push_back(make(&alive));
    }
    for (const Handle handle : handles) {
        EXPECT_TRUE(pin<Thing>(handle, "stream").ok());
        EXPECT_TRUE(retire_handle(handle));
    }
    EXPECT_EQ(alive, 0);
}

// Many threads look up, destroy and make: a pinned object is always alive, every object dies once.
TEST(Handle, SurvivesConcurrentUseAndDestruction) {
    constexpr int kSlots = 8;
    std::atomic<int> alive{0};
    std::array<std::atomic<Handle>, kSlots> handles{};
    for (auto& handle : handles) {
        handle = make(&alive);
    }
    std::atomic<int> dead_objects_seen{0};
    std::vector<std::thread> threads;
    for (unsigned seed = 0; seed < 4; ++seed) {
        threads.emplace_back([&, seed] {
            std::mt19937 random(seed);
            for (int i = 0; i < 20000; ++i) {
                auto& handle = handles[random() % kSlots];
                if (random() % 16 == 0) {
                    const Handle old = handle.load();
                    if (retire_handle(old)) {
                        handle.store(make(&alive));
                    }
                } else if (auto pinned = pin<Thing>(handle.load(), "stream"); pinned.ok()) {
                    dead_objects_seen += (*pinned)->alive != &alive;
                }
            }
        });
    }
    for (auto& thread : threads) {
        thread.join();
    }
    EXPECT_EQ(dead_objects_seen, 0);
    for (auto& handle : handles) {
        retire_handle(handle);
    }
    EXPECT_EQ(alive, 0);
}

}  // namespace
}  // namespace softacl
