# SPDX-License-Identifier: Apache-2.0
"""Operators of pictures and detection: Resize, windows, regions, boxes.

Not here: Aipp, Proposal, PSROIPooling, SPP, PriorBox, SSDDetectionOutput, Yolo, YoloV2DetectionOutput,
YoloV3DetectionOutput, YoloV3DetectionOutputV2, LSTM, RNN and Const (it has no inputs and a tensor as its attribute):
their results need judges of some length, which the tests in C++ have."""
import numpy as np
import onnxruntime
from onnx import ValueInfoProto, helper
from onnx.mapping import NP_TYPE_TO_TENSOR_TYPE

from base_values import ANY, NUMBERS
from draw import Draw
from single_op import Case, Tensor, Type

onnxruntime.set_default_logger_severity(3)
HALVES = ("float32", "float16")
WIDE = {"float16": 5e-3, "float32": 1e-5}


def by_onnx(op, inputs, opset=13, **attrs):
    """The first output of a node of ONNX; None stands for an absent input."""
    names = ["" if array is None else f"x{i}" for i, array in enumerate(inputs)]
    given = {name: array for name, array in zip(names, inputs) if array is not None}
    graph = helper.make_graph(
        [helper.make_node(op, names, ["y"], **attrs)], "one",
        [helper.make_tensor_value_info(name, NP_TYPE_TO_TENSOR_TYPE[array.dtype], array.shape)
         for name, array in given.items()], [ValueInfoProto(name="y")])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=8)
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    return session.run(None, given)[0]


def resizes():
    draw = Draw("Resize")
    modes = [{"mode": "nearest", "nearest_mode": each, "coordinate_transformation_mode": place}
             for each, place in (("round_prefer_floor", "half_pixel"), ("floor", "asymmetric"),
                                 ("ceil", "align_corners"), ("round_prefer_ceil", "half_pixel"))]
    modes += [{"mode": mode, "coordinate_transformation_mode": place} for mode in ("linear", "cubic")
              for place in ("half_pixel", "align_corners", "asymmetric", "pytorch_half_pixel")]
    for attrs in modes:
        x = draw.array((2, 3, 5, 4), "float32")
        for size in ((10, 8), (3, 7), (5, 4), (1, 1)):
            sizes = np.array([2, 3, *size], "int64")
            wanted = by_onnx("Resize", [x, None, None, sizes], **attrs)
            yield Case("Resize", [Tensor(x, format="NCHW"), None, None, Tensor(sizes, on_host=True)], wanted, attrs,
                       formats=["NCHW"], tolerance=1e-4)
            for dtype in ("float16", "float64"):
                narrow = np.rint(x * 8).astype("float32") / 8
                if size == (10, 8):
                    yield Case("Resize", [Tensor(narrow.astype(dtype), format="NCHW"), None, None, sizes],
                               by_onnx("Resize", [narrow, None, None, sizes], **attrs), attrs, formats=["NCHW"],
                               tolerance=5e-3 if dtype == "float16" else 1e-4)
        scales = np.array([1, 1, 2, 1.5], "float32")
        yield Case("Resize", [Tensor(x, format="NCHW"), None, scales, None],
                   by_onnx("Resize", [x, None, scales], **attrs), attrs, formats=["NCHW"], tolerance=1e-4)
    for dtype in NUMBERS:
        x = draw.array((1, 2, 3, 3), dtype)
        yield Case("Resize", [x, None, None, np.array([1, 2, 6, 6], "int32")], x.repeat(2, 2).repeat(2, 3),
                   {"mode": "nearest"})


def windows():
    draw = Draw("windows")
    for dtype in ANY:
        x = draw.array((2, 8, 4, 6), dtype)
        rows = x.reshape(2, 8, 2, 6, 2)  # of all channels together
        wanted = rows.transpose(0, 2, 4, 1, 3).reshape(2, 32, 2, 3)
        yield Case("CpuReorg", [x], wanted, {"stride": 2})
        yield Case("CpuReorg", [x], x, {"stride": 1})
    for dtype in NUMBERS:
        x = draw.array((2, 3, 5, 6), dtype)
        for size, stride, pad in (((2, 3), (1, 1), 0), ((3, 3), (2, 2), 1)):
            wide = np.pad(x, [(0, 0), (0, 0), (pad, pad), (pad, pad)])
            seen = np.lib.stride_tricks.sliding_window_view(wide, size, (2, 3))[:, :, ::stride[0], ::stride[1]]
            wanted = seen.transpose(0, 1, 4, 5, 2, 3).reshape(2, -1, *seen.shape[2:4])
            yield Case("Im2col", [Tensor(x, format="NCHW")], wanted,
                       {"ksizes": list(size), "strides": list(stride), "padding_mode": "CALCULATED",
                        "pads": [pad] * 4}, formats=["NCHW"])


