// SPDX-License-Identifier: Apache-2.0
#include "convert/elements.h"

#include <algorithm>

#include "acl/acl_base.h"

namespace softacl::convert {

Result<Tensor> tensor_of_bytes(std::unique_ptr<std::string> raw, const TensorType& type) {
    if (raw->size() != type.bytes()) {
        return fail(ACL_ERROR_PARSE_MODEL, "has ", raw->size(), " bytes of data; its type ", type.text(), " needs ",
                    type.bytes());
    }
    constexpr size_t kMoved = 4096;  // the text of small strings may lie anywhere
    if (type.dtype != ACL_BOOL && raw->size() >= kMoved) {
        const std::shared_ptr<const std::string> owner = std::move(raw);
        return Tensor(type, std::shared_ptr<const void>(owner, owner->data()));
    }
    void* data = nullptr;
    Tensor tensor = Tensor::zeros(type, &data);
    if (type.dtype == ACL_BOOL) {
        std::transform(raw->begin(), raw->end(), static_cast<bool*>(data), [](char byte) { return byte != 0; });
    } else {
        std::copy(raw->begin(), raw->end(), static_cast<char*>(data));
    }
    return tensor;
}

}  // namespace softacl::convert
