// SPDX-License-Identifier: Apache-2.0
// The other ways to load a model: memory of the program, configurations (10.6.1.3, .4, .19 to .22).
#include <array>
#include <cstring>
#include <fstream>
#include <functional>
#include <iterator>

#include "fixture.h"

namespace softacl::test {
namespace {

using Matrix = std::array<float, 6>;

const std::string& path() {
    static const std::string kPath = std::string(SOFTACL_TEST_MODELS) + "/sum_difference.om";
    return kPath;
}

const std::string& content() {
    static const std::string kContent = [] {
        std::ifstream file(path(), std::ios::binary);
        return std::string(std::istreambuf_iterator<char>(file), {});
    }();
    return kContent;
}

// Memory as large as the model says, filled with ones so that use of anything else would show.
class ModelInOwnMemory : public Runtime {
   protected:
    ModelInOwnMemory() {
        EXPECT_OK(aclmdlQuerySize(path().c_str(), &work_size_, &weight_size_));
        work_ = device_memory(work_size_ + 64);
        weights_ = device_memory(weight_size_ + 64);
        EXPECT_OK(aclrtMemset(work_, work_size_, 0xff, work_size_));
        EXPECT_OK(aclrtMemset(weights_, weight_size_, 0xff, weight_size_));
    }

    static void expect_runs(uint32_t id) {
        Matrix a = {1, 2, 3, 4, 5, 6};
        Matrix b = {10, 20, 30, 40, 50, 60};
        Matrix sum{};
        Matrix difference{};
        aclmdlDataset* inputs = aclmdlCreateDataset();
        aclmdlDataset* outputs = aclmdlCreateDataset();
        for (Matrix* matrix : {&a, &b}) {
            EXPECT_OK(aclmdlAddDatasetBuffer(inputs, aclCreateDataBuffer(matrix, sizeof *matrix)));
        }
        for (Matrix* matrix : {&sum, &difference}) {
            EXPECT_OK(aclmdlAddDatasetBuffer(outputs, aclCreateDataBuffer(matrix, sizeof *matrix)));
        }
        EXPECT_OK(aclmdlExecute(id, inputs, outputs));
        EXPECT_EQ(sum, (Matrix{11, 22, 33, 44, 55, 66}));
        EXPECT_EQ(difference, (Matrix{-9, -18, -27, -36, -45, -54}));
        EXPECT_OK(aclmdlUnload(id));
    }

