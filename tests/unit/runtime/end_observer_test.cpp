// SPDX-License-Identifier: Apache-2.0
#include "runtime/end_observer.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "runtime/process.h"

namespace softacl::runtime {
namespace {

class Diary final : public EndObserver {
   public:
    std::shared_ptr<void> device_ends(Device& device) override {
        entries.push_back("device " + std::to_string(device.id()) + " ends");
        return std::shared_ptr<void>(this, [this](void*) { entries.emplace_back("residents go"); });
    }
    void process_ends() override { entries.emplace_back("process ends"); }

    std::vector<std::string> entries;
};

TEST(EndObserver, HearsOfDeviceAndProcess) {
    static auto& diary = *new Diary;  // observers live as long as the process
    observe_ends(diary);
    Process& process = Process::instance();
    ASSERT_TRUE(process.initialize(nullptr, [](const Config&) { return Status(); }).ok());
    Device& device = **process.device(0);
    ASSERT_TRUE(device.acquire().ok());
    ASSERT_TRUE(device.acquire().ok());
    ASSERT_TRUE(device.release().ok());
    EXPECT_TRUE(diary.entries.empty()) << "one reference is left";
    ASSERT_TRUE(device.release().ok());
    EXPECT_EQ(diary.entries, (std::vector<std::string>{"device 0 ends", "residents go"}));
    ASSERT_TRUE(process.finalize().ok());
    EXPECT_EQ(diary.entries.back(), "process ends");
}

}  // namespace
}  // namespace softacl::runtime
