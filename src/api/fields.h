// SPDX-License-Identifier: Apache-2.0
// The whole bodies of functions that make, destroy, set or read a description of media.
#pragma once

#include <memory>
#include <utility>

#include "api/entry.h"
#include "api/handles.h"
#include "runtime/objects.h"

namespace softacl::api {

template <const Row& R, class T, class Desc>
T* make_desc() {
    return entry<R>().template value<T*>(nullptr,
                                         [] { return as_pointer<T>(runtime::make_object(std::make_shared<Desc>())); });
}

template <const Row& R, class Desc>
aclError destroy_desc(const void* desc) {
    return entry<R>(desc)([&] { return destroy<Desc>(desc, R.params[0].name); });
}

template <const Row& R, class Desc, class Value, class Field>
aclError set_field(void* desc, Value value, Field Desc::FieldsType::*field) {
    return entry<R>(desc, value)([&]() -> Status {
        SOFTACL_ASSIGN(const Pin<Desc> live, pin<Desc>(desc, R.params[0].name));
        live->set(field, static_cast<Field>(value));
        return {};
    });
}

/// The zero of its type on failure.
template <const Row& R, class Desc, class Value, class Field>
Value get_field(const void* desc, Field Desc::FieldsType::*field) {
    return entry<R>(desc).value(Value{}, [&]() -> Result<Value> {
        SOFTACL_ASSIGN(const Pin<Desc> live, pin<Desc>(desc, R.params[0].name));
        return static_cast<Value>(live->get(field));
    });
}

}  // namespace softacl::api
