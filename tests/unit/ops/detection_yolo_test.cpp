// SPDX-License-Identifier: Apache-2.0
// Yolo against its formulas in double; the choice of boxes by hand, and against plain loops in double.
#include <gmock/gmock.h>

#include <algorithm>
#include <array>
#include <map>

#include "nn_support.h"
#include "unit/ops/detection_support.h"

namespace softacl::ops {
namespace {

using testing::HasSubstr;

int64_t padded(int64_t count) { return ((2 * count + 32 + 31) / 32) * 16; }
double logistic(double x) { return 1 / (1 + std::exp(-x)); }
size_t at(int64_t index) { return static_cast<size_t>(index); }

std::vector<double> rounded(const Tensor& tensor) {
    const auto values = tensor.to_floats();
    return std::vector<double>(values.begin(), values.end());
}

TEST(DetectionYolo, Formulas) {
    for (unsigned seed = 1; seed <= 20; ++seed) {
        Dice dice(seed);
        const int64_t n = dice.number(1, 3);
        const int64_t boxes = dice.number(1, 5);
        const int64_t classes = dice.number(1, 7);
        const int64_t h = dice.number(1, 9);
        const int64_t w = dice.number(1, 9);
        const bool v2 = dice.coin();
        const aclDataType dtype = dice.coin() ? ACL_FLOAT : ACL_FLOAT16;
        const Tensor x = converted(dice.floats({n, boxes * (5 + classes), h, w}, -8, 8), dtype);
        const auto values = rounded(x);
        const auto value = [&](int64_t image, int64_t box, int64_t entry, int64_t place) {
            return values[at(((image * boxes + box) * (5 + classes) + entry) * h * w + place)];
        };
        std::vector<double> coords(at(n * boxes * 4 * padded(h * w)));
        const int64_t row = padded(boxes * h * w);
        std::vector<double> objects(at(n * row));
        std::vector<double> labels(at(n * classes * row));
        for (int64_t i = 0; i < n * boxes * h * w; ++i) {
            const int64_t place = i % (h * w);
            const int64_t box = i / (h * w) % boxes;
            const int64_t image = i / (h * w) / boxes;
            for (int64_t k = 0; k < 4; ++k) {
                const double raw = value(image, box, k, place);
                coords[at(((image * boxes + box) * 4 + k) * padded(h * w) + place)] = k < 2 ? logistic(raw) : raw;
            }
            objects[at(image * row + box * h * w + place)] = logistic(value(image, box, 4, place));
            double sum = 0;
            for (int64_t c = 0; c < classes; ++c) {
                sum += std::exp(value(image, box, 5 + c, place));
            }
            for (int64_t c = 0; c < classes; ++c) {
                const double raw = value(image, box, 5 + c, place);
                labels[at((image * classes + c) * row + box * h * w + place)] =
                    v2 ? std::exp(raw) / sum : logistic(raw);
            }
        }
        NnCall call("Yolo");
        call.variable(x).attr("boxes", boxes).attr("classes", classes).attr("softmax", dice.coin());
        const auto outputs = call.attr("yolo_version", std::string(v2 ? "V2" : "V3")).run_all();
        EXPECT_EQ(outputs[0].shape(), (Shape{n, boxes * 4, padded(h * w)}));
        EXPECT_EQ(outputs[1].shape(), (Shape{n, row}));
        EXPECT_EQ(outputs[2].shape(), (Shape{n, classes, row}));
        const double tolerance = dtype == ACL_FLOAT ? 1e-6 : 1e-3;
        expect_near(outputs[0], coords, tolerance, "coord_data");
        expect_near(outputs[1], objects, tolerance, "obj_prob");
        expect_near(outputs[2], labels, tolerance, "classes_prob");
    }
}

TEST(DetectionYolo, RefusesWhatItDoesNotMean) {
    const auto failure = [](Shape x, const char* name = "boxes", Attr value = int64_t{3}) {
        NnCall call("Yolo");
        return call.typed(ACL_FLOAT, std::move(x)).attr(name, std::move(value)).failure();
    };
    EXPECT_EQ(failure({1, 255, 2, 2}), "");
    EXPECT_EQ(failure({-1, 255, -1, -1}), "");
    EXPECT_THAT(failure({1, 254, 2, 2}),
                HasSubstr("254 channels; expected boxes * (coords + 1 + classes), 3 * (4 + 1"));
    EXPECT_THAT(failure({1, 255, 4}), HasSubstr("[images,channels,height,width]"));
    EXPECT_THAT(failure({1, 255, 2, 2}, "yolo_version", std::string("V5")), HasSubstr("yolo_version is V5"));
    EXPECT_THAT(failure({1, 255, 2, 2}, "background", true), HasSubstr("background is true"));
    EXPECT_THAT(failure({1, 255, 2, 2}, "softmaxtree", true), HasSubstr("softmaxtree is true"));
    EXPECT_THAT(failure({1, 255, 2, 2}, "coords", int64_t{5}), HasSubstr("coords is 5"));
    EXPECT_THAT(failure({1, 255, 2, 2}, "classes", int64_t{0}), HasSubstr("classes"));
    EXPECT_THAT(failure({1, 255, 2, 2}, "boxes", int64_t{0}), HasSubstr("boxes"));
    EXPECT_THAT(failure({1, 255, int64_t{1} << 20, int64_t{1} << 20}), HasSubstr("too large"));
    EXPECT_THAT(failure({0, 255, int64_t{1} << 40, int64_t{1} << 40}), HasSubstr("too large"));
}

/// What Yolo puts out for one scale, empty at first.
struct Scale {
    int64_t images, boxes, classes, rows, columns;
    Floats coords, objects, labels;

