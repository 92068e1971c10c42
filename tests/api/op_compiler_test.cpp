// SPDX-License-Identifier: Apache-2.0
// acl_op_compiler.h: operators compiled on the way, as C programs do it.
#include "acl/acl_op_compiler.h"

#include <array>

#include "op_fixture.h"

namespace softacl::test {
namespace {

using Floats = std::vector<float>;

class OpCompiler : public Runtime {
   protected:
    explicit OpCompiler(const Environment& variables = {}) : Runtime(variables) {}
};

class StrictOpCompiler : public OpCompiler {
   protected:
    StrictOpCompiler() : OpCompiler({{"SOFTACL_STRICT_OPS", "1"}}) {}
};

OpArguments add_of_three() {
    OpArguments add;
    add.in<float>({3}, {1, 2, 3}).in<float>({3}, {10, 20, 30}).out<float>({3}, 3);
    return add;
}

aclError compile(OpArguments& call, const char* type) {
    return aclopCompile(type, static_cast<int>(call.input_descs.size()), call.input_descs.data(),
                        static_cast<int>(call.output_descs.size()), call.output_descs.data(), call.attr, ACL_ENGINE_SYS,
                        ACL_COMPILE_SYS, nullptr);
}

aclError compile_and_execute(OpArguments& call, const char* type, aclrtStream stream = nullptr) {
    return aclopCompileAndExecute(type, static_cast<int>(call.inputs.size()), call.input_descs.data(),
                                  call.inputs.data(), static_cast<int>(call.outputs.size()), call.output_descs.data(),
                                  call.outputs.data(), call.attr, ACL_ENGINE_SYS, ACL_COMPILE_SYS, nullptr, stream);
}

TEST_F(OpCompiler, Executes) {
    OpArguments add = add_of_three();
    aclrtStream const stream = new_stream();
    EXPECT_OK(compile(add, "Add"));
    EXPECT_OK(compile_and_execute(add, "Add", stream));
    EXPECT_OK(aclrtSynchronizeStream(stream));
    EXPECT_EQ(values_of<float>(add.outputs[0], 3), (Floats{11, 22, 33}));
}

TEST_F(OpCompiler, IgnoresWhereItWouldRun) {
    OpArguments add = add_of_three();
    EXPECT_OK(aclopCompile("Add", 2, add.input_descs.data(), 1, add.output_descs.data(), nullptr, ACL_ENGINE_VECTOR,
                           ACL_COMPILE_UNREGISTERED, "/nonexistent"));
    EXPECT_OK(aclopCompileAndExecute("Add", 2, add.input_descs.data(), add.inputs.data(), 1, add.output_descs.data(),
                                     add.outputs.data(), nullptr, ACL_ENGINE_AICORE, ACL_COMPILE_UNREGISTERED, "x",
                                     nullptr));
    EXPECT_OK(aclrtSynchronizeStream(nullptr));
    EXPECT_EQ(values_of<float>(add.outputs[0], 3), (Floats{11, 22, 33}));
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM,
                aclopCompile("Add", 2, add.input_descs.data(), 1, add.output_descs.data(), nullptr,
                             static_cast<aclopEngineType>(3), ACL_COMPILE_SYS, nullptr));
}

TEST_F(StrictOpCompiler, NeedsNoFile) {
    OpArguments add = add_of_three();
    EXPECT_CODE(ACL_ERROR_OP_NOT_FOUND, add.execute("Add"));
    EXPECT_OK(compile_and_execute(add, "Add"));
    EXPECT_OK(aclrtSynchronizeStream(nullptr));
    EXPECT_EQ(values_of<float>(add.outputs[0], 3), (Floats{11, 22, 33}));
    EXPECT_CODE(ACL_ERROR_OP_NOT_FOUND, add.execute("Add"));
    EXPECT_OK(compile(add, "Add"));
    EXPECT_OK(add.execute("Add"));
    EXPECT_OK(aclrtSynchronizeStream(nullptr));
    EXPECT_CODE(ACL_ERROR_OP_TYPE_NOT_MATCH, add.execute("Sub"));
}

TEST_F(OpCompiler, WhatDoesNotSuitTheOperator) {
    const auto expect = [](aclError code, const char* type, OpArguments call) {
        EXPECT_CODE(code, compile(call, type));
        EXPECT_CODE(code, compile_and_execute(call, type));
    };
    expect(ACL_ERROR_INVALID_PARAM, nullptr, add_of_three());
    expect(ACL_ERROR_OP_NOT_FOUND, "Ad", add_of_three());
    OpArguments shapes;
    shapes.in<float>({2}, {1, 2}).in<float>({3}, {1, 2, 3}).out<float>({3}, 3);
    expect(ACL_ERROR_OP_INPUT_NOT_MATCH, "Add", shapes);
    OpArguments many = add_of_three();
    many.out<float>({3}, 3);
    expect(ACL_ERROR_OP_OUTPUT_NOT_MATCH, "Add", many);
    OpArguments pool;
    pool.in<float>({1, 1, 2, 2}, {1, 2, 3, 4}).out<float>({1, 1, 1, 1}, 1);
    expect(ACL_ERROR_OP_ATTR_NOT_MATCH, "AvgPoolV2", pool);
    OpArguments sine;
    sine.in<int32_t>({3}, {1, 2, 3}).out<int32_t>({3}, 3);
    expect(ACL_ERROR_UNSUPPORTED_DATA_TYPE, "Sin", sine);
    OpArguments stored = add_of_three();
    EXPECT_OK(aclSetTensorFormat(stored.input_descs[1], ACL_FORMAT_NC1HWC0));
    expect(ACL_ERROR_FORMAT_NOT_MATCH, "Add", stored);
    OpArguments ended = add_of_three();
    aclDestroyTensorDesc(ended.input_descs[0]);
    expect(ACL_ERROR_INVALID_RESOURCE_HANDLE, "Add", ended);
}

TEST_F(OpCompiler, MemoryAndStreamMustBeLiving) {
    OpArguments add = add_of_three();
    aclrtStream const stream = new_stream();
    EXPECT_OK(aclrtDestroyStream(stream));
    EXPECT_CODE(ACL_ERROR_RT_INVALID_HANDLE, compile_and_execute(add, "Add", stream));
    in_new_thread([&] {
        EXPECT_CODE(ACL_ERROR_RT_CONTEXT_NULL, compile_and_execute(add, "Add"));
        EXPECT_OK(compile(add, "Add"));  // which needs no device
    });
    EXPECT_OK(aclrtFree(aclGetDataBufferAddr(add.inputs[0])));
    EXPECT_CODE(ACL_ERROR_RT_PARAM_INVALID, compile_and_execute(add, "Add"));
}

// "max_opqueue_num" counts compiled operators: the one not used for longest is not known any more.
TEST(OpQueue, ForgetsWhatWasNotUsed) {
    set_environment({{"SOFTACL_STRICT_OPS", "1"}});
    const std::string config = testing::TempDir() + "op_queue.json";
    std::FILE* const file = std::fopen(config.c_str(), "w");
    ASSERT_NE(file, nullptr);
    std::fputs(R"({"max_opqueue_num": "2"})", file);
    std::fclose(file);
    ASSERT_OK(aclInit(config.c_str()));
    ASSERT_OK(aclrtSetDevice(0));
    const std::array<const char*, 3> types = {"Add", "Sub", "Mul"};
    OpArguments call = add_of_three();
    EXPECT_OK(compile(call, types[0]));
    EXPECT_OK(compile(call, types[1]));
    EXPECT_OK(call.execute(types[0]));
    EXPECT_OK(compile(call, types[2]));
    EXPECT_OK(call.execute(types[0]));
    EXPECT_OK(call.execute(types[2]));
    EXPECT_CODE(ACL_ERROR_OP_TYPE_NOT_MATCH, call.execute(types[1]));
    EXPECT_OK(aclrtSynchronizeStream(nullptr));
    EXPECT_OK(aclFinalize());
}

}  // namespace
}  // namespace softacl::test
