// SPDX-License-Identifier: Apache-2.0
// acl_op.h: attributes of operators.
#include "single_op/op_attr.h"

#include "acl/acl_op.h"
#include "api/entry.h"
#include "api/handles.h"
#include "api/op_args.h"
#include "runtime/objects.h"

using namespace softacl;
using namespace softacl::api;
using single_op::OpAttr;

namespace {

Status set(aclopAttr* attr, const char* name, Result<ops::Attr> value) {
    SOFTACL_ASSIGN(const Pin<OpAttr> live, pin<OpAttr>(attr, "attr"));
    if (*name == '\0') {
        return fail(ACL_ERROR_INVALID_PARAM, "attrName is empty; expected the name of an attribute");
    }
    SOFTACL_TRY(value.status());
    live->set(name, std::move(*value));
    return {};
}

// The values of an array, each made by `make`, which gives a Result.
template <class List, class T, class Make>
Result<ops::Attr> list_of(int count, const T* values, const char* argument, Make make) {
    if (count < 0 || (count > 0 && values == nullptr)) {
        return fail(ACL_ERROR_INVALID_PARAM, argument, " has ", count, " values", count < 0 ? "" : " and is null");
    }
    List list;
    for (int i = 0; i < count; ++i) {
        SOFTACL_ASSIGN(auto value, make(i, values[i]));
        list.push_back(std::move(value));
    }
    return ops::Attr(std::move(list));
}

template <class List, class T>
Result<ops::Attr> numbers(int count, const T* values, const char* argument) {
    return list_of<List>(count, values, argument, [](int, T value) -> Result<typename List::value_type> {
        return static_cast<typename List::value_type>(value);
    });
}

Result<ops::Attr> element_type(aclDataType type) {
    if (size_of(type) == 0) {
        return fail(ACL_ERROR_INVALID_PARAM, "the type is ", int{type}, "; expected an element type");
    }
    return ops::Attr(type);
}

}  // namespace

namespace softacl::api {

Result<ops::Attrs> read_attrs(const aclopAttr* attr, const char* argument) {
    if (attr == nullptr) {
        return ops::Attrs();
    }
    SOFTACL_ASSIGN(const Pin<OpAttr> live, pin<OpAttr>(attr, argument));
    return live->get();
}

}  // namespace softacl::api

aclopAttr* aclopCreateAttr(void) {
    return entry<row::aclopCreateAttr>().value<aclopAttr*>(
        nullptr, [] { return as_pointer<aclopAttr>(runtime::make_object(std::make_shared<OpAttr>())); });
}

void aclopDestroyAttr(const aclopAttr* attr) {
    static_cast<void>(entry<row::aclopDestroyAttr>(attr)([&] { return destroy<OpAttr>(attr, "attr"); }));
}

aclError aclopSetAttrBool(aclopAttr* attr, const char* attrName, uint8_t attrValue) {
    return entry<row::aclopSetAttrBool>(attr, attrName,
                                        attrValue)([&] { return set(attr, attrName, ops::Attr(attrValue != 0)); });
}

aclError aclopSetAttrInt(aclopAttr* attr, const char* attrName, int64_t attrValue) {
    return entry<row::aclopSetAttrInt>(attr, attrName,
                                       attrValue)([&] { return set(attr, attrName, ops::Attr(attrValue)); });
}

aclError aclopSetAttrFloat(aclopAttr* attr, const char* attrName, float attrValue) {
    return entry<row::aclopSetAttrFloat>(attr, attrName,
                                         attrValue)([&] { return set(attr, attrName, ops::Attr(attrValue)); });
}

aclError aclopSetAttrString(aclopAttr* attr, const char* attrName, const char* attrValue) {
    return entry<row::aclopSetAttrString>(
        attr, attrName, attrValue)([&] { return set(attr, attrName, ops::Attr(std::string(attrValue))); });
}

aclError aclopSetAttrDataType(aclopAttr* attr, const char* attrName, aclDataType attrValue) {
    return entry<row::aclopSetAttrDataType>(attr, attrName,
                                            attrValue)([&] { return set(attr, attrName, element_type(attrValue)); });
}

aclError aclopSetAttrListBool(aclopAttr* attr, const char* attrName, int numValues, const uint8_t* attrValue) {
    return entry<row::aclopSetAttrListBool>(attr, attrName, numValues, attrValue)(
        [&] { return set(attr, attrName, numbers<ops::Bools>(numValues, attrValue, "attrValue")); });
}

aclError aclopSetAttrListInt(aclopAttr* attr, const char* attrName, int numValues, const int64_t* attrValue) {
    return entry<row::aclopSetAttrListInt>(attr, attrName, numValues, attrValue)(
        [&] { return set(attr, attrName, numbers<ops::Ints>(numValues, attrValue, "attrValue")); });
}

aclError aclopSetAttrListFloat(aclopAttr* attr, const char* attrName, int numValues, const float* attrValue) {
    return entry<row::aclopSetAttrListFloat>(attr, attrName, numValues, attrValue)(
        [&] { return set(attr, attrName, numbers<ops::Floats>(numValues, attrValue, "attrValue")); });
}

aclError aclopSetAttrListString(aclopAttr* attr, const char* attrName, int numValues, const char** attrValue) {
    return entry<row::aclopSetAttrListString>(attr, attrName, numValues, attrValue)([&] {
        const auto copy = [](int i, const char* value) -> Result<std::string> {
            if (value == nullptr) {
                return fail(ACL_ERROR_INVALID_PARAM, "attrValue[", i, "] is null; expected a string");
            }
            return std::string(value);
        };
        return set(attr, attrName, list_of<ops::Strings>(numValues, attrValue, "attrValue", copy));
    });
}

aclError aclopSetAttrListListInt(aclopAttr* attr, const char* attrName, int numLists, const int* numValues,
                                 const int64_t* const values[]) {
    return entry<row::aclopSetAttrListListInt>(attr, attrName, numLists, numValues, values)([&] {
        const auto copy = [&](int i, const int64_t* list) -> Result<ops::Ints> {
            if (numValues == nullptr || numValues[i] < 0 || (numValues[i] > 0 && list == nullptr)) {
                return fail(ACL_ERROR_INVALID_PARAM, "values[", i, "] has no valid number of values, or is null");
            }
            return ops::Ints(list, list + numValues[i]);
        };
        return set(attr, attrName, list_of<ops::IntLists>(numLists, values, "values", copy));
    });
}

aclError aclopSetAttrListDataType(aclopAttr* attr, const char* attrName, int numValues, const aclDataType values[]) {
    return entry<row::aclopSetAttrListDataType>(attr, attrName, numValues, values)([&] {
        const auto copy = [](int, aclDataType type) -> Result<int64_t> {
            SOFTACL_TRY(element_type(type).status());
            return int64_t{type};
        };
        return set(attr, attrName, list_of<ops::Ints>(numValues, values, "values", copy));
    });
}
