// SPDX-License-Identifier: Apache-2.0
#include "exec/model.h"

#include <algorithm>
#include <cstring>
#include <mutex>

#include "exec/describe_model.h"
#include "exec/detours.h"
#include "exec/device_block.h"
#include "exec/free_shapes.h"
#include "exec/plan_call.h"
#include "exec/planned_variant.h"
#include "graph/specialise.h"
#include "model/om.h"

namespace softacl::exec {
namespace {

struct Compiled {
    std::vector<PlannedVariantPtr> variants;  ///< by gear
    ModelInfo info;
};

std::vector<Shape> input_shapes(const graph::Graph& graph) {
    std::vector<Shape> shapes;
    for (const graph::ValueId id : graph.inputs) {
        shapes.push_back(graph.value(id).type.shape);
    }
    return shapes;
}

bool has_open_inputs(const graph::Graph& graph) {
    const auto shapes = input_shapes(graph);
    return std::any_of(shapes.begin(), shapes.end(), [](const Shape& shape) { return !shape.is_known(); });
}

// With gears or for fixed shapes.
Result<Compiled> compile(model::OmModel om, Gears gears) {
    Compiled model;
    ModelInfo& info = model.info;
    info = describe(om.graph);
    info.gears = std::move(gears);
    WeightPlaces places(om.graph);
    const auto add = [&](graph::Graph graph) -> Status {
        SOFTACL_ASSIGN(auto variant, plan_variant(std::move(graph), places));
        info.work_bytes = std::max({info.work_bytes, variant->plan->work_bytes(), size_t{1}});
        info.variants.push_back(variant);
        model.variants.push_back(std::move(variant));
        return {};
    };
    if (info.gears.any()) {
        const std::vector<Shape> open = input_shapes(om.graph);
        for (size_t gear = 0; gear < info.gears.values.size(); ++gear) {
            SOFTACL_ASSIGN(auto special, graph::specialise(om.graph, info.gears.shapes(open, gear)));
            SOFTACL_TRY(add(std::move(special)));
        }
        describe_gears(info);
        om.graph = {};
    } else {
        SOFTACL_TRY(add(std::move(om.graph)));
    }
    info.weight_bytes = std::max<size_t>(places.bytes(), 1);
    return model;
}

class PlannedModel : public Model {
   public:
    const ModelInfo& info() const final { return info_; }

    Status execute(const Variant& variant, const std::vector<Buffer>& inputs, const std::vector<Buffer>& outputs,
                   Run& run) final {
        const std::lock_guard lock(mutex_);
        Plan& plan = *static_cast<const PlannedVariant&>(variant).plan;
        SOFTACL_ASSIGN(void* const work, work_memory(plan.work_bytes()));
        plan.bind(work);
        return call_.run(plan, inputs, outputs, run);
    }

   protected:
    explicit PlannedModel(ModelInfo info) : info_(std::move(info)), call_(info_.inputs.size(), info_.outputs.size()) {}

   private:
    // One thread at a time. The same as before unless more is needed than ever.
    virtual Result<void*> work_memory(size_t bytes) = 0;

    std::mutex mutex_;
    const ModelInfo info_;
    PlanCall call_;
};

/// All variants are made when it is loaded.
class PreparedModel final : public PlannedModel {
   public:
    static Result<std::shared_ptr<Model>> load(runtime::Device& device, Compiled&& compiled,
                                               const ModelMemory& memory) {
        auto& [variants, info] = compiled;
        if (memory.work.data != nullptr && overlap(memory.work, memory.weights)) {
            return fail(ACL_ERROR_GE_PARAM_INVALID, "the memory given for working memory, ", memory.work.size,
                        " bytes at ", memory.work.data, ", and that for weights, ", memory.weights.size, " bytes at ",
                        memory.weights.data, ", overlap; expected two pieces");
        }
        SOFTACL_ASSIGN(auto weights, DeviceBlock::take(device, memory.weights, info.weight_bytes, "weights"));
        SOFTACL_ASSIGN(auto work, DeviceBlock::take(device, memory.work, info.work_bytes, "working memory"));
        for (const auto& variant : variants) {
            SOFTACL_TRY(variant->plan->load({weights.get()}));
            variant->plan->bind(work.get());
        }
        return std::shared_ptr<Model>(new PreparedModel(std::move(info), std::move(weights), std::move(work)));
    }

