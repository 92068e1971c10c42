// SPDX-License-Identifier: Apache-2.0
// Containers that are whole around definitions that are not: each is refused with a sentence that says why.
#include <functional>

#include "model/attr_code.h"
#include "model/container.h"
#include "unit/model/fixture.h"

namespace softacl::model {
namespace {

using testing::ElementsAre;

// The file with another definition and no checksum.
std::string remade(const std::string& bytes, const std::function<void(ge::ModelDef&)>& change) {
    const auto container =
        parse_container({reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size()}, true, "the original");
    EXPECT_TRUE(container.ok());
    ge::ModelDef definition;
    EXPECT_TRUE(definition.ParseFromArray(container->model_def.data, static_cast<int>(container->model_def.size)));
    change(definition);
    // A field that nobody knows makes the definition as long as it has to be.
    const std::string body = definition.SerializeAsString();
    std::string filler;
    ContainerPlan plan;
    for (size_t length = 0; length == 0 || plan.padding != 0; ++length) {
        filler = "\xfa\x3e" + std::string(1, static_cast<char>(length)) + std::string(length, ' ');
        plan = plan_container({"changed", body.size() + filler.size(), container->weights.size, false});
    }
    plan.head[81] = 0;
    return plan.head + body + filler +
           std::string(reinterpret_cast<const char*>(container->weights.data), container->weights.size);
}

ge::OpDef& op_named(ge::ModelDef& definition, const std::string& name) {
    for (auto& op : *definition.mutable_graph(0)->mutable_op()) {
        if (op.name() == name) {
            return op;
        }
    }
    ADD_FAILURE() << "no operator " << name;
    return *definition.mutable_graph(0)->add_op();
}

ge::AttrDef& attr_named(google::protobuf::RepeatedPtrField<ge::AttrEntry>& map, const std::string& name) {
    for (auto& entry : map) {
        if (entry.key() == name) {
            return *entry.mutable_value();
        }
    }
    return *add_entry(&map, name);
}

struct Senseless {
    const char* name;
    std::function<void(ge::ModelDef&)> change;
    int code;
    const char* sentence;
};
void PrintTo(const Senseless& senseless, std::ostream* out) { *out << senseless.name; }

class OmSenseless : public OmTest, public testing::WithParamInterface<Senseless> {};
TEST_P(OmSenseless, IsRefused) {
    expect_refused(read(remade(written(rich_model()), GetParam().change)), GetParam().code, GetParam().sentence);
}

using M = ge::ModelDef;
ge::TensorDescriptor& desc(M& m, const char* op) { return *op_named(m, op).mutable_output_desc(0); }
ge::TensorDef& constant(M& m, const char* op) {
    return *attr_named(*op_named(m, op).mutable_attr(), "value").mutable_t();
}

class OmSenselessBodies : public OmSenseless {};
TEST_P(OmSenselessBodies, AreRefused) {
    expect_refused(read(remade(written(nested_model()), GetParam().change)), GetParam().code, GetParam().sentence);
}

ge::OpDef& choice(M& m) { return op_named(m, "choice"); }
const Senseless kSenselessBodies[] = {
    {"UnknownGraph", [](M& m) { choice(m).set_subgraph_name(0, "nowhere"); }, 100013,
     "node 'choice' (If): it runs the graph 'nowhere', which there is not"},
    {"SameGraphTwice", [](M& m) { choice(m).set_subgraph_name(1, choice(m).subgraph_name(0)); }, 100013,
     "or another node runs it"},
    {"ItsOwnGraph", [](M& m) { choice(m).set_subgraph_name(0, m.graph(0).name()); }, 100013, "which there is not"},
    {"NoGraphs", [](M& m) { choice(m).clear_subgraph_name(); }, 100013, "it runs 2 graphs"},
    {"OneGraph", [](M& m) { choice(m).mutable_subgraph_name()->RemoveLast(); }, 100013, "there are 1"},
    {"UnknownOperatorInside", [](M& m) { m.mutable_graph(1)->mutable_op(3)->set_type("Blah"); }, 545005,
     "no operator named Blah"},
    {"InputsInAnotherOrder",
     [](M& m) {
         for (int i = 0; i < 2; ++i) {
             m.mutable_graph(1)->mutable_op(i)->mutable_attr(0)->mutable_value()->set_i(1 - i);
         }
     },
     100013, "takes float32[20] as input 0; it is given bool[]"},
    {"NoOutputInside", [](M& m) { m.mutable_graph(1)->mutable_op()->RemoveLast(); }, 100013, "0 operators NetOutput"}};
INSTANTIATE_TEST_SUITE_P(Definitions, OmSenselessBodies, testing::ValuesIn(kSenselessBodies),
                         [](const auto& param) { return param.param.name; });

const Senseless kSenseless[] = {
    {"NoGraph", [](M& m) { m.clear_graph(); }, 100013, "the model definition has no graph"},
    {"TwoGraphs", [](M& m) { *m.add_graph() = m.graph(0); }, 200006, "it has 2 graphs"},
    {"UnknownOperators",
     [](M& m) {
         op_named(m, "slice").set_type("Blah");
         op_named(m, "turn").set_type("Blub");
         op_named(m, "pad").set_type("Blah");
     },
     545005, "this version has no operator named Blah (node 'slice'), Blub (node 'turn')"},
    {"SameNameTwice", [](M& m) { op_named(m, "turn").set_name("pad"); }, 100013, "two operators are named 'pad'"},
    {"NoName", [](M& m) { op_named(m, "turn").clear_name(); }, 100013, "or one has no name"},
    {"NoOutput", [](M& m) { m.mutable_graph(0)->mutable_op()->RemoveLast(); }, 100013, "0 operators NetOutput"},
    {"TwoOutputs",
     [](M& m) {
         auto* op = m.mutable_graph(0)->add_op();
         *op = op_named(m, "Node_Output");
         op->set_name("another");
     },
     100013, "2 operators NetOutput"},
    {"InputWithoutIndex", [](M& m) { op_named(m, "x").clear_attr(); }, 100013, "node 'x' (Data): it is input -1 of 1"},
    {"InputIndexOutside", [](M& m) { op_named(m, "x").mutable_attr(0)->mutable_value()->set_i(1); }, 100013,
     "it is input 1 of 1"},
    {"InputTwice",
     [](M& m) {
         auto* op = m.mutable_graph(0)->add_op();
         *op = op_named(m, "x");
         op->set_name("y");
     },
     100013, "node 'y' (Data): it is input 0 of 2"},
    {"InputWithoutType", [](M& m) { op_named(m, "x").clear_output_desc(); }, 100013, "with 0 outputs"},
    {"InputOfUnknownType", [](M& m) { desc(m, "x").set_dtype(ge::DT_QINT8); }, 100013, "the element type 18"},
    {"InputOfUnknownLayout", [](M& m) { desc(m, "x").set_layout("NCWH"); }, 100013, "the layout \"NCWH\""},
    {"InputWithoutShape", [](M& m) { desc(m, "x").clear_shape(); }, 100013, "node 'x' (Data): there is no shape"},
    {"InputOfUnknownRank", [](M& m) { desc(m, "x").mutable_shape()->set_dim(0, -2); }, 100013, "dimensions below -1"},
    {"InputTooLarge", [](M& m) { desc(m, "x").mutable_shape()->set_dim(0, int64_t{1} << 62); }, 100013, "is too large"},
    {"InputOfManyDimensions",
     [](M& m) {
         for (int i = 0; i < 40; ++i) {
             desc(m, "x").mutable_shape()->add_dim(1);
         }
     },
     100013, "is too large"},
    {"RangeOfOtherRank",
     [](M& m) { attr_named(*desc(m, "x").mutable_attr(), "shape_range").mutable_list_list_int()->add_list_list_i(); },
     100013, "its shape_range is not one pair"},
    {"RangeOfOtherKind", [](M& m) { attr_named(*desc(m, "x").mutable_attr(), "shape_range").set_i(3); }, 100013,
     "its shape_range is not one pair"},
    {"ConstantWithoutValue", [](M& m) { op_named(m, "steps").clear_attr(); }, 100013, "it has no tensor named value"},
    {"ConstantOfOtherKind", [](M& m) { attr_named(*op_named(m, "steps").mutable_attr(), "value").set_i(1); }, 100013,
     "it has no tensor named value"},
    {"ConstantTooShort", [](M& m) { constant(m, "steps").set_data("1234567"); }, 100013,
     "a constant int64[2] takes 16 bytes, the file has 7"},
    {"ConstantOfUnknownSize", [](M& m) { constant(m, "steps").mutable_desc()->mutable_shape()->set_dim(0, -1); },
     100013, "a constant of type int64[-1] has no size"},
    {"ConstantOfText", [](M& m) { constant(m, "steps").mutable_desc()->set_dtype(ge::DT_STRING); }, 100013,
     "a constant of type string[2] has no size"},
    {"ConstantOutside", [](M& m) { constant(m, "node of a constant").mutable_desc()->set_data_offset(64); }, 100013,
     "a constant lies at 64 with 120 bytes, outside the 128 bytes"},
    {"ConstantFarOutside", [](M& m) { constant(m, "node of a constant").mutable_desc()->set_data_offset(INT64_MAX); },
     100013, "outside the 128 bytes"},
    {"ConstantBefore", [](M& m) { constant(m, "node of a constant").mutable_desc()->set_data_offset(-1); }, 100013,
     "a constant lies at -1"},
    {"ConstantOfNegativeSize", [](M& m) { constant(m, "node of a constant").mutable_desc()->set_weight_size(-120); },
     100013, "with -120 bytes"},
    {"ConstantOfOtherSize", [](M& m) { constant(m, "node of a constant").mutable_desc()->set_weight_size(64); }, 100013,
     "takes 120 bytes, the file has 64"},
    {"ReadsNobody", [](M& m) { op_named(m, "turn").set_input(0, "nobody:0"); }, 100013,
     "node 'turn' (TransposeD): it reads 'nobody:0', which no operator before it makes"},
    {"ReadsItself", [](M& m) { op_named(m, "turn").set_input(0, "turn:0"); }, 100013, "it reads 'turn:0'"},
    {"ReadsALaterOne", [](M& m) { op_named(m, "turn").set_input(0, "pad:0"); }, 100013, "it reads 'pad:0'"},
    {"ReadsOutputOutside", [](M& m) { op_named(m, "turn").set_input(0, "concat:1"); }, 100013, "reads 'concat:1'"},
    {"ReadsWithoutIndex", [](M& m) { op_named(m, "turn").set_input(0, "concat"); }, 100013, "it reads 'concat'"},
    {"ReadsWithOddIndex", [](M& m) { op_named(m, "turn").set_input(0, "concat:0x"); }, 100013, "it reads 'concat:0x'"},
    {"ReadsHugeIndex", [](M& m) { op_named(m, "turn").set_input(0, "concat:99999999999999999999"); }, 100013,
     "it reads 'concat:9999"},
    {"RequiredInputAbsent", [](M& m) { op_named(m, "turn").set_input(0, ""); }, 100013,
     "node 'turn' (TransposeD): the input x is missing"},
    {"OneOfManyInputsAbsent", [](M& m) { op_named(m, "concat").set_input(1, ""); }, 100013,
     "node 'concat' (ConcatD): the input x is missing"},
    {"AllOfManyInputsAbsent", [](M& m) { op_named(m, "concat").clear_input(); }, 100013,
     "node 'concat' (ConcatD): the input x is missing"},
    {"TooManyInputs", [](M& m) { op_named(m, "turn").add_input("concat:0"); }, 100013, "input 1 is one too many"},
    {"NoOutputs", [](M& m) { op_named(m, "turn").clear_output_desc(); }, 100013, "it has 0 outputs"},
    {"TooManyOutputs", [](M& m) { *op_named(m, "turn").add_output_desc() = desc(m, "turn"); }, 100013,
     "it has 2 outputs; the operator has 1"},
    {"OutputMissing", [](M& m) { op_named(m, "split").mutable_output_desc()->RemoveLast(); }, 100013,
     "node 'split' (SplitV): the attribute num_split is 3, but there are 2 outputs"},
    {"OtherShape", [](M& m) { desc(m, "turn").mutable_shape()->set_dim(0, 3); }, 100013,
     "node 'turn' (TransposeD): output 0 is stored as float32[3,21] ND, but its inputs make it float32[2,21] ND"},
    {"OtherType", [](M& m) { desc(m, "turn").set_dtype(ge::DT_INT32); }, 100013, "is stored as int32[2,21]"},
    {"OtherLayout", [](M& m) { desc(m, "turn").set_layout("NCHW"); }, 100013, "is stored as float32[2,21] NCHW"},
    {"AttributeMissing", [](M& m) { op_named(m, "turn").clear_attr(); }, 100013,
     "the attribute perm (ListInt) is missing"},
    {"AttributeUnknown", [](M& m) { attr_named(*op_named(m, "turn").mutable_attr(), "speed").set_i(1); }, 100013,
     "there is no attribute speed"},
    {"AttributeOfOtherKind", [](M& m) { attr_named(*op_named(m, "turn").mutable_attr(), "perm").set_i(1); }, 100013,
     "the attribute perm is a Int; expected ListInt"},
    {"AttributeOfUnknownKind", [](M& m) { attr_named(*op_named(m, "turn").mutable_attr(), "perm").mutable_func(); },
     100013, "attribute perm: a value of kind 10 is not known here"},
    {"AttributeOfNoKind", [](M& m) { attr_named(*op_named(m, "turn").mutable_attr(), "perm").Clear(); }, 100013,
     "attribute perm: a value of kind 0"},
    {"ListOfUnknownKind",
     [](M& m) {
         attr_named(*op_named(m, "turn").mutable_attr(), "perm").mutable_list()->set_val_type(ge::ListValue::GRAPH);
     },
     100013, "attribute perm: a list of kind 8"},
    {"AttributeSenseless",
     [](M& m) { attr_named(*op_named(m, "turn").mutable_attr(), "perm").mutable_list()->set_i(0, 7); }, 100013,
     "node 'turn' (TransposeD): "},
    {"OriginsOfOtherKind",
     [](M& m) { attr_named(*op_named(m, "turn").mutable_attr(), "_datadump_original_op_names").set_i(7); }, 100013,
     "is not a list of texts"},
    {"OutputAbsent", [](M& m) { op_named(m, "Node_Output").set_input(0, ""); }, 100013,
     "an output of the model is absent"},
    {"OutputReadsNobody", [](M& m) { op_named(m, "Node_Output").set_input(0, "a:0"); }, 100013, "it reads 'a:0'"},
    {"OutputNames",
     [](M& m) { attr_named(*m.mutable_attr(), "attr_model_out_nodes_name").mutable_list()->add_s("third"); }, 100013,
     "the model has 2 outputs and 3 names"},
    {"OutputNamesOfOtherKind", [](M& m) { attr_named(*m.mutable_attr(), "attr_model_out_nodes_name").set_i(2); },
     100013, "is not a list of texts"},
};
INSTANTIATE_TEST_SUITE_P(All, OmSenseless, testing::ValuesIn(kSenseless),
                         [](const auto& test) { return std::string(test.param.name); });

class OmOther : public OmTest {};

TEST_F(OmOther, UnchangedDefinitionIsRead) {
    const auto result = read(remade(written(rich_model()), [](M&) {}));
    ASSERT_TRUE(result.ok()) << result.status().message();
}

TEST_F(OmOther, OutputsWithoutNamesGetThem) {
    const auto result = read(remade(written(rich_model()), [](M& m) { m.clear_attr(); }));
    ASSERT_TRUE(result.ok()) << result.status().message();
    EXPECT_THAT(result->graph.output_names, ElementsAre("output_0_pad_0", "output_1_split_1"));
}

TEST_F(OmOther, PrivateAttributesArePassedOver) {
    const auto result = read(remade(written(rich_model()), [](M& m) {
        attr_named(*op_named(m, "turn").mutable_attr(), "_of_a_tool").mutable_func();
    }));
    EXPECT_TRUE(result.ok()) << result.status().message();
}

// What a later minor version may add: attributes of operators, and of the model in kinds that are not known.
TEST_F(OmOther, NewerMinorVersionIsRead) {
    std::string bytes = remade(written(rich_model()), [](M& m) {
        attr_named(*op_named(m, "turn").mutable_attr(), "speed").set_i(1);
        attr_named(*m.mutable_attr(), "future").mutable_func()->set_name("f");
    });
    bytes[130] = 1;
    const auto result = read(bytes);
    ASSERT_TRUE(result.ok()) << result.status().message();
    EXPECT_FALSE(result->graph.nodes.back().attrs.has("speed"));
    ASSERT_EQ(result->other_attrs.count("future"), 1U);
    const auto copy = read(written(*result));
    ASSERT_TRUE(copy.ok());
    EXPECT_EQ(copy->other_attrs, result->other_attrs);
    ge::AttrDef future;
    ASSERT_TRUE(future.ParseFromString(copy->other_attrs.at("future")));
    EXPECT_EQ(future.func().name(), "f");
}

// Fields of other tools that this reader has no name for.
TEST_F(OmOther, UnknownFieldsArePassedOver) {
    const auto result = read(remade(written(rich_model()), [](M& m) {
        const std::string field("\xfa\x3e\x03xyz", 6);  // field 1007, three bytes
        EXPECT_TRUE(m.MergeFromString(field));
        EXPECT_TRUE(op_named(m, "turn").MergeFromString(field));
        EXPECT_TRUE(desc(m, "turn").MergeFromString(field));
    }));
    EXPECT_TRUE(result.ok()) << result.status().message();
}

TEST_F(OmOther, MergedOffsetReplacesTheOffset) {
    const auto result = read(remade(written(rich_model()), [](M& m) {
        auto* d = constant(m, "node of a constant").mutable_desc();
        d->set_data_offset(12345);
        attr_named(*d->mutable_attr(), "merged_offset").set_i(0);
    }));
    EXPECT_TRUE(result.ok()) << result.status().message();
}

TEST_F(OmOther, DeepNestingIsRefused) {
    const auto result = read(remade(written(small_model()), [](M& m) {
        ge::GraphDef nested;
        for (int i = 0; i < 100; ++i) {
            ge::GraphDef outer;
            add_entry(outer.mutable_attr(), "g")->mutable_g()->Swap(&nested);
            nested.Swap(&outer);
        }
        add_entry(m.mutable_attr(), "g")->mutable_g()->Swap(&nested);
    }));
    expect_refused(result, ACL_ERROR_GE_EXEC_LOAD_MODEL_PARTITION_FAILED, "is not readable");
}

// A file whose producer is not us, as the environment allows to try it.
class OmForeign : public OmTest {
   protected:
    OmForeign() { ::setenv("SOFTACL_FOREIGN_OM", "1", 1); }
    ~OmForeign() override { ::unsetenv("SOFTACL_FOREIGN_OM"); }

