// SPDX-License-Identifier: Apache-2.0
// Reads ONNX files.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "convert/network.h"
#include "convert/problems.h"

namespace softacl::convert {

/// The network in the file, settled (see network.h). Whatever is wrong goes to `problems`; the result is nothing if the
/// bytes are no model at all. `folder` is where the model file lies, for data in files beside it; may be empty.
std::optional<Network> read_onnx(const void* data, size_t size, const std::string& folder, Problems& problems);

}  // namespace softacl::convert
