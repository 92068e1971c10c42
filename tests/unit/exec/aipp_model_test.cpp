// SPDX-License-Identifier: Apache-2.0
// Models with AIPP that a file may claim: pictures whose bytes their shape does not tell are read by nobody else.
#include "exec/describe_model.h"

#include <gmock/gmock.h>

#include "aipp/dynamic.h"
#include "ops/op_def.h"

namespace softacl::exec {
namespace {

using graph::ValueId;
using testing::HasSubstr;

struct Parts {
    graph::Graph graph;
    ValueId images;
    ValueId params;
};

Parts parts(const Shape& images = {1, 3, 2, 4}) {
    Parts made;
    made.graph.name = "net";
    made.images = made.graph.add_input("x", {ACL_UINT8, images, ACL_FORMAT_NCHW});
    made.params = made.graph.add_input("p", {ACL_UINT8, {160}, ACL_FORMAT_ND});
    return made;
}

ValueId add_aipp(graph::Graph& graph, ValueId images, ValueId params, const std::string& settings) {
    const auto made =
        graph.add_node("aipp" + std::to_string(graph.nodes.size()), *ops::find_op("Aipp"), {images, params},
                       {{"aipp_config_path", settings},
                        {"channels", int64_t{3}},
                        {"data_format", std::string("NCHW")},
                        {"dst_type", int64_t{ACL_FLOAT}}},
                       1);
    EXPECT_TRUE(made.ok()) << made.status().message();
    return made.ok() ? made->front() : graph::kNoValue;
}

void finish(graph::Graph& graph, ValueId output) {
    graph.outputs.push_back(output);
    graph.output_names.emplace_back("y");
}

const std::string kDynamic = "aipp_mode:dynamic,max_src_image_size:100";

TEST(AippModel, ItsInputs) {
    Parts good = parts();
    finish(good.graph, add_aipp(good.graph, good.images, good.params, kDynamic));
    ASSERT_TRUE(check_aipp(good.graph, false).ok());
    const Variant variant = variant_of(good.graph);
    EXPECT_EQ(variant.inputs[0].bytes, 100U);
    EXPECT_EQ(variant.inputs[0].dims, (std::vector<int64_t>{1, 3, 2, 4}));
    ASSERT_TRUE(variant.inputs[0].aipp && variant.inputs[0].aipp->dynamic);
    EXPECT_EQ(variant.inputs[0].aipp->params_input, 1U);
    EXPECT_FALSE(variant.inputs[1].aipp);
    EXPECT_THAT(check_aipp(good.graph, true).message(), HasSubstr("does not go with free shapes"));
}

TEST(AippModel, OthersWouldReadBeyondThePictures) {
    const auto expect_refused = [](const graph::Graph& graph, const char* name) {
        const Status status = check_aipp(graph, false);
        EXPECT_EQ(status.code(), ACL_ERROR_PARSE_MODEL);
        EXPECT_THAT(status.message(), HasSubstr(std::string("'") + name + "', which the operator"));
    };
    for (const bool pictures : {true, false}) {
        Parts output = parts();  // is an output as well
        finish(output.graph, add_aipp(output.graph, output.images, output.params, kDynamic));
        finish(output.graph, pictures ? output.images : output.params);
        expect_refused(output.graph, pictures ? "x" : "p");

        Parts reader = parts();  // another operator reads it
        finish(reader.graph, add_aipp(reader.graph, reader.images, reader.params, kDynamic));
        const ValueId read = pictures ? reader.images : reader.params;
        finish(reader.graph, reader.graph.add_node("add", *ops::find_op("Add"), {read, read}, {}, 1)->front());
        expect_refused(reader.graph, pictures ? "x" : "p");
    }
    Parts twice = parts();  // two operators share what one may have
    finish(twice.graph, add_aipp(twice.graph, twice.images, twice.params, kDynamic));
    finish(twice.graph, add_aipp(twice.graph, twice.images, twice.params, kDynamic));
    expect_refused(twice.graph, "x");

    Parts inner = parts();  // pictures that an operator makes
    const ValueId sum = inner.graph.add_node("add", *ops::find_op("Add"), {inner.images, inner.images}, {}, 1)->front();
    finish(inner.graph, add_aipp(inner.graph, sum, inner.params, kDynamic));
    EXPECT_EQ(check_aipp(inner.graph, false).code(), ACL_ERROR_PARSE_MODEL);

    graph::Graph constants;  // pictures and parameters of the file
    const ValueId images = constants.add_constant("c", Tensor::of<uint8_t>({1, 3, 2, 4}, std::vector<uint8_t>(24)));
    const ValueId params = constants.add_constant("d", Tensor::of<uint8_t>({160}, std::vector<uint8_t>(160)));
    finish(constants, add_aipp(constants, images, params, kDynamic));
    expect_refused(constants, "c");
}

// The size is that of the input: bytes are those of the format.
TEST(AippModel, PicturesOfAnySize) {
    aipp::Params any;
    any.format = aipp::Format::kYuv420Sp;
    Parts made = parts({2, 4, 6, 3});
    finish(made.graph, add_aipp(made.graph, made.images, graph::kNoValue, aipp::to_text(any)));
    ASSERT_TRUE(check_aipp(made.graph, false).ok());
    EXPECT_EQ(variant_of(made.graph).inputs[0].bytes, 2U * 4 * 6 * 3 / 2);
    finish(made.graph, made.images);
    EXPECT_EQ(check_aipp(made.graph, false).code(), ACL_ERROR_PARSE_MODEL);
}

}  // namespace
}  // namespace softacl::exec
