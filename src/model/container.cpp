// SPDX-License-Identifier: Apache-2.0
#include "model/container.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <vector>

#include "acl/acl_base.h"
#include "model/checksum.h"
#include "model/utf8.h"

namespace softacl::model {
namespace {

static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "the structures below are read and written as they lie");

constexpr char kMagic[4] = {'I', 'M', 'O', 'D'};
constexpr char kOtherMagic[4] = {'P', 'I', 'C', 'O'};
constexpr char kTagName[8] = {'S', 'O', 'F', 'T', 'A', 'C', 'L', '\0'};
constexpr uint32_t kHeaderVersion = 0x20000000;
constexpr uint64_t kModelDef = 0;
constexpr uint64_t kWeights = 1;
constexpr uint64_t kTypes = 32;

// In a field for the producer's use.
struct Tag {
    char name[8];
    uint16_t major;
    uint16_t minor;
    uint32_t features;  // who does not know one of these must not read on
    uint8_t reserved[16];
};

struct Header {
    char magic[4];
    uint32_t header_size;
    uint32_t version;
    uint8_t checksum[64];
    uint32_t length;
    uint8_t is_encrypted;
    uint8_t has_checksum;
    uint8_t model_type;
    uint8_t mode;
    char name[32];
    uint32_t ops;
    Tag tag;
    uint32_t ir_version;
    uint32_t model_count;
    char platform_version[20];
    uint8_t platform_type;
    uint8_t padding[3];
    uint64_t model_length;
    uint8_t needs_cpu_info;
    uint8_t is_dynamic;
    uint8_t reserved[62];
};
static_assert(sizeof(Header) == 256 && offsetof(Header, checksum) == kChecksumOffset && offsetof(Header, name) == 84 &&
              offsetof(Header, tag) == 120 && offsetof(Header, model_length) == 184);

struct Partition {
    uint64_t type;
    uint64_t offset;  // from the end of the table
    uint64_t size;
};

// The table exists with numbers of 4 and of 8 bytes. The count has 4, padded to the width.
uint64_t table_size(uint64_t count, size_t width) { return width * (1 + 3 * count); }

uint64_t number_at(const uint8_t* at, size_t width) {
    uint64_t number = 0;
    std::memcpy(&number, at, width);
    return number;
}

struct Table {
    uint64_t end = 0;  // in the file
    std::vector<Partition> partitions;
};

// False if the bytes cannot be a table of this width.
bool read_table(Bytes file, uint64_t begin, size_t width, Table* table) {
    const uint64_t count = number_at(file.data + begin, 4);
    if (count > kTypes || file.size - begin < table_size(count, width)) {
        return false;
    }
    table->end = begin + table_size(count, width);
    table->partitions.clear();
    const uint64_t room = file.size - table->end;
    uint64_t seen = 0;
    const uint8_t* at = file.data + begin + width;
    for (uint64_t i = 0; i < count; ++i, at += 3 * width) {
        const Partition partition = {number_at(at, width), number_at(at + width, width),
                                     number_at(at + 2 * width, width)};
        if (partition.type >= kTypes || (seen >> partition.type & 1U) != 0 || partition.offset > room ||
            partition.size > room - partition.offset) {
            return false;
        }
        seen |= uint64_t{1} << partition.type;
        table->partitions.push_back(partition);
    }
    return (seen >> kModelDef & 1U) != 0;
}

bool overlap(std::vector<Partition> partitions) {
    std::sort(partitions.begin(), partitions.end(),
              [](const Partition& a, const Partition& b) { return a.offset < b.offset; });
    for (size_t i = 1; i < partitions.size(); ++i) {
        if (partitions[i - 1].offset + partitions[i - 1].size > partitions[i].offset) {
            return true;
        }
    }
    return false;
}

Digest file_digest(Bytes file) {
    constexpr std::array<uint8_t, sizeof(Header::checksum)> kZeros{};
    constexpr size_t kAfter = kChecksumOffset + kZeros.size();
    Checksum checksum;
    checksum.add(file.data, kChecksumOffset);
    checksum.add(kZeros.data(), kZeros.size());
    checksum.add(file.data + kAfter, file.size - kAfter);
    return checksum.digest();
}

Status verify_checksum(const Header& header, Bytes file, const std::string& origin) {
    const bool any =
        std::any_of(std::begin(header.checksum), std::end(header.checksum), [](uint8_t b) { return b != 0; });
    if (header.has_checksum != 1) {
        // Whoever leaves the checksum out leaves the field empty; a full one says that the flag was damaged.
        return header.has_checksum == 0 && !any ? Status()
                                                : fail(ACL_ERROR_PARSE_MODEL, origin,
                                                       ": the header says that there is no checksum, but there is one; "
                                                       "the file is damaged, copy or convert it again");
    }
    std::array<uint8_t, sizeof(Header::checksum)> expected{};
    const Digest digest = file_digest(file);
    std::copy(digest.begin(), digest.end(), expected.begin());
    if (std::memcmp(expected.data(), header.checksum, expected.size()) != 0) {
        return fail(ACL_ERROR_PARSE_MODEL, origin, ": the checksum does not match the ", file.size,
                    " bytes of the file; it is damaged, copy or convert it again");
    }
    return {};
}

Status check_version(const Tag& tag, const std::string& origin) {
    if (tag.major > kFormatMajor || tag.features != 0) {
        return fail(ACL_ERROR_FEATURE_UNSUPPORTED, origin, ": it was written by a version of softacl with the format ",
                    tag.major, ".", tag.minor, ", features ", tag.features, "; this version reads ", kFormatMajor,
                    ".x without features. Use a newer version, or convert the model with this one");
    }
    return {};
}

Status check_header(const Header& header, Bytes file, const std::string& origin) {
    if (std::memcmp(header.magic, kOtherMagic, sizeof kOtherMagic) == 0) {
        return fail(ACL_ERROR_GE_EXEC_LOAD_MODEL_PARTITION_FAILED, origin,
                    ": it begins with \"PICO\", the format of another product, which is not supported");
    }
    if (std::memcmp(header.magic, kMagic, sizeof kMagic) != 0) {
        return fail(ACL_ERROR_GE_EXEC_LOAD_MODEL_PARTITION_FAILED, origin,
                    ": it is no offline model, which begins with \"IMOD\"");
    }
    if (header.header_size < sizeof(Header) || header.header_size > file.size - 4) {
        return fail(ACL_ERROR_GE_EXEC_LOAD_MODEL_PARTITION_FAILED, origin, ": the header claims ", header.header_size,
                    " bytes; expected at least 256, and a table behind them");
    }
    if (header.is_encrypted != 0) {
        return fail(ACL_ERROR_FEATURE_UNSUPPORTED, origin, ": it is encrypted, which is not supported");
    }
    return {};
}

template <size_t N>
void put_text(char (&field)[N], const std::string& value) {
    const std::string cut = cut_utf8(value, N - 1);
    std::copy(cut.begin(), cut.end(), field);
}

void put_number(std::string* bytes, uint64_t number, size_t width) {
    bytes->append(reinterpret_cast<const char*>(&number), width);
}

ContainerPlan plan_with_width(const ContainerRequest& request, size_t width, uint64_t count) {
    ContainerPlan plan;
    const uint64_t head_size = sizeof(Header) + table_size(count, width);
    if (request.weights_size != 0) {
        const uint64_t over = (head_size + request.model_def_size) % kWeightAlignment;
        plan.padding = over == 0 ? 0 : kWeightAlignment - over;
    }
    const uint64_t model_def_size = request.model_def_size + plan.padding;
    plan.file_size = head_size + model_def_size + request.weights_size;

    Header header{};
    std::memcpy(header.magic, kMagic, sizeof kMagic);
    std::memcpy(header.tag.name, kTagName, sizeof kTagName);
    header.header_size = sizeof(Header);
    header.version = kHeaderVersion;
    header.model_length = plan.file_size - sizeof(Header);
    header.length = header.model_length <= UINT32_MAX ? static_cast<uint32_t>(header.model_length) : 0;
    header.has_checksum = 1;
    header.tag.major = kFormatMajor;
    header.tag.minor = kFormatMinor;
    header.ir_version = 1;
    header.model_count = 1;
    header.is_dynamic = request.dynamic ? 1 : 0;
    put_text(header.name, request.name);
    put_text(header.platform_version, SOFTACL_VERSION);
    plan.head.assign(reinterpret_cast<const char*>(&header), sizeof header);

    put_number(&plan.head, count, width);
    const Partition partitions[] = {{kModelDef, 0, model_def_size}, {kWeights, model_def_size, request.weights_size}};
    for (uint64_t i = 0; i < count; ++i) {
        put_number(&plan.head, partitions[i].type, width);
        put_number(&plan.head, partitions[i].offset, width);
        put_number(&plan.head, partitions[i].size, width);
    }
    return plan;
}

}  // namespace

