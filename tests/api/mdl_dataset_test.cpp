// SPDX-License-Identifier: Apache-2.0
#include "fixture.h"

namespace softacl::test {
namespace {

class Dataset : public Library {
   protected:
    aclmdlDataset* dataset_ = aclmdlCreateDataset();
};

TEST_F(Dataset, ListsItsBuffersInOrder) {
    ASSERT_NE(dataset_, nullptr);
    EXPECT_EQ(aclmdlGetDatasetNumBuffers(dataset_), 0U);
    aclDataBuffer* first = aclCreateDataBuffer(nullptr, 1);
    aclDataBuffer* second = aclCreateDataBuffer(nullptr, 2);
    EXPECT_OK(aclmdlAddDatasetBuffer(dataset_, second));
    EXPECT_OK(aclmdlAddDatasetBuffer(dataset_, first));
    EXPECT_OK(aclmdlAddDatasetBuffer(dataset_, second));
    EXPECT_EQ(aclmdlGetDatasetNumBuffers(dataset_), 3U);
    EXPECT_EQ(aclmdlGetDatasetBuffer(dataset_, 0), second);
    EXPECT_EQ(aclmdlGetDatasetBuffer(dataset_, 1), first);
    EXPECT_EQ(aclmdlGetDatasetBuffer(dataset_, 2), second);
    EXPECT_EQ(recent_message(), "");
}

TEST_F(Dataset, DestroysNoBuffer) {
    aclDataBuffer* buffer = aclCreateDataBuffer(nullptr, 1);
    EXPECT_OK(aclmdlAddDatasetBuffer(dataset_, buffer));
    EXPECT_OK(aclmdlDestroyDataset(dataset_));
    EXPECT_EQ(aclGetDataBufferSizeV2(buffer), 1U);
    EXPECT_OK(aclDestroyDataBuffer(buffer));
}

// The order of the manual's example: buffers first, and the list is asked in between.
TEST_F(Dataset, OutlivesItsBuffers) {
    for (size_t i = 0; i < 3; ++i) {
        EXPECT_OK(aclmdlAddDatasetBuffer(dataset_, aclCreateDataBuffer(nullptr, i)));
    }
    for (size_t i = 0; i < aclmdlGetDatasetNumBuffers(dataset_); ++i) {
        EXPECT_OK(aclDestroyDataBuffer(aclmdlGetDatasetBuffer(dataset_, i)));
    }
    EXPECT_OK(aclmdlDestroyDataset(dataset_));
}

TEST_F(Dataset, RefusesAnIndexBeyondItsBuffers) {
    EXPECT_EQ(aclmdlGetDatasetBuffer(dataset_, 0), nullptr);
    const std::string message = recent_message();
    EXPECT_NE(message.find("100000"), std::string::npos) << message;
    EXPECT_NE(message.find("index is 0; the dataset has 0 buffers"), std::string::npos) << message;
    EXPECT_EQ(aclmdlGetDatasetBuffer(dataset_, SIZE_MAX), nullptr);
    EXPECT_NE(recent_message(), "");
}

TEST_F(Dataset, TakesLiveBuffersOnly) {
    aclDataBuffer* buffer = aclCreateDataBuffer(nullptr, 1);
    EXPECT_OK(aclDestroyDataBuffer(buffer));
    EXPECT_CODE(ACL_ERROR_INVALID_RESOURCE_HANDLE, aclmdlAddDatasetBuffer(dataset_, buffer));
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM, aclmdlAddDatasetBuffer(dataset_, nullptr));
    EXPECT_EQ(aclmdlGetDatasetNumBuffers(dataset_), 0U);
}

TEST_F(Dataset, LeftAliveEndsWithTheLibrary) {
    aclmdlDesc* desc = aclmdlCreateDesc();
    EXPECT_OK(aclFinalize());
    EXPECT_CODE(ACL_ERROR_INVALID_RESOURCE_HANDLE, aclmdlDestroyDataset(dataset_));
    EXPECT_CODE(ACL_ERROR_INVALID_RESOURCE_HANDLE, aclmdlDestroyDesc(desc));
    EXPECT_OK(aclInit(nullptr));
}

TEST_F(Dataset, AndDescriptionsAreOfDifferentKinds) {
    aclmdlDesc* desc = aclmdlCreateDesc();
    ASSERT_NE(desc, nullptr);
    EXPECT_CODE(ACL_ERROR_INVALID_RESOURCE_HANDLE, aclmdlDestroyDataset(reinterpret_cast<const aclmdlDataset*>(desc)));
    EXPECT_OK(aclmdlDestroyDesc(desc));
    EXPECT_CODE(ACL_ERROR_INVALID_RESOURCE_HANDLE, aclmdlDestroyDesc(desc));
}

}  // namespace
}  // namespace softacl::test
