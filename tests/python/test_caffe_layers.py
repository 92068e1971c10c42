# SPDX-License-Identifier: Apache-2.0
"""Layers of Caffe over random shapes and parameters, converted and run; OpenCV or the definition in NumPy judges."""
import subprocess
import sys
from pathlib import Path

import acl
import numpy as np
import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.append(str(ROOT / "examples"))
import caffe_networks  # noqa: E402 (after the path)
from acl_model import Device, Model  # noqa: E402

ATC = Path(acl.__file__).resolve().parents[2] / "bin" / "atc"
cv2 = pytest.importorskip("cv2", reason="the judge is missing: scripts/setup.sh check installs it")
SANITIZED = "asan" in str(ATC)
SEEDS = range(1) if SANITIZED else range(3)


def convert(net, folder, *options):
    prototxt, caffemodel = caffe_networks.save(net, folder / "net")
    done = subprocess.run([str(ATC), f"--model={prototxt}", f"--weight={caffemodel}", "--framework=0",
                           f"--output={folder / 'net'}", "--soc_version=Ascend310B4", *options],
                          capture_output=True, text=True, check=False)
    return done, folder / "net.om"


def run(net, folder, inputs, *options):
    done, om = convert(net, folder, *options)
    assert done.returncode == 0 and "ATC run success" in done.stdout, done.stdout + done.stderr
    with Device():
        model = Model(om)
        names = [acl.mdl.get_input_name_by_index(model.desc, i) for i in range(len(model.input_memory))]
        results = model(*[inputs[name] for name in names])
        outputs = [acl.mdl.get_output_name_by_index(model.desc, i) for i in range(len(results))]
        model.close()
    return dict(zip(outputs, results))


def opencv(folder, inputs, tops):
    net = cv2.dnn.readNetFromCaffe(str(folder / "net.prototxt"), str(folder / "net.caffemodel"))
    for name, array in inputs.items():
        net.setInput(array, name)
    return net.forward(tops)


class Case:
    """One layer on inputs of its own. `judge`: from arrays to arrays; None: OpenCV."""

    def __init__(self, seed):
        self.random = np.random.default_rng(seed)
        self.net = caffe_networks.Network("net", seed)
        self.inputs, self.judge, self.tolerance = {}, None, 2e-5

    def integer(self, low, high):
        return int(self.random.integers(low, high + 1))

    def shape(self, rank=4, least=1, most=7):
        return tuple(self.integer(least if i > 1 else 1, most) for i in range(rank))

    def input(self, shape=None, low=None, high=None, name=None):
        shape = self.shape() if shape is None else shape
        array = (self.random.standard_normal(shape, dtype=np.float32) if low is None
                 else self.random.uniform(low, high, shape).astype(np.float32))
        name = self.net.input(name or f"in{len(self.inputs)}", shape)
        self.inputs[name] = array
        return name

    def normal(self, *shape):
        return self.random.standard_normal(shape, dtype=np.float32)

    def layer(self, kind, bottoms, params=("", {}), blobs=(), tops=None):
        """`params`: the name of the parameter message, and its fields."""
        fields = {params[0]: params[1]} if params[1] else {}
        return self.net.layer(kind, bottoms, tops, blobs=list(blobs), **fields)

    def check(self, folder):
        ours = list(run(self.net, folder, self.inputs).values())
        theirs = self.judge(*self.inputs.values()) if self.judge else opencv(folder, self.inputs, self.tops)
        theirs = [theirs] if isinstance(theirs, np.ndarray) else list(theirs)
        assert len(ours) == len(theirs)
        for our, their in zip(ours, theirs):
            assert our.shape == their.shape
            np.testing.assert_allclose(our, their, rtol=self.tolerance, atol=self.tolerance)


# Of each layer a function that adds it to a case.

