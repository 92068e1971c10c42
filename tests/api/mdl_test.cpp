// SPDX-License-Identifier: Apache-2.0
// Loading, describing and running models: the models of tests/models/make_models.cpp.
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <numeric>

#include "api/models.h"

namespace softacl::test {
namespace {

std::string content(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

aclmdlDesc* describe(uint32_t id) {
    aclmdlDesc* desc = aclmdlCreateDesc();
    EXPECT_OK(aclmdlGetDesc(desc, id));
    return desc;
}

using Matrix = std::array<float, 6>;

using test::dataset;
aclmdlDataset* dataset(Matrix& first, Matrix& second) {
    return dataset({{first.data(), sizeof first}, {second.data(), sizeof second}});
}

// The model sum_difference: inputs a and b, outputs their sum and difference.
class Model : public Runtime {
   protected:
    Matrix a_ = {1, 2, 3, 4, 5, 6};
    Matrix b_ = {10, 20, 30, 40, 50, 60};
    Matrix sum_{};
    Matrix difference_{};
    uint32_t id_ = load("sum_difference");
    aclmdlDataset* inputs_ = dataset(a_, b_);
    aclmdlDataset* outputs_ = dataset(sum_, difference_);

    void expect_results() const {
        EXPECT_EQ(sum_, (Matrix{11, 22, 33, 44, 55, 66}));
        EXPECT_EQ(difference_, (Matrix{-9, -18, -27, -36, -45, -54}));
    }
};

TEST_F(Model, RunsOnHostMemory) {
    EXPECT_GE(id_, 1U);
    EXPECT_OK(aclmdlExecute(id_, inputs_, outputs_));
    expect_results();
    EXPECT_OK(aclmdlUnload(id_));
    EXPECT_EQ(recent_message(), "");
}

TEST_F(Model, RunsAgainWithOtherData) {
    for (int i = 0; i < 3; ++i) {
        a_.fill(static_cast<float>(i));
        EXPECT_OK(aclmdlExecute(id_, inputs_, outputs_));
        for (size_t k = 0; k < a_.size(); ++k) {
            EXPECT_EQ(sum_[k], a_[k] + b_[k]);
        }
    }
}

// The way of the manual, sections 4.6.2.2 and 7.5: everything on the device, queued in one stream.
TEST_F(Model, RunsInAStreamBetweenCopies) {
    constexpr size_t kSize = sizeof(Matrix);
    const aclrtStream stream = new_stream();
    std::vector<std::pair<void*, size_t>> memory;
    for (int i = 0; i < 4; ++i) {
        memory.emplace_back(device_memory(kSize), kSize);
    }
    aclmdlDataset* in = dataset({memory[0], memory[1]});
    aclmdlDataset* out = dataset({memory[2], memory[3]});
    Gate gate(stream);
    EXPECT_OK(aclrtMemcpyAsync(memory[0].first, kSize, a_.data(), kSize, ACL_MEMCPY_HOST_TO_DEVICE, stream));
    EXPECT_OK(aclrtMemcpyAsync(memory[1].first, kSize, b_.data(), kSize, ACL_MEMCPY_HOST_TO_DEVICE, stream));
    EXPECT_OK(aclmdlExecuteAsync(id_, in, out, stream));
    EXPECT_OK(aclrtMemcpyAsync(sum_.data(), kSize, memory[2].first, kSize, ACL_MEMCPY_DEVICE_TO_HOST, stream));
    EXPECT_OK(aclrtMemcpyAsync(difference_.data(), kSize, memory[3].first, kSize, ACL_MEMCPY_DEVICE_TO_HOST, stream));
    EXPECT_EQ(sum_, Matrix{});
    gate.open();
    EXPECT_OK(aclrtSynchronizeStream(stream));
    expect_results();
}

TEST_F(Model, QueuedKeepsTheBuffersOfTheCall) {
    const aclrtStream stream = new_stream();
    Gate gate(stream);
    EXPECT_OK(aclmdlExecuteAsync(id_, inputs_, outputs_, stream));
    for (aclmdlDataset* each : {inputs_, outputs_}) {
        EXPECT_OK(aclUpdateDataBuffer(aclmdlGetDatasetBuffer(each, 0), nullptr, 0));
        EXPECT_OK(aclDestroyDataBuffer(aclmdlGetDatasetBuffer(each, 1)));
        EXPECT_OK(aclmdlDestroyDataset(each));
    }
    EXPECT_OK(aclmdlUnload(id_));
    gate.open();
    EXPECT_OK(aclrtSynchronizeStream(stream));
    expect_results();
}

TEST_F(Model, RunsInTheDefaultStream) {
    EXPECT_OK(aclmdlExecuteAsync(id_, inputs_, outputs_, nullptr));
    EXPECT_OK(aclrtSynchronizeStream(nullptr));
    expect_results();
}

TEST_F(Model, QueuedReportsBadMemoryAtTheEnd) {
    const aclrtStream stream = new_stream();
    aclmdlDataset* nowhere = dataset({{reinterpret_cast<void*>(0x1240), sizeof a_}, {b_.data(), sizeof b_}});
    EXPECT_OK(aclmdlExecuteAsync(id_, nowhere, outputs_, stream));
    EXPECT_CODE(ACL_ERROR_RT_PARAM_INVALID, aclrtSynchronizeStream(stream));
    EXPECT_CODE(ACL_ERROR_RT_PARAM_INVALID, aclmdlExecute(id_, nowhere, outputs_));
}

// Manual 7.10, 10.5.4.19.
TEST_F(Model, AFailingExecutionIsTold) {
    struct Told {
        uint32_t task;
        uint32_t stream;
        uint32_t thread;
        uint32_t device;
        uint32_t code;
    };
    static std::vector<Told> s_told;
    static uint32_t s_model;
    s_told.clear();
    s_model = id_;
    EXPECT_OK(aclrtSetExceptionInfoCallback([](aclrtExceptionInfo* info) {
        s_told.push_back({aclrtGetTaskIdFromExceptionInfo(info), aclrtGetStreamIdFromExceptionInfo(info),
                          aclrtGetThreadIdFromExceptionInfo(info), aclrtGetDeviceIdFromExceptionInfo(info),
                          aclrtGetErrorCodeFromExceptionInfo(info)});
        if (s_told.size() == 2) {
            EXPECT_OK(aclmdlUnload(s_model)) << "nothing is held while the function runs";
        }
    }));
    aclmdlDataset* nowhere = dataset({{reinterpret_cast<void*>(0x1240), sizeof a_}, {b_.data(), sizeof b_}});
    EXPECT_OK(aclmdlExecute(id_, inputs_, outputs_));
    EXPECT_CODE(ACL_ERROR_GE_EXEC_MODEL_ID_INVALID, aclmdlExecute(id_ + 1, inputs_, outputs_));
    EXPECT_TRUE(s_told.empty()) << "success, and what never ran, are no exceptions";
    EXPECT_OK(aclmdlExecuteAsync(id_, nowhere, outputs_, nullptr));
    EXPECT_CODE(ACL_ERROR_RT_PARAM_INVALID, aclrtSynchronizeStream(nullptr));
    EXPECT_CODE(ACL_ERROR_RT_PARAM_INVALID, aclmdlExecute(id_, nowhere, outputs_));
    ASSERT_EQ(s_told.size(), 2U);
    EXPECT_EQ(s_told[1].task, 0xFFFFFFFE) << "it is not queued";
    EXPECT_EQ(s_told[1].stream, s_told[0].stream) << "the default stream";
    EXPECT_EQ(s_told[1].thread, static_cast<uint32_t>(syscall(SYS_gettid)));
    EXPECT_EQ(s_told[1].device, s_told[0].device);
    EXPECT_EQ(s_told[1].code, static_cast<uint32_t>(ACL_ERROR_RT_PARAM_INVALID));
    EXPECT_OK(aclrtSetExceptionInfoCallback(nullptr));
}

TEST_F(Model, AllocatesForOutputsWithoutAddress) {
    aclmdlDataset* empty = dataset({{nullptr, 0}, {nullptr, 0}});
    const aclrtStream stream = new_stream();
    for (const bool queued : {false, true}) {
        if (queued) {
            EXPECT_OK(aclmdlExecuteAsync(id_, inputs_, empty, stream));
            EXPECT_OK(aclrtSynchronizeStream(stream));
        } else {
            EXPECT_OK(aclmdlExecute(id_, inputs_, empty));
        }
        for (size_t i = 0; i < 2; ++i) {
            aclDataBuffer* buffer = aclmdlGetDatasetBuffer(empty, i);
            void* data = aclGetDataBufferAddr(buffer);
            ASSERT_EQ(aclGetDataBufferSizeV2(buffer), sizeof(Matrix));
            std::memcpy((i == 0 ? sum_ : difference_).data(), data, sizeof(Matrix));
            EXPECT_OK(aclrtFree(data));
            EXPECT_OK(aclUpdateDataBuffer(buffer, nullptr, 0));
        }
        expect_results();
    }
}

TEST_F(Model, FailingLeavesOutputsWithoutAddressEmpty) {
    const MemInfo before = mem_info();
    aclmdlDataset* nowhere = dataset({{reinterpret_cast<void*>(0x1240), sizeof a_}, {b_.data(), sizeof b_}});
    aclmdlDataset* empty = dataset({{nullptr, 0}, {nullptr, 0}});
    EXPECT_CODE(ACL_ERROR_RT_PARAM_INVALID, aclmdlExecute(id_, nowhere, empty));
    EXPECT_EQ(aclGetDataBufferAddr(aclmdlGetDatasetBuffer(empty, 0)), nullptr);
    EXPECT_EQ(mem_info().free, before.free);
}

TEST_F(Model, RefusesDatasetsThatDoNotFit) {
    aclmdlDataset* none = aclmdlCreateDataset();
    aclmdlDataset* one = dataset({{a_.data(), sizeof a_}});
    aclmdlDataset* small = dataset({{sum_.data(), sizeof sum_}, {difference_.data(), sizeof difference_ - 1}});
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM, aclmdlExecute(id_, none, outputs_));
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM, aclmdlExecute(id_, inputs_, none));
    EXPECT_CODE(ACL_ERROR_MODEL_INPUT_NOT_MATCH, aclmdlExecute(id_, one, outputs_));
    EXPECT_CODE(ACL_ERROR_MODEL_OUTPUT_NOT_MATCH, aclmdlExecute(id_, inputs_, one));
    EXPECT_CODE(ACL_ERROR_MODEL_INPUT_NOT_MATCH, aclmdlExecuteAsync(id_, one, outputs_, nullptr));
    EXPECT_EQ(aclmdlExecute(id_, inputs_, small), ACL_ERROR_GE_PARAM_INVALID);
    const std::string message = recent_message();
    EXPECT_NE(message.find("output 1 'sub:0:difference' has a buffer of 23 bytes; the model needs 24"),
              std::string::npos)
        << message;
    EXPECT_EQ(sum_, Matrix{}) << "nothing has run";
}

TEST_F(Model, TakesAnInputThatIsALittleShort) {
    aclmdlDataset* shorter = dataset({{a_.data(), 2 * sizeof(float)}, {b_.data(), sizeof b_}});
    EXPECT_OK(aclmdlExecute(id_, shorter, outputs_));
    EXPECT_EQ(sum_, (Matrix{11, 22, 30, 40, 50, 60}));
}

TEST_F(Model, OnceUnloadedIsUnknown) {
    aclmdlDesc* desc = describe(id_);
    EXPECT_OK(aclmdlUnload(id_));
    EXPECT_CODE(ACL_ERROR_GE_EXEC_MODEL_ID_INVALID, aclmdlUnload(id_));
    EXPECT_CODE(ACL_ERROR_GE_EXEC_MODEL_ID_INVALID, aclmdlExecute(id_, inputs_, outputs_));
    EXPECT_CODE(ACL_ERROR_GE_EXEC_MODEL_ID_INVALID, aclmdlExecuteAsync(id_, inputs_, outputs_, nullptr));
    EXPECT_CODE(ACL_ERROR_INVALID_MODEL_ID, aclmdlGetDesc(desc, id_));
    EXPECT_EQ(aclmdlGetNumInputs(desc), 2U) << "the description is left as it was";
    EXPECT_STREQ(aclmdlGetInputNameByIndex(desc, 1), "b");
    const uint32_t next = load("sum_difference");
    EXPECT_NE(next, id_);
}

TEST_F(Model, GoesWithItsDevice) {
    EXPECT_OK(aclrtResetDevice(0));
    EXPECT_OK(aclrtSetDevice(0));
    EXPECT_CODE(ACL_ERROR_GE_EXEC_MODEL_ID_INVALID, aclmdlExecute(id_, inputs_, outputs_));
    EXPECT_CODE(ACL_ERROR_GE_EXEC_MODEL_ID_INVALID, aclmdlUnload(id_));
}

TEST_F(Model, RunsInOtherContextsAndThreads) {
    new_context();
    EXPECT_OK(aclmdlExecute(id_, inputs_, outputs_));
    in_new_thread([&] {
        uint32_t id = 0;
        EXPECT_CODE(ACL_ERROR_RT_CONTEXT_NULL, aclmdlExecute(id_, inputs_, outputs_));
        EXPECT_CODE(ACL_ERROR_RT_CONTEXT_NULL, aclmdlExecuteAsync(id_, inputs_, outputs_, nullptr));
        EXPECT_CODE(ACL_ERROR_RT_CONTEXT_NULL, aclmdlLoadFromFile(model_path("sum_difference").c_str(), &id));
        EXPECT_OK(aclrtSetDevice(0));
        EXPECT_OK(aclmdlExecute(id_, inputs_, outputs_));
        EXPECT_OK(aclmdlUnload(id_));
        EXPECT_OK(aclrtResetDevice(0));
    });
    expect_results();
}

TEST_F(Model, IsSharedByThreadsAndStreams) {
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t) {
        threads.emplace_back([&, t] {
            EXPECT_OK(aclrtSetDevice(0));
            Matrix mine{};
            mine.fill(static_cast<float>(t));
            Matrix sum{};
            Matrix difference{};
            aclmdlDataset* in = dataset(mine, b_);
            aclmdlDataset* out = dataset(sum, difference);
            const aclrtStream stream = new_stream();
            for (int i = 0; i < 50; ++i) {
                sum.fill(0);
                if (i % 2 == 0) {
                    EXPECT_OK(aclmdlExecute(id_, in, out));
                } else {
                    EXPECT_OK(aclmdlExecuteAsync(id_, in, out, stream));
                    EXPECT_OK(aclrtSynchronizeStream(stream));
                }
                for (size_t k = 0; k < sum.size(); ++k) {
                    ASSERT_EQ(sum[k], mine[k] + b_[k]);
                }
            }
            EXPECT_OK(aclrtResetDevice(0));
        });
    }
    for (std::thread& thread : threads) {
        thread.join();
    }
}

