// SPDX-License-Identifier: Apache-2.0
// Models that cannot be loaded, by every function that reads one: 10.6.1.1 to 10.6.1.4, 10.6.1.8, 10.6.1.9, 10.6.1.22.
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <functional>
#include <iterator>

#include "api/models.h"

namespace softacl::test {
namespace {

// What a function is given: a file, whose content may be in memory as well.
struct Source {
    std::string path;
    std::string content;
};

struct Way {
    const char* name;
    bool reads_file;
    bool needs_device;
    aclError (*load)(const Source& source);
};

aclError with_config(const Source& source, size_t type) {
    aclmdlConfigHandle* config = aclmdlCreateConfigHandle();
    const char* path = source.path.c_str();
    const char* data = source.content.data();
    const size_t size = source.content.size();
    EXPECT_OK(aclmdlSetConfigOpt(config, ACL_MDL_LOAD_TYPE_SIZET, &type, sizeof type));
    if (type == ACL_MDL_LOAD_FROM_FILE) {
        EXPECT_OK(aclmdlSetConfigOpt(config, ACL_MDL_PATH_STR, &path, sizeof path));
    } else {
        EXPECT_OK(aclmdlSetConfigOpt(config, ACL_MDL_MEM_ADDR_PTR, &data, sizeof data));
        EXPECT_OK(aclmdlSetConfigOpt(config, ACL_MDL_MEM_SIZET, &size, sizeof size));
    }
    uint32_t id = 7;
    const aclError code = aclmdlLoadWithConfig(config, &id);
    EXPECT_EQ(id == 0, code != ACL_SUCCESS);
    EXPECT_OK(aclmdlDestroyConfigHandle(config));
    return code;
}

const Way kWays[] = {
    {"File", true, true,
     [](const Source& source) {
         uint32_t id = 0;
         return aclmdlLoadFromFile(source.path.c_str(), &id);
     }},
    {"Mem", false, true,
     [](const Source& source) {
         uint32_t id = 0;
         return aclmdlLoadFromMem(source.content.data(), source.content.size(), &id);
     }},
    {"FileWithMem", true, true,
     [](const Source& source) {
         uint32_t id = 0;
         return aclmdlLoadFromFileWithMem(source.path.c_str(), &id, nullptr, 0, nullptr, 0);
     }},
    {"MemWithMem", false, true,
     [](const Source& source) {
         uint32_t id = 0;
         return aclmdlLoadFromMemWithMem(source.content.data(), source.content.size(), &id, nullptr, 0, nullptr, 0);
     }},
    {"ConfigOfFile", true, true, [](const Source& source) { return with_config(source, ACL_MDL_LOAD_FROM_FILE); }},
    {"ConfigOfMem", false, true, [](const Source& source) { return with_config(source, ACL_MDL_LOAD_FROM_MEM); }},
    {"QuerySize", true, false,
     [](const Source& source) {
         size_t work = 0;
         size_t weights = 0;
         return aclmdlQuerySize(source.path.c_str(), &work, &weights);
     }},
    {"QuerySizeFromMem", false, false,
     [](const Source& source) {
         size_t work = 0;
         size_t weights = 0;
         return aclmdlQuerySizeFromMem(source.content.data(), source.content.size(), &work, &weights);
     }},
};

// Where the header of a model says what, docs/design/om.md.
constexpr size_t kEncrypted = 80;
constexpr size_t kChecked = 81;
constexpr size_t kProducer = 120;

class LoadErrors : public Runtime, public testing::WithParamInterface<Way> {
   protected:
    ~LoadErrors() override { std::remove(path_.c_str()); }

    static std::string model(const char* name = "sum_difference") {
        std::ifstream file(model_path(name), std::ios::binary);
        return {std::istreambuf_iterator<char>(file), {}};
    }

