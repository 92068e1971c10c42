// SPDX-License-Identifier: Apache-2.0
// The grammar of atc's options, as a table of cases.
#include "convert/command_line.h"

#include <gmock/gmock.h>

#include "convert/option_table.h"
#include "convert/option_values.h"

namespace softacl::convert {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

using Arguments = std::vector<std::string>;

struct Parsed {
    CommandLine line;
    Problems problems;
};

Parsed parse(const Arguments& more, bool complete = true) {
    Arguments arguments =
        complete ? Arguments{"--model=m.onnx", "--framework=5", "--output=o", "--soc_version=X"} : Arguments{};
    arguments.insert(arguments.end(), more.begin(), more.end());
    Parsed parsed;
    parsed.line = parse_command_line(arguments, parsed.problems);
    return parsed;
}

TEST(AtcOptions, WaysToWriteAnOption) {
    const Arguments cases[] = {{"--soc_version=Y"},
                               {"-soc_version=Y"},
                               {"--soc_version", "Y"},
                               {"-soc_version", "Y"},
                               {"--soc_version=A", "--soc_version", "Y"},
                               {"--soc_version=A", "-soc_version=Y"}};
    for (const Arguments& arguments : cases) {
        const Parsed parsed = parse(arguments);
        EXPECT_THAT(parsed.problems.list(), IsEmpty()) << arguments[0];
        EXPECT_EQ(parsed.line.conversion.soc_version, "Y") << arguments[0];
    }
    EXPECT_EQ(parse({"--soc=Z"}).line.conversion.soc_version, "X");
    EXPECT_TRUE(parse({"--help"}, false).line.help);
    EXPECT_TRUE(parse({"-h"}, false).line.help);
    EXPECT_TRUE(parse({"-version"}, false).line.version);
    EXPECT_EQ(parse({"--output=a=b"}).line.conversion.output, "a=b");
}

TEST(AtcOptions, ComplaintsByArguments) {
    const struct {
        Arguments arguments;
        const char* code;
        const char* part;
    } cases[] = {
        {{"--no_such=1"}, "CPU-104", "[--no_such] is not known"},
        {{"--input_shapes=a:1"}, "CPU-104", "Did you mean --input_shape?"},
        {{"---model=x"}, "CPU-104", "belongs to no option"},
        {{"stray"}, "CPU-104", "[stray] belongs to no option"},
        {{"--model"}, "CPU-103", "has no value"},
        {{"--model", "--log=null"}, "CPU-103", "has no value"},
        {{"--model="}, "CPU-103", "[--model] is missing or empty"},
        {{"--framework=7"}, "CPU-101", "Use one of: 0, 1, 3, 5."},
        {{"--framework=0"}, "CPU-103", "[--weight] is missing"},
        {{"--framework=1"}, "CPU-160", "MindSpore"},
        {{"--mode=1", "--json=a.json"}, "CPU-103", "[--om]"},
        {{"--mode=1", "--om=a.om"}, "CPU-103", "[--json]"},
        {{"--mode=5", "--om=a.txt"}, "CPU-103", "[--json]"},
        {{"--external_weight=2"}, "CPU-101", "external_weight"},
        {{"--mode=6"}, "CPU-103", "[--om]"},
        {{"--mode=2"}, "CPU-101", "[2]"},
        {{"--log=loud"}, "CPU-101", "null, debug, info, warning, error"},
        {{"--input_format=CHWN"}, "CPU-101", "NDHWC"},
        {{"--precision_mode=fast"}, "CPU-101", "[fast]"},
        {{"--precision_mode=force_fp32", "--precision_mode_v2=origin"}, "CPU-105", "exclude each other"},
        {{"--dynamic_batch_size=1,0"}, "CPU-101", "dynamic_batch_size [1,0] has [0]"},
        {{"--dynamic_image_size=1,2;3"}, "CPU-111", "gears of 2 and of 1 numbers"},
        {{"--dynamic_dims=1;2;1"}, "CPU-111", "names the gear [1] twice"},
        {{"--singleop=op.json"}, "CPU-105", "singleop [op.json] and model [m.onnx] exclude each other"},
        {{"--display_model_info=2"}, "CPU-101", "Use one of: 0, 1."},
        {{"--input_shape=1,2,3"}, "CPU-102", "does not name an input"},
        {{"--input_shape=a:1,x"}, "CPU-102", "dimension [x]"},
        {{"--input_shape=a:0"}, "CPU-102", "dimension [0]"},
        {{"--input_shape=a:1,"}, "CPU-102", "dimension []"},
        {{"--input_shape=a:99999999999999999999"}, "CPU-102", "dimension [9999"},
        {{"--input_shape=a:1;a:2"}, "CPU-102", "twice"},
        {{"--input_shape=a:-2"}, "CPU-160", "number of dimensions"},
        {{"--input_shape=a:-3,3"}, "CPU-102", "dimension [-3]"},
        {{"--input_shape=a:8~1,3"}, "CPU-102", "dimension [8~1]"},
        {{"--input_shape_range=a:[8~1,3]"}, "CPU-102", "input_shape_range [a:[8~1,3]]"},
        {{"--input_shape=a:1~8,3", "--dynamic_batch_size=1,2"}, "CPU-105", "names all values"},
        {{"--input_shape=a:1", "--input_shape_range=a:[1]"}, "CPU-105", "exclude each other"},
        {{"--out_nodes=a:0;b"}, "CPU-101", "mixes"},
        {{"--output_type=FP8"}, "CPU-101", "UINT64"},
        {{"--output_type=a:0:FP8"}, "CPU-101", "[a:0:FP8]"},
        {{"--output_type=a:FP16"}, "CPU-101", "[a:FP16]"},
    };
    for (const auto& test : cases) {
        const Parsed parsed = parse(test.arguments);
        ASSERT_EQ(parsed.problems.list().size(), 1U) << test.arguments[0] << "\n" << parsed.problems.status().message();
        EXPECT_EQ(parsed.problems.list()[0].code, test.code) << test.arguments[0];
        EXPECT_THAT(parsed.problems.list()[0].text, HasSubstr(test.part)) << test.arguments[0];
    }
}

TEST(AtcOptions, EverythingMissingIsNamed) {
    const Parsed parsed = parse({}, false);
    EXPECT_EQ(parsed.problems.list().size(), 3U) << parsed.problems.status().message();
    EXPECT_EQ(parsed.problems.warnings().size(), 1U);  // soc_version
    EXPECT_EQ(parsed.line.conversion.soc_version, "Ascend310B4");
}

TEST(AtcOptions, EveryOptionIsReadOrRefused) {
    for (const OptionDef& option : option_table()) {
        const std::string argument = std::string("--") + option.name + "=1";
        const Parsed parsed = parse({argument});
        switch (option.effect) {
            case Effect::kUsed: break;
            case Effect::kNone:
            case Effect::kDoubtful:
                EXPECT_THAT(parsed.problems.list(), IsEmpty()) << argument;
                EXPECT_THAT(parsed.line.no_effect, ElementsAre(option.name));
                break;
        }
    }
    EXPECT_THAT(parse({"--external_weight=0"}).problems.list(), IsEmpty());
}

TEST(AtcOptions, UnknownValuesOfAcceptedOptionsAreWarnings) {
    const Parsed parsed = parse({"--buffer_optimize=perhaps"});
    EXPECT_THAT(parsed.problems.list(), IsEmpty());
    ASSERT_EQ(parsed.problems.warnings().size(), 1U);
    EXPECT_THAT(parsed.problems.warnings()[0].text, HasSubstr("[perhaps]"));
}

TEST(AtcOptions, InputShape) {
    Problems problems;
    const auto shapes = parse_input_shape("input_shape", "a:1,3,224,224; scope/x:0 : 7 ;scalar:;", problems);
    EXPECT_TRUE(problems.empty()) << problems.status().message();
    ASSERT_EQ(shapes.size(), 3U);
    EXPECT_EQ(shapes[0].name, "a");
    EXPECT_EQ(shapes[0].shape, (Shape{1, 3, 224, 224}));
    EXPECT_EQ(shapes[1].name, "scope/x:0");  // names may contain ':'
    EXPECT_EQ(shapes[1].shape, (Shape{7}));
    EXPECT_EQ(shapes[2].shape, Shape());
    EXPECT_TRUE(parse_input_shape("input_shape", "", problems).empty());
    const InputShape open = parse_input_shape("input_shape_range", "a:[-1, 3,2~5, 4~-1]", problems).at(0);
    EXPECT_EQ(open.shape, (Shape{-1, 3, -1, -1}));
    EXPECT_EQ(open.ranges, (ops::IntLists{{1, -1}, {3, 3}, {2, 5}, {4, -1}}));
    EXPECT_TRUE(problems.empty()) << problems.status().message();
}

TEST(AtcOptions, OutNodesAndTypes) {
    Problems problems;
    const auto nodes = parse_out_nodes("a:0;scope/b:12", problems);
    ASSERT_EQ(nodes.size(), 2U);
    EXPECT_EQ(nodes[1].name, "scope/b");
    EXPECT_EQ(nodes[1].index, 12U);
    const auto tensors = parse_out_nodes("a;b:", problems);
    ASSERT_EQ(tensors.size(), 2U);
    EXPECT_EQ(tensors[1].name, "b:");
    EXPECT_FALSE(tensors[1].index);
    ImportOptions options;
    parse_output_type("UINT8", options, problems);
    EXPECT_EQ(options.output_type, ACL_UINT8);
    parse_output_type("x:y:3:DOUBLE;z:0:FP16", options, problems);
    ASSERT_EQ(options.output_types.size(), 2U);
    EXPECT_EQ(options.output_types[0].node, "x:y");
    EXPECT_EQ(options.output_types[0].index, 3U);
    EXPECT_EQ(options.output_types[0].type, ACL_DOUBLE);
    EXPECT_TRUE(problems.empty()) << problems.status().message();
    EXPECT_THAT(parse_names("a;b;;a"), ElementsAre("a", "b"));
}

TEST(AtcOptions, HelpNamesEveryOption) {
    const std::string help = usage();
    for (const OptionDef& option : option_table()) {
        EXPECT_THAT(help, HasSubstr(option.name));
    }
}

}  // namespace
}  // namespace softacl::convert
