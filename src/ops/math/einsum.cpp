// SPDX-License-Identifier: Apache-2.0
// Sums of products, written as "ij,jk->ik".
#include <algorithm>
#include <array>
#include <cctype>

#include "kernels/ref/number.h"
#include "kernels/ref/strided.h"
#include "ops/common/importing.h"
#include "ops/common/infer.h"
#include "ops/common/reference.h"
#include "ops/common/values.h"
#include "ops/math/einsum.h"

namespace softacl::ops {
namespace {

using kernels::Kernel;

constexpr size_t kMaxOperands = 8;
constexpr size_t kMaxLabels = 64;

using Labels = EinsumLabels;
using Plan = EinsumPlan;

Result<Labels> labels_of(const OpCall& call, const std::string& term, size_t rank) {
    const size_t dots = term.find("...");
    size_t letters = 0;
    for (size_t i = 0; i < term.size(); ++i) {
        if (i == dots) {
            i += 2;
        } else if (std::isalpha(static_cast<unsigned char>(term[i])) != 0) {
            ++letters;
        } else {
            return call.fail("the attribute equation has '", term[i], "' in the term '", term, "'");
        }
    }
    if (dots == std::string::npos ? letters != rank : letters > rank) {
        return call.fail("the term '", term, "' of the attribute equation does not fit to ", rank, " dimensions");
    }
    Labels labels;
    for (size_t i = 0; i < term.size(); ++i) {
        if (i == dots) {
            for (size_t left = rank - letters; left > 0; --left) {
                labels.push_back(static_cast<int>(left - 1));
            }
            i += 2;
        } else {
            labels.push_back(term[i]);
        }
    }
    return labels;
}

Result<Plan> plan_of(const OpCall& call) {
    std::string equation = call.attrs.at<std::string>("equation");
    equation.erase(std::remove(equation.begin(), equation.end(), ' '), equation.end());
    const size_t arrow = equation.find("->");
    std::string left = equation.substr(0, arrow);
    Plan plan;
    std::map<int, int> times;
    size_t dots = 0;
    for (size_t i = 0; i < call.inputs.size(); ++i) {
        const size_t comma = left.find(',');
        if ((comma == std::string::npos) != (i + 1 == call.inputs.size())) {
            return call.fail("the attribute equation '", equation, "' is not for ", call.inputs.size(), " tensors");
        }
        const Shape& shape = call.inputs[i]->shape;
        SOFTACL_ASSIGN(auto labels, labels_of(call, left.substr(0, comma), shape.rank()));
        left.erase(0, comma == std::string::npos ? comma : comma + 1);
        size_t own_dots = 0;
        for (size_t axis = 0; axis < labels.size(); ++axis) {
            ++times[labels[axis]];
            own_dots += labels[axis] < 32 ? 1 : 0;
            auto [at, is_new] = plan.sizes.emplace(labels[axis], shape[axis]);
            if (!is_new && at->second != shape[axis] && at->second != 1 && shape[axis] != 1 && at->second >= 0 &&
                shape[axis] >= 0) {
                return call.fail("a dimension of the equation '", equation, "' is ", at->second, " and ", shape[axis]);
            }
            at->second = at->second == 1 ? shape[axis] : std::max(at->second, shape[axis] == 1 ? -1 : shape[axis]);
        }
        dots = std::max(dots, own_dots);
        plan.operands.push_back(std::move(labels));
    }
    if (arrow == std::string::npos) {  // the ellipsis, then what stands once, in alphabetical order
        for (size_t i = dots; i > 0; --i) {
            plan.result.push_back(static_cast<int>(i - 1));
        }
        for (const auto& [label, count] : times) {
            if (label >= 32 && count == 1) {
                plan.result.push_back(label);
            }
        }
    } else {
        const std::string right = equation.substr(arrow + 2);
        const bool has_dots = right.find("...") != std::string::npos;
        SOFTACL_ASSIGN(plan.result, labels_of(call, right, right.size() - (has_dots ? 3 - dots : 0)));
    }
    for (const int label : plan.result) {
        if (plan.sizes.count(label) == 0 || std::count(plan.result.begin(), plan.result.end(), label) != 1) {
            return call.fail("the result of the equation '", equation, "' names a dimension of no tensor, or twice");
        }
    }
    plan.order = plan.result;
    for (const auto& [label, size] : plan.sizes) {
        if (std::count(plan.order.begin(), plan.order.end(), label) == 0) {
            plan.order.push_back(label);
        }
    }
    return plan;
}

Status infer_einsum(OpCall& call) {
    if (call.inputs.empty() || call.inputs[0] == nullptr || call.inputs.size() > kMaxOperands) {
        return call.fail("there are ", call.inputs.size(), " tensors; expected 1 to ", kMaxOperands);
    }
    for (size_t i = 1; i < call.inputs.size(); ++i) {
        SOFTACL_TRY(require_same_dtype(call, 0, i));
    }
    SOFTACL_ASSIGN(const Plan plan, plan_of(call));
    std::vector<int64_t> dims;
    for (const int label : plan.result) {
        dims.push_back(plan.sizes.at(label));
    }
    call.outputs[0] = {call.inputs[0]->dtype, Shape(std::move(dims))};
    return {};
}

struct Loop {
    int64_t size = 0;
    std::array<int64_t, kMaxOperands> steps{};  // of each operand
};

template <class T>
using Sum = std::conditional_t<std::is_integral_v<T>, T, double>;

// Steps through the loops [first, end) like an odometer; false when all have been seen.
bool next(const std::vector<Loop>& loops, size_t first, size_t end, std::array<int64_t, kMaxLabels>& index,
          std::array<int64_t, kMaxOperands>& at) {
    for (size_t i = end; i > first; --i) {
        const Loop& loop = loops[i - 1];
        const bool wraps = ++index[i - 1] == loop.size;
        for (size_t n = 0; n < kMaxOperands; ++n) {
            at[n] += wraps ? loop.steps[n] * (1 - loop.size) : loop.steps[n];
        }
        if (!wraps) {
            return true;
        }
        index[i - 1] = 0;
    }
    return false;
}

template <class T>
void run_einsum(const std::vector<Loop>& loops, size_t kept, size_t operands, int64_t count,
                const Kernel::Buffers& buffers) {
    std::array<int64_t, kMaxLabels> index{};
    std::array<int64_t, kMaxOperands> at{};
    bool empty = false;  // a sum over nothing
    for (size_t i = kept; i < loops.size(); ++i) {
        empty = empty || loops[i].size == 0;
    }
    for (int64_t i = 0; i < count; ++i) {
        Sum<kernels::Wide<T>> sum = 0;
        do {
            if (empty) {
                break;
            }
            Sum<kernels::Wide<T>> product = 1;
            for (size_t n = 0; n < operands; ++n) {
                product = kernels::wrapping_mul<Sum<kernels::Wide<T>>>(
                    product, kernels::widen(static_cast<const T*>(buffers.inputs[n])[at[n]]));
            }
            sum = kernels::wrapping_add(sum, product);
        } while (next(loops, kept, loops.size(), index, at));
        static_cast<T*>(buffers.outputs[0])[i] = kernels::narrow<T>(static_cast<kernels::Wide<T>>(sum));
        next(loops, 0, kept, index, at);
    }
}

Result<kernels::KernelPtr> make_einsum(const OpCall& call) {
    SOFTACL_TRY(require_known_shapes(call));
    SOFTACL_ASSIGN(const Plan plan, plan_of(call));
    if (plan.order.size() > kMaxLabels) {
        return call.fail("the equation names too many dimensions");
    }
    std::vector<Loop> loops;
    for (const int label : plan.order) {
        loops.push_back({plan.sizes.at(label), {}});
        for (size_t n = 0; n < plan.operands.size(); ++n) {
            const kernels::Strides strides = kernels::row_strides(call.inputs[n]->shape);
            for (size_t axis = 0; axis < strides.size(); ++axis) {
                if (plan.operands[n][axis] == label && call.inputs[n]->shape[axis] != 1) {
                    loops.back().steps[n] += strides[axis];  // a label twice is the diagonal
                }
            }
        }
    }
    kernels::KernelPtr kernel;
    visit_dtype(call.outputs[0].dtype, [&](auto tag) {
        using T = typename decltype(tag)::Type;
        if constexpr (!std::is_same_v<T, bool>) {
            kernel =
                function_kernel(call,
                                [loops, kept = plan.result.size(), operands = plan.operands.size(),
                                 count = call.outputs[0].shape.elements()](const Kernel::Buffers& buffers) -> Status {
                                    run_einsum<T>(loops, kept, operands, count, buffers);
                                    return {};
                                });
        }
    });
    return kernel;
}

Result<kernels::KernelPtr> make_product(const OpCall& call) {
    SOFTACL_TRY(require_known_shapes(call));
    SOFTACL_ASSIGN(const Plan plan, plan_of(call));
    return make_einsum_product(call, plan);
}

Imported import_einsum(Importer& graph, const ForeignNode& node) {
    return one(graph.add(
        "Einsum", node.inputs,
        {{"equation", node.attrs.get<std::string>("equation", "")}, {"N", static_cast<int64_t>(node.inputs.size())}}));
}

}  // namespace

OpDef declare_Einsum() {
    return OpDef("Einsum", "Products summed over the dimensions that the result of the equation does not name.")
        .dynamic_input("x", kNumbers)
        .output("y", kNumbers)
        .required_attr("equation", std::string())
        .required_attr("N", int64_t{})
        .infer(infer_einsum)
        .kernel("onednn", make_product)
        .kernel("reference", make_einsum)
        .onnx("Einsum", import_einsum);
}

}  // namespace softacl::ops
