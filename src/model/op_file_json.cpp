// SPDX-License-Identifier: Apache-2.0
#include "model/op_file_json.h"

#include <algorithm>
#include <array>
#include <cctype>

#include "model/utf8.h"
#include "tensor/dtype.h"

namespace softacl::model {

std::string shown(const Json& value) {
    constexpr size_t kMost = 60;
    if (value.is_structured()) {
        return value.is_array() ? text("a list of ", value.size()) : "an object";
    }
    const std::string all = value.dump();
    return all.size() > kMost ? cut_utf8(all, kMost) + "..." : all;
}

std::string lower(std::string word) {
    std::transform(word.begin(), word.end(), word.begin(), [](unsigned char c) { return std::tolower(c); });
    return word;
}

aclDataType dtype_of_word(const std::string& given) {
    constexpr std::array<std::pair<const char*, aclDataType>, 7> kOthers = {{{"float", ACL_FLOAT},
                                                                             {"fp32", ACL_FLOAT},
                                                                             {"half", ACL_FLOAT16},
                                                                             {"fp16", ACL_FLOAT16},
                                                                             {"double", ACL_DOUBLE},
                                                                             {"bf16", ACL_BF16},
                                                                             {"str", ACL_STRING}}};
    std::string word = lower(given);
    word = word.rfind("dt_", 0) == 0 ? word.substr(3) : word;
    for (const auto& [other, type] : kOthers) {
        if (word == other) {
            return type;
        }
    }
    return dtype_named(word);
}

}  // namespace softacl::model
