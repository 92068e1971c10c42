// SPDX-License-Identifier: Apache-2.0
#include "convert/loops.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <utility>

#include "acl/acl_base.h"
#include "convert/inner_graphs.h"
#include "ops/common/importing.h"

namespace softacl::convert {
namespace {

using ops::import_fail;
using ops::Imported;
using ops::Ints;
using ops::kNoValue;
using ops::ValueRef;

// A repeated body makes nodes, and memory and time are spent on each.
constexpr size_t kMostRepeatedNodes = 20000;

size_t count_nodes(const Network& body) {  // NOLINT(misc-no-recursion): as deep as the file nests bodies
    size_t count = body.nodes.size();
    for (const NetworkNode& node : body.nodes) {
        for (const auto& inner : node.bodies) {
            count += count_nodes(*inner.second);
        }
    }
    return std::max<size_t>(count, 1);
}

bool fits(const Network& body, size_t times) { return times <= kMostRepeatedNodes / count_nodes(body); }

template <class Count>
Status too_many(const Network& body, Count times) {
    return import_fail("it would repeat ", count_nodes(body), " nodes ", times, " times, and at most ",
                       kMostRepeatedNodes, " are made");
}

Result<const Network*> body_of(const NetworkNode& node, size_t inputs) {
    const auto at = node.bodies.find("body");
    if (at == node.bodies.end()) {
        return import_fail("it has no body");
    }
    const Network& body = *at->second;
    if (body.inputs.size() != inputs) {
        return import_fail("its body has ", body.inputs.size(), " inputs; expected ", inputs);
    }
    return &body;
}

bool is_any_broken(const std::vector<ValueRef>& values) {
    return std::find(values.begin(), values.end(), kBroken) != values.end();
}

/// What each repetition made, as slices of a new axis.
Imported pack(NodeImporter& importer, const std::string& name, const std::vector<std::vector<ValueRef>>& rows,
              const Ints& axes) {
    std::vector<ValueRef> packed;
    for (size_t i = 0; i < rows.size(); ++i) {
        if (rows[i].empty()) {
            return import_fail("it runs no time, so that its output ", i, " of slices has no type");
        }
        importer.importer().begin(name);
        const auto count = static_cast<int64_t>(rows[i].size());
        SOFTACL_ASSIGN(const ValueRef value,
                       importer.importer().add("Pack", rows[i], {{"axis", axes[i]}, {"N", count}}, text("rows_", i)));
        packed.push_back(value);
    }
    return packed;
}

// --- Loop

struct Loop {
    const Network* body = nullptr;
    ValueRef trips = kNoValue;      ///< absent: as long as the condition says
    ValueRef condition = kNoValue;  ///< absent: true
    std::vector<ValueRef> state;
    size_t rows = 0;  ///< outputs with a row for each repetition
};

/// The value of a constant of one element.
std::optional<int64_t> known(const GraphImporter& graph, ValueRef value) {
    const Tensor* constant = graph.constant(value);
    return constant != nullptr && constant->elements() == 1 ? std::optional(constant->to_ints()[0]) : std::nullopt;
}

/// Nothing if it depends on the run how often.
Result<std::optional<std::vector<ValueRef>>> repeat(NodeImporter& importer, const Loop& loop, const std::string& name) {
    GraphImporter& graph = importer.importer();
    int64_t most = std::numeric_limits<int64_t>::max();
    if (loop.trips != kNoValue) {
        const auto trips = known(graph, loop.trips);
        if (!trips) {
            return std::optional<std::vector<ValueRef>>();
        }
        most = *trips;
    }
    const auto give_up = [&](int64_t times) -> Result<std::optional<std::vector<ValueRef>>> {
        if (loop.rows != 0) {
            return too_many(*loop.body, times);
        }
        return std::optional<std::vector<ValueRef>>();
    };
    if (loop.trips != kNoValue && most > 0 && !fits(*loop.body, static_cast<size_t>(most))) {
        return give_up(most);
    }
    auto goes_on = loop.condition == kNoValue ? std::optional<int64_t>(1) : known(graph, loop.condition);
    if (!goes_on) {
        return std::optional<std::vector<ValueRef>>();
    }
    std::vector<ValueRef> state = loop.state;
    std::vector<std::vector<ValueRef>> rows(loop.rows);
    for (int64_t i = 0; *goes_on != 0 && i < most; ++i) {
        if (!fits(*loop.body, static_cast<size_t>(i) + 1)) {
            return give_up(i + 1);
        }
        const std::string prefix = text(name, "_", i);
        graph.begin(prefix);
        std::vector<ValueRef> inputs = {graph.add_constant(Tensor::scalar(i), "iteration"),
                                        graph.add_constant(Tensor::scalar(true), "condition")};
        inputs.insert(inputs.end(), state.begin(), state.end());
        const std::vector<ValueRef> made = importer.import_body(*loop.body, prefix, inputs);
        if (is_any_broken(made)) {
            return std::optional(std::vector<ValueRef>(state.size() + loop.rows, kBroken));
        }
        goes_on = known(graph, made[0]);
        if (!goes_on) {
            return std::optional<std::vector<ValueRef>>();  // what was made so far is read by nobody
        }
        const auto first_row = made.begin() + 1 + static_cast<std::ptrdiff_t>(state.size());
        state.assign(made.begin() + 1, first_row);
        for (size_t k = 0; k < loop.rows; ++k) {
            rows[k].push_back(first_row[static_cast<std::ptrdiff_t>(k)]);
        }
    }
    SOFTACL_ASSIGN(const auto packed, pack(importer, name, rows, Ints(rows.size(), 0)));
    state.insert(state.end(), packed.begin(), packed.end());
    return std::optional(std::move(state));
}

/// A condition of one element, as a scalar.
Result<ValueRef> scalar(GraphImporter& graph, ValueRef condition, const std::string& suffix) {
    if (graph.type(condition).shape.rank() == 0) {
        return condition;
    }
    const ValueRef shape = graph.add_constant(Tensor::list(Ints()), suffix + "_shape");
    return graph.add("Reshape", {condition, shape}, {}, suffix);
}

Imported repeat_at_run(NodeImporter& importer, const Loop& loop, const std::string& name) {
    if (loop.rows != 0) {
        return import_fail("how often it runs is known only when the model runs, and ", loop.rows,
                           " outputs have a row for each time; shapes must be known before");
    }
    GraphImporter& around = importer.importer();
    around.begin(name);
    std::vector<ValueRef> state = {around.add_constant(Tensor::scalar(int64_t{0}), "iteration"), loop.condition};
    if (loop.condition == kNoValue) {
        state[1] = around.add_constant(Tensor::scalar(true), "condition");
    } else {
        SOFTACL_ASSIGN(state[1], scalar(around, loop.condition, "first_condition"));
    }
    state.insert(state.end(), loop.state.begin(), loop.state.end());
    const auto goes_on = [&](const std::vector<ValueRef>& inputs) -> Imported {
        if (loop.trips == kNoValue) {
            return std::vector<ValueRef>{inputs[1]};
        }
        GraphImporter& graph = importer.importer();
        graph.begin(name);
        SOFTACL_ASSIGN(const ValueRef trips, scalar(graph, importer.capture(loop.trips), "trips"));
        SOFTACL_ASSIGN(const ValueRef more, graph.add("Less", {inputs[0], trips}, {}, "more"));
        return ops::one(graph.add("LogicalAnd", {inputs[1], more}, {}, "and"));
    };
    const auto turn = [&](const std::vector<ValueRef>& inputs) -> Imported {
        std::vector<ValueRef> made = importer.import_body(*loop.body, "", inputs);
        if (is_any_broken(made)) {
            return made;
        }
        GraphImporter& graph = importer.importer();
        graph.begin(name);
        SOFTACL_ASSIGN(made[0], scalar(graph, made[0], "condition"));
        const ValueRef one = graph.add_constant(Tensor::scalar(int64_t{1}), "one");
        SOFTACL_ASSIGN(const ValueRef next, graph.add("Add", {inputs[0], one}, {}, "next"));
        made.insert(made.begin(), next);
        return made;
    };
    SOFTACL_ASSIGN(std::vector<ValueRef> made, add_while(importer, name, std::move(state), goes_on, turn));
    made.erase(made.begin(), made.begin() + 2);
    return made;
}

// --- TensorFlow's While

Result<std::optional<std::vector<ValueRef>>> repeat_while(NodeImporter& importer, const Network& cond,
                                                          const Network& body, const std::string& name,
                                                          std::vector<ValueRef> state) {
    for (size_t i = 0; fits(cond, i + 1) && fits(body, i + 1); ++i) {
        const std::string prefix = text(name, "_", i);
        const std::vector<ValueRef> condition = importer.import_body(cond, prefix, state);
        if (is_any_broken(condition)) {
            return std::optional(std::vector<ValueRef>(state.size(), kBroken));
        }
        const auto goes_on = known(importer.importer(), condition[0]);
        if (!goes_on) {
            break;  // what was made so far is read by nobody
        }
        if (*goes_on == 0) {
            return std::optional(std::move(state));
        }
        state = importer.import_body(body, prefix, state);
        if (is_any_broken(state)) {
            return std::optional(std::move(state));
        }
    }
    return std::optional<std::vector<ValueRef>>();
}

// --- Scan and SequenceMap

int64_t entry(const Ints& list, size_t index) { return index < list.size() ? list[index] : 0; }

/// The slices of an input, in the order of the repetitions.
Imported slices(NodeImporter& importer, const std::string& name, ValueRef x, int64_t axis, bool backwards,
                size_t index) {
    GraphImporter& graph = importer.importer();
    if (x < 0) {
        return import_fail("its input ", index, " is missing, or a sequence");
    }
    const Shape& shape = graph.type(x).shape;
    const auto rank = static_cast<int64_t>(shape.rank());
    if (axis < -rank || axis >= rank) {
        return import_fail("axis ", axis, " of its input ", index, " is outside [", -rank, ", ", rank, ")");
    }
    const int64_t count = shape[static_cast<size_t>(axis < 0 ? axis + rank : axis)];
    if (count < 0) {
        return import_fail("it runs once for each slice of its input ", index, " along axis ", axis,
                           ", the shape of which is not known: ", shape);
    }
    if (count == 0) {
        return import_fail("its input ", index, " has the shape ", shape, " and so no slice along axis ", axis,
                           "; expected one at least");
    }
    graph.begin(name);
    SOFTACL_ASSIGN(auto made, graph.add_node("Unpack", {x}, {{"num", count}, {"axis", axis}},
                                             static_cast<size_t>(count), text("slices_", index)));
    if (backwards) {
        std::reverse(made.begin(), made.end());
    }
    return made;
}

}  // namespace

Result<std::vector<ValueRef>> import_loop(NodeImporter& importer, const NetworkNode& node, const std::string& name,
                                          const std::vector<ValueRef>& inputs) {
    Loop loop;
    loop.trips = inputs.empty() ? kNoValue : inputs[0];
    loop.condition = inputs.size() < 2 ? kNoValue : inputs[1];
    if (inputs.size() > 2) {
        loop.state.assign(inputs.begin() + 2, inputs.end());
    }
    SOFTACL_ASSIGN(loop.body, body_of(node, loop.state.size() + 2));
    const size_t made = loop.body->outputs.size();
    if (made < loop.state.size() + 1 || made - 1 < node.outputs.size()) {
        return import_fail("its body has ", made, " outputs; expected ",
                           std::max(loop.state.size(), node.outputs.size()) + 1);
    }
    loop.rows = made - 1 - loop.state.size();
    SOFTACL_ASSIGN(auto repeated, repeat(importer, loop, name));
    return repeated ? Imported(std::move(*repeated)) : repeat_at_run(importer, loop, name);
}

Result<std::vector<ValueRef>> import_while(NodeImporter& importer, const NetworkNode& node, const std::string& name,
                                           const std::vector<ValueRef>& inputs) {
    const auto cond = node.bodies.find("cond");
    const auto body = node.bodies.find("body");
    if (cond == node.bodies.end() || body == node.bodies.end() || cond->second->outputs.size() != 1 ||
        body->second->outputs.size() != inputs.size()) {
        return import_fail("expected a cond of one result and a body of ", inputs.size());
    }
    SOFTACL_ASSIGN(auto repeated, repeat_while(importer, *cond->second, *body->second, name, inputs));
    if (repeated) {
        return std::move(*repeated);
    }
    const auto goes_on = [&](const std::vector<ValueRef>& state) {
        return Imported(importer.import_body(*cond->second, "", state));
    };
    const auto turn = [&](const std::vector<ValueRef>& state) {
        return Imported(importer.import_body(*body->second, "", state));
    };
    return add_while(importer, name, inputs, goes_on, turn);
}

Result<std::vector<ValueRef>> import_scan(NodeImporter& importer, const NetworkNode& node, const std::string& name,
                                          const std::vector<ValueRef>& inputs) {
    if (node.version < 9) {
        return import_fail("Scan of opset 8 repeats for each picture of the batch, which is not supported. Export the ",
                           "model with opset 9 or newer");
    }
    const auto scanned = static_cast<size_t>(std::max<int64_t>(node.attrs.get<int64_t>("num_scan_inputs", 0), 0));
    if (scanned == 0 || scanned > inputs.size()) {
        return import_fail("num_scan_inputs is ", scanned, "; expected 1 to ", inputs.size());
    }
    SOFTACL_ASSIGN(const Network* body, body_of(node, inputs.size()));
    const size_t states = inputs.size() - scanned;
    if (body->outputs.size() < states) {
        return import_fail("its body has ", body->outputs.size(), " outputs for a state of ", states);
    }
    const Ints axes = node.attrs.get("scan_input_axes", Ints());
    const Ints directions = node.attrs.get("scan_input_directions", Ints());
    std::vector<std::vector<ValueRef>> parts;
    for (size_t i = 0; i < scanned; ++i) {
        SOFTACL_ASSIGN(auto made, slices(importer, name, inputs[states + i], entry(axes, i), entry(directions, i) != 0,
                                         states + i));
        if (!parts.empty() && made.size() != parts[0].size()) {
            return import_fail("its inputs have ", parts[0].size(), " and ", made.size(), " slices; expected as many");
        }
        parts.push_back(std::move(made));
    }
    if (!fits(*body, parts[0].size())) {
        return too_many(*body, parts[0].size());
    }
    std::vector<ValueRef> state(inputs.begin(), inputs.begin() + static_cast<std::ptrdiff_t>(states));
    std::vector<std::vector<ValueRef>> rows(body->outputs.size() - states);
    for (size_t i = 0; i < parts[0].size(); ++i) {
        std::vector<ValueRef> given = state;
        for (const auto& part : parts) {
            given.push_back(part[i]);
        }
        const std::vector<ValueRef> made = importer.import_body(*body, text(name, "_", i), given);
        if (is_any_broken(made)) {
            return std::vector<ValueRef>(made.size(), kBroken);
        }
        const auto first_row = made.begin() + static_cast<std::ptrdiff_t>(states);
        state.assign(made.begin(), first_row);
        for (size_t k = 0; k < rows.size(); ++k) {
            rows[k].push_back(first_row[static_cast<std::ptrdiff_t>(k)]);
        }
    }
    const Ints row_axes = node.attrs.get("scan_output_axes", Ints());
    const Ints row_directions = node.attrs.get("scan_output_directions", Ints());
    Ints all_axes;
    for (size_t k = 0; k < rows.size(); ++k) {
        all_axes.push_back(entry(row_axes, k));
        if (entry(row_directions, k) != 0) {
            std::reverse(rows[k].begin(), rows[k].end());
        }
    }
    SOFTACL_ASSIGN(const auto packed, pack(importer, name, rows, all_axes));
    state.insert(state.end(), packed.begin(), packed.end());
    return state;
}

Result<std::vector<ValueRef>> import_sequence_map(NodeImporter& importer, const NetworkNode& node,
                                                  const std::string& name, const std::vector<ValueRef>& inputs) {
    SOFTACL_ASSIGN(const Network* body, body_of(node, inputs.size()));
    const auto* first = inputs.empty() ? nullptr : importer.sequences().find(inputs[0]);
    if (first == nullptr) {
        return import_fail("its input 0 is no sequence");
    }
    const size_t count = first->size();
    if (!fits(*body, count)) {
        return too_many(*body, count);
    }
    std::vector<std::vector<ValueRef>> results(body->outputs.size());
    for (size_t i = 0; i < count; ++i) {
        std::vector<ValueRef> given;
        for (const ValueRef input : inputs) {
            const auto* elements = importer.sequences().find(input);
            if (elements != nullptr && elements->size() != count) {
                return import_fail("its sequences have ", count, " and ", elements->size(), " elements");
            }
            given.push_back(elements == nullptr ? input : (*elements)[i]);
        }
        const std::vector<ValueRef> made = importer.import_body(*body, text(name, "_", i), given);
        if (is_any_broken(made)) {
            return std::vector<ValueRef>(made.size(), kBroken);
        }
        for (size_t k = 0; k < made.size(); ++k) {
            results[k].push_back(made[k]);
        }
    }
    std::vector<ValueRef> sequences;
    sequences.reserve(results.size());
    for (auto& elements : results) {
        sequences.push_back(importer.sequences().add(std::move(elements)));
    }
    return sequences;
}

}  // namespace softacl::convert
