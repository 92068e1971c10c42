// SPDX-License-Identifier: Apache-2.0
// Pictures and volumes read at the places that a grid names, from -1 to 1 over each axis.
#include <algorithm>
#include <array>
#include <cmath>

#include "base/parallel.h"
#include "base/vectorised.h"
#include "kernels/ref/number.h"
#include "ops/common/importing.h"
#include "ops/common/reals.h"
#include "ops/common/values.h"

namespace softacl::ops {
namespace {

namespace ref = kernels::ref;

constexpr DTypes kTypes = {ACL_FLOAT, ACL_FLOAT16, ACL_DOUBLE};
constexpr int kMostAxes = 3;
constexpr int kMostTaps = 4;

enum class Mode { kNearest, kLinear, kCubic };
enum class Padding { kZeros, kBorder, kReflection };

struct Plan {
    int axes = 2;
    Mode mode = Mode::kLinear;
    Padding padding = Padding::kZeros;
    bool align_corners = false;
    int64_t batch = 0;
    int64_t channels = 0;
    int64_t places = 0;  ///< of the grid, for each picture
    std::array<int64_t, kMostAxes> sizes{};
    std::array<int64_t, kMostAxes> strides{};
};

size_t spatial_axes(const OpCall& call) { return call.op->name() == "GridSampler3D" ? 3 : 2; }

Result<Plan> read_attrs(const OpCall& call) {
    Plan p;
    p.axes = static_cast<int>(spatial_axes(call));
    const auto& mode = call.attrs.at<std::string>("interpolation_mode");
    if (mode == "nearest") {
        p.mode = Mode::kNearest;
    } else if (mode == "bicubic" && p.axes == 2) {
        p.mode = Mode::kCubic;
    } else if (mode != "bilinear") {
        return call.fail("the attribute interpolation_mode is ", mode, "; expected bilinear, nearest",
                         p.axes == 2 ? " or bicubic" : "");
    }
    const auto& padding = call.attrs.at<std::string>("padding_mode");
    if (padding == "border") {
        p.padding = Padding::kBorder;
    } else if (padding == "reflection") {
        p.padding = Padding::kReflection;
    } else if (padding != "zeros") {
        return call.fail("the attribute padding_mode is ", padding, "; expected zeros, border or reflection");
    }
    if (const auto* format = call.attrs.find_as<std::string>("data_format"); format != nullptr && *format != "NCDHW") {
        return call.fail("the attribute data_format is ", *format, "; expected NCDHW");
    }
    p.align_corners = call.attrs.at<bool>("align_corners");
    return p;
}

Status infer(OpCall& call) {
    SOFTACL_TRY(read_attrs(call).status());
    SOFTACL_TRY(require_same_dtype(call, 0, 1));
    const Shape& x = call.inputs[0]->shape;
    const Shape& grid = call.inputs[1]->shape;
    const size_t axes = spatial_axes(call);
    if (x.rank() != axes + 2 || grid.rank() != axes + 2) {
        return call.fail("the inputs x and grid have the shapes ", x, " and ", grid, "; expected ", axes + 2,
                         " dimensions each");
    }
    if (grid[axes + 1] >= 0 && grid[axes + 1] != static_cast<int64_t>(axes)) {
        return call.fail("the input grid has the shape ", grid, "; expected a last dimension of ", axes);
    }
    if (x[0] >= 0 && grid[0] >= 0 && x[0] != grid[0]) {
        return call.fail("the inputs x and grid have the shapes ", x, " and ", grid, "; expected the same batch");
    }
    Ints dims = {x[0] < 0 ? grid[0] : x[0], x[1]};
    for (size_t i = 0; i < axes; ++i) {
        dims.push_back(grid[1 + i]);
        if (x[2 + i] == 0) {
            return call.fail("the input x has the shape ", x, "; expected pictures that are not empty");
        }
    }
    call.outputs[0] = {call.inputs[0]->dtype, Shape(std::move(dims)), call.inputs[0]->format};
    return {};
}

/// The positions along one axis that a result is made of; -1 for those outside.
template <class R>
struct Taps {
    std::array<int64_t, kMostTaps> at;
    std::array<R, kMostTaps> weight;
    int count;
};

template <class R>
R padded(const Plan& p, R at, int64_t size) {
    const R last = static_cast<R>(size - 1);
    if (p.padding == Padding::kZeros || !std::isfinite(at)) {
        return at;
    }
    if (p.padding == Padding::kReflection) {
        const R low = p.align_corners ? R(0) : R(-0.5);
        const R span = p.align_corners ? last : static_cast<R>(size);
        if (span <= 0) {
            return 0;
        }
        const R distance = std::abs(at - low);
        const R rest = std::fmod(distance, span);
        at = std::fmod(std::floor(distance / span), R(2)) == 0 ? low + rest : low + span - rest;
    }
    return at < 0 ? R(0) : at > last ? last : at;
}

template <class R>
int64_t index_of(R at, int64_t size) {
    return at >= 0 && at <= static_cast<R>(size - 1) ? static_cast<int64_t>(at) : -1;  // not so for NaN
}

template <class R>
R cubic(R distance) {  // with the coefficient -0.75
    const R a = R(-0.75);
    const R d = std::abs(distance);
    return d <= 1 ? ((a + 2) * d - (a + 3)) * d * d + 1 : d < 2 ? ((a * d - 5 * a) * d + 8 * a) * d - 4 * a : R(0);
}

template <class R>
Taps<R> taps_of(const Plan& p, R grid, int64_t size) {
    const R count = static_cast<R>(size);
    const R at = p.align_corners ? (grid + 1) / 2 * (count - 1) : ((grid + 1) * count - 1) / 2;
    Taps<R> taps;
    if (p.mode == Mode::kNearest) {
        taps.at[0] = index_of(std::nearbyint(padded(p, at, size)), size);
        taps.weight[0] = 1;
        taps.count = 1;
        return taps;
    }
    const R place = p.mode == Mode::kLinear ? padded(p, at, size) : at;
    const R floor = std::floor(place);
    const R share = place - floor;
    if (p.mode == Mode::kLinear) {
        taps.count = 2;
        taps.weight = {1 - share, share};
        taps.at = {index_of(floor, size), index_of(floor + 1, size)};
        return taps;
    }
    taps.count = 4;
    for (int i = 0; i < 4; ++i) {
        const R tap = floor + static_cast<R>(i - 1);
        taps.at[static_cast<size_t>(i)] = index_of(std::nearbyint(padded(p, tap, size)), size);
        taps.weight[static_cast<size_t>(i)] = cubic(place - tap);
    }
    return taps;
}

/// The elements that the result at one place is made of, at most so many.
template <class R, size_t most>
struct Mix {
    size_t count;
    std::array<int64_t, most> at;
    std::array<R, most> weight;

