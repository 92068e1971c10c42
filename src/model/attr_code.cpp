// SPDX-License-Identifier: Apache-2.0
#include "model/attr_code.h"

#include <algorithm>

#include "acl/acl_base.h"
#include "model/type_number.h"

namespace softacl::model {
namespace {

// The file counts its types differently from aclDataType.
struct TypeRow {
    aclDataType acl;
    ge::DataType file;
};
constexpr TypeRow kTypes[] = {
    {ACL_DT_UNDEFINED, ge::DT_UNDEFINED},
    {ACL_FLOAT, ge::DT_FLOAT},
    {ACL_FLOAT16, ge::DT_FLOAT16},
    {ACL_BF16, ge::DT_BF16},
    {ACL_DOUBLE, ge::DT_DOUBLE},
    {ACL_INT8, ge::DT_INT8},
    {ACL_UINT8, ge::DT_UINT8},
    {ACL_INT16, ge::DT_INT16},
    {ACL_UINT16, ge::DT_UINT16},
    {ACL_INT32, ge::DT_INT32},
    {ACL_UINT32, ge::DT_UINT32},
    {ACL_INT64, ge::DT_INT64},
    {ACL_UINT64, ge::DT_UINT64},
    {ACL_BOOL, ge::DT_BOOL},
    {ACL_STRING, ge::DT_STRING},
    {ACL_COMPLEX64, ge::DT_COMPLEX64},
    {ACL_COMPLEX128, ge::DT_COMPLEX128},
};

const TypeRow* row_of(aclDataType type) {
    const auto* row =
        std::find_if(std::begin(kTypes), std::end(kTypes), [&](const TypeRow& r) { return r.acl == type; });
    return row == std::end(kTypes) ? nullptr : row;
}

const TypeRow* row_of_file(int64_t number) {
    const auto* row =
        std::find_if(std::begin(kTypes), std::end(kTypes), [&](const TypeRow& r) { return r.file == number; });
    return row == std::end(kTypes) ? nullptr : row;
}

Status senseless(const std::string& what) { return {ACL_ERROR_PARSE_MODEL, what}; }

template <class To, class From>
To copied(const From& from) {
    return To(from.begin(), from.end());
}

// One function per kind of Attr.
struct Encoder {
    ge::AttrDef* message;

    Status operator()(bool value) const { return message->set_b(value), Status(); }
    Status operator()(int64_t value) const { return message->set_i(value), Status(); }
    Status operator()(float value) const { return message->set_f(value), Status(); }
    Status operator()(const std::string& value) const { return message->set_s(value), Status(); }
    Status operator()(aclDataType value) const {
        const TypeRow* row = row_of(value);
        if (row == nullptr) {
            return fail(ACL_ERROR_FEATURE_UNSUPPORTED, "the element type ", static_cast<int>(value),
                        " has no place in the file");
        }
        message->set_dt(row->file);
        return {};
    }
    Status operator()(const ops::Ints& values) const {
        list(ge::ListValue::INT)->mutable_i()->Add(values.begin(), values.end());
        return {};
    }
    Status operator()(const ops::Floats& values) const {
        list(ge::ListValue::FLOAT)->mutable_f()->Add(values.begin(), values.end());
        return {};
    }
    Status operator()(const ops::Bools& values) const {
        list(ge::ListValue::BOOL)->mutable_b()->Add(values.begin(), values.end());
        return {};
    }
    Status operator()(const ops::Strings& values) const {
        auto* texts = list(ge::ListValue::STRING)->mutable_s();
        for (const std::string& value : values) {
            *texts->Add() = value;
        }
        return {};
    }
    Status operator()(const ops::IntLists& values) const {
        auto* rows = message->mutable_list_list_int();
        for (const ops::Ints& value : values) {
            rows->add_list_list_i()->mutable_list_i()->Add(value.begin(), value.end());
        }
        return {};
    }
    Status operator()(const Tensor& value) const {
        if (!can_encode(value.type()) || !value.shape().is_known()) {
            return fail(ACL_ERROR_FEATURE_UNSUPPORTED, "a tensor ", value.type().text(), " has no place in the file");
        }
        auto* desc = message->mutable_t()->mutable_desc();
        encode_type(value.type(), desc);
        desc->set_weight_size(static_cast<int64_t>(value.bytes()));
        if (value.bytes() != 0) {
            message->mutable_t()->set_data(value.data(), value.bytes());
        }
        return {};
    }

