// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <unordered_map>

#include "graph/text.h"
#include "graph/text_names.h"
#include "graph/text_scan.h"

namespace softacl::graph {
namespace {

constexpr int kDeepest = 32;  // graphs within graphs

class Parser {
   public:
    Parser(Scanner& scan, FindOp find, int depth) : scan_(scan), find_(find), depth_(depth) {}

    /// One graph; what follows is left.
    // NOLINTNEXTLINE(misc-no-recursion): at most kDeepest
    Result<Graph> parse() {
        SOFTACL_TRY(scan_.need_word("graph"));
        SOFTACL_ASSIGN(graph_.name, scan_.quoted());
        SOFTACL_TRY(scan_.need('('));
        SOFTACL_TRY(scan_.list(')', [&] { return parse_input(); }));
        SOFTACL_TRY(scan_.need('{'));
        while (scan_.sees('%')) {
            SOFTACL_TRY(parse_definition());
        }
        if (!scan_.take_word("return")) {
            return scan_.expected("a value (%name = ...) or return");
        }
        while (scan_.sees('%')) {
            SOFTACL_TRY(parse_output());
            if (!scan_.take(',')) {
                break;
            }
        }
        SOFTACL_TRY(scan_.need('}'));
        SOFTACL_TRY(graph_.verify());
        return std::move(graph_);
    }

   private:
    /// %name or %"name"
    Result<std::string> value_name() {
        SOFTACL_TRY(scan_.need('%'));
        return scan_.sees('"') ? scan_.quoted() : scan_.word("a name");
    }

    Result<ValueId> known_value() {
        scan_.skip_space();
        const size_t position = scan_.position();
        SOFTACL_ASSIGN(const std::string name, value_name());
        const auto at = values_.find(name);
        if (at == values_.end()) {
            return scan_.fail_at(position, "there is no value %", name, " yet");
        }
        return at->second;
    }

    Status define(size_t position, const std::string& name, ValueId id) {
        if (!values_.emplace(name, id).second) {
            return scan_.fail_at(position, "there is a value %", name, " already");
        }
        return {};
    }

    Result<aclDataType> parse_dtype() {
        scan_.skip_space();
        const size_t position = scan_.position();
        SOFTACL_ASSIGN(const std::string name, scan_.word("an element type"));
        const aclDataType type = dtype_named(name);
        if (type == ACL_DT_UNDEFINED && name != name_of(ACL_DT_UNDEFINED)) {
            return scan_.fail_at(position, "there is no element type ", name);
        }
        return type;
    }

    Result<TensorType> parse_type() {
        TensorType type;
        scan_.skip_space();
        const size_t position = scan_.position();
        SOFTACL_ASSIGN(type.dtype, parse_dtype());
        std::vector<int64_t> dims;
        SOFTACL_TRY(scan_.need('['));
        SOFTACL_TRY(scan_.list(']', [&]() -> Status {
            SOFTACL_ASSIGN(const auto dim, scan_.number<int64_t>());
            dims.push_back(dim);
            return {};
        }));
        type.shape = Shape(std::move(dims));
        const bool in_range = std::all_of(type.shape.begin(), type.shape.end(), [](int64_t dim) { return dim >= -1; });
        if (!in_range || !type.shape.fits(std::max<size_t>(size_of(type.dtype), 1))) {
            return scan_.fail_at(position, type.shape, " is no possible shape");
        }
        // A format is written in capitals; other words belong to what follows.
        for (int number = 0; number < 64; ++number) {
            const auto format = static_cast<aclFormat>(number);
            if (format_named(name_of(format)) == format && scan_.take_word(name_of(format))) {
                type.format = format;
                return type;
            }
        }
        type.format = scan_.take_word(name_of(ACL_FORMAT_UNDEFINED)) ? ACL_FORMAT_UNDEFINED : ACL_FORMAT_ND;
        return type;
    }

    Result<Tensor> parse_tensor() {
        scan_.skip_space();
        const size_t position = scan_.position();
        SOFTACL_ASSIGN(const TensorType type, parse_type());
        if (!type.shape.is_known()) {
            return scan_.fail_at(position, "a constant's dimensions are known, these are not: ", type.shape);
        }
        SOFTACL_TRY(scan_.need('{'));
        const bool repeats = scan_.take_word("repeat");
        Result<Tensor> tensor =
            scan_.fail_at(position, "there are no constants of the element type ", name_of(type.dtype));
        visit_dtype(type.dtype,
                    [&](auto tag) { tensor = parse_elements<typename decltype(tag)::Type>(type, repeats, position); });
        return tensor;
    }

