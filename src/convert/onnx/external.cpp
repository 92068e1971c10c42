// SPDX-License-Identifier: Apache-2.0
#include "convert/onnx/external.h"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <map>

#include "acl/acl_base.h"

namespace softacl::convert {
namespace {

namespace fs = std::filesystem;
using Entries = std::map<std::string, std::string>;

template <class... Parts>
Status bad(const Parts&... parts) {
    return fail(ACL_ERROR_PARSE_MODEL, parts...);
}

Result<uint64_t> number(const Entries& entries, const char* key, uint64_t fallback) {
    const auto at = entries.find(key);
    if (at == entries.end()) {
        return fallback;
    }
    const std::string& digits = at->second;
    uint64_t value = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (error != std::errc() || end != digits.data() + digits.size()) {
        return bad("has external data whose ", key, " [", digits, "] is not a number");
    }
    return value;
}

/// The file, if it lies in the folder; links are followed before judging.
Result<fs::path> find_file(const std::string& location, const std::string& folder) {
    if (folder.empty()) {
        return bad("has its data in another file, but the model does not come from a folder");
    }
    const fs::path relative(location);
    if (location.empty() || location.find('\0') != std::string::npos || relative.is_absolute()) {
        return bad("has external data in [", location, "], which is no path relative to the model");
    }
    std::error_code error;
    const fs::path root = fs::canonical(folder, error);
    if (error) {
        return bad("has external data beside the model, but its folder [", folder, "] cannot be read");
    }
    const fs::path file = fs::weakly_canonical(root / relative, error);
    const fs::path inside = error ? fs::path() : file.lexically_relative(root);
    if (inside.empty() || *inside.begin() == "..") {
        return bad("has external data in [", location, "], which is outside the model's folder");
    }
    if (!fs::is_regular_file(file, error)) {
        return bad("has external data in [", location, "], but there is no such file beside the model");
    }
    return file;
}

}  // namespace

Result<Tensor> read_external(const onnx::TensorProto& proto, const TensorType& type, const std::string& folder) {
    Entries entries;
    for (const auto& entry : proto.external_data()) {
        entries[entry.key()] = entry.value();
    }
    const std::string& location = entries["location"];
    SOFTACL_ASSIGN(const fs::path file, find_file(location, folder));
    std::error_code error;
    const uint64_t size = fs::file_size(file, error);
    SOFTACL_ASSIGN(const uint64_t offset, number(entries, "offset", 0));
    if (error || offset > size) {
        return bad("has external data at offset ", offset, " of [", location, "], which has ", size, " bytes");
    }
    SOFTACL_ASSIGN(const uint64_t length, number(entries, "length", type.bytes()));
    if (length != type.bytes() || length > size - offset) {
        return bad("needs ", type.bytes(), " bytes, but of [", location, "] it has ", std::min(length, size - offset));
    }
    void* data = nullptr;
    Tensor tensor = Tensor::zeros(type, &data);
    std::ifstream stream(file, std::ios::binary);
    stream.seekg(static_cast<std::streamoff>(offset));
    if (!stream.read(static_cast<char*>(data), static_cast<std::streamsize>(length))) {
        return bad("has external data in [", location, "], which cannot be read");
    }
    if (type.dtype == ACL_BOOL) {
        auto* bytes = static_cast<unsigned char*>(data);
        std::transform(bytes, bytes + length, bytes, [](unsigned char byte) { return byte != 0 ? 1 : 0; });
    }
    return tensor;
}

}  // namespace softacl::convert
