// SPDX-License-Identifier: Apache-2.0
// A description of a model as a program asks for it.
#pragma once

#include "base/handle.h"

namespace softacl::exec {

/// Describes no model until it is filled. Any thread.
class ModelDesc final : public Object {
   public:
    static constexpr Kind kKind = Kind::kModelDesc;
};

}  // namespace softacl::exec
