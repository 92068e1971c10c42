// SPDX-License-Identifier: Apache-2.0
#include "graph/evaluate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "graph/graph.h"

namespace softacl::graph {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(Evaluate, RunsTheReferenceKernel) {
    Graph graph;
    const ValueId x = graph.add_constant("x", Tensor::list<float>({-1, 2, -3, 4}));
    ASSERT_TRUE(graph.add_node("r", *ops::find_op("Relu"), {x}, {}, 1).ok());
    const auto call = graph.call(graph.nodes[0]);
    EXPECT_TRUE(is_worth_evaluating(call));
    const auto results = evaluate(call);
    ASSERT_TRUE(results.ok()) << results.status().message();
    EXPECT_THAT(results->at(0).to_floats(), ElementsAre(0, 2, 0, 4));
}

TEST(Evaluate, AViewSharesTheBytes) {
    Graph graph;
    const Tensor tensor = Tensor::list<int64_t>({7, 8});
    const ValueId x = graph.add_constant("x", tensor);
    ASSERT_TRUE(graph.add_node("i", *ops::find_op("Identity"), {x}, {}, 1).ok());
    const auto results = evaluate(graph.call(graph.nodes[0]));
    ASSERT_TRUE(results.ok()) << results.status().message();
    EXPECT_EQ(results->at(0).data(), tensor.data());
}

TEST(Evaluate, ANodeMayEndBeforeItsLastOutputs) {
    for (const size_t outputs : {1, 2, 3}) {
        Graph graph;
        const ValueId x = graph.add_constant("x", Tensor::list<int64_t>({7, 7, 8, 7}));
        const auto made = graph.add_node("u", *ops::find_op("UniqueConsecutive"), {x},
                                         {{"return_idx", true}, {"return_counts", true}}, outputs);
        ASSERT_TRUE(made.ok()) << made.status().message();
        EXPECT_EQ(made->size(), outputs);
        const auto results = evaluate(graph.call(graph.nodes[0]));
        ASSERT_TRUE(results.ok()) << results.status().message();
        ASSERT_EQ(results->size(), outputs);
        EXPECT_THAT(results->at(0).to_ints(), ElementsAre(7, 8, 7));
    }
    for (const size_t outputs : {1, 2}) {
        Graph graph;
        const ValueId x = graph.add_constant("x", Tensor::list<int64_t>({7, 9, 8}));
        const ValueId y = graph.add_constant("y", Tensor::list<int64_t>({9}));
        ASSERT_TRUE(graph.add_node("d", *ops::find_op("ListDiff"), {x, y}, {}, outputs).ok());
        const auto results = evaluate(graph.call(graph.nodes[0]));
        ASSERT_TRUE(results.ok()) << results.status().message();
        ASSERT_EQ(results->size(), outputs);
        EXPECT_THAT(results->at(0).to_ints(), ElementsAre(7, 8));
    }
}

TEST(Evaluate, ANodeHasNoMoreOutputsThanItsOperator) {
    for (const ops::OpDef* const op : ops::all_ops()) {
        const auto is_dynamic = [](const ops::Port& port) { return port.arity == ops::Arity::kDynamic; };
        if (std::any_of(op->outputs().begin(), op->outputs().end(), is_dynamic)) {
            continue;
        }
        ops::OpCall call;
        call.outputs.resize(op->outputs().size() + 1);
        EXPECT_THAT(op->complete(call).message(), HasSubstr(" outputs; the operator has ")) << op->name();
    }
}

TEST(Evaluate, AnInputWithoutValueIsRefused) {
    Graph graph;
    const ValueId x = graph.add_input("x", {ACL_FLOAT, {2}, ACL_FORMAT_ND});
    ASSERT_TRUE(graph.add_node("r", *ops::find_op("Relu"), {x}, {}, 1).ok());
    EXPECT_FALSE(is_worth_evaluating(graph.call(graph.nodes[0])));
    const auto results = evaluate(graph.call(graph.nodes[0]));
    ASSERT_FALSE(results.ok());
    EXPECT_THAT(results.status().message(), HasSubstr("node 'r' (Relu): not all inputs are known"));
}

// An operator of the test: its shape is found only at run time, or it is random, or it grows.
ops::OpDef strange(const char* name, Shape shape) {
    static Shape wanted;
    wanted = std::move(shape);
    return ops::OpDef(name, "For tests.").input("x", ops::kAny).output("y", ops::kAny).infer([](ops::OpCall& call) {
        call.outputs[0] = {ACL_FLOAT, wanted, ACL_FORMAT_ND};
        return Status();
    });
}

TEST(Evaluate, WhatIsRandomOrUnknownOrGrowsStays) {
    const struct {
        const char* name;
        Shape shape;
        bool worth;
    } cases[] = {{"Plain", {4}, true},
                 {"Random", {4}, false},
                 {"Plain", {-1}, false},
                 {"Plain", {(1 << 18) + 2}, true},
                 {"Plain", {(1 << 18) + 3}, false}};
    for (const auto& one : cases) {
        ops::OpDef op = strange(one.name, one.shape);
        if (one.name == std::string("Random")) {
            op.random();
        }
        Graph graph;
        const ValueId x = graph.add_constant("x", Tensor::list<float>({1, 2}));
        ASSERT_TRUE(graph.add_node("n", op, {x}, {}, 1).ok());
        const auto call = graph.call(graph.nodes[0]);
        EXPECT_EQ(is_worth_evaluating(call), one.worth) << one.name << one.shape;
        EXPECT_FALSE(evaluate(call).ok()) << "there is no kernel";
    }
}

}  // namespace
}  // namespace softacl::graph
