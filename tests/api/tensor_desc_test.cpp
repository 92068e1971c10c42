// SPDX-License-Identifier: Apache-2.0
// Tensor descriptions (manual 10.3.10 to 10.3.35) and 16-bit floats (10.3.1, 10.3.2).
#include <cmath>
#include <cstring>
#include <limits>
#include <memory>
#include <thread>

#include "api/fixture.h"

namespace softacl::test {
namespace {

struct Destroy {
    void operator()(aclTensorDesc* desc) const { aclDestroyTensorDesc(desc); }
};
using Desc = std::unique_ptr<aclTensorDesc, Destroy>;
using Dims = std::vector<int64_t>;

aclTensorDesc* create(const Dims& dims, aclDataType type = ACL_FLOAT, aclFormat format = ACL_FORMAT_NCHW) {
    return aclCreateTensorDesc(type, static_cast<int>(dims.size()), dims.data(), format);
}

Dims dims_of(const aclTensorDesc* desc) {
    Dims dims(aclGetTensorDescNumDims(desc));
    for (size_t i = 0; i < dims.size(); ++i) {
        EXPECT_OK(aclGetTensorDescDimV2(desc, i, &dims[i]));
        EXPECT_EQ(aclGetTensorDescDim(desc, i), dims[i]);
    }
    return dims;
}

class TensorDesc : public Library {};

TEST_F(TensorDesc, KeepsWhatItWasCreatedWith) {
    const Desc desc(create({2, 3, 4, 5}, ACL_FLOAT16, ACL_FORMAT_NHWC));
    EXPECT_EQ(aclGetTensorDescType(desc.get()), ACL_FLOAT16);
    EXPECT_EQ(aclGetTensorDescFormat(desc.get()), ACL_FORMAT_NHWC);
    EXPECT_EQ(dims_of(desc.get()), (Dims{2, 3, 4, 5}));
    EXPECT_EQ(aclGetTensorDescElementCount(desc.get()), 120U);
    EXPECT_EQ(aclGetTensorDescSize(desc.get()), 240U);
    EXPECT_STREQ(aclGetTensorDescName(desc.get()), "");
    EXPECT_EQ(aclGetTensorDescAddress(desc.get()), nullptr);
}

TEST_F(TensorDesc, CountsElements) {
    const int64_t large = int64_t{1} << 40;
    const struct {
        Dims dims;
        aclDataType type;
        size_t count;
        size_t size;
    } kCases[] = {
        {{}, ACL_INT64, 1, 8},
        {{0}, ACL_INT8, 0, 0},
        {{3, 0, 5}, ACL_INT8, 0, 0},
        {{3, -1, 5}, ACL_INT8, 0, 0},
        {{-2}, ACL_INT8, 0, 0},
        {{large, large}, ACL_INT8, 0, 0},
        {{large, 1 << 23}, ACL_INT8, size_t{1} << 63, size_t{1} << 63},
        {{large, 1 << 23}, ACL_FLOAT, size_t{1} << 63, 0},
        {{7}, ACL_STRING, 7, 0},
        {{7}, ACL_DT_UNDEFINED, 7, 0},
        {{7}, ACL_COMPLEX128, 7, 112},
    };
    for (const auto& test : kCases) {
        const Desc desc(create(test.dims, test.type, ACL_FORMAT_ND));
        ASSERT_NE(desc, nullptr);
        EXPECT_EQ(aclGetTensorDescElementCount(desc.get()), test.count);
        EXPECT_EQ(aclGetTensorDescSize(desc.get()), test.size);
    }
}

TEST_F(TensorDesc, WithoutAKnownRank) {
    const Desc desc(create({-2}));
    EXPECT_EQ(aclGetTensorDescNumDims(desc.get()), ACL_UNKNOWN_RANK);
    int64_t range[2] = {};
    int64_t dim = 7;
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM, aclGetTensorDescDimV2(desc.get(), 0, &dim));
    EXPECT_EQ(dim, 0);
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM, aclGetTensorDescDimRange(desc.get(), 0, 2, range));
    EXPECT_EQ(aclGetTensorDescDim(desc.get(), 0), -1);
    recent_message();
}

