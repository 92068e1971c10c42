// SPDX-License-Identifier: Apache-2.0
// Running sums, products and the like along an axis.
#include <algorithm>
#include <array>

#include "kernels/ref/number.h"
#include "ops/common/along.h"
#include "ops/common/attribute_form.h"
#include "ops/common/for_elements.h"
#include "ops/common/importing.h"
#include "ops/common/infer.h"
#include "ops/common/reference.h"
#include "ops/common/values.h"

namespace softacl::ops {
namespace {

namespace ref = kernels::ref;

using kernels::Kernel;

// A row: what is there before the first element, and what each makes of it. T is Wide of the element type.
template <class T>
struct Sum {
    static constexpr DTypes kTypes = kNumbers;
    static constexpr T kFirst = 0;
    static T add(T sum, T x) { return kernels::wrapping_add(sum, x); }
};
template <class T>
struct Product {
    static constexpr DTypes kTypes = kNumbers;
    static constexpr T kFirst = 1;
    static T add(T product, T x) { return kernels::wrapping_mul(product, x); }
};
template <class T>
struct LogSumExp {
    static constexpr DTypes kTypes = kFloats;
    static constexpr T kFirst = kernels::lowest<T>();
    static T add(T a, T b) {
        if (a == b) {  // also infinities, whose difference is no number
            return a + static_cast<T>(std::log(2.0));
        }
        return std::max(a, b) + std::log1p(std::exp(-std::abs(a - b)));
    }
};

Status infer_cumsum(OpCall& call) {
    SOFTACL_ASSIGN(const auto axis, known_int(call, 1));
    if (axis) {
        SOFTACL_TRY(normal_axis(call, *axis, call.inputs[0]->shape.rank()).status());
    }
    return same_as_first(call);
}

struct Cumulation {
    Rows rows;
    bool exclusive;
    bool reverse;

