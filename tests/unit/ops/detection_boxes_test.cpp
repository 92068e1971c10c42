// SPDX-License-Identifier: Apache-2.0
// CropAndResizeD and NonMaxSuppressionV5: by hand, and what is refused. TensorFlow judges them in tests/python.
#include <cmath>
#include <limits>

#include "unit/ops/op_tester.h"

namespace softacl::ops {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

Tensor image(int64_t images = 1) {
    std::vector<float> values(static_cast<size_t>(images * 9));
    for (size_t i = 0; i < values.size(); ++i) {
        values[i] = static_cast<float>(i);
    }
    return Tensor::of<float>({images, 3, 3, 1}, values);
}

TestCall crop(Tensor boxes, Tensor images, Attrs attrs) {
    return {"CropAndResizeD", {image(2), std::move(boxes), std::move(images)}, std::move(attrs)};
}

TEST(DetectionBoxes, CropsByHand) {
    const Tensor boxes = Tensor::of<float>({3, 4}, {0, 0, 1, 1, 1, 1, 0, 0, 0.25F, 0.25F, 0.5F, 1});
    const Tensor images = Tensor::of<int32_t>({3}, {0, 1, 0});
    EXPECT_THAT(elements<float>(run_one(crop(boxes, images, {{"crop_size", Ints{2, 2}}}))),
                ElementsAre(0, 2, 6, 8, 17, 15, 11, 9, 2, 3.5, 3.5, 5));
    EXPECT_THAT(elements<float>(run_one(crop(boxes, images, {{"crop_size", Ints{1, 1}}}))),
                ElementsAre(4, 13, 3 * 0.75F + 1.25F));
}

TEST(DetectionBoxes, WhatLiesOutsideIsFilled) {
    const Tensor boxes = Tensor::of<float>({2, 4}, {-1, 0, 0, 1, NAN, INFINITY, 2, -INFINITY});
    const Tensor images = Tensor::of<int32_t>({2}, {0, 0});
    EXPECT_THAT(
        elements<float>(run_one(crop(boxes, images, {{"crop_size", Ints{2, 2}}, {"extrapolation_value", 9.0F}}))),
        ElementsAre(9, 9, 0, 2, 9, 9, 9, 9));
}

TEST(DetectionBoxes, CropsOfNoImageFail) {
    for (const int32_t index : {-1, 2}) {
        EXPECT_THAT(sentence(run(crop(Tensor::of<float>({1, 4}, {0, 0, 1, 1}), Tensor::of<int32_t>({1}, {index}),
                                      {{"crop_size", Ints{1, 1}}}))),
                    HasSubstr(text("box_index[0] is ", index, "; there are 2 images")));
    }
}

TEST(DetectionBoxes, CropsThatAreRefused) {
    const auto refusal = [](const Shape& x, const Shape& boxes, const Shape& images, const Ints& size,
                            const char* method = "bilinear") {
        return sentence(infer("CropAndResizeD",
                              {{{ACL_FLOAT, x}, {}}, {{ACL_FLOAT, boxes}, {}}, {{ACL_INT32, images}, {}}},
                              {{"crop_size", size}, {"method", std::string(method)}}));
    };
    EXPECT_EQ(refusal({1, 2, 2, 1}, {3, 4}, {3}, {1, 1}), "success");
    EXPECT_EQ(refusal({-1, -1, -1, -1}, {-1, 4}, {3}, {1, 1}), "success");
    EXPECT_THAT(refusal({1, 2, 2}, {3, 4}, {3}, {1, 1}), HasSubstr("four dimensions"));
    EXPECT_THAT(refusal({1, 2, 2, 1}, {3, 5}, {3}, {1, 1}), HasSubstr("[boxes,4]"));
    EXPECT_THAT(refusal({1, 2, 2, 1}, {3, 4}, {2}, {1, 1}), HasSubstr("[boxes,4]"));
    EXPECT_THAT(refusal({1, 2, 2, 1}, {3, 4}, {3}, {1}), HasSubstr("crop_size"));
    EXPECT_THAT(refusal({1, 2, 2, 1}, {3, 4}, {3}, {0, 1}), HasSubstr("crop_size"));
    EXPECT_THAT(refusal({1, 2, 2, 1}, {3, 4}, {3}, {int64_t{1} << 40, 1}), HasSubstr("crop_size"));
    EXPECT_THAT(refusal({1, 2, 2, 1}, {3, 4}, {3}, {1, 1}, "cubic"), HasSubstr("method is cubic"));
    EXPECT_THAT(refusal({1, 0, 2, 1}, {3, 4}, {3}, {1, 1}), HasSubstr("not empty"));
    const int64_t most = std::numeric_limits<int32_t>::max();
    EXPECT_THAT(refusal({1, 2, 2, 1 << 20}, {1 << 20, 4}, {1 << 20}, {most, most}), HasSubstr("too large"));
}

TestCall suppression(Tensor boxes, Tensor scores, int32_t most, float overlap, float score, float sigma) {
    return {"NonMaxSuppressionV5",
            {std::move(boxes), std::move(scores), Tensor::scalar(most), Tensor::scalar(overlap), Tensor::scalar(score),
             Tensor::scalar(sigma)},
            {{"pad_to_max_output_size", true}, {"T", ACL_FLOAT}},
            3};
}

struct Chosen {
    std::vector<int32_t> boxes;
    std::vector<float> scores;
    int32_t count;
};
Chosen chosen(const TestCall& call) {
    const auto result = run(call);
    EXPECT_TRUE(result.ok()) << sentence(result);
    return {elements<int32_t>((*result)[0]), elements<float>((*result)[1]), elements<int32_t>((*result)[2])[0]};
}

TEST(DetectionBoxes, SuppressesByHand) {
    // 1 covers half of 0 and as much beyond it: a third of both together. 2 is 0 with its corners the other way round.
    const Tensor boxes = Tensor::of<float>({4, 4}, {0, 0, 1, 2, 0, 1, 1, 3, 1, 2, 0, 0, 5, 5, 6, 6});
    const Tensor scores = Tensor::of<float>({4}, {0.5F, 0.75F, 0.5F, NAN});
    Chosen found = chosen(suppression(boxes, scores, 5, 0.4F, 0, 0));
    EXPECT_THAT(found.boxes, ElementsAre(1, 0, 0, 0, 0));  // the first of two equal ones
    EXPECT_THAT(found.scores, ElementsAre(0.75F, 0.5F, 0, 0, 0));
    EXPECT_EQ(found.count, 2);
    found = chosen(suppression(boxes, scores, 2, 0.3F, 0, 0));
    EXPECT_THAT(found.boxes, ElementsAre(1, 0));
    EXPECT_EQ(found.count, 1);
    EXPECT_EQ(chosen(suppression(boxes, scores, 3, 1, 0.6F, 0)).count, 1);
    EXPECT_EQ(chosen(suppression(boxes, scores, 1, 1, 0, 0)).count, 1);
    EXPECT_EQ(chosen(suppression(boxes, scores, 0, 1, 0, 0)).count, 0);
    found = chosen(suppression(boxes, scores, 3, 0.3F, 0, 0.5F));
    EXPECT_EQ(found.count, 3);
    EXPECT_NEAR(found.scores[1], 0.5 * std::exp(-1.0 / 9), 1e-6);
    EXPECT_NEAR(found.scores[2], 0.5 * std::exp(-1.0 / 9 - 1), 1e-6);
}

TEST(DetectionBoxes, SuppressionsThatAreRefused) {
    const auto refusal = [](const Shape& boxes, const Shape& scores, std::optional<Tensor> most, bool padded = true) {
        const TestInput number = {{ACL_FLOAT, {}}, {}};
        return sentence(infer("NonMaxSuppressionV5",
                              {{{ACL_FLOAT, boxes}, {}},
                               {{ACL_FLOAT, scores}, {}},
                               {{ACL_INT32, {}}, std::move(most)},
                               number,
                               number,
                               number},
                              {{"pad_to_max_output_size", padded}, {"T", ACL_FLOAT}}, 3));
    };
    const auto most = [](int32_t value) { return Tensor::scalar(value); };
    EXPECT_EQ(refusal({3, 4}, {3}, most(2)), "success");
    EXPECT_EQ(refusal({-1, 4}, {3}, most(2)), "success");
    EXPECT_THAT(refusal({3, 5}, {3}, most(2)), HasSubstr("[boxes,4]"));
    EXPECT_THAT(refusal({3, 4}, {2}, most(2)), HasSubstr("[boxes,4]"));
    EXPECT_THAT(refusal({3, 4}, {3}, most(-1)), HasSubstr("max_output_size is -1"));
    EXPECT_THAT(refusal({3, 4}, {3}, std::nullopt), HasSubstr("max_output_size"));
    EXPECT_THAT(refusal({3, 4}, {3}, most(2), false), HasSubstr("pad_to_max_output_size is false"));
}

}  // namespace
}  // namespace softacl::ops
