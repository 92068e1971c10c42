// SPDX-License-Identifier: Apache-2.0
// Offline models that are there already: what atc shows of them.
#pragma once

#include <string>

#include "convert/problems.h"

namespace softacl::convert {

/// The block of lines between "Display Model Info start" and "end"; empty if there are problems.
std::string model_info(const std::string& om, Problems& problems);

/// Writes the definition of a model as JSON (--mode=1).
void write_json(const std::string& om, const std::string& json, Problems& problems);

}  // namespace softacl::convert
