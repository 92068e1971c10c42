// SPDX-License-Identifier: Apache-2.0
// Lists of indexes and dimensions as values.
#include <algorithm>

#include "ops/common/importing.h"
#include "ops/common/indexes.h"
#include "ops/common/infer.h"
#include "ops/common/reference.h"
#include "ops/common/values.h"

namespace softacl::ops {
namespace {

using kernels::Kernel;

void set(void* to, aclDataType type, int64_t at, int64_t value) {
    if (type == ACL_INT64) {
        static_cast<int64_t*>(to)[at] = value;
    } else {
        static_cast<int32_t*>(to)[at] = static_cast<int32_t>(value);
    }
}

Status require_list(const OpCall& call, size_t input) {
    if (call.inputs[input]->shape.rank() != 1) {
        return call.fail("the input ", input_name(call, input), " has the shape ", call.inputs[input]->shape,
                         "; expected a list");
    }
    return {};
}

// InvertPermutation

Status infer_invert(OpCall& call) {
    SOFTACL_TRY(require_list(call, 0));
    return same_as_first(call);
}

Result<kernels::KernelPtr> make_invert(const OpCall& call) {
    SOFTACL_TRY(require_known_shapes(call));
    return function_kernel(
        call, [count = call.inputs[0]->shape[0], type = call.inputs[0]->dtype](const Kernel::Buffers& b) -> Status {
            const Indexes x(b.inputs[0], type);
            std::vector<bool> seen(static_cast<size_t>(count));
            for (int64_t i = 0; i < count; ++i) {
                const int64_t place = x[i];
                if (place < 0 || place >= count || seen[static_cast<size_t>(place)]) {
                    return import_fail("element ", i, " is ", place, "; expected each number of [0, ", count, ") once");
                }
                seen[static_cast<size_t>(place)] = true;
                set(b.outputs[0], type, place, i);
            }
            return {};
        });
}

// BroadcastArgs

Status infer_broadcast_args(OpCall& call) {
    SOFTACL_TRY(require_list(call, 0));
    SOFTACL_TRY(require_list(call, 1));
    SOFTACL_TRY(require_same_dtype(call, 0, 1));
    const int64_t a = call.inputs[0]->shape[0];
    const int64_t b = call.inputs[1]->shape[0];
    call.outputs[0] = {call.inputs[0]->dtype, {a < 0 || b < 0 ? -1 : std::max(a, b)}};
    return {};
}

Result<kernels::KernelPtr> make_broadcast_args(const OpCall& call) {
    SOFTACL_TRY(require_known_shapes(call));
    return function_kernel(call,
                           [a_rank = call.inputs[0]->shape[0], b_rank = call.inputs[1]->shape[0],
                            type = call.inputs[0]->dtype](const Kernel::Buffers& buffers) -> Status {
                               const Indexes a(buffers.inputs[0], type);
                               const Indexes b(buffers.inputs[1], type);
                               const int64_t rank = std::max(a_rank, b_rank);
                               for (int64_t i = 0; i < rank; ++i) {
                                   const int64_t left = i < rank - a_rank ? 1 : a[i - rank + a_rank];
                                   const int64_t right = i < rank - b_rank ? 1 : b[i - rank + b_rank];
                                   if (left != right && left != 1 && right != 1) {
                                       return import_fail("the shapes do not broadcast: ", left, " against ", right,
                                                          " in dimension ", i);
                                   }
                                   set(buffers.outputs[0], type, i, left == 1 ? right : left);
                               }
                               return {};
                           });
}

// UnravelIndex: one row for each dimension.

Status infer_unravel(OpCall& call) {
    SOFTACL_TRY(require_list(call, 1));
    SOFTACL_TRY(require_same_dtype(call, 0, 1));
    const Shape& indices = call.inputs[0]->shape;
    const int64_t rank = call.inputs[1]->shape[0];
    if (indices.rank() > 1) {
        return call.fail("the input indices has the shape ", indices, "; expected a number or a list");
    }
    call.outputs[0] = {call.inputs[0]->dtype, indices.rank() == 0 ? Shape{rank} : Shape{rank, indices[0]}};
    return {};
}

Result<kernels::KernelPtr> make_unravel(const OpCall& call) {
    SOFTACL_TRY(require_known_shapes(call));
    return function_kernel(call,
                           [count = call.inputs[0]->shape.elements(), rank = call.inputs[1]->shape[0],
                            type = call.inputs[0]->dtype](const Kernel::Buffers& b) -> Status {
                               const Indexes indices(b.inputs[0], type);
                               const Indexes dims(b.inputs[1], type);
                               int64_t elements = 1;
                               for (int64_t i = 0; i < rank; ++i) {
                                   if (dims[i] <= 0 || __builtin_mul_overflow(elements, dims[i], &elements)) {
                                       return import_fail("dimension ", i, " is ", dims[i], ", which is not possible");
                                   }
                               }
                               for (int64_t i = 0; i < count; ++i) {
                                   int64_t rest = indices[i];
                                   if (rest < 0 || rest >= elements) {
                                       return import_fail("index ", rest, " (element ", i, ") is out of range of ",
                                                          elements, " elements");
                                   }
                                   for (int64_t axis = rank - 1; axis >= 0; --axis) {
                                       set(b.outputs[0], type, axis * count + i, rest % dims[axis]);
                                       rest /= dims[axis];
                                   }
                               }
                               return {};
                           });
}

// DataFormatDimMap and DataFormatVecPermute

struct Formats {
    std::string from;
    std::string to;
};
Result<Formats> formats_of(const OpCall& call) {
    Formats formats{call.attrs.at<std::string>("src_format"), call.attrs.at<std::string>("dst_format")};
    std::string a = formats.from;
    std::string b = formats.to;
    std::sort(a.begin(), a.end());
    std::sort(b.begin(), b.end());
    if (a != b || a.size() < 4 || a.size() > 5 || std::adjacent_find(a.begin(), a.end()) != a.end()) {
        return call.fail("the formats are '", formats.from, "' and '", formats.to,
                         "'; expected the same four or five letters");
    }
    return formats;
}

Status infer_dim_map(OpCall& call) {
    SOFTACL_TRY(formats_of(call).status());
    return same_as_first(call);
}

Result<kernels::KernelPtr> make_dim_map(const OpCall& call) {
    SOFTACL_TRY(require_known_shapes(call));
    SOFTACL_ASSIGN(const Formats formats, formats_of(call));
    return function_kernel(call,
                           [formats, count = call.inputs[0]->shape.elements(),
                            type = call.inputs[0]->dtype](const Kernel::Buffers& b) -> Status {
                               const Indexes x(b.inputs[0], type);
                               const auto rank = static_cast<int64_t>(formats.from.size());
                               for (int64_t i = 0; i < count; ++i) {
                                   const int64_t dim = x.within(i, rank);
                                   if (dim < 0) {
                                       return import_fail("dimension ", x[i], " (element ", i, ") is outside [", -rank,
                                                          ", ", rank, ")");
                                   }
                                   const char name = formats.from[static_cast<size_t>(dim)];
                                   set(b.outputs[0], type, i, static_cast<int64_t>(formats.to.find(name)));
                               }
                               return {};
                           });
}

// One number, or a pair of them, for each dimension; or for the spatial ones only.
Status infer_vec_permute(OpCall& call) {
    SOFTACL_ASSIGN(const Formats formats, formats_of(call));
    const Shape& x = call.inputs[0]->shape;
    const auto rank = static_cast<int64_t>(formats.from.size());
    if (x.rank() < 1 || x.rank() > 2 || (x[0] >= 0 && x[0] != rank && x[0] != rank - 2) ||
        (x.rank() == 2 && x[1] >= 0 && x[1] != 2)) {
        return call.fail("the input x has the shape ", x, "; expected [", rank, "], [", rank - 2,
                         "], or pairs of such");
    }
    return same_as_first(call);
}

Result<kernels::KernelPtr> make_vec_permute(const OpCall& call) {
    SOFTACL_TRY(require_known_shapes(call));
    SOFTACL_ASSIGN(Formats formats, formats_of(call));
    const Shape& x = call.inputs[0]->shape;
    if (x[0] != static_cast<int64_t>(formats.from.size())) {
        for (std::string* format : {&formats.from, &formats.to}) {
            format->erase(std::remove_if(format->begin(), format->end(), [](char c) { return c == 'N' || c == 'C'; }),
                          format->end());
        }
        if (x[0] != static_cast<int64_t>(formats.from.size())) {
            return call.fail("the formats have ", formats.from.size(), " spatial dimensions; x has ", x[0]);
        }
    }
    return function_kernel(
        call,
        [formats, width = x.rank() == 2 ? x[1] : 1, type = call.inputs[0]->dtype](const Kernel::Buffers& b) -> Status {
            const Indexes from(b.inputs[0], type);
            for (size_t i = 0; i < formats.to.size(); ++i) {
                const auto source = static_cast<int64_t>(formats.from.find(formats.to[i]));
                for (int64_t j = 0; j < width; ++j) {
                    set(b.outputs[0], type, static_cast<int64_t>(i) * width + j, from[source * width + j]);
                }
            }
            return {};
        });
}

OpDef declare_formats(const char* name, const char* doc) {
    return OpDef(name, doc)
        .input("x", kIndexes)
        .output("y", kIndexes)
        .attr("src_format", std::string("NHWC"))
        .attr("dst_format", std::string("NCHW"));
}

}  // namespace

OpDef declare_InvertPermutation() {
    return OpDef("InvertPermutation", "Where each number stands in a permutation.")
        .input("x", kIndexes)
        .output("y", kIndexes)
        .infer(infer_invert)
        .kernel("reference", make_invert);
}

OpDef declare_BroadcastArgs() {
    return OpDef("BroadcastArgs", "The shape that two shapes broadcast to.")
        .input("x1", kIndexes)
        .input("x2", kIndexes)
        .output("y", kIndexes)
        .infer(infer_broadcast_args)
        .kernel("reference", make_broadcast_args);
}

OpDef declare_UnravelIndex() {
    return OpDef("UnravelIndex", "The places, dimension by dimension, of indices into a tensor of the shape dims.")
        .input("indices", kIndexes)
        .input("dims", kIndexes)
        .output("y", kIndexes)
        .infer(infer_unravel)
        .kernel("reference", make_unravel);
}

OpDef declare_DataFormatDimMap() {
    return declare_formats("DataFormatDimMap", "Which dimension of dst_format each dimension of src_format is.")
        .infer(infer_dim_map)
        .kernel("reference", make_dim_map);
}

OpDef declare_DataFormatVecPermute() {
    return declare_formats("DataFormatVecPermute",
                           "Numbers of the dimensions of src_format in the order of dst_format.")
        .infer(infer_vec_permute)
        .kernel("reference", make_vec_permute);
}

}  // namespace softacl::ops
