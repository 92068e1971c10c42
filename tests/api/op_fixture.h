// SPDX-License-Identifier: Apache-2.0
// Calls of operators, for tests: tensors with their data in device memory, and attributes.
#pragma once

#include "fixture.h"

namespace softacl::test {

template <class T>
constexpr aclDataType type_of();
template <>
constexpr aclDataType type_of<float>() {
    return ACL_FLOAT;
}
template <>
constexpr aclDataType type_of<int32_t>() {
    return ACL_INT32;
}
template <>
constexpr aclDataType type_of<int64_t>() {
    return ACL_INT64;
}
template <>
constexpr aclDataType type_of<int8_t>() {
    return ACL_INT8;
}

using Dims = std::vector<int64_t>;

inline aclTensorDesc* tensor_desc(aclDataType type, const Dims& dims, aclFormat format = ACL_FORMAT_ND) {
    aclTensorDesc* desc = aclCreateTensorDesc(type, static_cast<int>(dims.size()), dims.data(), format);
    EXPECT_NE(desc, nullptr) << recent_message();
    return desc;
}

inline aclTensorDesc* absent_desc() { return tensor_desc(ACL_DT_UNDEFINED, {}, ACL_FORMAT_UNDEFINED); }

inline Dims dims_of(const aclTensorDesc* desc) {
    Dims dims(aclGetTensorDescNumDims(desc));
    for (size_t i = 0; i < dims.size(); ++i) {
        EXPECT_OK(aclGetTensorDescDimV2(desc, i, &dims[i]));
    }
    return dims;
}

template <class T>
aclDataBuffer* device_buffer(const std::vector<T>& values) {
    const size_t bytes = values.size() * sizeof(T);
    void* const memory = device_memory(bytes == 0 ? 1 : bytes);
    if (bytes != 0) {
        EXPECT_OK(aclrtMemcpy(memory, bytes, values.data(), bytes, ACL_MEMCPY_HOST_TO_DEVICE));
    }
    aclDataBuffer* buffer = aclCreateDataBuffer(memory, bytes);
    EXPECT_NE(buffer, nullptr);
    return buffer;
}

template <class T>
std::vector<T> values_of(const aclDataBuffer* buffer, size_t count) {
    std::vector<T> values(count);
    EXPECT_OK(aclrtMemcpy(values.data(), count * sizeof(T), aclGetDataBufferAddr(buffer), count * sizeof(T),
                          ACL_MEMCPY_DEVICE_TO_HOST));
    return values;
}

// The arguments of a call. What it creates is left to the end of the library.
struct OpArguments {
    template <class T>
    OpArguments& in(const Dims& dims, const std::vector<T>& values, aclFormat format = ACL_FORMAT_ND) {
        input_descs.push_back(tensor_desc(type_of<T>(), dims, format));
        inputs.push_back(device_buffer(values));
        return *this;
    }
    OpArguments& in_absent() {
        input_descs.push_back(absent_desc());
        inputs.push_back(aclCreateDataBuffer(nullptr, 0));
        return *this;
    }
    // An output with room for so many elements.
    template <class T>
    OpArguments& out(const Dims& dims, size_t room) {
        output_descs.push_back(tensor_desc(type_of<T>(), dims));
        outputs.push_back(device_buffer(std::vector<T>(room)));
        return *this;
    }

    aclError execute(const char* type, aclrtStream stream = nullptr) {
        return aclopExecuteV2(type, static_cast<int>(inputs.size()), input_descs.data(), inputs.data(),
                              static_cast<int>(outputs.size()), output_descs.data(), outputs.data(), attr, stream);
    }
    aclError execute_v1(const char* type, aclrtStream stream = nullptr) {
        return aclopExecute(type, static_cast<int>(inputs.size()), input_descs.data(), inputs.data(),
                            static_cast<int>(outputs.size()), output_descs.data(), outputs.data(), attr, stream);
    }
    aclError create_handle(const char* type, aclopHandle** handle) {
        return aclopCreateHandle(type, static_cast<int>(inputs.size()), input_descs.data(),
                                 static_cast<int>(outputs.size()), output_descs.data(), attr, handle);
    }
    aclError execute_with(aclopHandle* handle, aclrtStream stream = nullptr) {
        return aclopExecWithHandle(handle, static_cast<int>(inputs.size()), inputs.data(),
                                   static_cast<int>(outputs.size()), outputs.data(), stream);
    }
    aclError infer(const char* type) {
        return aclopInferShape(type, static_cast<int>(inputs.size()), input_descs.data(), inputs.data(),
                               static_cast<int>(output_descs.size()), output_descs.data(), attr);
    }

    std::vector<aclTensorDesc*> input_descs;
    std::vector<aclDataBuffer*> inputs;
    std::vector<aclTensorDesc*> output_descs;
    std::vector<aclDataBuffer*> outputs;
    aclopAttr* attr = aclopCreateAttr();
};

}  // namespace softacl::test
