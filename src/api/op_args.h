// SPDX-License-Identifier: Apache-2.0
// Reads the arrays that calls of operators take.
#pragma once

#include <memory>
#include <utility>
#include <vector>

#include "acl/acl_op.h"
#include "base/handle.h"
#include "exec/data_buffer.h"
#include "exec/tensor_desc.h"
#include "single_op/op_call.h"

namespace softacl::api {

/// Handles in an array, as objects. 100000 for a negative number, and for a null list or entry.
template <class T, class Pointer>
Result<std::vector<std::shared_ptr<T>>> read_objects(int count, Pointer const* handles, const char* argument) {
    if (count < 0 || (count > 0 && handles == nullptr)) {
        return fail(ACL_ERROR_INVALID_PARAM, argument, count < 0 ? " has a negative number, " : " is null; expected ",
                    count, count < 0 ? "" : " entries");
    }
    std::vector<std::shared_ptr<T>> objects;
    objects.reserve(static_cast<size_t>(count));
    for (int i = 0; i < count; ++i) {
        auto live = pin<T>(handles[i], argument);
        if (!live.ok()) {
            return fail(live.status().code(), "entry ", i, " of the list: ", live.status().message());
        }
        objects.push_back(live->share());
    }
    return objects;
}

template <class Pointer>
Result<std::vector<exec::Buffer>> read_buffers(int count, Pointer const* handles, const char* argument) {
    SOFTACL_ASSIGN(const auto objects, read_objects<exec::DataBuffer>(count, handles, argument));
    std::vector<exec::Buffer> buffers;
    buffers.reserve(objects.size());
    for (const auto& object : objects) {
        buffers.push_back(object->get());
    }
    return buffers;
}

/// No attributes where it is null.
Result<ops::Attrs> read_attrs(const aclopAttr* attr, const char* argument);

/// Name, attributes and descriptions. Buffers are empty until with_buffers().
template <class Desc>
Result<single_op::ProgramCall> read_call(const char* type, int inputs, Desc const* input_descs, int outputs,
                                         Desc const* output_descs, const aclopAttr* attr,
                                         const char* attr_argument = "attr") {
    single_op::ProgramCall call;
    call.type = type;
    SOFTACL_ASSIGN(call.input_descs, read_objects<exec::TensorDesc>(inputs, input_descs, "inputDesc"));
    SOFTACL_ASSIGN(call.output_descs, read_objects<exec::TensorDesc>(outputs, output_descs, "outputDesc"));
    SOFTACL_ASSIGN(call.attrs, read_attrs(attr, attr_argument));
    call.inputs.resize(call.input_descs.size());
    call.outputs.resize(call.output_descs.size());
    return call;
}

}  // namespace softacl::api