    /// Where element j of a row lies, from its first one on.
    int64_t place(int64_t j) const { return (reverse ? rows.size - 1 - j : j) * rows.step; }
};

/// Calls body(told): which of the sums before and after an element is the result.
template <class Body>
void visit_told(const Cumulation& c, Body&& body) {
    if (c.exclusive) {
        body([](auto before, auto /*sum*/) { return before; });
    } else {
        body([](auto /*before*/, auto sum) { return sum; });
    }
}

/// Rows whose elements lie one after the other; several at once, because each sum waits for the one before.
template <template <class> class Row, size_t rows, class T>
void accumulate_rows(const Cumulation& c, const T* x, T* y) {
    using W = kernels::Wide<T>;
    visit_told(c, [&](auto told) {
        std::array<W, rows> sums;
        sums.fill(Row<W>::kFirst);
        for (int64_t j = 0; j < c.rows.size; ++j) {
            const T* const from = x + c.place(j);
            T* const to = y + c.place(j);
#pragma GCC unroll 4
            for (size_t row = 0; row < rows; ++row) {
                const int64_t at = static_cast<int64_t>(row) * c.rows.size;
                const W before = sums[row];
                sums[row] = Row<W>::add(before, kernels::widen(from[at]));
                to[at] = kernels::narrow<T>(told(before, sums[row]));
            }
        }
    });
}

/// At most ref::kSide rows whose elements lie side by side.
template <template <class> class Row, class T>
void accumulate_side_by_side(const Cumulation& c, int64_t width, const T* x, T* y) {
    using W = kernels::Wide<T>;
    std::array<W, ref::kSide> memory;
    memory.fill(Row<W>::kFirst);
    W* const sums = memory.data();
    visit_told(c, [&](auto told) {
        for (int64_t j = 0; j < c.rows.size; ++j) {
            const T* const from = x + c.place(j);
            T* const to = y + c.place(j);
            vectorised<kernels::kUsual<T>>([=] {
                for (int64_t i = 0; i < width; ++i) {
                    const W before = sums[i];
                    sums[i] = Row<W>::add(before, kernels::widen(from[i]));
                    to[i] = kernels::narrow<T>(told(before, sums[i]));
                }
            });
        }
    });
}

template <template <class> class Row, class T>
void accumulate(const Cumulation& c, const T* x, T* y) {
    if (c.rows.step == 1) {
        constexpr size_t kTogether = 4;
        constexpr int64_t kStep = kTogether;
        for_rows((c.rows.count + kStep - 1) / kStep, kStep * c.rows.size, [&](int64_t group) {
            int64_t row = group * kStep;
            if (row + kStep <= c.rows.count) {
                accumulate_rows<Row, kTogether>(c, x + c.rows.begin(row), y + c.rows.begin(row));
                return;
            }
            for (; row < c.rows.count; ++row) {
                accumulate_rows<Row, 1>(c, x + c.rows.begin(row), y + c.rows.begin(row));
            }
        });
        return;
    }
    ref::for_sides(c.rows.middle(), [&](int64_t outer, int64_t first, int64_t width) {
        const int64_t at = outer * c.rows.size * c.rows.step + first;
        accumulate_side_by_side<Row>(c, width, x + at, y + at);
    });
}

template <template <class> class Row>
Result<kernels::KernelPtr> make_cumulative(const OpCall& call) {
    SOFTACL_TRY(require_known_shapes(call));
    SOFTACL_ASSIGN(const int64_t value, required_int(call, 1));
    SOFTACL_ASSIGN(const size_t axis, normal_axis(call, value, call.inputs[0]->shape.rank()));
    const Cumulation cumulation{Rows(call.inputs[0]->shape, axis), call.attrs.at<bool>("exclusive"),
                                call.attrs.at<bool>("reverse")};
    kernels::KernelPtr kernel;
    visit_dtype(call.inputs[0]->dtype, [&](auto tag) {
        using T = typename decltype(tag)::Type;
        if constexpr (Row<float>::kTypes.contains(dtype_of<T>())) {
            kernel = function_kernel(call, [=](const Kernel::Buffers& buffers) -> Status {
                accumulate<Row>(cumulation, static_cast<const T*>(buffers.inputs[0]),
                                static_cast<T*>(buffers.outputs[0]));
                return {};
            });
        }
    });
    return kernel;
}

Imported import_cumsum(Importer& graph, const ForeignNode& node) {
    return one(graph.add("Cumsum", node.inputs,
                         {{"exclusive", node.attrs.get<int64_t>("exclusive", 0) != 0},
                          {"reverse", node.attrs.get<int64_t>("reverse", 0) != 0}}));
}

template <template <class> class Row>
OpDef declare_cumulative(const char* name, const char* doc, DTypes axes = kIndexes) {
    return OpDef(name, doc)
        .input("x", Row<float>::kTypes)
        .input("axis", axes)
        .output("y", Row<float>::kTypes)
        .attr("exclusive", false)
        .attr("reverse", false)
        .needs_value(1)
        .infer(infer_cumsum)
        .kernel("reference", make_cumulative<Row>);
}

constexpr AttributeForm kSum = {"Cumsum"};
constexpr AttributeForm kProduct = {"Cumprod"};
constexpr AttributeForm kLogSumExp = {"CumulativeLogsumexp"};

// The operator whose axis is an attribute.
template <const AttributeForm& form>
OpDef declare_form(const char* name, const OpDef& base) {
    OpDef op(name, base.doc());
    op.input("x", base.inputs()[0].dtypes).output("y", base.outputs()[0].dtypes);
    op.required_attr("axis", int64_t{}).attr("exclusive", false).attr("reverse", false);
    return attribute_form<form>(base, std::move(op));
}

}  // namespace

OpDef declare_Cumsum() {
    return declare_cumulative<Sum>("Cumsum",
                                   "The sum of the elements up to each, along an axis; exclusive: of those before it.")
        .onnx("CumSum", import_cumsum);
}
OpDef declare_Cumprod() {
    return declare_cumulative<Product>(
        "Cumprod", "The product of the elements up to each, along an axis; exclusive: of those before it.");
}
OpDef declare_CumulativeLogsumexp() {
    return declare_cumulative<LogSumExp>(
        "CumulativeLogsumexp",
        "The logarithm of the sum of the exponentials up to each, along an axis; exclusive: of those before it.",
        {ACL_INT16, ACL_INT32, ACL_INT64});
}

OpDef declare_CumsumD() { return declare_form<kSum>("CumsumD", declare_Cumsum()); }
OpDef declare_CumprodD() { return declare_form<kProduct>("CumprodD", declare_Cumprod()); }
OpDef declare_CumulativeLogsumexpD() {
    return declare_form<kLogSumExp>("CumulativeLogsumexpD", declare_CumulativeLogsumexp());
}

}  // namespace softacl::ops
