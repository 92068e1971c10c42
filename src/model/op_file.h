// SPDX-License-Identifier: Apache-2.0
// Descriptions of single operators as JSON: the lists that people write for atc, and what a model file keeps of one.
#pragma once

#include <string>
#include <vector>

#include "base/status.h"
#include "graph/op_request.h"

namespace softacl::model {

/// The attribute of a model file that holds the description of its operator.
inline constexpr const char* kSingleOp = "acl_cpu.single_op";

struct OpDescription {
    std::string place;  ///< in the list: "[0]"; empty for one without a list
    std::string name;   ///< of the model file, without ".om", where the description gives one
    graph::OpRequest request;
};

/// Reads a list of operators, or one without the list. Names of types, formats and keys are checked here, and that
/// numbers fit together; whether the operator takes such tensors is not. Ranges come out as one per dimension, or none.
/// `problems` gets what is wrong, each with its place: "[0].input_desc[1].shape[2] is \"x\"; expected ..."; then the
/// result is not to be used. 100013 if it is no JSON.
Result<std::vector<OpDescription>> read_ops(const std::string& json, std::vector<std::string>& problems);

/// One operator, such that read_ops gives the same again.
std::string write_op(const OpDescription& op);

/// "0_Add_3_2_8_16_3_2_8_16_3_2_8_16": the place in the list, the operator, and of each tensor type, format and
/// dimensions. Longer ones than 200 bytes end in a hash.
std::string op_file_name(const graph::OpRequest& request, size_t number);

}  // namespace softacl::model
