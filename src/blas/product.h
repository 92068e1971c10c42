// SPDX-License-Identifier: Apache-2.0
// A product of matrices, ready to run: alone in a stream, or behind a handle of a program.
#pragma once

#include <memory>

#include "blas/spec.h"
#include "single_op/executable.h"

namespace softacl::blas {

/// The inputs are A, B, C, alpha and beta, the output is C. The factors are read when it runs; where beta is 0, C is
/// only written. Working memory is the run's own.
class Product final : public single_op::Executable {
   public:
    /// The errors of check().
    static Result<std::shared_ptr<Product>> make(const Spec& spec);

    Status run(const std::vector<exec::Buffer>& inputs, const std::vector<exec::Buffer>& outputs,
               exec::Run& run) override;

   private:
    Product(const Spec& spec, Layouts layouts);

    void saturate(void* results, exec::Run& run) const;

    const Layouts layouts_;
};

}  // namespace softacl::blas
