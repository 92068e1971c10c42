# SPDX-License-Identifier: Apache-2.0
"""The arithmetic around the face network: a face put into the network's numbers by hand is found where it was put."""
import sys
from pathlib import Path

import numpy as np
import pytest

Image = pytest.importorskip("PIL.Image")
sys.path.append(str(Path(__file__).parents[2] / "examples"))
import blazeface  # noqa: E402 (after the path)

SIZE = 256


def empty_outputs():
    """What the network answers if it sees nothing: four arrays, in an order of its own."""
    return [np.full((1, 512, 1), -50, np.float32), np.full((1, 384, 1), -50, np.float32),
            np.zeros((1, 512, 16), np.float32), np.zeros((1, 384, 16), np.float32)]


def put(outputs, grid, row, logit, centre, size):
    """One anchor says: a face with this centre and size in pixels of the network's input, all points in its centre."""
    cells, anchors = blazeface.GRIDS[grid]
    cell = row // anchors
    anchor = (np.array([cell % cells, cell // cells]) + 0.5) / cells * SIZE
    outputs[grid][0, row, 0] = logit
    numbers = np.tile(np.array(centre) - anchor, 8)
    numbers[2:4] = size
    outputs[2 + grid][0, row] = numbers


def test_anchors_are_as_published():
    centres = blazeface.anchor_centres()
    assert centres.shape == (896, 2)
    assert centres[0].tolist() == [1 / 32, 1 / 32] and centres[1].tolist() == [1 / 32, 1 / 32]
    assert centres[2].tolist() == [3 / 32, 1 / 32]  # x grows first
    assert centres[512].tolist() == [1 / 16, 1 / 16] and centres[895].tolist() == [15 / 16, 15 / 16]


@pytest.mark.parametrize("width, height", [(256, 256), (512, 256), (300, 700), (31, 20)])
def test_faces_are_found_in_pixels_of_the_picture(width, height):
    picture = Image.new("RGB", (width, height))
    square, scale, offset = blazeface.letterbox(picture, SIZE)
    assert square.size == (SIZE, SIZE)
    outputs = empty_outputs()
    put(outputs, 1, 70, 3.0, (100, 120), (40, 60))
    face, = blazeface.find_faces(outputs, SIZE, scale, offset)
    expected = (np.array([80, 90, 120, 150]) - np.tile(offset, 2)) / scale
    np.testing.assert_allclose(face.box, expected, rtol=1e-4, atol=1e-3)
    np.testing.assert_allclose(face.points, np.tile((np.array([100, 120]) - offset) / scale, (6, 1)), rtol=1e-4, atol=1e-3)
    assert face.score == pytest.approx(1 / (1 + np.exp(-3)), rel=1e-5)


def test_anchors_that_see_one_face_vote():
    outputs = empty_outputs()
    put(outputs, 0, 5, 0.0 + 1e-3, (100, 100), (50, 50))
    put(outputs, 0, 6, np.log(3), (104, 100), (50, 50))  # scores 0.5 and 0.75
    put(outputs, 1, 300, 2.0, (200, 200), (50, 50))
    faces = blazeface.find_faces(outputs, SIZE, 1.0, (0, 0), threshold=0.4)
    assert [round(face.score, 2) for face in faces] == [0.88, 0.75]
    np.testing.assert_allclose((faces[1].box[0] + faces[1].box[2]) / 2, (100 * 0.5 + 104 * 0.75) / 1.25, atol=0.01)


def test_below_the_threshold_is_no_face():
    outputs = empty_outputs()
    put(outputs, 0, 5, -0.1, (100, 100), (50, 50))
    assert blazeface.find_faces(outputs, SIZE, 1.0, (0, 0)) == []


def test_the_picture_keeps_its_proportions():
    picture = Image.new("RGB", (400, 200), "white")
    square, scale, offset = blazeface.letterbox(picture, 128)
    pixels = blazeface.to_input(square)
    assert (scale, offset) == (0.32, (0, 32))
    assert pixels.shape == (1, 128, 128, 3) and pixels.dtype == np.float32
    assert (pixels[0, 32:96] == 1).all() and (pixels[0, :32] == -1).all() and (pixels[0, 96:] == -1).all()
