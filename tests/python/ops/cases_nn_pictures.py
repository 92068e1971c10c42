# SPDX-License-Identifier: Apache-2.0
"""Pictures resized and recoloured. The judges: colorsys, or the formula in NumPy."""
import colorsys

import numpy as np

from draw import Draw
from single_op import Case, Floats, Tensor, Type

CASES = []
draw = Draw("nn_pictures")


def add(*args, **kwargs):
    CASES.append(Case(*args, **kwargs))


def positions(size, wanted, corners, centers):
    i = np.arange(wanted)
    if corners:
        return i * (size - 1) / (wanted - 1) if wanted > 1 else i * 0.0
    return (i + 0.5) * size / wanted - 0.5 if centers else i * size / wanted


def taps(mode, size, wanted, corners, centers):
    """A matrix [wanted, size] of weights, by the definition of the interpolation."""
    at = positions(size, wanted, corners, centers).astype("float32").astype("float64")
    matrix = np.zeros((wanted, size))
    for row, place in zip(matrix, at):
        if mode == "nearest":
            index = np.floor(place + 0.5) if corners or centers else np.floor(place)
            row[int(np.clip(index, 0, size - 1))] = 1
        elif mode == "linear":
            low = int(np.floor(place))
            row[np.clip(low, 0, size - 1)] += 1 - (place - low)
            row[np.clip(low + 1, 0, size - 1)] += place - low
        else:
            low, a = int(np.floor(place)), -0.5 if centers else -0.75
            for tap in range(low - 1, low + 3):
                d = abs(place - tap)
                weight = (a + 2) * d**3 - (a + 3) * d**2 + 1 if d <= 1 else a * d**3 - 5 * a * d**2 + 8 * a * d - 4 * a
                if not centers or 0 <= tap < size:
                    row[np.clip(tap, 0, size - 1)] += weight
            row /= row.sum()
    return matrix


def resized(x, mode, wanted, axes, corners, centers):
    y = x.astype("float64")
    for axis, size in zip(axes, wanted):
        y = np.moveaxis(np.moveaxis(y, axis, -1) @ taps(mode, x.shape[axis], size, corners, centers).T, -1, axis)
    return y


def on_host(numbers):
    return Tensor(np.array(numbers, "int32"), on_host=True)


WAYS = ((False, False), (True, False), (False, True))
for corners, centers in WAYS:
    attrs = {"align_corners": corners, "half_pixel_centers": centers}
    for layout, axes in (("NHWC", (1, 2)), ("ND", (1, 2))):
        for op, mode, dtypes in (("ResizeBilinearV2", "linear", ("float32", "uint8", "int32", "float64", "float16")),
                                 ("ResizeNearestNeighborV2", "nearest", ("float32", "uint8", "int64", "float16")),
                                 ("ResizeBicubic", "cubic", ("float32", "uint8"))):
            for dtype in dtypes[:2] if layout != "NHWC" else dtypes:
                size = list(draw.shape(2, 9))
                x = draw.array(draw.shape(4), dtype, 0, 2)
                add(op, [Tensor(x, format=layout), on_host(size)],
                    lambda x, _, a=(mode, size, axes, corners, centers): resized(x, *a), attrs,
                    types=[dtype if mode == "nearest" else "float32"], tolerance=1e-4)
    x = draw.uniform(draw.shape(4), dtype="float16")
    size = list(draw.shape(2, 9))
    add("ResizeBilinearV2D", [x],
        lambda x, a=("linear", size, (1, 2), corners, centers): resized(x, *a), attrs | {"size": size},
        types=["float32"], tolerance=1e-4)
    add("ResizeNearestNeighborV2D", [x],
        lambda x, a=("nearest", size, (1, 2), corners, centers): resized(x, *a), attrs | {"size": size})
    size = list(draw.shape(3, 7))
    for dtype in ("float32", "float16"):
        add("ResizeTrilinear", [Tensor(draw.uniform(draw.shape(5, 4), dtype=dtype), format="NCDHW"), on_host(size)],
            lambda x, _, a=("linear", size, (2, 3, 4), corners, centers): resized(x, *a), attrs,
            tolerance=2e-3 if dtype == "float16" else 1e-4)
