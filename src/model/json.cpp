// SPDX-License-Identifier: Apache-2.0
#include "model/json.h"

#include <algorithm>
#include <climits>
#include <cmath>
#include <nlohmann/json.hpp>

#include "acl/acl_base.h"
#include "base/env.h"
#include "model/attr_code.h"
#include "model/container.h"
#include "model/file.h"
#include "model/utf8.h"

namespace softacl::model {
namespace {

using Json = nlohmann::basic_json<nlohmann::ordered_map, std::vector, std::string, bool, int64_t, uint64_t, float>;

// What JSON has no number for is a text.
Json value_of(float number) {
    return std::isfinite(number) ? Json(number)
                                 : Json(std::isnan(number) ? "NaN"
                                        : number < 0       ? "-Infinity"
                                                           : "Infinity");
}
// Bytes that are no text become the characters U+0000 to U+00FF, one for each.
Json value_of(const std::string& bytes) { return is_utf8(bytes) ? bytes : utf8_of_bytes(bytes); }
Json value_of(bool truth) { return truth; }
Json value_of(int64_t number) { return number; }
Json value_of(uint32_t number) { return number; }

std::string type_name(int64_t type) {
    const bool known = type >= 0 && type <= INT_MAX && ge::DataType_IsValid(static_cast<int>(type));
    return known ? ge::DataType_Name(static_cast<ge::DataType>(type)) : std::to_string(type);
}

// Messages inside messages are as deep as the file nests them, which protobuf limits.
Json value_of(const ge::AttrEntry& entry);
Json value_of(const ge::AttrDef& attr);
Json value_of(const ge::ListValue& value);
Json value_of(const ge::TensorDef& tensor);
Json value_of(const ge::TensorDescriptor& desc);
Json value_of(const ge::NamedAttrs& attrs);
Json value_of(const ge::ListListInt::Row& row);
Json value_of(const ge::ListListFloat::Row& row);
Json value_of(const ge::OpDef& op);
Json value_of(const ge::GraphDef& graph);

/// The fields of a message; those that are empty stay out.
class Fields {
   public:
    template <class T>
    Fields& single(const char* name, const T& value) {
        return value == T{} ? *this : plain(name, value);
    }
    template <class T>
    Fields& plain(const char* name, const T& value) {
        json_[name] = value_of(value);
        return *this;
    }
    template <class List>
    Fields& list(const char* name, const List& values) {
        for (const auto& value : values) {
            json_[name].push_back(value_of(value));
        }
        return *this;
    }
    Fields& object(const char* name, Json value) {
        json_[name] = std::move(value);
        return *this;
    }
    Json take() { return std::move(json_); }

