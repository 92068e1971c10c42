// SPDX-License-Identifier: Apache-2.0
// What many import functions need.
#pragma once

#include <string>

#include "acl/acl_base.h"
#include "ops/import.h"

namespace softacl::ops {

using Imported = Result<std::vector<ValueRef>>;

/// One output.
inline Imported one(Result<ValueRef> output) {
    if (!output.ok()) {
        return output.status();
    }
    return std::vector<ValueRef>{*output};
}

template <class... Parts>
Status import_fail(const Parts&... parts) {
    return Status(ACL_ERROR_INVALID_PARAM, text(parts...));
}

/// A list of integers: the input's if there is one (it must be a constant), else the attribute's, else the fallback.
Result<Ints> ints_of(const Importer& graph, const ForeignNode& node, size_t input, const std::string& attr,
                     Ints fallback);

/// The first two inputs. Before opset 7, `broadcast` and `axis` say where the second one's dimensions belong; then it
/// gets dimensions of 1 behind them.
Result<std::vector<ValueRef>> broadcast_operands(Importer& graph, const ForeignNode& node);

/// An attribute that names an element type: the number that ONNX has for it, or before opset 6 a word.
Result<aclDataType> onnx_dtype(const ForeignNode& node, const std::string& attr);

/// The operator of two inputs applied to all values in turn; at least one.
Result<ValueRef> add_chain(Importer& graph, const std::string& op, const std::vector<ValueRef>& values);

/// `x` as another type.
Result<ValueRef> add_cast(Importer& graph, ValueRef x, aclDataType to, const std::string& suffix);

}  // namespace softacl::ops
