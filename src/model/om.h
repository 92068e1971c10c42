// SPDX-License-Identifier: Apache-2.0
// Offline models: a graph and what is to be known of it, as a file (.om). The format: docs/design/om.md.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/status.h"
#include "graph/graph.h"
#include "ops/attrs.h"

namespace softacl::model {

struct OmModel {
    graph::Graph graph;
    /// Attributes of the model: "atc_cmdline", "soc_version", "acl_cpu.gears", ... Those that the writer derives
    /// ("attr_model_out_nodes_name", "weight_size", "acl_cpu.padding") do not appear here.
    std::map<std::string, ops::Attr> attrs;
    /// Attributes of kinds that Attr has none for, serialised: what a newer version wrote survives a copy.
    std::map<std::string, std::string> other_attrs;
    /// Nothing, or per input of the graph rows [lowest, highest], one per dimension (highest -1: no bound), or none.
    std::vector<ops::IntLists> input_ranges;
};

/// Writes the file under a temporary name beside `path` and renames it, so that `path` is the old file or the new one.
/// Equal models give equal bytes. Inputs and nodes whose names collide are told apart by "_1", "_2", ...
/// 100004 the file cannot be written, 500000 the graph contradicts itself, 200006 it holds what the format cannot.
Status write_om(const OmModel& model, const std::string& path);

/// The same with constants above 64 bytes in a file of the folder "weight" beside `path`, which is made if need be. The
/// path of that file; empty if there are no such constants.
Result<std::string> write_om_and_weights(const OmModel& model, const std::string& path);

/// Reads a model from memory that `owner` keeps alive (null: the caller does). Large constants refer to that memory
/// unless it is misaligned for their elements. `origin` begins every sentence: `model file "x.om"`.
/// 145006 and 145007 for size and address, 545002 no such container, 545005 made for other hardware or with unknown
/// operators, 545003 for weights in a file (a model in memory has no folder), 200006 encrypted or of a newer version,
/// 100013 damaged or senseless.
Result<OmModel> read_om(const void* data, size_t size, std::shared_ptr<const void> owner, const std::string& origin);

/// Maps the file, which must not be changed in place while the model lives. As read_om; 145002 if it cannot be read,
/// 545003 if its weights are in a file that is missing or another one.
Result<OmModel> read_om_file(const std::string& path);

}  // namespace softacl::model