    Scale(int64_t n, int64_t b, int64_t c, int64_t h, int64_t w)
        : images(n),
          boxes(b),
          classes(c),
          rows(h),
          columns(w),
          coords(at(n * b * 4 * padded(h * w))),
          objects(at(n * padded(b * h * w))),
          labels(at(n * c * padded(b * h * w))) {}
    int64_t row() const { return padded(boxes * rows * columns); }
    float& coord(int64_t n, int64_t box, int64_t k, int64_t place) {
        return coords[at(((n * boxes + box) * 4 + k) * padded(rows * columns) + place)];
    }
    float& object(int64_t n, int64_t box, int64_t place) {
        return objects[at(n * row() + box * rows * columns + place)];
    }
    float& label(int64_t n, int64_t c, int64_t box, int64_t place) {
        return labels[at((n * classes + c) * row() + box * rows * columns + place)];
    }
    /// One box with a certain class.
    void put(int64_t box, int64_t place, std::array<float, 4> numbers, float object_prob, int64_t c, float prob) {
        for (int64_t k = 0; k < 4; ++k) {
            coord(0, box, k, place) = numbers[at(k)];
        }
        object(0, box, place) = object_prob;
        label(0, c, box, place) = prob;
    }
};

struct Setting {
    std::string op = "YoloV3DetectionOutputV2";
    std::vector<Scale> scales;
    Floats info;  ///< four numbers for each picture
    Attrs attrs;
    aclDataType dtype = ACL_FLOAT;
};

NnCall call_of(const Setting& s) {
    NnCall call(s.op);
    Ints grids;
    const auto add = [&](Shape shape, const Floats& values) {
        call.variable(converted(Tensor::of<float>(std::move(shape), values), s.dtype));
    };
    for (const Scale& scale : s.scales) {
        add({scale.images, scale.boxes * 4, padded(scale.rows * scale.columns)}, scale.coords);
        grids.insert(grids.end(), {scale.rows, scale.columns});
    }
    for (const Scale& scale : s.scales) {
        add({scale.images, scale.row()}, scale.objects);
    }
    for (const Scale& scale : s.scales) {
        add({scale.images, scale.classes, scale.row()}, scale.labels);
    }
    add({s.scales[0].images, 4}, s.info);
    call.attr("boxes", s.scales[0].boxes).attr("classes", s.scales[0].classes).attr("grids", grids);
    if (s.op == "YoloV3DetectionOutputV2") {
        call.attr("N", static_cast<int64_t>(3 * s.scales.size() + 1));
    }
    for (const auto& [name, value] : s.attrs) {
        call.attr(name, value);
    }
    return call;
}

using Row = std::array<double, 6>;  // corners, score, class

/// By picture. Checks that what does not count is zero.
std::vector<std::vector<Row>> found(const Setting& s) {
    NnCall call = call_of(s);
    const auto outputs = call.run_all();
    const auto numbers = outputs[0].to_floats();
    const auto counts = outputs[1].to_ints();
    const int64_t images = s.scales[0].images;
    EXPECT_EQ(outputs[1].shape(), (Shape{images, 8}));
    const int64_t size = static_cast<int64_t>(numbers.size()) / images;
    std::vector<std::vector<Row>> result(at(images));
    for (int64_t n = 0; n < images; ++n) {
        const int64_t count = counts[at(n * 8)];
        EXPECT_LE(count * 6, size);
        result[at(n)].resize(at(count));
        for (int64_t i = 0; i < size; ++i) {
            if (i < 6 * count) {
                result[at(n)][at(i % count)][at(i / count)] = numbers[at(n * size + i)];
            } else {
                EXPECT_EQ(numbers[at(n * size + i)], 0);
            }
        }
        for (int64_t i = 1; i < 8; ++i) {
            EXPECT_EQ(counts[at(n * 8 + i)], 0);
        }
    }
    return result;
}

void expect_rows(const std::vector<Row>& got, const std::vector<Row>& wanted, double tolerance = 1e-3) {
    ASSERT_EQ(got.size(), wanted.size());
    for (size_t i = 0; i < got.size(); ++i) {
        for (size_t k = 0; k < 6; ++k) {
            ASSERT_NEAR(got[i][k], wanted[i][k], tolerance * std::max(1.0, std::abs(wanted[i][k])))
                << "row " << i << " number " << k;
        }
    }
}

/// A grid of 2 by 4 over a network of 64 by 128, so that cells have 32 pixels; biases 10 by 20 and 40 by 80 pixels.
Setting one_scale() {
    Setting s;
    s.scales = {Scale(1, 2, 3, 2, 4)};
    s.info = {64, 128, 64, 128};
    s.attrs = {{"biases", Floats{10, 20, 40, 80}}, {"post_nms_topn", int64_t{4}}};
    return s;
}

TEST(DetectionYoloOutput, DecodesByHand) {
    Setting s = one_scale();
    // Row 1, column 2: the centre is (2.25, 1.5) cells, (72, 48) pixels; 20 by 10 pixels.
    s.scales[0].put(0, 6, {0.25F, 0.5F, std::log(2.0F), std::log(0.5F)}, 0.875F, 1, 0.75F);
    const Row box = {62, 43, 82, 53, 0.65625, 1};
    expect_rows(found(s)[0], {box});
    s.dtype = ACL_FLOAT16;
    expect_rows(found(s)[0], {box}, 2e-3);
    s.dtype = ACL_FLOAT;
    // The same shape of a picture three times as large.
    s.info = {64, 128, 192, 384};
    expect_rows(found(s)[0], {{186, 129, 246, 159, 0.65625, 1}});
    s.attrs.set("relative", false);
    expect_rows(found(s)[0], {box});
    // A square picture of 32 lies in columns 32 to 96, twice as large.
    s.attrs.set("relative", true);
    s.info = {64, 128, 32, 32};
    expect_rows(found(s)[0], {{15, 21.5, 25, 26.5, 0.65625, 1}});
    // Stretched: half as high, a quarter as wide.
    s.attrs.set("resize_origin_img_to_net", true);
    expect_rows(found(s)[0], {{15.5, 21.5, 20.5, 26.5, 0.65625, 1}});
    // A wide one of 16 by 256 lies in rows 28 to 36, half as large.
    s.attrs.set("resize_origin_img_to_net", false);
    s.info = {64, 128, 16, 256};
    expect_rows(found(s)[0], {{124, 30, 164, 50, 0.65625, 1}});
    // Of 15 by 256 rows would be 7.5: darknet has 7, from 28.5 on.
    s.info = {64, 128, 15, 256};
    expect_rows(found(s)[0], {{124, 14.5 / 7 * 15, 164, 24.5 / 7 * 15, 0.65625, 1}});
}

TEST(DetectionYoloOutput, BiasesOfVersion2CountCells) {
    Setting s = one_scale();
    s.op = "YoloV2DetectionOutput";
    s.attrs.set("biases", Floats{1, 1, 0.5F, 0.25F});
    s.scales[0].put(1, 6, {0.25F, 0.5F, std::log(2.0F), 0}, 0.875F, 2, 0.75F);
    expect_rows(found(s)[0], {{56, 44, 88, 52, 0.65625, 2}});
}

TEST(DetectionYoloOutput, ScalesAndBiasesGoTogether) {
    Setting s;
    s.scales = {Scale(1, 1, 1, 1, 1), Scale(1, 1, 1, 2, 2), Scale(1, 1, 1, 4, 4)};
    s.info = {32, 32, 32, 32};
    s.scales[0].put(0, 0, {0.5F, 0.5F, 0, 0}, 1, 0, 0.75F);   // centre 16, 16
    s.scales[1].put(0, 3, {0.5F, 0.5F, 0, 0}, 1, 0, 0.875F);  // centre 24, 24
    s.scales[2].put(0, 1, {0.5F, 0.5F, 0, 0}, 1, 0, 0.625F);  // centre 12, 4
    const std::vector<Row> wanted = {{22, 22, 26, 26, 0.875, 0}, {11, 11, 21, 21, 0.75, 0}, {11, 3, 13, 5, 0.625, 0}};
    s.attrs = {{"biases", Floats{10, 10, 4, 4, 2, 2}}, {"out_box_dim", int64_t{2}}};
    EXPECT_EQ(call_of(s).shape(), (Shape{1, 6 * 512}));
    expect_rows(found(s)[0], wanted);
    s.op = "YoloV3DetectionOutput";
    s.attrs = {{"biases_low", Floats{10, 10}}, {"biases_mid", Floats{4, 4}}, {"biases_high", Floats{2, 2}}};
    EXPECT_EQ(call_of(s).shape(), (Shape{1, 6, 512}));
    expect_rows(found(s)[0], wanted);
}

TEST(DetectionYoloOutput, ThresholdsAreNotReached) {
    Setting s = one_scale();
    s.attrs.set("obj_threshold", 0.5F);
    s.attrs.set("score_threshold", 0.25F);
    s.scales[0].put(0, 0, {}, 0.5F, 0, 1);
    s.scales[0].put(0, 1, {}, 0.75F, 0, 0.5F);
    EXPECT_EQ(found(s)[0].size(), 1U);
    s.attrs.set("score_threshold", 0.375F);
    EXPECT_EQ(found(s)[0].size(), 0U);
    s.attrs.set("obj_threshold", 0.25F);
    EXPECT_EQ(found(s)[0].size(), 1U);
    s.scales[0].put(0, 0, {}, NAN, 0, 1);
    EXPECT_EQ(found(s)[0].size(), 0U);
}

double overlap(const Row& a, const Row& b) {
    const double w = std::min(a[2], b[2]) - std::max(a[0], b[0]);
    const double h = std::min(a[3], b[3]) - std::max(a[1], b[1]);
    const double shared = w > 0 && h > 0 ? w * h : 0;
    return shared / ((a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - shared);
}

/// All boxes of a picture, chosen one after the other.
std::vector<Row> model(Setting& s, int64_t n, const Floats& biases) {
    const double net_h = s.info[at(n * 4)];
    const double net_w = s.info[at(n * 4 + 1)];
    const double h = s.info[at(n * 4 + 2)];
    const double w = s.info[at(n * 4 + 3)];
    const double new_w = net_w / w < net_h / h ? net_w : std::floor(w * net_h / h);
    const double new_h = net_w / w < net_h / h ? std::floor(h * net_w / w) : net_h;
    std::vector<Row> all;
    for (size_t i = 0; i < s.scales.size(); ++i) {
        Scale& scale = s.scales[i];
        for (int64_t k = 0; k < scale.boxes * scale.rows * scale.columns; ++k) {
            const int64_t place = k % (scale.rows * scale.columns);
            const int64_t box = k / (scale.rows * scale.columns);
            const double object = scale.object(n, box, place);
            const float* bias = biases.data() + (i * at(scale.boxes) + at(box)) * 2;
            double x = (static_cast<double>(place % scale.columns) + scale.coord(n, box, 0, place)) /
                       static_cast<double>(scale.columns);
            double y = (static_cast<double>(place / scale.columns) + scale.coord(n, box, 1, place)) /
                       static_cast<double>(scale.rows);
            x = (x - (net_w - new_w) / 2 / net_w) / (new_w / net_w) * w;
            y = (y - (net_h - new_h) / 2 / net_h) / (new_h / net_h) * h;
            const double bw = std::exp(scale.coord(n, box, 2, place)) * bias[0] / net_w * (net_w / new_w) * w;
            const double bh = std::exp(scale.coord(n, box, 3, place)) * bias[1] / net_h * (net_h / new_h) * h;
            for (int64_t c = 0; c < scale.classes && object > s.attrs.at<float>("obj_threshold"); ++c) {
                const double score = object * scale.label(n, c, box, place);
                if (score > s.attrs.at<float>("score_threshold")) {
                    all.push_back({x - bw / 2, y - bh / 2, x + bw / 2, y + bh / 2, score, static_cast<double>(c)});
                }
            }
        }
    }
    std::sort(all.begin(), all.end(), [](const Row& a, const Row& b) { return a[4] > b[4]; });
    all.resize(std::min(all.size(), at(s.attrs.at<int64_t>("pre_nms_topn"))));
    std::vector<Row> kept;
    for (const Row& row : all) {
        if (std::none_of(kept.begin(), kept.end(), [&](const Row& other) {
                return other[5] == row[5] && overlap(other, row) > s.attrs.at<float>("iou_threshold");
            })) {
            kept.push_back(row);
        }
    }
    kept.resize(std::min(kept.size(), at(s.attrs.at<int64_t>("post_nms_topn"))));
    return kept;
}

TEST(DetectionYoloOutput, LikePlainLoops) {
    size_t total = 0;
    for (unsigned seed = 1; seed <= 40; ++seed) {
        Dice dice(seed);
        Setting s;
        const int64_t images = dice.number(1, 2);
        const int64_t boxes = dice.number(1, 3);
        const int64_t classes = dice.number(1, 4);
        const auto fill = [&](Floats& list, float low, float high) {
            list = dice.floats({static_cast<int64_t>(list.size())}, low, high).to_floats();
        };
        Floats biases;
        const int64_t scales = dice.number(1, 4);
        for (int64_t i = 0; i < scales; ++i) {
            Scale scale(images, boxes, classes, dice.number(1, 7), dice.number(1, 7));
            fill(scale.coords, 0, 1);
            fill(scale.objects, 0, 1);
            fill(scale.labels, 0, 1);
            s.scales.push_back(std::move(scale));
            for (int64_t k = 0; k < 2 * boxes; ++k) {
                biases.push_back(static_cast<float>(dice.number(5, 30)));
            }
        }
        for (int64_t i = 0; i < 4 * images; ++i) {
            s.info.push_back(static_cast<float>(i % 4 < 2 ? dice.number(1, 4) * 32 : dice.number(20, 300)));
        }
        s.attrs = {{"biases", biases},
                   {"obj_threshold", 0.3F},
                   {"score_threshold", 0.2F},
                   {"iou_threshold", 0.35F},
                   {"pre_nms_topn", dice.coin() ? dice.number(1, 30) : 512},
                   {"post_nms_topn", dice.coin() ? dice.number(1, 20) : 512}};
        const auto rows = found(s);
        for (int64_t n = 0; n < images; ++n) {
            const auto wanted = model(s, n, biases);
            total += wanted.size();
            ASSERT_NO_FATAL_FAILURE(expect_rows(rows[at(n)], wanted)) << "seed " << seed;
        }
    }
    EXPECT_GT(total, 500U);
}

TEST(DetectionYoloOutput, RefusesWhatDoesNotGoTogether) {
    const auto failure = [](const char* name, Attr value) {
        return call_of(one_scale()).attr(name, std::move(value)).failure();
    };
    EXPECT_EQ(failure("boxes", int64_t{2}), "");
    EXPECT_THAT(failure("biases", Floats{1, 2, 3}), HasSubstr("biases has 3 numbers"));
    EXPECT_THAT(failure("biases", Floats{1, 2, 3, 0}), HasSubstr("not above 0"));
    EXPECT_THAT(failure("grids", Ints{}), HasSubstr("grids has 0 numbers"));
    EXPECT_THAT(failure("grids", Ints{2, 40}), HasSubstr("the input x (0) has the shape [1,8,32]"));
    EXPECT_THAT(failure("grids", Ints{0, 4}), HasSubstr("grids has 0 by 4"));
    EXPECT_THAT(failure("grids", Ints{int64_t{1} << 40, int64_t{1} << 40}), HasSubstr("grids"));
    EXPECT_THAT(failure("N", int64_t{10}), HasSubstr("N is 10, but it has 4 inputs"));
    EXPECT_THAT(failure("classes", int64_t{4}), HasSubstr("4 classes"));
    EXPECT_THAT(failure("boxes", int64_t{0}), HasSubstr("boxes"));
    EXPECT_THAT(failure("coords", int64_t{5}), HasSubstr("coords is 5"));
    EXPECT_THAT(failure("out_box_dim", int64_t{4}), HasSubstr("out_box_dim is 4"));
    EXPECT_THAT(failure("pre_nms_topn", int64_t{0}), HasSubstr("pre_nms_topn"));
    EXPECT_THAT(failure("post_nms_topn", int64_t{1} << 40), HasSubstr("post_nms_topn"));
    EXPECT_THAT(failure("iou_threshold", NAN), HasSubstr("iou_threshold"));
    NnCall more = call_of(one_scale());
    EXPECT_THAT(more.typed(ACL_FLOAT, {1, 4}).failure(), HasSubstr("it has 5 inputs; expected three for each scale"));
    Setting info = one_scale();
    info.info = {64, 128, 0, 128};
    EXPECT_THAT(call_of(info).try_run("reference").status().message(),
                HasSubstr("number 2 of img_info of picture 0 is 0"));
    info.info = {64, NAN, 1, 128};
    EXPECT_FALSE(call_of(info).try_run("reference").ok());
}

struct Layers {
    TestImporter graph;
    std::vector<std::vector<ValueRef>> yolos;
    ValueRef info = graph.input({ACL_FLOAT, {1, 4}});
    Attrs attrs = {{"boxes", int64_t{2}},
                   {"classes", int64_t{3}},
                   {"biases_low", Floats{1, 2, 3, 4}},
                   {"biases_mid", Floats{1, 2, 3, 4}},
                   {"biases_high", Floats{1, 2, 3, 4}}};

    Layers() {
        for (int64_t size = 1; size < 4; ++size) {
            const ValueRef x = graph.input({ACL_FLOAT, {1, 16, size, 2 * size}});
            const auto yolo = graph.import_caffe("Yolo", {x}, {{"boxes", int64_t{2}}, {"classes", int64_t{3}}}, {}, 3);
            EXPECT_TRUE(yolo.ok()) << yolo.status().message();
            yolos.push_back(yolo.ok() ? *yolo : std::vector<ValueRef>(3));
        }
    }
    std::vector<ValueRef> bottoms() const {
        std::vector<ValueRef> list;
        for (size_t k = 0; k < 3; ++k) {
            for (const auto& yolo : yolos) {
                list.push_back(yolo[k]);
            }
        }
        list.push_back(info);
        return list;
    }
    std::string failure(std::vector<ValueRef> list, size_t tops = 2, const char* type = "YoloV3DetectionOutput") {
        const auto result = graph.import_caffe(type, std::move(list), attrs, {}, tops);
        return result.ok() ? "" : result.status().message();
    }
};

TEST(DetectionYoloImport, FindsTheGrids) {
    Layers layers;
    ASSERT_EQ(layers.failure(layers.bottoms()), "");
    EXPECT_EQ(layers.graph.nodes().back().attrs.at<Ints>("grids"), (Ints{1, 2, 2, 4, 3, 6}));
    // Through a Split, as well.
    auto list = layers.bottoms();
    const auto split = layers.graph.import_caffe("Split", {list[1]}, {}, {}, 2);
    ASSERT_TRUE(split.ok());
    list[1] = (*split)[1];
    EXPECT_EQ(layers.failure(list), "");
    // Two scales of the version that takes any number.
    const std::vector<ValueRef> two = {list[0], list[1], list[3], list[4], list[6], list[7], list[9]};
    layers.attrs = {{"boxes", int64_t{2}}, {"classes", int64_t{3}}, {"biases", Floats{1, 2, 3, 4, 5, 6, 7, 8}}};
    EXPECT_EQ(layers.failure(two, 2, "YoloV3DetectionOutputV2"), "");
    EXPECT_EQ(layers.graph.nodes().back().attrs.at<Ints>("grids"), (Ints{1, 2, 2, 4}));
    EXPECT_EQ(layers.graph.nodes().back().attrs.at<int64_t>("N"), 7);
}

TEST(DetectionYoloImport, RefusesByName) {
    Layers layers;
    const auto list = layers.bottoms();
    EXPECT_THAT(layers.failure({list.begin(), list.end() - 1}), HasSubstr("9 bottoms"));
    EXPECT_THAT(layers.failure(list, 1), HasSubstr("1 tops"));
    auto other = list;
    std::swap(other[0], other[3]);
    EXPECT_THAT(layers.failure(other), HasSubstr("bottom 0 is top 1 of a Yolo layer; expected top 0"));
    other = list;
    std::swap(other[3], other[4]);
    EXPECT_THAT(layers.failure(other), HasSubstr("bottoms 0 and 3 come from different Yolo layers"));
    other = list;
    other[2] = layers.graph.input({ACL_FLOAT, {1, 8, 48}});
    EXPECT_THAT(layers.failure(other), HasSubstr("bottom 2 does not come from a Yolo layer"));
    EXPECT_THAT(layers.failure(list, 2, "YoloV2DetectionOutput"), HasSubstr("10 bottoms"));
    layers.attrs.set("classes", int64_t{4});
    EXPECT_THAT(layers.failure(list), HasSubstr("4 classes"));
    layers.attrs.set("classes", int64_t{3});
    layers.attrs.set("biases", Floats{1, 2, 3, 4});
    EXPECT_THAT(layers.failure(list), HasSubstr("its parameter biases is none of a YoloV3DetectionOutput"));
    layers.attrs.erase("biases");
    layers.attrs.erase("biases_mid");
    EXPECT_THAT(layers.failure(list), HasSubstr("biases_mid"));
    const ValueRef x = layers.graph.input({ACL_FLOAT, {1, 16, 2, 2}});
    const auto yolo = layers.graph.import_caffe("Yolo", {x}, {}, {}, 2);
    ASSERT_FALSE(yolo.ok());
    EXPECT_THAT(yolo.status().message(), HasSubstr("2 tops; expected three"));
}

}  // namespace
}  // namespace softacl::ops
