// SPDX-License-Identifier: Apache-2.0
#include "kernels/onednn/streamed.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "kernels/onednn/host.h"

namespace softacl::kernels {
namespace {

constexpr int64_t kBeyondCaches = (int64_t{32} << 20) / static_cast<int64_t>(sizeof(float));
constexpr auto kStep = static_cast<int64_t>(kStreamStep);
constexpr int64_t kStepsOfTask = 1 << 10;

class StreamedKernel final : public Kernel {
   public:
    StreamedKernel(KernelPtr whole, int64_t elements, StreamFunction function, const Elementwise& numbers)
        : whole_(std::move(whole)), elements_(elements), function_(function), numbers_(numbers) {
        name = whole_->name + " past the caches";
        input_layouts = whole_->input_layouts;
        output_layouts = whole_->output_layouts;
        packs_input = whole_->packs_input;
        reuses_input = whole_->reuses_input;
        scratch_bytes = whole_->scratch_bytes;
    }

    Status run(const Buffers& buffers) override {
        const void* const* const end = buffers.inputs + input_layouts.size();
        if (std::find(buffers.inputs, end, buffers.outputs[0]) != end) {
            return whole_->run(buffers);  // the lines of the result are in the caches already
        }
        const bool two = input_layouts.size() > 1;
        const StreamCall all{static_cast<const float*>(buffers.inputs[0]),
                             two ? static_cast<const float*>(buffers.inputs[1]) : nullptr,
                             static_cast<float*>(buffers.outputs[0]), numbers_.alpha, numbers_.beta};
        const auto address = reinterpret_cast<uintptr_t>(all.y);
        const auto before = static_cast<int64_t>((kLine - address % kLine) % kLine / sizeof(float));
        const int64_t steps = (elements_ - before) / kStep;
        host().parallel_for(steps, kStepsOfTask, [&](int64_t begin, int64_t end_step) {
            function_(from(all, before + begin * kStep), static_cast<size_t>((end_step - begin) * kStep));
        });
        run_few(all, 0, before);
        run_few(all, before + steps * kStep, elements_);
        return {};
    }

   private:
    static constexpr size_t kLine = kStreamStep * sizeof(float);

    static StreamCall from(const StreamCall& call, int64_t first) {
        return {call.a + first, call.b == nullptr ? nullptr : call.b + first, call.y + first, call.alpha, call.beta};
    }

    /// Less than a step.
    void run_few(const StreamCall& call, int64_t first, int64_t end) const {
        alignas(kLine) float values[3][kStreamStep] = {};
        const auto bytes = static_cast<size_t>(end - first) * sizeof(float);
        const StreamCall part = from(call, first);
        std::memcpy(values[0], part.a, bytes);
        if (part.b != nullptr) {
            std::memcpy(values[1], part.b, bytes);
        }
        function_({values[0], values[1], values[2], part.alpha, part.beta}, kStreamStep);
        std::memcpy(part.y, values[2], bytes);
    }

    const KernelPtr whole_;
    const int64_t elements_;
    const StreamFunction function_;
    const Elementwise numbers_;
};

}  // namespace

Result<KernelPtr> streamed(Result<KernelPtr> whole, int64_t elements, StreamFunction function,
                           const Elementwise& numbers) {
    if (!whole.ok() || elements < kBeyondCaches || function == nullptr) {
        return whole;
    }
    return KernelPtr(std::make_unique<StreamedKernel>(std::move(*whole), elements, function, numbers));
}

}  // namespace softacl::kernels
