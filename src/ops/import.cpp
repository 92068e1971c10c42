// SPDX-License-Identifier: Apache-2.0
#include "ops/import.h"

#include "acl/acl_base.h"

namespace softacl::ops {

Status ForeignAttrs::check() const {
    for (const auto& [name, kind] : *wanted_) {
        const Attr* attr = attrs_.find(name);
        if (kind != nullptr && attr != nullptr) {
            return fail(ACL_ERROR_INVALID_PARAM, "its attribute ", name, " is of kind ", kind_of(*attr), "; expected ",
                        kind);
        }
    }
    return {};
}

}  // namespace softacl::ops
