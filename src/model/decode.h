// SPDX-License-Identifier: Apache-2.0
// Messages of the file as a model.
#pragma once

#include <memory>
#include <string>

#include "base/status.h"
#include "model/container.h"
#include "model/om.h"
#include "model/proto/ge_ir.pb.h"

namespace softacl::model {

struct DecodeRequest {
    Bytes weights;
    std::shared_ptr<const void> owner;  ///< of the weights
    std::string origin;                 ///< how sentences begin
    bool newer = false;                 ///< written by a newer version: attributes that are not known are passed over
};

/// Believes nothing: every reference, type and attribute is checked, and types are inferred anew.
Result<OmModel> decode(const ge::ModelDef& definition, const DecodeRequest& request);

}  // namespace softacl::model
