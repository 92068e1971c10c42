// SPDX-License-Identifier: Apache-2.0
// From a network file to an offline model.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>

#include "convert/gears.h"
#include "convert/import_network.h"
#include "convert/problems.h"
#include "graph/graph.h"

namespace softacl::convert {

inline constexpr int kCaffeFramework = 0;
inline constexpr int kTensorFlowFramework = 3;
inline constexpr int kOnnxFramework = 5;

struct Conversion {
    std::string model;   ///< path of the network
    std::string weight;  ///< path of its weights; Caffe only
    std::string output;  ///< path of the offline model, without ".om" if the user left it out
    int framework = kOnnxFramework;
    std::string soc_version;                   ///< only recorded
    std::string command_line;                  ///< options as they were given, recorded
    std::string precision;                     ///< as the user named it, recorded
    bool overflow_check = false;               ///< recorded
    aclFormat input_format = ACL_FORMAT_NCHW;  ///< of inputs with as many dimensions as it has letters
    std::string aipp;                          ///< path of the configuration file of AIPP; empty: none
    bool external_weight = false;              ///< weights in a file of their own
    bool only_check = false;                   ///< everything but writing the model
    std::string report;                        ///< path of the report (convert/check_report.h); empty: none
    ImportOptions import;
    std::map<std::string, ops::IntLists> ranges;  ///< of the dimensions of inputs, for models with open ones
    GearWish gears;
};

/// What became of it.
struct Outcome {
    struct Tensor {
        std::string name;
        TensorType type;
    };
    std::vector<Tensor> inputs;
    std::vector<Tensor> outputs;
    std::vector<std::vector<int64_t>> gears;
    size_t nodes_before = 0;  ///< in the file
    size_t nodes = 0;
    uint64_t weight_bytes = 0;
    double flops = 0;  ///< of convolutions and matrix products, in the largest gear
    std::string path;
    uint64_t file_bytes = 0;
    std::string weight_path;  ///< of weights in a file of their own
};

/// Is told what is being done, and how much of all is done already (0 to 1).
using Progress = std::function<void(const char* step, double done)>;

/// Reads, imports, simplifies and writes, and reports what became of the network's nodes. The file appears, or replaces
/// the one that was there, only if nothing is wrong. Reports everything that is.
Outcome convert(const Conversion& conversion, Problems& problems, const Progress& progress = {});

}  // namespace softacl::convert
