# SPDX-License-Identifier: Apache-2.0
"""Operators that move elements about: shapes, joints, slices, gathering, scattering, borders, fills, choices."""
import itertools

import numpy as np

from base_values import ANY, NUMBERS, extremes
from draw import Draw
from single_op import ACL_TYPES, Case, Tensor, Type

INDEXES = ("int32", "int64")


def turns(*lists):
    """Pairs of an entry of each list, as many as the longest has; short lists begin again."""
    most = max(map(len, lists))
    return itertools.islice(zip(*map(itertools.cycle, lists)), most)


def host(values, dtype="int64"):
    """Values that the result's shape depends on, in host memory."""
    return Tensor(np.array(values, dtype), on_host=True)


def ints(values, dtype="int64"):
    return np.array(values, dtype)


def forms():
    draw = Draw("forms")
    for dtype in ANY:
        x = draw.array((2, 3, 4), dtype)
        yield Case("Reshape", [x, ints([4, -1])], x.reshape(4, -1))
        yield Case("Flatten", [x], x.reshape(2, 12))
        yield Case("Squeeze", [x[:, :1]], x[:, 0], {"axis": [1]})
        yield Case("Unsqueeze", [x], x[:, None, :, :, None], {"axes": [1, -1]})
        yield Case("Shape", [x], np.array([2, 3, 4]), types=["int32"])
    x = draw.array((2, 3, 4), "float32")
    empty = draw.array((0, 3), "float32")
    one = draw.array((), "float32")
    for given, wanted in (([0, -1], (2, 12)), ([24], (24,)), ([0, 0, 2, 2], (2, 3, 2, 2)),
                          ([1, 2, 3, 4], (1, 2, 3, 4))):
        yield Case("Reshape", [x, host(given, "int32")], x.reshape(wanted))
    yield Case("Reshape", [x, ints([-1])], x.reshape(2, 12), {"axis": 1})
    yield Case("Reshape", [x, ints([6])], x.reshape(6, 4), {"axis": 0, "num_axes": 2})
    yield Case("Reshape", [one, ints([1, 1])], one.reshape(1, 1))
    yield Case("Reshape", [one.reshape(1), ints([])], one)
    yield Case("Reshape", [empty, ints([0, 2, 5])], np.zeros((0, 2, 5)), note="empty")
    for axis, wanted in ((0, (1, 24)), (2, (6, 4)), (3, (24, 1)), (-1, (6, 4))):
        yield Case("Flatten", [x], x.reshape(wanted), {"axis": axis})
    yield Case("Flatten", [empty], empty)
    for axis, end, wanted in ((0, 1, (6, 4)), (1, -1, (2, 12)), (0, -1, (24,)), (1, 1, (2, 3, 4))):
        yield Case("FlattenV2", [x], x.reshape(wanted), {"axis": axis, "end_axis": end})
    yield Case("FlattenV2", [x], x.reshape(2, 12))
    many = draw.array((1, 3, 1, 2, 1), "int32")
    yield Case("Squeeze", [many], many.reshape(3, 2))
    yield Case("Squeeze", [many], many.reshape(1, 3, 2), {"axis": [2, -1]})
    yield Case("Squeeze", [one.reshape(1, 1)], one)
    yield Case("Unsqueeze", [one], one.reshape(1), {"axes": [0]})
    yield Case("Unsqueeze", [empty], empty[None], {"axes": [0]})
    for axis in (0, 1, 3, -1, -4):
        yield Case("ExpandDims", [x, ints(axis)], np.expand_dims(x, axis))
    for given, dtype in itertools.product((x, empty, one), INDEXES):
        yield Case("Shape", [given], np.array(given.shape, dtype), {"dtype": ACL_TYPES[dtype]}, types=[dtype])
        yield Case("Size", [given], np.array(given.size), {"dtype": ACL_TYPES[dtype]}, types=[dtype])
        yield Case("Rank", [given], np.array(given.ndim), types=["int32"])


