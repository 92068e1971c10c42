// SPDX-License-Identifier: Apache-2.0
#include "ops/attrs.h"

namespace softacl::ops {

const char* kind_of(const Attr& attr) {
    static constexpr const char* kKinds[] = {"Bool",      "Int",        "Float",    "String",      "Type",  "ListInt",
                                             "ListFloat", "ListString", "ListBool", "ListListInt", "Tensor"};
    static_assert(std::size(kKinds) == std::variant_size_v<Attr>);
    return kKinds[attr.index()];
}

}  // namespace softacl::ops
