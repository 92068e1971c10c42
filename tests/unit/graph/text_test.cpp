// SPDX-License-Identifier: Apache-2.0
#include "graph/text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <random>

namespace softacl::graph {
namespace {

using testing::HasSubstr;

// Operators of the test: one with an attribute of every kind, one with many outputs.
const ops::OpDef* find(const std::string& name) {
    static const ops::OpDef everything = ops::OpDef("Everything", "For tests.")
                                             .input("x", ops::kAny)
                                             .optional_input("y", ops::kAny)
                                             .optional_input("z", ops::kAny)
                                             .output("out", ops::kAny)
                                             .required_attr("required", int64_t{0})
                                             .attr("bool", false)
                                             .attr("int", int64_t{7})
                                             .attr("float", 1.0F)
                                             .attr("string", std::string("NHWC"))
                                             .attr("type", ACL_FLOAT)
                                             .attr("ints", ops::Ints{1, 2})
                                             .attr("floats", ops::Floats{})
                                             .attr("strings", ops::Strings{})
                                             .attr("bools", ops::Bools{})
                                             .attr("int_lists", ops::IntLists{})
                                             .attr("tensor", Tensor())
                                             .infer([](ops::OpCall& call) {
                                                 call.outputs[0] = *call.inputs[0];
                                                 return Status();
                                             });
    static const ops::OpDef split = ops::OpDef("Split", "For tests.")
                                        .input("x", ops::kAny)
                                        .output("y", ops::kAny, ops::Arity::kDynamic)
                                        .infer([](ops::OpCall& call) {
                                            std::fill(call.outputs.begin(), call.outputs.end(), *call.inputs[0]);
                                            return Status();
                                        });
    return name == "Everything" ? &everything : name == "Split" ? &split : ops::find_op(name);
}

std::string reprinted(const std::string& text) {
    const auto graph = parse(text, find);
    return graph.ok() ? print(*graph, kPrintAll) : graph.status().message();
}

TEST(GraphText, ParsesBack) {
    const std::string text = R"(graph "net" (%data: float32[1,3,8,8] NCHW, %"in 2:0": int64[-1]) {
  %r = Relu(%data) : float32[1,3,8,8] NCHW
  %c = const float32[2] {0.1, -0}
  %e = Everything(%c, _, %c) {bool=true, bools=[true,false], float=0.1, floats=[1e+20,-inf,nan], int=-3, int_lists=[[1,2],[],[3]], ints=[], required=5, string="a\"\\\x0aä", strings=["","b"], tensor=int8[2,2] {1, -2, 3, -128}, type=bool} @"other name" from "a", "b" : float32[2]
  %"s:0", %"s:1" = Split(%e) : float32[2], float32[2]
  %a, %b = Split(%"s:1") @"t" from : float32[2], float32[2]
  %last = const bool[] {true}
  return %b "t:1:b", %r, %"in 2:0", %last, %b
}
)";
    EXPECT_EQ(reprinted(text), text);
    const auto graph = parse(text, find);
    ASSERT_TRUE(graph.ok()) << graph.status().message();
    EXPECT_EQ(graph->name, "net");
    ASSERT_EQ(graph->nodes.size(), 4U);
    EXPECT_EQ(graph->nodes[1].name, "other name");
    EXPECT_EQ(graph->nodes[1].origins, (std::vector<std::string>{"a", "b"}));
    EXPECT_EQ(graph->nodes[1].inputs.size(), 3U);
    EXPECT_EQ(graph->nodes[1].inputs[1], kNoValue);
    EXPECT_EQ(graph->nodes[1].attrs.at<std::string>("string"), "a\"\\\nä");
    EXPECT_EQ(graph->nodes[1].attrs.at<Tensor>("tensor").to_ints(), (std::vector<int64_t>{1, -2, 3, -128}));
    EXPECT_EQ(graph->nodes[2].name, "s");
    EXPECT_EQ(graph->value(graph->inputs[0]).type.format, ACL_FORMAT_NCHW);
    EXPECT_EQ(graph->output_names, (std::vector<std::string>{"t:1:b", "r", "in 2:0", "last", "b"}));
}

