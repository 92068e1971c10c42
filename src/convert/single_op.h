// SPDX-License-Identifier: Apache-2.0
// From a list of single operators to one offline model for each.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "convert/problems.h"
#include "tensor/tensor.h"

namespace softacl::convert {

struct SingleOpConversion {
    std::string list;         ///< path of the description (model/op_file.h); empty: nothing to do
    std::string output;       ///< folder of the models; made if it is missing
    std::string soc_version;  ///< only recorded, as what follows
    std::string command_line;
    std::string precision;
    bool overflow_check = false;
};

struct SingleOpOutcome {
    struct Op {
        std::string type;
        std::vector<TensorType> inputs;  ///< as described; absent ones are left out
        std::vector<TensorType> outputs;
        std::string path;
        uint64_t file_bytes = 0;
    };
    std::vector<Op> ops;
};

/// Checks that each operator is one of ours and takes what is described, completes what the description leaves open of
/// its outputs, and writes. No file appears if anything is wrong with the list. Reports everything that is.
SingleOpOutcome convert_single_ops(const SingleOpConversion& conversion, Problems& problems,
                                   const std::function<void(const char* step, double done)>& progress = {});

}  // namespace softacl::convert
