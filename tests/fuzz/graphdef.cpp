// SPDX-License-Identifier: Apache-2.0
// Any bytes given as a TensorFlow graph become a graph that holds together, or a message with a code.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "convert/import_network.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    const auto graph = softacl::convert::tensorflow_to_graph(data, size);
    if (!graph.ok() && (graph.status().code() == 0 || graph.status().message().find(": ") == std::string::npos)) {
        std::abort();
    }
    return 0;
}
