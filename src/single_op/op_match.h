// SPDX-License-Identifier: Apache-2.0
// Holds a call of an operator against the description of a loaded one.
#pragma once

#include <string>

#include "base/status.h"
#include "graph/op_request.h"

namespace softacl::single_op {

struct Comparison {
    /// The first part that differs: 100021 an input, 100022 an output, 100023 an attribute, with a sentence such as
    /// "input 1 is float32[3] ND; expected float32[1~8] ND".
    Status difference;
    size_t agreed = 0;  ///< more: a larger part is the same

    /// True if the other one says better what is wrong.
    bool operator<(const Comparison& other) const {
        return difference.code() != other.difference.code() ? difference.code() < other.difference.code()
                                                            : agreed < other.agreed;
    }
};

/// Of operators of one type. Open dimensions of a loaded operator take what is in their range. An attribute that is not
/// given has its default.
Comparison compare(const graph::OpRequest& call, const graph::OpRequest& loaded);

}  // namespace softacl::single_op
