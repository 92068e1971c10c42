// SPDX-License-Identifier: Apache-2.0
// Operators of the program's own (manual 6.7, 10.11). Their kernels are compiled when the tests are built.
#include <fstream>
#include <iterator>

#include "op_fixture.h"

namespace softacl::test {
namespace {

using Floats = std::vector<float>;

std::vector<char> kernel_file(const char* name) {
    std::ifstream file(std::string(SOFTACL_TEST_KERNELS) + "/" + name, std::ios::binary);
    std::vector<char> content((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
    EXPECT_FALSE(content.empty()) << name;
    return content;
}

aclError create(const char* type, const char* id, const char* function, std::vector<char>& file,
                aclDataDeallocator deallocator = nullptr) {
    return aclopCreateKernel(type, id, function, file.data(), static_cast<int>(file.size()), ACL_ENGINE_AICORE,
                             deallocator);
}

// What the selector of these tests was called with, and what it does.
struct Told {
    int calls = 0;
    int inputs = 0;
    int outputs = 0;
    Dims dims;
    const aclopAttr* attr = nullptr;
    aclopKernelDesc* kernel = nullptr;
    const char* id = "scaled_sum";
    float factor = 10;
    uint32_t blocks = 3;
    std::vector<size_t> workspaces = {64, 3 * sizeof(float)};
    aclError answer = ACL_SUCCESS;
} told;

aclError select(int num_inputs, const aclTensorDesc* const inputs[], int num_outputs, const aclTensorDesc* const[],
                const aclopAttr* attr, aclopKernelDesc* kernel) {
    ++told.calls;
    told.inputs = num_inputs;
    told.outputs = num_outputs;
    told.dims = dims_of(inputs[0]);
    told.attr = attr;
    told.kernel = kernel;
    if (told.id != nullptr) {
        EXPECT_OK(aclopSetKernelArgs(kernel, told.id, told.blocks, &told.factor, sizeof told.factor));
        EXPECT_OK(
            aclopSetKernelWorkspaceSizes(kernel, static_cast<int>(told.workspaces.size()), told.workspaces.data()));
    }
    return told.answer;
}

class OwnOp : public Runtime {
   protected:
    OwnOp() {
        told = {};
        std::vector<char> file = kernel_file("scaled_sum.so");
        EXPECT_OK(create("add", "scaled_sum", "scaled_sum", file));
        EXPECT_OK(create("add", "failing", "failing", file));
        EXPECT_OK(aclopRegisterCompileFunc("add", select));
    }

    static OpArguments add_of_three() {
        OpArguments add;
        add.in<float>({3}, {1, 2, 3}).in<float>({3}, {10, 20, 30}).out<float>({3}, 3);
        return add;
    }
    static aclError update(OpArguments& add, const char* type = "add") {
        return aclopUpdateParams(type, static_cast<int>(add.input_descs.size()), add.input_descs.data(),
                                 static_cast<int>(add.output_descs.size()), add.output_descs.data(), add.attr);
    }
};

TEST_F(OwnOp, RunsTheKernelThatItsSelectorChose) {
    OpArguments add = add_of_three();
    EXPECT_OK(update(add));
    EXPECT_EQ(told.calls, 1);
    EXPECT_EQ(told.inputs, 2);
    EXPECT_EQ(told.outputs, 1);
    EXPECT_EQ(told.dims, (Dims{3}));
    EXPECT_EQ(told.attr, add.attr);
    EXPECT_OK(add.execute("add"));
    EXPECT_OK(aclrtSynchronizeStream(nullptr));
    EXPECT_EQ(values_of<float>(add.outputs[0], 3), (Floats{110, 220, 330}));
    EXPECT_EQ(told.calls, 1);

    told.factor = 2;
    EXPECT_OK(update(add));  // chooses anew
    EXPECT_OK(add.execute_v1("add"));
    EXPECT_OK(aclrtSynchronizeStream(nullptr));
    EXPECT_EQ(values_of<float>(add.outputs[0], 3), (Floats{22, 44, 66}));
}

TEST_F(OwnOp, IsSelectedByTheFirstExecution) {
    OpArguments add = add_of_three();
    EXPECT_OK(add.execute("add"));
    EXPECT_OK(add.execute("add"));
    EXPECT_OK(aclrtSynchronizeStream(nullptr));
    EXPECT_EQ(told.calls, 1);
    EXPECT_EQ(values_of<float>(add.outputs[0], 3), (Floats{110, 220, 330}));
    OpArguments two;
    two.in<float>({2}, {1, 2}).in<float>({2}, {10, 20}).out<float>({2}, 2);
    aclopHandle* handle = nullptr;
    ASSERT_OK(two.create_handle("add", &handle));
    EXPECT_EQ(told.calls, 2);
    EXPECT_OK(two.execute_with(handle));
    EXPECT_OK(aclrtSynchronizeStream(nullptr));
    EXPECT_EQ(values_of<float>(two.outputs[0], 2), (Floats{110, 220}));
}

TEST_F(OwnOp, BuffersMustHoldTheirTensors) {
    OpArguments add = add_of_three();
    EXPECT_OK(aclUpdateDataBuffer(add.outputs[0], aclGetDataBufferAddr(add.outputs[0]), 8));
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM, add.execute("add"));
}

TEST_F(OwnOp, FailuresOfTheKernelAreTheStreams) {
    OpArguments add = add_of_three();
    told.id = "failing";
    EXPECT_OK(add.execute("add"));
    EXPECT_EQ(aclrtSynchronizeStream(nullptr), ACL_ERROR_RT_AICORE_EXCEPTION);
    EXPECT_NE(recent_message().find("operator add: its kernel returned 5; expected 0"), std::string::npos);
}

TEST_F(OwnOp, SelectorsMustChoose) {
    OpArguments add = add_of_three();
    told.id = nullptr;
    EXPECT_CODE(ACL_ERROR_KERNEL_NOT_FOUND, update(add));
    told.answer = ACL_ERROR_FAILURE;
    EXPECT_CODE(ACL_ERROR_FAILURE, update(add));
    EXPECT_CODE(ACL_ERROR_FAILURE, add.execute("add"));
    EXPECT_CODE(ACL_ERROR_INVALID_RESOURCE_HANDLE, aclopSetKernelArgs(told.kernel, "scaled_sum", 1, nullptr, 0));
    EXPECT_CODE(ACL_ERROR_INVALID_RESOURCE_HANDLE, aclopSetKernelWorkspaceSizes(told.kernel, 0, nullptr));
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM, aclopSetKernelArgs(nullptr, "scaled_sum", 1, nullptr, 0));
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM, aclopSetKernelWorkspaceSizes(nullptr, 0, nullptr));
}

TEST_F(OwnOp, SelectorsAreToldWhatIsWrong) {
    EXPECT_OK(aclopUnregisterCompileFunc("add"));
    EXPECT_OK(aclopRegisterCompileFunc(
        "add",
        [](int, const aclTensorDesc* const*, int, const aclTensorDesc* const*, const aclopAttr*,
           aclopKernelDesc* kernel) -> aclError {
            EXPECT_CODE(ACL_ERROR_KERNEL_NOT_FOUND, aclopSetKernelArgs(kernel, "another", 1, nullptr, 0));
            EXPECT_CODE(ACL_ERROR_INVALID_PARAM, aclopSetKernelArgs(kernel, "scaled_sum", 0, nullptr, 0));
            EXPECT_CODE(ACL_ERROR_INVALID_PARAM, aclopSetKernelArgs(kernel, "scaled_sum", 1, nullptr, 4));
            EXPECT_CODE(ACL_ERROR_INVALID_PARAM, aclopSetKernelWorkspaceSizes(kernel, -1, nullptr));
            EXPECT_CODE(ACL_ERROR_INVALID_PARAM, aclopSetKernelWorkspaceSizes(kernel, 1, nullptr));
            return ACL_SUCCESS;
        }));
    OpArguments add = add_of_three();
    EXPECT_CODE(ACL_ERROR_KERNEL_NOT_FOUND, update(add));
}

TEST_F(OwnOp, HasOneSelectorAtATime) {
    EXPECT_CODE(ACL_ERROR_BIN_SELECTOR_ALREADY_REGISTERED, aclopRegisterCompileFunc("add", select));
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM, aclopRegisterCompileFunc("", select));
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM, aclopRegisterCompileFunc("add", nullptr));
    OpArguments add = add_of_three();
    EXPECT_CODE(ACL_ERROR_BIN_SELECTOR_NOT_REGISTERED, update(add, "sub"));
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM, update(add, nullptr));
    aclopDestroyAttr(add.attr);
    EXPECT_CODE(ACL_ERROR_INVALID_RESOURCE_HANDLE, update(add));
    EXPECT_OK(aclopUnregisterCompileFunc("add"));
    EXPECT_CODE(ACL_ERROR_BIN_SELECTOR_NOT_REGISTERED, aclopUnregisterCompileFunc("add"));
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM, aclopUnregisterCompileFunc(nullptr));
    add.attr = nullptr;
    EXPECT_CODE(ACL_ERROR_OP_NOT_FOUND, add.execute("add"));
    EXPECT_OK(aclopRegisterCompileFunc("add", select));
}

