# SPDX-License-Identifier: Apache-2.0
"""Elements and slices changed, combined or chosen by index or mask."""
import numpy as np

from draw import Draw
from single_op import Case, Tensor

DTYPES = ("float32", "float16", "int32", "int8", "uint8")


def host(values, dtype="int32"):
    """An input whose value decides the shape of the result."""
    return Tensor(np.array(values, dtype), on_host=True)


def divided(a, b):
    return np.trunc(a / b).astype(a.dtype) if a.dtype.kind in "iu" else a / b


WAYS = {"Update": lambda a, b: b, "Add": np.add, "Sub": np.subtract, "Mul": np.multiply, "Div": divided,
        "Max": np.maximum, "Min": np.minimum}


def scattered(a, places, updates, way):
    """`a` with the updates, one after the other."""
    result = a.copy()
    for place, update in zip(places, updates):
        place = tuple(int(n) for n in place)
        result[place] = way(result[place], update)
    return result


def slices_cases(draw):
    for way, function in WAYS.items():
        for dtype in DTYPES:
            shape = draw.shape(3, 5)
            indices = draw.integers((2, 3), 0, shape[0] - 1, "int64" if dtype == "int32" else "int32")
            updates = draw.array((2, 3, *shape[1:]), dtype, 0.1, 1.5)
            updates = np.where(updates == 0, 1, updates).astype(dtype)
            yield Case(f"Scatter{way}", [draw.array(shape, dtype), indices, updates],
                       lambda a, i, u, f=function: scattered(a, i.reshape(-1, 1), u.reshape(6, *a.shape[1:]), f),
                       tolerance=1e-2 if dtype == "float16" else None)
        one = np.array(2, "float32")
        yield Case(f"Scatter{way}", [draw.array((4, 2), "float32"), np.array([1, 3], "int32"), one],
                   lambda a, i, u, f=function: scattered(a, i.reshape(-1, 1), [u, u], f), note="one update")
        yield Case(f"Scatter{way}", [draw.array((4, 2), "float32"), np.empty(0, "int32"), np.empty((0, 2), "float32")],
                   lambda a, *_: a)
    low = np.array([-2**31, -2**31, 7], "int32")
    yield Case("ScatterDiv", [low, np.array([0, 2], "int32"), np.array([-1, -2], "int32")],
               np.array([-2**31, -2**31, -3], "int32"), note="wraps")
    yield Case("ScatterAdd", [np.array([127, -128], "int8"), np.array([0, 1], "int32"), np.array([1, -1], "int8")],
               np.array([-128, 127], "int8"), note="wraps")
    for way in ("Update", "Add", "Sub"):
        for dtype in ("float32", "float16", "int32"):
            x, v = draw.array((5, 3), dtype), draw.array((2, 3), dtype)
            expect = lambda a, v, f=WAYS[way]: scattered(a, [[3], [0]], v, f)
            yield Case(f"Inplace{way}", [x, np.array([3, 0], "int32"), v], lambda a, _, v, e=expect: e(a, v))
            yield Case(f"Inplace{way}D", [x, v], expect, {"indices": [3, 0]})


def nd_cases(draw):
    ways = {**{f"ScatterNd{way}": way for way in ("Update", "Add", "Sub", "Max", "Min")},
            "TensorScatterSub": "Sub", "ScatterNonAliasingAdd": "Add"}
    for op, way in ways.items():
        for dtype in DTYPES:
            shape = draw.shape(3, 4)
            depth = int(draw.integers((), 1, 3))
            indices = np.stack([draw.integers((4,), 0, n - 1) for n in shape[:depth]], -1)
            updates = draw.array((4, *shape[depth:]), dtype)
            yield Case(op, [draw.array(shape, dtype), indices, updates],
                       lambda a, i, u, f=WAYS[way]: scattered(a, i, u, f),
                       tolerance=1e-2 if dtype == "float16" else None)
    for dtype in DTYPES:
        indices = draw.integers((5, 1), 0, 3)
        x = draw.array((5, 2), dtype)
        expect = lambda i, u: scattered(np.zeros((4, 2), u.dtype), i, u, np.add)
        tolerance = 1e-2 if dtype == "float16" else None
        yield Case("ScatterNd", [indices, x, host([4, 2])], lambda i, u, _, e=expect: e(i, u), types=[dtype],
                   tolerance=tolerance)
        yield Case("ScatterNdD", [indices, x], expect, {"shape": [4, 2]}, types=[dtype], tolerance=tolerance)
    for reduction, way in (("none", "Update"), ("add", "Add"), ("mul", "Mul")):
        for axis in (0, -1):
            x, index = draw.array((4, 3), "float32"), np.stack([draw.random.permutation(3)[:2] for _ in range(2)])
            def expect(a, i, u, f=WAYS[way], axis=axis):
                result = a.copy()
                for (row, column), update in np.ndenumerate(u):
                    place = (i[row, column], column) if axis == 0 else (row, i[row, column])
                    result[place] = f(result[place], update)
                return result
            yield Case("ScatterElementsV2", [x, index.astype("int32"), draw.array((2, 2), "float32")], expect,
                       {"axis": axis, "reduction": reduction})


