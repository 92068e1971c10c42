// SPDX-License-Identifier: Apache-2.0
// Losses of predictions of classes.
#include <algorithm>
#include <cmath>

#include "kernels/ref/real.h"
#include "kernels/ref/strided.h"
#include "ops/common/importing.h"
#include "ops/common/indexes.h"
#include "ops/common/infer.h"
#include "ops/common/reference.h"
#include "ops/common/values.h"
#include "ops/math/pointwise.h"

namespace softacl::ops {
namespace {

using kernels::Kernel;
namespace ref = kernels::ref;

constexpr DTypes kLogits = {ACL_FLOAT, ACL_FLOAT16, ACL_DOUBLE};

// The logarithm of the sum of the exponentials of a row.
template <class T>
double log_sum_exp(const T* x, int64_t count, int64_t step) {
    double most = -HUGE_VAL;
    for (int64_t i = 0; i < count; ++i) {
        most = std::max(most, static_cast<double>(static_cast<ref::Real<T>>(x[i * step])));
    }
    double sum = 0;
    for (int64_t i = 0; i < count; ++i) {
        sum += std::exp(static_cast<double>(static_cast<ref::Real<T>>(x[i * step])) - most);
    }
    return most + std::log(sum);
}

Status infer_softmax_loss(OpCall& call) {
    SOFTACL_TRY(broadcast_first_two(call));
    const TensorType both = call.outputs[0];
    if (both.shape.rank() != 2) {
        return call.fail("the inputs have the shapes ", call.inputs[0]->shape, " and ", call.inputs[1]->shape,
                         "; expected two dimensions");
    }
    call.outputs[0] = {both.dtype, {both.shape[0]}};
    if (call.outputs.size() > 1) {
        call.outputs[1] = both;
    }
    return {};
}

Result<kernels::KernelPtr> make_softmax_loss(const OpCall& call) {
    SOFTACL_TRY(require_known_shapes(call));
    SOFTACL_ASSIGN(const Shape shape, broadcast(call.inputs[0]->shape, call.inputs[1]->shape));
    const auto features = kernels::broadcast_strides(call.inputs[0]->shape, shape);
    const auto labels = kernels::broadcast_strides(call.inputs[1]->shape, shape);
    kernels::KernelPtr kernel;
    ref::visit_floats(call.inputs[0]->dtype, [&](auto tag) {
        using T = typename decltype(tag)::Type;
        using R = ref::Real<T>;
        kernel = function_kernel(call, [=, both = call.outputs.size() > 1](const Kernel::Buffers& buffers) -> Status {
            for (int64_t row = 0; row < shape[0]; ++row) {
                const T* x = static_cast<const T*>(buffers.inputs[0]) + row * features[0];
                const T* target = static_cast<const T*>(buffers.inputs[1]) + row * labels[0];
                const double total = log_sum_exp(x, shape[1], features[1]);
                double loss = 0;
                for (int64_t i = 0; i < shape[1]; ++i) {
                    const double logarithm = static_cast<double>(static_cast<R>(x[i * features[1]])) - total;
                    const auto share = static_cast<double>(static_cast<R>(target[i * labels[1]]));
                    loss -= share == 0 ? 0 : share * logarithm;
                    if (both) {
                        static_cast<T*>(buffers.outputs[1])[row * shape[1] + i] =
                            static_cast<T>(static_cast<R>(std::exp(logarithm) - share));
                    }
                }
                static_cast<T*>(buffers.outputs[0])[row] = static_cast<T>(static_cast<R>(loss));
            }
            return {};
        });
    });
    return kernel;
}

Status infer_sparse_loss(OpCall& call) {
    const TensorType& features = *call.inputs[0];
    const Shape& labels = call.inputs[1]->shape;
    if (features.shape.rank() != 2 || labels.rank() != 1 ||
        (labels[0] >= 0 && features.shape[0] >= 0 && labels[0] != features.shape[0])) {
        return call.fail("the input features has the shape ", features.shape, ", the input labels ", labels,
                         "; expected [batch, classes] and [batch]");
    }
    call.outputs[0] = {features.dtype, {std::max(features.shape[0], labels[0])}};
    if (call.outputs.size() > 1) {
        call.outputs[1] = features;
    }
    return {};
}

Result<kernels::KernelPtr> make_sparse_loss(const OpCall& call) {
    SOFTACL_TRY(require_known_shapes(call));
    const int64_t rows = call.inputs[0]->shape[0];
    const int64_t classes = call.inputs[0]->shape[1];
    const aclDataType index = call.inputs[1]->dtype;
    kernels::KernelPtr kernel;
    ref::visit_floats(call.inputs[0]->dtype, [&](auto tag) {
        using T = typename decltype(tag)::Type;
        using R = ref::Real<T>;
        kernel = function_kernel(call, [=, both = call.outputs.size() > 1](const Kernel::Buffers& buffers) -> Status {
            const Indexes labels(buffers.inputs[1], index);
            for (int64_t row = 0; row < rows; ++row) {
                const int64_t label = labels.within(row, classes, false);
                if (label < 0) {
                    return fail(ACL_ERROR_INVALID_PARAM, "label ", row, " is ", labels[row], "; expected [0, ", classes,
                                ")");
                }
                const T* x = static_cast<const T*>(buffers.inputs[0]) + row * classes;
                const double total = log_sum_exp(x, classes, 1);
                const auto value = [&](int64_t i) { return static_cast<double>(static_cast<R>(x[i])); };
                static_cast<T*>(buffers.outputs[0])[row] = static_cast<T>(static_cast<R>(total - value(label)));
                for (int64_t i = 0; both && i < classes; ++i) {
                    static_cast<T*>(buffers.outputs[1])[row * classes + i] =
                        static_cast<T>(static_cast<R>(std::exp(value(i) - total) - (i == label ? 1 : 0)));
                }
            }
            return {};
        });
    });
    return kernel;
}

Status infer_nll(OpCall& call) {
    const TensorType& x = *call.inputs[0];
    const Shape& target = call.inputs[1]->shape;
    const size_t rank = x.shape.rank();
    if ((rank != 1 && rank != 2) || target.rank() + 1 != (rank == 1 ? 2 : rank) ||
        (target[0] >= 0 && (rank == 2 ? x.shape[0] >= 0 && target[0] != x.shape[0] : target[0] != 1))) {
        return call.fail("the input x has the shape ", x.shape, ", the input target ", target,
                         "; expected [batch, classes] and [batch], or [classes] and [1]");
    }
    if (call.has_input(2)) {
        SOFTACL_TRY(require_same_dtype(call, 0, 2));
        const Shape& weight = call.inputs[2]->shape;
        if (weight.rank() != 1 || (weight[0] >= 0 && x.shape[rank - 1] >= 0 && weight[0] != x.shape[rank - 1])) {
            return call.fail("the input weight has the shape ", weight, "; expected one number for each of the ",
                             x.shape[rank - 1], " classes");
        }
    }
    SOFTACL_ASSIGN(const Reduction reduction, reduction_of(call));
    call.outputs[0] = {x.dtype, reduction == Reduction::kNone ? target : Shape{}};
    if (call.outputs.size() > 1) {
        call.outputs[1] = {x.dtype, {}};
    }
    return {};
}

Result<kernels::KernelPtr> make_nll(const OpCall& call) {
    SOFTACL_TRY(require_known_shapes(call));
    SOFTACL_ASSIGN(const Reduction reduction, reduction_of(call));
    const Shape& x = call.inputs[0]->shape;
    const int64_t classes = x[x.rank() - 1];
    const int64_t rows = call.inputs[1]->shape[0];
    const aclDataType index = call.inputs[1]->dtype;
    const auto ignored = call.attrs.at<int64_t>("ignore_index");
    kernels::KernelPtr kernel;
    ref::visit_floats(call.inputs[0]->dtype, [&](auto tag) {
        using T = typename decltype(tag)::Type;
        using R = ref::Real<T>;
        kernel = function_kernel(call, [=, outputs = call.outputs.size()](const Kernel::Buffers& buffers) -> Status {
            const Indexes target(buffers.inputs[1], index);
            const T* weights = static_cast<const T*>(buffers.inputs[2]);
            double sum = 0;
            double total = 0;
            for (int64_t row = 0; row < rows; ++row) {
                double loss = 0;
                if (target[row] != ignored) {
                    const int64_t at = target.within(row, classes, false);
                    if (at < 0) {
                        return fail(ACL_ERROR_INVALID_PARAM, "target ", row, " is ", target[row], "; expected [0, ",
                                    classes, ") or ignore_index, ", ignored);
                    }
                    const double weight = weights == nullptr ? 1.0 : static_cast<double>(static_cast<R>(weights[at]));
                    const T* values = static_cast<const T*>(buffers.inputs[0]) + row * classes;
                    loss = -weight * static_cast<double>(static_cast<R>(values[at]));
                    total += weight;
                }
                sum += loss;
                if (reduction == Reduction::kNone) {
                    static_cast<T*>(buffers.outputs[0])[row] = static_cast<T>(static_cast<R>(loss));
                }
            }
            if (reduction != Reduction::kNone) {
                *static_cast<T*>(buffers.outputs[0]) =
                    static_cast<T>(static_cast<R>(reduction == Reduction::kMean ? sum / total : sum));
            }
            if (outputs > 1) {  // of single losses there is no total
                *static_cast<T*>(buffers.outputs[1]) =
                    static_cast<T>(static_cast<R>(reduction == Reduction::kNone ? 0 : total));
            }
            return {};
        });
    });
    return kernel;
}

// Losses of values with more dimensions behind the classes' are those of so many rows.
Result<ValueRef> add_nll(Importer& graph, const ForeignNode& node, ValueRef x) {
    const auto reduction = node.attrs.get<std::string>("reduction", "mean");
    const auto ignored = node.attrs.get<int64_t>("ignore_index", -100);  // which no class has
    ValueRef target = node.input(1);
    const ValueRef given = target;
    const size_t rank = graph.type(x).shape.rank();
    if (rank > 2) {
        Ints order = {0};
        for (size_t axis = 2; axis < rank; ++axis) {
            order.push_back(static_cast<int64_t>(axis));
        }
        order.push_back(1);
        SOFTACL_ASSIGN(x, graph.add("TransposeD", {x}, {{"perm", order}}, "classes_last"));
        SOFTACL_ASSIGN(
            x, graph.add("FlattenV2", {x}, {{"axis", int64_t{0}}, {"end_axis", int64_t{-2}}}, "rows_of_classes"));
        SOFTACL_ASSIGN(target,
                       graph.add("FlattenV2", {target}, {{"axis", int64_t{0}}, {"end_axis", int64_t{-1}}}, "target"));
    }
    const bool shaped = rank > 2 && reduction == "none";
    SOFTACL_ASSIGN(const auto outputs,
                   graph.add_node("NLLLoss", {x, target, node.input(2)},
                                  {{"reduction", reduction}, {"ignore_index", ignored}}, 2, shaped ? "losses" : ""));
    if (!shaped) {
        return outputs[0];
    }
    SOFTACL_ASSIGN(const ValueRef shape, graph.add("Shape", {given}, {}, "shape"));
    return graph.add("Reshape", {outputs[0], shape});
}

Imported import_nll(Importer& graph, const ForeignNode& node) { return one(add_nll(graph, node, node.input(0))); }

// The second output is the logarithm of the softmax.
Imported import_cross_entropy(Importer& graph, const ForeignNode& node) {
    SOFTACL_ASSIGN(const ValueRef logarithms,
                   graph.add("LogSoftmaxV2", {node.input(0)}, {{"axes", Ints{1}}}, "log_prob"));
    SOFTACL_ASSIGN(const ValueRef loss, add_nll(graph, node, logarithms));
    return std::vector<ValueRef>{loss, logarithms};
}

}  // namespace

OpDef declare_SoftmaxCrossEntropyWithLogits() {
    return OpDef("SoftmaxCrossEntropyWithLogits",
                 "The cross entropy of the softmax of each row of features and of labels, and its gradient.")
        .input("features", kLogits)
        .input("labels", kLogits)
        .output("loss", kLogits)
        .output("backprop", kLogits)
        .infer(infer_softmax_loss)
        .kernel("reference", make_softmax_loss);
}

OpDef declare_SparseSoftmaxCrossEntropyWithLogits() {
    return OpDef("SparseSoftmaxCrossEntropyWithLogits",
                 "SoftmaxCrossEntropyWithLogits with the number of the right class for each row.")
        .input("features", kLogits)
        .input("labels", kIndexes)
        .output("loss", kLogits)
        .output("backprop", kLogits)
        .infer(infer_sparse_loss)
        .kernel("reference", make_sparse_loss);
}

OpDef declare_NLLLoss() {
    constexpr DTypes kTypes = {ACL_FLOAT, ACL_BF16};
    return OpDef("NLLLoss",
                 "The negative of x at each row's target, times the class's weight; their weighted mean, their sum, or "
                 "each. total_weight: the weights' sum.")
        .input("x", kTypes)
        .input("target", kIndexes)
        .optional_input("weight", kTypes)
        .output("y", kTypes)
        .output("total_weight", kTypes)
        .attr("reduction", std::string("mean"))
        .attr("ignore_index", int64_t{-100})
        .infer(infer_nll)
        .kernel("reference", make_nll)
        .onnx("NegativeLogLikelihoodLoss", import_nll)
        .onnx("SoftmaxCrossEntropyLoss", import_cross_entropy);
}

}  // namespace softacl::ops
