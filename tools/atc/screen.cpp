// SPDX-License-Identifier: Apache-2.0
#include "screen.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>

namespace softacl::atc {
namespace {

using convert::LogWish;
namespace code = convert::code;

/// What helps with every message of a code.
const char* solution(const std::string& wanted) {
    constexpr std::array<std::pair<const char*, const char*>, 18> kSolutions = {{
        {code::kOptionValue, "Correct the value; 'atc --help' explains the options."},
        {code::kInputShape, "Give every input whose shape is open: --input_shape=\"name:1,3,224,224\"."},
        {code::kOptionMissing, "Give the option; 'atc --help' explains the options."},
        {code::kOptionUnknown, "Correct the option; 'atc --help' lists all."},
        {code::kOptionsExclude, "Give one of the options."},
        {code::kNameUnknown, "Use names as they are in the network; a viewer such as Netron shows them."},
        {code::kGearDims, "Leave open (-1) in --input_shape what the option is for, and nothing else."},
        {code::kGears, "Correct the values; every gear must be one that the network works in."},
        {code::kAipp, "Correct the file of --insert_op_conf."},
        {code::kOpListSyntax, "Correct the file of --singleop; a JSON checker shows the place."},
        {code::kOpList, "Correct the file of --singleop; docs/operators.md lists what operators take."},
        {code::kFile, "Check the path, its permissions and the free space."},
        {code::kCaffe, "Correct the prototxt, or take the caffemodel that was trained with it."},
        {code::kTensorFlow, "Freeze the network: variables become constants, and the GraphDef is written as binary."},
        {code::kOnnx, "Export the network again as ONNX, opset 11 to 18, and check it with onnx.checker."},
        {code::kNotSupported, "Leave it out, or use what the message proposes."},
        {code::kNoParser, "Replace the operator, or end the network before it with --out_nodes."},
        {code::kInternal, "Report the message together with the network."},
    }};
    const auto at =
        std::find_if(kSolutions.begin(), kSolutions.end(), [&](const auto& row) { return wanted == row.first; });
    return at == kSolutions.end() ? "See the message." : at->second;
}

std::string bytes_text(double bytes) {
    constexpr std::array<const char*, 4> kUnits = {"bytes", "KiB", "MiB", "GiB"};
    size_t unit = 0;
    for (; bytes >= 1024 && unit + 1 < kUnits.size(); ++unit) {
        bytes /= 1024;
    }
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), unit == 0 ? "%.0f %s" : "%.1f %s", bytes, kUnits[unit]);
    return text.data();
}

void print_tensors(const char* what, const std::vector<convert::Outcome::Tensor>& tensors) {
    for (const auto& tensor : tensors) {
        const std::string format =
            tensor.type.format == ACL_FORMAT_ND ? "" : std::string(" ") + name_of(tensor.type.format);
        std::printf("  %-7s %s  %s%s\n", what, convert::printable(tensor.name).c_str(), tensor.type.text().c_str(),
                    format.c_str());
    }
}

}  // namespace

ProgressLine::ProgressLine() : on_(isatty(STDOUT_FILENO) != 0 && isatty(STDERR_FILENO) != 0) {}

void ProgressLine::show(const char* step, double done) {
    if (on_) {
        constexpr int kWidth = 24;
        const int filled = static_cast<int>(done * kWidth);
        std::fprintf(stderr, "\r\x1b[K  [%-*.*s] %s", kWidth, filled, "########################", step);
        std::fflush(stderr);
        shown_ = true;
    }
}

void ProgressLine::clear() {
    if (shown_) {
        std::fprintf(stderr, "\r\x1b[K");
        std::fflush(stderr);
        shown_ = false;
    }
}

void print_step(const convert::CommandLine& line, const char* step, double seconds) {
    if (line.log <= LogWish::kInfo) {
        std::fprintf(stderr, "[INFO] %s (after %.3f s)\n", step, seconds);
    }
}

void print_diagnostics(const convert::CommandLine& line, const convert::Problems& problems) {
    if (line.log <= LogWish::kWarning) {
        for (const auto& warning : problems.warnings()) {
            std::fprintf(stderr, "[WARNING] %s: %s\n", warning.code.c_str(), warning.text.c_str());
        }
    }
    if (line.log <= LogWish::kInfo) {
        for (const std::string& option : line.no_effect) {
            std::fprintf(stderr, "[INFO] The option --%s is accepted and changes nothing.\n", option.c_str());
        }
    }
}

void print_failure(const convert::Problems& problems) {
    const auto& list = problems.list();
    std::printf("ATC run failed, Please check the detail log, Try 'atc --help' for more information\n");
    std::printf("%s: %s\n", list[0].code.c_str(), list[0].text.c_str());
    std::printf("        Solution: %s\n", solution(list[0].code));
    if (list.size() > 1) {
        std::printf("        TraceBack (most recent call last):\n");
        for (size_t i = 1; i < list.size(); ++i) {
            std::printf("        %s: %s\n", list[i].code.c_str(), list[i].text.c_str());
        }
        if (problems.left_out() != 0) {
            std::printf("        ... and %zu more\n", problems.left_out());
        }
    }
}

void print_outcome(const convert::Outcome& outcome, double seconds) {
    print_tensors("input", outcome.inputs);
    print_tensors("output", outcome.outputs);
    if (!outcome.gears.empty()) {
        std::string gears;
        for (const auto& values : outcome.gears) {
            gears += " " + Shape(values).text();
        }
        std::printf("  gears  %s\n", gears.c_str());
    }
    std::printf("  %zu nodes became %zu operators, %s of weights", outcome.nodes_before, outcome.nodes,
                bytes_text(static_cast<double>(outcome.weight_bytes)).c_str());
    constexpr double kGiga = 1e9;
    if (outcome.flops > 0) {
        std::printf(", %.3g GFLOP", outcome.flops / kGiga);
    }
    if (outcome.path.empty()) {
        std::printf("\n  checked in %.1f s; nothing is written\n", seconds);
        return;
    }
    std::printf("\n  %s, %s, in %.1f s\n", outcome.path.c_str(),
                bytes_text(static_cast<double>(outcome.file_bytes)).c_str(), seconds);
    if (!outcome.weight_path.empty()) {
        std::printf("  %s holds the weights\n", outcome.weight_path.c_str());
    }
}

void print_outcome(const convert::SingleOpOutcome& outcome, double seconds) {
    const auto list = [](const std::vector<TensorType>& types) {
        std::string all;
        for (const TensorType& type : types) {
            const bool plain = type.format == ACL_FORMAT_ND || type.format == ACL_FORMAT_UNDEFINED;
            all += (all.empty() ? "" : ", ") + type.text() + (plain ? "" : std::string(" ") + name_of(type.format));
        }
        return all;
    };
    uint64_t bytes = 0;
    for (const auto& op : outcome.ops) {
        std::printf("  %s: %s -> %s\n    %s\n", op.type.c_str(), list(op.inputs).c_str(), list(op.outputs).c_str(),
                    convert::printable(op.path).c_str());
        bytes += op.file_bytes;
    }
    std::printf("  %zu operator%s, %s, in %.1f s\n", outcome.ops.size(), outcome.ops.size() == 1 ? "" : "s",
                bytes_text(static_cast<double>(bytes)).c_str(), seconds);
}

}  // namespace softacl::atc
