// SPDX-License-Identifier: Apache-2.0
// acl.mdl: which operator failed; its name is a text that C writes into room the caller has.
#include <algorithm>
#include <cstdint>
#include <vector>

#include "methods.h"

namespace softacl::python {
namespace {

struct Op {
    const char* name = "";
    aclTensorDesc* inputs = nullptr;
    std::size_t input_count = 0;
    aclTensorDesc* outputs = nullptr;
    std::size_t output_count = 0;
};

Outcome op_result(const Op& op, aclError code) {
    Ref inputs(to_python(op.inputs));
    Ref outputs(to_python(op.outputs));
    if (!inputs || !outputs) {
        return done(nullptr);
    }
    PyObject* results = Py_BuildValue("(sOnOni)", op.name, inputs.get(), static_cast<Py_ssize_t>(op.input_count),
                                      outputs.get(), static_cast<Py_ssize_t>(op.output_count), code);
    return {results, results && code == ACL_SUCCESS};
}

}  // namespace

Outcome AclMdlCreateAndGetOpDesc::call(PyObject* const* arguments) {
    constexpr std::size_t kLongest = 65535;  // no name is longer, so there need not be more room
    constexpr std::size_t kLengthParameter = 4;
    std::uint32_t numbers[3] = {};
    std::size_t length = 0;
    Verdict verdict = Verdict::kRead;
    for (std::size_t i = 0; i < 3 && verdict == Verdict::kRead; ++i) {
        verdict = from_python(arguments[i], place_of<AclMdlCreateAndGetOpDesc>(i), numbers[i]);
    }
    if (verdict == Verdict::kRead) {
        verdict = from_python(arguments[3], place_of<AclMdlCreateAndGetOpDesc>(kLengthParameter), length);
    }
    if (verdict != Verdict::kRead) {
        return verdict == Verdict::kRaised ? done(nullptr) : op_result({}, ACL_ERROR_INVALID_PARAM);
    }
    std::vector<char> name(std::min(length, kLongest) + 1);
    Op op;
    const aclError code =
        aclmdlCreateAndGetOpDesc(numbers[0], numbers[1], numbers[2], name.data(), length == 0 ? 0 : name.size(),
                                 &op.inputs, &op.input_count, &op.outputs, &op.output_count);
    op.name = name.data();
    return op_result(op, code);
}

}  // namespace softacl::python