    template <class T>
    Result<Tensor> parse_elements(const TensorType& type, bool repeats, size_t position) {
        constexpr size_t kMostRepeated = size_t{1} << 30;  // bytes; a short text shall not take all memory
        std::vector<T> elements;
        const Status parsed = scan_.list('}', [&]() -> Status {
            if (scan_.sees('.')) {
                return scan_.fail_at(scan_.position(), "elements were left out when this was printed");
            }
            SOFTACL_ASSIGN(const T element, scan_.number<T>());
            elements.push_back(element);
            return {};
        });
        SOFTACL_TRY(parsed);
        const auto count = static_cast<size_t>(type.shape.elements());
        if (!repeats && elements.size() != count) {
            return scan_.fail_at(position, type.text(), " has ", count, " elements; there stand ", elements.size());
        }
        if (repeats && (elements.empty() || type.bytes() > kMostRepeated)) {
            return scan_.fail_at(position, "there is nothing to repeat, or more than ", kMostRepeated, " bytes of it");
        }
        void* data = nullptr;
        Tensor tensor = Tensor::zeros(type, &data);
        for (size_t i = 0; i < count; ++i) {
            static_cast<T*>(data)[i] = elements[i % elements.size()];
        }
        return tensor;
    }

    template <class T, class Item>
    Result<ops::Attr> parse_list(Item item) {
        T list;
        SOFTACL_TRY(scan_.need('['));
        SOFTACL_TRY(scan_.list(']', [&]() -> Status {
            SOFTACL_ASSIGN(auto value, item());
            list.push_back(std::move(value));
            return {};
        }));
        return ops::Attr(std::move(list));
    }

    template <class T>
    static Result<ops::Attr> as_attr(Result<T> value) {
        return value.ok() ? Result<ops::Attr>(ops::Attr(std::move(*value))) : Result<ops::Attr>(value.status());
    }

    /// A value of the same kind as `like`.
    Result<ops::Attr> parse_attr(const ops::Attr& like) {
        const auto integer = [&] { return scan_.number<int64_t>(); };
        const auto real = [&] { return scan_.number<float>(); };
        const auto logical = [&] { return scan_.number<bool>(); };
        const auto string = [&] { return scan_.quoted(); };
        const auto integers = [&]() -> Result<ops::Ints> {
            SOFTACL_ASSIGN(const ops::Attr list, parse_list<ops::Ints>(integer));
            return std::get<ops::Ints>(list);
        };
        return std::visit(
            [&](const auto& alternative) -> Result<ops::Attr> {
                using T = std::decay_t<decltype(alternative)>;
                if constexpr (std::is_same_v<T, bool>) {
                    return as_attr(logical());
                } else if constexpr (std::is_same_v<T, int64_t>) {
                    return as_attr(integer());
                } else if constexpr (std::is_same_v<T, float>) {
                    return as_attr(real());
                } else if constexpr (std::is_same_v<T, std::string>) {
                    return as_attr(string());
                } else if constexpr (std::is_same_v<T, aclDataType>) {
                    return as_attr(parse_dtype());
                } else if constexpr (std::is_same_v<T, ops::Ints>) {
                    return as_attr(integers());
                } else if constexpr (std::is_same_v<T, ops::Floats>) {
                    return parse_list<T>(real);
                } else if constexpr (std::is_same_v<T, ops::Strings>) {
                    return parse_list<T>(string);
                } else if constexpr (std::is_same_v<T, ops::Bools>) {
                    return parse_list<T>(logical);
                } else if constexpr (std::is_same_v<T, ops::IntLists>) {
                    return parse_list<T>(integers);
                } else {
                    return as_attr(parse_tensor());
                }
            },
            like);
    }

    Status parse_attrs(const ops::OpDef& op, Attrs& attrs) {
        return scan_.list('}', [&]() -> Status {
            scan_.skip_space();
            const size_t position = scan_.position();
            SOFTACL_ASSIGN(const std::string name, scan_.word("an attribute"));
            const auto declared = std::find_if(op.attrs().begin(), op.attrs().end(),
                                               [&](const ops::AttrDef& attr) { return attr.name == name; });
            if (declared == op.attrs().end()) {
                return scan_.fail_at(position, op.name(), " has no attribute ", name);
            }
            SOFTACL_TRY(scan_.need('='));
            SOFTACL_ASSIGN(ops::Attr value, parse_attr(declared->value));
            attrs.set(name, std::move(value));
            return {};
        });
    }

    Status parse_input() {
        scan_.skip_space();
        const size_t position = scan_.position();
        SOFTACL_ASSIGN(const std::string name, value_name());
        SOFTACL_TRY(scan_.need(':'));
        SOFTACL_ASSIGN(TensorType type, parse_type());
        return define(position, name, graph_.add_input(name, std::move(type)));
    }

    Status parse_output() {
        SOFTACL_ASSIGN(const ValueId id, known_value());
        std::string name = graph_.value(id).name;
        if (scan_.sees('"')) {
            SOFTACL_ASSIGN(name, scan_.quoted());
        }
        graph_.outputs.push_back(id);
        graph_.output_names.push_back(std::move(name));
        return {};
    }

