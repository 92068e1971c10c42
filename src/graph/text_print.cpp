// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <charconv>
#include <cmath>
#include <unordered_map>
#include <unordered_set>

#include "graph/text.h"
#include "graph/text_names.h"

namespace softacl::graph {
namespace {

template <class T>
void append_number(std::string& out, T value) {
    if constexpr (std::is_same_v<T, bool>) {
        out += value ? "true" : "false";
    } else if constexpr (std::is_class_v<T>) {  // 16-bit floats: what is exact as a float is exact
        append_number(out, static_cast<float>(value));
    } else if constexpr (std::is_floating_point_v<T>) {
        if (std::isnan(value)) {
            out += "nan";
            return;
        }
        char digits[32];
        const auto end = std::to_chars(digits, digits + sizeof digits, value).ptr;
        out.append(digits, end);
    } else {
        out += std::to_string(value);
    }
}

template <class Values, class Append>
void append_list(std::string& out, const Values& values, Append append) {
    out += '[';
    bool first = true;
    for (const auto& value : values) {
        out += first ? "" : ",";
        first = false;
        append(value);
    }
    out += ']';
}

void append_type(std::string& out, const TensorType& type) {
    out += name_of(type.dtype);
    out += type.shape.text();
    if (type.format != ACL_FORMAT_ND) {
        out += ' ';
        out += name_of(type.format);
    }
}

// Whether all elements are those of the first one, bit by bit.
bool is_uniform(const Tensor& tensor) {
    const size_t size = size_of(tensor.dtype());
    return tensor.bytes() > size &&
           std::memcmp(tensor.data(), static_cast<const char*>(tensor.data()) + size, tensor.bytes() - size) == 0;
}

void append_elements(std::string& out, const Tensor& tensor, size_t max_elements) {
    constexpr int64_t kWorthRepeating = 8;
    constexpr int64_t kShown = 4;
    out += '{';
    const bool known = visit_dtype(tensor.dtype(), [&](auto tag) {
        using T = typename decltype(tag)::Type;
        const T* elements = tensor.data_as<T>();
        int64_t count = tensor.elements();
        const bool repeats = count > kWorthRepeating && is_uniform(tensor);
        const bool cut = !repeats && static_cast<size_t>(count) > max_elements;
        count = repeats ? 1 : cut ? std::min(count, kShown) : count;
        out += repeats ? "repeat " : "";
        for (int64_t i = 0; i < count; ++i) {
            out += i == 0 ? "" : ", ";
            append_number(out, elements[i]);
        }
        out += cut ? ", ..." : "";
    });
    out += known ? "}" : "...}";
}

void append_attr(std::string& out, const ops::Attr& attr, const PrintOptions& options) {
    std::visit(
        [&](const auto& value) {
            using T = std::decay_t<decltype(value)>;
            const auto number = [&](auto one) { append_number(out, one); };
            const auto quote = [&](const std::string& one) { append_quoted(out, one); };
            if constexpr (std::is_same_v<T, std::string>) {
                quote(value);
            } else if constexpr (std::is_same_v<T, aclDataType>) {
                out += name_of(value);
            } else if constexpr (std::is_same_v<T, Tensor>) {
                out += print(value, options);
            } else if constexpr (std::is_same_v<T, ops::Strings>) {
                append_list(out, value, quote);
            } else if constexpr (std::is_same_v<T, ops::Bools>) {
                append_list(out, value, [&](bool one) { append_number(out, one); });
            } else if constexpr (std::is_same_v<T, ops::IntLists>) {
                append_list(out, value, [&](const ops::Ints& list) { append_list(out, list, number); });
            } else if constexpr (std::is_same_v<T, ops::Ints> || std::is_same_v<T, ops::Floats>) {
                append_list(out, value, number);
            } else {
                append_number(out, value);
            }
        },
        attr);
}

class Printer {
   public:
    Printer(const Graph& graph, const PrintOptions& options, std::string indent = "")
        : graph_(graph), options_(options), indent_(std::move(indent)) {}

