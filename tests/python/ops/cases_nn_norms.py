# SPDX-License-Identifier: Apache-2.0
"""Norms, and what transformers use, by their formulas."""
import numpy as np

from draw import Draw
from single_op import Case, Tensor

CASES = []
draw = Draw("nn_norms")
LOOSE = {"float16": 6e-3, "float32": 2e-5, "float64": 1e-10}


def add(op, inputs, *args, **kwargs):
    dtype = next(getattr(x, "array", x) for x in inputs if x is not None).dtype.name
    CASES.append(Case(op, inputs, *args, **{"tolerance": LOOSE[dtype]} | kwargs))


def numbers(count, low=0.5):
    return draw.uniform((count,), low, 2)


def channelwise(list_, rank, axis):
    return list_.reshape([-1 if i == axis else 1 for i in range(rank)])


# BatchNorm
for dtype in ("float32", "float16"):
    for axis, layout in ((3, "NHWC"), (1, "NCHW"), (4, "NDHWC"), (1, "NCDHW")):
        x = draw.uniform([size + 1 for size in draw.shape(len(layout), 3)], dtype=dtype)
        count, rank = x.shape[axis], x.ndim
        around = tuple(i for i in range(rank) if i != axis)
        types = [dtype] + ["float32"] * 5

        def given(x, scale, offset, mean, variance, axis=axis, rank=rank):
            wide = [channelwise(a, rank, axis) for a in (scale, offset, mean, variance)]
            return ((x - wide[2]) / np.sqrt(wide[3] + 1e-3) * wide[0] + wide[1], mean, variance, mean, variance,
                    np.zeros(0))

        add("BatchNorm", [x, *[numbers(count) for _ in range(4)]], given,
            {"data_format": layout, "is_training": False, "epsilon": 1e-3}, types)

        for factor in (1.0, 0.25):
            def found(x, scale, offset, mean, variance, axis=axis, rank=rank, around=around, factor=factor):
                own, spread = x.mean(around), x.var(around)
                size = x.size // len(own)
                corrected = spread * size / max(size - 1, 1)
                y = (x - channelwise(own, rank, axis)) / np.sqrt(channelwise(spread, rank, axis) + 1e-3)
                y = y * channelwise(scale, rank, axis) + channelwise(offset, rank, axis)
                if factor == 1:
                    return y, own, corrected, own, spread, np.zeros(0)
                return (y, mean * (1 - factor) + own * factor, variance * (1 - factor) + corrected * factor, own,
                        spread, np.zeros(0))

            lists = [None, None] if factor == 1 else [numbers(count), numbers(count)]
            add("BatchNorm", [x, numbers(count), numbers(count), *lists], found,
                {"data_format": layout, "epsilon": 1e-3, "exponential_avg_factor": factor}, types)

for dtype in ("float32", "float16"):
    for layout, axis in (("NCHW", 1), ("ND", 1)):
        x = draw.uniform(draw.shape(4), dtype=dtype)
        lists = [numbers(x.shape[axis]) for _ in range(4)]
        add("BNInfer", [Tensor(x, format=layout), *lists],
            lambda x, scale, offset, mean, variance, axis=axis:
            (x - channelwise(mean, 4, axis)) / np.sqrt(channelwise(variance, 4, axis) + 1e-3)
            * channelwise(scale, 4, axis) + channelwise(offset, 4, axis), {"epsilon": 1e-3})

    n, c, h, w = [size + 1 for size in draw.shape(4, 4)]
    x = draw.uniform((n, c, h, w), dtype=dtype)
    types = [dtype, "float32", "float32"]
    full, row = (n, c, 1, 1), (1, c, 1, 1)
    add("INInferV2", [x, *[draw.uniform(s, 0.5, 2) for s in (row, full, full, full)]],
        lambda x, g, b, m, v: ((x - m) / np.sqrt(v + 1e-5) * g + b, m, v), {}, types)
    add("INInferV2", [x, None, None, *[draw.uniform(full, 0.5, 2) for _ in range(2)]],
        lambda x, g, b, m, v: ((x - m) / np.sqrt(v + 1e-5), m, v), {}, types)
    add("InstanceNormV2", [x, draw.uniform(row, 0.5, 2), draw.uniform(row), None, None],
        lambda x, g, b, *_: ((x - x.mean((2, 3), keepdims=True)) / np.sqrt(x.var((2, 3), keepdims=True) + 1e-5) * g
                             + b, x.mean((2, 3), keepdims=True), x.var((2, 3), keepdims=True)), {}, types)
    add("InstanceNormV2", [x, *[draw.uniform(s, 0.5, 2) for s in (full, full, full, full)]],
        lambda x, g, b, m, v: ((x - m) / np.sqrt(v + 1e-5) * g + b, m, v), {"is_training": False}, types)


