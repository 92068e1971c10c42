# SPDX-License-Identifier: Apache-2.0
"""Selecting and moving elements where an attribute says what an input says elsewhere; and operators beside them."""
import numpy as np

from draw import Draw
from single_op import Case, Tensor

DTYPES = ("float32", "float16", "int32", "int8", "uint8")


def host(values, dtype="int32"):
    """An input whose value decides the shape of the result."""
    return Tensor(np.array(values, dtype), on_host=True)


def tile_cases(draw):
    for dtype in DTYPES:
        x = draw.array(draw.shape(), dtype)
        times = [int(n) for n in draw.integers(x.ndim, 0, 3)]
        yield Case("TileD", [x], lambda a, times=times: np.tile(a, times), {"multiples": times})
    x = draw.array((0, 2), "float32")
    yield Case("TileD", [x], lambda a: np.tile(a, (2, 3)), {"multiples": [2, 3]})


def slice_cases(draw):
    for dtype in DTYPES:
        x = draw.array(draw.shape(), dtype)
        begin = [int(draw.integers((), 0, n - 1)) for n in x.shape]
        size = [int(draw.integers((), -1, n - b)) for n, b in zip(x.shape, begin)]
        place = tuple(slice(b, None if s < 0 else b + s) for b, s in zip(begin, size))
        yield Case("SliceD", [x], lambda a, place=place: a[place], {"offsets": begin, "size": size})
        yield Case("SliceDV2", [x, host(begin)], lambda a, _, place=place: a[place], {"size": size})
        end = [int(n) for n in draw.integers(x.ndim, -7, 7)]
        steps = [int(draw.random.choice([-2, -1, 1, 2])) for _ in x.shape]
        place = tuple(slice(b, e, s) for b, e, s in zip(begin, end, steps))
        yield Case("StridedSliceD", [x], lambda a, place=place: a[place],
                   {"begin": begin, "end": end, "strides": steps})
        yield Case("StridedSliceV3", [x, host(begin), host(end), host(range(x.ndim)), host(steps)],
                   lambda a, *_, place=place: a[place])
        yield Case("SliceLastDim", [x], lambda a, b=begin[-1], e=end[-1], s=steps[-1]: a[..., b:e:s],
                   {"start": begin[-1], "end": end[-1], "stride": steps[-1]})
    x = draw.array((3, 4), "float32")
    yield Case("StridedSliceD", [x], lambda a: a[1, :], {"begin": [1, 2], "end": [2, 3], "strides": [1, 1],
                                                         "begin_mask": 2, "end_mask": 2, "shrink_axis_mask": 1})


def gather_cases(draw):
    for dtype in DTYPES:
        x = draw.array(draw.shape(3), dtype)
        axis = int(draw.integers((), 0, 2))
        indices = draw.integers((2, 3), 0, x.shape[axis] - 1)
        yield Case("GatherV2D", [x, indices], lambda a, i, axis=axis: np.take(a, i, axis), {"axis": axis})
        yield Case("Gather", [x, draw.integers((4,), 0, x.shape[0] - 1, "int64")], lambda a, i: a[i])
        rows = draw.integers((x.shape[0], 2), 0, x.shape[1] - 1)
        yield Case("Gather", [x, rows], lambda a, i: np.stack([r[j] for r, j in zip(a, i)]), {"batch_dims": 1})
        shape = tuple(4 if i == axis else n for i, n in enumerate(x.shape))
        index = draw.integers(shape, -x.shape[axis], x.shape[axis] - 1)
        yield Case("GatherD", [x, host(axis), index],
                   lambda a, _, i, axis=axis: np.take_along_axis(a, i.astype(np.int64), axis))
    empty = np.empty((3, 0), "int32")
    yield Case("Gather", [np.ones((2, 2), "float32"), empty], lambda a, i: a[i])


