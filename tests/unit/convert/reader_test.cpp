// SPDX-License-Identifier: Apache-2.0
// ONNX files: every way to hold elements, data in other files, and damage.
#include "convert/onnx/reader.h"

#include <gmock/gmock.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <random>

#include "convert/import_network.h"
#include "unit/convert/onnx_builder.h"

namespace softacl::convert {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;

struct Read {
    std::optional<Network> network;
    Problems problems;
    std::string complaints() const { return problems.status().message(); }
};

Read read(const std::string& bytes, const std::string& folder = "") {
    Read result;
    result.network = read_onnx(bytes.data(), bytes.size(), folder, result.problems);
    return result;
}

OnnxBuilder identity() {
    OnnxBuilder model;
    model.input("x", {2}).node("Identity", {"x"}, {"y"}).output("y");
    return model;
}

Read with_constant(const onnx::TensorProto& tensor, const std::string& folder = "") {
    OnnxBuilder model = identity();
    *model.graph()->add_initializer() = tensor;
    return read(model.bytes(), folder);
}

onnx::TensorProto tensor_proto(int type, const std::vector<int64_t>& dims) {
    OnnxBuilder model;
    return *model.constant("w", dims, type);
}

TEST(OnnxTensors, TypedFields) {
    const struct {
        int type;
        aclDataType dtype;
        void (*fill)(onnx::TensorProto&);
    } cases[] = {
        {1, ACL_FLOAT, [](auto& t) { t.add_float_data(3), t.add_float_data(1); }},
        {2, ACL_UINT8, [](auto& t) { t.add_int32_data(3), t.add_int32_data(1); }},
        {3, ACL_INT8, [](auto& t) { t.add_int32_data(3), t.add_int32_data(1); }},
        {4, ACL_UINT16, [](auto& t) { t.add_int32_data(3), t.add_int32_data(1); }},
        {5, ACL_INT16, [](auto& t) { t.add_int32_data(3), t.add_int32_data(1); }},
        {6, ACL_INT32, [](auto& t) { t.add_int32_data(3), t.add_int32_data(1); }},
        {7, ACL_INT64, [](auto& t) { t.add_int64_data(3), t.add_int64_data(1); }},
        {10, ACL_FLOAT16, [](auto& t) { t.add_int32_data(0x4200), t.add_int32_data(0x3c00); }},
        {11, ACL_DOUBLE, [](auto& t) { t.add_double_data(3), t.add_double_data(1); }},
        {12, ACL_UINT32, [](auto& t) { t.add_uint64_data(3), t.add_uint64_data(1); }},
        {13, ACL_UINT64, [](auto& t) { t.add_uint64_data(3), t.add_uint64_data(1); }},
        {16, ACL_BF16, [](auto& t) { t.add_int32_data(0x4040), t.add_int32_data(0x3f80); }},
    };
    for (const auto& test : cases) {
        onnx::TensorProto proto = tensor_proto(test.type, {2});
        test.fill(proto);
        const Read result = with_constant(proto);
        ASSERT_TRUE(result.problems.empty()) << result.complaints();
        const Tensor& tensor = result.network->constants.at("w");
        EXPECT_EQ(tensor.dtype(), test.dtype);
        EXPECT_THAT(tensor.to_floats(), ElementsAre(3, 1));

        // The same as bytes.
        onnx::TensorProto raw = tensor_proto(test.type, {2});
        raw.set_raw_data(std::string(tensor.data_as<char>(), tensor.bytes()));
        const Read again = with_constant(raw);
        ASSERT_TRUE(again.problems.empty()) << again.complaints();
        EXPECT_TRUE(again.network->constants.at("w") == tensor);
    }
}

TEST(OnnxTensors, BoolIsZeroOrOne) {
    onnx::TensorProto proto = tensor_proto(9, {3});
    proto.set_raw_data(std::string("\x00\x02\x01", 3));
    const Read raw = with_constant(proto);
    EXPECT_THAT(raw.network->constants.at("w").to_ints(), ElementsAre(0, 1, 1));
    EXPECT_EQ(raw.network->constants.at("w").data_as<char>()[1], 1);
}

TEST(OnnxTensors, ScalarsAndNothing) {
    onnx::TensorProto scalar = tensor_proto(1, {});
    scalar.add_float_data(7);
    EXPECT_THAT(with_constant(scalar).network->constants.at("w").to_floats(), ElementsAre(7));
    const Read nothing = with_constant(tensor_proto(1, {0, 4}));
    EXPECT_TRUE(nothing.problems.empty()) << nothing.complaints();
}

TEST(OnnxTensors, LargeDataKeepsItsValues) {
    onnx::TensorProto proto = tensor_proto(6, {100, 100});
    std::vector<int32_t> values(10000);
    for (size_t i = 0; i < values.size(); ++i) {
        values[i] = static_cast<int32_t>(i);
    }
    proto.set_raw_data(std::string(reinterpret_cast<const char*>(values.data()), values.size() * 4));
    const Read result = with_constant(proto);
    EXPECT_EQ(result.network->constants.at("w").to_ints(), std::vector<int64_t>(values.begin(), values.end()));
}

TEST(OnnxTensors, Complaints) {
    const struct {
        int type;
        std::vector<int64_t> dims;
        void (*fill)(onnx::TensorProto&);
        const char* part;
    } cases[] = {
        {1, {2}, [](auto& t) { t.add_float_data(1); }, "[w] has 1 elements; its type float32[2] needs 2"},
        {1, {2}, [](auto& t) { t.set_raw_data("1234567"); }, "has 7 bytes of data; its type float32[2] needs 8"},
        {8, {1}, [](auto&) {}, "elements of type [8]"},
        {17, {1}, [](auto&) {}, "elements of type [17]"},
        {0, {1}, [](auto&) {}, "elements of type [0]"},
        {1, {-1}, [](auto&) {}, "impossible shape [-1]"},
        {1, {int64_t{1} << 40, int64_t{1} << 40}, [](auto&) {}, "impossible shape"},
        {1, {int64_t{1} << 40}, [](auto&) {}, "has 0 elements"},
        {1, std::vector<int64_t>(40, 1), [](auto&) {}, "has 40 dimensions"},
        {1, {1}, [](auto& t) { t.mutable_segment(); }, "segments"},
        {1, {1}, [](auto& t) { t.set_data_location(1); }, "does not come from a folder"},
    };
    for (const auto& test : cases) {
        onnx::TensorProto proto = tensor_proto(test.type, test.dims);
        test.fill(proto);
        EXPECT_THAT(with_constant(proto).complaints(), HasSubstr(test.part));
    }
    OnnxBuilder twice = identity();
    twice.ints("w", {1}).ints("w", {1});
    EXPECT_THAT(read(twice.bytes()).complaints(), HasSubstr("Two initializers are named [w]"));
}

TEST(OnnxTensors, Sparse) {
    const auto sparse = [](const std::vector<int64_t>& indices, const std::vector<int64_t>& index_dims) {
        OnnxBuilder model = identity();
        auto* proto = model.graph()->add_sparse_initializer();
        *proto->mutable_values() = tensor_proto(1, {2});
        proto->mutable_values()->add_float_data(5);
        proto->mutable_values()->add_float_data(6);
        *proto->mutable_indices() = tensor_proto(7, index_dims);
        for (const int64_t index : indices) {
            proto->mutable_indices()->add_int64_data(index);
        }
        proto->add_dims(2);
        proto->add_dims(3);
        return read(model.bytes());
    };
    EXPECT_THAT(sparse({1, 5}, {2}).network->constants.at("w").to_floats(), ElementsAre(0, 5, 0, 0, 0, 6));
    EXPECT_THAT(sparse({0, 1, 1, 2}, {2, 2}).network->constants.at("w").to_floats(), ElementsAre(0, 5, 0, 0, 0, 6));
    EXPECT_THAT(sparse({1, 6}, {2}).complaints(), HasSubstr("outside its shape"));
    EXPECT_THAT(sparse({-1, 6}, {2}).complaints(), HasSubstr("outside its shape"));
    EXPECT_THAT(sparse({0, 3, 1, 0}, {2, 2}).complaints(), HasSubstr("outside its shape"));
    EXPECT_THAT(sparse({0}, {1}).complaints(), HasSubstr("is sparse with indices"));
}

class OnnxExternalData : public testing::Test {
   protected:
    OnnxExternalData() {
        fs::create_directories(root_ / "model");
        write(root_ / "model/w.bin", std::string("\x01\x00\x00\x00\x02\x00\x00\x00\x03\x00\x00\x00", 12));
        write(root_ / "secret.bin", std::string(12, 's'));
        fs::create_symlink("../secret.bin", root_ / "model/link.bin");
    }
    ~OnnxExternalData() override { fs::remove_all(root_); }

