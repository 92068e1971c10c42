// SPDX-License-Identifier: Apache-2.0
// Reads AIPP configuration files (--insert_op_conf): protobuf's text form, one or more blocks `aipp_op { ... }`.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "aipp/dynamic.h"
#include "aipp/params.h"
#include "convert/problems.h"

namespace softacl::convert {

/// One block. Nothing depends on a network yet: sizes that are not given are 0.
struct AippBlock {
    std::string file;
    int line = 0;                      ///< counted from 0
    std::map<std::string, int> lines;  ///< of the fields that are given
    std::optional<int> rank;           ///< of the input
    std::string input;                 ///< its name; empty: it is told by rank
    aipp::Params params;               ///< of static AIPP
    std::optional<aipp::DynamicSetup> dynamic;

    bool gives(const std::string& field) const { return lines.count(field) != 0; }
    /// "aipp.cfg:12": the field's line, or the block's.
    std::string place(const std::string& field) const;
};

/// Reports whatever is wrong in the text, with its line: CPU-120. Ranges are looked
/// at later, when the sizes are known. `file` is for messages.
std::vector<AippBlock> parse_aipp(const std::string& text, const std::string& file, Problems& problems);

/// The same for a file. CPU-140 if it cannot be read.
std::vector<AippBlock> read_aipp(const std::string& path, Problems& problems);

}  // namespace softacl::convert
