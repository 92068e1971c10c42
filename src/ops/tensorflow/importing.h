// SPDX-License-Identifier: Apache-2.0
// What import functions of TensorFlow operators need.
#pragma once

#include <string>

#include "ops/common/importing.h"
#include "ops/common/window.h"

namespace softacl::ops {

/// Fails if the node has another number of inputs.
Status check_inputs(const ForeignNode& node, size_t least, size_t most);

/// A constant input as integers; the failure names it.
Result<Ints> known_input(const Importer& graph, const ForeignNode& node, size_t input, const char* name);

/// Our operators have channels behind the batch, those of TensorFlow mostly at the end. Transposes that stand around
/// each of them are removed by passes, except those at the network's inputs and outputs.
class Channels {
   public:
    /// Reads data_format for an input of this rank.
    static Result<Channels> of(Importer& graph, const ForeignNode& node, size_t rank);

    bool are_last() const { return last_; }
    /// A picture with the channels in their place, and the result back as TensorFlow has it.
    Result<ValueRef> forth(ValueRef x) const;
    Result<ValueRef> back(ValueRef y) const;
    /// The node before back() takes the suffix, so that the last one has the foreign node's name.
    const char* suffix(const char* helper) const { return last_ ? helper : ""; }
    /// A list with one number for each dimension of the foreign tensor: those of height, width, ...
    Ints spatial(const Ints& all) const;
    /// Of a list of that kind, without the spatial ones.
    bool only_spatial(const Ints& all) const;
    const char* format() const { return rank_ == 5 ? "NCDHW" : "NCHW"; }
    size_t rank() const { return rank_; }

   private:
    Channels(Importer& graph, bool last, size_t rank) : graph_(graph), last_(last), rank_(rank) {}
    Importer& graph_;
    bool last_;
    size_t rank_;
};

/// The window of a node: strides, dilations and padding by its attributes, for a picture with these spatial sizes.
Result<Window> tensorflow_window(const ForeignNode& node, const Channels& channels, const Ints& sizes, Ints size,
                                 const Ints& strides);

// Import functions, by the file that has them.
// windows.cpp
Imported import_tf_convolution(Importer& graph, const ForeignNode& node);
Imported import_tf_depthwise(Importer& graph, const ForeignNode& node);
Imported import_tf_conv_backprop(Importer& graph, const ForeignNode& node);
Imported import_tf_pool(Importer& graph, const ForeignNode& node);
Imported import_tf_dilation(Importer& graph, const ForeignNode& node);
// nn.cpp
Imported import_tf_bias_add(Importer& graph, const ForeignNode& node);
Imported import_tf_batch_norm(Importer& graph, const ForeignNode& node);
Imported import_tf_resize(Importer& graph, const ForeignNode& node);
Imported import_tf_lrn(Importer& graph, const ForeignNode& node);
Imported import_tf_softmax(Importer& graph, const ForeignNode& node);
Imported import_tf_leaky_relu(Importer& graph, const ForeignNode& node);
Imported import_tf_matmul(Importer& graph, const ForeignNode& node);
Imported import_tf_batch_matmul(Importer& graph, const ForeignNode& node);
Imported import_tf_clip(Importer& graph, const ForeignNode& node);
// elements.cpp
Imported import_tf_cast(Importer& graph, const ForeignNode& node);
Imported import_tf_reduce(Importer& graph, const ForeignNode& node);
Imported import_tf_arg(Importer& graph, const ForeignNode& node);
Imported import_tf_top_k(Importer& graph, const ForeignNode& node);
Imported import_tf_list(Importer& graph, const ForeignNode& node);  ///< AddN, Pack, Einsum: any number of inputs
Imported import_tf_l2_loss(Importer& graph, const ForeignNode& node);
Imported import_tf_multinomial(Importer& graph, const ForeignNode& node);
Imported import_tf_key_counter(Importer& graph, const ForeignNode& node);
// shapes.cpp
Imported import_tf_const(Importer& graph, const ForeignNode& node);
Imported import_tf_identity(Importer& graph, const ForeignNode& node);
Imported import_tf_identities(Importer& graph, const ForeignNode& node);
Imported import_tf_concat(Importer& graph, const ForeignNode& node);
Imported import_tf_shape(Importer& graph, const ForeignNode& node);
Imported import_tf_squeeze(Importer& graph, const ForeignNode& node);
Imported import_tf_transpose(Importer& graph, const ForeignNode& node);
Imported import_tf_gather(Importer& graph, const ForeignNode& node);
Imported import_tf_split(Importer& graph, const ForeignNode& node);
Imported import_tf_scatter_nd(Importer& graph, const ForeignNode& node);
Imported import_tf_depth_space(Importer& graph, const ForeignNode& node);
Imported import_tf_space_to_batch(Importer& graph, const ForeignNode& node);
Imported import_tf_batch_to_space(Importer& graph, const ForeignNode& node);
// boxes.cpp
Imported import_tf_crop_and_resize(Importer& graph, const ForeignNode& node);
Imported import_tf_non_max_suppression(Importer& graph, const ForeignNode& node);
Imported import_tf_combined_suppression(Importer& graph, const ForeignNode& node);

}  // namespace softacl::ops