def convolution(case):
    group, taken, made = case.integer(1, 3), case.integer(1, 4), case.integer(1, 4)
    kernel = [case.integer(1, 4), case.integer(1, 4)]
    dilation = case.integer(1, 2)
    x = case.input((case.integer(1, 2), group * taken, case.integer(8, 12), case.integer(8, 12)))
    params = {"num_output": group * made, "group": group, "bias_term": bool(case.integer(0, 1))}
    if case.integer(0, 1):
        kernel[1] = kernel[0]
        params.update(kernel_size=kernel[0], stride=case.integer(1, 3), pad=case.integer(0, 3), dilation=dilation)
    else:
        params.update(kernel_h=kernel[0], kernel_w=kernel[1], stride_h=case.integer(1, 3), stride_w=case.integer(1, 3),
                      pad_h=case.integer(0, 3), pad_w=case.integer(0, 3))
    blobs = [case.normal(group * made, taken, *kernel)]
    blobs += [case.normal(group * made)] if params["bias_term"] else []
    return case.layer("Convolution", x, ("convolution_param", params), blobs)


def convolution_nd(case):
    """One or three spatial axes, by definition."""
    axes = [1, 3][case.integer(0, 1)]
    kernel, stride, pad = case.integer(1, 3), case.integer(1, 2), case.integer(0, 1)
    x = case.input((2, 2, *(case.integer(3, 6) for _ in range(axes))))
    weights, bias = case.normal(3, 2, *(kernel,) * axes), case.normal(3)

    def judge(x):
        x = np.pad(x, [(0, 0), (0, 0)] + [(pad, pad)] * axes)
        windows = np.lib.stride_tricks.sliding_window_view(x, (kernel,) * axes, tuple(range(2, 2 + axes)))
        windows = windows[(slice(None),) * 2 + (slice(None, None, stride),) * axes]
        inner = list(range(2 + axes, 2 + 2 * axes))
        y = np.tensordot(windows, weights, ([1, *inner], list(range(1, 2 + axes))))
        return np.moveaxis(y + bias, -1, 1)

    case.judge, case.tolerance = judge, 1e-4
    return case.layer("Convolution", x, ("convolution_param", {"num_output": 3, "kernel_size": [kernel] * axes,
                                                               "stride": stride, "pad": pad}), [weights, bias])


