# SPDX-License-Identifier: Apache-2.0
"""What goes into and comes out of PP-OCR's two networks: where lines of text are, and what a line says.

The first network gives each pixel a probability of being the core of a line; a line's frame is the smallest turned
rectangle around such a core, grown back to full size (differentiable binarisation, Liao et al. 2019). The second
reads a strip 48 pixels high: for each step to the right, a probability for each sign or none (CTC, Graves 2006).
"""
import numpy as np
from PIL import Image

STRIP_HEIGHT = 48
CORE, LEAST_SCORE, LEAST_SIZE, GROWTH = 0.3, 0.6, 3, 1.6
MEAN = np.array([0.485, 0.456, 0.406], np.float32)
DEVIATION = np.array([0.229, 0.224, 0.225], np.float32)


def fit(picture, width, height):
    """The picture in the upper left corner of a black one of that size, and its scale."""
    scale = min(width / picture.width, height / picture.height)
    size = (max(1, round(picture.width * scale)), max(1, round(picture.height * scale)))
    whole = Image.new("RGB", (width, height))
    whole.paste(picture.resize(size, Image.Resampling.BICUBIC))
    return whole, scale


def channels_first(pixels):
    """Rows, columns, RGB to one picture of BGR planes, the order these networks learned."""
    return np.ascontiguousarray(pixels[:, :, ::-1].transpose(2, 0, 1)[None], dtype=np.float32)


def detection_input(picture):
    return channels_first((np.asarray(picture, np.float32) / 255 - MEAN[::-1]) / DEVIATION[::-1])


def strip_input(strip):
    return channels_first(np.asarray(strip, np.float32) / 127.5 - 1)


def connected(mask):
    """Groups of true pixels that touch, each an array of (x, y). Runs of a row join with runs of the row above."""
    leaders, runs, above = [], [], []

    def leader(i):
        while leaders[i] != i:
            leaders[i] = i = leaders[leaders[i]]
        return i

    for y, row in enumerate(mask):
        edges = np.flatnonzero(np.diff(np.concatenate([[0], row.astype(np.int8), [0]])))
        here = []
        for begin, end in edges.reshape(-1, 2):
            leaders.append(len(leaders))
            runs.append((begin, end, y))
            here.append(len(runs) - 1)
            for other in above:
                if runs[other][0] <= end and begin <= runs[other][1]:
                    leaders[leader(other)] = leader(here[-1])
        above = here
    groups = {}
    for i, run in enumerate(runs):
        groups.setdefault(leader(i), []).append(run)
    return [np.concatenate([np.stack([np.arange(b, e), np.full(e - b, y)], axis=1) for b, e, y in group])
            for group in groups.values()]


def hull(points):
    """Corners of the convex hull, in order (Andrew's monotone chain)."""
    points = sorted(map(tuple, points))

    def half(path):
        chain = []
        for x, y in path:
            while len(chain) > 1 and ((chain[-1][0] - chain[-2][0]) * (y - chain[-2][1])
                                      <= (chain[-1][1] - chain[-2][1]) * (x - chain[-2][0])):
                chain.pop()
            chain.append((x, y))
        return chain[:-1]

    return np.array(half(points) + half(points[::-1]), np.float32)


def smallest_rectangle(points):
    """Centre, direction along and across, and both half sides; one side lies on an edge of the hull."""
    corners = hull(points)
    best = None
    for edge in np.roll(corners, -1, axis=0) - corners:
        along = edge / np.hypot(*edge)
        if abs(along[0]) < abs(along[1]):
            along = np.array([along[1], -along[0]])
        along = along if along[0] > 0 else -along
        axes = np.stack([along, [-along[1], along[0]]])
        low, high = (corners @ axes.T).min(axis=0), (corners @ axes.T).max(axis=0)
        area = np.prod(high - low)
        if best is None or area < best[0]:
            best = area, (low + high) / 2 @ axes, axes, (high - low) / 2
    return best[1:]


def find_lines(probability, scale):
    """Frames of lines, top to bottom: 4 x 2 corners in pixels of the picture, from the upper left one clockwise."""
    frames = []
    for pixels in connected(probability > CORE):
        if len(pixels) < LEAST_SIZE ** 2 or probability[pixels[:, 1], pixels[:, 0]].mean() < LEAST_SCORE:
            continue
        squares = np.concatenate([pixels, pixels + [1, 0], pixels + [0, 1], pixels + 1])
        centre, axes, half = smallest_rectangle(squares)
        if half.min() * 2 < LEAST_SIZE:
            continue
        half = half + GROWTH * half[0] * half[1] / half.sum()
        signs = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]])
        frames.append((centre + (signs * half) @ axes) / scale)
    return sorted(frames, key=lambda frame: (frame[:, 1].mean(), frame[:, 0].min()))


def cut(picture, frame, width):
    """The inside of a frame as a level strip of the height the reader wants, black to the right of the text."""
    long, high = np.hypot(*(frame[1] - frame[0])), np.hypot(*(frame[3] - frame[0]))
    used = min(width, max(1, round(STRIP_HEIGHT * long / high)))
    quad = tuple(frame[[0, 3, 2, 1]].reshape(-1))
    strip = Image.new("RGB", (width, STRIP_HEIGHT), (127, 127, 127))
    strip.paste(picture.transform((used, STRIP_HEIGHT), Image.Transform.QUAD, quad, Image.Resampling.BICUBIC))
    return strip


def read(steps, alphabet):
    """The text of one strip and how sure the network is: best sign of each step, repetitions joined, none left out."""
    best, sure = steps.argmax(axis=1), steps.max(axis=1)
    kept = (best != 0) & np.concatenate([[True], best[1:] != best[:-1]])
    return "".join(alphabet[i] for i in best[kept]), float(sure[kept].mean()) if kept.any() else 0.0


def load_alphabet(path):
    """Sign of each class: none, those of the file, blank."""
    with open(path, encoding="utf-8") as file:
        return [""] + [line.rstrip("\n") for line in file] + [" "]
