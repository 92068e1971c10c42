// SPDX-License-Identifier: Apache-2.0
// The file of one operator: the size of a message, the message, the bytes of all inputs and of all outputs.
#pragma once

#include "base/status.h"
#include "dump/op_record.h"

namespace softacl::dump {

/// "Conv2D.conv1.7.0.1700000000000000": type, name, task, stream and microseconds since 1970. What is no letter, digit,
/// '_' or '-' becomes '_'.
std::string file_name(const OpRecord& record, uint64_t microseconds);

/// Writes the file into the folder, which must exist. A name of more than 255 bytes stands in mapping.csv, and the file
/// is called by a number that no file there has. 100004 if it cannot be written.
Status write_file(const std::string& folder, const OpRecord& record, uint64_t microseconds);

}  // namespace softacl::dump
