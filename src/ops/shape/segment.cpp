// SPDX-License-Identifier: Apache-2.0
// Slices combined by the number of the segment that each belongs to.
#include <algorithm>
#include <cstring>

#include "kernels/ref/real.h"
#include "ops/common/attribute_form.h"
#include "ops/common/importing.h"
#include "ops/common/indexes.h"
#include "ops/common/infer.h"
#include "ops/common/reference.h"
#include "ops/common/scalar.h"
#include "ops/common/values.h"
#include "ops/shape/scattering.h"

namespace softacl::ops {
namespace {

using kernels::Kernel;

// The ids have the first dimensions of x; what lies behind them is a slice.
Status check_ids(const OpCall& call) {
    const Shape& x = call.inputs[0]->shape;
    const Shape& ids = call.inputs[1]->shape;
    bool fits = ids.rank() <= x.rank();
    for (size_t i = 0; fits && i < ids.rank(); ++i) {
        fits = ids[i] == x[i] || ids[i] < 0 || x[i] < 0;
    }
    return fits ? Status()
                : call.fail("the input segment_ids has the shape ", ids, ", which is not the first part of that of x, ",
                            x);
}

void set_result(OpCall& call, int64_t segments) {
    const Shape& x = call.inputs[0]->shape;
    std::vector<int64_t> dims = {segments};
    dims.insert(dims.end(), x.begin() + static_cast<std::ptrdiff_t>(call.inputs[1]->shape.rank()), x.end());
    call.outputs[0] = {call.inputs[0]->dtype, Shape(std::move(dims))};
}

// The ids rise; how many segments there are is what the last one says.
Status infer_sorted(OpCall& call) {
    if (call.inputs[1]->shape.rank() != 1 || call.inputs[0]->shape.rank() == 0) {
        return call.fail("the input segment_ids has the shape ", call.inputs[1]->shape,
                         "; expected a list, of one number for each slice of x");
    }
    SOFTACL_TRY(check_ids(call));
    int64_t segments = -1;
    if (const auto ids = known_ints(call, 1)) {
        int64_t last = 0;
        for (const int64_t id : *ids) {
            if (id < last || id >= int64_t{1} << 40) {
                return call.fail("the segment_ids have ", id, " behind ", last,
                                 "; expected numbers that are not negative and do not fall");
            }
            last = id;
        }
        segments = ids->empty() ? 0 : last + 1;
    }
    set_result(call, segments);
    return {};
}

Status infer_unsorted(OpCall& call) {
    SOFTACL_TRY(check_ids(call));
    SOFTACL_ASSIGN(const auto segments, known_int(call, 2));
    if (segments && *segments < 0) {
        return call.fail("the input num_segments is ", *segments);
    }
    set_result(call, segments.value_or(-1));
    return {};
}

// `empty` is what a segment without slices is. Slices with a negative id belong to none.
template <How kHow>
Result<kernels::KernelPtr> segment_kernel(const OpCall& call, const Tensor& start, const Tensor& empty) {
    SOFTACL_TRY(require_known_shapes(call));
    const Shape& y = call.outputs[0].shape;
    const int64_t slice = y.elements(1, y.rank());
    kernels::KernelPtr kernel;
    kernels::ref::visit_numbers(call.outputs[0].dtype, [&](auto tag) {
        using T = typename decltype(tag)::Type;
        kernel = function_kernel(call,
                                 [=, segments = y[0], count = call.inputs[1]->shape.elements(),
                                  type = call.inputs[1]->dtype](const Kernel::Buffers& b) -> Status {
                                     const Indexes ids(b.inputs[1], type);
                                     const T* x = static_cast<const T*>(b.inputs[0]);
                                     T* to = static_cast<T*>(b.outputs[0]);
                                     std::vector<bool> seen(static_cast<size_t>(segments));
                                     std::fill_n(to, segments * slice, *start.data_as<T>());
                                     for (int64_t i = 0; i < count; ++i) {
                                         const int64_t id = ids[i];
                                         if (id < 0) {
                                             continue;
                                         }
                                         if (id >= segments) {
                                             return import_fail("segment ", id, " (element ", i,
                                                                " of segment_ids) is not one of ", segments);
                                         }
                                         seen[static_cast<size_t>(id)] = true;
                                         for (int64_t j = 0; j < slice; ++j) {
                                             combine<T>(kHow, to[id * slice + j], x[i * slice + j]);
                                         }
                                     }
                                     for (int64_t i = 0; i < segments; ++i) {
                                         if (!seen[static_cast<size_t>(i)]) {
                                             std::fill_n(to + i * slice, slice, *empty.data_as<T>());
                                         }
                                     }
                                     return {};
                                 });
    });
    return kernel;
}

template <How kHow>
Tensor start_of(aclDataType dtype) {
    switch (kHow) {
        case How::kMul: return scalar_of(dtype, 1);
        case How::kMax: return lowest_of(dtype);
        case How::kMin: return highest_of(dtype);
        default: return scalar_of(dtype, 0);
    }
}

// A segment without slices: what the combination begins with.
template <How kHow>
Result<kernels::KernelPtr> make_unsorted(const OpCall& call) {
    const aclDataType dtype = call.outputs[0].dtype;
    const bool floats = is_floating(dtype);
    Tensor start = start_of<kHow>(dtype);
    if (floats && (kHow == How::kMax || kHow == How::kMin)) {  // below every number of a segment, infinities too
        start = scalar_of(dtype, kHow == How::kMax ? -HUGE_VAL : HUGE_VAL);
    }
    return segment_kernel<kHow>(call, start, start_of<kHow>(dtype));
}
// 0 in all of them.
template <How kHow>
Result<kernels::KernelPtr> make_sorted(const OpCall& call) {
    const aclDataType dtype = call.outputs[0].dtype;
    const Tensor start = kHow == How::kMax && is_floating(dtype) ? scalar_of(dtype, -HUGE_VAL) : start_of<kHow>(dtype);
    return segment_kernel<kHow>(call, start, scalar_of(dtype, 0));
}

template <How kHow>
OpDef declare_sorted(const char* name, const char* doc) {
    return OpDef(name, doc)
        .input("x", kNumbers)
        .input("segment_ids", kIndexes)
        .output("y", kNumbers)
        .needs_value(1)
        .infer(infer_sorted)
        .kernel("reference", make_sorted<kHow>);
}

template <How kHow>
OpDef declare_unsorted(const char* name, const char* doc) {
    return OpDef(name, doc)
        .input("x", kNumbers)
        .input("segment_ids", kIndexes)
        .input("num_segments", kIndexes)
        .output("y", kNumbers)
        .needs_value(2)
        .infer(infer_unsorted)
        .kernel("reference", make_unsorted<kHow>);
}

template <const AttributeForm& kForm>
OpDef declare_unsorted_d(const OpDef& base) {
    return attribute_form<kForm>(
        base, OpDef(std::string(kForm.base) + "D", std::string(kForm.base) + " whose num_segments is an attribute.")
                  .input("x", kNumbers)
                  .input("segment_ids", kIndexes)
                  .output("y", kNumbers)
                  .required_attr("num_segments", int64_t{}));
}
constexpr AttributeForm kSum = {"UnsortedSegmentSum"};
constexpr AttributeForm kProd = {"UnsortedSegmentProd"};
constexpr AttributeForm kMax = {"UnsortedSegmentMax"};
constexpr AttributeForm kMin = {"UnsortedSegmentMin"};
constexpr AttributeForm kSegmentMax = {"SegmentMax"};

}  // namespace

OpDef declare_SegmentSum() {
    return declare_sorted<How::kAdd>("SegmentSum", "The sum of the slices of x of each segment; the ids rise.");
}
OpDef declare_SegmentMax() {
    return declare_sorted<How::kMax>("SegmentMax",
                                     "The maximum of the slices of x of each segment, 0 if empty; the ids rise.");
}
OpDef declare_SegmentMaxD() {
    return attribute_form<kSegmentMax>(declare_SegmentMax(),
                                       OpDef("SegmentMaxD", "SegmentMax whose segment_ids are an attribute.")
                                           .input("x", kNumbers)
                                           .output("y", kNumbers)
                                           .required_attr("segment_ids", Ints{}));
}

OpDef declare_UnsortedSegmentSum() {
    return declare_unsorted<How::kAdd>("UnsortedSegmentSum", "The sum of the slices of x of each segment.")
        .attr("is_preprocessed", false)
        .attr("check_ids", false);
}
OpDef declare_UnsortedSegmentProd() {
    return declare_unsorted<How::kMul>("UnsortedSegmentProd", "The product of the slices of x of each segment.");
}
OpDef declare_UnsortedSegmentMax() {
    return declare_unsorted<How::kMax>("UnsortedSegmentMax",
                                       "The maximum of the slices of x of each segment; the least number if empty.");
}
OpDef declare_UnsortedSegmentMin() {
    return declare_unsorted<How::kMin>("UnsortedSegmentMin",
                                       "The minimum of the slices of x of each segment; the greatest number if empty.");
}
OpDef declare_UnsortedSegmentSumD() { return declare_unsorted_d<kSum>(declare_UnsortedSegmentSum()); }
OpDef declare_UnsortedSegmentProdD() { return declare_unsorted_d<kProd>(declare_UnsortedSegmentProd()); }
OpDef declare_UnsortedSegmentMaxD() { return declare_unsorted_d<kMax>(declare_UnsortedSegmentMax()); }
OpDef declare_UnsortedSegmentMinD() { return declare_unsorted_d<kMin>(declare_UnsortedSegmentMin()); }

}  // namespace softacl::ops
