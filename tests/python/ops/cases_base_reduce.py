# SPDX-License-Identifier: Apache-2.0
"""Operators that make one element of many, or run along an axis: reductions, Cumsum, TopKV2, norms, determinants; and
Range, Einsum, quantisation."""
import numpy as np

from base_values import FLOATS, NUMBERS, extremes, held
from draw import Draw
from single_op import Case, Tensor, Type


def mean(x, axis, keepdims):
    """Of integers cut towards zero."""
    if x.dtype.kind == "f":
        return x.mean(axis=axis, keepdims=keepdims)
    total = x.astype(np.int64 if x.dtype.kind == "i" else np.uint64).sum(axis=axis, keepdims=keepdims)
    count = np.prod([x.shape[i] for i in axis], dtype=int)
    if x.dtype.kind == "u":
        return total // np.uint64(count)
    return np.sign(total) * (np.abs(total) // count)


def wrapping(function):
    """In the array's own type."""
    return lambda x, axis, keepdims: function(x, axis=axis, keepdims=keepdims, dtype=x.dtype)


def log_sum_exp(x, axis, keepdims):
    return np.logaddexp.reduce(x, axis=axis, keepdims=keepdims) if len(axis) == 1 else \
        np.log(np.exp(x).sum(axis=axis, keepdims=keepdims))


REDUCTIONS = {"ReduceMax": (np.max, NUMBERS), "ReduceMin": (np.min, NUMBERS), "ReduceSum": (wrapping(np.sum), NUMBERS),
              "ReduceProd": (wrapping(np.prod), NUMBERS), "ReduceMean": (mean, NUMBERS),
              "ReduceLogSum": (lambda x, axis, keepdims: np.log(x.sum(axis=axis, keepdims=keepdims)), FLOATS),
              "ReduceLogSumExp": (log_sum_exp, FLOATS), "ReduceAll": (np.all, ("bool",)),
              "ReduceAny": (np.any, ("bool",))}
# Shape and axes.
PLACES = [((3, 4, 5), [1]), ((3, 4, 5), [0, -1]), ((2, 3), [0, 1]), ((4,), [-1]), ((2, 1, 3), []), ((3, 0), [0]),
          ((2, 3, 2, 2), [3, 1])]


def normal(axes, rank):
    return tuple(axis % rank for axis in axes)


def reductions():
    for op, (function, types) in REDUCTIONS.items():
        draw = Draw(op)
        for dtype in types:
            for number, (shape, axes) in enumerate(PLACES):
                low = 0.1 if op == "ReduceLogSum" else -1.5
                x = draw.array(shape, dtype, low, 1.5)
                keep = bool(number % 2)
                where = np.array(axes, ("int32", "int64")[number % 2])
                yield Case(op, [x, Tensor(where, on_host=number % 3 == 0)],
                           lambda x, _, f=function, a=normal(axes, len(shape)), k=keep: f(x, axis=a, keepdims=k),
                           {"keep_dims": keep})
        for dtype in types:
            if op in ("ReduceMax", "ReduceMin", "ReduceSum", "ReduceProd"):
                x = extremes(dtype)
                yield Case(op, [np.stack([x, x[::-1]]), np.array([0], "int32")],
                           lambda x, _, f=held(lambda x, f=function: f(x, axis=(0,), keepdims=False), dtype): f(x),
                           note="extremes")
    draw = Draw("SquareSumV1")
    for dtype in NUMBERS:
        for shape, axes in PLACES:
            yield Case("SquareSumV1", [draw.array(shape, dtype)],
                       lambda x, a=normal(axes, len(shape)): np.sum(x * x, axis=a, dtype=x.dtype),
                       {"axis": axes})


def arg():
    for op, function in (("ArgMaxV2", np.argmax), ("ArgMin", np.argmin)):
        draw = Draw(op)
        for number, dtype in enumerate(NUMBERS):
            for shape, axis in (((3, 4, 5), 1), ((7,), 0), ((2, 3), -1), ((0, 3), 1)):
                result = ("int32", "int64")[number % 2]
                yield Case(op, [draw.array(shape, dtype, -0.3, 0.3), np.array(axis, result)],
                           lambda x, a, f=function: f(x, axis=int(a)), {"dtype": Type(result)}, types=[result])
        yield Case(op, [draw.array((3, 4), "float32"), np.array(0, "int32")], lambda x, a, f=function: f(x, axis=0),
                   types=["int64"], note="default")
        for dtype in NUMBERS:
            for shape, axis in (((500, 101), 1), ((7, 33, 300), 1), ((9, 5000), 0), ((40, 130, 5), 1)):
                x = draw.array(shape, dtype, -1, 1)
                if np.dtype(dtype).kind == "f":  # the first of several NaN; not in all rows
                    x.flat[draw.integers((60,), 0, x.size // 2)] = np.nan
                yield Case(op, [x, np.array(axis, "int32")], lambda x, a, f=function: f(x, axis=int(a)),
                           types=["int64"], note="many")


def running():
    draw = Draw("Cumsum")
    for dtype in NUMBERS:
        for shape, axis in (((3, 4, 2), 1), ((5,), -1), ((0, 3), 1)):
            for exclusive, reverse in ((False, False), (True, False), (False, True), (True, True)):
                def judge(x, _, a=axis, e=exclusive, r=reverse):
                    x = np.flip(x, a) if r else x
                    total = np.cumsum(x, axis=a, dtype=x.dtype)
                    total = total - x if e else total
                    return np.flip(total, a) if r else total
                yield Case("Cumsum", [draw.array(shape, dtype), np.array(axis, "int32")], judge,
                           {"exclusive": exclusive, "reverse": reverse}, tolerance=5e-3 if dtype == "float16" else None)


def top_k():
    draw = Draw("TopKV2")
    for dtype in NUMBERS:
        for shape, k, dim, largest in (((3, 7), 3, -1, True), ((5, 2, 3), 2, 0, False), ((6,), 6, 0, True),
                                       ((2, 4), 0, -1, True), ((0, 3), 2, 1, True), ((9, 4001), 10, -1, True),
                                       ((9, 4001), 700, -1, False), ((300, 4, 31), 5, 0, True)):
            x = draw.array(shape, dtype, -0.4, 0.4)
            if x.dtype.kind == "f" and x.size > 1000:
                x.flat[draw.integers((60,), 0, x.size // 2)] = np.nan

            def judge(x, k, d=dim, up=largest):
                wide = x.astype(object) if x.dtype.kind in "iu" else np.where(np.isnan(x), np.inf, x)
                order = np.argsort(-wide if up else wide, axis=d, kind="stable").astype(np.int64)
                order = np.take(order, np.arange(int(k)), axis=d)
                return np.take_along_axis(x, order, axis=d), order
            yield Case("TopKV2", [x, np.array(k, "int32")], judge, {"dim": dim, "largest": largest},
                       types=[dtype, "int32"])


def ranges():
    for dtype in NUMBERS:
        signed = dtype[0] != "u"
        for start, limit, delta in ((1, 10, 3), (5, 5, 1), (2, 3, 7), (*((10, -4, -3) if signed else (0, 8, 4)),)):
            yield Case("Range", [np.array(each, dtype) for each in (start, limit, delta)],
                       lambda a, b, c: np.arange(int(a), int(b), int(c)))
    yield Case("Range", [np.array(each, "float32") for each in (0.25, 2.5, 0.5)], np.arange(0.25, 2.5, 0.5))
    yield Case("Range", [np.array(each, "int64") for each in (2**62, 2**62 + 9, 4)],
               np.array([2**62, 2**62 + 4, 2**62 + 8]))


def norms():
    draw = Draw("LpNormV2")
    for dtype in FLOATS:
        for shape, axes in (((3, 4, 5), [1]), ((3, 4), [0, -1]), ((2, 3), []), ((5,), [0])):
            for p in (2.0, 1.0, 3.0, 0.0, float("inf"), float("-inf")):
                if p < 0 and dtype != "float32":
                    continue

                def judge(x, p=p, a=normal(axes or range(len(shape)), len(shape))):
                    x = np.abs(x)
                    return (x.max(axis=a) if p == np.inf else x.min(axis=a) if p == -np.inf else
                            (x != 0).sum(axis=a) if p == 0 else (x ** p).sum(axis=a) ** (1 / p))
                attrs = {"p": p, "epsilon": 0.0} | ({"axes": axes} if axes else {})
                yield Case("LpNormV2", [draw.array(shape, dtype)], judge, attrs)
    yield Case("LpNormV2", [np.zeros((2, 3), "float32")], np.full((2, 1), 0.5), {"axes": [1], "keepdim": True,
                                                                                "epsilon": 0.5})
    draw = Draw("MatrixDeterminant")
    for dtype in ("float32", "float64"):
        for shape in ((3, 3), (2, 4, 4), (2, 3, 1, 1), (0, 2, 2), (2, 0, 0)):
            yield Case("MatrixDeterminant", [draw.array(shape, dtype)], np.linalg.det, tolerance=1e-4)
        yield Case("MatrixDeterminant", [np.ones((3, 3), dtype)], np.zeros(()), note="singular")


def sums_of_products():
    draw = Draw("Einsum")
    equations = [("ij,jk->ik", (3, 4), (4, 5)), ("bij,bjk->bik", (2, 3, 4), (2, 4, 2)), ("ii->i", (4, 4)),
                 ("ij->ji", (3, 4)), ("i,i->", (5,), (5,)), ("i,j->ij", (3,), (2,)), ("ij->", (3, 4)),
                 ("...ij,...jk->...ik", (2, 2, 3), (3, 4)), ("ij,jk", (2, 3), (3, 2)), ("ij,jk->ik", (0, 3), (3, 2)),
                 ("ij,jk->ik", (2, 0), (0, 2))]
    for number, (equation, *shapes) in enumerate(equations):
        for dtype in ("float32", "float64", "int32", NUMBERS[number % len(NUMBERS)]):
            yield Case("Einsum", [draw.array(shape, dtype) for shape in shapes],
                       lambda *x, e=equation: np.einsum(e, *x), {"equation": equation, "N": len(shapes)},
                       tolerance=5e-3 if dtype == "float16" else None)
    for number in range(40):  # products of two tensors with their axes in any order, in blocks that are worth threads
        labels = "abcdef"[:int(draw.random.integers(2, 7))]
        sizes = {label: int(draw.random.choice([1, 2, 3, 4, 17 if number % 4 == 0 else 5])) for label in labels}
        terms = [[], [], []]  # of both tensors and the result
        for label in labels:
            for index in ((0, 1, 2), (0, 2), (1, 2), (0, 1), (0,))[int(draw.random.choice(5, p=[.25, .25, .2, .25, .05]))]:
                terms[index].append(label)
        equation = "{},{}->{}".format(*("".join(draw.random.permutation(term)) for term in terms))
        operands = equation.split("->")[0].split(",")
        yield Case("Einsum", [draw.uniform([sizes[label] for label in term]) for term in operands],
                   lambda *x, e=equation: np.einsum(e, *x), {"equation": equation, "N": 2})


def quantized(x, scale, zero, dtype):
    limits = np.iinfo(dtype)
    scaled = x.astype(np.float32) / scale.astype(np.float32)
    return np.clip(np.rint(scaled) + zero.astype(np.int64), limits.min, limits.max)


def quantisation():
    draw = Draw("quantisation")
    for dtype in ("int8", "uint8"):
        for source in ("float32", "int32"):
            for shape, axis, count in (((3, 4), 1, 1), ((2, 3, 4), 1, 3), ((2, 3), -1, 3), ((0, 3), 1, 3)):
                form = (count,) if count > 1 else ()
                x = draw.array(shape, source, -9, 9)
                scale = draw.uniform(form, 0.03, 0.3)
                zero = draw.integers(form, 0, 20, dtype)
                spread = (1,) * (axis % len(shape)) + (-1,) + (1,) * (len(shape) - 1 - axis % len(shape))
                wide = (scale.reshape(spread), zero.reshape(spread)) if count > 1 else (scale, zero)
                yield Case("CpuQuantizeLinear", [x, scale, zero], quantized(x, *wide, dtype), {"axis": axis},
                           types=[dtype])
        yield Case("CpuQuantizeLinear", [np.array([np.inf, -np.inf, 1e30, -1e30], "float32"), np.array(1, "float32"),
                                         np.array(3, dtype)],
                   np.array([np.iinfo(dtype).max, np.iinfo(dtype).min] * 2), types=[dtype], note="extremes")
    for dtype in ("int8", "uint8", "int32"):
        for shape, axis, count in (((3, 4), 1, 1), ((2, 3, 4), 1, 3), ((0, 3), 1, 3)):
            form = (count,) if count > 1 else ()
            x, zero = draw.array(shape, dtype, -6, 6), draw.integers(form, 0, 20, dtype)
            scale = draw.uniform(form, 0.03, 0.3)
            spread = (1, -1) + (1,) * (len(shape) - 2)
            z, s = (zero.reshape(spread), scale.reshape(spread)) if count > 1 else (zero, scale)
            yield Case("CpuDequantizeLinear", [x, scale, zero], (x.astype(np.int64) - z) * s.astype(np.float64),
                       {"axis": axis}, types=["float32"])
        yield Case("CpuDequantizeLinear", [extremes(dtype), np.array(0.5, "float32")], lambda x, s: x * s,
                   types=["float32"], note="nozero")
    for shape, low, high in (((3, 4), -2, 5), ((7,), 1, 3), ((5,), -3, -1), ((2, 2), 0, 0)):
        x = draw.uniform(shape, low, high)
        least, most = min(x.min(), np.float32(0)), max(x.max(), np.float32(0))
        scale = (most - least) / np.float32(255) if most > least else np.float32(1)
        zero = np.uint8(np.clip(np.rint(-least / scale), 0, 255))
        yield Case("CpuDynamicQuantizeLinear", [x], (quantized(x, scale, np.int64(zero), "uint8"), scale, zero),
                   types=["uint8", "float32", "uint8"])


CASES = [*reductions(), *arg(), *running(), *top_k(), *ranges(), *norms(), *sums_of_products(), *quantisation()]
