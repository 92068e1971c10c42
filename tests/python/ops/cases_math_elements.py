# SPDX-License-Identifier: Apache-2.0
"""Functions of one to four tensors, element by element."""
import math
from statistics import NormalDist

import numpy as np

from draw import FLOATS, INTS, NUMBERS, Draw
from single_op import Case, Tensor

EXTREMES = np.array([0.0, -0.0, 1, -1, np.inf, -np.inf, np.nan, 65504, 1e-7, -3.5, 2.5], np.float32)
CASES = []


def unary(op, function, dtypes=("float32", "float16"), low=-3.0, high=3.0, attrs=None, types=(), extremes=True,
          tolerance=None):
    draw = Draw(op)
    inputs = [draw.array(shape, dtype, low, high) for dtype in dtypes for shape in [draw.shape(), ()]]
    inputs.append(np.zeros((2, 0, 3), dtypes[0]))
    if extremes and "float32" in dtypes:
        inputs.append(EXTREMES)
    for dtype in dtypes:
        if np.dtype(dtype).kind in "iu":
            limits = np.iinfo(dtype)
            inputs.append(np.array([limits.min, limits.max, 0, 1], dtype))
    CASES.extend(Case(op, [x], function, attrs or {}, types, tolerance=tolerance) for x in inputs)


def each(function):
    return lambda x: np.vectorize(function, otypes=[np.float64])(x) if x.size else x


def erfinv(y):
    """By bisection of the error function of the C library."""
    if abs(y) >= 1 or math.isnan(y):
        return math.copysign(math.inf, y) if abs(y) == 1 else math.nan
    low, high = 0.0, 6.0
    for _ in range(80):
        middle = (low + high) / 2
        low, high = (middle, high) if math.erf(middle) < abs(y) else (low, middle)
    return math.copysign(low, y)


def lgamma(x):
    if math.isinf(x) or (x <= 0 and x == math.floor(x)):
        return math.inf
    return math.lgamma(x)


def digamma(x):
    """The integral of Gauss's formula is slow; exact for whole numbers and halves."""
    if x == math.floor(x):
        return -np.euler_gamma + sum(1 / k for k in range(1, int(x)))
    return -np.euler_gamma - 2 * math.log(2) + sum(2 / (2 * k - 1) for k in range(1, int(x - 0.5) + 1))


ANGLES = np.linspace(0, np.pi, 4001)


def bessel(order):
    """By its integral; the trapezoidal rule converges fast on whole periods."""
    def value(x):
        if not math.isfinite(x):
            return math.nan if math.isnan(x) else 0.0
        values = np.exp(abs(x) * (np.cos(ANGLES) - 1)) * np.cos(order * ANGLES)
        total = (values.sum() - (values[0] + values[-1]) / 2) / (len(ANGLES) - 1)
        return math.copysign(total, x) if order == 1 else total
    return each(value)


def softplus(x):
    return np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x)))


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


# Rounding and replacing.
unary("Trunc", np.trunc, ("float32", "float16", "int8", "int32", "uint8"))
unary("Inv", lambda x: 1 / x)
unary("Fills", lambda x: np.full_like(x, 3), FLOATS + INTS, attrs={"value": 3.0})
unary("Fills", lambda x: np.ones_like(x), ("bool",), attrs={"value": 1.0})
unary("NanToNum", lambda x: np.nan_to_num(x, nan=7, posinf=100, neginf=-200),
      attrs={"nan": 7.0, "posinf": 100.0, "neginf": -200.0})
unary("PopulationCount", lambda x: np.array([bin(int(v) % (1 << 8 * x.itemsize)).count("1") for v in x.flat],
                                            np.uint8).reshape(x.shape), INTS + ("uint16",), types=["uint8"])
unary("Power", lambda x: (0.5 + 2 * x) ** 3, attrs={"power": 3.0, "scale": 2.0, "shift": 0.5}, extremes=False,
      tolerance=3e-3)
unary("Power", lambda x: x, attrs={})
unary("Power", lambda x: (1 + x) ** -0.5, ("float32",), 0.0, 3.0, attrs={"power": -0.5, "shift": 1.0}, extremes=False)

# Activations.
unary("Threshold", lambda x: np.where(x > 0.25, 1, 0), attrs={"threshold": 0.25})
unary("Threshold", lambda x: np.where(x > 0, 1, 0))
unary("ThresholdV2D", lambda x: np.where(x <= 0.5, -4, x), ("float32", "float16", "int32", "int8"),
      attrs={"threshold": 0.5, "value": -4.0})
