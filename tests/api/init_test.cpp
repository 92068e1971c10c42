// SPDX-License-Identifier: Apache-2.0
// aclInit and aclFinalize: configuration files, repetition, and what the end releases.
#include <filesystem>
#include <fstream>

#include "api/fixture.h"

namespace softacl::test {
namespace {

class TemporaryFolder {
   public:
    TemporaryFolder() : path_(testing::TempDir() + "acl-XXXXXX") { EXPECT_NE(mkdtemp(path_.data()), nullptr); }
    ~TemporaryFolder() { std::filesystem::remove_all(path_); }
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;

    const std::string& path() const { return path_; }
    std::string file(const std::string& content) const {
        const std::string path = path_ + "/acl.json";
        std::ofstream(path, std::ios::binary) << content;
        return path;
    }

   private:
    std::string path_;
};

std::string repeated(const std::string& text, int times) {
    std::string result;
    for (int i = 0; i < times; ++i) {
        result += text;
    }
    return result;
}

std::string braces(int depth) { return repeated(R"({"a":)", depth - 1) + "{}" + repeated("}", depth - 1); }
std::string brackets(int depth) { return R"({"a":)" + repeated("[", depth) + repeated("]", depth) + "}"; }
std::string queue(const std::string& value) { return R"({"max_opqueue_num": )" + value + "}"; }

constexpr size_t kMaxSize = size_t{10} << 20;

// The list of all tests is made in every process: a large content is made where it is used.
struct Config {
    const char* name;
    std::string content;
    aclError code;
    size_t size = 0;  // of the content, with spaces at its end; 0: as it is

