// SPDX-License-Identifier: Apache-2.0
// What the imports of the YOLO layers of Caffe share.
#pragma once

#include "ops/common/importing.h"
#include "ops/op_def.h"

namespace softacl::ops {

/// The layer's parameters, which are attributes of the operator under the same names; others are refused.
Result<Attrs> attrs_of(const OpDef& op, const ForeignNode& node);

/// Coordinates, objectness and classes of each scale, then img_info: to the operator of the layer's type, with the
/// attribute `grids` found from the Yolo layers that make them.
Imported import_yolo_detection(Importer& graph, const ForeignNode& node);

}  // namespace softacl::ops
