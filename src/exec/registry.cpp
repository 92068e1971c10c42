// SPDX-License-Identifier: Apache-2.0
#include "exec/registry.h"

#include "acl/acl_base.h"
#include "base/log.h"
#include "exec/dump_observer.h"
#include "runtime/process.h"

namespace softacl::exec {
namespace {

Status unknown(uint32_t id, int code) {
    return fail(code, "modelId is ", id, ", the id of no loaded model (never loaded, or unloaded)");
}

// Models that a device leaves behind.
class Evicted {
   public:
    explicit Evicted(std::vector<std::shared_ptr<LoadedModel>> models) : models_(std::move(models)) {}
    Evicted(const Evicted&) = delete;
    Evicted& operator=(const Evicted&) = delete;
    ~Evicted() {
        for (const auto& model : models_) {
            model->wait_until_unused();
        }
    }

   private:
    std::vector<std::shared_ptr<LoadedModel>> models_;
};

}  // namespace

Status LoadedModel::execute(const Variant& variant, const std::vector<Buffer>& inputs,
                            const std::vector<Buffer>& outputs, Run& run) {
    const std::shared_lock lock(running_);
    const uint64_t iteration = executions_++;
    const auto where = [&] {
        return dump::Run{runtime::Process::instance().index_of(device_), dump::ModelRun{info_->name, id_, iteration}};
    };
    return dumped(run, where, [&] { return model_->execute(variant, inputs, outputs, run); });
}

Registry& Registry::instance() {
    static auto* const kRegistry = new Registry;  // leaked: threads may use it while the process exits
    return *kRegistry;
}

uint32_t Registry::add(std::shared_ptr<LoadedModel> model) {
    const std::lock_guard lock(mutex_);
    do {
        ++last_id_;
    } while (last_id_ == 0 || models_.count(last_id_) != 0);
    model->set_id(last_id_);
    models_.emplace(last_id_, std::move(model));
    return last_id_;
}

Result<std::shared_ptr<LoadedModel>> Registry::find(uint32_t id, int code) {
    const std::lock_guard lock(mutex_);
    const auto found = models_.find(id);
    if (found == models_.end()) {
        return unknown(id, code);
    }
    return found->second;
}

Status Registry::unload(uint32_t id) {
    std::shared_ptr<LoadedModel> model;
    {
        const std::lock_guard lock(mutex_);
        const auto found = models_.find(id);
        if (found == models_.end()) {
            return unknown(id, ACL_ERROR_GE_EXEC_MODEL_ID_INVALID);
        }
        model = std::move(found->second);
        models_.erase(found);
    }
    model->wait_until_unused();
    return {};
}

std::shared_ptr<void> Registry::device_ends(runtime::Device& device) {
    std::vector<std::shared_ptr<LoadedModel>> evicted;
    {
        const std::lock_guard lock(mutex_);
        for (auto entry = models_.begin(); entry != models_.end();) {
            if (&entry->second->device() == &device) {
                log(LogLevel::kWarning, SOFTACL_HERE,
                    text("model ", entry->first, " '", entry->second->info()->name, "' was left loaded on device ",
                         device.id(), "; it is unloaded now"));
                evicted.push_back(std::move(entry->second));
                entry = models_.erase(entry);
            } else {
                ++entry;
            }
        }
    }
    return std::make_shared<Evicted>(std::move(evicted));
}

}  // namespace softacl::exec
