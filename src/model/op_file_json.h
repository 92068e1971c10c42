// SPDX-License-Identifier: Apache-2.0
// JSON of operators' descriptions, read with the place of everything that is wrong.
#pragma once

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include "acl/acl_base.h"
#include "base/status.h"
#include "ops/attrs.h"

namespace softacl::model {

using Json = nlohmann::json;

inline std::string key_in(const std::string& path, const char* key) { return path.empty() ? key : path + "." + key; }
inline std::string item_of(const std::string& path, size_t index) { return text(path, "[", index, "]"); }

/// The value in a message. Lists may be nested without end, so nothing in them is shown.
std::string shown(const Json& value);
std::string lower(std::string word);
/// "float16", "half", "DT_FLOAT", ...; undefined for other words.
aclDataType dtype_of_word(const std::string& word);

/// Whole numbers that fit.
template <class T>
std::optional<T> whole(const Json& value) {
    if (value.is_number_unsigned()) {
        const auto number = value.get<uint64_t>();
        return number <= static_cast<uint64_t>(std::numeric_limits<T>::max()) ? std::optional<T>(static_cast<T>(number))
                                                                              : std::nullopt;
    }
    if (value.is_number_integer()) {  // negative
        const auto number = value.get<int64_t>();
        const bool fits = std::is_signed_v<T> && number >= static_cast<int64_t>(std::numeric_limits<T>::min());
        return fits ? std::optional<T>(static_cast<T>(number)) : std::nullopt;
    }
    return std::nullopt;
}

inline std::optional<bool> truth(const Json& value) {
    if (value.is_boolean()) {
        return value.get<bool>();
    }
    const auto number = whole<int64_t>(value);
    return number && (*number == 0 || *number == 1) ? std::optional<bool>(*number == 1) : std::nullopt;
}

/// A number that is not beyond all that the type has.
template <class T>
std::optional<T> element(const Json& value) {
    if constexpr (std::is_same_v<T, bool>) {
        return truth(value);
    } else if constexpr (std::is_integral_v<T>) {
        return whole<T>(value);
    } else {
        if (!value.is_number()) {
            return std::nullopt;
        }
        if constexpr (std::is_same_v<T, double>) {
            return value.get<double>();
        } else {
            const auto number = value.get<double>();
            if (std::abs(number) > static_cast<double>(std::numeric_limits<float>::max())) {
                return std::nullopt;
            }
            const T rounded(static_cast<float>(number));
            return std::isfinite(static_cast<float>(rounded)) ? std::optional<T>(rounded) : std::nullopt;
        }
    }
}

/// What the readers share: problems with their places.
class PlacedReader {
   public:
    explicit PlacedReader(std::vector<std::string>& problems) : problems_(problems) {}

   protected:
    template <class... Parts>
    void add(const std::string& path, const Parts&... parts) {
        if (problems_.size() < kMost) {
            problems_.push_back(text(path, parts...));
        }
    }
    void add_wrong(const std::string& path, const Json& value, const char* expected) {
        add(path, " is ", shown(value), "; expected ", expected);
    }

    /// The value of a key, or null, with a problem if it has to be there.
    const Json* find(const Json& object, const std::string& path, const char* key, bool required) {
        const auto at = object.find(key);
        if (at == object.end() && required) {
            add(key_in(path, key), " is missing");
        }
        return at == object.end() ? nullptr : &*at;
    }

    bool is_object(const Json& json, const std::string& path, std::initializer_list<const char*> keys) {
        if (!json.is_object()) {
            add_wrong(path.empty() ? "the text" : path, json, "an object");
            return false;
        }
        for (const auto& [key, value] : json.items()) {
            const std::string& given = key;
            if (std::none_of(keys.begin(), keys.end(), [&](const char* known) { return given == known; })) {
                std::string all;
                for (const char* known : keys) {
                    all += (all.empty() ? "" : ", ") + std::string(known);
                }
                add(key_in(path, key.c_str()), " is not known; expected one of ", all);
            }
        }
        return true;
    }

    bool is_list(const Json& json, const std::string& path) {
        if (!json.is_array()) {
            add_wrong(path, json, "a list");
        }
        return json.is_array();
    }

    std::string word(const Json* json, const std::string& path) {
        if (json != nullptr && json->is_string()) {
            return json->get<std::string>();
        }
        if (json != nullptr) {
            add_wrong(path, *json, "a text");
        }
        return "";
    }

   private:
    static constexpr size_t kMost = 100;

    std::vector<std::string>& problems_;
};

/// Attributes of an operator.
class AttrReader final : public PlacedReader {
   public:
    using PlacedReader::PlacedReader;

    /// Adds the attribute that an object describes.
    void read(const Json& json, const std::string& path, ops::Attrs& attrs);

   private:
    std::optional<ops::Attr> read_value(const Json& json, const std::string& kind, const std::string& path,
                                        const std::string& kind_path);

    template <class Convert>
    std::optional<ops::Attr> one(const Json& json, const std::string& path, Convert convert, const char* expected) {
        auto value = convert(json);
        if (!value) {
            add_wrong(path, json, expected);
            return std::nullopt;
        }
        return ops::Attr(std::move(*value));
    }

    template <class List, class Convert>
    std::optional<ops::Attr> many(const Json& json, const std::string& path, Convert convert, const char* expected) {
        if (!is_list(json, path)) {
            return std::nullopt;
        }
        List list;
        for (size_t i = 0; i < json.size(); ++i) {
            auto value = convert(json[i]);
            if (!value) {
                add_wrong(item_of(path, i), json[i], expected);
                return std::nullopt;
            }
            list.push_back(std::move(*value));
        }
        return ops::Attr(std::move(list));
    }
};

}  // namespace softacl::model
