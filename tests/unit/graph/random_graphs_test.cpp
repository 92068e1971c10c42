// SPDX-License-Identifier: Apache-2.0
// Random networks of operators that the passes know, run with the reference kernels before and after all passes.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "graph/text.h"
#include "unit/graph/pass_tester.h"

namespace softacl::graph {
namespace {

// Grows a network node by node. What an operator refuses is not added.
class Network {
   public:
    explicit Network(unsigned seed) : random_(seed) {
        const auto size = [this] { return static_cast<int64_t>(1 + random_() % 5); };
        images_.push_back(graph_.add_input("x", {ACL_FLOAT, {2, 4, 3 + size(), 3 + size()}, ACL_FORMAT_NCHW}));
    }

    Graph grow(int nodes) {
        for (int i = 0; i < nodes; ++i) {
            add_something(pick());
        }
        for (size_t outputs = 1 + random_() % 2; outputs > 0; --outputs) {
            // Mostly the last values, so that most nodes are needed.
            const ValueId id = outputs == 1 ? images_.back() : pick();
            if (std::count(graph_.outputs.begin(), graph_.outputs.end(), id) == 0 && id != images_.front()) {
                graph_.outputs.push_back(id);
                graph_.output_names.push_back("out" + std::to_string(outputs));
            }
        }
        if (graph_.outputs.empty()) {
            graph_.outputs = {*add("Relu", {images_.back()})};
            graph_.output_names = {"out"};
        }
        return std::move(graph_);
    }

    std::mt19937& random() { return random_; }

   private:
    ValueId pick() {
        const size_t count = images_.size();
        return random_() % 3 != 0 ? images_.back() : images_[random_() % count];
    }
    bool coin() { return random_() % 2 == 0; }

    ValueId constant(Shape shape, bool positive = false) {
        Tensor tensor = random_tensor({ACL_FLOAT, std::move(shape), ACL_FORMAT_ND}, random_);
        if (positive) {
            std::vector<float> values = tensor.to_floats();
            for (float& value : values) value = 0.5F + std::abs(value);
            tensor = Tensor::of(tensor.shape(), values);
        }
        return graph_.add_constant("c", tensor);
    }
    ValueId number(float value) { return graph_.add_constant("n", Tensor::scalar(value)); }
    ValueId ints(const std::vector<int64_t>& values) { return graph_.add_constant("i", Tensor::list(values)); }

    std::optional<ValueId> add(const std::string& op, std::vector<ValueId> inputs, Attrs attrs = {}) {
        const auto made = graph_.add_node(op, *ops::find_op(op), std::move(inputs), std::move(attrs), 1);
        if (!made.ok()) {
            return std::nullopt;
        }
        if (graph_.value(made->front()).type.shape.elements() > 0) {
            images_.push_back(made->front());
        }
        return made->front();
    }
    ValueId must(std::optional<ValueId> id) {
        EXPECT_TRUE(id.has_value());
        return id.value_or(images_.front());
    }

    void add_something(ValueId x) {
        const Shape shape = graph_.value(x).type.shape;
        const bool image = shape.rank() == 4 && shape[1] > 0;
        switch (random_() % 16) {
            case 0:
            case 1:
            case 2: image ? add_conv(x, shape) : add_product(x, shape); return;
            case 3:
            case 4: add_affine(x, shape); return;
            case 5: add_norm(x, shape); return;
            case 6:
            case 7: add_activation(x); return;
            case 8: add_spelled_out(x); return;
            case 9:
            case 10: add_sum(x, shape); return;
            case 11: add_transposes(x, shape); return;
            case 12: add_reshapes(x, shape); return;
            case 13: add_no_op(x, shape); return;
            case 14: add_pad_or_mean(x, shape); return;
            default: add_known(x, shape);
        }
    }

