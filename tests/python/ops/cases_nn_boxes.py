# SPDX-License-Identifier: Apache-2.0
"""Boxes: chosen, coded, cut out."""
import numpy as np

from draw import Draw
from single_op import Case, Tensor, Type

CASES = []
draw = Draw("nn_boxes")


def add(*args, **kwargs):
    CASES.append(Case(*args, **kwargs))


def on_host(array):
    return Tensor(np.ascontiguousarray(array), on_host=True)


def iou(a, b, pixel=0):
    low = np.maximum(np.minimum(a[:2], a[2:]), np.minimum(b[:2], b[2:]))
    high = np.minimum(np.maximum(a[:2], a[2:]), np.maximum(b[:2], b[2:]))
    shared = np.prod(np.maximum(high - low + pixel, 0))
    whole = sum(np.prod(np.abs(c[2:] - c[:2]) + pixel) for c in (a, b)) - shared
    return shared / whole if whole > 0 else 0


def suppressed(boxes, scores, most, overlap, score, pixel=0):
    kept = []
    for box in sorted(np.flatnonzero(scores > score), key=lambda i: (-scores[i], i)):
        if len(kept) < most and all(iou(boxes[box], boxes[other], pixel) <= overlap for other in kept):
            kept.append(box)
    return np.array(kept, "int32")


def some_boxes(count, dtype="float32"):
    corners = draw.uniform((count, 2), 0, 3)
    return np.concatenate([corners, corners + draw.uniform((count, 2), 1, 3)], 1).astype(dtype)


for dtype in ("float32", "float16"):
    for most, overlap, score in ((3, 0.3, 0.25), (50, 0.5, 0.0), (2, 0.0, 0.5), (0, 0.5, 0.0)):
        boxes, scores = some_boxes(12, dtype), draw.random.permutation(np.linspace(0.05, 1, 12)).astype(dtype)
        limits = [np.array([most], "int32"), np.array([overlap], dtype), np.array([score], dtype)]
        given = [on_host(a) for a in (boxes, scores, *limits)]
        add("NonMaxSuppressionV3", given, lambda b, s, n, o, t: suppressed(b, s, n[0], o[0], t[0]), types=["int32"])
        add("NonMaxSuppressionV3", given, lambda b, s, n, o, t: suppressed(b, s, n[0], o[0], t[0], 1), {"offset": 1},
            types=["int32"])
        add("NonMaxSuppressionV2", given[:4], lambda b, s, n, o: suppressed(b, s, n[0], o[0], -np.inf),
            types=["int32"])

        def padded(b, s, n, o, t, pads=True):
            kept = suppressed(b, s, n[0], o[0], t[0])
            return np.pad(kept, (0, n[0] - len(kept) if pads else 0)), len(kept)

        add("NonMaxSuppressionV4", given, padded, {"pad_to_max_output_size": True}, types=["int32", "int32"])
        add("NonMaxSuppressionV4", given, lambda *a, padded=padded: padded(*a, False), types=["int32", "int32"])
        if dtype == "float32":
            add("NonMaxSuppression", given[:3], lambda b, s, n, o=overlap: suppressed(b, s, n[0], np.float32(o),
                                                                                      -np.inf),
                {"iou_threshold": overlap}, types=["int32"])


def combined(boxes, scores, each, total, overlap, score, pads, clips):
    n, _, q, _ = boxes.shape
    classes = scores.shape[2]
    size = min(total[0], each[0] * classes) if pads else total[0]
    y = np.zeros((n, size, 4)), np.zeros((n, size)), np.zeros((n, size)), np.zeros(n, "int32")
    for picture in range(n):
        found = [(-scores[picture, box, kind], kind, box) for kind in range(classes) for box in
                 suppressed(boxes[picture, :, kind if q > 1 else 0], scores[picture, :, kind], each[0], overlap[0],
                            score[0])]
        found = sorted(found)[:size]
        for i, (value, kind, box) in enumerate(found):
            y[0][picture, i] = boxes[picture, box, kind if q > 1 else 0]
            y[1][picture, i], y[2][picture, i] = -value, kind
        y[3][picture] = len(found)
    return (np.clip(y[0], 0, 1) if clips else y[0], *y[1:])


for pads in (False, True):
    for clips in (True, False):
        for shared in (True, False):
            n, classes = draw.shape(2, 3)
            boxes = np.stack([np.stack([some_boxes(7) / 4 for _ in range(1 if shared else classes)], 1)
                              for _ in range(n)])
            scores = draw.uniform((n, 7, classes), 0, 1)
            add("CombinedNonMaxSuppression",
                [boxes, scores, on_host(np.array([3], "int32")), on_host(np.array([8], "int32")),
                 np.array([0.4], "float32"), np.array([0.2], "float32")],
                lambda *a, pads=pads, clips=clips: combined(*a, pads, clips),
                {"pad_per_class": pads, "clip_boxes": clips}, types=["float32"] * 3 + ["int32"])


def masked(rows, overlap):
    order = np.argsort(-rows[:, 4], kind="stable")
    rows = rows[order]
    stays = []
    for i, row in enumerate(rows):
        stays.append(not any(stays[k] and iou(rows[k, :4], row[:4]) > overlap for k in range(i)))
    return rows, order, stays


