// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <memory>

#include "ops/common/adapt.h"
#include "ops/common/scratch.h"
#include "ops/math/einsum.h"

namespace softacl::ops {
namespace {

using kernels::Kernel;
using kernels::KernelPtr;
using Labels = EinsumLabels;

bool has(const Labels& labels, int label) { return std::find(labels.begin(), labels.end(), label) != labels.end(); }

Labels joined(const Labels& a, const Labels& b, const Labels& c) {
    Labels all = a;
    all.insert(all.end(), b.begin(), b.end());
    all.insert(all.end(), c.begin(), c.end());
    return all;
}

/// Labels by what they are to a product of [batch, rows, inner] and [batch, inner, columns].
struct Roles {
    Labels batch, rows, columns, inner;
};

Shape shape_of(const EinsumPlan& plan, const Labels& labels) {
    Ints dims;
    for (const int label : labels) {
        dims.push_back(plan.sizes.at(label));
    }
    return Shape(std::move(dims));
}

/// The labels of a tensor's axes that count: of more than one element.
Result<Labels> labels_of(const Shape& shape, const Labels& labels) {
    Labels found;
    for (size_t axis = 0; axis < labels.size(); ++axis) {
        if (shape[axis] != 1 && has(found, labels[axis])) {
            return fail(ACL_ERROR_FEATURE_UNSUPPORTED, "no product has a diagonal");
        }
        if (shape[axis] != 1) {
            found.push_back(labels[axis]);
        }
    }
    return Result<Labels>(std::move(found));
}

Result<Roles> roles_of(const Labels& a, const Labels& b, const Labels& result) {
    Roles roles;
    for (const int label : result) {
        Labels& role = has(a, label) ? (has(b, label) ? roles.batch : roles.rows) : roles.columns;
        role.push_back(label);
    }
    for (const Labels* operand : {&a, &b}) {
        for (const int label : *operand) {
            if (has(result, label) || has(roles.inner, label)) {
                continue;
            }
            if (!has(a, label) || !has(b, label)) {
                return fail(ACL_ERROR_FEATURE_UNSUPPORTED, "no product sums one tensor alone");
            }
            roles.inner.push_back(label);
        }
    }
    return Result<Roles>(std::move(roles));
}

/// A product of matrices between kernels that bring axes into order, where they are not.
class EinsumProduct final : public Kernel {
   public:
    EinsumProduct() {
        name = "product";
        input_layouts.resize(2);
        output_layouts.resize(1);
        packs_input.resize(2);
    }

    /// `swaps`: the first operand of the product is the second tensor.
    Status prepare(const kernels::FastKernels& fast, const EinsumPlan& plan, std::array<Labels, 2> operands,
                   const Labels& result, bool swaps) {
        swaps_ = swaps;
        if (swaps) {
            std::swap(operands[0], operands[1]);
        }
        SOFTACL_ASSIGN(const Roles roles, roles_of(operands[0], operands[1], result));
        const auto elements = [&plan](const Labels& labels) { return shape_of(plan, labels).elements(); };
        const int64_t batch = elements(roles.batch);
        const int64_t m = elements(roles.rows);
        const int64_t n = elements(roles.columns);
        const int64_t k = elements(roles.inner);
        kernels::MatMulParams params;
        SOFTACL_ASSIGN(params.transpose_a,
                       order(fast, plan, operands[0], roles.batch, roles.rows, roles.inner, moves_[0]));
        SOFTACL_ASSIGN(params.transpose_b,
                       order(fast, plan, operands[1], roles.batch, roles.inner, roles.columns, moves_[1]));
        params.a = params.transpose_a ? Shape{batch, k, m} : Shape{batch, m, k};
        params.b = params.transpose_b ? Shape{batch, n, k} : Shape{batch, k, n};
        params.output = Shape{batch, m, n};
        SOFTACL_ASSIGN(product_, fast.matmul(params));
        const Labels made = joined(roles.batch, roles.rows, roles.columns);
        if (made != result) {
            SOFTACL_ASSIGN(moves_[2], move(fast, plan, made, result));
        }
        reserve(elements(operands[0]), elements(operands[1]), batch * m * n);
        return {};
    }

    bool moves_result() const { return moves_[2] != nullptr; }

