// SPDX-License-Identifier: Apache-2.0
// Files that are cut, altered or made for something else: a documented code and a sentence, never a crash.
#include <random>

#include "model/container.h"
#include "unit/model/fixture.h"

namespace softacl::model {
namespace {

using testing::AnyOf;
using testing::HasSubstr;

class OmDamage : public OmTest {};

void expect_documented(const Result<OmModel>& result) {
    ASSERT_FALSE(result.ok());
    EXPECT_THAT(
        result.status().code(),
        AnyOf(ACL_ERROR_GE_EXEC_MODEL_DATA_SIZE_INVALID, ACL_ERROR_GE_EXEC_LOAD_MODEL_PARTITION_FAILED,
              ACL_ERROR_GE_EXEC_LOAD_KERNEL_PARTITION_FAILED, ACL_ERROR_FEATURE_UNSUPPORTED, ACL_ERROR_PARSE_MODEL));
    EXPECT_THAT(result.status().message(), HasSubstr("the model: "));
}

TEST_F(OmDamage, CutAtEveryLength) {
    const std::string bytes = written(small_model());
    for (size_t size = 0; size < bytes.size(); ++size) {
        const auto result = read(bytes.substr(0, size));
        expect_documented(result);
        // Header, a table of two partitions with numbers of four bytes.
        EXPECT_EQ(result.status().code(),
                  size < 256 + 28 ? ACL_ERROR_GE_EXEC_MODEL_DATA_SIZE_INVALID : ACL_ERROR_PARSE_MODEL)
            << size << " " << result.status().message();
    }
    EXPECT_FALSE(read(bytes + '\0').ok());
}

TEST_F(OmDamage, EveryByteAltered) {
    std::string bytes = written(small_model());
    for (size_t i = 0; i < bytes.size(); ++i) {
        for (const int change : {1, 0x80, 0xff}) {
            bytes[i] = static_cast<char>(bytes[i] ^ change);
            const auto result = read(bytes);
            ASSERT_FALSE(result.ok()) << "byte " << i << " ^ " << change;
            expect_documented(result);
            bytes[i] = static_cast<char>(bytes[i] ^ change);
        }
    }
    EXPECT_TRUE(read(bytes).ok());
}

// Without the checksum some changes are harmless; none may do more than fail.
TEST_F(OmDamage, EveryByteAlteredWithoutChecksum) {
    ::setenv("SOFTACL_SKIP_CHECKSUM", "1", 1);
    std::string bytes = written(small_model());
    size_t refused = 0;
    for (size_t i = 0; i < bytes.size(); ++i) {
        for (int change = 1; change < 256; change += i < 284 ? 1 : 6) {
            bytes[i] = static_cast<char>(bytes[i] ^ change);
            const auto result = read(bytes);
            if (!result.ok()) {
                expect_documented(result);
                ++refused;
            }
            bytes[i] = static_cast<char>(bytes[i] ^ change);
        }
    }
    EXPECT_GT(refused, 1000U);
}

TEST_F(OmDamage, ManyBytesAlteredWithoutChecksum) {
    ::setenv("SOFTACL_SKIP_CHECKSUM", "1", 1);
    std::mt19937 random(1);
    for (const OmModel& model : {small_model(), rich_model()}) {
        const std::string bytes = written(model);
        for (int round = 0; round < 10000; ++round) {
            std::string altered = bytes;
            for (unsigned count = random() % 4; count > 0; --count) {
                altered[256 + random() % (altered.size() - 256)] = static_cast<char>(random());
            }
            const auto result = read(altered);
            if (!result.ok()) {
                expect_documented(result);
            }
        }
    }
}

TEST_F(OmDamage, NoFile) {
    const auto result = read_om_file(path("absent.om"));
    expect_refused(result, ACL_ERROR_GE_EXEC_MODEL_PATH_INVALID,
                   "absent.om\": it cannot be opened for reading: No such");
    expect_refused(read_om_file(std::filesystem::path(path()).parent_path()), ACL_ERROR_GE_EXEC_MODEL_PATH_INVALID,
                   "not a regular file");
    expect_refused(read_om_file(""), ACL_ERROR_GE_EXEC_MODEL_PATH_INVALID, "model file \"\"");
}

TEST_F(OmDamage, NoBytes) {
    store(path(), "");
    expect_refused(read_om_file(path()), ACL_ERROR_GE_EXEC_MODEL_DATA_SIZE_INVALID, "has 0 bytes");
    expect_refused(read_om(nullptr, 1000, nullptr, "m"), ACL_ERROR_GE_EXEC_MODEL_ADDR_INVALID,
                   "m: the address is null");
    expect_refused(read_om("IMOD", 0, nullptr, "m"), ACL_ERROR_GE_EXEC_MODEL_DATA_SIZE_INVALID, "has 0 bytes");
}

// Changes to the bytes of a file, and what is said of it.
struct Change {
    const char* name;
    size_t offset;
    std::string bytes;
    int code;
    const char* sentence;
};
void PrintTo(const Change& change, std::ostream* out) { *out << change.name; }

class OmHeader : public OmTest, public testing::WithParamInterface<Change> {};
TEST_P(OmHeader, IsRefused) {
    ::setenv("SOFTACL_SKIP_CHECKSUM", "1", 1);
    std::string bytes = written(small_model());
    bytes.replace(GetParam().offset, GetParam().bytes.size(), GetParam().bytes);
    expect_refused(read(bytes), GetParam().code, GetParam().sentence);
}
std::string le(uint64_t number, size_t width) {
    std::string bytes;
    for (; width > 0; --width, number >>= 8) {
        bytes.push_back(static_cast<char>(number & 0xff));
    }
    return bytes;
}
const Change kHeaderChanges[] = {
    {"Magic", 0, "ONNX", 545002, "no offline model"},
    {"OtherProduct", 0, "PICO", 545002, "format of another product"},
    {"HeaderTooSmall", 4, le(255, 4), 545002, "claims 255 bytes"},
    {"HeaderTooLarge", 4, le(100000, 4), 545002, "claims 100000 bytes"},
    {"HeaderHuge", 4, le(0xffffffff, 4), 545002, "claims 4294967295 bytes"},
    {"Encrypted", 80, "\x01", 200006, "is encrypted"},
    {"NewerMajor", 128, le(2, 2), 200006, "with the format 2.0"},
    {"UnknownFeature", 132, le(4, 4), 200006, "features 4"},
    {"TagAbsent", 120, std::string(32, '\0'), 545005, "kernels for Ascend310B4, which cannot run here"},
    {"Length", 184, le(7, 8), 100013, "announces 7 bytes"},
    {"NoPartitions", 256, le(0, 4), 545002, "the table of partitions is not readable"},
    {"ManyPartitions", 256, le(33, 4), 545002, "the table of partitions is not readable"},
    {"ModelDefTwice", 272, le(0, 4), 545002, "the table of partitions is not readable"},
    {"NoModelDef", 260, le(7, 4), 545002, "the table of partitions is not readable"},
    {"UnknownType", 272, le(32, 4), 545002, "the table of partitions is not readable"},
    {"OffsetOutside", 276, le(1000000, 4), 545002, "the table of partitions is not readable"},
    {"SizeOutside", 280, le(1000000, 4), 545002, "the table of partitions is not readable"},
    {"Overlap", 276, le(0, 4), 545002, "partitions overlap"},
    {"TornDefinition", 268, le(100, 4), 545002, "the model definition of 100 bytes is not readable"},
    {"WeightsTooSmall", 280, le(64, 4), 100013, "node 'large' (Const): a constant lies at 0 with 400 bytes, outside"},
};
INSTANTIATE_TEST_SUITE_P(All, OmHeader, testing::ValuesIn(kHeaderChanges),
                         [](const auto& test) { return std::string(test.param.name); });

TEST_F(OmDamage, ChecksumIsNamedAndCanBeSkipped) {
    std::string bytes = written(small_model());
    bytes.back() = 'x';  // padding of the last constant
    expect_refused(read(bytes), ACL_ERROR_PARSE_MODEL, "the checksum does not match the");
    ::setenv("SOFTACL_SKIP_CHECKSUM", "1", 1);
    EXPECT_TRUE(read(bytes).ok());
}

TEST_F(OmDamage, AFileMayCarryNoChecksum) {
    std::string bytes = written(small_model());
    bytes[81] = 0;
    expect_refused(read(bytes), ACL_ERROR_PARSE_MODEL, "there is no checksum, but there is one");
    bytes.replace(12, 64, std::string(64, '\0'));
    EXPECT_TRUE(read(bytes).ok());
}

TEST_F(OmDamage, HardwareModelNamesItsSource) {
    OmModel model = small_model();
    model.attrs["atc_cmdline"] = std::string("atc --framework=5 --model=./resnet.onnx --output=resnet");
    std::string bytes = written(model);
    bytes.replace(120, 32, std::string(32, '\0'));
    expect_refused(read(bytes), ACL_ERROR_GE_EXEC_LOAD_KERNEL_PARTITION_FAILED,
                   "convert the original model (./resnet.onnx) again");
}

}  // namespace
}  // namespace softacl::model
