// SPDX-License-Identifier: Apache-2.0
// Where log lines go. Settings are read once per process, so each case is a process of its own.
#include "base/log.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

namespace softacl {
namespace {

namespace fs = std::filesystem;

class LogDeathTest : public testing::Test {
   protected:
    void SetUp() override {
        GTEST_FLAG_SET(death_test_style, "threadsafe");
        for (const char* name : {"SOFTACL_LOG_LEVEL", "ASCEND_GLOBAL_LOG_LEVEL", "ASCEND_SLOG_PRINT_TO_STDOUT"}) {
            unsetenv(name);
        }
        // The same folder in the test and in the process that the death test starts.
        folder_ = fs::temp_directory_path() / (std::string("softacl-log-test-") + std::to_string(getpid()));
        if (const char* inherited = std::getenv("SOFTACL_LOG_TEST_FOLDER")) {
            folder_ = inherited;
        }
        setenv("SOFTACL_LOG_TEST_FOLDER", folder_.c_str(), 1);
        setenv("ASCEND_PROCESS_LOG_PATH", folder_.c_str(), 1);
    }
    void TearDown() override {
        fs::remove_all(folder_);
        unsetenv("SOFTACL_LOG_TEST_FOLDER");
    }

    // What a process with one line of each level wrote, after `variable` was set.
    std::string written_with(const char* variable, const char* value) {
        fs::remove_all(folder_);
        const auto body = [&] {
            setenv(variable, value, 1);
            log(LogLevel::kDebug, SOFTACL_HERE, "a debug line");
            log(LogLevel::kInfo, SOFTACL_HERE, "an info line");
            log(LogLevel::kWarning, SOFTACL_HERE, "a warning line");
            log(LogLevel::kError, SOFTACL_HERE, "an error line");
            std::_Exit(0);
        };
        EXPECT_EXIT(body(), testing::ExitedWithCode(0), "^$") << "nothing on standard error";
        std::string all;
        if (fs::exists(folder_)) {
            for (const auto& entry : fs::directory_iterator(folder_)) {
                std::ifstream file(entry.path());
                all.append(std::istreambuf_iterator<char>(file), {});
            }
        }
        return all;
    }
    static bool has(const std::string& text, const char* part) { return text.find(part) != std::string::npos; }

    fs::path folder_;
};

TEST_F(LogDeathTest, OnlyErrorsByDefault) {
    const std::string written = written_with("SOFTACL_UNUSED", "1");
    EXPECT_TRUE(has(written, "[ERROR] ACL(")) << written;
    EXPECT_TRUE(has(written, "[log_test.cpp:")) << written;
    EXPECT_TRUE(has(written, "an error line")) << written;
    EXPECT_FALSE(has(written, "warning line")) << written;
}

TEST_F(LogDeathTest, LevelByName) {
    EXPECT_TRUE(has(written_with("SOFTACL_LOG_LEVEL", "debug"), "[DEBUG] ACL("));
    EXPECT_FALSE(has(written_with("SOFTACL_LOG_LEVEL", "info"), "a debug line"));
    EXPECT_EQ(written_with("SOFTACL_LOG_LEVEL", "off"), "");
}

TEST_F(LogDeathTest, LevelByNumber) {
    EXPECT_TRUE(has(written_with("ASCEND_GLOBAL_LOG_LEVEL", "2"), "[WARNING] ACL("));
    EXPECT_FALSE(has(written_with("ASCEND_GLOBAL_LOG_LEVEL", "2"), "an info line"));
    EXPECT_EQ(written_with("ASCEND_GLOBAL_LOG_LEVEL", "4"), "");
}

TEST_F(LogDeathTest, ToStandardOutputOnRequest) {
    EXPECT_EQ(written_with("ASCEND_SLOG_PRINT_TO_STDOUT", "1"), "") << "then no file";
}

}  // namespace
}  // namespace softacl
