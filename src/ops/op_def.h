// SPDX-License-Identifier: Apache-2.0
// The declaration of an operator: everything the project knows of it, in one place.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/status.h"
#include "kernels/kernel.h"
#include "ops/attrs.h"
#include "ops/body.h"
#include "ops/import.h"

namespace softacl::ops {

class OpDef;

/// One use of an operator: a node of a graph, or a call of a single operator.
struct OpCall {
    const OpDef* op = nullptr;
    std::string name;  ///< of the node, for sentences
    Attrs attrs;       ///< with all defaults filled in
    /// In the order of the declaration, a dynamic port's tensors in a row; null for an absent optional input.
    std::vector<const TensorType*> inputs;
    /// Values of inputs that are known before the model runs; else null.
    std::vector<const Tensor*> constants;
    /// Filled by infer(), which finds as many as are wanted.
    std::vector<TensorType> outputs;
    /// The graphs that it runs, in the order of the declaration.
    Bodies bodies;
    /// How the inputs lie when kernels are chosen; empty: all row by row.
    std::vector<kernels::Layout> layouts;

    bool has_input(size_t index) const { return index < inputs.size() && inputs[index] != nullptr; }
    const Tensor* constant(size_t index) const { return index < constants.size() ? constants[index] : nullptr; }
    kernels::Layout layout(size_t index) const { return index < layouts.size() ? layouts[index] : kernels::Layout{}; }
    /// A failure that names the node and its operator.
    template <class... Parts>
    Status fail(const Parts&... parts) const {
        return Status(ACL_ERROR_INVALID_PARAM, place() + text(parts...));
    }
    std::string place() const;
};

/// Sets of element types.
class DTypes {
   public:
    constexpr DTypes() = default;
    constexpr DTypes(std::initializer_list<aclDataType> types) {
        for (const aclDataType type : types) {
            bits_ |= uint64_t{1} << type;
        }
    }
    constexpr bool contains(aclDataType type) const { return type >= 0 && type < 64 && ((bits_ >> type) & 1U) != 0; }
    constexpr DTypes operator|(DTypes other) const {
        other.bits_ |= bits_;
        return other;
    }

   private:
    uint64_t bits_ = 0;
};
inline constexpr DTypes kFloats = {ACL_FLOAT, ACL_FLOAT16, ACL_DOUBLE, ACL_BF16};
inline constexpr DTypes kInts = {ACL_INT8,  ACL_UINT8,  ACL_INT16, ACL_UINT16,
                                 ACL_INT32, ACL_UINT32, ACL_INT64, ACL_UINT64};
inline constexpr DTypes kNumbers = kFloats | kInts;
inline constexpr DTypes kIndexes = {ACL_INT32, ACL_INT64};
inline constexpr DTypes kBool = {ACL_BOOL};
inline constexpr DTypes kAny = kNumbers | kBool;

/// An attribute (ListInt) for operators whose inputs do not say all of the shape of their result: if it is declared
/// and not given, what describes the output of a single call fills it in.
inline constexpr const char* kWantedShape = "dst_shape";

enum class Arity { kRequired, kOptional, kDynamic };

struct Port {
    std::string name;
    DTypes dtypes;
    Arity arity = Arity::kRequired;
};

struct AttrDef {
    std::string name;
    Attr value;  ///< the default; of a required attribute only the type counts
    bool required = false;
};

/// Finds the types of call.outputs. Fails with a sentence if inputs and attributes do not go together. Dimensions of
/// inputs may be unknown (-1); a function that cannot work with them leaves unknown ones in the outputs.
using Infer = Status (*)(OpCall& call);

/// Prepares a computation, or refuses with a reason, and the next kernel of the list is asked.
using MakeKernel = Result<kernels::KernelPtr> (*)(const OpCall& call);

struct KernelDef {
    const char* name;
    MakeKernel make;
};

/// Filled by a chain of calls in the operator's file:
///
///     OpDef declare_SoftmaxV2() {
///         return OpDef("SoftmaxV2", "Softmax along axes.")
///             .input("x", kFloats)
///             .output("y", kFloats)
///             .attr("axes", Ints{-1})
///             .infer(same_as_first)
///             .kernel("onednn", make_fast)
///             .kernel("reference", make_reference)
///             .onnx("Softmax", import_softmax);
///     }
class OpDef {
   public:
    OpDef(std::string name, std::string doc) : name_(std::move(name)), doc_(std::move(doc)) {}

