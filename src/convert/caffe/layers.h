// SPDX-License-Identifier: Apache-2.0
// The layers of a Caffe network, alike in old and new files.
#pragma once

#include <string>
#include <vector>

#include "convert/caffe/caffe.pb.h"
#include "ops/attrs.h"

namespace softacl::convert {

struct Layer {
    size_t index = 0;  ///< in the file
    std::string name;
    std::string type;  ///< as newer files have it
    std::vector<std::string> bottoms;
    std::vector<std::string> tops;
    ops::Attrs attrs;
    std::vector<Shape> shapes;  ///< of the tops of a layer without bottoms; one for all, or none if the file has none
};

/// Those that are there in phase TEST, given the rules of layers and the state that the file asks for.
std::vector<Layer> layers_of(const caffe::NetParameter& net);

/// The fields of a message and of the messages in it that are set, by name: integers, floats, truth values, names of
/// enumeration values, and lists, which are those fields that may be repeated. Of repeated messages, the first one's.
void flatten(const google::protobuf::Message& message, ops::Attrs& attrs);

}  // namespace softacl::convert