TEST_F(OwnOp, WhatWasSelectedEndsWithItsSelector) {
    EXPECT_OK(aclopUnregisterCompileFunc("add"));
    EXPECT_OK(aclopRegisterCompileFunc(
        "add",
        [](int, const aclTensorDesc* const*, int, const aclTensorDesc* const*, const aclopAttr*,
           aclopKernelDesc* kernel) -> aclError {
            EXPECT_OK(aclopSetKernelArgs(kernel, "failing", 2, nullptr, 0));
            EXPECT_OK(aclopUnregisterCompileFunc("add"));  // another one takes its place while it runs
            EXPECT_OK(aclopRegisterCompileFunc("add", select));
            return ACL_SUCCESS;
        }));
    OpArguments add = add_of_three();
    EXPECT_OK(update(add));
    EXPECT_OK(add.execute("add"));
    EXPECT_OK(aclrtSynchronizeStream(nullptr));
    EXPECT_EQ(told.calls, 1);
    EXPECT_EQ(values_of<float>(add.outputs[0], 3), (Floats{110, 220, 330}));
}

TEST_F(OwnOp, MayTakeTheNameOfOneTheLibraryKnows) {
    std::vector<char> file = kernel_file("scaled_sum.so");
    EXPECT_OK(create("Add", "scaled_sum", "scaled_sum", file));
    EXPECT_OK(aclopRegisterCompileFunc("Add", select));
    OpArguments add = add_of_three();
    EXPECT_OK(add.execute("Add"));
    EXPECT_OK(aclrtSynchronizeStream(nullptr));
    EXPECT_EQ(values_of<float>(add.outputs[0], 3), (Floats{110, 220, 330}));
}

