// SPDX-License-Identifier: Apache-2.0
// LSTM and RNN of Caffe. `cont` is 0 where a sequence begins: the state before it does not count.
#include <cmath>

#include "base/parallel.h"
#include "kernels/ref/real.h"
#include "ops/common/importing.h"
#include "ops/common/reference.h"
#include "ops/common/values.h"

namespace softacl::ops {
namespace {

namespace ref = kernels::ref;

constexpr DTypes kTypes = {ACL_FLOAT, ACL_FLOAT16};
constexpr int64_t kGates = 4;  ///< of an LSTM, in the order input, forget, output, candidate

/// Which inputs of the operator are what. Those that an operator does not have are beyond its inputs.
struct Ports {
    size_t x = 0;
    size_t cont = 1;
    size_t w_x, bias, w_h, x_static, h_0, c_0, w_static, w_o, bias_o;
};
constexpr size_t kNone = 99;
constexpr Ports kLstm = {0, 1, 2, 3, 4, 5, 6, 7, 8, kNone, kNone};
constexpr Ports kRnn = {0, 1, 4, 5, 7, 2, 3, kNone, 6, 8, 9};

struct Plan {
    int64_t steps = 0;
    int64_t batch = 0;
    int64_t width = 0;         ///< numbers of x
    int64_t static_width = 0;  ///< of x_static
    int64_t units = 0;
    int64_t gates = 1;
};

Status expect_shape(const OpCall& call, size_t input, const Shape& wanted) {
    if (!call.has_input(input)) {
        return {};
    }
    SOFTACL_TRY(require_same_dtype(call, 0, input));
    const Shape& shape = call.inputs[input]->shape;
    if (shape.is_known() && wanted.is_known() && shape.elements() != wanted.elements()) {
        return call.fail("the input ", input_name(call, input), " has the shape ", shape, "; expected ", wanted);
    }
    return {};
}

Result<Plan> plan_of(const OpCall& call, const Ports& ports, int64_t gates) {
    Plan p;
    p.gates = gates;
    const Shape& x = call.inputs[0]->shape;
    const Shape& cont = call.inputs[1]->shape;
    if (x.rank() < 3 || cont.rank() != 2) {
        return call.fail("the inputs x and cont have the shapes ", x, " and ", cont,
                         "; expected [steps,sequences,...] and [steps,sequences]");
    }
    if (call.has_input(ports.x_static) != call.has_input(ports.w_static)) {
        return call.fail("x_static needs its weights, and they need it");
    }
    p.steps = x[0];
    p.batch = x[1];
    p.units = call.attrs.at<int64_t>("num_output");
    if (p.units < 1 || p.units > 1 << 24) {
        return call.fail("num_output is ", p.units, "; expected 1 to 16777216");
    }
    const Shape rest(Ints(x.begin() + 2, x.end()));
    p.width = rest.is_known() ? rest.elements() : -1;
    if (call.has_input(ports.x_static)) {
        const Shape& given = call.inputs[ports.x_static]->shape;
        if (given.rank() < 2) {
            return call.fail("the input x_static has the shape ", given, "; expected [sequences,...]");
        }
        const Shape one(Ints(given.begin() + 1, given.end()));
        p.static_width = one.is_known() ? one.elements() : -1;
        SOFTACL_TRY(expect_shape(call, ports.x_static, {p.batch, p.static_width}));
        SOFTACL_TRY(expect_shape(call, ports.w_static, {p.gates * p.units, p.static_width}));
    }
    SOFTACL_TRY(expect_shape(call, ports.cont, {p.steps, p.batch}));
    SOFTACL_TRY(expect_shape(call, ports.w_x, {p.gates * p.units, p.width}));
    SOFTACL_TRY(expect_shape(call, ports.bias, {p.gates * p.units}));
    SOFTACL_TRY(expect_shape(call, ports.w_h, {p.gates * p.units, p.units}));
    SOFTACL_TRY(expect_shape(call, ports.w_o, {p.units, p.units}));
    SOFTACL_TRY(expect_shape(call, ports.bias_o, {p.units}));
    SOFTACL_TRY(expect_shape(call, ports.h_0, {1, p.batch, p.units}));
    SOFTACL_TRY(expect_shape(call, ports.c_0, {1, p.batch, p.units}));
    return p;
}

Status set_outputs(OpCall& call, const Plan& p) {
    for (size_t i = 0; i < call.outputs.size(); ++i) {
        call.outputs[i] = {call.inputs[0]->dtype, {i == 0 ? p.steps : 1, p.batch, p.units}};
        if (call.outputs[i].shape.is_known() && !call.outputs[i].shape.fits(64)) {
            return call.fail("the result is too large");
        }
    }
    return {};
}
Status infer_lstm(OpCall& call) {
    SOFTACL_ASSIGN(const Plan p, plan_of(call, kLstm, kGates));
    return set_outputs(call, p);
}
Status infer_rnn(OpCall& call) {
    SOFTACL_ASSIGN(const Plan p, plan_of(call, kRnn, 1));
    return set_outputs(call, p);
}

/// Row `row` of a matrix times a vector.
template <class W, class V>
float dot(const W* matrix, int64_t row, const V* vector, int64_t size) {
    float sum = 0;
    for (int64_t i = 0; i < size; ++i) {
        sum += static_cast<float>(matrix[row * size + i]) * static_cast<float>(vector[i]);
    }
    return sum;
}
float sigmoid(float x) { return 1 / (1 + std::exp(-x)); }

/// One run: pointers of its buffers by what they are.
template <class T>
struct Run {
    Run(const Plan& plan, const Ports& ports, size_t inputs, size_t outputs, const kernels::Kernel::Buffers& b)
        : p(plan) {
        const auto input = [&](size_t i) { return i < inputs ? static_cast<const T*>(b.inputs[i]) : nullptr; };
        x = input(ports.x), cont = input(ports.cont), w_x = input(ports.w_x), bias = input(ports.bias);
        w_h = input(ports.w_h), x_static = input(ports.x_static), h_0 = input(ports.h_0), c_0 = input(ports.c_0);
        w_static = input(ports.w_static), w_o = input(ports.w_o), bias_o = input(ports.bias_o);
        for (size_t i = 0; i < outputs; ++i) {
            y[i] = static_cast<T*>(b.outputs[i]);
        }
        h = static_cast<float*>(b.scratch);
        next = h + p.batch * p.units;
        c = next + p.batch * p.units;
    }
    static size_t scratch(const Plan& p) { return static_cast<size_t>(3 * p.batch * p.units) * sizeof(float); }

