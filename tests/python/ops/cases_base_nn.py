# SPDX-License-Identifier: Apache-2.0
"""Operators of neural networks: convolutions, pools, products of matrices, softmax, norms. Loops of NumPy judge."""
import numpy as np

from base_values import FLOATS, NUMBERS
from draw import Draw
from single_op import Case, Tensor

WIDE = {"float32": 1e-4, "float16": 1e-2, "float64": 1e-9}  # sums of many products
LAYOUTS = {2: ("NCHW", "NHWC", "HWCN"), 3: ("NCDHW", "NDHWC", "")}


def places(shape):
    return np.ndindex(*shape)


def padded(x, pads, value=0.0):
    return np.pad(x, [(0, 0), (0, 0), *pads], constant_values=value)


def count(size, taps, stride, dilation=1):
    return (size - (taps - 1) * dilation - 1) // stride + 1


def convolved(x, w, strides, pads, dilations, groups):
    x = padded(x, pads)
    axes = range(2, x.ndim)
    sizes = [count(x.shape[i], w.shape[i], strides[i - 2], dilations[i - 2]) for i in axes]
    result = np.zeros((x.shape[0], w.shape[0], *sizes))
    inside, outside = w.shape[1], w.shape[0] // groups
    for at in places(sizes):
        window = tuple(slice(p * s, p * s + (k - 1) * d + 1, d)
                       for p, s, d, k in zip(at, strides, dilations, w.shape[2:]))
        part = x[(slice(None), slice(None), *window)]
        for g in range(groups):
            taps = w[g * outside:(g + 1) * outside].reshape(outside, -1)
            seen = part[:, g * inside:(g + 1) * inside].reshape(x.shape[0], taps.shape[1])
            result[(slice(None), slice(g * outside, (g + 1) * outside), *at)] = seen @ taps.T
    return result


def transposed(x, w, strides, pads, dilations, groups):
    """Each element of x spreads the filter, which is (channels of x, channels of the result / groups, ...)."""
    sizes = [(n - 1) * s + (k - 1) * d + 1 for n, s, d, k in zip(x.shape[2:], strides, dilations, w.shape[2:])]
    inside, outside = w.shape[0] // groups, w.shape[1]
    result = np.zeros((x.shape[0], outside * groups, *sizes))
    for at in places(x.shape[2:]):
        window = tuple(slice(p * s, p * s + (k - 1) * d + 1, d)
                       for p, s, d, k in zip(at, strides, dilations, w.shape[2:]))
        for g in range(groups):
            result[(slice(None), slice(g * outside, (g + 1) * outside), *window)] += np.einsum(
                "nc,co...->no...", x[(slice(None), slice(g * inside, (g + 1) * inside), *at)],
                w[g * inside:(g + 1) * inside])
    kept = tuple(slice(begin, size - end) for (begin, end), size in zip(pads, sizes))
    return result[(slice(None), slice(None), *kept)]


def along_channels(bias, rank):
    return bias.reshape((1, -1) + (1,) * (rank - 2))


# Channels, channels of the result, groups, filter, stride, dilation, pads.
WINDOWS = [(3, 4, 1, 3, 1, 1, (1, 1)), (4, 6, 2, 2, 2, 1, (0, 1)), (3, 3, 3, 3, 1, 2, (2, 2)),
           (2, 5, 1, 1, 1, 1, (0, 0))]


def geometry(spatial, window):
    channels, results, groups, size, stride, dilation, pads = window
    layout = LAYOUTS[spatial][0]
    attrs = {"strides": [1, 1] + [stride] * spatial, "pads": list(pads) * spatial,
             "dilations": [1, 1] + [dilation] * spatial, "groups": groups, "data_format": layout}
    return attrs, [[stride] * spatial, [pads] * spatial, [dilation] * spatial, groups]


