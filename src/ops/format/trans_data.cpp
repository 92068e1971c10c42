// SPDX-License-Identifier: Apache-2.0
// A tensor in another format: its elements where that has them, zeros where it pads.
#include <cstring>

#include "ops/common/copy.h"
#include "ops/common/infer.h"
#include "ops/common/reference.h"
#include "ops/common/values.h"
#include "tensor/layout.h"

namespace softacl::ops {
namespace {

using kernels::Kernel;

struct Formats {
    aclFormat from;
    aclFormat to;
};

Result<Formats> formats_of(const OpCall& call) {
    const auto& from = call.attrs.at<std::string>("src_format");
    const auto& to = call.attrs.at<std::string>("dst_format");
    const Formats formats{format_named(from), format_named(to)};
    if (formats.from == ACL_FORMAT_UNDEFINED || formats.to == ACL_FORMAT_UNDEFINED) {
        return call.fail("the format '", formats.from == ACL_FORMAT_UNDEFINED ? from : to, "' is not known");
    }
    for (const char* attr : {"src_subformat", "dst_subformat"}) {
        if (const auto value = call.attrs.at<int64_t>(attr); value != 0) {
            return call.fail("the attribute ", attr, " is ", value, "; only 0 is supported");
        }
    }
    if (const auto groups = call.attrs.at<int64_t>("groups"); groups != 1) {
        return call.fail("the attribute groups is ", groups, "; only 1 is supported");
    }
    return formats;
}

// Blocks fill 32 bytes of small types; of larger ones they have 16 elements, too.
int64_t block_of(aclDataType type) { return size_of(type) == 1 ? 32 : 16; }

Status infer_trans_data(OpCall& call) {
    const TensorType& src = *call.inputs[0];
    SOFTACL_ASSIGN(const Formats formats, formats_of(call));
    const int64_t block = block_of(src.dtype);
    const Shape wanted(call.attrs.at<Ints>(kWantedShape));
    if (wanted.rank() != 0 && src.shape.is_known()) {
        const auto change = FormatChange::make(src.shape, formats.from, wanted, formats.to, block);
        if (!change.ok()) {
            return call.fail(change.status().message());
        }
        call.outputs[0] = {src.dtype, wanted, formats.to};
        return {};
    }
    auto shape = shape_in_format(src.shape, formats.from, formats.to, block);  // counts the padding of blocks, too
    if (!shape.ok()) {
        return call.fail(shape.status().message());
    }
    call.outputs[0] = {src.dtype, std::move(*shape), formats.to};
    return {};
}

Result<kernels::KernelPtr> make_trans_data(const OpCall& call) {
    SOFTACL_TRY(require_known_shapes(call));
    SOFTACL_ASSIGN(const Formats formats, formats_of(call));
    const TensorType& src = *call.inputs[0];
    const TensorType& dst = call.outputs[0];
    if (formats.from == formats.to || src.shape.elements() == 0) {
        return function_kernel(call,
                               [bytes = dst.bytes(), empty = src.shape.elements() == 0](const Kernel::Buffers& b) {
                                   if (empty) {
                                       std::memset(b.outputs[0], 0, bytes);
                                   } else {
                                       std::memcpy(b.outputs[0], b.inputs[0], bytes);
                                   }
                                   return Status();
                               });
    }
    SOFTACL_ASSIGN(const FormatChange change,
                   FormatChange::make(src.shape, formats.from, dst.shape, formats.to, block_of(src.dtype)));
    kernels::KernelPtr kernel;
    visit_size(dst.dtype, [&](auto tag) {
        using T = typename decltype(tag)::Type;
        kernel = function_kernel(call, [change](const Kernel::Buffers& b) -> Status {
            const T* from = static_cast<const T*>(b.inputs[0]);
            T* to = static_cast<T*>(b.outputs[0]);
            change.run([&](int64_t place, int64_t source) { to[place] = source < 0 ? T{} : from[source]; });
            return {};
        });
    });
    return kernel;
}

}  // namespace

OpDef declare_TransData() {
    return OpDef("TransData", "src in another format; dst_shape (not of the IR): the shape of what is not in blocks.")
        .input("src", kAny)
        .output("dst", kAny)
        .required_attr("src_format", std::string())
        .required_attr("dst_format", std::string())
        .attr("src_subformat", int64_t{0})
        .attr("dst_subformat", int64_t{0})
        .attr("groups", int64_t{1})
        .attr(kWantedShape, Ints{})
        .infer(infer_trans_data)
        .kernel("reference", make_trans_data);
}

}  // namespace softacl::ops