unary("Relu6D", lambda x: np.where(x < 0, 0, np.minimum(x, 6)), ("float32", "float16", "int32", "uint8"), -10.0, 10.0)
unary("Relu6D", lambda x: np.where(x < 0, 0, np.minimum(x, 3)), ("float32", "float16"), -10.0, 10.0,
      attrs={"scale": 0.5})
unary("Celu", lambda x: np.where(x < 0, np.expm1(np.minimum(x, 0)), x))
unary("Celu", lambda x: np.where(x < 0, 0.5 * np.expm1(np.minimum(x, 0) / 0.5), x),
      attrs={"alpha1": 0.5, "alpha2": 0.5})
unary("HardShrink", lambda x: np.where(np.abs(x) <= 0.5, 0, x))
unary("HardShrink", lambda x: np.where(np.abs(x) <= 1.25, 0, x), attrs={"lambd": 1.25})
unary("SoftShrink", lambda x: np.where(np.isnan(x), x, np.sign(x) * np.maximum(np.abs(x) - 0.75, 0)),
      attrs={"lambd": 0.75})
unary("SoftShrink", lambda x: np.where(np.isnan(x), x, np.sign(x) * np.maximum(np.abs(x) - 0.5, 0)))
unary("Shrink", lambda x: np.where(np.isnan(x), x, np.where(x > 1, x - 0.25, np.where(x < -1, x + 0.25, 0))),
      attrs={"lambd": 1.0, "bias": 0.25})
unary("LogSigmoid", lambda x: -softplus(-x))
unary("BNLL", softplus)
unary("SoftplusV2", softplus)
unary("SoftplusV2", lambda x: np.where(2 * x > 1.5, x, softplus(2 * x) / 2), attrs={"beta": 2.0, "threshold": 1.5})
unary("FastGelu", lambda x: x * sigmoid(1.702 * x), extremes=False)

# Special functions.
unary("Erfinv", each(erfinv), FLOATS, -1.0, 1.0)
CASES.append(Case("Erfinv", [np.array([1, -1, 0.999999, -1e-6, 2, 0.5], np.float32)], each(erfinv)))
unary("Ndtri", each(lambda p: NormalDist().inv_cdf(p) if 0 < p < 1 else {0: -math.inf, 1: math.inf}.get(p, math.nan)),
      FLOATS, 0.001, 0.999)
CASES.append(Case("Ndtri", [np.array([0, 1, 1e-30, 1e-5, -0.5, 0.5])],
                  np.array([-np.inf, np.inf, NormalDist().inv_cdf(1e-30), NormalDist().inv_cdf(1e-5), np.nan, 0])))
unary("Lgamma", each(lgamma), FLOATS, -4.9, 9.0)
CASES.append(Case("Lgamma", [np.array([0.5, 1, 2, 100, -2, -0.5, 1e5, 1 + 1e-9])], each(lgamma)))
HALVES = np.arange(1, 81) / 2
CASES.extend(Case("Digamma", [HALVES.astype(dtype)], each(digamma)) for dtype in FLOATS)
# psi(1 - x) = psi(x) + pi / tan(pi x)
CASES.append(Case("Digamma", [1 - np.array([[0.5, 1.5], [2.5, 3.5]])],
                  lambda x: each(digamma)(1 - x) + np.pi / np.tan(np.pi * (1 - x))))
CASES.append(Case("Digamma", [np.array([0.0, -0.0, -1, -2, np.inf, -np.inf, np.nan], np.float32)],
                  np.array([-np.inf, np.inf, np.nan, np.nan, np.inf, np.nan, np.nan])))
CASES.append(Case("Digamma", [np.zeros((0, 2), np.float32)], lambda x: x))
for order, name in enumerate(("BesselI0e", "BesselI1e")):
    unary(name, bessel(order), FLOATS, -50.0, 50.0)
    CASES.append(Case(name, [np.linspace(-25, 25, 101)], bessel(order)))


def many(op, function, count, dtypes=("float32", "float16"), low=-2.0, high=2.0, attrs=None, types=(), scalars=(),
         tolerance=None):
    """Random broadcasting; the inputs `scalars` have one element."""
    draw = Draw(op)
    for dtype in dtypes:
        for trial in range(3):
            shape = draw.shape(3) if trial else (2, 0, 3)
            shapes = [shape if i == 0 else () if i in scalars else draw.spread(shape) if trial == 2 else shape
                      for i in range(count)]
            inputs = [draw.array(s, dtype, low, high) for s in shapes]
            CASES.append(Case(op, inputs, function, attrs or {}, types, tolerance=tolerance))


