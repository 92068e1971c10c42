// SPDX-License-Identifier: Apache-2.0
#include "options.h"

#include <CLI/CLI.hpp>
#include <charconv>
#include <initializer_list>
#include <memory>

namespace omrun {
namespace {

constexpr int kUsage = 2;

/// "name:1,3;other:2": the last ':' of an item separates. Throws what CLI11 reports.
NamedDims parse_dims(const std::string& option, const std::string& value) {
    NamedDims found;
    const auto refuse = [&](const std::string& item) {
        throw CLI::ValidationError(option, "'" + item + "' is not NAME:NUMBER,NUMBER,... with numbers from 0 on");
    };
    for (size_t at = 0; at <= value.size();) {
        const size_t end = std::min(value.find(';', at), value.size());
        const std::string item = value.substr(at, end - at);
        at = end + 1;
        if (item.empty()) {
            continue;
        }
        const size_t colon = item.rfind(':');
        if (colon == std::string::npos || colon == 0 || found.count(item.substr(0, colon)) != 0) {
            refuse(item);
        }
        auto& dims = found[item.substr(0, colon)];
        const char* digits = item.data() + colon + 1;
        const char* const last = item.data() + item.size();
        while (digits < last) {
            int64_t dim = -1;
            const auto [stop, error] = std::from_chars(digits, last, dim);
            if (error != std::errc() || dim < 0 || (stop != last && (*stop != ',' || stop + 1 == last))) {
                refuse(item);
            }
            dims.push_back(dim);
            digits = stop + 1;
        }
    }
    return found;
}

constexpr const char* kIntroduction =
    "Runs an offline model (.om) on files or made-up data, and tells how long it takes.\n";
constexpr const char* kEnd =
    "Examples:\n"
    "  omrun --model net.om                                   zeros in, times out\n"
    "  omrun --model net.om --input a.npy,b.bin --output out --outfmt NPY\n"
    "  omrun --model net.om --input pictures/ --output out    one run for each file\n"
    "  omrun --model net.om --pure_data_type random --loop 100 --warmup_count 5\n"
    "  omrun --model net.om --input a.npy --golden wanted.npy --rtol 1e-2\n\n"
    "An input is a .npy file, a .txt file of numbers, or any other file of plain bytes. Outputs are named after the\n"
    "first input's file: out/a_0.bin is output 0 for a.npy, and out/pure_infer_data_0.bin that for made-up data.\n\n"
    "Exit status: 0 success, 1 failure, 2 the command line is wrong, 3 an output differs from --golden.\n";

/// Options below one title of the help.
struct Section {
    CLI::App& app;
    const char* title;

    template <class T>
    CLI::Option* add(const char* name, T& target, const char* type, const std::string& help) const {
        return app.add_option(name, target, help)->group(title)->type_name(type);
    }

    /// `parse` takes the text, and throws what CLI11 reports.
    template <class Parse>
    void add_parsed(const char* name, const char* type, const std::string& help, const Parse& parse) const {
        app.add_option_function<std::string>(name, parse, help)->group(title)->type_name(type);
    }

