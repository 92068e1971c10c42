// SPDX-License-Identifier: Apache-2.0
// Any bytes given as the weights of a Caffe network give a graph that holds together, or a message with a code.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "convert/import_network.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    static const std::string kText = R"(
        input: "data" input_shape { dim: 1 dim: 2 dim: 1 dim: 1 }
        layer { name: "w" type: "InnerProduct" bottom: "data" top: "a" inner_product_param { num_output: 2 } }
        layer { name: "b" type: "BatchNorm" bottom: "a" top: "a" }
        layer { name: "s" type: "Scale" bottom: "a" top: "a" scale_param { bias_term: true } }
        layer { name: "p" type: "PReLU" bottom: "a" top: "a" })";
    const std::string weights(reinterpret_cast<const char*>(data), size);
    const auto graph = softacl::convert::caffe_to_graph(kText, weights);
    if (!graph.ok() && (graph.status().code() == 0 || graph.status().message().find(": ") == std::string::npos)) {
        std::abort();
    }
    return 0;
}
