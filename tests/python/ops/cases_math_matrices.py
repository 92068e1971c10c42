# SPDX-License-Identifier: Apache-2.0
"""Products of matrices, linear algebra, diagonals; and quantisation."""
import numpy as np

from draw import FLOATS, INTS, NUMBERS, Draw
from single_op import Case, Tensor

CASES = []


def turned(x, turn):
    return np.swapaxes(x, -1, -2) if turn else x


for dtype in ("float32", "float16", "int32"):
    draw = Draw("MatMul" + dtype)
    tolerance = {"float32": 1e-5, "float16": 1e-2}.get(dtype)
    for first in (False, True):
        for second in (False, True):
            def product(a, b, *bias, f=first, s=second):
                y = turned(a, f) @ turned(b, s)
                return y + bias[0] if bias and bias[0] is not None else y
            a, b = draw.array((3, 5), dtype), draw.array((5, 4), dtype)
            given = [np.ascontiguousarray(turned(a, first)), np.ascontiguousarray(turned(b, second))]
            attrs = {"transpose_x1": first, "transpose_x2": second}
            CASES.append(Case("MatMul", given, product, attrs, tolerance=tolerance))
            CASES.append(Case("MatMul", given + [draw.array((4,), dtype)], product, attrs, tolerance=tolerance))
            a, b = draw.array((2, 1, 3, 5), dtype), draw.array((4, 5, 2), dtype)
            given = [np.ascontiguousarray(turned(a, first)), np.ascontiguousarray(turned(b, second))]
            CASES.append(Case("BatchMatMul", given, product, {"adj_x1": first, "adj_x2": second}, tolerance=tolerance))
CASES.append(Case("MatMul", [np.zeros((0, 3), np.float32), np.ones((3, 2), np.float32)], lambda a, b: a @ b))
CASES.append(Case("BatchMatMul", [np.zeros((2, 3, 0), np.float32), np.ones((2, 0, 4), np.float32)], lambda a, b: a @ b))

for dtype in ("float32", "float64"):
    draw = Draw("linear" + dtype)
    tolerance = 1e-4 if dtype == "float32" else 1e-9
    for shape in ((4, 4), (2, 3, 5, 5), (1, 1), (0, 3, 3), (0, 0)):
        n = shape[-1]
        # Far from singular: the diagonal is greater than the rest of the row.
        a = draw.uniform(shape, -1.0, 1.0, dtype) + (n + 1) * np.eye(n, dtype=dtype)
        rhs = draw.uniform(shape[:-1] + (2,), -2.0, 2.0, dtype)
        for adjoint in (False, True):
            CASES.append(Case("MatrixInverse", [a], lambda a, t=adjoint: np.linalg.inv(turned(a, t)),
                              {"adjoint": adjoint}, tolerance=tolerance))
            CASES.append(Case("MatrixSolve", [a, rhs], lambda a, b, t=adjoint: np.linalg.solve(turned(a, t), b),
                              {"adjoint": adjoint}, tolerance=tolerance))
            for lower in (False, True):
                CASES.append(Case("MatrixTriangularSolve", [a, rhs],
                                  lambda a, b, t=adjoint, l=lower: np.linalg.solve(
                                      turned(np.tril(a) if l else np.triu(a), t), b),
                                  {"adjoint": adjoint, "lower": lower}, tolerance=tolerance))
        CASES.append(Case("Cholesky", [a @ turned(a, True)], np.linalg.cholesky, tolerance=tolerance))
for dtype in FLOATS:
    for shape in ((3, 3), (2, 3, 5, 5), (0, 0), (2, 1, 1)):
        for op in ("Slogdet",) + ("LogMatrixDeterminant",) * (dtype != "float16"):
            CASES.append(Case(op, [draw.uniform(shape, dtype=dtype)], np.linalg.slogdet, {}, [dtype, dtype]))
CASES.append(Case("Slogdet", [np.ones((2, 2), np.float32)], (0, -np.inf), {}, ["float32", "float32"]))
# A determinant that is too great for the type.
CASES.append(Case("Slogdet", [1e30 * np.eye(40, dtype=np.float32)], np.linalg.slogdet, {}, ["float32", "float32"]))
# The divisor stands elsewhere.
CASES.append(Case("MatrixInverse", [np.array([[0, 2], [1, 0]], np.float32)], np.linalg.inv))
CASES.append(Case("Cholesky", [np.array([[4, 2], [2, 5]], np.float16)], np.linalg.cholesky))

