// SPDX-License-Identifier: Apache-2.0
// The command line.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "files.h"

namespace omrun {

using NamedDims = std::map<std::string, std::vector<int64_t>>;

struct Options {
    std::string model;
    std::vector<std::string> inputs;  ///< files, or folders; none: made up
    bool random = false;              ///< what is made up: random numbers instead of zeros
    uint64_t seed = 0;

    std::string output;  ///< folder; empty: outputs are not kept
    Format format = Format::kBin;
    std::vector<std::string> golden;  ///< files, or one folder
    double atol = 1e-4;
    double rtol = 1e-3;
    std::optional<double> cosine;
    std::string summary;

    int device = 0;
    size_t loop = 1;
    size_t warmup = 1;
    std::optional<int64_t> batch_size;  ///< of the throughput
    std::string config;                 ///< for aclInit
    bool quiet = false;

    std::optional<uint64_t> batch;  ///< gears
    std::vector<uint64_t> size;
    NamedDims dims;
    NamedDims shape;  ///< of open inputs
    std::vector<size_t> output_sizes;
};

/// Nothing if the program is to end with `status`: help was asked for, or the command line is wrong, which is said
/// then.
std::optional<Options> parse_options(int argc, char** argv, int* status);

}  // namespace omrun