TEST_F(Model, IsUnloadedWhileOthersRunIt) {
    std::atomic<int> unknown{0};
    std::vector<std::thread> threads;
    for (int t = 0; t < 3; ++t) {
        threads.emplace_back([&] {
            EXPECT_OK(aclrtSetDevice(0));
            Matrix sum{};
            Matrix difference{};
            aclmdlDataset* in = dataset(a_, b_);
            aclmdlDataset* out = dataset(sum, difference);
            aclError code = ACL_SUCCESS;
            while (code == ACL_SUCCESS) {
                code = aclmdlExecute(id_, in, out);
            }
            unknown += code == ACL_ERROR_GE_EXEC_MODEL_ID_INVALID ? 1 : 0;
            EXPECT_OK(aclrtResetDevice(0));
        });
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
    EXPECT_OK(aclmdlUnload(id_));
    for (std::thread& thread : threads) {
        thread.join();
    }
    EXPECT_EQ(unknown, 3);
}

TEST_F(Model, LoadsFromMemoryToo) {
    const std::string file = content(model_path("sum_difference"));
    ASSERT_FALSE(file.empty());
    for (const bool on_device : {false, true}) {
        std::vector<char> host(file.begin(), file.end());
        void* data = host.data();
        if (on_device) {
            data = device_memory(file.size());
            std::memcpy(data, file.data(), file.size());
        }
        uint32_t id = 0;
        EXPECT_OK(aclmdlLoadFromMem(data, file.size(), &id));
        std::memset(data, 0xff, file.size());  // the program may do with it as it likes
        host.assign(1, 0);
        sum_ = {};
        EXPECT_OK(aclmdlExecute(id, inputs_, outputs_));
        expect_results();
        EXPECT_OK(aclmdlUnload(id));
    }
}

TEST_F(Model, TellsItsSizes) {
    size_t work = 0;
    size_t weight = 0;
    EXPECT_OK(aclmdlQuerySize(model_path("sum_difference").c_str(), &work, &weight));
    EXPECT_GE(work, 1U);
    EXPECT_GE(weight, 1U);
    const std::string file = content(model_path("sum_difference"));
    size_t work_again = 0;
    size_t weight_again = 0;
    EXPECT_OK(aclmdlQuerySizeFromMem(file.data(), file.size(), &work_again, &weight_again));
    EXPECT_EQ(work, work_again);
    EXPECT_EQ(weight, weight_again);
}

// What every way to a model's content answers to content that is none.
class BadModel : public Runtime {
   protected:
    static void expect_refused(aclError code, const std::string& bytes) {
        const std::string path = testing::TempDir() + "softacl_bad_model_" + std::to_string(getpid()) + ".om";
        std::ofstream(path, std::ios::binary) << bytes;
        uint32_t id = 7;
        size_t work = 7;
        size_t weight = 7;
        EXPECT_CODE(code, aclmdlLoadFromFile(path.c_str(), &id));
        EXPECT_CODE(code, aclmdlLoadFromMem(bytes.data(), bytes.size(), &id));
        EXPECT_CODE(code, aclmdlQuerySize(path.c_str(), &work, &weight));
        EXPECT_CODE(code, aclmdlQuerySizeFromMem(bytes.data(), bytes.size(), &work, &weight));
        EXPECT_EQ(id, 0U);
        EXPECT_EQ(work, 0U);
        EXPECT_EQ(weight, 0U);
        std::remove(path.c_str());
    }
};

TEST_F(BadModel, IsEmptyOrCutOff) {
    expect_refused(ACL_ERROR_GE_EXEC_MODEL_DATA_SIZE_INVALID, "");
    expect_refused(ACL_ERROR_GE_EXEC_MODEL_DATA_SIZE_INVALID, content(model_path("sum_difference")).substr(0, 100));
}

TEST_F(BadModel, IsSomethingElse) {
    expect_refused(ACL_ERROR_GE_EXEC_LOAD_MODEL_PARTITION_FAILED, std::string(1000, 'x'));
}

TEST_F(BadModel, IsAnywhereElse) {
    uint32_t id = 7;
    size_t work = 7;
    size_t weight = 7;
    for (const char* path : {"/nonexistent/model.om", "/", ""}) {
        EXPECT_CODE(ACL_ERROR_GE_EXEC_MODEL_PATH_INVALID, aclmdlLoadFromFile(path, &id)) << path;
        EXPECT_CODE(ACL_ERROR_GE_EXEC_MODEL_PATH_INVALID, aclmdlQuerySize(path, &work, &weight)) << path;
    }
    EXPECT_CODE(ACL_ERROR_GE_EXEC_MODEL_ADDR_INVALID, aclmdlLoadFromMem(nullptr, 1000, &id));
    EXPECT_CODE(ACL_ERROR_GE_EXEC_MODEL_ADDR_INVALID, aclmdlLoadFromMem(reinterpret_cast<void*>(0x1234), 1000, &id));
    EXPECT_CODE(ACL_ERROR_GE_EXEC_MODEL_ADDR_INVALID, aclmdlQuerySizeFromMem(nullptr, 1000, &work, &weight));
    EXPECT_EQ(id, 0U);
    EXPECT_EQ(work, 0U);
}

TEST_F(BadModel, HasOneBitWrong) {
    const std::string file = content(model_path("sum_difference"));
    for (size_t at = 0; at < file.size(); at += 1 + file.size() / 200) {
        std::string damaged = file;
        damaged[at] ^= 0x10;
        uint32_t id = 0;
        EXPECT_NE(aclmdlLoadFromMem(damaged.data(), damaged.size(), &id), ACL_SUCCESS) << "byte " << at;
        EXPECT_NE(recent_message(), "") << "byte " << at;
    }
}

TEST_F(Model, IsDescribed) {
    const aclmdlDesc* desc = describe(id_);
    auto* same = const_cast<aclmdlDesc*>(desc);
    EXPECT_EQ(aclmdlGetNumInputs(same), 2U);
    EXPECT_EQ(aclmdlGetNumOutputs(same), 2U);
    EXPECT_STREQ(aclmdlGetInputNameByIndex(desc, 0), "a");
    EXPECT_STREQ(aclmdlGetInputNameByIndex(desc, 1), "b");
    EXPECT_STREQ(aclmdlGetOutputNameByIndex(desc, 0), "add:0:sum");
    EXPECT_STREQ(aclmdlGetOutputNameByIndex(desc, 1), "sub:0:difference");
    for (size_t i = 0; i < 2; ++i) {
        EXPECT_EQ(aclmdlGetInputSizeByIndex(same, i), 24U);
        EXPECT_EQ(aclmdlGetOutputSizeByIndex(same, i), 24U);
        EXPECT_EQ(aclmdlGetInputFormat(desc, i), ACL_FORMAT_ND);
        EXPECT_EQ(aclmdlGetOutputFormat(desc, i), ACL_FORMAT_ND);
        EXPECT_EQ(aclmdlGetInputDataType(desc, i), ACL_FLOAT);
        EXPECT_EQ(aclmdlGetOutputDataType(desc, i), ACL_FLOAT);
        for (const auto dims_of :
             {aclmdlGetInputDims, aclmdlGetInputDimsV2, aclmdlGetOutputDims, aclmdlGetCurOutputDims}) {
            aclmdlIODims dims;
            EXPECT_EQ(dims_of(desc, i, &dims), ACL_SUCCESS);
            EXPECT_EQ(std::vector<int64_t>(dims.dims, dims.dims + dims.dimCount), (std::vector<int64_t>{2, 3}));
        }
        size_t found = 7;
        EXPECT_OK(aclmdlGetInputIndexByName(desc, aclmdlGetInputNameByIndex(desc, i), &found));
        EXPECT_EQ(found, i);
        EXPECT_OK(aclmdlGetOutputIndexByName(desc, aclmdlGetOutputNameByIndex(desc, i), &found));
        EXPECT_EQ(found, i);
    }
    aclmdlIODims dims;
    EXPECT_OK(aclmdlGetOutputDims(desc, 1, &dims));
    EXPECT_STREQ(dims.name, "sub:0:difference");
    EXPECT_STREQ(aclmdlGetTensorRealName(desc, "b"), "b");
    EXPECT_STREQ(aclmdlGetOpAttr(same, "add", "_datadump_original_op_names"), "");
    EXPECT_STREQ(aclmdlGetOpAttr(same, "nobody", "nothing"), "");
    EXPECT_EQ(recent_message(), "");
}

TEST_F(Model, HasNoGears) {
    const aclmdlDesc* desc = describe(id_);
    aclmdlBatch batch;
    aclmdlHW sizes;
    size_t gears = 7;
    aclmdlIODims dims;
    EXPECT_OK(aclmdlGetDynamicBatch(desc, &batch));
    EXPECT_EQ(batch.batchCount, 0U);
    EXPECT_OK(aclmdlGetDynamicHW(desc, SIZE_MAX, &sizes));
    EXPECT_EQ(sizes.hwCount, 0U);
    EXPECT_OK(aclmdlGetInputDynamicGearCount(desc, SIZE_MAX, &gears));
    EXPECT_EQ(gears, 0U);
    EXPECT_OK(aclmdlGetInputDynamicDims(desc, SIZE_MAX, &dims, 0));
    EXPECT_CODE(ACL_ERROR_MODEL_NOT_DYNAMIC, aclmdlGetInputDynamicDims(desc, SIZE_MAX, &dims, 1));
    // Programs ask this of every model at every inference.
    size_t index = 7;
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM, aclmdlGetInputIndexByName(desc, ACL_DYNAMIC_TENSOR_NAME, &index));
    EXPECT_EQ(index, 0U);
}

