// SPDX-License-Identifier: Apache-2.0
// What the tests of offline models share: a folder, small models, files as bytes, comparison.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "graph/text.h"
#include "model/om.h"

namespace softacl::model {

using graph::Graph;
using graph::ValueId;

class OmTest : public testing::Test {
   protected:
    OmTest() : folder_(std::filesystem::temp_directory_path() / text("softacl-om-", ::getpid())) {
        std::filesystem::create_directories(folder_);
    }
    ~OmTest() override {
        ::unsetenv("SOFTACL_SKIP_CHECKSUM");
        std::filesystem::remove_all(folder_);
    }

    std::string path(const std::string& name = "model.om") const { return (folder_ / name).string(); }

    static std::string load(const std::string& path) {
        std::ifstream file(path, std::ios::binary);
        return {std::istreambuf_iterator<char>(file), {}};
    }
    static void store(const std::string& path, const std::string& bytes) {
        std::ofstream(path, std::ios::binary) << bytes;
    }
    /// The bytes of the file that the model becomes.
    std::string written(const OmModel& model) const {
        const Status status = write_om(model, path());
        EXPECT_TRUE(status.ok()) << status.message();
        return load(path());
    }
    /// Reads a file from memory; the copy keeps sanitizers close to its end.
    static Result<OmModel> read(const std::string& bytes) {
        std::shared_ptr<char[]> copy(new char[bytes.size()]);
        std::memcpy(copy.get(), bytes.data(), bytes.size());
        return read_om(copy.get(), bytes.size(), copy, "the model");
    }