    // NOLINTNEXTLINE(misc-no-recursion): as deep as graphs are nested, which their readers limit
    std::string print() {
        out_ += "graph ";
        append_quoted(out_, graph_.name);
        out_ += " (";
        for (size_t i = 0; i < graph_.inputs.size(); ++i) {
            out_ += i == 0 ? "" : ", ";
            append_value(graph_.inputs[i]);
            out_ += ": ";
            append_type(out_, graph_.value(graph_.inputs[i]).type);
        }
        out_ += ") {\n";
        for (const Node& node : graph_.nodes) {
            print_constants(node.inputs);
            print_node(node);
        }
        print_constants(graph_.outputs);
        out_ += indent_ + "  return";
        for (size_t i = 0; i < graph_.outputs.size(); ++i) {
            out_ += i == 0 ? " " : ", ";
            append_value(graph_.outputs[i]);
            if (i < graph_.output_names.size() && graph_.output_names[i] != name_of_value(graph_.outputs[i])) {
                out_ += ' ';
                append_quoted(out_, graph_.output_names[i]);
            }
        }
        out_ += "\n" + indent_ + "}\n";
        return std::move(out_);
    }

   private:
    // Names are given in the order of appearance, so that printing what was parsed gives the same text.
    const std::string& name_of_value(ValueId id) {
        const auto [at, is_new] = names_.try_emplace(id);
        if (is_new) {
            const std::string& wanted = graph_.value(id).name;
            const std::string base = wanted.empty() ? "v" : wanted;
            at->second = base;
            for (int number = 1; !taken_.insert(at->second).second; ++number) {
                at->second = base + "_" + std::to_string(number);
            }
        }
        return at->second;
    }

    void append_value(ValueId id) {
        if (id == kNoValue) {
            out_ += '_';
            return;
        }
        out_ += '%';
        append_name(out_, name_of_value(id));
    }

    void append_values(const std::vector<ValueId>& ids) {
        for (size_t i = 0; i < ids.size(); ++i) {
            out_ += i == 0 ? "" : ", ";
            append_value(ids[i]);
        }
    }

    void print_constants(const std::vector<ValueId>& ids) {
        for (const ValueId id : ids) {
            if (id == kNoValue || !graph_.value(id).constant || !printed_.insert(id).second) {
                continue;
            }
            out_ += indent_ + "  ";
            append_value(id);
            out_ += " = const ";
            append_type(out_, graph_.value(id).type);
            out_ += ' ';
            append_elements(out_, *graph_.value(id).constant, options_.max_elements);
            out_ += '\n';
        }
    }

    // NOLINTNEXTLINE(misc-no-recursion): as deep as graphs are nested, which their readers limit
    void print_node(const Node& node) {
        out_ += indent_ + "  ";
        append_values(node.outputs);
        out_ += " = " + node.op->name() + "(";
        append_values(node.inputs);
        out_ += ')';
        for (size_t i = 0; i < node.bodies.size(); ++i) {
            out_ += " " + node.op->bodies()[i] + " ";
            out_ += Printer(*node.bodies[i], options_, indent_ + "  ").print();
            out_.pop_back();
        }
        print_attrs(node);
        std::vector<std::string> value_names;
        for (const ValueId id : node.outputs) {
            value_names.push_back(name_of_value(id));
        }
        if (node.name != default_node_name(value_names)) {
            out_ += " @";
            append_quoted(out_, node.name);
        }
        if (node.origins != std::vector<std::string>{node.name}) {
            out_ += " from";
            for (size_t i = 0; i < node.origins.size(); ++i) {
                out_ += i == 0 ? " " : ", ";
                append_quoted(out_, node.origins[i]);
            }
        }
        out_ += " : ";
        for (size_t i = 0; i < node.outputs.size(); ++i) {
            out_ += i == 0 ? "" : ", ";
            append_type(out_, graph_.value(node.outputs[i]).type);
        }
        out_ += '\n';
    }

    void print_attrs(const Node& node) {
        const char* before = " {";
        for (const auto& [name, value] : node.attrs) {
            bool is_default = false;
            for (const ops::AttrDef& attr : node.op->attrs()) {
                is_default = is_default || (attr.name == name && !attr.required && attr.value == value);
            }
            if (is_default) {
                continue;
            }
            out_ += before;
            before = ", ";
            out_ += name + "=";
            append_attr(out_, value, options_);
        }
        out_ += *before == ',' ? "}" : "";
    }

    const Graph& graph_;
    const PrintOptions& options_;
    std::string indent_;
    std::unordered_map<ValueId, std::string> names_;
    std::unordered_set<std::string> taken_;
    std::unordered_set<ValueId> printed_;
    std::string out_;
};

}  // namespace

std::string print(const Tensor& tensor, const PrintOptions& options) {
    std::string out;
    append_type(out, tensor.type());
    out += ' ';
    append_elements(out, tensor, options.max_elements);
    return out;
}

std::string print(const Graph& graph, const PrintOptions& options) { return Printer(graph, options).print(); }

}  // namespace softacl::graph
