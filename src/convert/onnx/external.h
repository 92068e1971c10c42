// SPDX-License-Identifier: Apache-2.0
// Tensor data that lies in files beside the model.
#pragma once

#include <string>

#include "base/status.h"
#include "convert/onnx/onnx.pb.h"
#include "tensor/tensor.h"

namespace softacl::convert {

/// Reads the elements from where the message's external_data says. See take_tensor.
Result<Tensor> read_external(const onnx::TensorProto& proto, const TensorType& type, const std::string& folder);

}  // namespace softacl::convert