def pad_cases(draw):
    for dtype in ("float32", "float16", "int32"):
        x = draw.array(draw.shape(), dtype)
        pads = [[int(n) for n in pair] for pair in draw.integers((x.ndim, 2), 0, 2)]
        yield Case("PadD", [x], lambda a, pads=pads: np.pad(a, pads), {"paddings": pads})
        value = draw.array((1,), dtype)
        yield Case("PadV2D", [x, value], lambda a, v, pads=pads: np.pad(a, pads, constant_values=v[0]),
                   {"paddings": pads})
        yield Case("PadV3D", [x], lambda a, pads=pads: np.pad(a, pads, constant_values=3),
                   {"paddings": pads, "constant_values": 3})
        yield Case("PadV3D", [x], lambda a, pads=pads: np.pad(a, pads, mode="edge"),
                   {"paddings": pads, "mode": "edge"})


def fill_cases(draw):
    for dtype in DTYPES + ("bool", "float64", "int64"):
        value = draw.array((1,), dtype)
        yield Case("FillD", [value], lambda v: np.full((2, 0, 3), v[0]), {"dims": [2, 0, 3]})
        yield Case("FillD", [value], lambda v: np.full((2, 3), v[0]), {"dims": [2, 3]})
    yield Case("FillV2", [host([2, 3])], lambda d: np.full((2, 3), 1.5), {"value": 1.5}, types=["float32"])
    yield Case("FillV2", [host([3], "int64")], lambda d: np.zeros(3), types=["float32"])
    yield Case("FillV2", [host([], "int64")], lambda d: np.array(np.inf), {"value": float("inf")}, types=["float32"])


def expand_cases(draw):
    for dtype in DTYPES + ("bool",):
        shape = draw.shape()
        x = draw.array(draw.spread(shape), dtype)
        yield Case("BroadcastToD", [x], lambda a, shape=shape: np.broadcast_to(a, shape), {"shape": list(shape)})
        both = np.broadcast_shapes((3, 1), x.shape[-1:] if x.ndim else ())
        narrow = x.reshape(-1)[:x.shape[-1] if x.ndim else 1].reshape(x.shape[-1:] if x.ndim else ())
        yield Case("ExpandD", [narrow], lambda a, both=both: np.broadcast_to(a, both), {"shape": [3, 1]})


def range_cases():
    for start, limit, delta in ((0.0, 5.0, 1.0), (3.0, -3.0, -2.0), (1.0, 1.0, 1.0)):
        for dtype in ("float32", "int32"):
            yield Case("RangeD", [np.zeros(1, dtype)], lambda _, a=(start, limit, delta): np.arange(*a),
                       {"start": start, "limit": limit, "delta": delta})


def reverse_cases(draw):
    for dtype in DTYPES:
        x = draw.array(draw.shape(3), dtype)
        yield Case("ReverseV2D", [x], lambda a: np.flip(a, (0, 2)), {"axis": [0, -1]})
    yield Case("ReverseV2D", [x], lambda a: a, {"axis": []}, note="no axis")


def one_hot_cases(draw):
    for dtype in ("float32", "float16", "int32"):
        x = draw.integers((2, 3), -1, 4)
        on, off = draw.array((1,), dtype), draw.array((1,), dtype)
        for axis in (-1, 0):
            yield Case("OneHotD", [x, on, off],
                       lambda i, a, b, axis=axis: np.where(
                           np.expand_dims(i, axis) == np.arange(4).reshape((4, 1, 1) if axis == 0 else (1, 1, 4)),
                           a, b), {"depth": 4, "axis": axis}, types=[dtype])


def split_cases(draw):
    for dtype in DTYPES:
        x = draw.array((4, 6), dtype)
        yield Case("SplitD", [x], lambda a: tuple(np.split(a, 3, 1)), {"split_dim": 1, "num_split": 3})
        yield Case("SplitVD", [x], lambda a: (a[:1], a[1:1], a[1:]),
                   {"size_splits": [1, 0, -1], "split_dim": -2, "num_split": 3})


