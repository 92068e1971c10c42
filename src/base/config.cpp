// SPDX-License-Identifier: Apache-2.0
#include "base/config.h"

#include <charconv>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>

#include "acl/acl_base.h"
#include "base/log.h"

namespace softacl {
namespace {

using nlohmann::json;

constexpr int kMaxNesting = 10;
constexpr uintmax_t kMaxFileSize = 10 * 1024 * 1024;

// Walks over the text before a document is built: a hostile file must not cost a deep recursion.
class NestingCheck : public nlohmann::json_sax<json> {
   public:
    bool null() override { return true; }
    bool boolean(bool) override { return true; }
    bool number_integer(number_integer_t) override { return true; }
    bool number_unsigned(number_unsigned_t) override { return true; }
    bool number_float(number_float_t, const string_t&) override { return true; }
    bool string(string_t&) override { return true; }
    bool binary(binary_t&) override { return true; }
    bool key(string_t&) override { return true; }
    bool start_object(std::size_t) override { return enter(objects_, "{"); }
    bool end_object() override { return leave(objects_); }
    bool start_array(std::size_t) override { return enter(arrays_, "["); }
    bool end_array() override { return leave(arrays_); }
    bool parse_error(std::size_t position, const std::string&, const nlohmann::detail::exception& error) override {
        problem_ = text("is not JSON at byte ", position, ": ", error.what());
        return false;
    }

    const std::string& problem() const { return problem_; }

   private:
    bool enter(int& depth, const char* bracket) {
        if (++depth > kMaxNesting) {
            problem_ = text("nests '", bracket, "' deeper than ", kMaxNesting, " levels");
            return false;
        }
        return true;
    }
    static bool leave(int& depth) {
        --depth;
        return true;
    }

    int objects_ = 0;
    int arrays_ = 0;
    std::string problem_;
};

Result<uint64_t> positive_number(const json& value) {
    uint64_t number = 0;
    if (value.is_number_unsigned()) {
        number = value.get<uint64_t>();
    } else if (value.is_string()) {
        const auto& digits = value.get_ref<const std::string&>();
        const auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), number);
        if (parsed.ec != std::errc() || parsed.ptr != digits.data() + digits.size()) {
            number = 0;
        }
    }
    if (number == 0) {
        return fail(ACL_ERROR_INVALID_MAX_OPQUEUE_NUM_CONFIG, "max_opqueue_num is ", value.dump(),
                    "; expected a whole number above 0, plain or in quotes");
    }
    return number;
}

// Until profiling exists, a program that asks for it must hear so.
Status refuse_what_is_missing(const json& document) {
    const auto found = document.find("profiler");
    if (found != document.end() && !found->empty()) {
        return fail(
            ACL_ERROR_FEATURE_UNSUPPORTED,
            "the configuration has a section \"profiler\", which this version cannot serve yet; remove it to run "
            "without");
    }
    return {};
}

}  // namespace

Result<Config> parse_config(const std::string& json_text) {
    if (json_text.empty()) {
        return fail(ACL_ERROR_INVALID_FILE_SIZE, "the configuration is empty; expected at least {}");
    }
    NestingCheck check;
    if (!json::sax_parse(json_text, &check)) {
        return fail(ACL_ERROR_PARSE_FILE, "the configuration ", check.problem());
    }
    const json document = json::parse(json_text, nullptr, false);
    if (!document.is_object()) {
        return fail(ACL_ERROR_PARSE_FILE, "the configuration is not a JSON object; expected at least {}");
    }
    Config config;
    if (const auto found = document.find("max_opqueue_num"); found != document.end()) {
        SOFTACL_ASSIGN(config.max_opqueue_num, positive_number(*found));
    }
    if (const auto found = document.find("dump"); found != document.end()) {
        SOFTACL_ASSIGN(config.dump, parse_dump(*found));
    }
    SOFTACL_TRY(refuse_what_is_missing(document));
    return config;
}

Result<Config> read_config(const char* argument, const std::string& path) {
    std::error_code error;
    if (!std::filesystem::is_regular_file(path, error)) {
        return fail(ACL_ERROR_INVALID_FILE, argument, " is \"", path, "\", which is not a file that exists");
    }
    if (const uintmax_t size = std::filesystem::file_size(path, error); !error && size > kMaxFileSize) {
        return fail(ACL_ERROR_INVALID_FILE_SIZE, argument, " is \"", path, "\", a file of ", size,
                    " bytes; at most 10 MiB are read");
    }
    std::ifstream file(path, std::ios::binary);
    if (!file) {
        return fail(ACL_ERROR_INVALID_FILE, argument, " is \"", path, "\", which cannot be opened for reading");
    }
    auto config = parse_config(std::string(std::istreambuf_iterator<char>(file), {}));
    if (!config.ok()) {
        return fail(config.status().code(), argument, " is \"", path, "\": ", config.status().message());
    }
    return config;
}

}  // namespace softacl
