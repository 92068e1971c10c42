// SPDX-License-Identifier: Apache-2.0
// Graphs inside graphs: what nodes run as a part of their work.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "graph/graph.h"
#include "ops/body.h"

namespace softacl::graph {

/// A copy whose inputs have these types, with everything inferred anew. Fails if the body was made for others.
Result<Graph> with_inputs(const Graph& body, const std::vector<TensorType>& inputs);

/// Gives the bodies of all nodes the types that their inputs have now, and simplifies them as the graph around them.
Status simplify_bodies(Graph& graph);

/// What inference sees of a body. It cannot be compiled here.
class GraphBody : public ops::Body {
   public:
    explicit GraphBody(std::shared_ptr<const Graph> body) : body_(std::move(body)) {}

    Result<std::vector<TensorType>> infer(const std::vector<TensorType>& inputs) const override;
    std::optional<size_t> input_of(size_t output) const override;
    Result<kernels::KernelPtr> compile(const std::vector<TensorType>& inputs,
                                       const std::vector<bool>& wanted) const override;

   protected:
    const Graph& graph() const { return *body_; }

   private:
    std::shared_ptr<const Graph> body_;
};

}  // namespace softacl::graph
