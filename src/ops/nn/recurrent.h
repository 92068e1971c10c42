// SPDX-License-Identifier: Apache-2.0
// The loops of recurrent networks, in float32: products of many steps at once, then step by step.
#pragma once

#include <array>
#include <cstdint>

#include "base/function_ref.h"
#include "base/status.h"
#include "ops/nn/cell_activation.h"
#include "ops/nn/float_product.h"

namespace softacl::ops {

enum class CellKind { kLstm, kGru, kRnn };
inline constexpr int64_t gates_of(CellKind kind) {
    return kind == CellKind::kLstm ? 4 : kind == CellKind::kGru ? 3 : 1;
}

/// What does not change from run to run. Gates by what they do: of an LSTM input, output, forget, candidate; of a GRU
/// update, reset, candidate.
struct CellPlan {
    CellKind kind = CellKind::kLstm;
    int64_t steps = 0;
    int64_t batch = 0;
    int64_t width = 0;
    int64_t units = 0;
    int64_t x_step = 0;  ///< sequence n at step t is x + t * x_step + n * x_row
    int64_t x_row = 0;
    bool has_units_as_rows = true;  ///< weights are [gates * units, numbers], else [numbers, gates * units]
    std::array<int64_t, 4> gate = {0, 1, 2, 3};  ///< which block of weights each is
    CellActivation f, g, h;
    float clip = -1;       ///< of what activations are given; not above 0: none
    float cell_clip = -1;  ///< of an LSTM's cell
    float forget_bias = 0;
    bool couples_gates = false;         ///< forget is 1 - input
    bool resets_after_product = false;  ///< of a GRU
    bool reverse = false;

    int64_t columns() const { return gates_of(kind) * units; }
};

/// What one run reads.
struct CellInputs {
    const float* x = nullptr;
    const float* w = nullptr;
    const float* r = nullptr;
    const float* bias_w = nullptr;  ///< may be null, as all below
    const float* bias_r = nullptr;
    const float* peepholes = nullptr;  ///< input, output, forget
    const float* h_0 = nullptr;
    const float* c_0 = nullptr;
    const int32_t* lengths = nullptr;
};

/// The new state of sequence n at a step, a number for each unit. The gates are what CellPlan calls them, activated,
/// then of an LSTM tanh of c, of a GRU the candidate's product with the state.
struct CellState {
    int64_t step = 0;
    int64_t n = 0;
    const float* h = nullptr;
    const float* c = nullptr;  ///< of an LSTM
    std::array<const float*, 5> gates = {};
};

/// One thread at a time.
class Recurrence {
   public:
    explicit Recurrence(const CellPlan& plan);

    size_t scratch_floats() const { return static_cast<size_t>(places_.end); }

    /// `write` gets each new state, perhaps of several sequences at the same time; `finish(n, h, c)` gets the last
    /// ones.
    Status run(const CellInputs& inputs, float* scratch, FunctionRef<void(const CellState&)> write,
               FunctionRef<void(int64_t, const float*, const float*)> finish) const;

   private:
    class Run;
    /// Where things lie in the scratch memory.
    struct Places {
        int64_t gathered, h, c, bias, candidate_bias, sums, candidates, scaled, active, products, end;
    };
    Places places() const;

    CellPlan plan_;
    int64_t steps_at_once_ = 1;
    FloatProduct of_x_;          ///< all gates of some steps
    FloatProduct of_h_;          ///< all gates; of a GRU one of the first two
    FloatProduct of_candidate_;  ///< of a GRU
    Places places_;
};

}  // namespace softacl::ops
