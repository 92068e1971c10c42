// SPDX-License-Identifier: Apache-2.0
// Dynamic AIPP (manual 7.7, 10.6.2) on the model dynamic_aipp of tests/models/make_models.cpp: one or two pictures of
// 4 x 2 pixels, which it gives as float32. Results of all operations are judged in tests/python/test_dynamic_aipp.py.
#include <array>
#include <limits>
#include <vector>

#include "fixture.h"

namespace softacl::test {
namespace {

class DynamicAipp : public Runtime {
   protected:
    void SetUp() override {
        Runtime::SetUp();
        const std::string path = std::string(SOFTACL_TEST_MODELS) + "/dynamic_aipp.om";
        ASSERT_OK(aclmdlLoadFromFile(path.c_str(), &id_));
        ASSERT_OK(aclmdlGetDesc(desc_, id_));
        ASSERT_OK(aclmdlGetInputIndexByName(desc_, ACL_DYNAMIC_AIPP_NAME, &index_));
        ASSERT_EQ(index_, 2U);
        ASSERT_EQ(aclmdlGetInputSizeByIndex(desc_, index_), sizeof block_);
        ASSERT_EQ(aclmdlGetInputSizeByIndex(desc_, 0), 600U);
        for (size_t i = 0; i < pictures_.size(); ++i) {
            pictures_[i] = static_cast<uint8_t>(7 * i);
        }
        add(inputs_, pictures_.data(), pictures_.size());
        add(inputs_, gear_.data(), sizeof gear_);
        add(inputs_, block_.data(), block_.size());
        add(outputs_, y_.data(), sizeof y_);
        ASSERT_NE(aipp_ = aclmdlCreateAIPP(2), nullptr);
    }

    static void add(aclmdlDataset* dataset, void* data, size_t size) {
        EXPECT_OK(aclmdlAddDatasetBuffer(dataset, aclCreateDataBuffer(data, size)));
    }

    // What the cut-out of a picture of 10 x 10 pixels, RGB, from (x, y) on becomes.
    void expect_cut(size_t picture, size_t x, size_t y, float less = 0, float factor = 1) {
        for (size_t channel = 0; channel < 3; ++channel) {
            for (size_t row = 0; row < 2; ++row) {
                for (size_t column = 0; column < 4; ++column) {
                    const size_t source = picture * 300 + ((row + y) * 10 + column + x) * 3 + channel;
                    EXPECT_EQ(y_[picture * 24 + channel * 8 + row * 4 + column],
                              (static_cast<float>(pictures_[source]) - less) * factor);
                }
            }
        }
    }

