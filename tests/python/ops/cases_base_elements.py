# SPDX-License-Identifier: Apache-2.0
"""Operators that work element by element on one tensor."""
import math

import numpy as np

from base_values import ANY, FLOATS, INTS, NUMBERS, arrays, extremes, held, numbers
from draw import Draw
from single_op import ACL_TYPES, Case

erf = np.vectorize(math.erf, otypes=[float])
erfc = np.vectorize(math.erfc, otypes=[float])


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def softplus(x):
    return np.logaddexp(0, x)


# Operator: its function and the range that its arguments are drawn from.
FUNCTIONS = {
    "Acos": (np.arccos, -1, 1), "Acosh": (np.arccosh, 1, 5), "Asin": (np.arcsin, -1, 1), "Asinh": (np.arcsinh, -5, 5),
    "Atan": (np.arctan, -5, 5), "Atanh": (np.arctanh, -0.9, 0.9), "Ceil": (np.ceil, -5, 5), "Cos": (np.cos, -9, 9),
    "Cosh": (np.cosh, -3, 3), "Erf": (erf, -3, 3), "Erfc": (erfc, -3, 3), "Exp": (np.exp, -5, 3),
    "Expm1": (np.expm1, -3, 3), "Floor": (np.floor, -5, 5), "Log": (np.log, 0.1, 9), "Log1p": (np.log1p, -0.9, 5),
    "Reciprocal": (lambda x: 1 / x, 0.5, 3), "Rint": (np.rint, -9, 9), "Rsqrt": (lambda x: 1 / np.sqrt(x), 0.2, 9),
    "Sin": (np.sin, -9, 9), "Sinh": (np.sinh, -3, 3), "Sqrt": (np.sqrt, 0, 9), "Tan": (np.tan, -1.3, 1.3),
    "Tanh": (np.tanh, -3, 3),
}
ACTIVATIONS = {
    "Gelu": lambda x: x * (1 + erf(x / math.sqrt(2))) / 2,
    "HardSwish": lambda x: x * np.clip(x / 6 + 0.5, 0, 1),
    "Mish": lambda x: x * np.tanh(softplus(x)),
    "Selu": lambda x: float(np.float32(1.0507009873554805)) *
                      np.where(x > 0, x, float(np.float32(1.6732632423543772)) * np.expm1(x)),
    "Sigmoid": sigmoid, "Softplus": softplus, "Softsign": lambda x: x / (1 + np.abs(x)),
}
# With attributes.
SCALED = [
    ("CeluV2", {"alpha": 1.5}, lambda x: np.where(x > 0, x, 1.5 * np.expm1(x / 1.5))),
    ("CeluV2", {}, lambda x: np.where(x > 0, x, np.expm1(x))),
    ("Elu", {}, lambda x: np.where(x > 0, x, np.expm1(x))),
    ("Elu", {"alpha": 0.75, "scale": 1.25, "input_scale": 0.5},
     lambda x: 1.25 * np.where(x > 0, x, 0.75 * np.expm1(0.5 * x))),
    ("Exp", {"base": 2.0, "scale": 0.5, "shift": 1.0}, lambda x: 2 ** (0.5 * x + 1)),
    ("Exp", {"scale": -0.5}, lambda x: np.exp(-0.5 * x)),
    ("HardSigmoid", {"alpha": 0.25, "beta": 0.5}, lambda x: np.clip(0.25 * x + 0.5, 0, 1)),
    ("LeakyRelu", {"negative_slope": 0.25}, lambda x: np.where(x > 0, x, 0.25 * x)),
    ("LeakyRelu", {}, lambda x: np.where(x > 0, x, 0.0 * x)),
    ("Log", {"base": 10.0, "scale": 2.0, "shift": 9.0}, lambda x: np.log10(2 * x + 9)),
    ("Swish", {}, lambda x: x * sigmoid(x)),
    ("Swish", {"scale": 1.75}, lambda x: x * sigmoid(1.75 * x)),
    ("ThresholdedRelu", {"alpha": 0.5}, lambda x: np.where(x > 0.5, x, 0)),
    ("ThresholdedRelu", {}, lambda x: np.where(x > 1, x, 0)),
]
TESTS = {"IsNan": np.isnan, "IsInf": np.isinf, "IsFinite": np.isfinite, "IsPosInf": np.isposinf,
         "IsNegInf": np.isneginf}


def absolute(x):
    return np.where(x < 0, -x, x) if x.dtype.kind != "f" else np.abs(x)


# Of all numbers; integers wrap around as NumPy's do.
WHOLE = {"Abs": absolute, "Neg": np.negative, "Sign": np.sign, "Square": np.square, "Relu": lambda x: np.maximum(x, 0),
         "Relu6": lambda x: np.clip(x, 0, 6), "Round": lambda x: x if x.dtype.kind in "iu" else np.rint(x),
         "Identity": lambda x: x}
# What the fast kernels make of NaN in these is a number.
NO_NAN = ("Exp", "Relu", "Relu6")


