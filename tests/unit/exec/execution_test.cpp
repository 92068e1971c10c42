// SPDX-License-Identifier: Apache-2.0
#include "exec/execution.h"

#include <gtest/gtest.h>
#include <sys/mman.h>

#include <algorithm>
#include <numeric>

#include "acl/acl_base.h"
#include "fake_model.h"
#include "runtime/memory.h"
#include "runtime/objects.h"

namespace softacl::exec {
namespace {

// A model that adds up its input bytes into one output byte, and copies the first input.
class ExecutionTest : public testing::Test {
   protected:
    static constexpr size_t kBytes = 200;

    ExecutionTest() : model_(make()) {
        std::iota(input_.begin(), input_.end(), uint8_t{1});
        EXPECT_TRUE(first_device().acquire().ok());
    }
    ~ExecutionTest() override { EXPECT_TRUE(first_device().release().ok()); }

    static std::shared_ptr<LoadedModel> make() {
        ModelInfo info;
        info.inputs = {bytes_tensor("data", kBytes)};
        info.outputs = {bytes_tensor("copy", kBytes)};
        return loaded(std::move(info), [](const auto& inputs, const auto& outputs) -> Status {
            std::copy_n(static_cast<const uint8_t*>(inputs[0].data), kBytes, static_cast<uint8_t*>(outputs[0].data));
            return {};
        });
    }

    static Handle buffer(void* data, size_t size) {
        return *runtime::make_object(std::make_shared<DataBuffer>(Buffer{data, size}));
    }
    static Buffer contents(Handle handle) { return (*pin<DataBuffer>(handle, "buffer"))->get(); }

    // Prepares and runs with one buffer on each side.
    Status run(Handle input, Handle output) {
        Dataset inputs;
        Dataset outputs;
        inputs.add(input);
        outputs.add(output);
        auto execution = Execution::prepare(model_, inputs, outputs);
        if (!execution.ok()) {
            return execution.status();
        }
        return (*execution)->run(run_);
    }
    Status run(Buffer input, Buffer output) {
        return run(buffer(input.data, input.size), buffer(output.data, output.size));
    }
    void expect_copied(const void* output, size_t from_input) const {
        std::vector<uint8_t> expected(input_.begin(), input_.begin() + kBytes);
        std::fill(expected.begin() + static_cast<ptrdiff_t>(from_input), expected.end(), uint8_t{0});
        const auto* bytes = static_cast<const uint8_t*>(output);
        EXPECT_EQ(std::vector<uint8_t>(bytes, bytes + kBytes), expected);
    }

