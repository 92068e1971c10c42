# SPDX-License-Identifier: Apache-2.0
"""CenterCropPad, MelWeightMatrix and TfIdfVectorizer of ONNX: ONNX Runtime is the judge, or a few lines of NumPy."""
import numpy as np

from draw import Draw, FLOATS, NUMBERS
from judge_onnx import judge
from single_op import Case, Floats, Tensor

CASES = []
draw = Draw("onnx_signals")


def add(op, inputs, expect, attrs=None, **kwargs):
    CASES.append(Case(op, inputs, expect, attrs or {}, **kwargs))


def centred(x, sizes, axes):
    for axis, size in zip(axes, sizes):
        spare = x.shape[axis] - size
        if spare >= 0:
            x = np.take(x, range(spare // 2, spare // 2 + size), axis)
        else:
            pads = [(0, 0)] * x.ndim
            pads[axis] = (-spare // 2, -spare - -spare // 2)
            x = np.pad(x, pads)
    return x


for dtype in (*NUMBERS, "bool"):
    for turn in range(3):
        x = draw.array(draw.shape(most=7), dtype)
        rank = x.ndim
        axes = [int(a) for a in draw.random.permutation(rank)[:int(draw.integers((), 1, rank))]]
        axes = [a - rank if draw.random.random() < 0.4 else a for a in axes]
        sizes = [int(s) for s in draw.integers((len(axes) if turn else rank,), 1, 8)]
        given = Tensor(np.array(sizes, "int64" if turn else "int32"), on_host=True)
        attrs = {"axes": axes} if turn else {}
        add("CpuCenterCropPad", [x, given], centred(x, sizes, axes if turn else range(rank)), attrs)
        if dtype == "float32" and turn:
            add("CpuCenterCropPad", [x, given], judge("CenterCropPad", opset=18, **attrs), attrs, note="onnxruntime")
add("CpuCenterCropPad", [np.zeros((3, 0), "float32"), Tensor(np.array([2, 4], "int64"), on_host=True)],
    np.zeros((2, 4)))


def mel(bands, length, rate, lower, upper):
    """Triangles between neighbours of places that are as far from each other on the mel scale."""
    places = np.linspace(*(2595 * np.log10(1 + edge / 700) for edge in (lower, upper)), bands + 2, endpoint=False)
    bins = ((length + 1) * 700 * (10**(places / 2595) - 1) // rate).astype(int)
    y = np.zeros((length // 2 + 1, bands))
    for band, (begin, middle, end) in enumerate(zip(bins, bins[1:], bins[2:])):
        for i in range(len(y)):
            if begin == middle == i:
                y[i, band] = 1
            elif begin <= i <= middle and begin != middle:
                y[i, band] = (i - begin) / (middle - begin)
            if middle <= i < end:
                y[i, band] = (end - i) / (end - middle)
    return y


ONNX_TYPES = {"float32": 1, "uint8": 2, "int8": 3, "int32": 6, "int64": 7, "float16": 10, "float64": 11}
for bands, length, rate, lower, upper in ((8, 16, 8192, 0, 4096), (20, 512, 16000, 80, 7600), (3, 9, 100, 5, 20),
                                          (5, 64, 22050, 0, 11025), (40, 50, 8000, 100, 4000), (4, 8, 8000, 0, 16000)):
    for dtype in FLOATS if bands != 20 else ONNX_TYPES:
        index = "int32" if dtype == "float16" else "int64"
        counts = [Tensor(np.array(value, index), on_host=True) for value in (bands, length)]
        edges = [np.array(value, "float32") for value in (lower, upper)]
        inputs = [*counts, np.array(rate, index), *edges]
        attrs = {"output_datatype": ONNX_TYPES[dtype]} if dtype != "float32" else {}
        expected = mel(bands, length, rate, lower, upper)
        add("CpuMelWeightMatrix", inputs, np.trunc(expected) if "int" in dtype else expected, attrs, types=[dtype])
        if dtype == "float32" and upper <= rate / 2:
            add("CpuMelWeightMatrix", inputs, judge("MelWeightMatrix", opset=17), types=[dtype], note="onnxruntime")

POOLS = [([2, 3, 5, 4, 5, 6, 7, 8, 6, 7], [0, 4], [0, 1, 2, 3, 4, 5, 6]),  # numbers, and pairs of them
         ([5, 6, 7, 8, 6, 7], [0, 0], [0, 1, 2]),
         ([1, 2, 1, 1, 2, 1, 2, 1, 2], [0, 2, 6], [6, 0, 2, 5, 4]),
         ([1, 2, 3], [0], [2, 0, 5])]
for pool, counts, places in POOLS:
    for mode in ("TF", "IDF", "TFIDF"):
        for turn in range(4):
            shortest = 1 if turn % 2 == 0 else len(counts)
            attrs = {"min_gram_length": shortest, "max_gram_length": len(counts), "max_skip_count": (0, 1, 5, 2)[turn],
                     "mode": mode, "ngram_counts": counts, "ngram_indexes": places, "pool_int64s": pool}
            weights = [float(w) for w in draw.uniform((len(places),), 0.2, 2)]
            if turn % 2:
                attrs["weights"] = weights
            shape = ((12,), (3, 9), (1, 20), (2, 0))[turn]
            x = draw.integers(shape, 1, 8 if max(pool) > 3 else 3, "int64" if turn % 2 else "int32")
            if not x.size:
                add("CpuTfIdfVectorizer", [x], np.zeros((2, max(places) + 1)), {**attrs}, types=["float32"])
                continue
            add("CpuTfIdfVectorizer", [x], judge("TfIdfVectorizer", **attrs), {
                **attrs, **({"weights": Floats(attrs["weights"])} if "weights" in attrs else {})}, types=["float32"],
                note="onnxruntime")
# The first n-gram is counted at place 2, and has the first weight.
add("CpuTfIdfVectorizer", [np.array([7, 7, 8, 9, 7], "int64")], np.array([1.0, 0, 6.0]),
    {"min_gram_length": 1, "max_gram_length": 1, "max_skip_count": 3, "mode": "TFIDF", "ngram_counts": [0],
     "ngram_indexes": [2, 0], "pool_int64s": [7, 8], "weights": Floats([2.0, 1.0])}, types=["float32"])
