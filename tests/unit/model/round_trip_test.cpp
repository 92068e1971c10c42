// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <random>

#include "model/container.h"
#include "unit/model/fixture.h"

namespace softacl::model {
namespace {

using testing::ElementsAre;

class OmRoundTrip : public OmTest {};

TEST_F(OmRoundTrip, SmallModel) {
    const OmModel model = small_model();
    const auto again = read(written(model));
    ASSERT_TRUE(again.ok()) << again.status().message();
    expect_equal(model.graph, again->graph);
    EXPECT_EQ(model.attrs, again->attrs);
    EXPECT_TRUE(again->other_attrs.empty());
    EXPECT_TRUE(again->input_ranges.empty());
}

TEST_F(OmRoundTrip, NodesOfManyKinds) {
    const OmModel model = rich_model();
    const std::string bytes = written(model);
    const auto again = read(bytes);
    ASSERT_TRUE(again.ok()) << again.status().message();
    EXPECT_EQ(written(*again), written(*read(written(*again))));
    // A node that is a constant comes back as the value it makes.
    OmModel expected = model;
    auto& nodes = expected.graph.nodes;
    const auto constant =
        std::find_if(nodes.begin(), nodes.end(), [](const auto& node) { return node.op->name() == "Const"; });
    expected.graph.value(constant->outputs[0]).constant = constant->attrs.at<Tensor>("value");
    nodes.erase(constant);
    expect_equal(expected.graph, again->graph);
}

TEST_F(OmRoundTrip, GraphsInsideGraphs) {
    const OmModel model = nested_model();
    const auto again = read(written(model));
    ASSERT_TRUE(again.ok()) << again.status().message();
    EXPECT_EQ(graph::print(model.graph), graph::print(again->graph));
    EXPECT_EQ(written(model), written(*again));
    ASSERT_TRUE(write_om_and_weights(model, path("apart.om")).ok());
    const auto apart = read_om_file(path("apart.om"));
    ASSERT_TRUE(apart.ok()) << apart.status().message();
    EXPECT_EQ(graph::print(model.graph), graph::print(apart->graph));
}

TEST_F(OmRoundTrip, ThroughAFile) {
    const OmModel model = small_model();
    ASSERT_TRUE(write_om(model, path()).ok());
    const auto again = read_om_file(path());
    ASSERT_TRUE(again.ok()) << again.status().message();
    std::filesystem::remove(path());  // the mapping stays
    expect_equal(model.graph, again->graph);
}

TEST_F(OmRoundTrip, EveryKindOfAttributeOfTheModel) {
    OmModel model = small_model();
    model.attrs = {
        {"bool", true},
        {"no", false},
        {"int", int64_t{-5}},
        {"float", 0.1F},
        {"text", std::string("a\0b\xff", 4)},
        {"type", ACL_BF16},
        {"no type", ACL_DT_UNDEFINED},
        {"ints", ops::Ints{1, -2, INT64_MAX, INT64_MIN}},
        {"no ints", ops::Ints{}},
        {"floats", ops::Floats{1, -0.0F, 1e38F}},
        {"no floats", ops::Floats{}},
        {"texts", ops::Strings{"", "b"}},
        {"no texts", ops::Strings{}},
        {"bools", ops::Bools{true, false, true}},
        {"no bools", ops::Bools{}},
        {"lists", ops::IntLists{{1, 2}, {}, {3}}},
        {"no lists", ops::IntLists{}},
        {"tensor", Tensor::of<double>({2, 1}, {0.5, 1.5})},
        {"empty tensor", Tensor::of<int8_t>({0, 4}, {})},
        {"scalar", Tensor::scalar<int32_t>(7)},
    };
    const auto again = read(written(model));
    ASSERT_TRUE(again.ok()) << again.status().message();
    ASSERT_EQ(model.attrs.size(), again->attrs.size());
    for (const auto& [name, value] : model.attrs) {
        ASSERT_EQ(again->attrs.count(name), 1U) << name;
        EXPECT_TRUE(value == again->attrs.at(name)) << name;
    }
}

TEST_F(OmRoundTrip, RangesOfInputs) {
    OmModel model;
    Graph& graph = model.graph;
    const ValueId a = graph.add_input("a", {ACL_FLOAT, {-1, 3}, ACL_FORMAT_ND});
    const ValueId b = graph.add_input("b", {ACL_INT8, {4}, ACL_FORMAT_ND});
    graph.outputs = {add(graph, "r", "Relu", {a}), b};
    graph.output_names = {"r:0", "b:0"};
    model.input_ranges = {{{1, -1}, {3, 3}}, {}};
    const auto again = read(written(model));
    ASSERT_TRUE(again.ok()) << again.status().message();
    EXPECT_EQ(again->input_ranges, model.input_ranges);
}

class OmTypes : public OmTest, public testing::WithParamInterface<aclDataType> {};
// A constant beside the definition, one inside, an empty one, a scalar, and an input.
TEST_P(OmTypes, ConstantsAndInputs) {
    OmModel model;
    Graph& graph = model.graph;
    int fill = 1;
    for (const Shape& shape : {Shape{5, 13}, Shape{2, 2}, Shape{3, 0}, Shape{}}) {
        void* data = nullptr;
        const Tensor tensor = Tensor::zeros({GetParam(), shape, ACL_FORMAT_NHWC}, &data);
        for (size_t i = 0; i < tensor.bytes(); ++i) {
            static_cast<unsigned char*>(data)[i] = static_cast<unsigned char>(GetParam() == ACL_BOOL ? i % 2 : fill++);
        }
        graph.outputs.push_back(graph.add_constant("c" + std::to_string(graph.outputs.size()), tensor));
    }
    graph.outputs.push_back(graph.add_input("x", {GetParam(), {1, -1}, ACL_FORMAT_NCHW}));
    graph.output_names = {"0", "1", "2", "3", "4"};
    const auto again = read(written(model));
    ASSERT_TRUE(again.ok()) << again.status().message();
    expect_equal(graph, again->graph);
}
INSTANTIATE_TEST_SUITE_P(All, OmTypes,
                         testing::Values(ACL_FLOAT, ACL_FLOAT16, ACL_BF16, ACL_DOUBLE, ACL_INT8, ACL_UINT8, ACL_INT16,
                                         ACL_UINT16, ACL_INT32, ACL_UINT32, ACL_INT64, ACL_UINT64, ACL_BOOL,
                                         ACL_COMPLEX64, ACL_COMPLEX128),
                         [](const auto& test) { return std::string(name_of(test.param)); });

TEST_F(OmRoundTrip, LargeConstantsLieAlignedInTheFileAndEqualOnesOnce) {
    OmModel model;
    Graph& graph = model.graph;
    const std::vector<float> values(1000, 1.5F);
    graph.outputs = {graph.add_constant("a", Tensor::list(std::vector<uint8_t>(65, 9))),
                     graph.add_constant("b", Tensor::list(values)),
                     graph.add_constant("c", Tensor::of({10, 100}, values)),
                     graph.add_constant("d", Tensor::list(std::vector<float>(1000, 2.5F)))};
    graph.output_names = {"a", "b", "c", "d"};
    for (int length = 0; length < 70; ++length) {  // whatever the length of the definition
        graph.name = std::string(static_cast<size_t>(length), 'n');
        ASSERT_TRUE(write_om(model, path()).ok());
        EXPECT_LT(std::filesystem::file_size(path()), 256 + 28 + 2000 + 128 + 4032 + 4032);
        const auto again = read_om_file(path());
        ASSERT_TRUE(again.ok()) << again.status().message();
        const auto data = [&](size_t i) {
            return reinterpret_cast<uintptr_t>(again->graph.value(again->graph.outputs[i]).constant->data());
        };
        for (size_t i = 0; i < 4; ++i) {
            EXPECT_EQ(data(i) % 64, 0U) << i;
        }
        EXPECT_EQ(data(0) + 128, data(1));  // no copies: where they lie in the file
        EXPECT_EQ(data(1), data(2));
        EXPECT_EQ(data(1) + 4032, data(3));
    }
}

TEST_F(OmRoundTrip, MisalignedMemoryIsCopied) {
    const OmModel model = small_model();
    const std::string bytes = written(model);
    for (size_t shift = 0; shift < 9; ++shift) {
        std::shared_ptr<void> block = aligned_block(bytes.size() + shift);
        char* data = static_cast<char*>(block.get()) + shift;
        std::memcpy(data, bytes.data(), bytes.size());
        const auto again = read_om(data, bytes.size(), block, "the model");
        ASSERT_TRUE(again.ok()) << again.status().message();
        expect_equal(model.graph, again->graph);
        const auto& large = again->graph.value(again->graph.nodes[2].inputs[0]).constant;
        EXPECT_EQ(reinterpret_cast<uintptr_t>(large->data()) % sizeof(float), 0U);
        const auto* at = static_cast<const char*>(large->data());
        EXPECT_EQ(at >= data && at < data + bytes.size(), shift % sizeof(float) == 0);
    }
}

TEST_F(OmRoundTrip, ConstantsKeepTheirMemory) {
    const std::string bytes = written(small_model());
    auto owner = std::make_shared<std::string>(bytes);
    const std::weak_ptr<std::string> watch = owner;
    auto again = read_om(owner->data(), owner->size(), owner, "the model");
    ASSERT_TRUE(again.ok());
    owner.reset();
    const auto& large = again->graph.value(again->graph.nodes[2].inputs[0]).constant;
    EXPECT_FALSE(watch.expired());
    EXPECT_EQ(large->to_floats()[99], 49);
    *again = OmModel();
    EXPECT_TRUE(watch.expired());
}

TEST_F(OmRoundTrip, StrangeNames) {
    OmModel model;
    Graph& graph = model.graph;
    const std::string name_long(5000, 'l');
    const std::string utf8 = "\xe5\x9b\xbe\xe5\x83\x8f \xf0\x9f\x98\x80";
    const ValueId x = graph.add_input("in:0:1:", {ACL_FLOAT, {2}, ACL_FORMAT_ND});
    const ValueId c = graph.add_constant("c:-1", Tensor::list<float>({1}));
    const ValueId a = add(graph, name_long, "Relu", {x});
    const ValueId b = add(graph, utf8, "Relu", {a});
    const ValueId d = add(graph, ":", "Relu", {c});
    graph.value(a).name = "tensor:of:a";
    graph.outputs = {add(graph, "_:7", "Identity", {b}), d};
    graph.output_names = {"a:0:b:c", utf8};
    graph.name = utf8 + utf8 + utf8;
    model.attrs = {{"atc_cmdline", "--model=" + utf8}};
    const std::string bytes = written(model);
    const auto again = read(bytes);
    ASSERT_TRUE(again.ok()) << again.status().message();
    expect_equal(graph, again->graph);
    // The header has room for 31 bytes; two texts of 11 bytes fit, then whole characters.
    EXPECT_EQ(std::string(bytes.c_str() + 84), utf8 + utf8 + utf8.substr(0, 7));
}

TEST_F(OmRoundTrip, CollidingNamesAreToldApart) {
    OmModel model;
    Graph& graph = model.graph;
    const TensorType type = {ACL_FLOAT, {2}, ACL_FORMAT_ND};
    const ValueId first = graph.add_input("x", type);
    const ValueId second = graph.add_input("x", type);
    const ValueId constant = graph.add_constant("x", Tensor::list<float>({1, 2}));
    const ValueId node = add(graph, "x", "Relu", {first});
    const ValueId after = add(graph, "x_2", "Relu", {second});
    const ValueId output = add(graph, "Node_Output", "Relu", {constant});
    graph.outputs = {node, after, output};
    graph.output_names = {"x:0", "x_2:0", "Node_Output:0"};
    const std::string bytes = written(model);
    const auto again = read(bytes);
    ASSERT_TRUE(again.ok()) << again.status().message();
    const Graph& other = again->graph;
    EXPECT_EQ(other.value(other.inputs[0]).name, "x");
    EXPECT_EQ(other.value(other.inputs[1]).name, "x_1");
    std::vector<std::string> names;
    for (const auto& each : other.nodes) {
        names.push_back(each.name);
    }
    EXPECT_THAT(names, ElementsAre("x_3", "x_2", "Node_Output_1"));
    EXPECT_THAT(other.nodes[0].origins, ElementsAre("x"));
    EXPECT_EQ(other.output_names, graph.output_names);
    EXPECT_EQ(other.nodes[0].inputs[0], other.inputs[0]);
    EXPECT_EQ(other.nodes[1].inputs[0], other.inputs[1]);
    EXPECT_EQ(written(*again), written(*read(written(*again))));
}

TEST_F(OmRoundTrip, OriginsOfFusedNodes) {
    OmModel model = small_model();
    model.graph.nodes[0].origins = {"conv1", "bn1", "relu"};
    model.graph.nodes[1].origins = {};
    const auto again = read(written(model));
    ASSERT_TRUE(again.ok());
    EXPECT_EQ(again->graph.nodes[0].origins, model.graph.nodes[0].origins);
    EXPECT_EQ(again->graph.nodes[1].origins, model.graph.nodes[1].origins);
    EXPECT_THAT(again->graph.nodes[2].origins, ElementsAre("of_large"));
}

TEST_F(OmRoundTrip, UnusedValuesAreLeftOut) {
    OmModel model = small_model();
    const size_t before = written(model).size();
    model.graph.add_constant("nobody", Tensor::list(std::vector<float>(5000, 1)));
    EXPECT_EQ(written(model).size(), before);
}

// A graph of nodes that read random earlier values of random types.
OmModel random_model(unsigned seed) {
    std::mt19937 random(seed);
    const auto below = [&](size_t count) { return std::uniform_int_distribution<size_t>(0, count - 1)(random); };
    constexpr aclDataType kSome[] = {ACL_FLOAT, ACL_FLOAT16, ACL_INT32, ACL_UINT8, ACL_INT64, ACL_DOUBLE};
    constexpr aclFormat kLayouts[] = {ACL_FORMAT_ND, ACL_FORMAT_NCHW, ACL_FORMAT_NHWC};
    const auto type = [&] {
        TensorType made{kSome[below(std::size(kSome))], {}, kLayouts[below(std::size(kLayouts))]};
        std::vector<int64_t> dims(below(5));
        for (int64_t& dim : dims) {
            dim = static_cast<int64_t>(below(6));
        }
        made.shape = Shape(dims);
        return made;
    };
    OmModel model;
    Graph& graph = model.graph;
    graph.name = "random" + std::to_string(seed);
    std::vector<ValueId> values;
    for (size_t i = below(4) + 1; i > 0; --i) {
        values.push_back(graph.add_input("in" + std::to_string(i), type()));
    }
    for (size_t i = below(6); i > 0; --i) {
        void* data = nullptr;
        const Tensor tensor = Tensor::zeros(type(), &data);
        std::generate_n(static_cast<char*>(data), tensor.bytes(), [&] { return static_cast<char>(random()); });
        values.push_back(graph.add_constant("const" + std::to_string(i), tensor));
    }
    for (size_t i = below(30) + 1; i > 0; --i) {
        values.push_back(add(graph, "op", below(2) == 0 ? "Relu" : "Identity", {values[below(values.size())]}));
        if (below(3) == 0) {
            graph.nodes.back().origins = {"o1", "o2:" + std::to_string(i)};
        }
        if (below(3) == 0) {
            graph.value(values.back()).name = "tensor" + std::to_string(i);
        }
    }
    // Every constant is used, so that the comparison finds them all.
    for (const ValueId id : values) {
        if (graph.value(id).constant || below(4) == 0) {
            graph.outputs.push_back(id);
            graph.output_names.push_back("out" + std::to_string(id));
        }
    }
    return model;
}

TEST_F(OmRoundTrip, RandomGraphs) {
    for (unsigned seed = 0; seed < 200; ++seed) {
        const OmModel model = random_model(seed);
        const std::string bytes = written(model);
        const auto again = read(bytes);
        ASSERT_TRUE(again.ok()) << seed << again.status().message();
        expect_equal(model.graph, again->graph);
        ASSERT_EQ(bytes, written(*again)) << seed;
        ASSERT_EQ(bytes, written(random_model(seed))) << seed;
        if (HasFailure()) {
            FAIL() << "seed " << seed;
        }
    }
}

}  // namespace
}  // namespace softacl::model
