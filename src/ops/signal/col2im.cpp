// SPDX-License-Identifier: Apache-2.0
// Columns of windows added up to the picture they were taken from.
#include "kernels/ref/number.h"
#include "kernels/ref/real.h"
#include "ops/common/attribute_form.h"
#include "ops/common/importing.h"
#include "ops/common/reference.h"
#include "ops/common/values.h"

namespace softacl::ops {
namespace {

namespace ref = kernels::ref;
using kernels::Kernel;

constexpr size_t kMostAxes = 8;

struct Columns {
    Shape picture;  // its positions
    Shape taps;
    Shape counts;  // of windows along each axis
    Ints strides, dilations, before;
    int64_t channels = -1;
};

// One number for all axes, or one for each.
Result<Ints> numbers(const OpCall& call, const std::string& name, Ints list, size_t axes, int64_t least) {
    const Ints given = list;
    if (list.size() == 1) {
        list.resize(axes, list.front());
    }
    bool fits = list.size() == axes;
    for (const int64_t value : list) {
        fits = fits && value >= least && value < int64_t{1} << 31;
    }
    if (!fits) {
        return call.fail(name, " is ", Shape(given), "; expected one or ", axes, " numbers of at least ", least);
    }
    return list;
}

// Nothing if sizes are not known yet. x is [N, C * taps, windows] or [N, C, taps, windows].
Result<std::optional<Columns>> columns_of(const OpCall& call) {
    const Shape& x = call.inputs[0]->shape;
    if (x.rank() != 3 && x.rank() != 4) {
        return call.fail("the input x has the shape ", x, "; expected three dimensions, or four");
    }
    const auto picture = known_ints(call, 1);
    const auto taps = known_ints(call, 2);
    if (!picture || !taps) {
        return std::optional<Columns>();
    }
    const size_t axes = picture->size();
    if (axes < 1 || axes > kMostAxes) {
        return call.fail("the input output_size has ", axes, " numbers; expected 1 to ", kMostAxes);
    }
    Columns columns;
    SOFTACL_ASSIGN(const Ints sizes, numbers(call, "the input output_size", *picture, axes, 0));
    SOFTACL_ASSIGN(const Ints windows, numbers(call, "the input kernel_size", *taps, axes, 1));
    SOFTACL_ASSIGN(columns.strides, numbers(call, "the attribute stride", call.attrs.at<Ints>("stride"), axes, 1));
    SOFTACL_ASSIGN(columns.dilations,
                   numbers(call, "the attribute dilation", call.attrs.at<Ints>("dilation"), axes, 1));
    Ints pads = call.attrs.at<Ints>("padding");  // of both sides, or all begins and then all ends
    if (pads.size() <= axes) {
        SOFTACL_ASSIGN(pads, numbers(call, "the attribute padding", pads, axes, 0));
        pads.insert(pads.end(), pads.begin(), pads.end());
    }
    SOFTACL_ASSIGN(pads, numbers(call, "the attribute padding", pads, 2 * axes, 0));
    columns.picture = Shape(sizes);
    columns.taps = Shape(windows);
    std::vector<int64_t> counts;
    for (size_t i = 0; i < axes; ++i) {
        const int64_t room = sizes[i] + pads[i] + pads[axes + i] - ((windows[i] - 1) * columns.dilations[i] + 1);
        if (room < 0) {
            return call.fail("a window of ", windows[i], " does not fit into ", sizes[i], " positions along axis ", i);
        }
        counts.push_back(room / columns.strides[i] + 1);
    }
    columns.before = Ints(pads.begin(), pads.begin() + static_cast<std::ptrdiff_t>(axes));
    columns.counts = Shape(std::move(counts));
    if (!columns.taps.fits(8) || !columns.counts.fits(8)) {
        return call.fail("windows of ", columns.taps, " are too many or too large");
    }
    const int64_t size = columns.taps.elements();
    const int64_t last = x[x.rank() - 1];
    const int64_t rows = x[x.rank() - 2];
    if ((last >= 0 && last != columns.counts.elements()) || (x.rank() == 4 && rows >= 0 && rows != size) ||
        (x.rank() == 3 && rows >= 0 && rows % size != 0)) {
        return call.fail("the input x has the shape ", x, "; windows of ", columns.taps, " at ", columns.counts,
                         " places of ", columns.picture, " make [N, C * ", size, ", ", columns.counts.elements(), "]");
    }
    columns.channels = x.rank() == 4 ? x[1] : rows < 0 ? -1 : rows / size;
    return std::optional<Columns>(std::move(columns));
}

Status infer_col2im(OpCall& call) {
    const Shape& x = call.inputs[0]->shape;
    SOFTACL_ASSIGN(const auto columns, columns_of(call));
    if (columns) {
        std::vector<int64_t> dims = {x[0], columns->channels};
        dims.insert(dims.end(), columns->picture.begin(), columns->picture.end());
        call.outputs[0] = {call.inputs[0]->dtype, Shape(std::move(dims))};
        return {};
    }
    const Shape& list = call.inputs[1]->shape;
    if (list.rank() != 1 || list[0] < 1 || list[0] > static_cast<int64_t>(kMostAxes)) {
        return call.fail("the input output_size has the shape ", list, "; expected a list of at most ", kMostAxes,
                         " numbers");
    }
    call.outputs[0] = {call.inputs[0]->dtype, unknown_shape(static_cast<size_t>(list[0]) + 2)};
    return {};
}

// The offset in the picture of what tap `tap` of window `window` sees; -1 outside.
int64_t place_of(const Columns& columns, int64_t window, int64_t tap) {
    int64_t places[kMostAxes] = {};
    for (size_t axis = columns.picture.rank(); axis-- > 0;) {
        places[axis] = window % columns.counts[axis] * columns.strides[axis] - columns.before[axis] +
                       tap % columns.taps[axis] * columns.dilations[axis];
        window /= columns.counts[axis];
        tap /= columns.taps[axis];
        if (places[axis] < 0 || places[axis] >= columns.picture[axis]) {
            return -1;
        }
    }
    int64_t offset = 0;
    for (size_t axis = 0; axis < columns.picture.rank(); ++axis) {
        offset = offset * columns.picture[axis] + places[axis];
    }
    return offset;
}

Result<kernels::KernelPtr> make_col2im(const OpCall& call) {
    SOFTACL_TRY(require_known_shapes(call));
    SOFTACL_ASSIGN(const auto columns, columns_of(call));
    if (!columns) {
        return call.fail("output_size and kernel_size must be known before the model runs");
    }
    const int64_t planes = call.outputs[0].shape[0] * call.outputs[0].shape[1];
    kernels::KernelPtr kernel;
    ref::visit_numbers(call.outputs[0].dtype, [&](auto tag) {
        using T = typename decltype(tag)::Type;
        using W = kernels::Wide<T>;
        kernel = function_kernel(call, [planes, columns = *columns](const Kernel::Buffers& b) -> Status {
            const T* from = static_cast<const T*>(b.inputs[0]);
            T* to = static_cast<T*>(b.outputs[0]);
            std::vector<W> sums(static_cast<size_t>(columns.picture.elements()));
            for (int64_t plane = 0; plane < planes; ++plane) {
                std::fill(sums.begin(), sums.end(), W{});
                for (int64_t tap = 0; tap < columns.taps.elements(); ++tap) {
                    for (int64_t window = 0; window < columns.counts.elements(); ++window, ++from) {
                        if (const int64_t place = place_of(columns, window, tap); place >= 0) {
                            W& sum = sums[static_cast<size_t>(place)];
                            sum = kernels::wrapping_add(sum, kernels::widen(*from));
                        }
                    }
                }
                for (const W sum : sums) {
                    *to++ = kernels::narrow<T>(sum);
                }
            }
            return {};
        });
    });
    return kernel;
}

Imported import_col2im(Importer& graph, const ForeignNode& node) {
    SOFTACL_ASSIGN(const Ints picture, ints_of(graph, node, 1, "image_shape", {}));
    SOFTACL_ASSIGN(const Ints taps, ints_of(graph, node, 2, "block_shape", {}));
    return one(graph.add("Col2ImV2",
                         {node.input(0), graph.add_constant(Tensor::list(picture), "output_size"),
                          graph.add_constant(Tensor::list(taps), "kernel_size")},
                         {{"dilation", node.attrs.get<Ints>("dilations", Ints{1})},
                          {"padding", node.attrs.get<Ints>("pads", Ints{0})},
                          {"stride", node.attrs.get<Ints>("strides", Ints{1})}}));
}

constexpr AttributeForm kCol2im = {"Col2ImV2"};

}  // namespace

OpDef declare_Col2ImV2() {
    return OpDef("Col2ImV2", "Columns of x added up where the windows lie that they were taken from.")
        .input("x", kFloats)
        .input("output_size", kIndexes)
        .input("kernel_size", kIndexes)
        .output("y", kFloats)
        .required_attr("dilation", Ints{})
        .required_attr("padding", Ints{})
        .required_attr("stride", Ints{})
        .needs_value(1)
        .needs_value(2)
        .infer(infer_col2im)
        .kernel("reference", make_col2im)
        .onnx("Col2Im", import_col2im);
}

OpDef declare_Col2im() {
    return attribute_form<kCol2im>(declare_Col2ImV2(), OpDef("Col2im", "Col2ImV2 whose kernel_size is an attribute.")
                                                           .input("x", kFloats)
                                                           .input("output_size", kIndexes)
                                                           .output("y", kFloats)
                                                           .required_attr("kernel_size", Ints{})
                                                           .required_attr("dilation", Ints{})
                                                           .required_attr("padding", Ints{})
                                                           .required_attr("stride", Ints{}));
}

}  // namespace softacl::ops
