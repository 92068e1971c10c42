// SPDX-License-Identifier: Apache-2.0
// Small Caffe networks for tests.
#pragma once

#include <string>
#include <vector>

#include "convert/caffe/caffe.pb.h"
#include "convert/import_network.h"

namespace softacl::convert {

/// The bytes of a .caffemodel.
class CaffeWeights {
   public:
    CaffeWeights& blob(const std::string& layer, const std::vector<int64_t>& dims, float value = 1) {
        auto* blob = find(layer)->add_blobs();
        int64_t count = 1;
        for (const int64_t dim : dims) {
            blob->mutable_shape()->add_dim(dim);
            count *= dim;
        }
        blob->mutable_shape();
        for (int64_t i = 0; i < count; ++i) {
            blob->add_data(value);
        }
        return *this;
    }

    caffe::NetWeights& proto() { return proto_; }
    std::string bytes() const {
        return proto_.SerializeAsString().empty() ? std::string("\x0a\0", 2) : proto_.SerializeAsString();
    }

   private:
    caffe::LayerWeights* find(const std::string& name) {
        for (auto& layer : *proto_.mutable_layer()) {
            if (layer.name() == name) {
                return &layer;
            }
        }
        proto_.add_layer()->set_name(name);
        return proto_.mutable_layer(proto_.layer_size() - 1);
    }

    caffe::NetWeights proto_;
};

inline std::string caffe_layer(const std::string& type, const std::string& bottom, const std::string& top,
                               const std::string& more = "", const std::string& name = "") {
    std::string text = "layer { name: '" + (name.empty() ? top : name) + "' type: '" + type + "' ";
    text += bottom.empty() ? "" : "bottom: '" + bottom + "' ";
    text += top.empty() ? "" : "top: '" + top + "' ";
    return text + more + " }\n";
}

inline std::string caffe_input(const std::string& name = "data",
                               const std::string& dims = "dim: 1 dim: 2 dim: 4 dim: 4") {
    return caffe_layer("Input", "", name, "input_param { shape { " + dims + " } }");
}

}  // namespace softacl::convert
