// SPDX-License-Identifier: Apache-2.0
#include "ops/nn/recurrent.h"

#include <algorithm>

#include "ops/common/for_elements.h"

namespace softacl::ops {
namespace {

/// So many that the product is a large one, and no more than the nearer caches hold until they are used.
int64_t steps_at_once(const CellPlan& p) {
    constexpr int64_t kRows = 64;
    constexpr int64_t kSums = 1 << 18;
    const int64_t batch = std::max<int64_t>(p.batch, 1);
    return std::clamp<int64_t>(std::max(kSums / (batch * p.columns()), (kRows + batch - 1) / batch), 1,
                               std::max<int64_t>(p.steps, 1));
}

/// Rows of numbers times some columns of weights.
FloatProduct product(const CellPlan& p, int64_t rows, int64_t numbers, int64_t columns, int64_t y_step, bool adds) {
    kernels::GemmParams params;
    params.m = rows;
    params.n = columns;
    params.k = numbers;
    params.a_step = numbers;
    params.transpose_b = p.has_units_as_rows;
    params.b_step = p.has_units_as_rows ? numbers : p.columns();
    params.c_row_step = adds ? y_step : 0;
    params.y_step = y_step;
    return FloatProduct(params);
}

}  // namespace

Recurrence::Recurrence(const CellPlan& plan)
    : plan_(plan),
      steps_at_once_(steps_at_once(plan)),
      of_x_(product(plan, steps_at_once_ * plan.batch, plan.width, plan.columns(), plan.columns(), false)),
      places_() {
    const bool is_gru = plan.kind == CellKind::kGru;
    of_h_ = product(plan, plan.batch, plan.units, is_gru ? plan.units : plan.columns(), plan.columns(), true);
    if (is_gru) {
        of_candidate_ = product(plan, plan.batch, plan.units, plan.units, plan.units, false);
    }
    places_ = places();
}

Recurrence::Places Recurrence::places() const {
    const CellPlan& p = plan_;
    int64_t end = 0;
    const auto reserve = [&end](int64_t floats) {
        constexpr int64_t kLine = 64 / sizeof(float);
        const int64_t at = end;
        end += (floats + kLine - 1) / kLine * kLine;
        return at;
    };
    const int64_t state = p.batch * p.units;
    const bool is_gru = p.kind == CellKind::kGru;
    Places to{};
    to.gathered = reserve(steps_at_once_ * p.batch * p.width);
    to.h = reserve(state);
    to.c = reserve(state);
    to.bias = reserve(p.columns());
    to.candidate_bias = reserve(is_gru ? p.units : 0);
    to.sums = reserve(steps_at_once_ * p.batch * p.columns());
    to.candidates = reserve(is_gru ? state : 0);
    to.scaled = reserve(is_gru ? state : 0);
    to.active = reserve(p.kind == CellKind::kLstm ? state : 0);
    const size_t bytes =
        std::max({of_x_.scratch_bytes(), of_h_.scratch_bytes(), of_candidate_.scratch_bytes()}) + sizeof(float) - 1;
    to.products = reserve(static_cast<int64_t>(bytes / sizeof(float)));
    to.end = end;
    return to;
}

/// One run: the parts of the scratch memory by name.
class Recurrence::Run {
   public:
    Run(const Recurrence& of, const CellInputs& inputs, float* scratch, FunctionRef<void(const CellState&)> write)
        : of_(of),
          p_(of.plan_),
          in_(inputs),
          write_(write),
          gathered_(scratch + of.places_.gathered),
          h_(scratch + of.places_.h),
          c_(scratch + of.places_.c),
          bias_(scratch + of.places_.bias),
          candidate_bias_(scratch + of.places_.candidate_bias),
          sums_(scratch + of.places_.sums),
          candidates_(scratch + of.places_.candidates),
          scaled_(scratch + of.places_.scaled),
          active_(scratch + of.places_.active),
          products_(scratch + of.places_.products) {}

    void begin() const {
        begin_state(in_.h_0, h_);
        begin_state(in_.c_0, c_);
        add_biases();
    }

