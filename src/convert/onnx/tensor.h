// SPDX-License-Identifier: Apache-2.0
// Tensors of ONNX files: every way in which a file may hold elements.
#pragma once

#include <string>

#include "base/status.h"
#include "convert/onnx/onnx.pb.h"
#include "tensor/tensor.h"

namespace softacl::convert {

/// The element type with this number in ONNX; ACL_DT_UNDEFINED for text, complex numbers and whatever is newer.
aclDataType onnx_dtype(int32_t number);

/// Takes the tensor out of the message; large data is moved, not copied. `folder` is where the model file lies: data
/// outside it is refused, and any external data if it is empty. The sentence of a failure has no subject: "has ...".
Result<Tensor> take_tensor(onnx::TensorProto& proto, const std::string& folder);
/// The same with most elements left out because they are 0.
Result<Tensor> take_tensor(onnx::SparseTensorProto& proto, const std::string& folder);

}  // namespace softacl::convert
