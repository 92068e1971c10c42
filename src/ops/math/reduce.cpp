// SPDX-License-Identifier: Apache-2.0
// Many elements become one, along some axes. Each reduction is a row of reductions.h.
#include <algorithm>
#include <array>

#include "base/vectorised.h"
#include "kernels/ref/number.h"
#include "kernels/ref/strided.h"
#include "ops/caffe/imports.h"
#include "ops/common/attribute_form.h"
#include "ops/common/importing.h"
#include "ops/common/infer.h"
#include "ops/common/reference.h"
#include "ops/common/values.h"
#include "ops/math/reductions.h"

namespace softacl::ops {
namespace {

using kernels::Kernel;

using namespace reductions;  // NOLINT(google-build-using-namespace): the table of this file

// Some rows have a second result.
template <class Row, class = void>
constexpr bool kHasSecond = false;
template <class Row>
constexpr bool kHasSecond<Row, std::void_t<decltype(std::declval<const Row&>().second(0))>> = true;

// Some rows take in what others have collected.
template <class Row, class = void>
constexpr bool kMerges = false;
template <class Row>
constexpr bool kMerges<Row, std::void_t<decltype(std::declval<Row&>().merge(std::declval<const Row&>()))>> = true;

// Some rows read attributes.
template <class Row>
Row first_of(const OpCall& call) {
    if constexpr (std::is_constructible_v<Row, const OpCall&>) {
        return Row(call);
    } else {
        return Row{};
    }
}

bool all_by_default(const std::string& op) {
    return op == "LpNorm" || op == "LpNormV2" || op == "ReduceStd" || op == "ReduceMeanVariance";
}

// The axes are an input, or the attribute axis or axes. Nothing if not known yet. Sorted. None: nothing is reduced, or
// all, where an attribute or the operator (those whose axes are an attribute with a default) says so.
Result<std::optional<std::vector<size_t>>> axes_of(const OpCall& call) {
    const size_t rank = call.inputs[0]->shape.rank();
    const Ints* attr = call.attrs.find_as<Ints>("axis");
    attr = attr == nullptr ? call.attrs.find_as<Ints>("axes") : attr;
    attr = attr == nullptr ? call.attrs.find_as<Ints>("dim") : attr;
    auto values = attr != nullptr ? std::optional<Ints>(*attr) : known_ints(call, 1);
    if (const auto* first = call.attrs.find_as<int64_t>("axis")) {  // and all behind it
        SOFTACL_ASSIGN(const size_t begin, normal_axis(call, *first, rank));
        values = Ints();
        for (size_t i = begin; i < rank; ++i) {
            values->push_back(static_cast<int64_t>(i));
        }
    }
    if (!values) {
        return std::optional<std::vector<size_t>>();
    }
    SOFTACL_ASSIGN(auto axes, normal_axes(call, *values, rank));
    std::sort(axes.begin(), axes.end());
    if (axes.empty() && !call.attrs.get<bool>("noop_with_empty_axes", !all_by_default(call.op->name()))) {
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
    if (call.outputs.size() > 1) {
        call.outputs[1] = call.outputs[0];
    }
    return {};
}

Status infer_caffe_reduction_op(OpCall& call) {
    const auto operation = call.attrs.at<int64_t>("operation");
    if (operation < 1 || operation > 4) {
        return call.fail("the attribute operation is ", operation,
                         "; expected 1 (sum), 2 (of absolute values), 3 (of squares) or 4 (mean)");
    }
    return infer_reduce(call);
}

struct ReduceLoops {
    kernels::StridedLoop<2> kept;  // of the input, and of the result
    kernels::StridedLoop<1> reduced;
    int64_t count = 0;  // elements that become one
};

// Adds elements that lie one after the other.
template <class Row, class T>
void add_all(const T* x, int64_t count, Row& row) {
    int64_t i = 0;
    if constexpr (kMerges<Row>) {
        constexpr int64_t kLanes = sizeof(Row) > sizeof(float) ? 8 : 16;  // as many as stay in registers
        if (count >= 2 * kLanes) {
            std::array<Row, kLanes> lanes;
            lanes.fill(Row{});
            i = count / kLanes * kLanes;
            vectorised<kernels::kUsual<T>>([&lanes, x, i] {
                std::array<Row, kLanes> mine = lanes;  // which nobody else may change
                for (int64_t j = 0; j < i; j += kLanes) {
                    for (int64_t k = 0; k < kLanes; ++k) {
                        mine[static_cast<size_t>(k)].add(kernels::widen(x[j + k]));
                    }
                }
                lanes = mine;
            });
            for (const Row& lane : lanes) {
                row.merge(lane);
            }
        }
    }
    for (; i < count; ++i) {
        row.add(kernels::widen(x[i]));
    }
}

template <template <class> class Row, class T>
Status run_reduce(const ReduceLoops& loops, const Row<kernels::Wide<T>>& first, bool has_second,
                  const Kernel::Buffers& buffers) {
    using R = Row<kernels::Wide<T>>;
    const T* x = static_cast<const T*>(buffers.inputs[0]);
    T* y = static_cast<T*>(buffers.outputs[0]);
    [[maybe_unused]] T* second = has_second ? static_cast<T*>(buffers.outputs[1]) : nullptr;
    const auto put = [&](const R& row, int64_t at) {
        y[at] = kernels::narrow<T>(row.result(loops.count));
        if constexpr (kHasSecond<R>) {
            if (second != nullptr) {
                second[at] = kernels::narrow<T>(row.second(loops.count));
            }
        }
    };
    const auto one = [&](const T* from, int64_t at) {
        R row = first;
        loops.reduced.run([&](const auto& inner, int64_t count, const auto& steps) {
            if (steps[0] == 1) {
                add_all(from + inner[0], count, row);
                return;
            }
            for (int64_t j = 0; j < count; ++j) {
                row.add(kernels::widen(from[inner[0] + j * steps[0]]));
            }
        });
        put(row, at);
    };
    constexpr size_t kSome = 256;
    // Results whose elements lie side by side: the elements of one after the other would be far apart.
    const auto some = [&](const T* from, int64_t at, int64_t results) {
        std::array<R, kSome> rows;
        rows.fill(first);
        loops.reduced.run([&](const auto& inner, int64_t count, const auto& steps) {
            for (int64_t j = 0; j < count; ++j) {
                const T* const elements = from + inner[0] + j * steps[0];
                vectorised<kernels::kUsual<T>>([elements, results, row = rows.data()] {
                    for (int64_t i = 0; i < results; ++i) {
                        row[i].add(kernels::widen(elements[i]));
                    }
                });
            }
        });
        for (int64_t i = 0; i < results; ++i) {
            put(rows[static_cast<size_t>(i)], at + i);
        }
    };
    loops.kept.run_shared(
        [&](const auto& outer, int64_t count, const auto& steps) {
            constexpr auto kStep = static_cast<int64_t>(kSome);
            for (int64_t i = 0; i < count; i += kStep) {
                const int64_t results = std::min(kStep, count - i);
                if (steps[0] == 1 && results > 1) {
                    some(x + outer[0] + i, outer[1] + i, results);
                    continue;
                }
                for (int64_t j = i; j < i + results; ++j) {
                    one(x + outer[0] + j * steps[0], outer[1] + j);
                }
            }
        },
        loops.count);
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
    const ReduceLoops loops{kernels::StridedLoop<2>(sizes[0], {steps[0], kernels::row_strides(sizes[0])}),
                            kernels::StridedLoop<1>(sizes[1], {steps[1]}), sizes[1].elements()};
    kernels::KernelPtr kernel;
    visit_dtype(call.inputs[0]->dtype, [&](auto tag) {
        using T = typename decltype(tag)::Type;
        if constexpr (Row<float>::kTypes.contains(dtype_of<T>())) {
            kernel = function_kernel(call, [loops, first = first_of<Row<kernels::Wide<T>>>(call),
                                            has_second = call.outputs.size() > 1](const Kernel::Buffers& buffers) {
                return run_reduce<Row, T>(loops, first, has_second, buffers);
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

/// By the norm of each row, which is at least so small a number that rows of zeros stay zeros.
Imported import_normalization(Importer& graph, const ForeignNode& node) {
    const auto p = node.attrs.get<int64_t>("p", 2);
    if (p != 1 && p != 2) {
        return import_fail("the attribute p is ", p, "; expected 1 or 2");
    }
    const aclDataType dtype = graph.type(node.input(0)).dtype;
    const float least = dtype == ACL_FLOAT16 ? 0x1p-24F : dtype == ACL_BF16 ? 0x1p-133F : 0x1p-149F;
    SOFTACL_ASSIGN(const ValueRef norm, graph.add("LpNormV2", {node.input(0)},
                                                  {{"p", static_cast<float>(p)},
                                                   {"axes", Ints{node.attrs.get<int64_t>("axis", -1)}},
                                                   {"keepdim", true},
                                                   {"epsilon", least}},
                                                  "norm"));
    return one(graph.add("RealDiv", {node.input(0), norm}));
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

constexpr AttributeForm kMax = {"ReduceMax"};
constexpr AttributeForm kMin = {"ReduceMin"};
constexpr AttributeForm kSum = {"ReduceSum"};
constexpr AttributeForm kMean = {"ReduceMean"};
constexpr AttributeForm kProd = {"ReduceProd"};
constexpr AttributeForm kAll = {"ReduceAll"};
constexpr AttributeForm kSome = {"ReduceAny"};
constexpr AttributeForm kNorm = {"EuclideanNorm"};

// The reduction whose axes are an attribute.
template <const AttributeForm& form>
OpDef declare_form(const char* name, const OpDef& base) {
    OpDef op(name, base.doc());
    op.input("x", base.inputs()[0].dtypes).output("y", base.outputs()[0].dtypes);
    return attribute_form<form>(base, std::move(op.required_attr("axes", Ints{}).attr("keep_dims", false)));
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

OpDef declare_ReduceNansum() { return declare_reduction<NanSum>(nullptr); }
OpDef declare_EuclideanNorm() { return declare_reduction<Norm>(nullptr); }

OpDef declare_ReduceStd() {
    return OpDef("ReduceStd", "Standard deviation and mean along axes or, without, of all.")
        .input("x", kFloats)
        .output("y1", kFloats)
        .output("y2", kFloats)
        .attr("dim", Ints{})
        .attr("unbiased", true)
        .attr("keepdim", false)
        .infer(infer_reduce)
        .kernel("reference", make_reduce<StandardDeviation>);
}

OpDef declare_ReduceMeanVariance() {
    return OpDef("ReduceMeanVariance", "Mean and variance (of the whole population) along axes or, without, of all.")
        .input("x", kFloats)
        .output("mean", kFloats)
        .output("variance", kFloats)
        .attr("axes", Ints{})
        .attr("keep_dims", true)
        .infer(infer_reduce)
        .kernel("reference", make_reduce<MeanVariance>);
}

OpDef declare_Reduction() {
    return OpDef("Reduction",
                 "coeff times the sum, the sum of absolute values or of squares, or the mean of all dimensions from "
                 "axis on.")
        .input("x", kFloats)
        .output("y", kFloats)
        .attr("operation", int64_t{1})
        .attr("axis", int64_t{0})
        .attr("coeff", 1.0F)
        .infer(infer_caffe_reduction_op)
        .kernel("reference", make_reduce<CaffeReduction>);
}

OpDef declare_LpNorm() {
    return OpDef("LpNorm", "The p-norm, at least epsilon, along the axes or, without, of all.")
        .input("x", kFloats)
        .output("y", kFloats)
        .attr("p", int64_t{2})
        .attr("axes", Ints{})
        .attr("keepdim", false)
        .attr("epsilon", 1e-12F)
        .infer(infer_reduce)
        .kernel("reference", make_reduce<LpNorm>);
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
        .onnx("ReduceL2", import_norm<2>)
        .onnx("LpNormalization", import_normalization);
}

OpDef declare_ReduceMaxD() { return declare_form<kMax>("ReduceMaxD", declare_ReduceMax()); }
OpDef declare_ReduceMinD() { return declare_form<kMin>("ReduceMinD", declare_ReduceMin()); }
OpDef declare_ReduceSumD() { return declare_form<kSum>("ReduceSumD", declare_ReduceSum()); }
OpDef declare_ReduceMeanD() {
    return declare_form<kMean>("ReduceMeanD", declare_ReduceMean()).attr("noop_with_empty_axes", false);
}
OpDef declare_ReduceProdD() { return declare_form<kProd>("ReduceProdD", declare_ReduceProd()); }
OpDef declare_ReduceAllD() { return declare_form<kAll>("ReduceAllD", declare_ReduceAll()); }
OpDef declare_ReduceAnyD() { return declare_form<kSome>("ReduceAnyD", declare_ReduceAny()); }
OpDef declare_EuclideanNormD() {
    OpDef op("EuclideanNormD", "EuclideanNorm whose axes are an attribute.");
    op.input("x", kFloats).output("y", kFloats).attr("axes", Ints{}).attr("keep_dims", false);
    return attribute_form<kNorm>(declare_EuclideanNorm(), std::move(op));
}

}  // namespace softacl::ops
