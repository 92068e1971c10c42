// SPDX-License-Identifier: Apache-2.0
// Choosing gears (manual 7.6.1): the models batches, sizes and dims of tests/models/make_models.cpp, which double x.
#include <array>

#include "fixture.h"

namespace softacl::test {
namespace {

class Gears : public Runtime {
   protected:
    void load(const std::string& name) {
        const std::string path = std::string(SOFTACL_TEST_MODELS) + "/" + name + ".om";
        ASSERT_OK(aclmdlLoadFromFile(path.c_str(), &id_));
        desc_ = aclmdlCreateDesc();
        ASSERT_OK(aclmdlGetDesc(desc_, id_));
        ASSERT_OK(aclmdlGetInputIndexByName(desc_, ACL_DYNAMIC_TENSOR_NAME, &index_));
        add(inputs_, x_.data(), sizeof x_);
        add(inputs_, gear_.data(), aclmdlGetInputSizeByIndex(desc_, index_));
        add(outputs_, y_.data(), sizeof y_);
    }

    static void add(aclmdlDataset* dataset, void* data, size_t size) {
        EXPECT_OK(aclmdlAddDatasetBuffer(dataset, aclCreateDataBuffer(data, size)));
    }

    // Runs, and expects the first `count` elements of the output to be written and no others.
    void expect_doubled(size_t count) {
        y_.fill(-1);
        ASSERT_OK(aclmdlExecute(id_, inputs_, outputs_));
        for (size_t i = 0; i < y_.size(); ++i) {
            EXPECT_EQ(y_[i], i < count ? 2 * x_[i] : -1) << i;
        }
    }

    std::vector<int64_t> current_dims() {
        aclmdlIODims dims{};
        EXPECT_OK(aclmdlGetCurOutputDims(desc_, 0, &dims));
        return {dims.dims, dims.dims + dims.dimCount};
    }

    uint32_t id_ = 0;
    aclmdlDesc* desc_ = nullptr;
    size_t index_ = 0;
    std::array<float, 8> x_ = {1, 2, 3, 4, 5, 6, 7, 8};
    std::array<float, 8> y_{};
    std::array<int64_t, 2> gear_{};
    aclmdlDataset* inputs_ = aclmdlCreateDataset();
    aclmdlDataset* outputs_ = aclmdlCreateDataset();
};

using Dims = std::vector<int64_t>;

TEST_F(Gears, OfBatches) {
    load("batches");
    EXPECT_EQ(current_dims(), (Dims{2, 3}));
    expect_doubled(6);
    ASSERT_OK(aclmdlSetDynamicBatchSize(id_, inputs_, index_, 1));
    EXPECT_EQ(gear_[0], 1);
    EXPECT_EQ(current_dims(), (Dims{1, 3}));
    expect_doubled(3);
    ASSERT_OK(aclmdlSetDynamicBatchSize(id_, inputs_, index_, 2));
    expect_doubled(6);
    EXPECT_EQ(aclmdlSetDynamicBatchSize(id_, inputs_, index_, 3), ACL_ERROR_GE_DYNAMIC_BATCH_SIZE_INVALID);
    EXPECT_EQ(aclmdlSetDynamicBatchSize(id_, inputs_, 0, 1), ACL_ERROR_GE_DYNAMIC_INPUT_ADDR_INVALID);
    EXPECT_EQ(aclmdlSetDynamicHWSize(id_, inputs_, index_, 1, 1), ACL_ERROR_GE_SHAPE_INVALID);
    EXPECT_EQ(aclmdlSetDynamicBatchSize(id_ + 1, inputs_, index_, 1), ACL_ERROR_INVALID_MODEL_ID);
}

TEST_F(Gears, OfSizes) {
    load("sizes");
    EXPECT_EQ(current_dims(), (Dims{1, 1, 1, 6}));
    ASSERT_OK(aclmdlSetDynamicHWSize(id_, inputs_, index_, 2, 2));
    EXPECT_EQ(gear_, (std::array<int64_t, 2>{2, 2}));
    EXPECT_EQ(current_dims(), (Dims{1, 1, 2, 2}));
    expect_doubled(4);
    EXPECT_EQ(aclmdlSetDynamicHWSize(id_, inputs_, index_, 6, 1), ACL_ERROR_GE_SHAPE_INVALID);
    EXPECT_EQ(aclmdlSetDynamicBatchSize(id_, inputs_, index_, 1), ACL_ERROR_GE_DYNAMIC_BATCH_SIZE_INVALID);
}

TEST_F(Gears, OfDimensions) {
    load("dims");
    aclmdlIODims dims{};
    dims.dimCount = 3;
    dims.dims[0] = 1;
    dims.dims[1] = 1;
    dims.dims[2] = 4;
    ASSERT_OK(aclmdlSetInputDynamicDims(id_, inputs_, index_, &dims));
    EXPECT_EQ(current_dims(), (Dims{1, 1, 4}));
    expect_doubled(4);
    dims.dims[1] = 2;
    EXPECT_EQ(aclmdlSetInputDynamicDims(id_, inputs_, index_, &dims), ACL_ERROR_GE_SHAPE_INVALID);
    dims.dimCount = ACL_MAX_DIM_CNT + 1;
    EXPECT_EQ(aclmdlSetInputDynamicDims(id_, inputs_, index_, &dims), ACL_ERROR_GE_SHAPE_INVALID);
    EXPECT_EQ(aclmdlSetInputDynamicDims(id_, inputs_, index_, nullptr), ACL_ERROR_INVALID_PARAM);
}

}  // namespace
}  // namespace softacl::test
