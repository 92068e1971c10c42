# SPDX-License-Identifier: Apache-2.0
"""Many elements become fewer: reductions, losses, counting; and running ones."""
import numpy as np

from draw import FLOATS, INTS, NUMBERS, Draw
from single_op import Case, Floats, Tensor, Type

CASES = []
SPECIAL = np.array([[1, np.nan, -2, 5], [np.inf, 3, 3, -np.inf]], np.float32)


def wide(x):
    return x.astype(np.int64) if x.dtype.kind in "iu" else x


def reduction(op, function, dtypes, name="axes", keep="keep_dims", low=-2.0, high=2.0, special=(), attrs=None,
              forms=("",), tolerance=None):
    """`function(x, axis, keepdims)`; the axes are an input where the form is "input", else an attribute."""
    draw = Draw(op)
    for dtype in dtypes:
        for shape, axes, kept in (((3, 4, 5), [1], False), ((2, 3, 4, 2), [-1, 0], True), ((5,), [0], False),
                                  ((3, 2, 0), [0], True)):
            x = draw.array(shape, dtype, low, high)
            for form in forms:
                given = {**(attrs or {}), keep: kept}
                inputs = [x]
                if form == "input":
                    inputs.append(Tensor(np.array(axes, np.int64), on_host=True))
                else:
                    given[name] = axes
                CASES.append(Case(op + ("" if form == "input" else form), inputs,
                                  lambda x, *_, a=tuple(axes), k=kept: function(x, a, k), given,
                                  tolerance=tolerance or (4e-3 if dtype == "float16" else None)))
    for axes in special:
        CASES.append(Case(op + forms[-1].replace("input", ""), [SPECIAL],
                          lambda x, a=tuple(axes): function(x, a, False), {**(attrs or {}), keep: False, name: axes}))


D = ("D",)
SMALL = ("float32", "float16", "int8", "int32", "uint8")
reduction("ReduceMax", lambda x, a, k: np.max(x, a, keepdims=k), SMALL, forms=D, special=[[1], [0, 1]])
reduction("ReduceMin", lambda x, a, k: np.min(x, a, keepdims=k), SMALL, forms=D, special=[[1], [0, 1]])
reduction("ReduceSum", lambda x, a, k: np.sum(x, a, keepdims=k), ("float32", "float16"), forms=D, special=[[1]])
reduction("ReduceMean", lambda x, a, k: np.mean(x, a, keepdims=k), ("float32", "float16"), forms=D, special=[[1]])
reduction("ReduceProd", lambda x, a, k: np.prod(wide(x), a, keepdims=k), SMALL, forms=D, low=-1.2, high=1.2)
reduction("ReduceAll", lambda x, a, k: np.all(x, a, keepdims=k), ("bool",), forms=D)
reduction("ReduceAny", lambda x, a, k: np.any(x, a, keepdims=k), ("bool",), forms=D)
reduction("EuclideanNorm", lambda x, a, k: np.sqrt(np.sum(x * x, a, keepdims=k)), FLOATS, forms=("input", "D"))
reduction("ReduceNansum", lambda x, a, k: np.nansum(x, a, keepdims=k), FLOATS, forms=("input",))
CASES.append(Case("ReduceNansum", [SPECIAL, Tensor(np.array([0], np.int32), on_host=True)],
                  lambda x, a: np.nansum(x, 0)))
for p, order in ((0, 0), (1, 1), (2, 2), (3, 3), (2147483647, np.inf), (-2147483648, -np.inf)):
    def norm(x, a, k, p=order):
        if np.isinf(p):
            return (np.max if p > 0 else np.min)(np.abs(x), a, keepdims=k)
        return (np.sum(x != 0, a, keepdims=k) if p == 0 else np.sum(np.abs(x) ** p, a, keepdims=k) ** (1 / p))
    reduction("LpNorm", norm, ("float32", "float16"), keep="keepdim", attrs={"p": p, "epsilon": 0.0}, low=0.5)
CASES.append(Case("LpNorm", [np.zeros((2, 3), np.float32)], np.array(0.25), {"epsilon": 0.25}))
for unbiased in (True, False):
    def deviation(x, a, k, u=unbiased):
        return np.std(x, a, keepdims=k, ddof=int(u)), np.mean(x, a, keepdims=k)
    reduction("ReduceStd", deviation, ("float32", "float16"), name="dim", keep="keepdim", attrs={"unbiased": unbiased})
