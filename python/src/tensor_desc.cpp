// SPDX-License-Identifier: Apache-2.0
// Descriptions of tensors: dimensions and ranges are lists in Python, arrays with a length in C.
#include <cstdint>

#include "argument_reader.h"
#include "methods.h"

namespace softacl::python {
namespace {

struct Range {
    std::int64_t ends[2];
};

Verdict from_python(PyObject* object, const Place& place, Range& range) {
    List<std::int64_t> ends;
    const Verdict verdict = ends.read(object, place);
    if (verdict == Verdict::kRead && ends.size() != 2) {
        return place.wrong_value(object, "two numbers, the smallest and the largest");
    }
    if (verdict == Verdict::kRead) {
        range = {{ends.data()[0], ends.data()[1]}};
    }
    return verdict;
}

// f(desc, list), where C takes (desc, number of elements, elements). The list's parameter is the third in C.
template <class Row, class Element, class Set>
Outcome set_list(PyObject* const* arguments, Set set) {
    aclTensorDesc* desc = nullptr;
    List<Element> list;
    ArgumentReader<Row> reader(arguments);
    reader.read(0, desc).read(2, list);
    return reader.code(reader.ok() ? set(desc, list) : ACL_SUCCESS);
}

template <class Row>
Outcome set_dims(PyObject* const* arguments, aclError (*set)(aclTensorDesc*, int, const std::int64_t*)) {
    return set_list<Row, std::int64_t>(arguments, [set](aclTensorDesc* desc, const List<std::int64_t>& dims) {
        return set(desc, count_of(dims), dims.data());
    });
}

template <class Row>
Outcome set_ranges(PyObject* const* arguments, aclError (*set)(aclTensorDesc*, std::size_t, std::int64_t[][2])) {
    return set_list<Row, Range>(arguments, [set](aclTensorDesc* desc, const List<Range>& ranges) {
        return set(desc, ranges.size(), ranges.size() == 0 ? nullptr : &ranges.data()->ends);
    });
}

}  // namespace

Outcome AclCreateTensorDesc::call(PyObject* const* arguments) {
    aclDataType type{};
    List<std::int64_t> dims;
    aclFormat format{};
    ArgumentReader<AclCreateTensorDesc> reader(arguments);
    reader.read(0, type).read(2, dims).read(3, format);
    return reader.value(reader.ok() ? aclCreateTensorDesc(type, count_of(dims), dims.data(), format) : nullptr);
}

Outcome AclGetTensorDescDimRange::call(PyObject* const* arguments) {
    const aclTensorDesc* desc = nullptr;
    std::size_t index = 0;
    std::size_t room = 0;
    const Verdict verdict = read_first_arguments<AclGetTensorDescDimRange>(arguments, desc, index, room);
    if (verdict == Verdict::kRaised) {
        return done(nullptr);
    }
    std::int64_t range[2] = {};  // the library never writes more, however much room there is
    const aclError code = verdict == Verdict::kRead ? aclGetTensorDescDimRange(desc, index, room, range)
                                                    : aclError{ACL_ERROR_INVALID_PARAM};
    if (code != ACL_SUCCESS) {
        return {Py_BuildValue("([]i)", code), false};
    }
    return done(Py_BuildValue("([LL]i)", static_cast<long long>(range[0]), static_cast<long long>(range[1]), code));
}

Outcome AclSetTensorStorageShape::call(PyObject* const* arguments) {
    return set_dims<AclSetTensorStorageShape>(arguments, aclSetTensorStorageShape);
}
Outcome AclSetTensorOriginShape::call(PyObject* const* arguments) {
    return set_dims<AclSetTensorOriginShape>(arguments, aclSetTensorOriginShape);
}
Outcome AclSetTensorShape::call(PyObject* const* arguments) {
    return set_dims<AclSetTensorShape>(arguments, aclSetTensorShape);
}
Outcome AclSetTensorShapeRange::call(PyObject* const* arguments) {
    return set_ranges<AclSetTensorShapeRange>(arguments, aclSetTensorShapeRange);
}
Outcome AclSetTensorValueRange::call(PyObject* const* arguments) {
    return set_ranges<AclSetTensorValueRange>(arguments, aclSetTensorValueRange);
}

}  // namespace softacl::python
