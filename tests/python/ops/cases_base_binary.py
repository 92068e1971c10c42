# SPDX-License-Identifier: Apache-2.0
"""Operators that work element by element on two tensors, which broadcast; and AddN."""
import functools

import numpy as np

from base_values import ANY, FLOATS, INTS, NUMBERS, each_with_each, extremes, held, numbers, pairs
from draw import Draw
from single_op import Case


def cut_quotient(a, b):
    """Of integers, cut towards zero; of floats, the quotient."""
    if a.dtype.kind == "f":
        return a / b
    down = a // b
    return (down + ((a % b != 0) & ((a < 0) != (b < 0)))).astype(a.dtype)


def floor_quotient(a, b):
    return np.floor(a / b) if a.dtype.kind == "f" else a // b


def shifted_left(a, b):
    bits = a.dtype.itemsize * 8
    return np.where(b >= bits, 0, np.left_shift(a, np.minimum(b, b.dtype.type(bits - 1)))).astype(a.dtype)


def shifted_right(a, b):
    return np.right_shift(a, np.minimum(b, b.dtype.type(a.dtype.itemsize * 8 - 1)))


def where_nonzero(decides, function):
    """0 where argument number `decides` is 0."""
    def apply(*arrays):
        zero = np.broadcast_arrays(*arrays)[decides] == 0
        return np.where(zero, 0, function(*arrays)).astype(arrays[0].dtype)
    return apply



NUMERIC = {"Add": np.add, "Sub": np.subtract, "Mul": np.multiply, "Maximum": np.maximum, "Minimum": np.minimum,
           "SquaredDifference": lambda a, b: np.square(a - b), "DivNoNan": where_nonzero(1, cut_quotient),
           "MulNoNan": where_nonzero(1, np.multiply)}
# Integers are not divided by 0: that is a failure.
DIVIDING = {"Div": cut_quotient, "FloorDiv": floor_quotient, "FloorMod": np.mod, "TruncateMod": np.fmod, "Mod": np.fmod}
FLOATING = {"RealDiv": np.divide, "Atan2": np.arctan2, "Xlogy": where_nonzero(0, lambda a, b: a * np.log(b)),
            "Xdivy": where_nonzero(0, np.divide)}
TESTS = {"Equal": np.equal, "NotEqual": np.not_equal, "Greater": np.greater, "GreaterEqual": np.greater_equal,
         "Less": np.less, "LessEqual": np.less_equal}
BITS = {"BitwiseAnd": np.bitwise_and, "BitwiseOr": np.bitwise_or, "BitwiseXor": np.bitwise_xor}
# What quotients jump at: rounding inputs and results in float16 and float32 may fall on the other side.
JUMPING = ("FloorDiv", "FloorMod", "TruncateMod", "Mod")


def apart_from_zero(array):
    return np.where(array == 0, 1, array).astype(array.dtype)


def quarters(array):
    """Floats that all types hold, so that remainders are exact."""
    return np.rint(array * 4).astype(array.dtype) / array.dtype.type(4) if array.dtype.kind == "f" else array


def numeric():
    for op, function in NUMERIC.items():
        draw = Draw(op)
        for dtype in NUMBERS:
            yield from (Case(op, pair, held(function, dtype)) for pair in pairs(draw, dtype))
            if np.dtype(dtype).kind in "iu" or op in ("Maximum", "Minimum", "Add", "Sub"):
                # Which of NaN and a number is greater depends on the kernel.
                ends = numbers(extremes(dtype)) if op in ("Maximum", "Minimum") else extremes(dtype)
                yield Case(op, each_with_each(ends), held(function, dtype), note="extremes")
    for op, function in DIVIDING.items():
        draw = Draw(op)
        for dtype in NUMBERS:
            for a, b in pairs(draw, dtype, -6, 6):
                if op in JUMPING:
                    a, b = quarters(a), quarters(b)
                yield Case(op, [a, apart_from_zero(b)], held(function, dtype))
            if np.dtype(dtype).kind in "iu":
                a, b = each_with_each(extremes(dtype))
                yield Case(op, [a[b != 0], b[b != 0]], function, note="extremes")
    yield Case("Div", [np.array([1, -1, 0], "float32"), np.zeros(3, "float32")], np.divide, note="by0")
    for op, function in FLOATING.items():
        draw = Draw(op)
        for dtype in FLOATS:
            for a, b in pairs(draw, dtype, 0.1, 4):
                a = np.where(draw.random.random(a.shape) < 0.3, 0, a).astype(dtype)
                yield Case(op, [a, b], held(function, dtype))
            yield Case(op, each_with_each(extremes(dtype)), held(function, dtype), note="extremes")