def rows(x, axes, epsilon, moves=True):
    mean = x.mean(axes, keepdims=True) if moves else 0
    rstd = 1 / np.sqrt(((x - mean)**2).mean(axes, keepdims=True) + epsilon)
    return (x - mean) * rstd, mean, rstd


for dtype in ("float32", "float16"):
    for begin in (1, -1):
        x = draw.uniform([size + 1 for size in draw.shape(3)], dtype=dtype)
        axes = tuple(range(begin % 3, 3))
        g, b = [draw.uniform(x.shape[begin % 3:], dtype=dtype) for _ in range(2)]

        def expect(x, g, b, axes=axes):
            y, mean, rstd = rows(x, axes, 1e-5)
            return y * g + b, mean, rstd

        add("LayerNormV3", [x, g, b], expect, {"begin_norm_axis": begin, "begin_params_axis": begin})
        shape = Tensor(np.array(x.shape[begin % 3:], "int32"), on_host=True)
        add("LayerNormV4", [x, shape, g, b], lambda x, _, g, b, expect=expect: expect(x, g, b))
        add("LayerNormV4", [x, shape, None, None], lambda x, *_, expect=expect: expect(x, 1, 0))
        add("RmsNorm", [x, g], lambda x, g, axes=axes: (rows(x, axes, 1e-6, False)[0] * g,
                                                        rows(x, axes, 1e-6, False)[2]), {}, [dtype, "float32"])
        other = draw.uniform(x.shape, dtype=dtype)
        add("AddRmsNorm", [x, other, g], lambda x, o, g, axes=axes: (rows(x + o, axes, 1e-6, False)[0] * g,
                                                                     rows(x + o, axes, 1e-6, False)[2], x + o), {},
            [dtype, "float32", dtype])
    g, b = [draw.uniform(x.shape[-1:], dtype=dtype) for _ in range(2)]
    for bias in (None, draw.uniform(x.shape[-1:], dtype=dtype), draw.uniform(x.shape, dtype=dtype)):
        def expect(x, o, g, b, bias):
            total = x + o + (0 if bias is None else bias)
            y, mean, rstd = rows(total, (-1,), 1e-5)
            return y * g + b, mean, rstd, total

        add("AddLayerNorm", [x, other, g, b, bias], expect, {"additional_output": True},
            [dtype, "float32", "float32", dtype])

    groups, each, n = draw.shape(3, 3)
    x = draw.uniform((n, groups * each, 3, 2), dtype=dtype)
    g, b = [draw.uniform((groups * each,), dtype=dtype) for _ in range(2)]

    def grouped(x, g, b, groups=groups):
        split = x.reshape((x.shape[0], groups, -1))
        y, mean, rstd = rows(split, (-1,), 1e-5)
        y = y.reshape(x.shape) * channelwise(g, 4, 1) + channelwise(b, 4, 1)
        return y, mean[..., 0], rstd[..., 0]

    add("GroupNormRelu", [x, g, b], lambda *a, grouped=grouped: np.maximum(grouped(*a)[0], 0), {"num_groups": groups})

    def silu(x, g, b, grouped=grouped):
        y, mean, rstd = grouped(x, np.ones(x.shape[1]) if g is None else g, np.zeros(x.shape[1]) if b is None else b)
        return y / (1 + np.exp(-y)), mean, rstd

    add("GroupNormSilu", [x, g, b], silu, {"num_groups": groups})
    add("GroupNormSilu", [x, None, None], silu, {"num_groups": groups})
    add("GroupNormSilu", [x, g, b], grouped, {"num_groups": groups, "activate_silu": False})