    void add_conv(ValueId x, const Shape& shape) {
        const int64_t groups = shape[1] % 2 == 0 && coin() ? 2 : 1;
        const int64_t outputs = groups * static_cast<int64_t>(1 + random_() % 3);
        const int64_t taps = static_cast<int64_t>(1 + random_() % 3);
        const auto pad = [this] { return static_cast<int64_t>(random_() % 2); };
        const Attrs attrs = {{"strides", ops::Ints{1, 1, 1, 1 + pad()}},
                             {"pads", ops::Ints{pad(), pad(), pad(), pad()}},
                             {"groups", groups},
                             {"data_format", std::string("NCHW")}};
        const bool transposed = random_() % 4 == 0;
        const ValueId bias = coin() ? constant({outputs}) : kNoValue;
        if (transposed) {
            add("Conv2DTranspose", {ints({}), x, constant({shape[1], outputs / groups, taps, 1}), bias}, attrs);
        } else {
            add("Conv2D", {x, constant({outputs, shape[1] / groups, taps, 1}), bias}, attrs);
        }
    }

    void add_product(ValueId x, const Shape& shape) {
        if (shape.rank() != 2) {
            return;
        }
        const auto columns = static_cast<int64_t>(1 + random_() % 4);
        const bool transposed = coin();
        const ValueId weights = constant(transposed ? Shape{columns, shape[1]} : Shape{shape[1], columns});
        if (coin()) {
            add("MatMulV2", {x, weights, coin() ? constant({columns}) : kNoValue}, {{"transpose_x2", transposed}});
        } else {
            add("GEMM", {x, weights, constant({columns}), number(0.5F), number(2)}, {{"transpose_b", transposed}});
        }
    }

    void add_affine(ValueId x, const Shape& shape) {
        static constexpr const char* kOps[] = {"Add", "Sub", "Mul", "RealDiv"};
        const std::string op = kOps[random_() % 4];
        ValueId other = number(1.5F);
        if (shape.rank() == 4 && coin()) {
            other = constant(coin() ? Shape{1, shape[1], 1, 1} : Shape{shape[1], 1, 1}, true);
        } else if (shape.rank() == 2 && coin()) {
            other = constant({shape[1]}, true);
        } else if (random_() % 5 == 0) {
            other = constant({shape[shape.rank() - 1]}, true);
        }
        const bool swapped = op != "RealDiv" && coin();
        add(op, swapped ? std::vector<ValueId>{other, x} : std::vector<ValueId>{x, other});
    }

    void add_norm(ValueId x, const Shape& shape) {
        if (shape.rank() < 2) {
            return;
        }
        const Shape channels = {shape[1]};
        add("BNInference", {x, constant(channels), constant(channels, true), number(1),
                            coin() ? constant(channels) : kNoValue, coin() ? constant(channels) : kNoValue});
    }

    void add_activation(ValueId x) {
        static constexpr const char* kOps[] = {"Relu", "Relu6", "Sigmoid", "Tanh", "Swish", "HardSwish", "LeakyRelu"};
        if (random_() % 8 == 0) {
            add("ClipByValueV2", {x, number(-1), number(1)});
        } else {
            add(kOps[random_() % std::size(kOps)], {x});
        }
    }

    void add_spelled_out(ValueId x) {
        switch (random_() % 3) {
            case 0: add("Mul", {x, must(add("Sigmoid", {x}))}); return;
            case 1: {
                const ValueId sum = must(add("Add", {x, number(3)}));
                const ValueId clip = must(add("ClipByValueV2", {sum, number(0), number(6)}));
                add("RealDiv", {must(add("Mul", {x, clip})), number(6)});
                return;
            }
            default: {
                const ValueId erf = must(add("Erf", {must(add("RealDiv", {x, number(1.4142135F)}))}));
                const ValueId factor = must(add("Add", {erf, number(1)}));
                add("Mul", {must(add("Mul", {x, factor})), number(0.5F)});
            }
        }
    }

    void add_sum(ValueId x, const Shape& shape) {
        std::vector<ValueId> fitting;
        for (const ValueId id : images_) {
            if (graph_.value(id).type.shape == shape) fitting.push_back(id);
        }
        add("Add", {x, fitting[random_() % fitting.size()]});
    }

