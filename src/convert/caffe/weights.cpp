// SPDX-License-Identifier: Apache-2.0
#include "convert/caffe/weights.h"

#include <limits>
#include <memory>

#include "convert/caffe/caffe.pb.h"

namespace softacl::convert {
namespace {

/// Files of the first versions have four dimensions for everything.
Shape shape_of(const caffe::BlobProto& blob) {
    if (blob.has_shape()) {
        return Shape(std::vector<int64_t>(blob.shape().dim().begin(), blob.shape().dim().end()));
    }
    return Shape({blob.num(), blob.channels(), blob.height(), blob.width()});
}

/// Elements of a shape from a file; -1 if it is impossible.
int64_t elements_of(const Shape& shape) {
    for (const int64_t dim : shape) {
        if (dim < 0) {
            return -1;
        }
    }
    return shape.fits(sizeof(double)) ? shape.elements() : -1;
}

class Reader {
   public:
    Reader(std::shared_ptr<caffe::NetWeights> net, Problems& problems) : net_(std::move(net)), problems_(problems) {}

    Weights read() {
        for (const auto& layer : net_->layer()) {
            add(layer.name(), layer.blobs());
        }
        for (const auto& layer : net_->layers()) {
            add(layer.name(), layer.blobs());
        }
        return std::move(weights_);
    }

   private:
    template <class Blobs>
    void add(const std::string& name, const Blobs& blobs) {
        if (blobs.empty()) {
            return;
        }
        const auto [at, added] = weights_.try_emplace(name);
        if (!added) {
            return;  // of layers of one name, the first one's count
        }
        for (const auto& blob : blobs) {
            at->second.push_back(tensor(name, at->second.size(), blob));
        }
    }

    Tensor tensor(const std::string& layer, size_t index, const caffe::BlobProto& blob) {
        const Shape shape = shape_of(blob);
        const int64_t count = elements_of(shape);
        const int64_t held = blob.data_size() != 0 ? blob.data_size() : blob.double_data_size();
        if (count != held) {
            problems_.add(code::kCaffe, "Blob [", index, "] of layer [", layer, "] in the weights has the shape ",
                          shape, ", but ", held, " elements. Save the weights again.");
            return {};
        }
        const TensorType type = {ACL_FLOAT, shape, ACL_FORMAT_ND};
        if (blob.data_size() != 0) {
            return Tensor(type, std::shared_ptr<const void>(net_, blob.data().data()));
        }
        void* data = nullptr;
        Tensor tensor = Tensor::zeros(type, &data);
        for (int i = 0; i < blob.double_data_size(); ++i) {
            static_cast<float*>(data)[i] = static_cast<float>(blob.double_data(i));
        }
        return tensor;
    }

    std::shared_ptr<caffe::NetWeights> net_;
    Problems& problems_;
    Weights weights_;
};

}  // namespace

std::optional<Weights> read_weights(const void* data, size_t size, Problems& problems) {
    constexpr size_t kMost = std::numeric_limits<int>::max();
    auto net = std::make_shared<caffe::NetWeights>();
    if (size == 0 || size > kMost || !net->ParseFromArray(data, static_cast<int>(size))) {
        problems.add(code::kCaffe, "The bytes [", size,
                     "] of the weights are no Caffe model: they end too early, or are something else. Check the file.");
        return std::nullopt;
    }
    return Reader(std::move(net), problems).read();
}

}  // namespace softacl::convert