    Status run(const Buffers& buffers) override {
        auto* const scratch = static_cast<char*>(buffers.scratch);
        std::array<const void*, 2> operands = {buffers.inputs[swaps_ ? 1 : 0], buffers.inputs[swaps_ ? 0 : 1]};
        for (size_t i = 0; i < 2; ++i) {
            if (moves_[i] != nullptr) {
                SOFTACL_TRY(run_one(*moves_[i], &operands[i], scratch + places_[i], scratch));
                operands[i] = scratch + places_[i];
            }
        }
        if (moves_[2] == nullptr) {
            return run_one(*product_, operands.data(), buffers.outputs[0], scratch);
        }
        const void* const made = scratch + places_[2];
        SOFTACL_TRY(run_one(*product_, operands.data(), scratch + places_[2], scratch));
        return run_one(*moves_[2], &made, buffers.outputs[0], scratch);
    }

   private:
    static Status run_one(Kernel& kernel, const void* const* inputs, void* output, void* scratch) {
        return kernel.run({inputs, &output, nullptr, scratch});
    }

    static Result<KernelPtr> move(const kernels::FastKernels& fast, const EinsumPlan& plan, const Labels& from,
                                  const Labels& to) {
        std::vector<int64_t> permutation;
        for (const int label : to) {
            permutation.push_back(std::find(from.begin(), from.end(), label) - from.begin());
        }
        return fast.transpose({ACL_FLOAT, shape_of(plan, from)}, permutation);
    }

    /// Whether a matrix lies transposed; a move if it lies otherwise.
    static Result<bool> order(const kernels::FastKernels& fast, const EinsumPlan& plan, const Labels& labels,
                              const Labels& batch, const Labels& rows, const Labels& columns, KernelPtr& made) {
        const Labels wanted = joined(batch, rows, columns);
        if (labels == wanted) {
            return false;
        }
        if (labels == joined(batch, columns, rows)) {
            return true;
        }
        SOFTACL_ASSIGN(made, move(fast, plan, labels, wanted));
        return false;
    }

    /// The kernels' own scratch memory comes first; they run one after the other.
    void reserve(int64_t a, int64_t b, int64_t y) {
        size_t own = product_->scratch_bytes;
        for (const KernelPtr& kernel : moves_) {
            own = std::max(own, kernel == nullptr ? 0 : kernel->scratch_bytes);
        }
        scratch_bytes = scratch_room(own);
        const std::array<int64_t, 3> elements = {a, b, y};
        for (size_t i = 0; i < moves_.size(); ++i) {
            places_[i] = scratch_bytes;
            scratch_bytes += moves_[i] == nullptr ? 0 : scratch_room(static_cast<size_t>(elements[i]) * sizeof(float));
        }
    }

    bool swaps_ = false;
    KernelPtr product_;
    std::array<KernelPtr, 3> moves_;  // of the operands and the result
    std::array<size_t, 3> places_{};
};

}  // namespace

Result<KernelPtr> make_einsum_product(const OpCall& call, const EinsumPlan& plan) {
    if (call.inputs.size() != 2) {
        return fail(ACL_ERROR_FEATURE_UNSUPPORTED, "products of two tensors only");
    }
    return make_fast_kernel(call, {0, 1}, [&](const kernels::FastKernels& fast) -> Result<KernelPtr> {
        SOFTACL_ASSIGN(const Labels a, labels_of(call.inputs[0]->shape, plan.operands[0]));
        SOFTACL_ASSIGN(const Labels b, labels_of(call.inputs[1]->shape, plan.operands[1]));
        SOFTACL_ASSIGN(const Labels result, labels_of(call.outputs[0].shape, plan.result));
        auto kernel = std::make_unique<EinsumProduct>();
        SOFTACL_TRY(kernel->prepare(fast, plan, {a, b}, result, false));
        if (kernel->moves_result()) {  // its transposed may be what is wanted
            auto other = std::make_unique<EinsumProduct>();
            SOFTACL_TRY(other->prepare(fast, plan, {a, b}, result, true));
            if (!other->moves_result()) {
                kernel = std::move(other);
            }
        }
        return Result<KernelPtr>(std::move(kernel));
    });
}

}  // namespace softacl::ops
