// SPDX-License-Identifier: Apache-2.0
// Import functions of Caffe layers that more than a line is needed for.
#pragma once

#include "ops/common/importing.h"

namespace softacl::ops {

Imported import_caffe_convolution(Importer& graph, const ForeignNode& node);
Imported import_caffe_inner_product(Importer& graph, const ForeignNode& node);
Imported import_caffe_pooling(Importer& graph, const ForeignNode& node);
Imported import_caffe_relu(Importer& graph, const ForeignNode& node);
Imported import_caffe_softmax(Importer& graph, const ForeignNode& node);

}  // namespace softacl::ops