def axis_cases(draw):
    for dtype in ("float32", "float16", "int32", "int8", "uint8"):
        var = draw.array((3, 4, 2), dtype)
        indices = draw.integers((3,), 0, 3)
        updates = draw.array((3, 3, 2), dtype)
        def expect(a, i, u, factor=1):
            result = a.copy()
            for place, update in zip(i, np.moveaxis(u, 1, 0)):
                result[:, place] += update * np.asarray(factor).astype(u.dtype)
            return result
        yield Case("IndexAdd", [var, indices, updates], expect, {"axis": 1},
                   tolerance=1e-2 if dtype == "float16" else None)
        if dtype != "float16":
            yield Case("InplaceIndexAdd", [var, indices, updates, np.array([2], dtype)],
                       lambda a, i, u, _, e=expect: e(a, i, u, 2), {"axis": -2})
        yield Case("InplaceIndexAdd", [var, indices, updates, None], lambda a, i, u, _, e=expect: e(a, i, u),
                   {"axis": 1}, tolerance=1e-2 if dtype == "float16" else None)
    for dtype in DTYPES + ("bool", "int64"):
        x = draw.array((2, 3), dtype)
        yield Case("RepeatInterleave", [x, host([2])], lambda a, _: np.repeat(a, 2))
        yield Case("RepeatInterleave", [x, host([0, 2, 1], "int64")], lambda a, _: np.repeat(a, [0, 2, 1], 1),
                   {"axis": -1})
    for dtype in ("float32", "float16", "int32", "bool"):
        for shape in ((4, 4), (7, 3), (3, 7), (3, 3, 3), (0, 3)):
            for wrap in (False, True):
                def expect(a, wrap=wrap):
                    if a.size:
                        np.fill_diagonal(a, 3, wrap)
                    return a
                yield Case("FillDiagonal", [draw.array(shape, dtype)], lambda a, e=expect: e(a.copy()),
                           {"fill_value": 3.0, "wrap": wrap})


def segment_cases(draw):
    functions = {"Sum": (np.sum, lambda d: 0), "Prod": (np.prod, lambda d: 1),
                 "Max": (np.max, lambda d: np.finfo(d).min if np.dtype(d).kind == "f" else np.iinfo(d).min),
                 "Min": (np.min, lambda d: np.finfo(d).max if np.dtype(d).kind == "f" else np.iinfo(d).max)}

    def combined(a, ids, count, function, empty):
        a = a.reshape(ids.size, *a.shape[ids.ndim:])
        rows = [a[ids.reshape(-1) == i] for i in range(count)]
        return np.stack([function(r, 0).astype(a.dtype) if len(r) else np.full(a.shape[1:], empty, a.dtype)
                         for r in rows])

    for name, (function, empty) in functions.items():
        for dtype in ("float32", "float16", "int32"):
            x = draw.array((6, 2), dtype)
            ids = draw.integers((6,), -1, 4)
            expect = lambda a, i, f=function, e=empty(dtype): combined(a, i, 5, f, e)
            tolerance = 1e-2 if dtype == "float16" else None
            yield Case(f"UnsortedSegment{name}", [x, ids, host(5)], lambda a, i, _, e=expect: e(a, i),
                       tolerance=tolerance)
            yield Case(f"UnsortedSegment{name}D", [x, ids], expect, {"num_segments": 5}, tolerance=tolerance)
        wide = draw.integers((2, 3), 0, 2)
        yield Case(f"UnsortedSegment{name}", [draw.array((2, 3, 4), "float32"), wide, host([3], "int64")],
                   lambda a, i, _, f=function, e=empty("float32"): combined(a, i, 3, f, e))
    ids = [0, 0, 2, 2, 2, 5]
    for name, function in (("Sum", np.sum), ("Max", np.max)):
        for dtype in ("float32", "float16", "int32", "int64"):
            yield Case(f"Segment{name}", [draw.array((6, 3), dtype), host(ids)],
                       lambda a, i, f=function: combined(a, i, 6, f, 0),
                       tolerance=1e-2 if dtype == "float16" else None)
    yield Case("SegmentMaxD", [draw.array((6, 3), "float32")], lambda a: combined(a, np.array(ids), 6, np.max, 0),
               {"segment_ids": ids})


def mask_cases(draw):
    for dtype in ("float32", "float16", "int32", "int8", "bool", "int64"):
        shape = draw.shape(3)
        x, mask = draw.array(shape, dtype), draw.bools(draw.spread(shape))
        yield Case("MaskedFill", [x, mask, draw.array((1,), dtype)], lambda a, m, v: np.where(m, v, a))
        yield Case("MaskedFill", [x, mask, draw.array((), dtype)], lambda a, m, v: np.where(m, v, a))
        given = Tensor(mask, on_host=True)
        for op in ("MaskedSelect", "MaskedSelectV2"):
            yield Case(op, [x, given], lambda a, m: a[np.broadcast_to(m, a.shape)])
        def expect(a, m, u):
            result = a.copy()
            m = np.broadcast_to(m, a.shape)
            result[m] = u.reshape(-1)[:m.sum()]
            return result
        yield Case("MaskedScatter", [x, mask, draw.array(shape, dtype)], expect)
    wide = Tensor(draw.bools((3, 1)), on_host=True)
    yield Case("MaskedSelect", [draw.array((1, 4), "float32"), wide],
               lambda a, m: np.broadcast_to(a, (3, 4))[np.broadcast_to(m, (3, 4))], note="both broadcast")
    none = Tensor(np.zeros((2, 2), bool), on_host=True)
    yield Case("MaskedSelect", [np.ones((2, 2), "float32"), none], np.empty(0, "float32"))
    for dtype in DTYPES + ("bool", "float64"):
        x = draw.array((3, 4), dtype)
        x = np.where(draw.bools((3, 4)), x, 0).astype(dtype)
        yield Case("Where", [Tensor(x, on_host=True)], lambda a: np.argwhere(a), types=["int64"])


def cases():
    draw = Draw("shape scatter")
    for make in (slices_cases, nd_cases, axis_cases, segment_cases, mask_cases):
        yield from make(draw)


CASES = list(cases())
