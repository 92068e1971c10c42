// SPDX-License-Identifier: Apache-2.0
#include "dump/session.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "acl/acl_base.h"
#include "dump/control.h"
#include "dump/dump_file.h"

namespace softacl::dump {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class DumpTest : public testing::Test {
   protected:
    DumpTest() {
        fs::create_directories(folder_);
        config_.path = folder_.string();
    }
    ~DumpTest() override { fs::remove_all(folder_); }

    std::vector<fs::path> files() const {
        std::vector<fs::path> found;
        for (const auto& entry : fs::recursive_directory_iterator(folder_)) {
            if (entry.is_regular_file()) {
                found.push_back(entry.path());
            }
        }
        return found;
    }
    static std::string content(const fs::path& path) {
        std::ifstream file(path, std::ios::binary);
        return {std::istreambuf_iterator<char>(file), {}};
    }

    const fs::path folder_ = fs::path(testing::TempDir()) / ("dump_test_" + std::to_string(getpid()));
    DumpConfig config_;
};

OpRecord record(std::string name) {
    static const float values[] = {1, 2, 3, 4, 5, 6};
    OpRecord op;
    op.type = "Conv2D";
    op.name = std::move(name);
    op.task = 7;
    op.stream = 3;
    op.outputs = {{{ACL_FLOAT, {2, 3}, ACL_FORMAT_ND}, values, values}};
    return op;
}

TEST(DumpFileName, HasNoOtherCharacters) {
    OpRecord op = record("a.b/c\\d e:f_g-9");
    op.type = "My.Op";
    EXPECT_EQ(file_name(op, 1700000000000001), "My_Op.a_b_c_d_e_f_g-9.7.3.1700000000000001");
}

TEST_F(DumpTest, AFileIsSizeMessageBytes) {
    ASSERT_TRUE(write_file(folder_.string(), record("conv1"), 5).ok());
    ASSERT_EQ(files().size(), 1U);
    EXPECT_EQ(files()[0].filename(), "Conv2D.conv1.7.3.5");
    const std::string bytes = content(files()[0]);
    uint64_t size = 0;
    for (size_t i = 0; i < 8; ++i) {
        size |= static_cast<uint64_t>(static_cast<unsigned char>(bytes[i])) << (8 * i);
    }
    ASSERT_EQ(bytes.size(), 8 + size + 24);
    float last = 0;
    bytes.copy(reinterpret_cast<char*>(&last), 4, bytes.size() - 4);
    EXPECT_EQ(last, 6);
    EXPECT_THAT(bytes.substr(8, size), HasSubstr("conv1"));
}

TEST_F(DumpTest, LongNamesStandInATable) {
    const OpRecord longest = record(std::string(300, 'n'));
    ASSERT_TRUE(write_file(folder_.string(), longest, 5).ok());
    ASSERT_TRUE(write_file(folder_.string(), longest, 6).ok());
    EXPECT_EQ(files().size(), 3U);
    EXPECT_EQ(content(folder_ / "mapping.csv"), "0," + file_name(longest, 5) + "\n1," + file_name(longest, 6) + "\n");
    EXPECT_EQ(content(folder_ / "0").size(), content(folder_ / "1").size());
}

TEST_F(DumpTest, ChoosesModelsLayersAndSteps) {
    config_.models = {{"net", {"conv1", "pool"}}, {"other", {}}};
    config_.steps = {{1, 2}, {5, 5}};
    const auto session = *Session::open(config_);
    EXPECT_TRUE(session->wants({0, ModelRun{"net", 1, 1}}));
    EXPECT_TRUE(session->wants({0, ModelRun{"net", 1, 5}}));
    EXPECT_FALSE(session->wants({0, ModelRun{"net", 1, 0}}));
    EXPECT_FALSE(session->wants({0, ModelRun{"net", 1, 3}}));
    EXPECT_FALSE(session->wants({0, ModelRun{"third", 1, 1}}));
    EXPECT_TRUE(session->wants({0, ModelRun{"net", 1, 1}}, "conv1", {}));
    EXPECT_TRUE(session->wants({0, ModelRun{"net", 1, 1}}, "fused", {"bn1", "pool"})) << "one of those it was made of";
    EXPECT_FALSE(session->wants({0, ModelRun{"net", 1, 1}}, "conv2", {"conv2"}));
    EXPECT_TRUE(session->wants({0, ModelRun{"other", 1, 1}}, "conv2", {}));
}

TEST_F(DumpTest, SingleOperatorsAreAskedForByThemselves) {
    config_.models = {{"net", {"conv1"}}};
    config_.steps = {{1, 2}};
    EXPECT_FALSE((*Session::open(config_))->wants({0, {}}));
    config_.single_ops = true;
    const auto session = *Session::open(config_);
    EXPECT_TRUE(session->wants({0, {}}));
    EXPECT_TRUE(session->wants({0, {}}, "add", {}));
    session->write({2, {}}, record("add"));
    ASSERT_EQ(files().size(), 1U);
    EXPECT_EQ(files()[0].parent_path().lexically_relative(session->folder()), fs::path("2"));
}

TEST_F(DumpTest, FoldersTellTheExecution) {
    const auto session = *Session::open(config_);
    session->write({1, ModelRun{"../net", 4, 2}}, record("conv1"));
    session->write({1, ModelRun{"../net", 4, 2}}, record("conv1"));
    EXPECT_TRUE(session->failure().ok());
    ASSERT_EQ(files().size(), 2U) << "no name twice";
    const fs::path inside = files()[0].parent_path().lexically_relative(session->folder());
    EXPECT_EQ(inside, fs::path("1/.._net/4/2"));
    EXPECT_THAT(fs::path(session->folder()).filename().string(), testing::MatchesRegex("[0-9]{14}"));
}

TEST_F(DumpTest, EndsWithTheFirstFailure) {
    const auto session = *Session::open(config_);
    std::ofstream(fs::path(session->folder()) / "0") << "a file where a folder should be";
    session->write({0, ModelRun{"net", 1, 0}}, record("conv1"));
    EXPECT_EQ(session->failure().code(), ACL_ERROR_WRITE_FILE);
    EXPECT_THAT(session->failure().message(), HasSubstr("/0/net/1/0\" for dump files cannot be made"));
    session->write({1, ModelRun{"net", 1, 0}}, record("conv1"));
    EXPECT_EQ(files().size(), 1U);
}

TEST_F(DumpTest, TheFolderMustBePossible) {
    config_.path = "/proc/none";
    EXPECT_EQ(Session::open(config_).status().code(), ACL_ERROR_WRITE_FILE);
}

TEST_F(DumpTest, IsBegunOnceAndEnded) {
    EXPECT_EQ(configure(config_).code(), ACL_ERROR_DUMP_NOT_RUN);
    EXPECT_EQ(end().code(), ACL_ERROR_DUMP_NOT_RUN);
    EXPECT_EQ(current(), nullptr);
    ASSERT_TRUE(begin().ok());
    EXPECT_EQ(begin().code(), ACL_ERROR_DUMP_ALREADY_RUN);
    ASSERT_TRUE(configure(config_).ok());
    const auto first = current();
    EXPECT_NE(first, nullptr);
    ASSERT_TRUE(configure(config_).ok());
    EXPECT_NE(current(), first);
    ASSERT_TRUE(configure(std::nullopt).ok());
    EXPECT_EQ(current(), nullptr);
    ASSERT_TRUE(end().ok());
    ASSERT_TRUE(begin_with_process(config_).ok());
    EXPECT_NE(current(), nullptr);
    EXPECT_EQ(begin().code(), ACL_ERROR_DUMP_ALREADY_RUN);
    EXPECT_EQ(end().code(), ACL_ERROR_DUMP_NOT_RUN) << "what the process began a program does not end";
    end_with_process();
    EXPECT_EQ(current(), nullptr);
}

TEST(ProgramFolder, IsThatOfTheExecutable) {
    EXPECT_EQ(program_folder(), fs::read_symlink("/proc/self/exe").parent_path().string());
}

}  // namespace
}  // namespace softacl::dump
