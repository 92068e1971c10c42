// SPDX-License-Identifier: Apache-2.0
#include "convert/caffe/reader.h"

#include <algorithm>
#include <set>
#include <unordered_map>
#include <unordered_set>

#include "convert/caffe/layers.h"
#include "convert/caffe/text.h"
#include "convert/caffe/weights.h"
#include "ops/op_def.h"

namespace softacl::convert {
namespace {

constexpr const char* kSources[] = {"Input",      "Data",          "DummyData", "HDF5Data",  "ImageData",
                                    "MemoryData", "AnnotatedData", "VideoData", "WindowData"};
// They have no part in what the network computes. What only Accuracy reads is an output, what Silence reads is none.
constexpr const char* kMeasure = "Accuracy";
constexpr const char* kSilence = "Silence";
// Its prediction is of interest, the loss is not.
constexpr const char* kLoss = "SoftmaxWithLoss";

bool is_source(const Layer& layer) {
    return std::any_of(std::begin(kSources), std::end(kSources), [&](const char* type) { return layer.type == type; });
}

class Reader {
   public:
    Reader(Prototxt text, Weights weights, Problems& problems)
        : text_(std::move(text)), weights_(std::move(weights)), problems_(problems), layers_(layers_of(text_.net)) {}

    Network read() {
        network_.framework = ops::Framework::kCaffe;
        network_.name = text_.net.name();
        report_unknown();
        drop_labels();
        count_makers();
        add_inputs_of_net();
        for (const Layer& layer : layers_) {
            if (is_source(layer)) {
                add_source(layer);
            } else if (layer.type == kSilence) {
                read_bottoms(layer);
            } else {
                add_node(layer);
            }
        }
        add_outputs();
        return std::move(network_);
    }

   private:
    static std::string place(const Layer& layer) { return "Layer '" + layer.name + "' [" + layer.type + "]"; }

    /// Of layer types that nobody knows, the type is reported, later.
    void report_unknown() {
        for (const Prototxt::Unknown& field : text_.unknown) {
            for (const Layer& layer : layers_) {
                if (layer.index == field.layer && ops::find_import(ops::Framework::kCaffe, layer.type) != nullptr) {
                    problems_.add(code::kCaffe, place(layer), " has ", field.text,
                                  ", which is not known. Remove it if it changes nothing.");
                }
            }
        }
    }

    /// Networks for training have a label, which goes to measures and losses.
    void drop_labels() {
        const auto measures = [](const Layer& layer) { return layer.type == kMeasure; };
        layers_.erase(std::remove_if(layers_.begin(), layers_.end(), measures), layers_.end());
        for (Layer& layer : layers_) {
            if (layer.type == kLoss) {
                layer.bottoms.resize(std::min<size_t>(layer.bottoms.size(), 1));
                layer.tops = {layer.tops.empty() ? layer.name : layer.tops[0]};
            }
        }
    }

    /// A top that is also the bottom at its place is written over; the last layer that does so gives it its name.
    static bool in_place(const Layer& layer, size_t top) {
        return top < layer.bottoms.size() && layer.bottoms[top] == layer.tops[top];
    }

    void count_makers() {
        for (const Layer& layer : layers_) {
            for (const std::string& top : layer.tops) {
                ++makers_[top];
                names_.insert(top);
            }
        }
        for (const std::string& input : text_.net.input()) {
            ++makers_[input];
            names_.insert(input);
        }
    }

    /// The tensor that a layer makes under the name of its top. The last one has its name, unless an input has it.
    std::string make(const std::string& top, const std::string& layer, bool is_input) {
        std::string name = top;
        const bool last = --makers_[top] == 0 && inputs_by_name_.count(top) == 0;
        if (is_input) {
            inputs_by_name_.insert(top);
        } else if (!last) {
            name = top + "@" + layer;
            while (!names_.insert(name).second) {
                name += "_";
            }
            network_.labels[name] = top;
        }
        current_[top] = name;
        order_.erase(std::remove(order_.begin(), order_.end(), top), order_.end());
        order_.push_back(top);
        unread_.insert(top);
        return name;
    }

    void add_input(const std::string& name, const Shape* shape, const std::string& layer) {
        NetworkTensor input;
        input.type.dtype = ACL_FLOAT;
        input.ranked = shape != nullptr;
        if (shape != nullptr) {
            input.type.shape = *shape;
            if (std::any_of(shape->begin(), shape->end(), [](int64_t dim) { return dim < 0; })) {
                problems_.add(code::kCaffe, "Input [", name, "] has the shape ", *shape,
                              "; dimensions are not negative.");
            }
        }
        if (current_.count(name) != 0) {
            problems_.add(code::kCaffe, "Input [", name, "] stands twice in the network. Remove one.");
            return;
        }
        input.name = make(name, layer, true);
        inputs_.push_back({std::move(input), name});
        unread_.erase(name);
    }

