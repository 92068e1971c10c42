// SPDX-License-Identifier: Apache-2.0
// Reference kernels for floating types: one body for all of them, and tensors whose type differs from that of others.
#pragma once

#include <cstdint>
#include <utility>

#include "base/vectorised.h"
#include "kernels/ref/real.h"
#include "ops/common/reference.h"

namespace softacl::ops {

/// The kernel of `body(TypeTag<T>(), buffers)`, which returns a Status; T is the type of an input.
template <class Body>
kernels::KernelPtr floats_kernel(const OpCall& call, size_t input, Body body) {
    kernels::KernelPtr kernel;
    kernels::ref::visit_floats(call.inputs[input]->dtype, [&](auto tag) {
        kernel = function_kernel(
            call, [body, tag](const kernels::Kernel::Buffers& buffers) -> Status { return body(tag, buffers); });
    });
    return kernel;
}

/// to[i] = from[i], of which one is float; 16-bit floats are rounded once.
template <class From, class To>
void convert_row(const From* from, int64_t count, To* to) {
    vectorised([from, count, to] {
        for (int64_t i = 0; i < count; ++i) {
            to[i] = static_cast<To>(static_cast<float>(from[i]));
        }
    });
}

/// Reads elements of any floating type, or of an absent tensor: then there are only fallbacks.
class Reals {
   public:
    Reals() = default;
    Reals(const void* data, aclDataType dtype) : data_(data), dtype_(dtype) {}

    bool is_there() const { return data_ != nullptr; }
    double at(int64_t i, double fallback = 0) const {
        if (data_ == nullptr) {
            return fallback;
        }
        switch (dtype_) {
            case ACL_DOUBLE: return static_cast<const double*>(data_)[i];
            case ACL_FLOAT16: return static_cast<double>(static_cast<float>(static_cast<const Half*>(data_)[i]));
            case ACL_BF16: return static_cast<double>(static_cast<float>(static_cast<const BFloat16*>(data_)[i]));
            default: return static_cast<double>(static_cast<const float*>(data_)[i]);
        }
    }

    /// All of them in float32: where they are if they are that, or in `memory`, which moves on. Null if absent.
    const float* floats(int64_t count, float*& memory) const {
        if (data_ == nullptr || dtype_ == ACL_FLOAT) {
            return static_cast<const float*>(data_);
        }
        float* const to = memory;
        memory += count;
        kernels::ref::visit_floats(
            dtype_, [&](auto tag) { convert_row(static_cast<const typename decltype(tag)::Type*>(data_), count, to); });
        return to;
    }

   private:
    const void* data_ = nullptr;
    aclDataType dtype_ = ACL_FLOAT;
};

/// Writes them; of an absent output nothing.
class RealResults {
   public:
    RealResults() = default;
    RealResults(void* data, aclDataType dtype) : data_(data), dtype_(dtype) {}

    bool is_there() const { return data_ != nullptr; }
    void set(int64_t i, double value) const {
        if (data_ == nullptr) {
            return;
        }
        switch (dtype_) {
            case ACL_DOUBLE: static_cast<double*>(data_)[i] = value; break;
            case ACL_FLOAT16: static_cast<Half*>(data_)[i] = Half(static_cast<float>(value)); break;
            case ACL_BF16: static_cast<BFloat16*>(data_)[i] = BFloat16(static_cast<float>(value)); break;
            default: static_cast<float*>(data_)[i] = static_cast<float>(value); break;
        }
    }

    void set_row(int64_t first, const float* values, int64_t count) const {
        if (data_ == nullptr) {
            return;
        }
        kernels::ref::visit_floats(dtype_, [&](auto tag) {
            convert_row(values, count, static_cast<typename decltype(tag)::Type*>(data_) + first);
        });
    }

   private:
    void* data_ = nullptr;
    aclDataType dtype_ = ACL_FLOAT;
};

/// The element types of a call, to make readers and writers of when it runs.
class RealPorts {
   public:
    explicit RealPorts(const OpCall& call) {
        for (const TensorType* input : call.inputs) {
            inputs_.push_back(input == nullptr ? ACL_DT_UNDEFINED : input->dtype);
        }
        for (const TensorType& output : call.outputs) {
            outputs_.push_back(output.dtype);
        }
    }
    bool has_input(size_t i) const { return i < inputs_.size() && inputs_[i] != ACL_DT_UNDEFINED; }
    Reals input(const kernels::Kernel::Buffers& b, size_t i) const {
        return has_input(i) ? Reals(b.inputs[i], inputs_[i]) : Reals();
    }
    RealResults output(const kernels::Kernel::Buffers& b, size_t i) const {
        return i < outputs_.size() ? RealResults(b.outputs[i], outputs_[i]) : RealResults();
    }

   private:
    std::vector<aclDataType> inputs_;
    std::vector<aclDataType> outputs_;
};

}  // namespace softacl::ops
