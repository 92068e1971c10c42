// SPDX-License-Identifier: Apache-2.0
// Reads TensorFlow networks: a GraphDef in one file, whose variables have been frozen to constants.
#pragma once

#include <cstddef>
#include <optional>

#include "convert/network.h"
#include "convert/problems.h"

namespace softacl::convert {

/// The network with its functions inlined, settled (see network.h). Its outputs are those of the nodes that nobody
/// reads. Whatever is wrong goes to `problems`; the result is nothing if the file as a whole cannot be read. The bytes
/// are not needed afterwards.
std::optional<Network> read_tensorflow(const void* data, size_t size, Problems& problems);

}  // namespace softacl::convert
