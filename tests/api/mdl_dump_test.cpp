// SPDX-License-Identifier: Apache-2.0
// Dumping (manual 10.6.1.13 to 10.6.1.15); what the files hold is tested in tests/python/test_dump.py.
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "fixture.h"

namespace softacl::test {
namespace {

namespace fs = std::filesystem;

class Dumping : public Runtime {
   protected:
    ~Dumping() override { fs::remove_all(folder_); }

    std::string configuration() const {
        fs::create_directories(folder_);
        const fs::path path = folder_ / "acl.json";
        std::ofstream(path) << R"({"dump": {"dump_path": ")" << (folder_ / "out").string() << "\"}}";
        return path.string();
    }
    size_t files() const {
        size_t count = 0;
        for (const auto& entry : fs::recursive_directory_iterator(folder_ / "out")) {
            count += entry.is_regular_file() ? 1 : 0;
        }
        return count;
    }

    const fs::path folder_ = fs::path(testing::TempDir()) / ("dumping_" + std::to_string(getpid()));
};

TEST_F(Dumping, OneFileForEachOperator) {
    ASSERT_OK(aclmdlInitDump());
    ASSERT_OK(aclmdlSetDump(configuration().c_str()));
    uint32_t id = 0;
    ASSERT_OK(aclmdlLoadFromFile(SOFTACL_TEST_MODELS "/sum_difference.om", &id));
    float values[6] = {1, 2, 3, 4, 5, 6};
    float results[2][6];
    aclmdlDataset* inputs = aclmdlCreateDataset();
    aclmdlDataset* outputs = aclmdlCreateDataset();
    for (auto& result : results) {
        ASSERT_OK(aclmdlAddDatasetBuffer(inputs, aclCreateDataBuffer(values, sizeof values)));
        ASSERT_OK(aclmdlAddDatasetBuffer(outputs, aclCreateDataBuffer(result, sizeof result)));
    }
    ASSERT_OK(aclmdlExecute(id, inputs, outputs));
    EXPECT_EQ(files(), 2U);
    ASSERT_OK(aclmdlFinalizeDump());
    ASSERT_OK(aclmdlExecute(id, inputs, outputs));
    EXPECT_EQ(files(), 2U) << "none after the end";
}

TEST_F(Dumping, HasAnOrder) {
    EXPECT_CODE(ACL_ERROR_DUMP_NOT_RUN, aclmdlSetDump(configuration().c_str()));
    EXPECT_CODE(ACL_ERROR_DUMP_NOT_RUN, aclmdlFinalizeDump());
    ASSERT_OK(aclmdlInitDump());
    EXPECT_CODE(ACL_ERROR_DUMP_ALREADY_RUN, aclmdlInitDump());
    EXPECT_CODE(ACL_ERROR_INVALID_FILE, aclmdlSetDump("/nonexistent/acl.json"));
    ASSERT_OK(aclmdlSetDump(nullptr));
    ASSERT_OK(aclmdlFinalizeDump());
}

TEST(DumpingAlone, NeedsTheLibrary) { EXPECT_CODE(ACL_ERROR_UNINITIALIZE, aclmdlInitDump()); }

}  // namespace
}  // namespace softacl::test