    uint32_t id_ = 0;
    size_t index_ = 0;
    aclmdlDesc* desc_ = aclmdlCreateDesc();
    aclmdlAIPP* aipp_ = nullptr;
    std::array<uint8_t, 600> pictures_{};
    std::array<int64_t, 1> gear_{};
    std::array<uint8_t, 64 + 2 * 96> block_{};
    std::array<float, 48> y_{};
    aclmdlDataset* inputs_ = aclmdlCreateDataset();
    aclmdlDataset* outputs_ = aclmdlCreateDataset();
};

TEST_F(DynamicAipp, PicturesWithParametersOfTheirOwn) {
    EXPECT_EQ(aclmdlExecute(id_, inputs_, outputs_), ACL_ERROR_GE_PARAM_INVALID);
    ASSERT_OK(aclmdlSetAIPPInputFormat(aipp_, ACL_RGB888_U8));
    ASSERT_OK(aclmdlSetAIPPSrcImageSize(aipp_, 10, 10));
    ASSERT_OK(aclmdlSetAIPPCropParams(aipp_, 1, 3, 5, 4, 2, 0));
    ASSERT_OK(aclmdlSetAIPPCropParams(aipp_, 1, 6, 8, 4, 2, 1));
    ASSERT_OK(aclmdlSetAIPPDtcPixelMean(aipp_, 10, 10, 10, 0, 1));
    ASSERT_OK(aclmdlSetAIPPDtcPixelMin(aipp_, 0.5F, 0.5F, 0.5F, 0, 1));
    ASSERT_OK(aclmdlSetAIPPPixelVarReci(aipp_, 0.25F, 0.25F, 0.25F, 1, 1));
    ASSERT_OK(aclmdlSetInputAIPP(id_, inputs_, index_, aipp_));
    ASSERT_OK(aclmdlDestroyAIPP(aipp_));
    ASSERT_OK(aclmdlExecute(id_, inputs_, outputs_));
    expect_cut(0, 3, 5);
    expect_cut(1, 6, 8, 10.5F, 0.25F);
    y_.fill(-1);
    ASSERT_OK(aclmdlSetDynamicBatchSize(id_, inputs_, 1, 1));
    ASSERT_OK(aclmdlExecute(id_, inputs_, outputs_));
    expect_cut(0, 3, 5);
    EXPECT_EQ(y_[24], -1);
}

TEST_F(DynamicAipp, ByTheInputOfThePictures) {
    aclmdlInputAippType type{};
    size_t attached = 0;
    ASSERT_OK(aclmdlGetAippType(id_, 0, &type, &attached));
    EXPECT_EQ(type, ACL_DATA_WITH_DYNAMIC_AIPP);
    EXPECT_EQ(attached, index_);
    ASSERT_OK(aclmdlGetAippType(id_, 1, &type, &attached));
    EXPECT_EQ(type, ACL_DATA_WITHOUT_AIPP);
    ASSERT_OK(aclmdlGetAippType(id_, index_, &type, &attached));
    EXPECT_EQ(type, ACL_DYNAMIC_AIPP_NODE);
    EXPECT_EQ(attached, 0xFFFFFFFFU);
    ASSERT_OK(aclmdlSetAIPPInputFormat(aipp_, ACL_RGB888_U8));
    ASSERT_OK(aclmdlSetAIPPSrcImageSize(aipp_, 10, 10));
    for (uint64_t i = 0; i < 2; ++i) {
        ASSERT_OK(aclmdlSetAIPPCropParams(aipp_, 1, 1, 1, 2, 1, i));
        ASSERT_OK(aclmdlSetAIPPScfParams(aipp_, 1, 2, 1, 1, 1, i));
        ASSERT_OK(aclmdlSetAIPPPaddingParams(aipp_, 1, 1, 0, 0, 3, i));
    }
    EXPECT_EQ(aclmdlSetAIPPByInputIndex(id_, inputs_, index_, aipp_), ACL_ERROR_GE_AIPP_NOT_EXIST);
    EXPECT_EQ(aclmdlSetInputAIPP(id_, inputs_, 0, aipp_), ACL_ERROR_GE_AIPP_NOT_EXIST);
    EXPECT_EQ(aclmdlSetInputAIPP(id_, inputs_, 3, aipp_), ACL_ERROR_INVALID_PARAM);
    EXPECT_EQ(aclmdlSetInputAIPP(id_ + 1, inputs_, index_, aipp_), ACL_ERROR_INVALID_MODEL_ID);
    ASSERT_OK(aclmdlSetAIPPByInputIndex(id_, inputs_, 0, aipp_));
    ASSERT_OK(aclmdlExecute(id_, inputs_, outputs_));
    const auto average = static_cast<float>((pictures_[33] + pictures_[36] + 1) / 2);  // halves upwards
    EXPECT_EQ(std::vector<float>(y_.begin(), y_.begin() + 8), (std::vector<float>{0, 0, 0, 0, average, 0, 0, 0}));
}

TEST_F(DynamicAipp, Refusals) {
    const auto nan = std::numeric_limits<float>::quiet_NaN();
    EXPECT_EQ(aclmdlCreateAIPP(0), nullptr);
    EXPECT_EQ(aclmdlCreateAIPP(UINT64_MAX), nullptr);
    EXPECT_EQ(aclmdlSetAIPPInputFormat(aipp_, ACL_YUYV_U8), ACL_ERROR_INVALID_PARAM);
    EXPECT_EQ(aclmdlSetAIPPCropParams(aipp_, 1, 0, 0, 1, 1, UINT64_MAX), ACL_ERROR_INVALID_PARAM);
    EXPECT_EQ(aclmdlSetAIPPPixelVarReci(aipp_, 1, nan, 1, 1, 0), ACL_ERROR_INVALID_PARAM);
    EXPECT_EQ(aclmdlSetAIPPDtcPixelMin(aipp_, 1, 1, -1, 1, 0), ACL_ERROR_INVALID_PARAM);
    EXPECT_EQ(aclmdlSetAIPPDtcPixelMean(aipp_, 1, 1, 1, 256, 0), ACL_ERROR_INVALID_PARAM);
    EXPECT_EQ(aclmdlSetInputAIPP(id_, inputs_, index_, aipp_), ACL_ERROR_GE_PARAM_INVALID);  // no format
    ASSERT_OK(aclmdlSetAIPPInputFormat(aipp_, ACL_YUV400_U8));
    EXPECT_EQ(aclmdlSetAIPPCscParams(aipp_, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0), ACL_ERROR_INVALID_PARAM);
    ASSERT_OK(aclmdlSetAIPPInputFormat(aipp_, ACL_XRGB8888_U8));
    ASSERT_OK(aclmdlSetAIPPSrcImageSize(aipp_, 4, 2));
    ASSERT_OK(aclmdlSetAIPPRbuvSwapSwitch(aipp_, 1));
    ASSERT_OK(aclmdlSetAIPPAxSwapSwitch(aipp_, 1));
    ASSERT_OK(aclmdlSetAIPPCscParams(aipp_, 1, 256, 0, 0, 0, 256, 0, 0, 0, 256, 1, 2, 3, 0, 0, 0));
    aclmdlAIPP* one = aclmdlCreateAIPP(1);
    EXPECT_EQ(aclmdlSetInputAIPP(id_, inputs_, index_, one), ACL_ERROR_GE_AIPP_BATCH_EMPTY);
    ASSERT_OK(aclmdlDestroyAIPP(one));
    ASSERT_OK(aclmdlSetInputAIPP(id_, inputs_, index_, aipp_));
    ASSERT_OK(aclmdlExecute(id_, inputs_, outputs_));
    // R, G, B, A of the first pixel; the first and third change places
    EXPECT_EQ(y_[0], static_cast<float>(pictures_[2] + 1));
    EXPECT_EQ(y_[8], static_cast<float>(pictures_[1] + 2));
    EXPECT_EQ(y_[16], static_cast<float>(pictures_[0] + 3));
    aclAippInfo info{};
    ASSERT_OK(aclmdlGetFirstAippInfo(id_, 0, &info));
    EXPECT_EQ(info.shapeCount, 2U);
    EXPECT_EQ(info.srcFormat, ACL_FORMAT_NCHW);
    EXPECT_EQ(info.outDims[1].aippOutdims.dims[0], 2);
    EXPECT_EQ(aclmdlGetFirstAippInfo(id_, index_, &info), ACL_ERROR_NOT_STATIC_AIPP);
}

}  // namespace
}  // namespace softacl::test
