// SPDX-License-Identifier: Apache-2.0
// The bytes of a file, at the offsets that other readers look at.
#include "model/container.h"

#include <sys/stat.h>

#include "model/attr_code.h"
#include "model/checksum.h"
#include "model/utf8.h"
#include "unit/model/fixture.h"

namespace softacl::model {
namespace {

uint64_t number(const std::string& bytes, size_t at, size_t width) {
    uint64_t value = 0;
    for (size_t i = width; i > 0; --i) {
        value = value << 8 | static_cast<unsigned char>(bytes.at(at + i - 1));
    }
    return value;
}

std::string hex(const Digest& digest) {
    std::string text;
    for (const uint8_t byte : digest) {
        constexpr char kDigits[] = "0123456789abcdef";
        text += {kDigits[byte >> 4], kDigits[byte & 15]};
    }
    return text;
}

class OmContainer : public OmTest {};

TEST_F(OmContainer, Header) {
    const std::string bytes = written(small_model());
    EXPECT_EQ(bytes.substr(0, 4), "IMOD");
    EXPECT_EQ(number(bytes, 4, 4), 256U);
    EXPECT_EQ(number(bytes, 8, 4), 0x20000000U);
    EXPECT_EQ(number(bytes, 76, 4), bytes.size() - 256);
    EXPECT_EQ(number(bytes, 80, 4), 0x00000100U);
    EXPECT_EQ(bytes.substr(84, 6), std::string("small\0", 6));
    EXPECT_EQ(number(bytes, 116, 4), 0U);
    EXPECT_EQ(bytes.substr(120, 8), std::string("SOFTACL\0", 8));
    EXPECT_EQ(number(bytes, 128, 8), 1U);
    EXPECT_EQ(number(bytes, 152, 4), 1U);
    EXPECT_EQ(number(bytes, 156, 4), 1U);
    EXPECT_EQ(number(bytes, 184, 8), bytes.size() - 256);
    EXPECT_EQ(bytes[193], 0);
    EXPECT_EQ(bytes.substr(194, 62), std::string(62, '\0'));
    // The table: two partitions without gaps.
    EXPECT_EQ(number(bytes, 256, 4), 2U);
    EXPECT_EQ(number(bytes, 260, 8), 0U);
    const uint64_t definition = number(bytes, 268, 4);
    EXPECT_EQ(number(bytes, 272, 4), 1U);
    EXPECT_EQ(number(bytes, 276, 4), definition);
    EXPECT_EQ(number(bytes, 280, 4), 448U);  // 400 bytes, in units of 64
    EXPECT_EQ(284 + definition + 448, bytes.size());
    EXPECT_EQ((284 + definition) % 64, 0U);
}

TEST_F(OmContainer, ChecksumIsThatOfTheFileWithoutIt) {
    std::string bytes = written(small_model());
    const std::string field = bytes.substr(12, 64);
    bytes.replace(12, 64, std::string(64, '\0'));
    const Digest digest = digest_of(bytes.data(), bytes.size());
    EXPECT_EQ(field, std::string(digest.begin(), digest.end()) + std::string(48, '\0'));
}

// Values of the Python package xxhash: xxh3_128_intdigest(...).to_bytes(16, "little").
TEST(OmChecksum, KnownValues) {
    std::string bytes;
    for (int i = 0; i < 5 * 256; ++i) {
        bytes.push_back(static_cast<char>(i));
    }
    EXPECT_EQ(hex(digest_of("", 0)), "7f498d4624c30160d8984701d306aa99");
    EXPECT_EQ(hex(digest_of("softacl", 7)), "ed247ecb89951067c462b99790ce7ccf");
    EXPECT_EQ(hex(digest_of(bytes.data(), bytes.size())), "2e3564e109b04448a74205cba1b32ad9");
}

TEST(OmChecksum, PiecesDoNotMatter) {
    std::string bytes(10000, 'x');
    for (size_t i = 0; i < bytes.size(); ++i) {
        bytes[i] = static_cast<char>(i * i);
    }
    for (const size_t piece : {1U, 7U, 64U, 999U, 4096U}) {
        Checksum checksum;
        for (size_t at = 0; at < bytes.size(); at += piece) {
            checksum.add(bytes.data() + at, std::min<size_t>(piece, bytes.size() - at));
        }
        EXPECT_EQ(checksum.digest(), digest_of(bytes.data(), bytes.size())) << piece;
    }
}

TEST_F(OmContainer, WithoutConstantsThereIsOnePartition) {
    OmModel model;
    const ValueId x = model.graph.add_input("x", {ACL_FLOAT, {-1, 2}, ACL_FORMAT_ND});
    model.graph.outputs = {x};
    model.graph.output_names = {"x:0"};
    const std::string bytes = written(model);
    EXPECT_EQ(number(bytes, 256, 4), 1U);
    EXPECT_EQ(number(bytes, 260, 8), 0U);
    EXPECT_EQ(272 + number(bytes, 268, 4), bytes.size());
    EXPECT_EQ(bytes[193], 1);  // a free dimension
    model.attrs["acl_cpu.gears"] = ops::IntLists{{1}, {2}};
    EXPECT_EQ(written(model)[193], 0);
}

// Without writing that much: the file has holes.
TEST_F(OmContainer, FilesFrom4GiBOnHaveAWideTable) {
    const std::string small = written(small_model());
    const uint64_t size = number(small, 268, 4);
    const std::string definition = small.substr(284, size);
    for (const uint64_t weights : {(uint64_t{1} << 32) - 64 * 1000, (uint64_t{1} << 32) - 64, uint64_t{1} << 33}) {
        ContainerPlan plan = plan_container({"large", definition.size(), weights, false});
        const bool wide = plan.file_size >= uint64_t{1} << 32;
        EXPECT_EQ(wide, weights > (uint64_t{1} << 32) - 64 * 100);
        EXPECT_EQ(plan.head.size(), wide ? 256U + 56 : 256U + 28);
        EXPECT_EQ((plan.head.size() + definition.size() + plan.padding) % 64, 0U);
        EXPECT_EQ(plan.head.size() + definition.size() + plan.padding + weights, plan.file_size);
        EXPECT_EQ(number(plan.head, 76, 4), plan.file_size - 256 < uint64_t{1} << 32 ? plan.file_size - 256 : 0);
        EXPECT_EQ(number(plan.head, 184, 8), plan.file_size - 256);
        const size_t width = wide ? 8 : 4;
        EXPECT_EQ(number(plan.head, 256 + 3 * width, width), definition.size() + plan.padding);
        EXPECT_EQ(number(plan.head, 256 + 6 * width, width), weights);
    }
}

TEST_F(OmContainer, WideTablesAreRead) {
    const std::string small = written(small_model());
    ge::ModelDef definition;
    const size_t size = number(small, 268, 4);
    ASSERT_TRUE(definition.ParseFromArray(small.data() + 284, static_cast<int>(size)));
    const uint64_t weights = uint64_t{5} << 30;
    // The constant lies beyond what 32 bits reach.
    const uint64_t offset = weights - 448;
    for (auto& op : *definition.mutable_graph(0)->mutable_op()) {
        if (op.name() == "large") {
            auto* desc = op.mutable_attr(0)->mutable_value()->mutable_t()->mutable_desc();
            desc->set_data_offset(static_cast<int64_t>(offset));
        }
    }
    for (auto& entry : *definition.mutable_attr()) {
        if (entry.key() == "acl_cpu.padding") {
            entry.mutable_value()->set_s("");
            const auto plan = plan_container({"large", definition.ByteSizeLong(), weights, false});
            entry.mutable_value()->set_s(std::string(plan.padding, ' '));
        }
    }
    const std::string body = definition.SerializeAsString();
    const ContainerPlan plan = plan_container({"large", body.size(), weights, false});
    std::ofstream file(path(), std::ios::binary);
    file << plan.head << body << std::string(plan.padding, '\0');
    file.seekp(static_cast<std::streamoff>(plan.file_size - 448));
    file << small.substr(small.size() - 448);
    file.close();
    EXPECT_EQ(plan.padding, 0U);
    ASSERT_EQ(std::filesystem::file_size(path()), plan.file_size);
    ::setenv("SOFTACL_SKIP_CHECKSUM", "1", 1);
    const auto result = read_om_file(path());
    ASSERT_TRUE(result.ok()) << result.status().message();
    expect_equal(small_model().graph, result->graph);
}

TEST_F(OmContainer, NothingIsLeftOfAFailure) {
    const auto folder = std::filesystem::path(path()).parent_path();
    const OmModel model = small_model();
    const Status status = write_om(model, (folder / "absent" / "m.om").string());
    EXPECT_EQ(status.code(), ACL_ERROR_WRITE_FILE) << status.message();
    EXPECT_THAT(status.message(), testing::HasSubstr("absent/m.om\" cannot be created: No such file"));
    std::filesystem::create_directory(folder / "a folder");
    EXPECT_EQ(write_om(model, (folder / "a folder").string()).code(), ACL_ERROR_WRITE_FILE);
    OmModel wrong = small_model();
    wrong.graph.value(wrong.graph.outputs[0]).type.dtype = ACL_INT8;
    store(path(), "before");
    const Status refused = write_om(wrong, path());
    EXPECT_EQ(refused.code(), ACL_ERROR_INTERNAL_ERROR);
    EXPECT_THAT(refused.message(),
                testing::HasSubstr("node 'identity' (Identity): output 0 is declared as int8[2,3] but"));
    EXPECT_EQ(load(path()), "before");
    size_t files = 0;
    for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(folder)) {
        ++files;
    }
    EXPECT_EQ(files, 2U);  // the folder and the old file
}

TEST_F(OmContainer, DevicesAreNotReplaced) {
    const Status status = write_om(small_model(), "/dev/full");
    EXPECT_EQ(status.code(), ACL_ERROR_WRITE_FILE);
    EXPECT_THAT(status.message(), testing::HasSubstr("something that is no file"));
}

TEST_F(OmContainer, AnOpenModelOutlivesItsReplacement) {
    const OmModel first = small_model();
    ASSERT_TRUE(write_om(first, path()).ok());
    const auto open = read_om_file(path());
    ASSERT_TRUE(open.ok());
    ASSERT_TRUE(write_om(rich_model(), path()).ok());
    expect_equal(first.graph, open->graph);
    EXPECT_EQ(read_om_file(path())->graph.name, "rich");
}

TEST_F(OmContainer, WhatTheFormatCannotHoldIsRefused) {
    const auto refused = [&](const OmModel& model, const char* sentence) {
        const Status status = write_om(model, path());
        EXPECT_EQ(status.code(), ACL_ERROR_FEATURE_UNSUPPORTED) << status.message();
        EXPECT_THAT(status.message(), testing::HasSubstr(sentence));
    };
    OmModel model = small_model();
    model.graph.value(model.graph.inputs[0]).name = "\xff";
    refused(model, "is not UTF-8");
    model = small_model();
    model.attrs["\xc3"] = true;
    refused(model, "is not UTF-8");
    model = small_model();
    model.graph.add_input("odd", {static_cast<aclDataType>(99), {1}, ACL_FORMAT_ND});
    refused(model, "'odd': type undefined[1] (99)");
    model = small_model();
    model.graph.add_input("odd", {ACL_FLOAT, {1}, static_cast<aclFormat>(77)});
    refused(model, "or format 77 has no place");
    model = small_model();
    model.attrs["odd"] = static_cast<aclDataType>(99);
    refused(model, "the element type 99");
}

TEST(OmText, Utf8) {
    for (const char* good : {"", "a", "\xc3\xa4", "\xe2\x82\xac", "\xf0\x9f\x98\x80", "\xed\x9f\xbf", "\xee\x80\x80",
                             "\xf4\x8f\xbf\xbf", "a\xc3\xa4z"}) {
        EXPECT_TRUE(is_utf8(good)) << good;
    }
    // Torn, overlong, a surrogate, beyond the last character, a lone continuation.
    for (const char* bad : {"\xc3", "a\xe2\x82", "\xf0\x9f\x98", "\xc0\xaf", "\xe0\x80\xaf", "\xf0\x80\x80\xaf",
                            "\xed\xa0\x80", "\xf4\x90\x80\x80", "\x80", "\xff", "\xc3\x28"}) {
        EXPECT_FALSE(is_utf8(bad)) << bad;
    }
}

TEST(OmText, CutBetweenCharacters) {
    const std::string text = "a\xc3\xa4\xf0\x9f\x98\x80z";
    const std::string expected[] = {
        "", "a", "a", "a\xc3\xa4", "a\xc3\xa4", "a\xc3\xa4", "a\xc3\xa4", text.substr(0, 7), text, text};
    for (size_t size = 0; size < std::size(expected); ++size) {
        EXPECT_EQ(cut_utf8(text, size), expected[size]) << size;
    }
}

}  // namespace
}  // namespace softacl::model
