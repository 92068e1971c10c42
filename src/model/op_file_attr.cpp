// SPDX-License-Identifier: Apache-2.0
#include "model/op_file_json.h"

namespace softacl::model {

constexpr size_t kLongestKind = 60;

void AttrReader::read(const Json& json, const std::string& path, ops::Attrs& attrs) {
    if (!is_object(json, path, {"name", "type", "value"})) {
        return;
    }
    const Json* name = find(json, path, "name", true);
    const Json* type = find(json, path, "type", true);
    const Json* value = find(json, path, "value", true);
    const std::string key = word(name, key_in(path, "name"));
    const std::string kind = lower(word(type, key_in(path, "type")));
    if (name == nullptr || type == nullptr || value == nullptr || key.empty() || kind.empty()) {
        if (name != nullptr && name->is_string() && key.empty()) {
            add_wrong(key_in(path, "name"), *name, "the name of an attribute");
        }
        return;
    }
    if (attrs.has(key)) {
        add_wrong(key_in(path, "name"), *name, "another name than an attribute before it has");
    }
    if (auto attr = read_value(*value, kind, key_in(path, "value"), key_in(path, "type"))) {
        attrs.set(key, std::move(*attr));
    }
}

std::optional<ops::Attr> AttrReader::read_value(const Json& json, const std::string& kind, const std::string& path,
                                                const std::string& kind_path) {
    const auto as_int = [](const Json& value) { return whole<int64_t>(value); };
    const auto as_text = [](const Json& value) {
        return value.is_string() ? std::optional<std::string>(value.get<std::string>()) : std::nullopt;
    };
    const auto as_float = [](const Json& value) { return element<float>(value); };
    const auto as_type = [](const Json& value) -> std::optional<aclDataType> {
        const auto number = whole<int32_t>(value);
        const aclDataType type = value.is_string() ? dtype_of_word(value.get<std::string>())
                                 : number          ? static_cast<aclDataType>(*number)
                                                   : ACL_DT_UNDEFINED;
        return size_of(type) == 0 && type != ACL_STRING ? std::nullopt : std::optional<aclDataType>(type);
    };
    const auto as_type_number = [&](const Json& value) {
        const auto type = as_type(value);
        return type ? std::optional<int64_t>(*type) : std::nullopt;
    };
    const auto as_ints = [&](const Json& value) -> std::optional<ops::Ints> {
        if (!value.is_array()) {
            return std::nullopt;
        }
        ops::Ints ints;
        for (const Json& each : value) {
            const auto number = as_int(each);
            if (!number) {
                return std::nullopt;
            }
            ints.push_back(*number);
        }
        return ints;
    };
    if (kind == "bool") {
        return one(json, path, truth, "true or false");
    }
    if (kind == "int") {
        return one(json, path, as_int, "a whole number of 64 bits");
    }
    if (kind == "float") {
        return one(json, path, as_float, "a number of type float");
    }
    if (kind == "string") {
        return one(json, path, as_text, "a text");
    }
    if (kind == "data_type") {
        return one(json, path, as_type, "the name of a type");
    }
    if (kind == "list_bool") {
        return many<ops::Bools>(json, path, truth, "true or false");
    }
    if (kind == "list_int") {
        return many<ops::Ints>(json, path, as_int, "a whole number of 64 bits");
    }
    if (kind == "list_float") {
        return many<ops::Floats>(json, path, as_float, "a number of type float");
    }
    if (kind == "list_string") {
        return many<ops::Strings>(json, path, as_text, "a text");
    }
    if (kind == "list_data_type") {
        return many<ops::Ints>(json, path, as_type_number, "the name of a type");
    }
    if (kind == "list_list_int") {
        return many<ops::IntLists>(json, path, as_ints, "a list of whole numbers of 64 bits");
    }
    add(kind_path, " is \"", kind.size() > kLongestKind ? "..." : kind,
        "\"; expected bool, int, float, string, data_type, list_bool, list_int, list_float, list_string, "
        "list_data_type or list_list_int");
    return std::nullopt;
}

}  // namespace softacl::model
