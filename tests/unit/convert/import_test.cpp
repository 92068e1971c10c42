// SPDX-License-Identifier: Apache-2.0
// From bytes of an ONNX file to a graph: structure, names, what is computed at once, and every complaint.
#include "convert/import_network.h"

#include <gmock/gmock.h>

#include "unit/convert/onnx_builder.h"

namespace softacl::convert {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

Result<graph::Graph> import(const OnnxBuilder& model, const ImportOptions& options = {}) {
    const std::string bytes = model.bytes();
    return onnx_to_graph(bytes.data(), bytes.size(), options);
}

std::string complaint(const OnnxBuilder& model, const ImportOptions& options = {}) {
    const auto graph = import(model, options);
    EXPECT_FALSE(graph.ok());
    return graph.status().message();
}

std::vector<std::string> operators(const graph::Graph& graph) {
    std::vector<std::string> names;
    for (const graph::Node& node : graph.nodes) {
        names.push_back(node.op->name());
    }
    return names;
}

OnnxBuilder relu_chain() {
    OnnxBuilder model;
    model.input("x", {2, 3}).node("Relu", {"x"}, {"a"}, "first").node("Abs", {"a"}, {"y"}, "second").output("y");
    return model;
}

TEST(OnnxImport, BuildsTheGraphAndKeepsNames) {
    const auto graph = import(relu_chain());
    ASSERT_TRUE(graph.ok()) << graph.status().message();
    EXPECT_THAT(operators(*graph), ElementsAre("Relu", "Abs"));
    EXPECT_EQ(graph->nodes[1].name, "second");
    EXPECT_THAT(graph->nodes[1].origins, ElementsAre("second"));
    EXPECT_THAT(graph->output_names, ElementsAre("second:0:y"));
    EXPECT_EQ(graph->value(graph->outputs[0]).name, "y");
    EXPECT_EQ(graph->value(graph->outputs[0]).type.text(), "float32[2,3]");
    EXPECT_EQ(graph->value(graph->inputs[0]).name, "x");
}

TEST(OnnxImport, UnnamedNodesAreCountedInTheFile) {
    OnnxBuilder model;
    model.input("x", {2}).node("Relu", {"x"}, {"a"}).node("Relu", {"a"}, {"b"}, "named");
    model.node("Relu", {"b"}, {"y"}).output("y");
    const auto graph = import(model);
    ASSERT_TRUE(graph.ok()) << graph.status().message();
    EXPECT_EQ(graph->nodes[0].name, "Relu_0");
    EXPECT_EQ(graph->nodes[2].name, "Relu_2");
    EXPECT_THAT(graph->output_names, ElementsAre("Relu_2:0:y"));
}

TEST(OnnxImport, SortsNodesAndLeavesOutWhatNobodyNeeds) {
    OnnxBuilder model;
    model.input("x", {2}).node("Abs", {"a"}, {"y"}).node("Relu", {"x"}, {"a"}).node("NoSuchOperator", {"x"}, {"z"});
    model.output("y");
    const auto graph = import(model);
    ASSERT_TRUE(graph.ok()) << graph.status().message();
    EXPECT_THAT(operators(*graph), ElementsAre("Relu", "Abs"));
}

TEST(OnnxImport, ShapeArithmeticIsComputedAtOnce) {
    OnnxBuilder model;
    model.input("x", {2, 3, 4}).ints("zero", {0}).ints("rest", {-1});
    model.node("Shape", {"x"}, {"shape"}).node("Gather", {"shape", "zero"}, {"batch"}).attr("axis", 0);
    model.node("Concat", {"batch", "rest"}, {"target"}).attr("axis", 0);
    model.node("Reshape", {"x", "target"}, {"y"}).output("y");
    const auto graph = import(model);
    ASSERT_TRUE(graph.ok()) << graph.status().message();
    EXPECT_THAT(operators(*graph), ElementsAre("Reshape"));
    EXPECT_EQ(graph->value(graph->outputs[0]).type.shape, (Shape{2, 12}));
}

TEST(OnnxImport, InitializersThatAreInputsAreConstants) {
    OnnxBuilder model;
    model.input("x", {2}).input("w", {2}).floats("w", {2}, {1, 2}).node("Add", {"x", "w"}, {"y"}).output("y");
    const auto graph = import(model);
    ASSERT_TRUE(graph.ok()) << graph.status().message();
    EXPECT_EQ(graph->inputs.size(), 1U);
    EXPECT_THAT(graph->value(graph->nodes[0].inputs[1]).constant->to_floats(), ElementsAre(1, 2));
}

TEST(OnnxImport, ABranchThatIsKnownTakesThePlaceOfIf) {
    for (const bool chosen : {true, false}) {
        OnnxBuilder model;
        model.input("x", {2}).constant("condition", {}, kOnnxBool)->add_int32_data(chosen ? 1 : 0);
        model.node("Relu", {"x"}, {"a"}).node("If", {"condition"}, {"y"}, "choice").output("y");
        for (const auto* branch : {"then_branch", "else_branch"}) {
            auto* body = model.add_attribute(branch, 5)->mutable_g();
            auto* node = body->add_node();
            node->set_op_type(branch == std::string("then_branch") ? "Abs" : "Neg");
            node->add_input("a");  // of the network around it
            node->add_output("result");
            body->add_output()->set_name("result");
        }
        const auto graph = import(model);
        ASSERT_TRUE(graph.ok()) << graph.status().message();
        EXPECT_THAT(operators(*graph), ElementsAre("Relu", chosen ? "Abs" : "Neg"));
        EXPECT_THAT(graph->output_names, ElementsAre("choice:0:y"));
    }
}

TEST(OnnxImport, ChoicesAndLoopsWithoutBodiesAreRefused) {
    OnnxBuilder model;
    model.input("c", {}, kOnnxBool).input("x", {1}).node("If", {"c"}, {"a"}, "choice");
    model.node("Loop", {"", "c", "x"}, {"b"}, "rounds").output("a").output("b");
    const std::string text = complaint(model);
    EXPECT_THAT(text, HasSubstr("CPU-152: Node 'choice' [optype [ai.onnx::13::If]] cannot be converted: it has no "
                                "then_branch with 1 outputs."));
    EXPECT_THAT(text, HasSubstr("CPU-152: Node 'rounds' [optype [ai.onnx::13::Loop]] cannot be converted: it has no "
                                "body."));
}

TEST(OnnxImport, EverythingUnsupportedIsNamedAtOnce) {
    OnnxBuilder model(11);
    model.input("x", {2}).node("Foo", {"x"}, {"a"}, "f").node("Relu", {"a"}, {"b"}).node("Bar", {"b"}, {"c"}, "g");
    model.last->set_domain("my.domain");
    model.node("Reshape", {"x", "x"}, {"d"}, "r").node("Add", {"c", "d"}, {"y"}).output("y");
    const std::string text = complaint(model);
    EXPECT_THAT(text, HasSubstr("E19010: No parser is registered for Op [f, optype [ai.onnx::11::Foo]]."));
    EXPECT_THAT(text, HasSubstr("E19010: No parser is registered for Op [g, optype [my.domain::0::Bar]]."));
    EXPECT_THAT(text, HasSubstr("CPU-152: Node 'r' [optype [ai.onnx::11::Reshape]] cannot be converted: "));
    EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 2) << text;
}