    template <class T>
    void add_choice(const char* name, T& target, const std::map<std::string, T>& choices,
                    const std::string& help) const {
        add_parsed(name, "WORD", help, [name, &target, choices](const std::string& word) {
            std::string all;
            for (const auto& [choice, value] : choices) {
                if (CLI::detail::to_lower(choice) == CLI::detail::to_lower(word)) {
                    target = value;
                    return;
                }
                all += (all.empty() ? "" : ", ") + choice;
            }
            throw CLI::ValidationError(name, "'" + word + "' is none of " + all);
        });
    }
};

/// What is allowed is told when it is not met; the help stays short.
CLI::Validator quiet(const CLI::Validator& validator) { return validator.description(""); }

/// Lines of the help, which its columns do not break.
std::string lines(std::initializer_list<const char*> all) {
    std::string joined;
    for (const char* line : all) {
        joined += (joined.empty() ? "" : "\n") + std::string(line);
    }
    return joined;
}

void declare_files(CLI::App& app, Options& options) {
    const Section input = {app, "Input"};
    input
        .add("-i,--input", options.inputs, "PATH",
             lines({"A file or folder for each input, in the model's order. Folders hold a",
                    "file for each run, taken by name; of a model with one input several",
                    "files are several runs. Without it, data are made up."}))
        ->delimiter(',');
    input.add_choice<bool>("--pure_data_type", options.random, {{"zero", false}, {"random", true}},
                           lines({"Made-up data: zero (default), or random: from 0 to 1, of bytes 0 to",
                                  "255, of wider integers 0 and 1, which are indexes into anything"}));
    input.add("--seed", options.seed, "NUMBER", "Of random data");

    const Section output = {app, "Output"};
    output.add("-o,--output", options.output, "FOLDER", "Folder for the outputs; made if there is none");
    output.add_choice<Format>("--outfmt", options.format,
                              {{"BIN", Format::kBin}, {"NPY", Format::kNpy}, {"TXT", Format::kTxt}},
                              "BIN (default), NPY, or TXT: a line for each row");
    output
        .add("--golden", options.golden, "PATH",
             lines(
                 {"What the outputs should be: a file for each, or a folder of files", "named as --output names them"}))
        ->delimiter(',');
    output.add("--atol", options.atol, "NUMBER", "Allowed difference, default 1e-4, ...")
        ->check(quiet(CLI::NonNegativeNumber));
    output.add("--rtol", options.rtol, "NUMBER", "... plus this, default 1e-3, times the golden number's size")
        ->check(quiet(CLI::NonNegativeNumber));
    output.add("--cosine", options.cosine, "NUMBER", "The least cosine similarity; default: any")
        ->check(quiet(CLI::Range(-1.0, 1.0)));
    output.add("--summary", options.summary, "FILE", "File for all that is told, as JSON");
}

void declare(CLI::App& app, Options& options) {
    app.add_option("-m,--model", options.model, "The model")->required()->type_name("FILE");
    declare_files(app, options);

    const Section running = {app, "Running"};
    constexpr int kMost = 1000000000;
    running.add("-d,--device", options.device, "NUMBER", "Number of the device, default 0")
        ->check(quiet(CLI::NonNegativeNumber));
    running.add("--loop", options.loop, "NUMBER", "Runs for each input, default 1")->check(quiet(CLI::Range(1, kMost)));
    running.add("--warmup_count", options.warmup, "NUMBER", "Runs before, which are not counted; default 1")
        ->check(quiet(CLI::Range(0, kMost)));
    running
        .add("--batchsize", options.batch_size, "NUMBER",
             lines({"Samples in one run, for the throughput; default: the first dimension", "of the first input"}))
        ->check(quiet(CLI::PositiveNumber));
    running.add("--acl_json_path", options.config, "FILE", "Configuration file for aclInit");
    app.add_flag("-q,--quiet", options.quiet, "Only failures are told")->group(running.title);

    const Section shapes = {app, "Models of several shapes"};
    shapes.add("--dymBatch", options.batch, "NUMBER", "The batch; default: the largest gear")
        ->check(quiet(CLI::PositiveNumber));
    shapes.add("--dymHW", options.size, "HEIGHT,WIDTH", "The size of pictures")
        ->delimiter(',')
        ->expected(1, 2)
        ->check(quiet(CLI::PositiveNumber));
    shapes.add_parsed("--dymDims", "NAME:1,2;...", "The dimensions of all inputs, of a model with gears of dimensions",
                      [&](const std::string& value) { options.dims = parse_dims("--dymDims", value); });
    shapes.add_parsed("--dymShape", "NAME:1,2;...",
                      lines({"The shapes of inputs, of a model with open dimensions; default: those", "of .npy files"}),
                      [&](const std::string& value) { options.shape = parse_dims("--dymShape", value); });
    shapes
        .add("--outputSize", options.output_sizes, "NUMBER",
             lines({"Bytes for each output, where the model does not tell; default: memory", "that the model takes"}))
        ->delimiter(',');
}

}  // namespace

std::optional<Options> parse_options(int argc, char** argv, int* status) {
    Options options;
    CLI::App app(kIntroduction, "omrun");
    app.footer(kEnd);
    app.set_version_flag("-v,--version", "softacl omrun " SOFTACL_VERSION, "Shows the version");
    app.set_help_flag("-h,--help", "Shows this");
    app.get_formatter()->column_width(32);
    declare(app, options);
    try {
        app.parse(argc, argv);
        if (options.size.size() == 1) {
            throw CLI::ValidationError("--dymHW", "expected two numbers: HEIGHT,WIDTH");
        }
        const int given = (options.batch ? 1 : 0) + (options.size.empty() ? 0 : 1) + (options.dims.empty() ? 0 : 1) +
                          (options.shape.empty() ? 0 : 1);
        if (given > 1) {
            throw CLI::ValidationError("--dymBatch, --dymHW, --dymDims and --dymShape", "they exclude each other");
        }
    } catch (const CLI::ParseError& error) {
        *status = app.exit(error) == 0 ? 0 : kUsage;
        return std::nullopt;
    }
    return options;
}

}  // namespace omrun
