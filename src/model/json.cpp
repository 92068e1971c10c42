// SPDX-License-Identifier: Apache-2.0
#include "model/json.h"

#include <algorithm>
#include <charconv>
#include <climits>
#include <cmath>
#include <cstdio>

#include "acl/acl_base.h"
#include "base/env.h"
#include "model/attr_code.h"
#include "model/container.h"
#include "model/file.h"
#include "model/utf8.h"

namespace softacl::model {
namespace {

/// Writes one document. Commas and indentation follow from the calls.
class JsonWriter {
   public:
    void open(char bracket) {
        begin_value();
        out_ += bracket;
        ++depth_;
        first_ = true;
    }
    void close(char bracket) {
        --depth_;
        if (!first_) {
            new_line();
        }
        out_ += bracket;
        first_ = false;
    }
    void key(const char* name) {
        begin_value();
        out_ += '"';
        out_ += name;
        out_ += "\": ";
        after_key_ = true;
    }
    void value(bool truth) { literal(truth ? "true" : "false"); }
    void value(int64_t number) { literal(std::to_string(number)); }
    void value(float number) {
        if (!std::isfinite(number)) {
            value(std::string(std::isnan(number) ? "NaN" : number < 0 ? "-Infinity" : "Infinity"));
            return;
        }
        char digits[32];
        literal({digits, std::to_chars(digits, digits + sizeof digits, number).ptr});
    }
    /// Bytes that are no text become U+00xx, one for each.
    void value(const std::string& bytes) {
        const bool is_text = is_utf8(bytes);
        std::string quoted = "\"";
        for (const char letter : bytes) {
            const auto byte = static_cast<unsigned char>(letter);
            if (letter == '"' || letter == '\\') {
                quoted += '\\';
                quoted += letter;
            } else if (byte < 0x20 || byte == 0x7f || (byte > 0x7f && !is_text)) {
                char escaped[8];
                std::snprintf(escaped, sizeof escaped, "\\u%04x", byte);
                quoted += escaped;
            } else {
                quoted += letter;
            }
        }
        literal(quoted + "\"");
    }
    std::string take() { return std::move(out_) + "\n"; }

   private:
    void literal(const std::string& word) {
        begin_value();
        out_ += word;
    }
    void begin_value() {
        if (after_key_) {
            after_key_ = false;
            first_ = false;
            return;
        }
        if (depth_ > 0) {
            if (!first_) {
                out_ += ',';
            }
            new_line();
        }
        first_ = false;
    }
    void new_line() {
        out_ += '\n';
        out_.append(static_cast<size_t>(depth_) * 2, ' ');
    }

    std::string out_;
    int depth_ = 0;
    bool first_ = true;
    bool after_key_ = false;
};

/// Messages of a definition, field by field. Those inside are as deep as the file nests them, which protobuf limits.
class Definition {
   public:
    std::string write(const ge::ModelDef& model) {
        out_.open('{');
        attributes(model.attr());
        messages("graph", model.graph());
        single("name", model.name());
        single("custom_version", model.custom_version());
        single("version", static_cast<int64_t>(model.version()));
        out_.close('}');
        return out_.take();
    }

   private:
    void single(const char* name, const std::string& value) {
        if (!value.empty()) {
            out_.key(name);
            out_.value(value);
        }
    }
    template <class Number>
    void single(const char* name, Number value) {
        if (value != Number{}) {
            out_.key(name);
            out_.value(value);
        }
    }
    template <class List>
    void list(const char* name, const List& values) {
        if (values.empty()) {
            return;
        }
        out_.key(name);
        out_.open('[');
        for (const auto& value : values) {
            out_.value(value);
        }
        out_.close(']');
    }
    template <class List>
    // NOLINTNEXTLINE(misc-no-recursion)
    void messages(const char* name, const List& values) {
        if (values.empty()) {
            return;
        }
        out_.key(name);
        out_.open('[');
        for (const auto& value : values) {
            object(value);
        }
        out_.close(']');
    }
    template <class Message>
    // NOLINTNEXTLINE(misc-no-recursion)
    void message(const char* name, const Message& value) {
        out_.key(name);
        object(value);
    }
    template <class Map>
    // NOLINTNEXTLINE(misc-no-recursion)
    void attributes(const Map& map) {
        messages("attr", map);
    }

    // NOLINTNEXTLINE(misc-no-recursion)
    void object(const ge::AttrEntry& entry) {
        out_.open('{');
        out_.key("key");
        out_.value(entry.key());
        message("value", entry.value());
        out_.close('}');
    }

    // NOLINTNEXTLINE(misc-no-recursion)
    void object(const ge::AttrDef& attr) {
        out_.open('{');
        switch (attr.value_case()) {
            case ge::AttrDef::kList: message("list", attr.list()); break;
            case ge::AttrDef::kS: plain("s", attr.s()); break;
            case ge::AttrDef::kI: plain("i", static_cast<int64_t>(attr.i())); break;
            case ge::AttrDef::kF: plain("f", attr.f()); break;
            case ge::AttrDef::kB: plain("b", attr.b()); break;
            case ge::AttrDef::kBt: plain("bt", attr.bt()); break;
            case ge::AttrDef::kFunc: message("func", attr.func()); break;
            case ge::AttrDef::kTd: message("td", attr.td()); break;
            case ge::AttrDef::kT: message("t", attr.t()); break;
            case ge::AttrDef::kG: message("g", attr.g()); break;
            case ge::AttrDef::kListListInt: message("list_list_int", attr.list_list_int()); break;
            case ge::AttrDef::kDt: plain("dt", type_name(attr.dt())); break;
            case ge::AttrDef::kListListFloat: message("list_list_float", attr.list_list_float()); break;
            case ge::AttrDef::VALUE_NOT_SET: break;
        }
        out_.close('}');
    }
    template <class T>
    void plain(const char* name, const T& value) {
        out_.key(name);
        out_.value(value);
    }

