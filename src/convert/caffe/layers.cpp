// SPDX-License-Identifier: Apache-2.0
#include "convert/caffe/layers.h"

#include <google/protobuf/descriptor.h>

#include <algorithm>
#include <map>
#include <set>

namespace softacl::convert {
namespace {

namespace pb = google::protobuf;

/// As newer files have it.
std::string type_of(const caffe::LayerParameter& layer) { return layer.type(); }
std::string type_of(const caffe::V1LayerParameter& layer) {
    static const std::map<std::string, std::string> kTypes = {
        {"ABSVAL", "AbsVal"},
        {"ACCURACY", "Accuracy"},
        {"ARGMAX", "ArgMax"},
        {"BNLL", "BNLL"},
        {"CONCAT", "Concat"},
        {"CONTRASTIVE_LOSS", "ContrastiveLoss"},
        {"CONVOLUTION", "Convolution"},
        {"DATA", "Data"},
        {"DECONVOLUTION", "Deconvolution"},
        {"DROPOUT", "Dropout"},
        {"DUMMY_DATA", "DummyData"},
        {"ELTWISE", "Eltwise"},
        {"EUCLIDEAN_LOSS", "EuclideanLoss"},
        {"EXP", "Exp"},
        {"FLATTEN", "Flatten"},
        {"HDF5_DATA", "HDF5Data"},
        {"HDF5_OUTPUT", "HDF5Output"},
        {"HINGE_LOSS", "HingeLoss"},
        {"IM2COL", "Im2col"},
        {"IMAGE_DATA", "ImageData"},
        {"INFOGAIN_LOSS", "InfogainLoss"},
        {"INNER_PRODUCT", "InnerProduct"},
        {"LRN", "LRN"},
        {"MEMORY_DATA", "MemoryData"},
        {"MULTINOMIAL_LOGISTIC_LOSS", "MultinomialLogisticLoss"},
        {"MVN", "MVN"},
        {"POOLING", "Pooling"},
        {"POWER", "Power"},
        {"RELU", "ReLU"},
        {"SIGMOID", "Sigmoid"},
        {"SIGMOID_CROSS_ENTROPY_LOSS", "SigmoidCrossEntropyLoss"},
        {"SILENCE", "Silence"},
        {"SLICE", "Slice"},
        {"SOFTMAX", "Softmax"},
        {"SOFTMAX_LOSS", "SoftmaxWithLoss"},
        {"SPLIT", "Split"},
        {"TANH", "TanH"},
        {"THRESHOLD", "Threshold"},
        {"WINDOW_DATA", "WindowData"},
    };
    const std::string& old = caffe::V1LayerParameter::LayerType_Name(layer.type());
    const auto at = kTypes.find(old);
    return at == kTypes.end() ? old : at->second;
}

bool meets(const caffe::NetStateRule& rule, const caffe::NetState& state) {
    const std::set<std::string> stages(state.stage().begin(), state.stage().end());
    const auto has = [&](const std::string& stage) { return stages.count(stage) != 0; };
    return (!rule.has_phase() || rule.phase() == caffe::TEST) &&
           (!rule.has_min_level() || state.level() >= rule.min_level()) &&
           (!rule.has_max_level() || state.level() <= rule.max_level()) &&
           std::all_of(rule.stage().begin(), rule.stage().end(), has) &&
           std::none_of(rule.not_stage().begin(), rule.not_stage().end(), has);
}

template <class Proto>
bool is_there(const Proto& layer, const caffe::NetState& state) {
    const auto met = [&](const caffe::NetStateRule& rule) { return meets(rule, state); };
    if (layer.include_size() != 0) {
        return std::any_of(layer.include().begin(), layer.include().end(), met);
    }
    return std::none_of(layer.exclude().begin(), layer.exclude().end(), met);
}

template <class Protos>
std::vector<Shape> shapes_of(const Protos& protos) {
    std::vector<Shape> shapes;
    for (const caffe::BlobShape& shape : protos) {
        shapes.emplace_back(std::vector<int64_t>(shape.dim().begin(), shape.dim().end()));
    }
    return shapes;
}

std::vector<Shape> shapes_of(const caffe::MemoryDataParameter& data) {
    return {{data.batch_size(), data.channels(), data.height(), data.width()}};
}

/// What a dummy has as single numbers is one number for all tops, or one for each.
std::vector<Shape> shapes_of(const caffe::DummyDataParameter& dummy) {
    if (dummy.shape_size() != 0) {
        return shapes_of(dummy.shape());
    }
    std::vector<Shape> shapes;
    const auto number = [](const auto& list, int i) {
        return int64_t{list.size() > i ? list[i] : list.empty() ? 1 : list[0]};
    };
    shapes.reserve(static_cast<size_t>(dummy.num_size()));
    for (int i = 0; i < dummy.num_size(); ++i) {
        shapes.push_back(
            {dummy.num(i), number(dummy.channels(), i), number(dummy.height(), i), number(dummy.width(), i)});
    }
    return shapes;
}

void add_shapes(const caffe::V1LayerParameter& proto, Layer& layer) {
    if (proto.has_memory_data_param()) {
        layer.shapes = shapes_of(proto.memory_data_param());
    } else if (proto.has_dummy_data_param()) {
        layer.shapes = shapes_of(proto.dummy_data_param());
    }
}

void add_shapes(const caffe::LayerParameter& proto, Layer& layer) {
    if (proto.has_input_param()) {
        layer.shapes = shapes_of(proto.input_param().shape());
    } else if (proto.has_memory_data_param()) {
        layer.shapes = shapes_of(proto.memory_data_param());
    } else if (proto.has_dummy_data_param()) {
        layer.shapes = shapes_of(proto.dummy_data_param());
    }
}

/// Parameters of a layer are the messages in it, besides rules and what is passed over.
template <class Proto>
Layer layer_of(const Proto& proto, size_t index) {
    Layer layer;
    layer.index = index;
    layer.name = proto.name();
    layer.type = type_of(proto);
    layer.bottoms.assign(proto.bottom().begin(), proto.bottom().end());
    layer.tops.assign(proto.top().begin(), proto.top().end());
    add_shapes(proto, layer);
    const pb::Reflection& read = *proto.GetReflection();
    std::vector<const pb::FieldDescriptor*> fields;
    read.ListFields(proto, &fields);
    for (const pb::FieldDescriptor* field : fields) {
        if (field->cpp_type() == pb::FieldDescriptor::CPPTYPE_MESSAGE && !field->is_repeated()) {
            flatten(read.GetMessage(proto, field), layer.attrs);
        }
    }
    return layer;
}

template <class Protos>
void append(const Protos& protos, const caffe::NetState& state, std::vector<Layer>& layers) {
    for (int i = 0; i < protos.size(); ++i) {
        if (is_there(protos[i], state)) {
            layers.push_back(layer_of(protos[i], static_cast<size_t>(i)));
        }
    }
}

}  // namespace

std::vector<Layer> layers_of(const caffe::NetParameter& net) {
    std::vector<Layer> layers;
    append(net.layers(), net.state(), layers);
    append(net.layer(), net.state(), layers);
    return layers;
}

}  // namespace softacl::convert