    std::shared_ptr<LoadedModel> model_;
    std::vector<uint8_t> input_ = std::vector<uint8_t>(kBytes + 100);
    std::vector<uint8_t> output_ = std::vector<uint8_t>(kBytes + 100);
    exec::Run run_;
};

TEST_F(ExecutionTest, TakesHostMemory) {
    EXPECT_TRUE(run({input_.data(), kBytes}, {output_.data(), kBytes}).ok());
    expect_copied(output_.data(), kBytes);
}

TEST_F(ExecutionTest, TakesDeviceMemory) {
    void* input = *first_device().memory().allocate(kBytes, false);
    void* output = *first_device().memory().allocate(kBytes, false);
    std::copy_n(input_.begin(), kBytes, static_cast<uint8_t*>(input));
    EXPECT_TRUE(run({input, kBytes}, {output, kBytes}).ok());
    expect_copied(output, kBytes);
    EXPECT_EQ(run_.warning, "");
}

TEST_F(ExecutionTest, TakesLargerBuffers) {
    EXPECT_TRUE(run({input_.data(), kBytes + 100}, {output_.data(), kBytes + 100}).ok());
    expect_copied(output_.data(), kBytes);
    EXPECT_EQ(output_[kBytes], 0) << "nothing is written behind the tensor";
    EXPECT_TRUE(run({input_.data(), SIZE_MAX}, {output_.data(), SIZE_MAX}).ok()) << "only the tensor is touched";
}

// What is missing of an input reads as zero, and is not read: it may not even exist.
class MissingBytes : public ExecutionTest, public testing::WithParamInterface<size_t> {};

TEST_P(MissingBytes, AreZeroUpToALimit) {
    const size_t size = kBytes - GetParam();
    const auto page = static_cast<size_t>(sysconf(_SC_PAGESIZE));
    auto* pages =
        static_cast<uint8_t*>(mmap(nullptr, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    ASSERT_EQ(mprotect(pages + page, page, PROT_NONE), 0);
    uint8_t* at_the_end = pages + page - size;
    std::copy_n(input_.begin(), size, at_the_end);
    const Status status = run({at_the_end, size}, {output_.data(), kBytes});
    if (GetParam() < 64) {
        EXPECT_TRUE(status.ok()) << status.message();
        expect_copied(output_.data(), size);
    } else {
        EXPECT_EQ(status.code(), ACL_ERROR_GE_PARAM_INVALID);
        EXPECT_EQ(status.message(), text("input 0 'data' has a buffer of ", size, " bytes; the model needs 200"));
    }
    munmap(pages, 2 * page);
}

INSTANTIATE_TEST_SUITE_P(, MissingBytes, testing::Values(0, 1, 63, 64, 199));

TEST_F(ExecutionTest, RefusesASmallOutput) {
    const Status status = run({input_.data(), kBytes}, {output_.data(), kBytes - 1});
    EXPECT_EQ(status.code(), ACL_ERROR_GE_PARAM_INVALID);
    EXPECT_EQ(status.message(), "output 0 'copy' has a buffer of 199 bytes; the model needs 200");
}

TEST_F(ExecutionTest, RefusesAnEmptyInput) {
    EXPECT_EQ(run({input_.data(), 0}, {output_.data(), kBytes}).code(), ACL_ERROR_GE_PARAM_INVALID);
    EXPECT_EQ(run({nullptr, 0}, {output_.data(), kBytes}).code(), ACL_ERROR_GE_PARAM_INVALID);
    EXPECT_EQ(run({nullptr, kBytes}, {output_.data(), kBytes}).code(), ACL_ERROR_GE_PARAM_INVALID);
}

TEST_F(ExecutionTest, AllocatesForAnEmptyOutput) {
    for (const size_t size : {size_t{0}, size_t{7}, kBytes}) {
        const Handle output = buffer(nullptr, size);
        EXPECT_TRUE(run(buffer(input_.data(), kBytes), output).ok());
        const Buffer filled = contents(output);
        ASSERT_NE(filled.data, nullptr);
        EXPECT_EQ(filled.size, kBytes);
        expect_copied(filled.data, kBytes);
        EXPECT_TRUE(runtime::free_on_device(filled.data).ok());
    }
}

TEST_F(ExecutionTest, TakesAllocationsBack) {
    Dataset inputs;
    Dataset outputs;
    inputs.add(buffer(input_.data(), kBytes));
    const Handle output = buffer(nullptr, 0);
    outputs.add(output);
    const uint64_t before = first_device().memory().free_bytes();
    auto execution = Execution::prepare(model_, inputs, outputs);
    ASSERT_TRUE(execution.ok());
    EXPECT_LT(first_device().memory().free_bytes(), before);
    (*execution)->take_back();
    EXPECT_EQ(first_device().memory().free_bytes(), before);
    EXPECT_EQ(contents(output).data, nullptr);
}

TEST_F(ExecutionTest, ReadsBuffersWhenItIsPrepared) {
    Dataset inputs;
    Dataset outputs;
    const Handle input = buffer(input_.data(), kBytes);
    inputs.add(input);
    outputs.add(buffer(output_.data(), kBytes));
    auto execution = Execution::prepare(model_, inputs, outputs);
    ASSERT_TRUE(execution.ok());
    (*pin<DataBuffer>(input, "input"))->set({nullptr, 0});
    retire_handle(input);
    inputs.add(input);
    EXPECT_TRUE((*execution)->run(run_).ok());
    expect_copied(output_.data(), kBytes);
}

TEST_F(ExecutionTest, RefusesAnotherNumberOfBuffers) {
    Dataset none;
    Dataset one;
    Dataset two;
    const Handle some = buffer(output_.data(), kBytes);
    one.add(some);
    two.add(some);
    two.add(some);
    const auto code = [&](const Dataset& in, Dataset& out) {
        return Execution::prepare(model_, in, out).status().code();
    };
    EXPECT_EQ(code(one, one), ACL_SUCCESS);
    EXPECT_EQ(code(none, one), ACL_ERROR_INVALID_PARAM);
    EXPECT_EQ(code(one, none), ACL_ERROR_INVALID_PARAM);
    EXPECT_EQ(code(two, one), ACL_ERROR_MODEL_INPUT_NOT_MATCH);
    EXPECT_EQ(code(one, two), ACL_ERROR_MODEL_OUTPUT_NOT_MATCH);
    EXPECT_EQ(Execution::prepare(loaded({}), none, none).status().code(), ACL_SUCCESS) << "a model of constants";
}

TEST_F(ExecutionTest, RefusesADestroyedBuffer) {
    const Handle gone = buffer(input_.data(), kBytes);
    retire_handle(gone);
    const Status input = run(gone, buffer(output_.data(), kBytes));
    EXPECT_EQ(input.code(), ACL_ERROR_INVALID_RESOURCE_HANDLE);
    EXPECT_EQ(input.message().rfind("input 0 'data': its data buffer is 0x", 0), 0U) << input.message();
    EXPECT_EQ(run(buffer(input_.data(), kBytes), gone).code(), ACL_ERROR_INVALID_RESOURCE_HANDLE);
}

TEST_F(ExecutionTest, RefusesMemoryThatIsNotThere) {
    const auto nowhere = reinterpret_cast<void*>(0x1234);
    const Status status = run({nowhere, kBytes}, {output_.data(), kBytes});
    EXPECT_EQ(status.code(), ACL_ERROR_RT_PARAM_INVALID);
    EXPECT_EQ(status.message(),
              "input 0 'data': its buffer is 0x1234, a host address where 0 of 200 bytes can be read");
    EXPECT_EQ(run({input_.data(), kBytes}, {nowhere, kBytes}).code(), ACL_ERROR_RT_PARAM_INVALID);
    EXPECT_EQ(run({input_.data(), kBytes}, {const_cast<char*>("read-only"), kBytes}).code(),
              ACL_ERROR_RT_PARAM_INVALID);
    void* freed = *first_device().memory().allocate(kBytes, false);
    first_device().memory().retire(freed, nullptr);
    EXPECT_EQ(run({freed, kBytes}, {output_.data(), kBytes}).code(), ACL_ERROR_RT_PARAM_INVALID);
}

TEST_F(ExecutionTest, WarnsOfAnOverrunIntoSlack) {
    void* input = *first_device().memory().allocate(kBytes - 100, false);
    EXPECT_TRUE(run({input, kBytes}, {output_.data(), kBytes}).ok());
    EXPECT_NE(run_.warning.find("input 0 'data'"), std::string::npos) << run_.warning;
}

TEST_F(ExecutionTest, HandsOnTheModelsFailure) {
    ModelInfo info;
    info.inputs = {bytes_tensor("data", kBytes)};
    info.outputs = {bytes_tensor("copy", kBytes)};
    model_ = loaded(std::move(info), [](auto&, auto&) { return fail(ACL_ERROR_GE_INTERNAL_ERROR, "it broke"); });
    EXPECT_EQ(run({input_.data(), kBytes}, {output_.data(), kBytes}).code(), ACL_ERROR_GE_INTERNAL_ERROR);
}

TEST_F(ExecutionTest, DoesNotLookAtTensorsWithoutElements) {
    ModelInfo info;
    info.inputs = {bytes_tensor("nothing", 0)};
    info.outputs = {bytes_tensor("nothing", 0)};
    model_ = loaded(std::move(info));
    EXPECT_TRUE(run({nullptr, 0}, {nullptr, 0}).ok());
}

}  // namespace
}  // namespace softacl::exec