    static std::string type_name(int64_t type) {
        const bool known = type >= 0 && type <= INT_MAX && ge::DataType_IsValid(static_cast<int>(type));
        return known ? ge::DataType_Name(static_cast<ge::DataType>(type)) : std::to_string(type);
    }

    // NOLINTNEXTLINE(misc-no-recursion)
    void object(const ge::ListValue& value) {
        out_.open('{');
        list("s", value.s());
        numbers("i", value.i());
        list("f", value.f());
        list("b", value.b());
        list("bt", value.bt());
        messages("td", value.td());
        messages("t", value.t());
        messages("g", value.g());
        messages("na", value.na());
        if (!value.dt().empty()) {
            out_.key("dt");
            out_.open('[');
            for (const int64_t type : value.dt()) {
                out_.value(type_name(type));
            }
            out_.close(']');
        }
        if (value.val_type() != ge::ListValue::NONE && ge::ListValue::Kind_IsValid(value.val_type())) {
            plain("val_type", "VT_LIST_" + ge::ListValue::Kind_Name(value.val_type()));
        }
        out_.close('}');
    }
    template <class List>
    void numbers(const char* name, const List& values) {
        if (values.empty()) {
            return;
        }
        out_.key(name);
        out_.open('[');
        for (const auto value : values) {
            out_.value(static_cast<int64_t>(value));
        }
        out_.close(']');
    }

    // NOLINTNEXTLINE(misc-no-recursion)
    void object(const ge::NamedAttrs& value) {
        out_.open('{');
        single("name", value.name());
        attributes(value.attr());
        out_.close('}');
    }
    void object(const ge::ListListInt::Row& row) {
        out_.open('{');
        numbers("list_i", row.list_i());
        out_.close('}');
    }
    void object(const ge::ListListInt& value) {
        out_.open('{');
        messages("list_list_i", value.list_list_i());
        out_.close('}');
    }
    void object(const ge::ListListFloat::Row& row) {
        out_.open('{');
        list("list_f", row.list_f());
        out_.close('}');
    }
    void object(const ge::ListListFloat& value) {
        out_.open('{');
        messages("list_list_f", value.list_list_f());
        out_.close('}');
    }
    // NOLINTNEXTLINE(misc-no-recursion)
    void object(const ge::TensorDef& value) {
        out_.open('{');
        message("desc", value.desc());
        out_.close('}');
    }

    // NOLINTNEXTLINE(misc-no-recursion)
    void object(const ge::TensorDescriptor& desc) {
        out_.open('{');
        attributes(desc.attr());
        single("name", desc.name());
        if (desc.dtype() != 0) {
            plain("dtype", type_name(desc.dtype()));
        }
        if (!desc.shape().dim().empty()) {
            out_.key("shape");
            out_.open('{');
            numbers("dim", desc.shape().dim());
            out_.close('}');
        }
        single("layout", desc.layout());
        single("has_out_attr", desc.has_out_attr());
        single("size", static_cast<int64_t>(desc.size()));
        single("weight_size", static_cast<int64_t>(desc.weight_size()));
        single("reuse_input", desc.reuse_input());
        single("output_tensor", desc.output_tensor());
        single("device_type", desc.device_type());
        single("input_tensor", desc.input_tensor());
        single("real_dim_cnt", static_cast<int64_t>(desc.real_dim_cnt()));
        single("reuse_input_index", static_cast<int64_t>(desc.reuse_input_index()));
        single("data_offset", static_cast<int64_t>(desc.data_offset()));
        single("cmps_size", static_cast<int64_t>(desc.cmps_size()));
        single("cmps_tab", desc.cmps_tab());
        single("cmps_tab_offset", static_cast<int64_t>(desc.cmps_tab_offset()));
        out_.close('}');
    }

    // NOLINTNEXTLINE(misc-no-recursion)
    void object(const ge::OpDef& op) {
        out_.open('{');
        attributes(op.attr());
        single("name", op.name());
        single("type", op.type());
        list("input", op.input());
        single("has_out_attr", op.has_out_attr());
        single("id", static_cast<int64_t>(op.id()));
        single("stream_id", static_cast<int64_t>(op.stream_id()));
        list("input_name", op.input_name());
        list("src_name", op.src_name());
        numbers("src_index", op.src_index());
        list("dst_name", op.dst_name());
        numbers("dst_index", op.dst_index());
        numbers("input_i", op.input_i());
        numbers("output_i", op.output_i());
        numbers("workspace", op.workspace());
        numbers("workspace_bytes", op.workspace_bytes());
        list("is_input_const", op.is_input_const());
        messages("input_desc", op.input_desc());
        messages("output_desc", op.output_desc());
        list("subgraph_name", op.subgraph_name());
        out_.close('}');
    }

    // NOLINTNEXTLINE(misc-no-recursion)
    void object(const ge::GraphDef& graph) {
        out_.open('{');
        attributes(graph.attr());
        single("name", graph.name());
        list("input", graph.input());
        list("output", graph.output());
        messages("op", graph.op());
        out_.close('}');
    }

    JsonWriter out_;
};

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
    return Definition().write(opened.definition);
}

Result<std::string> definition_to_json(const std::string& serialised) {
    ge::ModelDef definition;
    if (!definition.ParseFromString(serialised)) {
        return fail(ACL_ERROR_GE_EXEC_LOAD_MODEL_PARTITION_FAILED, "a model definition of ", serialised.size(),
                    " bytes is not readable");
    }
    return Definition().write(definition);
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
