# SPDX-License-Identifier: Apache-2.0
"""Order, search, lists of indexes, moved elements, formats and signals."""
import numpy as np

from draw import Draw
from single_op import Case, Tensor, Type

DTYPES = ("float32", "float16", "int32", "int8", "uint8", "int64")


def host(values, dtype="int32"):
    """An input whose value decides the shape of the result."""
    return Tensor(np.array(values, dtype), on_host=True)


def sort_cases(draw):
    for dtype in DTYPES:
        for axis, shape in ((-1, draw.shape(2)), (0, draw.shape(3)), (1, (2, 0, 3))):
            for falls in (False, True):
                x = draw.array(shape, dtype)
                attrs = {"axis": axis, "descending": falls}
                def order(a, axis=axis, falls=falls):
                    if falls:  # equal elements keep their order
                        return a.shape[axis] - 1 - np.flip(np.argsort(np.flip(a, axis), axis, kind="stable"), axis)
                    return np.argsort(a, axis, kind="stable")
                sorted_ = lambda a, o=order, axis=axis: np.take_along_axis(a, o(a), axis)
                yield Case("Sort", [x], lambda a, s=sorted_, o=order: (s(a), o(a)), attrs, types=[dtype, "int32"])
                if dtype.startswith("f"):
                    yield Case("SortV2", [x], sorted_, attrs)
    odd = np.array([np.nan, 1, -np.inf, np.inf, -0.0], "float32")
    yield Case("SortV2", [odd], np.sort(odd), note="extreme")
    yield Case("SortV2", [odd], np.sort(odd)[::-1], {"descending": True}, note="extreme")


def search_cases(draw):
    for dtype in DTYPES:
        lists, values = np.sort(draw.array((3, 7), dtype), -1), draw.array((3, 4), dtype)
        for kind in ("int32", "int64"):
            for op, side in (("LowerBound", "left"), ("UpperBound", "right")):
                yield Case(op, [lists, values],
                           lambda a, v, s=side: np.stack([np.searchsorted(r, w, s) for r, w in zip(a, v)]),
                           {"out_type": Type(kind)}, types=[kind])
                yield Case("SearchSorted", [lists[0], values, None], lambda a, v, _, s=side: np.searchsorted(a, v, s),
                           {"right": side == "right", "dtype": Type(kind)}, types=[kind])
        mixed = draw.array((2, 5), dtype)
        yield Case("SearchSorted", [mixed, values[:2], np.argsort(mixed, -1)],
                   lambda a, v, o: np.stack([np.searchsorted(r, w, sorter=p) for r, w, p in zip(a, v, o)]),
                   types=["int64"])


def unique_cases(draw):
    for dtype in DTYPES:
        x = draw.array((9,), dtype, -0.1, 0.1) if np.dtype(dtype).kind != "f" else draw.integers((9,), -2, 2, dtype)

        def parts(a):
            values, first, inverse, count = np.unique(a, True, True, True)
            order = np.argsort(first)
            place = np.empty_like(order)
            place[order] = np.arange(len(order))
            return values[order], place[inverse.reshape(-1)], count[order]

        given = Tensor(x, on_host=True)
        for kind in ("int32", "int64"):
            attrs = {"out_idx": Type(kind)}
            yield Case("Unique", [given], lambda a, p=parts: p(a)[:2], attrs, types=[dtype, kind])
            yield Case("UniqueWithCounts", [given], parts, attrs, types=[dtype, kind])
        rows = draw.integers((6, 2), 0, 1, dtype)

        def row_parts(a):
            seen = []
            for row in a.tolist():
                if row not in seen:
                    seen.append(row)
            return np.array(seen), np.array([seen.index(row) for row in a.tolist()])

        yield Case("UniqueExt2", [Tensor(rows, on_host=True), host([0])], lambda a, _, p=row_parts: p(a),
                   types=[dtype, "int32"])

        def runs(a):
            a = a.reshape(-1)
            starts = np.flatnonzero(np.concatenate([[True], a[1:] != a[:-1]]))
            lengths = np.diff(np.concatenate([starts, [a.size]]))
            return a[starts], np.repeat(np.arange(starts.size), lengths), lengths

        types = [dtype, "int64"]
        given = Tensor(rows, on_host=True)
        yield Case("UniqueConsecutive", [given],
                   lambda a, r=runs: (r(a)[0], r(a)[1].reshape(a.shape), r(a)[2]),
                   {"return_idx": True, "return_counts": True}, types=types)
        yield Case("UniqueConsecutive", [given], lambda a, r=runs: (r(a)[0], np.empty(0), np.empty(0)), types=types)

        def row_runs(a):
            starts = [i for i in range(len(a)) if i == 0 or (a[i] != a[i - 1]).any()]
            lengths = np.diff(starts + [len(a)])
            return a[starts], np.repeat(np.arange(len(starts)), lengths), lengths

        yield Case("UniqueConsecutive", [given], row_runs, {"return_idx": True, "return_counts": True, "axis": 0},
                   types=types)
        y = draw.array((5,), dtype) if np.dtype(dtype).kind != "f" else draw.integers((5,), -2, 2, dtype)

        def difference(a, b):
            keep = ~np.isin(a, b)
            return a[keep], np.flatnonzero(keep)

        yield Case("ListDiff", [Tensor(x, on_host=True), Tensor(y, on_host=True)], difference, types=[dtype, "int32"])


