# SPDX-License-Identifier: Apache-2.0
"""The example programs that call operators by name, and one of their own."""
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"
cv2 = pytest.importorskip("cv2")
sys.path.append(str(EXAMPLES))
import own_operator  # noqa: E402 (after the path)
from acl_model import Device  # noqa: E402
from operators import call  # noqa: E402

ENVIRONMENT = {**os.environ, "PYTHONPATH": ":".join(sys.path)}


@pytest.fixture(scope="module")
def kernel(tmp_path_factory):
    library = tmp_path_factory.mktemp("kernel") / "edges_kernel.so"
    subprocess.run(["g++", "-O2", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC", "-I", ROOT / "include",
                    EXAMPLES / "edges_kernel.cpp", "-o", library], check=True)
    return library


def test_edges_are_those_of_opencv(kernel):
    random = np.random.default_rng(0)
    with Device():
        own_operator.register(kernel)
        for height, width in (7, 5), (64, 48), (1, 1):
            gray = random.integers(0, 256, (height, width), np.uint8)
            across = cv2.Sobel(gray, cv2.CV_64F, 1, 0, borderType=cv2.BORDER_REPLICATE)
            down = cv2.Sobel(gray, cv2.CV_64F, 0, 1, borderType=cv2.BORDER_REPLICATE)
            wanted = np.minimum(np.floor(np.hypot(across, down) + 0.5), 255).astype(np.uint8)
            for _ in range(2):  # the second time nothing is selected
                np.testing.assert_array_equal(own_operator.find_edges(gray), wanted)


def test_the_program_writes_a_picture(kernel, tmp_path):
    Image = pytest.importorskip("PIL.Image")
    picture, output = tmp_path / "in.png", tmp_path / "out.png"
    Image.fromarray(np.kron([[0, 255], [255, 0]], np.ones((8, 8))).astype(np.uint8)).save(picture)
    done = subprocess.run([sys.executable, EXAMPLES / "own_operator.py", kernel, picture, output], check=False,
                          capture_output=True, text=True, env=ENVIRONMENT)
    assert done.returncode == 0, done.stderr
    assert "16 x 16: edges in" in done.stdout
    assert np.asarray(Image.open(output))[0, :4].max() == 0


def test_the_tour_of_operators():
    done = subprocess.run([sys.executable, EXAMPLES / "operators.py"], check=False, capture_output=True, text=True,
                          env=ENVIRONMENT)
    assert done.returncode == 0, done.stderr
    for line in ("Add(x, 10)           [[11.0, 12.0, 13.0], [14.0, 10.0, 16.0]]", "[[14.0, 22.0], [22.0, 52.0]]",
                 "[[0, 0], [0, 1], [0, 2], [1, 0], [1, 2]]", "the input x is int32"):
        assert line in done.stdout


def test_results_without_elements():
    with Device():
        result, = call("NonZero", [np.zeros((2, 2), np.float32)], [((4, 2), np.int64)])
        assert result.shape == (0, 2)
