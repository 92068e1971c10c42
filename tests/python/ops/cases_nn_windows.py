# SPDX-License-Identifier: Apache-2.0
"""Pools and convolutions in the words of TensorFlow and Caffe; ONNX Runtime or a loop in NumPy is the judge."""
import numpy as np

from draw import Draw
from judge_onnx import judge
from single_op import Case, Tensor

CASES = []
draw = Draw("nn_windows")


def add(*args, **kwargs):
    CASES.append(Case(*args, **kwargs))


def first(x):
    return np.moveaxis(x, -1, 1)


def last(x):
    return np.moveaxis(x, 1, -1)


def picture(channels_last, dtype="float32", least=4):
    n, c, h, w = draw.shape(4, 4)
    shape = (n, h + least, w + least, c) if channels_last else (n, c, h + least, w + least)
    return draw.array(shape, dtype)


def spatial(numbers, channels_last):
    return [1, *numbers, 1] if channels_last else [1, 1, *numbers]


# MaxPool, AvgPool, MaxPoolV2
for channels_last in (True, False):
    for padding in ("SAME", "VALID"):
        auto = "SAME_UPPER" if padding == "SAME" else "VALID"
        for op, dtypes in (("MaxPool", ("float32", "float16", "int8", "uint8")), ("AvgPool", ("float32", "float16")),
                           ("MaxPoolV2", ("float16",))):
            for dtype in dtypes:
                size = draw.shape(2, 4)
                stride = [int(draw.random.integers(1, most + 1)) for most in size]
                run = judge("MaxPool" if op != "AvgPool" else "AveragePool", kernel_shape=size, strides=stride,
                            auto_pad=auto)
                lists = spatial(size, channels_last), spatial(stride, channels_last)
                attrs = {"padding": padding, "data_format": "NHWC" if channels_last else "NCHW"}
                inputs = [picture(channels_last, dtype)]
                if op == "MaxPoolV2":
                    inputs += [Tensor(np.array(numbers, "int32"), on_host=True) for numbers in lists]
                else:
                    attrs |= {"ksize": lists[0], "strides": lists[1]}
                add(op, inputs, (lambda x, *_, run=run: last(run(np.ascontiguousarray(first(x))))) if channels_last
                    else lambda x, *_, run=run: run(x), attrs)
big = np.array([2**31 - 1, -2**31, 5, 7], "int32").reshape((1, 2, 2, 1))
add("MaxPool", [big], np.array([2**31 - 1]).reshape((1, 1, 1, 1)),
    {"ksize": [1, 2, 2, 1], "strides": [1, 2, 2, 1], "padding": "VALID"})
add("AvgPool", [np.zeros((0, 4, 4, 3), "float32")], np.zeros((0, 2, 2, 3)),
    {"ksize": [1, 2, 2, 1], "strides": [1, 2, 2, 1], "padding": "VALID"})

for counts in (False, True):
    for ceil in (False, True):
        size, stride = int(draw.random.integers(2, 5)), int(draw.random.integers(1, 4))
        pads = [int(p) for p in draw.random.integers(0, size, 2)]
        run = judge("AveragePool", kernel_shape=[size], strides=[stride], pads=pads, ceil_mode=int(ceil),
                    count_include_pad=int(counts))
        # With rounding up, the engine counts padding beyond the given one in some versions: only without.
        if not (ceil and counts):
            add("AvgPool1D", [draw.uniform((2, 3, 12))], run,
                {"ksize": size, "strides": stride, "pads": pads, "ceil_mode": ceil, "count_include_pad": counts})


