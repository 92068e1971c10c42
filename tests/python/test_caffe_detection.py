# SPDX-License-Identifier: Apache-2.0
"""Layers of Caffe for detection over random shapes and parameters, and a small SSD; OpenCV is the judge."""
import sys
from pathlib import Path

import numpy as np
import pytest

cv2 = pytest.importorskip("cv2", reason="the judge is missing: scripts/setup.sh check installs it")
pytest.importorskip("onnx")  # for test_atc
sys.path.append(str(Path(__file__).parents[2] / "examples"))
import caffe_ssd  # noqa: E402 (after the path)
from caffe_networks import Network, save  # noqa: E402
from test_atc import ATC, atc, run_model  # noqa: E402

pytestmark = pytest.mark.skipif(ATC is None, reason="atc is not built")
ROUNDS = 1 if "asan" in str(ATC) else 3


@pytest.fixture(params=range(ROUNDS))
def dice(request):
    return np.random.default_rng(200 + request.param)


def convert(net, folder):
    prototxt, caffemodel = save(net, folder / "net")
    done = atc(f"--model={prototxt}", f"--weight={caffemodel}", "--framework=0", f"--output={folder}/net",
               "--soc_version=Ascend310B4")
    assert done.returncode == 0, done.stdout + net.prototxt()


def both(net, folder, arrays, top):
    """The output of the network's one model here, and that of OpenCV."""
    convert(net, folder)
    judge = cv2.dnn.readNetFromCaffe(f"{folder}/net.prototxt", f"{folder}/net.caffemodel")
    for name, array in arrays.items():
        judge.setInput(array, name)
    theirs = judge.forward(top)
    data, = run_model(folder / "net.om", *arrays.values())
    return np.frombuffer(data, np.float32), theirs


def check(net, folder, arrays, top, tolerance=1e-5):
    ours, theirs = both(net, folder, arrays, top)
    np.testing.assert_allclose(ours.reshape(theirs.shape), theirs, rtol=tolerance, atol=tolerance,
                               err_msg=net.prototxt())


def number(dice, low, high):
    return int(dice.integers(low, high + 1))


def random_input(net, dice, name, *shape):
    net.input(name, list(shape))
    return dice.standard_normal(shape, dtype=np.float32)


def test_permute(dice, tmp_path):
    net = Network("permute")
    x = random_input(net, dice, "data", 2, number(dice, 1, 5), number(dice, 1, 5), number(dice, 2, 5))
    top = net.layer("Permute", "data", permute_param={"order": [int(axis) for axis in dice.permutation(4)]})
    check(net, tmp_path, {"data": x}, top, 0)


@pytest.mark.parametrize("across", [False, True])
@pytest.mark.parametrize("shared", [False, True])
def test_normalize(dice, tmp_path, across, shared):
    net = Network("normalize")
    channels = number(dice, 2, 6)
    x = random_input(net, dice, "data", 2, channels, number(dice, 2, 5), number(dice, 2, 5))
    scale = dice.uniform(1, 20, 1 if shared else channels).astype(np.float32)
    net.layer("Normalize", "data", name="y", blobs=[scale],
              norm_param={"across_spatial": across, "channel_shared": shared, "eps": 1e-6})
    convert(net, tmp_path)
    y, = run_model(tmp_path / "net.om", x)
    length = np.sqrt((x.astype(np.float64) ** 2).sum((1, 2, 3) if across else 1, keepdims=True) + 1e-6)
    np.testing.assert_allclose(np.frombuffer(y, np.float32).reshape(x.shape), x / length * scale.reshape(1, -1, 1, 1),
                               rtol=1e-5, atol=1e-5)


def test_prior_box(dice, tmp_path):
    net = Network("prior")
    arrays = {"data": random_input(net, dice, "data", 1, 3, number(dice, 20, 60), number(dice, 20, 60)),
              "x": random_input(net, dice, "x", 1, 2, number(dice, 1, 5), number(dice, 1, 5))}
    least = [float(size) for size in dice.integers(5, 20, number(dice, 1, 2))]
    fields = {"min_size": least, "variance": [0.1, 0.1, 0.2, 0.2], "clip": bool(number(dice, 0, 1)),
              "flip": bool(number(dice, 0, 1)), "aspect_ratio": [2.0, 3.0][:number(dice, 0, 2)]}
    if number(dice, 0, 1):
        fields["max_size"] = [size + 7 for size in least]
    if number(dice, 0, 1):
        fields.update(step=8.0, offset=0.25)
    boxes = net.layer("PriorBox", ["x", "data"], prior_box_param=fields)
    ours, theirs = both(net, tmp_path, arrays, boxes)
    np.testing.assert_allclose(ours.reshape(theirs.shape), theirs, rtol=1e-5, atol=1e-5, err_msg=net.prototxt())


def found(rows):
    """Those that count, by image, class and score. Of the others the score is -1 here, 0 in OpenCV."""
    rows = rows.reshape(-1, 7)
    rows = rows[rows[:, 2] > 0]
    return rows[np.lexsort((-rows[:, 2], rows[:, 1], rows[:, 0]))]