   private:
    Json json_ = Json::object();
};

Json value_of(const ge::ListListInt::Row& row) { return Fields().list("list_i", row.list_i()).take(); }
Json value_of(const ge::ListListFloat::Row& row) { return Fields().list("list_f", row.list_f()).take(); }

// NOLINTNEXTLINE(misc-no-recursion)
Json value_of(const ge::NamedAttrs& attrs) {
    return Fields().single("name", attrs.name()).list("attr", attrs.attr()).take();
}

// NOLINTNEXTLINE(misc-no-recursion)
Json value_of(const ge::ListValue& value) {
    Fields fields;
    fields.list("s", value.s()).list("i", value.i()).list("f", value.f()).list("b", value.b()).list("bt", value.bt());
    fields.list("td", value.td()).list("t", value.t()).list("g", value.g()).list("na", value.na());
    std::vector<std::string> types;
    for (const int64_t type : value.dt()) {
        types.push_back(type_name(type));
    }
    fields.list("dt", types);
    if (value.val_type() != ge::ListValue::NONE && ge::ListValue::Kind_IsValid(value.val_type())) {
        fields.plain("val_type", "VT_LIST_" + ge::ListValue::Kind_Name(value.val_type()));
    }
    return fields.take();
}

// NOLINTNEXTLINE(misc-no-recursion)
Json value_of(const ge::AttrDef& attr) {
    Fields fields;
    switch (attr.value_case()) {
        case ge::AttrDef::kList: fields.plain("list", attr.list()); break;
        case ge::AttrDef::kS: fields.plain("s", attr.s()); break;
        case ge::AttrDef::kI: fields.plain("i", int64_t{attr.i()}); break;
        case ge::AttrDef::kF: fields.plain("f", attr.f()); break;
        case ge::AttrDef::kB: fields.plain("b", attr.b()); break;
        case ge::AttrDef::kBt: fields.plain("bt", attr.bt()); break;
        case ge::AttrDef::kFunc: fields.plain("func", attr.func()); break;
        case ge::AttrDef::kTd: fields.plain("td", attr.td()); break;
        case ge::AttrDef::kT: fields.plain("t", attr.t()); break;
        case ge::AttrDef::kG: fields.plain("g", attr.g()); break;
        case ge::AttrDef::kListListInt:
            fields.object("list_list_int", Fields().list("list_list_i", attr.list_list_int().list_list_i()).take());
            break;
        case ge::AttrDef::kDt: fields.plain("dt", type_name(attr.dt())); break;
        case ge::AttrDef::kListListFloat:
            fields.object("list_list_float", Fields().list("list_list_f", attr.list_list_float().list_list_f()).take());
            break;
        case ge::AttrDef::VALUE_NOT_SET: break;
    }
    return fields.take();
}

// NOLINTNEXTLINE(misc-no-recursion)
Json value_of(const ge::AttrEntry& entry) {
    return Fields().plain("key", entry.key()).plain("value", entry.value()).take();
}

// NOLINTNEXTLINE(misc-no-recursion)
Json value_of(const ge::TensorDef& tensor) { return Fields().plain("desc", tensor.desc()).take(); }

// NOLINTNEXTLINE(misc-no-recursion)
Json value_of(const ge::TensorDescriptor& desc) {
    Fields fields;
    fields.list("attr", desc.attr()).single("name", desc.name());
    if (desc.dtype() != 0) {
        fields.plain("dtype", type_name(desc.dtype()));
    }
    if (!desc.shape().dim().empty()) {
        fields.object("shape", Fields().list("dim", desc.shape().dim()).take());
    }
    fields.single("layout", desc.layout())
        .single("has_out_attr", desc.has_out_attr())
        .single("size", desc.size())
        .single("weight_size", desc.weight_size())
        .single("reuse_input", desc.reuse_input())
        .single("output_tensor", desc.output_tensor())
        .single("device_type", desc.device_type())
        .single("input_tensor", desc.input_tensor())
        .single("real_dim_cnt", desc.real_dim_cnt())
        .single("reuse_input_index", desc.reuse_input_index())
        .single("data_offset", desc.data_offset())
        .single("cmps_size", desc.cmps_size())
        .single("cmps_tab", desc.cmps_tab())
        .single("cmps_tab_offset", desc.cmps_tab_offset());
    return fields.take();
}

// NOLINTNEXTLINE(misc-no-recursion)
Json value_of(const ge::OpDef& op) {
    return Fields()
        .list("attr", op.attr())
        .single("name", op.name())
        .single("type", op.type())
        .list("input", op.input())
        .single("has_out_attr", op.has_out_attr())
        .single("id", op.id())
        .single("stream_id", op.stream_id())
        .list("input_name", op.input_name())
        .list("src_name", op.src_name())
        .list("src_index", op.src_index())
        .list("dst_name", op.dst_name())
        .list("dst_index", op.dst_index())
        .list("input_i", op.input_i())
        .list("output_i", op.output_i())
        .list("workspace", op.workspace())
        .list("workspace_bytes", op.workspace_bytes())
        .list("is_input_const", op.is_input_const())
        .list("input_desc", op.input_desc())
        .list("output_desc", op.output_desc())
        .list("subgraph_name", op.subgraph_name())
        .take();
}

// NOLINTNEXTLINE(misc-no-recursion)
Json value_of(const ge::GraphDef& graph) {
    return Fields()
        .list("attr", graph.attr())
        .single("name", graph.name())
        .list("input", graph.input())
        .list("output", graph.output())
        .list("op", graph.op())
        .take();
}

std::string written(const ge::ModelDef& model) {
    const Json json = Fields()
                          .list("attr", model.attr())
                          .list("graph", model.graph())
                          .single("name", model.name())
                          .single("custom_version", model.custom_version())
                          .single("version", model.version())
                          .take();
    return json.dump(2) + "\n";
}

/// What a file holds, without judging its graph. The container refers to the file's memory.
struct Opened {
    MappedFile file;
    Container container;
    ge::ModelDef definition;
};

Status open(const std::string& path, Opened& opened) {
    SOFTACL_ASSIGN(opened.file, map_file(path));
    const std::string origin = text("model file \"", path, "\"");
    SOFTACL_ASSIGN(opened.container,
                   parse_container({static_cast<const uint8_t*>(opened.file.data.get()), opened.file.size},
                                   !env_switch("SOFTACL_SKIP_CHECKSUM"), origin));
    const Bytes bytes = opened.container.model_def;
    if (bytes.size > INT_MAX || !opened.definition.ParseFromArray(bytes.data, static_cast<int>(bytes.size))) {
        return fail(ACL_ERROR_GE_EXEC_LOAD_MODEL_PARTITION_FAILED, origin, ": the model definition of ", bytes.size,
                    " bytes is not readable");
    }
    return {};
}

}  // namespace

Result<std::string> om_to_json(const std::string& path) {
    Opened opened;
    SOFTACL_TRY(open(path, opened));
    return written(opened.definition);
}

Result<std::string> definition_to_json(const std::string& serialised) {
    ge::ModelDef definition;
    if (!definition.ParseFromString(serialised)) {
        return fail(ACL_ERROR_GE_EXEC_LOAD_MODEL_PARTITION_FAILED, "a model definition of ", serialised.size(),
                    " bytes is not readable");
    }
    return written(definition);
}

Result<OmFacts> facts_of_om(const std::string& path) {
    Opened opened;
    SOFTACL_TRY(open(path, opened));
    const auto entry = [&](const char* key) { return find_entry(opened.definition.attr(), key); };
    const auto words = [&](const char* key) { return entry(key) == nullptr ? std::string() : entry(key)->s(); };
    const auto number = [&](const char* key) { return entry(key) == nullptr ? 0 : int64_t{entry(key)->i()}; };
    OmFacts facts;
    facts.command_line = words("atc_cmdline");
    facts.atc_version = words("atc_version");
    facts.soc_version = words("soc_version");
    facts.framework = words("framework_type");
    facts.memory_bytes = number("memory_size");
    facts.streams = number("stream_num");
    facts.events = number("event_num");
    facts.definition_bytes = opened.container.model_def.size;
    facts.weight_data_bytes = opened.container.weights.size;
    facts.weight_bytes =
        std::max<uint64_t>(facts.weight_data_bytes, static_cast<uint64_t>(std::max<int64_t>(number("weight_size"), 0)));
    return facts;
}

}  // namespace softacl::model
