// SPDX-License-Identifier: Apache-2.0
#include "convert/option_values.h"

#include <algorithm>
#include <charconv>

namespace softacl::convert {
namespace {

std::string trimmed(const std::string& word) {
    constexpr const char* kBlank = " \t\r\n";
    const size_t begin = word.find_first_not_of(kBlank);
    return begin == std::string::npos ? "" : word.substr(begin, word.find_last_not_of(kBlank) - begin + 1);
}

/// The parts between separators, without blanks around them.
std::vector<std::string> split(const std::string& value, char separator) {
    std::vector<std::string> parts;
    size_t begin = 0;
    for (size_t end = 0; end != std::string::npos; begin = end + 1) {
        end = value.find(separator, begin);
        parts.push_back(trimmed(value.substr(begin, end - begin)));
    }
    return parts;
}

/// Items of a list; a separator may stand at the end.
std::vector<std::string> items(const std::string& value) {
    std::vector<std::string> parts = split(value, ';');
    if (parts.back().empty()) {
        parts.pop_back();
    }
    return parts;
}

template <class Number>
std::optional<Number> number(const std::string& digits) {
    Number value = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    return error == std::errc() && end == digits.data() + digits.size() ? std::optional(value) : std::nullopt;
}

constexpr const char* kShapeForm = "Write \"name:1,3,224,224;other:1,10\".";

/// "7", "-1", "1~20" or "1~-1" as the lowest and the highest value.
std::optional<ops::Ints> parse_range(const std::string& word) {
    const size_t tilde = word.find('~');
    if (tilde == std::string::npos) {
        const auto dim = number<int64_t>(word);
        if (!dim || (*dim < 1 && *dim != -1)) {
            return std::nullopt;
        }
        return *dim == -1 ? ops::Ints{1, -1} : ops::Ints{*dim, *dim};
    }
    const auto lowest = number<int64_t>(trimmed(word.substr(0, tilde)));
    const auto highest = number<int64_t>(trimmed(word.substr(tilde + 1)));
    if (!lowest || !highest || *lowest < 1 || (*highest < *lowest && *highest != -1)) {
        return std::nullopt;
    }
    return ops::Ints{*lowest, *highest};
}

std::optional<ops::IntLists> parse_ranges(const char* option, const std::string& item, std::string list,
                                          Problems& problems) {
    if (list.size() >= 2 && list.front() == '[' && list.back() == ']') {
        list = trimmed(list.substr(1, list.size() - 2));
    }
    ops::IntLists ranges;
    for (const std::string& word : list.empty() ? std::vector<std::string>() : split(list, ',')) {
        if (word == "-2") {
            problems.add(
                code::kNotSupported, option, " [", item,
                "] leaves the number of dimensions open, which is not supported. Give each dimension, -1 where "
                "any size will do.");
            return std::nullopt;
        }
        const auto range = parse_range(word);
        if (!range) {
            problems.add(code::kInputShape, option, " [", item, "] has the dimension [", word,
                         "]; expected a number above 0, -1 for any, or a range such as 1~20. ", kShapeForm);
            return std::nullopt;
        }
        ranges.push_back(*range);
    }
    return ranges;
}

Shape shape_of(const ops::IntLists& ranges) {
    std::vector<int64_t> dims;
    for (const ops::Ints& range : ranges) {
        dims.push_back(range[0] == range[1] ? range[0] : -1);
    }
    return Shape(std::move(dims));
}

constexpr struct {
    const char* word;
    aclDataType type;
} kOutputTypes[] = {{"FP32", ACL_FLOAT},  {"FP16", ACL_FLOAT16},  {"UINT8", ACL_UINT8},  {"INT8", ACL_INT8},
                    {"INT16", ACL_INT16}, {"UINT16", ACL_UINT16}, {"INT32", ACL_INT32},  {"UINT32", ACL_UINT32},
                    {"INT64", ACL_INT64}, {"UINT64", ACL_UINT64}, {"DOUBLE", ACL_DOUBLE}};

std::optional<aclDataType> output_type_named(const std::string& word) {
    for (const auto& row : kOutputTypes) {
        if (word == row.word) {
            return row.type;
        }
    }
    return std::nullopt;
}

/// "node:3" as name and index; nothing if there is no index.
std::optional<std::pair<std::string, size_t>> node_and_index(const std::string& item) {
    const size_t colon = item.rfind(':');
    const auto index = colon == std::string::npos ? std::nullopt : number<size_t>(item.substr(colon + 1));
    if (!index || colon == 0) {
        return std::nullopt;
    }
    return std::pair(item.substr(0, colon), *index);
}

}  // namespace

std::vector<std::vector<int64_t>> parse_number_rows(const char* option, const std::string& value, Problems& problems) {
    std::vector<std::vector<int64_t>> rows;
    for (const std::string& item : items(value)) {
        auto& row = rows.emplace_back();
        for (const std::string& word : split(item, ',')) {
            const auto value_of_word = number<int64_t>(word);
            if (!value_of_word || *value_of_word < 1) {
                problems.add(code::kOptionValue, option, " [", value, "] has [", word,
                             "]; expected a number above 0. Write \"1,2;3,4\".");
                return rows;
            }
            row.push_back(*value_of_word);
        }
    }
    return rows;
}

std::vector<InputShape> parse_input_shape(const char* option, const std::string& value, Problems& problems) {
    std::vector<InputShape> shapes;
    for (const std::string& item : items(value)) {
        const size_t colon = item.rfind(':');
        const std::string name = colon == std::string::npos ? "" : trimmed(item.substr(0, colon));
        if (name.empty()) {
            problems.add(code::kInputShape, option, " [", item, "] does not name an input. ", kShapeForm);
            continue;
        }
        auto ranges = parse_ranges(option, item, trimmed(item.substr(colon + 1)), problems);
        if (!ranges) {
            continue;
        }
        if (std::any_of(shapes.begin(), shapes.end(), [&](const InputShape& other) { return other.name == name; })) {
            problems.add(code::kInputShape, option, " names the input [", name, "] twice. Name each input once.");
        }
        shapes.push_back({name, shape_of(*ranges), std::move(*ranges)});
    }
    return shapes;
}

std::vector<ImportOptions::Output> parse_out_nodes(const std::string& value, Problems& problems) {
    std::vector<ImportOptions::Output> outputs;
    for (const std::string& item : items(value)) {
        if (item.empty()) {
            problems.add(code::kOptionValue, "out_nodes [", value, "] has an empty item. ",
                         "Write \"node:0;other:0\" or names of tensors.");
            continue;
        }
        const auto node = node_and_index(item);
        outputs.push_back(node ? ImportOptions::Output{node->first, node->second}
                               : ImportOptions::Output{item, std::nullopt});
    }
    const auto indexed = std::count_if(outputs.begin(), outputs.end(), [](const auto& out) { return out.index; });
    if (indexed != 0 && static_cast<size_t>(indexed) != outputs.size()) {
        problems.add(code::kOptionValue, "out_nodes [", value,
                     "] mixes node:index and names of tensors. Use one form.");
    }
    return outputs;
}

void parse_output_type(const std::string& value, ImportOptions& options, Problems& problems) {
    if (const auto type = output_type_named(value)) {
        options.output_type = type;
        return;
    }
    for (const std::string& item : items(value)) {
        const size_t colon = item.rfind(':');
        const auto node = colon == std::string::npos ? std::nullopt : node_and_index(item.substr(0, colon));
        const auto type = node ? output_type_named(item.substr(colon + 1)) : std::nullopt;
        if (!type) {
            std::string words;
            for (const auto& row : kOutputTypes) {
                words += (words.empty() ? "" : ", ") + std::string(row.word);
            }
            problems.add(code::kOptionValue, "output_type [", item,
                         "] is neither a type nor node:index:TYPE. Types are ", words, ".");
            continue;
        }
        options.output_types.push_back({node->first, node->second, *type});
    }
}

std::set<std::string> parse_names(const std::string& value) {
    const auto names = items(value);
    std::set<std::string> unique(names.begin(), names.end());
    unique.erase("");
    return unique;
}

std::optional<aclFormat> parse_input_format(const std::string& value, Problems& problems) {
    for (const aclFormat format :
         {ACL_FORMAT_NCHW, ACL_FORMAT_NHWC, ACL_FORMAT_ND, ACL_FORMAT_NCDHW, ACL_FORMAT_NDHWC}) {
        if (value == name_of(format)) {
            return format;
        }
    }
    problems.add(code::kOptionValue, "input_format [", value, "] is not known. Use NCHW, NHWC, ND, NCDHW or NDHWC.");
    return std::nullopt;
}

}  // namespace softacl::convert