    std::string foreign(const std::function<void(ge::ModelDef&)>& change) const {
        std::string bytes = remade(written(rich_model()), change);
        return bytes.replace(120, 32, std::string(32, '\0'));
    }
};

TEST_F(OmForeign, OrderTypesAndUnknownAttributesDoNotMatter) {
    const auto result = read(foreign([](M& m) {
        auto* all = m.mutable_graph(0)->mutable_op();
        std::reverse(all->pointer_begin(), all->pointer_end());
        desc(m, "turn").set_layout("NC1HWC0");
        attr_named(*op_named(m, "turn").mutable_attr(), "tvm_origin_input_num").set_i(1);
        op_named(m, "pad").add_input("slice:-1");  // a control edge
    }));
    ASSERT_TRUE(result.ok()) << result.status().message();
    std::vector<std::string> names;
    for (const auto& node : result->graph.nodes) {
        names.push_back(node.name);
    }
    EXPECT_THAT(names, ElementsAre("slice", "split", "concat", "turn", "pad"));
    const auto ours = read(written(rich_model()));
    expect_equal_lists(ours->graph, ours->graph.outputs, result->graph, result->graph.outputs);
}

TEST_F(OmForeign, OperatorsThatAreNotKnownAreNamed) {
    expect_refused(read(foreign([](M& m) { op_named(m, "turn").set_type("FusionOp"); })),
                   ACL_ERROR_GE_EXEC_LOAD_KERNEL_PARTITION_FAILED, "no operator named FusionOp (node 'turn')");
}

TEST_F(OmForeign, LayoutsOfTheHardwareAreRefused) {
    expect_refused(
        read(foreign([](M& m) { constant(m, "node of a constant").mutable_desc()->set_layout("FRACTAL_Z"); })),
        ACL_ERROR_PARSE_MODEL, "node 'node of a constant' (Const): its elements lie in the layout FRACTAL_Z");
}

TEST_F(OmForeign, CirclesAreRefused) {
    expect_refused(read(foreign([](M& m) { op_named(m, "slice").set_input(0, "pad:0"); })), ACL_ERROR_PARSE_MODEL,
                   "node 'slice' (StridedSliceV2): it reads 'pad:0', which no operator before it makes");
}

TEST_F(OmForeign, TheEnvironmentDecides) {
    ::unsetenv("SOFTACL_FOREIGN_OM");
    expect_refused(read(foreign([](M&) {})), ACL_ERROR_GE_EXEC_LOAD_KERNEL_PARTITION_FAILED,
                   "it holds kernels for real hardware");
}

}  // namespace
}  // namespace softacl::model