Result<Container> parse_container(Bytes file, bool verify, const std::string& origin) {
    if (file.data == nullptr && file.size != 0) {
        return fail(ACL_ERROR_GE_EXEC_MODEL_ADDR_INVALID, origin, ": the address is null");
    }
    if (file.size < sizeof(Header) + 4) {
        return fail(ACL_ERROR_GE_EXEC_MODEL_DATA_SIZE_INVALID, origin, ": it has ", file.size,
                    " bytes, fewer than the header of an offline model");
    }
    Header header;
    std::memcpy(&header, file.data, sizeof header);
    SOFTACL_TRY(check_header(header, file, origin));
    Container container;
    container.ours = std::memcmp(header.tag.name, kTagName, sizeof kTagName) == 0;
    const uint64_t count = number_at(file.data + header.header_size, 4);
    if (count <= kTypes && file.size - header.header_size < table_size(count, 4)) {
        return fail(ACL_ERROR_GE_EXEC_MODEL_DATA_SIZE_INVALID, origin, ": it ends after ", file.size,
                    " bytes, inside its table of ", count, " partitions");
    }
    if (container.ours) {
        SOFTACL_TRY(check_version(header.tag, origin));
        container.minor = header.tag.major == kFormatMajor ? header.tag.minor : 0;
        if (header.model_length != file.size - sizeof(Header)) {
            return fail(ACL_ERROR_PARSE_MODEL, origin, ": the header announces ", header.model_length,
                        " bytes after itself, there are ", file.size - sizeof(Header), "; copy or convert it again");
        }
        if (verify) {
            SOFTACL_TRY(verify_checksum(header, file, origin));
        }
    }
    Table table;
    if (!read_table(file, header.header_size, 4, &table) && !read_table(file, header.header_size, 8, &table)) {
        return fail(ACL_ERROR_GE_EXEC_LOAD_MODEL_PARTITION_FAILED, origin,
                    ": the table of partitions is not readable, or lacks the model definition");
    }
    if (overlap(table.partitions)) {
        return fail(ACL_ERROR_GE_EXEC_LOAD_MODEL_PARTITION_FAILED, origin, ": partitions overlap");
    }
    for (const Partition& partition : table.partitions) {
        const Bytes bytes = {file.data + table.end + partition.offset, partition.size};
        if (partition.type == kModelDef) {
            container.model_def = bytes;
        } else if (partition.type == kWeights) {
            container.weights = bytes;
        }
    }
    return container;
}

ContainerPlan plan_container(const ContainerRequest& request) {
    ContainerPlan plan = plan_with_width(request, 4, request.weights_size != 0 ? 2 : 1);
    // A wide table with one entry would be taken for a narrow one, so there it has two.
    return plan.file_size <= UINT32_MAX ? plan : plan_with_width(request, 8, 2);
}

}  // namespace softacl::model
