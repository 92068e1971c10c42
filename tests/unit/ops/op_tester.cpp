// SPDX-License-Identifier: Apache-2.0
#include "op_tester.h"

#include <algorithm>
#include <cstring>

#include "acl/acl_base.h"
#include "unit/ops/op_ledger.h"

namespace softacl::ops {
namespace {

constexpr unsigned char kUntouched = 0xa5;
constexpr size_t kBeyond = 64;

Result<OpCall> complete(const OpDef& op, OpCall call) {
    call.name = "test";
    SOFTACL_TRY(op.complete(call));
    return call;
}

}  // namespace

Result<std::vector<Tensor>> run(const TestCall& test, const char* name) {
    const OpDef* op = find_op(test.op);
    if (op == nullptr) {
        return fail(ACL_ERROR_INVALID_PARAM, "no operator ", test.op);
    }
    OpCall wanted;
    wanted.attrs = test.attrs;
    wanted.outputs.resize(test.outputs);
    for (size_t i = 0; i < test.inputs.size(); ++i) {
        const auto& input = test.inputs[i];
        const auto asked = op->value_inputs(test.inputs.size());
        const bool known = input && (test.all_known || std::count(asked.begin(), asked.end(), i) != 0);
        wanted.inputs.push_back(input ? &input->type() : nullptr);
        wanted.constants.push_back(known ? &*input : nullptr);
    }
    SOFTACL_ASSIGN(const OpCall call, complete(*op, std::move(wanted)));
    auto made = op->make_kernel(call, name);
    if (!made.ok() && name != nullptr && std::string(name) == "reference") {
        if (auto view = op->make_kernel(call, "view"); view.ok()) {
            made = std::move(view);
        }
    }
    if (!made.ok()) {
        return made.status();
    }
    kernels::Kernel& kernel = **made;
    if (kernel.is_view) {
        note_success(test.op);
        return std::vector<Tensor>{test.inputs[0]->viewed_as(call.outputs[0])};
    }
    EXPECT_EQ(kernel.input_layouts.size(), call.inputs.size());
    EXPECT_EQ(kernel.output_layouts.size(), call.outputs.size());
    std::vector<std::shared_ptr<void>> copies;  // inputs lie with room behind them, as the memory plan promises
    std::vector<const void*> inputs(call.inputs.size());
    std::vector<const void*> packed_inputs(call.inputs.size());
    for (size_t i = 0; i < test.inputs.size(); ++i) {
        if (!test.inputs[i]) {
            continue;
        }
        copies.push_back(aligned_block(test.inputs[i]->bytes() + kBeyond));
        std::memcpy(copies.back().get(), test.inputs[i]->data(), test.inputs[i]->bytes());
        (kernel.packs_input[i] ? packed_inputs : inputs)[i] = copies.back().get();
    }
    const auto packed = aligned_block(kernel.packed_bytes);
    const auto scratch = aligned_block(kernel.scratch_bytes);
    SOFTACL_TRY(kernel.pack(packed_inputs, packed.get()));
    std::vector<Tensor> results;
    std::vector<void*> outputs;
    for (const TensorType& type : call.outputs) {
        const auto block = aligned_block(type.bytes() + kBeyond);
        std::memset(block.get(), kUntouched, type.bytes() + kBeyond);
        outputs.push_back(block.get());
        results.emplace_back(type, block);
    }
    SOFTACL_TRY(kernel.run({inputs.data(), outputs.data(), packed.get(), scratch.get()}));
    for (const Tensor& result : results) {
        const auto* end = result.data_as<unsigned char>() + result.bytes();
        EXPECT_TRUE(std::all_of(end, end + kBeyond, [](unsigned char byte) { return byte == kUntouched; }))
            << test.op << " wrote beyond an output";
    }
    note_success(test.op);
    return results;
}

Tensor run_one(const TestCall& call, const char* kernel) {
    auto results = run(call, kernel);
    if (!results.ok()) {
        ADD_FAILURE() << results.status().message();
        return {};
    }
    return results->front();
}

Result<std::vector<TensorType>> infer(const std::string& name, const std::vector<TestInput>& inputs, Attrs attrs,
                                      size_t outputs) {
    const OpDef* op = find_op(name);
    if (op == nullptr) {
        return fail(ACL_ERROR_INVALID_PARAM, "no operator ", name);
    }
    OpCall call;
    call.attrs = std::move(attrs);
    call.outputs.resize(outputs);
    for (const TestInput& input : inputs) {
        call.inputs.push_back(&input.type);
        call.constants.push_back(input.value ? &*input.value : nullptr);
    }
    SOFTACL_ASSIGN(OpCall done, complete(*op, std::move(call)));
    return std::move(done.outputs);
}

std::string sentence(const Result<std::vector<Tensor>>& result) {
    return result.ok() ? "success" : result.status().message();
}
std::string sentence(const Result<std::vector<TensorType>>& result) {
    return result.ok() ? "success" : result.status().message();
}

std::vector<double> numbers(const Tensor& tensor) {
    std::vector<double> values;
    visit_dtype(tensor.dtype(), [&](auto tag) {
        using T = typename decltype(tag)::Type;
        for (int64_t i = 0; i < tensor.elements(); ++i) {
            values.push_back(static_cast<double>(kernels::widen(tensor.data_as<T>()[i])));
        }
    });
    return values;
}

Tensor Dice::tensor(aclDataType type, const Shape& shape, bool extreme) {
    void* data = nullptr;
    Tensor tensor = Tensor::zeros({type, shape, ACL_FORMAT_ND}, &data);
    visit_dtype(type, [&](auto tag) {
        using T = typename decltype(tag)::Type;
        using W = kernels::Wide<T>;
        for (int64_t i = 0; i < shape.elements(); ++i) {
            W value{};
            if constexpr (std::is_same_v<T, bool>) {
                value = between(0, 1) != 0;
            } else if constexpr (std::is_floating_point_v<W>) {
                value = static_cast<W>(between(-32, 32)) / 2;
                const W extremes[] = {kernels::lowest<W>(), kernels::highest<W>(), std::numeric_limits<W>::quiet_NaN(),
                                      W(-0.0), std::numeric_limits<W>::max()};
                value = extreme && between(0, 9) == 0 ? extremes[between(0, 4)] : value;
            } else {
                value = static_cast<W>(between(std::is_signed_v<W> ? -16 : 0, 16));
                const W extremes[] = {kernels::lowest<W>(), kernels::highest<W>(), static_cast<W>(-1),
                                      static_cast<W>(kernels::highest<W>() - 1)};
                value = extreme && between(0, 4) == 0 ? extremes[between(0, 3)] : value;
            }
            static_cast<T*>(data)[i] = T(value);
        }
    });
    return tensor;
}

Tensor Dice::indexes(aclDataType type, const Shape& shape, int64_t low, int64_t high) {
    void* data = nullptr;
    Tensor tensor = Tensor::zeros({type, shape, ACL_FORMAT_ND}, &data);
    for (int64_t i = 0; i < shape.elements(); ++i) {
        const int64_t value = between(low, high);
        if (type == ACL_INT64) {
            static_cast<int64_t*>(data)[i] = value;
        } else {
            static_cast<int32_t*>(data)[i] = static_cast<int32_t>(value);
        }
    }
    return tensor;
}

std::vector<std::vector<int64_t>> places(const Shape& shape) {
    std::vector<std::vector<int64_t>> all;
    for (int64_t i = 0; i < shape.elements(); ++i) {
        std::vector<int64_t> place(shape.rank());
        int64_t rest = i;
        for (size_t axis = shape.rank(); axis > 0; --axis) {
            place[axis - 1] = rest % shape[axis - 1];
            rest /= shape[axis - 1];
        }
        all.push_back(std::move(place));
    }
    return all;
}

int64_t offset_of(const Shape& shape, const std::vector<int64_t>& place) {
    int64_t offset = 0;
    for (size_t axis = 0; axis < shape.rank(); ++axis) {
        offset = offset * shape[axis] + place[axis];
    }
    return offset;
}

int64_t broadcast_offset(const Shape& from, const std::vector<int64_t>& place) {
    std::vector<int64_t> own(from.rank());
    for (size_t axis = 0; axis < from.rank(); ++axis) {
        own[axis] = from[axis] == 1 ? 0 : place[place.size() - from.rank() + axis];
    }
    return offset_of(from, own);
}

Tensor counting(const Shape& shape, aclDataType type) {
    void* data = nullptr;
    Tensor tensor = Tensor::zeros({type, shape, ACL_FORMAT_ND}, &data);
    visit_dtype(type, [&](auto tag) {
        using T = typename decltype(tag)::Type;
        for (int64_t i = 0; i < shape.elements(); ++i) {
            static_cast<T*>(data)[i] = kernels::converted<T>(i);
        }
    });
    return tensor;
}

::testing::AssertionResult same(const Tensor& actual, const Tensor& expected) {
    if (actual.dtype() != expected.dtype() || actual.shape() != expected.shape()) {
        return ::testing::AssertionFailure() << actual.type().text() << " instead of " << expected.type().text();
    }
    return close(actual, expected, 0);
}

::testing::AssertionResult close(const Tensor& actual, const Tensor& expected, double tolerance) {
    if (actual.dtype() != expected.dtype() || actual.shape() != expected.shape()) {
        return ::testing::AssertionFailure() << actual.type().text() << " instead of " << expected.type().text();
    }
    ::testing::AssertionResult verdict = ::testing::AssertionSuccess();
    visit_dtype(actual.dtype(), [&](auto tag) {
        using T = typename decltype(tag)::Type;
        for (int64_t i = 0; i < actual.elements() && verdict; ++i) {
            const auto a = kernels::widen(actual.data_as<T>()[i]);
            const auto b = kernels::widen(expected.data_as<T>()[i]);
            bool equal = a == b || (kernels::is_nan(a) && kernels::is_nan(b));
            if (std::is_floating_point_v<decltype(a)> || std::is_class_v<T>) {
                const auto difference = std::abs(static_cast<double>(a) - static_cast<double>(b));
                equal = equal || difference <= tolerance * std::max(1.0, std::abs(static_cast<double>(b)));
            }
            if (!equal) {
                verdict = ::testing::AssertionFailure()
                          << "element " << i << " of " << actual.type().text() << " is " << +a << " instead of " << +b;
            }
        }
    });
    return verdict;
}

}  // namespace softacl::ops