def deconvolution(case):
    taken, made, kernel = case.integer(1, 4), case.integer(1, 4), case.integer(1, 4)
    x = case.input((case.integer(1, 2), taken, case.integer(3, 7), case.integer(3, 7)))
    params = {"num_output": made, "kernel_size": kernel, "stride": case.integer(1, 3),
              "pad": case.integer(0, kernel // 2)}
    return case.layer("Deconvolution", x, ("convolution_param", params),
                          [case.normal(taken, made, kernel, kernel), case.normal(made)])


def pool_by_definition(x, method, kernel, stride, pad, up=True):
    """Windows that begin in the picture or the padding before it; means count padding, as far as it reaches."""
    n, c, h, w = x.shape
    counts = []
    for size, k, s, p in zip((h, w), kernel, stride, pad):
        count = (-(-(size + 2 * p - k) // s) if up else (size + 2 * p - k) // s) + 1
        if any(pad) and (count - 1) * s >= size + p:
            count -= 1
        counts.append(count)
    y = np.empty((n, c, *counts), np.float32)
    for i in range(counts[0]):
        for j in range(counts[1]):
            top, left = i * stride[0] - pad[0], j * stride[1] - pad[1]
            bottom, right = min(top + kernel[0], h + pad[0]), min(left + kernel[1], w + pad[1])
            area = (bottom - top) * (right - left)
            part = x[:, :, max(top, 0):min(bottom, h), max(left, 0):min(right, w)]
            y[:, :, i, j] = part.max((2, 3)) if method == "MAX" else part.sum((2, 3)) / area
    return y


def pooling(case):
    method = ["MAX", "AVE"][case.integer(0, 1)]
    kernel = [case.integer(2, 4), case.integer(2, 4)]
    stride = [case.integer(1, 2), case.integer(1, 2)]  # never beyond the window
    pad = [case.integer(0, kernel[0] - 1), case.integer(0, kernel[1] - 1)] if case.integer(0, 1) else [0, 0]
    up = bool(case.integer(0, 2))
    x = case.input((2, 3, case.integer(5, 9), case.integer(5, 9)))
    params = {"pool": method, "kernel_h": kernel[0], "kernel_w": kernel[1], "stride_h": stride[0],
              "stride_w": stride[1], "pad_h": pad[0], "pad_w": pad[1]}
    if not up:
        params.update(round_mode="FLOOR")
    case.judge = lambda x: pool_by_definition(x, method, kernel, stride, pad, up)
    return case.layer("Pooling", x, ("pooling_param", params))


def pooling_opencv(case):
    size = case.integer(2, 3)
    x = case.input((1, 2, case.integer(5, 9), case.integer(5, 9)))
    return case.layer("Pooling", x, ("pooling_param", {"pool": ["MAX", "AVE"][case.integer(0, 1)],
                                                           "kernel_size": size, "stride": 2}))


def global_pooling(case):
    method = ["MAX", "AVE"][case.integer(0, 1)]
    return case.layer("Pooling", case.input(), ("pooling_param", {"pool": method, "global_pooling": True}))


def inner_product(case):
    x = case.input()
    count, features = case.integer(1, 9), int(np.prod(case.inputs[x].shape[1:]))
    return case.layer("InnerProduct", x, ("inner_product_param", {"num_output": count}),
                          [case.normal(count, features), case.normal(count)])


def inner_product_axis(case):
    x = case.input()
    axis, count, turned = case.integer(-2, 3), case.integer(1, 9), bool(case.integer(0, 1))
    axis = 2 if axis == 0 else axis
    shape = case.inputs[x].shape
    features = int(np.prod(shape[axis:]))
    weights = case.normal(*((features, count) if turned else (count, features)))
    case.judge = lambda x: (x.reshape(*shape[:axis], features) @ (weights if turned else weights.T)).astype(np.float32)
    case.tolerance = 1e-4
    return case.layer("InnerProduct", x, ("inner_product_param", {
        "num_output": count, "axis": axis, "transpose": turned, "bias_term": False}), [weights])


def relu(case):
    slope = [0, 0.25][case.integer(0, 1)]
    return case.layer("ReLU", case.input(), ("relu_param", {"negative_slope": slope}))


def by_formula(kind, message, params, formula, low=None, high=None):
    """A layer of one bottom that is a function of its elements."""
    def add(case):
        values = params(case)
        case.judge = lambda x: formula(x.astype(np.float64), **values).astype(np.float32)
        return case.layer(kind, case.input(low=low, high=high), (message, values))
    add.__name__ = kind.lower()
    return add


def none(_):
    return {}


FUNCTIONS = [
    by_formula("ReLU6", "relu6_param", none, lambda x: x.clip(0, 6), -9, 9),
    by_formula("Clip", "clip_param", lambda c: {"min": -0.5, "max": 0.75}, lambda x, min, max: x.clip(min, max)),
    by_formula("Sigmoid", "sigmoid_param", none, lambda x: 1 / (1 + np.exp(-x))),
    by_formula("TanH", "tanh_param", none, np.tanh),
    by_formula("ELU", "elu_param", lambda c: {"alpha": 0.5 + c.integer(0, 1)},
               lambda x, alpha: np.where(x > 0, x, alpha * np.expm1(x))),
    by_formula("AbsVal", "", none, np.abs),
    by_formula("BNLL", "", none, lambda x: np.log1p(np.exp(x)), -9, 9),
    by_formula("Mish", "", none, lambda x: x * np.tanh(np.log1p(np.exp(x)))),
    by_formula("Swish", "swish_param", lambda c: {"beta": 0.5 * c.integer(1, 3)},
               lambda x, beta: x / (1 + np.exp(-beta * x))),
    by_formula("Threshold", "threshold_param", lambda c: {"threshold": 0.25 * c.integer(-1, 1)},
               lambda x, threshold: x > threshold),
    by_formula("Power", "power_param",
               lambda c: {"power": [1.0, 2.0, 3.0, 0.5, 0.0][c.integer(0, 4)], "scale": 0.5 * c.integer(1, 2),
                          "shift": 1.0 * c.integer(0, 1)},
               lambda x, power, scale, shift: (shift + scale * x) ** power, 0.1, 2),
    by_formula("Exp", "exp_param", lambda c: {"base": [-1.0, 2.0][c.integer(0, 1)], "scale": 0.5, "shift": 0.25},
               lambda x, base, scale, shift: (np.e if base < 0 else base) ** (shift + scale * x)),
    by_formula("Log", "log_param", lambda c: {"base": [-1.0, 10.0][c.integer(0, 1)], "scale": 2.0, "shift": 0.25},
               lambda x, base, scale, shift: np.log(shift + scale * x) / (1 if base < 0 else np.log(base)), 0.1, 5),
    by_formula("Dropout", "dropout_param", none, lambda x: x),
]


def prelu(case):
    shared = bool(case.integer(0, 1))
    x = case.input(case.shape(case.integer(2, 4)))
    slopes = case.normal(*(() if shared else (case.inputs[x].shape[1],)))
    column = slopes if shared else slopes.reshape(-1, *(1,) * (case.inputs[x].ndim - 2))
    case.judge = lambda x: np.where(x > 0, x, x * column)
    return case.layer("PReLU", x, ("prelu_param", {"channel_shared": shared}), [slopes])


def softmax(case):
    x = case.input(case.shape(case.integer(2, 4)))
    axis = case.integer(1, case.inputs[x].ndim - 1)
    return case.layer("Softmax", x, ("softmax_param", {"axis": axis}))


def lrn(case):
    size = 2 * case.integer(0, 3) + 1
    within = bool(case.integer(0, 1))
    alpha, beta, k = 0.5 * case.integer(1, 3), 0.75, 1.0 if within else 1.0 + case.integer(0, 1)

    def judge(x):
        square = np.pad(x.astype(np.float64) ** 2, [(0, 0), *[(size // 2,) * 2 if pads else (0, 0)
                                                             for pads in (not within, within, within)]])
        sums = np.zeros(x.shape)
        for i in range(size):
            for j in range(size if within else 1):
                sums += (square[:, :, i:i + x.shape[2], j:j + x.shape[3]] if within else
                         square[:, i:i + x.shape[1]])
        return (x * (k + alpha / size ** (2 if within else 1) * sums) ** -beta).astype(np.float32)

    case.judge = judge
    return case.layer("LRN", case.input(), ("lrn_param", {
        "local_size": size, "alpha": alpha, "beta": beta, "k": k,
        "norm_region": "WITHIN_CHANNEL" if within else "ACROSS_CHANNELS"}))


def batch_norm(case):
    x = case.input(case.shape(case.integer(2, 4)))
    count = case.inputs[x].shape[1]
    mean, variance, batches = case.normal(count), case.random.uniform(0.5, 2, count), [0.0, 999.9][case.integer(0, 1)]
    column = (-1, *(1,) * (case.inputs[x].ndim - 2))
    factor = 0 if batches == 0 else 1 / batches
    case.judge = lambda x: ((x - (mean * factor).reshape(column)) /
                            np.sqrt((variance * factor).reshape(column) + 0.01)).astype(np.float32)
    case.tolerance = 1e-4
    return case.layer("BatchNorm", x, ("batch_norm_param", {"eps": 0.01}), [mean, variance, [batches]])


def folded(case):
    """Convolution, BatchNorm, Scale and ReLU in place, as networks have them: one node remains."""
    x = case.net.conv(case.input((1, 3, 8, 9)), 5, 3, bias=bool(case.integer(0, 1)))
    case.tolerance = 1e-4
    case.net.relu(case.net.batch_norm(x))
    return case.net.layers[-1]["name"].strip('"')  # OpenCV goes by layers


def operand(case, kind):
    """Scale or Bias with a blob."""
    x = case.input()
    shape = case.inputs[x].shape
    axis = case.integer(0, 3)
    count = [-1, case.integer(0, 4 - axis)][case.integer(0, 1)]
    part = shape[axis:] if count == -1 else shape[axis:axis + count]
    first, second = case.normal(*part), case.normal(*part)
    wide = part + (1,) * (4 - axis - len(part))
    params = {"axis": axis, "num_axes": count}
    if kind == "Bias":
        case.judge = lambda x: x + first.reshape(wide)
        return case.layer("Bias", x, ("bias_param", params), [first])
    bias = bool(case.integer(0, 1))
    case.judge = lambda x: x * first.reshape(wide) + (second.reshape(wide) if bias else 0)
    return case.layer("Scale", x, ("scale_param", {**params, "bias_term": bias}), [first] + [second] * bias)


def scale(case):
    return operand(case, "Scale")


def bias(case):
    return operand(case, "Bias")


def scale_by_bottom(case):
    x = case.input()
    shape = case.inputs[x].shape
    axis = case.integer(0, 1)
    factor = case.input(shape[axis:axis + 2])
    wide = shape[axis:axis + 2] + (1,) * (2 - axis)
    kind = ["Scale", "Bias"][case.integer(0, 1)]
    case.judge = lambda x, y: x * y.reshape(wide) if kind == "Scale" else x + y.reshape(wide)
    return case.layer(kind, [x, factor], (f"{kind.lower()}_param", {"axis": axis}))


def eltwise(case):
    shape, count, operation = case.shape(), case.integer(2, 4), ["SUM", "PROD", "MAX"][case.integer(0, 2)]
    names = [case.input(shape) for _ in range(count)]
    factors = [[-1.0, 0.5, 1.0, 2.0][case.integer(0, 3)] for _ in names] if case.integer(0, 1) else [1.0] * count

    def judge(*arrays):
        if operation == "SUM":
            return sum(np.float32(factor) * array for factor, array in zip(factors, arrays))
        return (np.multiply if operation == "PROD" else np.maximum).reduce(arrays)

    case.judge = judge
    return case.layer("Eltwise", names, ("eltwise_param", {
        "operation": operation, **({"coeff": factors} if operation == "SUM" else {})}))


def concat(case):
    shape, axis = list(case.shape()), case.integer(-1, 3)
    names = []
    for _ in range(case.integer(2, 4)):
        shape[axis] = case.integer(1, 5)
        names.append(case.input(tuple(shape)))
    case.judge = lambda *arrays: np.concatenate(arrays, axis)
    return case.layer("Concat", names, ("concat_param", {"axis": axis}))


def slices(case):
    axis, parts = case.integer(0, 3), case.integer(2, 4)
    shape = list(case.shape())
    shape[axis] = 3 * parts
    equal = bool(case.integer(0, 1))
    points = [3 * i for i in range(1, parts)] if equal else sorted(
        case.random.choice(range(1, 3 * parts), parts - 1, replace=False).tolist())
    tops = [f"part{i}" for i in range(parts)]
    case.judge = lambda x: np.split(x, points, axis)
    params = {"axis": axis, "slice_point": [] if equal else points}
    case.layer("Slice", case.input(tuple(shape)), ("slice_param", params), tops=tops)
    return tops


def split(case):
    case.judge = lambda x: [x, x]
    return case.layer("Split", case.input(), tops=["a", "b"])


def flatten(case):
    first, last = sorted((case.integer(0, 3), case.integer(0, 3)))
    case.judge = lambda x: x.reshape(*x.shape[:first], -1, *x.shape[last + 1:])
    return case.layer("Flatten", case.input(), ("flatten_param", {"axis": first, "end_axis": last - 4}))


def reshape(case):
    x = case.input((2, 3, 4, 5))
    dims, params, shape = [([0, 0, -1], {}, (2, 3, 20)), ([0, 2, 10, 3], {}, (2, 2, 10, 3)), ([-1], {}, (120,)),
                           ([2, 2], {"axis": 2, "num_axes": 1}, (2, 3, 2, 2, 5)),
                           ([1], {"axis": -1, "num_axes": 0}, (2, 3, 4, 5, 1))][case.integer(0, 4)]
    case.judge = lambda x: x.reshape(shape)
    return case.layer("Reshape", x, ("reshape_param", {"shape": {"dim": dims}, **params}))


def crop(case):
    shape, axis = case.shape(least=4), case.integer(1, 3)
    small = tuple(case.integer(1, dim) for dim in shape)
    least = min(a - b for a, b in zip(shape[axis:], small[axis:]))
    single = bool(case.integer(0, 1))
    offsets = ([case.integer(0, least)] * (4 - axis) if single else
               [case.integer(0, a - b) for a, b in zip(shape[axis:], small[axis:])])
    case.judge = lambda x, y: x[(slice(None),) * axis + tuple(
        slice(o, o + size) for o, size in zip(offsets, small[axis:]))]
    return case.layer("Crop", [case.input(shape), case.input(small)],
                          ("crop_param", {"axis": axis, "offset": offsets[:1] if single else offsets}))


def arg_max(case):
    x = case.input((2, 5, 3, 4))
    case.inputs[x] = case.random.integers(0, 7, (2, 5, 3, 4)).astype(np.float32)  # with equal elements
    k, values, axis = case.integer(1, 3), bool(case.integer(0, 1)), [None, 1, -1][case.integer(0, 2)]

    def judge(x):
        rows = x.reshape(2, 1, -1) if axis is None else x
        along = 2 if axis is None else axis
        order = np.lexsort((np.broadcast_to(np.arange(rows.shape[along]).reshape(
            [-1 if i == along % rows.ndim else 1 for i in range(rows.ndim)]), rows.shape), rows), along)
        order = np.take(order, range(-1, -1 - k, -1), along)
        best = np.take_along_axis(rows, order, along)
        if axis is None:
            return np.concatenate([order.astype(np.float32), best], 1) if values else order.astype(np.float32)
        return best if values else order.astype(np.float32)

    case.judge = judge
    return case.layer("ArgMax", x, ("argmax_param", {"top_k": k, "out_max_val": values,
                                                         **({} if axis is None else {"axis": axis})}))


def reduction(case):
    operation, axis = ["SUM", "ASUM", "SUMSQ", "MEAN"][case.integer(0, 3)], case.integer(0, 3)
    factor = [1.0, 0.5][case.integer(0, 1)]

    def judge(x):
        x = {"SUM": x, "MEAN": x, "ASUM": np.abs(x), "SUMSQ": x * x}[operation].astype(np.float64)
        axes = tuple(range(axis, 4))
        return np.asarray(factor * (x.mean(axes) if operation == "MEAN" else x.sum(axes)), np.float32)

    case.judge, case.tolerance = judge, 1e-4
    return case.layer("Reduction", case.input(), ("reduction_param", {"operation": operation, "axis": axis,
                                                                          "coeff": factor}))


def embed(case):
    words, made, moved = case.integer(2, 9), case.integer(1, 5), bool(case.integer(0, 1))
    x = case.input((3, 4))
    case.inputs[x] = case.random.integers(0, words, (3, 4)).astype(np.float32)
    weights, bias = case.normal(words, made), case.normal(made)
    case.judge = lambda x: weights[x.astype(int)] + (bias if moved else 0)
    return case.layer("Embed", x, ("embed_param", {"input_dim": words, "num_output": made, "bias_term": moved}),
                          [weights] + [bias] * moved)


def interp(case):
    x = case.input(case.shape(least=3))
    sizes = case.inputs[x].shape[2:]
    way = case.integer(0, 2)
    if way == 0:
        wanted, params = (11, 6), {"height": 11, "width": 6}
    elif way == 1:
        wanted, params = [(s - 1) * 3 + 1 for s in sizes], {"zoom_factor": 3}
    else:
        wanted, params = [(s - 1) // 2 + 1 for s in sizes], {"shrink_factor": 2}

    def judge(x):
        for axis, size in ((2, wanted[0]), (3, wanted[1])):
            old = x.shape[axis]
            at = np.arange(size) * ((old - 1) / (size - 1) if size > 1 else 0)
            low = np.minimum(at.astype(int), old - 1)
            part = (at - low).reshape([-1 if i == axis else 1 for i in range(4)])
            x = np.take(x, low, axis) * (1 - part) + np.take(x, np.minimum(low + 1, old - 1), axis) * part
        return x.astype(np.float32)

    case.judge = judge
    return case.layer("Interp", x, ("interp_param", params))


def upsample(case):
    params, block, factor = [({"scale": 2}, (2, 2), 1), ({"scale": 3, "stride": 2}, (2, 2), 3),
                             ({"stride_h": 3, "stride_w": 2}, (3, 2), 1)][case.integer(0, 2)]
    case.judge = lambda x: np.float32(factor) * x.repeat(block[0], 2).repeat(block[1], 3)
    return case.layer("Upsample", case.input(), ("upsample_param", params))


def shuffle_channel(case):
    group, each = case.integer(1, 4), case.integer(1, 4)
    n, h, w = case.integer(1, 3), case.integer(1, 5), case.integer(1, 5)
    case.judge = lambda x: x.reshape(n, group, each, h, w).swapaxes(1, 2).reshape(x.shape)
    return case.layer("ShuffleChannel", case.input((n, group * each, h, w)),
                          ("shuffle_channel_param", {"group": group}))


def tile(case):
    axis, tiles = case.integer(0, 3), case.integer(1, 4)
    case.judge = lambda x: np.tile(x, [tiles if i == axis else 1 for i in range(4)])
    return case.layer("Tile", case.input(), ("tile_param", {"axis": axis, "tiles": tiles}))


LAYERS = [convolution, convolution_nd, deconvolution, pooling, pooling_opencv, global_pooling, inner_product,
          inner_product_axis, relu, *FUNCTIONS, prelu, softmax, lrn, batch_norm, folded, scale, bias,
          scale_by_bottom, eltwise, concat, slices, split, flatten, reshape, crop, arg_max, reduction, embed, interp,
          upsample, shuffle_channel, tile]


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("add", LAYERS, ids=lambda add: add.__name__)
def test_layer(add, seed, tmp_path):
    case = Case(seed + 1)
    tops = add(case)
    case.tops = tops if isinstance(tops, list) else [tops]
    case.check(tmp_path)


@pytest.mark.parametrize("name", ["squeezenet"] if SANITIZED else [
    "alexnet", "fcn8s", "googlenet", "mobilenet", "resnet50", "squeezenet"])
def test_networks(name, tmp_path):
    net = caffe_networks.build(name)
    (top,) = net.layers[-1]["top"]
    top = top.strip('"')
    shape = net.layers[0]["input_param"]["shape"]["dim"]
    image = np.random.default_rng(5).standard_normal(shape, dtype=np.float32)
    ((output, ours),) = run(net, tmp_path, {"data": image}).items()
    assert output == f"{top}:0:{top}"
    (theirs,) = opencv(tmp_path, {"data": image}, [top])
    assert ours.shape == theirs.shape and np.isfinite(ours).all()
    np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-4 * np.abs(theirs).max())


def test_outputs_by_the_name_of_a_layer(tmp_path):
    case = Case(1)
    x = case.input((1, 2, 5, 5))
    y = case.net.relu(case.net.conv(x, 3, 3, name="conv"))
    results = run(case.net, tmp_path, case.inputs, "--out_nodes=conv:0")
    ((name, before),) = results.items()
    assert name == "conv:0:conv" and before.min() < 0
    results = run(case.net, tmp_path, case.inputs)
    np.testing.assert_array_equal(results[f"{case.net.layers[-1]['name'].strip(chr(34))}:0:{y}"], before.clip(0))


def test_another_shape(tmp_path):
    case = Case(1)
    case.net.conv(case.input((1, 2, 5, 5)), 3, 3, name="conv")
    image = case.normal(2, 2, 7, 6)
    ((_, ours),) = run(case.net, tmp_path, {"in0": image}, "--input_shape=in0:2,2,7,6").items()
    assert ours.shape == (2, 3, 5, 4)
    (theirs,) = opencv(tmp_path, {"in0": image}, ["conv"])
    np.testing.assert_allclose(ours, theirs, rtol=1e-4, atol=1e-5)


def test_files_that_are_missing(tmp_path):
    case = Case(1)
    case.layer("ReLU", case.input())
    prototxt, caffemodel = caffe_networks.save(case.net, tmp_path / "net")
    atc = [str(ATC), "--framework=0", f"--output={tmp_path / 'net'}", "--soc_version=Ascend310B4"]
    for options, status, message in (([f"--model={prototxt}"], 2, "CPU-103: The option [--weight] is missing"),
                                     ([f"--model={prototxt}", "--weight=nowhere"], 1, "CPU-140: weight [nowhere]"),
                                     (["--model=nowhere", f"--weight={caffemodel}"], 1, "CPU-140: model [nowhere]"),
                                     ([f"--model={caffemodel}", f"--weight={caffemodel}"], 1, "CPU-150: ")):
        done = subprocess.run(atc + options, capture_output=True, text=True, check=False)
        assert done.returncode == status and message in done.stdout
        assert "Solution: " in done.stdout and "See the message" not in done.stdout
        assert not (tmp_path / "net.om").exists()