    /// %a, %b = Op(...) or %a = const ...
    // NOLINTNEXTLINE(misc-no-recursion): at most kDeepest
    Status parse_definition() {
        scan_.skip_space();
        const size_t position = scan_.position();
        std::vector<std::string> names;
        do {
            SOFTACL_ASSIGN(std::string name, value_name());
            names.push_back(std::move(name));
        } while (scan_.take(','));
        SOFTACL_TRY(scan_.need('='));
        if (names.size() == 1 && scan_.take_word("const")) {
            SOFTACL_ASSIGN(Tensor tensor, parse_tensor());
            return define(position, names[0], graph_.add_constant(names[0], std::move(tensor)));
        }
        return parse_node(position, names);
    }

    // NOLINTNEXTLINE(misc-no-recursion): at most kDeepest
    Result<std::vector<std::shared_ptr<const Graph>>> parse_bodies(const ops::OpDef& op) {
        std::vector<std::shared_ptr<const Graph>> bodies;
        for (const std::string& name : op.bodies()) {
            SOFTACL_TRY(scan_.need_word(name.c_str()));
            if (depth_ == kDeepest) {
                return scan_.fail_at(scan_.position(), "graphs are nested more than ", kDeepest, " deep");
            }
            SOFTACL_ASSIGN(Graph body, Parser(scan_, find_, depth_ + 1).parse());
            bodies.push_back(std::make_shared<const Graph>(std::move(body)));
        }
        return bodies;
    }

    // NOLINTNEXTLINE(misc-no-recursion): at most kDeepest
    Status parse_node(size_t position, const std::vector<std::string>& names) {
        scan_.skip_space();
        const size_t op_position = scan_.position();
        SOFTACL_ASSIGN(const std::string op_name, scan_.word("an operator"));
        const ops::OpDef* op = find_(op_name);
        if (op == nullptr) {
            return scan_.fail_at(op_position, "there is no operator ", op_name);
        }
        std::vector<ValueId> inputs;
        SOFTACL_TRY(scan_.need('('));
        SOFTACL_TRY(scan_.list(')', [&]() -> Status {
            if (scan_.take('_')) {
                inputs.push_back(kNoValue);
                return {};
            }
            SOFTACL_ASSIGN(const ValueId input, known_value());
            inputs.push_back(input);
            return {};
        }));
        SOFTACL_ASSIGN(auto bodies, parse_bodies(*op));
        Attrs attrs;
        if (scan_.take('{')) {
            SOFTACL_TRY(parse_attrs(*op, attrs));
        }
        std::string node_name = default_node_name(names);
        if (scan_.take('@')) {
            SOFTACL_ASSIGN(node_name, scan_.quoted());
        }
        const auto made = graph_.add_node(node_name, *op, std::move(inputs), std::move(attrs), names.size(),
                                          std::nullopt, std::move(bodies));
        if (!made.ok()) {
            return scan_.fail_at(op_position, made.status().message());
        }
        Node& node = graph_.nodes.back();
        if (node.name != node_name) {
            return scan_.fail_at(position, "there is a node '", node_name, "' already");
        }
        if (scan_.take_word("from")) {
            node.origins.clear();
            while (scan_.sees('"')) {
                SOFTACL_ASSIGN(std::string origin, scan_.quoted());
                node.origins.push_back(std::move(origin));
                if (!scan_.take(',')) {
                    break;
                }
            }
        }
        for (size_t i = 0; i < names.size(); ++i) {
            graph_.value((*made)[i]).name = names[i];
            SOFTACL_TRY(define(position, names[i], (*made)[i]));
        }
        return scan_.take(':') ? parse_node_types(*made) : Status();
    }

    Status parse_node_types(const std::vector<ValueId>& made) {
        for (size_t i = 0; i < made.size(); ++i) {
            if (i > 0) {
                SOFTACL_TRY(scan_.need(','));
            }
            scan_.skip_space();
            const size_t position = scan_.position();
            SOFTACL_ASSIGN(TensorType type, parse_type());
            TensorType& found = graph_.value(made[i]).type;
            bool agrees = type.dtype == found.dtype && type.shape.rank() == found.shape.rank();
            for (size_t axis = 0; agrees && axis < type.shape.rank(); ++axis) {
                agrees = type.shape[axis] == found.shape[axis] || found.shape[axis] < 0;
            }
            if (!agrees) {
                return scan_.fail_at(position, "the node makes ", found.text(), ", not ", type.text());
            }
            found = std::move(type);
        }
        return {};
    }

    Scanner& scan_;
    FindOp find_;
    int depth_;
    Graph graph_;
    std::unordered_map<std::string, ValueId> values_;
};

}  // namespace

Result<Graph> parse(std::string_view text, FindOp find) {
    Scanner scan(text);
    SOFTACL_ASSIGN(Graph graph, Parser(scan, find, 0).parse());
    if (!scan.at_end()) {
        return scan.expected("nothing behind the graph");
    }
    return graph;
}

}  // namespace softacl::graph