add("RmsNorm", [np.zeros((0, 4), "float32"), numbers(4)], (np.zeros((0, 4)), np.zeros((0, 1))), {}, ["float32"])
add("AddLayerNorm", [np.zeros((2, 0, 4), "float32"), np.zeros((2, 0, 4), "float32"), numbers(4), numbers(4), None],
    (np.zeros((2, 0, 4)), np.zeros((2, 0, 1)), np.zeros((2, 0, 1)), np.zeros((2, 0, 4))), {}, ["float32"])


# Caffe's Scale
def aligned(x, list_, axis):
    return list_.reshape((*list_.shape, *[1] * (x.ndim - axis % x.ndim - list_.ndim))) if list_.size > 1 else \
        list_.reshape(())


for dtype in ("float32", "float16"):
    for axis, count in ((1, 1), (0, 2), (-2, 2), (0, 4), (1, 3), (2, -1)):
        x = draw.uniform([size + 1 for size in draw.shape(4, 3)], dtype=dtype)
        begin = axis % 4
        shape = x.shape[begin:] if count == -1 else x.shape[begin:begin + count]
        for bias in (None, draw.uniform(shape, dtype=dtype)):
            add("Scale", [x, draw.uniform(shape, dtype=dtype), bias],
                lambda x, s, b, axis=axis: x * aligned(x, s, axis) + (0 if b is None else aligned(x, b, axis)),
                {"axis": axis, "num_axes": count})
add("Scale", [draw.uniform((2, 3)), np.array([3], "float32"), None], lambda x, s, _: x * 3, {"num_axes": 0})


# Attention
def masked_softmax(x, mask, scale, triangle):
    x = x * scale
    if mask is not None:
        x = np.where(mask, -10000, x)
    if triangle:
        x = np.where(np.triu(np.ones(x.shape[-2:], bool), 1), -10000, x)
    e = np.exp(x - x.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True)


for dtype in ("float32", "float16"):
    for triangle in (False, True):
        n, heads, size = draw.shape(3)
        width = size if triangle else size + 2
        x = draw.uniform((n, heads, size, width), -8, 8, dtype)
        for mask in (None, draw.bools((n, 1, size, width)), draw.bools((n, heads, size, width))):
            add("ScaledMaskedSoftmax", [x, mask],
                lambda x, m, triangle=triangle: masked_softmax(x, m, 0.5, triangle),
                {"scale": 0.5, "fixed_triu_mask": triangle})
add("ScaledMaskedSoftmax", [np.zeros((2, 0, 3), "float32"), None], np.zeros((2, 0, 3)))
add("ScaledMaskedSoftmax", [draw.uniform((1, 1, 2, 4)), np.ones((1, 1, 2, 4), bool)], np.full((1, 1, 2, 4), 0.25))


def rotary(x, r1, r2):
    half = x.shape[-1] // 2
    return x * r1 + np.concatenate([-x[..., half:], x[..., :half]], -1) * r2


for dtype in ("float32", "float16"):
    for _ in range(3):
        n, s, heads, half = draw.shape(4)
        for shape in ((1, s, 1, 2 * half), (n, s, heads, 2 * half), (1, 1, 1, 2 * half)):
            add("RotaryMul", [draw.uniform((n, s, heads, 2 * half), dtype=dtype), draw.uniform(shape, dtype=dtype),
                              draw.uniform(shape, dtype=dtype)], rotary)

add("Dropout", [draw.uniform((3, 4))], lambda x: x, {"dropout_ratio": 0.3})
add("Dropout", [draw.uniform((3, 4))], lambda x: x * 0.75, {"dropout_ratio": 0.25, "scale_train": False})
add("Dropout", [np.zeros((0, 4), "float32")], lambda x: x)
