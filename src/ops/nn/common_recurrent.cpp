// SPDX-License-Identifier: Apache-2.0
// LSTM, GRU and RNN as ONNX has them: one or two directions, sequences of different lengths, a list of activations.
#include "ops/nn/recurrent.h"

#include <cstring>
#include <memory>

#include "ops/common/importing.h"
#include "ops/common/reals.h"
#include "ops/common/values.h"

namespace softacl::ops {
namespace {

constexpr DTypes kTypes = {ACL_FLOAT, ACL_FLOAT16};
enum Inputs : size_t { kX, kW, kR, kB, kLengths, kInitialH, kInitialC, kP };

struct Plan {
    std::vector<CellPlan> directions;
};

CellKind kind_of_op(const OpCall& call) {
    const std::string& name = call.op->name();
    return name == "CommonLSTM" ? CellKind::kLstm : name == "CommonGRU" ? CellKind::kGru : CellKind::kRnn;
}

Status expect(const OpCall& call, size_t input, const Shape& wanted) {
    if (!call.has_input(input)) {
        return {};
    }
    const Shape& shape = call.inputs[input]->shape;
    bool fits = shape.rank() == wanted.rank();
    for (size_t i = 0; fits && i < wanted.rank(); ++i) {
        fits = shape[i] < 0 || wanted[i] < 0 || shape[i] == wanted[i];
    }
    return fits ? Status()
                : call.fail("the input ", input_name(call, input), " has the shape ", shape, "; expected ", wanted);
}

/// The activations of each direction: those named, or sigmoid for gates and tanh for the rest. Their parameters are
/// taken from the lists in turn.
Status read_activations(const OpCall& call, Plan& plan) {
    const CellKind kind = plan.directions.front().kind;
    const size_t each = kind == CellKind::kLstm ? 3 : kind == CellKind::kGru ? 2 : 1;
    const auto& names = call.attrs.at<Strings>("activations");
    if (!names.empty() && names.size() != each * plan.directions.size()) {
        return call.fail("the attribute activations has ", names.size(), " names; expected ",
                         each * plan.directions.size());
    }
    const auto& alphas = call.attrs.at<Floats>("activation_alpha");
    const auto& betas = call.attrs.at<Floats>("activation_beta");
    size_t alpha = 0;
    size_t beta = 0;
    for (size_t d = 0; d < plan.directions.size(); ++d) {
        CellPlan& p = plan.directions[d];
        CellActivation* const places[] = {&p.f, &p.g, &p.h};
        for (size_t i = 0; i < each; ++i) {
            std::string name = i == 0 && kind != CellKind::kRnn ? "sigmoid" : "tanh";
            if (!names.empty()) {
                name = names[d * each + i];
            }
            const auto found = CellActivation::named(name);
            if (!found.ok()) {
                return call.fail(found.status().message());
            }
            *places[i] = *found;
            if (found->parameters() > 0 && alpha < alphas.size()) {
                places[i]->alpha = alphas[alpha++];
            }
            if (found->parameters() > 1 && beta < betas.size()) {
                places[i]->beta = betas[beta++];
            }
        }
    }
    return {};
}

Result<Plan> plan_of(const OpCall& call) {
    constexpr int64_t kMostUnits = 1 << 20;
    CellPlan p;
    p.kind = kind_of_op(call);
    const int64_t gates = gates_of(p.kind);
    const Shape& x = call.inputs[kX]->shape;
    if (x.rank() != 3) {
        return call.fail("the input x has the shape ", x, "; expected [steps,sequences,numbers]");
    }
    p.steps = x[0];
    p.batch = x[1];
    p.width = x[2];
    p.x_step = p.batch * p.width;
    p.x_row = p.width;
    p.units = call.attrs.at<int64_t>("hidden_size");
    if (p.units < 1 || p.units > kMostUnits) {
        return call.fail("the attribute hidden_size is ", p.units, "; expected 1 to ", kMostUnits);
    }
    p.clip = call.attrs.at<float>("clip");
    p.couples_gates = call.attrs.get<int64_t>("input_forget", 0) != 0;
    p.resets_after_product = call.attrs.get<int64_t>("linear_before_reset", 0) != 0;
    const auto& direction = call.attrs.at<std::string>("direction");
    if (direction != "forward" && direction != "reverse" && direction != "bidirectional") {
        return call.fail("the attribute direction is ", direction, "; expected forward, reverse or bidirectional");
    }
    const int64_t count = direction == "bidirectional" ? 2 : 1;
    for (const size_t input : {kW, kR, kB, kInitialH, kInitialC, kP}) {
        if (call.has_input(input)) {
            SOFTACL_TRY(require_same_dtype(call, kX, input));
        }
    }
    SOFTACL_TRY(expect(call, kW, {count, gates * p.units, p.width}));
    SOFTACL_TRY(expect(call, kR, {count, gates * p.units, p.units}));
    SOFTACL_TRY(expect(call, kB, {count, 2 * gates * p.units}));
    SOFTACL_TRY(expect(call, kLengths, {p.batch}));
    SOFTACL_TRY(expect(call, kInitialH, {count, p.batch, p.units}));
    SOFTACL_TRY(expect(call, kInitialC, {count, p.batch, p.units}));
    SOFTACL_TRY(expect(call, kP, {count, 3 * p.units}));
    Plan plan;
    plan.directions.assign(static_cast<size_t>(count), p);
    plan.directions.back().reverse = direction != "forward";
    SOFTACL_TRY(read_activations(call, plan));
    return plan;
}

Status infer(OpCall& call) {
    SOFTACL_ASSIGN(const Plan plan, plan_of(call));
    const CellPlan& p = plan.directions.front();
    const auto count = static_cast<int64_t>(plan.directions.size());
    for (size_t i = 0; i < call.outputs.size(); ++i) {
        call.outputs[i] = {call.inputs[kX]->dtype,
                           i == 0 ? Shape{p.steps, count, p.batch, p.units} : Shape{count, p.batch, p.units}};
    }
    return {};
}

Status check_lengths(const int32_t* lengths, const CellPlan& p) {
    for (int64_t n = 0; lengths != nullptr && n < p.batch; ++n) {
        if (lengths[n] < 0 || lengths[n] > p.steps) {
            return fail(ACL_ERROR_INVALID_PARAM, "sequence_lens[", n, "] is ", lengths[n], "; expected 0 to ", p.steps);
        }
    }
    return {};
}

Result<kernels::KernelPtr> make(const OpCall& call) {
    SOFTACL_TRY(require_known_shapes(call));
    SOFTACL_ASSIGN(const Plan plan, plan_of(call));
    const RealPorts types(call);
    const CellPlan p = plan.directions.front();
    const auto directions =
        std::make_shared<const std::vector<Recurrence>>(plan.directions.begin(), plan.directions.end());
    const auto count = static_cast<int64_t>(directions->size());
    const int64_t state = p.batch * p.units;
    const int64_t columns = p.columns();
    const size_t y_bytes = static_cast<size_t>(p.steps * count * state) * size_of(call.outputs[0].dtype);
    const size_t loops = directions->front().scratch_floats();
    auto kernel = function_kernel(call, [=](const kernels::Kernel::Buffers& b) -> Status {
        auto* const scratch = static_cast<float*>(b.scratch);
        float* free = scratch + loops;
        const auto* lengths = types.has_input(kLengths) ? static_cast<const int32_t*>(b.inputs[kLengths]) : nullptr;
        SOFTACL_TRY(check_lengths(lengths, p));
        const auto all = [&](size_t input, int64_t each) { return types.input(b, input).floats(count * each, free); };
        const float* const x = types.input(b, kX).floats(p.steps * p.batch * p.width, free);
        const float* const w = all(kW, columns * p.width);
        const float* const r = all(kR, columns * p.units);
        const float* const biases = all(kB, 2 * columns);
        const float* const peepholes = all(kP, 3 * p.units);
        const float* const h_0 = all(kInitialH, state);
        const float* const c_0 = all(kInitialC, state);
        const RealResults y = types.output(b, 0);
        if (lengths != nullptr && y.is_there()) {  // steps behind a sequence's end
            std::memset(b.outputs[0], 0, y_bytes);
        }
        for (int64_t d = 0; d < count; ++d) {
            const auto of_direction = [d](const float* list, int64_t each) {
                return list == nullptr ? nullptr : list + d * each;
            };
            CellInputs in;
            in.x = x;
            in.w = of_direction(w, columns * p.width);
            in.r = of_direction(r, columns * p.units);
            in.bias_w = of_direction(biases, 2 * columns);
            in.bias_r = in.bias_w == nullptr ? nullptr : in.bias_w + columns;
            in.peepholes = of_direction(peepholes, 3 * p.units);
            in.h_0 = of_direction(h_0, state);
            in.c_0 = of_direction(c_0, state);
            in.lengths = lengths;
            const auto write = [&](const CellState& s) {
                y.set_row((s.step * count + d) * state + s.n * p.units, s.h, p.units);
            };
            const auto write_last = [&](int64_t n, const float* h, const float* c) {
                const int64_t at = d * state + n * p.units;
                types.output(b, 1).set_row(at, h, p.units);
                types.output(b, 2).set_row(at, c, p.units);
            };
            SOFTACL_TRY((*directions)[static_cast<size_t>(d)].run(in, scratch, write, write_last));
        }
        return {};
    });
    const int64_t copies =
        p.steps * p.batch * p.width + count * (columns * (p.width + p.units + 2) + 3 * p.units + 2 * state);
    kernel->scratch_bytes = (loops + static_cast<size_t>(copies)) * sizeof(float);
    return Result<kernels::KernelPtr>(std::move(kernel));
}

/// With layout 1 sequences come before steps, in all inputs and outputs.
Imported import_recurrent(Importer& graph, const ForeignNode& node) {
    const bool turned = node.attrs.get<int64_t>("layout", 0) != 0;
    const auto turn = [&](ValueRef value, const Ints& order, const char* suffix) -> Result<ValueRef> {
        return !turned || value == kNoValue ? Result<ValueRef>(value)
                                            : graph.add("TransposeD", {value}, {{"perm", order}}, suffix);
    };
    const bool is_lstm = node.type == "LSTM";
    const std::string op = is_lstm ? "CommonLSTM" : node.type == "GRU" ? "CommonGRU" : "CpuRNN";
    std::vector<ValueRef> inputs;
    for (size_t i = 0; i < std::min<size_t>(node.inputs.size(), is_lstm ? 8 : 6); ++i) {
        inputs.push_back(node.input(i));
    }
    const char* const suffixes[] = {"x", "", "", "", "", "initial_h", "initial_c"};
    for (const size_t i : {size_t{0}, size_t{5}, size_t{6}}) {
        if (i < inputs.size()) {
            SOFTACL_ASSIGN(inputs[i], turn(inputs[i], {1, 0, 2}, suffixes[i]));
        }
    }
    while (inputs.size() > 3 && inputs.back() == kNoValue) {
        inputs.pop_back();
    }
    const Shape r = graph.type(node.input(2)).shape;
    Attrs attrs = {{"hidden_size", node.attrs.get<int64_t>("hidden_size", r.rank() == 3 ? r[2] : 0)},
                   {"direction", node.attrs.get<std::string>("direction", "forward")},
                   {"activations", node.attrs.get<Strings>("activations", {})},
                   {"activation_alpha", node.attrs.get<Floats>("activation_alpha", {})},
                   {"activation_beta", node.attrs.get<Floats>("activation_beta", {})},
                   {"clip", node.attrs.get<float>("clip", -1.0F)}};
    if (is_lstm) {
        attrs.set("input_forget", node.attrs.get<int64_t>("input_forget", 0));
    } else if (op == "CommonGRU") {
        attrs.set("linear_before_reset", node.attrs.get<int64_t>("linear_before_reset", 0));
    }
    const size_t most = is_lstm ? 3 : 2;
    SOFTACL_ASSIGN(auto made, graph.add_node(op, std::move(inputs), std::move(attrs), most, turned ? "cell" : ""));
    made.resize(std::min(std::max<size_t>(node.outputs, 1), most));
    for (size_t i = 0; i < made.size(); ++i) {
        SOFTACL_ASSIGN(made[i], turn(made[i], i == 0 ? Ints{2, 0, 1, 3} : Ints{1, 0, 2},
                                     i == 0   ? ""
                                     : i == 1 ? "y_h"
                                              : "y_c"));
    }
    return made;
}

OpDef recurrent(const char* name, const char* doc, bool is_lstm) {
    OpDef op(name, doc);
    op.input("x", kTypes)
        .input("w", kTypes)
        .input("r", kTypes)
        .optional_input("b", kTypes)
        .optional_input("sequence_lens", {ACL_INT32})
        .optional_input("initial_h", kTypes);
    if (is_lstm) {
        op.optional_input("initial_c", kTypes).optional_input("p", kTypes);
    }
    op.output("y", kTypes).output("y_h", kTypes);
    if (is_lstm) {
        op.output("y_c", kTypes);
    }
    return op.attr("activation_alpha", Floats{})
        .attr("activation_beta", Floats{})
        .attr("activations", Strings{})
        .attr("clip", -1.0F)
        .attr("direction", std::string("forward"))
        .required_attr("hidden_size", int64_t{0})
        .infer(infer)
        .kernel("reference", make);
}

}  // namespace

OpDef declare_CommonLSTM() {
    return recurrent("CommonLSTM", "Long short-term memory in one or two directions.", true)
        .attr("input_forget", int64_t{0})
        .onnx("LSTM", import_recurrent);
}
OpDef declare_CommonGRU() {
    return recurrent("CommonGRU", "Gated recurrent units in one or two directions.", false)
        .attr("linear_before_reset", int64_t{0})
        .onnx("GRU", import_recurrent);
}
OpDef declare_CpuRNN() {
    return recurrent("CpuRNN", "A recurrent network with one gate, in one or two directions.", false)
        .onnx("RNN", import_recurrent);
}

}  // namespace softacl::ops