TEST(GraphText, TypesAndSpacesMayBeLeftOut) {
    EXPECT_EQ(reprinted("graph\"\"(%x:float32[1]){// nothing\n%y=Relu(%x)return%y \"out\"}// the end"),
              "graph \"\" (%x: float32[1]) {\n  %y = Relu(%x) : float32[1]\n  return %y \"out\"\n}\n");
    EXPECT_EQ(reprinted("graph \"g\" () { return }"), "graph \"g\" () {\n  return\n}\n");
}

TEST(GraphText, ANameThatStandsTwiceIsNumbered) {
    Graph graph;
    const ValueId x = graph.add_input("x", {ACL_FLOAT, {1}, ACL_FORMAT_ND});
    const ValueId y = graph.add_node("x", *find("Relu"), {x}, {}, 1)->front();
    graph.outputs = {y};
    graph.output_names = {"x:0:x"};
    const std::string text = print(graph);
    EXPECT_EQ(text, R"(graph "" (%x: float32[1]) {
  %x_1 = Relu(%x) @"x" : float32[1]
  return %x_1 "x:0:x"
}
)");
    EXPECT_EQ(reprinted(text), text);
}

TEST(GraphText, UniformConstantsAreShort) {
    EXPECT_EQ(print(Tensor::list<int64_t>(std::vector<int64_t>(9, 5))), "int64[9] {repeat 5}");
    EXPECT_EQ(print(Tensor::list<int64_t>(std::vector<int64_t>(8, 5))), "int64[8] {5, 5, 5, 5, 5, 5, 5, 5}");
    const auto graph = parse("graph \"\" () { %c = const int8[2,5] {repeat 1, 2, 3} return %c }");
    ASSERT_TRUE(graph.ok()) << graph.status().message();
    EXPECT_EQ(graph->value(graph->outputs[0]).constant->to_ints(),
              (std::vector<int64_t>{1, 2, 3, 1, 2, 3, 1, 2, 3, 1}));
}

TEST(GraphText, LongConstantsAreCutAndSaySo) {
    std::vector<int64_t> numbers(100);
    for (size_t i = 0; i < numbers.size(); ++i) numbers[i] = static_cast<int64_t>(i);
    Graph graph;
    graph.outputs = {graph.add_constant("c", Tensor::list(numbers))};
    graph.output_names = {"c"};
    const std::string cut = print(graph);
    EXPECT_THAT(cut, HasSubstr("int64[100] {0, 1, 2, 3, ...}"));
    EXPECT_THAT(parse(cut).status().message(), HasSubstr("line 2, column 38: elements were left out"));
    EXPECT_TRUE(parse(print(graph, kPrintAll)).ok());
}

template <class T>
void expect_exact(const std::vector<T>& values) {
    Graph graph;
    const Tensor tensor = Tensor::list(values);
    graph.outputs = {graph.add_constant("c", tensor)};
    graph.output_names = {"c"};
    const auto parsed = parse(print(graph, kPrintAll));
    ASSERT_TRUE(parsed.ok()) << parsed.status().message();
    EXPECT_TRUE(*parsed->value(parsed->outputs[0]).constant == tensor) << name_of(dtype_of<T>());
}

TEST(GraphText, EveryBitOfConstantsComesBack) {
    std::mt19937_64 random(5);
    std::vector<float> floats = {0.0F, -0.0F, std::numeric_limits<float>::infinity(), 1e-45F, 3.4028235e38F};
    std::vector<double> doubles = {5e-324, 1.7976931348623157e308};
    std::vector<Half> halfs;
    std::vector<BFloat16> bfloats;
    for (int i = 0; i < 2000; ++i) {
        const uint64_t bits = random();
        float single = 0;
        std::memcpy(&single, &bits, sizeof single);
        double twice = 0;
        std::memcpy(&twice, &bits, sizeof twice);
        if (single == single) floats.push_back(single);
        if (twice == twice) doubles.push_back(twice);
        if (single == single) bfloats.emplace_back(single);
        halfs.emplace_back(static_cast<float>(static_cast<int16_t>(bits)) / 1024);
    }
    expect_exact(floats);
    expect_exact(doubles);
    expect_exact(halfs);
    expect_exact(bfloats);
    expect_exact<int8_t>({-128, 127});
    expect_exact<uint8_t>({0, 255});
    expect_exact<int16_t>({-32768, 32767});
    expect_exact<uint16_t>({0, 65535});
    expect_exact<int32_t>({std::numeric_limits<int32_t>::min(), std::numeric_limits<int32_t>::max()});
    expect_exact<uint32_t>({0, std::numeric_limits<uint32_t>::max()});
    expect_exact<int64_t>({std::numeric_limits<int64_t>::min(), std::numeric_limits<int64_t>::max()});
    expect_exact<uint64_t>({0, std::numeric_limits<uint64_t>::max()});
    expect_exact<bool>({true, false, true});
    expect_exact<float>({});
}

