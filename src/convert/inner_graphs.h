// SPDX-License-Identifier: Apache-2.0
// The graphs that If and While run, while a network is converted.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "convert/node_importer.h"

namespace softacl::convert {

/// Makes the outputs of a graph that has been begun, of its inputs. Some may be broken.
using MakeOutputs = std::function<Result<std::vector<ops::ValueRef>>(const std::vector<ops::ValueRef>& inputs)>;

/// A node If whose graphs read what is around them. Broken outputs if a branch has some.
Result<std::vector<ops::ValueRef>> add_if(NodeImporter& importer, const std::string& name, ops::ValueRef condition,
                                          size_t outputs, const MakeOutputs& then_branch,
                                          const MakeOutputs& else_branch);

/// A node While; the outputs are the state in the end. What its graphs read of what is around them stays the same.
Result<std::vector<ops::ValueRef>> add_while(NodeImporter& importer, const std::string& name,
                                             std::vector<ops::ValueRef> state, const MakeOutputs& cond,
                                             const MakeOutputs& body);

}  // namespace softacl::convert
