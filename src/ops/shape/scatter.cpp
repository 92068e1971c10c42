// SPDX-License-Identifier: Apache-2.0
// A copy of a tensor with elements replaced or changed by their index.
#include <cstring>

#include "kernels/ref/strided.h"
#include "ops/common/importing.h"
#include "ops/common/indexes.h"
#include "ops/common/infer.h"
#include "ops/common/reference.h"
#include "ops/common/values.h"
#include "ops/shape/scattering.h"

namespace softacl::ops {
namespace {

using kernels::Kernel;

Result<How> how_of(const OpCall& call) {
    const auto word = call.attrs.get<std::string>("reduction", "none");
    if (word == "none") return How::kReplace;
    if (word == "add") return How::kAdd;
    if (word == "mul") return How::kMul;
    if (word == "max") return How::kMax;
    if (word == "min") return How::kMin;
    return call.fail("the attribute reduction is '", word, "'; expected none, add, mul, max or min");
}

// The copy; a kernel whose output is already the input's memory has nothing to do.
void copy_all(const Kernel::Buffers& buffers, size_t bytes) {
    if (buffers.outputs[0] != buffers.inputs[0]) {
        std::memcpy(buffers.outputs[0], buffers.inputs[0], bytes);
    }
}

Status infer_scatter_elements(OpCall& call) {
    const Shape& x = call.inputs[0]->shape;
    const Shape& indices = call.inputs[1]->shape;
    const Shape& updates = call.inputs[2]->shape;
    SOFTACL_TRY(require_same_dtype(call, 0, 2));
    SOFTACL_TRY(how_of(call).status());
    SOFTACL_ASSIGN(const size_t axis, normal_axis(call, call.attrs.at<int64_t>("axis"), x.rank()));
    bool fits = indices.rank() == x.rank() && updates.rank() == x.rank();
    for (size_t i = 0; fits && i < x.rank(); ++i) {
        fits = (indices[i] == updates[i] || indices[i] < 0 || updates[i] < 0) &&
               (i == axis || x[i] < 0 || indices[i] <= x[i]);
    }
    if (!fits) {
        return call.fail("indices of the shape ", indices, " and updates of ", updates, " do not fit to ", x);
    }
    return same_as_first(call);
}

Result<kernels::KernelPtr> make_scatter_elements(const OpCall& call) {
    SOFTACL_TRY(require_known_shapes(call));
    const Shape& x = call.inputs[0]->shape;
    const Shape& indices = call.inputs[1]->shape;
    SOFTACL_ASSIGN(const size_t axis, normal_axis(call, call.attrs.at<int64_t>("axis"), x.rank()));
    SOFTACL_ASSIGN(const How how, how_of(call));
    kernels::Strides to = kernels::row_strides(x);
    const int64_t step = to[axis];
    to[axis] = 0;
    const kernels::StridedLoop<2> loop(indices, {to, kernels::row_strides(indices)});
    kernels::KernelPtr kernel;
    visit_dtype(call.inputs[0]->dtype, [&](auto tag) {
        using T = typename decltype(tag)::Type;
        kernel = function_kernel(
            call,
            [=, size = x[axis], bytes = call.inputs[0]->bytes(),
             type = call.inputs[1]->dtype](const Kernel::Buffers& buffers) -> Status {
                copy_all(buffers, bytes);
                const Indexes indexes(buffers.inputs[1], type);
                int64_t faulty = -1;
                loop.run([&](const auto& at, int64_t count, const auto& steps) {
                    for (int64_t i = 0; i < count && faulty < 0; ++i) {
                        const int64_t source = at[1] + i * steps[1];
                        const int64_t index = indexes.within(source, size);
                        if (index < 0) {
                            faulty = source;
                            break;
                        }
                        combine<T>(how, static_cast<T*>(buffers.outputs[0])[at[0] + i * steps[0] + index * step],
                                   static_cast<const T*>(buffers.inputs[2])[source]);
                    }
                });
                return faulty < 0 ? Status() : index_failure(indexes[faulty], faulty, size);
            });
        kernel->reuses_input = 0;
    });
    return kernel;
}

// The last dimension of the indices is a place in the first dimensions of x; updates are what lies there.
Status infer_scatter_nd(OpCall& call) {
    const Shape& indices = call.inputs[1]->shape;
    const Shape& updates = call.inputs[2]->shape;
    SOFTACL_TRY(require_same_dtype(call, 0, 2));
    SOFTACL_ASSIGN(const Shape wanted, shape_of_updates(call, indices, call.inputs[0]->shape));
    if (!may_be_same(updates, wanted)) {
        return call.fail("the updates have the shape ", updates, "; indices of ", indices, " into ",
                         call.inputs[0]->shape, " need ", wanted);
    }
    return same_as_first(call);
}

Result<kernels::KernelPtr> scatter_nd_kernel(const OpCall& call, How how) {
    SOFTACL_TRY(require_known_shapes(call));
    const Shape& indices = call.inputs[1]->shape;
    ScatterPlan plan;
    plan.how = how;
    plan.target = call.inputs[0]->shape;
    plan.depth = indices[indices.rank() - 1];
    plan.count = indices.elements(0, indices.rank() - 1);
    return scatter_kernel(call, plan);
}

template <How kHow>
Result<kernels::KernelPtr> make_scatter_nd(const OpCall& call) {
    return scatter_nd_kernel(call, kHow);
}

Status infer_onnx_scatter_nd(OpCall& call) {
    SOFTACL_TRY(how_of(call).status());
    return infer_scatter_nd(call);
}
Result<kernels::KernelPtr> make_onnx_scatter_nd(const OpCall& call) {
    SOFTACL_ASSIGN(const How how, how_of(call));
    return scatter_nd_kernel(call, how);
}

Imported import_scatter_elements(Importer& graph, const ForeignNode& node) {
    return one(graph.add("ScatterElements", node.inputs,
                         {{"axis", node.attrs.get<int64_t>("axis", 0)},
                          {"reduction", node.attrs.get<std::string>("reduction", "none")}}));
}

Imported import_scatter_nd(Importer& graph, const ForeignNode& node) {
    static constexpr std::pair<const char*, const char*> kOps[] = {{"none", "TensorScatterUpdate"},
                                                                   {"add", "TensorScatterAdd"},
                                                                   {"max", "TensorScatterMax"},
                                                                   {"min", "TensorScatterMin"}};
    const auto reduction = node.attrs.get<std::string>("reduction", "none");
    for (const auto& [word, op] : kOps) {
        if (reduction == word) {
            return one(graph.add(op, node.inputs));
        }
    }
    return one(graph.add("CpuScatterND", node.inputs, {{"reduction", reduction}}));
}

template <How kHow>
OpDef declare_scatter_nd(const char* name, const char* doc, const char* x, const char* y) {
    return OpDef(name, doc)
        .input(x, kAny)
        .input("indices", kIndexes)
        .input("updates", kAny)
        .output(y, kAny)
        .infer(infer_scatter_nd)
        .kernel("reference", make_scatter_nd<kHow>);
}

// Variables that a training step changes: what remains of that here is the result.
template <How kHow>
OpDef declare_scatter_nd_var(const char* name, const char* doc) {
    return declare_scatter_nd<kHow>(name, doc, "var", "var").attr("use_locking", false);
}

OpDef declare_scatter_elements(const char* name, const char* data, const char* result) {
    return OpDef(name, "data with the updates at the indices along axis: replaced, added, ...")
        .input(data, kAny)
        .input("indices", kIndexes)
        .input("updates", kAny)
        .output(result, kAny)
        .attr("axis", int64_t{0})
        .attr("reduction", std::string("none"))
        .infer(infer_scatter_elements)
        .kernel("reference", make_scatter_elements);
}

}  // namespace

OpDef declare_ScatterElements() {
    return declare_scatter_elements("ScatterElements", "data", "y")
        .onnx("ScatterElements", import_scatter_elements)
        .onnx("Scatter", import_scatter_elements);
}
OpDef declare_ScatterElementsV2() { return declare_scatter_elements("ScatterElementsV2", "var", "var"); }

OpDef declare_TensorScatterUpdate() {
    return declare_scatter_nd<How::kReplace>("TensorScatterUpdate", "x with the updates at the indices.", "x", "y")
        .onnx("ScatterND", import_scatter_nd);
}
OpDef declare_CpuScatterND() {
    return OpDef("CpuScatterND", "data with the updates at the indices: replaced, added, multiplied, ...")
        .input("data", kAny)
        .input("indices", kIndexes)
        .input("updates", kAny)
        .output("output", kAny)
        .attr("reduction", std::string("none"))
        .infer(infer_onnx_scatter_nd)
        .kernel("reference", make_onnx_scatter_nd);
}
OpDef declare_TensorScatterAdd() {
    return declare_scatter_nd<How::kAdd>("TensorScatterAdd", "x with the updates added at the indices.", "x", "y");
}
OpDef declare_TensorScatterMax() {
    return declare_scatter_nd<How::kMax>("TensorScatterMax", "The greater of input and updates at the indices.",
                                         "input", "output");
}
OpDef declare_TensorScatterMin() {
    return declare_scatter_nd<How::kMin>("TensorScatterMin", "The smaller of input and updates at the indices.",
                                         "input", "output");
}

OpDef declare_TensorScatterSub() {
    return declare_scatter_nd<How::kSub>("TensorScatterSub", "x without the updates at the indices.", "x", "y");
}
OpDef declare_ScatterNonAliasingAdd() {
    return declare_scatter_nd<How::kAdd>("ScatterNonAliasingAdd", "x with the updates added at the indices.", "x", "y");
}
OpDef declare_ScatterNdUpdate() {
    return declare_scatter_nd_var<How::kReplace>("ScatterNdUpdate", "var with the updates at the indices.");
}
OpDef declare_ScatterNdAdd() {
    return declare_scatter_nd_var<How::kAdd>("ScatterNdAdd", "var with the updates added at the indices.");
}
OpDef declare_ScatterNdSub() {
    return declare_scatter_nd_var<How::kSub>("ScatterNdSub", "var without the updates at the indices.");
}
OpDef declare_ScatterNdMax() {
    return declare_scatter_nd_var<How::kMax>("ScatterNdMax", "The greater of var and updates at the indices.");
}
OpDef declare_ScatterNdMin() {
    return declare_scatter_nd_var<How::kMin>("ScatterNdMin", "The smaller of var and updates at the indices.");
}

}  // namespace softacl::ops
