// SPDX-License-Identifier: Apache-2.0
// Small ONNX models, put together in a line each.
#pragma once

#include <initializer_list>
#include <string>
#include <vector>

#include "convert/onnx/onnx.pb.h"

namespace softacl::convert {

enum OnnxType { kOnnxFloat = 1, kOnnxUint8 = 2, kOnnxInt32 = 6, kOnnxInt64 = 7, kOnnxString = 8, kOnnxBool = 9 };

class OnnxBuilder {
   public:
    explicit OnnxBuilder(int64_t opset = 13) {
        model.set_ir_version(7);
        model.add_opset_import()->set_version(opset);
        graph()->set_name("test");
    }

    onnx::GraphProto* graph() { return model.mutable_graph(); }

    OnnxBuilder& input(const std::string& name, const std::vector<int64_t>& dims, int type = kOnnxFloat) {
        describe(graph()->add_input(), name, dims, type);
        return *this;
    }
    OnnxBuilder& output(const std::string& name, int type = kOnnxFloat) {
        auto* info = graph()->add_output();
        info->set_name(name);
        info->mutable_type()->mutable_tensor_type()->set_elem_type(type);
        return *this;
    }
    OnnxBuilder& floats(const std::string& name, const std::vector<int64_t>& dims, const std::vector<float>& values) {
        auto* tensor = constant(name, dims, kOnnxFloat);
        for (const float value : values) {
            tensor->add_float_data(value);
        }
        return *this;
    }
    OnnxBuilder& ints(const std::string& name, const std::vector<int64_t>& values) {
        auto* tensor = constant(name, {static_cast<int64_t>(values.size())}, kOnnxInt64);
        for (const int64_t value : values) {
            tensor->add_int64_data(value);
        }
        return *this;
    }
    onnx::TensorProto* constant(const std::string& name, const std::vector<int64_t>& dims, int type) {
        auto* tensor = graph()->add_initializer();
        tensor->set_name(name);
        tensor->set_data_type(type);
        for (const int64_t dim : dims) {
            tensor->add_dims(dim);
        }
        return tensor;
    }
    OnnxBuilder& node(const std::string& type, const std::vector<std::string>& inputs,
                      const std::vector<std::string>& outputs, const std::string& name = "") {
        last = graph()->add_node();
        last->set_op_type(type);
        last->set_name(name);
        for (const std::string& tensor : inputs) {
            last->add_input(tensor);
        }
        for (const std::string& tensor : outputs) {
            last->add_output(tensor);
        }
        return *this;
    }
    OnnxBuilder& attr(const std::string& name, int64_t value) {
        auto* attribute = add_attribute(name, 2);
        attribute->set_i(value);
        return *this;
    }
    onnx::AttributeProto* add_attribute(const std::string& name, int type) {
        auto* attribute = last->add_attribute();
        attribute->set_name(name);
        attribute->set_type(type);
        return attribute;
    }

    std::string bytes() const { return model.SerializeAsString(); }

    static void describe(onnx::ValueInfoProto* info, const std::string& name, const std::vector<int64_t>& dims,
                         int type) {
        info->set_name(name);
        auto* tensor = info->mutable_type()->mutable_tensor_type();
        tensor->set_elem_type(type);
        tensor->mutable_shape();
        for (const int64_t dim : dims) {
            auto* added = tensor->mutable_shape()->add_dim();
            if (dim >= 0) {
                added->set_dim_value(dim);
            } else {
                added->set_dim_param("n");
            }
        }
    }

    onnx::ModelProto model;
    onnx::NodeProto* last = nullptr;
};

}  // namespace softacl::convert
