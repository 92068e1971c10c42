// SPDX-License-Identifier: Apache-2.0
// Messages of the file as a model.
#pragma once

#include <memory>
#include <string>

#include "base/status.h"
#include "model/attr_code.h"
#include "model/container.h"
#include "model/om.h"
#include "model/proto/ge_ir.pb.h"
#include "model/weight_file.h"

namespace softacl::model {

struct DecodeRequest {
    Bytes weights;
    Hold hold;           ///< of the weights
    std::string origin;  ///< how sentences begin
    WeightFiles* files = nullptr;
    /// Attributes that are not known are passed over: a newer version wrote the file.
    bool newer = false;
    /// Another tool wrote the file, for hardware: also, operators may stand in any order, and stored types of what
    /// operators make do not count. Constants in layouts of the hardware are refused.
    bool foreign = false;
};

/// Believes nothing: every reference, type and attribute is checked, and types are inferred anew.
Result<OmModel> decode(const ge::ModelDef& definition, const DecodeRequest& request);

}  // namespace softacl::model
