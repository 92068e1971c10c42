// SPDX-License-Identifier: Apache-2.0
// LSTM and RNN of Caffe against their equations in double.
#include <algorithm>

#include "nn_support.h"
#include "unit/ops/detection_support.h"

namespace softacl::ops {
namespace {

using Numbers = std::vector<double>;

Numbers doubles(const Tensor& tensor) {
    const auto floats = tensor.to_floats();
    return {floats.begin(), floats.end()};
}

/// matrix [rows, v.size()] times v, added to `to`.
void add_product(Numbers& to, const Numbers& matrix, const Numbers& v) {
    for (size_t row = 0; row < to.size(); ++row) {
        for (size_t i = 0; i < v.size(); ++i) {
            to[row] += matrix[row * v.size() + i] * v[i];
        }
    }
}
Numbers part(const Numbers& list, size_t index, size_t size) {
    const auto begin = list.begin() + static_cast<std::ptrdiff_t>(index * size);
    return {begin, begin + static_cast<std::ptrdiff_t>(size)};
}
double sigmoid(double x) { return 1 / (1 + std::exp(-x)); }

struct Case {
    size_t steps, batch, width, units, still;  ///< still: numbers of x_static, 0 without
    bool states;

    int64_t n(size_t Case::*member) const { return static_cast<int64_t>(this->*member); }
};

Tensor continuation(Dice& dice, const Case& c) {
    std::vector<float> values(c.steps * c.batch);
    for (float& value : values) {
        value = dice.number(0, 3) == 0 ? 0 : 1;
    }
    return Tensor::of<float>({c.n(&Case::steps), c.n(&Case::batch)}, values);
}

Case random_case(Dice& dice) {
    const auto size = [&](int64_t most) { return static_cast<size_t>(dice.number(1, most)); };
    return {size(5), size(3), size(6), size(20), dice.coin() ? size(4) : 0, dice.coin()};
}

TEST(DetectionLstm, FollowsItsEquations) {
    Dice dice(51);
    for (int round = 0; round < 12; ++round) {
        const Case c = random_case(dice);
        const int64_t batch = c.n(&Case::batch);
        const int64_t units = c.n(&Case::units);
        const Tensor x = dice.floats({c.n(&Case::steps), batch, c.n(&Case::width)});
        const Tensor cont = continuation(dice, c);
        const Tensor w_x = dice.floats({4 * units, c.n(&Case::width)});
        const Tensor bias = dice.floats({4 * units});
        const Tensor w_h = dice.floats({4 * units, units});
        const Tensor still = dice.floats({batch, c.n(&Case::still)});
        const Tensor w_still = dice.floats({4 * units, c.n(&Case::still)});
        const Tensor h_0 = dice.floats({1, batch, units});
        const Tensor c_0 = dice.floats({1, batch, units});
        NnCall call("LSTM", 3);
        call.variable(x).variable(cont).input(w_x).input(bias).input(w_h);
        c.still != 0 ? call.variable(still) : call.absent();
        c.states ? call.variable(h_0).variable(c_0) : call.absent().absent();
        c.still != 0 ? call.input(w_still) : call.absent();
        const auto outputs = call.attr("num_output", units).run_all();

        Numbers all(c.steps * c.batch * c.units);
        Numbers last_h;
        Numbers last_c;
        for (size_t n = 0; n < c.batch; ++n) {
            Numbers h = c.states ? part(doubles(h_0), n, c.units) : Numbers(c.units);
            Numbers cell = c.states ? part(doubles(c_0), n, c.units) : Numbers(c.units);
            for (size_t t = 0; t < c.steps; ++t) {
                const double goes_on = doubles(cont)[t * c.batch + n];
                for (double& value : h) {
                    value *= goes_on;
                }
                Numbers gates = doubles(bias);
                add_product(gates, doubles(w_x), part(doubles(x), t * c.batch + n, c.width));
                add_product(gates, doubles(w_h), h);
                add_product(gates, doubles(w_still), part(doubles(still), n, c.still));
                for (size_t k = 0; k < c.units; ++k) {
                    const double in = sigmoid(gates[k]);
                    const double forget = sigmoid(gates[c.units + k]);
                    const double out = sigmoid(gates[2 * c.units + k]);
                    cell[k] = goes_on * forget * cell[k] + in * std::tanh(gates[3 * c.units + k]);
                    h[k] = out * std::tanh(cell[k]);
                    all[(t * c.batch + n) * c.units + k] = h[k];
                }
            }
            last_h.insert(last_h.end(), h.begin(), h.end());
            last_c.insert(last_c.end(), cell.begin(), cell.end());
        }
        expect_near(outputs[0], all, 1e-5);
        expect_near(outputs[1], last_h, 1e-5);
        expect_near(outputs[2], last_c, 1e-5);
    }
}

TEST(DetectionRnn, FollowsItsEquations) {
    Dice dice(52);
    for (int round = 0; round < 12; ++round) {
        const Case c = random_case(dice);
        const int64_t batch = c.n(&Case::batch);
        const int64_t units = c.n(&Case::units);
        const Tensor x = dice.floats({c.n(&Case::steps), batch, c.n(&Case::width)});
        const Tensor cont = continuation(dice, c);
        const Tensor still = dice.floats({batch, c.n(&Case::still)});
        const Tensor h_0 = dice.floats({1, batch, units});
        const Tensor w_x = dice.floats({units, c.n(&Case::width)});
        const Tensor bias = dice.floats({units});
        const Tensor w_still = dice.floats({units, c.n(&Case::still)});
        const Tensor w_h = dice.floats({units, units});
        const Tensor w_o = dice.floats({units, units});
        const Tensor bias_o = dice.floats({units});
        NnCall call("RNN", 2);
        call.variable(x).variable(cont);
        c.still != 0 ? call.variable(still) : call.absent();
        c.states ? call.variable(h_0) : call.absent();
        call.input(w_x).input(bias);
        c.still != 0 ? call.input(w_still) : call.absent();
        const auto outputs = call.input(w_h).input(w_o).input(bias_o).attr("num_output", units).run_all();

        Numbers all(c.steps * c.batch * c.units);
        Numbers last;
        for (size_t n = 0; n < c.batch; ++n) {
            Numbers h = c.states ? part(doubles(h_0), n, c.units) : Numbers(c.units);
            for (size_t t = 0; t < c.steps; ++t) {
                for (double& value : h) {
                    value *= doubles(cont)[t * c.batch + n];
                }
                Numbers sums = doubles(bias);
                add_product(sums, doubles(w_x), part(doubles(x), t * c.batch + n, c.width));
                add_product(sums, doubles(w_h), h);
                add_product(sums, doubles(w_still), part(doubles(still), n, c.still));
                std::transform(sums.begin(), sums.end(), h.begin(), [](double value) { return std::tanh(value); });
                Numbers out = doubles(bias_o);
                add_product(out, doubles(w_o), h);
                for (size_t k = 0; k < c.units; ++k) {
                    all[(t * c.batch + n) * c.units + k] = std::tanh(out[k]);
                }
            }
            last.insert(last.end(), h.begin(), h.end());
        }
        expect_near(outputs[0], all, 1e-5);
        expect_near(outputs[1], last, 1e-5);
    }
}

TEST(DetectionLstm, RefusesWhatDoesNotFit) {
    const auto failure = [](const Shape& cont, const Shape& w_x, const Shape& bias, const Shape& w_h) {
        return NnCall("LSTM", 1)
            .typed(ACL_FLOAT, {3, 2, 5})
            .typed(ACL_FLOAT, cont)
            .typed(ACL_FLOAT, w_x)
            .typed(ACL_FLOAT, bias)
            .typed(ACL_FLOAT, w_h)
            .attr("num_output", int64_t{4})
            .failure();
    };
    EXPECT_EQ(failure({3, 2}, {16, 5}, {16}, {16, 4}), "");
    EXPECT_NE(failure({3}, {16, 5}, {16}, {16, 4}), "");
    EXPECT_NE(failure({3, 3}, {16, 5}, {16}, {16, 4}).find("cont"), std::string::npos);
    EXPECT_NE(failure({3, 2}, {16, 4}, {16}, {16, 4}).find("w_x"), std::string::npos);
    EXPECT_NE(failure({3, 2}, {16, 5}, {4}, {16, 4}).find("bias"), std::string::npos);
    EXPECT_NE(failure({3, 2}, {16, 5}, {16}, {4, 4}).find("w_h"), std::string::npos);
}

TEST(DetectionLstm, Imports) {
    TestImporter graph;
    const auto value = [&](Shape shape) { return graph.input({ACL_FLOAT, std::move(shape)}); };
    const ValueRef x = value({3, 2, 5});
    const ValueRef cont = value({3, 2});
    const ValueRef still = value({2, 6});
    const ValueRef state = value({1, 2, 4});
    const std::vector<ValueRef> blobs = {value({16, 5}), value({16}), value({16, 6}), value({16, 4})};
    const Attrs attrs = {{"num_output", int64_t{4}}};
    const Attrs exposed = {{"num_output", int64_t{4}}, {"expose_hidden", true}};
    auto outputs = graph.import_caffe("LSTM", {x, cont, still}, attrs, blobs);
    ASSERT_TRUE(outputs.ok()) << outputs.status().message();
    EXPECT_EQ(graph.type(outputs->front()).shape, (Shape{3, 2, 4}));
    EXPECT_EQ(graph.nodes().back().inputs,
              (std::vector<ValueRef>{x, cont, blobs[0], blobs[1], blobs[3], still, kNoValue, kNoValue, blobs[2]}));
    outputs = graph.import_caffe("LSTM", {x, cont, state, state}, exposed, {blobs[0], blobs[1], blobs[3]}, 3);
    ASSERT_TRUE(outputs.ok()) << outputs.status().message();
    EXPECT_EQ(graph.type(outputs->at(2)).shape, (Shape{1, 2, 4}));
    EXPECT_FALSE(graph.import_caffe("LSTM", {x, cont, still}, attrs, {blobs[0], blobs[1], blobs[3]}).ok());
    EXPECT_FALSE(graph.import_caffe("LSTM", {x}, attrs, blobs).ok());
    EXPECT_FALSE(graph.import_caffe("LSTM", {x, cont, state, state}, exposed, {blobs[0], blobs[1], blobs[3]}).ok())
        << "three tops";

    const std::vector<ValueRef> of_rnn = {value({4, 5}), value({4}), value({4, 4}), value({4, 4}), value({4})};
    outputs = graph.import_caffe("RNN", {x, cont, state}, exposed, of_rnn, 2);
    ASSERT_TRUE(outputs.ok()) << outputs.status().message();
    EXPECT_EQ(graph.nodes().back().inputs, (std::vector<ValueRef>{x, cont, kNoValue, state, of_rnn[0], of_rnn[1],
                                                                  kNoValue, of_rnn[2], of_rnn[3], of_rnn[4]}));
    EXPECT_EQ(graph.type(outputs->at(1)).shape, (Shape{1, 2, 4}));
}

}  // namespace
}  // namespace softacl::ops
