// SPDX-License-Identifier: Apache-2.0
// A loaded model: what it is, and how it is run.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "acl/acl_base.h"
#include "aipp/dynamic.h"
#include "aipp/params.h"
#include "base/status.h"
#include "exec/data_buffer.h"
#include "exec/run.h"
#include "model/gears.h"
#include "runtime/device.h"
#include "tensor/tensor.h"

namespace softacl::exec {

/// AIPP in front of an input.
struct AippInput {
    aipp::Params params;  ///< if they are static; without a size of the source it is that of the network's pictures
    TensorType network;   ///< what AIPP makes of the pictures
    std::optional<aipp::DynamicSetup> dynamic = std::nullopt;
    size_t params_input = 0;  ///< which input brings the parameters, if they are dynamic
};

struct TensorInfo {
    std::string name;
    aclDataType dtype = ACL_DT_UNDEFINED;
    aclFormat format = ACL_FORMAT_UNDEFINED;
    std::vector<int64_t> dims;  ///< -1 where a gear or the program chooses
    size_t bytes = 0;           ///< of the largest gear or the upper ends of all ranges; 0 if dimensions have no limit
    std::optional<AippInput> aipp = std::nullopt;
};
TensorInfo tensor_info(const TensorType& type, std::string name);

using model::Gears;

/// What a model takes and gives for one set of shapes; all of it is known. A model runs the variants it has made.
struct Variant {
    std::vector<TensorInfo> inputs;
    std::vector<TensorInfo> outputs;
};
using VariantPtr = std::shared_ptr<const Variant>;

/// The variant that a program has chosen last, for descriptions; null until then. Any thread.
class CurrentVariant {
   public:
    void set(VariantPtr variant) {
        const std::lock_guard lock(mutex_);
        variant_ = std::move(variant);
    }
    VariantPtr get() const {
        const std::lock_guard lock(mutex_);
        return variant_;
    }

   private:
    mutable std::mutex mutex_;
    VariantPtr variant_;
};

/// What is known of a model without running it.
struct ModelInfo {
    std::string name;
    std::vector<TensorInfo> inputs;
    std::vector<TensorInfo> outputs;  ///< dims of the largest gear
    Gears gears;
    size_t gear_input = 0;             ///< where the program names the gear
    std::vector<VariantPtr> variants;  ///< one per gear; without gears one; none if shapes are free
    std::shared_ptr<CurrentVariant> current = std::make_shared<CurrentVariant>();
    /// Names of the operators that each fused operator was made of (_datadump_original_op_names).
    std::map<std::string, std::vector<std::string>> fused_from;
    size_t work_bytes = 0;    ///< at least 1, but 0 if shapes are free
    size_t weight_bytes = 0;  ///< likewise

    bool has_free_shapes() const { return variants.empty(); }
};

/// Where an offline model is read from: the file of a path, or the content of one in memory.
struct ModelSource {
    const char* path = nullptr;
    const void* data = nullptr;  ///< without a path
    size_t size = 0;
};

/// Device memory for a model's use until it is unloaded. A null address and no size: the model's own.
struct ModelMemory {
    Buffer work;
    Buffer weights;
};

/// Immutable but for its working memory, whose use by `execute` is serialised. Any thread.
/// Errors of loading and querying are those of an offline model file: 145002 path, 145006 and 145007 size and address
/// of the data, 545002 and 545005 not loadable, 100013 damaged, 200006 encrypted, 245000 no memory left.
class Model {
   public:
    /// Also 145000 for memory that is too small or of no block of the device, 107008 if it is not 64-byte aligned.
    static Result<std::shared_ptr<Model>> load(runtime::Device& device, const ModelSource& source,
                                               const ModelMemory& memory = {});

    virtual ~Model() = default;
    virtual const ModelInfo& info() const = 0;

    /// The variant for inputs of these shapes, made when they are seen first: 145021 if they do not suit the model. One
    /// without free shapes gives its first variant, whatever they are.
    virtual Result<VariantPtr> variant_for(const std::vector<Shape>& shapes) = 0;

    /// Runs one of its variants on the calling thread. One buffer per input and output, in order, each accessible and
    /// as large as its tensor in that variant; pictures for dynamic AIPP as large as their parameters say. Waits for a
    /// call of another thread.
    virtual Status execute(const Variant& variant, const std::vector<Buffer>& inputs,
                           const std::vector<Buffer>& outputs, Run& run) = 0;
};

/// The same facts without a device. Models whose shapes are free: 145000.
Result<ModelInfo> query(const ModelSource& source);

}  // namespace softacl::exec