    /// The product of x has always as many rows; some of them a second time.
    Status some_steps(int64_t begin, int64_t end) const {
        const int64_t first = end - of_.steps_at_once_;
        SOFTACL_TRY(of_.of_x_.run(rows_of_x(first), in_.w, bias_, sums_, products_));
        for (int64_t step = begin; step < end; ++step) {
            float* const sums = sums_ + (step - first) * p_.batch * p_.columns();
            SOFTACL_TRY(p_.kind == CellKind::kGru ? gru_step(step, sums) : step_with_one_product(step, sums));
        }
        return {};
    }

    void finish(FunctionRef<void(int64_t, const float*, const float*)> finish) const {
        for (int64_t n = 0; n < p_.batch; ++n) {
            finish(n, h_ + n * p_.units, c_ + n * p_.units);
        }
    }

   private:
    void begin_state(const float* given, float* state) const {
        const int64_t count = p_.batch * p_.units;
        given == nullptr ? std::fill_n(state, count, 0.0F) : std::copy_n(given, count, state);
    }

    /// All that is added before activations, but for what a GRU adds to the product that it resets.
    void add_biases() const {
        const auto value = [](const float* list, int64_t i) { return list == nullptr ? 0 : list[i]; };
        for (int64_t i = 0; i < p_.columns(); ++i) {
            const bool apart = p_.kind == CellKind::kGru && i / p_.units == p_.gate[2];
            bias_[i] = value(in_.bias_w, i) + (apart ? 0 : value(in_.bias_r, i));
            if (apart) {
                candidate_bias_[i % p_.units] = value(in_.bias_r, i);
            }
            if (p_.kind == CellKind::kLstm && i / p_.units == p_.gate[2]) {
                bias_[i] += p_.forget_bias;
            }
        }
    }

    int64_t length(int64_t n) const { return in_.lengths == nullptr ? p_.steps : int64_t{in_.lengths[n]}; }
    int64_t place(int64_t step, int64_t n) const { return p_.reverse ? length(n) - 1 - step : step; }

    /// Of steps from `first` on, one sequence after the other.
    const float* rows_of_x(int64_t first) const {
        if (!p_.reverse && p_.x_row == p_.width && p_.x_step == p_.batch * p_.width) {
            return in_.x + first * p_.x_step;
        }
        for_rows(of_.steps_at_once_ * p_.batch, p_.width, [&](int64_t row) {
            const int64_t n = row % p_.batch;
            const int64_t step = first + row / p_.batch;
            float* const to = gathered_ + row * p_.width;
            if (step < length(n)) {
                std::copy_n(in_.x + place(step, n) * p_.x_step + n * p_.x_row, p_.width, to);
            } else {
                std::fill_n(to, p_.width, 0.0F);
            }
        });
        return gathered_;
    }

    /// The weights of one gate's product with the state.
    const float* weights(size_t gate) const {
        return in_.r + p_.gate[gate] * p_.units * (p_.has_units_as_rows ? p_.units : 1);
    }

    /// body(n) for all sequences that are so long.
    template <class Body>
    void for_sequences(int64_t step, const Body& body) const {
        for_rows(p_.batch, p_.columns(), [&](int64_t n) {
            if (step < length(n)) {
                body(n);
            }
        });
    }

    /// function(i) for all units, in vectors.
    template <class Function>
    void for_units(const Function& function) const {
        const int64_t units = p_.units;
        vectorised([units, function] {
            for (int64_t i = 0; i < units; ++i) {
                function(i);
            }
        });
    }

    void activate(const CellActivation& activation, float* values) const {
        if (p_.clip > 0) {
            clip(p_.clip, values);
        }
        activation.apply(values, p_.units, values);
    }
    void clip(float bound, float* values) const {
        for_units([bound, values](int64_t i) { values[i] = std::clamp(values[i], -bound, bound); });
    }

    Status step_with_one_product(int64_t step, float* sums) const {
        SOFTACL_TRY(of_.of_h_.run(h_, in_.r, sums, sums, products_));
        for_sequences(step, [&](int64_t n) {
            float* const row = sums + n * p_.columns();
            p_.kind == CellKind::kLstm ? lstm(step, n, row) : rnn(step, n, row);
        });
        return {};
    }

