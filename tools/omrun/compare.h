// SPDX-License-Identifier: Apache-2.0
// Outputs against what they should be.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "array.h"

namespace omrun {

struct Tolerance {
    double atol = 0;
    double rtol = 0;
    std::optional<double> cosine;  ///< the least similarity
};

struct Comparison {
    std::string item;
    std::string output;
    std::string golden;
    size_t elements = 0;
    size_t beyond = 0;        ///< how many elements differ by more than allowed
    double max_absolute = 0;  ///< infinite where only one is a number
    double max_relative = 0;  ///< of elements whose golden number is not 0
    double cosine = 1;        ///< 1 for two zero vectors, 0 for one
    bool good = false;
};

/// An element is good if |found - golden| <= atol + rtol * |golden|, or if both are NaN or the same infinity.
Comparison compare(const std::vector<double>& found, const std::vector<double>& golden, const Tolerance& tolerance);

/// A file as numbers: a .npy file with its own type, others with the output's. Throws if it does not fit the output.
std::vector<double> read_golden(const std::string& path, const std::string& output, const Array& found);

/// The file for an output: of a folder the one that --output would write, with any suffix.
std::string golden_file(const std::vector<std::string>& golden, const std::string& item, size_t index, size_t outputs);

}  // namespace omrun
