// SPDX-License-Identifier: Apache-2.0
// Puts the nodes of functions in place of the nodes that call them.
#pragma once

#include <vector>

#include "convert/tensorflow/nodes.h"

namespace softacl::convert {

/// The nodes of the graph and, instead of calls, those of the functions, named "<call>/<node>". Fills `sources` of
/// each; nothing, and a problem, for graphs that grow beyond all bounds. The branches of If become its own, because
/// which one it is may follow from what is known of shapes. Large constants are moved out of the message.
std::vector<GraphNode> inline_functions(tensorflow::GraphDef& graph, Problems& problems);

}  // namespace softacl::convert