    // The kind says what an empty list is a list of.
    ge::ListValue* list(ge::ListValue::Kind kind) const {
        message->mutable_list()->set_val_type(kind);
        return message->mutable_list();
    }
};

Result<ops::Attr> decode_list(const ge::ListValue& list) {
    int kind = list.val_type();
    if (kind == ge::ListValue::NONE) {  // other writers leave it out
        kind = list.s_size() != 0   ? ge::ListValue::STRING
               : list.f_size() != 0 ? ge::ListValue::FLOAT
               : list.b_size() != 0 ? ge::ListValue::BOOL
                                    : ge::ListValue::INT;
    }
    switch (kind) {
        case ge::ListValue::STRING: return ops::Attr(copied<ops::Strings>(list.s()));
        case ge::ListValue::BYTES: return ops::Attr(copied<ops::Strings>(list.bt()));
        case ge::ListValue::INT: return ops::Attr(copied<ops::Ints>(list.i()));
        case ge::ListValue::FLOAT: return ops::Attr(copied<ops::Floats>(list.f()));
        case ge::ListValue::BOOL: return ops::Attr(copied<ops::Bools>(list.b()));
        default: return senseless(text("a list of kind ", kind, " is not known here"));
    }
}

}  // namespace

int32_t type_number(aclDataType type) {
    const TypeRow* row = row_of(type);
    return row == nullptr ? 0 : row->file;
}

bool can_encode(const TensorType& type) {
    return row_of(type.dtype) != nullptr &&
           (type.format == ACL_FORMAT_UNDEFINED || format_named(name_of(type.format)) == type.format);
}

void encode_type(const TensorType& type, ge::TensorDescriptor* desc) {
    desc->set_dtype(row_of(type.dtype)->file);
    // Present without dimensions: a scalar.
    desc->mutable_shape()->mutable_dim()->Add(type.shape.begin(), type.shape.end());
    desc->set_layout(name_of(type.format));
    desc->set_size(static_cast<int64_t>(type.bytes()));
}

Result<TensorType> decode_type(const ge::TensorDescriptor& desc) {
    TensorType type;
    const TypeRow* row = row_of_file(desc.dtype());
    if (row == nullptr) {
        return senseless(text("the element type ", static_cast<int>(desc.dtype()), " is not known here"));
    }
    type.dtype = row->acl;
    if (!desc.layout().empty()) {
        type.format = format_named(desc.layout());
        if (type.format == ACL_FORMAT_UNDEFINED && desc.layout() != name_of(ACL_FORMAT_UNDEFINED)) {
            return senseless(text("the layout \"", desc.layout(), "\" is not known here"));
        }
    }
    if (!desc.has_shape()) {
        return senseless("there is no shape");
    }
    const auto& dims = desc.shape().dim();
    if (std::any_of(dims.begin(), dims.end(), [](int64_t dim) { return dim < -1; })) {
        return senseless("the shape has dimensions below -1; a rank that is unknown is not supported");
    }
    constexpr int kMaxRank = 32;
    type.shape = Shape(copied<std::vector<int64_t>>(dims));
    if (dims.size() > kMaxRank || !type.shape.fits(std::max<size_t>(size_of(type.dtype), 1))) {
        return senseless(text("the shape ", type.shape, " is too large"));
    }
    return type;
}

Status encode_attr(const ops::Attr& attr, ge::AttrDef* message) { return std::visit(Encoder{message}, attr); }

Result<ops::Attr> decode_attr(const ge::AttrDef& message) {
    switch (message.value_case()) {
        case ge::AttrDef::kList: return decode_list(message.list());
        case ge::AttrDef::kS: return ops::Attr(message.s());
        case ge::AttrDef::kBt: return ops::Attr(message.bt());
        case ge::AttrDef::kI: return ops::Attr(static_cast<int64_t>(message.i()));
        case ge::AttrDef::kF: return ops::Attr(message.f());
        case ge::AttrDef::kB: return ops::Attr(message.b());
        case ge::AttrDef::kDt: {
            const TypeRow* row = row_of_file(message.dt());
            if (row == nullptr) {
                return senseless(text("the element type ", message.dt(), " is not known here"));
            }
            return ops::Attr(row->acl);
        }
        case ge::AttrDef::kListListInt: {
            ops::IntLists lists;
            for (const auto& row : message.list_list_int().list_list_i()) {
                lists.push_back(copied<ops::Ints>(row.list_i()));
            }
            return ops::Attr(std::move(lists));
        }
        case ge::AttrDef::kT: {
            SOFTACL_ASSIGN(Tensor tensor, decode_tensor(message.t(), {}, nullptr));
            return ops::Attr(std::move(tensor));
        }
        default:
            return senseless(text("a value of kind ", static_cast<int>(message.value_case()), " is not known here"));
    }
}

Result<Tensor> decode_tensor(const ge::TensorDef& message, Bytes weights, const Hold& hold) {
    const ge::TensorDescriptor& desc = message.desc();
    SOFTACL_ASSIGN(TensorType type, decode_type(desc));
    const size_t size = type.bytes();
    const size_t element = size_of(type.dtype);
    if (!type.shape.is_known() || (element == 0 && type.dtype != ACL_DT_UNDEFINED)) {
        return senseless("a constant of type " + type.text() + " has no size");
    }
    const void* bytes = message.data().data();
    size_t found = message.data().size();
    bool in_place = false;
    if (found == 0 && size != 0) {
        const ge::AttrDef* merged = find_entry(desc.attr(), "merged_offset");
        const int64_t offset = merged == nullptr ? desc.data_offset() : merged->i();
        const auto wanted = static_cast<uint64_t>(desc.weight_size());
        if (offset < 0 || desc.weight_size() < 0 || static_cast<uint64_t>(offset) > weights.size ||
            wanted > weights.size - static_cast<uint64_t>(offset)) {
            return senseless(text("a constant lies at ", offset, " with ", desc.weight_size(), " bytes, outside the ",
                                  weights.size, " bytes of weights"));
        }
        bytes = weights.data + offset;
        found = wanted;
        in_place = element != 0 && reinterpret_cast<uintptr_t>(bytes) % element == 0;
    }
    if (found != size) {
        return senseless(text("a constant ", type.text(), " takes ", size, " bytes, the file has ", found));
    }
    if (in_place) {
        return Tensor(std::move(type), hold(bytes, size));
    }
    void* copy = nullptr;
    Tensor tensor = Tensor::zeros(std::move(type), &copy);
    std::copy_n(static_cast<const char*>(bytes), size, static_cast<char*>(copy));
    return tensor;
}

}  // namespace softacl::model