def orders():
    draw = Draw("orders")
    for dtype in ANY:
        for shape in ((3, 4), (2, 3, 4), (2, 1, 3, 2), (2, 3, 2, 1, 2), (0, 3)):
            perm = [int(axis) for axis in draw.random.permutation(len(shape))]
            x = draw.array(shape, dtype)
            yield Case("TransposeD", [x], x.transpose(perm), {"perm": perm})
            if dtype in ("float32", "int8"):
                yield Case("Transpose", [x, ints(perm, "int32")], x.transpose(perm))
                yield Case("Permute", [x], x.transpose(perm), {"order": perm})
        for shape, perm in (((3, 37, 50), [0, 2, 1]), ((2, 20, 5, 9), [0, 2, 3, 1]), ((2, 5, 9, 20), [0, 3, 1, 2]),
                            ((150, 209), [1, 0]), ((17, 3, 32, 19), [3, 1, 2, 0]), ((3, 3, 40, 21), [2, 0, 3, 1]),
                            ((2, 3, 40, 17), [0, 2, 3, 1]), ((1, 3, 99, 120), [0, 2, 3, 1]),
                            ((2, 41, 17, 3), [0, 3, 1, 2]), ((1, 99, 120, 3), [0, 3, 1, 2])):
            x = draw.array(shape, dtype)
            yield Case("TransposeD", [x], x.transpose(perm), {"perm": perm}, note="blocks")
        x = draw.array((4, 5), dtype)
        yield Case("ReverseV2", [x, ints([0])], x[::-1])
        yield Case("ReverseV2", [x, ints([-1, 0], "int32")], x[::-1, ::-1])
        lengths = draw.integers((4,), 0, 5)
        wanted = x.copy()
        for row, length in zip(wanted, lengths):
            row[:length] = row[:length][::-1]
        yield Case("ReverseSequence", [x, lengths], wanted, {"seq_dim": 1})
        yield Case("ReverseSequence", [x.T, lengths.astype("int64")], wanted.T, {"seq_dim": 0, "batch_dim": 1})
        blocks = draw.array((2, 4, 6, 3), dtype)
        wanted = blocks.reshape(2, 2, 2, 3, 2, 3).transpose(0, 1, 3, 2, 4, 5).reshape(2, 2, 3, 12)
        yield Case("SpaceToDepth", [blocks], wanted, {"block_size": 2})
        yield Case("DepthToSpace", [wanted], blocks, {"block_size": 2})
    nchw = draw.array((2, 12, 2, 3), "float32")
    yield Case("DepthToSpace", [Tensor(nchw, format="NCHW")],
               nchw.reshape(2, 2, 2, 3, 2, 3).transpose(0, 3, 4, 1, 5, 2).reshape(2, 3, 4, 6),
               {"block_size": 2, "mode": "DCR", "data_format": "NCHW"}, formats=["NCHW"])
    yield Case("DepthToSpace", [Tensor(nchw, format="NCHW")],
               nchw.reshape(2, 3, 2, 2, 2, 3).transpose(0, 1, 4, 2, 5, 3).reshape(2, 3, 4, 6),
               {"block_size": 2, "mode": "CRD", "data_format": "NCHW"}, formats=["NCHW"])
    yield Case("SpaceToDepth", [Tensor(nchw[..., :2], format="NCHW")],
               nchw[..., :2].reshape(2, 12, 1, 2, 1, 2).transpose(0, 3, 5, 1, 2, 4).reshape(2, 48, 1, 1),
               {"block_size": 2, "data_format": "NCHW"}, formats=["NCHW"])
    yield Case("ReverseV2", [np.zeros((0, 3), "float32"), ints([0, 1])], np.zeros((0, 3)))


