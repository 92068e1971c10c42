// SPDX-License-Identifier: Apache-2.0
#include "convert/sequences.h"

#include <algorithm>

#include "ops/common/importing.h"

namespace softacl::convert {
namespace {

using ops::ForeignNode;
using ops::import_fail;
using ops::Imported;
using ops::Importer;
using ops::Ints;
using ops::ValueRef;

// Values of graphs are not negative; -1 and -2 are taken, too.
constexpr ValueRef kFirst = -3;

Result<const std::vector<ValueRef>*> sequence(const Sequences& sequences, const ForeignNode& node) {
    const std::vector<ValueRef>* found = sequences.find(node.input(0));
    if (sequences.is_none(node.input(0))) {
        return import_fail("its input 0 is ", sequences.kind_of(node.input(0)), "; expected a sequence");
    }
    return found != nullptr ? Result<const std::vector<ValueRef>*>(found) : import_fail("its input 0 is no sequence");
}

Result<ValueRef> tensor(const Sequences& sequences, const ForeignNode& node, size_t index) {
    if (!node.has_input(index)) {
        return import_fail("its input ", index, " is missing");
    }
    if (sequences.find(node.input(index)) != nullptr) {
        return import_fail("its input ", index, " is ", sequences.kind_of(node.input(index)), "; expected a tensor");
    }
    return node.input(index);
}

/// A place in a sequence of `count` elements, counted from the front; `fallback` if the input is left out.
Result<size_t> position(const Importer& graph, const ForeignNode& node, size_t input, size_t count, size_t fallback) {
    if (!node.has_input(input)) {
        return fallback;
    }
    const Tensor* value = graph.constant(node.input(input));
    if (value == nullptr || value->elements() != 1) {
        return import_fail("its position is computed when the model runs; sequences are resolved when it is converted");
    }
    const int64_t given = value->to_ints()[0];
    const auto size = static_cast<int64_t>(count);
    if (given < -size || given >= size) {
        return import_fail("position ", given, " is outside [", -size, ", ", size, ")");
    }
    return static_cast<size_t>(given < 0 ? given + size : given);
}

Imported construct(Sequences& sequences, Importer& /*graph*/, const ForeignNode& node) {
    for (size_t i = 0; i < node.inputs.size(); ++i) {
        SOFTACL_TRY(tensor(sequences, node, i).status());
    }
    return std::vector<ValueRef>{sequences.add(node.inputs)};
}

Imported make_empty(Sequences& sequences, Importer& /*graph*/, const ForeignNode& node) {
    (void)node.attrs.find_as<int64_t>("dtype");  // elements bring their own
    return std::vector<ValueRef>{sequences.add({})};
}

Imported insert(Sequences& sequences, Importer& graph, const ForeignNode& node) {
    SOFTACL_ASSIGN(const auto* old, sequence(sequences, node));
    SOFTACL_ASSIGN(const ValueRef value, tensor(sequences, node, 1));
    // The end is a place, too, but counted from there -1 stands before the last element.
    std::vector<ValueRef> elements = *old;
    size_t at = elements.size();
    const Tensor* given = node.has_input(2) ? graph.constant(node.input(2)) : nullptr;
    const bool at_end =
        given != nullptr && given->elements() == 1 && given->to_ints()[0] == static_cast<int64_t>(elements.size());
    if (!at_end) {
        SOFTACL_ASSIGN(at, position(graph, node, 2, elements.size(), elements.size()));
    }
    elements.insert(elements.begin() + static_cast<std::ptrdiff_t>(at), value);
    return std::vector<ValueRef>{sequences.add(std::move(elements))};
}

Imported erase(Sequences& sequences, Importer& graph, const ForeignNode& node) {
    SOFTACL_ASSIGN(const auto* old, sequence(sequences, node));
    if (old->empty()) {
        return import_fail("the sequence is empty; there is nothing to erase");
    }
    std::vector<ValueRef> elements = *old;
    SOFTACL_ASSIGN(const size_t at, position(graph, node, 1, elements.size(), elements.size() - 1));
    elements.erase(elements.begin() + static_cast<std::ptrdiff_t>(at));
    return std::vector<ValueRef>{sequences.add(std::move(elements))};
}

Imported element(Sequences& sequences, Importer& graph, const ForeignNode& node) {
    SOFTACL_ASSIGN(const auto* elements, sequence(sequences, node));
    if (!node.has_input(1)) {
        return import_fail("its position is missing");
    }
    SOFTACL_ASSIGN(const size_t at, position(graph, node, 1, elements->size(), 0));
    return std::vector<ValueRef>{(*elements)[at]};
}

Imported length(Sequences& sequences, Importer& graph, const ForeignNode& node) {
    SOFTACL_ASSIGN(const auto* elements, sequence(sequences, node));
    return std::vector<ValueRef>{graph.add_constant(Tensor::scalar(static_cast<int64_t>(elements->size())), "length")};
}

/// How long the parts are: one number for all but the last, or one for each.
Result<Ints> parts(const Tensor& split, int64_t dim) {
    Ints sizes = split.to_ints();
    if (split.shape().rank() != 0) {
        return sizes;
    }
    const int64_t part = sizes[0];
    if (part <= 0 || dim < 0) {
        return import_fail("it splits ", dim, " into parts of ", part);
    }
    sizes.assign(static_cast<size_t>(dim / part), part);
    if (dim % part != 0) {
        sizes.push_back(dim % part);
    }
    return sizes;
}

Imported split(Sequences& sequences, Importer& graph, const ForeignNode& node) {
    SOFTACL_ASSIGN(const ValueRef x, tensor(sequences, node, 0));
    const Shape& shape = graph.type(x).shape;
    const auto rank = static_cast<int64_t>(shape.rank());
    const auto given_axis = node.attrs.get<int64_t>("axis", 0);
    const bool keeps = node.attrs.get<int64_t>("keepdims", 1) != 0;
    if (given_axis < -rank || given_axis >= rank) {
        return import_fail("axis ", given_axis, " is outside [", -rank, ", ", rank, ")");
    }
    const int64_t axis = given_axis < 0 ? given_axis + rank : given_axis;
    const int64_t dim = shape[static_cast<size_t>(axis)];
    const bool by_input = node.has_input(1);
    const Tensor* sizes = by_input ? graph.constant(node.input(1)) : nullptr;
    if (dim < 0 || (by_input && sizes == nullptr)) {
        return import_fail("into how many tensors it splits is known only when the model runs; sequences are resolved ",
                           "when it is converted");
    }
    Ints list(static_cast<size_t>(dim), 1);
    if (by_input) {
        SOFTACL_ASSIGN(list, parts(*sizes, dim));
    }
    if (list.empty()) {
        return std::vector<ValueRef>{sequences.add({})};
    }
    const auto count = static_cast<int64_t>(list.size());
    if (!by_input && !keeps) {
        SOFTACL_ASSIGN(auto made, graph.add_node("Unpack", {x}, {{"num", count}, {"axis", axis}}, list.size(), ""));
        return std::vector<ValueRef>{sequences.add(std::move(made))};
    }
    const ValueRef size_splits = graph.add_constant(Tensor::list(list), "split");
    const ValueRef split_dim = graph.add_constant(Tensor::scalar(axis), "axis");
    SOFTACL_ASSIGN(auto made,
                   graph.add_node("SplitV", {x, size_splits, split_dim}, {{"num_split", count}}, list.size(), ""));
    return std::vector<ValueRef>{sequences.add(std::move(made))};
}

Imported concat(Sequences& sequences, Importer& graph, const ForeignNode& node) {
    SOFTACL_ASSIGN(const auto* elements, sequence(sequences, node));
    const auto* axis = node.attrs.find_as<int64_t>("axis");
    if (axis == nullptr) {
        return import_fail("the attribute axis is missing");
    }
    if (elements->empty()) {
        return import_fail("the sequence is empty; a tensor of no elements has no type");
    }
    const auto count = static_cast<int64_t>(elements->size());
    if (node.attrs.get<int64_t>("new_axis", 0) != 0) {
        return ops::one(graph.add("Pack", *elements, {{"axis", *axis}, {"N", count}}));
    }
    return ops::one(graph.add("ConcatD", *elements, {{"concat_dim", *axis}, {"N", count}}));
}

// An optional value with an element is the element itself: since opset 18 the next two take either.
Imported make_optional(Sequences& sequences, Importer& /*graph*/, const ForeignNode& node) {
    return std::vector<ValueRef>{node.has_input(0) ? node.input(0) : sequences.add_none()};
}

Imported has_element(Sequences& sequences, Importer& graph, const ForeignNode& node) {
    const bool has = node.has_input(0) && !sequences.is_none(node.input(0));
    return std::vector<ValueRef>{graph.add_constant(Tensor::scalar(has), "has_element")};
}

Imported get_element(Sequences& sequences, Importer& /*graph*/, const ForeignNode& node) {
    if (!node.has_input(0) || sequences.is_none(node.input(0))) {
        return import_fail("its input 0 is an optional value without an element");
    }
    return std::vector<ValueRef>{node.input(0)};
}

struct Row {
    const char* type;
    SequenceImport function;
};
constexpr Row kRows[] = {
    {"ConcatFromSequence", concat},      {"Optional", make_optional}, {"OptionalGetElement", get_element},
    {"OptionalHasElement", has_element}, {"SequenceAt", element},     {"SequenceConstruct", construct},
    {"SequenceEmpty", make_empty},       {"SequenceErase", erase},    {"SequenceInsert", insert},
    {"SequenceLength", length},          {"SplitToSequence", split}};

}  // namespace

ValueRef Sequences::add(std::vector<ValueRef> elements) {
    all_.push_back({std::move(elements), false});
    return kFirst - static_cast<ValueRef>(all_.size() - 1);
}

ValueRef Sequences::add_none() {
    all_.push_back({{}, true});
    return kFirst - static_cast<ValueRef>(all_.size() - 1);
}

const Sequences::Entry* Sequences::entry(ValueRef value) const {
    const int64_t index = int64_t{kFirst} - value;
    return index >= 0 && index < static_cast<int64_t>(all_.size()) ? &all_[static_cast<size_t>(index)] : nullptr;
}

const std::vector<ValueRef>* Sequences::find(ValueRef value) const {
    const Entry* found = entry(value);
    return found == nullptr ? nullptr : &found->elements;
}

bool Sequences::is_none(ValueRef value) const {
    const Entry* found = entry(value);
    return found != nullptr && found->is_none;
}

const char* Sequences::kind_of(ValueRef value) const {
    return is_none(value) ? "an optional value without an element" : "a sequence";
}

SequenceImport find_sequence_import(const std::string& type) {
    const auto* const row =
        std::find_if(std::begin(kRows), std::end(kRows), [&](const Row& one) { return type == one.type; });
    return row == std::end(kRows) ? nullptr : row->function;
}

}  // namespace softacl::convert
