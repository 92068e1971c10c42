// SPDX-License-Identifier: Apache-2.0
#include "unit/graph/pass_tester.h"

#include <gtest/gtest.h>

#include <cmath>
#include <optional>

#include "graph/evaluate.h"
#include "graph/text.h"

namespace softacl::graph {

std::string network(const std::string& input, const std::string& lines) {
    return "graph \"\" (%x: " + input + ") {\n" + lines + "\n}";
}

Graph parsed(const std::string& text) {
    auto graph = parse(text);
    EXPECT_TRUE(graph.ok()) << graph.status().message() << "\n" << text;
    return graph.ok() ? std::move(*graph) : Graph();
}

std::string normal(const std::string& text) { return print(parsed(text), kPrintAll); }

std::string after(Pass pass, const std::string& text) {
    Graph graph = parsed(text);
    const Graph before = graph;
    for (int round = 0; round < 20; ++round) {
        const auto changed = pass(graph);
        if (!changed.ok()) {
            return changed.status().message();
        }
        if (!*changed) {
            if (round > 0) {
                std::mt19937 random(1);
                expect_same_results(before, graph, random);
            }
            return print(graph, kPrintAll);
        }
    }
    return "the pass does not come to an end";
}

std::vector<Tensor> run(const Graph& graph, const std::vector<Tensor>& inputs) {
    std::vector<std::optional<Tensor>> values(graph.value_count());
    for (size_t i = 0; i < graph.inputs.size(); ++i) {
        values[static_cast<size_t>(graph.inputs[i])] = inputs[i];
    }
    for (size_t i = 0; i < graph.value_count(); ++i) {
        if (graph.value(static_cast<ValueId>(i)).constant) {
            values[i] = graph.value(static_cast<ValueId>(i)).constant;
        }
    }
    for (const Node& node : graph.nodes) {
        ops::OpCall call = graph.call(node);
        for (size_t i = 0; i < node.inputs.size(); ++i) {
            call.constants[i] = node.inputs[i] == kNoValue ? nullptr : &*values[static_cast<size_t>(node.inputs[i])];
        }
        const auto results = evaluate(call);
        if (!results.ok()) {
            ADD_FAILURE() << results.status().message();
            return {};
        }
        for (size_t i = 0; i < node.outputs.size(); ++i) {
            values[static_cast<size_t>(node.outputs[i])] = (*results)[i];
        }
    }
    std::vector<Tensor> outputs;
    for (const ValueId id : graph.outputs) {
        outputs.push_back(*values[static_cast<size_t>(id)]);
    }
    return outputs;
}

Tensor random_tensor(const TensorType& type, std::mt19937& random) {
    void* data = nullptr;
    Tensor tensor = Tensor::zeros(type, &data);
    visit_dtype(type.dtype, [&](auto tag) {
        using T = typename decltype(tag)::Type;
        for (int64_t i = 0; i < type.shape.elements(); ++i) {
            const auto number = static_cast<int>(random() % 4001) - 2000;
            if constexpr (std::is_same_v<T, bool>) {
                static_cast<T*>(data)[i] = number > 0;
            } else if constexpr (std::is_class_v<T> || std::is_floating_point_v<T>) {
                static_cast<T*>(data)[i] = T(static_cast<float>(number) / 1000);
            } else {
                static_cast<T*>(data)[i] = static_cast<T>(number % 10);
            }
        }
    });
    return tensor;
}

std::vector<Tensor> random_inputs(const Graph& graph, std::mt19937& random) {
    std::vector<Tensor> inputs;
    for (const ValueId id : graph.inputs) {
        TensorType type = graph.value(id).type;
        inputs.push_back(random_tensor(type, random));
    }
    return inputs;
}

void expect_same_results(const Graph& before, const Graph& after, std::mt19937& random, double tolerance) {
    for (const ValueId id : before.inputs) {
        if (!before.value(id).type.shape.is_known()) {
            return;  // nothing to run
        }
    }
    EXPECT_EQ(before.output_names, after.output_names);
    const auto inputs = random_inputs(before, random);
    const auto expected = run(before, inputs);
    const auto found = run(after, inputs);
    ASSERT_EQ(found.size(), expected.size());
    for (size_t i = 0; i < found.size(); ++i) {
        if (const TensorType& type = before.value(before.outputs[i]).type; type.shape.is_known()) {
            EXPECT_EQ(after.value(after.outputs[i]).type, type);
        }
        ASSERT_EQ(found[i].type().text(), expected[i].type().text());
        const auto a = expected[i].to_floats();
        const auto b = found[i].to_floats();
        double largest = 0;
        for (const float value : a)
            largest = std::isfinite(value) ? std::max(largest, std::fabs(double(value))) : largest;
        for (size_t at = 0; at < a.size(); ++at) {
            if (a[at] == b[at] || (std::isnan(a[at]) && std::isnan(b[at]))) continue;
            ASSERT_LE(std::fabs(double(a[at]) - double(b[at])), tolerance * largest)
                << "output " << i << ", element " << at << ": " << a[at] << " became " << b[at] << "\n"
                << print(before, kPrintAll) << print(after, kPrintAll);
        }
    }
}

}  // namespace softacl::graph
