// SPDX-License-Identifier: Apache-2.0
#include "model/weight_file.h"

#include <filesystem>

#include "acl/acl_base.h"
#include "base/env.h"
#include "model/checksum.h"
#include "model/container.h"
#include "model/utf8.h"

namespace softacl::model {
namespace {

namespace fs = std::filesystem;

constexpr char kFolder[] = "weight/";
constexpr size_t kDigits = 2 * sizeof(Digest);
// File names have at most 255 bytes, and one more for a temporary name's suffix has to fit.
constexpr size_t kLongestStem = 160;
constexpr char kZeros[kWeightAlignment] = {};

std::string hexadecimal(const Digest& digest) {
    constexpr char kHex[] = "0123456789abcdef";
    std::string digits;
    for (const uint8_t byte : digest) {
        digits += kHex[byte >> 4];
        digits += kHex[byte & 15];
    }
    return digits;
}

/// Calls `add(bytes, count)` for everything in order.
template <class Add>
Status for_each_piece(const WeightsPlan& weights, const Add& add) {
    uint64_t at = 0;
    for (const auto& block : weights.blocks) {
        SOFTACL_TRY(add(kZeros, block.offset - at));
        SOFTACL_TRY(add(block.tensor.data(), block.tensor.bytes()));
        at = block.offset + block.tensor.bytes();
    }
    return add(kZeros, weights.size - at);
}

/// The digits at the end of a location that a writer may have written; empty for all others.
std::string digits_of(const std::string& location) {
    const std::string folder = kFolder;
    if (location.compare(0, folder.size(), folder) != 0 || location.find('\0') != std::string::npos) {
        return {};
    }
    const std::string name = location.substr(folder.size());
    if (name.size() <= kDigits || name.find('/') != std::string::npos || name[name.size() - kDigits - 1] != '-') {
        return {};
    }
    std::string digits = name.substr(name.size() - kDigits);
    return digits.find_first_not_of("0123456789abcdef") == std::string::npos ? digits : std::string();
}

}  // namespace

std::string weight_location(const std::string& stem, const WeightsPlan& weights) {
    Checksum checksum;
    (void)for_each_piece(weights, [&](const void* data, size_t size) {
        checksum.add(data, size);
        return Status();
    });
    return kFolder + cut_utf8(stem, kLongestStem) + "-" + hexadecimal(checksum.digest());
}

Status append_weights(const WeightsPlan& weights, OutputFile& file) {
    return for_each_piece(weights, [&](const void* data, size_t size) { return file.append(data, size); });
}

Result<WeightFiles::Content> WeightFiles::open(const std::string& location) {
    const std::string digits = digits_of(location);
    if (digits.empty()) {
        return fail(ACL_ERROR_PARSE_MODEL, origin_, ": its weights are said to be in \"", location,
                    "\"; expected a file of the folder weight whose name ends in - and ", kDigits,
                    " hexadecimal digits");
    }
    if (!folder_) {
        return fail(ACL_ERROR_GE_EXEC_LOAD_WEIGHT_PARTITION_FAILED, origin_, ": its weights are in the file \"",
                    location, "\" beside it, which is looked for only if the model is loaded from its file");
    }
    const auto known = files_.find(location);
    if (known == files_.end()) {
        const std::string path = (fs::path(*folder_) / location).string();
        auto file = map_file(path);
        if (!file.ok()) {
            return fail(ACL_ERROR_GE_EXEC_LOAD_WEIGHT_PARTITION_FAILED, origin_,
                        ": its weights cannot be read: ", file.status().message(),
                        "; the folder weight that was written with the model must lie beside ", "it");
        }
        if (!env_switch("SOFTACL_SKIP_CHECKSUM") && hexadecimal(digest_of(file->data.get(), file->size)) != digits) {
            return fail(ACL_ERROR_GE_EXEC_LOAD_WEIGHT_PARTITION_FAILED, origin_, ": its weights in \"", path, "\", ",
                        file->size, " bytes, are not those that were written: the checksum differs");
        }
        files_[location] = std::move(*file);
    }
    const MappedFile& file = files_[location];
    return Content{{static_cast<const uint8_t*>(file.data.get()), file.size},
                   [&file](const void* bytes, size_t count) { return file.part(bytes, count); }};
}

}  // namespace softacl::model
