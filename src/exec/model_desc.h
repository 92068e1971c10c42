// SPDX-License-Identifier: Apache-2.0
// A description of a model as a program asks for it.
#pragma once

#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "acl/acl_mdl.h"
#include "base/handle.h"
#include "exec/model.h"

namespace softacl::exec {

/// Describes no model until it is filled; the model may be unloaded meanwhile. Any thread.
class ModelDesc final : public Object {
   public:
    static constexpr Kind kKind = Kind::kModelDesc;

    void describe(std::shared_ptr<const ModelInfo> info);
    /// 100000 while it describes no model. The facts live as long as the description.
    Result<const ModelInfo*> info() const;
    /// The text as C reads it, alive as long as the description.
    const char* keep(std::string text) const;

   private:
    mutable std::mutex mutex_;
    std::vector<std::shared_ptr<const ModelInfo>> infos_;  // the last one counts; names of all were handed out
    mutable std::set<std::string> texts_;
};

enum class Side { kInput, kOutput };

/// 100000 beyond the last one.
Result<const TensorInfo*> tensor_at(const ModelInfo& info, Side side, size_t index);
/// 100000 for a name that is none, with a sentence that lists those there are.
Result<size_t> index_named(const ModelInfo& info, Side side, const std::string& name);

/// Dimensions as C sees them. A name too long for the structure gets a short replacement.
aclmdlIODims dims_of(const TensorInfo& tensor, size_t index);
/// The same of an input; pictures for AIPP have the shape that one sees (manual table 10-3).
aclmdlIODims picture_dims_of(const TensorInfo& input, size_t index);
/// The same, such that their product is the number of bytes (table 10-4), which for dynamic AIPP nothing is.
aclmdlIODims memory_dims_of(const TensorInfo& input, size_t index);
/// The name that a name in `dims_of` stands for. 100000 for one that is no tensor's.
Result<const char*> real_name(const ModelInfo& info, const std::string& name);

/// Gears of the kind asked for; a count of 0 if the model has others, or none.
aclmdlBatch batch_gears(const ModelInfo& info);
aclmdlHW size_gears(const ModelInfo& info);
/// Dimensions of an output in the gear that the program has chosen last, or in the largest.
Result<aclmdlIODims> current_output_dims_of(const ModelInfo& info, size_t index);
/// For each gear the dimensions of all inputs, one after the other.
std::vector<aclmdlIODims> dims_gears(const ModelInfo& info);

/// "[5]conv1[3]bn1": what a fused operator was made of; empty if it is none, or the attribute is another one.
std::string op_attribute(const ModelInfo& info, const std::string& op, const std::string& attribute);

}  // namespace softacl::exec