def concat_cases(draw):
    for dtype in DTYPES + ("int64",):
        parts = [draw.array((2, n, 3), dtype) for n in (1, 0, 4)]
        attrs = {"N": 3}
        yield Case("ConcatV2", [*parts, host(1)], lambda *p: np.concatenate(p[:3], 1), attrs)
        yield Case("Concat", [host(-2), *parts], lambda *p: np.concatenate(p[1:], 1), attrs, types=[dtype])
        yield Case("ConcatV2D", parts, lambda *p: np.concatenate(p, 1), {**attrs, "concat_dim": 1})
        rows = [draw.array((1, 4), dtype) for _ in range(3)]
        yield Case("ParallelConcat", rows, lambda *p: np.concatenate(p), {**attrs, "shape": [3, 4]})
    shapes = [np.array(s, "int32") for s in ((2, 3, 5), (2, 7, 5), (2, 1, 5))]
    starts = ([0, 0, 0], [0, 3, 0], [0, 10, 0])
    starts = tuple(np.array(s) for s in starts)
    yield Case("ConcatOffset", [np.array(1, "int32"), *shapes], lambda *_: starts, {"N": 3})
    yield Case("ConcatOffset", [np.array(-2, "int32"), *shapes], lambda *_: starts, {"N": 3}, note="from the end")
    yield Case("ConcatOffsetD", shapes, lambda *_: starts, {"N": 3, "concat_dim": 1})


def squeeze_cases(draw):
    for dtype in ("float32", "bool", "int64"):
        x = draw.array((1, 3, 1, 2), dtype)
        yield Case("SqueezeV2", [x], lambda a: a.reshape(3, 2))
        yield Case("SqueezeV2", [x], lambda a: a.reshape(1, 3, 2), {"axis": [-2]})
        yield Case("SqueezeV3", [x, host([0, 2], "int64")], lambda a, _: a.reshape(3, 2))
        yield Case("SqueezeV3", [x, None], lambda a, _: a.reshape(3, 2))
        yield Case("UnsqueezeV2", [x], lambda a: a[..., None], {"axis": [-1]})
        yield Case("UnsqueezeV3", [x, host([0, 3], "int64")], lambda a, _: np.expand_dims(a, (0, 3)))


def identity_cases(draw):
    for op in ("Snapshot", "StopGradient", "PreventGradient", "GuaranteeConst", "TensorMove"):
        for dtype in ("float32", "float16", "int64", "bool"):
            yield Case(op, [draw.array(draw.shape(), dtype)], lambda a: a)
        yield Case(op, [np.array([np.nan, np.inf, -0.0], "float32")], lambda a: a)
        yield Case(op, [np.empty((0, 3), "int32")], lambda a: a)
    xs = [draw.array((2, 3), "float32"), draw.array((), "int64"), draw.array((0,), "bool")]
    yield Case("IdentityN", xs, lambda *x: x, types=["float32", "int64", "bool"])
    yield Case("ShapeN", xs, lambda *x: tuple(np.array(a.shape) for a in x), types=["int32"])
    yield Case("ShapeN", xs, lambda *x: tuple(np.array(a.shape) for a in x), {"dtype": 9}, types=["int64"])
    yield Case("Copy", xs[:1], lambda a: (a, a, a), {"N": 3})
    yield Case("EnsureShape", [xs[0]], lambda a: a, {"shape": [-1, 3]})
    for dtype in ("float32", "float16", "float64"):
        yield Case("CheckNumerics", [draw.array((3, 4), dtype)], lambda a: a, {"message": "unexpected"})


def cases():
    draw = Draw("shape forms")
    for make in (tile_cases, slice_cases, gather_cases, pad_cases, fill_cases, expand_cases, reverse_cases,
                 one_hot_cases, split_cases, concat_cases, squeeze_cases, identity_cases):
        yield from make(draw)
    yield from range_cases()


CASES = list(cases())
