// SPDX-License-Identifier: Apache-2.0
#include "convert/command_line.h"

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <sstream>

#include "convert/option_table.h"
#include "convert/option_values.h"

namespace softacl::convert {
namespace {

using Values = std::map<std::string, std::string>;

bool is_option(const std::string& argument) {
    const size_t name = argument.find_first_not_of('-');
    return (name == 1 || name == 2) && std::isalpha(static_cast<unsigned char>(argument[name])) != 0;
}

bool allows(const OptionDef& option, const std::string& value) {
    std::istringstream words(option.values == nullptr ? "" : option.values);
    for (std::string word; words >> word;) {
        if (word == value) {
            return true;
        }
    }
    return option.values == nullptr;
}

std::string choices(const OptionDef& option) {
    std::string text = option.values;
    for (size_t at = 0; (at = text.find(' ', at)) != std::string::npos; at += 2) {
        text.replace(at, 1, ", ");
    }
    return text;
}

/// The values by option; "help" and "version" have none.
Values collect(const std::vector<std::string>& arguments, Problems& problems) {
    Values values;
    for (size_t i = 0; i < arguments.size(); ++i) {
        const std::string& argument = arguments[i];
        if (argument == "-h" || argument == "-v") {
            values[argument == "-h" ? "help" : "version"] = "";
            continue;
        }
        if (!is_option(argument)) {
            problems.add(code::kOptionUnknown, "The argument [", argument,
                         "] belongs to no option. Put values with blanks into quotation marks.");
            continue;
        }
        const size_t begin = argument.find_first_not_of('-');
        const size_t equals = argument.find('=');
        const std::string name = argument.substr(begin, equals == std::string::npos ? equals : equals - begin);
        if (name == "help" || name == "version") {
            values[name] = "";
            continue;
        }
        if (find_option(name) == nullptr) {
            const std::string similar = similar_option(name);
            problems.add(code::kOptionUnknown, "The option [--", name, "] is not known. ",
                         similar.empty() ? "atc --help lists all options." : "Did you mean --" + similar + "?");
            if (equals == std::string::npos && i + 1 < arguments.size() && !is_option(arguments[i + 1])) {
                ++i;  // its value
            }
            continue;
        }
        if (equals != std::string::npos) {
            values[name] = argument.substr(equals + 1);
        } else if (i + 1 < arguments.size() && !is_option(arguments[i + 1])) {
            values[name] = arguments[++i];
        } else {
            problems.add(code::kOptionMissing, "The option [--", name, "] has no value. Write --", name, "=VALUE.");
        }
    }
    return values;
}

class Options {
   public:
    Options(Values values, CommandLine& line, Problems& problems)
        : values_(std::move(values)), line_(line), problems_(problems) {}

    void read() {
        for (const auto& [name, value] : values_) {
            check(*find_option(name), value);
        }
        read_log();
        read_mode();
        if (!get("singleop").empty()) {
            read_single_ops();
            return;
        }
        if (line_.mode != 0 && line_.mode != 3) {
            return;
        }
        read_files();
        read_precision();
        Conversion& conversion = line_.conversion;
        conversion.aipp = get("insert_op_conf");
        conversion.overflow_check = get("status_check") == "1";
        conversion.external_weight = get("external_weight") == "1";
        conversion.only_check = line_.mode == 3;
        conversion.report = get("check_report");
        if (conversion.only_check && conversion.report.empty()) {
            conversion.report = "check_result.json";
        }
        ImportOptions& import = conversion.import;
        read_gears();
        read_shapes();
        import.outputs = parse_out_nodes(get("out_nodes"), problems_);
        import.float16_inputs = parse_names(get("input_fp16_nodes"));
        parse_output_type(get("output_type"), import, problems_);
        if (!get("input_format").empty() && good("input_format")) {
            conversion.input_format =
                parse_input_format(get("input_format"), problems_).value_or(conversion.input_format);
        }
    }

   private:
    /// An empty value is as good as none.
    std::string get(const std::string& name) const {
        const auto at = values_.find(name);
        return at == values_.end() ? "" : at->second;
    }

    bool good(const std::string& name) const { return allows(*find_option(name), get(name)); }

    void check(const OptionDef& option, const std::string& value) {
        if (value.empty()) {
            return;
        }
        const bool accepted = option.effect == Effect::kNone || option.effect == Effect::kDoubtful;
        if (!allows(option, value)) {
            const std::string sentence = text("The option --", option.name, " [", value,
                                              "] has a value that is not known. Use one of: ", choices(option), ".");
            if (accepted) {
                problems_.warn(code::kOptionValue, sentence);
            } else {
                problems_.add(code::kOptionValue, sentence);
            }
        } else if (option.effect == Effect::kDoubtful) {
            problems_.warn(code::kOptionValue, "The option --", option.name, " [", value, "] has no effect here.");
        }
        if (accepted) {
            line_.no_effect.push_back(option.name);
        }
    }