reduction("ReduceMeanVariance", lambda x, a, k: (np.mean(x, a, keepdims=k), np.var(x, a, keepdims=k)),
          ("float32", "float16"))
draw = Draw("all axes")
x = draw.uniform((3, 4))
CASES += [Case("ReduceStd", [x], lambda x: (np.std(x, ddof=1), np.mean(x))),
          Case("ReduceStd", [x + np.float32(1000)], lambda x: (np.std(x, ddof=1), np.mean(x))),
          Case("ReduceStd", [x[:1, :1]], np.array([np.nan, x[0, 0]]).reshape(2, 1)[..., 0].tolist()),
          Case("ReduceMeanVariance", [x], lambda x: (np.mean(x).reshape(1, 1), np.var(x).reshape(1, 1))),
          Case("ReduceMeanD", [x], lambda x: x.mean(), {"axes": []}),
          Case("ReduceMeanD", [x], lambda x: x, {"axes": [], "noop_with_empty_axes": True})]
for operation, function in ((1, lambda x: x), (2, np.abs), (3, np.square), (4, lambda x: x)):
    for axis in (0, 1, -1):
        def caffe(x, f=function, o=operation, a=axis):
            axes = tuple(range(a % x.ndim, x.ndim))
            return 1.5 * (np.mean if o == 4 else np.sum)(f(x), axes)
        for dtype in ("float32", "float16"):
            CASES.append(Case("Reduction", [draw.uniform((3, 4, 5), dtype=dtype)], caffe,
                              {"operation": operation, "axis": axis, "coeff": 1.5},
                              tolerance=1e-2 if dtype == "float16" else None))

# Where the greatest is.
for name, function in (("Max", np.argmax), ("Min", np.argmin)):
    for dtype in ("float32", "float16", "int32", "int64"):
        draw = Draw(name + dtype)
        for shape, axis in (((3, 4, 5), 1), ((7,), 0), ((2, 6), -1), ((2, 0, 3), 2)):
            x = draw.array(shape, dtype, -0.3, 0.3)
            CASES.append(Case(f"Arg{name}D", [x], lambda x, f=function, a=axis: f(x, a),
                              {"dimension": axis}, ["int32"]))
            for keep in (False, True):
                def both(x, f=function, a=axis, k=keep):
                    at = f(x, a, keepdims=True)
                    values = np.take_along_axis(x, at, a)
                    return (at, values) if k else (at.squeeze(a), values.squeeze(a))
                CASES.append(Case(f"Arg{name}WithValue", [x], both, {"dimension": axis, "keep_dims": keep},
                                  ["int32", dtype]))
    CASES.append(Case(f"Arg{name}WithValue", [SPECIAL], lambda x, f=function: (f(x, 1), x[range(2), f(x, 1)]),
                      {"dimension": 1}, ["int32", "float32"]))


def ordered(x, k, axis, largest):
    """The k greatest with their places; of equal ones the first."""
    keys = np.moveaxis(-wide(x) if largest else wide(x), axis, -1)
    order = np.argsort(keys, -1, kind="stable")[..., :k]
    values = np.take_along_axis(np.moveaxis(x, axis, -1), order, -1)
    return np.moveaxis(values, -1, axis), np.moveaxis(order, -1, axis)


for dtype in FLOATS + INTS:
    draw = Draw("TopK" + dtype)
    for shape, axis, k, largest in (((3, 8), -1, 3, True), ((5, 4, 2), 0, 5, False), ((4,), 0, 0, True)):
        x = draw.array(shape, dtype, -0.5, 0.5)
        CASES.append(Case("TopK", [x, Tensor(np.array(k, np.int32), on_host=True)],
                          lambda x, _, k=k, a=axis, l=largest: ordered(x, k, a, l), {"dim": axis, "largest": largest},
                          [dtype, "int32"]))
        CASES.append(Case("TopKD", [x, np.arange(8, dtype=np.float16)],
                          lambda x, _, k=k, a=axis, l=largest: ordered(x, k, a, l),
                          {"k": k, "dim": axis, "largest": largest}, [dtype, "int32"]))