def list_cases(draw):
    for kind in ("int32", "int64"):
        order = draw.random.permutation(7).astype(kind)
        yield Case("InvertPermutation", [order], np.argsort)
        yield Case("InvertPermutation", [np.empty(0, kind)], np.argsort)
        for a, b in (((2, 1, 3), (4, 1)), ((5,), (1, 1)), ((), (2, 0)), ((3, 2), (3, 2))):
            yield Case("BroadcastArgs", [np.array(a, kind), np.array(b, kind)], np.array(np.broadcast_shapes(a, b)))
        dims = (3, 4, 5)
        yield Case("UnravelIndex", [draw.integers((8,), 0, 59, kind), np.array(dims, kind)],
                   lambda i, _: np.stack(np.unravel_index(i, dims)))
        yield Case("UnravelIndex", [np.array(59, kind), np.array(dims, kind)], np.array([2, 3, 4]))
        for source, target in (("NHWC", "NCHW"), ("NCHW", "NHWC"), ("NHWC", "HWCN"), ("NDHWC", "NCDHW")):
            attrs = {"src_format": source, "dst_format": target}
            x = draw.integers((2, 3), -len(source), len(source) - 1, kind)
            yield Case("DataFormatDimMap", [x],
                       lambda x, s=source, t=target: np.vectorize(lambda i: t.index(s[i]))(x), attrs)
            for width in ((), (2,)):
                x = draw.integers((len(source), *width), 0, 99, kind)
                yield Case("DataFormatVecPermute", [x],
                           lambda x, s=source, t=target: np.stack([x[s.index(c)] for c in t]), attrs)
        yield Case("DataFormatVecPermute", [np.array([[1, 2], [3, 4]], kind)], np.array([[1, 2], [3, 4]]),
                   {"src_format": "NHWC", "dst_format": "NCHW"})