    void add_inputs_of_net() {
        const caffe::NetParameter& net = text_.net;
        constexpr int kDims = 4;
        const bool old = net.input_shape_size() == 0 && net.input_dim_size() != 0;
        if (old && net.input_dim_size() != kDims * net.input_size()) {
            problems_.add(code::kCaffe, "The network has ", net.input_size(), " [input] and ", net.input_dim_size(),
                          " [input_dim]; expected 4 for each input.");
            return;
        }
        if (net.input_shape_size() > 1 && net.input_shape_size() != net.input_size()) {
            problems_.add(code::kCaffe, "The network has ", net.input_size(), " [input] and ", net.input_shape_size(),
                          " [input_shape]; expected one for each input.");
            return;
        }
        for (int i = 0; i < net.input_size(); ++i) {
            Shape shape;
            bool known = true;
            if (old) {
                const int* dims = net.input_dim().data() + static_cast<ptrdiff_t>(kDims) * i;
                shape = Shape(std::vector<int64_t>(dims, dims + kDims));
            } else if (net.input_shape_size() != 0) {
                const auto& dims = net.input_shape(std::min(i, net.input_shape_size() - 1)).dim();
                shape = Shape(std::vector<int64_t>(dims.begin(), dims.end()));
            } else {
                known = false;
            }
            add_input(net.input(i), known ? &shape : nullptr, net.input(i));
        }
    }

    void add_source(const Layer& layer) {
        const size_t count = layer.shapes.size();
        if (count > 1 && count != layer.tops.size()) {
            problems_.add(code::kCaffe, place(layer), " has ", layer.tops.size(), " tops and ", count,
                          " shapes; expected one for each, or one for all.");
            return;
        }
        for (size_t i = 0; i < layer.tops.size(); ++i) {
            const Shape* shape = count == 0 ? nullptr : &layer.shapes[std::min(i, count - 1)];
            const bool label = i > 0 && layer.type != "Input" && layer.type != "DummyData";
            add_input(layer.tops[i], label ? nullptr : shape, layer.name);
            optional_.insert(layer.tops[i]);
        }
    }

    std::vector<std::string> read_bottoms(const Layer& layer) {
        std::vector<std::string> tensors;
        for (const std::string& bottom : layer.bottoms) {
            const auto at = current_.find(bottom);
            if (at == current_.end()) {
                problems_.add(code::kCaffe, place(layer), " reads the bottom [", bottom,
                              "], which no layer before it makes. Put the layers in order.");
                tensors.push_back(bottom);
                network_.constants.emplace(bottom, Tensor());  // it is there: no second complaint
                continue;
            }
            unread_.erase(bottom);
            read_.insert(bottom);
            tensors.push_back(at->second);
        }
        return tensors;
    }

    void add_node(const Layer& layer) {
        NetworkNode node;
        node.framework = ops::Framework::kCaffe;
        node.type = layer.type;
        node.name = layer.name;
        node.attrs = layer.attrs;
        node.inputs = read_bottoms(layer);
        const auto weights = weights_.find(layer.name);
        if (weights != weights_.end()) {
            node.blobs = weights->second.size();
            for (size_t k = 0; k < node.blobs; ++k) {
                node.inputs.push_back(text(layer.name, "_blob", k));
                network_.constants.emplace(node.inputs.back(), weights->second[k]);
            }
        }
        for (size_t i = 0; i < layer.tops.size(); ++i) {
            const std::string& top = layer.tops[i];
            if (current_.count(top) != 0 && !in_place(layer, i)) {
                problems_.add(code::kCaffe, place(layer), " makes the top [", top,
                              "], which a layer before it makes as well. Give it another name.");
            }
            node.outputs.push_back(make(top, layer.name, false));
        }
        network_.nodes.push_back(std::move(node));
    }

    /// Tops that nobody reads, in the order of the file. Data layers need not be used.
    void add_outputs() {
        for (auto& [input, top] : inputs_) {
            if (optional_.count(top) == 0 || read_.count(top) != 0) {
                network_.inputs.push_back(std::move(input));
            }
        }
        for (const std::string& top : order_) {
            if (unread_.count(top) != 0) {
                NetworkTensor output;
                output.name = current_[top];
                network_.outputs.push_back(std::move(output));
            }
        }
        if (network_.outputs.empty()) {
            problems_.add(code::kCaffe, "The network has no layer whose result nobody reads, and so no output.");
        }
    }

    Prototxt text_;
    Weights weights_;
    Problems& problems_;
    std::vector<Layer> layers_;
    Network network_;
    std::vector<std::pair<NetworkTensor, std::string>> inputs_;
    std::unordered_map<std::string, int> makers_;           ///< of each top, how many are still to come
    std::unordered_set<std::string> names_;                 ///< of all tensors
    std::unordered_map<std::string, std::string> current_;  ///< the tensor that a top means now
    std::vector<std::string> order_;                        ///< tops, in the order of their last makers
    std::unordered_set<std::string> inputs_by_name_;
    std::unordered_set<std::string> unread_;
    std::unordered_set<std::string> read_;
    std::unordered_set<std::string> optional_;
};

}  // namespace

std::optional<Network> read_caffe(Bytes text, Bytes weights, Problems& problems) {
    auto prototxt = parse_prototxt(text.data, text.size, problems);
    auto blobs = read_weights(weights.data, weights.size, problems);
    if (!prototxt || !blobs) {
        return std::nullopt;
    }
    if (prototxt->net.layer_size() + prototxt->net.layers_size() == 0) {
        problems.add(code::kCaffe, "The network has no layers. Check that the file is the text of a Caffe network.");
        return std::nullopt;
    }
    if (prototxt->net.layer_size() != 0 && prototxt->net.layers_size() != 0) {
        problems.add(code::kCaffe,
                     "The network has both [layer] and [layers], older and newer layers. Use one of them.");
        return std::nullopt;
    }
    Network network = Reader(std::move(*prototxt), std::move(*blobs), problems).read();
    settle(network, problems);
    return network;
}

}  // namespace softacl::convert
