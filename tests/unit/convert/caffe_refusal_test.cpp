// SPDX-License-Identifier: Apache-2.0
// Parameters of Caffe layers that are wrong or not supported are refused, with a sentence that names them.
#include <gmock/gmock.h>

#include "unit/convert/caffe_builder.h"

namespace softacl::convert {
namespace {

using testing::AllOf;
using testing::HasSubstr;

TEST(CaffeRefusals, NameTheParameter) {
    const struct {
        const char* type;
        const char* parameters;
        const char* part;
    } cases[] = {
        {"Convolution", "convolution_param { num_output: 2 }", "kernel_size is missing"},
        {"Convolution", "convolution_param { kernel_size: 1 }", "num_output is 0"},
        {"Convolution", "convolution_param { num_output: 3 group: 2 kernel_size: 1 }", "group"},
        {"Convolution", "convolution_param { num_output: 2 kernel_h: 1 }", "kernel_h and kernel_w go together"},
        {"Convolution", "convolution_param { num_output: 2 kernel_size: [1, 2, 3] }", "kernel_size has 3 numbers"},
        {"Convolution", "convolution_param { num_output: 2 kernel_size: 1 stride: 0 }", "is 0"},
        {"Convolution", "convolution_param { num_output: 2 kernel_size: 1 axis: 2 }", "axis is 2"},
        {"Convolution", "convolution_param { num_output: 2 kernel_size: 1 pad: 4294967295 }", "pad is 4294967295"},
        {"Pooling", "pooling_param { pool: STOCHASTIC kernel_size: 2 }", "STOCHASTIC"},
        {"Pooling", "pooling_param { kernel_size: 2 } top: 'mask'", "mask"},
        {"Pooling", "pooling_param { kernel_size: 1 stride: 2 }", "wholly outside"},
        {"Pooling", "pooling_param { kernel_size: 2 pad: 2 }", "pads 2"},
        {"Pooling", "pooling_param { global_pooling: true pad: 1 }", "global_pooling"},
        {"Pooling", "pooling_param { kernel_size: 2 round_mode: FLOOR ceil_mode: true }", "contradict"},
        {"InnerProduct", "inner_product_param { num_output: 1 axis: 4 }", "axis is 4"},
        {"InnerProduct", "inner_product_param { axis: 1 }", "num_output is 0"},
        {"BatchNorm", "batch_norm_param { use_global_stats: false }", "use_global_stats is false"},
        {"LRN", "lrn_param { local_size: 4 }", "local_size is 4"},
        {"Exp", "exp_param { base: 0 }", "base is 0"},
        {"Log", "log_param { base: -2 }", "base is -2"},
        {"Clip", "clip_param { min: 1 }", "min and max"},
        {"Softmax", "softmax_param { axis: -5 }", "axis is -5"},
        {"Scale", "scale_param { num_axes: 4 }", "num_axes is 4"},
        {"Bias", "bias_param { axis: 7 }", "axis is 7"},
        {"Eltwise", "eltwise_param { operation: MAX }", "1 bottoms"},
        {"Eltwise", "bottom: 'data' eltwise_param { coeff: 1 }", "1 of the parameter coeff"},
        {"Eltwise", "bottom: 'data' eltwise_param { operation: PROD coeff: [1, 2] }", "operation SUM"},
        {"Slice", "top: 'b' slice_param { slice_point: [1, 2] }", "slice_point"},
        {"Slice", "top: 'b' slice_param { slice_point: 9 }", "slice_point"},
        {"Slice", "top: 'b' top: 'c'", "no 3 equal parts"},
        {"Concat", "concat_param { axis: 4 }", "axis is 4"},
        {"Crop", "bottom: 'data' crop_param { offset: 1 }", "offset 1"},
        {"Crop", "bottom: 'data' crop_param { offset: [0, 0, 0] }", "offset 3 numbers"},
        {"Reshape", "reshape_param { shape { dim: 7 } }", "cannot get the shape"},
        {"Flatten", "flatten_param { axis: 3 end_axis: 1 }", "end_axis"},
        {"ArgMax", "argmax_param { top_k: 99 }", "top_k is 99"},
        {"ArgMax", "argmax_param { axis: 4 }", "axis is 4"},
        {"Reduction", "reduction_param { axis: 4 }", "axis is 4"},
        {"Embed", "embed_param { num_output: 1 }", "input_dim"},
        {"Interp", "interp_param { height: 4 width: 4 pad_beg: -1 }", "pad_beg"},
        {"Interp", "interp_param { height: 4 width: 4 zoom_factor: 2 }", "either height and width"},
        {"Interp", "", "either height and width"},
        {"Upsample", "upsample_param { scale: 1.5 }", "scale is 1.5"},
        {"Upsample", "upsample_param { scale: 2 pad_out_h: true }", "pad_out_h"},
        {"Upsample", "bottom: 'data' upsample_param { scale: 2 }", "2 bottoms"},
        {"ShuffleChannel", "shuffle_channel_param { group: 3 }", "group is 3"},
        {"Tile", "tile_param { axis: 1 }", "tiles is 0"},
        {"ReLU", "bottom: 'data'", "2 bottoms"},
        {"Parameter", "", "1 bottoms"},
    };
    for (const auto& [type, parameters, part] : cases) {
        const auto graph = caffe_to_graph(caffe_input() + caffe_layer(type, "data", "y", parameters),
                                          CaffeWeights().blob("y", {2, 2, 1, 1}).blob("y", {2}).bytes());
        ASSERT_FALSE(graph.ok()) << type << " " << parameters;
        EXPECT_THAT(graph.status().message(), AllOf(HasSubstr("CPU-150"), HasSubstr(part)))
            << type << " " << parameters;
    }
}

TEST(CaffeRefusals, WeightsOfLayersThatHaveNone) {
    const std::pair<const char*, const char*> cases[] = {
        {"ReLU", ""},    {"Pooling", "pooling_param { kernel_size: 1 }"},
        {"Softmax", ""}, {"Dropout", ""},
        {"Flatten", ""}, {"Eltwise", "bottom: 'data'"},
    };
    for (const auto& [type, parameters] : cases) {
        const std::string network = caffe_input() + caffe_layer(type, "data", "y", parameters);
        EXPECT_TRUE(caffe_to_graph(network, CaffeWeights().bytes()).ok()) << type;
        const auto graph = caffe_to_graph(network, CaffeWeights().blob("y", {2}).bytes());
        ASSERT_FALSE(graph.ok()) << type;
        EXPECT_THAT(graph.status().message(),
                    AllOf(HasSubstr("CPU-150: Node 'y'"), HasSubstr("have 1 blobs"), HasSubstr("it takes 0")))
            << type;
    }
}

TEST(CaffeRefusals, WeightsOfAnotherShape) {
    const struct {
        const char* type;
        const char* parameters;
    } cases[] = {
        {"Convolution", "convolution_param { num_output: 2 kernel_size: 3 }"},
        {"Deconvolution", "convolution_param { num_output: 2 kernel_size: 3 }"},
        {"InnerProduct", "inner_product_param { num_output: 4 }"},
        {"InnerProduct", "inner_product_param { num_output: 5 transpose: true }"},
        {"PReLU", ""},
        {"BatchNorm", ""},
        {"Scale", ""},
        {"Bias", "bias_param { axis: 2 num_axes: -1 }"},
        {"Embed", "embed_param { input_dim: 3 num_output: 2 }"},
    };
    for (const auto& [type, parameters] : cases) {
        const std::string text = caffe_input() + caffe_layer(type, "data", "y", parameters);
        for (const auto& weights : {CaffeWeights(), CaffeWeights().blob("y", {5, 3}).blob("y", {7}).blob("y", {1})}) {
            const auto graph = caffe_to_graph(text, weights.bytes());
            ASSERT_FALSE(graph.ok()) << type;
            EXPECT_THAT(graph.status().message(), AllOf(HasSubstr("CPU-150: Node 'y'"), HasSubstr("weights"))) << type;
        }
    }
}

}  // namespace
}  // namespace softacl::convert
