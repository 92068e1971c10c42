# SPDX-License-Identifier: Apache-2.0
"""What goes into and comes out of a BlazeFace network: the picture as its input, and its numbers as faces.

BlazeFace (Bazarevsky et al. 2019) looks at a square picture once and answers for 896 anchors: two in each cell of a
16 x 16 grid and six in each cell of an 8 x 8 grid. Each has a score, a box and six points, relative to its cell.
"""
from dataclasses import dataclass

import numpy as np
from PIL import Image

GRIDS = ((16, 2), (8, 6))  # cells per side, anchors per cell
POINT_NAMES = ("right eye", "left eye", "nose", "mouth", "right ear", "left ear")
SAME_FACE = 0.3  # boxes that share more than this part of their union show one face


@dataclass
class Face:
    score: float
    box: np.ndarray  # left, top, right, bottom in pixels of the picture
    points: np.ndarray  # 6 x 2


def letterbox(picture, size):
    """The picture in the middle of a black square of `size` pixels; its scale and where it begins."""
    scale = size / max(picture.size)
    width, height = (max(1, round(side * scale)) for side in picture.size)
    left, top = (size - width) // 2, (size - height) // 2
    square = Image.new("RGB", (size, size))
    square.paste(picture.convert("RGB").resize((width, height), Image.Resampling.BILINEAR), (left, top))
    return square, scale, (left, top)


def to_input(square):
    """One picture, rows, columns, RGB; from -1 to 1."""
    return (np.asarray(square, np.float32) / 127.5 - 1)[None]


def anchor_centres():
    """896 x 2 centres, x and y from 0 to 1, in the order of the network's rows."""
    centres = []
    for cells, anchors in GRIDS:
        rows, columns = np.indices((cells, cells))
        grid = np.stack([columns, rows], axis=-1).reshape(-1, 2)
        centres.append(np.repeat((grid + 0.5) / cells, anchors, axis=0))
    return np.concatenate(centres).astype(np.float32)


def overlap(box, others):
    """Intersection over union of a box with each of the others."""
    width = np.minimum(box[2], others[:, 2]) - np.maximum(box[0], others[:, 0])
    height = np.minimum(box[3], others[:, 3]) - np.maximum(box[1], others[:, 1])
    shared = np.clip(width, 0, None) * np.clip(height, 0, None)
    area = (others[:, 2] - others[:, 0]) * (others[:, 3] - others[:, 1])
    return shared / ((box[2] - box[0]) * (box[3] - box[1]) + area - shared)


def blend(scores, boxes, points):
    """Anchors that see one face vote: their boxes and points are averaged, weighted by score (not just the best kept)."""
    order = np.argsort(-scores)
    scores, boxes, points = scores[order], boxes[order], points[order]
    faces = []
    while len(scores):
        same = overlap(boxes[0], boxes) > SAME_FACE
        same[0] = True
        weights = scores[same] / scores[same].sum()
        faces.append(Face(float(scores[0]), weights @ boxes[same], np.tensordot(weights, points[same], 1)))
        scores, boxes, points = scores[~same], boxes[~same], points[~same]
    return faces


def find_faces(outputs, size, scale, offset, threshold=0.5):
    """Faces in pixels of the picture. `outputs` are the network's four arrays: two of scores, two of boxes."""
    scores = np.concatenate([array.reshape(-1) for array in outputs if array.shape[-1] == 1])
    numbers = np.concatenate([array.reshape(-1, 16) for array in outputs if array.shape[-1] == 16])
    scores = 1 / (1 + np.exp(-np.clip(scores, -80, 80)))
    likely = scores > threshold
    centres = anchor_centres()[likely] * size
    numbers = numbers[likely].reshape(-1, 8, 2)  # centre, width and height, six points
    middle, half = numbers[:, 0] + centres, numbers[:, 1] / 2
    boxes = (np.concatenate([middle - half, middle + half], axis=1) - np.tile(offset, 2)) / scale
    points = (numbers[:, 2:] + centres[:, None] - np.array(offset)) / scale
    return blend(scores[likely], boxes, points)