    std::string required(const char* name) {
        std::string value = get(name);
        if (value.empty()) {
            problems_.add(code::kOptionMissing, "The option [--", name, "] is missing or empty. Write --", name,
                          "=VALUE.");
        }
        return value;
    }

    void read_files() {
        Conversion& conversion = line_.conversion;
        conversion.model = required("model");
        conversion.output = line_.mode == 3 ? get("output") : required("output");
        const std::string framework = required("framework");
        if (!framework.empty() && good("framework")) {
            conversion.framework = std::atoi(framework.c_str());
            if (conversion.framework == 1) {
                problems_.add(code::kNotSupported,
                              "framework [1] (MindSpore) is not supported. Export the network as ONNX.");
            } else if (conversion.framework == kCaffeFramework) {
                conversion.weight = required("weight");
            } else if (conversion.framework == kTensorFlowFramework) {
                conversion.input_format = ACL_FORMAT_NHWC;
            }
        }
        conversion.soc_version = soc_version();
    }

    std::string soc_version() {
        std::string soc = get("soc_version").empty() ? get("soc") : get("soc_version");
        if (soc.empty()) {
            problems_.warn(code::kOptionMissing, "The option --soc_version is missing. Ascend310B4 is recorded.");
            soc = "Ascend310B4";
        }
        return soc;
    }

    void read_single_ops() {
        SingleOpConversion& single_ops = line_.single_ops;
        single_ops.list = get("singleop");
        single_ops.output = required("output");
        single_ops.soc_version = soc_version();
        single_ops.command_line = line_.conversion.command_line;
        single_ops.overflow_check = get("status_check") == "1";
        read_precision();
        single_ops.precision = line_.conversion.precision;
        for (const char* name :
             {"model", "weight", "om", "json", "input_shape", "input_shape_range", "dynamic_batch_size",
              "dynamic_image_size", "dynamic_dims", "out_nodes", "output_type", "input_fp16_nodes", "insert_op_conf"}) {
            if (!get(name).empty()) {
                problems_.add(code::kOptionsExclude, "singleop [", single_ops.list, "] and ", name, " [", get(name),
                              "] exclude each other. Leave one of them out.");
            }
        }
        if (line_.mode != 0) {
            problems_.add(code::kOptionsExclude, "singleop [", single_ops.list, "] and mode [", line_.mode,
                          "] exclude each other. Leave one of them out.");
        }
        for (const char* name :
             {"framework", "input_format", "check_report", "external_weight", "display_model_info"}) {
            if (!get(name).empty()) {
                problems_.warn(code::kOptionValue, "The option --", name, " [", get(name),
                               "] has no effect with --singleop.");
            }
        }
    }

    void read_gears() {
        using Kind = model::Gears::Kind;
        GearWish& gears = line_.conversion.gears;
        for (const Kind kind : {Kind::kBatch, Kind::kSize, Kind::kDims}) {
            const std::string value = get(option_of(kind));
            if (value.empty()) {
                continue;
            }
            if (gears.kind != Kind::kNone) {
                problems_.add(code::kOptionsExclude, option_of(gears.kind), " and ", option_of(kind), " [", value,
                              "] exclude each other. Give one of them.");
                return;
            }
            gears.kind = kind;
            gears.values = parse_gears(kind, value, problems_);
            const bool has_aipp = !get("insert_op_conf").empty();
            if (has_aipp && kind == Kind::kDims) {
                problems_.add(code::kOptionsExclude, "dynamic_dims [", value,
                              "] and insert_op_conf exclude each other. Leave one of them out.");
            }
        }
    }

