// SPDX-License-Identifier: Apache-2.0
// Descriptions of tensors: dimensions and ranges are lists in Python, arrays with a length in C.
#include <vector>

#include "methods.h"

namespace softacl::python {
namespace {

// This library has no exceptions, so a list must not be longer than any that makes sense: 128 dimensions fit.
constexpr std::size_t kMostElements = 4096;

Verdict read_element(PyObject* object, const Place& place, std::int64_t& value) {
    return from_python(object, place, value);
}

template <class Element>
Verdict read_list(PyObject* object, const Place& place, std::vector<Element>& list);

struct Range {
    std::int64_t ends[2];
};

Verdict read_element(PyObject* object, const Place& place, Range& range) {
    std::vector<std::int64_t> ends;
    const Verdict verdict = read_list(object, place, ends);
    if (verdict == Verdict::kRead && ends.size() != 2) {
        return place.wrong_value(object, "two numbers, the smallest and the largest");
    }
    if (verdict == Verdict::kRead) {
        range = {{ends[0], ends[1]}};
    }
    return verdict;
}

template <class Element>
Verdict read_list(PyObject* object, const Place& place, std::vector<Element>& list) {
    Verdict verdict = check_list(object, place, 0, kMostElements);
    const Py_ssize_t count = verdict == Verdict::kRead ? PySequence_Size(object) : 0;
    for (Py_ssize_t i = 0; verdict == Verdict::kRead && i < count; ++i) {
        Ref item(PySequence_GetItem(object, i));
        if (!item) {
            return Verdict::kRaised;
        }
        Element element{};
        verdict = read_element(item.get(), Place(place, i), element);
        list.push_back(element);
    }
    return verdict;
}

Outcome code_result(Verdict verdict, aclError code) {
    if (verdict == Verdict::kRaised) {
        return done(nullptr);
    }
    const aclError answer = verdict == Verdict::kRead ? code : ACL_ERROR_INVALID_PARAM;
    return {PyLong_FromLong(answer), answer == ACL_SUCCESS};
}

// f(desc, list), where C takes (desc, number of elements, elements). The list's parameter is the third in C.
template <class Row, class Element, class Set>
Outcome set_list(PyObject* const* arguments, Set set) {
    aclTensorDesc* desc = nullptr;
    std::vector<Element> list;
    aclError code = ACL_SUCCESS;
    Verdict verdict = from_python(arguments[0], place_of<Row>(0), desc);
    if (verdict == Verdict::kRead) {
        verdict = read_list(arguments[1], place_of<Row>(2), list);
    }
    if (verdict == Verdict::kRead) {
        code = set(desc, list);
    }
    return code_result(verdict, code);
}

template <class Row>
Outcome set_dims(PyObject* const* arguments, aclError (*set)(aclTensorDesc*, int, const std::int64_t*)) {
    return set_list<Row, std::int64_t>(arguments, [set](aclTensorDesc* desc, const std::vector<std::int64_t>& dims) {
        return set(desc, static_cast<int>(dims.size()), dims.data());
    });
}

template <class Row>
Outcome set_ranges(PyObject* const* arguments, aclError (*set)(aclTensorDesc*, std::size_t, std::int64_t[][2])) {
    return set_list<Row, Range>(arguments, [set](aclTensorDesc* desc, std::vector<Range>& ranges) {
        return set(desc, ranges.size(), ranges.empty() ? nullptr : &ranges[0].ends);
    });
}

}  // namespace

Outcome AclCreateTensorDesc::call(PyObject* const* arguments) {
    aclDataType type{};
    aclFormat format{};
    std::vector<std::int64_t> dims;
    Verdict verdict = from_python(arguments[0], place_of<AclCreateTensorDesc>(0), type);
    if (verdict == Verdict::kRead) {
        verdict = read_list(arguments[1], place_of<AclCreateTensorDesc>(2), dims);
    }
    if (verdict == Verdict::kRead) {
        verdict = from_python(arguments[2], place_of<AclCreateTensorDesc>(3), format);
    }
    if (verdict == Verdict::kRaised) {
        return done(nullptr);
    }
    aclTensorDesc* desc = verdict == Verdict::kRead
                              ? aclCreateTensorDesc(type, static_cast<int>(dims.size()), dims.data(), format)
                              : nullptr;
    return {to_python(desc), desc != nullptr};
}

Outcome AclGetTensorDescDimRange::call(PyObject* const* arguments) {
    const aclTensorDesc* desc = nullptr;
    std::size_t index = 0;
    std::size_t room = 0;
    Verdict verdict = from_python(arguments[0], place_of<AclGetTensorDescDimRange>(0), desc);
    if (verdict == Verdict::kRead) {
        verdict = from_python(arguments[1], place_of<AclGetTensorDescDimRange>(1), index);
    }
    if (verdict == Verdict::kRead) {
        verdict = from_python(arguments[2], place_of<AclGetTensorDescDimRange>(2), room);
    }
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
