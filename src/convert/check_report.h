// SPDX-License-Identifier: Apache-2.0
// What was found of each node of a network, as a file for tools.
#pragma once

#include <string>
#include <vector>

#include "convert/import_network.h"
#include "convert/problems.h"

namespace softacl::convert {

/// Writes JSON: "result" ("success" or "failed"), "cause" (messages about no single node) and "op", for each node
/// "name", "type", "result" and "cause". A node's result is also "unchecked" if it reads what another one failed to
/// make, and "unneeded" if no output needs it. Messages are "CODE: text". A file that cannot be written is a problem.
void write_check_report(const std::string& path, const std::vector<NodeState>& states, Problems& problems);

}  // namespace softacl::convert
