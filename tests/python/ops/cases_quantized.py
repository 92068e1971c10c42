# SPDX-License-Identifier: Apache-2.0
"""Products of bytes with zero points: integer arithmetic is the judge, and ONNX Runtime where it has the form."""
import numpy as np

from draw import Draw
from judge_onnx import judge
from single_op import Case

CASES = []
draw = Draw("quantized")
BYTES = ("int8", "uint8")


def add(op, inputs, expect, attrs=None, **kwargs):
    CASES.append(Case(op, inputs, expect, attrs or {}, **kwargs))


def any_bytes(shape, dtype):
    limits = np.iinfo(dtype)
    return np.asarray(draw.integers(shape, limits.min, limits.max, dtype))


def scales(shape):
    return np.asarray(draw.uniform(shape, 0.01, 0.2))


def result_scale():
    return np.array(draw.uniform((), 5, 40), "float32")


def padded(x, filter_shape, attrs):
    """Differences with zeros around them, and how many windows there are along each axis."""
    spatial = x.ndim - 2
    strides = attrs.get("strides", [1] * spatial)
    dilations = attrs.get("dilations", [1] * spatial)
    spans = [(size - 1) * d + 1 for size, d in zip(filter_shape[2:], dilations)]
    pads = attrs.get("pads", [0] * 2 * spatial)
    how = attrs.get("auto_pad", "NOTSET")
    if how.startswith("SAME"):
        pads = [0] * 2 * spatial
        for i, span in enumerate(spans):
            size = x.shape[2 + i]
            total = max((-(-size // strides[i]) - 1) * strides[i] + span - size, 0)
            less = total // 2
            pads[i], pads[spatial + i] = (less, total - less) if how == "SAME_UPPER" else (total - less, less)
    x = np.pad(x, [(0, 0), (0, 0)] + [(pads[i], pads[spatial + i]) for i in range(spatial)])
    counts = [(x.shape[2 + i] - spans[i]) // strides[i] + 1 for i in range(spatial)]
    return x, strides, dilations, counts


def convolved(x, w, x_zero=0, w_zero=0, **attrs):
    """Sums of the convolution, tap by tap."""
    x = x.astype(np.int64) - np.int64(x_zero)
    w = w.astype(np.int64) - np.reshape(w_zero, (-1,) + (1,) * (w.ndim - 1)).astype(np.int64)
    groups = attrs.get("group", 1)
    x, strides, dilations, counts = padded(x, w.shape, attrs)
    rows, channels = w.shape[0] // groups, w.shape[1]
    y = np.zeros((x.shape[0], w.shape[0], *counts), np.int64)
    for tap in np.ndindex(*w.shape[2:]):
        part = x[(slice(None), slice(None), *(slice(t * d, t * d + (c - 1) * s + 1, s)
                                              for t, d, s, c in zip(tap, dilations, strides, counts)))]
        for group in range(groups):
            of = slice(group * rows, (group + 1) * rows)
            y[:, of] += np.einsum("nc...,oc->no...", part[:, group * channels:(group + 1) * channels],
                                  w[(of, slice(None), *tap)])
    return y


def requantized(sums, factor, zero, dtype):
    """Factors and products are float32, as ONNX Runtime has them."""
    limits = np.iinfo(dtype)
    scaled = sums.astype(np.float32) * np.asarray(factor, np.float32)
    return np.clip(np.rint(scaled.astype(np.float64)) + int(zero), limits.min, limits.max).astype(dtype)


def conv_attrs(spatial, kernel, plain):
    if plain:
        return {}
    attrs = {"strides": [int(s) for s in draw.integers((spatial,), 1, 3)],
             "dilations": [int(d) for d in draw.integers((spatial,), 1, 2)]}
    mode = int(draw.integers((), 0, 3))
    if mode == 0:
        attrs["pads"] = [int(p) for p in draw.integers((2 * spatial,), 0, 2)]
    elif mode < 3:
        attrs["auto_pad"] = ("SAME_UPPER", "SAME_LOWER")[mode - 1]
    else:
        attrs["auto_pad"] = "VALID"
        attrs["kernel_shape"] = list(kernel)
    return attrs


def for_judge(attrs):
    """ONNX Runtime has no dilations with SAME."""
    return {k: v for k, v in attrs.items() if k != "dilations" or not attrs.get("auto_pad", "").startswith("SAME")}


def random_conv(spatial, x_type, w_type, turn):
    group = (1, 1, 2, 3)[turn % 4]
    channels, rows = int(draw.integers((), 1, 4)), int(draw.integers((), 1, 5))
    kernel = tuple(int(k) for k in draw.integers((spatial,), 1, 3))
    attrs = conv_attrs(spatial, kernel, turn == 0)
    if group > 1:
        attrs["group"] = group
    size = tuple(5 + int(s) for s in draw.integers((spatial,), 0, 6))
    x = any_bytes((2, channels * group, *size), x_type)
    return x, any_bytes((rows * group, channels, *kernel), w_type), attrs


for spatial in (1, 2, 3):
    for x_type in BYTES:
        for w_type in BYTES:
            for turn in range(6):
                x, w, attrs = random_conv(spatial, x_type, w_type, turn)
                x_zero = None if turn == 1 else any_bytes((), x_type)
                per_channel = turn % 2 == 1
                w_zero = None if turn == 2 else any_bytes((w.shape[0],) if per_channel else (), w_type)
                add("CpuConvInteger", [x, w, x_zero, w_zero],
                    lambda x, w, x_zero, w_zero, attrs=attrs: convolved(
                        x, w, 0 if x_zero is None else x_zero, 0 if w_zero is None else w_zero, **attrs),
                    attrs, types=["int32"])
                if spatial == 2 and not per_channel and x_zero is not None and w_zero is not None:
                    known = for_judge(attrs)
                    add("CpuConvInteger", [x, w, x_zero, w_zero], judge("ConvInteger", **known), known,
                        types=["int32"], note="onnxruntime")

                y_type = BYTES[turn % 2]
                sized = (w.shape[0],) if per_channel else ()
                inputs = [x, scales(()), any_bytes((), x_type), w, scales(sized), any_bytes(sized, w_type),
                          result_scale(), any_bytes((), y_type)]
                if turn % 3:
                    inputs.append(draw.integers((w.shape[0],), -3000, 3000))
                spread = (1, -1) + (1,) * spatial
                sums = convolved(x, w, inputs[2], inputs[5], **attrs)
                if turn % 3:
                    sums = sums + inputs[8].reshape(spread)
                factor = np.reshape(inputs[1] * inputs[4] / inputs[6], spread)
                add("CpuQLinearConv", inputs, requantized(sums, factor, inputs[7], y_type), attrs, types=[y_type])

# What ONNX Runtime has: one type for all, or uint8 pictures with either kind of weights, whose zero points are equal.
for x_type, w_type in (("uint8", "uint8"), ("uint8", "int8"), ("int8", "int8")):
    for turn in range(6):
        x, w, attrs = random_conv(2, x_type, w_type, turn)
        attrs = for_judge(attrs)
        sized = (w.shape[0],) if turn % 2 else ()
        inputs = [x, scales(()), any_bytes((), x_type), w, scales(sized),
                  np.broadcast_to(any_bytes((), w_type), sized).copy(), result_scale(), any_bytes((), x_type)]
        if turn % 3:
            inputs.append(draw.integers((w.shape[0],), -3000, 3000))
        add("CpuQLinearConv", inputs, judge("QLinearConv", **attrs), attrs, types=[x_type], note="onnxruntime")

# More lines than are done at once, groups with a channel each, wide lines, many taps, and taps far from each other.
for shape, filters, attrs in (((1, 40, 70, 70), (20, 40, 3, 3), {"pads": [1] * 4}),
                              ((1, 32, 30, 30), (32, 1, 3, 3), {"group": 32, "pads": [1] * 4, "strides": [2, 2]}),
                              ((1, 2, 1, 700), (4, 1, 1, 5), {"group": 2}), ((3, 64, 9, 9), (65, 64, 1, 1), {}),
                              ((1, 2, 5001), (2, 1, 5), {"group": 2, "strides": [2], "pads": [3, 2]}),
                              ((1, 1, 900), (1, 1, 70), {}), ((1, 2, 30, 40), (1, 2, 9, 9), {"strides": [1, 3]}),
                              ((1, 1, 20, 900), (2, 1, 2, 2), {"dilations": [17, 800]}),
                              ((1, 1, 9, 4000), (1, 1, 3, 2), {"dilations": [3, 3000], "strides": [5, 7]}),
                              ((1, 3, 3, 9, 9), (5, 3, 3, 3, 3), {"pads": [0, 1, 1, 0, 1, 1]}),
                              ((2, 8, 12, 13), (6, 8, 4, 4), {"auto_pad": "SAME_LOWER", "dilations": [3, 2]}),
                              ((1, 4, 3, 4), (5, 4, 9, 9), {"pads": [4] * 4}),
                              ((1, 90, 40, 41), (3, 90, 5, 5), {"auto_pad": "SAME_UPPER"}),
                              ((2, 37, 7, 7), (37, 1, 3, 3), {"group": 37, "pads": [1] * 4}),
                              ((1, 20, 60, 90), (20, 1, 5, 5), {"group": 20, "pads": [0, 3, 1, 2]}),
                              ((1, 17, 8, 2500), (17, 1, 2, 7), {"group": 17, "strides": [1, 3], "dilations": [2, 2]}),
                              ((3, 5, 4100), (5, 1, 9), {"group": 5, "pads": [8, 1]}),
                              ((2, 8, 1, 7, 7), (8, 1, 1, 3, 3), {"group": 8, "pads": [1] + [0] * 5, "strides": [2, 1, 1]}),
                              ((2, 8, 1, 7, 7), (8, 1, 1, 3, 3), {"group": 8, "pads": [0, 1, 1] * 2}),
                              ((1, 33, 1, 1), (33, 1, 3, 3), {"group": 33, "pads": [1] * 4}),
                              ((2, 1, 7, 60, 61), (1, 1, 3, 3, 3), {"strides": [2, 2, 1], "pads": [1] * 6})):
    for x_type, w_type in (("uint8", "int8"), ("int8", "uint8")):
        x, w = any_bytes(shape, x_type), any_bytes(filters, w_type)
        zeros = [any_bytes((), x_type), any_bytes((filters[0],), w_type)]
        add("CpuConvInteger", [x, w, *zeros], lambda *a, attrs=attrs: convolved(*a, **attrs), attrs, types=["int32"])

# Channels with a window each, as networks have them.
for x_type, w_type in (("uint8", "uint8"), ("uint8", "int8"), ("int8", "int8")):
    for channels, size, kernel, stride in ((8, 30, 3, 1), (40, 31, 3, 2), (24, 7, 5, 1), (100, 4, 3, 1)):
        x, w = any_bytes((2, channels, size, size), x_type), any_bytes((channels, 1, kernel, kernel), w_type)
        attrs = {"group": channels, "pads": [kernel // 2] * 4, "strides": [stride] * 2}
        inputs = [x, scales(()), any_bytes((), x_type), w, scales((channels,)),
                  np.broadcast_to(any_bytes((), w_type), (channels,)).copy(), result_scale(), any_bytes((), x_type),
                  draw.integers((channels,), -3000, 3000)]
        add("CpuQLinearConv", inputs, judge("QLinearConv", **attrs), attrs, types=[x_type], note="onnxruntime")

# Halves go to the even number, and what does not fit becomes the limit.
ones = np.ones((1, 1, 1), "int8")
one = np.ones((), "float32")
for dtype in BYTES:
    zero = np.zeros((), "int8")
    steps = np.arange(-128, 128).astype("int8").reshape((1, 1, 256))
    for scale in (2, 0.25):
        scale = np.array(scale, "float32")
        add("CpuQLinearConv", [steps, one, zero, ones, one, zero, scale, np.array(1, dtype)],
            requantized(steps.astype(np.int64), 1 / scale, 1, dtype), types=[dtype])
        add("CpuQLinearMatMul", [steps[0].T.copy(), one, zero, ones[0], one, zero, scale, np.array(1, dtype)],
            requantized(steps[0].T.astype(np.int64), 1 / scale, 1, dtype), types=[dtype])
add("CpuConvInteger", [np.zeros((0, 2, 5), "uint8"), any_bytes((3, 2, 2), "int8")], np.zeros((0, 3, 4)),
    types=["int32"])


def batches(turn):
    return (((), ()), ((3,), (3,)), ((3,), ()), ((), (2, 3)), ((2, 1), (1, 3)), ((2, 3), (1, 1)))[turn % 6]


def multiplied(a, b, a_zero, b_zero):
    return (a.astype(np.int64) - a_zero) @ (b.astype(np.int64) - b_zero)


for a_type in BYTES:
    for b_type in BYTES:
        for turn in range(18):
            left, right = batches(turn)
            m, k, n = (int(size) for size in draw.integers((3,), 1, 9 if turn < 12 else 40))
            a, b = any_bytes((*left, m, k), a_type), any_bytes((*right, k, n), b_type)
            # One zero point; one for each row and column of all matrices; of each matrix.
            form = turn // 6
            a_form, b_form = (((), ()), ((m,), (n,)), ((*left, m, 1), (*right, 1, n)))[form]
            a_zero, b_zero = any_bytes(a_form, a_type), any_bytes(b_form, b_type)
            wide_a = a_zero.astype(np.int64).reshape((m, 1) if form == 1 else a_form)
            wide_b = b_zero.astype(np.int64)
            add("CpuMatMulInteger", [a, b, a_zero, b_zero], multiplied(a, b, wide_a, wide_b), types=["int32"])
            a_scale, b_scale, y_scale = scales(a_form), scales(b_form), result_scale()
            y_type = BYTES[turn % 2]
            y_zero = any_bytes((), y_type)
            factor = a_scale.reshape(wide_a.shape) * b_scale / y_scale
            add("CpuQLinearMatMul", [a, a_scale, a_zero, b, b_scale, b_zero, y_scale, y_zero],
                requantized(multiplied(a, b, wide_a, wide_b), factor, y_zero, y_type), types=[y_type])
        a, b = any_bytes((7,), a_type), any_bytes((7, 4), b_type)
        add("CpuMatMulInteger", [a, b], a.astype(np.int64) @ b.astype(np.int64), types=["int32"])
        add("CpuMatMulInteger", [b.T.copy(), a], b.T.astype(np.int64) @ a.astype(np.int64), types=["int32"])
        add("CpuMatMulInteger", [a, b[:, 0].copy(), any_bytes((), a_type)],
            lambda a, b, zero: multiplied(a, b, np.int64(zero), 0), types=["int32"])
        add("CpuMatMulInteger", [np.zeros((3, 0), a_type), np.zeros((0, 2), b_type)], np.zeros((3, 2)),
            types=["int32"])
        x, y = any_bytes((2, 5, 6), a_type), any_bytes((6, 4), b_type)
        add("CpuMatMulInteger", [x, y, any_bytes((), a_type), any_bytes((4,), b_type)], judge("MatMulInteger"),
            types=["int32"], note="onnxruntime")
for a_type, b_type in (("uint8", "uint8"), ("uint8", "int8"), ("int8", "int8")):
    for columns in ((), (4,)):
        add("CpuQLinearMatMul", [any_bytes((2, 5, 6), a_type), scales(()), any_bytes((), a_type),
                                 any_bytes((6, 4), b_type), scales(columns), any_bytes(columns, b_type),
                                 result_scale(), any_bytes((), a_type)],
            judge("QLinearMatMul"), types=[a_type], note="onnxruntime")
