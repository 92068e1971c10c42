// SPDX-License-Identifier: Apache-2.0
#include "blas/product.h"

#include "blas/scratch.h"
#include "exec/saturate.h"
#include "kernels/product.h"

namespace softacl::blas {
namespace {

using kernels::GemmParams;
using kernels::KernelPtr;
using single_op::Operand;

enum Input : size_t { kA, kB, kC, kAlpha, kBeta, kInputs };

// The matrix row by row: where it lies, or unpacked into `scratch`.
Result<const void*> rows_of(const exec::Buffer& given, const std::vector<Blocks>& blocks, aclDataType type,
                            std::vector<Scratch>& scratch) {
    if (blocks.empty()) {
        return static_cast<const void*>(given.data);
    }
    const Blocks& matrix = blocks.front();
    SOFTACL_ASSIGN(Scratch rows, Scratch::take(static_cast<size_t>(matrix.rows * matrix.columns) * size_of(type)));
    matrix.unpack(given.data, size_of(type), rows.get());
    scratch.push_back(std::move(rows));
    return static_cast<const void*>(scratch.back().get());
}

Status check_aligned(const Operand& operand, const exec::Buffer& buffer, aclDataType type) {
    if (reinterpret_cast<uintptr_t>(buffer.data) % size_of(type) == 0) {
        return {};
    }
    return fail(ACL_ERROR_RT_ADDR_UNALIGNED, operand.name, " lies at ", buffer.data, "; expected a multiple of ",
                size_of(type), ", the size of ", name_of(type));
}

std::vector<Operand> inputs_of(const Spec& spec, const Layouts& layouts) {
    const size_t factor = size_of(spec.c);
    return {{spec.a_name, layouts.a_bytes},
            {spec.b_name, layouts.b_bytes},
            {spec.c_name, layouts.c_bytes},
            {"alpha", factor},
            {"beta", factor}};
}

}  // namespace

Product::Product(const Spec& spec, Layouts layouts)
    : Executable(spec.operation, inputs_of(spec, layouts), {{spec.c_name, layouts.c_bytes}}),
      layouts_(std::move(layouts)) {}

Result<std::shared_ptr<Product>> Product::make(const Spec& spec) {
    SOFTACL_ASSIGN(Layouts layouts, check(spec));
    return std::shared_ptr<Product>(new Product(spec, std::move(layouts)));
}

Status Product::run(const std::vector<exec::Buffer>& inputs, const std::vector<exec::Buffer>& outputs, exec::Run& run) {
    const aclDataType type = layouts_.params.operands;
    for (const Input input : {kA, kB, kC}) {
        SOFTACL_TRY(check_aligned(this->inputs()[input], inputs[input], input == kC ? layouts_.params.result : type));
    }
    SOFTACL_TRY(check_aligned(this->outputs()[0], outputs[0], layouts_.params.result));
    const KernelPtr kernel = kernels::make_product(layouts_.params);
    std::vector<Scratch> scratch;
    SOFTACL_ASSIGN(const void* const a, rows_of(inputs[kA], layouts_.a_blocks, type, scratch));
    SOFTACL_ASSIGN(const void* const b, rows_of(inputs[kB], layouts_.b_blocks, type, scratch));
    SOFTACL_ASSIGN(const Scratch work, Scratch::take(kernel->scratch_bytes));
    const void* const from[kInputs] = {a, b, inputs[kC].data, inputs[kAlpha].data, inputs[kBeta].data};
    void* const to[] = {outputs[0].data};
    SOFTACL_TRY(kernel->run({from, to, nullptr, work.get()}));
    saturate(outputs[0].data, run);
    return {};
}

void Product::saturate(void* results, exec::Run& run) const {
    const GemmParams& p = layouts_.params;
    if (p.result != ACL_FLOAT16 || !run.mode.saturates) {
        return;
    }
    const bool close = p.y_step == p.n;  // rows lie one after the other
    size_t infinite = 0;
    for (int64_t i = 0; i < (close ? 1 : p.m); ++i) {
        infinite += exec::saturate_float16(static_cast<uint16_t*>(results) + i * p.y_step,
                                           static_cast<size_t>(close ? p.m * p.n : p.n));
    }
    if (infinite != 0 && run.mode.tells_overflow) {
        run.warning += text(run.warning.empty() ? "" : "\n", name(), " overflowed: ", infinite,
                            " float16 results were infinite and became 65504 or -65504");
    }
}

}  // namespace softacl::blas
