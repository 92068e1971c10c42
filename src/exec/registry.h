// SPDX-License-Identifier: Apache-2.0
// The loaded models of the process, by the id that a program knows them by.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <shared_mutex>

#include "exec/model.h"
#include "runtime/end_observer.h"

namespace softacl::exec {

/// A model and who uses it. Queued work owns a share, so that it can run although the model was unloaded since.
class LoadedModel {
   public:
    LoadedModel(std::shared_ptr<Model> model, runtime::Device& device)
        : model_(std::move(model)), device_(device), info_(std::make_shared<const ModelInfo>(model_->info())) {}

    const std::shared_ptr<const ModelInfo>& info() const { return info_; }
    runtime::Device& device() const { return device_; }

    Result<VariantPtr> variant_for(const std::vector<Shape>& shapes) {
        const std::shared_lock lock(running_);
        return model_->variant_for(shapes);
    }
    /// Dumps tensors while a program wants that.
    Status execute(const Variant& variant, const std::vector<Buffer>& inputs, const std::vector<Buffer>& outputs,
                   Run& run);
    void set_id(uint32_t id) { id_ = id; }
    /// Waits for calls that are running. The model must be out of the registry.
    void wait_until_unused() { const std::unique_lock lock(running_); }

   private:
    const std::shared_ptr<Model> model_;
    runtime::Device& device_;
    const std::shared_ptr<const ModelInfo> info_;
    std::shared_mutex running_;
    std::atomic<uint64_t> executions_{0};
    std::atomic<uint32_t> id_{0};
};

/// Ids count from 1 up. Resetting a device unloads its models. Any thread.
class Registry final : public runtime::EndObserver {
   public:
    /// Made at first use and never destroyed.
    static Registry& instance();

    uint32_t add(std::shared_ptr<LoadedModel> model);
    /// `code` if no model has the id.
    Result<std::shared_ptr<LoadedModel>> find(uint32_t id, int code);
    /// Waits for calls that are running. 145003 if no model has the id.
    Status unload(uint32_t id);

    std::shared_ptr<void> device_ends(runtime::Device& device) override;

   private:
    Registry() { runtime::observe_ends(*this); }

    std::mutex mutex_;
    uint32_t last_id_ = 0;
    std::map<uint32_t, std::shared_ptr<LoadedModel>> models_;
};

}  // namespace softacl::exec