def convolutions():
    for spatial, op in ((2, "Conv2D"), (3, "Conv3D")):
        draw = Draw(op)
        layout = LAYOUTS[spatial][0]
        for dtype in FLOATS:
            for number, window in enumerate(WINDOWS):
                channels, results, groups, size = window[:4]
                attrs, told = geometry(spatial, window)
                x = draw.array((2, channels) + ((6, 7) if spatial == 2 else (6, 5, 6)), dtype)
                w = draw.array((results, channels // groups) + (size,) * spatial, dtype)
                bias = draw.array((results,), dtype) if number % 2 else None
                given = [Tensor(x, format=layout), Tensor(w, format=layout), bias]
                yield Case(op, given, lambda x, w, b, told=told: convolved(x, w, *told) +
                           (0 if b is None else along_channels(b, x.ndim)), attrs, formats=[layout],
                           tolerance=WIDE[dtype])
                w = draw.array((channels, results // groups) + (size,) * spatial, dtype)
                given = [None, Tensor(draw.array(x.shape, dtype), format=layout), Tensor(w, format=layout), bias]
                wanted = transposed(given[1].array.astype("float64"), given[2].array.astype("float64"), *told)
                given[0] = np.array(wanted.shape if number % 2 else [], "int32")
                yield Case(f"{op}Transpose", given, wanted + (0 if bias is None else along_channels(
                    bias.astype("float64"), x.ndim)), attrs, types=[dtype], formats=[layout], tolerance=WIDE[dtype])
        x, w = draw.array((0, 3) + (4,) * spatial, "float32"), draw.array((2, 3) + (1,) * spatial, "float32")
        yield Case(op, [Tensor(x, format=layout), Tensor(w, format=layout)], np.zeros((0, 2) + (4,) * spatial),
                   geometry(spatial, (3, 2, 1, 1, 1, 1, (0, 0)))[0], formats=[layout])
    draw = Draw("channels last")
    attrs, told = geometry(2, WINDOWS[0])
    for dtype in FLOATS:
        x, w = draw.array((2, 5, 6, 3), dtype), draw.array((3, 3, 3, 4), dtype)
        wanted = convolved(x.transpose(0, 3, 1, 2).astype("float64"), w.transpose(3, 2, 0, 1).astype("float64"), *told)
        yield Case("Conv2D", [Tensor(x, format="NHWC"), Tensor(w, format="HWCN")], wanted.transpose(0, 2, 3, 1),
                   attrs | {"data_format": "NHWC", "strides": [1] * 4, "dilations": [1] * 4}, types=[dtype],
                   formats=["NHWC"], tolerance=WIDE[dtype])
    for dtype in FLOATS:
        for activation, function in (("Relu", lambda x: np.maximum(x, 0)), ("", lambda x: x)):
            x, w, bias = (draw.array(shape, dtype) for shape in ((2, 3, 5, 5), (4, 3, 3, 3), (4,)))
            addend = draw.array((2, 4, 5, 5), dtype)
            yield Case("CpuFusedConv2D", [Tensor(x, format="NCHW"), Tensor(w, format="NCHW"), bias,
                                          Tensor(addend, format="NCHW")],
                       lambda x, w, b, a, told=told, f=function: f(convolved(x, w, *told) + along_channels(b, 4) + a),
                       attrs | ({"activation": activation} if activation else {}), formats=["NCHW"],
                       tolerance=WIDE[dtype])


def pooled(x, sizes, strides, pads, kind, includes_padding=True, divisor=0):
    axes = range(2, x.ndim)
    wide = padded(x, pads, -np.inf if kind == "max" and x.dtype.kind == "f" else
                  np.iinfo(x.dtype).min if kind == "max" else 0)
    real = padded(np.ones(x.shape), pads)
    counts = [count(wide.shape[i], sizes[i - 2], strides[i - 2]) for i in axes]
    result = np.zeros((*x.shape[:2], *counts), x.dtype)
    for at in places(counts):
        window = (slice(None), slice(None), *(slice(p * s, p * s + k) for p, s, k in zip(at, strides, sizes)))
        if kind == "max":
            result[(slice(None), slice(None), *at)] = wide[window].max(axis=tuple(axes))
        else:
            taps = divisor or (np.prod(sizes) if includes_padding else real[window].sum(axis=tuple(axes)))
            result[(slice(None), slice(None), *at)] = wide[window].sum(axis=tuple(axes)) / taps
    return result


def pools():
    draw = Draw("pools")
    for dtype in NUMBERS:
        x = Tensor(draw.array((2, 3, 6, 7), dtype), format="NCHW")
        for size, stride, pads in (((2, 2), (2, 2), ((0, 0), (0, 0))), ((3, 2), (1, 2), ((1, 1), (0, 1)))):
            attrs = {"ksize": [1, 1, *size], "strides": [1, 1, *stride], "padding_mode": "CALCULATED",
                     "pads": [each for pair in pads for each in pair], "data_format": "NCHW"}
            yield Case("MaxPoolV3", [x], lambda x, a=(size, stride, pads): pooled(x, *a, "max"), attrs,
                       formats=["NCHW"])
            if dtype in FLOATS:
                for exclusive in (False, True):
                    yield Case("AvgPoolV2", [x], lambda x, a=(size, stride, pads), e=exclusive: pooled(
                        x, *a, "average", not e), attrs | {"exclusive": exclusive}, formats=["NCHW"])
        yield Case("MaxPoolV3", [x], lambda x: x.max(axis=(2, 3), keepdims=True),
                   {"ksize": [1, 1, 1, 1], "strides": [1, 1, 1, 1], "global_pooling": True, "data_format": "NCHW"},
                   formats=["NCHW"])
    for dtype in FLOATS:
        x = Tensor(draw.array((1, 2, 4, 5, 4), dtype), format="NCDHW")
        size, stride, pads = (2, 3, 2), (1, 2, 2), ((0, 0), (1, 1), (0, 0))
        common = {"ksize": [1, 1, *size], "strides": [1, 1, *stride], "pads": [0, 0, 1, 1, 0, 0],
                  "data_format": "NCDHW"}
        yield Case("MaxPool3D", [x], lambda x, a=(size, stride, pads): pooled(x, *a, "max"),
                   common | {"padding": "CALCULATED"}, formats=["NCDHW"])
        for includes in (True, False):
            yield Case("AvgPool3D", [x], lambda x, a=(size, stride, pads), i=includes: pooled(x, *a, "average", i),
                       common | {"count_include_pad": includes}, formats=["NCDHW"])
        yield Case("AvgPool3D", [x], lambda x, a=(size, stride, pads): pooled(x, *a, "average", divisor=5),
                   common | {"divisor_override": 5}, formats=["NCDHW"])
        for shape in ((2, 3, 4), (2, 3, 4, 5), (1, 2, 2, 3, 2), (0, 3, 2, 2)):
            yield Case("GlobalAveragePool", [draw.array(shape, dtype)],
                       lambda x: x.mean(axis=tuple(range(2, x.ndim)), keepdims=True))


def products():
    draw = Draw("products")
    types = (*FLOATS, "int32", "uint32", "int64", "uint64")
    for dtype in types:
        tolerance = WIDE.get(dtype)
        for m, k, n in ((3, 4, 5), (1, 7, 1), (0, 3, 2), (2, 0, 3)):
            for turned in ((False, False), (True, False), (False, True), (True, True)):
                a = draw.array((k, m) if turned[0] else (m, k), dtype)
                b = draw.array((n, k) if turned[1] else (k, n), dtype)

                def judge(a, b, bias=None, _=None, t=turned):
                    product = (a.T if t[0] else a) @ (b.T if t[1] else b)
                    return product if bias is None else product + bias
                attrs = {"transpose_x1": turned[0], "transpose_x2": turned[1]}
                yield Case("MatMulV2", [a, b], judge, attrs, tolerance=tolerance)
                if (m, k, n) == (3, 4, 5):
                    yield Case("MatMulV2", [a, b, draw.array((n,), dtype)], judge, attrs, tolerance=tolerance)
                    c, alpha, beta = draw.array((m, n), dtype), np.array(2, dtype), np.array(3, dtype)
                    yield Case("GEMM", [a, b, c, alpha, beta],
                               lambda a, b, c, al, be, j=judge: al * j(a, b) + be * c,
                               {"transpose_a": turned[0], "transpose_b": turned[1]}, tolerance=tolerance)
        for one, two in (((2, 3, 4), (2, 4, 5)), ((3, 4), (2, 4, 5)), ((2, 1, 3, 4), (5, 4, 2)),
                         ((0, 3, 4), (1, 4, 2))):
            yield Case("BatchMatMulV2", [draw.array(one, dtype), draw.array(two, dtype)], np.matmul,
                       tolerance=tolerance)
        yield Case("BatchMatMulV2", [draw.array((2, 4, 3), dtype), draw.array((2, 5, 4), dtype)],
                   lambda a, b: np.swapaxes(a, 1, 2) @ np.swapaxes(b, 1, 2), {"adj_x1": True, "adj_x2": True},
                   tolerance=tolerance)
    a, b = draw.integers((3, 4), -128, 127, "int8"), draw.integers((4, 2), -128, 127, "int8")
    c = draw.integers((3, 2), -99, 99)
    yield Case("GEMM", [a, b, c, np.array(2, "int32"), np.array(-1, "int32")],
               2 * (a.astype("int32") @ b.astype("int32")) - c, types=["int32"])


def softmax(x, axes):
    x = x - x.max(axis=axes, keepdims=True) if x.size else x
    power = np.exp(x)
    return power / power.sum(axis=axes, keepdims=True)


def maxima():
    draw = Draw("softmax")
    for dtype in FLOATS:
        for shape, axes in (((3, 4), [-1]), ((2, 3, 4), [1]), ((2, 3, 4), [1, 2]), ((5,), [0]), ((0, 3), [1]),
                            ((2, 3, 2, 2), [1])):
            x = draw.array(shape, dtype, -5, 5)
            yield Case("SoftmaxV2", [x], lambda x, a=tuple(axes): softmax(x, a), {"axes": axes})
            yield Case("LogSoftmaxV2", [x], lambda x, a=tuple(axes): np.log(softmax(x, a)), {"axes": axes},
                       tolerance=5e-3 if dtype == "float16" else None)
            if len(axes) == 1:
                axis = axes[0]
                best = np.arange(x.shape[axis]).reshape([-1 if i == axis % x.ndim else 1 for i in range(x.ndim)])
                yield Case("HardMax", [x], best == np.expand_dims(x.argmax(axis), axis), {"axis": axis}, types=[dtype])
        yield Case("SoftmaxV2", [np.array([6e4, 5e4, -6e4], dtype)], np.array([1, 0, 0]), note="large")
    x = draw.array((3, 4), "float16")
    yield Case("SoftmaxV2", [x], lambda x: softmax(x, (-1,)), {"half_to_float": True}, types=["float32"])


def standard(x, axes, epsilon):
    mean = x.mean(axis=axes, keepdims=True)
    variance = x.var(axis=axes, keepdims=True)
    return (x - mean) / np.sqrt(variance + epsilon), mean, variance


def norms():
    draw = Draw("norms")
    for dtype in FLOATS:
        loose = WIDE[dtype]
        for shape, first in (((3, 8), 1), ((2, 3, 4), -1), ((2, 3, 4), 1), ((4, 5), 0)):
            x, gamma, beta = (draw.array(each, dtype) for each in (shape, shape[first:], shape[first:]))

            def layer(x, g, b, f=first % len(shape)):
                y, mean, variance = standard(x, tuple(range(f, x.ndim)), 1e-3)
                return y * g + b, mean, variance
            yield Case("LayerNorm", [x, gamma, beta], layer,
                       {"begin_norm_axis": first, "begin_params_axis": first, "epsilon": 1e-3}, tolerance=loose)
        for shape in ((2, 3, 4, 5), (1, 4, 6, 2)):
            x = Tensor(draw.array(shape, dtype), format="NCHW")
            gamma, beta = draw.array(shape[1:2], dtype), draw.array(shape[1:2], dtype)

            def instance(x, g, b):
                y, mean, variance = standard(x, (2, 3), 1e-3)
                return y * along_channels(g, 4) + along_channels(b, 4), mean, variance
            yield Case("InstanceNorm", [x, gamma, beta], instance, {"data_format": "NCHW", "epsilon": 1e-3},
                       formats=["NCHW"], tolerance=loose)
            mean, variance = draw.array(shape[1:2], dtype), draw.array(shape[1:2], dtype, 0.2, 2)
            one = np.array([1], dtype)
            yield Case("BNInference", [x, mean, variance, one, gamma, beta],
                       lambda x, m, v, _, g, b: (x - along_channels(m, 4)) / np.sqrt(
                           along_channels(v, 4) + 1e-3) * along_channels(g, 4) + along_channels(b, 4),
                       {"epsilon": 1e-3}, formats=["NCHW"], tolerance=loose)
            yield Case("BNInference", [x, mean, variance, one],
                       lambda x, m, v, _: (x - along_channels(m, 4)) / np.sqrt(along_channels(v, 4) + 1e-5),
                       formats=["NCHW"], tolerance=loose)
            for radius in (1, 2):
                def lrn(x, r=radius):
                    squares = padded(np.square(x), ((0, 0), (0, 0)))
                    around = np.stack([squares[:, max(c - r, 0):c + r + 1].sum(axis=1) for c in range(x.shape[1])], 1)
                    return x / (2 + 0.25 * around) ** 0.75
                yield Case("LRN", [x], lrn, {"depth_radius": radius, "bias": 2.0, "alpha": 0.25, "beta": 0.75},
                           formats=["NCHW"], tolerance=loose)
        x = Tensor(draw.array((2, 6, 3, 4), dtype), format="NCHW")
        gamma, beta = draw.array((6,), dtype), draw.array((6,), dtype)

        def group(x, g, b):
            y, mean, variance = standard(x.reshape(2, 3, -1), (2,), 1e-3)
            return (y.reshape(x.shape) * along_channels(g, 4) + along_channels(b, 4), mean[..., 0], variance[..., 0])
        yield Case("GroupNorm", [x, gamma, beta], group,
                   {"num_groups": 3, "data_format": "NCHW", "eps": 1e-3}, formats=["NCHW"], tolerance=loose)


CASES = [*convolutions(), *pools(), *products(), *maxima(), *norms()]