def joints():
    draw = Draw("joints")
    for dtype in ANY:
        parts = [draw.array((2, size, 3), dtype) for size in (1, 4, 0, 2)]
        yield Case("ConcatD", parts, np.concatenate(parts, 1), {"concat_dim": 1, "N": 4})
        same = [draw.array((2, 3), dtype) for _ in range(3)]
        yield Case("ConcatD", same, np.concatenate(same, -1), {"concat_dim": -1})
        for axis in (0, 1, 2, -1):
            yield Case("Pack", same, np.stack(same, axis), {"axis": axis, "N": 3})
        x = draw.array((4, 6, 2), dtype)
        yield Case("Split", [ints(1), x], tuple(np.split(x, 3, 1)), {"num_split": 3}, types=[dtype])
        yield Case("SplitV", [x, ints([1, 3, 2]), ints(-2)], tuple(np.split(x, [1, 4], 1)), {"num_split": 3})
        yield Case("SplitV", [x, host([0, -1], "int32"), host(0, "int32")], (x[:0], x), {"num_split": 2})
        yield Case("Unpack", [x], tuple(x), {"num": 4})
        yield Case("Unpack", [x], (x[..., 0], x[..., 1]), {"num": 2, "axis": -1})
    one = draw.array((), "float32")
    yield Case("Pack", [one, one], np.stack([one, one]), {"axis": 0, "N": 2})
    yield Case("ConcatD", [np.zeros((0, 2), "int8")] * 2, np.zeros((0, 2)), {"concat_dim": 0, "N": 2})


def slices():
    draw = Draw("slices")
    places = [([1, 0, -2], [3, 5, 9], [1, 2, 1]), ([-1, 4, 5], [-9, 0, -9], [-1, -2, -1]),
              ([0, 0, 0], [2**31 - 1, -1, 1], [3, 1, 1]), ([3, 0, 0], [1, 1, 1], [1, 1, 1])]
    for dtype, (begin, end, step) in turns(ANY, places):
        x = draw.array((4, 5, 6), dtype)
        wanted = x[tuple(map(slice, begin, end, step))]
        yield Case("StridedSlice", [x, ints(begin), ints(end), ints(step)], wanted)
        yield Case("StridedSliceV2", [x, ints(begin, "int32"), ints(end, "int32"), ints([0, 1, 2], "int32"),
                                      ints(step, "int32")], wanted)
        yield Case("StridedSliceV2", [x, host(begin[1:]), host(end[1:]), host([1, -1]), host(step[1:])],
                   x[(slice(None), *map(slice, begin[1:], end[1:], step[1:]))])
        offsets, sizes = [1, 0, 2], [2, -1, 3]
        yield Case("Slice", [x, ints(offsets), ints(sizes)], x[1:3, :, 2:5])
    x = draw.array((4, 5, 6), "float32")
    yield Case("StridedSliceV2", [x, ints([1]), ints([3]), None, None], x[1:3])
    masks = [({"begin_mask": 1, "end_mask": 2}, x[:3, 1:]), ({"shrink_axis_mask": 1}, x[1, 1:3]),
             ({"new_axis_mask": 1}, x[None, 1:3]), ({"ellipsis_mask": 1}, x[..., 1:3])]
    for attrs, wanted in masks:
        yield Case("StridedSlice", [x, ints([1, 1]), ints([3, 3]), ints([1, 1])], wanted, attrs)
    yield Case("Slice", [x, ints([4, 0, 0], "int32"), ints([0, 5, 6], "int32")], x[4:])
    yield Case("Slice", [np.array(3, "int8"), ints([]), ints([])], np.array(3))


