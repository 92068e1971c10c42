// SPDX-License-Identifier: Apache-2.0
// A model without an engine: what surrounds models is tested on it.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "exec/registry.h"
#include "runtime/process.h"

namespace softacl::exec {

inline TensorInfo bytes_tensor(std::string name, size_t bytes) {
    return {std::move(name), ACL_UINT8, ACL_FORMAT_ND, {static_cast<int64_t>(bytes)}, bytes};
}

// Runs whatever a test gives it.
class FakeModel final : public Model {
   public:
    using Work = std::function<Status(const std::vector<Buffer>&, const std::vector<Buffer>&)>;

    FakeModel(ModelInfo info, Work work) : info_(std::move(info)), work_(std::move(work)) {
        info_.variants = {std::make_shared<Variant>(Variant{info_.inputs, info_.outputs})};
        ++alive;
    }
    ~FakeModel() override { --alive; }
    const ModelInfo& info() const override { return info_; }
    Result<VariantPtr> variant_for(const std::vector<Shape>& /*shapes*/) override { return info_.variants.front(); }
    Status execute(const Variant& /*variant*/, const std::vector<Buffer>& inputs, const std::vector<Buffer>& outputs,
                   Run& /*run*/) override {
        return work_ ? work_(inputs, outputs) : Status();
    }

    static inline std::atomic<int> alive{0};

   private:
    ModelInfo info_;
    Work work_;
};

// For tests that look at nothing but the status.
inline Run& any_run() {
    static thread_local Run s_run;
    return s_run = {};
}

inline runtime::Device& first_device() { return **runtime::Process::instance().device(0); }

inline std::shared_ptr<LoadedModel> loaded(ModelInfo info, FakeModel::Work work = {}) {
    return std::make_shared<LoadedModel>(std::make_shared<FakeModel>(std::move(info), std::move(work)), first_device());
}

}  // namespace softacl::exec
