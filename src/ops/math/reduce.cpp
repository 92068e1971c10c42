// SPDX-License-Identifier: Apache-2.0
// Many elements become one, along some axes. Each reduction is a row: a struct that collects elements.
#include <algorithm>

#include "kernels/ref/number.h"
#include "kernels/ref/strided.h"
#include "ops/caffe/imports.h"
#include "ops/common/importing.h"
#include "ops/common/infer.h"
#include "ops/common/reference.h"
#include "ops/common/values.h"

namespace softacl::ops {
namespace {

using kernels::Kernel;

// Floats are summed as double, integers wrap around.
template <class T>
using Sum = std::conditional_t<std::is_floating_point_v<T>, double, T>;

// A row: `add` for each element, then `result`. T is Wide of the element type.
template <class T>
struct Maximum {
    static constexpr const char* kName = "ReduceMax";
    static constexpr const char* kDoc = "The greatest element; NaN if there is one.";
    static constexpr DTypes kTypes = kNumbers;
    T most = kernels::lowest<T>();
    void add(T x) { most = x > most || kernels::is_nan(x) ? x : most; }
    T result(int64_t /*count*/) const { return most; }
};
template <class T>
struct Minimum {
    static constexpr const char* kName = "ReduceMin";
    static constexpr const char* kDoc = "The smallest element; NaN if there is one.";
    static constexpr DTypes kTypes = kNumbers;
    T least = kernels::highest<T>();
    void add(T x) { least = x < least || kernels::is_nan(x) ? x : least; }
    T result(int64_t /*count*/) const { return least; }
};
template <class T>
struct Total {
    static constexpr const char* kName = "ReduceSum";
    static constexpr const char* kDoc = "The sum; integers wrap around.";
    static constexpr DTypes kTypes = kNumbers;
    Sum<T> sum = 0;
    void add(T x) { sum = kernels::wrapping_add<Sum<T>>(sum, x); }
    T result(int64_t /*count*/) const { return static_cast<T>(sum); }
};
template <class T>
struct Mean {
    static constexpr const char* kName = "ReduceMean";
    static constexpr const char* kDoc = "The mean; of integers cut towards zero.";
    static constexpr DTypes kTypes = kNumbers;
    std::conditional_t<std::is_floating_point_v<T>, double, std::conditional_t<std::is_signed_v<T>, int64_t, uint64_t>>
        sum = 0;
    void add(T x) { sum = kernels::wrapping_add<decltype(sum)>(sum, x); }
    T result(int64_t count) const {
        if constexpr (std::is_floating_point_v<T>) {
            return static_cast<T>(sum / static_cast<double>(count));
        } else {
            return count == 0 ? T{} : static_cast<T>(sum / static_cast<decltype(sum)>(count));
        }
    }
};
template <class T>
struct Product {
    static constexpr const char* kName = "ReduceProd";
    static constexpr const char* kDoc = "The product; integers wrap around.";
    static constexpr DTypes kTypes = kNumbers;
    Sum<T> product = 1;
    void add(T x) { product = kernels::wrapping_mul<Sum<T>>(product, x); }
    T result(int64_t /*count*/) const { return static_cast<T>(product); }
};
template <class T>
struct SquareSum {
    static constexpr const char* kName = "SquareSumV1";
    static constexpr const char* kDoc = "The sum of the squares; integers wrap around.";
    static constexpr DTypes kTypes = kNumbers;
    Sum<T> sum = 0;
    void add(T x) { sum = kernels::wrapping_add<Sum<T>>(sum, kernels::wrapping_mul<Sum<T>>(Sum<T>(x), Sum<T>(x))); }
    T result(int64_t /*count*/) const { return static_cast<T>(sum); }
};
template <class T>
struct LogSum {
    static constexpr const char* kName = "ReduceLogSum";
    static constexpr const char* kDoc = "The logarithm of the sum.";
    static constexpr DTypes kTypes = kFloats;
    double sum = 0;
    void add(T x) { sum += x; }
    T result(int64_t /*count*/) const { return static_cast<T>(std::log(sum)); }
};
template <class T>
struct LogSumExp {
    static constexpr const char* kName = "ReduceLogSumExp";
    static constexpr const char* kDoc = "The logarithm of the sum of the exponentials.";
    static constexpr DTypes kTypes = kFloats;
    double most = kernels::lowest<double>();
    double sum = 0;  // of exp(x - most)
    void add(T x) {
        if (x > most) {
            sum = sum * std::exp(most - x) + 1;
            most = x;
        } else if (x == most) {
            sum += 1;  // also for infinities, whose difference is no number
        } else {
            sum += std::exp(x - most);
        }
    }
    T result(int64_t /*count*/) const {
        return static_cast<T>(std::isinf(most) && !std::isnan(sum) ? most : most + std::log(sum));
    }
};
struct TestRow {
    static constexpr DTypes kTypes = kBool;
};
template <class T>
struct All : TestRow {
    static constexpr const char* kName = "ReduceAll";
    static constexpr const char* kDoc = "Whether all elements are true.";
    bool all = true;
    void add(bool x) { all = all && x; }
    bool result(int64_t /*count*/) const { return all; }
};
template <class T>
struct Any : TestRow {
    static constexpr const char* kName = "ReduceAny";
    static constexpr const char* kDoc = "Whether an element is true.";
    bool any = false;
    void add(bool x) { any = any || x; }
    bool result(int64_t /*count*/) const { return any; }
};

template <class T>
struct LpNorm {
    static constexpr DTypes kTypes = kFloats;
    LpNorm() = default;
    explicit LpNorm(const OpCall& call) : p(call.attrs.at<float>("p")), least(call.attrs.at<float>("epsilon")) {
        most = p < 0 ? kernels::highest<double>() : 0;
    }
    double p = 2;
    double least = 0;  // the result is not smaller: it often becomes a divisor
    double sum = 0;
    double most = 0;
    void add(T value) {
        const double x = std::abs(static_cast<double>(value));
        if (std::isinf(p)) {
            most = (p > 0 ? x > most : x < most) || std::isnan(x) ? x : most;
        } else {
            sum += p == 1 ? x : p == 2 ? x * x : p == 0 ? (x != 0 ? 1 : 0) : std::pow(x, p);
        }
    }
    T result(int64_t /*count*/) const {
        const double norm = std::isinf(p)      ? most
                            : p == 2           ? std::sqrt(sum)
                            : p == 1 || p == 0 ? sum
                                               : std::pow(sum, 1 / p);
        return static_cast<T>(norm < least ? least : norm);
    }
};

// Some rows read attributes.
template <class Row>
Row first_of(const OpCall& call) {
    if constexpr (std::is_constructible_v<Row, const OpCall&>) {
        return Row(call);
    } else {
        return Row{};
    }
}

// The axes are an input, or the attribute axis or axes. Nothing if not known yet. Sorted. None: nothing is reduced, or
// all, where an attribute or the operator (LpNormV2, the one with keepdim) says so.
Result<std::optional<std::vector<size_t>>> axes_of(const OpCall& call) {
    const size_t rank = call.inputs[0]->shape.rank();
    const Ints* attr = call.attrs.find_as<Ints>("axis");
    attr = attr == nullptr ? call.attrs.find_as<Ints>("axes") : attr;
    const auto values = attr != nullptr ? std::optional<Ints>(*attr) : known_ints(call, 1);
    if (!values) {
        return std::optional<std::vector<size_t>>();
    }
    SOFTACL_ASSIGN(auto axes, normal_axes(call, *values, rank));
    std::sort(axes.begin(), axes.end());
    if (axes.empty() && !call.attrs.get<bool>("noop_with_empty_axes", !call.attrs.has("keepdim"))) {
        for (size_t i = 0; i < rank; ++i) {
            axes.push_back(i);
        }
    }
    return std::optional<std::vector<size_t>>(std::move(axes));
}

Status infer_reduce(OpCall& call) {
    const Shape& x = call.inputs[0]->shape;
    const bool keep = call.attrs.get<bool>("keep_dims", call.attrs.get<bool>("keepdim", false));
    call.outputs[0].dtype = call.inputs[0]->dtype;
    SOFTACL_ASSIGN(const auto axes, axes_of(call));
    if (!axes) {
        const Shape& list = call.inputs[1]->shape;
        if (!keep && !list.is_known()) {
            return call.fail("the number of axes must be known before the model runs");
        }
        const auto gone = keep ? 0 : std::min(static_cast<size_t>(list.elements()), x.rank());
        call.outputs[0].shape = unknown_shape(x.rank() - gone);
        return {};
    }
    std::vector<int64_t> dims;
    for (size_t i = 0; i < x.rank(); ++i) {
        if (!std::binary_search(axes->begin(), axes->end(), i)) {
            dims.push_back(x[i]);
        } else if (keep) {
            dims.push_back(1);
        }
    }
    call.outputs[0].shape = Shape(std::move(dims));
    return {};
}

struct ReduceLoops {
    kernels::StridedLoop<1> kept;
    kernels::StridedLoop<1> reduced;
    int64_t count = 0;  // elements that become one
};

template <template <class> class Row, class T>
Status run_reduce(const ReduceLoops& loops, const Row<kernels::Wide<T>>& first, const Kernel::Buffers& buffers) {
    const T* x = static_cast<const T*>(buffers.inputs[0]);
    T* y = static_cast<T*>(buffers.outputs[0]);
    loops.kept.run([&](const auto& outer, int64_t outer_count, const auto& outer_steps) {
        for (int64_t i = 0; i < outer_count; ++i) {
            const T* from = x + outer[0] + i * outer_steps[0];
            Row<kernels::Wide<T>> row = first;
            loops.reduced.run([&](const auto& inner, int64_t count, const auto& steps) {
                for (int64_t j = 0; j < count; ++j) {
                    row.add(kernels::widen(from[inner[0] + j * steps[0]]));
                }
            });
            *y++ = kernels::narrow<T>(row.result(loops.count));
        }
    });
    return {};
}

template <template <class> class Row>
Result<kernels::KernelPtr> make_reduce(const OpCall& call) {
    SOFTACL_TRY(require_known_shapes(call));
    SOFTACL_ASSIGN(const auto axes, axes_of(call));
    if (!axes) {
        return call.fail("the axes must be known before the model runs");
    }
    const Shape& x = call.inputs[0]->shape;
    const kernels::Strides strides = kernels::row_strides(x);
    Shape sizes[2];
    kernels::Strides steps[2];
    for (size_t i = 0; i < x.rank(); ++i) {
        const size_t side = std::binary_search(axes->begin(), axes->end(), i) ? 1 : 0;
        std::vector<int64_t> dims = sizes[side].dims();
        dims.push_back(x[i]);
        sizes[side] = Shape(std::move(dims));
        steps[side].push_back(strides[i]);
    }
    const ReduceLoops loops{kernels::StridedLoop<1>(sizes[0], {steps[0]}),
                            kernels::StridedLoop<1>(sizes[1], {steps[1]}), sizes[1].elements()};
    kernels::KernelPtr kernel;
    visit_dtype(call.inputs[0]->dtype, [&](auto tag) {
        using T = typename decltype(tag)::Type;
        if constexpr (Row<float>::kTypes.contains(dtype_of<T>())) {
            kernel = function_kernel(
                call, [loops, first = first_of<Row<kernels::Wide<T>>>(call)](const Kernel::Buffers& buffers) {
                    return run_reduce<Row, T>(loops, first, buffers);
                });
        }
    });
    return kernel;
}

// Without axes all are meant, unless noop_with_empty_axes says none.
template <template <class> class Row>
Imported import_reduce(Importer& graph, const ForeignNode& node) {
    if (!node.has_input(0)) {
        return import_fail("the input data is missing");
    }
    Attrs attrs = {{"keep_dims", node.attrs.get<int64_t>("keepdims", 1) != 0}};
    std::vector<ValueRef> inputs = {node.input(0), node.input(1)};
    const bool listed = std::string(Row<float>::kName) != "SquareSumV1";  // whether the axes are an input
    if (!listed || graph.constant(inputs[1]) != nullptr || inputs[1] == kNoValue) {
        SOFTACL_ASSIGN(Ints axes, ints_of(graph, node, 1, "axes", {}));
        if (axes.empty()) {
            if (node.attrs.get<int64_t>("noop_with_empty_axes", 0) != 0) {
                return one(graph.add("Identity", {node.input(0)}));
            }
            for (size_t i = 0; i < graph.type(node.input(0)).shape.rank(); ++i) {
                axes.push_back(static_cast<int64_t>(i));
            }
        }
        if (!listed) {
            attrs.set("axis", axes);
            inputs.pop_back();
        } else {
            inputs[1] = graph.add_constant(Tensor::list(axes), "axes");
        }
    }
    return one(graph.add(Row<float>::kName, std::move(inputs), std::move(attrs)));
}

template <int kP>
Imported import_norm(Importer& graph, const ForeignNode& node) {
    SOFTACL_ASSIGN(Ints axes, ints_of(graph, node, 1, "axes", {}));
    if (axes.empty() && node.attrs.get<int64_t>("noop_with_empty_axes", 0) != 0) {
        return one(graph.add("Identity", {node.input(0)}));
    }
    return one(graph.add("LpNormV2", {node.input(0)},
                         {{"p", static_cast<float>(kP)},
                          {"axes", std::move(axes)},
                          {"keepdim", node.attrs.get<int64_t>("keepdims", 1) != 0},
                          {"epsilon", 0.0F}}));
}

template <template <class> class Row>
OpDef declare_reduction(const char* onnx) {
    OpDef op(Row<float>::kName, Row<float>::kDoc);
    op.input("x", Row<float>::kTypes)
        .input("axes", kIndexes)
        .output("y", Row<float>::kTypes)
        .attr("keep_dims", false)
        .needs_value(1)
        .infer(infer_reduce)
        .kernel("reference", make_reduce<Row>);
    if (onnx != nullptr) {
        op.onnx(onnx, import_reduce<Row>);
    }
    return op;
}

}  // namespace

OpDef declare_ReduceMax() { return declare_reduction<Maximum>("ReduceMax"); }
OpDef declare_ReduceMin() { return declare_reduction<Minimum>("ReduceMin"); }
OpDef declare_ReduceSum() { return declare_reduction<Total>("ReduceSum").caffe("Reduction", import_caffe_reduction); }
OpDef declare_ReduceMean() { return declare_reduction<Mean>("ReduceMean").attr("noop_with_empty_axes", true); }
OpDef declare_ReduceProd() { return declare_reduction<Product>("ReduceProd"); }
OpDef declare_ReduceLogSum() { return declare_reduction<LogSum>("ReduceLogSum"); }
OpDef declare_ReduceLogSumExp() { return declare_reduction<LogSumExp>("ReduceLogSumExp"); }
OpDef declare_ReduceAll() { return declare_reduction<All>(nullptr); }
OpDef declare_ReduceAny() { return declare_reduction<Any>(nullptr); }

OpDef declare_SquareSumV1() {
    return OpDef(SquareSum<float>::kName, SquareSum<float>::kDoc)
        .input("x", kNumbers)
        .output("y", kNumbers)
        .required_attr("axis", Ints{})
        .attr("keep_dims", false)
        .infer(infer_reduce)
        .kernel("reference", make_reduce<SquareSum>)
        .onnx("ReduceSumSquare", import_reduce<SquareSum>);
}

OpDef declare_LpNormV2() {
    return OpDef("LpNormV2", "The p-norm, at least epsilon, along the axes or, without, of all.")
        .input("x", kFloats)
        .output("y", kFloats)
        .attr("p", 2.0F)
        .attr("axes", Ints{})
        .attr("keepdim", false)
        .attr("epsilon", 1e-12F)
        .infer(infer_reduce)
        .kernel("reference", make_reduce<LpNorm>)
        .onnx("ReduceL1", import_norm<1>)
        .onnx("ReduceL2", import_norm<2>);
}

}  // namespace softacl::ops
