# SPDX-License-Identifier: Apache-2.0
"""The arithmetic around the text networks: groups of pixels, turned rectangles, what a strip says."""
import sys
from pathlib import Path

import numpy as np
import pytest

Image = pytest.importorskip("PIL.Image")
sys.path.append(str(Path(__file__).parents[2] / "examples"))
import text_lines  # noqa: E402 (after the path)


def flood(mask):
    """Groups of pixels that touch, also at corners: another way than the one under test."""
    left = {(int(x), int(y)) for y, x in zip(*np.nonzero(mask))}
    groups = []
    while left:
        group, open_ends = set(), [left.pop()]
        while open_ends:
            x, y = open_ends.pop()
            group.add((x, y))
            near = {(x + dx, y + dy) for dx in (-1, 0, 1) for dy in (-1, 0, 1)} & left
            left -= near
            open_ends += near
        groups.append(frozenset(group))
    return set(groups)


@pytest.mark.parametrize("seed", range(12))
def test_groups_are_those_of_a_flood(seed):
    random = np.random.default_rng(seed)
    mask = random.random((random.integers(1, 30), random.integers(1, 30))) < random.uniform(0.1, 0.6)
    groups = text_lines.connected(mask)
    assert {frozenset((int(x), int(y)) for x, y in group) for group in groups} == flood(mask)
    assert sum(map(len, groups)) == mask.sum()


@pytest.mark.parametrize("degrees", [0, 3, -7, 20, -40])
def test_a_turned_rectangle_is_found(degrees):
    angle = np.radians(degrees)
    axes = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    inside = np.random.default_rng(1).uniform(-1, 1, (400, 2))
    points = np.concatenate([inside, [[-1, -1], [1, -1], [1, 1], [-1, 1]]]) * [60, 8] @ axes + [100, 90]
    centre, found, half = text_lines.smallest_rectangle(points)
    np.testing.assert_allclose(centre, [100, 90], atol=1e-3)
    np.testing.assert_allclose(found, axes, atol=1e-4)
    np.testing.assert_allclose(half, [60, 8], rtol=1e-4)


def test_lines_grow_and_come_top_to_bottom():
    probability = np.zeros((100, 200), np.float32)
    probability[60:70, 20:180] = 0.9
    probability[20:26, 30:90] = 0.8
    probability[80:90, 5:50] = 0.4  # above the core's threshold, but not sure enough
    frames = text_lines.find_lines(probability, 0.5)
    assert len(frames) == 2
    grown = 1.6 * 30 * 3 / 33
    np.testing.assert_allclose(frames[0][0], np.array([30 - grown, 20 - grown]) / 0.5, rtol=1e-5)
    np.testing.assert_allclose(frames[0][2], np.array([90 + grown, 26 + grown]) / 0.5, rtol=1e-5)
    assert frames[1][0][1] > frames[0][0][1]


def test_a_strip_is_level_and_not_mirrored():
    picture = Image.new("RGB", (200, 100))
    picture.paste((255, 0, 0), (50, 40, 100, 52))
    picture.paste((0, 0, 255), (100, 40, 150, 52))
    frame = np.array([[50, 40], [150, 40], [150, 52], [50, 52]], np.float32)
    strip = text_lines.cut(picture, frame, 500)
    assert strip.size == (500, 48)
    assert strip.getpixel((100, 24)) == (255, 0, 0) and strip.getpixel((300, 24)) == (0, 0, 255)
    assert strip.getpixel((450, 24)) == (127, 127, 127)  # 100 x 12 becomes 400 x 48; nothing follows


def test_repetitions_join_unless_something_is_between():
    steps = np.full((8, 4), 0.01, np.float32)
    for step, sign in enumerate([0, 1, 1, 0, 1, 2, 2, 0]):
        steps[step, sign] = 0.5 + 0.05 * step
    text, certainty = text_lines.read(steps, ["", "a", "b", " "])
    assert text == "aab"
    assert certainty == pytest.approx(np.mean([0.55, 0.7, 0.75]))
    assert text_lines.read(np.eye(4, dtype=np.float32)[[0, 0]], ["", "a", "b", " "]) == ("", 0.0)


def test_channels_are_blue_first():
    strip = np.zeros((1, 1, 3), np.uint8)
    strip[0, 0] = [255, 0, 127]
    np.testing.assert_allclose(text_lines.strip_input(strip).reshape(-1), [127 / 127.5 - 1, -1, 1], atol=1e-6)
    picture = text_lines.detection_input(np.full((1, 1, 3), 255, np.uint8))
    np.testing.assert_allclose(picture.reshape(-1), [(1 - m) / d for m, d in zip((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))],
                               rtol=1e-5)
