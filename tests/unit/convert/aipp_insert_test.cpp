// SPDX-License-Identifier: Apache-2.0
// AIPP in a graph: which inputs get it, and what cannot be.
#include "convert/aipp/insert.h"

#include <gmock/gmock.h>

namespace softacl::convert {
namespace {

using testing::HasSubstr;

constexpr const char* kStart = "aipp_op { aipp_mode: static input_format: RGB888_U8 ";

/// out0 = relu(a), out1 = b, out2 = relu(c); c has three dimensions.
graph::Graph three_inputs() {
    graph::Graph graph;
    const auto a = graph.add_input("a", {ACL_FLOAT, {1, 3, 8, 6}, ACL_FORMAT_NCHW});
    const auto b = graph.add_input("b", {ACL_FLOAT16, {2, 3, 4, 4}, ACL_FORMAT_NCHW});
    const auto c = graph.add_input("c", {ACL_FLOAT, {3, 4, 4}, ACL_FORMAT_ND});
    const ops::OpDef& relu = *ops::find_op("Relu");
    graph.outputs = {(*graph.add_node("first", relu, {a}, {}, 1))[0], b,
                     (*graph.add_node("second", relu, {c}, {}, 1))[0]};
    graph.output_names = {"0", "1", "2"};
    return graph;
}

std::vector<std::string> insert(graph::Graph& graph, const std::string& text, Problems& problems,
                                aclFormat format = ACL_FORMAT_NCHW, const std::set<std::string>& halves = {}) {
    model::Gears none;
    return insert_aipp(graph, parse_aipp(text, "a.cfg", problems), format, none, halves, problems).settings;
}

TEST(AippInsert, InputsBecomePictures) {
    graph::Graph graph = three_inputs();
    Problems problems;
    const auto records = insert(graph, std::string(kStart) + "}" + kStart + "related_input_name: \"b\" }", problems);
    ASSERT_TRUE(problems.empty()) << problems.status().message();
    graph.compact();
    ASSERT_TRUE(graph.verify().ok()) << graph.verify().message();
    ASSERT_EQ(graph.inputs.size(), 3U);
    EXPECT_EQ(graph.value(graph.inputs[0]).name, "a");
    EXPECT_EQ(graph.value(graph.inputs[0]).type, (TensorType{ACL_UINT8, {1, 8, 6, 3}, ACL_FORMAT_NHWC}));
    EXPECT_EQ(graph.value(graph.inputs[1]).name, "b");
    EXPECT_EQ(graph.value(graph.inputs[1]).type, (TensorType{ACL_UINT8, {2, 4, 4, 3}, ACL_FORMAT_NHWC}));
    EXPECT_EQ(graph.value(graph.outputs[1]).type, (TensorType{ACL_FLOAT16, {2, 3, 4, 4}, ACL_FORMAT_NCHW}));
    EXPECT_EQ(graph.value(graph.inputs[2]).type.dtype, ACL_FLOAT);
    EXPECT_EQ(std::count_if(graph.nodes.begin(), graph.nodes.end(),
                            [](const graph::Node& node) { return node.op->name() == "Aipp"; }),
              2);
    ASSERT_EQ(records.size(), 3U);
    EXPECT_THAT(records[0], HasSubstr("\"src_image_size_w\":6"));
    EXPECT_THAT(records[1], HasSubstr("\"src_image_size_w\":4"));
    EXPECT_EQ(records[2], "");
}

TEST(AippInsert, WhatCannotBe) {
    const std::string start = kStart;
    const struct {
        std::string text;
        aclFormat format;
        const char* code;
        const char* part;
    } cases[] = {
        {start + "related_input_rank: 3 }", ACL_FORMAT_NCHW, "CPU-120",
         "[3] is none of the model's 3 inputs [a; b; c]"},
        {start + "related_input_rank: -1 }", ACL_FORMAT_NCHW, "CPU-120", "[-1] is none"},
        {start + "related_input_name: \"z\" }", ACL_FORMAT_NCHW, "CPU-120", "Its inputs are [a; b; c]"},
        {start + "related_input_rank: 2 }", ACL_FORMAT_NCHW, "CPU-120", "[c] has the shape [3,4,4]"},
        {start + "}", ACL_FORMAT_ND, "CPU-120", "--input_format NCHW or NHWC, not ND"},
        {start + "}" + start + "}", ACL_FORMAT_NCHW, "CPU-120", "second block for input [a]"},
        {start + "}" + start + "related_input_name: \"a\" }", ACL_FORMAT_NCHW, "CPU-120", "second block for input [a]"},
        {start + "}", ACL_FORMAT_NHWC, "CPU-120", "input [a]: input_format [RGB888_U8] goes with networks"},
        {start + "related_input_name: \"b\" }", ACL_FORMAT_NCHW, "CPU-105", "input_fp16_nodes names the input [b]"},
    };
    for (const auto& test : cases) {
        graph::Graph graph = three_inputs();
        Problems problems;
        insert(graph, test.text, problems, test.format, {"b"});
        ASSERT_EQ(problems.list().size(), 1U) << test.text << "\n" << problems.status().message();
        EXPECT_EQ(problems.list()[0].code, test.code) << test.text;
        EXPECT_THAT(problems.list()[0].text, HasSubstr(test.part));
        EXPECT_EQ(graph.nodes.size(), 2U);  // as it was
    }
}

}  // namespace
}  // namespace softacl::convert
