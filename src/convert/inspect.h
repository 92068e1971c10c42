// SPDX-License-Identifier: Apache-2.0
// What atc tells of models without converting them.
#pragma once

#include <string>

#include "convert/problems.h"

namespace softacl::convert {

/// The block of lines that mode 6 shows. Empty if the file cannot be read.
std::string model_info(const std::string& om, Problems& problems);

/// Writes the definition of an offline model as JSON.
void write_json(const std::string& om, const std::string& json, Problems& problems);

/// Writes a definition that is in protobuf's text form, as tools dump graphs, as JSON of the same kind.
void write_json_of_text(const std::string& path, const std::string& json, Problems& problems);

/// Writes a file, and its folder if there is none. `option` names it in messages.
void write_text(const std::string& path, const char* option, const std::string& content, Problems& problems);

}  // namespace softacl::convert
