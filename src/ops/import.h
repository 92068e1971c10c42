// SPDX-License-Identifier: Apache-2.0
// What the import function of an operator sees of a foreign network: one node, and a place to build its counterpart.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/status.h"
#include "ops/attrs.h"

namespace softacl::ops {

/// A value of the graph that is being built.
using ValueRef = int32_t;
inline constexpr ValueRef kNoValue = -1;

/// Attributes as the file has them, which remember those that were only asked for as another kind: an import function
/// that takes its default for one must not change the network silently.
class ForeignAttrs {
   public:
    ForeignAttrs() = default;
    explicit ForeignAttrs(Attrs attrs) : attrs_(std::move(attrs)) {}

    void set(const std::string& name, Attr value) { attrs_.set(name, std::move(value)); }
    void erase(const std::string& name) { attrs_.erase(name); }
    bool has(const std::string& name) const { return attrs_.has(name); }
    const Attr* find(const std::string& name) const { return attrs_.find(name); }
    /// As in Attrs.
    template <class T>
    const T* find_as(const std::string& name) const {
        const T* value = attrs_.find_as<T>(name);
        if (value != nullptr) {
            (*wanted_)[name] = nullptr;
        } else if (has(name)) {
            wanted_->emplace(name, kind_of(T{}));
        }
        return value;
    }
    template <class T>
    T get(const std::string& name, T fallback) const {
        const T* value = find_as<T>(name);
        return value == nullptr ? std::move(fallback) : *value;
    }
    auto begin() const { return attrs_.begin(); }
    auto end() const { return attrs_.end(); }

    /// Fails for the first that was never read as the kind it has.
    Status check() const;

   private:
    Attrs attrs_;
    // The first kind asked for; null once it was read. Copies, which import functions make to change them, share it.
    std::shared_ptr<std::map<std::string, const char*>> wanted_ =
        std::make_shared<std::map<std::string, const char*>>();
};

/// Where a network comes from. Operators of the same name differ between frameworks.
enum class Framework { kOnnx, kCaffe, kTensorFlow };

/// A node of a network file, independent of the file's format.
struct ForeignNode {
    std::string domain;  ///< "" for the default one
    std::string type;    ///< "Conv"
    std::string name;
    int64_t version = 0;  ///< opset of its domain
    ForeignAttrs attrs;
    std::vector<ValueRef> inputs;  ///< kNoValue: left out
    size_t outputs = 1;            ///< how many the file names
    /// The last so many of `inputs` are the weights that a Caffe layer has besides its bottoms.
    size_t blobs = 0;
    /// How many of them were asked for, also of copies of the node: others are a mistake in the files.
    std::shared_ptr<size_t> blobs_read = std::make_shared<size_t>(0);

    bool has_input(size_t index) const { return index < inputs.size() && inputs[index] != kNoValue; }
    ValueRef input(size_t index) const { return has_input(index) ? inputs[index] : kNoValue; }
};

/// The graph under construction. Types are inferred with each node, so they may be asked for at once.
class Importer {
   public:
    virtual ~Importer() = default;

    /// What type() and constant() refer to stays while the graph grows.
    virtual const TensorType& type(ValueRef value) const = 0;
    /// Its value, if it is a constant or was computed from constants; else null.
    virtual const Tensor* constant(ValueRef value) const = 0;
    /// The node that made a value, and which of its outputs that is.
    struct Maker {
        std::string op;  ///< "": the value is a constant or an input of the network
        std::vector<ValueRef> inputs;
        size_t output = 0;
    };
    virtual Maker maker(ValueRef value) const = 0;

    virtual ValueRef add_constant(Tensor value, const std::string& suffix) = 0;
    /// A node named after the foreign one; helpers get "<name>_<suffix>".
    virtual Result<std::vector<ValueRef>> add_node(const std::string& op, std::vector<ValueRef> inputs, Attrs attrs,
                                                   size_t outputs, const std::string& suffix) = 0;

    /// A node with one output.
    Result<ValueRef> add(const std::string& op, std::vector<ValueRef> inputs, Attrs attrs = {},
                         const std::string& suffix = "") {
        SOFTACL_ASSIGN(const auto outputs, add_node(op, std::move(inputs), std::move(attrs), 1, suffix));
        return outputs.front();
    }
};

/// Builds what a foreign node means; returns its outputs. The sentence of a failure need not name the node.
using Import = Result<std::vector<ValueRef>> (*)(Importer& graph, const ForeignNode& node);

struct ImportDef {
    Framework framework;
    const char* type;
    Import function;
};

}  // namespace softacl::ops
