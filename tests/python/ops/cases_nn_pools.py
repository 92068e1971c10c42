# SPDX-License-Identifier: Apache-2.0
"""Pools of ONNX: maxima with their places, their way back, and norms. ONNX Runtime is the judge, or each window by
itself."""
import itertools

import numpy as np

from draw import Draw
from judge_onnx import judge
from single_op import Case, Tensor

CASES = []
draw = Draw("nn_pools")


def add(op, inputs, expect, attrs=None, **kwargs):
    CASES.append(Case(op, inputs, expect, attrs or {}, **kwargs))


def windows(shape, kernel_shape, strides=None, dilations=None, pads=None, ceil_mode=0, auto_pad="NOTSET"):
    """How many windows there are, and for each the slices' indexes along each axis."""
    spatial = len(kernel_shape)
    strides, dilations = strides or [1] * spatial, dilations or [1] * spatial
    pads = list(pads or [0] * 2 * spatial)
    counts, taps = [], []
    for i in range(spatial):
        size, span = shape[2 + i], (kernel_shape[i] - 1) * dilations[i] + 1
        begin, end = pads[i], pads[spatial + i]
        if auto_pad.startswith("SAME"):
            total = max((-(-size // strides[i]) - 1) * strides[i] + span - size, 0)
            begin = total // 2 if auto_pad == "SAME_UPPER" else total - total // 2
            end = total - begin
        room = size + begin + end - span
        count = room // strides[i] + 1
        if ceil_mode and room % strides[i] and count * strides[i] < size + begin:
            count += 1
        counts.append(count)
        taps.append([[at for at in (w * strides[i] - begin + k * dilations[i] for k in range(kernel_shape[i]))
                      if 0 <= at < size] for w in range(count)])
    return counts, taps


def pooled(x, function, **attrs):
    """function(elements of a window, their places in the plane) for each window."""
    counts, taps = windows(x.shape, **attrs)
    results = [np.array([[function(x[n, c][np.ix_(*at)].ravel(), list(itertools.product(*at)), n, c)
                          for at in itertools.product(*taps)] for c in range(x.shape[1])]) for n in range(x.shape[0])]
    return np.array(results).reshape(*x.shape[:2], *counts, -1)


def maxima(x, order, **attrs):
    spatial = x.shape[2:]

    def place(values, places, n, c):
        best = places[int(np.argmax(values))]
        if order:
            best, sizes = best[::-1], spatial[::-1]
        else:
            sizes = spatial
        inside = 0
        for index, size in zip(best, sizes):
            inside = inside * size + index
        return values.max(), (n * x.shape[1] + c) * int(np.prod(spatial)) + inside

    both = pooled(x, place, **attrs)
    return both[..., 0], both[..., 1]


def random_window(spatial, dilated):
    attrs = {"kernel_shape": [int(k) for k in draw.integers((spatial,), 1, 3)],
             "strides": [int(s) for s in draw.integers((spatial,), 1, 3)]}
    if dilated:
        attrs["dilations"] = [int(d) for d in draw.integers((spatial,), 1, 2)]
    mode = int(draw.integers((), 0, 3))
    if mode == 1:
        attrs["pads"] = [int(draw.integers((), 0, k - 1)) for k in attrs["kernel_shape"] * 2]
    elif mode == 2:
        attrs["auto_pad"] = ("SAME_UPPER", "SAME_LOWER", "VALID")[int(draw.integers((), 0, 2))]
    return attrs


def has_empty_window(x, attrs):
    _, taps = windows(x.shape, **attrs)
    return any(not part for axis in taps for part in axis)


def different(shape, dtype):
    """No two elements are equal, so the place of a maximum is clear; bytes may be equal."""
    if dtype in ("int8", "uint8"):
        return draw.array(shape, dtype)
    return (draw.random.permutation(int(np.prod(shape))).reshape(shape) - 20).astype(dtype)


for spatial in (1, 2, 3):
    for order in (0, 1):
        for turn in range(10):
            dtype = ("float32", "float16", "float64", "int8", "uint8", "int32", "float32", "float32")[turn % 8]
            attrs = random_window(spatial, turn % 2)
            if "auto_pad" not in attrs and turn % 3 == 0:
                attrs["ceil_mode"] = 1
            x = different((2, 3, *(6 + int(s) for s in draw.integers((spatial,), 0, 4))), dtype)
            if has_empty_window(x, attrs):
                continue
            add("CpuMaxPool", [x], lambda x, order=order, attrs=attrs: maxima(x, order, **attrs),
                {**attrs, "storage_order": order}, types=[dtype, "int64"])
            if dtype == "float32" and "SAME" not in attrs.get("auto_pad", "") and not attrs.get("ceil_mode"):
                add("CpuMaxPool", [x], judge("MaxPool", 2, storage_order=order, **attrs),
                    {**attrs, "storage_order": order}, types=[dtype, "int64"], note="onnxruntime")
            add("CpuMaxPool", [x], lambda x, attrs=attrs: maxima(x, 0, **attrs)[0], attrs)
add("CpuMaxPool", [np.zeros((0, 2, 5), "float32")], (np.zeros((0, 2, 4)), np.zeros((0, 2, 4))), {"kernel_shape": [2]},
    types=["float32", "int64"])
# A window that lies in the padding altogether has no place.
add("CpuMaxPool", [np.array([[[1, 2]]], "float32")], (np.array([[[-np.inf]]]), np.array([[[-1]]])),
    {"kernel_shape": [2], "dilations": [3], "pads": [1, 1]}, types=["float32", "int64"])

for spatial in (1, 2, 3):
    for p in (1, 2, 3):
        for turn in range(6):
            dtype = ("float32", "float16", "float64")[turn % 3]
            attrs = random_window(spatial, turn % 2)
            x = draw.uniform((2, 2, *(6 + int(s) for s in draw.integers((spatial,), 0, 4))), dtype=dtype)
            add("CpuLpPool", [x], lambda x, p=p, attrs=attrs: pooled(
                x, lambda values, *_: (np.abs(values)**p).sum()**(1 / p), **attrs)[..., 0], {**attrs, "p": p})
            if dtype == "float32" and not turn % 2:
                add("CpuLpPool", [x], judge("LpPool", p=p, **attrs), {**attrs, "p": p}, note="onnxruntime")
up = {"kernel_shape": [2, 2], "strides": [2, 2], "ceil_mode": 1}
add("CpuLpPool", [draw.uniform((1, 2, 5, 5))], judge("LpPool", opset=18, **up), up, note="onnxruntime")


def unpooled(x, places, shape, whole=None):
    y = np.zeros(int(np.prod(shape)), x.dtype)
    y[places.ravel()] = x.ravel()
    y = y.reshape(shape)
    if whole is None:
        return y
    wide = np.zeros(whole, x.dtype)
    wide[tuple(slice(0, size) for size in shape)] = y
    return wide


for spatial in (1, 2, 3):
    for dtype in ("float32", "float16", "float64"):
        for turn in range(3):
            kernel = [int(k) for k in draw.integers((spatial,), 1, 3)]
            strides = [int(s) for s in draw.integers((spatial,), 1, 3)]
            pads = [0] * 2 * spatial if turn == 0 else [int(draw.integers((), 0, 1)) for _ in range(2 * spatial)]
            x_shape = (2, 2, *(2 + int(s) for s in draw.integers((spatial,), 0, 2)))
            shape = (2, 2, *((x_shape[2 + i] - 1) * strides[i] + kernel[i] - pads[i] - pads[spatial + i]
                             for i in range(spatial)))
            if min(shape) < 1 or np.prod(shape) < np.prod(x_shape):
                continue
            x = draw.uniform(x_shape, dtype=dtype)
            places = draw.random.permutation(int(np.prod(shape)))[:x.size].reshape(x_shape).astype("int64")
            attrs = {"kernel_shape": kernel, "strides": strides, "pads": pads}
            add("CpuMaxUnpool", [x, places], unpooled(x, places, shape), attrs)
            if dtype == "float32" and all(pad < kernel[i % spatial] for i, pad in enumerate(pads)):
                add("CpuMaxUnpool", [x, places], judge("MaxUnpool", **attrs), attrs, note="onnxruntime")
            whole = tuple(size + 1 for size in shape)
            add("CpuMaxUnpool", [x, places, Tensor(np.array(whole, "int64"), on_host=True)],
                unpooled(x, places, shape, whole), attrs)
