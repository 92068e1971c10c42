// SPDX-License-Identifier: Apache-2.0
#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include "convert/caffe/layers.h"

namespace softacl::convert {
namespace {

namespace pb = google::protobuf;

ops::Attr single(const pb::Message& message, const pb::FieldDescriptor* field) {
    const pb::Reflection& read = *message.GetReflection();
    switch (field->cpp_type()) {
        case pb::FieldDescriptor::CPPTYPE_BOOL: return read.GetBool(message, field);
        case pb::FieldDescriptor::CPPTYPE_INT32: return int64_t{read.GetInt32(message, field)};
        case pb::FieldDescriptor::CPPTYPE_UINT32: return int64_t{read.GetUInt32(message, field)};
        case pb::FieldDescriptor::CPPTYPE_INT64: return int64_t{read.GetInt64(message, field)};
        case pb::FieldDescriptor::CPPTYPE_FLOAT: return read.GetFloat(message, field);
        case pb::FieldDescriptor::CPPTYPE_ENUM: return read.GetEnum(message, field)->name();
        default: return read.GetString(message, field);
    }
}

template <class List, class Get>
ops::Attr list(int count, Get&& get) {
    List values;
    values.reserve(static_cast<size_t>(count));
    for (int i = 0; i < count; ++i) {
        values.push_back(get(i));
    }
    return values;
}

ops::Attr repeated(const pb::Message& message, const pb::FieldDescriptor* field) {
    const pb::Reflection& read = *message.GetReflection();
    const int count = read.FieldSize(message, field);
    switch (field->cpp_type()) {
        case pb::FieldDescriptor::CPPTYPE_FLOAT:
            return list<ops::Floats>(count, [&](int i) { return read.GetRepeatedFloat(message, field, i); });
        case pb::FieldDescriptor::CPPTYPE_INT32:
            return list<ops::Ints>(count, [&](int i) { return int64_t{read.GetRepeatedInt32(message, field, i)}; });
        case pb::FieldDescriptor::CPPTYPE_UINT32:
            return list<ops::Ints>(count, [&](int i) { return int64_t{read.GetRepeatedUInt32(message, field, i)}; });
        case pb::FieldDescriptor::CPPTYPE_INT64:
            return list<ops::Ints>(count, [&](int i) { return int64_t{read.GetRepeatedInt64(message, field, i)}; });
        case pb::FieldDescriptor::CPPTYPE_BOOL:
            return list<ops::Bools>(count, [&](int i) { return read.GetRepeatedBool(message, field, i); });
        case pb::FieldDescriptor::CPPTYPE_ENUM:
            return list<ops::Strings>(count, [&](int i) { return read.GetRepeatedEnum(message, field, i)->name(); });
        default: return list<ops::Strings>(count, [&](int i) { return read.GetRepeatedString(message, field, i); });
    }
}

}  // namespace

// NOLINTNEXTLINE(misc-no-recursion): as deep as caffe.proto nests messages
void flatten(const pb::Message& message, ops::Attrs& attrs) {
    const pb::Reflection& read = *message.GetReflection();
    std::vector<const pb::FieldDescriptor*> fields;
    read.ListFields(message, &fields);
    for (const pb::FieldDescriptor* field : fields) {
        if (field->cpp_type() == pb::FieldDescriptor::CPPTYPE_MESSAGE) {
            flatten(field->is_repeated() ? read.GetRepeatedMessage(message, field, 0) : read.GetMessage(message, field),
                    attrs);
        } else {
            attrs.set(field->name(), field->is_repeated() ? repeated(message, field) : single(message, field));
        }
    }
}

}  // namespace softacl::convert
