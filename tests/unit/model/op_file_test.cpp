// SPDX-License-Identifier: Apache-2.0
// Descriptions of single operators: what is read, what is written, and names of files.
#include "model/op_file.h"

#include <gmock/gmock.h>

#include <limits>
#include <random>

#include "acl/acl_base.h"

namespace softacl::model {
namespace {

using graph::DimRange;
using graph::TensorRequest;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

OpDescription read_one(const std::string& json) {
    std::vector<std::string> problems;
    auto ops = read_ops(json, problems);
    EXPECT_TRUE(ops.ok()) << ops.status().message();
    EXPECT_THAT(problems, IsEmpty());
    return ops.ok() && ops->size() == 1 ? std::move(ops->front()) : OpDescription();
}

std::string tensor(const std::string& shape, const std::string& type, const std::string& more = "") {
    return R"({"format": "ND", "shape": )" + shape + R"(, "type": ")" + type + "\"" + more + "}";
}

TensorRequest input(const std::string& json) {
    const OpDescription op = read_one(R"({"op": "X", "input_desc": [)" + json + "]}");
    EXPECT_EQ(op.request.inputs.size(), 1U);
    return op.request.inputs.empty() ? TensorRequest() : op.request.inputs.front();
}

ops::Attr attr(const std::string& type, const std::string& value) {
    const OpDescription op =
        read_one(R"({"op": "X", "attr": [{"name": "a", "type": ")" + type + R"(", "value": )" + value + "}]}");
    const ops::Attr* found = op.request.attrs.find("a");
    EXPECT_NE(found, nullptr);
    return found == nullptr ? ops::Attr() : *found;
}

TEST(OpFile, NamesOfTypes) {
    const std::pair<const char*, aclDataType> words[] = {
        {"float", ACL_FLOAT},   {"float32", ACL_FLOAT},      {"fp32", ACL_FLOAT},     {"float16", ACL_FLOAT16},
        {"half", ACL_FLOAT16},  {"fp16", ACL_FLOAT16},       {"double", ACL_DOUBLE},  {"float64", ACL_DOUBLE},
        {"int8", ACL_INT8},     {"uint8", ACL_UINT8},        {"int16", ACL_INT16},    {"uint16", ACL_UINT16},
        {"int32", ACL_INT32},   {"uint32", ACL_UINT32},      {"int64", ACL_INT64},    {"uint64", ACL_UINT64},
        {"bool", ACL_BOOL},     {"bfloat16", ACL_BF16},      {"DT_FLOAT", ACL_FLOAT}, {"INT32", ACL_INT32},
        {"string", ACL_STRING}, {"complex64", ACL_COMPLEX64}};
    for (const auto& [word, type] : words) {
        EXPECT_EQ(input(tensor("[1]", word)).dtype, type) << word;
        EXPECT_EQ(attr("data_type", std::string("\"") + word + "\""), ops::Attr(type)) << word;
    }
    EXPECT_EQ(input(R"({"format": ["NHWC"], "shape": [1], "type": ["half"]})").format, ACL_FORMAT_NHWC);
    EXPECT_EQ(attr("data_type", "3"), ops::Attr(ACL_INT32));
}

TEST(OpFile, ShapesAndRanges) {
    EXPECT_EQ(input(tensor("[]", "float")).shape, Shape());
    EXPECT_EQ(input(tensor("[-2]", "float")).shape, std::nullopt);
    const TensorRequest open = input(tensor("[-1, 3, -1]", "float", R"(, "shape_range": [[0, 4], [3, -1], [2, -1]])"));
    EXPECT_EQ(open.shape, (Shape{-1, 3, -1}));
    EXPECT_THAT(open.ranges, ElementsAre(DimRange{0, 4}, DimRange{3, 3}, DimRange{2, -1}));
    EXPECT_EQ(input(tensor("[-1, 3, -1]", "float", R"(, "shape_range": [[0, 4], [2, -1]])")).ranges, open.ranges);
    EXPECT_THAT(input(tensor("[3]", "float", R"(, "shape_range": [[3, 3]])")).ranges, IsEmpty());
    EXPECT_THAT(input(tensor("[-1]", "float")).ranges, IsEmpty());
}

TEST(OpFile, KindsOfAttributes) {
    EXPECT_EQ(attr("bool", "true"), ops::Attr(true));
    EXPECT_EQ(attr("bool", "0"), ops::Attr(false));
    EXPECT_EQ(attr("int", "-9223372036854775808"), ops::Attr(std::numeric_limits<int64_t>::min()));
    EXPECT_EQ(attr("float", "1"), ops::Attr(1.0F));
    EXPECT_EQ(attr("string", R"("\u00e4 \"")"), ops::Attr(std::string("\xc3\xa4 \"")));
    EXPECT_EQ(attr("list_bool", "[true, 0]"), ops::Attr(ops::Bools{true, false}));
    EXPECT_EQ(attr("list_int", "[]"), ops::Attr(ops::Ints{}));
    EXPECT_EQ(attr("list_float", "[0.5, 2]"), ops::Attr(ops::Floats{0.5F, 2}));
    EXPECT_EQ(attr("list_string", R"(["a", ""])"), ops::Attr(ops::Strings{"a", ""}));
    EXPECT_EQ(attr("list_data_type", R"(["float", 3])"), ops::Attr(ops::Ints{ACL_FLOAT, ACL_INT32}));
    EXPECT_EQ(attr("list_list_int", "[[1, 2], []]"), ops::Attr(ops::IntLists{{1, 2}, {}}));
}

