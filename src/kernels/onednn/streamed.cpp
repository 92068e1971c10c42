// SPDX-License-Identifier: Apache-2.0
#include "kernels/onednn/streamed.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "kernels/onednn/host.h"
#include "kernels/onednn/stream_rows.h"

namespace softacl::kernels {
namespace {

constexpr int64_t kBeyondCaches = (int64_t{32} << 20) / static_cast<int64_t>(sizeof(float));
// Of inputs and result together little more than a core's own cache, and much for the cost of a call.
constexpr int64_t kPiece = 1 << 15;

class StreamedKernel final : public Kernel {
   public:
    StreamedKernel(KernelPtr whole, std::vector<KernelPtr> pieces, KernelPtr rest, int64_t elements)
        : whole_(std::move(whole)),
          pieces_(std::move(pieces)),
          rest_(std::move(rest)),
          failures_(pieces_.size()),
          count_(elements / kPiece),
          piece_bytes_((pieces_.front()->scratch_bytes + kAlignment - 1) / kAlignment * kAlignment +
                       kPiece * sizeof(float)) {
        name = whole_->name + " in pieces";
        input_layouts = whole_->input_layouts;
        output_layouts = whole_->output_layouts;
        packs_input = whole_->packs_input;
        reuses_input = whole_->reuses_input;
        const size_t rest_bytes = rest_ == nullptr ? 0 : rest_->scratch_bytes;
        scratch_bytes = std::max({whole_->scratch_bytes, rest_bytes, pieces_.size() * piece_bytes_});
    }

    Status run(const Buffers& buffers) override {
        const void* const* const end = buffers.inputs + input_layouts.size();
        const bool in_place = std::find(buffers.inputs, end, buffers.outputs[0]) != end;
        if (in_place) {  // the lines of the result are in the caches already
            return whole_->run(buffers);
        }
        std::fill(failures_.begin(), failures_.end(), Status());
        host().parallel_for(count_, 1, [&](int64_t begin, int64_t end_piece) {
            const auto thread = static_cast<size_t>(host().team_index());
            if (failures_[thread].ok()) {
                failures_[thread] = run_pieces(buffers, thread, begin, end_piece);
            }
        });
        for (const Status& failure : failures_) {
            SOFTACL_TRY(failure);
        }
        return rest_ == nullptr ? Status() : run_at(*rest_, buffers, count_ * kPiece, nullptr, buffers.scratch);
    }

   private:
    static constexpr size_t kAlignment = 64;

    /// `result`: null if the elements go to their place at once.
    Status run_at(Kernel& kernel, const Buffers& buffers, int64_t first, float* result, void* scratch) const {
        constexpr size_t kMostInputs = 2;
        const void* inputs[kMostInputs] = {};
        for (size_t i = 0; i < input_layouts.size(); ++i) {
            inputs[i] = static_cast<const float*>(buffers.inputs[i]) + first;
        }
        void* output = result == nullptr ? static_cast<float*>(buffers.outputs[0]) + first : result;
        return kernel.run({inputs, &output, nullptr, scratch});
    }

    Status run_pieces(const Buffers& buffers, size_t slot, int64_t begin, int64_t end) {
        auto* const result = reinterpret_cast<float*>(static_cast<char*>(buffers.scratch) + slot * piece_bytes_);
        for (int64_t i = begin; i < end; ++i) {
            SOFTACL_TRY(run_at(*pieces_[slot], buffers, i * kPiece, result, result + kPiece));
            copy_past_caches(result, kPiece, static_cast<float*>(buffers.outputs[0]) + i * kPiece);
        }
        return {};
    }

    KernelPtr whole_;
    std::vector<KernelPtr> pieces_;  ///< one per thread
    KernelPtr rest_;                 ///< of what is less than a piece; null: nothing
    std::vector<Status> failures_;   ///< of each thread
    int64_t count_;
    size_t piece_bytes_;
};

}  // namespace

Result<KernelPtr> streamed(Result<KernelPtr> whole, int64_t elements, FunctionRef<Result<KernelPtr>(int64_t)> make) {
    if (!whole.ok() || elements < kBeyondCaches || !writes_past_caches()) {
        return whole;
    }
    std::vector<KernelPtr> pieces(std::max<size_t>(host().parallel_width(), 1));
    for (KernelPtr& piece : pieces) {
        SOFTACL_ASSIGN(piece, make(kPiece));
    }
    KernelPtr rest;
    if (elements % kPiece != 0) {
        SOFTACL_ASSIGN(rest, make(elements % kPiece));
    }
    return KernelPtr(std::make_unique<StreamedKernel>(std::move(*whole), std::move(pieces), std::move(rest), elements));
}

}  // namespace softacl::kernels