def caffe_pool(x, mode, window, stride, pad, up):
    """As Caffe's documentation and layer define it, with pads (top, bottom, left, right)."""
    sizes = x.shape[2:]
    counts = []
    for axis in range(2):
        begin, end = pad[2 * axis], pad[2 * axis + 1]
        room = sizes[axis] + begin + end - window[axis]
        count = (-(-room // stride[axis]) if up else room // stride[axis]) + 1
        if up and (count - 1) * stride[axis] >= sizes[axis] + begin:
            count -= 1
        counts.append(count)
    y = np.zeros((*x.shape[:2], *counts))
    for h, w in np.ndindex(*counts):
        starts = h * stride[0] - pad[0], w * stride[1] - pad[2]
        ends = (min(starts[0] + window[0], sizes[0] + pad[1]), min(starts[1] + window[1], sizes[1] + pad[3]))
        part = x[:, :, max(starts[0], 0):min(ends[0], sizes[0]), max(starts[1], 0):min(ends[1], sizes[1])]
        if mode == 0:
            y[:, :, h, w] = part.max((2, 3))
        else:
            y[:, :, h, w] = part.sum((2, 3)) / ((ends[0] - starts[0]) * (ends[1] - starts[1]))
    return y


for mode in (0, 1):
    for up in (True, False):
        for _ in range(2):
            window, stride = [size + 1 for size in draw.shape(2, 3)], list(draw.shape(2, 3))
            pad = [int(draw.random.integers(0, window[i // 2])) for i in range(4)]
            add("Pooling", [picture(False)],
                lambda x, a=(mode, window, stride, pad, up): caffe_pool(x, *a),
                {"mode": mode, "window": window, "stride": stride, "pad": pad, "ceil_mode": 0 if up else 1})
    add("Pooling", [picture(False, "float16")],
        lambda x, mode=mode: x.max((2, 3), keepdims=True) if mode == 0 else x.mean((2, 3), keepdims=True),
        {"mode": mode, "global_pooling": True})


def same(size, window, stride, rate=1):
    """Windows and the padding before them, with TensorFlow's padding SAME."""
    count = -(-size // stride)
    return count, max((count - 1) * stride + (window - 1) * rate + 1 - size, 0) // 2


def argmax_pool(x, size, stride, padding):
    n, h, w, c = x.shape
    (rows, top), (columns, left) = [same(s, k, d) if padding == "SAME" else ((s - k) // d + 1, 0)
                                    for s, k, d in zip((h, w), size, stride)]
    y, places = np.zeros((n, rows, columns, c)), np.zeros((n, rows, columns, c), "int64")
    for i, j in np.ndindex(rows, columns):
        for b, k in np.ndindex(n, c):
            cells = [(-x[b, p, q, k], (p * w + q) * c + k)
                     for p in range(i * stride[0] - top, i * stride[0] - top + size[0]) if 0 <= p < h
                     for q in range(j * stride[1] - left, j * stride[1] - left + size[1]) if 0 <= q < w]
            y[b, i, j, k], places[b, i, j, k] = -min(cells)[0], min(cells)[1]
    return y, places


for padding in ("SAME", "VALID"):
    for number, dtype in ((9, "float32"), (3, "float16"), (3, "int32")):
        size, stride = draw.shape(2, 4), draw.shape(2, 3)
        add("MaxPoolWithArgmax", [picture(True, dtype)],
            lambda x, a=(size, stride, padding): argmax_pool(x, *a),
            {"ksize": [1, *size, 1], "strides": [1, *stride, 1], "padding": padding, "Targmax": number},
            types=[dtype, "int64" if number == 9 else "int32"])


def adaptive(x, size, maximum):
    h, w = x.shape[-2:]
    y, places = np.zeros((*x.shape[:-2], *size)), np.zeros((*x.shape[:-2], *size), "int64")
    for i, j in np.ndindex(*size):
        h0, h1, w0, w1 = i * h // size[0], -(-(i + 1) * h // size[0]), j * w // size[1], -(-(j + 1) * w // size[1])
        part = x[..., h0:h1, w0:w1]
        y[..., i, j] = part.max((-2, -1)) if maximum else part.mean((-2, -1))
        flat = part.reshape((*part.shape[:-2], -1)).argmax(-1)
        places[..., i, j] = (h0 + flat // (w1 - w0)) * w + w0 + flat % (w1 - w0)
    return (y, places) if maximum else y


for dtype in ("float32", "float16"):
    for rank in (3, 4):
        size = list(draw.shape(2, 7))
        x = draw.uniform(draw.shape(rank), dtype=dtype)
        add("AdaptiveAvgPool2d", [x], lambda x, size=size: adaptive(x, size, False), {"output_size": size})
        add("AdaptiveMaxPool2d", [x], lambda x, size=size: adaptive(x, size, True), {"output_size": size},
            types=[dtype, "int64"])
add("AdaptiveAvgPool2d", [np.zeros((0, 3, 4), "float32")], np.zeros((0, 2, 2)), {"output_size": [2, 2]})


def dilation(x, f, strides, rates, padding, pads):
    n, h, w, c = x.shape
    plan = []
    for size, taps, stride, rate, pad in zip((h, w), f.shape, strides, rates, (pads[:2], pads[2:])):
        span = (taps - 1) * rate + 1
        plan.append(same(size, taps, stride, rate) if padding == "SAME" else ((size - span) // stride + 1, 0)
                    if padding == "VALID" else ((size + sum(pad) - span) // stride + 1, pad[0]))
    y = np.full((n, plan[0][0], plan[1][0], c), -np.inf)
    for i, j, p, q in np.ndindex(*y.shape[1:3], *f.shape[:2]):
        a, b = i * strides[0] - plan[0][1] + p * rates[0], j * strides[1] - plan[1][1] + q * rates[1]
        if 0 <= a < h and 0 <= b < w:
            y[:, i, j] = np.maximum(y[:, i, j], x[:, a, b] + f[p, q])
    return y


for channels_last in (True, False):
    for padding in ("SAME", "VALID", "CALCULATED"):
        for dtype in ("float32", "int32"):
            x = picture(channels_last, dtype)
            taps, strides, rates = draw.shape(2, 3), draw.shape(2, 2), draw.shape(2, 2)
            c = x.shape[3 if channels_last else 1]
            pads = [1, 0, 0, 1] if padding == "CALCULATED" else [0] * 4
            add("Dilation2D", [x, draw.array((*taps, c) if channels_last else (c, *taps), dtype)],
                (lambda x, f, a=(strides, rates, padding, pads): dilation(x, f, *a)) if channels_last else
                lambda x, f, a=(strides, rates, padding, pads): first(dilation(last(x), np.moveaxis(f, 0, -1), *a)),
                {"strides": spatial(strides, channels_last), "rates": spatial(rates, channels_last),
                 "padding_mode": padding, "pads": pads, "data_format": "NHWC" if channels_last else "NCHW"})

# Convolutions
for channels_last in (True, False):
    for dtype in ("float32", "float16"):
        for bias in (False, True):
            x = picture(channels_last, dtype)
            c = x.shape[3 if channels_last else 1]
            times, taps, strides, rates = int(draw.random.integers(1, 4)), draw.shape(2, 3), draw.shape(2, 2), [1, 2]
            pads = [int(p) for p in draw.random.integers(0, 2, 4)]
            run = judge("Conv", group=c, strides=strides, dilations=rates, pads=[pads[0], pads[2], pads[1], pads[3]])
            f = draw.uniform((*taps, c, times) if channels_last else (c * times, 1, *taps), dtype=dtype)
            b = draw.uniform((c * times,), dtype=dtype) if bias else None

            def expect(x, f, b, _, run=run, channels_last=channels_last):
                if not channels_last:
                    return run(x, f, b)
                f = np.moveaxis(f, (2, 3), (0, 1)).reshape((-1, 1, *f.shape[:2]))
                return last(run(np.ascontiguousarray(first(x)), f, b))

            add("DepthwiseConv2D", [x, f, b, None], expect,
                {"strides": spatial(strides, channels_last), "dilations": spatial(rates, channels_last), "pads": pads,
                 "data_format": "NHWC" if channels_last else "NCHW"}, tolerance=4e-3 if dtype == "float16" else 1e-4)
one_each = draw.uniform((1, 3, 2, 2))
add("DepthwiseConv2D", [draw.uniform((2, 3, 5, 5)), one_each, None, None],
    lambda x, f, *_, run=judge("Conv", group=3): run(x, np.moveaxis(f, 0, 1)),
    {"strides": [1] * 4, "pads": [0] * 4, "data_format": "NCHW"}, tolerance=1e-4)

for axes in (2, 3):
    names = ("Conv2DBackpropInput", "Conv2DBackpropInputD", "Conv2DTransposeD") if axes == 2 else (
        "Conv3DBackpropInput", "Conv3DBackpropInputD", "Conv3DTransposeD")
    for name in names:
        for channels_last in ((True, False) if "Backprop" in name else (False,)):
            for dtype in ("float32", "float16"):
                groups = 1 if channels_last else int(draw.random.integers(1, 3))
                n, c_in, c_out, *sizes = draw.shape(3 + axes, 3)
                taps, strides = [size + 1 for size in draw.shape(axes, 2)], list(draw.shape(axes, 2))
                pads = [int(p) for p in draw.random.integers(0, 2, 2 * axes)]
                more = [int(draw.random.integers(0, stride)) for stride in strides]
                sizes = [size + 2 for size in sizes]
                run = judge("ConvTranspose", group=groups, strides=strides, output_padding=more,
                            pads=[*pads[::2], *pads[1::2]])
                x = draw.uniform((n, c_in * groups, *sizes), dtype=dtype)
                f = draw.uniform((c_in * groups, c_out, *taps), dtype=dtype)
                wanted = [(size - 1) * stride + tap - begin - end + extra for size, stride, tap, begin, end, extra in
                          zip(sizes, strides, taps, pads[::2], pads[1::2], more)]
                size = [n, *wanted, c_out * groups] if channels_last else [n, c_out * groups, *wanted]
                around = (lambda numbers: [1, *numbers, 1]) if channels_last else (lambda numbers: [1, 1, *numbers])
                letters = "DHW"[3 - axes:]
                attrs = {"strides": around(strides), "pads": pads, "groups": groups,
                         "data_format": f"N{letters}C" if channels_last else f"NC{letters}"}
                if channels_last:
                    x, f = last(x), np.moveaxis(f, (0, 1), (-1, -2))

                def expect(x, f, run=run, channels_last=channels_last):
                    if not channels_last:
                        return run(x, f)
                    f = np.moveaxis(f, (-1, -2), (0, 1))
                    return last(run(np.ascontiguousarray(first(x)), np.ascontiguousarray(f)))

                tolerance = 8e-3 if dtype == "float16" else 1e-4
                if name.endswith("BackpropInput"):
                    add(name, [Tensor(np.array(size, "int32"), on_host=True), f, x],
                        lambda _, f, x, expect=expect: expect(x, f), attrs, types=[dtype], tolerance=tolerance)
                elif name.endswith("BackpropInputD"):
                    add(name, [f, x], lambda f, x, expect=expect: expect(x, f), attrs | {"input_size": size},
                        tolerance=tolerance)
                else:
                    add(name, [x, f, None, None], lambda x, f, *_, expect=expect: expect(x, f),
                        attrs | {"input_size": size, "output_padding": [0, 0, *more]}, tolerance=tolerance)

for groups in (1, 2):
    run = judge("ConvTranspose", group=groups, strides=[2, 1], pads=[1, 0, 0, 1])
    add("Deconvolution", [draw.uniform((2, 4, 5, 3)), draw.uniform((4, 3, 3, 2)), draw.uniform((3 * groups,)), None],
        lambda x, f, b, _, run=run: run(x, f, b), {"strides": [2, 1], "pads": [1, 0, 0, 1], "groups": groups},
        tolerance=1e-4)
add("Deconvolution", [draw.uniform((1, 2, 3, 3), dtype="float16"), draw.uniform((2, 1, 2, 2), dtype="float16"), None,
                      None], lambda x, f, *_, run=judge("ConvTranspose"): run(x, f), tolerance=4e-3)
