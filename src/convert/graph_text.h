// SPDX-License-Identifier: Apache-2.0
// Graphs in protobuf's text form, as tools dump the definition of a model.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "convert/problems.h"

namespace softacl::convert {

/// The message on the wire. Fields that are not known are passed over; what cannot be read is reported with its line.
std::optional<std::string> parse_graph_text(const void* data, size_t size, Problems& problems);

}  // namespace softacl::convert