def ends_of(op, dtype):
    values = extremes(dtype)
    return numbers(values) if op in NO_NAN and dtype == "float32" else values


def cut(value, dtype):
    """A float as an integer: cut towards 0, kept within the limits, NaN as 0."""
    limits = np.iinfo(dtype)
    if math.isnan(value):
        return 0
    if math.isinf(value):
        return limits.max if value > 0 else limits.min
    return min(max(int(value), limits.min), limits.max)


def converted(x, dtype):
    """As the operator Cast says."""
    if dtype == "bool":
        return x != 0
    if x.dtype.kind == "f" and np.dtype(dtype).kind in "iu":
        return np.array([cut(float(each), dtype) for each in x.ravel()], dtype).reshape(x.shape)
    return x.astype(dtype)


def by_value(operation):
    """Integers times or plus a float: computed as double, then cut."""
    def apply(x):
        result = operation(x.astype(np.float64))
        return result if x.dtype.kind == "f" else converted(result, x.dtype.name)
    return apply


def functions():
    for op, (function, low, high) in FUNCTIONS.items():
        draw = Draw(op)
        for dtype in FLOATS:
            yield from (Case(op, [x], function) for x in arrays(draw, dtype, low, high))
            yield Case(op, [ends_of(op, dtype)], held(function, dtype), note="extremes")
    for op, function in ACTIVATIONS.items():
        draw = Draw(op)
        for dtype in FLOATS:
            yield from (Case(op, [x], function) for x in arrays(draw, dtype, -8, 8))
    for op, attrs, function in SCALED:
        draw = Draw(f"{op}{attrs}")
        for dtype in FLOATS:
            yield from (Case(op, [x], function, dict(attrs)) for x in arrays(draw, dtype, -4, 4))


def whole():
    for op, function in WHOLE.items():
        draw = Draw(op)
        for dtype in NUMBERS:
            yield from (Case(op, [x], function) for x in arrays(draw, dtype, -5, 5))
            wanted = function if op == "Identity" else held(function, dtype)
            yield Case(op, [ends_of(op, dtype)], wanted, note="extremes")
    draw = Draw("Round decimals")
    for dtype, decimals in (("float32", 1), ("float64", 3), ("float16", -1), ("int32", 0)):
        yield Case("Round", [draw.array((4, 5), dtype, -30, 30)], lambda x, n=decimals: np.round(x, n),
                   {"decimals": decimals})
    for value in (2.5, -0.75, 0.0):
        for dtype in NUMBERS:
            x = draw.array((3, 4), dtype)
            yield Case("Muls", [x], by_value(lambda x, v=value: x * v), {"value": value})
            yield Case("Adds", [x], by_value(lambda x, v=value: x + v), {"value": value})
    for dtype in INTS:
        yield from (Case("Invert", [x], np.invert) for x in (*arrays(draw, dtype), extremes(dtype)))
    yield from (Case("LogicalNot", [x], np.logical_not) for x in (*arrays(draw, "bool"), draw.bools((3, 20001))))
    for op, test in TESTS.items():
        for dtype in FLOATS:
            yield from (Case(op, [x], test, types=["bool"]) for x in (*arrays(draw, dtype), extremes(dtype)))
    for dtype in ANY:
        yield Case("Identity", [draw.array((2, 3), dtype)], lambda x: x)


def casts():
    draw = Draw("Cast")
    for source in ANY:
        for result in ANY:
            x = np.concatenate([draw.array((7,), source, -9, 9), extremes(source)])
            wanted = held(lambda x, t=result: converted(x, t), result if result != source else "")(x)
            yield Case("Cast", [x], wanted, {"dst_type": ACL_TYPES[result]}, types=[result])
            if "float32" in (source, result):
                yield Case("CastLike", [x, np.zeros((1, 2), result)], wanted, types=[result])
        yield Case("Cast", [np.zeros((0, 3), source)], np.zeros((0, 3), "float32"), {"dst_type": 0}, types=["float32"])


def clips():
    draw = Draw("ClipByValueV2")
    for dtype in NUMBERS:
        low, high = np.array(1 if dtype[0] == "u" else -1, dtype), np.array(20, dtype)
        for x in (*arrays(draw, dtype), extremes(dtype)):
            yield Case("ClipByValueV2", [x, low, high], np.clip)
    x = draw.array((3, 4), "float32")
    yield Case("ClipByValueV2", [x, *np.sort(draw.array((2, 3, 4), "float32"), axis=0)], np.clip, note="each")
    for dtype in FLOATS:
        for shape, weight in (((2, 3, 4), (3,)), ((2, 3, 4, 5), (1,)), ((2, 3), (3,)), ((2, 0, 4), (1,))):
            x, slope = draw.array(shape, dtype), draw.array(weight, dtype, 0.1, 0.5)
            yield Case("PRelu", [x, slope], lambda x, w: np.where(x > 0, x, x * w.reshape(
                (1, -1) + (1,) * (x.ndim - 2))))


CASES = [*functions(), *whole(), *casts(), *clips()]