    void expect(aclError code, const std::string& content, const char* words) const {
        std::ofstream(path_, std::ios::binary) << content;
        EXPECT_EQ(GetParam().load({path_, content}), code);
        EXPECT_NE(recent_message().find(words), std::string::npos) << words;
    }

    const std::string path_ = testing::TempDir() + "load_errors_" + std::to_string(getpid()) + ".om";
};

TEST_P(LoadErrors, TheModelItselfIsGood) { EXPECT_OK(GetParam().load({model_path("sum_difference"), model()})); }

TEST_P(LoadErrors, NothingThere) {
    if (GetParam().reads_file) {
        EXPECT_CODE(ACL_ERROR_GE_EXEC_MODEL_PATH_INVALID, GetParam().load({"/nonexistent/model.om", ""}));
    } else {
        EXPECT_CODE(ACL_ERROR_GE_EXEC_MODEL_DATA_SIZE_INVALID, GetParam().load({"", ""}));
    }
}

TEST_P(LoadErrors, TooShort) { expect(ACL_ERROR_GE_EXEC_MODEL_DATA_SIZE_INVALID, model().substr(0, 100), "100 bytes"); }

TEST_P(LoadErrors, NoModel) { expect(ACL_ERROR_GE_EXEC_LOAD_MODEL_PARTITION_FAILED, std::string(1000, 'x'), ""); }

TEST_P(LoadErrors, Damaged) {
    std::string content = model();
    content[content.size() - 10] ^= 1;
    expect(ACL_ERROR_PARSE_MODEL, content, "checksum");
}

TEST_P(LoadErrors, Encrypted) {
    std::string content = model();
    content[kEncrypted] = 1;
    expect(ACL_ERROR_FEATURE_UNSUPPORTED, content, "encrypted");
}

TEST_P(LoadErrors, ForOtherHardware) {
    std::string content = model();
    content[kChecked] = 0;
    content.replace(kProducer, 32, 32, '\0');
    expect(ACL_ERROR_GE_EXEC_LOAD_KERNEL_PARTITION_FAILED, content, "");
}

TEST_P(LoadErrors, WeightsThatAreElsewhere) {
    expect(ACL_ERROR_GE_EXEC_LOAD_WEIGHT_PARTITION_FAILED, model("external_weights"), "weight");
    if (GetParam().reads_file) {
        EXPECT_OK(GetParam().load({model_path("external_weights"), ""}));
    }
}

TEST_P(LoadErrors, OpenDimensionsHaveNoSize) {
    const aclError expected = GetParam().needs_device ? ACL_SUCCESS : ACL_ERROR_GE_PARAM_INVALID;
    EXPECT_CODE(expected, GetParam().load({model_path("free_shapes"), model("free_shapes")}));
}

/// Of functions that put the model on a device.
class LoadErrorsOnADevice : public LoadErrors {};

TEST_P(LoadErrorsOnADevice, NoMemoryLeft) {
    const size_t free = mem_info().free;
    device_memory(free - 64);
    EXPECT_CODE(ACL_ERROR_GE_MEMORY_ALLOCATION, GetParam().load({model_path("sum_difference"), model()}));
}

TEST_P(LoadErrorsOnADevice, NoContext) {
    in_new_thread([] {
        EXPECT_CODE(ACL_ERROR_RT_CONTEXT_NULL, GetParam().load({model_path("sum_difference"), model()}));
    });
}

std::vector<Way> ways_onto_a_device() {
    std::vector<Way> ways;
    std::copy_if(std::begin(kWays), std::end(kWays), std::back_inserter(ways),
                 [](const Way& way) { return way.needs_device; });
    return ways;
}

INSTANTIATE_TEST_SUITE_P(Ways, LoadErrors, testing::ValuesIn(kWays), case_name<Way>);
INSTANTIATE_TEST_SUITE_P(Ways, LoadErrorsOnADevice, testing::ValuesIn(ways_onto_a_device()), case_name<Way>);

}  // namespace
}  // namespace softacl::test
