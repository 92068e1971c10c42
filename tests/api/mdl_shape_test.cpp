// SPDX-License-Identifier: Apache-2.0
// Shapes that the program chooses (manual 10.6.3.7, 10.6.3.8): the model free_shapes of tests/models/make_models.cpp.
#include <array>

#include "fixture.h"

namespace softacl::test {
namespace {

class FreeShapes : public Runtime {
   protected:
    void SetUp() override {
        Runtime::SetUp();
        ASSERT_OK(aclmdlLoadFromFile(SOFTACL_TEST_MODELS "/free_shapes.om", &id_));
        ASSERT_OK(aclmdlAddDatasetBuffer(inputs_, aclCreateDataBuffer(x_.data(), sizeof x_)));
        ASSERT_OK(aclmdlAddDatasetBuffer(outputs_, aclCreateDataBuffer(y_.data(), sizeof y_)));
    }

    static aclError describe(aclmdlDataset* dataset, std::vector<int64_t> dims, size_t index = 0) {
        aclTensorDesc* desc =
            aclCreateTensorDesc(ACL_INT8, static_cast<int>(dims.size()), dims.data(), ACL_FORMAT_NCHW);
        const aclError code = aclmdlSetDatasetTensorDesc(dataset, desc, index);
        aclDestroyTensorDesc(desc);
        return code;
    }

    uint32_t id_ = 0;
    std::array<float, 8> x_ = {1, 2, 3, 4, 5, 6, 7, 8};
    std::array<float, 8> y_{};
    aclmdlDataset* inputs_ = aclmdlCreateDataset();
    aclmdlDataset* outputs_ = aclmdlCreateDataset();
};

TEST_F(FreeShapes, AreThoseOfTheInput) {
    for (const auto& [rows, columns] : {std::pair<int64_t, int64_t>{2, 3}, {4, 2}, {1, 1}, {2, 3}}) {
        ASSERT_OK(describe(inputs_, {rows, columns}));
        y_.fill(-1);
        ASSERT_OK(aclmdlExecute(id_, inputs_, outputs_));
        for (size_t i = 0; i < y_.size(); ++i) {
            EXPECT_EQ(y_[i], i < static_cast<size_t>(rows * columns) ? 2 * x_[i] : -1) << i;
        }
        aclTensorDesc* y = aclmdlGetDatasetTensorDesc(outputs_, 0);
        ASSERT_NE(y, nullptr);
        EXPECT_EQ(aclGetTensorDescType(y), ACL_FLOAT);
        EXPECT_STREQ(aclGetTensorDescName(y), "add:0:y");
        ASSERT_EQ(aclGetTensorDescNumDims(y), 2U);
        int64_t dim = 0;
        EXPECT_OK(aclGetTensorDescDimV2(y, 0, &dim));
        EXPECT_EQ(dim, rows);
        EXPECT_OK(aclGetTensorDescDimV2(y, 1, &dim));
        EXPECT_EQ(dim, columns);
    }
}

TEST_F(FreeShapes, MustSuitTheModel) {
    EXPECT_CODE(ACL_ERROR_GE_SHAPE_INVALID, aclmdlExecute(id_, inputs_, outputs_));
    ASSERT_OK(describe(inputs_, {5, 1}));
    EXPECT_CODE(ACL_ERROR_GE_SHAPE_INVALID, aclmdlExecute(id_, inputs_, outputs_));
    ASSERT_OK(describe(inputs_, {2, 2, 2}));
    EXPECT_CODE(ACL_ERROR_GE_SHAPE_INVALID, aclmdlExecute(id_, inputs_, outputs_));
    ASSERT_OK(describe(inputs_, {3, 3}));
    EXPECT_CODE(ACL_ERROR_GE_PARAM_INVALID, aclmdlExecute(id_, inputs_, outputs_));  // 36 bytes of 32
    EXPECT_EQ(aclmdlGetDatasetTensorDesc(outputs_, 0) == nullptr, false) << "what it would be is known";
}

TEST_F(FreeShapes, DescriptionsAreTheDatasets) {
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM, describe(inputs_, {2, -1}));
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM, describe(inputs_, {-2}));
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM, describe(inputs_, {2, 2}, 1));
    EXPECT_EQ(aclmdlGetDatasetTensorDesc(inputs_, 0), nullptr);
    EXPECT_EQ(aclmdlGetDatasetTensorDesc(inputs_, 1), nullptr);
    ASSERT_OK(describe(inputs_, {2, 2}));
    aclTensorDesc* own = aclmdlGetDatasetTensorDesc(inputs_, 0);
    ASSERT_OK(describe(inputs_, {1, 2}));
    EXPECT_EQ(aclmdlGetDatasetTensorDesc(inputs_, 0), own) << "the same description, changed";
    int64_t dim = 0;
    EXPECT_OK(aclGetTensorDescDimV2(own, 0, &dim));
    EXPECT_EQ(dim, 1);
    aclDestroyTensorDesc(own);  // a program that does not know whose it is
    ASSERT_OK(aclmdlExecute(id_, inputs_, outputs_)) << "the shape stays";
    ASSERT_OK(describe(inputs_, {2, 2}));
    own = aclmdlGetDatasetTensorDesc(inputs_, 0);
    ASSERT_OK(aclmdlDestroyDataset(inputs_));
    EXPECT_CODE(ACL_ERROR_INVALID_RESOURCE_HANDLE, aclGetTensorDescDimV2(own, 0, &dim));
}

}  // namespace
}  // namespace softacl::test