std::pair<void*, size_t> freed;

TEST_F(OwnOp, KernelsAreCheckedWhenTheyAreAdded) {
    std::vector<char> file = kernel_file("scaled_sum.so");
    EXPECT_CODE(ACL_ERROR_KERNEL_ALREADY_REGISTERED, create("add", "scaled_sum", "scaled_sum", file));
    EXPECT_CODE(ACL_ERROR_KERNEL_NOT_FOUND, create("add", "x", "no_such_function", file));
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM, create("add", "", "scaled_sum", file));
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM, create("", "x", "scaled_sum", file));
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM, create("add", "x", "", file));
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM,
                aclopCreateKernel("add", "x", "scaled_sum", file.data(), 0, ACL_ENGINE_SYS, nullptr));
    const auto free = [](void* data, size_t size) { freed = {data, size}; };
    EXPECT_OK(create("add", "y", "scaled_sum", file, free));
    EXPECT_EQ(freed, std::make_pair(static_cast<void*>(file.data()), file.size()));

    std::vector<char> object = file;
    object[16] = 1;  // e_type: ET_REL
    EXPECT_EQ(create("add", "x", "scaled_sum", object), ACL_ERROR_FEATURE_UNSUPPORTED);
    EXPECT_NE(recent_message().find("g++ -shared"), std::string::npos);
    std::vector<char> foreign = file;
    foreign[18] = 0x29;  // e_machine: none that we have
    foreign[19] = 0x10;
    EXPECT_EQ(create("add", "x", "scaled_sum", foreign), ACL_ERROR_FEATURE_UNSUPPORTED);
    EXPECT_NE(recent_message().find("another processor"), std::string::npos);
    std::vector<char> text(1000, 'x');
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM, create("add", "x", "scaled_sum", text));
    std::vector<char> cut(file.begin(), file.begin() + 500);
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM, create("add", "x", "scaled_sum", cut));
}

TEST_F(OwnOp, EndsWithTheLibrary) {
    EXPECT_OK(aclFinalize());
    EXPECT_OK(aclInit(nullptr));
    EXPECT_OK(aclrtSetDevice(0));
    EXPECT_CODE(ACL_ERROR_BIN_SELECTOR_NOT_REGISTERED, aclopUnregisterCompileFunc("add"));
}

}  // namespace
}  // namespace softacl::test
