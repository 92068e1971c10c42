// SPDX-License-Identifier: Apache-2.0
// Caffe's text files: the bytes as a message, and where things stand in them.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "convert/caffe/caffe.pb.h"
#include "convert/problems.h"

namespace softacl::convert {

struct Prototxt {
    caffe::NetParameter net;
    /// Fields of layers that nobody knows, mostly parameters of layer types that nobody knows either.
    struct Unknown {
        size_t layer;  ///< index in net.layer() or net.layers()
        std::string text;
    };
    std::vector<Unknown> unknown;
};

/// Reports what cannot be read with line and column; the result is nothing if the text as a whole cannot.
std::optional<Prototxt> parse_prototxt(const void* data, size_t size, Problems& problems);

}  // namespace softacl::convert
