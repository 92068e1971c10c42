// SPDX-License-Identifier: Apache-2.0
#include "compare.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <limits>

#include "failure.h"
#include "files.h"
#include "npy.h"

namespace omrun {
namespace {

namespace fs = std::filesystem;

std::vector<int64_t> without_ones(std::vector<int64_t> dims) {
    dims.erase(std::remove(dims.begin(), dims.end(), 1), dims.end());
    return dims;
}

}  // namespace

Comparison compare(const std::vector<double>& found, const std::vector<double>& golden, const Tolerance& tolerance) {
    Comparison result;
    result.elements = golden.size();
    double dot = 0;
    double found_square = 0;
    double golden_square = 0;
    for (size_t i = 0; i < golden.size(); ++i) {
        const double a = found[i];
        const double b = golden[i];
        dot += a * b;
        found_square += a * a;
        golden_square += b * b;
        if (a == b || (std::isnan(a) && std::isnan(b))) {
            continue;
        }
        const double difference =
            std::isfinite(a) && std::isfinite(b) ? std::abs(a - b) : std::numeric_limits<double>::infinity();
        result.max_absolute = std::max(result.max_absolute, difference);
        if (b != 0) {
            const double relative = std::isfinite(difference) ? difference / std::abs(b) : difference;
            result.max_relative = std::max(result.max_relative, relative);
        }
        if (!std::isfinite(difference) || difference > tolerance.atol + tolerance.rtol * std::abs(b)) {
            ++result.beyond;
        }
    }
    const double lengths = std::sqrt(found_square) * std::sqrt(golden_square);
    result.cosine = lengths != 0 ? std::clamp(dot / lengths, -1.0, 1.0) : found_square == golden_square ? 1 : 0;
    // NaN is similar to nothing.
    result.good = result.beyond == 0 && (!tolerance.cosine || result.cosine >= *tolerance.cosine);
    return result;
}

std::vector<double> read_golden(const std::string& path, const std::string& output, const Array& found) {
    if (fs::path(path).extension() == ".npy") {
        const Array array = parse_npy(read_bytes(path), path);
        if (without_ones(array.dims) != without_ones(found.dims)) {
            fail("The golden file ", path, " holds ", shown(array.type, array.dims), "; the output ", output, " is ",
                 shown(found.type, found.dims), ".");
        }
        return numbers_of(array);
    }
    return numbers_of(read_tensor(path, {"the output " + output, found.type, found.dims, found.bytes.size()}));
}

std::string golden_file(const std::vector<std::string>& golden, const std::string& item, size_t index, size_t outputs) {
    std::error_code error;
    if (golden.size() == 1 && fs::is_directory(golden[0], error)) {
        const std::string stem = text(item, "_", index);
        for (const Format format : {Format::kNpy, Format::kBin, Format::kTxt}) {
            const fs::path path = fs::path(golden[0]) / (stem + suffix_of(format));
            if (fs::exists(path, error)) {
                return path.string();
            }
        }
        fail("The folder ", golden[0], " has no file ", stem, ".npy, .bin or .txt.");
    }
    if (golden.size() != outputs) {
        fail("--golden has ", golden.size(), " files; the model has ", outputs, " outputs.");
    }
    return golden[index];
}

}  // namespace omrun