@pytest.mark.parametrize("code", ["CORNER", "CENTER_SIZE"])
@pytest.mark.parametrize("shared", [True, False])
def test_detection_output(dice, tmp_path, code, shared):
    net = Network("detection")
    batch, priors, classes = number(dice, 1, 2), number(dice, 20, 200), number(dice, 2, 5)
    corner = dice.uniform(0, 0.7, (priors, 2))
    boxes = np.concatenate([corner, corner + dice.uniform(0.1, 0.3, (priors, 2))], 1).reshape(1, 1, -1)
    variances = np.tile([0.1, 0.1, 0.2, 0.2], priors).reshape(1, 1, -1)
    arrays = {"loc": random_input(net, dice, "loc", batch, priors * 4 * (1 if shared else classes)),
              "conf": random_input(net, dice, "conf", batch, priors * classes),
              "prior": random_input(net, dice, "prior", 1, 2, priors * 4)}
    arrays["prior"] = np.concatenate([boxes, variances], 1).astype(np.float32)
    arrays["conf"] = dice.permutation(arrays["conf"].size).astype(np.float32).reshape(batch, -1) / arrays["conf"].size
    top = net.layer("DetectionOutput", list(arrays), detection_output_param={
        "num_classes": classes, "share_location": shared, "background_label_id": 0, "code_type": code,
        "keep_top_k": number(dice, 5, 50), "confidence_threshold": 0.3,
        "nms_param": {"nms_threshold": 0.45, "top_k": number(dice, 10, 100)}})
    ours, theirs = both(net, tmp_path, arrays, top)
    assert len(found(theirs)) > 0
    np.testing.assert_allclose(found(ours), found(theirs), rtol=1e-4, atol=1e-4, err_msg=net.prototxt())


def regions(dice, count, images, size):
    corner = dice.integers(0, size - 4, (count, 2))
    ends = np.minimum(corner + dice.integers(1, size, (count, 2)), size - 1)
    return np.concatenate([dice.integers(0, images, (count, 1)), corner, ends], 1).astype(np.float32)


def test_roi_pooling(dice, tmp_path):
    net = Network("roi")
    size = number(dice, 6, 12)
    arrays = {"data": random_input(net, dice, "data", 2, 3, size, size), "rois": None}
    random_input(net, dice, "rois", 7, 5)
    arrays["rois"] = regions(dice, 7, 2, size)
    top = net.layer("ROIPooling", ["data", "rois"], roi_pooling_param={
        "pooled_h": number(dice, 1, 4), "pooled_w": number(dice, 1, 4), "spatial_scale": float(dice.choice([1, 0.5]))})
    check(net, tmp_path, arrays, top)


def test_psroi_pooling(dice, tmp_path):
    net = Network("psroi")
    size, group, made = number(dice, 6, 12), number(dice, 1, 3), number(dice, 1, 4)
    arrays = {"data": random_input(net, dice, "data", 2, made * group * group, size, size), "rois": None}
    random_input(net, dice, "rois", 7, 5)
    arrays["rois"] = regions(dice, 7, 2, size)
    top = net.layer("PSROIPooling", ["data", "rois"], psroi_pooling_param={
        "output_dim": made, "group_size": group, "spatial_scale": float(dice.choice([1, 0.5]))})
    check(net, tmp_path, arrays, top)


def test_proposal(dice, tmp_path):
    """With a min_size that drops nothing: OpenCV keeps small boxes."""
    net = Network("proposal")
    height, width, kinds = number(dice, 3, 8), number(dice, 3, 8), 9
    arrays = {"score": random_input(net, dice, "score", 1, 2 * kinds, height, width),
              "move": random_input(net, dice, "move", 1, 4 * kinds, height, width) * np.float32(0.2),
              "im_info": random_input(net, dice, "im_info", 1, 3)}
    arrays["im_info"][:] = height * 16, width * 16, 1
    scores = dice.permutation(arrays["score"].size) / arrays["score"].size
    arrays["score"] = scores.astype(np.float32).reshape(arrays["score"].shape)
    top = net.layer("Proposal", list(arrays), proposal_param={
        "feat_stride": 16, "base_size": 16, "min_size": 1, "ratio": [0.5, 1.0, 2.0], "scale": [2.0, 4.0, 8.0],
        "pre_nms_topn": 200, "post_nms_topn": 20, "nms_thresh": 0.7})
    check(net, tmp_path, arrays, top)


def test_ssd(tmp_path):
    net = caffe_ssd.build()
    image = np.random.default_rng(3).uniform(-1, 1, caffe_ssd.SHAPE).astype(np.float32)
    ours, theirs = both(net, tmp_path, {"data": image}, "detection_out")
    assert ours.size == caffe_ssd.KEEP * 7
    assert 10 < len(found(theirs)) <= caffe_ssd.KEEP
    np.testing.assert_allclose(found(ours), found(theirs), rtol=1e-3, atol=1e-3)
