// SPDX-License-Identifier: Apache-2.0
// Tensors in files: .npy, text (.txt), and everything else as plain bytes.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "array.h"

namespace omrun {

enum class Format { kNpy, kBin, kTxt };
const char* suffix_of(Format format);

/// A tensor that a file is to fill. `bytes` is what plain bytes have to have; no dims: any shape of that size.
struct Wanted {
    std::string name;
    aclDataType type = ACL_FLOAT;
    std::vector<int64_t> dims;
    size_t bytes = 0;
    bool open = false;  ///< the file says how large it is
};

/// Throws, with expected and found sizes, if the file does not fit.
Array read_tensor(const std::string& path, const Wanted& wanted);

void write_tensor(const std::string& path, const Array& array, Format format);

std::vector<uint8_t> read_bytes(const std::string& path);
void write_bytes(const std::string& path, const void* data, size_t size);

}  // namespace omrun