TEST_F(TensorDesc, IsRefusedForWhatIsNoShape) {
    const int64_t dims[] = {1, 2};
    EXPECT_EQ(aclCreateTensorDesc(ACL_FLOAT, -1, dims, ACL_FORMAT_ND), nullptr);
    EXPECT_NE(recent_message().find("numDims is -1"), std::string::npos);
    EXPECT_EQ(aclCreateTensorDesc(ACL_FLOAT, 129, dims, ACL_FORMAT_ND), nullptr);
    EXPECT_EQ(aclCreateTensorDesc(ACL_FLOAT, 2, nullptr, ACL_FORMAT_ND), nullptr);
    EXPECT_EQ(create({2, -3}), nullptr);
    EXPECT_EQ(create({2, -2}), nullptr);
    EXPECT_NE(recent_message().find("[2,-2]"), std::string::npos);
}

TEST_F(TensorDesc, HasDimensionsByIndex) {
    const Desc desc(create({2, -1}));
    int64_t dim = 0;
    EXPECT_OK(aclGetTensorDescDimV2(desc.get(), 1, &dim));
    EXPECT_EQ(dim, -1);
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM, aclGetTensorDescDimV2(desc.get(), 2, &dim));
    EXPECT_EQ(aclGetTensorDescDim(desc.get(), 2), -1);
    recent_message();
}

TEST_F(TensorDesc, HasRanges) {
    const Desc desc(create({16, -1, 20, -1}));
    const auto range = [&](size_t index) {
        Dims found(2);
        EXPECT_OK(aclGetTensorDescDimRange(desc.get(), index, 2, found.data()));
        return found;
    };
    EXPECT_EQ(range(0), (Dims{16, 16}));
    EXPECT_EQ(range(1), (Dims{1, -1}));
    int64_t ranges[][2] = {{16, 16}, {1, 128}, {20, 20}, {3, -1}};
    EXPECT_OK(aclSetTensorShapeRange(desc.get(), 4, ranges));
    EXPECT_EQ(range(1), (Dims{1, 128}));
    EXPECT_EQ(range(3), (Dims{3, -1}));
    int64_t found[2] = {};
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM, aclGetTensorDescDimRange(desc.get(), 1, 1, found));
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM, aclGetTensorDescDimRange(desc.get(), 4, 2, found));
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM, aclSetTensorShapeRange(desc.get(), 3, ranges));
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM, aclSetTensorShapeRange(desc.get(), 4, nullptr));
    int64_t reversed[][2] = {{16, 16}, {9, 8}, {20, 20}, {1, 1}};
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM, aclSetTensorShapeRange(desc.get(), 4, reversed));
    reversed[1][0] = -1;
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM, aclSetTensorShapeRange(desc.get(), 4, reversed));
    EXPECT_EQ(range(1), (Dims{1, 128})) << "what is refused changes nothing";
    int64_t values[][2] = {{1, 2}, {0, -1}};
    EXPECT_OK(aclSetTensorValueRange(desc.get(), 2, values));
    EXPECT_OK(aclSetTensorValueRange(desc.get(), 0, nullptr));
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM, aclSetTensorValueRange(desc.get(), 1, nullptr));
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM, aclSetTensorValueRange(desc.get(), 2, &reversed[0]));
}

TEST_F(TensorDesc, HasAName) {
    const Desc desc(create({1}));
    aclSetTensorDescName(desc.get(), "images");
    EXPECT_STREQ(aclGetTensorDescName(desc.get()), "images");
    const std::string longest(1023, 'x');
    aclSetTensorDescName(desc.get(), longest.c_str());
    EXPECT_EQ(aclGetTensorDescName(desc.get()), longest);
    aclSetTensorDescName(desc.get(), std::string(1024, 'y').c_str());
    EXPECT_NE(recent_message().find("1023"), std::string::npos);
    EXPECT_EQ(aclGetTensorDescName(desc.get()), longest);
    EXPECT_OK(aclSetTensorDynamicInput(desc.get(), "x"));
}