def lengths():
    draw = Draw("lengths")
    for dtype in HALVES:
        x = draw.array((2, 3, 4, 5), dtype)
        for across, shared in ((True, True), (False, True), (False, False)):
            scale = draw.array((1 if shared else 3,), dtype)
            yield Case("Normalize", [x, scale],
                       lambda x, s, a=(1, 2, 3) if across else (1,):
                       x / np.sqrt(np.square(x).sum(axis=a, keepdims=True) + 1e-3) * s.reshape(1, -1, 1, 1),
                       {"across_spatial": across, "channel_shared": shared, "eps": 1e-3}, tolerance=WIDE[dtype])
        for across, scaled in ((False, True), (True, True), (False, False)):
            def judge(x, a=(1, 2, 3) if across else (2, 3), s=scaled):
                centred = x - x.mean(axis=a, keepdims=True)
                return centred / (x.std(axis=a, keepdims=True) + 1e-3) if s else centred
            yield Case("MVN", [x], judge, {"across_channels": across, "normalize_variance": scaled, "eps": 1e-3},
                       tolerance=WIDE[dtype])


def sampled(image, y, x, nearest):
    """A pixel of [height, width, channels], or None if it lies outside."""
    height, width = image.shape[:2]
    if not (0 <= y <= height - 1 and 0 <= x <= width - 1):
        return None
    if nearest:
        return image[int(np.floor(y + 0.5)), int(np.floor(x + 0.5))]
    low_y, low_x = int(np.floor(y)), int(np.floor(x))
    high_y, high_x = int(np.ceil(y)), int(np.ceil(x))
    top = image[low_y, low_x] + (image[low_y, high_x] - image[low_y, low_x]) * (x - low_x)
    bottom = image[high_y, low_x] + (image[high_y, high_x] - image[high_y, low_x]) * (x - low_x)
    return top + (bottom - top) * (y - low_y)


def cropped(images, boxes, which, size, nearest, outside):
    result = np.full((len(boxes), *size, images.shape[3]), outside, float)
    for n, (box, image) in enumerate(zip(boxes, which)):
        rows, columns = (np.linspace(box[i], box[i + 2], size[i]) * (images.shape[1 + i] - 1) if size[i] > 1 else
                         [(box[i] + box[i + 2]) / 2 * (images.shape[1 + i] - 1)] for i in (0, 1))
        for i, y in enumerate(rows):
            for j, x in enumerate(columns):
                pixel = sampled(images[image], y, x, nearest)
                if pixel is not None:
                    result[n, i, j] = pixel
    return result


def regions():
    draw = Draw("regions")
    for dtype in HALVES:
        images = draw.array((2, 7, 9, 3), dtype)
        boxes = np.array([[0.125, 0.25, 0.75, 0.875], [-0.25, 0.5, 0.5, 1.25], [0.75, 0.75, 0.25, 0.25]], dtype)
        which = np.array([0, 1, 1], "int32")
        for size, method in (((4, 6), "bilinear"), ((3, 3), "nearest"), ((1, 2), "bilinear")):
            yield Case("CropAndResizeD", [images, boxes, which],
                       lambda x, b, w, s=size, m=method: cropped(x, b, w, s, m == "nearest", 0.5),
                       {"crop_size": list(size), "method": method, "extrapolation_value": 0.5},
                       tolerance=5e-3 if dtype == "float16" else 1e-4)
        yield Case("CropAndResizeD", [images, boxes[:0], which[:0]], np.zeros((0, 2, 2, 3)), {"crop_size": [2, 2]},
                   note="none")
        features = draw.array((2, 3, 8, 8), dtype)
        rois = np.array([[0, 0, 0, 7, 7], [1, 4, 2, 7, 5], [0, 1, 1, 4, 4]], dtype)
        wanted = np.empty((3, 3, 2, 2), dtype)
        for n, (image, x1, y1, x2, y2) in enumerate(rois.astype(int)):
            region = features[image, :, y1:y2 + 1, x1:x2 + 1]
            height, width = region.shape[1:]
            for i in range(2):
                for j in range(2):
                    wanted[n, :, i, j] = region[:, i * height // 2:(i + 1) * height // 2 + (i + 1) * height % 2,
                                                j * width // 2:(j + 1) * width // 2 + (j + 1) * width % 2].max(
                                                    axis=(1, 2))
        yield Case("ROIPooling", [features, rois], wanted, {"pooled_h": 2, "pooled_w": 2, "spatial_scale_h": 1.0,
                                                            "spatial_scale_w": 1.0})


def suppressions():
    draw = Draw("NonMaxSuppressionV5")
    for dtype in HALVES:
        for most, limit, least in ((4, 0.5, 0.1), (20, 0.25, 0.0), (0, 0.5, 0.0)):
            corners = draw.integers((12, 2), 0, 20)
            boxes = np.concatenate([corners, corners + draw.integers((12, 2), 4, 12)], 1).astype(dtype)
            scores = (draw.random.permutation(12) / 16).astype(dtype)
            chosen = by_onnx("NonMaxSuppression", [
                boxes[None].astype("float32"), scores[None, None].astype("float32"), np.array([most], "int64"),
                np.array([limit], "float32"), np.array([least], "float32")], opset=11)[:, 2]
            padding = (0, most - len(chosen))
            yield Case("NonMaxSuppressionV5",
                       [boxes, scores, Tensor(np.array(most, "int32"), on_host=True),
                        *(np.array(each, dtype) for each in (limit, least, 0))],
                       (np.pad(chosen, padding), np.pad(scores[chosen], padding), np.array(len(chosen))),
                       {"pad_to_max_output_size": True, "T": Type(dtype)}, types=["int32", dtype, "int32"])


CASES = [*resizes(), *windows(), *lengths(), *regions(), *suppressions()]
