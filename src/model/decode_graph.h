// SPDX-License-Identifier: Apache-2.0
// A graph of the file, with the graphs that its operators run.
#pragma once

#include <string>
#include <unordered_map>
#include <vector>

#include "model/decode.h"

namespace softacl::model {

/// The graphs of a file by name. Each is run by one operator at most, so that none contains itself.
class FileGraphs {
   public:
    FileGraphs(const ge::ModelDef& definition, const DecodeRequest& file_request) : request(&file_request) {
        for (int i = 1; i < definition.graph_size(); ++i) {
            by_name_.emplace(definition.graph(i).name(), &definition.graph(i));
        }
    }
    /// Null if there is none of this name left.
    const ge::GraphDef* take(const std::string& name) {
        const auto at = by_name_.find(name);
        const ge::GraphDef* graph = at == by_name_.end() || depth_left == 0 ? nullptr : at->second;
        if (graph != nullptr) {
            by_name_.erase(at);
        }
        return graph;
    }
    size_t left() const { return by_name_.size(); }

    const DecodeRequest* request;
    int depth_left = 64;  ///< of graphs within graphs

   private:
    std::unordered_map<std::string, const ge::GraphDef*> by_name_;
};

struct DecodedGraph {
    graph::Graph graph;  ///< outputs are named after what makes them
    std::vector<ops::IntLists> input_ranges;
};

Result<DecodedGraph> decode_graph(const ge::GraphDef& source, FileGraphs& file);

}  // namespace softacl::model
