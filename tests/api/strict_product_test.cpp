// SPDX-License-Identifier: Apache-2.0
// SOFTACL_STRICT_PRODUCT=1: functions that the manual calls reserved or unsupported answer as the product does.
#include "api/models.h"

namespace softacl::test {
namespace {

class StrictProduct : public Runtime {
   protected:
    explicit StrictProduct(const Environment& more = {}) : Runtime(with(more)) {}

   private:
    static Environment with(Environment variables) {
        variables.emplace_back("SOFTACL_STRICT_PRODUCT", "1");
        return variables;
    }
};

TEST_F(StrictProduct, HasNoReservedFunctions) {
    aclrtFloatOverflowMode mode = ACL_RT_OVERFLOW_MODE_SATURATION;
    EXPECT_CODE(ACL_ERROR_FEATURE_UNSUPPORTED, aclrtSetDeviceSatMode(mode));
    EXPECT_CODE(ACL_ERROR_FEATURE_UNSUPPORTED, aclrtGetDeviceSatMode(&mode));
    uint32_t flag = 0;
    EXPECT_CODE(ACL_ERROR_FEATURE_UNSUPPORTED, aclrtSetStreamOverflowSwitch(new_stream(), 1));
    EXPECT_CODE(ACL_ERROR_FEATURE_UNSUPPORTED, aclrtGetStreamOverflowSwitch(new_stream(), &flag));
    const int64_t dims[] = {1, 1, 1, 1};
    aclTensorDesc* const desc = aclCreateTensorDesc(ACL_FLOAT, 4, dims, ACL_FORMAT_NCHW);
    aclTensorDesc* made = nullptr;
    EXPECT_CODE(ACL_ERROR_FEATURE_UNSUPPORTED, aclTransTensorDescFormat(desc, ACL_FORMAT_NHWC, &made));
    float x = 0;
    aclmdlDataset* const inputs = dataset({{&x, sizeof x}});
    EXPECT_CODE(ACL_ERROR_FEATURE_UNSUPPORTED, aclmdlSetDatasetTensorDesc(inputs, desc, 0));
    EXPECT_EQ(aclmdlGetDatasetTensorDesc(inputs, 0), nullptr);
    EXPECT_NE(recent_message().find("without SOFTACL_STRICT_PRODUCT=1 it works"), std::string::npos);
}

TEST_F(StrictProduct, ChecksArgumentsFirst) { EXPECT_CODE(ACL_ERROR_INVALID_PARAM, aclrtGetDeviceSatMode(nullptr)); }

TEST_F(StrictProduct, CopiesRowsOnAHost) {
    uint8_t* const device = device_memory(256);
    EXPECT_OK(aclrtMemcpy2d(device, 64, host_memory(256), 64, 32, 2, ACL_MEMCPY_HOST_TO_DEVICE));
}

class StrictProductOnTheDevice : public StrictProduct {
   protected:
    StrictProductOnTheDevice() : StrictProduct({{"SOFTACL_RUN_MODE", "device"}}) {}
};

TEST_F(StrictProductOnTheDevice, CopiesNoRows) {
    uint8_t* const device = device_memory(512);
    EXPECT_CODE(ACL_ERROR_FEATURE_UNSUPPORTED,
                aclrtMemcpy2d(device, 64, device + 256, 64, 32, 2, ACL_MEMCPY_HOST_TO_DEVICE));
    EXPECT_CODE(ACL_ERROR_FEATURE_UNSUPPORTED,
                aclrtMemcpy2dAsync(device, 64, device + 256, 64, 32, 2, ACL_MEMCPY_HOST_TO_DEVICE, new_stream()));
}

}  // namespace
}  // namespace softacl::test
