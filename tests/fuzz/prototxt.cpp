// SPDX-License-Identifier: Apache-2.0
// Any bytes given as the text of a Caffe network become a graph that holds together, or a message with a code. The
// weights are always the same: one layer's, of a shape that some networks want.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "convert/caffe/caffe.pb.h"
#include "convert/import_network.h"

namespace {

std::string weights() {
    softacl::caffe::NetWeights net;
    auto* layer = net.add_layer();
    layer->set_name("w");
    constexpr int kChannels = 2;
    for (const int count : {kChannels * kChannels, kChannels}) {
        auto* blob = layer->add_blobs();
        blob->mutable_shape()->add_dim(count / kChannels);
        blob->mutable_shape()->add_dim(kChannels);
        for (int i = 0; i < count; ++i) {
            blob->add_data(1);
        }
    }
    return net.SerializeAsString();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    static const std::string kWeights = weights();
    const std::string text(reinterpret_cast<const char*>(data), size);
    const auto graph = softacl::convert::caffe_to_graph(text, kWeights);
    if (!graph.ok() && (graph.status().code() == 0 || graph.status().message().find(": ") == std::string::npos)) {
        std::abort();
    }
    return 0;
}
