# SPDX-License-Identifier: Apache-2.0
"""Operators that ONNX has, too: ONNX Runtime is the judge."""
import numpy as np

from draw import Draw
from judge_onnx import judge
from single_op import Case, Tensor

CASES = []
draw = Draw("nn_onnx")


def add(*args, **kwargs):
    CASES.append(Case(*args, **kwargs))


# Places outside of the picture, too.
for dtype in ("float32", "float16"):
    for mode in ("bilinear", "nearest", "bicubic"):
        for padding in ("zeros", "border", "reflection"):
            for corners in (False, True):
                n, c, h, w = draw.shape(4)
                x = draw.uniform((n, c, h + 1, w + 1), dtype=dtype)
                grid = draw.uniform((n, *draw.shape(2), 2), -1.6, 1.6, dtype)
                add("GridSampler2D", [x, grid],
                    judge("GridSample", mode=mode, padding_mode=padding, align_corners=int(corners)),
                    {"interpolation_mode": mode, "padding_mode": padding, "align_corners": corners},
                    tolerance=2e-3 if dtype == "float16" else 1e-4)
add("GridSampler2D", [draw.uniform((2, 3, 4, 5)), draw.uniform((2, 0, 3, 2))], np.zeros((2, 3, 0, 3)))
wild = np.array([np.nan, np.inf, -np.inf, 1e30, 0, 0], "float32").reshape((1, 1, 3, 2))
add("GridSampler2D", [np.full((1, 1, 3, 3), 7, "float32"), wild], np.array([0, 0, 7]).reshape((1, 1, 1, 3)))


def volume(x, grid, padding, corners):
    """Linear interpolation in three axes, by its definition."""
    n, c, *sizes = x.shape
    y = np.zeros((n, c, *grid.shape[1:4]))
    for place in np.ndindex(n, *grid.shape[1:4]):
        at = []
        for axis, size in enumerate(sizes):
            g = grid[place][2 - axis]
            value = (g + 1) / 2 * (size - 1) if corners else ((g + 1) * size - 1) / 2
            at.append(np.clip(value, 0, size - 1) if padding == "border" else value)
        for corner in np.ndindex(2, 2, 2):
            index = [int(np.floor(a)) + d for a, d in zip(at, corner)]
            if all(0 <= i < size for i, size in zip(index, sizes)):
                weight = np.prod([1 - abs(a - i) for a, i in zip(at, index)])
                y[(place[0], slice(None), *place[1:])] += weight * x[(place[0], slice(None), *index)]
    return y


for padding in ("zeros", "border"):
    for corners in (False, True):
        n, c, d, h, w = draw.shape(5, 4)
        add("GridSampler3D",
            [draw.uniform((n, c, d + 1, h + 1, w + 1)), draw.uniform((n, *draw.shape(3, 4), 3), -1.5, 1.5)],
            lambda x, grid, padding=padding, corners=corners: volume(x, grid, padding, corners),
            {"padding_mode": padding, "align_corners": corners}, tolerance=1e-5)

# rois: picture, then corners.
for half in (False, True):
    for samples in (0, 2, 3):
        for dtype in ("float32", "float16"):
            n, c, h, w = draw.shape(4)
            features = draw.uniform((n, c, h + 2, w + 2), dtype=dtype)
            count = draw.shape(1)[0]
            pictures = draw.integers((count, 1), 0, n - 1, "float32")
            corners = np.sort(draw.uniform((count, 2, 2), -2, 20), axis=1).reshape((count, 4))
            rois = np.concatenate([pictures, corners], 1).astype(dtype)
            size = draw.shape(2, 3)
            mode = "half_pixel" if half else "output_half_pixel"
            reference = judge("RoiAlign", spatial_scale=0.5, output_height=size[0], output_width=size[1],
                              sampling_ratio=samples, coordinate_transformation_mode=mode)
            add("ROIAlign", [features, rois, None],
                lambda x, rois, _, reference=reference: reference(x, rois[:, 1:], rois[:, 0].astype("int64")),
                {"spatial_scale": 0.5, "pooled_height": size[0], "pooled_width": size[1], "sample_num": samples,
                 "roi_end_mode": 2 if half else 0}, tolerance=2e-3 if dtype == "float16" else 1e-4)
# Corners of mode 1 name elements: the last one belongs to the region. On a plane the mean is the value at the middle.
ramp = (np.arange(12)[:, None] * 3 + np.arange(12)[None, :]).astype("float32")[None, None]
for mode, row, column in (("avg", 5, 4), ("max", 6, 5)):
    add("ROIAlign", [ramp, np.array([[0, 2, 3, 5, 6]], "float32"), None],
        np.array([3 * row + column]).reshape((1, 1, 1, 1)),
        {"spatial_scale": 1.0, "pooled_height": 1, "pooled_width": 1, "sample_num": 2, "roi_end_mode": 1,
         "pool_mode": mode})
add("ROIAlign", [ramp, np.zeros((0, 5), "float32"), None], np.zeros((0, 1, 2, 2)),
    {"spatial_scale": 1.0, "pooled_height": 2, "pooled_width": 2})

GATES = {"CommonLSTM": 4, "CommonGRU": 3, "CpuRNN": 1}
ONNX_NAMES = {"CommonLSTM": "LSTM", "CommonGRU": "GRU", "CpuRNN": "RNN"}
LISTS = {"CommonLSTM": ["HardSigmoid", "Tanh", "Softsign"], "CommonGRU": ["HardSigmoid", "LeakyRelu"],
         "CpuRNN": ["ScaledTanh"]}