// The original shape is what the getters show; the processor's own is kept beside it.
TEST_F(TensorDesc, HasAnOriginalAndAStoredShape) {
    const Desc desc(create({1, 32, 5, 5}));
    const int64_t stored[] = {1, 2, 5, 5, 16};
    for (const auto set : {aclSetTensorShape, aclSetTensorStorageShape}) {
        EXPECT_OK(set(desc.get(), 5, stored));
        EXPECT_CODE(ACL_ERROR_INVALID_PARAM, aclSetTensorShape(desc.get(), -1, stored));
    }
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM, aclSetTensorStorageShape(desc.get(), 1, nullptr));
    for (const auto set : {aclSetTensorFormat, aclSetTensorStorageFormat}) {
        EXPECT_OK(set(desc.get(), ACL_FORMAT_NC1HWC0));
    }
    EXPECT_EQ(dims_of(desc.get()), (Dims{1, 32, 5, 5}));
    EXPECT_EQ(aclGetTensorDescFormat(desc.get()), ACL_FORMAT_NCHW);
    const int64_t original[] = {1, 5, 5, 33};
    EXPECT_OK(aclSetTensorOriginShape(desc.get(), 4, original));
    EXPECT_OK(aclSetTensorOriginFormat(desc.get(), ACL_FORMAT_NHWC));
    EXPECT_EQ(dims_of(desc.get()), (Dims{1, 5, 5, 33}));
    EXPECT_EQ(aclGetTensorDescFormat(desc.get()), ACL_FORMAT_NHWC);
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM, aclSetTensorOriginShape(desc.get(), 200, original));
    EXPECT_OK(aclSetTensorPlaceMent(desc.get(), ACL_MEMTYPE_HOST));
}

TEST_F(TensorDesc, TakesData) {
    const Desc desc(create({4}, ACL_INT8));
    char bytes[4] = {1, 2, 3, 4};
    EXPECT_OK(aclSetTensorConst(desc.get(), bytes, sizeof bytes));
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM, aclSetTensorConst(desc.get(), nullptr, 4));
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM, aclSetTensorConst(desc.get(), bytes, 0));
    EXPECT_CODE(ACL_ERROR_RT_PARAM_INVALID, aclSetTensorConst(desc.get(), reinterpret_cast<void*>(8), 4));
}

TEST_F(TensorDesc, IsOneTensorByIndex) {
    const Desc desc(create({4}));
    EXPECT_EQ(aclGetTensorDescByIndex(desc.get(), 0), desc.get());
    EXPECT_EQ(aclGetTensorDescByIndex(desc.get(), 1), nullptr);
    EXPECT_NE(recent_message().find("index is 1"), std::string::npos);
}

TEST_F(TensorDesc, ChangesItsFormatAndBack) {
    const Desc picture(create({2, 3, 8, 9}, ACL_FLOAT16));
    aclSetTensorDescName(picture.get(), "images");
    const struct {
        aclFormat format;
        Dims dims;
    } kCases[] = {{ACL_FORMAT_NHWC, {2, 8, 9, 3}},
                  {ACL_FORMAT_NC1HWC0, {2, 1, 8, 9, 16}},
                  {ACL_FORMAT_FRACTAL_Z, {72, 1, 16, 16}},
                  {ACL_FORMAT_FRACTAL_NZ, {2, 3, 1, 1, 16, 16}},
                  {ACL_FORMAT_ND, {2, 3, 8, 9}}};
    for (const auto& test : kCases) {
        aclTensorDesc* made = nullptr;
        EXPECT_OK(aclTransTensorDescFormat(picture.get(), test.format, &made));
        const Desc there(made);
        EXPECT_EQ(dims_of(there.get()), test.dims);
        EXPECT_EQ(aclGetTensorDescFormat(there.get()), test.format);
        EXPECT_EQ(aclGetTensorDescType(there.get()), ACL_FLOAT16);
        EXPECT_STREQ(aclGetTensorDescName(there.get()), "images");
        aclTensorDesc* again = nullptr;
        EXPECT_OK(aclTransTensorDescFormat(there.get(), ACL_FORMAT_NCHW, &again));
        const Desc back(again);
        EXPECT_EQ(dims_of(back.get()), (Dims{2, 3, 8, 9})) << "what was padded is not counted";
    }
    EXPECT_EQ(dims_of(picture.get()), (Dims{2, 3, 8, 9})) << "the source stays as it is";
}