TEST_F(Model, AnswersAnIndexThatIsTooLarge) {
    const aclmdlDesc* desc = describe(id_);
    auto* same = const_cast<aclmdlDesc*>(desc);
    const auto complains = [] {
        const std::string message = recent_message();
        EXPECT_NE(message.find("100000"), std::string::npos) << message;
        EXPECT_NE(message.find("index is 2; the model has 2"), std::string::npos) << message;
    };
    EXPECT_EQ(aclmdlGetInputSizeByIndex(same, 2), 0U);
    complains();
    EXPECT_EQ(aclmdlGetOutputSizeByIndex(same, 2), 0U);
    complains();
    EXPECT_STREQ(aclmdlGetInputNameByIndex(desc, 2), "");
    complains();
    EXPECT_STREQ(aclmdlGetOutputNameByIndex(desc, 2), "");
    complains();
    EXPECT_EQ(aclmdlGetInputFormat(desc, 2), ACL_FORMAT_UNDEFINED);
    complains();
    EXPECT_EQ(aclmdlGetOutputFormat(desc, 2), ACL_FORMAT_UNDEFINED);
    complains();
    EXPECT_EQ(aclmdlGetInputDataType(desc, 2), ACL_DT_UNDEFINED);
    complains();
    EXPECT_EQ(aclmdlGetOutputDataType(desc, 2), ACL_DT_UNDEFINED);
    complains();
    aclmdlIODims dims;
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM, aclmdlGetInputDims(desc, 2, &dims));
    EXPECT_EQ(dims.dimCount, 0U);
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM, aclmdlGetInputDimsV2(desc, 2, &dims));
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM, aclmdlGetOutputDims(desc, SIZE_MAX, &dims));
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM, aclmdlGetCurOutputDims(desc, 2, &dims));
    size_t index = 7;
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM, aclmdlGetOutputIndexByName(desc, "sum", &index));
    EXPECT_EQ(aclmdlGetTensorRealName(desc, "nobody"), nullptr);
    EXPECT_NE(recent_message(), "");
}

