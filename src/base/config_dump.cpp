// SPDX-License-Identifier: Apache-2.0
#include "base/config_dump.h"

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>

#include "acl/acl_base.h"
#include "base/log.h"

namespace softacl {
namespace {

using nlohmann::json;

template <class... Parts>
Status senseless(const Parts&... parts) {
    return fail(ACL_ERROR_INVALID_DUMP_CONFIG, "the section \"dump\" of the configuration: ", parts...);
}

/// A text, or `otherwise` if the key is missing. Only those of `choices`, if there are any.
Result<std::string> text_of(const json& section, const char* key, const char* otherwise,
                            std::initializer_list<const char*> choices = {}) {
    const auto found = section.find(key);
    if (found == section.end()) {
        return std::string(otherwise);
    }
    const std::string value = found->is_string() ? found->get<std::string>() : "";
    const bool known = std::find(choices.begin(), choices.end(), value) != choices.end();
    if (!found->is_string() || (choices.size() != 0 && !known)) {
        std::string expected;
        for (const char* choice : choices) {
            expected += text(expected.empty() ? "\"" : ", \"", choice, "\"");
        }
        return senseless(key, " is ", found->dump(), "; expected ", expected.empty() ? "a text" : expected);
    }
    return value;
}

Result<std::vector<DumpConfig::Model>> models_of(const json& section) {
    std::vector<DumpConfig::Model> models;
    const auto list = section.find("dump_list");
    if (list == section.end()) {
        return models;
    }
    if (!list->is_array()) {
        return senseless("dump_list is ", list->dump(), "; expected a list of objects with model_name and layer");
    }
    for (const json& entry : *list) {
        const auto name = entry.find("model_name");
        if (!entry.is_object() || name == entry.end() || !name->is_string()) {
            return senseless("dump_list has the entry ", entry.dump(), "; expected an object with a model_name");
        }
        auto& model = models.emplace_back();
        model.name = name->get<std::string>();
        const auto layers = entry.find("layer");
        for (const json& layer : layers == entry.end() ? json::array() : *layers) {
            if (!layers->is_array() || !layer.is_string()) {
                return senseless("layer of model \"", model.name, "\" is ", layers->dump(),
                                 "; expected a list of names of operators");
            }
            model.layers.push_back(layer.get<std::string>());
        }
    }
    return models;
}

/// "0|3-5"
Result<std::vector<std::pair<uint64_t, uint64_t>>> steps_of(const std::string& value) {
    std::vector<std::pair<uint64_t, uint64_t>> steps;
    const char* at = value.data();
    const char* const end = at + value.size();
    const auto number = [&](uint64_t& into) {
        const auto [next, error] = std::from_chars(at, end, into);
        at = next;
        return error == std::errc();
    };
    while (at != end) {
        auto& [first, last] = steps.emplace_back();
        bool good = number(first);
        last = first;
        if (good && at != end && *at == '-') {
            ++at;
            good = number(last) && last >= first;
        }
        const bool more = at != end && *at == '|' && at + 1 != end;
        if (!good || (at != end && !more)) {
            return senseless("dump_step is \"", value, "\"; expected numbers and ranges such as \"0|3-5\"");
        }
        at += more ? 1 : 0;
    }
    return steps;
}

}  // namespace

Result<std::optional<DumpConfig>> parse_dump(const json& section) {
    if (section.empty()) {
        return std::optional<DumpConfig>();
    }
    if (!section.is_object()) {
        return senseless("it is ", section.dump(), "; expected an object");
    }
    DumpConfig config;
    SOFTACL_ASSIGN(config.path, text_of(section, "dump_path", ""));
    if (config.path.empty()) {
        return senseless("dump_path is missing or empty; expected the folder for the files");
    }
    SOFTACL_ASSIGN(config.models, models_of(section));
    SOFTACL_ASSIGN(const std::string mode, text_of(section, "dump_mode", "output", {"input", "output", "all"}));
    config.inputs = mode != "output";
    config.outputs = mode != "input";
    SOFTACL_ASSIGN(const std::string steps, text_of(section, "dump_step", ""));
    SOFTACL_ASSIGN(config.steps, steps_of(steps));
    SOFTACL_ASSIGN(const std::string ops, text_of(section, "dump_op_switch", "off", {"on", "off"}));
    config.single_ops = ops == "on";
    SOFTACL_ASSIGN(const std::string debug, text_of(section, "dump_debug", "off", {"on", "off"}));
    if (debug == "on" && (!config.models.empty() || config.single_ops)) {
        return senseless("dump_debug is \"on\" together with dump_list or dump_op_switch; expected one of them");
    }
    if (debug == "on") {
        return fail(ACL_ERROR_FEATURE_UNSUPPORTED,
                    "the section \"dump\" of the configuration: dump_debug is \"on\", which this version cannot serve "
                    "yet; remove it to run without");
    }
    for (const auto& [key, usual] :
         {std::pair("dump_data", "tensor"), std::pair("dump_scene", "normal"), std::pair("dump_level", "op")}) {
        SOFTACL_ASSIGN(const std::string value, text_of(section, key, usual));
        if (value != usual) {
            log(LogLevel::kWarning, SOFTACL_HERE,
                text("the section \"dump\" of the configuration: ", key, " is \"", value,
                     "\", which has no effect; it is \"", usual, "\" here"));
        }
    }
    return std::optional(std::move(config));
}

}  // namespace softacl