def powers():
    draw = Draw("Pow")
    for dtype in FLOATS:
        for base, exponent in pairs(draw, dtype, 0.2, 3):
            yield Case("Pow", [base, exponent], held(np.power, dtype), tolerance=2e-3 if dtype == "float16" else None)
        yield Case("Pow", [draw.array((3, 4), dtype), np.array(2, dtype)], np.power, note="square")
        yield Case("Pow", each_with_each(extremes(dtype)), held(np.power, dtype), note="extremes")
    for dtype in INTS:
        base = draw.integers((4, 5), 0 if dtype[0] == "u" else -9, 9, dtype)
        yield Case("Pow", [base, draw.integers((5,), 0, 20, dtype)], np.power, note="wraps")
    yield Case("Pow", [np.array([1, -1, -1, 2, -3], "int32"), np.array([-3, -3, -4, -1, -2], "int32")],
               np.array([1, -1, 1, 0, 0], "int32"), note="negative")


def tests():
    for op, function in TESTS.items():
        draw = Draw(op)
        for dtype in ANY if op in ("Equal", "NotEqual") else NUMBERS:
            for a, b in pairs(draw, dtype):
                if a.shape == b.shape:
                    b = np.where(draw.random.random(b.shape) < 0.4, a, b)
                yield Case(op, [a, b], function, types=["bool"])
            yield Case(op, each_with_each(extremes(dtype)), function, types=["bool"], note="extremes")
    for op, function in (("LogicalAnd", np.logical_and), ("LogicalOr", np.logical_or)):
        yield from (Case(op, pair, function) for pair in pairs(Draw(op), "bool"))


def bits():
    for op, function in BITS.items():
        draw = Draw(op)
        for dtype in INTS:
            yield from (Case(op, pair, function) for pair in pairs(draw, dtype))
            yield Case(op, each_with_each(extremes(dtype)), function, note="extremes")
    for op, function in (("LeftShift", shifted_left), ("RightShift", shifted_right)):
        draw = Draw(op)
        for dtype in INTS:
            width = np.dtype(dtype).itemsize * 8
            for a, b in pairs(draw, dtype):
                yield Case(op, [a, draw.integers(b.shape, 0, min(width + 3, np.iinfo(dtype).max), dtype)], function)
            x = extremes(dtype)
            yield Case(op, [x, np.full(x.shape, width - 1, dtype)], function, note="extremes")


def sums():
    draw = Draw("AddN")
    for dtype in NUMBERS:
        for shape, count in (((3, 4), 3), ((), 2), ((0, 2), 2), ((5,), 1)):
            terms = [draw.array(shape, dtype) for _ in range(count)]
            yield Case("AddN", terms, lambda *x: functools.reduce(np.add, x), {"N": count})
        if np.dtype(dtype).kind in "iu":
            yield Case("AddN", [extremes(dtype)] * 3, lambda *x: functools.reduce(np.add, x), {"N": 3}, note="wraps")
        if dtype in ("float32", "float16", "int32", "int64"):
            terms = [draw.array((5, 9001), dtype) for _ in range(3)]
            yield Case("AddN", terms, lambda *x: functools.reduce(np.add, x), {"N": 3}, note="many")


CASES = [*numeric(), *powers(), *tests(), *bits(), *sums()]