def move_cases(draw):
    for dtype in DTYPES:
        x = draw.array(draw.shape(3), dtype)
        shifts, axes = [int(n) for n in draw.integers((4,), -9, 9)], [0, 2, -2, 0]
        yield Case("Roll", [x], lambda a, s=shifts: np.roll(a, s, axes), {"shifts": shifts, "dims": axes})
        yield Case("Roll", [x], lambda a, s=shifts: np.roll(a, s[0]), {"shifts": shifts[:1]})
        yield Case("RollV2", [x, host(shifts, "int64"), host(axes)], lambda a, *_, s=shifts: np.roll(a, s, axes))
    yield Case("Roll", [np.empty((0, 3), "float32")], lambda a: a, {"shifts": [5], "dims": [0]})
    for dtype in DTYPES:
        x = draw.array((4, 5), dtype)

        def view(a, size, stride, offset):
            flat = a.reshape(-1)
            return np.lib.stride_tricks.as_strided(flat[offset:], size, [n * a.itemsize for n in stride])

        size, stride = (3, 2, 2), (5, 2, 1)
        yield Case("AsStrided", [x, host(size), host(stride), host([1])], lambda a, *_: view(a, size, stride, 1).copy())
        yield Case("AsStrided", [x, host([2, 0], "int64"), host([1, 1], "int64"), host([0], "int64")],
                   lambda a, *_: view(a, (2, 0), (1, 1), 0))
        src = draw.array((10,), dtype)

        def copied(dst, *rest):
            result = dst.copy()
            view(result, (2, 3), (10, 1), 3)[...] = view(rest[3], (2, 3), (1, 3), 1)
            return result

        yield Case("ViewCopy", [x, host([2, 3]), host([10, 1]), host([3]), src, host([2, 3]), host([1, 3]), host([1])],
                   copied)
        for other in ("int8", "float16", "float32", "int64"):
            one, two = np.dtype(dtype).itemsize, np.dtype(other).itemsize
            x = draw.array((3, max(two // one, 1)), dtype)
            shape = (3,) if two > one else x.shape if two == one else (*x.shape, one // two)
            bits = np.frombuffer(x.tobytes(), other).reshape(shape)
            if np.dtype(other).kind == "f" and not np.isfinite(bits).all():
                continue
            yield Case("Bitcast", [x], bits, {"type": Type(other)}, types=[other], tolerance=0)
    for number, dtype in ((0, "float32"), (1, "float16"), (3, "int32"), (12, "bool")):
        yield Case("Empty", [host([2, 3])], np.zeros((2, 3)), {"dtype": number, "init": True}, types=[dtype])


def block_cases(draw):
    def to_batch(a, sizes, pads):
        count = len(sizes)
        a = np.pad(a, [(0, 0), *pads] + [(0, 0)] * (a.ndim - 1 - count))
        parts = [a[(slice(None), *[slice(o, None, s) for o, s in zip(place, sizes)])] for place in np.ndindex(*sizes)]
        return np.concatenate(parts)

    def to_space(a, sizes, crops):
        n = a.shape[0] // int(np.prod(sizes))
        whole = np.empty((n, *[d * s for d, s in zip(a.shape[1:], sizes)], *a.shape[1 + len(sizes):]), a.dtype)
        for i, place in enumerate(np.ndindex(*sizes)):
            whole[(slice(None), *[slice(o, None, s) for o, s in zip(place, sizes)])] = a[i * n:(i + 1) * n]
        return whole[(slice(None), *[slice(b, d - e) for (b, e), d in zip(crops, whole.shape[1:])])]

    for dtype in ("float32", "float16", "int32"):
        for pads in ([[0, 0], [0, 0]], [[2, 0], [1, 3]], [[0, 2], [3, 1]]):
            x = draw.array((2, 4, 4, 3), dtype)
            flat = [n for pair in pads for n in pair]
            square = lambda a, *_, p=pads: to_batch(a, (2, 2), p)
            yield Case("SpaceToBatch", [x, host(pads)], square, {"block_size": 2})
            yield Case("SpaceToBatchD", [x], square, {"block_size": 2, "paddings": flat})
            yield Case("SpaceToBatchND", [x, host([2, 2]), host(pads)], square)
            yield Case("SpaceToBatchNDD", [x], square, {"block_shape": [2, 2], "paddings": flat})
            x = draw.array((8, 2, 3, 3), dtype)
            crops = [[min(n, 1) for n in pair] for pair in pads]
            flat = [n for pair in crops for n in pair]
            square = lambda a, *_, c=crops: to_space(a, (2, 2), c)
            yield Case("BatchToSpace", [x, host(crops)], square, {"block_size": 2})
            yield Case("BatchToSpaceD", [x], square, {"block_size": 2, "crops": flat})
            yield Case("BatchToSpaceND", [x, host([2, 2]), host(crops, "int64")], square)
            yield Case("BatchToSpaceNDD", [x], square, {"block_shape": [2, 2], "crops": flat})
        x = draw.array((2, 6), dtype)
        yield Case("SpaceToBatchND", [x, host([3]), host([[1, 2]])], lambda a, *_: to_batch(a, (3,), [(1, 2)]))
    for dtype in ("float32", "float16", "int8"):
        x = draw.array((2, 6, 4), dtype)
        first = lambda a, *_: a.transpose(2, 0, 1).reshape(4, 3, 4)
        then = lambda a, *_: a.reshape(4, 3, 4).transpose(2, 0, 1)
        for before, expect in ((True, first), (False, then)):
            attrs = {"perm": [2, 0, 1], "transpose_first": before}
            yield Case("ConfusionTransposeD", [x], expect, {**attrs, "shape": [4, 3, 4]})
            yield Case("ConfusionTranspose", [x, host([4, -1, 4])], expect, attrs)
        size = np.empty((1, 1, 2, 3), "float32")
        x = draw.array((2, 3, 4, 5), dtype)
        yield Case("Crop", [x, size], lambda a, _: a[:, :, 1:3, 1:4], {"offsets": [1]})
        yield Case("Crop", [x, size], lambda a, _: a[:, :, 2:4, 0:3], {"axis": -2, "offsets": [2, 0]})


def laid_out(a, source, target, block):
    """A tensor in another format, by its elements' formulas."""
    def padded(array, axis, multiple):
        return np.pad(array, [(0, -n % multiple if i == axis else 0) for i, n in enumerate(array.shape)])

    if target == "FRACTAL_NZ":
        a = padded(padded(a, a.ndim - 1, block), a.ndim - 2, 16)
        a = a.reshape(*a.shape[:-2], a.shape[-2] // 16, 16, a.shape[-1] // block, block)
        lead = list(range(a.ndim - 4))
        return a.transpose(*lead, a.ndim - 2, a.ndim - 4, a.ndim - 3, a.ndim - 1)
    if target in ("NHWC", "NCHW", "HWCN"):
        return a.transpose([source.index(c) for c in target])
    a = a.transpose([source.index(c) for c in "NCHW"])
    a = padded(a, 1, block)
    n, c, h, w = a.shape
    a = a.reshape(n, c // block, block, h, w).transpose(0, 1, 3, 4, 2)  # N C1 H W C0
    if target == "NC1HWC0":
        return a
    a = padded(a.transpose(1, 2, 3, 0, 4), 3, 16)  # C1 H W N C0
    return a.reshape(-1, a.shape[3] // 16, 16, block)


def format_cases(draw):
    for dtype in ("float32", "float16", "int8"):
        block = 32 if dtype == "int8" else 16
        for source in ("NCHW", "NHWC", "HWCN"):
            for target in ("NCHW", "NHWC", "HWCN", "NC1HWC0", "FRACTAL_Z"):
                if source == target:
                    continue
                sizes = {"N": 3, "C": int(draw.integers((), 1, 40)), "H": 2, "W": 3}
                x = draw.array([sizes[c] for c in source], dtype)
                change = lambda a, s=source, t=target, b=block: laid_out(a, s, t, b)
                yield Case("TransData", [x], change, {"src_format": source, "dst_format": target})
                if target in ("NC1HWC0", "FRACTAL_Z"):  # what comes back has no padding
                    yield Case("TransData", [np.ascontiguousarray(change(x))], x,
                               {"src_format": target, "dst_format": source, "dst_shape": list(x.shape)})
        for shape in ((5, 40), (2, 17, 16), (2, 2, 1, 33)):
            x = draw.array(shape, dtype)
            change = lambda a, b=block: laid_out(a, "ND", "FRACTAL_NZ", b)
            yield Case("TransData", [x], change, {"src_format": "ND", "dst_format": "FRACTAL_NZ"})
            yield Case("TransData", [np.ascontiguousarray(change(x))], x,
                       {"src_format": "FRACTAL_NZ", "dst_format": "ND", "dst_shape": list(shape)})


def signal_cases(draw):
    for length in (1, 2, 7, 8, 12):
        for dtype in ("float32", "float64", "float16"):
            x = draw.array((2, length, 3, 2), dtype)
            pairs = lambda z: np.stack([z.real, z.imag], -1)
            number = lambda a: a[..., 0] + 1j * a[..., 1]
            tolerance = 2e-2 if dtype == "float16" else None
            yield Case("CpuDFT", [x, None], lambda a, _: pairs(np.fft.fft(number(a), axis=1)), tolerance=tolerance)
            yield Case("CpuDFT", [x, host(9, "int64")], lambda a, _: pairs(np.fft.ifft(number(a), 9, axis=1)),
                       {"inverse": True}, tolerance=tolerance)
            yield Case("CpuDFT", [x[..., :1], None], lambda a, _: pairs(np.fft.rfft(a[..., 0], axis=1)),
                       {"onesided": True}, tolerance=tolerance)
    for dtype in ("float32", "float64"):
        for attrs in ({"n_fft": 8}, {"n_fft": 6, "hop_length": 4}, {"n_fft": 8, "win_length": 5, "onesided": False},
                      {"n_fft": 4, "normalized": True}):
            for windowed in (False, True):
                size = attrs["n_fft"]
                hop, width = attrs.get("hop_length", size // 4), attrs.get("win_length", size)
                window = draw.uniform((width,), 0, 1, dtype) if windowed else None

                def expect(a, w, size=size, hop=hop, width=width, attrs=attrs):
                    whole = np.zeros(size)
                    left = (size - width) // 2
                    whole[left:left + width] = 1 if w is None else w
                    frames = np.stack([a[:, i:i + size] * whole for i in range(0, a.shape[1] - size + 1, hop)], -1)
                    transform = np.fft.rfft if attrs.get("onesided", True) else np.fft.fft
                    z = transform(frames, axis=1) / (size ** 0.5 if attrs.get("normalized") else 1)
                    return np.stack([z.real, z.imag], -1)

                yield Case("STFT", [draw.array((2, 21), dtype), window], expect, {**attrs, "return_complex": False})
    for dtype in ("float32", "float16", "int32", "uint8"):
        for padding in ("SAME", "VALID"):
            x = draw.array((2, 7, 6, 3), dtype)

            def windows(a, padding=padding, sizes=(3, 2), steps=(2, 3), rates=(2, 1)):
                spans = [(s - 1) * r + 1 for s, r in zip(sizes, rates)]
                if padding == "SAME":
                    counts = [-(-n // s) for n, s in zip(a.shape[1:3], steps)]
                    total = [max((c - 1) * s + k - n, 0)
                             for c, s, k, n in zip(counts, steps, spans, a.shape[1:3])]
                    a = np.pad(a, [(0, 0), *[(t // 2, t - t // 2) for t in total], (0, 0)])
                else:
                    counts = [(n - k) // s + 1 for n, k, s in zip(a.shape[1:3], spans, steps)]
                return np.stack([np.stack([
                    a[:, i * steps[0]:i * steps[0] + spans[0]:rates[0],
                      j * steps[1]:j * steps[1] + spans[1]:rates[1]].reshape(a.shape[0], -1)
                    for j in range(counts[1])], 1) for i in range(counts[0])], 1)

            yield Case("ExtractImagePatches", [x], windows,
                       {"ksizes": [1, 3, 2, 1], "strides": [1, 2, 3, 1], "rates": [1, 2, 1, 1], "padding": padding})
        x = draw.array((1, 4, 3, 5, 2), dtype)

        def blocks(a):
            return np.stack([np.stack([np.stack([a[:, i:i + 2, 2 * j:2 * j + 1, k:k + 3].reshape(1, -1)
                                                 for k in range(3)], 1) for j in range(2)], 1) for i in range(3)], 1)

        yield Case("ExtractVolumePatches", [x], blocks,
                   {"ksizes": [1, 2, 1, 3, 1], "strides": [1, 1, 2, 1, 1], "padding": "VALID"})
    for dtype in ("float32", "float16"):
        def summed(columns, padding, stride, dilation, size=(5, 6), taps=(2, 3)):
            n, rows, _ = columns.shape
            whole = np.zeros((n, rows // 6, size[0] + 2 * padding[0], size[1] + 2 * padding[1]))
            counts = [(whole.shape[2 + i] - dilation[i] * (taps[i] - 1) - 1) // stride[i] + 1 for i in range(2)]
            columns = columns.reshape(n, -1, *taps, *counts)
            for i, j, k, l in np.ndindex(*taps, *counts):
                whole[:, :, k * stride[0] + i * dilation[0], l * stride[1] + j * dilation[1]] += columns[:, :, i, j, k, l]
            return whole[:, :, padding[0]:padding[0] + size[0], padding[1]:padding[1] + size[1]]

        for padding, stride, dilation in (([0, 0], [1, 1], [1, 1]), ([1, 2], [2, 1], [1, 2]), ([1, 0], [1, 3], [2, 1])):
            counts = [(n + 2 * p - d * (t - 1) - 1) // s + 1
                      for n, p, d, t, s in zip((5, 6), padding, dilation, (2, 3), stride)]
            x = draw.array((2, 18, counts[0] * counts[1]), dtype)
            attrs = {"padding": padding, "stride": stride, "dilation": dilation}
            expect = lambda a, *_, p=padding, s=stride, d=dilation: summed(a, p, s, d)
            tolerance = 1e-2 if dtype == "float16" else None
            yield Case("Col2ImV2", [x, host([5, 6]), host([2, 3])], expect, attrs, tolerance=tolerance)
            yield Case("Col2im", [x.reshape(2, 3, 6, -1), host([5, 6])],
                       lambda a, _, e=expect: e(a.reshape(2, 18, -1)), {**attrs, "kernel_size": [2, 3]},
                       tolerance=tolerance)
        signs = draw.array((21,), dtype)
        yield Case("SignBitsPack", [signs], lambda a: np.packbits(a >= 0, bitorder="little").reshape(3, 1), {"size": 3},
                   types=["uint8"])
        packed = draw.integers((6,), 0, 255, "uint8")
        yield Case("SignBitsUnpack", [packed],
                   lambda a: np.unpackbits(a, bitorder="little").reshape(2, 24) * 2.0 - 1,
                   {"size": 2, "dtype": Type(dtype)}, types=[dtype])


def cases():
    draw = Draw("shape order")
    for make in (sort_cases, search_cases, unique_cases, list_cases, move_cases, block_cases, format_cases,
                 signal_cases):
        yield from make(draw)


CASES = list(cases())
