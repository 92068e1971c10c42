// SPDX-License-Identifier: Apache-2.0
// The loops of recurrent networks. Weights may lie in any order; everything is computed in float32.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "base/parallel.h"
#include "base/status.h"
#include "base/vectorised.h"

namespace softacl::ops {

/// A function of one number with up to two parameters.
struct CellActivation {
    enum class Kind {
        kSigmoid,
        kTanh,
        kRelu,
        kAffine,
        kLeakyRelu,
        kThresholdedRelu,
        kScaledTanh,
        kHardSigmoid,
        kElu,
        kSoftsign,
        kSoftplus
    };
    Kind kind = Kind::kSigmoid;
    float alpha = 0;
    float beta = 0;

    float operator()(float x) const;

    /// By ONNX's names, in any case; how many parameters it takes, and their defaults, are filled in.
    static Result<CellActivation> named(const std::string& name);
    int parameters() const;
};

/// A matrix read as rows of units; the strides count elements.
template <class T>
struct CellMatrix {
    const T* data = nullptr;
    int64_t row = 0;
    int64_t column = 0;

    float dot(int64_t unit, const float* vector, int64_t size) const {
        const T* at = data + unit * row;
        if (column == 1) {
            return dot_close(at, vector, size);
        }
        float sum = 0;
        for (int64_t i = 0; i < size; ++i) {
            sum += static_cast<float>(at[i * column]) * vector[i];
        }
        return sum;
    }

   private:
    /// Of elements that lie one after the other. Several sums, so that none waits for the one before.
    static float dot_close(const T* at, const float* vector, int64_t size) {
        constexpr int64_t kLanes = 16;
        std::array<float, kLanes> sums{};
        const int64_t whole = size / kLanes * kLanes;
        vectorised([&sums, at, vector, whole] {
            std::array<float, kLanes> mine{};  // which nobody else may change
            for (int64_t i = 0; i < whole; i += kLanes) {
                for (int64_t k = 0; k < kLanes; ++k) {
                    mine[static_cast<size_t>(k)] += static_cast<float>(at[i + k]) * vector[i + k];
                }
            }
            sums = mine;
        });
        float sum = 0;
        for (const float part : sums) {
            sum += part;
        }
        for (int64_t i = whole; i < size; ++i) {
            sum += static_cast<float>(at[i]) * vector[i];
        }
        return sum;
    }
};

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
    std::array<int64_t, 4> gate = {0, 1, 2, 3};  ///< which block of weights each is
    CellActivation f, g, h;
    float clip = -1;       ///< of what activations are given; not above 0: none
    float cell_clip = -1;  ///< of an LSTM's cell
    float forget_bias = 0;
    bool couples_gates = false;         ///< forget is 1 - input
    bool resets_after_product = false;  ///< of a GRU
    bool reverse = false;

    size_t scratch_floats() const { return static_cast<size_t>(batch * (width + units * (2 + 2 * gates_of(kind)))); }
};

/// Pointers of one run in one direction. Those that may be null say so.
template <class T>
struct CellRun {
    const CellPlan& p;
    const T* x;  ///< sequence n at step t is x + t * x_step + n * x_row
    int64_t x_step;
    int64_t x_row;
    CellMatrix<T> w;  ///< gates * units rows
    CellMatrix<T> r;
    const T* bias_w = nullptr;         ///< may be null
    const T* bias_r = nullptr;         ///< may be null
    const T* peepholes = nullptr;      ///< input, output, forget; may be null
    const T* h_0 = nullptr;            ///< may be null
    const T* c_0 = nullptr;            ///< may be null
    const int32_t* lengths = nullptr;  ///< may be null
    float* scratch;

    /// `write(step, n, unit, h, c, gates)` gets each new state; gates are what CellPlan calls them, activated, then
    /// of an LSTM tanh of c, of a GRU the candidate's product with the state.
    /// `finish(n, unit, h, c)` gets the last state of each sequence.
    template <class Write, class Finish>
    void run(Write&& write, Finish&& finish);

   private:
    float clipped(float value) const { return p.clip > 0 ? std::clamp(value, -p.clip, p.clip) : value; }
    float bias(const T* list, int64_t row) const { return list == nullptr ? 0 : static_cast<float>(list[row]); }
    float peephole(int64_t gate, int64_t unit) const {
        return peepholes == nullptr ? 0 : static_cast<float>(peepholes[gate * p.units + unit]);
    }
};

