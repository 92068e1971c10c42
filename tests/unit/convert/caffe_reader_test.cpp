// SPDX-License-Identifier: Apache-2.0
// Caffe files: which layers there are, what their tensors are called, and every complaint.
#include "convert/caffe/reader.h"

#include <gmock/gmock.h>

#include "unit/convert/caffe_builder.h"

namespace softacl::convert {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

Result<graph::Graph> import(const std::string& text, const CaffeWeights& weights = {}, ImportOptions options = {}) {
    return caffe_to_graph(text, weights.bytes(), options);
}

std::string complaint(const std::string& text, const CaffeWeights& weights = {}, ImportOptions options = {}) {
    const auto graph = import(text, weights, std::move(options));
    EXPECT_FALSE(graph.ok());
    return graph.status().message();
}

std::vector<std::string> names(const graph::Graph& graph) {
    std::vector<std::string> result;
    for (const graph::Node& node : graph.nodes) {
        result.push_back(node.name);
    }
    return result;
}

/// The nodes' names, or the complaint.
std::vector<std::string> nodes(const std::string& text, const CaffeWeights& weights = {}, ImportOptions options = {}) {
    const auto graph = import(text, weights, std::move(options));
    return graph.ok() ? names(*graph) : std::vector<std::string>{graph.status().message()};
}

std::vector<std::string> outputs(const std::string& text, const CaffeWeights& weights = {},
                                 ImportOptions options = {}) {
    const auto graph = import(text, weights, std::move(options));
    return graph.ok() ? graph->output_names : std::vector<std::string>{graph.status().message()};
}

ImportOptions out_nodes(const std::string& name, std::optional<size_t> index) {
    ImportOptions options;
    options.outputs = {{name, index}};
    return options;
}

TEST(CaffeNetwork, LayersOfPhaseTestByTheirRules) {
    const std::string data = caffe_input();
    const struct {
        const char* rule;
        bool there;
    } cases[] = {
        {"", true},
        {"include { phase: TEST }", true},
        {"include { phase: TRAIN }", false},
        {"exclude { phase: TEST }", false},
        {"exclude { phase: TRAIN }", true},
        {"include { phase: TRAIN } include { phase: TEST }", true},
        {"include { stage: 'deploy' }", false},
        {"include { not_stage: 'deploy' }", true},
        {"include { phase: TEST min_level: 1 }", false},
        {"include { max_level: 0 }", true},
    };
    for (const auto& [rule, there] : cases) {
        const std::string text = data + caffe_layer("AbsVal", "data", "a") + caffe_layer("ReLU", "a", "a", rule, "r");
        const std::vector<std::string> expected =
            there ? std::vector<std::string>{"a", "r"} : std::vector<std::string>{"a"};
        EXPECT_EQ(nodes(text), expected) << rule;
    }
    const std::string staged = "state { stage: 'deploy' level: 3 } " + data + caffe_layer("AbsVal", "data", "a");
    EXPECT_THAT(nodes(staged + caffe_layer("ReLU", "a", "a", "include { stage: 'deploy' min_level: 3 }", "r")),
                ElementsAre("a", "r"));
}

TEST(CaffeNetwork, TopsWrittenOverKeepTheirName) {
    const std::string text = caffe_input() + caffe_layer("AbsVal", "data", "x", "", "first") +
                             caffe_layer("ReLU", "x", "x", "", "second") + caffe_layer("TanH", "x", "x", "", "third");
    EXPECT_THAT(outputs(text), ElementsAre("third:0:x"));
    EXPECT_THAT(outputs(text, {}, out_nodes("first", 0)), ElementsAre("first:0:x"));
    EXPECT_THAT(nodes(text, {}, out_nodes("first", 0)), ElementsAre("first"));
    EXPECT_THAT(outputs(text, {}, out_nodes("second", 0)), ElementsAre("second:0:x"));
    EXPECT_THAT(outputs(text, {}, out_nodes("x", std::nullopt)), ElementsAre("third:0:x"));
    EXPECT_THAT(complaint(text, {}, out_nodes("fourth", 0)), HasSubstr("CPU-106"));
}

TEST(CaffeNetwork, AnInputMayBeWrittenOver) {
    const auto graph = import(caffe_input() + caffe_layer("ReLU", "data", "data", "", "relu"));
    ASSERT_TRUE(graph.ok()) << graph.status().message();
    EXPECT_THAT(graph->output_names, ElementsAre("relu:0:data"));
    EXPECT_EQ(graph->inputs.size(), 1U);
    EXPECT_EQ(graph->value(graph->inputs[0]).name, "data");
}

TEST(CaffeNetwork, OutputsAreTopsThatNobodyReads) {
    EXPECT_THAT(outputs(caffe_input() + caffe_layer("AbsVal", "data", "b") + caffe_layer("ReLU", "b", "c") +
                        caffe_layer("TanH", "data", "a")),
                ElementsAre("c:0:c", "a:0:a"));
    // Silence reads, measures do not.
    EXPECT_THAT(outputs(caffe_input() + caffe_layer("AbsVal", "data", "b") + caffe_layer("TanH", "data", "a") +
                        caffe_layer("Silence", "b", "", "", "quiet") +
                        caffe_layer("Accuracy", "a", "accuracy", "bottom: 'data'")),
                ElementsAre("a:0:a"));
}

TEST(CaffeNetwork, LabelsOfTrainingAreNoInputs) {
    const std::string text =
        "layer { name: 'd' type: 'Data' top: 'data' top: 'label' data_param { source: 'x' "
        "batch_size: 4 backend: LMDB } transform_param { crop_size: 227 mean_file: 'm' } }" +
        caffe_layer("AbsVal", "data", "fc") +
        caffe_layer("SoftmaxWithLoss", "fc", "loss", "bottom: 'label' loss_weight: 1") +
        caffe_layer("Accuracy", "fc", "accuracy", "bottom: 'label'");
    ImportOptions options;
    options.shapes["data"] = {1, 3};
    const auto graph = import(text, {}, options);
    ASSERT_TRUE(graph.ok()) << graph.status().message();
    EXPECT_EQ(graph->inputs.size(), 1U);
    EXPECT_THAT(graph->output_names, ElementsAre("loss:0:loss"));
    EXPECT_THAT(complaint(text), AllOf(HasSubstr("CPU-102"), HasSubstr("[data]"), Not(HasSubstr("label"))));
}

TEST(CaffeNetwork, InputsInEveryNotation) {
    const std::string layer = " " + caffe_layer("AbsVal", "data", "y");
    for (const char* input :
         {"input: 'data' input_dim: 1 input_dim: 3 input_dim: 5 input_dim: 7",
          "input: 'data' input_shape { dim: 1 dim: 3 dim: 5 dim: 7 }",
          "layer { type: 'Input' name: 'data' top: 'data' input_param { shape { dim: [1, 3, 5, 7] } } }",
          "layer { type: 'MemoryData' top: 'data' memory_data_param { batch_size: 1 channels: 3 "
          "height: 5 width: 7 } }",
          "layer { type: 'DummyData' top: 'data' dummy_data_param { num: 1 channels: 3 height: 5 "
          "width: 7 data_filler { type: 'gaussian' std: 1 } } }"}) {
        const auto graph = import(input + layer);
        ASSERT_TRUE(graph.ok()) << input << graph.status().message();
        EXPECT_EQ(graph->value(graph->inputs[0]).type.text(), "float32[1,3,5,7]") << input;
        ImportOptions options;
        options.shapes["data"] = {2, 3, 6, 6};
        const auto other = import(input + layer, {}, options);
        ASSERT_TRUE(other.ok()) << other.status().message();
        EXPECT_EQ(other->value(other->outputs[0]).type.text(), "float32[2,3,6,6]");
    }
    EXPECT_THAT(complaint("input: 'data' input_dim: 1 input_dim: 3" + layer), HasSubstr("2 [input_dim]"));
    EXPECT_THAT(complaint(caffe_input() + caffe_input() + layer), HasSubstr("[data] stands twice"));
    EXPECT_THAT(complaint(caffe_input("data", "dim: 1 dim: -1") + layer), HasSubstr("CPU-150"));
}

TEST(CaffeNetwork, OldFiles) {
    const std::string text =
        "input: 'data' input_dim: 1 input_dim: 2 input_dim: 1 input_dim: 1 "
        "layers { name: 'fc' type: INNER_PRODUCT bottom: 'data' top: 'fc' blobs_lr: 1 "
        "inner_product_param { num_output: 3 weight_filler { type: 'xavier' } } }"
        "layers { name: 'p' type: SOFTMAX bottom: 'fc' top: 'p' }";
    CaffeWeights weights;
    auto* layer = weights.proto().add_layers();
    layer->set_name("fc");
    for (const int count : {2, 1}) {
        auto* blob = layer->add_blobs();
        blob->set_num(1);
        blob->set_channels(1);
        blob->set_height(count == 2 ? 3 : 1);
        blob->set_width(count == 2 ? 2 : 3);
        for (int i = 0; i < 3 * count; ++i) {
            blob->add_double_data(i);
        }
    }
    EXPECT_EQ(outputs(text, weights), std::vector<std::string>{"p:0:p"});
}

TEST(CaffeNetwork, EverythingThatIsWrongAtOnce) {
    const std::string conv = "convolution_param { num_output: 3 kernel_size: 3 }";
    const std::string text = caffe_input() + caffe_layer("Convolution", "data", "none", conv) +
                             caffe_layer("Convolution", "data", "small", conv) +
                             caffe_layer("Strange", "data", "s", "strange_param { x: 1 y { z: 'a' } }") +
                             caffe_layer("Stranger", "s", "t") + caffe_layer("InnerProduct", "data", "fc") +
                             caffe_layer("Convolution", "data", "biased", conv) + caffe_layer("ReLU", "gone", "r");
    CaffeWeights weights;
    weights.blob("small", {3, 2, 2, 3}).blob("small", {3}).blob("biased", {3, 2, 3, 3});
    const std::string text_of_problems = complaint(text, weights);
    EXPECT_THAT(text_of_problems, HasSubstr("E19010: No parser is registered for Op [s, optype [Strange]]."));
    EXPECT_THAT(text_of_problems, HasSubstr("E19010: No parser is registered for Op [t, optype [Stranger]]."));
    EXPECT_THAT(text_of_problems, HasSubstr("CPU-150: Node 'none' [optype [Convolution]] cannot be converted: the "
                                            "weights have 0 blobs"));
    EXPECT_THAT(text_of_problems, HasSubstr("Node 'small' [optype [Convolution]] cannot be converted: blob 0 of the "
                                            "weights has the shape [3,2,2,3]; expected [3,2,3,3]"));
    EXPECT_THAT(text_of_problems, HasSubstr("Node 'biased' [optype [Convolution]] cannot be converted: the weights "
                                            "have 1 blob"));
    EXPECT_THAT(text_of_problems, HasSubstr("num_output is 0"));
    EXPECT_THAT(text_of_problems, HasSubstr("reads the bottom [gone]"));
}

TEST(CaffeNetwork, BlobsThatALayerDoesNotTake) {
    const std::string text =
        caffe_input() + caffe_layer("Convolution", "data", "conv",
                                    "convolution_param { num_output: 3 kernel_size: 3 bias_term: false }");
    CaffeWeights weights;
    weights.blob("conv", {3, 2, 3, 3}).blob("other", {7});  // weights of layers that are not there do not matter
    EXPECT_EQ(outputs(text, weights), std::vector<std::string>{"conv:0:conv"});
    weights.blob("conv", {3});
    EXPECT_THAT(
        complaint(text, weights),
        HasSubstr("CPU-150: Node 'conv' [optype [Convolution]] cannot be converted: the weights have 2 blobs of "
                  "this name, but with its parameters it takes 1."));
}

TEST(CaffeNetwork, TextThatCannotBeRead) {
    const std::string data = caffe_input();
    const struct {
        std::string text;
        const char* part;
    } cases[] = {
        {"layer { name: 'a' ", "[line 1, column 19]"},
        {"\nlayer { name: 5 }", "[line 2, column 15]"},
        {data + caffe_layer("Pooling", "data", "p", "pooling_param { pool: MEDIAN }"), "MEDIAN"},
        {data + caffe_layer("Pooling", "data", "p", "pooling_param { pol: MAX }"), "no field named \"pol\""},
        {data + caffe_layer("ReLU", "data", "p", "rely_param { }"), "\"rely_param\" (line 2, column"},
        {data + caffe_layer("ReLU", "data", "p") + caffe_layer("TanH", "data", "p", "", "q"), "makes the top [p]"},
        {"name: 'empty'", "no layers"},
        {data + "layers { type: RELU }", "both [layer] and [layers]"},
        {data, "no output"},
        {"", "no layers"},
    };
    for (const auto& [text, part] : cases) {
        EXPECT_THAT(complaint(text), AllOf(HasSubstr("CPU-150"), HasSubstr(part))) << text;
    }
    std::string deep = "layer { x ";
    for (int i = 0; i < 100000; ++i) {
        deep += "{ x ";
    }
    EXPECT_THAT(complaint(deep), HasSubstr("CPU-150"));
}

TEST(CaffeNetwork, WeightsThatCannotBeRead) {
    const std::string text = caffe_input() + caffe_layer("Bias", "data", "y");
    for (const std::string& bytes : {std::string(), std::string("\xff\xff"), std::string("layer { }")}) {
        const auto graph = caffe_to_graph(text, bytes);
        ASSERT_FALSE(graph.ok());
        EXPECT_THAT(graph.status().message(), AllOf(HasSubstr("CPU-150"), HasSubstr("no Caffe model")));
    }
    CaffeWeights weights;
    weights.blob("y", {2});
    EXPECT_EQ(outputs(text, weights), std::vector<std::string>{"y:0:y"});
    auto& blob = *weights.proto().mutable_layer(0)->mutable_blobs(0);
    for (const std::vector<int64_t>& dims : {std::vector<int64_t>{3}, {-2}, {-1, -2}, {int64_t{1} << 62, 4}, {0}, {}}) {
        blob.mutable_shape()->clear_dim();
        for (const int64_t dim : dims) {
            blob.mutable_shape()->add_dim(dim);
        }
        EXPECT_THAT(complaint(text, weights), HasSubstr("Blob [0] of layer [y]"));
    }
}

TEST(CaffeNetwork, DamageIsNoDisaster) {
    const std::string text =
        caffe_input() + caffe_layer("Convolution", "data", "c", "convolution_param { num_output: 2 kernel_size: 3 }") +
        caffe_layer("ReLU", "c", "c", "", "r") + caffe_layer("Softmax", "c", "p");
    CaffeWeights weights;
    weights.blob("c", {2, 2, 3, 3}).blob("c", {2});
    const std::string bytes = weights.bytes();
    ASSERT_TRUE(caffe_to_graph(text, bytes).ok());
    const auto holds = [](const Result<graph::Graph>& graph) {
        return graph.ok() || graph.status().message().find("CPU-") != std::string::npos ||
               graph.status().message().find("E19010") != std::string::npos;
    };
    for (size_t length = 0; length < bytes.size(); ++length) {
        EXPECT_TRUE(holds(caffe_to_graph(text, bytes.substr(0, length)))) << length;
    }
    for (size_t length = 0; length < text.size(); ++length) {
        EXPECT_TRUE(holds(caffe_to_graph(text.substr(0, length), bytes))) << length;
    }
    for (size_t bit = 0; bit < 8 * text.size(); ++bit) {
        std::string damaged = text;
        damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ (1 << bit % 8));
        EXPECT_TRUE(holds(caffe_to_graph(damaged, bytes))) << bit;
    }
    for (size_t bit = 0; bit < 8 * bytes.size(); ++bit) {
        std::string damaged = bytes;
        damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ (1 << bit % 8));
        EXPECT_TRUE(holds(caffe_to_graph(text, damaged))) << bit;
    }
}

}  // namespace
}  // namespace softacl::convert