    Result<VariantPtr> variant_for(const std::vector<Shape>& /*shapes*/) override { return info().variants.front(); }

   private:
    PreparedModel(ModelInfo info, DeviceBlock weights, DeviceBlock work)
        : PlannedModel(std::move(info)), weights_(std::move(weights)), work_(std::move(work)) {}

    Result<void*> work_memory(size_t /*bytes*/) override { return work_.get(); }

    const DeviceBlock weights_;
    const DeviceBlock work_;
};

/// Variants are made when their shapes are seen first.
class FreeModel final : public PlannedModel {
   public:
    static Result<std::shared_ptr<Model>> load(runtime::Device& device, model::OmModel om, const ModelMemory& memory) {
        const auto is_given = [](const Buffer& part) { return part.data != nullptr || part.size != 0; };
        if (is_given(memory.work) || is_given(memory.weights)) {
            return fail(ACL_ERROR_GE_PARAM_INVALID, "the model '", om.graph.name,
                        "' has open dimensions: what memory it needs depends on the shapes it is executed with; load "
                        "it without memory of the program");
        }
        return std::shared_ptr<Model>(new FreeModel(device, std::move(om)));
    }

    Result<VariantPtr> variant_for(const std::vector<Shape>& shapes) override {
        SOFTACL_ASSIGN(VariantPtr variant, shapes_.variant(shapes));
        return variant;
    }

   private:
    FreeModel(runtime::Device& device, model::OmModel om)
        : PlannedModel(describe_free(om)),
          device_(device),
          shapes_(device, std::move(om.graph), std::move(om.input_ranges)) {}

    Result<void*> work_memory(size_t bytes) override {
        if (!work_ || work_bytes_ < bytes) {
            work_.reset();
            work_bytes_ = std::max<size_t>(bytes, 1);
            SOFTACL_ASSIGN(auto block, DeviceBlock::take(device_, {}, work_bytes_, "working memory"));
            work_ = std::make_unique<DeviceBlock>(std::move(block));
        }
        return work_->get();
    }

    runtime::Device& device_;
    FreeShapes shapes_;
    std::unique_ptr<DeviceBlock> work_;
    size_t work_bytes_ = 0;
};

// Memory may be borrowed for as long as the call takes.
Result<model::OmModel> read(const ModelSource& source) {
    if (source.path != nullptr) {
        return model::read_om_file(source.path);
    }
    const std::shared_ptr<const void> borrowed(source.data, [](const void*) {});
    return model::read_om(source.data, source.size, borrowed, "the model in memory");
}

// A model that keeps its constants.
Result<model::OmModel> read_to_keep(const ModelSource& source) {
    if (source.path != nullptr) {
        return model::read_om_file(source.path);
    }
    const std::shared_ptr<void> own = aligned_block(source.size);
    std::memcpy(own.get(), source.data, source.size);
    return model::read_om(own.get(), source.size, own, "the model in memory");
}

bool is_free(const model::OmModel& om, const Gears& gears) { return !gears.any() && has_open_inputs(om.graph); }

}  // namespace

Result<std::shared_ptr<Model>> Model::load(runtime::Device& device, const ModelSource& source,
                                           const ModelMemory& memory) {
    SOFTACL_ASSIGN(auto om, read(source));
    SOFTACL_ASSIGN(auto gears, model::gears_of(om));
    SOFTACL_TRY(check_aipp(om.graph, is_free(om, gears)));
    if (is_free(om, gears)) {
        SOFTACL_ASSIGN(om, read_to_keep(source));
        return FreeModel::load(device, std::move(om), memory);
    }
    SOFTACL_ASSIGN(auto compiled, compile(std::move(om), std::move(gears)));
    return PreparedModel::load(device, std::move(compiled), memory);
}

Result<ModelInfo> query(const ModelSource& source) {
    SOFTACL_ASSIGN(auto om, read(source));
    SOFTACL_ASSIGN(auto gears, model::gears_of(om));
    SOFTACL_TRY(check_aipp(om.graph, is_free(om, gears)));
    if (is_free(om, gears)) {
        return fail(ACL_ERROR_GE_PARAM_INVALID, "the model '", om.graph.name,
                    "' has open dimensions: what memory it needs depends on the shapes it is executed with");
    }
    SOFTACL_ASSIGN(auto compiled, compile(std::move(om), std::move(gears)));
    return std::move(compiled.info);
}

}  // namespace softacl::exec
