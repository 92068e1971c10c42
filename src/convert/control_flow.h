// SPDX-License-Identifier: Apache-2.0
// Nodes that choose or repeat parts of a network.
//
// What can be decided while the network is converted is: the nodes of the chosen branch take the place of If, and those
// of a loop stand as often as it runs. What only the run knows becomes If and While, whose graphs read nothing but the
// inputs of the node.
#pragma once

#include <string>
#include <vector>

#include "convert/network.h"
#include "convert/node_importer.h"

namespace softacl::convert {

/// Whether import_control_flow() knows what to do with the node's bodies.
bool runs_bodies(const NetworkNode& node);

/// The outputs of the node; broken ones, and problems, where nodes of a body could not be converted.
Result<std::vector<ops::ValueRef>> import_control_flow(NodeImporter& importer, const NetworkNode& node,
                                                       const std::string& name,
                                                       const std::vector<ops::ValueRef>& inputs);

}  // namespace softacl::convert