    template <class T>
    void find(const Plan& p, const T* grid) {
        at[0] = 0;
        weight[0] = 1;
        count = 1;
        for (int i = p.axes - 1; i >= 0; --i) {  // the grid names the innermost axis first
            const auto axis = static_cast<size_t>(i);
            spread(taps_of(p, static_cast<R>(grid[p.axes - 1 - i]), p.sizes[axis]), p.strides[axis]);
        }
    }

    /// Along one more axis.
    void spread(const Taps<R>& taps, int64_t stride) {
        size_t inside = 0;
        for (size_t tap = 0; tap < static_cast<size_t>(taps.count); ++tap) {
            inside += taps.at[tap] >= 0 ? 1 : 0;
        }
        size_t to = inside * count;
        for (size_t tap = static_cast<size_t>(taps.count); tap > 0; --tap) {  // the first ones stay until the end
            if (taps.at[tap - 1] >= 0) {
                to -= count;
                for (size_t i = 0; i < count; ++i) {
                    at[to + i] = taps.at[tap - 1] * stride + at[i];
                    weight[to + i] = weight[i] * taps.weight[tap - 1];
                }
            }
        }
        count *= inside;
    }

    /// Of two pictures.
    template <class T>
    std::array<R, 2> sums(const T* x, const T* other) const {
        std::array<R, 2> sums{};
        const auto add = [&](size_t i) {
            sums[0] += weight[i] * static_cast<R>(x[at[i]]);
            sums[1] += weight[i] * static_cast<R>(other[at[i]]);
        };
        if (count == most) {
#pragma GCC unroll 4
            for (size_t i = 0; i < most; ++i) {
                add(i);
            }
        } else {
            for (size_t i = 0; i < count; ++i) {
                add(i);
            }
        }
        return sums;
    }
};

constexpr size_t kFewTaps = 4;    // 2 x 2
constexpr size_t kManyTaps = 16;  // 4 x 4, or 2 x 2 x 2
constexpr int64_t kBlock = 256;   // places whose mixes are known before channel after channel is read

/// At most kBlock places; y: of the first of them.
template <size_t most, class T>
void sample(const Plan& p, const T* x, const T* grid, T* y, int64_t places) {
    using R = ref::Real<T>;
    std::array<Mix<R, most>, kBlock> mixes;
    for (int64_t i = 0; i < places; ++i) {
        mixes[static_cast<size_t>(i)].find(p, grid + i * p.axes);
    }
    const int64_t plane = p.sizes[0] * p.strides[0];
    for (int64_t c = 0; c < p.channels; c += 2) {  // a mix is read once for both
        const int64_t other = std::min(c + 1, p.channels - 1);
        for (int64_t i = 0; i < places; ++i) {
            const auto sums = mixes[static_cast<size_t>(i)].sums(x + c * plane, x + other * plane);
            y[c * p.places + i] = static_cast<T>(sums[0]);
            y[other * p.places + i] = static_cast<T>(sums[1]);
        }
    }
}

Result<kernels::KernelPtr> make(const OpCall& call) {
    SOFTACL_TRY(require_known_shapes(call));
    SOFTACL_ASSIGN(Plan p, read_attrs(call));
    const Shape& x = call.inputs[0]->shape;
    const Shape& grid = call.inputs[1]->shape;
    p.batch = x[0];
    p.channels = x[1];
    p.places = grid.elements(1, grid.rank() - 1);
    for (size_t i = 0; i < spatial_axes(call); ++i) {
        p.sizes[i] = x[2 + i];
        p.strides[i] = x.elements(3 + i, x.rank());
    }
    return floats_kernel(call, 0, [p](auto tag, const kernels::Kernel::Buffers& b) -> Status {
        using T = typename decltype(tag)::Type;
        const int64_t blocks = (p.places + kBlock - 1) / kBlock;  // of each picture
        parallel_for(p.batch * blocks, 1, [&](int64_t begin, int64_t end) {
            for (int64_t i = begin; i < end; ++i) {
                const int64_t n = i / blocks;
                const int64_t place = i % blocks * kBlock;
                const int64_t picture = n * p.channels;
                const T* const from = static_cast<const T*>(b.inputs[0]) + picture * p.sizes[0] * p.strides[0];
                const T* const at = static_cast<const T*>(b.inputs[1]) + (n * p.places + place) * p.axes;
                T* const to = static_cast<T*>(b.outputs[0]) + picture * p.places + place;
                const int64_t count = std::min(kBlock, p.places - place);
                vectorised<kernels::kUsual<T>>([&] {
                    p.axes == 2 && p.mode != Mode::kCubic ? sample<kFewTaps>(p, from, at, to, count)
                                                          : sample<kManyTaps>(p, from, at, to, count);
                });
            }
        });
        return {};
    });
}

Imported import_grid_sample(Importer& graph, const ForeignNode& node) {
    const size_t rank = graph.type(node.input(0)).shape.rank();
    if (rank != 4 && rank != 5) {
        return import_fail("X has ", rank, " dimensions; expected 4 or 5");
    }
    auto mode = node.attrs.get<std::string>("mode", "bilinear");
    mode = mode == "linear" ? "bilinear" : mode == "cubic" ? "bicubic" : mode;
    return one(graph.add(rank == 5 ? "GridSampler3D" : "GridSampler2D", {node.input(0), node.input(1)},
                         {{"interpolation_mode", mode},
                          {"padding_mode", node.attrs.get<std::string>("padding_mode", "zeros")},
                          {"align_corners", node.attrs.get<int64_t>("align_corners", 0) != 0}}));
}

OpDef grid_sampler(const char* name, const char* doc) {
    return OpDef(name, doc)
        .input("x", kTypes)
        .input("grid", kTypes)
        .output("y", kTypes)
        .attr("interpolation_mode", std::string("bilinear"))
        .attr("padding_mode", std::string("zeros"))
        .attr("align_corners", false)
        .infer(infer)
        .kernel("reference", make);
}

}  // namespace

OpDef declare_GridSampler2D() {
    return grid_sampler("GridSampler2D", "Pictures read at the places that a grid names.")
        .onnx("GridSample", import_grid_sample);
}
OpDef declare_GridSampler3D() {
    return grid_sampler("GridSampler3D", "Volumes read at the places that a grid names.")
        .attr("data_format", std::string("NCDHW"));
}

}  // namespace softacl::ops
