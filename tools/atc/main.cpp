// SPDX-License-Identifier: Apache-2.0
// atc: makes an offline model of a network.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string>
#include <vector>

#include "convert/command_line.h"
#include "convert/converter.h"
#include "convert/inspect.h"
#include "convert/single_op.h"
#include "screen.h"

using namespace softacl;

namespace {

enum Exit { kSuccess = 0, kFailure = 1, kUsage = 2 };

/// What can be told from the command line alone is a usage error, unless it is only not there yet.
bool is_usage_error(const convert::Problem& problem) { return problem.code != convert::code::kNotSupported; }

double since(std::chrono::steady_clock::time_point begin) {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

/// What the modes do that do not convert.
void inspect(const convert::CommandLine& line, convert::Problems& problems) {
    if (line.mode == 1) {
        convert::write_json(line.om, line.json, problems);
    } else if (line.mode == 5) {
        convert::write_json_of_text(line.om, line.json, problems);
    } else {
        std::printf("%s", convert::model_info(line.om, problems).c_str());
    }
}

Exit run(const std::vector<std::string>& arguments) {
    convert::Problems problems;
    const convert::CommandLine line = convert::parse_command_line(arguments, problems);
    if (problems.empty() && (line.help || line.version)) {
        std::printf("%s", line.help ? convert::usage().c_str() : "softacl atc " SOFTACL_VERSION "\n");
        return kSuccess;
    }
    std::printf("ATC start working now, please wait for a moment.\n");
    std::fflush(stdout);
    Exit exit = kUsage;
    if (problems.empty() && line.mode != 0 && line.mode != 3) {
        inspect(line, problems);
        if (problems.empty()) {
            atc::print_diagnostics(line, problems);
            std::printf("ATC run success\n");
            return kSuccess;
        }
        exit = kFailure;
    } else if (problems.empty()) {
        const auto begin = std::chrono::steady_clock::now();
        atc::ProgressLine progress;
        convert::Outcome outcome;
        convert::SingleOpOutcome single_ops;
        const bool is_network = line.single_ops.list.empty();
        const auto show = [&](const char* step, double done) {
            atc::print_step(line, step, since(begin));
            progress.show(step, done);
        };
        try {
            if (is_network) {
                outcome = convert::convert(line.conversion, problems, show);
            } else {
                single_ops = convert::convert_single_ops(line.single_ops, problems, show);
            }
        } catch (const std::bad_alloc&) {
            problems.add(convert::code::kFile, "There is not enough memory to convert [",
                         is_network ? line.conversion.model : line.single_ops.list, "]. Use a machine with more.");
        } catch (const std::exception& error) {
            problems.add(convert::code::kInternal, "Conversion ended unexpectedly [", error.what(),
                         "]. This is a defect of atc: please report it with the network.");
        }
        progress.clear();
        if (problems.empty()) {
            atc::print_diagnostics(line, problems);
            if (is_network) {
                atc::print_outcome(outcome, since(begin));
            } else {
                atc::print_outcome(single_ops, since(begin));
            }
            if (line.shows_info && !outcome.path.empty()) {
                std::printf("%s", convert::model_info(outcome.path, problems).c_str());
            }
            std::printf("ATC run success\n");
            return kSuccess;
        }
        exit = kFailure;
    } else if (std::none_of(problems.list().begin(), problems.list().end(), is_usage_error)) {
        exit = kFailure;
    }
    atc::print_diagnostics(line, problems);
    atc::print_failure(problems);
    return exit;
}

}  // namespace

int main(int argc, char** argv) { return run(std::vector<std::string>(argv + 1, argv + argc)); }