add("ResizeBilinearV2", [draw.uniform((1, 2, 2, 3)), on_host([5, 4])],
    lambda x, _: resized(x, "linear", (5, 4), (1, 2), False, False), {"dtype": Type("float16")}, types=["float16"])
add("ResizeNearestNeighborV2", [np.array([2**63 - 1, -2**63], "int64").reshape((1, 1, 2, 1)), on_host([1, 4])],
    np.array([2**63 - 1, 2**63 - 1, -2**63, -2**63], "int64").reshape((1, 1, 4, 1)))
add("ResizeBilinearV2", [np.zeros((0, 2, 2, 3), "float32"), on_host([5, 4])], np.zeros((0, 5, 4, 3)))


def area(x, wanted, corners):
    y = x.astype("float64")
    for axis, count in zip((1, 2), wanted):
        size = x.shape[axis]
        step = (size - 1) / (count - 1) if corners and count > 1 else size / count
        matrix = np.zeros((count, size))
        for i in range(count):
            # The integral of the picture, whose last element goes on beyond its end.
            for cell in range(int(i * step), int(np.ceil((i + 1) * step - 1e-12))):
                matrix[i, min(cell, size - 1)] += (min((i + 1) * step, cell + 1) - max(i * step, cell)) / step
        y = np.moveaxis(np.moveaxis(y, axis, -1) @ matrix.T, -1, axis)
    return y


for corners in (False, True):
    for dtype in ("float32", "uint8", "float16"):
        size = [side + 1 for side in draw.shape(2, 7)]
        add("ResizeArea", [draw.array([side + 1 for side in draw.shape(4)], dtype, 0, 2), on_host(size)],
            lambda x, _, size=size, corners=corners: area(x, size, corners), {"align_corners": corners},
            types=["float32"], tolerance=1e-4)

for dtype in ("float32", "float16", "float64"):
    tolerance = {"float32": 1e-4, "float16": 2e-3, "float64": 1e-5}[dtype]
    for op, axes in (("UpsampleNearest1d", 1), ("UpsampleNearest3d", 3)):
        size = list(draw.shape(axes, 9))
        add(op, [draw.uniform(draw.shape(axes + 2, 4), dtype=dtype)],
            lambda x, a=("nearest", size, range(2, axes + 2), False, False): resized(x, *a), {"output_size": size})
    for corners in (False, True):
        size = list(draw.shape(3, 7))
        add("UpsampleTrilinear3d", [draw.uniform(draw.shape(5, 4), dtype=dtype)],
            lambda x, a=("linear", size, (2, 3, 4), corners, True): resized(x, *a),
            {"output_size": size, "align_corners": corners}, tolerance=tolerance)
add("UpsampleNearest3d", [draw.uniform((1, 2, 2, 3, 4))],
    lambda x: x.repeat(2, 2).repeat(2, 3).repeat(2, 4), {"scales": Floats([2.0, 2.0, 2.0])})
for stride in ((2, 2), (1, 3)):
    for dtype in ("float32", "float16"):
        add("Upsample", [draw.uniform(draw.shape(4), dtype=dtype)],
            lambda x, s=stride: x.repeat(s[0], 2).repeat(s[1], 3) * 0.5,
            {"scale": 0.5, "stride_h": stride[0], "stride_w": stride[1]})


# Colours
def each(function, x):
    flat = x.reshape((-1, 3))
    return np.array([function(*row) for row in flat]).reshape(x.shape) if len(flat) else x


