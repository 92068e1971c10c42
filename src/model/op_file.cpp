// SPDX-License-Identifier: Apache-2.0
#include "model/op_file.h"

#include <nlohmann/json.hpp>

#include "model/checksum.h"

namespace softacl::model {
namespace {

using graph::OpRequest;
using graph::TensorRequest;
using Json = nlohmann::ordered_json;

constexpr size_t kLongestName = 200;
constexpr int64_t kOpenRank = -2;

struct AttrWriter {
    Json operator()(bool value) const { return typed("bool", value); }
    Json operator()(int64_t value) const { return typed("int", value); }
    Json operator()(float value) const { return typed("float", value); }
    Json operator()(const std::string& value) const { return typed("string", value); }
    Json operator()(aclDataType value) const { return typed("data_type", name_of(value)); }
    Json operator()(const ops::Ints& value) const { return typed("list_int", value); }
    Json operator()(const ops::Floats& value) const { return typed("list_float", value); }
    Json operator()(const ops::Strings& value) const { return typed("list_string", value); }
    Json operator()(const ops::Bools& value) const { return typed("list_bool", value); }
    Json operator()(const ops::IntLists& value) const { return typed("list_list_int", value); }
    Json operator()(const Tensor&) const { return Json(); }  // the list has no kind for it

    template <class T>
    static Json typed(const char* type, const T& value) {
        return {{"type", type}, {"value", value}};
    }
};

Json json_of(const TensorRequest& tensor) {
    Json json;
    if (!tensor.name.empty()) {
        json["name"] = tensor.name;
    }
    json["format"] = name_of(tensor.format);
    json["type"] = tensor.is_absent() ? "UNDEFINED" : name_of(tensor.dtype);
    json["shape"] = tensor.shape ? tensor.shape->dims() : std::vector<int64_t>{kOpenRank};
    if (!tensor.ranges.empty()) {
        json["shape_range"] = tensor.ranges;
    }
    if (tensor.constant) {
        json["is_const"] = true;
        Json& values = json["const_value"] = Json::array();
        visit_dtype(tensor.dtype, [&](auto tag) {
            using T = typename decltype(tag)::Type;
            for (int64_t i = 0; i < tensor.constant->elements(); ++i) {
                const T& value = tensor.constant->data_as<T>()[i];
                if constexpr (std::is_arithmetic_v<T>) {
                    values.push_back(value);
                } else {
                    values.push_back(static_cast<float>(value));
                }
            }
        });
    }
    return json;
}

}  // namespace

std::string write_op(const OpDescription& op) {
    Json json;
    json["op"] = op.request.type;
    if (!op.name.empty()) {
        json["name"] = op.name;
    }
    Json& inputs = json["input_desc"] = Json::array();
    for (const TensorRequest& input : op.request.inputs) {
        inputs.push_back(json_of(input));
    }
    Json& outputs = json["output_desc"] = Json::array();
    for (const TensorRequest& output : op.request.outputs) {
        outputs.push_back(json_of(output));
    }
    Json& attrs = json["attr"] = Json::array();
    for (const auto& [name, value] : op.request.attrs) {
        Json attr = std::visit(AttrWriter(), value);
        attr["name"] = name;
        attrs.push_back(std::move(attr));
    }
    return json.dump();
}

std::string op_file_name(const OpRequest& request, size_t number) {
    std::string name = text(number, "_", request.type);
    for (const auto* tensors : {&request.inputs, &request.outputs}) {
        for (const TensorRequest& tensor : *tensors) {
            name += text("_", int{tensor.dtype}, "_", int{tensor.format});
            for (const int64_t dim : tensor.shape ? tensor.shape->dims() : std::vector<int64_t>{kOpenRank}) {
                name += text("_", dim);
            }
        }
    }
    if (name.size() <= kLongestName) {
        return name;
    }
    constexpr size_t kHashBytes = 8;
    constexpr char kDigits[] = "0123456789abcdef";
    const Digest digest = digest_of(name.data(), name.size());
    std::string hash = "_";
    for (size_t i = 0; i < kHashBytes; ++i) {
        hash += kDigits[digest[i] >> 4];
        hash += kDigits[digest[i] & 0xFU];
    }
    name.resize(kLongestName - hash.size());
    return name + hash;
}

}  // namespace softacl::model
