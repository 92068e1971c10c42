// SPDX-License-Identifier: Apache-2.0
// One call of an operator as a program or a file describes it, checked and made a graph of one node.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/status.h"
#include "graph/graph.h"

namespace softacl::graph {

/// Lowest and highest size of a dimension; -1 as the highest: no limit.
using DimRange = std::array<int64_t, 2>;

struct TensorRequest {
    aclDataType dtype = ACL_DT_UNDEFINED;  ///< undefined: an optional tensor that is not there
    aclFormat format = ACL_FORMAT_UNDEFINED;
    std::optional<Shape> shape = Shape();  ///< nothing: not even the number of dimensions is known
    std::vector<DimRange> ranges;          ///< of each dimension; empty if none were given
    std::optional<Tensor> constant;        ///< of an input whose values are known
    std::string name;                      ///< of the port, where it is given

    bool is_absent() const { return dtype == ACL_DT_UNDEFINED; }
};

struct OpRequest {
    std::string type;
    std::vector<TensorRequest> inputs;  ///< in the order of the declaration, those of a dynamic input in a row
    std::vector<TensorRequest> outputs;
    Attrs attrs;
};

/// A request that suits its operator.
class ResolvedOp {
   public:
    /// Attributes that the operator does not have are left out, with a warning in the log; kinds that say the same are
    /// converted; data_format, where it is not given, is the format of the first picture among the inputs. An operator
    /// that wants channels behind the batch is called with transposed tensors where they are at the end. Of what the
    /// request wants to have only the number of tensors is looked at, unless the operator asks for more
    /// (ops::kWantedShape).
    ///
    /// 100024 for an unknown operator, 100023 for attributes that do not suit it, 100026 for an element type of an
    /// input, 100027 if data_format contradicts a format, 100021 for inputs whose number or shapes do not go together,
    /// 100022 for the number of outputs.
    static Result<std::unique_ptr<ResolvedOp>> resolve(const OpRequest& request);

    ResolvedOp(const ResolvedOp&) = delete;
    ResolvedOp& operator=(const ResolvedOp&) = delete;

    const ops::OpDef& op() const { return *call_.op; }
    /// What is computed; its tensors may be transposed ones of the request.
    const ops::OpCall& call() const { return call_; }
    /// One per output of the request; dimensions that depend on unknown sizes or values are -1.
    std::vector<TensorType> outputs() const { return as_requested(call_.outputs); }
    bool has_known_outputs() const;
    /// The largest that outputs with unknown dimensions can be, where the shapes of all inputs are known and the
    /// operator tells; else outputs().
    Result<std::vector<TensorType>> largest_outputs() const;
    /// Inputs whose values decide the shape of an output or how it is computed, and are not known.
    std::vector<size_t> missing_values() const;

    /// A graph of this node. Its inputs are those of the request that are there and no constants, its outputs those
    /// that `wanted` names.
    Result<Graph> graph(const std::vector<bool>& wanted) const;

   private:
    ResolvedOp() = default;
    static Result<std::unique_ptr<ResolvedOp>> resolve_as_it_is(const ops::OpDef& op, const OpRequest& request);
    std::vector<TensorType> as_requested(std::vector<TensorType> outputs) const;

    // As the request has them, and how they are transposed for the call; empty: not at all.
    std::vector<TensorType> given_;
    std::vector<std::optional<Tensor>> given_constants_;
    std::vector<ops::Ints> input_orders_;
    ops::Ints output_order_;
    // As the call has them.
    std::vector<TensorType> types_;
    std::vector<std::optional<Tensor>> constants_;
    ops::OpCall call_;
};

/// The attributes of a request as its operator takes them: defaults included, kinds converted as resolve() does. What
/// does not suit the operator stays as it is; so do all, if there is no such operator.
Attrs complete_attrs(const OpRequest& request);

/// The ranges of the outputs' dimensions, one list per output, as far as they follow from those of the inputs.
std::vector<std::vector<DimRange>> output_ranges(const OpRequest& request, const ResolvedOp& resolved);

}  // namespace softacl::graph
