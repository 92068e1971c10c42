// SPDX-License-Identifier: Apache-2.0
// Borders around a tensor: of one value, of the elements mirrored, or of the outermost ones. Negative ones cut off.
#include <algorithm>

#include "ops/common/attribute_form.h"
#include "ops/common/copy.h"
#include "ops/common/for_elements.h"
#include "ops/common/importing.h"
#include "ops/common/infer.h"
#include "ops/common/reference.h"
#include "ops/common/values.h"

namespace softacl::ops {
namespace {

using kernels::Kernel;

enum class Mode { kConstant, kReflect, kSymmetric, kEdge };

Result<Mode> mode_of(const OpCall& call) {
    const auto word = call.attrs.get<std::string>("mode", "constant");
    if (word == "constant") return Mode::kConstant;
    if (word == "reflect" || word == "REFLECT") return Mode::kReflect;
    if (word == "symmetric" || word == "SYMMETRIC") return Mode::kSymmetric;
    if (word == "edge") return Mode::kEdge;
    return call.fail("the attribute mode is '", word, "'; expected constant, reflect, symmetric or edge");
}

struct Border {
    int64_t before = 0;
    int64_t after = 0;
};

// Contiguous: before and after of each dimension in turn; else first all before, then all after.
Result<std::vector<Border>> borders_of(const OpCall& call, const Ints& values) {
    const size_t rank = call.inputs[0]->shape.rank();
    if (values.size() != 2 * rank) {
        return call.fail("there are ", values.size(), " paddings; expected two for each of ", rank, " dimensions");
    }
    const bool pairs = call.attrs.get<bool>("paddings_contiguous", true);
    std::vector<Border> borders(rank);
    for (size_t i = 0; i < rank; ++i) {
        borders[i] = pairs ? Border{values[2 * i], values[2 * i + 1]} : Border{values[i], values[rank + i]};
    }
    return borders;
}

Status infer_pad(OpCall& call) {
    const Shape& x = call.inputs[0]->shape;
    SOFTACL_ASSIGN(const Mode mode, mode_of(call));
    if (call.has_input(2)) {
        SOFTACL_TRY(require_same_dtype(call, 0, 2));
    }
    call.outputs[0] = {call.inputs[0]->dtype, unknown_shape(x.rank()), call.inputs[0]->format};
    const auto values = known_ints(call, 1);
    if (!values) {
        return {};
    }
    SOFTACL_ASSIGN(const auto borders, borders_of(call, *values));
    for (size_t i = 0; i < x.rank(); ++i) {
        const auto [before, after] = borders[i];
        constexpr int64_t kLimit = int64_t{1} << 40;
        if (before > kLimit || after > kLimit || before < -kLimit || after < -kLimit) {
            return call.fail("the paddings ", before, " and ", after, " of dimension ", i, " are not possible");
        }
        if (x[i] < 0) {
            continue;
        }
        // A mirror shows no more than there is.
        const int64_t widest = mode == Mode::kReflect ? x[i] - 1 : mode == Mode::kSymmetric ? x[i] : kLimit;
        if (x[i] + before + after < 0 || std::max(before, after) > std::max<int64_t>(widest, 0) ||
            (mode == Mode::kEdge && x[i] == 0 && std::max(before, after) > 0)) {
            return call.fail("the paddings ", before, " and ", after, " do not fit to dimension ", i, " of ", x);
        }
        call.outputs[0].shape[i] = x[i] + before + after;
    }
    return {};
}

template <class T>
T value_to_fill(const Kernel::Buffers& buffers, bool given) {
    return given ? *static_cast<const T*>(buffers.inputs[2]) : T{};
}

Result<kernels::KernelPtr> make_constant_pad(const OpCall& call, const std::vector<Border>& borders) {
    const Shape& x = call.inputs[0]->shape;
    const Shape& y = call.outputs[0].shape;
    StridedCopy inside{0, 0, x, kernels::row_strides(x), kernels::row_strides(y)};
    for (size_t i = 0; i < x.rank(); ++i) {
        const auto [before, after] = borders[i];
        inside.shape[i] = std::max<int64_t>(x[i] + std::min<int64_t>(before, 0) + std::min<int64_t>(after, 0), 0);
        inside.from_offset += std::max<int64_t>(-before, 0) * inside.from[i];
        inside.to_offset += std::max<int64_t>(before, 0) * inside.to[i];
    }
    SOFTACL_ASSIGN(auto copy, copy_kernel(call, {inside}));
    const std::shared_ptr<Kernel> shared = std::move(copy);
    const bool given = call.has_input(2) && call.inputs[2]->shape.elements() == 1;
    if (call.has_input(2) && !given) {
        return call.fail("the input constant_values has the shape ", call.inputs[2]->shape, "; expected one value");
    }
    kernels::KernelPtr kernel;
    visit_size(call.outputs[0].dtype, [&](auto tag) {
        using T = typename decltype(tag)::Type;
        kernel = function_kernel(call, [shared, given, count = y.elements()](const Kernel::Buffers& buffers) {
            std::fill_n(static_cast<T*>(buffers.outputs[0]), count, value_to_fill<T>(buffers, given));
            return shared->run(buffers);
        });
    });
    return kernel;
}

// Where the element at `place` of the padded dimension comes from.
int64_t source(Mode mode, int64_t place, int64_t size) {
    if (mode == Mode::kEdge) {
        return std::clamp<int64_t>(place, 0, size - 1);
    }
    const int64_t twice = mode == Mode::kReflect ? 0 : 1;  // whether the mirror repeats the outermost element
    if (place < 0) {
        return -place - twice;
    }
    return place >= size ? 2 * size - 2 + twice - place : place;
}

// The places of a padded row that its own elements have, `shift` places before.
struct Inside {
    int64_t first;
    int64_t last;
    int64_t shift;
};

Result<kernels::KernelPtr> make_mirror_pad(const OpCall& call, const std::vector<Border>& borders, Mode mode) {
    const Shape& x = call.inputs[0]->shape;
    const Shape& y = call.outputs[0].shape;
    const kernels::Strides strides = kernels::row_strides(x);
    std::vector<std::vector<int64_t>> offsets(y.rank());  // per dimension: of the source of each place
    for (size_t i = 0; i < y.rank(); ++i) {
        offsets[i].reserve(static_cast<size_t>(y[i]));
        for (int64_t place = 0; place < y[i]; ++place) {
            offsets[i].push_back(source(mode, place - borders[i].before, x[i]) * strides[i]);
        }
    }
    if (y.rank() == 0) {
        return copy_kernel(call, {{0, 0, y, {}, {}}});
    }
    const size_t last = y.rank() - 1;
    const int64_t before = borders[last].before;
    const Inside inside{std::clamp<int64_t>(before, 0, y[last]), std::clamp<int64_t>(before + x[last], 0, y[last]),
                        before};
    kernels::KernelPtr kernel;
    visit_size(call.outputs[0].dtype, [&](auto tag) {
        using T = typename decltype(tag)::Type;
        kernel = function_kernel(
            call, [offsets, inside, rows = y.elements(0, y.rank() - 1), y](const Kernel::Buffers& buffers) -> Status {
                const auto& columns = offsets.back();
                const auto width = static_cast<int64_t>(columns.size());
                for_rows(rows, width, [&](int64_t row) {
                    const T* from = static_cast<const T*>(buffers.inputs[0]);
                    int64_t rest = row;
                    for (size_t i = y.rank() - 1; i > 0; --i) {
                        from += offsets[i - 1][static_cast<size_t>(rest % y[i - 1])];
                        rest /= y[i - 1];
                    }
                    T* const to = static_cast<T*>(buffers.outputs[0]) + row * width;
                    const auto mirror = [&](int64_t left, int64_t right) {
                        for (int64_t i = left; i < right; ++i) {
                            to[i] = from[columns[static_cast<size_t>(i)]];
                        }
                    };
                    mirror(0, inside.first);
                    std::copy(from + inside.first - inside.shift, from + inside.last - inside.shift, to + inside.first);
                    mirror(inside.last, width);
                });
                return {};
            });
    });
    return kernel;
}

Result<kernels::KernelPtr> make_pad(const OpCall& call) {
    SOFTACL_TRY(require_known_shapes(call));
    SOFTACL_ASSIGN(const Ints values, required_ints(call, 1));
    SOFTACL_ASSIGN(const auto borders, borders_of(call, values));
    SOFTACL_ASSIGN(const Mode mode, mode_of(call));
    return mode == Mode::kConstant ? make_constant_pad(call, borders) : make_mirror_pad(call, borders, mode);
}

Imported import_pad(Importer& graph, const ForeignNode& node) {
    if (!node.has_input(0)) {
        return import_fail("the input data is missing");
    }
    const TensorType& x = graph.type(node.input(0));
    std::vector<ValueRef> inputs = {node.input(0), node.input(1)};
    if (node.version < 11) {
        const char* name = node.version < 2 ? "paddings" : "pads";
        inputs[1] = graph.add_constant(Tensor::list(node.attrs.get<Ints>(name, {})), "pads");
        if (const float value = node.attrs.get<float>("value", 0); value != 0) {
            const ValueRef number = graph.add_constant(Tensor::scalar(value), "value");
            inputs.push_back(number);
            if (x.dtype != ACL_FLOAT) {
                SOFTACL_ASSIGN(inputs[2], add_cast(graph, number, x.dtype, "cast"));
            }
        }
    } else if (node.has_input(2)) {
        inputs.push_back(node.input(2));
    }
    if (node.has_input(3)) {
        SOFTACL_ASSIGN(const Ints pads, ints_of(graph, node, 1, "pads", {}));
        SOFTACL_ASSIGN(const Ints axes, ints_of(graph, node, 3, "axes", {}));
        const auto rank = static_cast<int64_t>(x.shape.rank());
        Ints all(x.shape.rank() * 2, 0);
        for (size_t i = 0; i < axes.size(); ++i) {
            if (axes[i] < -rank || axes[i] >= rank || pads.size() != 2 * axes.size()) {
                return import_fail("pads ", Shape(pads), " and axes ", Shape(axes), " do not fit to an input with ",
                                   rank, " dimensions");
            }
            const auto axis = static_cast<size_t>(axes[i] < 0 ? axes[i] + rank : axes[i]);
            all[axis] = pads[i];
            all[axis + x.shape.rank()] = pads[i + axes.size()];
        }
        inputs[1] = graph.add_constant(Tensor::list(all), "pads");
    }
    return one(graph.add("PadV3", std::move(inputs),
                         {{"mode", node.attrs.get<std::string>("mode", "constant")}, {"paddings_contiguous", false}}));
}

OpDef& finish(OpDef& op) { return op.needs_value(1).infer(infer_pad).kernel("reference", make_pad); }

constexpr AttributeForm kPad = {"Pad"};
constexpr AttributeForm kPadV2 = {"PadV2"};
constexpr AttributeForm kPadV3 = {"PadV3", "x"};

}  // namespace

OpDef declare_PadV3() {
    OpDef op("PadV3", "x with borders: constant, reflect or edge. Negative ones cut off.");
    op.input("x", kAny)
        .input("paddings", kIndexes)
        .optional_input("constant_values", kAny)
        .output("y", kAny)
        .attr("mode", std::string("constant"))
        .attr("paddings_contiguous", true)
        .onnx("Pad", import_pad);
    return finish(op);
}

OpDef declare_Pad() {
    OpDef op("Pad", "x with borders of zeros.");
    op.input("x", kAny).input("paddings", kIndexes).output("y", kAny);
    return finish(op);
}

OpDef declare_PadV2() {
    OpDef op("PadV2", "x with borders of one value.");
    op.input("x", kAny).input("paddings", kIndexes).input("constant_values", kAny).output("y", kAny);
    return finish(op);
}

OpDef declare_PadD() {
    return attribute_form<kPad>(declare_Pad(), OpDef("PadD", "Pad whose paddings are an attribute.")
                                                   .input("x", kAny)
                                                   .output("y", kAny)
                                                   .required_attr("paddings", IntLists{}));
}

OpDef declare_PadV2D() {
    return attribute_form<kPadV2>(declare_PadV2(), OpDef("PadV2D", "PadV2 whose paddings are an attribute.")
                                                       .input("x", kAny)
                                                       .input("constant_values", kAny)
                                                       .output("y", kAny)
                                                       .required_attr("paddings", IntLists{}));
}

OpDef declare_PadV3D() {
    return attribute_form<kPadV3>(declare_PadV3(), OpDef("PadV3D", "PadV3 whose paddings and value are attributes.")
                                                       .input("x", kAny)
                                                       .output("y", kAny)
                                                       .required_attr("paddings", IntLists{})
                                                       .attr("constant_values", int64_t{0})
                                                       .attr("mode", std::string("constant"))
                                                       .attr("paddings_contiguous", true));
}

OpDef declare_MirrorPad() {
    OpDef op("MirrorPad", "x with borders that mirror it: REFLECT without, SYMMETRIC with the outermost elements.");
    op.input("x", kAny).input("paddings", kIndexes).output("y", kAny).required_attr("mode", std::string());
    return finish(op);
}

}  // namespace softacl::ops
