// SPDX-License-Identifier: Apache-2.0
// LSTM and GRU whose weights are matrices of inputs by gates, and which also give what each gate was.
#include "ops/nn/recurrent.h"

#include <memory>

#include "ops/common/reals.h"
#include "ops/common/values.h"

namespace softacl::ops {
namespace {

constexpr DTypes kTypes = {ACL_FLOAT, ACL_FLOAT16};
constexpr size_t kNone = 99;
constexpr int64_t kMostUnits = 1 << 20;

/// Where an operator has its tensors, and what it has.
struct Ports {
    CellKind kind;
    bool one_step;    ///< x is [sequences, numbers]
    bool one_matrix;  ///< the rows of the state follow those of x
    size_t w, r, bias_w, bias_r, h_0, c_0;
};
constexpr Ports kCell = {CellKind::kLstm, true, true, 3, 3, 4, kNone, 1, 2};
constexpr Ports kLstm = {CellKind::kLstm, false, true, 1, 1, 2, kNone, 4, 5};
constexpr Ports kLstmV2 = {CellKind::kLstm, false, false, 1, 2, 3, kNone, 5, 6};
constexpr Ports kGru = {CellKind::kGru, false, false, 1, 2, 3, 4, 6, kNone};

const Ports& ports_of(const OpCall& call) {
    const std::string& name = call.op->name();
    return name == "BasicLSTMCell" ? kCell : name == "DynamicRNN" ? kLstm : name == "DynamicRNNV2" ? kLstmV2 : kGru;
}

/// Attributes that have one supported value, and optional inputs that must be absent.
Status refuse_rest(const OpCall& call) {
    const std::pair<const char*, Attr> fixed[] = {{"direction", std::string("UNIDIRECTIONAL")},
                                                  {"cell_type", std::string("LSTM")},
                                                  {"cell_depth", int64_t{1}},
                                                  {"use_peephole", false},
                                                  {"keep_prob", 1.0F},
                                                  {"num_proj", int64_t{0}},
                                                  {"activation", std::string("tanh")},
                                                  {"recurrent_activation", std::string("sigmoid")},
                                                  {"stateful", false},
                                                  {"merge_mode", std::string("concat")},
                                                  {"state_is_tuple", true}};
    for (const auto& [name, value] : fixed) {
        const Attr* given = call.attrs.find(name);
        if (given != nullptr && !(*given == value)) {
            return call.fail("the attribute ", name, " has another value than its only supported one, the default");
        }
    }
    for (size_t i = 0; i < call.inputs.size(); ++i) {
        const std::string name = call.op->inputs()[i].name;
        if (call.has_input(i) && (name == "mask" || name == "seq_length" || name.compare(0, 2, "wc") == 0)) {
            return call.fail("the input ", name, " is given, which is not supported");
        }
    }
    return {};
}

Status expect(const OpCall& call, size_t input, const Shape& wanted, bool any_leading = false) {
    if (!call.has_input(input)) {
        return {};
    }
    const Shape& shape = call.inputs[input]->shape;
    const size_t more = any_leading && shape.rank() == wanted.rank() + 1 && (shape[0] == 1 || shape[0] < 0) ? 1 : 0;
    bool fits = shape.rank() == wanted.rank() + more;
    for (size_t i = 0; fits && i < wanted.rank(); ++i) {
        fits = shape[i + more] < 0 || wanted[i] < 0 || shape[i + more] == wanted[i];
    }
    return fits ? Status()
                : call.fail("the input ", input_name(call, input), " has the shape ", shape, "; expected ", wanted);
}

struct Plan {
    CellPlan cell;
    bool time_first = true;
};

Result<Plan> plan_of(const OpCall& call) {
    const Ports& ports = ports_of(call);
    SOFTACL_TRY(refuse_rest(call));
    Plan plan;
    CellPlan& p = plan.cell;
    p.kind = ports.kind;
    const int64_t gates = gates_of(p.kind);
    const Shape& x = call.inputs[0]->shape;
    if (x.rank() != (ports.one_step ? 2 : 3)) {
        return call.fail("the input x has the shape ", x, "; expected ", ports.one_step ? 2 : 3, " dimensions");
    }
    plan.time_first = call.attrs.get<bool>("time_major", true);
    p.steps = ports.one_step ? 1 : x[plan.time_first ? 0 : 1];
    p.batch = ports.one_step ? x[0] : x[plan.time_first ? 1 : 0];
    p.width = x[x.rank() - 1];
    const Shape& w = call.inputs[ports.w]->shape;
    if (w.rank() != 2 || (w[1] >= 0 && (w[1] % gates != 0 || w[1] < gates || w[1] > kMostUnits))) {
        return call.fail("the input ", input_name(call, ports.w), " has the shape ", w, "; expected two dimensions, ",
                         gates, " columns for each unit");
    }
    p.units = w[1] < 0 ? -1 : w[1] / gates;
    const int64_t rows = p.width < 0 || p.units < 0 ? -1 : p.width + p.units;
    SOFTACL_TRY(expect(call, ports.w, {ports.one_matrix ? rows : p.width, w[1]}));
    if (!ports.one_matrix) {
        SOFTACL_TRY(expect(call, ports.r, {p.units, w[1]}));
        SOFTACL_TRY(require_same_dtype(call, 0, ports.r));
    }
    SOFTACL_TRY(require_same_dtype(call, 0, ports.w));
    SOFTACL_TRY(expect(call, ports.bias_w, {w[1]}));
    SOFTACL_TRY(expect(call, ports.bias_r, {w[1]}));
    SOFTACL_TRY(expect(call, ports.h_0, {p.batch, p.units}, true));
    SOFTACL_TRY(expect(call, ports.c_0, {p.batch, p.units}, true));
    p.x_step = p.width * (plan.time_first ? p.batch : 1);
    p.x_row = p.width * (plan.time_first ? 1 : p.steps);
    p.has_units_as_rows = false;
    p.f = CellActivation{CellActivation::Kind::kSigmoid};
    p.g = p.h = CellActivation{CellActivation::Kind::kTanh};
    p.forget_bias = call.attrs.get<float>("forget_bias", 0.0F);
    p.resets_after_product = call.attrs.get<bool>("reset_after", true);
    const float clip = call.attrs.get<float>("cell_clip", -1.0F);
    if (clip > 0 && p.kind == CellKind::kGru) {
        return call.fail("the attribute cell_clip is ", clip, "; units of this kind have no cell");
    }
    p.cell_clip = clip;
    // The letters of the gates in the order that CellPlan wants.
    const std::string letters = p.kind == CellKind::kLstm ? "iofj" : "zrh";
    const auto order = call.attrs.get<std::string>("gate_order", "ijfo");
    for (size_t i = 0; i < letters.size(); ++i) {
        const size_t at = order.find(letters[i]);
        if (order.size() != letters.size() || at == std::string::npos) {
            return call.fail("the attribute gate_order is ", order, "; expected the letters of ",
                             p.kind == CellKind::kLstm ? "ijfo" : "zrh");
        }
        p.gate[i] = static_cast<int64_t>(at);
    }
    return plan;
}

Status infer(OpCall& call) {
    SOFTACL_ASSIGN(const Plan plan, plan_of(call));
    const CellPlan& p = plan.cell;
    const Ports& ports = ports_of(call);
    const Shape y = ports.one_step    ? Shape{p.batch, p.units}
                    : plan.time_first ? Shape{p.steps, p.batch, p.units}
                                      : Shape{p.batch, p.steps, p.units};
    // States have the types they come with.
    const auto type_of = [&](size_t input) {
        return call.has_input(input) ? call.inputs[input]->dtype : call.inputs[0]->dtype;
    };
    for (size_t i = 0; i < call.outputs.size(); ++i) {
        const bool cell = ports.one_step ? i != 1 : false;
        call.outputs[i] = {cell ? type_of(ports.c_0) : call.inputs[0]->dtype, y};
    }
    return {};
}

/// x, weights and states are read as float32 whatever they are, so that all may differ.
Result<kernels::KernelPtr> make(const OpCall& call) {
    SOFTACL_TRY(require_known_shapes(call));
    SOFTACL_ASSIGN(const Plan plan, plan_of(call));
    const Ports ports = ports_of(call);
    const RealPorts types(call);
    const CellPlan& p = plan.cell;
    const bool time_first = plan.time_first;
    const int64_t columns = p.columns();
    const auto recurrence = std::make_shared<const Recurrence>(p);
    auto kernel = function_kernel(call, [=, p = p](const kernels::Kernel::Buffers& b) -> Status {
        auto* const scratch = static_cast<float*>(b.scratch);
        float* free = scratch + recurrence->scratch_floats();
        const auto list = [&](size_t input, int64_t count) { return types.input(b, input).floats(count, free); };
        CellInputs in;
        in.x = list(0, p.steps * p.batch * p.width);
        in.w = list(ports.w, (p.width + (ports.one_matrix ? p.units : 0)) * columns);
        in.r = ports.one_matrix ? in.w + p.width * columns : list(ports.r, p.units * columns);
        in.bias_w = list(ports.bias_w, columns);
        in.bias_r = list(ports.bias_r, columns);
        in.h_0 = list(ports.h_0, p.batch * p.units);
        in.c_0 = list(ports.c_0, p.batch * p.units);
        const auto write = [&](const CellState& s) {
            const int64_t at = (time_first ? s.step * p.batch + s.n : s.n * p.steps + s.step) * p.units;
            const auto rows = [&](std::initializer_list<const float*> of_outputs) {
                size_t output = 0;
                for (const float* const row : of_outputs) {
                    types.output(b, output++).set_row(at, row, p.units);
                }
            };
            // An LSTM's gates are input, output, forget, candidate, tanh of the cell.
            const auto& [first, second, third, fourth, fifth] = s.gates;
            if (ports.one_step) {
                rows({s.c, s.h, first, fourth, third, second, fifth});
            } else if (p.kind == CellKind::kLstm) {
                rows({s.h, s.h, s.c, first, fourth, third, second, fifth});
            } else {
                rows({s.h, s.h, first, second, third, fourth});
            }
        };
        return recurrence->run(in, scratch, write, [](int64_t, const float*, const float*) {});
    });
    const int64_t copies = p.steps * p.batch * p.width + (p.width + p.units + 2) * columns + 2 * p.batch * p.units;
    kernel->scratch_bytes = (recurrence->scratch_floats() + static_cast<size_t>(copies)) * sizeof(float);
    return Result<kernels::KernelPtr>(std::move(kernel));
}

OpDef& lstm_rest(OpDef& op) {
    op.optional_input("seq_length", {ACL_INT32, ACL_FLOAT16});
    for (const char* name : {"init_h", "init_c", "wci", "wcf", "wco"}) {
        op.optional_input(name, kTypes);
    }
    op.optional_input("mask", {ACL_UINT8});
    for (const char* name : {"y", "output_h", "output_c", "i", "j", "f", "o", "tanhc"}) {
        op.output(name, kTypes);
    }
    return op.attr("cell_type", std::string("LSTM"))
        .attr("direction", std::string("UNIDIRECTIONAL"))
        .attr("cell_depth", int64_t{1})
        .attr("use_peephole", false)
        .attr("keep_prob", 1.0F)
        .attr("cell_clip", -1.0F)
        .attr("num_proj", int64_t{0})
        .attr("time_major", true)
        .attr("activation", std::string("tanh"))
        .attr("forget_bias", 0.0F)
        .attr("gate_order", std::string("ijfo"))
        .attr("is_training", true)
        .infer(infer)
        .kernel("reference", make);
}

}  // namespace

OpDef declare_BasicLSTMCell() {
    OpDef op("BasicLSTMCell", "One step of an LSTM, and what each gate was.");
    op.input("x", kTypes).input("h", kTypes).input("c", kTypes).input("w", kTypes).input("b", kTypes);
    op.optional_input("mask", {ACL_UINT8});
    for (const char* name : {"ct", "ht", "it", "jt", "ft", "ot", "tanhct"}) {
        op.output(name, kTypes);
    }
    return op.attr("keep_prob", 1.0F)
        .attr("forget_bias", 1.0F)
        .attr("state_is_tuple", true)
        .attr("activation", std::string("tanh"))
        .infer(infer)
        .kernel("reference", make);
}
OpDef declare_DynamicRNN() {
    OpDef op("DynamicRNN", "An LSTM over sequences, and what each gate was.");
    op.input("x", kTypes).input("w", kTypes).input("b", kTypes);
    return lstm_rest(op);
}
OpDef declare_DynamicRNNV2() {
    OpDef op("DynamicRNNV2", "An LSTM with weights for input and state, and what each gate was.");
    op.input("x", kTypes).input("weight_input", kTypes).input("weight_hidden", kTypes).optional_input("b", kTypes);
    return lstm_rest(op)
        .attr("recurrent_activation", std::string("sigmoid"))
        .attr("stateful", false)
        .attr("merge_mode", std::string("concat"));
}
OpDef declare_DynamicGRUV2() {
    OpDef op("DynamicGRUV2", "Gated recurrent units over sequences, and what each gate was.");
    op.input("x", kTypes).input("weight_input", kTypes).input("weight_hidden", kTypes);
    op.optional_input("bias_input", kTypes).optional_input("bias_hidden", kTypes);
    op.optional_input("seq_length", {ACL_INT32, ACL_FLOAT16}).optional_input("init_h", kTypes);
    for (const char* name : {"y", "output_h", "update", "reset", "new", "hidden_new"}) {
        op.output(name, kTypes);
    }
    return op.attr("direction", std::string("UNIDIRECTIONAL"))
        .attr("cell_depth", int64_t{1})
        .attr("keep_prob", 1.0F)
        .attr("cell_clip", -1.0F)
        .attr("num_proj", int64_t{0})
        .attr("time_major", true)
        .attr("activation", std::string("tanh"))
        .attr("gate_order", std::string("zrh"))
        .attr("reset_after", true)
        .attr("is_training", true)
        .infer(infer)
        .kernel("reference", make);
}

}  // namespace softacl::ops
