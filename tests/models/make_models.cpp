// SPDX-License-Identifier: Apache-2.0
// Writes the small models that tests of the interface load: make_models FOLDER.
#include <cstdio>
#include <fstream>
#include <string>

#include "aipp/dynamic.h"
#include "convert/single_op.h"
#include "model/gears.h"
#include "model/om.h"
#include "ops/op_def.h"

namespace softacl {
namespace {

TensorType matrix() { return {ACL_FLOAT, Shape{2, 3}, ACL_FORMAT_ND}; }

Status add_output(graph::Graph& graph, const std::string& node, const char* op, std::vector<graph::ValueId> inputs,
                  const std::string& name) {
    SOFTACL_ASSIGN(const auto made, graph.add_node(node, *ops::find_op(op), std::move(inputs), {}, 1));
    graph.outputs.push_back(made[0]);
    graph.output_names.push_back(name);
    return {};
}

Status write(graph::Graph graph, const std::string& folder, const model::Gears& gears = {},
             std::vector<ops::IntLists> ranges = {}) {
    const std::string path = folder + "/" + graph.name + ".om";
    model::OmModel om;
    om.graph = std::move(graph);
    model::record_gears(gears, om);
    om.input_ranges = std::move(ranges);
    return model::write_om(om, path);
}

// sum = a + b, difference = a - b
Status write_sum_difference(const std::string& folder) {
    graph::Graph graph;
    graph.name = "sum_difference";
    const auto a = graph.add_input("a", matrix());
    const auto b = graph.add_input("b", matrix());
    SOFTACL_TRY(add_output(graph, "add", "Add", {a, b}, "add:0:sum"));
    SOFTACL_TRY(add_output(graph, "sub", "Sub", {a, b}, "sub:0:difference"));
    return write(std::move(graph), folder);
}

// In float16: sum = a + b, rest = sum - b
Status write_halves(const std::string& folder) {
    graph::Graph graph;
    graph.name = "halves";
    const TensorType type{ACL_FLOAT16, Shape{2, 3}, ACL_FORMAT_ND};
    const auto a = graph.add_input("a", type);
    const auto b = graph.add_input("b", type);
    SOFTACL_TRY(add_output(graph, "add", "Add", {a, b}, "add:0:sum"));
    const auto sum = graph.outputs.back();
    SOFTACL_TRY(add_output(graph, "sub", "Sub", {sum, b}, "sub:0:rest"));
    return write(std::move(graph), folder);
}

// Rows of x + x: twice = x + x, y = twice[indices]. Fails for an index that is none.
Status write_lookup(const std::string& folder) {
    graph::Graph graph;
    graph.name = "lookup";
    const auto x = graph.add_input("x", {ACL_FLOAT, Shape{4, 3}, ACL_FORMAT_ND});
    const auto indices = graph.add_input("indices", {ACL_INT32, Shape{2}, ACL_FORMAT_ND});
    const auto axis = graph.add_constant("axis", Tensor::scalar(int64_t{0}));
    SOFTACL_ASSIGN(const auto twice, graph.add_node("double", *ops::find_op("Add"), {x, x}, {}, 1));
    SOFTACL_TRY(add_output(graph, "look_up", "GatherV2", {twice[0], indices, axis}, "look_up:0:y"));
    return write(std::move(graph), folder);
}

// Twice the input, under names that no description has room for.
Status write_long_names(const std::string& folder) {
    graph::Graph graph;
    graph.name = "long_names";
    const auto input = graph.add_input(std::string(200, 'n'), matrix());
    SOFTACL_TRY(add_output(graph, "add", "Add", {input, input}, "add:0:" + std::string(200, 'm')));
    return write(std::move(graph), folder);
}

// Twice the input, in several shapes.
Status write_gears(const std::string& folder, const char* name, const Shape& open, const model::Gears& gears) {
    graph::Graph graph;
    graph.name = name;
    const auto x = graph.add_input("x", {ACL_FLOAT, open, ACL_FORMAT_ND});
    const auto values = static_cast<int64_t>(gears.slots.size());
    graph.add_input(model::kGearInput, {ACL_INT64, Shape{values}, ACL_FORMAT_ND});
    SOFTACL_TRY(add_output(graph, "add", "Add", {x, x}, "add:0:y"));
    return write(std::move(graph), folder, gears);
}

Status write_batches(const std::string& folder) {
    return write_gears(folder, "batches", {-1, 3}, {model::Gears::Kind::kBatch, {{2}, {1}}, {{{0, 0}}}});
}

// y = x + w, whose weights are in a file beside it.
Status write_external_weights(const std::string& folder) {
    graph::Graph graph;
    graph.name = "external_weights";
    const auto x = graph.add_input("x", {ACL_FLOAT, {32}, ACL_FORMAT_ND});
    const auto w = graph.add_constant("w", Tensor::of<float>({32}, std::vector<float>(32, 1)));
    SOFTACL_TRY(add_output(graph, "add", "Add", {x, w}, "add:0:y"));
    model::OmModel om;
    om.graph = std::move(graph);
    return model::write_om_and_weights(om, folder + "/external_weights.om").status();
}

// y = x + x for x [n, m], n up to 4.
Status write_free_shapes(const std::string& folder) {
    graph::Graph graph;
    graph.name = "free_shapes";
    const auto x = graph.add_input("x", {ACL_FLOAT, {-1, -1}, ACL_FORMAT_ND});
    SOFTACL_TRY(add_output(graph, "add", "Add", {x, x}, "add:0:y"));
    return write(std::move(graph), folder, {}, {{{1, 4}, {1, -1}}});
}

Status write_sizes(const std::string& folder) {
    return write_gears(folder, "sizes", {1, 1, -1, -1},
                       {model::Gears::Kind::kSize, {{1, 6}, {2, 2}}, {{{0, 2}}, {{0, 3}}}});
}

Status write_dims(const std::string& folder) {
    return write_gears(folder, "dims", {-1, 1, -1},
                       {model::Gears::Kind::kDims, {{3, 2}, {1, 4}}, {{{0, 0}}, {{0, 2}}}});
}

// Pictures of 4 x 2 pixels, at most two, become float32; their parameters are set at run time.
Status write_dynamic_aipp(const std::string& folder) {
    graph::Graph graph;
    graph.name = "dynamic_aipp";
    const auto x = graph.add_input("x", {ACL_UINT8, {-1, 3, 2, 4}, ACL_FORMAT_NCHW});
    graph.add_input(model::kGearInput, {ACL_INT64, Shape{1}, ACL_FORMAT_ND});
    const auto params = graph.add_input(aipp::kParamsInput,
                                        {ACL_UINT8, Shape{static_cast<int64_t>(aipp::block_bytes(2))}, ACL_FORMAT_ND});
    SOFTACL_ASSIGN(const auto made, graph.add_node("aipp", *ops::find_op("Aipp"), {x, params},
                                                   {{"aipp_config_path", aipp::to_text(aipp::DynamicSetup{300})},
                                                    {"channels", int64_t{3}},
                                                    {"data_format", std::string("NCHW")},
                                                    {"dst_type", int64_t{ACL_FLOAT}}},
                                                   1));
    graph.outputs.push_back(made[0]);
    graph.output_names.emplace_back("aipp:0:y");
    return write(std::move(graph), folder, {model::Gears::Kind::kBatch, {{1}, {2}}, {{{0, 0}}}});
}

// Operators in a folder and in three levels of folders in it.
Status write_operators(const std::string& folder) {
    const std::pair<const char*, const char*> lists[] = {
        {"operators", R"([{"op": "Add", "input_desc": [{"format": "ND", "shape": [8, 16], "type": "int32"},
                                                       {"format": "ND", "shape": [8, 16], "type": "int32"}],
                           "output_desc": [{"format": "ND", "shape": [8, 16], "type": "int32"}]}])"},
        {"operators/1", R"([{"op": "LeakyRelu", "input_desc": [{"format": "ND", "shape": [2], "type": "float"}],
                             "output_desc": [{"format": "ND", "shape": [2], "type": "float"}],
                             "attr": [{"name": "negative_slope", "type": "float", "value": 0.5}]}])"},
        {"operators/1/2", R"([{"op": "Add", "input_desc": [
                                  {"format": "ND", "shape": [-1, 4], "type": "float", "shape_range": [[1, 8], [4, 4]]},
                                  {"format": "ND", "shape": [4], "type": "float"}],
                               "output_desc": [{"format": "ND", "shape": [-1, 4], "type": "float"}]}])"},
        {"operators/1/2/3", R"([{"op": "Neg", "input_desc": [{"format": "ND", "shape": [2], "type": "float"}],
                                 "output_desc": [{"format": "ND", "shape": [2], "type": "float"}]}])"}};
    for (const auto& [place, list] : lists) {
        const std::string path = folder + "/operators.json";
        std::ofstream(path) << list;
        convert::Problems problems;
        convert::convert_single_ops({path, folder + "/" + place, "Ascend310B4", "", "", false}, problems);
        SOFTACL_TRY(problems.status());
    }
    return {};
}

}  // namespace
}  // namespace softacl

int main(int argc, char** argv) {
    if (argc != 2) {
        std::fprintf(stderr, "usage: make_models FOLDER\n");
        return 2;
    }
    for (const auto write :
         {softacl::write_sum_difference, softacl::write_halves, softacl::write_lookup, softacl::write_long_names,
          softacl::write_batches, softacl::write_sizes, softacl::write_dims, softacl::write_dynamic_aipp,
          softacl::write_free_shapes, softacl::write_external_weights, softacl::write_operators}) {
        if (const softacl::Status status = write(argv[1]); !status.ok()) {
            std::fprintf(stderr, "make_models: %d %s\n", status.code(), status.message().c_str());
            return 1;
        }
    }
    return 0;
}
