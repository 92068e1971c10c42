// SPDX-License-Identifier: Apache-2.0
// Where values belong in sorted lists.
#include <algorithm>

#include "kernels/ref/number.h"
#include "kernels/ref/real.h"
#include "ops/common/importing.h"
#include "ops/common/infer.h"
#include "ops/common/reference.h"
#include "ops/common/values.h"

namespace softacl::ops {
namespace {

using kernels::Kernel;

// NaN belongs behind all numbers.
template <class W>
bool less(W a, W b) {
    return a < b || (!kernels::is_nan(a) && kernels::is_nan(b));
}

// In how many rows the values are looked up, each in its own list or all in one.
struct Plan {
    int64_t rows = 1;
    int64_t size = 0;    // of a list
    int64_t values = 0;  // of a row
    bool one_list = false;
    bool upper = false;
    bool has_order = false;
    aclDataType type = ACL_INT32;
};

Result<kernels::KernelPtr> search_kernel(const OpCall& call, const Plan& plan) {
    kernels::KernelPtr kernel;
    kernels::ref::visit_numbers(call.inputs[0]->dtype, [&](auto tag) {
        using T = typename decltype(tag)::Type;
        using W = kernels::Wide<T>;
        kernel = function_kernel(call, [plan](const Kernel::Buffers& b) -> Status {
            for (int64_t i = 0; i < plan.rows; ++i) {
                const int64_t first = plan.one_list ? 0 : i * plan.size;
                const T* list = static_cast<const T*>(b.inputs[0]) + first;
                const int64_t* order = plan.has_order ? static_cast<const int64_t*>(b.inputs[2]) + first : nullptr;
                for (int64_t j = 0; order != nullptr && j < plan.size; ++j) {
                    if (order[j] < 0 || order[j] >= plan.size) {
                        return import_fail("the sorter has ", order[j], "; expected [0, ", plan.size, ")");
                    }
                }
                for (int64_t j = i * plan.values; j < (i + 1) * plan.values; ++j) {
                    const W value = kernels::widen(static_cast<const T*>(b.inputs[1])[j]);
                    int64_t low = 0;
                    int64_t high = plan.size;
                    while (low < high) {
                        const int64_t middle = low + (high - low) / 2;
                        const W element = kernels::widen(list[order == nullptr ? middle : order[middle]]);
                        const bool right = plan.upper ? !less(value, element) : less(element, value);
                        (right ? low : high) = right ? middle + 1 : middle;
                    }
                    if (plan.type == ACL_INT64) {
                        static_cast<int64_t*>(b.outputs[0])[j] = low;
                    } else {
                        static_cast<int32_t*>(b.outputs[0])[j] = static_cast<int32_t>(low);
                    }
                }
            }
            return {};
        });
    });
    return kernel;
}

Status infer_places(OpCall& call, const char* attr) {
    const auto type = call.attrs.at<aclDataType>(attr);
    if (type != ACL_INT32 && type != ACL_INT64) {
        return call.fail("the attribute ", attr, " is ", name_of(type), "; expected int32 or int64");
    }
    SOFTACL_TRY(require_same_dtype(call, 0, 1));
    call.outputs[0] = {type, call.inputs[1]->shape};
    return {};
}

// Both are matrices.
Status infer_bound(OpCall& call) {
    const Shape& lists = call.inputs[0]->shape;
    const Shape& values = call.inputs[1]->shape;
    if (lists.rank() != 2 || values.rank() != 2 || (lists[0] != values[0] && lists[0] >= 0 && values[0] >= 0)) {
        return call.fail("the shapes ", lists, " of sorted_x and ", values,
                         " of values do not go together; expected two matrices with as many rows");
    }
    return infer_places(call, "out_type");
}

template <bool kUpper>
Result<kernels::KernelPtr> make_bound(const OpCall& call) {
    SOFTACL_TRY(require_known_shapes(call));
    const Shape& lists = call.inputs[0]->shape;
    return search_kernel(call,
                         {lists[0], lists[1], call.inputs[1]->shape[1], false, kUpper, false, call.outputs[0].dtype});
}

// One list for all values, or one for each row of them.
Status infer_search_sorted(OpCall& call) {
    const Shape& lists = call.inputs[0]->shape;
    const Shape& values = call.inputs[1]->shape;
    bool fits = lists.rank() == 1 || (lists.rank() == values.rank() && lists.rank() > 0);
    for (size_t i = 0; fits && i + 1 < lists.rank(); ++i) {
        fits = lists[i] == values[i] || lists[i] < 0 || values[i] < 0;
    }
    if (!fits) {
        return call.fail("the shapes ", lists, " of sorted_sequence and ", values,
                         " of values do not go together; expected one list, or one for each row of values");
    }
    if (call.has_input(2) && call.inputs[2]->shape != lists) {
        return call.fail("the input sorter has the shape ", call.inputs[2]->shape, "; expected ", lists);
    }
    return infer_places(call, "dtype");
}

Result<kernels::KernelPtr> make_search_sorted(const OpCall& call) {
    SOFTACL_TRY(require_known_shapes(call));
    const Shape& lists = call.inputs[0]->shape;
    const Shape& values = call.inputs[1]->shape;
    Plan plan{1,
              lists[lists.rank() - 1],
              values.elements(),
              true,
              call.attrs.at<bool>("right"),
              call.has_input(2),
              call.outputs[0].dtype};
    if (lists.rank() > 1) {
        plan.one_list = false;
        plan.rows = values.elements(0, values.rank() - 1);
        plan.values = values[values.rank() - 1];
    }
    return search_kernel(call, plan);
}

OpDef declare_bound(const char* name, const char* doc) {
    return OpDef(name, doc).input("sorted_x", kNumbers).input("values", kNumbers).output("y", kIndexes);
}

}  // namespace

OpDef declare_LowerBound() {
    return declare_bound("LowerBound", "How many numbers of its row of sorted_x are less than each value.")
        .attr("out_type", ACL_INT32)
        .infer(infer_bound)
        .kernel("reference", make_bound<false>);
}

OpDef declare_UpperBound() {
    return declare_bound("UpperBound", "How many numbers of its row of sorted_x are not greater than each value.")
        .required_attr("out_type", ACL_INT32)
        .infer(infer_bound)
        .kernel("reference", make_bound<true>);
}

OpDef declare_SearchSorted() {
    return OpDef("SearchSorted", "Where each value belongs in a sorted list; right: behind equal ones.")
        .input("sorted_sequence", kNumbers)
        .input("values", kNumbers)
        .optional_input("sorter", {ACL_INT64})
        .output("out", kIndexes)
        .attr("dtype", ACL_INT64)
        .attr("right", false)
        .infer(infer_search_sorted)
        .kernel("reference", make_search_sorted);
}

}  // namespace softacl::ops
