# SPDX-License-Identifier: Apache-2.0
"""What the demonstrations do, and networks in all forms of their operators, as ONNX Runtime answers."""
import itertools
import os
import re
import subprocess
import sys
from pathlib import Path

import acl_probe
import numpy as np
import pytest

onnxruntime = pytest.importorskip("onnxruntime")
Image = pytest.importorskip("PIL.Image")
ROOT = Path(__file__).parents[2]
BUILD = Path(acl_probe.__file__).parents[2]
DEMO = ROOT / "build/demo"
sys.path.append(str(ROOT / "examples"))
import blazeface  # noqa: E402 (after the path)
import networks  # noqa: E402
import text_lines  # noqa: E402
from acl_model import Device, Model  # noqa: E402
from classify import prepare  # noqa: E402
from face_detection import detect  # noqa: E402
from text_reading import find_and_read  # noqa: E402

CLOSE = 1e-4  # of the largest value of an output
SANITIZED = "libasan" in os.environ.get("LD_PRELOAD", "")  # many times slower


@pytest.fixture(scope="module")
def device():
    with Device() as device:
        yield device


def convert(network, folder, *options):
    om_file = folder / network.with_suffix(".om").name
    done = subprocess.run([BUILD / "bin/atc", "--framework=5", f"--model={network}", f"--output={om_file.with_suffix('')}",
                           "--soc_version=Ascend310B4", *options], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "ATC run success" in done.stdout
    return om_file


class Judge:
    """ONNX Runtime with the interface of acl_model.Model."""

    def __init__(self, path, shape=None):
        options = onnxruntime.SessionOptions()
        options.log_severity_level = 3
        self.session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
        self.shape = shape or self.session.get_inputs()[0].shape

    def input_shape(self):
        return self.shape

    def load(self, *arrays):
        self.arrays = dict(zip((value.name for value in self.session.get_inputs()), arrays))

    def execute(self):
        self.answers = self.session.run(None, self.arrays)

    def fetch(self):
        return self.answers

    def __call__(self, *arrays):
        self.load(*arrays)
        self.execute()
        return self.answers


def assert_close(answers, expected):
    assert len(answers) == len(expected)
    for ours, theirs in zip(answers, expected):
        assert list(ours.shape) == list(theirs.shape) and ours.dtype == theirs.dtype
        assert abs(ours - theirs).max() <= CLOSE * abs(theirs).max()


@pytest.mark.parametrize("opset", [9, 10, 11, 12, 17])
@pytest.mark.parametrize("name", ["squeezenet"] if SANITIZED else ["squeezenet", "yolov3-tiny", "mobilenetv2"])
def test_each_opset_means_the_same(device, tmp_path, name, opset):
    network = networks.write(tmp_path / "network.onnx", name, 1, opset)
    model, judge = Model(convert(network, tmp_path)), Judge(network)
    pixels = np.random.default_rng(1).standard_normal(judge.input_shape(), dtype=np.float32)
    assert_close(model(pixels), judge(pixels))
    model.close()


def fetched(name):
    path = DEMO / name
    if not path.exists():
        pytest.skip(f"{path} is not there; scripts/fetch.sh fetches it")
    return path


@pytest.mark.parametrize("turned", [False, True])
def test_faces_are_where_onnx_runtime_sees_them(device, tmp_path, turned):
    network, photograph = fetched("blazeface.onnx"), Image.open(fetched("astronaut.png"))
    if turned:
        photograph = photograph.transpose(Image.Transpose.FLIP_LEFT_RIGHT).resize((700, 400))
    model = Model(convert(network, tmp_path))
    faces, _ = detect(model, photograph, 0.5)
    expected, _ = detect(Judge(network), photograph, 0.5)
    assert len(faces) == len(expected) == 1
    np.testing.assert_allclose(faces[0].box, expected[0].box, atol=0.05)
    np.testing.assert_allclose(faces[0].points, expected[0].points, atol=0.05)
    assert faces[0].score == pytest.approx(expected[0].score, abs=1e-4)
    square, _, _ = blazeface.letterbox(photograph, 256)
    assert_close(model(blazeface.to_input(square)), Judge(network)(blazeface.to_input(square)))
    model.close()


@pytest.mark.skipif(SANITIZED, reason="takes minutes there")
def test_a_page_is_read_as_onnx_runtime_reads_it(device, tmp_path):
    shapes = {"text_detection.onnx": [1, 3, 640, 640], "text_recognition.onnx": [1, 3, 48, 960]}
    files = [fetched(name) for name in shapes]
    alphabet, page = text_lines.load_alphabet(fetched("text_alphabet.txt")), Image.open(fetched("page.png")).convert("RGB")
    models = [Model(convert(file, tmp_path, f"--input_shape=x:{','.join(map(str, shapes[file.name]))}")) for file in files]
    judges = [Judge(file, shapes[file.name]) for file in files]
    lines, expected = find_and_read(*models, alphabet, page), find_and_read(*judges, alphabet, page)
    assert [text for _, text, _ in lines] == [text for _, text, _ in expected]
    assert lines[0][1] == "Region-based segmentation" and len(lines) == 7
    for (frame, _, certainty), (theirs, _, wanted) in zip(lines, expected):
        np.testing.assert_allclose(frame, theirs, atol=1)
        assert certainty == pytest.approx(wanted, abs=1e-3)
    for model in models:
        model.close()


def classified(text):
    """Class numbers and scores of each picture, in the order printed."""
    pictures = []
    for line in text.splitlines():
        found = re.match(r"  \[(\d+)\]: (\S+)", line)
        if found:
            pictures[-1].append((int(found[1]), float(found[2])))
        else:
            pictures.append([])
    return list(filter(None, pictures))


def test_the_classifying_programs_agree_with_onnx_runtime(tmp_path):
    random = np.random.default_rng(7)
    pictures = [tmp_path / f"picture{i}.png" for i in range(3)]
    for picture in pictures:
        colours = random.integers(0, 256, (6, 8, 3), dtype=np.uint8)
        Image.fromarray(colours).resize((400, 300), Image.Resampling.BICUBIC).save(picture)
    network = networks.write(tmp_path / "squeezenet.onnx", "squeezenet")
    model, judge = convert(network, tmp_path), Judge(network)
    scores = [judge(prepare(picture))[0][0] for picture in pictures]
    wanted = [np.argsort(-of_picture)[:5].tolist() for of_picture in scores]
    assert wanted[0] != wanted[1]

    environment = dict(os.environ, PYTHONPATH=os.pathsep.join(filter(None, [
        os.environ.get("SOFTACL_PYTHONPATH", ""), os.environ.get("PYTHONPATH", "")])))
    prepared = tmp_path / "prepared.bin"
    for program, files, expected in (
            ((sys.executable, ROOT / "examples/classify.py"), (*pictures, "--save-input", prepared), wanted),
            ((sys.executable, ROOT / "examples/classify_async.py"), (*pictures, "--execute-times", "5"),
             wanted + wanted[:2]),
            ((sys.executable, ROOT / "examples/classify_async.py"),
             (*pictures, "--execute-times", "5", "--streams", "1", "--callback-interval", "2"), wanted + wanted[:2]),
            ((BUILD / "tests/classify",), (prepared,), wanted)):
        done = subprocess.run([*program, model, *files], text=True, capture_output=True, env=environment, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        pictures_found = classified(done.stdout)
        assert [[number for number, _ in found] for found in pictures_found] == expected
        for found, number in zip(pictures_found, itertools.cycle(range(3))):
            assert [score for _, score in found] == pytest.approx(scores[number][expected[number]], rel=1e-3)