draw = Draw("vectors")
for dtype in ("float32", "float16"):
    CASES.append(Case("Ger", [draw.array((3,), dtype), draw.array((5,), dtype)], np.outer))
    CASES.append(Case("Ger", [draw.array((0,), dtype), draw.array((5,), dtype)], np.outer))
for dtype in ("float32", "float16"):
    for p, order in ((2.0, 2), (1.0, 1), (0.0, 0), (3.0, 3), (float("inf"), np.inf)):
        def distances(x, o=order):
            first, second = np.triu_indices(len(x), 1)
            return np.linalg.norm(x[first] - x[second], o, 1)
        for shape in ((5, 4), (1, 3), (0, 2)):
            CASES.append(Case("Pdist", [draw.uniform(shape, dtype=dtype)], distances, {"p": p}))
for dtype in FLOATS + INTS:
    for shape, axis, attrs in (((2, 3, 4), 1, {}), ((3, 3), 0, {}), ((3, 3), 1, {"dim": -1}), ((0, 3), 1, {"dim": 1})):
        def cross(a, b, d=axis):
            a, b = (x.astype(np.int64) if x.dtype.kind == "i" else x for x in (a, b))
            return np.cross(a, b, axis=d)
        CASES.append(Case("Cross", [draw.array(shape, dtype), draw.array(shape, dtype)], cross, attrs,
                          tolerance=8e-3 if dtype == "float16" else None))


# Diagonals.
def with_diagonal(x, diagonal):
    y = x.copy()
    n = min(x.shape[-2:])
    y[..., range(n), range(n)] = diagonal
    return y


for dtype in NUMBERS + ("bool",):
    for shape in ((4, 4), (2, 3, 5), (3, 2, 4, 2), (2, 0, 3)):
        x = draw.array(shape, dtype)
        n = min(shape[-2:])
        CASES.append(Case("MatrixDiagPart", [x], lambda x: np.diagonal(x, 0, -2, -1)))
        CASES.append(Case("MatrixSetDiag", [x, draw.array(shape[:-2] + (n,), dtype)], with_diagonal))
        CASES.append(Case("MatrixDiag", [x], lambda x: with_diagonal(np.zeros(x.shape + x.shape[-1:], x.dtype), x)))
    for low, high, index in ((1, 0, "int32"), (-1, 1, "int64"), (0, -1, "int32"), (-5, -5, "int64"), (0, 0, "int32")):
        x = draw.array((2, 4, 5), dtype)
        rows, columns = np.indices(x.shape[1:])
        kept = ((low < 0) | (rows - columns <= low)) & ((high < 0) | (columns - rows <= high))
        CASES.append(Case("MatrixBandPart", [x, np.array(low, index), np.array(high, index)],
                          lambda x, *_, k=kept: np.where(k, x, np.zeros((), x.dtype))))
    for shape in ((3, 3), (2, 5), (0, 4)):
        kind = np.dtype(dtype).kind
        CASES.append(Case("Trace", [draw.array(shape, dtype)],
                          lambda x: np.trace(x if x.dtype.kind == "f" else x.astype(np.int64)), {},
                          [dtype if kind == "f" else "uint64" if kind == "u" else "int64"],
                          tolerance=4e-3 if dtype == "float16" else None))
for dtype in ("float32", "float16", "float64", "int32", "int64"):
    for shape in ((4,), (2, 3), (2, 1, 2), (0,)):
        x = draw.array(shape, dtype)
        full = np.diag(x.ravel()).reshape(shape * 2)
        CASES.append(Case("Diag", [x], full))
        CASES.append(Case("DiagPart", [draw.array(shape * 2, dtype)],
                          lambda x, s=shape: np.diagonal(x.reshape([int(np.prod(s))] * 2)).reshape(s)))