# Running ones.
def running(op, function, first, dtypes, low=-2.0, high=2.0):
    draw = Draw(op)
    for dtype in dtypes:
        for shape, axis, exclusive, reverse in (((3, 5), 1, False, False), ((4, 2, 3), 0, True, False),
                                                ((2, 4), -1, False, True), ((6,), 0, True, True),
                                                ((2, 0), 1, False, False)):
            # Infinities of half precision saturate.
            least = max(first, -65504) if dtype == "float16" else first

            def expect(x, *_, a=axis, e=exclusive, r=reverse, least=least):
                x = np.moveaxis(wide(x), a, 0)
                x = x[::-1] if r else x
                y = function(x, 0) if x.size else x
                y = np.concatenate([np.full_like(y[:1], least), y[:-1]]) if e else y
                return np.moveaxis(y[::-1] if r else y, 0, a)
            x = draw.array(shape, dtype, low, high)
            attrs = {"exclusive": exclusive, "reverse": reverse}
            tolerance = 4e-3 if dtype == "float16" else None
            CASES.append(Case(op + "D", [x], expect, {"axis": axis, **attrs}, tolerance=tolerance))
            if op != "Cumsum":
                CASES.append(Case(op, [x, Tensor(np.array(axis, np.int32), on_host=True)], expect, attrs,
                                  tolerance=tolerance))


running("Cumsum", np.cumsum, 0, SMALL)
running("Cumprod", np.cumprod, 1, NUMBERS, -1.5, 1.5)
running("CumulativeLogsumexp", np.logaddexp.accumulate, -np.inf, FLOATS)
CASES.append(Case("CumulativeLogsumexpD", [np.array([-np.inf, -np.inf, 1, 1000, np.inf, 2], np.float32)],
                  np.logaddexp.accumulate, {"axis": 0}))


def extremes(x, axis, least):
    values, places = np.empty_like(x), np.empty(x.shape, np.int32)
    for row in np.ndindex(*x.shape[:axis], *x.shape[axis + 1:]):
        at = row[:axis] + (slice(None),) + row[axis:]
        best = 0
        for i, value in enumerate(x[at]):
            now = x[at][best]
            if np.isnan(value) or (not np.isnan(now) and (value <= now if least else value >= now)):
                best = i
            values[at][i], places[at][i] = x[at][best], best
    return values, places


for op, name in (("Cummax", "dim"), ("Cummin", "axis")):
    for dtype in NUMBERS:
        draw = Draw(op + dtype)
        for shape, axis in (((3, 6), 1), ((5, 2, 2), 0), ((2, 0), 1)):
            CASES.append(Case(op, [draw.array(shape, dtype, -0.4, 0.4)],
                              lambda x, a=axis, l=op == "Cummin": extremes(x, a, l), {name: axis}, [dtype, "int32"]))
    CASES.append(Case(op, [SPECIAL], lambda x, l=op == "Cummin": extremes(x, 1, l), {name: 1}, ["float32", "int32"]))

# Counting.
for dtype in ("float32", "float64", "int32", "int64"):
    draw = Draw("Bincount" + dtype)
    for size in (0, 4, 9):
        array = draw.integers((3, 5), 0, 7)
        for weights in (draw.array((3, 5), dtype), np.zeros(0, dtype)):
            CASES.append(Case("Bincount", [array, Tensor(np.array(size, np.int32), on_host=True), weights],
                              lambda a, n, w, t=dtype: np.bincount(
                                  a.ravel(), w.ravel() if w.size else None, max(int(n), 8))[:int(n)], {}, [dtype]))
for dtype in ("float32", "float16", "int32", "int64"):
    draw = Draw("Histogram" + dtype)
    x = draw.array((4, 20), dtype, -3.0, 3.0)
    limits = np.array([-1, 2] if dtype.startswith("f") else [-20, 40], dtype)
    for bins in (1, 5, 7):
        def counts(x, limits, *_, n=bins):
            low, high = (float(v) for v in limits)
            places = np.clip((x.astype(np.float64) - low) / ((high - low) / n), 0, n - 1).astype(int)
            return np.bincount(places.ravel(), minlength=n)
        CASES.append(Case("HistogramFixedWidth", [x, limits, Tensor(np.array(bins, np.int32), on_host=True)], counts,
                          {}, ["int32"]))
        CASES.append(Case("HistogramFixedWidthD", [x, limits], counts, {"nbins": bins}, ["int32"]))