   private:
    std::filesystem::path folder_;
};

inline void expect_refused(const Result<OmModel>& result, int code, const std::string& sentence) {
    ASSERT_FALSE(result.ok()) << "expected: " << sentence;
    EXPECT_EQ(result.status().code(), code) << result.status().message();
    EXPECT_THAT(result.status().message(), testing::HasSubstr(sentence));
}

/// Adds a node that takes all inputs it is given; returns its first output.
inline ValueId add(Graph& graph, const std::string& name, const char* op, std::vector<ValueId> inputs,
                   ops::Attrs attrs = {}) {
    const auto made = graph.add_node(name, *ops::find_op(op), std::move(inputs), std::move(attrs), 1);
    EXPECT_TRUE(made.ok()) << made.status().message();
    return made.ok() ? made->at(0) : graph::kNoValue;
}

/// x -> Relu -> Identity, and a large and a small constant; two outputs.
inline OmModel small_model() {
    OmModel model;
    Graph& graph = model.graph;
    graph.name = "small";
    const ValueId x = graph.add_input("x", {ACL_FLOAT, {2, 3}, ACL_FORMAT_ND});
    std::vector<float> numbers(100);
    for (size_t i = 0; i < numbers.size(); ++i) {
        numbers[i] = static_cast<float>(i) - 50;
    }
    const ValueId large = graph.add_constant("large", Tensor::list(numbers));
    const ValueId little = graph.add_constant("little", Tensor::list<int64_t>({3, 4}));
    const ValueId relu = add(graph, "relu", "Relu", {x});
    graph.outputs = {add(graph, "identity", "Identity", {relu}), add(graph, "of_large", "Relu", {large}), little};
    graph.output_names = {"identity:0:y", "of_large:0:z", "little:0:little"};
    model.attrs = {{"soc_version", std::string("Ascend310B4")}, {"event_num", int64_t{0}}};
    return model;
}

/// Attributes of several kinds, an absent input in the middle, several outputs, a variable number of inputs, a constant
/// that is a node.
inline OmModel rich_model() {
    OmModel model;
    Graph& graph = model.graph;
    graph.name = "rich";
    const auto numbers = [&](const char* name, const std::vector<int64_t>& values) {
        return graph.add_constant(name, Tensor::list(values));
    };
    const ValueId x = graph.add_input("x", {ACL_FLOAT, {6, 4}, ACL_FORMAT_ND});
    const ValueId part =
        add(graph, "slice", "StridedSliceV2",
            {x, numbers("begin", {0, 0}), numbers("end", {6, 4}), graph::kNoValue, numbers("steps", {1, 2})});
    const auto split =
        graph.add_node("split", *ops::find_op("SplitV"),
                       {part, numbers("sizes", {1, 2, 3}), graph.add_constant("dim", Tensor::scalar<int64_t>(0))},
                       {{"num_split", int64_t{3}}}, 3);
    EXPECT_TRUE(split.ok()) << split.status().message();
    std::vector<float> values(30, 2);
    const ValueId node = add(graph, "node of a constant", "Const", {}, {{"value", Tensor::of({15, 2}, values)}});
    const ValueId joined = add(graph, "concat", "ConcatD", {split->at(2), split->at(0), split->at(1), node},
                               {{"concat_dim", int64_t{0}}, {"N", int64_t{4}}});
    const ValueId turned = add(graph, "turn", "TransposeD", {joined}, {{"perm", ops::Ints{1, 0}}});
    graph.outputs = {
        add(graph, "pad", "PadV3", {turned, graph.add_constant("pads", Tensor::of<int64_t>({2, 2}, {1, 1, 0, 2}))},
            {{"mode", std::string("reflect")}}),
        split->at(1)};
    graph.output_names = {"pad:0:y", "split:1:p"};
    return model;
}

inline void expect_equal_values(const Graph& a, ValueId in_a, const Graph& b, ValueId in_b) {
    if (in_a == graph::kNoValue || in_b == graph::kNoValue) {
        EXPECT_EQ(in_a, in_b);
        return;
    }
    const auto& left = a.value(in_a);
    const auto& right = b.value(in_b);
    EXPECT_EQ(left.name, right.name);
    EXPECT_EQ(left.type.text(), right.type.text()) << left.name;
    EXPECT_EQ(left.type.format, right.type.format) << left.name;
    ASSERT_EQ(left.constant.has_value(), right.constant.has_value()) << left.name;
    if (left.constant) {
        EXPECT_TRUE(*left.constant == *right.constant) << left.name;
    }
}

inline void expect_equal_lists(const Graph& a, const std::vector<ValueId>& in_a, const Graph& b,
                               const std::vector<ValueId>& in_b) {
    ASSERT_EQ(in_a.size(), in_b.size());
    for (size_t i = 0; i < in_a.size(); ++i) {
        expect_equal_values(a, in_a[i], b, in_b[i]);
    }
}

/// Equal in everything a reader of the graph can see; ids may differ.
inline void expect_equal(const Graph& a, const Graph& b) {
    EXPECT_EQ(a.name, b.name);
    EXPECT_EQ(a.output_names, b.output_names);
    expect_equal_lists(a, a.inputs, b, b.inputs);
    expect_equal_lists(a, a.outputs, b, b.outputs);
    ASSERT_EQ(a.nodes.size(), b.nodes.size());
    for (size_t i = 0; i < a.nodes.size(); ++i) {
        const auto& left = a.nodes[i];
        const auto& right = b.nodes[i];
        EXPECT_EQ(left.name, right.name);
        EXPECT_EQ(left.op, right.op) << left.name;
        EXPECT_TRUE(left.attrs == right.attrs) << left.name;
        EXPECT_EQ(left.origins, right.origins) << left.name;
        expect_equal_lists(a, left.inputs, b, right.inputs);
        expect_equal_lists(a, left.outputs, b, right.outputs);
    }
    // Who reads whom: the position of the producer of each input.
    const auto made_a = a.producers();
    const auto made_b = b.producers();
    for (size_t i = 0; i < a.nodes.size(); ++i) {
        for (size_t k = 0; k < a.nodes[i].inputs.size(); ++k) {
            const ValueId in_a = a.nodes[i].inputs[k];
            const ValueId in_b = b.nodes[i].inputs[k];
            if (in_a != graph::kNoValue) {
                EXPECT_EQ(made_a[static_cast<size_t>(in_a)], made_b[static_cast<size_t>(in_b)]) << a.nodes[i].name;
            }
        }
    }
}

/// A node that runs one of two graphs, and in one of them another such node; constants in all of them.
inline OmModel nested_model() {
    const auto parsed = graph::parse(R"(graph "nested" (%c: bool[], %x: float32[20]) {
  %y = If(%c, %c, %x) then_branch graph "choice_then_branch" (%c: bool[], %x: float32[20]) {
    %w = const float32[20] {repeat 3, 4}
    %t = Add(%x, %w) : float32[20]
    return %t
  } else_branch graph "choice_else_branch" (%c: bool[], %x: float32[20]) {
    %z = If(%c, %x) then_branch graph "inner_then_branch" (%x: float32[20]) {
      return %x
    } else_branch graph "inner_else_branch" (%x: float32[20]) {
      %w = const float32[20] {repeat 3, 4}
      return %w
    } @"inner" : float32[20]
    return %z
  } @"choice" : float32[20]
  return %y "choice:0:y"
})");
    EXPECT_TRUE(parsed.ok()) << parsed.status().message();
    OmModel model;
    model.graph = parsed.ok() ? *parsed : Graph();
    return model;
}

}  // namespace softacl::model
