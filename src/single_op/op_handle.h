// SPDX-License-Identifier: Apache-2.0
// What a program holds to run the same executable again and again (aclopHandle).
#pragma once

#include <memory>

#include "base/handle.h"
#include "single_op/executable.h"

namespace softacl::single_op {

class OpHandle final : public Object {
   public:
    static constexpr Kind kKind = Kind::kOpHandle;

    explicit OpHandle(std::shared_ptr<Executable> executable) : executable_(std::move(executable)) {}
    const std::shared_ptr<Executable>& executable() const { return executable_; }

   private:
    const std::shared_ptr<Executable> executable_;
};

}  // namespace softacl::single_op
