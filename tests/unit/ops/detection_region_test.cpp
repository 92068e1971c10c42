// SPDX-License-Identifier: Apache-2.0
// ROIPooling, PSROIPooling, Proposal, SPP and Im2col: by hand, and against plain loops.
#include <algorithm>

#include "nn_support.h"
#include "unit/ops/detection_support.h"

namespace softacl::ops {
namespace {

/// 0, 1, 2, ... as an image.
Tensor counted(const Shape& shape) {
    std::vector<float> values(static_cast<size_t>(shape.elements()));
    for (size_t i = 0; i < values.size(); ++i) {
        values[i] = static_cast<float>(i);
    }
    return Tensor::of<float>(shape, values);
}

NnCall roi_call(Tensor x, Tensor rois, int64_t height, int64_t width, float scale) {
    NnCall call("ROIPooling");
    call.variable(std::move(x)).variable(std::move(rois)).attr("pooled_h", height).attr("pooled_w", width);
    return call.attr("spatial_scale_h", scale).attr("spatial_scale_w", scale);
}

TEST(DetectionRoi, PoolsByHand) {
    const Tensor x = counted({2, 1, 4, 4});  // the second image begins with 16
    // The first 4 by 4 in quarters; columns 1 to 3 of rows 0 and 1 in two parts that share column 2; outside.
    const Tensor rois = Tensor::of<float>({3, 5}, {1, 0, 0, 3, 3, 0, 1, 0, 3, 1, 0, 8, 8, 9, 9});
    expect_near(roi_call(x, rois, 2, 2, 1).run(), {21, 23, 29, 31, 2, 3, 6, 7, 0, 0, 0, 0}, 0);
    // Half the scale: corners round to 0 and 2, 3 by 3 positions in one part.
    expect_near(roi_call(x, Tensor::of<float>({1, 5, 1, 1}, {0, 0, 0, 4, 4}), 1, 1, 0.5F).run(), {10}, 0);
    // A region of less than nothing is one position.
    expect_near(roi_call(x, Tensor::of<float>({1, 5}, {0, 2, 2, 0, 0}), 1, 1, 1).run(), {10}, 0);
}

TEST(DetectionRoi, RefusesRegionsOfNoImage) {
    for (const float image : {-1.0F, 2.0F, NAN}) {
        const auto result =
            roi_call(counted({2, 1, 4, 4}), Tensor::of<float>({1, 5}, {image, 0, 0, 1, 1}), 1, 1, 1).try_run(nullptr);
        ASSERT_FALSE(result.ok()) << image;
        EXPECT_NE(result.status().message().find("region 0 is of image"), std::string::npos);
    }
    EXPECT_FALSE(roi_call(counted({2, 1, 4, 4}), Tensor::of<float>({1, 5}, {0, INFINITY, 0, 1, 1}), 1, 1, 1)
                     .try_run(nullptr)
                     .ok());
    const auto failure = [](const Shape& x, const Shape& rois, int64_t pooled, float scale) {
        return roi_call(Tensor::of<float>(x, Floats(static_cast<size_t>(x.elements()))),
                        Tensor::of<float>(rois, Floats(static_cast<size_t>(rois.elements()))), pooled, 1, scale)
            .failure();
    };
    EXPECT_EQ(failure({1, 1, 2, 2}, {3, 5}, 1, 1), "");
    EXPECT_NE(failure({1, 1, 2}, {3, 5}, 1, 1), "");
    EXPECT_NE(failure({1, 1, 2, 2}, {3, 4}, 1, 1).find("expected [regions,5]"), std::string::npos);
    EXPECT_NE(failure({1, 1, 2, 2}, {3, 5, 2}, 1, 1), "");
    EXPECT_NE(failure({1, 1, 2, 2}, {3, 5}, 0, 1), "");
    EXPECT_NE(failure({1, 1, 2, 2}, {3, 5}, 1, 0), "");
    NnCall counted_rois = roi_call(counted({1, 1, 2, 2}), Tensor::of<float>({1, 5}, Floats(5)), 1, 1, 1);
    EXPECT_NE(counted_rois.typed(ACL_INT32, {1}).failure().find("roi_actual_num"), std::string::npos);
}

TEST(DetectionPsroi, EachPartHasItsChannels) {
    // Four channels of one output channel: constants 0, 1, 2, 3, so each part answers with its own number.
    std::vector<float> values;
    for (int i = 0; i < 64; ++i) {
        values.push_back(static_cast<float>(i / 16));
    }
    const auto call = [](Tensor x, int64_t channels, int64_t group, const Floats& region, float scale) {
        NnCall made("PSROIPooling");
        made.variable(std::move(x)).variable(Tensor::of<float>({1, 5}, region)).attr("output_dim", channels);
        return made.attr("group_size", group).attr("spatial_scale", scale);
    };
    const Tensor x = Tensor::of<float>({1, 4, 4, 4}, values);
    expect_near(call(x, 1, 2, {0, 0, 0, 3, 3}, 1).run(), {0, 1, 2, 3}, 0);
    expect_near(call(x, 4, 1, {0, 0, 0, 3, 3}, 1).run(), {0, 1, 2, 3}, 0);
    // The mean of columns 0 and 1 of rows 1 and 2 (corners 0, 2 and 3, 5 of twice the size).
    expect_near(call(counted({1, 1, 4, 4}), 1, 1, {0, 0, 2, 3, 5}, 0.5F).run(), {(4 + 5 + 8 + 9) / 4.0}, 1e-6);
    // Outside of the image there is nothing.
    expect_near(call(counted({1, 1, 4, 4}), 1, 1, {0, 9, 9, 12, 12}, 1).run(), {0}, 0);
    EXPECT_NE(call(x, 2, 2, {0, 0, 0, 3, 3}, 1).failure().find("expected 8 channels"), std::string::npos);
    EXPECT_NE(call(x, 0, 2, {0, 0, 0, 3, 3}, 1).failure(), "");
    EXPECT_NE(call(x, 1, 2, {0, 0, 0, 3, 3}, -1).failure(), "");
}

TEST(DetectionRoi, Imports) {
    TestImporter graph;
    const ValueRef x = graph.input({ACL_FLOAT, {1, 8, 6, 6}});
    const ValueRef rois = graph.input({ACL_FLOAT, {9, 5}});
    auto outputs = graph.import_caffe("ROIPooling", {x, rois},
                                      {{"pooled_h", int64_t{2}}, {"pooled_w", int64_t{3}}, {"spatial_scale", 0.25F}});
    ASSERT_TRUE(outputs.ok()) << outputs.status().message();
    EXPECT_EQ(graph.type(outputs->front()).shape, (Shape{9, 8, 2, 3}));
    EXPECT_FLOAT_EQ(graph.nodes().back().attrs.at<float>("spatial_scale_w"), 0.25F);
    outputs = graph.import_caffe("PSROIPooling", {x, rois},
                                 {{"output_dim", int64_t{2}}, {"group_size", int64_t{2}}, {"spatial_scale", 0.5F}});
    ASSERT_TRUE(outputs.ok()) << outputs.status().message();
    EXPECT_EQ(graph.type(outputs->front()).shape, (Shape{9, 2, 2, 2}));
    EXPECT_FALSE(graph.import_caffe("ROIPooling", {x, rois}, {}).ok());
}

/// One anchor of 16 by 16 at each of two places, 16 apart.
NnCall proposal(const Floats& score, const Floats& delta, const Floats& image = {100, 200, 1}) {
    NnCall call("Proposal", 2);
    call.variable(Tensor::of<float>({1, 2, 1, 2}, score))
        .variable(Tensor::of<float>({1, 4, 1, 2}, delta))
        .variable(Tensor::of<float>({1, 3}, image));
    return call.attr("ratio", Floats{1})
        .attr("scale", Floats{1})
        .attr("post_nms_topn", int64_t{3})
        .attr("min_size", 1.0F);
}

TEST(DetectionProposal, ByHand) {
    // Anchors (0, 0, 15, 15) and (16, 0, 31, 15). Without moves a corner is centre plus half the width: 16.
    const auto run = [](NnCall call, int64_t count, const std::vector<double>& rows) {
        const auto outputs = call.run_all();
        EXPECT_EQ(outputs[0].shape(), (Shape{3, 5}));
        EXPECT_EQ(outputs[1].to_ints(), Ints{count});
        expect_near(outputs[0], rows, 1e-5);
    };
    const Floats score = {9, 9, 0.5F, 0.75F};  // of nothing, of an object
    const Floats still(8);
    run(proposal(score, still), 2, {0, 16, 0, 32, 16, 0, 0, 0, 16, 16, 0, 0, 0, 0, 0});
    // The second one moved over the first, by its width to the left.
    const Floats moved = {0, -1, 0, 0, 0, 0, 0, 0};
    run(proposal(score, moved), 1, {0, 0, 0, 16, 16, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0});
    // Twice as wide, but not beyond the image of 20 by 30.
    const Floats wide = {0, 0, 0, 0, std::log(2.0F), 0, 0, 0};
    run(proposal(score, wide, {20, 30, 1}), 2, {0, 16, 0, 29, 16, 0, 0, 0, 24, 16, 0, 0, 0, 0, 0});
    // min_size counts in pixels of the scaled image: 14 pixels are less than 8 times 2.
    run(proposal(score, still, {20, 30, 2}).attr("min_size", 8.0F), 1, {0, 0, 0, 16, 16, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0});
    run(proposal(score, still).attr("pre_nms_topn", int64_t{1}), 1, {0, 16, 0, 32, 16, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0});
}

TEST(DetectionProposal, KnownAnchors) {
    // The nine anchors that the paper's programs print for a base of 16, as centre 7.5 and sizes.
    const std::vector<std::pair<double, double>> sizes = {{184, 96},  {368, 192}, {736, 384}, {128, 128}, {256, 256},
                                                          {512, 512}, {88, 176},  {176, 352}, {352, 704}};
    NnCall call("Proposal", 1);
    const int64_t middle = 1000;  // far from the edges
    std::vector<float> score(18);
    std::vector<float> delta(36);
    for (size_t i = 0; i < 9; ++i) {
        score[9 + i] = static_cast<float>(9 - i);
        delta[4 * i] = static_cast<float>(middle / sizes[i].first);
        delta[4 * i + 1] = static_cast<float>(middle / sizes[i].second);
    }
    call.variable(Tensor::of<float>({1, 18, 1, 1}, score)).variable(Tensor::of<float>({1, 36, 1, 1}, delta));
    call.variable(Tensor::of<float>({1, 3}, {4000, 4000, 1}));
    const auto rows = call.attr("post_nms_topn", int64_t{9}).attr("iou_threshold", 1.0F).run().to_floats();
    ASSERT_EQ(rows.size(), 45U);
    for (size_t i = 0; i < 9; ++i) {
        EXPECT_NEAR(rows[5 * i + 3] - rows[5 * i + 1], sizes[i].first, 1e-2) << i;
        EXPECT_NEAR(rows[5 * i + 4] - rows[5 * i + 2], sizes[i].second, 1e-2) << i;
        EXPECT_NEAR((rows[5 * i + 3] + rows[5 * i + 1]) / 2, 8 + middle, 1e-2) << i;
        EXPECT_NEAR((rows[5 * i + 4] + rows[5 * i + 2]) / 2, 8 + middle, 1e-2) << i;
    }
}

TEST(DetectionProposal, RefusesAndImports) {
    const auto failure = [](const char* attr, Attr value) {
        return proposal(Floats(4), Floats(8)).attr(attr, std::move(value)).failure();
    };
    EXPECT_EQ(failure("min_size", 4.0F), "");
    EXPECT_NE(failure("ratio", Floats{1, 2}).find("for 2 anchors"), std::string::npos);
    EXPECT_NE(failure("ratio", Floats{}), "");
    EXPECT_NE(failure("scale", Floats{0}), "");
    EXPECT_NE(failure("feat_stride", 0.0F), "");
    EXPECT_NE(failure("post_nms_topn", int64_t{0}), "");
    NnCall call("Proposal", 2);
    call.typed(ACL_FLOAT, {2, 18, 4, 4}).typed(ACL_FLOAT, {2, 36, 4, 4}).typed(ACL_FLOAT, {1, 3});
    EXPECT_NE(call.failure().find("im_info"), std::string::npos);
    TestImporter graph;
    const std::vector<ValueRef> bottoms = {graph.input({ACL_FLOAT, {2, 12, 4, 5}}),
                                           graph.input({ACL_FLOAT, {2, 24, 4, 5}}), graph.input({ACL_FLOAT, {2, 3}})};
    const auto outputs = graph.import_caffe(
        "Proposal", bottoms,
        {{"feat_stride", int64_t{8}}, {"scale", Floats{8, 16}}, {"post_nms_topn", int64_t{50}}, {"nms_thresh", 0.5F}});
    ASSERT_TRUE(outputs.ok()) << outputs.status().message();
    EXPECT_EQ(graph.type(outputs->front()).shape, (Shape{100, 5}));
    EXPECT_FLOAT_EQ(graph.nodes().back().attrs.at<float>("feat_stride"), 8);
    EXPECT_FLOAT_EQ(graph.nodes().back().attrs.at<float>("iou_threshold"), 0.5F);
}

TEST(DetectionSpp, PoolsToGrids) {
    const Tensor x = counted({1, 2, 4, 4});
    const auto call = [](Tensor image, int64_t height, int64_t method) {
        NnCall made("SPP");
        return made.variable(std::move(image)).attr("pyramid_height", height).attr("pool_method", method);
    };
    expect_near(call(x, 2, 0).run(), {15, 31, 5, 7, 13, 15, 21, 23, 29, 31}, 0);
    expect_near(call(x, 2, 1).run(), {7.5, 23.5, 2.5, 4.5, 10.5, 12.5, 18.5, 20.5, 26.5, 28.5}, 1e-6);
    EXPECT_EQ(call(x, 2, 1).shape(), (Shape{1, 10}));
    EXPECT_EQ(call(x, 1, 0).shape(), (Shape{1, 2, 1, 1}));
    // 3 positions in two windows of 2, one of padding in front: 0, and the maximum of 1 and 2.
    expect_near(call(counted({1, 1, 3, 3}), 2, 0).run(), {8, 0, 2, 6, 8}, 0);
    EXPECT_NE(call(counted({1, 1, 5, 5}), 3, 0).failure().find("too high"), std::string::npos);
    EXPECT_NE(call(x, 0, 0).failure(), "");
    EXPECT_NE(call(x, 1, 2).failure().find("pool_method is 2"), std::string::npos);
    TestImporter graph;
    const ValueRef image = graph.input({ACL_FLOAT, {2, 3, 8, 8}});
    const auto outputs =
        graph.import_caffe("SPP", {image}, {{"pyramid_height", int64_t{3}}, {"pool", std::string("AVE")}});
    ASSERT_TRUE(outputs.ok()) << outputs.status().message();
    EXPECT_EQ(graph.type(outputs->front()).shape, (Shape{2, 63}));
    EXPECT_FALSE(
        graph.import_caffe("SPP", {image}, {{"pyramid_height", int64_t{1}}, {"pool", std::string("STOCHASTIC")}}).ok());
}

TEST(DetectionIm2col, IsAGatherByTaps) {
    Dice dice(46);
    for (int round = 0; round < 10; ++round) {
        const Shape x = {dice.number(1, 2), dice.number(1, 3), dice.number(5, 8), dice.number(5, 8)};
        const Ints size = {dice.number(1, 3), dice.number(1, 3)};
        const Ints stride = {dice.number(1, 3), dice.number(1, 3)};
        const Ints dilation = {dice.number(1, 2), dice.number(1, 2)};
        const Ints pads = {dice.number(0, 2), dice.number(0, 2), dice.number(0, 2), dice.number(0, 2)};
        const int64_t h = (x[2] + pads[0] + pads[1] - (size[0] - 1) * dilation[0] - 1) / stride[0] + 1;
        const int64_t w = (x[3] + pads[2] + pads[3] - (size[1] - 1) * dilation[1] - 1) / stride[1] + 1;
        std::vector<double> wanted;
        for (int64_t plane = 0; plane < x[0] * x[1]; ++plane) {
            for (int64_t tap = 0; tap < size[0] * size[1]; ++tap) {
                for (int64_t i = 0; i < h * w; ++i) {
                    const int64_t row = i / w * stride[0] - pads[0] + tap / size[1] * dilation[0];
                    const int64_t column = i % w * stride[1] - pads[2] + tap % size[1] * dilation[1];
                    const bool inside = row >= 0 && row < x[2] && column >= 0 && column < x[3];
                    wanted.push_back(inside ? static_cast<double>((plane * x[2] + row) * x[3] + column) : 0);
                }
            }
        }
        NnCall call("Im2col");
        call.variable(counted(x)).attr("ksizes", size).attr("strides", stride).attr("dilations", dilation);
        const Tensor y = call.attr("pads", pads).run();
        EXPECT_EQ(y.shape(), (Shape{x[0], x[1] * size[0] * size[1], h, w}));
        expect_near(y, wanted, 0);
    }
    const auto failure = [](const char* attr, Attr value) {
        return NnCall("Im2col")
            .typed(ACL_FLOAT, {1, 1, 4, 4})
            .attr("ksizes", Ints{2})
            .attr(attr, std::move(value))
            .failure();
    };
    EXPECT_EQ(failure("pads", Ints{1}), "");
    EXPECT_NE(failure("pads", Ints{1, 1}), "");
    EXPECT_NE(failure("pads", Ints{-1}), "");
    EXPECT_NE(failure("ksizes", Ints{0}), "");
    EXPECT_NE(failure("ksizes", Ints{5, 5}), "");
    EXPECT_NE(failure("padding_mode", std::string("SAME")).find("CALCULATED"), std::string::npos);
}

TEST(DetectionIm2col, Imports) {
    TestImporter graph;
    const ValueRef x = graph.input({ACL_FLOAT, {1, 2, 8, 9}});
    const auto shape = [&](Attrs attrs) {
        const auto outputs = graph.import_caffe("Im2col", {x}, std::move(attrs));
        EXPECT_TRUE(outputs.ok()) << outputs.status().message();
        return outputs.ok() ? graph.type(outputs->front()).shape : Shape();
    };
    EXPECT_EQ(shape({{"kernel_size", Ints{3}}, {"pad", Ints{1}}, {"stride", Ints{2, 3}}}), (Shape{1, 18, 4, 3}));
    EXPECT_EQ(shape({{"kernel_h", int64_t{2}}, {"kernel_w", int64_t{5}}}), (Shape{1, 20, 7, 5}));
    EXPECT_FALSE(graph.import_caffe("Im2col", {x}, {{"kernel_size", Ints{3}}, {"axis", int64_t{2}}}).ok());
    EXPECT_FALSE(graph.import_caffe("Im2col", {x}, {}).ok());
}

}  // namespace
}  // namespace softacl::ops