TEST(OnnxImport, AttributesOfAnotherKindAreRefused) {
    OnnxBuilder model;
    model.input("x", {1, 2, 4, 4}).floats("w", {2, 2, 1, 1}, {1, 2, 3, 4});
    model.node("Conv", {"x", "w"}, {"a"}, "first").attr("strides", 2);
    model.node("LeakyRelu", {"a"}, {"b"}, "second").attr("alpha", 1);
    model.node("Cast", {"b"}, {"c"}, "third").attr("to", kOnnxInt32);  // may also be a word in a file
    model.output("c");
    const std::string text = complaint(model);
    EXPECT_THAT(text, HasSubstr("'first'"));
    EXPECT_THAT(text, HasSubstr("its attribute strides is of kind Int; expected ListInt"));
    model.graph()->mutable_node(0)->mutable_attribute(0)->set_name("unknown");
    EXPECT_THAT(complaint(model), HasSubstr("its attribute alpha is of kind Int; expected Float"));
    model.graph()->mutable_node(1)->mutable_attribute(0)->set_name("unknown");
    EXPECT_TRUE(import(model).ok());
}

TEST(OnnxImport, BrokenStructureIsNamedAtOnce) {
    OnnxBuilder model;
    model.input("x", {2}).node("Relu", {"x"}, {"a"}, "one").node("Abs", {"x"}, {"a"}, "two");
    model.node("Add", {"a", "nowhere"}, {"b"}, "three").output("b").output("never");
    model.node("Add", {"x", "q"}, {"p"}, "four").node("Relu", {"p"}, {"q"}, "five");
    const std::string text = complaint(model);
    EXPECT_THAT(text, HasSubstr("Tensor [a] is made twice: by node 'one'"));
    EXPECT_THAT(text, HasSubstr("Tensor [nowhere], which node 'three'"));
    EXPECT_THAT(text, HasSubstr("Tensor [never], an output of the network"));
    EXPECT_THAT(text, HasSubstr("in a circle"));
    EXPECT_THAT(text, HasSubstr("'four'"));
    EXPECT_THAT(text, HasSubstr("'five'"));
}