TEST_F(Model, ADescriptionOfNoneSaysSo) {
    aclmdlDesc* desc = aclmdlCreateDesc();
    EXPECT_EQ(aclmdlGetNumInputs(desc), 0U);
    EXPECT_NE(recent_message().find("aclmdlGetDesc"), std::string::npos);
    EXPECT_EQ(aclmdlGetOpAttr(desc, "add", "_datadump_original_op_names"), nullptr);
    EXPECT_NE(recent_message(), "");
    aclmdlBatch batch;
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM, aclmdlGetDynamicBatch(desc, &batch));
}

TEST_F(Model, ADescriptionMayBeFilledAgain) {
    aclmdlDesc* desc = describe(id_);
    const char* name = aclmdlGetInputNameByIndex(desc, 1);
    EXPECT_OK(aclmdlGetDesc(desc, load("long_names")));
    EXPECT_EQ(aclmdlGetNumInputs(desc), 1U);
    EXPECT_STREQ(name, "b") << "handed out before";
}

TEST_F(Model, LongNamesAreShortenedInDims) {
    const aclmdlDesc* desc = describe(load("long_names"));
    const std::string input(200, 'n');
    const std::string output = "add:0:" + std::string(200, 'm');
    EXPECT_EQ(aclmdlGetInputNameByIndex(desc, 0), input);
    EXPECT_EQ(aclmdlGetOutputNameByIndex(desc, 0), output);
    aclmdlIODims dims;
    EXPECT_OK(aclmdlGetInputDims(desc, 0, &dims));
    EXPECT_LT(std::strlen(dims.name), 128U);
    EXPECT_EQ(aclmdlGetTensorRealName(desc, dims.name), input);
    EXPECT_OK(aclmdlGetCurOutputDims(desc, 0, &dims));
    EXPECT_EQ(aclmdlGetTensorRealName(desc, dims.name), output);
    EXPECT_EQ(aclmdlGetTensorRealName(desc, output.c_str()), output);
}

}  // namespace
}  // namespace softacl::test
