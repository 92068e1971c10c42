// SPDX-License-Identifier: Apache-2.0
// LSTM, GRU and RNN as ONNX has them: one or two directions, sequences of different lengths, a list of activations.
#include "ops/nn/recurrent.h"

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
    std::array<bool, kP + 1> there{};
    for (size_t i = 0; i < there.size(); ++i) {
        there[i] = call.has_input(i);
    }
    const size_t outputs = call.outputs.size();
    auto kernel = floats_kernel(call, kX, [=](auto tag, const kernels::Kernel::Buffers& b) -> Status {
        using T = typename decltype(tag)::Type;
        const CellPlan& first = plan.directions.front();
        const int64_t gates = gates_of(first.kind);
        const int64_t state = first.batch * first.units;
        const auto count = static_cast<int64_t>(plan.directions.size());
        // Of direction d, in an input with so many elements for each.
        const auto input = [&](size_t i, int64_t d, int64_t each) {
            return there[i] ? static_cast<const T*>(b.inputs[i]) + d * each : nullptr;
        };
        const auto* lengths = there[kLengths] ? static_cast<const int32_t*>(b.inputs[kLengths]) : nullptr;
        SOFTACL_TRY(check_lengths(lengths, first));
        auto* y = static_cast<T*>(b.outputs[0]);
        std::fill_n(y, first.steps * count * state, T{});  // steps behind a sequence's end
        for (int64_t d = 0; d < count; ++d) {
            const CellPlan& p = plan.directions[static_cast<size_t>(d)];
            CellRun<T> run{p,
                           input(kX, 0, 0),
                           p.batch * p.width,
                           p.width,
                           {},
                           {},
                           nullptr,
                           nullptr,
                           nullptr,
                           nullptr,
                           nullptr,
                           lengths,
                           static_cast<float*>(b.scratch)};
            run.w = {input(kW, d, gates * p.units * p.width), p.width, 1};
            run.r = {input(kR, d, gates * p.units * p.units), p.units, 1};
            run.bias_w = input(kB, d, 2 * gates * p.units);
            run.bias_r = run.bias_w == nullptr ? nullptr : run.bias_w + gates * p.units;
            run.peepholes = input(kP, d, 3 * p.units);
            run.h_0 = input(kInitialH, d, state);
            run.c_0 = input(kInitialC, d, state);
            const auto write_last = [&](size_t output, int64_t n, int64_t unit, float value) {
                if (output < outputs) {
                    static_cast<T*>(b.outputs[output])[d * state + n * p.units + unit] = static_cast<T>(value);
                }
            };
            run.run(
                [&](int64_t step, int64_t n, int64_t unit, float h, float, const std::array<float, 5>&) {
                    y[(step * count + d) * state + n * p.units + unit] = static_cast<T>(h);
                },
                [&](int64_t n, int64_t unit, float h, float c) {
                    write_last(1, n, unit, h);
                    write_last(2, n, unit, c);
                });
        }
        return {};
    });
    kernel->scratch_bytes = plan.directions.front().scratch_floats() * sizeof(float);
    return kernel;
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