    std::string whole() const { return content + std::string(size > content.size() ? size - content.size() : 0, ' '); }
};

class ConfigContent : public testing::TestWithParam<Config> {};

TEST_P(ConfigContent, DecidesTheAnswer) {
    const TemporaryFolder folder;
    const std::string path = folder.file(GetParam().whole());
    EXPECT_CODE(GetParam().code, aclInit(path.c_str()));
    if (GetParam().code != ACL_SUCCESS) {
        EXPECT_CODE(ACL_ERROR_UNINITIALIZE, aclFinalize());
        EXPECT_OK(aclInit(nullptr));
    }
    EXPECT_OK(aclFinalize());
}

INSTANTIATE_TEST_SUITE_P(
    , ConfigContent,
    testing::ValuesIn(std::vector<Config>{
        {"EmptyObject", "{}", ACL_SUCCESS},
        {"UnknownEntry", R"({"a": 1})", ACL_SUCCESS},
        {"LargestSize", "{}", ACL_SUCCESS, kMaxSize},
        {"AboveLargestSize", "{}", ACL_ERROR_INVALID_FILE_SIZE, kMaxSize + 1},
        {"EmptyFile", "", ACL_ERROR_INVALID_FILE_SIZE},
        {"NoJson", "max_opqueue_num = 1", ACL_ERROR_PARSE_FILE},
        {"Truncated", R"({"max_opqueue_num": "1")", ACL_ERROR_PARSE_FILE},
        {"MoreThanOneValue", "{}{}", ACL_ERROR_PARSE_FILE},
        {"NoObject", "[]", ACL_ERROR_PARSE_FILE},
        {"Braces10", braces(10), ACL_SUCCESS},
        {"Braces11", braces(11), ACL_ERROR_PARSE_FILE},
        {"Brackets10", brackets(10), ACL_SUCCESS},
        {"Brackets11", brackets(11), ACL_ERROR_PARSE_FILE},
        {"Brackets1000000", brackets(1000000), ACL_ERROR_PARSE_FILE},
        {"Braces10AroundBrackets10", repeated(R"({"a":)", 9) + brackets(10) + repeated("}", 9), ACL_SUCCESS},
        {"BracketsSideBySide", R"({"a":[[],[],[],[],[],[],[],[],[],[],[]]})", ACL_SUCCESS},
        {"BracketsInText", R"({"a":"{{{{{{{{{{{{[[[[[[[[[[[["})", ACL_SUCCESS},
        {"QueueAsText", queue(R"("10000")"), ACL_SUCCESS},
        {"QueueAsNumber", queue("1"), ACL_SUCCESS},
        {"QueueZero", queue("0"), ACL_ERROR_INVALID_MAX_OPQUEUE_NUM_CONFIG},
        {"QueueZeroAsText", queue(R"("0")"), ACL_ERROR_INVALID_MAX_OPQUEUE_NUM_CONFIG},
        {"QueueNegative", queue("-1"), ACL_ERROR_INVALID_MAX_OPQUEUE_NUM_CONFIG},
        {"QueueNegativeAsText", queue(R"("-5")"), ACL_ERROR_INVALID_MAX_OPQUEUE_NUM_CONFIG},
        {"QueueFraction", queue("1.5"), ACL_ERROR_INVALID_MAX_OPQUEUE_NUM_CONFIG},
        {"QueueWord", queue(R"("many")"), ACL_ERROR_INVALID_MAX_OPQUEUE_NUM_CONFIG},
        {"QueueNumberAndWord", queue(R"("10 models")"), ACL_ERROR_INVALID_MAX_OPQUEUE_NUM_CONFIG},
        {"QueueEmptyText", queue(R"("")"), ACL_ERROR_INVALID_MAX_OPQUEUE_NUM_CONFIG},
        {"QueueNull", queue("null"), ACL_ERROR_INVALID_MAX_OPQUEUE_NUM_CONFIG},
        {"QueueList", queue("[1]"), ACL_ERROR_INVALID_MAX_OPQUEUE_NUM_CONFIG},
        {"Dump", R"({"dump": {"dump_path": "output", "dump_debug": "on"}})", ACL_ERROR_FEATURE_UNSUPPORTED},
    }),
    case_name<Config>);

TEST(Init, WithoutPathUsesTheDefaults) {
    for (const char* path : {static_cast<const char*>(nullptr), ""}) {
        EXPECT_OK(aclInit(path));
        EXPECT_OK(aclFinalize());
    }
}

TEST(Init, NeedsAFile) {
    const TemporaryFolder folder;
    EXPECT_CODE(ACL_ERROR_INVALID_FILE, aclInit((folder.path() + "/missing.json").c_str()));
    EXPECT_CODE(ACL_ERROR_INVALID_FILE, aclInit(folder.path().c_str()));
    EXPECT_OK(aclInit(nullptr));
    EXPECT_OK(aclFinalize());
}

TEST(Init, NamesTheFileThatItRefuses) {
    const TemporaryFolder folder;
    const std::string path = folder.file("no json");
    EXPECT_EQ(aclInit(path.c_str()), ACL_ERROR_PARSE_FILE);
    EXPECT_NE(recent_message().find(path), std::string::npos);
}

TEST(Init, TwiceIsRefused) {
    EXPECT_OK(aclInit(nullptr));
    EXPECT_CODE(ACL_ERROR_REPEAT_INITIALIZE, aclInit(nullptr));
    EXPECT_OK(aclFinalize());
}

TEST(Init, WorksAgainAfterFinalize) {
    for (int i = 0; i < 5; ++i) {
        ASSERT_OK(aclInit(nullptr));
        ASSERT_OK(aclrtSetDevice(0));
        ASSERT_OK(aclFinalize());
    }
}

TEST(Init, IsForOnceOnTheStrictProduct) {
    set_environment({{"SOFTACL_STRICT_PRODUCT", "1"}});
    EXPECT_OK(aclInit(nullptr));
    EXPECT_OK(aclFinalize());
    EXPECT_CODE(ACL_ERROR_REPEAT_INITIALIZE, aclInit(nullptr));
}

TEST(Init, IsNotNeededByTheRuntime) {
    EXPECT_OK(aclrtSetDevice(0));
    uint8_t* memory = device_memory(64);
    EXPECT_OK(aclrtMemset(memory, 64, 1, 64));
    EXPECT_OK(aclrtFree(memory));
    EXPECT_OK(aclrtResetDevice(0));
}

TEST(Finalize, NeedsInit) {
    EXPECT_CODE(ACL_ERROR_UNINITIALIZE, aclFinalize());
    EXPECT_OK(aclInit(nullptr));
    EXPECT_OK(aclFinalize());
    EXPECT_CODE(ACL_ERROR_REPEAT_FINALIZE, aclFinalize());
    EXPECT_CODE(ACL_ERROR_REPEAT_FINALIZE, aclFinalize());
}

TEST(Finalize, ReleasesWhatIsAlive) {
    ASSERT_OK(aclInit(nullptr));
    ASSERT_OK(aclrtSetDevice(0));
    const aclrtContext context = new_context();
    const aclrtStream stream = new_stream();
    const aclrtEvent event = new_event();
    uint8_t* const on_device = device_memory(1000);
    uint8_t* const on_host = host_memory(1000);
    ASSERT_OK(aclFinalize());

    EXPECT_CODE(ACL_ERROR_RT_CONTEXT_NULL, aclrtSynchronizeDevice());
    ASSERT_OK(aclInit(nullptr));
    ASSERT_OK(aclrtSetDevice(0));
    EXPECT_EQ(mem_info().free, mem_info().total);
    EXPECT_CODE(ACL_ERROR_RT_INVALID_HANDLE, aclrtSetCurrentContext(context));
    EXPECT_CODE(ACL_ERROR_RT_INVALID_HANDLE, aclrtDestroyStream(stream));
    EXPECT_CODE(ACL_ERROR_RT_INVALID_HANDLE, aclrtDestroyEvent(event));
    EXPECT_CODE(ACL_ERROR_RT_PARAM_INVALID, aclrtFree(on_device));
    EXPECT_CODE(ACL_ERROR_RT_PARAM_INVALID, aclrtFreeHost(on_host));
    EXPECT_OK(aclFinalize());
}

TEST(Finalize, DoesNotWaitForAnEventThatNobodyRecorded) {
    ASSERT_OK(aclInit(nullptr));
    ASSERT_OK(aclrtSetDevice(0));
    EXPECT_OK(aclrtStreamWaitEvent(nullptr, new_event()));
    EXPECT_OK(aclFinalize());
}

TEST(Finalize, DoesNotWaitForStreamsThatWaitForEachOther) {
    ASSERT_OK(aclInit(nullptr));
    ASSERT_OK(aclrtSetDevice(0));
    const aclrtStream streams[] = {new_stream(), new_stream()};
    const aclrtEvent events[] = {new_event(), new_event()};
    for (int i = 0; i < 2; ++i) {
        EXPECT_OK(aclrtStreamWaitEvent(streams[i], events[1 - i]));
        EXPECT_OK(aclrtRecordEvent(events[i], streams[i]));
    }
    EXPECT_OK(aclFinalize());
}

TEST(Finalize, WaitsForQueuedWork) {
    constexpr size_t kSize = size_t{16} << 20;
    std::vector<uint8_t> received(kSize);
    ASSERT_OK(aclInit(nullptr));
    ASSERT_OK(aclrtSetDevice(0));
    const aclrtStream stream = new_stream();
    uint8_t* const memory = device_memory(kSize);
    ASSERT_OK(aclrtMemsetAsync(memory, kSize, 7, kSize, stream));
    ASSERT_OK(aclrtMemcpyAsync(received.data(), kSize, memory, kSize, ACL_MEMCPY_DEVICE_TO_HOST, stream));
    ASSERT_OK(aclFinalize());
    EXPECT_EQ(received, std::vector<uint8_t>(kSize, 7));
}

}  // namespace
}  // namespace softacl::test