    ops::Ints permutation(size_t rank) {
        ops::Ints order(rank);
        for (size_t i = 0; i < rank; ++i) order[i] = static_cast<int64_t>(i);
        std::shuffle(order.begin(), order.end(), random_);
        return order;
    }

    void add_transposes(ValueId x, const Shape& shape) {
        const ops::Ints order = permutation(shape.rank());
        ops::Ints inverse(order.size());
        for (size_t i = 0; i < order.size(); ++i) inverse[static_cast<size_t>(order[i])] = static_cast<int64_t>(i);
        ValueId y = must(add("TransposeD", {x}, {{"perm", order}}));
        for (size_t between = random_() % 3; between > 0; --between) {
            y = must(coin() ? add("Relu", {y}) : add("Mul", {y, number(3)}));
        }
        add("TransposeD", {y}, {{"perm", random_() % 4 == 0 ? permutation(shape.rank()) : inverse}});
    }

    void add_reshapes(ValueId x, const Shape& shape) {
        ValueId y = must(add("Flatten", {x}));
        if (coin()) y = must(add("Unsqueeze", {y}, {{"axes", ops::Ints{1}}}));
        if (coin()) add("Reshape", {y, ints(shape.dims())});
    }

    void add_no_op(ValueId x, const Shape& shape) {
        switch (random_() % 4) {
            case 0: add("Identity", {x}); return;
            case 1: add("Cast", {x}, {{"dst_type", int64_t{ACL_FLOAT}}}); return;
            case 2: add("ConcatD", {x}, {{"concat_dim", int64_t{0}}}); return;
            default: add("Reshape", {x, ints(shape.dims())});
        }
    }

    void add_pad_or_mean(ValueId x, const Shape& shape) {
        if (shape.rank() != 4) {
            return;
        }
        if (coin()) {
            add("PadV3", {x, ints({0, 0, 0, random_() % 4 == 0, 1, 0, 2, 1})});
        } else {
            add("ReduceMean", {x, ints({2, 3})}, {{"keep_dims", coin()}});
        }
    }

    // A part of the graph that needs no input.
    void add_known(ValueId x, const Shape& shape) {
        const ValueId sum = must(add("Add", {constant({shape[shape.rank() - 1]}), number(1)}));
        const ValueId known = must(add("Relu", {sum}));
        images_.erase(
            std::remove_if(images_.begin(), images_.end(), [&](ValueId id) { return id == sum || id == known; }),
            images_.end());
        add("Add", {x, known});
    }

    std::mt19937 random_;
    Graph graph_;
    std::vector<ValueId> images_;
};

TEST(RandomGraphs, PassesKeepResults) {
    size_t nodes_before = 0;
    size_t nodes_after = 0;
    for (unsigned seed = 0; seed < 400; ++seed) {
        Network network(seed);
        Graph graph = network.grow(3 + static_cast<int>(seed % 20));
        graph.compact();
        const Graph before = graph;
        for (const auto& passes : {run_conversion_passes, run_execution_passes}) {
            const Status status = passes(graph);
            ASSERT_TRUE(status.ok()) << status.message() << "\n" << print(before, kPrintAll);
            ASSERT_TRUE(graph.verify().ok());
            expect_same_results(before, graph, network.random());
            if (HasFatalFailure()) {
                FAIL() << "seed " << seed;
            }
            for (const Node& node : graph.nodes) {
                EXPECT_FALSE(node.origins.empty());
            }
            // The text form holds what the passes make.
            const auto again = parse(print(graph, kPrintAll));
            ASSERT_TRUE(again.ok()) << again.status().message();
            EXPECT_EQ(print(*again, kPrintAll), print(graph, kPrintAll));
        }
        nodes_before += before.nodes.size();
        nodes_after += graph.nodes.size();
    }
    EXPECT_LT(nodes_after, nodes_before * 3 / 4) << "these networks have much to simplify";
}

}  // namespace
}  // namespace softacl::graph