    /// What one unit adds up before its activation.
    float sum(int64_t step, int64_t n, int64_t row, bool goes_on) const {
        float value = static_cast<float>(bias[row]) + dot(w_x, row, x + (step * p.batch + n) * p.width, p.width);
        if (goes_on) {
            value += static_cast<float>(cont[step * p.batch + n]) * dot(w_h, row, h + n * p.units, p.units);
        }
        if (x_static != nullptr) {
            value += dot(w_static, row, x_static + n * p.static_width, p.static_width);
        }
        return value;
    }

    void begin() {
        for (int64_t i = 0; i < p.batch * p.units; ++i) {
            h[i] = h_0 == nullptr ? 0 : static_cast<float>(h_0[i]);
            c[i] = c_0 == nullptr ? 0 : static_cast<float>(c_0[i]);
        }
    }
    void finish() {
        for (int64_t i = 0; i < p.batch * p.units; ++i) {
            if (y[1] != nullptr) {
                y[1][i] = static_cast<T>(h[i]);
            }
            if (y[2] != nullptr) {
                y[2][i] = static_cast<T>(c[i]);
            }
        }
    }

    void lstm() {
        begin();
        for (int64_t step = 0; step < p.steps; ++step) {
            parallel_for(p.batch * p.units, 16, [&](int64_t first, int64_t last) {
                for (int64_t i = first; i < last; ++i) {
                    const int64_t n = i / p.units;
                    const int64_t unit = i % p.units;
                    const float before = static_cast<float>(cont[step * p.batch + n]);
                    const bool goes_on = before != 0;
                    const auto gate = [&](int64_t g) { return sum(step, n, g * p.units + unit, goes_on); };
                    c[i] = (goes_on ? before * sigmoid(gate(1)) * c[i] : 0) + sigmoid(gate(0)) * std::tanh(gate(3));
                    next[i] = sigmoid(gate(2)) * std::tanh(c[i]);
                    y[0][step * p.batch * p.units + i] = static_cast<T>(next[i]);
                }
            });
            std::swap(h, next);
        }
        finish();
    }

    void rnn() {
        begin();
        for (int64_t step = 0; step < p.steps; ++step) {
            parallel_for(p.batch * p.units, 16, [&](int64_t first, int64_t last) {
                for (int64_t i = first; i < last; ++i) {
                    const int64_t n = i / p.units;
                    const bool goes_on = static_cast<float>(cont[step * p.batch + n]) != 0;
                    next[i] = std::tanh(sum(step, n, i % p.units, goes_on));
                }
            });
            std::swap(h, next);
            parallel_for(p.batch * p.units, 16, [&](int64_t first, int64_t last) {
                for (int64_t i = first; i < last; ++i) {
                    const int64_t unit = i % p.units;
                    const float value = dot(w_o, unit, h + i / p.units * p.units, p.units);
                    y[0][step * p.batch * p.units + i] =
                        static_cast<T>(std::tanh(value + static_cast<float>(bias_o[unit])));
                }
            });
        }
        finish();
    }

