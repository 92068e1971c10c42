// SPDX-License-Identifier: Apache-2.0
// Tensors, shapes and element types of TensorFlow files.
#pragma once

#include "base/status.h"
#include "convert/tensorflow/graph.pb.h"
#include "tensor/tensor.h"

namespace softacl::convert {

/// The element type with this number in TensorFlow; ACL_DT_UNDEFINED for text, complex and quantised numbers,
/// references, and whatever is newer.
aclDataType tensorflow_dtype(int32_t number);
/// How TensorFlow calls it: "DT_STRING"; the number if it is new.
std::string tensorflow_dtype_name(int32_t number);

/// -1 for what is not known. Of unknown rank: empty.
Shape shape_of(const tensorflow::TensorShapeProto& proto);

/// Takes the tensor out of the message; large data is moved, not copied. The sentence of a failure has no subject:
/// "has ...".
Result<Tensor> take_tensor(tensorflow::TensorProto& proto);

}  // namespace softacl::convert
