// SPDX-License-Identifier: Apache-2.0
#include <thread>

#include "fixture.h"

namespace softacl::test {
namespace {

class DataBuffer : public Library {};

TEST_F(DataBuffer, KeepsWhatItWasGiven) {
    int number = 0;
    aclDataBuffer* buffer = aclCreateDataBuffer(&number, sizeof number);
    ASSERT_NE(buffer, nullptr);
    EXPECT_EQ(aclGetDataBufferAddr(buffer), &number);
    EXPECT_EQ(aclGetDataBufferSize(buffer), sizeof number);
    EXPECT_EQ(aclGetDataBufferSizeV2(buffer), sizeof number);
    char text[100];
    EXPECT_OK(aclUpdateDataBuffer(buffer, text, sizeof text));
    EXPECT_EQ(aclGetDataBufferAddr(buffer), text);
    EXPECT_EQ(aclGetDataBufferSizeV2(buffer), sizeof text);
    EXPECT_OK(aclDestroyDataBuffer(buffer));
    EXPECT_EQ(recent_message(), "");
}

TEST_F(DataBuffer, MayBeEmpty) {
    aclDataBuffer* buffer = aclCreateDataBuffer(nullptr, 0);
    ASSERT_NE(buffer, nullptr);
    EXPECT_EQ(aclGetDataBufferAddr(buffer), nullptr);
    EXPECT_EQ(aclGetDataBufferSizeV2(buffer), 0U);
    EXPECT_OK(aclUpdateDataBuffer(buffer, nullptr, 0));
    EXPECT_EQ(recent_message(), "");
}

TEST_F(DataBuffer, DoesNotTouchItsMemory) {
    void* nowhere = reinterpret_cast<void*>(0x1234);
    aclDataBuffer* buffer = aclCreateDataBuffer(nowhere, SIZE_MAX);
    EXPECT_EQ(aclGetDataBufferAddr(buffer), nowhere);
    EXPECT_EQ(aclGetDataBufferSizeV2(buffer), SIZE_MAX);
    EXPECT_OK(aclDestroyDataBuffer(buffer));
}

TEST_F(DataBuffer, OnceDestroyedIsRefused) {
    aclDataBuffer* buffer = aclCreateDataBuffer(nullptr, 0);
    EXPECT_OK(aclDestroyDataBuffer(buffer));
    EXPECT_CODE(ACL_ERROR_INVALID_RESOURCE_HANDLE, aclDestroyDataBuffer(buffer));
    EXPECT_EQ(aclGetDataBufferAddr(buffer), nullptr);
    const std::string message = recent_message();
    EXPECT_NE(message.find("200005 ACL_ERROR_INVALID_RESOURCE_HANDLE: aclGetDataBufferAddr: dataBuffer is 0x"),
              std::string::npos)
        << message;
}

TEST_F(DataBuffer, LeftAliveEndsWithTheLibrary) {
    aclDataBuffer* buffer = aclCreateDataBuffer(nullptr, 0);
    EXPECT_OK(aclFinalize());
    EXPECT_CODE(ACL_ERROR_INVALID_RESOURCE_HANDLE, aclDestroyDataBuffer(buffer));
    EXPECT_OK(aclInit(nullptr));
}

TEST_F(DataBuffer, IsReadAndChangedByManyThreads) {
    // An address and its size belong together: no thread sees one of each.
    static char memory[1000];
    aclDataBuffer* buffer = aclCreateDataBuffer(memory, 0);
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) {
        threads.emplace_back([=] {
            for (size_t size = 0; size < 500; ++size) {
                EXPECT_OK(aclUpdateDataBuffer(buffer, memory + size, size));
                EXPECT_LT(aclGetDataBufferSizeV2(buffer), 500U);
            }
        });
    }
    for (std::thread& thread : threads) {
        thread.join();
    }
    EXPECT_EQ(aclGetDataBufferAddr(buffer), memory + 499);
}

TEST(DataType, HasASize) {
    const std::vector<std::pair<int, size_t>> sizes = {
        {ACL_FLOAT, 4},     {ACL_FLOAT16, 2},    {ACL_INT8, 1},   {ACL_INT32, 4},  {ACL_UINT8, 1},
        {ACL_INT16, 2},     {ACL_UINT16, 2},     {ACL_UINT32, 4}, {ACL_INT64, 8},  {ACL_UINT64, 8},
        {ACL_DOUBLE, 8},    {ACL_BOOL, 1},       {ACL_BF16, 2},   {ACL_STRING, 0}, {ACL_DT_UNDEFINED, 0},
        {ACL_COMPLEX64, 8}, {ACL_COMPLEX128, 16}};
    for (const auto& [type, size] : sizes) {
        EXPECT_EQ(aclDataTypeSize(static_cast<aclDataType>(type)), size) << type;
        EXPECT_EQ(recent_message(), "") << type;
    }
    for (const int type : {-2, 5, 14, 26, 28, 1000}) {
        EXPECT_EQ(aclDataTypeSize(static_cast<aclDataType>(type)), 0U) << type;
        EXPECT_NE(recent_message().find(std::to_string(type)), std::string::npos) << type;
    }
}

}  // namespace
}  // namespace softacl::test
