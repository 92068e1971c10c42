// SPDX-License-Identifier: Apache-2.0
// One call of an operator in a test: completed, given to a kernel, run.
#pragma once

#include <gtest/gtest.h>

#include <cmath>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "kernels/fast.h"
#include "ops/op_def.h"
#include "unit/ops/op_ledger.h"

namespace softacl::ops {

/// Whether fast kernels can be tested here.
inline bool has_fast_kernels() { return kernels::fast_kernels().ok(); }

class NnCall {
   public:
    explicit NnCall(const std::string& op, size_t outputs = 0) : op_(find_op(op)) {
        EXPECT_NE(op_, nullptr) << op;
        call_.name = "n";
        call_.outputs.resize(outputs);
    }

    NnCall& input(Tensor tensor, bool constant = true) {
        tensors_.push_back(std::make_shared<Tensor>(std::move(tensor)));
        types_.push_back(std::make_shared<TensorType>(tensors_.back()->type()));
        call_.inputs.push_back(types_.back().get());
        call_.constants.push_back(constant ? tensors_.back().get() : nullptr);
        return *this;
    }
    /// Known when the model runs only.
    NnCall& variable(Tensor tensor) { return input(std::move(tensor), false); }
    /// For inference only; a dimension may be -1.
    NnCall& typed(aclDataType dtype, Shape shape) {
        types_.push_back(std::make_shared<TensorType>(TensorType{dtype, std::move(shape), ACL_FORMAT_ND}));
        call_.inputs.push_back(types_.back().get());
        call_.constants.push_back(nullptr);
        tensors_.push_back(nullptr);
        return *this;
    }
    NnCall& absent() {
        call_.inputs.push_back(nullptr);
        call_.constants.push_back(nullptr);
        tensors_.push_back(nullptr);
        return *this;
    }
    NnCall& attr(const std::string& name, Attr value) {
        call_.attrs.set(name, std::move(value));
        return *this;
    }

    Status complete() { return op_->complete(call_); }
    /// The sentence of the failure to complete; "" if there is none.
    std::string failure() { return complete().message(); }
    Shape shape(size_t output = 0) {
        const Status status = complete();
        EXPECT_TRUE(status.ok()) << status.message();
        return status.ok() ? call_.outputs[output].shape : Shape();
    }

    Result<std::vector<Tensor>> try_run(const char* kernel_name) {
        SOFTACL_TRY(complete());
        SOFTACL_ASSIGN(kernels::KernelPtr kernel, op_->make_kernel(call_, kernel_name));
        EXPECT_EQ(kernel->input_layouts.size(), call_.inputs.size());
        EXPECT_EQ(kernel->packs_input.size(), call_.inputs.size());
        EXPECT_EQ(kernel->output_layouts.size(), call_.outputs.size());
        std::vector<const void*> constants(call_.inputs.size());
        std::vector<const void*> inputs(call_.inputs.size());
        std::vector<std::shared_ptr<void>> copies;
        for (size_t i = 0; i < tensors_.size(); ++i) {
            if (tensors_[i] == nullptr) {
                continue;
            }
            if (kernel->packs_input[i]) {
                EXPECT_NE(call_.constants[i], nullptr) << "packs an input that is no constant: " << i;
                constants[i] = tensors_[i]->data();
                continue;
            }
            const TensorType& type = tensors_[i]->type();
            const kernels::Layout layout = kernel->input_layouts[i];
            copies.push_back(aligned_block(kernels::storage_bytes(type, layout) + kSlack));
            SOFTACL_TRY(reorder(type, {}, tensors_[i]->data(), layout, copies.back().get()));
            inputs[i] = copies.back().get();
        }
        const auto packed = aligned_block(kernel->packed_bytes + kSlack);
        const auto scratch = aligned_block(kernel->scratch_bytes + kSlack);
        SOFTACL_TRY(kernel->pack(constants, packed.get()));
        std::vector<Tensor> outputs;
        std::vector<void*> pointers;
        for (size_t i = 0; i < call_.outputs.size(); ++i) {
            // A fast kernel may answer in blocks; then it is reordered.
            const size_t bytes = kernels::storage_bytes(call_.outputs[i], kernel->output_layouts[i]);
            copies.push_back(aligned_block(bytes + kSlack));
            pointers.push_back(copies.back().get());
        }
        for (int round = 0; round < 2; ++round) {  // nothing of the first run may stay
            SOFTACL_TRY(kernel->run({inputs.data(), pointers.data(), packed.get(), scratch.get()}));
        }
        for (size_t i = 0; i < call_.outputs.size(); ++i) {
            SOFTACL_ASSIGN(Tensor output, plain(call_.outputs[i], kernel->output_layouts[i], pointers[i]));
            outputs.push_back(std::move(output));
        }
        note_success(op_->name());
        return outputs;
    }
    std::vector<Tensor> run_all(const char* kernel_name = "reference") {
        auto outputs = try_run(kernel_name);
        EXPECT_TRUE(outputs.ok()) << outputs.status().message();
        return outputs.ok() ? std::move(*outputs) : std::vector<Tensor>(call_.outputs.size());
    }
    Tensor run(const char* kernel_name = "reference") { return run_all(kernel_name).front(); }