TEST(OpFile, ConstantsOfAllTypes) {
    for (const char* type : {"float", "half", "bf16", "double", "int8", "uint8", "int16", "uint16", "int32", "uint32",
                             "int64", "uint64", "bool"}) {
        const TensorRequest given = input(tensor("[2, 1]", type, R"(, "is_const": true, "const_value": [1, 0])"));
        ASSERT_TRUE(given.constant) << type;
        EXPECT_THAT(given.constant->to_floats(), ElementsAre(1, 0)) << type;
    }
    const TensorRequest large =
        input(tensor("[2]", "uint64", R"(, "is_const": true, "const_value": [18446744073709551615, 0])"));
    EXPECT_EQ(large.constant->data_as<uint64_t>()[0], std::numeric_limits<uint64_t>::max());
}

TEST(OpFile, WhatDoesNotFitItsType) {
    const std::pair<const char*, const char*> cases[] = {
        {"int8", "128"}, {"int8", "-129"},   {"uint8", "-1"},   {"uint64", "-1"},  {"int64", "9223372036854775808"},
        {"bool", "2"},   {"int32", "0.5"},   {"half", "65520"}, {"float", "1e39"}, {"bf16", "3.4e38"},
        {"int32", "[]"}, {"float", "\"1\""}, {"float", "true"}};
    for (const auto& [type, value] : cases) {
        std::vector<std::string> problems;
        const std::string json =
            R"({"op": "X", "input_desc": [)" +
            tensor("[1]", type, std::string(R"(, "is_const": true, "const_value": [)") + value + "]") + "]}";
        ASSERT_TRUE(read_ops(json, problems).ok());
        ASSERT_EQ(problems.size(), 1U) << type << " " << value;
        EXPECT_THAT(problems[0], HasSubstr("input_desc[0].const_value[0] is ")) << type;
    }
}

TEST(OpFile, ManyProblemsAreEnough) {
    std::string list = "[";
    for (int i = 0; i < 1000; ++i) {
        list += "3, ";
    }
    std::vector<std::string> problems;
    ASSERT_TRUE(read_ops(list + "3]", problems).ok());
    EXPECT_EQ(problems.size(), 100U);
    EXPECT_EQ(problems[99], "[99] is 3; expected an object");
}

class Random {
   public:
    explicit Random(uint32_t seed) : engine_(seed) {}
    int64_t number(int64_t low, int64_t high) { return std::uniform_int_distribution<int64_t>(low, high)(engine_); }