def wrapped(function):
    """Integers compute modulo 2^64, which the result's type then cuts."""
    return lambda *xs: function(*[x if x.dtype.kind == "f" else x.astype(np.int64) for x in xs])


many("AddV2", wrapped(np.add), 2, NUMBERS)
many("TruncateDiv", lambda a, b: np.trunc(a / b), 2, ("float32",), 0.5, 9.0)
CASES.append(Case("TruncateDiv", [np.array([7, -7, 7, -7, -128], np.int8), np.array([2, 2, -2, -2, -1], np.int8)],
                  np.array([3, -3, -3, 3, -128])))
many("Xlog1py", lambda a, b: np.where(a == 0, 0, a * np.log1p(b)), 2, FLOATS, -0.9, 2.0)
CASES.append(Case("Xlog1py", [np.zeros(3, np.float32), np.array([-1, np.inf, -5], np.float32)], np.zeros(3)))
many("Gcd", np.gcd, 2, INTS + ("uint16",))
CASES.append(Case("Gcd", [np.array([-128, -128, 0, 0], np.int8), np.array([0, -128, 0, -6], np.int8)],
                  np.array([-128, -128, 0, 6])))
CASES.extend(Case("NextAfter", [np.array([[0, 1, -1, np.inf]], dtype), np.array([[1], [-1], [np.nan]], dtype)],
                  lambda a, b, t=dtype: np.nextafter(a.astype(t), b.astype(t)), tolerance=0)
             for dtype in ("float32", "float64"))
many("Axpy", lambda a, b: np.trunc(a + 0.5 * b), 2, ("int32",), attrs={"alpha": 0.5})
many("Axpy", lambda a, b: a + 1.5 * b, 2, attrs={"alpha": 1.5})
many("AxpyV2", wrapped(lambda a, b, alpha: a + alpha * b), 3, NUMBERS, scalars=(2,), tolerance=4e-3)
many("Addcmul", wrapped(lambda x, a, b, value: x + value * a * b), 4, FLOATS + ("int8", "int32", "uint8", "int64"),
     scalars=(3,), tolerance=8e-3)
many("Addcdiv", lambda x, a, b, value: x + value * a / b, 4, FLOATS, 0.5, 2.0, scalars=(3,), tolerance=8e-3)
many("Lerp", lambda a, b, w: a + w * (b - a), 3, tolerance=4e-3)
many("FusedMulAdd", wrapped(lambda a, b, c: a * b + c), 3, ("float32", "float16", "int32"), tolerance=4e-3)
many("LogAddExp", np.logaddexp, 2)
CASES.append(Case("LogAddExp", [np.array([np.inf, -np.inf, 1000, np.nan, np.inf], np.float32),
                                np.array([np.inf, -np.inf, 1000, 0, -np.inf], np.float32)], np.logaddexp))
many("ThresholdV2", lambda x, t, v: np.where(x <= t, v, x), 3, FLOATS + ("int32", "int8"), scalars=(1, 2))

# Comparisons: values close to each other.
many("ApproximateEqual", lambda a, b: np.abs(a - b) < np.float32(1.5), 2, ("float32", "float16", "float64"),
     attrs={"tolerance": 1.5}, types=["bool"])
many("ApproximateEqual", wrapped(lambda a, b: np.abs(a - b) < 9), 2, ("int32", "int8", "uint8"),
     attrs={"tolerance": 9.0}, types=["bool"])
CASES.append(Case("ApproximateEqual", [np.array([1, np.nan, np.inf], np.float32),
                                       np.array([1 + 1e-6, np.nan, np.inf], np.float32)],
                  np.array([True, False, False]), {}, ["bool"]))
many("IsClose", lambda a, b: np.isclose(a, b, np.float32(0.25), np.float32(0.5)), 2, FLOATS + ("int32", "uint8"),
     attrs={"rtol": 0.25, "atol": 0.5}, types=["bool"])
SPECIALS = np.array([0, 1, np.inf, -np.inf, np.nan], np.float32)
CASES.extend(Case("IsClose", [SPECIALS[:, None], SPECIALS], lambda a, b, e=equal: np.isclose(a, b, equal_nan=e),
                  {"equal_nan": equal}, ["bool"]) for equal in (False, True))


