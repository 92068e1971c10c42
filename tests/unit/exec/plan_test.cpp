// SPDX-License-Identifier: Apache-2.0
// Plans against the graph computed node by node with plain loops.
#include "exec/plan.h"

#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <random>

#include "exec/op_timeout.h"
#include "graph/evaluate.h"

namespace softacl::exec {
namespace {

using graph::Graph;
using graph::ValueId;

Tensor random_tensor(std::mt19937& random, const Shape& shape) {
    std::vector<float> values(static_cast<size_t>(shape.elements()));
    std::normal_distribution<float> normal;
    for (float& value : values) {
        value = normal(random);
    }
    return Tensor::of<float>(shape, values);
}

// A graph under construction, with the names tests think in.
struct Net {
    Graph graph;
    std::mt19937 random{7};

    ValueId input(const Shape& shape, const std::string& name = "x") {
        return graph.add_input(name, {ACL_FLOAT, shape, ACL_FORMAT_NCHW});
    }
    ValueId weights(const Shape& shape) { return graph.add_constant("w", random_tensor(random, shape)); }
    ValueId ints(const std::vector<int64_t>& values) { return graph.add_constant("i", Tensor::list(values)); }
    ValueId add(const std::string& op, const std::vector<ValueId>& inputs, ops::Attrs attrs = {}) {
        const ops::OpDef* def = ops::find_op(op);
        if (def == nullptr) {
            ADD_FAILURE() << "no operator " << op;
            return 0;
        }
        auto made = graph.add_node(op, *def, inputs, std::move(attrs), 1);
        EXPECT_TRUE(made.ok()) << made.status().message();
        return made.ok() ? made->front() : 0;
    }
    ValueId conv(ValueId x, int64_t channels, int64_t out, int64_t kernel, int64_t stride = 1) {
        const int64_t pad = kernel / 2;
        return add("Conv2D", {x, weights({out, channels, kernel, kernel}), weights({out})},
                   {{"strides", ops::Ints{1, 1, stride, stride}},
                    {"pads", ops::Ints{pad, pad, pad, pad}},
                    {"data_format", std::string("NCHW")}});
    }
    void output(ValueId id) {
        graph.outputs.push_back(id);
        graph.output_names.push_back("output_" + std::to_string(graph.outputs.size()));
    }
    Shape shape(ValueId id) const { return graph.value(id).type.shape; }
};

// What the graph means: each node by itself.
std::vector<Tensor> interpret(const Graph& graph, const std::vector<Tensor>& inputs) {
    std::map<ValueId, Tensor> known;
    for (size_t i = 0; i < inputs.size(); ++i) {
        known[graph.inputs[i]] = inputs[i];
    }
    for (const graph::Node& node : graph.nodes) {
        ops::OpCall call = graph.call(node);
        for (size_t i = 0; i < node.inputs.size(); ++i) {
            if (const auto at = known.find(node.inputs[i]); at != known.end()) {
                call.constants[i] = &at->second;
            }
        }
        auto values = graph::evaluate(call);
        EXPECT_TRUE(values.ok()) << values.status().message();
        for (size_t i = 0; values.ok() && i < node.outputs.size(); ++i) {
            known[node.outputs[i]] = (*values)[i];
        }
    }
    std::vector<Tensor> outputs;
    for (const ValueId id : graph.outputs) {
        const auto& constant = graph.value(id).constant;
        outputs.push_back(constant ? *constant : known[id]);
    }
    return outputs;
}

std::vector<Tensor> run(Plan& plan, const Graph& graph, const std::vector<Tensor>& inputs) {
    const auto weights = aligned_block(plan.weight_bytes());
    const auto work = aligned_block(plan.work_bytes());
    const Status loaded = plan.load({weights.get()});
    EXPECT_TRUE(loaded.ok()) << loaded.message();
    plan.bind(work.get());
    std::vector<Tensor> outputs;
    std::vector<const void*> input_addresses;
    std::vector<void*> output_addresses;
    for (const Tensor& input : inputs) {
        input_addresses.push_back(input.data());
    }
    for (const ValueId id : graph.outputs) {
        output_addresses.push_back(nullptr);
        outputs.push_back(Tensor::zeros(graph.value(id).type, &output_addresses.back()));
    }
    for (int repetition = 0; repetition < 2; ++repetition) {
        const Status status = plan.run(input_addresses.data(), output_addresses.data());
        EXPECT_TRUE(status.ok()) << status.message();
    }
    return outputs;
}

void expect_close(const Tensor& expected, const Tensor& actual, const std::string& plan) {
    ASSERT_EQ(expected.type().shape, actual.type().shape);
    const std::vector<float> a = expected.to_floats();
    const std::vector<float> b = actual.to_floats();
    float most = 0;
    float difference = 0;
    for (size_t i = 0; i < a.size(); ++i) {
        most = std::max(most, std::abs(a[i]));
        difference = std::max(difference, std::abs(a[i] - b[i]));
    }
    EXPECT_LE(difference, 1e-4F * most) << plan;
}

void expect_plan_computes(Net& net) {
    ASSERT_TRUE(net.graph.verify().ok()) << net.graph.verify().message();
    std::vector<Tensor> inputs;
    for (const ValueId id : net.graph.inputs) {
        inputs.push_back(random_tensor(net.random, net.shape(id)));
    }
    const std::vector<Tensor> expected = interpret(net.graph, inputs);
    for (const Plan::Options options : {Plan::Options{true, true}, {true, false}, {false, true}, {false, false}}) {
        auto plan = Plan::compile(net.graph, options);
        ASSERT_TRUE(plan.ok()) << plan.status().message();
        const std::string text = (*plan)->describe();
        const std::vector<Tensor> actual = run(**plan, net.graph, inputs);
        for (size_t i = 0; i < expected.size(); ++i) {
            expect_close(expected[i], actual[i], text);
        }
    }
}

TEST(PlanTest, Residual) {
    Net net;
    const ValueId x = net.input({1, 16, 10, 10});
    const ValueId a = net.add("Relu", {net.conv(x, 16, 16, 3)});
    const ValueId b = net.conv(a, 16, 16, 3);
    net.output(net.add("Relu", {net.add("Add", {b, a})}));
    expect_plan_computes(net);
}

TEST(PlanTest, ConcatenationOfBranches) {
    for (const int64_t batch : {1, 2}) {
        for (const int64_t channels : {16, 5}) {
            Net net;
            const ValueId x = net.input({batch, 3, 9, 9});
            const ValueId stem = net.conv(x, 3, 16, 3);
            const ValueId a = net.add("Relu", {net.conv(stem, 16, channels, 1)});
            const ValueId b = net.conv(stem, 16, 32, 3);
            const ValueId both = net.add("ConcatD", {a, b, a}, {{"concat_dim", int64_t{1}}, {"N", int64_t{3}}});
            net.output(net.add("Relu", {both}));
            net.output(net.add("Add", {a, a}));
            expect_plan_computes(net);
        }
    }
}

TEST(PlanTest, OutputsOfEveryKind) {
    Net net;
    const ValueId x = net.input({1, 16, 4, 4});
    const ValueId y = net.add("Relu", {net.conv(x, 16, 16, 3)});
    net.output(x);
    net.output(y);
    net.output(y);
    net.output(net.add("Reshape", {y, net.ints({16, 16})}));
    net.output(net.weights({2, 3}));
    net.output(net.add("Relu", {y}));
    expect_plan_computes(net);
}

TEST(PlanTest, ChannelsThatFillNoBlock) {
    Net net;
    const ValueId x = net.input({2, 7, 8, 8});
    const ValueId a = net.add("Sigmoid", {net.conv(x, 7, 21, 3)});
    const ValueId b = net.conv(a, 21, 19, 3, 2);
    const ValueId pooled = net.add("GlobalAveragePool", {b});
    net.output(net.add("Reshape", {pooled, net.ints({2, 19})}));
    expect_plan_computes(net);
}

TEST(PlanTest, SameGraphSamePlan) {
    Net net;
    const ValueId x = net.input({1, 3, 32, 32});
    net.output(net.conv(net.conv(x, 3, 32, 3), 32, 32, 3));
    const auto first = Plan::compile(net.graph, {});
    const auto second = Plan::compile(net.graph, {});
    ASSERT_TRUE(first.ok() && second.ok());
    EXPECT_EQ((*first)->describe(), (*second)->describe());
}

TEST(PlanTest, ShapesMustBeFixed) {
    Net net;
    net.output(net.add("Relu", {net.input({-1, 3})}));
    const auto plan = Plan::compile(net.graph, {});
    ASSERT_FALSE(plan.ok());
    EXPECT_EQ(plan.status().code(), ACL_ERROR_GE_PARAM_INVALID);
    EXPECT_NE(plan.status().message().find("'x'"), std::string::npos);
}

TEST(PlanTest, SizesThatNoMemoryHas) {
    Net net;
    const ValueId x = net.input({int64_t{1} << 54});
    ValueId y = x;
    for (int i = 0; i < 300; ++i) {
        y = net.add("Relu", {y});
    }
    net.output(y);
    const auto plan = Plan::compile(net.graph, {});
    ASSERT_FALSE(plan.ok());
    EXPECT_EQ(plan.status().code(), ACL_ERROR_GE_MEMORY_ALLOCATION);
}

TEST(OpTimeout, EndsARunAtTheStepThatWasTooSlow) {
    Net net;
    const ValueId x = net.input({1, 8, 16, 16});
    net.output(net.conv(x, 8, 8, 3));
    auto plan = Plan::compile(std::move(net.graph), {});
    ASSERT_TRUE(plan.ok()) << plan.status().message();
    alignas(64) static char work[1 << 20];
    alignas(64) static char weights[1 << 20];
    alignas(64) static char input[1 << 20];
    alignas(64) static char output[1 << 20];
    ASSERT_LE((*plan)->work_bytes(), sizeof work);
    ASSERT_LE((*plan)->weight_bytes(), sizeof weights);
    ASSERT_TRUE((*plan)->load({weights}).ok());
    (*plan)->bind(work);
    const void* inputs[] = {input};
    void* outputs[] = {output};
    set_op_timeout(std::chrono::nanoseconds(1));
    exec::Run told;
    const Status slow = (*plan)->run(inputs, outputs, told);
    EXPECT_EQ(slow.code(), ACL_ERROR_RT_AICORE_TIMEOUT) << slow.message();
    EXPECT_NE(slow.message().find("Conv2D"), std::string::npos) << slow.message();
    ASSERT_TRUE(told.failed_op);
    ASSERT_EQ(told.failed_op->inputs.size(), 3U) << "data, filter, bias";
    EXPECT_EQ(told.failed_op->inputs[0].layout.shape, (Shape{1, 8, 16, 16}));
    EXPECT_EQ(told.failed_op->inputs[0].address, input);
    EXPECT_EQ(told.failed_op->inputs[1].address, nullptr) << "the filter is packed";
    ASSERT_EQ(told.failed_op->outputs.size(), 1U);
    EXPECT_EQ(told.failed_op->outputs[0].layout.shape, (Shape{1, 8, 16, 16}));
    set_op_timeout(std::chrono::hours(1));
    EXPECT_TRUE((*plan)->run(inputs, outputs).ok());
    set_op_timeout(std::chrono::nanoseconds(0));
    EXPECT_TRUE((*plan)->run(inputs, outputs).ok());
}

}  // namespace
}  // namespace softacl::exec