TEST_F(TensorDesc, IsRefusedInFormatsItHasNotInIt) {
    aclTensorDesc* made = nullptr;
    const Desc line(create({7}, ACL_FLOAT, ACL_FORMAT_ND));
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM, aclTransTensorDescFormat(line.get(), ACL_FORMAT_NHWC, &made));
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM, aclTransTensorDescFormat(line.get(), ACL_FORMAT_FRACTAL_NZ, &made));
    const Desc unknown(create({-2}, ACL_FLOAT, ACL_FORMAT_NCHW));
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM, aclTransTensorDescFormat(unknown.get(), ACL_FORMAT_NHWC, &made));
    EXPECT_EQ(made, nullptr);
}

TEST_F(TensorDesc, IsGoneOnceDestroyed) {
    aclTensorDesc* desc = create({4});
    aclDestroyTensorDesc(desc);
    EXPECT_EQ(aclGetTensorDescSize(desc), 0U);
    EXPECT_NE(recent_message().find("destroyed"), std::string::npos);
    aclDestroyTensorDesc(desc);
    EXPECT_NE(recent_message(), "");
}

TEST_F(TensorDesc, MayBeUsedByManyThreads) {
    const Desc desc(create({4, 4}));
    std::vector<std::thread> threads;
    for (int64_t t = 1; t <= 4; ++t) {
        threads.emplace_back([&desc, t] {
            const int64_t dims[] = {t, t};
            for (int i = 0; i < 1000; ++i) {
                EXPECT_OK(aclSetTensorOriginShape(desc.get(), 2, dims));
                const size_t count = aclGetTensorDescElementCount(desc.get());
                EXPECT_TRUE(count == 1 || count == 4 || count == 9 || count == 16) << count;
            }
        });
    }
    for (auto& thread : threads) {
        thread.join();
    }
}

// Every 16-bit float by its definition: sign, exponent, fraction.
TEST(Float16, IsConvertedExactly) {
    for (uint32_t bits = 0; bits <= 0xffff; ++bits) {
        const int exponent = static_cast<int>(bits >> 10 & 31);
        const int fraction = static_cast<int>(bits & 1023);
        double expected = exponent == 0 ? std::ldexp(fraction, -24) : std::ldexp(1024 + fraction, exponent - 25);
        if (exponent == 31) {
            expected = fraction == 0 ? std::numeric_limits<double>::infinity() : std::nan("");
        }
        expected = (bits & 0x8000) != 0 ? -expected : expected;
        const float value = aclFloat16ToFloat(static_cast<aclFloat16>(bits));
        if (std::isnan(expected)) {
            EXPECT_TRUE(std::isnan(value)) << bits;
            EXPECT_TRUE(std::isnan(aclFloat16ToFloat(aclFloatToFloat16(value)))) << bits;
        } else {
            EXPECT_EQ(value, expected) << bits;
            EXPECT_EQ(aclFloatToFloat16(value), bits);
        }
    }
}

TEST(Float16, IsTheNearestOneAndEvenInTheMiddle) {
    for (uint32_t bits = 0; bits < 0x7bff; ++bits) {
        const auto low = static_cast<aclFloat16>(bits);
        const auto high = static_cast<aclFloat16>(bits + 1);
        const float middle = (aclFloat16ToFloat(low) + aclFloat16ToFloat(high)) / 2;  // exact in 32 bits
        EXPECT_EQ(aclFloatToFloat16(middle), bits % 2 == 0 ? low : high) << bits;
        EXPECT_EQ(aclFloatToFloat16(std::nextafter(middle, 0.0F)), low) << bits;
        EXPECT_EQ(aclFloatToFloat16(std::nextafter(middle, 1e9F)), high) << bits;
        EXPECT_EQ(aclFloatToFloat16(-middle), (bits % 2 == 0 ? low : high) | 0x8000) << bits;
    }
    EXPECT_EQ(aclFloatToFloat16(65519.996F), 0x7bff);
    EXPECT_EQ(aclFloatToFloat16(65520.0F), 0x7c00);
    EXPECT_EQ(aclFloatToFloat16(std::numeric_limits<float>::infinity()), 0x7c00);
    EXPECT_EQ(aclFloatToFloat16(-1e30F), 0xfc00);
    EXPECT_EQ(aclFloatToFloat16(std::numeric_limits<float>::denorm_min()), 0);
}

}  // namespace
}  // namespace softacl::test
