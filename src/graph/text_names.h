// SPDX-License-Identifier: Apache-2.0
// Names in the text form of graphs: what printer and parser must agree on.
#pragma once

#include <string>
#include <vector>

namespace softacl::graph {

/// Characters of names that need no quotes.
bool is_name_character(char c);
void append_quoted(std::string& out, const std::string& name);
/// Quoted only if it must be.
void append_name(std::string& out, const std::string& name);
/// The name of a node whose text gives none: that of its value; of several the first one's without ":0".
std::string default_node_name(const std::vector<std::string>& value_names);

}  // namespace softacl::graph
