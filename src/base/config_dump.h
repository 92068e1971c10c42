// SPDX-License-Identifier: Apache-2.0
// What a configuration says of dumping: which tensors of which operators go to files.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "base/status.h"

namespace softacl {

struct DumpConfig {
    struct Model {
        std::string name;
        std::vector<std::string> layers;  ///< none: all
    };
    std::string path;
    std::vector<Model> models;  ///< none: all
    bool single_ops = false;    ///< operators that are called one by one, too
    bool inputs = false;
    bool outputs = true;
    std::vector<std::pair<uint64_t, uint64_t>> steps;  ///< first and last of iterations; none: all
};

/// The section "dump"; nothing if it is empty. 100009 if it makes no sense, 200006 if it asks for overflow dumps.
Result<std::optional<DumpConfig>> parse_dump(const nlohmann::json& section);

}  // namespace softacl
