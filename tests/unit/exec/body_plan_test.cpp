// SPDX-License-Identifier: Apache-2.0
// Graphs that nodes run: chosen and repeated as plans, by reference kernels and by fast ones.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "exec/plan.h"
#include "graph/passes/passes.h"
#include "graph/specialise.h"
#include "graph/text.h"
#include "unit/ops/op_ledger.h"

namespace softacl::exec {
namespace {

using graph::Graph;
using testing::ElementsAre;
using testing::HasSubstr;

Graph parsed(const std::string& text) {
    auto graph = graph::parse(text);
    EXPECT_TRUE(graph.ok()) << graph.status().message();
    return graph.ok() ? std::move(*graph) : Graph();
}

// A plan with its memory, twice as long as it lasts in one place, because moving must not matter.
class Runner {
   public:
    Runner(const Graph& graph, bool reference) : graph_(graph) {
        auto plan = Plan::compile(graph, {reference, false});
        EXPECT_TRUE(plan.ok()) << plan.status().message();
        plan_ = std::move(*plan);
        weights_ = aligned_block(plan_->weight_bytes());
        const Status loaded = plan_->load({weights_.get()});
        EXPECT_TRUE(loaded.ok()) << loaded.message();
    }
    std::vector<Tensor> operator()(const std::vector<Tensor>& inputs) {
        auto work = aligned_block(plan_->work_bytes());
        plan_->bind(work.get());
        std::vector<const void*> sources;
        for (const Tensor& input : inputs) {
            sources.push_back(input.data());
        }
        std::vector<Tensor> results;
        std::vector<void*> targets;
        for (const auto id : graph_.outputs) {
            targets.emplace_back();
            results.push_back(Tensor::zeros(graph_.value(id).type, &targets.back()));
        }
        status = plan_->run(sources.data(), targets.data());
        work_ = std::move(work);
        return results;
    }

    Status status;

   private:
    const Graph& graph_;
    std::unique_ptr<Plan> plan_;
    std::shared_ptr<void> weights_;
    std::shared_ptr<void> work_;
};

std::vector<float> floats(const Tensor& tensor) {
    return {tensor.data_as<float>(), tensor.data_as<float>() + tensor.elements()};
}

class BodyPlan : public testing::TestWithParam<bool> {};

constexpr const char* kChoice = R"(graph "net" (%c: bool[], %x: float32[2], %z: float32[2]) {
  %y, %s = If(%c, %x, %z) then_branch graph "then" (%x: float32[2], %z: float32[2]) {
    %w = const float32[2] {10, 20}
    %t = Add(%x, %w) : float32[2]
    return %t, %z
  } else_branch graph "else" (%x: float32[2], %z: float32[2]) {
    %p = Mul(%x, %z) : float32[2]
    %k = const float32[2] {-1, -2}
    return %p, %k
  } @"choice" : float32[2], float32[2]
  %r = Neg(%y) : float32[2]
  return %r, %s
}
)";

TEST_P(BodyPlan, TheConditionChooses) {
    const Graph graph = parsed(kChoice);
    EXPECT_EQ(graph::print(graph), graph::print(parsed(graph::print(graph))));
    Runner run(graph, GetParam());
    const Tensor x = Tensor::list<float>({1, 2});
    const Tensor z = Tensor::list<float>({5, 7});
    for (const bool chosen : {true, false, true}) {
        const auto results = run({Tensor::scalar(chosen), x, z});
        ASSERT_TRUE(run.status.ok()) << run.status.message();
        if (chosen) {
            EXPECT_THAT(floats(results[0]), ElementsAre(-11, -22));
            EXPECT_THAT(floats(results[1]), ElementsAre(5, 7));
        } else {
            EXPECT_THAT(floats(results[0]), ElementsAre(-5, -14));
            EXPECT_THAT(floats(results[1]), ElementsAre(-1, -2));
        }
    }
}