    size_t work_size_ = 0;
    size_t weight_size_ = 0;
    uint8_t* work_ = nullptr;
    uint8_t* weights_ = nullptr;
};

TEST_F(ModelInOwnMemory, TakesNoMoreOfTheDevice) {
    uint32_t id = 0;
    const auto expect_takes_nothing = [&](const std::function<aclError()>& load) {
        const size_t before = mem_info().free;
        EXPECT_OK(load());
        EXPECT_EQ(mem_info().free, before);
        expect_runs(id);
        EXPECT_EQ(mem_info().free, before);  // unloading does not free what is not the model's
    };
    expect_takes_nothing(
        [&] { return aclmdlLoadFromFileWithMem(path().c_str(), &id, work_, work_size_, weights_, weight_size_); });
    expect_takes_nothing([&] {
        return aclmdlLoadFromMemWithMem(content().data(), content().size(), &id, work_, work_size_, weights_,
                                        weight_size_);
    });
    EXPECT_OK(aclrtFree(work_));
    EXPECT_OK(aclrtFree(weights_));
}

TEST_F(ModelInOwnMemory, WithoutAddressIsTheModels) {
    uint32_t id = 0;
    EXPECT_OK(aclmdlLoadFromFileWithMem(path().c_str(), &id, nullptr, 0, weights_, weight_size_));
    expect_runs(id);
    EXPECT_OK(aclmdlLoadFromFileWithMem(path().c_str(), &id, work_, work_size_, nullptr, 0));
    expect_runs(id);
}

TEST_F(ModelInOwnMemory, MustBeDeviceMemoryThatIsLargeEnoughAndAligned) {
    std::vector<uint8_t> on_host(work_size_ + 64);
    const auto expect_refused = [&](aclError code, void* work, size_t work_size, void* weights, size_t weight_size,
                                    const char* what) {
        uint32_t id = 7;
        EXPECT_EQ(code, aclmdlLoadFromFileWithMem(path().c_str(), &id, work, work_size, weights, weight_size));
        EXPECT_EQ(id, 0U);
        EXPECT_NE(recent_message().find(what), std::string::npos);
        EXPECT_EQ(code, aclmdlLoadFromMemWithMem(content().data(), content().size(), &id, work, work_size, weights,
                                                 weight_size));
        EXPECT_NE(recent_message().find(what), std::string::npos);
    };
    constexpr aclError kBad = ACL_ERROR_GE_PARAM_INVALID;
    expect_refused(kBad, work_, work_size_ - 1, weights_, weight_size_, "working memory");
    expect_refused(kBad, work_, work_size_, weights_, weight_size_ - 1, "weights");
    expect_refused(kBad, nullptr, work_size_, weights_, weight_size_, "working memory");
    expect_refused(kBad, work_, work_size_, nullptr, 1, "weights");
    expect_refused(kBad, work_, 0, weights_, weight_size_, "working memory");
    expect_refused(ACL_ERROR_RT_ADDR_UNALIGNED, work_ + 32, work_size_, weights_, weight_size_, "working memory");
    expect_refused(ACL_ERROR_RT_ADDR_UNALIGNED, work_, work_size_, weights_ + 1, weight_size_, "weights");
    expect_refused(kBad, reinterpret_cast<void*>((reinterpret_cast<uintptr_t>(on_host.data()) + 63) / 64 * 64),
                   work_size_, weights_, weight_size_, "working memory");
    expect_refused(kBad, work_, work_size_, work_, weight_size_, "overlap");
    uint8_t* const small = device_memory(1);
    expect_refused(kBad, small, size_t{1} << 40, weights_, size_t{1} << 41, "working memory");
}

class ModelConfig : public ModelInOwnMemory {
   protected:
    template <class T>
    aclError set(aclmdlConfigAttr attr, T value) {
        return aclmdlSetConfigOpt(config_, attr, &value, sizeof value);
    }
    void expect_refused(aclError code, const char* what) {
        uint32_t id = 7;
        EXPECT_EQ(code, aclmdlLoadWithConfig(config_, &id));
        EXPECT_EQ(id, 0U);
        EXPECT_NE(recent_message().find(what), std::string::npos);
    }
    void expect_loads() {
        uint32_t id = 0;
        EXPECT_OK(aclmdlLoadWithConfig(config_, &id));
        expect_runs(id);
    }
    void set_memory() {
        EXPECT_OK(set(ACL_MDL_WORKSPACE_ADDR_PTR, work_));
        EXPECT_OK(set(ACL_MDL_WORKSPACE_SIZET, work_size_));
        EXPECT_OK(set(ACL_MDL_WEIGHT_ADDR_PTR, weights_));
        EXPECT_OK(set(ACL_MDL_WEIGHT_SIZET, weight_size_));
    }