def gathers():
    draw = Draw("gathers")
    for dtype, index in turns(ANY, INDEXES):
        x = draw.array((4, 5, 3), dtype)
        for axis, shape in ((0, (2, 3)), (1, ()), (-1, (4,)), (2, (0,))):
            at = draw.integers(shape, 0, x.shape[axis] - 1, index)
            yield Case("GatherV2", [x, at, ints(axis, index)], np.take(x, at.astype(int), axis))
        at = draw.integers((4, 2), 0, 4, index)
        yield Case("GatherV2", [x, at, ints(1)], np.stack([x[i, at[i]] for i in range(4)]), {"batch_dims": 1})
        at = draw.integers((4, 2, 3), 0, 4, index)
        yield Case("GatherElements", [x, at], np.take_along_axis(x, at.astype(int), 1), {"dim": 1})
        at = draw.integers((2, 3, 2), 0, 3, index)
        yield Case("GatherNd", [x, at], x[at[..., 0], at[..., 1]])
        at = draw.integers((2, 3), 0, 2, index)
        yield Case("GatherNd", [x, at], x[at[:, 0], at[:, 1], at[:, 2]])
        at = draw.integers((4, 2, 1), 0, 4, index)
        yield Case("CpuGatherND", [x, at], np.stack([x[i, at[i, :, 0]] for i in range(4)]), {"batch_dims": 1})
    x = draw.array((4, 5), "float32")
    yield Case("GatherV2", [x, ints([-1, -4, 3]), ints(0)], x[[-1, -4, 3]], {"negative_index_support": True})
    yield Case("GatherNd", [x, ints([[-1], [2]])], x[[-1, 2]], {"negative_index_support": True})
    yield Case("GatherElements", [x, ints([[-1, 0]])], x[[[3, 0]], [[0, 1]]], {"dim": 0})
    x = draw.array((40, 50, 31), "float32")
    for dim, index in turns((0, 1, 2), INDEXES):
        at = draw.integers(x.shape, -x.shape[dim], x.shape[dim] - 1, index)
        yield Case("GatherElements", [x, at], np.take_along_axis(x, at.astype(int), dim), {"dim": dim}, note="many")


def spread():
    draw = Draw("spread")
    for dtype, index in turns(ANY, INDEXES):
        x = draw.array((3, 1), dtype)
        yield Case("BroadcastTo", [x, ints([2, 3, 4], index)], np.broadcast_to(x, (2, 3, 4)))
        yield Case("Expand", [x, ints([2, 1, 4], index)], np.broadcast_to(x, (2, 3, 4)))
        yield Case("Tile", [x, host([2, 3], index)], np.tile(x, (2, 3)))
        yield Case("Tile", [x, ints([0, 3], index)], np.zeros((0, 3), dtype))
        z = draw.array((2, 3, 1, 4), dtype)
        for multiples in ((1, 1, 1, 1), (3, 1, 5, 1), (1, 2, 1, 7), (2, 3, 4, 5), (1, 0, 2, 1)):
            yield Case("Tile", [z, host(multiples, index)], np.tile(z, multiples))
        yield Case("Fill", [ints([2, 3], index), np.array(1, dtype)], np.full((2, 3), 1), types=[dtype])
        yield Case("Fill", [ints([], index), extremes(dtype)[-2]], extremes(dtype)[-2], types=[dtype])
        y = draw.array((2, 3), dtype)
        yield Case("ZerosLike", [y], np.zeros_like(y))
        yield Case("OnesLike", [y], np.ones_like(y))
        for diagonal, shape in ((0, (4, 4)), (1, (2, 3, 5)), (-2, (5, 3)), (9, (3, 3)), (-9, (3, 3)), (0, (0, 3)),
                                (0, (3, 0)), (-3, (30, 41, 43))):
            z = draw.array(shape, dtype)
            yield Case("Triu", [z], np.triu(z, diagonal), {"diagonal": diagonal})
            yield Case("Tril", [z], np.tril(z, diagonal), {"diagonal": diagonal})
    many = draw.array((60, 20, 7), "float32")
    yield Case("Tile", [many, host([1, 3, 4])], np.tile(many, (1, 3, 4)))
    yield Case("Tile", [np.array(3, "int8"), ints([])], np.array(3))
    yield Case("BroadcastTo", [np.array(2.5, "float32"), ints([2, 0])], np.zeros((2, 0)))
    yield Case("BroadcastTo", [np.array(2.5, "float32"), ints([3])], np.full(3, 2.5))
    yield Case("Fill", [ints([0, 4], "int16"), np.array(1, "float32")], np.zeros((0, 4)), types=["float32"])
    yield Case("ZerosLike", [np.array(3, "int8")], np.array(0))