    void lstm(int64_t step, int64_t n, float* sums) const {
        float* const input = sums + p_.gate[0] * p_.units;
        float* const output = sums + p_.gate[1] * p_.units;
        float* const forget = sums + p_.gate[2] * p_.units;
        float* const candidate = sums + p_.gate[3] * p_.units;
        float* const h = h_ + n * p_.units;
        float* const c = c_ + n * p_.units;
        float* const active = active_ + n * p_.units;
        add_peephole(0, c, input);
        activate(p_.f, input);
        if (p_.couples_gates) {
            for_units([=](int64_t i) { forget[i] = 1 - input[i]; });
        } else {
            add_peephole(2, c, forget);
            activate(p_.f, forget);
        }
        activate(p_.g, candidate);
        for_units([=](int64_t i) { c[i] = forget[i] * c[i] + input[i] * candidate[i]; });
        if (p_.cell_clip > 0) {
            clip(p_.cell_clip, c);
        }
        add_peephole(1, c, output);
        activate(p_.f, output);
        p_.h.apply(c, p_.units, active);
        for_units([=](int64_t i) { h[i] = output[i] * active[i]; });
        write_({place(step, n), n, h, c, {input, output, forget, candidate, active}});
    }
    void add_peephole(int64_t gate, const float* c, float* sums) const {
        if (in_.peepholes != nullptr) {
            const float* const factors = in_.peepholes + gate * p_.units;
            for_units([=](int64_t i) { sums[i] += factors[i] * c[i]; });
        }
    }

    void rnn(int64_t step, int64_t n, float* sums) const {
        activate(p_.f, sums);
        float* const h = h_ + n * p_.units;
        std::copy_n(sums, p_.units, h);
        write_({place(step, n), n, h, nullptr, {}});
    }

    Status gru_step(int64_t step, float* sums) const {
        for (const size_t gate : {size_t{0}, size_t{1}}) {
            float* const to = sums + p_.gate[gate] * p_.units;
            SOFTACL_TRY(of_.of_h_.run(h_, weights(gate), to, to, products_));
        }
        for_sequences(step, [&](int64_t n) {
            float* const row = sums + n * p_.columns();
            activate(p_.f, row + p_.gate[0] * p_.units);
            float* const reset = row + p_.gate[1] * p_.units;
            activate(p_.f, reset);
            const float* const h = h_ + n * p_.units;
            float* const scaled = scaled_ + n * p_.units;
            for_units([=](int64_t i) { scaled[i] = reset[i] * h[i]; });
        });
        const float* const state = p_.resets_after_product ? h_ : scaled_;
        SOFTACL_TRY(of_.of_candidate_.run(state, weights(2), candidate_bias_, candidates_, products_));
        for_sequences(step, [&](int64_t n) { gru(step, n, sums + n * p_.columns()); });
        return {};
    }

    void gru(int64_t step, int64_t n, float* sums) const {
        const float* const update = sums + p_.gate[0] * p_.units;
        const float* const reset = sums + p_.gate[1] * p_.units;
        float* const candidate = sums + p_.gate[2] * p_.units;
        const float* const product = candidates_ + n * p_.units;
        float* const h = h_ + n * p_.units;
        if (p_.resets_after_product) {
            for_units([=](int64_t i) { candidate[i] += reset[i] * product[i]; });
        } else {
            for_units([=](int64_t i) { candidate[i] += product[i]; });
        }
        activate(p_.g, candidate);
        for_units([=](int64_t i) { h[i] = (1 - update[i]) * candidate[i] + update[i] * h[i]; });
        write_({place(step, n), n, h, nullptr, {update, reset, candidate, product, nullptr}});
    }

    const Recurrence& of_;
    const CellPlan& p_;
    const CellInputs& in_;
    const FunctionRef<void(const CellState&)> write_;
    float* const gathered_;
    float* const h_;
    float* const c_;
    float* const bias_;
    float* const candidate_bias_;
    float* const sums_;
    float* const candidates_;
    float* const scaled_;
    float* const active_;
    float* const products_;
};

Status Recurrence::run(const CellInputs& inputs, float* scratch, FunctionRef<void(const CellState&)> write,
                       FunctionRef<void(int64_t, const float*, const float*)> finish) const {
    const Run run(*this, inputs, scratch, write);
    run.begin();
    for (int64_t begin = 0; begin < plan_.steps; begin += steps_at_once_) {
        SOFTACL_TRY(run.some_steps(begin, std::min(begin + steps_at_once_, plan_.steps)));
    }
    run.finish(finish);
    return {};
}

}  // namespace softacl::ops