TEST(GraphText, MistakesHaveAPlaceAndASentence) {
    const struct {
        const char* body;
        const char* sentence;
    } cases[] = {
        {"%y = Relu(%z) return", "line 2, column 11: there is no value %z yet"},
        {"%y = Nonsense(%x) return", "line 2, column 6: there is no operator Nonsense"},
        {"%x = Relu(%x) return", "line 2, column 1: there is a value %x already"},
        {"%y = Relu(%x) {a=1} return", "line 2, column 16: Relu has no attribute a"},
        {"%y = Relu(%x, %x) return", "column 6: node 'y' (Relu): input 1 is one too many"},
        {"%y = Relu() return", "the input x is missing"},
        {"%y = Everything(%x) return", "the attribute required (Int) is missing"},
        {"%y = Everything(%x) {required=1.5} return", "column 32: expected '}', found"},
        {"%y = Everything(%x) {required=x} return", "column 31: expected a number, found \"x}"},
        {"%y = Everything(%x) {bool=1} return", "expected true or false"},
        {"%y = Everything(%x) {int=99999999999999999999} return", "does not fit into int64"},
        {"%y = Everything(%x) {type=float33} return", "there is no element type float33"},
        {"%y = Everything(%x) {string=\"a} return", "column 29: the quotes are not closed"},
        {"%y = Everything(%x) {string=\"\\n\"} return", "a \\ in quotes stands before"},
        {"%y = Relu(%x) @\"a\" %z = Relu(%x) @\"a\" return", "there is a node 'a' already"},
        {"%y = Relu(%x) : float32[3] return", "column 17: the node makes float32[2], not float32[3]"},
        {"%y = Relu(%x) : int8[2] return", "the node makes float32[2], not int8[2]"},
        {"%c = const float32[2] {1} return", "float32[2] has 2 elements; there stand 1"},
        {"%c = const float32[-1] {1} return", "dimensions are known"},
        {"%c = const float32[-2] {1} return", "is no possible shape"},
        {"%c = const float32[4000000000,4000000000] {1} return", "is no possible shape"},
        {"%c = const float32[4000000000] {repeat 1} return", "nothing to repeat, or more"},
        {"%c = const float32[3] {repeat} return", "nothing to repeat"},
        {"%c = const int8[1] {128} return", "does not fit into int8"},
        {"%c = const string[1] {128} return", "no constants of the element type string"},
        {"return %y", "line 2, column 8: there is no value %y yet"},
        {"", "expected a value (%name = ...) or return, found \"}\""},
        {"return } more //", "line 2, column 10: expected nothing behind the graph, found \"more //\\x0a}\""},
    };
    for (const auto& one : cases) {
        const std::string text = std::string("graph \"\" (%x: float32[2]) {\n") + one.body + "\n}";
        const auto graph = parse(text, find);
        ASSERT_FALSE(graph.ok()) << one.body;
        EXPECT_EQ(graph.status().code(), ACL_ERROR_INVALID_PARAM);
        EXPECT_THAT(graph.status().message(), HasSubstr(one.sentence)) << one.body;
    }
    EXPECT_EQ(parse("").status().message(), "line 1, column 1: expected 'graph', found the end of the text");
}

std::string random_name(std::mt19937& random) {
    static constexpr char kCharacters[] = "abcxyz019_./:-+ \"\\\n%{}";
    std::string name;
    for (size_t length = random() % 6; length > 0; --length) name += kCharacters[random() % (sizeof kCharacters - 1)];
    return name;
}