    const Plan& p;
    const T *x, *cont, *w_x, *bias, *w_h, *x_static, *h_0, *c_0, *w_static, *w_o, *bias_o;
    T* y[3] = {};
    float *h, *next, *c;
};

Result<kernels::KernelPtr> make(const OpCall& call, const Ports& ports, int64_t gates, bool is_lstm) {
    SOFTACL_TRY(require_known_shapes(call));
    SOFTACL_ASSIGN(const Plan p, plan_of(call, ports, gates));
    kernels::KernelPtr kernel;
    const size_t inputs = call.inputs.size();
    const size_t outputs = call.outputs.size();
    ref::visit_floats(call.inputs[0]->dtype, [&](auto tag) {
        using T = typename decltype(tag)::Type;
        kernel = function_kernel(call, [=](const kernels::Kernel::Buffers& b) -> Status {
            Run<T> run(p, ports, inputs, outputs, b);
            is_lstm ? run.lstm() : run.rnn();
            return {};
        });
        kernel->scratch_bytes = Run<T>::scratch(p);
    });
    return kernel;
}
Result<kernels::KernelPtr> make_lstm(const OpCall& call) { return make(call, kLstm, kGates, true); }
Result<kernels::KernelPtr> make_rnn(const OpCall& call) { return make(call, kRnn, 1, false); }

/// Bottoms: x, cont, perhaps x_static, and with expose_hidden the states. Blobs: W_x, b, W_static if there is
/// x_static, W_h, and of an RNN W_o, b_o.
Imported import_recurrent(Importer& graph, const ForeignNode& node, const char* op, const Ports& ports, size_t states,
                          size_t outer) {
    const bool exposed = node.attrs.get<bool>("expose_hidden", false);
    const size_t bottoms = node.inputs.size() - node.blobs;
    const size_t fixed = 2 + (exposed ? states : 0);
    const bool has_static = bottoms == fixed + 1;
    if (bottoms != fixed && !has_static) {
        return import_fail("it has ", bottoms, " bottoms; expected x, cont, perhaps x_static",
                           exposed ? ", and the states" : "");
    }
    if (node.blobs != 3 + outer + (has_static ? 1 : 0)) {
        return import_fail("it has ", node.blobs, " blobs; expected ", 3 + outer + (has_static ? 1 : 0));
    }
    *node.blobs_read = node.blobs;
    const size_t wanted = 1 + (exposed ? states : 0);
    if (node.outputs != wanted) {
        return import_fail("it has ", node.outputs, " tops; expected ", wanted);
    }
    std::vector<ValueRef> inputs(states == 2 ? 9 : 10, kNoValue);
    size_t next = 0;
    const auto take = [&](size_t port) { inputs[port] = node.inputs[next++]; };
    take(ports.x);
    take(ports.cont);
    if (has_static) {
        take(ports.x_static);
    }
    if (exposed) {
        take(ports.h_0);
        if (states == 2) {
            take(ports.c_0);
        }
    }
    take(ports.w_x);
    take(ports.bias);
    if (has_static) {
        take(ports.w_static);
    }
    take(ports.w_h);
    if (outer != 0) {
        take(ports.w_o);
        take(ports.bias_o);
    }
    while (inputs.back() == kNoValue) {
        inputs.pop_back();
    }
    return graph.add_node(op, std::move(inputs),
                          {{"num_output", node.attrs.get<int64_t>("num_output", 0)}, {"expose_hidden", exposed}},
                          node.outputs, "");
}
Imported import_lstm(Importer& graph, const ForeignNode& node) {
    return import_recurrent(graph, node, "LSTM", kLstm, 2, 0);
}
Imported import_rnn(Importer& graph, const ForeignNode& node) {
    return import_recurrent(graph, node, "RNN", kRnn, 1, 2);
}

}  // namespace

OpDef declare_LSTM() {
    return OpDef("LSTM", "Long short-term memory of Caffe; gates in the order input, forget, output, candidate.")
        .input("x", kTypes)
        .input("cont", kTypes)
        .input("w_x", kTypes)
        .input("bias", kTypes)
        .input("w_h", kTypes)
        .optional_input("x_static", kTypes)
        .optional_input("h_0", kTypes)
        .optional_input("c_0", kTypes)
        .optional_input("w_x_static", kTypes)
        .output("h", kTypes)
        .output("h_t", kTypes)
        .output("c_t", kTypes)
        .attr("num_output", int64_t{0})
        .attr("expose_hidden", false)
        .infer(infer_lstm)
        .kernel("reference", make_lstm)
        .caffe("LSTM", import_lstm);
}

OpDef declare_RNN() {
    return OpDef("RNN", "Recurrent network of Caffe: a hidden state, and an output made of it at each step.")
        .input("x", kTypes)
        .input("cont", kTypes)
        .optional_input("x_static", kTypes)
        .optional_input("h_0", kTypes)
        .input("w_xh", kTypes)
        .input("bias_h", kTypes)
        .optional_input("w_sh", kTypes)
        .input("w_hh", kTypes)
        .input("w_ho", kTypes)
        .input("bias_o", kTypes)
        .output("o", kTypes)
        .output("h_t", kTypes)
        .attr("num_output", int64_t{0})
        .attr("expose_hidden", false)
        .infer(infer_rnn)
        .kernel("reference", make_rnn)
        .caffe("RNN", import_rnn);
}

}  // namespace softacl::ops