def borders():
    draw = Draw("borders")
    around = [[1, 2], [0, 3]]
    for dtype, index in turns(ANY, INDEXES):
        x, value = draw.array((4, 5), dtype), draw.array((), dtype)
        yield Case("Pad", [x, ints(around, index)], np.pad(x, around))
        yield Case("PadV2", [x, ints(around, index), value], np.pad(x, around, constant_values=value))
        yield Case("PadV3", [x, ints(around, index), value], np.pad(x, around, constant_values=value))
        for mode in ("reflect", "edge"):
            yield Case("PadV3", [x, ints(around, index), None], np.pad(x, around, mode=mode), {"mode": mode})
        for mode in ("reflect", "symmetric"):
            yield Case("MirrorPad", [x, host(around, index)], np.pad(x, around, mode=mode), {"mode": mode.upper()})
    x = draw.array((4, 5), "float32")
    yield Case("PadV3", [x, ints([1, 0, 2, 3]), None], np.pad(x, around), {"paddings_contiguous": False})
    yield Case("PadV3", [x, ints([[-1, 0], [1, -2]]), None], np.pad(x[1:, :-2], [[0, 0], [1, 0]]), note="cut")
    wide, around = draw.array((3, 2, 70, 101), "float32"), [[0, 0], [1, 1], [3, 0], [2, 100]]
    for mode in ("reflect", "symmetric"):
        yield Case("MirrorPad", [wide, host(around)], np.pad(wide, around, mode=mode), {"mode": mode.upper()})
    for mode in ("reflect", "edge"):  # the last dimension cut, on one side or both
        for cut in ([-1, 2], [2, -1], [-1, -1], [2, -4]):
            inside = np.pad(x, [[1, 0], [max(n, 0) for n in cut]], mode=mode)
            end = inside.shape[1] + min(cut[1], 0)
            yield Case("PadV3", [x, ints([[1, 0], cut]), None], inside[:, max(-cut[0], 0):end], {"mode": mode},
                       note="cut")
    yield Case("Pad", [np.zeros((0, 2), "float32"), ints([[1, 1], [0, 0]])], np.zeros((2, 2)))
    yield Case("Pad", [np.array(3, "float32"), np.zeros((0, 2), "int32")], np.array(3))


def choices():
    draw = Draw("choices")
    for dtype in ANY:
        a, b = draw.array((3, 4), dtype), draw.array((3, 4), dtype)
        for shape in ((3, 4), (4,), (3, 1), (), (2, 1, 1)):
            yield Case("SelectV2", [draw.bools(shape), a, b], np.where, types=[dtype])
        yield Case("SelectV2", [draw.bools((3, 4)), a, b[0]], np.where, types=[dtype])
        yield Case("Select", [draw.bools((3, 4)), a, b], np.where, types=[dtype])
        yield Case("Select", [draw.bools((3,)), a, b], lambda c, a, b: np.where(c[:, None], a, b), types=[dtype])
        x = np.where(draw.random.random((3, 4)) < 0.5, a, 0).astype(dtype)
        for result in INDEXES:
            yield Case("NonZero", [x], np.argwhere(x), {"dtype": Type(result)}, types=[result])
        yield Case("NonZero", [x], np.argwhere(x).T, {"transpose": True}, types=["int64"])
        on, off = draw.array((), dtype), draw.array((), dtype)
        for index, axis in (("int32", -1), ("int64", 0), ("uint8", 1)):
            at = draw.integers((2, 3), 0, 4, index)
            hot = np.moveaxis(np.arange(4) == at[..., None], -1, axis)
            yield Case("OneHot", [at, ints(4), on, off], np.where(hot, on, off), {"axis": axis}, types=[dtype])
        yield Case("Eye", [], np.eye(3, 4), {"num_rows": 3, "num_columns": 4, "dtype": ACL_TYPES[dtype]}, types=[dtype])
    yield Case("Eye", [], np.broadcast_to(np.eye(2), (2, 3, 2, 2)), {"num_rows": 2, "batch_shape": [2, 3]},
               types=["float32"])
    yield Case("OneHot", [ints([-1, 7, 2**40]), ints(3), np.array(1, "float32"), np.array(0, "float32")],
               np.zeros((3, 3)), types=["float32"], note="outside")
    at = draw.integers((40, 33), -2, 50, "int64")
    for axis in (0, 1, 2):
        hot = np.moveaxis(np.arange(49) == at[..., None], -1, axis)
        yield Case("OneHot", [at, ints(49), np.array(3, "int16"), np.array(-1, "int16")], np.where(hot, 3, -1),
                   {"axis": axis}, types=["int16"], note="many")
    yield Case("NonZero", [np.zeros((2, 3), "float32")], np.zeros((0, 2)), types=["int64"])
    yield Case("SelectV2", [np.zeros((0, 1), bool), np.ones((1, 3), "int8"), np.ones(3, "int8")], np.zeros((0, 3)),
               types=["int8"])