    OpDef& input(std::string name, DTypes dtypes, Arity arity = Arity::kRequired) {
        inputs_.push_back({std::move(name), dtypes, arity});
        return *this;
    }
    OpDef& optional_input(std::string name, DTypes dtypes) { return input(std::move(name), dtypes, Arity::kOptional); }
    OpDef& dynamic_input(std::string name, DTypes dtypes) { return input(std::move(name), dtypes, Arity::kDynamic); }
    OpDef& output(std::string name, DTypes dtypes, Arity arity = Arity::kRequired) {
        outputs_.push_back({std::move(name), dtypes, arity});
        return *this;
    }
    OpDef& attr(std::string name, Attr value) {
        attrs_.push_back({std::move(name), std::move(value), false});
        return *this;
    }
    /// The value says the type only.
    OpDef& required_attr(std::string name, Attr value) {
        attrs_.push_back({std::move(name), std::move(value), true});
        return *this;
    }
    OpDef& infer(Infer function) {
        infer_ = function;
        return *this;
    }
    /// For outputs whose shape depends on values: called with what infer() made of known shapes, it replaces unknown
    /// dimensions of call.outputs by the largest that are possible.
    OpDef& largest(Infer function) {
        largest_ = function;
        return *this;
    }
    /// Kernels are asked in the order in which they stand.
    OpDef& kernel(const char* name, MakeKernel make) {
        kernels_.push_back({name, make});
        return *this;
    }
    /// An ONNX operator (default domain) that becomes this one, perhaps with helpers around it.
    OpDef& onnx(const char* type, Import function) {
        imports_.push_back({Framework::kOnnx, type, function});
        return *this;
    }
    /// The same for a Caffe layer, by its name in `layer` messages.
    OpDef& caffe(const char* type, Import function) {
        imports_.push_back({Framework::kCaffe, type, function});
        return *this;
    }
    /// The same for a TensorFlow operator; src/ops/tensorflow/ has a table of them.
    OpDef& tensorflow(const char* type, Import function) {
        imports_.push_back({Framework::kTensorFlow, type, function});
        return *this;
    }
    /// Inputs, by their place in the declaration, whose values infer() or the kernels need before the model runs.
    OpDef& needs_value(size_t input) {
        value_inputs_.push_back(input);
        return *this;
    }

    /// A graph that the operator runs.
    OpDef& body(std::string name) {
        bodies_.push_back(std::move(name));
        return *this;
    }
    /// The outputs do not follow from inputs and attributes alone: two nodes with the same ones, or two runs of a node,
    /// may differ. So no node of it is computed before the model runs, and none stands for another one.
    OpDef& random() {
        is_random_ = true;
        return *this;
    }

    const std::string& name() const { return name_; }
    const std::string& doc() const { return doc_; }
    bool is_random() const { return is_random_; }
    const std::vector<Port>& inputs() const { return inputs_; }
    const std::vector<Port>& outputs() const { return outputs_; }
    const std::vector<AttrDef>& attrs() const { return attrs_; }
    const std::vector<KernelDef>& kernels() const { return kernels_; }
    const std::vector<ImportDef>& imports() const { return imports_; }
    const std::vector<size_t>& value_inputs() const { return value_inputs_; }
    const std::vector<std::string>& bodies() const { return bodies_; }
    /// The same as positions among `count` inputs, of which several may belong to a port of a variable number.
    std::vector<size_t> value_inputs(size_t count) const;
    /// Null: no shape depends on values, or nothing is known of it.
    Infer largest() const { return largest_; }

    /// The port that the input at a flat position belongs to, given how many inputs there are; null beyond the end.
    const Port* input_port(size_t index, size_t count) const;

    /// Fills in defaults, checks the attributes' types, the number and element types of inputs, and finds the output
    /// types. Everything that makes a node or a single call passes here. 100023 for an attribute that is missing,
    /// unknown or of another type; 100026 for an element type that an input does not take; else 100000.
    Status complete(OpCall& call) const;

    /// The first kernel that takes the call; the failure lists every refusal. `only`: the kernel of this name.
    Result<kernels::KernelPtr> make_kernel(const OpCall& call, const char* only = nullptr) const;

   private:
    std::string name_;
    std::string doc_;
    std::vector<Port> inputs_;
    std::vector<Port> outputs_;
    std::vector<AttrDef> attrs_;
    std::vector<KernelDef> kernels_;
    std::vector<ImportDef> imports_;
    std::vector<size_t> value_inputs_;
    std::vector<std::string> bodies_;
    Infer infer_ = nullptr;
    Infer largest_ = nullptr;
    bool is_random_ = false;
};

/// The operator of this IR name, or null. Any thread.
const OpDef* find_op(const std::string& name);
/// All operators, in the order of ops.inc.
const std::vector<const OpDef*>& all_ops();
/// The import function of a framework's operator (ONNX: of the default domain), or null.
Import find_import(Framework framework, const std::string& type);

}  // namespace softacl::ops
