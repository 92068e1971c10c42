// SPDX-License-Identifier: Apache-2.0
#include "exec/plan.h"

#include <algorithm>
#include <cstring>

#include "acl/acl_base.h"
#include "exec/op_timeout.h"
#include "exec/saturate.h"

namespace softacl::exec {
namespace {

constexpr size_t kEnoughWarnings = 1024;

}  // namespace

char* Plan::base(const Place& place) const {
    switch (place.area) {
        case Area::kWork: return work_ + place.offset;
        case Area::kWeights: return static_cast<char*>(weights_[place.index]) + place.offset;
        default: return nullptr;  // none, or set by each run
    }
}

void Plan::set_addresses(Step& step) {
    for (size_t i = 0; i < step.inputs.size(); ++i) {
        step.input_addresses[i] = base(step.inputs[i]);
    }
    for (size_t i = 0; i < step.outputs.size(); ++i) {
        step.output_addresses[i] = base(step.outputs[i]);
    }
    step.buffers = {step.input_addresses.data(), step.output_addresses.data(), base(step.packed), base(step.scratch)};
}

Status Plan::pack(Step& step) {
    std::vector<const void*> constants(step.inputs.size());
    for (const auto& [input, value] : step.packs) {
        constants[input] = value.data();
    }
    Status status = step.kernel->pack(constants, const_cast<void*>(step.buffers.packed));
    step.packs.clear();
    return status.ok() ? status : Status(status.code(), step.label + ": " + status.message());
}

Status Plan::load(std::vector<void*> weights) {
    weights_ = std::move(weights);
    for (StoredConstant& constant : constants_) {
        std::memcpy(static_cast<char*>(weights_[constant.block]) + constant.offset, constant.value.data(),
                    constant.value.bytes());
        constant.value = {};  // at once: the memory it takes, and what has been filled, are the peak
    }
    constants_.clear();
    for (Step& step : load_steps_) {
        const auto scratch = aligned_block(step.kernel->scratch_bytes);
        set_addresses(step);
        step.buffers.scratch = scratch.get();
        SOFTACL_TRY(pack(step));
        SOFTACL_TRY(step.kernel->run(step.buffers));
    }
    load_steps_.clear();
    for (Step& step : steps_) {
        set_addresses(step);
        if (step.packs_itself) {
            SOFTACL_TRY(pack(step));
        }
    }
    return {};
}

void Plan::bind(void* work) {
    if (work == work_ && work != nullptr) {
        return;
    }
    work_ = static_cast<char*>(work);
    input_patches_.clear();
    output_patches_.clear();
    for (Step& step : steps_) {
        set_addresses(step);
        const auto patch = [this](const Place& place, const void** address) {
            if (place.area == Area::kInput) {
                input_patches_.push_back({address, place.index, place.offset});
            } else if (place.area == Area::kOutput) {
                output_patches_.push_back({address, place.index, place.offset});
            }
        };
        for (size_t i = 0; i < step.inputs.size(); ++i) {
            patch(step.inputs[i], &step.input_addresses[i]);
        }
        for (size_t i = 0; i < step.outputs.size(); ++i) {
            patch(step.outputs[i], const_cast<const void**>(&step.output_addresses[i]));
        }
    }
}

void Plan::saturate(const Step& step, Run& run) {
    size_t infinite = 0;
    for (const auto& [output, count] : step.halves) {
        infinite += saturate_float16(static_cast<uint16_t*>(step.output_addresses[output]), count);
    }
    if (infinite != 0 && run.mode.tells_overflow && run.warning.size() < kEnoughWarnings) {
        run.warning += text(run.warning.empty() ? "" : "\n", step.label, " overflowed: ", infinite,
                            " float16 results were infinite and became 65504 or -65504");
    }
}

std::optional<size_t> Plan::input_under(size_t output) const {
    const auto reuses = steps_.size() == 1 ? steps_.front().kernel->reuses_input : std::nullopt;
    if (!reuses) {
        return std::nullopt;
    }
    const std::vector<Place>& inputs = steps_.front().inputs;
    const Place& to = steps_.front().outputs.front();
    const Place& from = inputs[*reuses];
    const auto readers = std::count_if(inputs.begin(), inputs.end(), [&](const Place& place) {
        return place.area == Area::kInput && place.index == from.index;
    });
    const bool is_whole = from.area == Area::kInput && from.offset == 0 && to.area == Area::kOutput && to.offset == 0;
    return is_whole && readers == 1 && to.index == output ? std::optional(from.index) : std::nullopt;
}

StepView Plan::view(const Step& step) const {
    const auto number = static_cast<size_t>(&step - steps_.data()) + 1;
    return {number, *step.node, *step.kernel, step.input_addresses.data(), step.output_addresses.data()};
}

void Plan::note_failure(const Step& step, Run& run) const {
    if (step.node) {
        run.failed_op = std::make_unique<FailedOp>(failed_op(view(step)));
    }
}

Status Plan::run(const void* const* inputs, void* const* outputs, Run& run) {
    for (const Patch& patch : input_patches_) {
        *patch.address = static_cast<const char*>(inputs[patch.index]) + patch.offset;
    }
    for (const Patch& patch : output_patches_) {
        *patch.address = static_cast<char*>(outputs[patch.index]) + patch.offset;
    }
    const auto timeout = op_timeout();
    const bool timed = timeout.count() != 0;
    for (Step& step : steps_) {
        const bool watched = run.observer != nullptr && step.node;
        if (watched) {
            run.observer->before(view(step));
        }
        const Clock::time_point begin = timed ? Clock::now() : Clock::time_point();
        if (Status status = step.kernel->run(step.buffers); !status.ok()) {
            note_failure(step, run);
            return Status(status.code(), step.label + ": " + status.message());
        }
        if (run.mode.saturates) {
            saturate(step, run);
        }
        // Kernels are not interrupted: one that was too slow ends the run.
        if (const auto spent = timed ? Clock::now() - begin : Clock::duration::zero(); timed && spent > timeout) {
            using Seconds = std::chrono::duration<double>;
            note_failure(step, run);
            return fail(ACL_ERROR_RT_AICORE_TIMEOUT, step.label, " took ", Seconds(spent).count(),
                        " s; aclrtSetOpExecuteTimeOut allows ", Seconds(timeout).count(), " s");
        }
        if (watched) {
            run.observer->after(view(step));
        }
    }
    return {};
}

void Plan::print(std::string& out, const Step& step) {
    const auto place = [](const Place& at, kernels::Layout layout) {
        static constexpr const char* kAreas[] = {"-", "work", "weights", "input", "output"};
        std::string shown = kAreas[static_cast<size_t>(at.area)];
        if (at.area == Area::kInput || at.area == Area::kOutput) {
            shown += text("[", at.index, "]");
        }
        if (at.area != Area::kNone) {
            shown += text("+", at.offset);
        }
        return layout.is_plain() ? shown : shown + text(":c", layout.block);
    };
    out += text(step.label, "  [", step.kernel->name, "] ");
    for (size_t i = 0; i < step.inputs.size(); ++i) {
        out += " " + place(step.inputs[i], step.kernel->input_layouts[i]);
    }
    out += " ->";
    for (size_t i = 0; i < step.outputs.size(); ++i) {
        out += " " + place(step.outputs[i], step.kernel->output_layouts[i]);
    }
    out += text("  packed ", step.kernel->packed_bytes, ", scratch ", step.kernel->scratch_bytes, "\n");
}

std::string Plan::describe() const {
    std::string out =
        text("work ", work_bytes_, " bytes, weights ", weight_bytes_, " bytes, ", steps_.size(), " steps\n");
    for (const Step& step : load_steps_) {
        out += "at load: ";
        print(out, step);
    }
    for (const Step& step : steps_) {
        print(out, step);
    }
    return out;
}

}  // namespace softacl::exec
