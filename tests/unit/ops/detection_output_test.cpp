// SPDX-License-Identifier: Apache-2.0
// SSDDetectionOutput: hand-made boxes, and random ones against plain loops in double.
#include <algorithm>
#include <array>
#include <map>

#include "nn_support.h"
#include "unit/ops/detection_support.h"

namespace softacl::ops {
namespace {

using Row = std::array<double, 7>;  // image, class, score, corners

/// Two priors side by side, 10 by 10 at (0, 0) and (20, 0); all variances 1.
Tensor two_anchors() { return Tensor::of<float>({1, 2, 8}, {0, 0, 10, 10, 20, 0, 30, 10, 1, 1, 1, 1, 1, 1, 1, 1}); }

struct Setting {
    Attrs attrs;
    Tensor delta;
    Tensor score;
    Tensor anchors = two_anchors();
    aclDataType dtype = ACL_FLOAT;
};

NnCall call_of(const Setting& s) {
    NnCall call("SSDDetectionOutput", 2);
    call.variable(converted(s.delta, s.dtype))
        .variable(converted(s.score, s.dtype))
        .variable(converted(s.anchors, s.dtype));
    for (const auto& [name, value] : s.attrs) {
        call.attr(name, value);
    }
    return call;
}

/// The rows that count, by the numbers of out_boxnum; all behind must be -1.
std::vector<Row> found(const Setting& s) {
    NnCall call = call_of(s);
    const auto outputs = call.run_all();
    const int64_t images = outputs[0].shape()[0];
    const int64_t keep = outputs[1].shape()[1];
    EXPECT_EQ(outputs[0].shape(), (Shape{images, 8}));
    EXPECT_EQ(outputs[1].shape(), (Shape{images, keep, 8}));
    const auto numbers = outputs[1].to_floats();
    const auto counts = outputs[0].to_ints();
    std::vector<Row> rows;
    for (int64_t i = 0; i < images * keep; ++i) {
        Row row{};
        std::copy_n(numbers.begin() + i * 8, 7, row.begin());
        EXPECT_EQ(numbers[static_cast<size_t>(i) * 8 + 7], 0);
        if (i % keep < counts[static_cast<size_t>(i / keep * 8)]) {
            rows.push_back(row);
        } else {
            EXPECT_EQ(row, (Row{-1, -1, -1, -1, -1, -1, -1}));
        }
    }
    return rows;
}

void expect_rows(const std::vector<Row>& got, const std::vector<Row>& wanted, double tolerance = 1e-4) {
    ASSERT_EQ(got.size(), wanted.size());
    for (size_t i = 0; i < got.size(); ++i) {
        for (size_t k = 0; k < 7; ++k) {
            ASSERT_NEAR(got[i][k], wanted[i][k], tolerance) << "row " << i << " number " << k;
        }
    }
}

Setting two_boxes(Floats delta, Floats score) {
    return {{{"confidence_threshold", 0.25F}, {"keep_top_k", int64_t{5}}},
            Tensor::of<float>({1, 8}, delta),
            Tensor::of<float>({1, 4}, score)};
}

TEST(DetectionOutput, DecodesByItsCode) {
    const Floats score = {0.5F, 0.5F, 0.25F, 0.75F};  // of background and object, for each prior
    Setting s = two_boxes({1, 2, 3, 4, 0, 0, 0, 0}, score);
    s.attrs.set("code_type", int64_t{1});
    expect_rows(found(s), {{0, 1, 0.75, 20, 0, 30, 10}, {0, 1, 0.5, 1, 2, 13, 14}});
    s = two_boxes({0.1F, 0.2F, 0.3F, 0.4F, 0, 0, 0, 0}, score);
    s.attrs.set("code_type", int64_t{3});
    expect_rows(found(s), {{0, 1, 0.75, 20, 0, 30, 10}, {0, 1, 0.5, 1, 2, 13, 14}});
    // Centre (5 + 1, 5 + 2), twice as wide, half as high.
    s = two_boxes({0.1F, 0.2F, std::log(2.0F), std::log(0.5F), 0, 0, 0, 0}, score);
    s.attrs.set("code_type", int64_t{2});
    expect_rows(found(s), {{0, 1, 0.75, 20, 0, 30, 10}, {0, 1, 0.5, -4, 4.5, 16, 9.5}});
    s.dtype = ACL_FLOAT16;
    expect_rows(found(s), {{0, 1, 0.75, 20, 0, 30, 10}, {0, 1, 0.5, -4, 4.5, 16, 9.5}}, 0.02);
}

TEST(DetectionOutput, VariancesScaleUnlessEncoded) {
    Setting s = two_boxes({1, 2, 3, 4, 0, 0, 0, 0}, {0, 0.5F, 0, 0.75F});
    s.anchors = Tensor::of<float>({1, 2, 8}, {0, 0, 10, 10, 20, 0, 30, 10, 0.5F, 0.25F, 2, 0, 1, 1, 1, 1});
    expect_rows(found(s), {{0, 1, 0.75, 20, 0, 30, 10}, {0, 1, 0.5, 0.5, 0.5, 16, 10}});
    s.attrs.set("variance_encoded_in_target", true);
    expect_rows(found(s), {{0, 1, 0.75, 20, 0, 30, 10}, {0, 1, 0.5, 1, 2, 13, 14}});
}

TEST(DetectionOutput, TheBetterOfTwoThatOverlapStays) {
    // The second prior is moved over the first: (5, 0) to (15, 10), which shares 50 of 150.
    Setting s = two_boxes({0, 0, 0, 0, -15, 0, -15, 0}, {0, 0.5F, 0, 0.75F});
    s.attrs.set("iou_threshold", 0.3F);
    expect_rows(found(s), {{0, 1, 0.75, 5, 0, 15, 10}});
    s.attrs.set("iou_threshold", 0.34F);
    expect_rows(found(s), {{0, 1, 0.75, 5, 0, 15, 10}, {0, 1, 0.5, 0, 0, 10, 10}});
    // Another class does not count, and neither does the background.
    s.attrs.set("iou_threshold", 0.3F);
    s.score = Tensor::of<float>({1, 4}, {0.5F, 0, 0, 0.75F});
    s.attrs.set("background_label_id", int64_t{-1});
    expect_rows(found(s), {{0, 0, 0.5, 0, 0, 10, 10}, {0, 1, 0.75, 5, 0, 15, 10}});
    s.attrs.set("background_label_id", int64_t{1});
    expect_rows(found(s), {{0, 0, 0.5, 0, 0, 10, 10}});
}

TEST(DetectionOutput, Limits) {
    Setting s = two_boxes({0, 0, 0, 0, 0, 0, 0, 0}, {0.3F, 0.5F, 0.4F, 0.75F});
    s.attrs.set("background_label_id", int64_t{-1});
    const Row a = {0, 0, 0.4, 20, 0, 30, 10};
    const Row b = {0, 0, 0.3, 0, 0, 10, 10};
    const Row c = {0, 1, 0.75, 20, 0, 30, 10};
    const Row d = {0, 1, 0.5, 0, 0, 10, 10};
    expect_rows(found(s), {a, b, c, d});
    s.attrs.set("keep_top_k", int64_t{3});  // the best three, by class
    expect_rows(found(s), {a, c, d});
    s.attrs.set("top_k", int64_t{1});
    expect_rows(found(s), {a, c});
    s.attrs.set("confidence_threshold", 0.4F);  // must be above
    expect_rows(found(s), {c});
    s.attrs.set("keep_top_k", int64_t{-1});  // room for all candidates
    EXPECT_EQ(call_of(s).shape(1), (Shape{1, 2, 8}));
    s.attrs.set("top_k", int64_t{-1});
    s.attrs.set("background_label_id", int64_t{0});
    EXPECT_EQ(call_of(s).shape(1), (Shape{1, 2, 8}));
    s.attrs.set("confidence_threshold", 2.0F);
    expect_rows(found(s), {});
    s.score = Tensor::of<float>({1, 4}, {NAN, NAN, NAN, 3});
    expect_rows(found(s), {{0, 1, 3, 20, 0, 30, 10}});
}

TEST(DetectionOutput, TheLimitShrinksByEta) {
    // The second overlaps the first by 8 / 12; the limit of 0.7 is 0.63 once the first stays.
    Setting s = two_boxes({0, 0, 0, 0, -18, 0, -18, 0}, {0, 0.75F, 0, 0.5F});
    s.attrs.set("iou_threshold", 0.7F);
    EXPECT_EQ(found(s).size(), 2U);
    s.attrs.set("eta", 0.9F);
    EXPECT_EQ(found(s).size(), 1U);
    s.attrs.set("eta", 1.0F);
    s.attrs.set("iou_threshold", 0.5F);
    EXPECT_EQ(found(s).size(), 1U);
}

/// By the description: candidates by score, greedy choice, the best of all.
std::vector<Row> expected(const Setting& s, int64_t images, int64_t priors, int64_t classes, bool shared, int64_t top_k,
                          int64_t keep_top_k, double threshold, double overlap) {
    const auto delta = s.delta.to_floats();
    const auto score = s.score.to_floats();
    const auto anchors = s.anchors.to_floats();
    const auto at = [](const std::vector<float>& list, int64_t i) {
        return static_cast<double>(list[static_cast<size_t>(i)]);
    };
    std::vector<Row> all;
    for (int64_t n = 0; n < images; ++n) {
        std::vector<Row> of_image;
        for (int64_t label = 1; label < classes; ++label) {
            std::vector<Row> list;
            for (int64_t i = 0; i < priors; ++i) {
                const int64_t sets = shared ? 1 : classes;
                const int64_t place = ((n * priors + i) * sets + (shared ? 0 : label)) * 4;
                const double w = at(anchors, i * 4 + 2) - at(anchors, i * 4);
                const double h = at(anchors, i * 4 + 3) - at(anchors, i * 4 + 1);
                const auto d = [&](int64_t k) { return at(delta, place + k) * at(anchors, (priors + i) * 4 + k); };
                const double x = at(anchors, i * 4) + w / 2 + d(0) * w;
                const double y = at(anchors, i * 4 + 1) + h / 2 + d(1) * h;
                const double half_w = std::exp(d(2)) * w / 2;
                const double half_h = std::exp(d(3)) * h / 2;
                list.push_back({static_cast<double>(n), static_cast<double>(label),
                                at(score, (n * priors + i) * classes + label), x - half_w, y - half_h, x + half_w,
                                y + half_h});
            }
            const auto better = [](const Row& a, const Row& b) { return a[2] > b[2]; };
            std::stable_sort(list.begin(), list.end(), better);
            list.resize(static_cast<size_t>(std::min(top_k, priors)));
            std::vector<Row> kept;
            for (const Row& box : list) {
                const bool overlaps = std::any_of(kept.begin(), kept.end(), [&](const Row& other) {
                    const double w = std::min(box[5], other[5]) - std::max(box[3], other[3]);
                    const double h = std::min(box[6], other[6]) - std::max(box[4], other[4]);
                    const double both = std::max(w, 0.0) * std::max(h, 0.0);
                    const double sum =
                        (box[5] - box[3]) * (box[6] - box[4]) + (other[5] - other[3]) * (other[6] - other[4]);
                    return both / (sum - both) > overlap;
                });
                if (box[2] > threshold && !overlaps) {
                    kept.push_back(box);
                }
            }
            of_image.insert(of_image.end(), kept.begin(), kept.end());
        }
        const auto by_score = [](const Row& a, const Row& b) { return a[2] > b[2]; };
        const auto by_class = [](const Row& a, const Row& b) { return a[1] < b[1]; };
        std::stable_sort(of_image.begin(), of_image.end(), by_score);
        of_image.resize(std::min(of_image.size(), static_cast<size_t>(keep_top_k)));
        std::stable_sort(of_image.begin(), of_image.end(), by_class);
        all.insert(all.end(), of_image.begin(), of_image.end());
    }
    return all;
}

TEST(DetectionOutput, RandomBoxes) {
    Dice dice(44);
    size_t rows = 0;
    for (int round = 0; round < 20; ++round) {
        const int64_t images = dice.number(1, 3);
        const int64_t priors = dice.number(1, 300);
        const int64_t classes = dice.number(2, 6);
        const bool shared = dice.coin();
        const int64_t top_k = dice.number(1, 60);
        const int64_t keep = dice.number(1, 60);
        Setting s;
        s.delta = dice.floats({images, priors * (shared ? 1 : classes) * 4}, -1, 1);
        s.score = dice.floats({images, priors, classes}, 0, 1);
        Floats anchors;
        for (int64_t i = 0; i < priors; ++i) {
            const auto x = static_cast<float>(dice.number(0, 80)) / 100;
            const auto y = static_cast<float>(dice.number(0, 80)) / 100;
            anchors.insert(anchors.end(), {x, y, x + static_cast<float>(dice.number(5, 40)) / 100,
                                           y + static_cast<float>(dice.number(5, 40)) / 100});
        }
        for (int64_t i = 0; i < priors; ++i) {
            anchors.insert(anchors.end(), {0.1F, 0.1F, 0.2F, 0.2F});
        }
        s.anchors = Tensor::of<float>({1, 2, priors * 4}, anchors);
        s.attrs = {
            {"num_classes", classes}, {"share_location", shared}, {"iou_threshold", 0.45F},      {"top_k", top_k},
            {"keep_top_k", keep},     {"code_type", int64_t{2}},  {"confidence_threshold", 0.3F}};
        const auto wanted = expected(s, images, priors, classes, shared, top_k, keep, 0.3, 0.45);
        expect_rows(found(s), wanted, 1e-5);
        rows += wanted.size();
    }
    EXPECT_GT(rows, 300U);
}

TEST(DetectionOutput, RefusesWhatDoesNotFit) {
    const auto failure = [](const char* attr, Attr value) {
        return call_of(two_boxes(Floats(8), Floats(4))).attr(attr, std::move(value)).failure();
    };
    EXPECT_EQ(failure("num_classes", int64_t{2}), "");
    EXPECT_NE(failure("num_classes", int64_t{3}).find("expected 6 numbers"), std::string::npos);
    EXPECT_NE(failure("num_classes", int64_t{0}), "");
    EXPECT_NE(failure("share_location", false).find("expected 16 numbers"), std::string::npos);
    EXPECT_NE(failure("code_type", int64_t{4}).find("code_type is 4"), std::string::npos);
    EXPECT_NE(failure("eta", 0.0F), "");
    EXPECT_NE(failure("iou_threshold", -0.5F), "");
    const auto shapes = [](const Shape& delta, const Shape& score, const Shape& anchors) {
        return NnCall("SSDDetectionOutput", 2)
            .typed(ACL_FLOAT, delta)
            .typed(ACL_FLOAT, score)
            .typed(ACL_FLOAT, anchors)
            .failure();
    };
    EXPECT_EQ(shapes({-1, 8}, {-1, 4}, {1, 2, 8}), "");
    EXPECT_NE(shapes({1, 8}, {1, 4}, {1, 1, 8}), "");
    EXPECT_NE(shapes({1, 8}, {1, 4}, {1, 2, 7}), "");
    EXPECT_NE(shapes({1, 8}, {2, 4}, {1, 2, 8}), "");
    EXPECT_NE(shapes({8}, {1, 4}, {1, 2, 8}), "");
}

TEST(DetectionOutput, ImportOfOneTopAndOfTwo) {
    TestImporter graph;
    const ValueRef delta = graph.input({ACL_FLOAT, {2, 8}});
    const ValueRef score = graph.input({ACL_FLOAT, {2, 4}});
    const ValueRef anchors = graph.input({ACL_FLOAT, {1, 2, 8}});
    const Attrs attrs = {{"num_classes", int64_t{2}},
                         {"nms_threshold", 0.45F},
                         {"top_k", int64_t{400}},
                         {"code_type", std::string("CENTER_SIZE")},
                         {"keep_top_k", int64_t{7}}};
    auto outputs = graph.import_caffe("DetectionOutput", {delta, score, anchors}, attrs);
    ASSERT_TRUE(outputs.ok()) << outputs.status().message();
    ASSERT_EQ(outputs->size(), 1U);
    EXPECT_EQ(graph.type(outputs->front()).shape, (Shape{1, 1, 14, 7}));
    const Attrs& made = graph.nodes().front().attrs;
    EXPECT_EQ(made.at<int64_t>("code_type"), 2);
    EXPECT_EQ(made.at<int64_t>("top_k"), 400);
    EXPECT_FLOAT_EQ(made.at<float>("iou_threshold"), 0.45F);
    EXPECT_LT(made.at<float>("confidence_threshold"), -1e38F) << "without one, none is left out";
    outputs = graph.import_caffe("SSDDetectionOutput", {delta, score, anchors}, attrs, {}, 2);
    ASSERT_TRUE(outputs.ok()) << outputs.status().message();
    EXPECT_EQ(graph.type(outputs->at(0)).shape, (Shape{2, 8}));
    EXPECT_EQ(graph.type(outputs->at(1)).shape, (Shape{2, 7, 8}));
    EXPECT_FALSE(graph.import_caffe("DetectionOutput", {delta, score}, attrs).ok());
    EXPECT_FALSE(graph.import_caffe("DetectionOutput", {delta, score, anchors}, {}).ok()) << "num_classes is missing";
    EXPECT_FALSE(graph
                     .import_caffe("DetectionOutput", {delta, score, anchors},
                                   {{"num_classes", int64_t{2}}, {"code_type", std::string("ROUND")}})
                     .ok());
}

}  // namespace
}  // namespace softacl::ops
