# SPDX-License-Identifier: Apache-2.0
"""The example programs with pictures and video: files in, classes and faces out."""
import io
import shutil
import subprocess
import sys
from pathlib import Path

import acl_probe
import numpy as np
import pytest

onnxruntime = pytest.importorskip("onnxruntime")
Image = pytest.importorskip("PIL.Image")
ROOT = Path(__file__).parents[3]
BUILD = Path(acl_probe.__file__).parents[2]
DEMO = ROOT / "build/demo"
sys.path.append(str(ROOT / "examples"))
import blazeface  # noqa: E402 (after the path)
import networks  # noqa: E402
from acl_model import Device  # noqa: E402
from classify import DEVIATION, MEAN  # noqa: E402
from classify_jpeg import Classifier  # noqa: E402
from jpeg_faces import FaceFinder  # noqa: E402
from video import H264_HIGH, H265_MAIN, Decoder, access_units  # noqa: E402


@pytest.fixture(scope="module")
def device():
    with Device() as device:
        yield device


def convert(network, om_file, *options):
    done = subprocess.run([BUILD / "bin/atc", "--framework=5", f"--model={network}", f"--output={om_file.with_suffix('')}",
                           "--soc_version=Ascend310B4", *options], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return om_file


def fetched(name):
    if not (DEMO / name).exists():
        pytest.skip(f"{name} was not fetched (scripts/fetch.sh faces)")
    return DEMO / name


def jpeg(picture):
    file = io.BytesIO()
    picture.save(file, "jpeg", quality=95)
    return file.getvalue()


def photograph():
    return Image.open(fetched("astronaut.png")).convert("RGB")


def run(model, pixels):
    session = onnxruntime.InferenceSession(str(model), providers=["CPUExecutionProvider"])
    return session.run(None, {session.get_inputs()[0].name: pixels})


def test_classes_of_a_jpeg(device, tmp_path):
    network = tmp_path / "resnet.onnx"
    networks.write(network, "resnet50")
    om_file = convert(network, tmp_path / "resnet_nv12.om", f"--insert_op_conf={ROOT}/examples/classify_nv12.cfg")
    classifier = Classifier(om_file)
    values, picture = classifier(jpeg(photograph()))
    pixels = (picture.to_rgb().astype(np.float32) / 255 - MEAN) / DEVIATION
    expected = run(network, np.ascontiguousarray(pixels.transpose(2, 0, 1)[None]))[0].reshape(-1)
    picture.close()
    classifier.close()
    # Colours are rounded once more on one of the two ways.
    assert np.abs(values - expected).max() <= 0.02 * np.abs(expected).max()
    assert set(np.argsort(-values)[:5]) == set(np.argsort(-expected)[:5])


@pytest.fixture(scope="module")
def finder(device, tmp_path_factory):
    om_file = convert(fetched("blazeface.onnx"), tmp_path_factory.mktemp("faces") / "blazeface_nv12.om",
                      f"--insert_op_conf={ROOT}/examples/blazeface_nv12.cfg", "--input_format=NHWC")
    made = FaceFinder(om_file)
    yield made
    made.close()


def expected_face(picture):
    """What ONNX Runtime finds in the picture that Pillow resizes."""
    square, scale, offset = blazeface.letterbox(picture, 256)
    faces = blazeface.find_faces(run(fetched("blazeface.onnx"), blazeface.to_input(square)), 256, scale, offset)
    assert len(faces) == 1
    return faces[0]


def expect_same(found, expected, pixels):
    assert len(found) == 1
    assert abs(found[0].score - expected.score) < 0.05
    assert np.abs(found[0].box - expected.box).max() < pixels


def test_faces_in_a_jpeg(finder):
    picture = finder.dvpp.decode_jpeg(jpeg(photograph()))
    expect_same(finder(picture), expected_face(photograph()), 6)
    picture.close()


FRAMES, SIDE = 12, 384


@pytest.mark.parametrize("coding", [H265_MAIN, H264_HIGH])
def test_faces_in_a_video(finder, coding):
    """The photograph wanders from right to left; so does the face."""
    if shutil.which("ffmpeg") is None:
        pytest.skip("ffmpeg makes the video")
    whole = photograph().resize((512, 512))
    parts = [whole.crop((4 * i, 0, 4 * i + SIDE, SIDE)) for i in range(FRAMES)]
    encoder = ["libx265", "-x265-params", "log-level=error:bframes=2", "-f", "hevc"] if coding == H265_MAIN else \
        ["libx264", "-bf", "2", "-f", "h264"]
    stream = subprocess.run(
        ["ffmpeg", "-v", "error", "-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{SIDE}x{SIDE}", "-i", "-", "-vf",
         "scale=out_range=full:out_color_matrix=bt601", "-pix_fmt", "yuv420p", "-c:v", *encoder, "-"],
        input=b"".join(part.tobytes() for part in parts), capture_output=True, check=True).stdout
    assert len(list(access_units(stream, coding))) == FRAMES
    decoder = Decoder(SIDE, SIDE, coding)
    faces = []
    for picture in decoder.pictures(stream):
        faces.append(finder(picture))
        picture.close()
    decoder.close()
    assert len(faces) == FRAMES
    for found, part in zip(faces, parts):
        expect_same(found, expected_face(part), 10)
