// SPDX-License-Identifier: Apache-2.0
#include "ops/common/delegate.h"

#include <deque>

#include "ops/common/copy.h"
#include "ops/common/scratch.h"

namespace softacl::ops {
namespace {

Shape ordered(const Shape& shape, const Ints& order) {
    if (order.empty()) {
        return shape;
    }
    Ints dims;
    for (const int64_t axis : order) {
        dims.push_back(shape[static_cast<size_t>(axis)]);
    }
    return Shape(std::move(dims));
}

/// A call of the other operator; it points into itself.
struct OtherCall {
    OtherCall() = default;
    OtherCall(const OtherCall&) = delete;
    OtherCall& operator=(const OtherCall&) = delete;

    Delegate delegate;
    OpCall call;
    std::deque<TensorType> types;

    /// The sentence with the name of our operator.
    Status renamed(const OpCall& own, const Status& status) const {
        const std::string place = call.place();
        const std::string& message = status.message();
        return message.compare(0, place.size(), place) == 0 ? own.fail(message.substr(place.size())) : status;
    }
};

Status fill(MakeDelegate make, const OpCall& own, OtherCall& other) {
    SOFTACL_ASSIGN(other.delegate, make(own));
    Delegate& d = other.delegate;
    const OpDef* op = find_op(d.op);
    if (op == nullptr) {
        return own.fail("there is no operator ", d.op);
    }
    other.call.op = op;
    other.call.name = own.name;
    for (DelegateInput& input : d.inputs) {
        if (input.value) {
            other.call.inputs.push_back(&input.value->type());
            other.call.constants.push_back(&*input.value);
            continue;
        }
        if (input.source == kNoInput || !own.has_input(input.source)) {
            input.source = kNoInput;
            other.call.inputs.push_back(nullptr);
            other.call.constants.push_back(nullptr);
            continue;
        }
        TensorType type = *own.inputs[input.source];
        type.shape = ordered(type.shape, input.order);
        const bool moved = !input.order.empty() || input.shape;
        if (input.shape) {
            type.shape = *input.shape;
        }
        type.format = ACL_FORMAT_ND;
        other.types.push_back(std::move(type));
        other.call.inputs.push_back(&other.types.back());
        other.call.constants.push_back(moved ? nullptr : own.constant(input.source));
    }
    other.call.attrs = d.attrs;
    other.call.outputs.resize(own.outputs.empty() ? d.outputs.size() : own.outputs.size());
    return other.renamed(own, op->complete(other.call));
}

/// A tensor written with its axes in another order, in elements of some size.
struct Turn {
    Turn() = default;
    Turn(const Shape& from, const Ints& order, size_t element) : size(element) {
        const kernels::Strides strides = kernels::row_strides(from);
        kernels::Strides read;
        for (const int64_t axis : order) {
            read.push_back(strides[static_cast<size_t>(axis)]);
        }
        const Shape to = ordered(from, order);
        loop = kernels::StridedLoop<2>(to, {read, kernels::row_strides(to)});
    }
    template <class T>
    void run_as(const void* from, void* to) const {
        loop.run([&](const auto& at, int64_t count, const auto& steps) {
            for (int64_t i = 0; i < count; ++i) {
                static_cast<T*>(to)[at[1] + i * steps[1]] = static_cast<const T*>(from)[at[0] + i * steps[0]];
            }
        });
    }
    void run(const void* from, void* to) const {
        switch (size) {
            case 1: run_as<uint8_t>(from, to); break;
            case 2: run_as<uint16_t>(from, to); break;
            case 4: run_as<uint32_t>(from, to); break;
            default: run_as<uint64_t>(from, to); break;
        }
    }
    kernels::StridedLoop<2> loop;
    size_t size = 0;
};

class DelegateKernel final : public kernels::Kernel {
   public:
    DelegateKernel(kernels::KernelPtr inner, const OpCall& own, const OtherCall& other)
        : inner_(std::move(inner)), inputs_(other.call.inputs.size()), outputs_(own.outputs.size()) {
        name = inner_->name;
        input_layouts.resize(own.inputs.size());
        output_layouts.resize(own.outputs.size());
        packs_input.resize(own.inputs.size());
        scratch_bytes = scratch_room(inner_->scratch_bytes);
        for (size_t i = 0; i < other.delegate.inputs.size(); ++i) {
            const DelegateInput& input = other.delegate.inputs[i];
            Place& place = inputs_[i];
            place.source = input.source;
            if (input.value) {
                place.value = *input.value;
            } else if (input.source != kNoInput && !input.order.empty()) {
                const TensorType& type = *own.inputs[input.source];
                place.turn = Turn(type.shape, input.order, size_of(type.dtype));
                reserve(place, type.bytes());
            }
        }
        for (size_t i = 0; i < outputs_.size(); ++i) {
            const Ints& order = other.delegate.outputs[i].order;
            if (!order.empty()) {
                const TensorType& type = other.call.outputs[i];
                outputs_[i].turn = Turn(type.shape, order, size_of(type.dtype));
                reserve(outputs_[i], type.bytes());
            }
        }
        in_.resize(inputs_.size());
        out_.resize(outputs_.size());
    }