template <class T>
template <class Write, class Finish>
void CellRun<T>::run(Write&& write, Finish&& finish) {
    const int64_t gates = gates_of(p.kind);
    const int64_t rows = gates * p.units;
    float* const inputs = scratch;  // of one step
    float* const h = inputs + p.batch * p.width;
    float* const c = h + p.batch * p.units;
    float* const from_x = c + p.batch * p.units;  // products, for each row of the weights
    float* const from_h = from_x + p.batch * rows;
    for (int64_t n = 0; n < p.batch; ++n) {
        for (int64_t unit = 0; unit < p.units; ++unit) {
            const int64_t at = n * p.units + unit;
            // NOLINTNEXTLINE(clang-analyzer-core.NullDereference): what runs has scratch memory
            h[at] = h_0 == nullptr ? 0 : static_cast<float>(h_0[at]);
            c[at] = c_0 == nullptr ? 0 : static_cast<float>(c_0[at]);
        }
    }
    const auto length = [&](int64_t n) { return lengths == nullptr ? p.steps : int64_t{lengths[n]}; };
    for (int64_t step = 0; step < p.steps; ++step) {
        const auto place = [&](int64_t n) { return p.reverse ? length(n) - 1 - step : step; };
        for (int64_t n = 0; n < p.batch; ++n) {
            for (int64_t i = 0; step < length(n) && i < p.width; ++i) {
                // NOLINTNEXTLINE(clang-analyzer-core.NullDereference): no operator runs without this input
                inputs[n * p.width + i] = static_cast<float>(x[place(n) * x_step + n * x_row + i]);
            }
        }
        const auto product = [&](int64_t n, int64_t row) {
            from_x[n * rows + row] = w.dot(row, inputs + n * p.width, p.width) + bias(bias_w, row);
        };
        // A GRU that resets the state first multiplies its candidate below.
        const bool late = p.kind == CellKind::kGru && !p.resets_after_product;
        parallel_for(p.batch * rows, 16, [&](int64_t begin, int64_t end) {
            for (int64_t i = begin; i < end; ++i) {
                const int64_t n = i / rows;
                const int64_t row = i % rows;
                if (step >= length(n)) {
                    continue;
                }
                product(n, row);
                if (!late || row / p.units != p.gate[2]) {
                    from_h[i] = r.dot(row, h + n * p.units, p.units) + bias(bias_r, row);
                }
            }
        });
        for (int64_t n = 0; n < p.batch; ++n) {
            if (step >= length(n)) {
                continue;
            }
            float* const xs = from_x + n * rows;
            float* const hs = from_h + n * rows;
            float* const state = h + n * p.units;
            const auto sum = [&](size_t gate, int64_t unit) {
                const int64_t row = p.gate[gate] * p.units + unit;
                return xs[row] + hs[row];
            };
            if (p.kind == CellKind::kLstm) {
                for (int64_t unit = 0; unit < p.units; ++unit) {
                    const float before = c[n * p.units + unit];
                    const float input = p.f(clipped(sum(0, unit) + peephole(0, unit) * before));
                    const float forget = p.couples_gates
                                             ? 1 - input
                                             : p.f(clipped(sum(2, unit) + p.forget_bias + peephole(2, unit) * before));
                    const float candidate = p.g(clipped(sum(3, unit)));
                    float cell = forget * before + input * candidate;
                    if (p.cell_clip > 0) {
                        cell = std::clamp(cell, -p.cell_clip, p.cell_clip);
                    }
                    const float output = p.f(clipped(sum(1, unit) + peephole(1, unit) * cell));
                    const float active = p.h(cell);
                    c[n * p.units + unit] = cell;
                    state[unit] = output * active;
                    write(place(n), n, unit, state[unit], cell,
                          std::array<float, 5>{input, output, forget, candidate, active});
                }
            } else if (p.kind == CellKind::kGru) {
                for (int64_t unit = 0; unit < p.units; ++unit) {  // activated gates take the place of the sums
                    for (const size_t gate : {size_t{0}, size_t{1}}) {
                        xs[p.gate[gate] * p.units + unit] = p.f(clipped(sum(gate, unit)));
                    }
                }
                float* const reset = xs + p.gate[1] * p.units;
                float* const product_h = hs + p.gate[2] * p.units;
                if (late) {
                    float* const scaled = hs + p.gate[0] * p.units;  // free by now
                    for (int64_t unit = 0; unit < p.units; ++unit) {
                        scaled[unit] = reset[unit] * state[unit];
                    }
                    for (int64_t unit = 0; unit < p.units; ++unit) {
                        const int64_t row = p.gate[2] * p.units + unit;
                        product_h[unit] = r.dot(row, scaled, p.units) + bias(bias_r, row);
                    }
                }
                for (int64_t unit = 0; unit < p.units; ++unit) {
                    const float update = xs[p.gate[0] * p.units + unit];
                    const float factor = late ? 1 : reset[unit];
                    const float candidate = p.g(clipped(xs[p.gate[2] * p.units + unit] + factor * product_h[unit]));
                    state[unit] = (1 - update) * candidate + update * state[unit];
                    write(place(n), n, unit, state[unit], 0.0F,
                          std::array<float, 5>{update, reset[unit], candidate, product_h[unit], 0});
                }
            } else {
                for (int64_t unit = 0; unit < p.units; ++unit) {
                    state[unit] = p.f(clipped(sum(0, unit)));
                    write(place(n), n, unit, state[unit], 0.0F, std::array<float, 5>{});
                }
            }
        }
    }
    for (int64_t i = 0; i < p.batch * p.units; ++i) {
        finish(i / p.units, i % p.units, h[i], c[i]);
    }
}

}  // namespace softacl::ops