Graph random_graph(std::mt19937& random) {
    Graph graph;
    graph.name = random_name(random);
    const auto type = [&] {
        TensorType result;
        result.dtype = random() % 2 == 0 ? ACL_FLOAT : ACL_INT32;
        std::vector<int64_t> dims(random() % 4);
        for (int64_t& dim : dims) dim = static_cast<int64_t>(random() % 4);
        result.shape = Shape(dims);
        result.format = random() % 2 == 0 ? ACL_FORMAT_ND : ACL_FORMAT_NHWC;
        return result;
    };
    std::vector<ValueId> values;
    for (size_t i = random() % 3 + 1; i > 0; --i) values.push_back(graph.add_input(random_name(random), type()));
    for (size_t i = random() % 8; i > 0; --i) {
        const auto pick = [&] { return values[random() % values.size()]; };
        switch (random() % 4) {
            case 0: {
                void* data = nullptr;
                Tensor tensor = Tensor::zeros(type(), &data);
                for (size_t at = 0; at + 3 < tensor.bytes(); at += 4) {
                    const auto bits = static_cast<uint32_t>(random() & 0xbfffffffU);  // no NaN
                    std::memcpy(static_cast<char*>(data) + at, &bits, 4);
                }
                values.push_back(graph.add_constant(random_name(random), tensor));
                break;
            }
            case 1:
                values.push_back(graph.add_node(random_name(random), *find("Relu"), {pick()}, {}, 1)->front());
                break;
            case 2: {
                const Attrs attrs = {{"required", static_cast<int64_t>(random())},
                                     {"string", random_name(random)},
                                     {"ints", ops::Ints{1, 2 + static_cast<int64_t>(random() % 2)}}};
                const ValueId second = random() % 2 == 0 ? kNoValue : pick();
                values.push_back(
                    graph.add_node(random_name(random), *find("Everything"), {pick(), second, pick()}, attrs, 1)
                        ->front());
                break;
            }
            default: {
                const auto made = graph.add_node(random_name(random), *find("Split"), {pick()}, {}, 3);
                values.insert(values.end(), made->begin(), made->end());
                graph.nodes.back().origins = {random_name(random), random_name(random)};
            }
        }
    }
    for (size_t i = random() % 4; i > 0; --i) {
        graph.outputs.push_back(values[random() % values.size()]);
        graph.output_names.push_back(random_name(random));
    }
    return graph;
}

TEST(GraphText, RandomGraphsComeBack) {
    std::mt19937 random(11);
    for (int round = 0; round < 500; ++round) {
        const Graph graph = random_graph(random);
        const std::string text = print(graph, kPrintAll);
        const auto parsed = parse(text, find);
        ASSERT_TRUE(parsed.ok()) << parsed.status().message() << "\n" << text;
        ASSERT_EQ(print(*parsed, kPrintAll), text);
        ASSERT_EQ(parsed->nodes.size(), graph.nodes.size());
        ASSERT_EQ(parsed->output_names, graph.output_names);
        for (size_t i = 0; i < graph.nodes.size(); ++i) {
            EXPECT_EQ(parsed->nodes[i].name, graph.nodes[i].name);
            EXPECT_EQ(parsed->nodes[i].op, graph.nodes[i].op);
            EXPECT_EQ(parsed->nodes[i].origins, graph.nodes[i].origins);
            EXPECT_TRUE(parsed->nodes[i].attrs == graph.nodes[i].attrs);
        }
    }
}

TEST(GraphText, GarbledTextIsRefusedOrParsed) {
    std::mt19937 random(12);
    for (int round = 0; round < 60; ++round) {
        const std::string text = print(random_graph(random), kPrintAll);
        for (size_t length = 0; length + 2 < text.size(); ++length) {
            EXPECT_FALSE(parse(text.substr(0, length), find).ok());
        }
        for (int change = 0; change < 200; ++change) {
            std::string garbled = text;
            for (size_t times = 1 + random() % 3; times > 0; --times) {
                const size_t at = random() % garbled.size();
                switch (random() % 3) {
                    case 0: garbled[at] = static_cast<char>(random() % 128); break;
                    case 1: garbled.erase(at, 1 + random() % 5); break;
                    default: garbled.insert(at, garbled.substr(random() % garbled.size(), random() % 9));
                }
                garbled += ' ';
            }
            const auto graph = parse(garbled, find);
            if (graph.ok()) {
                EXPECT_TRUE(graph->verify().ok());
            } else {
                EXPECT_THAT(graph.status().message(), testing::StartsWith("line "));
            }
        }
    }
}

}  // namespace
}  // namespace softacl::graph