def uniques():
    draw = Draw("UniqueWithCountsExt2")
    for dtype, result in turns(NUMBERS, INDEXES):
        for shape, axis in (((12,), 0), ((6, 2), 0), ((2, 7), 1)):
            x = draw.array(shape, dtype, -0.15, 0.15)
            found, first, inverse, count = np.unique(x, axis=axis, return_index=True, return_inverse=True,
                                                     return_counts=True)
            yield Case("UniqueWithCountsExt2", [x, ints([axis])], (found, first, count, inverse.ravel()),
                       {"sorted": True, "return_inverse": True, "out_idx": Type(result)}, types=[dtype, result])
    x = np.array([5, 3, 5, 1, 3], "int32")
    yield Case("UniqueWithCountsExt2", [x, ints([0])], (np.array([5, 3, 1]), np.array([0, 1, 3]), np.array([2, 2, 1]),
                                                        np.array([0, 1, 0, 2, 1])), {"return_inverse": True},
               types=["int32", "int64"], note="asfound")


SCATTERING = {"none": lambda old, new: new, "add": np.add, "mul": np.multiply, "max": np.maximum, "min": np.minimum}


def scattered(data, at, updates, how):
    """`at`: tuples of indices, one per update."""
    result = data.copy()
    for place, update in zip(at, updates):
        result[place] = SCATTERING[how](result[place], update)
    return result


def scatters():
    draw = Draw("scatters")
    whole = {"TensorScatterUpdate": "none", "TensorScatterAdd": "add", "TensorScatterMax": "max",
             "TensorScatterMin": "min"}
    with np.errstate(over="ignore"):
        for dtype, index in turns(ANY, INDEXES):
            x = draw.array((4, 5), dtype)
            rows = np.array([[3], [0], [2]], index)
            slices_ = draw.array((3, 5), dtype)
            cells = np.array([[3, 0], [0, 4], [3, 0]], index)
            values = draw.array((3,), dtype)
            values[2] = values[0]  # of equal places any order is right
            for op, how in whole.items():
                if dtype == "bool" and how != "none":
                    continue
                yield Case(op, [x, rows, slices_], scattered(x, map(tuple, rows), slices_, how))
                yield Case(op, [x, cells, values], scattered(x, map(tuple, cells), values, how))
            for how in SCATTERING if dtype != "bool" else ("none",):
                yield Case("CpuScatterND", [x, cells, values], scattered(x, map(tuple, cells), values, how),
                           {"reduction": how})
                at = np.stack([draw.random.permutation(4) for _ in range(3)], 1).astype(index)
                updates = draw.array((4, 3), dtype)
                places = [(at[i, j], j) for i in range(4) for j in range(3)]
                yield Case("ScatterElements", [x, at, updates], scattered(x, places, updates.ravel(), how),
                           {"axis": 0, "reduction": how})
            at = np.array([[-1, 0], [2, -5], [1, 1]], index)[:, :1]
            places = [(i, at[i, 0]) for i in range(3)]
            yield Case("ScatterElements", [x, at, values.reshape(3, 1)], scattered(x, places, values, "none"),
                       {"axis": 1})
    x = draw.array((4, 5), "float32")
    yield Case("TensorScatterUpdate", [x, np.zeros((0, 1), "int32"), np.zeros((0, 5), "float32")], x)


CASES = [*forms(), *orders(), *joints(), *slices(), *gathers(), *spread(), *borders(), *choices(), *uniques(),
         *scatters()]