    TensorRequest tensor() {
        constexpr aclDataType kTypes[] = {ACL_FLOAT,  ACL_FLOAT16, ACL_INT32, ACL_BOOL,
                                          ACL_DOUBLE, ACL_UINT64,  ACL_BF16};
        constexpr aclFormat kFormats[] = {ACL_FORMAT_ND, ACL_FORMAT_NCHW, ACL_FORMAT_NC1HWC0, ACL_FORMAT_FRACTAL_NZ};
        TensorRequest tensor;
        if (number(0, 5) == 0) {
            return tensor;
        }
        tensor.dtype = kTypes[number(0, 6)];
        tensor.format = kFormats[number(0, 3)];
        tensor.name = number(0, 1) == 0 ? "" : "\xc3\xa4\n\"";
        std::vector<int64_t> dims;
        for (int64_t rank = number(0, 4); rank > 0; --rank) {
            dims.push_back(number(-1, 4));
        }
        tensor.shape = Shape(dims);
        if (!tensor.shape->is_known() && number(0, 1) == 0) {
            for (const int64_t dim : dims) {
                tensor.ranges.push_back(dim < 0 ? DimRange{number(0, 3), number(0, 1) == 0 ? -1 : number(3, 9)}
                                                : DimRange{dim, dim});
            }
        } else if (tensor.shape->is_known() && number(0, 1) == 0) {
            void* data = nullptr;
            tensor.constant = Tensor::zeros({tensor.dtype, *tensor.shape, ACL_FORMAT_ND}, &data);
            visit_dtype(tensor.dtype, [&](auto tag) {
                using T = typename decltype(tag)::Type;
                for (int64_t i = 0; i < tensor.constant->elements(); ++i) {
                    static_cast<T*>(data)[i] = T(static_cast<float>(number(0, 1000)) / 7);
                }
            });
        }
        return tensor;
    }

   private:
    std::mt19937 engine_;
};

bool is_same(const TensorRequest& a, const TensorRequest& b) {
    return a.dtype == b.dtype && a.format == b.format && a.shape == b.shape && a.ranges == b.ranges &&
           a.name == b.name && a.constant == b.constant;
}

TEST(OpFile, WhatIsWrittenIsReadAgain) {
    for (uint32_t seed = 0; seed < 500; ++seed) {
        Random random(seed);
        OpDescription op;
        op.request.type = "Some";
        op.name = seed % 2 == 0 ? "" : "a name";
        for (int64_t i = random.number(0, 3); i > 0; --i) {
            op.request.inputs.push_back(random.tensor());
            op.request.outputs.push_back(random.tensor());
            op.request.outputs.back().constant.reset();
        }
        op.request.attrs = {
            {"b", true},
            {"f", static_cast<float>(random.number(-1000, 1000)) / 7},
            {"i", random.number(std::numeric_limits<int64_t>::min(), std::numeric_limits<int64_t>::max())},
            {"l", ops::IntLists{{}, {random.number(0, 9)}}},
            {"s", std::string("\xe2\x82\xac\t\\")},
            {"t", ACL_FLOAT16}};
        const std::string text = write_op(op);
        const OpDescription again = read_one(text);
        EXPECT_EQ(again.name, op.name);
        EXPECT_EQ(again.request.type, op.request.type);
        EXPECT_TRUE(again.request.attrs == op.request.attrs) << text;
        ASSERT_EQ(again.request.inputs.size(), op.request.inputs.size());
        ASSERT_EQ(again.request.outputs.size(), op.request.outputs.size());
        for (size_t i = 0; i < op.request.inputs.size(); ++i) {
            EXPECT_TRUE(is_same(again.request.inputs[i], op.request.inputs[i])) << text;
            EXPECT_TRUE(is_same(again.request.outputs[i], op.request.outputs[i])) << text;
        }
    }
}

TEST(OpFile, NamesOfFiles) {
    OpDescription op =
        read_one("{\"op\": \"Add\", \"input_desc\": [" + tensor("[8, 16]", "int32") + ", " + tensor("[]", "half") +
                 ", " + tensor("[-1]", "float") + "], \"output_desc\": [" + tensor("[-2]", "bool") + "]}");
    EXPECT_EQ(op_file_name(op.request, 7), "7_Add_3_2_8_16_1_2_0_2_-1_12_2_-2");
    op.request.inputs.resize(60, op.request.inputs[0]);
    const std::string first = op_file_name(op.request, 0);
    op.request.inputs.back().dtype = ACL_FLOAT;
    const std::string second = op_file_name(op.request, 0);
    EXPECT_EQ(first.size(), 200U);
    EXPECT_EQ(second.size(), 200U);
    EXPECT_NE(first, second);
    EXPECT_EQ(first.substr(0, 184), second.substr(0, 184));
}

}  // namespace
}  // namespace softacl::model
