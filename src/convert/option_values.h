// SPDX-License-Identifier: Apache-2.0
// The small languages in the values of atc's options. What cannot be understood goes to the problems.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "convert/import_network.h"
#include "convert/problems.h"

namespace softacl::convert {

/// "a:1,3,224,224;b:" - the last ':' of an item separates; nothing behind it is a scalar.
struct InputShape {
    std::string name;
    Shape shape;           ///< -1: open
    ops::IntLists ranges;  ///< lowest and highest of each dimension; -1: no limit
};
/// In the order given. -1 is an open dimension, 1~20 (or 1~-1) one that is limited. `option` may also be
/// input_shape_range, where dimensions stand in brackets.
std::vector<InputShape> parse_input_shape(const char* option, const std::string& value, Problems& problems);

/// "1,2;3,4": rows of numbers above 0.
std::vector<std::vector<int64_t>> parse_number_rows(const char* option, const std::string& value, Problems& problems);

/// "node:0;other:1", or "tensor;tensor".
std::vector<ImportOptions::Output> parse_out_nodes(const std::string& value, Problems& problems);

/// "FP16" for all outputs, or "node:0:FP16;other:1:UINT8".
void parse_output_type(const std::string& value, ImportOptions& options, Problems& problems);

/// "a;b"
std::set<std::string> parse_names(const std::string& value);

/// NCHW, NHWC, ND, NCDHW or NDHWC.
std::optional<aclFormat> parse_input_format(const std::string& value, Problems& problems);

}  // namespace softacl::convert
