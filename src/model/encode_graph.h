// SPDX-License-Identifier: Apache-2.0
// A graph as a message, and the graphs inside it as further ones.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "model/checksum.h"
#include "model/encode.h"
#include "model/names.h"

namespace softacl::model {

/// Gives constants their places among the weights.
class WeightsWriter {
   public:
    explicit WeightsWriter(WeightsPlan* plan) : plan_(plan) {}
    /// Equal bytes share a place.
    uint64_t offset_of(const Tensor& tensor);

   private:
    WeightsPlan* plan_;
    std::map<Digest, std::vector<size_t>> by_digest_;
};

/// What the graphs of a file have in common.
struct FileParts {
    ge::ModelDef* definition;
    WeightsWriter weights;
    bool in_file;  ///< constants above 64 bytes
    Names graphs;
};

/// Adds `source` to the file under this name. `ranges`: nothing, or one per input.
Status encode_graph(const graph::Graph& source, const std::string& name, const std::vector<ops::IntLists>& ranges,
                    FileParts& parts);

/// A failure for what protobuf cannot write.
Status check_text(const std::string& name);

}  // namespace softacl::model