for dtype in ("float32", "float16", "float64"):
    tolerance = {"float32": 1e-5, "float16": 6e-3, "float64": 1e-6}[dtype]
    for rank in (0, 2, 3):
        x = draw.uniform((*draw.shape(rank or 1)[:rank], 3), 0, 1, dtype)
        add("HSVToRGB", [x], lambda x: each(colorsys.hsv_to_rgb, x), tolerance=tolerance)
        # Far from grey, where small differences turn the hue.
        x = np.concatenate([draw.uniform((*x.shape[:-1], 1), low, low + 0.2) for low in (0.1, 0.4, 0.7)], -1)
        x = draw.random.permutation(x, -1).astype(dtype)
        add("RGBToHSV", [x], lambda x: each(colorsys.rgb_to_hsv, x), tolerance=tolerance)
        if dtype != "float64":
            for delta in (-0.9, 0.25):
                def hue(x, d):
                    return each(lambda *c: colorsys.hsv_to_rgb((colorsys.rgb_to_hsv(*c)[0] + d[0]) % 1,
                                                               *colorsys.rgb_to_hsv(*c)[1:]), x)

                add("AdjustHue", [x, np.array([delta], "float32")], hue, tolerance=tolerance)
            for scale in (0.5, 3.0):
                def saturation(x, s):
                    def one(*c):
                        h, old, v = colorsys.rgb_to_hsv(*c)
                        return colorsys.hsv_to_rgb(h, min(old * s[0], 1), v)
                    return each(one, x)

                add("AdjustSaturation", [x, np.array([scale], "float32")], saturation, tolerance=tolerance)
add("RGBToHSV", [np.array([[0, 0, 0], [0.5, 0.5, 0.5], [1, 0, 0], [1, 0, 1]], "float32")],
    np.array([[0, 0, 0], [0, 0, 0.5], [0, 1, 1], [5 / 6, 1, 1]]))
chw = draw.uniform((2, 3, 4, 5), 0, 1)
add("AdjustHue", [chw, np.array([0.3], "float32")],
    lambda x, d: np.moveaxis(hue(np.moveaxis(x, 1, -1), d), -1, 1), {"data_format": "CHW"}, tolerance=1e-4)
for dtype in ("float32", "float16"):
    add("AdjustBrightness", [draw.uniform(draw.shape(4), dtype=dtype), np.array([0.3], "float32")],
        lambda x, d: x + d)
    for layout, axes in (("HWC", (-3, -2)), ("CHW", (-2, -1))):
        add("AdjustContrast", [draw.uniform(draw.shape(4), dtype=dtype), np.array([1.7], "float32")],
            lambda x, f, axes=axes: (x - x.mean(axes, keepdims=True)) * f + x.mean(axes, keepdims=True),
            {"data_format": layout}, tolerance=4e-3 if dtype == "float16" else 1e-5)
add("AdjustBrightness", [np.zeros((0, 3), "float32"), np.array([1], "float32")], np.zeros((0, 3)))
for channels in (1, 3):
    add("RgbToGrayscale", [draw.uniform((2, 4, 5, 3), 0, 1)],
        lambda x, n=channels: (x @ [[0.2989], [0.587], [0.114]]).repeat(n, -1), {"output_channels": channels})
    add("RgbToGrayscale", [draw.uniform((3, 4, 5), 0, 1)],
        lambda x, n=channels: np.tensordot([0.2989, 0.587, 0.114], x, 1)[None].repeat(n, 0),
        {"output_channels": channels, "data_format": "CHW"})


def affine(theta, size, corners):
    n, _, *sizes = size
    axes = [np.linspace(-1, 1, s) if corners and s > 1 else np.zeros(1) if corners else
            (2 * np.arange(s) + 1) / s - 1 for s in sizes]
    mesh = np.meshgrid(*axes, indexing="ij")
    places = np.stack([*[m.ravel() for m in mesh[::-1]], np.ones(mesh[0].size)], -1)
    return places @ np.swapaxes(theta, 1, 2)


for corners in (False, True):
    for axes in (2, 3):
        for dtype in ("float32", "float16"):
            size = list(draw.shape(axes + 2, 5))
            add("AffineGrid", [draw.uniform((size[0], axes, axes + 1), dtype=dtype), on_host(size)],
                lambda theta, size, corners=corners: affine(theta, size, corners), {"align_corners": corners},
                tolerance=4e-3 if dtype == "float16" else 1e-5)