    Status run(const Buffers& buffers) override {
        char* scratch = static_cast<char*>(buffers.scratch);
        for (size_t i = 0; i < inputs_.size(); ++i) {
            const Place& place = inputs_[i];
            in_[i] = place.value.data() != nullptr ? place.value.data()
                     : place.source == kNoInput    ? nullptr
                                                   : buffers.inputs[place.source];
            if (place.is_turned) {
                place.turn.run(in_[i], scratch + place.at);
                in_[i] = scratch + place.at;
            }
        }
        for (size_t i = 0; i < outputs_.size(); ++i) {
            out_[i] = outputs_[i].is_turned ? scratch + outputs_[i].at : buffers.outputs[i];
        }
        SOFTACL_TRY(inner_->run({in_.data(), out_.data(), nullptr, buffers.scratch}));
        for (size_t i = 0; i < outputs_.size(); ++i) {
            if (outputs_[i].is_turned) {
                outputs_[i].turn.run(out_[i], buffers.outputs[i]);
            }
        }
        return {};
    }

   private:
    struct Place {
        size_t source = kNoInput;
        Tensor value;
        bool is_turned = false;
        Turn turn;
        size_t at = 0;  ///< in the scratch memory
    };
    void reserve(Place& place, size_t bytes) {
        place.is_turned = true;
        place.at = scratch_bytes;
        scratch_bytes += scratch_room(bytes);
    }

    kernels::KernelPtr inner_;
    std::vector<Place> inputs_;
    std::vector<Place> outputs_;
    std::vector<const void*> in_;
    std::vector<void*> out_;
};

}  // namespace

Status infer_delegate(MakeDelegate make, OpCall& call) {
    OtherCall other;
    SOFTACL_TRY(fill(make, call, other));
    call.outputs.resize(other.call.outputs.size());
    for (size_t i = 0; i < call.outputs.size(); ++i) {
        const DelegateOutput& how = other.delegate.outputs[i];
        TensorType type = other.call.outputs[i];
        if (how.squeeze_at) {
            Ints dims = type.shape.dims();
            dims.erase(dims.begin() + static_cast<std::ptrdiff_t>(*how.squeeze_at));
            type.shape = Shape(std::move(dims));
        }
        type.shape = ordered(type.shape, how.order);
        type.format = how.format;
        call.outputs[i] = std::move(type);
    }
    return {};
}

Result<kernels::KernelPtr> make_delegate_kernel(MakeDelegate make, const OpCall& call) {
    OtherCall other;
    SOFTACL_TRY(fill(make, call, other));
    // Fast kernels want their own layouts and packed weights, which turned tensors do not have.
    auto inner = other.call.op->make_kernel(other.call, "reference");
    if (!inner.ok()) {
        return other.renamed(call, inner.status());
    }
    kernels::KernelPtr kernel = std::make_unique<DelegateKernel>(std::move(*inner), call, other);
    return kernel;
}

Ints channels_first(size_t rank) {
    Ints order = {0, static_cast<int64_t>(rank) - 1};
    for (size_t i = 1; i + 1 < rank; ++i) {
        order.push_back(static_cast<int64_t>(i));
    }
    return order;
}

Ints channels_last(size_t rank) {
    Ints order = {0};
    for (size_t i = 2; i < rank; ++i) {
        order.push_back(static_cast<int64_t>(i));
    }
    order.push_back(1);
    return order;
}

}  // namespace softacl::ops