def igamma(a, x):
    """For whole a: 1 - exp(-x) * sum of x^k / k!."""
    return 1 - np.vectorize(lambda n, v: math.exp(-v) * sum(v ** k / math.factorial(k) for k in range(int(n))),
                            otypes=[np.float64])(a, x)


for dtype in ("float32", "float64"):
    draw = Draw("Igamma" + dtype)
    a, x = draw.integers((4, 1), 1, 30).astype(dtype), draw.uniform((1, 9), 0.0, 40.0, dtype)
    CASES.append(Case("Igamma", [a, x], igamma))
    CASES.append(Case("Igammac", [a, x], lambda a, x: 1 - igamma(a, x)))
    # igamma(1/2, x) = erf(sqrt(x))
    CASES.append(Case("Igamma", [np.array(0.5, dtype), x], lambda a, x: each(math.erf)(np.sqrt(x)) + 0 * a))
    CASES.append(Case("Igammac", [np.array(0.5, dtype), x], lambda a, x: each(math.erfc)(np.sqrt(x)) + 0 * a))
BIG = np.array([1e9, 1e12, 1e300])
CASES.append(Case("Igamma", [BIG, BIG], lambda a, x: 0.5 + 1 / (3 * np.sqrt(2 * np.pi * a)), tolerance=1e-8))
CASES.append(Case("Igamma", [np.array([-1, 1, 0, 0, 3, np.nan], np.float32), np.array([1, -1, 0, 2, 0, 1], np.float32)],
                  np.array([np.nan, np.nan, np.nan, 1, 0, np.nan])))


def zeta(x, q):
    """Many terms, and the integral and half a term in place of the others."""
    k = np.arange(2000.0)
    last = q + 2000
    rest = last ** (1 - x) / (x - 1) + last ** -x / 2 + x * last ** (-x - 1) / 12
    return ((k[:, None, None] + q) ** -x).sum(0) + rest


for dtype in ("float32", "float64"):
    draw = Draw("Zeta" + dtype)
    CASES.append(Case("Zeta", [draw.uniform((5, 1), 1.1, 9.0, dtype), draw.uniform((1, 6), 0.2, 20.0, dtype)], zeta))
CASES.append(Case("Zeta", [np.array([2, 4, 1, 0.5, 2, 2.5, 2, 1e9, 2]), np.array([1, 1, 3, 1, 0, -1.5, -0.5, 2, 1e17])],
                  np.array([np.pi ** 2 / 6, np.pi ** 4 / 90, np.inf, np.nan, np.inf, np.nan,
                            4 + np.pi ** 2 / 2, 0, 1e-17])))

# The same as other operators.
for op, n, attrs in (("AccumulateNV2", 3, {}), ("Eltwise", 3, {}), ("Eltwise", 2, {"mode": 0}),
                     ("Eltwise", 3, {"mode": 2}), ("Eltwise", 2, {"coeff": [0.5, -2.0]}), ("AccumulateNV2", 1, {})):
    for dtype in ("float32", "float16") if op == "Eltwise" else NUMBERS:
        draw = Draw(op + dtype)
        for shape in (draw.shape(), (0, 3)):
            def combined(*xs, mode=attrs.get("mode", 1), factors=attrs.get("coeff", [1] * n)):
                xs = [x.astype(np.int64) if x.dtype.kind != "f" else x for x in xs]
                return (np.prod(xs, 0) if mode == 0 else np.max(xs, 0) if mode == 2 else
                        sum(f * x for f, x in zip(factors, xs)))
            CASES.append(Case(op, [Tensor(draw.array(shape, dtype), f"x{i}") for i in range(n)], combined,
                              {"N": n, **attrs}, tolerance=4e-3 if dtype == "float16" else None))

for dtype in NUMBERS:
    draw = Draw("ClipByValue" + dtype)
    shape = draw.shape()
    for bounds in ((), shape):
        low, high = draw.array(bounds, dtype, -1.0, 0.0), draw.array(bounds, dtype, 0.0, 1.0)
        CASES.append(Case("ClipByValue", [draw.array(shape, dtype), low, high], np.clip))