// Doubles x until its sum is 100; z is only handed on, n counts.
constexpr const char* kDoubling = R"(graph "net" (%x: float32[2], %z: float32[2], %n: int32[]) {
  %y, %same, %turns = While(%x, %z, %n) cond graph "cond" (%x: float32[2], %z: float32[2], %n: int32[]) {
    %axes = const int64[1] {0}
    %sum = ReduceSum(%x, %axes) : float32[]
    %limit = const float32[] {100}
    %less = Less(%sum, %limit) : bool[]
    return %less
  } body graph "body" (%x: float32[2], %z: float32[2], %n: int32[]) {
    %d = Add(%x, %x) : float32[2]
    %e = Add(%d, %z) : float32[2]
    %one = const int32[] {1}
    %m = Add(%n, %one) : int32[]
    return %e, %z, %m
  } : float32[2], float32[2], int32[]
  return %y, %same, %turns
}
)";

TEST_P(BodyPlan, TheStateGoesRound) {
    const Graph graph = parsed(kDoubling);
    Runner run(graph, GetParam());
    const Tensor z = Tensor::list<float>({0.5F, -0.5F});
    for (const float start : {1.0F, 60.0F, 30.0F, 12.0F}) {
        float a = start;
        float b = start;
        int turns = 0;
        for (; a + b < 100; ++turns) {
            a = 2 * a + 0.5F;
            b = 2 * b - 0.5F;
        }
        const auto results = run({Tensor::list<float>({start, start}), z, Tensor::scalar(int32_t{5})});
        ASSERT_TRUE(run.status.ok()) << run.status.message();
        EXPECT_THAT(floats(results[0]), ElementsAre(a, b)) << start;
        EXPECT_THAT(floats(results[1]), ElementsAre(0.5F, -0.5F));
        EXPECT_EQ(results[2].to_ints()[0], 5 + turns);
    }
    ops::note_success("While");
}

TEST_P(BodyPlan, AFailureNamesTheNodeInside) {
    const Graph graph = parsed(R"(graph "net" (%c: bool[], %x: float32[2], %i: int64[]) {
  %y = If(%c, %x, %i) then_branch graph "then" (%x: float32[2], %i: int64[]) {
    %axis = const int64[] {0}
    %e = GatherV2(%x, %i, %axis) @"pick" : float32[]
    return %e
  } else_branch graph "else" (%x: float32[2], %i: int64[]) {
    %z = const float32[] {0}
    return %z
  } @"choice" : float32[]
  return %y
})");
    Runner run(graph, GetParam());
    (void)run({Tensor::scalar(false), Tensor::list<float>({1, 2}), Tensor::scalar(int64_t{9})});
    EXPECT_TRUE(run.status.ok()) << run.status.message();
    (void)run({Tensor::scalar(true), Tensor::list<float>({1, 2}), Tensor::scalar(int64_t{9})});
    EXPECT_THAT(run.status.message(), HasSubstr("node 'choice' (If): node 'pick' (GatherV2): "));
}

INSTANTIATE_TEST_SUITE_P(Kernels, BodyPlan, testing::Bool(),
                         [](const auto& param) { return param.param ? "Reference" : "Fast"; });

TEST(BodyPlans, ShapesOfTheGraphAroundReachTheBodies) {
    const Graph open = parsed(R"(graph "net" (%c: bool[], %x: float32[-1,4]) {
  %y = If(%c, %x) then_branch graph "then" (%x: float32[-1,4]) {
    %shape = Shape(%x) : int32[2]
    %wide = Cast(%shape) {dst_type=9} : int64[2]
    %flat = Reshape(%x, %wide) : float32[-1,-1]
    %t = Relu(%flat) : float32[-1,-1]
    return %t
  } else_branch graph "else" (%x: float32[-1,4]) {
    %n = Neg(%x) : float32[-1,4]
    return %n
  } : float32[-1,-1]
  return %y
})");
    const auto special = graph::specialise(open, {Shape(), {3, 4}});
    ASSERT_TRUE(special.ok()) << special.status().message();
    EXPECT_EQ(special->value(special->outputs[0]).type.shape, (Shape{3, 4}));
    const Graph& then_branch = *special->nodes[0].bodies[0];
    EXPECT_EQ(then_branch.nodes.size(), 1U) << graph::print(then_branch);  // the shape is known, the reshape nothing
    EXPECT_EQ(open.nodes[0].bodies[0]->nodes.size(), 4U);                  // what the model keeps did not change
}