for op, gates in GATES.items():
    for direction in ("forward", "reverse", "bidirectional"):
        for extras in range(4):
            steps, batch, width, units = draw.shape(4, 5)
            count = 2 if direction == "bidirectional" else 1
            inputs = [draw.uniform((steps, batch, width)), draw.uniform((count, gates * units, width)),
                      draw.uniform((count, gates * units, units)), None, None, None]
            attrs = {"hidden_size": units, "direction": direction}
            if extras > 0:
                inputs[3] = draw.uniform((count, 2 * gates * units))
                inputs[5] = draw.uniform((count, batch, units))
            if extras > 1:
                inputs[4] = draw.integers((batch,), 1, steps)
            if op == "CommonLSTM":
                inputs += [draw.uniform((count, batch, units)) if extras > 0 else None,
                           draw.uniform((count, 3 * units)) if extras > 2 else None]
            if extras > 2:
                attrs["clip"] = 0.75
            if extras == 2:
                attrs["activations"] = LISTS[op] * count
                attrs["activation_alpha"] = [0.3] * count
                attrs["activation_beta"] = [0.4] * count
                if op == "CommonGRU":
                    attrs["activation_alpha"] = [0.3, 0.1] * count
            if op == "CommonGRU":
                attrs["linear_before_reset"] = extras % 2
            outputs = 3 if op == "CommonLSTM" else 2
            add(op, inputs, judge(ONNX_NAMES[op], outputs, **attrs), attrs, tolerance=1e-5)
    for direction, count in (("forward", 1), ("bidirectional", 2)):  # so long that steps are computed in several lots
        inputs = [draw.uniform((90, 32, 5)), draw.uniform((count, gates * 48, 5), -0.3, 0.3),
                  draw.uniform((count, gates * 48, 48), -0.3, 0.3), draw.uniform((count, 2 * gates * 48), -0.3, 0.3),
                  draw.integers((32,), 1, 90), None]
        attrs = {"hidden_size": 48, "direction": direction}
        outputs = 3 if op == "CommonLSTM" else 2
        add(op, inputs + [None] * (2 if op == "CommonLSTM" else 0), judge(ONNX_NAMES[op], outputs, **attrs), attrs,
            tolerance=1e-4)
half = [draw.uniform(shape, dtype="float16") for shape in ((3, 2, 4), (1, 12, 4), (1, 12, 3))]
add("CommonLSTM", [*half, *[None] * 5], judge("LSTM", 3, hidden_size=3), {"hidden_size": 3})
add("CommonGRU", [draw.uniform((0, 2, 4)), draw.uniform((1, 9, 4)), draw.uniform((1, 9, 3)), *[None] * 3],
    (np.zeros((0, 1, 2, 3)), np.zeros((1, 2, 3))), {"hidden_size": 3})


def moments(x, axes):
    mean = x.mean(axes, keepdims=True)
    return mean, np.sqrt(((x - mean)**2).mean(axes, keepdims=True))


for dtype in ("float32", "float16"):
    for axes in ((0, 2, 3), (-1,), (1, 2)):
        add("MVNV2", [draw.uniform([d + 1 for d in draw.shape(4)], dtype=dtype)],
            lambda x, axes=axes: (x - moments(x, axes)[0]) / (moments(x, axes)[1] + 1e-9), {"axes": list(axes)},
            tolerance=4e-3 if dtype == "float16" else 1e-5)
    for axes in ((1,), (0, -1), ()):
        add("L2Normalize", [draw.uniform(draw.shape(3), dtype=dtype)],
            lambda x, axes=axes: x / np.sqrt(np.maximum((x**2).sum(axes or None, keepdims=True), 1e-4)),
            {"axis": list(axes)})
    for p in (1, 2, 3):
        add("GlobalLpPool", [draw.uniform(draw.shape(4), dtype=dtype)], judge("GlobalLpPool", p=p), {"p": float(p)})
add("MVNV2", [np.zeros((2, 0, 3, 3), "float32")], np.zeros((2, 0, 3, 3)))
add("L2Normalize", [np.zeros((2, 3), "float32")], np.zeros((2, 3)), {"axis": [1]})
add("GlobalLpPool", [draw.uniform((2, 3, 0))], np.zeros((2, 3, 1)))

# Boxes as opposite corners, or as centres and sizes; values decide the shape.
for center in (0, 1):
    for most, overlap, score in ((3, 0.5, 0.2), (100, 0.3, None), (2, None, 0.5), (0, 0.5, 0.0)):
        n, classes, boxes = draw.shape(3)
        boxes += 5
        inputs = [draw.uniform((n, boxes, 4), 0, 3), draw.uniform((n, classes, boxes), 0, 1),
                  np.array([most], "int64"), None if overlap is None else np.array([overlap], "float32"),
                  None if score is None else np.array([score], "float32")]
        reference = judge("NonMaxSuppression", center_point_box=center)
        given = [None if a is None else Tensor(a.astype("int32") if i == 2 else a, on_host=True)
                 for i, a in enumerate(inputs)]
        add("NonMaxSuppressionV6", given,
            lambda *a, reference=reference: reference(*a[:2], a[2].astype("int64"), *a[3:]),
            {"center_point_box": center}, types=["int32"])