# Quantisation.
ROUNDINGS = {"Round": np.rint, "Floor": np.floor, "Ceil": np.ceil, "Trunc": np.trunc}
for dtype in ("float32", "float16"):
    halves = np.array([0.125, -0.125, 0.375, np.inf, -np.inf], dtype)
    x = np.concatenate([draw.uniform((40,), -40.0, 40.0, dtype), halves])
    for mode, function in ROUNDINGS.items():
        for root in (False, True):
            CASES.append(Case("AscendQuant", [x], lambda x, f=function, r=root: np.clip(
                f(x * (16 if r else 4) + 1), -128, 127),
                {"scale": 4.0, "offset": 1.0, "round_mode": mode, "sqrt_mode": root}, ["int8"]))
x = draw.integers((3, 4), -128, 127, "int8")
wide = draw.integers((3, 4), -100000, 100000)
for result, number in (("float32", 0), ("float16", 1)):
    for root in (False, True):
        factor = 0.0625 if root else 0.25
        CASES.append(Case("AscendAntiQuant", [x], lambda x, f=factor: (x.astype(float) + 3) * f,
                          {"scale": 0.25, "offset": 3.0, "dtype": number, "sqrt_mode": root}, [result]))
        for relu in (False, True):
            for scale in (np.array([0.25], np.float16), np.array([0.25], np.float32).view(np.uint32).astype(np.uint64)):
                CASES.append(Case("AscendDequant", [wide, scale],
                                  lambda x, _, f=factor, r=relu: np.maximum(x * f, 0 if r else -np.inf),
                                  {"sqrt_mode": root, "relu_flag": relu, "dtype": number}, [result]))
for dtype, name in (("int8", "torch.qint8"), ("uint8", "torch.quint8"), ("int32", "torch.qint32")):
    limits = np.iinfo(dtype)
    for places, axis in ((1, 1), (4, 1), (2, 0), (3, -1)):
        for zero in (draw.integers((places,), 0, 20, dtype), None):
            def quantised(x, s, z, p=places, a=axis, least=limits.min, most=limits.max):
                shape = [1] * 3
                shape[a] = p
                z = 0 if z is None else z.reshape(shape).astype(float)
                return np.clip(np.rint(x / s.reshape(shape)) + z, least, most)
            scales = draw.uniform((places,), 0.01, 0.2)
            CASES.append(Case("Quantize", [draw.uniform((2, 4, 3), -9.0, 9.0), scales, zero], quantised,
                              {"dtype": name, "axis": axis}, [dtype]))


def fake(x, low, high, bits, narrow):
    """As TensorFlow describes it: the limits move so that 0 is exact."""
    least, most = int(narrow), 2 ** bits - 1
    low, high = np.broadcast_to(low, x.shape), np.broadcast_to(high, x.shape)
    scale = (high - low) / (most - least)
    zero = np.clip(np.floor(least - low / scale + 0.5), least, most)
    low, high = (least - zero) * scale, (most - zero) * scale
    return np.floor((np.clip(x, low, high) - low) / scale + 0.5) * scale + low


x = draw.uniform((5, 3, 4), -9.0, 9.0)
for bits, narrow in ((8, False), (8, True), (2, False), (16, True), (4, True)):
    attrs = {"num_bits": bits, "narrow_range": narrow}
    for low, high in ((-6.0, 6.0), (-1.0, 5.5), (1.0, 4.0), (-7.0, -2.0)):
        CASES.append(Case("FakeQuantWithMinMaxArgs", [x],
                          lambda x, l=low, h=high, b=bits, n=narrow: fake(x, l, h, b, n),
                          {"min": low, "max": high, **attrs}))
        CASES.append(Case("FakeQuantWithMinMaxVars", [x, np.array(low, np.float32), np.array(high, np.float32)],
                          lambda x, l, h, b=bits, n=narrow: fake(x, l, h, b, n), attrs))
    CASES.append(Case("FakeQuantWithMinMaxVarsPerChannel",
                      [x, np.array([-1, -2, 0.5, -8], np.float32), np.array([1, 6, 3, -1], np.float32)],
                      lambda x, l, h, b=bits, n=narrow: fake(x, l, h, b, n), attrs))
CASES.append(Case("FakeQuantWithMinMaxVars", [x] + [np.zeros((), np.float32)] * 2, np.zeros(x.shape)))
