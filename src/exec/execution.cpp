// SPDX-License-Identifier: Apache-2.0
#include "exec/execution.h"

#include <algorithm>
#include <cstring>
#include <new>
#include <utility>

#include "acl/acl_base.h"
#include "exec/choose_variant.h"

namespace softacl::exec {
namespace {

// Programs round sizes in their own way; what is missing of an input up to here reads as zero.
constexpr size_t kForgiven = 64;

Status check_count(const char* dataset, size_t given, size_t expected, int code) {
    if (given == expected) {
        return {};
    }
    if (given == 0) {
        return fail(ACL_ERROR_INVALID_PARAM, dataset, " has no data buffers; the model has ", expected, " ", dataset,
                    "s");
    }
    return fail(code, dataset, " has ", given, " data buffers; the model has ", expected, " ", dataset, "s");
}

// A copy of an input that ends early, with zeros behind.
class Padded {
   public:
    Padded(Buffer source, size_t size)
        : size_(size), data_(static_cast<char*>(::operator new(size, std::align_val_t(kAlignment)))) {
        std::memcpy(data_, source.data, source.size);
        std::memset(data_ + source.size, 0, size - source.size);
    }
    Padded(Padded&& other) noexcept : size_(other.size_), data_(std::exchange(other.data_, nullptr)) {}
    Padded& operator=(Padded&&) = delete;
    ~Padded() { ::operator delete(data_, std::align_val_t(kAlignment)); }
    Buffer get() const { return {data_, size_}; }

   private:
    static constexpr size_t kAlignment = 64;
    size_t size_;
    char* data_;
};

}  // namespace

Result<std::unique_ptr<Execution>> Execution::prepare(std::shared_ptr<LoadedModel> model, const Dataset& inputs,
                                                      Dataset& outputs) {
    const std::shared_ptr<const ModelInfo> info = model->info();
    const std::vector<Handle> in = inputs.buffers();
    const std::vector<Handle> out = outputs.buffers();
    SOFTACL_TRY(check_count("input", in.size(), info->inputs.size(), ACL_ERROR_MODEL_INPUT_NOT_MATCH));
    SOFTACL_TRY(check_count("output", out.size(), info->outputs.size(), ACL_ERROR_MODEL_OUTPUT_NOT_MATCH));
    SOFTACL_ASSIGN(VariantPtr variant, choose_variant(*model, inputs));
    SOFTACL_ASSIGN(auto aipp, aipp_blocks(*info, *variant, inputs));
    Status status = describe_outputs(*variant, outputs);
    std::unique_ptr<Execution> execution(new Execution(std::move(model), std::move(variant)));
    execution->aipp_ = std::move(aipp);
    for (size_t i = 0; i < in.size() && status.ok(); ++i) {
        status = execution->bind({true, i}, in[i]);
    }
    for (size_t i = 0; i < out.size() && status.ok(); ++i) {
        status = execution->bind({false, i}, out[i]);
    }
    if (!status.ok()) {
        execution->take_back();
        return status;
    }
    return execution;
}

const TensorInfo& Execution::tensor(Place place) const {
    return (place.is_input ? variant_->inputs : variant_->outputs)[place.index];
}

// Pictures for dynamic AIPP are as large as their parameters say.
size_t Execution::bytes_of(Place place) const {
    for (const AippBlock& block : aipp_) {
        if (place.is_input && place.index == block.pictures_input) {
            return block.picture_bytes;
        }
    }
    return tensor(place).bytes;
}

std::string Execution::title(Place place) const {
    return text(place.is_input ? "input " : "output ", place.index, " '", tensor(place).name, "'");
}

Status Execution::at(Place place, const Status& failure) const {
    return failure.ok() ? failure : fail(failure.code(), title(place), ": ", failure.message());
}

Status Execution::too_small(Place place, size_t size) const {
    return fail(ACL_ERROR_GE_PARAM_INVALID, title(place), " has a buffer of ", size, " bytes; the model needs ",
                bytes_of(place));
}

Status Execution::bind(Place place, Handle handle) {
    auto live = pin<DataBuffer>(handle, "its data buffer");
    if (!live.ok()) {
        return at(place, live.status());
    }
    const Buffer given = (*live)->get();
    return place.is_input ? bind_input(place, given) : bind_output(place, given, live->share());
}

Status Execution::bind_input(Place place, Buffer given) {
    for (AippBlock& block : aipp_) {
        if (place.index == block.params_input) {
            inputs_.push_back({block.bytes.data(), block.bytes.size()});
            return {};
        }
    }
    if (const size_t needed = bytes_of(place); needed != 0) {
        if (given.data == nullptr) {
            given.size = 0;
        }
        if (given.size == 0 || (given.size < needed && needed - given.size >= kForgiven)) {
            return too_small(place, given.size);
        }
        given.size = std::min(given.size, needed);
        SOFTACL_TRY(look_at(place, given));
    }
    inputs_.push_back(given);
    return {};
}

Status Execution::bind_output(Place place, Buffer given, const std::shared_ptr<DataBuffer>& buffer) {
    if (const size_t needed = tensor(place).bytes; needed != 0) {
        if (given.data == nullptr) {
            SOFTACL_ASSIGN(given.data, allocate(place, needed, buffer));
            given.size = needed;
        }
        if (given.size < needed) {
            return too_small(place, given.size);
        }
        given.size = needed;
        SOFTACL_TRY(look_at(place, given));
    }
    outputs_.push_back(given);
    return {};
}

Result<void*> Execution::allocate(Place place, size_t size, const std::shared_ptr<DataBuffer>& buffer) {
    auto memory = model_->device().memory().allocate(size, false);
    if (!memory.ok()) {
        return at(place, memory.status());
    }
    allocated_.push_back({buffer, *memory});
    buffer->set({*memory, size});
    return *memory;
}

Status Execution::look_at(Place place, Buffer range) {
    return memory_.add(range, place.is_input ? OperandMemory::Use::kRead : OperandMemory::Use::kWrite,
                       [&] { return title(place); });
}

Status Execution::run(Run& run) {
    SOFTACL_TRY(memory_.probe());
    std::vector<Buffer> inputs = inputs_;
    std::vector<Padded> padded;
    for (size_t i = 0; i < inputs.size(); ++i) {
        if (const size_t needed = bytes_of({true, i}); inputs[i].size < needed) {
            inputs[i] = padded.emplace_back(inputs[i], needed).get();
        }
    }
    run.warning = memory_.warning();
    Status status = model_->execute(*variant_, inputs, outputs_, run);
    for (size_t i = 0; i < inputs.size() && run.failed_op; ++i) {
        run.failed_op->move(inputs[i].data, inputs[i].size, inputs_[i].data);
    }
    return status;
}

void Execution::take_back() {
    for (const Allocated& allocated : allocated_) {
        allocated.buffer->set({});
        model_->device().memory().retire(allocated.memory, nullptr);
    }
    allocated_.clear();
}

}  // namespace softacl::exec
