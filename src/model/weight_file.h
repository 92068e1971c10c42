// SPDX-License-Identifier: Apache-2.0
// Weights in a file of their own: the folder "weight" beside the model, a name that ends in the checksum of the bytes.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "base/status.h"
#include "model/attr_code.h"
#include "model/encode.h"
#include "model/file.h"

namespace softacl::model {

/// "weight/<stem>-<XXH3-128 in hexadecimal digits>". Files of equal bytes and stem have one name, so that a model never
/// meets the weights of another conversion.
std::string weight_location(const std::string& stem, const WeightsPlan& weights);

/// The bytes that the plan's blocks and the gaps between them make.
Status append_weights(const WeightsPlan& weights, OutputFile& file);

/// The weight files of one model, each mapped and checked once.
class WeightFiles {
   public:
    struct Content {
        Bytes bytes;
        Hold hold;
    };

    /// Nothing for a model that does not come from a file. `origin` begins every sentence.
    WeightFiles(std::optional<std::string> folder, std::string origin)
        : folder_(std::move(folder)), origin_(std::move(origin)) {}

    /// 100013 for a location that writers do not write, such as one outside the folder. 545003 for a file that is
    /// missing or not the one that was written, and for models in memory, which have no folder.
    Result<Content> open(const std::string& location);

   private:
    std::optional<std::string> folder_;
    std::string origin_;
    std::map<std::string, MappedFile> files_;
};

}  // namespace softacl::model