for dtype in ("float32", "float16", "int32"):
    draw = Draw("BiasAdd" + dtype)
    for layout, axis in (("NHWC", -1), ("NCHW", 1)):
        x = draw.array(draw.shape(4), dtype)
        bias = draw.array(x.shape[axis], dtype)
        CASES.append(Case("BiasAdd", [x, bias], lambda x, b, a=axis: x + (b if a < 0 else b[:, None, None]),
                          {"data_format": layout}, tolerance=4e-3 if dtype == "float16" else None))
draw = Draw("Bias")
x = draw.uniform((2, 3, 4, 5))
CASES += [
    Case("BiasAdd", [np.zeros((0, 4), np.float32), np.ones(4, np.float32)], lambda x, b: x + b),
    Case("Bias", [x, draw.uniform((3,))], lambda x, b: x + b[:, None, None]),
    Case("Bias", [x, draw.uniform((3, 4))], lambda x, b: x + b[:, :, None], {"num_axes": 2}),
    Case("Bias", [x, draw.uniform((4, 5))], lambda x, b: x + b, {"axis": -2, "num_axes": -1}),
    Case("Bias", [x, draw.uniform(())], lambda x, b: x + b, {"num_axes": 0}),
    Case("Bias", [x, draw.uniform((2, 3))], lambda x, b: x + b[:, :, None, None], {"axis": 0, "bias_from_blob": False}),
    Case("Bias", [x.astype(np.float16), draw.uniform((3,), dtype="float16")], lambda x, b: x + b[:, None, None])]

for op, function in (("GLU", lambda a, b: a * sigmoid(b)), ("SwiGlu", lambda a, b: a * sigmoid(a) * b)):
    for dtype in FLOATS:
        draw = Draw(op + dtype)
        for axis in (-1, 0, 1):
            sizes = list(draw.shape(3))
            sizes[axis] *= 2
            CASES.append(Case(op, [draw.array(tuple(sizes), dtype)],
                              lambda x, f=function, a=axis: f(*np.split(x, 2, a)), {"dim": axis}))
    CASES.append(Case(op, [np.zeros((3, 0), np.float32)], lambda x: x))

# Whole tensors.
for dtype in FLOATS:
    draw = Draw("whole" + dtype)
    for shape in (draw.shape(), (), (0, 2)):
        CASES.append(Case("L2Loss", [draw.array(shape, dtype)], lambda x: (x ** 2).sum() / 2))
for dtype in ("float32", "float16", "int8", "uint8", "int32"):
    draw = Draw("Dot" + dtype)
    for size in (0, 1, 37):
        CASES.append(Case("Dot", [draw.array((size,), dtype), draw.array((size,), dtype)],
                          wrapped(lambda a, b: (a * b).sum()), tolerance=2e-3))
draw = Draw("SquareSumAll")
CASES.append(Case("SquareSumAll", [draw.uniform((3, 4)), draw.uniform((2, 5))],
                  lambda a, b: ((a ** 2).sum(), (b ** 2).sum())))
CASES.append(Case("SquareSumAll", [draw.uniform((0,)), draw.uniform(())],
                  lambda a, b: ((a ** 2).sum(), (b ** 2).sum())))
for shape, axis in (((4, 5), 1), ((3, 4, 2), 0), ((2, 3, 4), -1), ((2, 0), 1)):
    CASES.append(Case("CosineSimilarity", [draw.uniform(shape), draw.uniform(shape)],
                      lambda a, b, d=axis: (a * b).sum(d) / np.maximum(
                          np.sqrt((a * a).sum(d)) * np.sqrt((b * b).sum(d)), 1e-8), {"dim": axis}))
CASES.append(Case("CosineSimilarity", [draw.uniform((3, 4, 2)), draw.uniform((1, 4, 1))],
                  lambda a, b: (a * b).sum(1) / (np.sqrt((a * a).sum(1)) * np.sqrt((b * b).sum(1)))))
CASES.append(Case("CosineSimilarity", [np.zeros((2, 3), np.float32), draw.uniform((2, 3))], lambda a, b: a.sum(1)))
for dtype in NUMBERS + ("bool",):
    draw = Draw("TensorEqual" + dtype)
    x = draw.array((3, 4), dtype)
    other = x.copy()
    other[2, 3] = 0 if other[2, 3] else 1
    for y, equal in ((x, True), (other, False), (x[:2], False)):
        CASES.append(Case("TensorEqual", [x, y], np.array(equal), {}, ["bool"]))
CASES.append(Case("TensorEqual", [np.full(2, np.nan, np.float32)] * 2, np.array(False), {}, ["bool"]))