for dtype in ("float32", "float16"):
    for overlap in (0.1, 0.6):
        rows = np.concatenate([some_boxes(9), draw.random.permutation(np.linspace(0, 1, 9))[:, None]], 1)
        add("NMSWithMask", [rows.astype(dtype)], lambda x, o=overlap: masked(x, np.float32(o)),
            {"iou_threshold": overlap}, types=[dtype, "int32", "uint8"])
add("NMSWithMask", [np.zeros((0, 5), "float32")], (np.zeros((0, 5)), np.zeros(0), np.zeros(0)),
    types=["float32", "int32", "uint8"])


# Deltas: corners name pixels
def spans(box):
    return (box[:, :2] + box[:, 2:]) / 2, box[:, 2:] - box[:, :2] + 1


def decoded(rois, deltas, means, stds, shape, clip):
    deltas = deltas * np.array(stds) + np.array(means)
    center, size = spans(rois)
    limit = abs(np.log(clip))
    center, size = center + size * deltas[:, :2], size * np.exp(np.clip(deltas[:, 2:], -limit, limit))
    high = np.array([shape[1] - 1, shape[0] - 1])
    return np.concatenate([np.clip(center - size / 2 + 0.5, 0, high), np.clip(center + size / 2 - 0.5, 0, high)], 1)


def encoded(anchors, truths, means, stds):
    center, size = spans(anchors)
    other, wide = spans(truths)
    return (np.concatenate([(other - center) / size, np.log(wide / size)], 1) - means) / stds


for dtype in ("float32", "float16"):
    for means, stds in (([0.0] * 4, [1.0] * 4), ([0.1, -0.1, 0.2, 0.0], [0.1, 0.1, 0.2, 0.2])):
        attrs = {"means": means, "stds": stds}
        rois = (some_boxes(6) * 8).astype(dtype)
        add("BoundingBoxDecode", [rois, draw.uniform((6, 4), -3, 3, dtype)],
            lambda r, d, m=means, s=stds: decoded(r, d, m, s, (40, 50), np.float32(0.1)),
            attrs | {"max_shape": [40, 50], "wh_ratio_clip": 0.1})
        add("BoundingBoxEncode", [rois, (some_boxes(6) * 8).astype(dtype)],
            lambda a, t, m=means, s=stds: encoded(a, t, np.array(m, "float32"), np.array(s, "float32")), attrs,
            tolerance=4e-3 if dtype == "float16" else 1e-4)
# What the operator's public description has as examples.
add("BoundingBoxDecode", [np.array([[1, 2, 3, 4], [3, 4, 5, 6]], "float32"),
                          np.array([[5, 6, 7, 8], [7, 8, 9, 6]], "float32")],
    np.array([[2.5, 6.5, 9, 9], [9, 9, 9, 9]]), {"max_shape": [10, 10], "wh_ratio_clip": 0.1})
add("BoundingBoxEncode", [np.array([[1, 2, 3, 4], [3, 4, 5, 6]], "float32"),
                          np.array([[5, 6, 7, 8], [7, 8, 9, 6]], "float32")],
    np.array([[13.3281, 13.3281, 0, 0], [13.3281, 6.6641, 0, -5.4922]]), {"stds": [0.1, 0.1, 0.2, 0.2]},
    tolerance=1e-3)
add("BoundingBoxDecode", [np.zeros((0, 4), "float32"), np.zeros((0, 4), "float32")], np.zeros((0, 4)),
    {"max_shape": [10, 10]})


def cropped(x, boxes, images, size, outside, method):
    y = np.full((len(boxes), *size, x.shape[3]), float(outside))
    for b, i, j in np.ndindex(len(boxes), *size):
        at = []
        for axis, k in ((0, i), (1, j)):
            end, (low, high) = x.shape[1 + axis] - 1, boxes[b, axis::2]
            at.append((low * end + k * (high - low) * end / (size[axis] - 1)) if size[axis] > 1 else
                      0.5 * (low + high) * end)
        if not all(0 <= a <= x.shape[1 + axis] - 1 for axis, a in enumerate(at)):
            continue
        if method == "nearest":
            y[b, i, j] = x[images[b], int(at[0] + 0.5), int(at[1] + 0.5)]
            continue
        (t, l), (u, v) = np.floor(at).astype(int), np.array(at) - np.floor(at)
        d, r = np.ceil(at).astype(int)
        p = x[images[b]].astype("float64")
        y[b, i, j] = (p[t, l] * (1 - v) + p[t, r] * v) * (1 - u) + (p[d, l] * (1 - v) + p[d, r] * v) * u
    return y


for dtype in ("float32", "uint8", "int32", "float16", "float64"):
    for method in ("bilinear", "nearest"):
        size = [int(s) for s in draw.shape(2)]
        x = draw.array((2, 5, 6, 3), dtype, 0, 2)
        add("CropAndResizeV2", [x, draw.uniform((4, 4), -0.2, 1.2), draw.integers((4,), 0, 1),
                                on_host(np.array(size, "int32"))],
            lambda x, b, i, s, method=method: cropped(x, b, i, s, 7, method),
            {"extrapolation_value": 7.0, "method": method}, types=["float32"], tolerance=1e-4)
add("CropAndResizeV2", [draw.array((1, 4, 4, 1), "uint8"), np.array([[0, 0, 1, 1]], "float32"),
                        np.array([0], "int32"), on_host(np.array([4, 4], "int32"))],
    lambda x, *_: x.astype("float32"), {"dtype": Type("float16")}, types=["float16"])