// The operator documents of ONNX say what changed after opset 18; the first version with the change is given here.
TEST(OnnxImport, NewerOperatorsThatMeanSomethingElse) {
    struct Change {
        const char* type;
        const char* attr;  // null: the operator as a whole
        int64_t version;
    };
    constexpr Change kChanges[] = {{"AveragePool", "dilations", 19},         {"DequantizeLinear", "block_size", 21},
                                   {"DequantizeLinear", "output_dtype", 23}, {"GroupNormalization", nullptr, 21},
                                   {"QuantizeLinear", "block_size", 21},     {"QuantizeLinear", "output_dtype", 21},
                                   {"QuantizeLinear", "precision", 23},      {"SpaceToDepth", "mode", 28}};
    for (const Change& change : kChanges) {
        const std::string attr = change.attr == nullptr ? "num_groups" : change.attr;
        for (const int64_t version : {change.version - 1, change.version}) {
            OnnxBuilder model(version);
            model.input("x", {1, 4, 2, 2}).floats("s", {1}, {1});
            model.node(change.type, {"x", "s", "s"}, {"y"}, "g").attr(attr, 2).output("y");
            const auto imported = import(model);
            const bool named =
                !imported.ok() &&
                imported.status().message().find("new in opset " + std::to_string(change.version)) != std::string::npos;
            EXPECT_EQ(named, version == change.version) << change.type << " " << attr;
        }
    }
    EXPECT_TRUE(import(relu_chain()).ok());
    OnnxBuilder newer(21);
    newer.input("x", {2}).node("Relu", {"x"}, {"y"}).output("y");
    EXPECT_TRUE(import(newer).ok());
}

TEST(OnnxImport, ShapesOfInputs) {
    OnnxBuilder model;
    model.input("x", {-1, 3}).input("z", {2, 3}).node("Add", {"x", "z"}, {"y"}).output("y");
    EXPECT_THAT(complaint(model), HasSubstr("CPU-102: input_shape does not name the input [x]"));
    ImportOptions options;
    options.shapes = {{"x", {2, 3}}};
    const auto graph = import(model, options);
    ASSERT_TRUE(graph.ok()) << graph.status().message();
    EXPECT_EQ(graph->value(graph->inputs[0]).type.shape, (Shape{2, 3}));
    options.shapes = {{"x", {2}}, {"nobody", {1}}};
    const std::string text = complaint(model, options);
    EXPECT_THAT(text, HasSubstr("CPU-102: input_shape [x:[2]] has 1 dimensions, but the model's input has 2"));
    EXPECT_THAT(text, HasSubstr("CPU-106: input_shape [nobody] names an input that the model does not have. Its inputs "
                                "are [x; z]"));
    options.shapes = {{"x", {5, 3}}};
    EXPECT_THAT(complaint(model, options), HasSubstr("CPU-152: Node 'Add_0'"));
}