    static void write(const fs::path& path, const std::string& bytes) {
        std::ofstream(path, std::ios::binary) << bytes;
    }

    Read load(const std::vector<std::pair<std::string, std::string>>& entries) const {
        onnx::TensorProto proto = tensor_proto(6, {2});
        proto.set_data_location(1);
        for (const auto& [key, value] : entries) {
            auto* entry = proto.add_external_data();
            entry->set_key(key);
            entry->set_value(value);
        }
        return with_constant(proto, (root_ / "model").string());
    }

    fs::path root_ = fs::temp_directory_path() / ("softacl_external_" + std::to_string(getpid()));
};

TEST_F(OnnxExternalData, IsReadBesideTheModel) {
    EXPECT_THAT(load({{"location", "w.bin"}}).network->constants.at("w").to_ints(), ElementsAre(1, 2));
    EXPECT_THAT(load({{"location", "./w.bin"}, {"offset", "4"}, {"length", "8"}}).network->constants.at("w").to_ints(),
                ElementsAre(2, 3));
}

TEST_F(OnnxExternalData, Complaints) {
    const struct {
        std::vector<std::pair<std::string, std::string>> entries;
        const char* part;
    } cases[] = {
        {{}, "no path relative to the model"},
        {{{"location", "/etc/passwd"}}, "no path relative to the model"},
        {{{"location", "../secret.bin"}}, "outside the model's folder"},
        {{{"location", "a/../../secret.bin"}}, "outside the model's folder"},
        {{{"location", "link.bin"}}, "outside the model's folder"},
        {{{"location", "none.bin"}}, "no such file"},
        {{{"location", "."}}, "no such file"},
        {{{"location", "w.bin"}, {"offset", "13"}}, "at offset 13"},
        {{{"location", "w.bin"}, {"offset", "8"}}, "needs 8 bytes, but of [w.bin] it has 4"},
        {{{"location", "w.bin"}, {"length", "4"}}, "needs 8 bytes"},
        {{{"location", "w.bin"}, {"offset", "-1"}}, "offset [-1] is not a number"},
        {{{"location", "w.bin"}, {"length", "8x"}}, "length [8x] is not a number"},
    };
    for (const auto& test : cases) {
        EXPECT_THAT(load(test.entries).complaints(), HasSubstr(test.part));
    }
}

TEST(OnnxReader, WhatIsNotSupportedIsSaid) {
    OnnxBuilder model = identity();
    model.model.add_functions()->set_name("mine");
    model.add_attribute("t", 13);
    model.add_attribute("n", 0);
    model.attr("twice", 1).attr("twice", 2);
    model.graph()->add_input()->mutable_type();
    const std::string text = read(model.bytes()).complaints();
    EXPECT_THAT(text, HasSubstr("functions of its own, the first is [mine]"));
    EXPECT_THAT(text, HasSubstr("Attribute [t] of node '' [optype [ai.onnx::13::Identity]] is of kind [13]"));
    EXPECT_THAT(text, HasSubstr("Attribute [n] of node '' [optype [ai.onnx::13::Identity]] has no value"));
    EXPECT_THAT(text, HasSubstr("Attribute [twice]"));
    EXPECT_THAT(text, HasSubstr("only tensors are supported"));
    EXPECT_THAT(read("").complaints(), HasSubstr("The model has [0] bytes"));
    EXPECT_THAT(read("no model at all").complaints(), HasSubstr("are not an ONNX model"));
    EXPECT_THAT(read(onnx::ModelProto().SerializeAsString() + "\x08\x07").complaints(), HasSubstr("no graph"));
}

OnnxBuilder rich_model() {
    OnnxBuilder model;
    model.input("x", {1, 2, 4, 4}).floats("w", {2, 2, 1, 1}, {1, 2, 3, 4}).ints("shape", {0, -1});
    model.node("Mul", {"x", "x"}, {"a"}).node("Concat", {"a", "x"}, {"b"}, "join").attr("axis", 1);
    model.node("Shape", {"b"}, {"s"}).node("Reshape", {"b", "shape"}, {"c"}).node("Split", {"c"}, {"d", "e"});
    model.attr("axis", 1).node("Add", {"d", "e"}, {"y"}).output("y");
    return model;
}

/// Fails unless there is a graph, or a sentence with a code on each line.
void must_answer(const std::string& bytes) {
    const auto graph = onnx_to_graph(bytes.data(), bytes.size());
    if (!graph.ok()) {
        ASSERT_NE(graph.status().code(), 0);
        ASSERT_THAT(graph.status().message(), testing::MatchesRegex("(CPU-1[0-9][0-9]|E19010): .*"));
    }
}

TEST(OnnxDamage, EveryLength) {
    const std::string bytes = rich_model().bytes();
    ASSERT_TRUE(onnx_to_graph(bytes.data(), bytes.size()).ok());
    for (size_t size = 0; size < bytes.size(); ++size) {
        must_answer(bytes.substr(0, size));
    }
}

TEST(OnnxDamage, EveryByteFlipped) {
    const std::string bytes = rich_model().bytes();
    for (size_t at = 0; at < bytes.size(); ++at) {
        for (const int mask : {0x01, 0x80, 0xff}) {
            std::string damaged = bytes;
            damaged[at] = static_cast<char>(damaged[at] ^ mask);
            must_answer(damaged);
        }
    }
}

TEST(OnnxDamage, RandomBytes) {
    std::mt19937 random(7);
    const std::string good = rich_model().bytes();
    for (int round = 0; round < 2000; ++round) {
        std::string bytes = good;
        for (int i = 0; i < 8; ++i) {
            bytes[random() % bytes.size()] = static_cast<char>(random());
        }
        must_answer(bytes);
        std::string noise(random() % 200, '\0');
        for (char& byte : noise) {
            byte = static_cast<char>(random());
        }
        must_answer(noise);
    }
}

}  // namespace
}  // namespace softacl::convert
