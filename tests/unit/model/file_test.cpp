// SPDX-License-Identifier: Apache-2.0
// Parts of a mapped file: they keep the file, and give its memory back.
#include "model/file.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

namespace softacl::model {
namespace {

class PartOfFile : public testing::Test {
   protected:
    PartOfFile() : path_(testing::TempDir() + "softacl-file-" + std::to_string(::getpid())) {
        std::vector<uint8_t> bytes(kBytes);
        for (size_t i = 0; i < kBytes; ++i) {
            bytes[i] = value(i);
        }
        std::ofstream(path_, std::ios::binary).write(reinterpret_cast<const char*>(bytes.data()), kBytes);
    }
    ~PartOfFile() override { std::filesystem::remove(path_); }

    static uint8_t value(size_t i) { return static_cast<uint8_t>(i * 7 + i / 4096); }
    static bool is_whole(const void* bytes, size_t begin, size_t count) {
        for (size_t i = 0; i < count; ++i) {
            if (static_cast<const uint8_t*>(bytes)[i] != value(begin + i)) {
                return false;
            }
        }
        return true;
    }
    /// Pages of files that this process has in memory.
    static size_t file_pages() {
        size_t size = 0;
        size_t resident = 0;
        size_t shared = 0;
        std::ifstream("/proc/self/statm") >> size >> resident >> shared;
        return shared;
    }

    static constexpr size_t kBytes = size_t{16} << 20;
    std::string path_;
};

TEST_F(PartOfFile, GivesItsMemoryBackAndIsReadAgain) {
    const auto file = map_file(path_);
    ASSERT_TRUE(file.ok());
    constexpr size_t kBegin = 100;  // neither end at a page
    constexpr size_t kCount = kBytes - 200;
    const char* bytes = static_cast<const char*>(file->data.get()) + kBegin;
    auto part = file->part(bytes, kCount);
    EXPECT_TRUE(is_whole(part.get(), kBegin, kCount));
    const size_t before = file_pages();
    part.reset();
    const size_t page = static_cast<size_t>(::sysconf(_SC_PAGESIZE));
    EXPECT_LT(file_pages() + kCount / page * 9 / 10, before);
    EXPECT_TRUE(is_whole(file->data.get(), 0, kBytes));
}

TEST_F(PartOfFile, KeepsTheFile) {
    std::shared_ptr<const void> part;
    {
        const auto file = map_file(path_);
        ASSERT_TRUE(file.ok());
        part = file->part(static_cast<const char*>(file->data.get()) + 5, 10);  // less than a page
    }
    EXPECT_TRUE(is_whole(part.get(), 5, 10));
}

}  // namespace
}  // namespace softacl::model