TEST(OnnxImport, ChosenOutputs) {
    ImportOptions options;
    options.outputs = {{"second", 0}, {"first", 0}};
    auto graph = import(relu_chain(), options);
    ASSERT_TRUE(graph.ok()) << graph.status().message();
    EXPECT_THAT(graph->output_names, ElementsAre("second:0:y", "first:0:a"));
    options.outputs = {{"a", std::nullopt}};
    graph = import(relu_chain(), options);
    ASSERT_TRUE(graph.ok()) << graph.status().message();
    EXPECT_THAT(operators(*graph), ElementsAre("Relu"));
    EXPECT_THAT(graph->output_names, ElementsAre("first:0:a"));
    options.outputs = {{"third", 0}, {"first", 1}, {"b", std::nullopt}};
    const std::string text = complaint(relu_chain(), options);
    EXPECT_THAT(text, HasSubstr("CPU-106: out_nodes [third:0] names a node that is not in the model"));
    EXPECT_THAT(text, HasSubstr("CPU-106: out_nodes [first:1] names an output that the node does not have"));
    EXPECT_THAT(text, HasSubstr("CPU-106: out_nodes [b] is not the name of a tensor"));
}

TEST(OnnxImport, TypesAtTheBorder) {
    ImportOptions options;
    options.float16_inputs = {"x"};
    options.output_type = ACL_FLOAT16;
    auto graph = import(relu_chain(), options);
    ASSERT_TRUE(graph.ok()) << graph.status().message();
    EXPECT_THAT(operators(*graph), ElementsAre("Cast", "Relu", "Abs", "Cast"));
    EXPECT_EQ(graph->value(graph->inputs[0]).type.text(), "float16[2,3]");
    EXPECT_EQ(graph->value(graph->nodes[1].outputs[0]).type.text(), "float32[2,3]");
    EXPECT_EQ(graph->value(graph->outputs[0]).type.text(), "float16[2,3]");
    EXPECT_THAT(graph->output_names, ElementsAre("second:0:y"));
    options = {};
    options.output_types = {{"second", 0, ACL_INT32}};
    graph = import(relu_chain(), options);
    ASSERT_TRUE(graph.ok()) << graph.status().message();
    EXPECT_EQ(graph->value(graph->outputs[0]).type.text(), "int32[2,3]");
    options.output_types = {{"nobody", 0, ACL_INT32}};
    options.float16_inputs = {"w"};
    const std::string text = complaint(relu_chain(), options);
    EXPECT_THAT(text, HasSubstr("CPU-106: output_type [nobody:0]"));
    EXPECT_THAT(text, HasSubstr("CPU-106: input_fp16_nodes [w]"));
}

TEST(OnnxImport, NamesDoNotBreakLines) {
    OnnxBuilder model;
    model.input("x", {2}).node("Foo", {"x"}, {"y"}, "a\nCPU-999: b").output("y");
    EXPECT_THAT(complaint(model), HasSubstr("[a\\x0aCPU-999: b,"));
    model.last->set_name("\xff");
    EXPECT_THAT(complaint(model), HasSubstr("is not UTF-8: [\\xff]"));
    model.last->set_name("\xc3\xa9");
    EXPECT_THAT(complaint(model), HasSubstr("[\xc3\xa9, optype"));
}

TEST(OnnxImport, TheVersionOfOperatorsMustBeKnown) {
    OnnxBuilder model = relu_chain();
    model.model.clear_opset_import();
    EXPECT_THAT(complaint(model), HasSubstr("opset_import has no entry for the default domain"));
    model.model.set_ir_version(1);
    EXPECT_TRUE(import(model).ok());  // such files are of opset 1
}

}  // namespace
}  // namespace softacl::convert