for dtype in ("float32", "float64", "int32", "int64"):
    draw = Draw("Bucketize" + dtype)
    for right in (True, False):
        x = draw.array((3, 7), dtype, -0.2, 0.2)
        CASES.append(Case("Bucketize", [x],
                          lambda x, r=right: np.searchsorted([-1.0, 0.0, 0.0, 1.0], x, "right" if r else "left"),
                          {"boundaries": [-1.0, 0.0, 0.0, 1.0], "right": right, "dtype": Type("int64")}, ["int64"]))
CASES.append(Case("Bucketize", [np.array([1, np.inf], np.float32)], np.array([0, 0]), {"boundaries": Floats([])},
                  ["int32"]))
draw = Draw("InTopK")
for index in ("int32", "int64"):
    x, targets = draw.integers((9, 6), -3, 3).astype(np.float32), draw.integers((9,), -1, 6, index)
    x[0, 0], x[1, 2] = np.nan, np.inf
    for k in (0, 1, 3, 6):
        def in_top(x, t, *_, k=k):
            return np.array([0 <= at < 6 and bool(np.isfinite(row).all()) and (row > row[at]).sum() < k
                             for row, at in zip(x, t)])
        CASES.append(Case("InTopK", [x, targets, np.array(k, index)], in_top, {}, ["bool"]))
        CASES.append(Case("InTopKV2", [x, targets, np.array(k, index)], in_top, {}, ["bool"]))
        CASES.append(Case("InTopKD", [x, targets], in_top, {"k": k}, ["bool"]))
for dtype in ("float32", "float64"):
    for start, stop, num in ((0.0, 1.0, 5), (3.0, -7.0, 11), (2.0, 9.0, 1), (1.0, 1.0, 3)):
        CASES.append(Case("LinSpace", [np.array(start, dtype), np.array(stop, dtype),
                                       Tensor(np.array(num, np.int32), on_host=True)],
                          lambda a, b, n: np.linspace(a, b, int(n))))


# Losses.
def reduced(values, how):
    return (values if how == "none" else values.sum() if how == "sum" else values.sum() / values.shape[0]
            if how == "batchmean" else values.sum() / np.float64(values.size))


def loss(op, function, count=2, lows=(-2.0, -2.0), highs=(2.0, 2.0), attrs=None, hows=("none", "sum", "mean"),
         absent=(), dtypes=("float32", "float16")):
    draw = Draw(op)
    for dtype in dtypes:
        for shape in ((3, 4, 2), (5,), (2, 0)):
            for how in hows:
                inputs = [None if i in absent else draw.uniform(shape, lows[min(i, 1)], highs[min(i, 1)], dtype)
                          for i in range(count)]
                if count > 2 and inputs[2] is not None and len(shape) > 1:
                    inputs[2] = inputs[2][:1]
                given = {**(attrs or {}), **({"reduction": how} if how else {})}
                CASES.append(Case(op, inputs, lambda *xs, h=how: reduced(function(*xs), h or "none"), given,
                                  tolerance=2e-2 if dtype == "float16" else None))


def smooth(sigma):
    def value(x, y):
        d = np.abs(x - y)
        return np.where(d < sigma, d * d / 2 / sigma, d - sigma / 2)
    return value


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def entropy(x, y, w=None):
    values = -(y * np.maximum(np.log(x), -100) + (1 - y) * np.maximum(np.log(1 - x), -100))
    return values if w is None else values * w


def logits(x, t, w=None, p=None):
    """By the definition, with the weight of positive targets."""
    p = 1 if p is None else p
    values = -(p * t * np.log(sigmoid(x)) + (1 - t) * np.log(1 - sigmoid(x)))
    return values if w is None else values * w


loss("MseLoss", lambda x, y: (x - y) ** 2)
loss("LpLoss", lambda x, y: np.abs(x - y), attrs={"p": 1})
for sigma in (1.0, 0.5):
    loss("SmoothL1LossV2", smooth(sigma), attrs={"sigma": sigma})
    loss("SmoothL1Loss", smooth(sigma), attrs={"sigma": sigma}, hows=("",))
loss("SigmoidCrossEntropyWithLogits", logits, 2, (-3.0, 0.0), (3.0, 1.0), hows=("",))
for absent in ((), (2,), (3,), (2, 3)):
    loss("SigmoidCrossEntropyWithLogitsV2", logits, 4, (-3.0, 0.0), (3.0, 1.0), absent=absent)