struct Wrong {
    const char* name;
    const char* text;
    const char* sentence;
};
void PrintTo(const Wrong& wrong, std::ostream* out) { *out << wrong.name; }

class WrongBodies : public testing::TestWithParam<Wrong> {};
TEST_P(WrongBodies, AreNamed) {
    const auto graph = graph::parse(text("graph \"g\" (%c: bool[], %x: float32[2]) {\n", GetParam().text, "\n}"));
    ASSERT_FALSE(graph.ok());
    EXPECT_THAT(graph.status().message(), HasSubstr(GetParam().sentence));
}

constexpr Wrong kWrong[] = {
    {"OneBranch", "%y = If(%c, %x) then_branch graph \"t\" (%x: float32[2]) { return %x }\n return %y",
     "expected 'else_branch'"},
    {"OtherNumberOfInputs",
     "%y = If(%c, %x) then_branch graph \"t\" () { %k = const float32[] {1} return %k } "
     "else_branch graph \"e\" (%x: float32[2]) { return %x }\n return %y",
     "the graph 't' has 0 inputs; it is given 1"},
    {"OtherType",
     "%y = If(%c, %x) then_branch graph \"t\" (%x: float32[3]) { return %x } "
     "else_branch graph \"e\" (%x: float32[2]) { return %x }\n return %y",
     "the graph 't' takes float32[3] as input 0; it is given float32[2]"},
    {"OtherNumberOfOutputs",
     "%y = If(%c, %x) then_branch graph \"t\" (%x: float32[2]) { return %x, %x } "
     "else_branch graph \"e\" (%x: float32[2]) { return %x }\n return %y",
     "then_branch has 2 outputs, else_branch 1"},
    {"ConditionOfManyElements",
     "%y = If(%x, %c) then_branch graph \"t\" (%x: bool[]) { return %x } "
     "else_branch graph \"e\" (%x: bool[]) { return %x }\n return %y",
     "its condition has the shape [2]; expected one element"},
    {"StateOfAnotherType",
     "%y = While(%x) cond graph \"c\" (%x: float32[2]) { %k = const bool[] {false} return %k } "
     "body graph \"b\" (%x: float32[2]) { %h = Cast(%x) {dst_type=1} return %h }\n return %y",
     "its body makes float16[2] of its input 0, which is float32[2]"},
    {"NoCondition",
     "%y = While(%x) cond graph \"c\" (%x: float32[2]) { return %x, %x } "
     "body graph \"b\" (%x: float32[2]) { return %x }\n return %y",
     "its cond makes 2 tensors"}};
INSTANTIATE_TEST_SUITE_P(Texts, WrongBodies, testing::ValuesIn(kWrong),
                         [](const auto& param) { return param.param.name; });

TEST(BodyPlans, TextsNestedTooDeepAreRefused) {
    std::string text = "graph \"g\" (%c: bool[]) {";
    for (int i = 0; i < 1000; ++i) {
        text += " %y = If(%c, %c) then_branch graph \"g\" (%c: bool[]) {";
    }
    const auto graph = graph::parse(text);
    ASSERT_FALSE(graph.ok());
    EXPECT_THAT(graph.status().message(), HasSubstr("graphs are nested more than 32 deep"));
}

}  // namespace
}  // namespace softacl::exec