    aclmdlConfigHandle* config_ = aclmdlCreateConfigHandle();
};

TEST_F(ModelConfig, LoadsInAllFourWays) {
    std::string name = path();
    EXPECT_OK(set(ACL_MDL_PATH_STR, name.c_str()));
    name.assign(name.size(), '-');  // it was copied
    EXPECT_OK(set(ACL_MDL_MEM_ADDR_PTR, content().data()));
    EXPECT_OK(set(ACL_MDL_MEM_SIZET, content().size()));
    EXPECT_OK(set(ACL_MDL_PRIORITY_INT32, int32_t{7}));
    EXPECT_OK(set(ACL_MDL_WORKSPACE_MEM_OPTIMIZE, size_t{1}));
    set_memory();
    for (const size_t type : {ACL_MDL_LOAD_FROM_FILE, ACL_MDL_LOAD_FROM_FILE_WITH_MEM, ACL_MDL_LOAD_FROM_MEM,
                              ACL_MDL_LOAD_FROM_MEM_WITH_MEM}) {
        EXPECT_OK(set(ACL_MDL_LOAD_TYPE_SIZET, type));
        const size_t before = mem_info().free;
        uint32_t id = 0;
        EXPECT_OK(aclmdlLoadWithConfig(config_, &id));
        const bool in_own_memory = type == ACL_MDL_LOAD_FROM_FILE_WITH_MEM || type == ACL_MDL_LOAD_FROM_MEM_WITH_MEM;
        EXPECT_EQ(mem_info().free == before, in_own_memory) << type;
        expect_runs(id);
    }
    EXPECT_OK(aclmdlDestroyConfigHandle(config_));
    uint32_t id = 7;
    EXPECT_CODE(ACL_ERROR_INVALID_RESOURCE_HANDLE, aclmdlLoadWithConfig(config_, &id));
    EXPECT_EQ(id, 0U);
}

TEST_F(ModelConfig, NamesWhatIsMissing) {
    expect_refused(ACL_ERROR_INVALID_PARAM, "ACL_MDL_LOAD_TYPE_SIZET");
    EXPECT_OK(set(ACL_MDL_LOAD_TYPE_SIZET, size_t{ACL_MDL_LOAD_FROM_FILE}));
    expect_refused(ACL_ERROR_INVALID_PARAM, "ACL_MDL_PATH_STR");
    EXPECT_OK(set(ACL_MDL_PATH_STR, path().c_str()));
    expect_loads();
    EXPECT_OK(set(ACL_MDL_LOAD_TYPE_SIZET, size_t{ACL_MDL_LOAD_FROM_MEM}));
    expect_refused(ACL_ERROR_INVALID_PARAM, "ACL_MDL_MEM_ADDR_PTR");
    EXPECT_OK(set(ACL_MDL_MEM_ADDR_PTR, content().data()));
    expect_refused(ACL_ERROR_INVALID_PARAM, "ACL_MDL_MEM_SIZET");
    EXPECT_OK(set(ACL_MDL_MEM_SIZET, content().size()));
    expect_loads();
    EXPECT_OK(set(ACL_MDL_LOAD_TYPE_SIZET, size_t{ACL_MDL_LOAD_FROM_MEM_WITH_MEM}));
    expect_loads();  // memory of the program is an offer
    EXPECT_OK(set(ACL_MDL_WEIGHT_ADDR_PTR, weights_));
    expect_refused(ACL_ERROR_INVALID_PARAM, "ACL_MDL_WEIGHT_SIZET");
    EXPECT_OK(set(ACL_MDL_WEIGHT_SIZET, weight_size_ - 1));
    expect_refused(ACL_ERROR_GE_PARAM_INVALID, "weights");
    EXPECT_OK(set(ACL_MDL_WEIGHT_SIZET, weight_size_));
    EXPECT_OK(set(ACL_MDL_WORKSPACE_ADDR_PTR, work_));
    expect_refused(ACL_ERROR_INVALID_PARAM, "ACL_MDL_WORKSPACE_SIZET");
    EXPECT_OK(set(ACL_MDL_WORKSPACE_SIZET, work_size_));
    EXPECT_OK(set(ACL_MDL_WORKSPACE_ADDR_PTR, work_ + 32));
    expect_refused(ACL_ERROR_RT_ADDR_UNALIGNED, "working memory");
    EXPECT_OK(set(ACL_MDL_MEM_SIZET, size_t{1} << 44));
    expect_refused(ACL_ERROR_GE_EXEC_MODEL_ADDR_INVALID, "can be read");
    EXPECT_OK(set(ACL_MDL_LOAD_TYPE_SIZET, size_t{ACL_MDL_LOAD_FROM_FILE_WITH_Q}));
    expect_refused(ACL_ERROR_FEATURE_UNSUPPORTED, "queues");
}

TEST_F(ModelConfig, RefusesValuesOutOfRangeAndOfOtherSizes) {
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM, set(ACL_MDL_PRIORITY_INT32, int32_t{8}));
    EXPECT_EQ(ACL_ERROR_INVALID_PARAM, set(ACL_MDL_PRIORITY_INT32, int32_t{-1}));
    EXPECT_NE(recent_message().find("is -1; expected for ACL_MDL_PRIORITY_INT32 a number from 0 to 7"),
              std::string::npos);
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM, set(ACL_MDL_PRIORITY_INT32, int64_t{1}));
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM, set(ACL_MDL_LOAD_TYPE_SIZET, size_t{0}));
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM, set(ACL_MDL_LOAD_TYPE_SIZET, size_t{6}));
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM, set(ACL_MDL_LOAD_TYPE_SIZET, int32_t{1}));
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM, set(ACL_MDL_WORKSPACE_MEM_OPTIMIZE, size_t{2}));
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM, set<const char*>(ACL_MDL_PATH_STR, nullptr));
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM, set<const char*>(ACL_MDL_PATH_STR, ""));
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM, set(static_cast<aclmdlConfigAttr>(14), size_t{0}));
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM, aclmdlSetConfigOpt(config_, ACL_MDL_PATH_STR, nullptr, 8));
    expect_refused(ACL_ERROR_INVALID_PARAM, "ACL_MDL_LOAD_TYPE_SIZET");  // nothing was set
}

}  // namespace
}  // namespace softacl::test
