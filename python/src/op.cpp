// SPDX-License-Identifier: Apache-2.0
// acl.op: lists in Python are arrays with a length in C.
#include <cstdint>

#include "argument_reader.h"
#include "methods.h"

namespace softacl::python {
namespace {

using ReadTensorDescs = List<const aclTensorDesc*>;
using TensorDescs = List<aclTensorDesc*>;
using ReadBuffers = List<const aclDataBuffer*>;
using Buffers = List<aclDataBuffer*>;

// op_type, descriptions and buffers of inputs, the same of outputs, attributes, stream.
template <class Row, class Descs, class Inputs, class Function>
Outcome execute(PyObject* const* arguments, Function function) {
    Text type;
    Descs input_descs;
    Inputs inputs;
    Descs output_descs;
    Buffers outputs;
    aclopAttr* attr = nullptr;
    aclrtStream stream = nullptr;
    ArgumentReader<Row> reader(arguments);
    reader.read(0, type).read(2, input_descs);
    reader.read(3, inputs, count_of(input_descs)).read(5, output_descs);
    reader.read(6, outputs, count_of(output_descs)).read(7, attr).read(8, stream);
    aclError code = ACL_SUCCESS;
    if (reader.ok()) {
        const GilRelease unlocked;
        code = function(type.data, count_of(input_descs), input_descs.data(), inputs.data(), count_of(output_descs),
                        output_descs.data(), outputs.data(), attr, stream);
    }
    return reader.code(code);
}

// attr, attr_name, list.
template <class Row, class T, class Function>
Outcome set_list(PyObject* const* arguments, Function function) {
    aclopAttr* attr = nullptr;
    Text name;
    List<T> values;
    ArgumentReader<Row> reader(arguments);
    reader.read(0, attr).read(1, name).read(3, values);
    return reader.code(reader.ok() ? function(attr, name.data, count_of(values), values.data()) : ACL_SUCCESS);
}

}  // namespace

Outcome AclOpExecute::call(PyObject* const* arguments) {
    return execute<AclOpExecute, ReadTensorDescs, ReadBuffers>(arguments, aclopExecute);
}
Outcome AclOpExecuteV2::call(PyObject* const* arguments) {
    return execute<AclOpExecuteV2, TensorDescs, Buffers>(arguments, aclopExecuteV2);
}

Outcome AclOpExecuteWithHandle::call(PyObject* const* arguments) {
    aclopHandle* handle = nullptr;
    ReadBuffers inputs;
    Buffers outputs;
    aclrtStream stream = nullptr;
    ArgumentReader<AclOpExecuteWithHandle> reader(arguments);
    reader.read(0, handle).read(2, inputs).read(4, outputs).read(5, stream);
    aclError code = ACL_SUCCESS;
    if (reader.ok()) {
        const GilRelease unlocked;
        code = aclopExecWithHandle(handle, count_of(inputs), inputs.data(), count_of(outputs), outputs.data(), stream);
    }
    return reader.code(code);
}

Outcome AclOpCreateHandle::call(PyObject* const* arguments) {
    Text type;
    ReadTensorDescs inputs;
    ReadTensorDescs outputs;
    aclopAttr* attr = nullptr;
    aclopHandle* handle = nullptr;
    ArgumentReader<AclOpCreateHandle> reader(arguments);
    reader.read(0, type).read(2, inputs).read(4, outputs).read(5, attr);
    const aclError code = reader.ok() ? aclopCreateHandle(type.data, count_of(inputs), inputs.data(), count_of(outputs),
                                                          outputs.data(), attr, &handle)
                                      : ACL_SUCCESS;
    return reader.value_and_code(handle, code);
}

Outcome AclOpInferShape::call(PyObject* const* arguments) {
    Text type;
    TensorDescs input_descs;
    Buffers inputs;
    int count = 0;
    TensorDescs output_descs;
    aclopAttr* attr = nullptr;
    ArgumentReader<AclOpInferShape> reader(arguments);
    reader.read(0, type).read(2, input_descs);
    reader.read(3, inputs, count_of(input_descs)).read(4, count);
    reader.read(5, output_descs, count).read(6, attr);
    return reader.code(reader.ok() ? aclopInferShape(type.data, count_of(input_descs), input_descs.data(),
                                                     inputs.data(), count, output_descs.data(), attr)
                                   : ACL_SUCCESS);
}

Outcome AclOpSetAttrListBool::call(PyObject* const* arguments) {
    return set_list<AclOpSetAttrListBool, std::uint8_t>(arguments, aclopSetAttrListBool);
}
Outcome AclOpSetAttrListInt::call(PyObject* const* arguments) {
    return set_list<AclOpSetAttrListInt, std::int64_t>(arguments, aclopSetAttrListInt);
}

// The manual prints the number of values in the signature and not among the arguments: both forms are taken.
Outcome AclOpSetAttrListFloat::call(PyObject* const* arguments) {
    constexpr std::size_t kNumValues = 2;
    constexpr std::size_t kAttrValue = 3;
    aclopAttr* attr = nullptr;
    Text name;
    int count = 0;
    List<float> values;
    ArgumentReader<AclOpSetAttrListFloat> reader(arguments);
    reader.read(0, attr).read(1, name);
    if (arguments[kAttrValue] == nullptr || arguments[kAttrValue] == Py_None) {
        reader.read(kAttrValue, values);
    } else {
        reader.read(kNumValues, count).read(kAttrValue, values, count);
    }
    return reader.code(reader.ok() ? aclopSetAttrListFloat(attr, name.data, count_of(values), values.data())
                                   : ACL_SUCCESS);
}

Outcome AclOpSetAttrListString::call(PyObject* const* arguments) {
    aclopAttr* attr = nullptr;
    Text name;
    List<Text> values;
    ArgumentReader<AclOpSetAttrListString> reader(arguments);
    reader.read(0, attr).read(1, name).read(3, values);
    List<const char*> texts;
    if (reader.ok() && !texts.make(values.size())) {
        return done(nullptr);
    }
    for (std::size_t i = 0; reader.ok() && i < values.size(); ++i) {
        texts.data()[i] = values.data()[i].data;
    }
    return reader.code(reader.ok() ? aclopSetAttrListString(attr, name.data, count_of(texts), texts.data())
                                   : ACL_SUCCESS);
}

Outcome AclOpSetAttrListListInt::call(PyObject* const* arguments) {
    aclopAttr* attr = nullptr;
    Text name;
    List<List<std::int64_t>> values;
    ArgumentReader<AclOpSetAttrListListInt> reader(arguments);
    reader.read(0, attr).read(1, name).read(4, values);
    List<const std::int64_t*> lists;
    List<int> counts;
    if (reader.ok() && (!lists.make(values.size()) || !counts.make(values.size()))) {
        return done(nullptr);
    }
    for (std::size_t i = 0; reader.ok() && i < values.size(); ++i) {
        lists.data()[i] = values.data()[i].data();
        counts.data()[i] = count_of(values.data()[i]);
    }
    return reader.code(reader.ok()
                           ? aclopSetAttrListListInt(attr, name.data, count_of(lists), counts.data(), lists.data())
                           : ACL_SUCCESS);
}

Outcome AclOpSetAttrListDataType::call(PyObject* const* arguments) {
    aclopAttr* attr = nullptr;
    Text name;
    int count = 0;
    List<aclDataType> values;
    ArgumentReader<AclOpSetAttrListDataType> reader(arguments);
    reader.read(0, attr).read(1, name).read(2, count).read(3, values, count);
    return reader.value_and_code(
        attr, reader.ok() ? aclopSetAttrListDataType(attr, name.data, count, values.data()) : ACL_SUCCESS);
}

}  // namespace softacl::python
