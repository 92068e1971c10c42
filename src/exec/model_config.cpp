// SPDX-License-Identifier: Apache-2.0
#include "exec/model_config.h"

#include <cstring>

namespace softacl::exec {
namespace {

struct Type {
    const char* name;
    size_t size;
};
constexpr Type kInt32{"int32_t", sizeof(int32_t)};
constexpr Type kSize{"size_t", sizeof(size_t)};
constexpr Type kPointer{"a pointer", sizeof(void*)};

struct Attribute {
    const char* name;
    Type type;
};

// In the order of their numbers.
constexpr Attribute kAttributes[] = {
    {"ACL_MDL_PRIORITY_INT32", kInt32},     {"ACL_MDL_LOAD_TYPE_SIZET", kSize},
    {"ACL_MDL_PATH_STR", kPointer},         {"ACL_MDL_MEM_ADDR_PTR", kPointer},
    {"ACL_MDL_MEM_SIZET", kSize},           {"ACL_MDL_WEIGHT_ADDR_PTR", kPointer},
    {"ACL_MDL_WEIGHT_SIZET", kSize},        {"ACL_MDL_WORKSPACE_ADDR_PTR", kPointer},
    {"ACL_MDL_WORKSPACE_SIZET", kSize},     {"ACL_MDL_INPUTQ_NUM_SIZET", kSize},
    {"ACL_MDL_INPUTQ_ADDR_PTR", kPointer},  {"ACL_MDL_OUTPUTQ_NUM_SIZET", kSize},
    {"ACL_MDL_OUTPUTQ_ADDR_PTR", kPointer}, {"ACL_MDL_WORKSPACE_MEM_OPTIMIZE", kSize},
};

struct Limits {
    uint64_t least;
    uint64_t greatest;
};

Limits limits_of(aclmdlConfigAttr attr) {
    switch (attr) {
        case ACL_MDL_PRIORITY_INT32: return {0, 7};
        case ACL_MDL_LOAD_TYPE_SIZET: return {ACL_MDL_LOAD_FROM_FILE, ACL_MDL_LOAD_FROM_FILE_WITH_Q};
        case ACL_MDL_WORKSPACE_MEM_OPTIMIZE: return {0, 1};
        default: return {0, UINT64_MAX};
    }
}

}  // namespace

Status ModelConfig::set(aclmdlConfigAttr attr, const void* value, size_t size) {
    const Attribute& attribute = kAttributes[attr];
    if (size != attribute.type.size) {
        return fail(ACL_ERROR_INVALID_PARAM, "valueSize is ", size, "; expected ", attribute.type.size, ", as ",
                    attribute.name, " is ", attribute.type.name);
    }
    uint64_t number = 0;
    std::memcpy(&number, value, size);  // little-endian; a negative number is beyond every range
    const Limits range = limits_of(attr);
    if (number < range.least || number > range.greatest) {
        return fail(ACL_ERROR_INVALID_PARAM, "attrValue is ",
                    attr == ACL_MDL_PRIORITY_INT32 ? static_cast<int64_t>(static_cast<int32_t>(number))
                                                   : static_cast<int64_t>(number),
                    "; expected for ", attribute.name, " a number from ", range.least, " to ", range.greatest);
    }
    std::string path;
    if (attr == ACL_MDL_PATH_STR) {
        const char* text = nullptr;
        std::memcpy(&text, value, sizeof text);
        if (text == nullptr || *text == '\0') {
            return fail(ACL_ERROR_INVALID_PARAM, "attrValue holds ",
                        text == nullptr ? "a null pointer" : "an empty path",
                        "; expected for ACL_MDL_PATH_STR a pointer to the path of a model");
        }
        path = text;
    }
    const std::lock_guard lock(mutex_);
    if (attr == ACL_MDL_PATH_STR) {
        path_ = std::move(path);
    }
    numbers_[attr] = number;
    return {};
}

Result<uint64_t> ModelConfig::required(aclmdlConfigAttr attr, uint64_t load_type) const {
    const auto found = numbers_.find(attr);
    if (found == numbers_.end()) {
        return fail(ACL_ERROR_INVALID_PARAM, "handle has no ", kAttributes[attr].name,
                    "; expected one, as its ACL_MDL_LOAD_TYPE_SIZET is ", load_type);
    }
    return found->second;
}

Result<Buffer> ModelConfig::memory(aclmdlConfigAttr address, aclmdlConfigAttr size, uint64_t load_type) const {
    if (numbers_.count(address) == 0) {
        return Buffer{};
    }
    SOFTACL_ASSIGN(const uint64_t bytes, required(size, load_type));
    return Buffer{reinterpret_cast<void*>(numbers_.at(address)), bytes};
}

Result<ModelConfig::Request> ModelConfig::request() const {
    const std::lock_guard lock(mutex_);
    const auto found = numbers_.find(ACL_MDL_LOAD_TYPE_SIZET);
    if (found == numbers_.end()) {
        return fail(ACL_ERROR_INVALID_PARAM, "handle has no ACL_MDL_LOAD_TYPE_SIZET; expected how the model is loaded");
    }
    const uint64_t type = found->second;
    Request request;
    if (type == ACL_MDL_LOAD_FROM_FILE_WITH_Q) {
        return fail(ACL_ERROR_FEATURE_UNSUPPORTED, "the ACL_MDL_LOAD_TYPE_SIZET of handle is ", type,
                    ": models with queues are not supported");
    }
    if (type == ACL_MDL_LOAD_FROM_FILE || type == ACL_MDL_LOAD_FROM_FILE_WITH_MEM) {
        SOFTACL_TRY(required(ACL_MDL_PATH_STR, type).status());
        request.path = path_;
    } else {
        SOFTACL_ASSIGN(const uint64_t address, required(ACL_MDL_MEM_ADDR_PTR, type));
        SOFTACL_ASSIGN(const uint64_t size, required(ACL_MDL_MEM_SIZET, type));
        request.content = {nullptr, reinterpret_cast<const void*>(address), size};
    }
    if (type == ACL_MDL_LOAD_FROM_FILE_WITH_MEM || type == ACL_MDL_LOAD_FROM_MEM_WITH_MEM) {
        SOFTACL_ASSIGN(request.memory.work, memory(ACL_MDL_WORKSPACE_ADDR_PTR, ACL_MDL_WORKSPACE_SIZET, type));
        SOFTACL_ASSIGN(request.memory.weights, memory(ACL_MDL_WEIGHT_ADDR_PTR, ACL_MDL_WEIGHT_SIZET, type));
    }
    return request;
}

}  // namespace softacl::exec
