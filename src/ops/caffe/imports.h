// SPDX-License-Identifier: Apache-2.0
// Import functions of Caffe layers. The operators that they become declare them; layers that become several nodes are
// declared by the one that is most of them.
#pragma once

#include "ops/common/importing.h"

namespace softacl::ops {

// Functions of single elements.
Imported import_caffe_relu(Importer& graph, const ForeignNode& node);
Imported import_caffe_relu6(Importer& graph, const ForeignNode& node);
Imported import_caffe_clip(Importer& graph, const ForeignNode& node);
Imported import_caffe_prelu(Importer& graph, const ForeignNode& node);
Imported import_caffe_elu(Importer& graph, const ForeignNode& node);
Imported import_caffe_swish(Importer& graph, const ForeignNode& node);
Imported import_caffe_threshold(Importer& graph, const ForeignNode& node);
Imported import_caffe_power(Importer& graph, const ForeignNode& node);
Imported import_caffe_exp_or_log(Importer& graph, const ForeignNode& node);
/// Sigmoid, TanH, AbsVal, BNLL, Mish: without parameters.
Imported import_caffe_function(Importer& graph, const ForeignNode& node);

// Windows and products.
Imported import_caffe_convolution(Importer& graph, const ForeignNode& node);
Imported import_caffe_inner_product(Importer& graph, const ForeignNode& node);
Imported import_caffe_embed(Importer& graph, const ForeignNode& node);
Imported import_caffe_pooling(Importer& graph, const ForeignNode& node);
Imported import_caffe_interp(Importer& graph, const ForeignNode& node);
Imported import_caffe_upsample(Importer& graph, const ForeignNode& node);

// Normalisation.
Imported import_caffe_batch_norm(Importer& graph, const ForeignNode& node);
Imported import_caffe_lrn(Importer& graph, const ForeignNode& node);
Imported import_caffe_softmax(Importer& graph, const ForeignNode& node);

// Arithmetic of several tensors, and along axes.
Imported import_caffe_scale(Importer& graph, const ForeignNode& node);
Imported import_caffe_bias(Importer& graph, const ForeignNode& node);
Imported import_caffe_eltwise(Importer& graph, const ForeignNode& node);
Imported import_caffe_arg_max(Importer& graph, const ForeignNode& node);
Imported import_caffe_reduction(Importer& graph, const ForeignNode& node);

// Other shapes and other places.
Imported import_caffe_identity(Importer& graph, const ForeignNode& node);
Imported import_caffe_parameter(Importer& graph, const ForeignNode& node);
Imported import_caffe_concat(Importer& graph, const ForeignNode& node);
Imported import_caffe_slice(Importer& graph, const ForeignNode& node);
Imported import_caffe_crop(Importer& graph, const ForeignNode& node);
Imported import_caffe_flatten(Importer& graph, const ForeignNode& node);
Imported import_caffe_reshape(Importer& graph, const ForeignNode& node);
Imported import_caffe_shuffle_channel(Importer& graph, const ForeignNode& node);
Imported import_caffe_tile(Importer& graph, const ForeignNode& node);

}  // namespace softacl::ops