    OpCall& call() { return call_; }

   private:
    static constexpr size_t kSlack = 64;

    static Status reorder(const TensorType& type, kernels::Layout from, const void* data, kernels::Layout to,
                          void* out) {
        if (from == to) {
            std::memcpy(out, data, kernels::storage_bytes(type, to));
            return {};
        }
        SOFTACL_ASSIGN(const auto* fast, kernels::fast_kernels());
        SOFTACL_ASSIGN(kernels::KernelPtr kernel, fast->reorder(type, from, to));
        const auto scratch = aligned_block(kernel->scratch_bytes);
        return kernel->run({&data, &out, nullptr, scratch.get()});
    }
    static Result<Tensor> plain(const TensorType& type, kernels::Layout layout, void* data) {
        void* copy = nullptr;
        Tensor tensor = Tensor::zeros(type, &copy);
        SOFTACL_TRY(reorder(type, layout, data, {}, copy));
        return tensor;
    }

    const OpDef* op_;
    OpCall call_;
    std::vector<std::shared_ptr<Tensor>> tensors_;
    std::vector<std::shared_ptr<TensorType>> types_;
};

/// Numbers that repeat from run to run.
class Dice {
   public:
    explicit Dice(unsigned seed) : engine_(seed) {}
    int64_t number(int64_t low, int64_t high) { return std::uniform_int_distribution<int64_t>(low, high)(engine_); }
    bool coin() { return number(0, 1) == 1; }
    Tensor floats(Shape shape, float low = -1, float high = 1) {
        std::uniform_real_distribution<float> values(low, high);
        std::vector<float> list(static_cast<size_t>(shape.elements()));
        for (float& value : list) {
            value = values(engine_);
        }
        return Tensor::of<float>(std::move(shape), list);
    }

   private:
    std::mt19937 engine_;
};

inline Tensor converted(const Tensor& floats, aclDataType dtype) {
    Tensor result;
    visit_dtype(dtype, [&](auto tag) {
        using T = typename decltype(tag)::Type;
        std::vector<T> values;
        if constexpr (!std::is_same_v<T, bool>) {
            for (const float value : floats.to_floats()) {
                values.push_back(static_cast<T>(value));
            }
            result = Tensor::of<T>(floats.shape(), values);
        }
    });
    return result;
}

/// Element by element, relative above 1.
inline void expect_near(const Tensor& got, const std::vector<double>& wanted, double tolerance,
                        const std::string& what = "") {
    const auto values = got.to_floats();
    ASSERT_EQ(values.size(), wanted.size()) << what;
    for (size_t i = 0; i < wanted.size(); ++i) {
        ASSERT_NEAR(values[i], wanted[i], tolerance * std::max(1.0, std::abs(wanted[i]))) << what << " element " << i;
    }
}
inline void expect_near(const Tensor& got, const Tensor& wanted, double tolerance, const std::string& what = "") {
    EXPECT_EQ(got.shape(), wanted.shape()) << what;
    const auto values = wanted.to_floats();
    expect_near(got, std::vector<double>(values.begin(), values.end()), tolerance, what);
}

/// The fast kernel, if there is one and it takes the call, against the plain loops. Says whether it was there.
inline bool expect_fast_like_reference(NnCall& call, double tolerance, const std::string& what = "") {
    if (!has_fast_kernels()) {
        return false;
    }
    const Tensor wanted = call.run("reference");
    auto got = call.try_run("onednn");
    if (!got.ok()) {
        return false;
    }
    expect_near(got->front(), wanted, tolerance, what);
    return true;
}

}  // namespace softacl::ops
