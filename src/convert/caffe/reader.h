// SPDX-License-Identifier: Apache-2.0
// Reads Caffe networks: a text file with the layers, and a binary one with their weights.
#pragma once

#include <cstddef>
#include <optional>

#include "convert/network.h"
#include "convert/problems.h"

namespace softacl::convert {

struct Bytes {
    const void* data = nullptr;
    size_t size = 0;
};

/// The network as it is in phase TEST, settled (see network.h). Whatever is wrong goes to `problems`; the result is
/// nothing if one of the files as a whole cannot be read. The bytes are not needed afterwards.
std::optional<Network> read_caffe(Bytes text, Bytes weights, Problems& problems);

}  // namespace softacl::convert