    void read_shapes() {
        Conversion& conversion = line_.conversion;
        const bool old_form = !get("input_shape_range").empty();
        const char* option = old_form ? "input_shape_range" : "input_shape";
        if (old_form && !get("input_shape").empty()) {
            problems_.add(code::kOptionsExclude, "input_shape [", get("input_shape"), "] and input_shape_range [",
                          get("input_shape_range"), "] exclude each other. Give one of them.");
        }
        const bool with_gears = conversion.gears.kind != model::Gears::Kind::kNone;
        for (InputShape& input : parse_input_shape(option, get(option), problems_)) {
            const bool open = !input.shape.is_known();
            const bool limited = std::any_of(input.ranges.begin(), input.ranges.end(), [](const ops::Ints& range) {
                return range[0] != range[1] && range != ops::Ints{1, -1};
            });
            if (with_gears && (limited || (open && old_form))) {
                problems_.add(code::kOptionsExclude, option, " [", get(option), "] has ranges, and ",
                              option_of(conversion.gears.kind), " names all values. Give one of them.");
            } else if (open && !with_gears && !get("insert_op_conf").empty()) {
                problems_.add(
                    code::kOptionsExclude, option, " [", get(option), "] leaves dimensions of the input [", input.name,
                    "] open, and insert_op_conf needs to know them. Give them, or name them with dynamic_batch_size or "
                    "dynamic_image_size.");
            }
            conversion.import.shapes[input.name] = std::move(input.shape);
            conversion.ranges[input.name] = std::move(input.ranges);
            conversion.gears.inputs.push_back(input.name);
        }
    }

    void read_mode() {
        const std::string mode = get("mode");
        line_.shows_info = get("display_model_info") == "1";
        if (mode.empty() || !good("mode")) {
            return;
        }
        line_.mode = std::atoi(mode.c_str());
        if (mode != "0" && mode != "3") {
            line_.om = required("om");
            line_.json = mode == "6" ? "" : required("json");
        }
    }

    void read_log() {
        const std::string log = get("log");
        for (const auto& [word, wish] : {std::pair("debug", LogWish::kDebug), std::pair("info", LogWish::kInfo),
                                         std::pair("warning", LogWish::kWarning), std::pair("error", LogWish::kError),
                                         std::pair("null", LogWish::kNone)}) {
            line_.log = log == word ? wish : line_.log;
        }
    }

    void read_precision() {
        const std::string mode = get("precision_mode");
        const std::string mode_v2 = get("precision_mode_v2");
        if (!mode.empty() && !mode_v2.empty()) {
            problems_.add(code::kOptionsExclude, "precision_mode [", mode, "] and precision_mode_v2 [", mode_v2,
                          "] exclude each other. Give one of them.");
        }
        const std::string given = mode.empty() ? mode_v2 : mode;
        line_.conversion.precision = given.empty() ? "must_keep_origin_dtype" : given;
        if (given.find("16") != std::string::npos || given == "allow_mix_precision") {
            line_.no_effect.push_back(mode.empty() ? "precision_mode_v2" : "precision_mode");
        }
    }

    Values values_;
    CommandLine& line_;
    Problems& problems_;
};

std::string joined(const std::vector<std::string>& arguments) {
    std::string line = "atc";
    for (const std::string& argument : arguments) {
        line += " " + argument;
    }
    return line;
}

}  // namespace

CommandLine parse_command_line(const std::vector<std::string>& arguments, Problems& problems) {
    CommandLine line;
    Values values = collect(arguments, problems);
    line.help = values.erase("help") != 0;
    line.version = values.erase("version") != 0;
    line.conversion.command_line = joined(arguments);
    if (!line.help && !line.version) {
        Options(std::move(values), line, problems).read();
    }
    return line;
}

std::string usage() {
    std::ostringstream out;
    out << "atc --model=NET.onnx --framework=5 --output=NET --soc_version=Ascend310B4 [--OPTION=VALUE ...]\n"
           "atc --singleop=OPERATORS.json --output=FOLDER --soc_version=Ascend310B4\n\n"
           "Makes an offline model (.om) of a network. Options have one or two dashes, their value behind '=' or as\n"
           "the next argument; of an option given twice the last counts.\n\n";
    const auto list = [&](const char* title, auto wanted) {
        out << title << "\n";
        std::string line = " ";
        for (const OptionDef& row : option_table()) {
            if (wanted(row.effect)) {
                constexpr size_t kWidth = 100;
                if (line.size() + std::string(row.name).size() > kWidth) {
                    out << line << "\n";
                    line = " ";
                }
                line += std::string(" ") + row.name;
            }
        }
        out << line << "\n\n";
    };
    for (const OptionDef& row : option_table()) {
        if (row.effect == Effect::kUsed) {
            constexpr size_t kColumn = 20;
            out << "  --" << row.name << std::string(kColumn - std::min(kColumn - 1, std::string(row.name).size()), ' ')
                << row.help << "\n";
        }
    }
    out << "\n";
    list("Accepted, without effect:",
         [](Effect effect) { return effect == Effect::kNone || effect == Effect::kDoubtful; });
    out << "Exit status: 0 the model was written, 1 it was not, 2 the command line is wrong.\n";
    return out.str();
}

}  // namespace softacl::convert