for absent in ((), (2,)):
    loss("BinaryCrossEntropy", entropy, 3, (0.05, 0.0), (0.95, 1.0), absent=absent)
loss("KLDiv", lambda x, t: np.where(t > 0, t * (np.log(np.where(t > 0, t, 1)) - x), 0), 2, (-3.0, -0.5), (0.0, 1.0),
     hows=("none", "sum", "mean", "batchmean"), dtypes=FLOATS)
loss("KLDivV2", lambda x, t: np.exp(t) * (t - x), attrs={"log_target": True}, hows=("none", "batchmean", "mean"))
loss("KLDivV2", lambda x, t: t * (np.log(t) - x), 2, (-3.0, 0.1), (0.0, 1.0), hows=("none", "sum"))
loss("SoftMarginLoss", lambda x, y: np.log(1 + np.exp(-x * y)))


def stirling(t):
    return np.where(t > 1, t * np.log(np.maximum(t, 1)) - t + np.log(2 * np.pi * np.maximum(t, 1)) / 2, 0)


loss("PoissonNllLoss", lambda x, t: np.exp(x) - t * x + stirling(t), 2, (-2.0, 0.0), (2.0, 4.0), attrs={"full": True})
loss("PoissonNllLoss", lambda x, t: x - t * np.log(x + 0.25), 2, (0.1, 0.0), (2.0, 4.0),
     attrs={"log_input": False, "eps": 0.25})
EDGES = np.array([1000, -1000, np.inf, 0], np.float32)
CASES.append(Case("SigmoidCrossEntropyWithLogits", [EDGES, np.array([1, 0, 0.5, 0], np.float32)],
                  np.array([0, 0, np.nan, np.log(2)])))
CASES.append(Case("BinaryCrossEntropy", [np.array([0, 1], np.float32), np.array([1, 0], np.float32), None],
                  np.array([100, 100]), {"reduction": "none"}))


def log_softmax(x):
    shifted = x - x.max(1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(1, keepdims=True))


for dtype in FLOATS:
    draw = Draw("SoftmaxCrossEntropy" + dtype)
    x = draw.uniform((6, 9), -5.0, 5.0, dtype)
    for labels in (draw.uniform((6, 9), 0.0, 0.3, dtype), draw.uniform((1, 9), 0.0, 0.3, dtype)):
        CASES.append(Case("SoftmaxCrossEntropyWithLogits", [x, labels],
                          lambda x, t: (-(t * log_softmax(x)).sum(1), np.exp(log_softmax(x)) - t), {}, [dtype, dtype]))
    for index in ("int32", "int64"):
        CASES.append(Case("SparseSoftmaxCrossEntropyWithLogits", [x, draw.integers((6,), 0, 8, index)],
                          lambda x, t: (-log_softmax(x)[range(6), t], np.exp(log_softmax(x)) - np.eye(9)[t]), {},
                          [dtype, dtype]))
CASES.append(Case("SparseSoftmaxCrossEntropyWithLogits", [np.zeros((0, 3), np.float32), np.zeros(0, np.int32)],
                  (np.zeros(0), np.zeros((0, 3))), {}, ["float32", "float32"]))
draw = Draw("NLLLoss")
for index in ("int32", "int64"):
    x, target, weight = draw.uniform((7, 5)), draw.integers((7,), 0, 4, index), draw.uniform((5,), 0.1, 1.0)
    target[3] = -100
    for given in (weight, None):
        for how in ("none", "sum", "mean"):
            def nll(x, t, w, h=how):
                w = np.where(t < 0, 0, (np.ones(5) if w is None else w)[np.maximum(t, 0)])
                values = -x[range(7), np.maximum(t, 0)] * w
                total = w.sum()
                return (values if h == "none" else values.sum() if h == "sum" else values.sum() / total,
                        np.array(0 if h == "none" else total))
            CASES.append(Case("NLLLoss", [x, target, given], nll, {"reduction": how}, ["float32", "float32"]))
CASES.append(Case("NLLLoss", [x[0], np.array([2], np.int32), None], lambda x, t, w: (-x[2], np.array(1.0)),
                  {"ignore_index": 1}, ["float32", "float32"]))
