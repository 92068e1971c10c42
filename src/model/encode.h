// SPDX-License-Identifier: Apache-2.0
// A model as messages of the file.
#pragma once

#include <vector>

#include "base/status.h"
#include "model/om.h"
#include "model/proto/ge_ir.pb.h"

namespace softacl::model {

/// Attributes of the model that the writer derives.
inline constexpr char kOutputNames[] = "attr_model_out_nodes_name";
inline constexpr char kWeightSize[] = "weight_size";
inline constexpr char kPadding[] = "acl_cpu.padding";
/// Attributes of operators and descriptors beyond the operators' own.
inline constexpr char kIndex[] = "index";
inline constexpr char kParentInput[] = "_parent_node_index";
inline constexpr char kValue[] = "value";
inline constexpr char kOrigins[] = "_datadump_original_op_names";
inline constexpr char kShapeRange[] = "shape_range";
/// Attributes of FileConstant: the file, relative to the model's folder, and the bytes in it.
inline constexpr char kLocation[] = "location";
inline constexpr char kOffset[] = "offset";
inline constexpr char kLength[] = "length";
/// Types of operators that are not nodes of the graph, and the name of the last one.
inline constexpr char kData[] = "Data";
inline constexpr char kConst[] = "Const";
inline constexpr char kFileConstant[] = "FileConstant";  // a constant whose elements are in another file
inline constexpr char kNetOutput[] = "NetOutput";
inline constexpr char kOutputNode[] = "Node_Output";

/// The constants that lie outside the definition.
struct WeightsPlan {
    struct Block {
        uint64_t offset;
        Tensor tensor;
    };
    std::vector<Block> blocks;  ///< by offset; equal bytes share one
    uint64_t size = 0;          ///< a multiple of kWeightAlignment
};

/// The constants refer to the model's bytes; only those of at most 64 bytes are copied into the definition. With
/// `in_file` the others become FileConstants, whose location is for the caller to set.
Status encode(const OmModel& model, ge::ModelDef* definition, WeightsPlan* weights, bool in_file = false);

}  // namespace softacl::model
