// SPDX-License-Identifier: Apache-2.0
// Imports a layer without a network: nodes are only inferred and remembered.
#pragma once

#include <deque>
#include <string>
#include <vector>

#include "ops/op_def.h"

namespace softacl::ops {

class TestImporter final : public Importer {
   public:
    struct Node {
        std::string op;
        Attrs attrs;
        std::vector<ValueRef> inputs;
        std::vector<ValueRef> outputs;
    };

    ValueRef input(TensorType type) { return put(std::move(type), Tensor()); }
    const std::deque<Node>& nodes() const { return nodes_; }

    Result<std::vector<ValueRef>> import_caffe(const std::string& type, std::vector<ValueRef> bottoms, Attrs attrs,
                                               std::vector<ValueRef> blobs = {}, size_t tops = 1) {
        ForeignNode node;
        node.type = type;
        node.name = "layer";
        node.attrs = ForeignAttrs(std::move(attrs));
        node.inputs = std::move(bottoms);
        node.blobs = blobs.size();
        node.inputs.insert(node.inputs.end(), blobs.begin(), blobs.end());
        node.outputs = tops;
        const Import function = find_import(Framework::kCaffe, type);
        if (function == nullptr) {
            return fail(ACL_ERROR_INVALID_PARAM, "no import of ", type);
        }
        SOFTACL_ASSIGN(auto outputs, function(*this, node));
        SOFTACL_TRY(node.attrs.check());
        return outputs;
    }

    const TensorType& type(ValueRef value) const override { return values_[static_cast<size_t>(value)].type; }
    const Tensor* constant(ValueRef value) const override {
        const Tensor& tensor = values_[static_cast<size_t>(value)].constant;
        return tensor.data() == nullptr ? nullptr : &tensor;
    }
    Maker maker(ValueRef value) const override {
        for (const Node& node : nodes_) {
            for (size_t i = 0; i < node.outputs.size(); ++i) {
                if (node.outputs[i] == value) {
                    return {node.op, node.inputs, i};
                }
            }
        }
        return {};
    }
    ValueRef add_constant(Tensor value, const std::string& /*suffix*/) override {
        TensorType type = value.type();
        return put(std::move(type), std::move(value));
    }
    Result<std::vector<ValueRef>> add_node(const std::string& op, std::vector<ValueRef> inputs, Attrs attrs,
                                           size_t outputs, const std::string& /*suffix*/) override {
        OpCall call;
        call.name = "layer";
        call.attrs = std::move(attrs);
        call.outputs.resize(outputs);
        for (const ValueRef value : inputs) {
            call.inputs.push_back(value == kNoValue ? nullptr : &type(value));
            call.constants.push_back(value == kNoValue ? nullptr : constant(value));
        }
        const OpDef* def = find_op(op);
        if (def == nullptr) {
            return fail(ACL_ERROR_INVALID_PARAM, "no operator ", op);
        }
        SOFTACL_TRY(def->complete(call));
        nodes_.push_back({op, call.attrs, std::move(inputs), {}});
        std::vector<ValueRef> values;
        for (TensorType& type : call.outputs) {
            values.push_back(put(std::move(type), Tensor()));
        }
        nodes_.back().outputs = values;
        return values;
    }

   private:
    struct Value {
        TensorType type;
        Tensor constant;
    };
    ValueRef put(TensorType type, Tensor constant) {
        values_.push_back({std::move(type), std::move(constant)});
        return static_cast<ValueRef>(values_.size() - 1);
    }

    std::deque<Value> values_;
    std::deque<Node> nodes_;
};

}  // namespace softacl::ops
